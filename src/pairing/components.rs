//! Parts of a problem that have nothing to do with each other: regions, or departments with inspectors
//! of their own. The optimum of the whole consists of the optima of the parts, so each is searched
//! apart, and all of them at once. (R. E. Tarjan's disjoint sets, Journal of the ACM 22, 1975.)
//!
//! Inspectors and kinds are joined, not eligible pairs, which would be a thousand times as many. A
//! recusal can thus leave two parts in one; that costs time and nothing else.

use super::problem::Problem;

/// A part of a problem. Inside it inspectors, kinds, visits and slots are numbered anew.
pub(super) struct Part {
    /// The inspectors' numbers in the problem, ascending.
    pub(super) inspectors: Vec<u32>,
    /// The visits' numbers in the problem, ascending.
    pub(super) visits: Vec<u32>,
    /// The kinds of the part's slots, in the part's numbers of inspectors.
    pub(super) kinds: Vec<Vec<u32>>,
    /// The kind of each slot, visit after visit.
    pub(super) kind: Vec<u32>,
    /// Per visit its first slot; one entry more at the end.
    pub(super) first: Vec<usize>,
}

impl Part {
    /// The slots of a visit.
    pub(super) fn slots(&self, visit: usize) -> std::ops::Range<usize> {
        self.first[visit]..self.first[visit + 1]
    }
}

/// The parts, by their first visits. Inspectors to whom no slot is open are in none of them.
pub(super) fn parts(problem: &Problem<'_>) -> Vec<Part> {
    let inspectors = problem.inspectors.len();
    let mut sets = Sets::new(inspectors + problem.kinds.len());
    for (kind, fitting) in problem.kinds.iter().enumerate() {
        fitting.iter().for_each(|i| sets.join(inspectors + kind, *i as usize));
    }
    for visit in &problem.visits {
        let kinds = visit.kinds.iter().map(|kind| inspectors + *kind as usize);
        kinds.clone().zip(kinds.skip(1)).for_each(|(a, b)| sets.join(a, b));
    }
    let mut part_of = vec![None; inspectors + problem.kinds.len()];
    let mut visits: Vec<Vec<u32>> = Vec::new();
    for (name, visit) in (0..).zip(&problem.visits) {
        let root = sets.root(inspectors + visit.kinds[0] as usize);
        let part = *part_of[root].get_or_insert_with(|| {
            visits.push(Vec::new());
            visits.len() - 1
        });
        visits[part].push(name);
    }
    let mut members = vec![Vec::new(); visits.len()];
    let mut local = vec![u32::MAX; inspectors];
    for name in 0..inspectors {
        if let Some(part) = part_of[sets.root(name)] {
            local[name] = number(members[part].len());
            members[part].push(number(name));
        }
    }
    let mut kind_of = vec![None; problem.kinds.len()];
    let parts = visits.into_iter().zip(members);
    parts.map(|(visits, members)| part(problem, visits, members, &local, &mut kind_of)).collect()
}

fn part(
    problem: &Problem<'_>,
    visits: Vec<u32>,
    inspectors: Vec<u32>,
    local: &[u32],
    kind_of: &mut [Option<u32>],
) -> Part {
    let mut part = Part { inspectors, visits, kinds: Vec::new(), kind: Vec::new(), first: vec![0] };
    for visit in &part.visits {
        for kind in problem.visits[*visit as usize].kinds {
            let number = *kind_of[*kind as usize].get_or_insert_with(|| {
                let fitting = problem.kinds[*kind as usize].iter();
                part.kinds.push(fitting.map(|i| local[*i as usize]).collect());
                number(part.kinds.len() - 1)
            });
            part.kind.push(number);
        }
        part.first.push(part.kind.len());
    }
    part
}

/// A place as the interface writes it.
pub(super) fn number(place: usize) -> u32 {
    u32::try_from(place).expect("bug: an index of 2^32 or more")
}

/// Disjoint sets of numbers.
pub(super) struct Sets {
    parent: Vec<usize>,
}

impl Sets {
    /// Every number alone.
    pub(super) fn new(count: usize) -> Self {
        Sets { parent: (0..count).collect() }
    }

    /// The number that stands for the set.
    pub(super) fn root(&mut self, mut one: usize) -> usize {
        while self.parent[one] != one {
            self.parent[one] = self.parent[self.parent[one]];
            one = self.parent[one];
        }
        one
    }

    /// Makes one set of two; the smaller number stands for it.
    pub(super) fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.parent[one.max(other)] = one.min(other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pairing::problem::{Inspector, Tickets, Visit};

    struct Free;

    impl Tickets for Free {
        fn price(&self, _: u32, _: usize, _: &mut [(u32, u64)]) {}
    }

    #[test]
    fn what_shares_nobody_falls_apart() {
        let kinds = [vec![0, 1], vec![2, 5], vec![1, 3], vec![]];
        let demands: [&[u32]; 5] = [&[0], &[1, 1], &[2], &[3], &[3, 1]];
        let visit = |kinds| Visit { kinds, barred: Vec::new() };
        let problem = Problem {
            inspectors: vec![Inspector { capacity: 1, load: 0 }; 6],
            kinds: &kinds,
            visits: demands.into_iter().map(visit).collect(),
            tickets: &Free,
        };
        let parts = parts(&problem);
        let of = |part: &Part| (part.inspectors.clone(), part.visits.clone());
        let found: Vec<_> = parts.iter().map(of).collect();
        // Inspector 4 is needed by nobody; the kind without anybody joins visits 1, 3 and 4.
        assert_eq!(found, [(vec![0, 1, 3], vec![0, 2]), (vec![2, 5], vec![1, 3, 4])]);
        assert_eq!((&parts[0].kinds, &parts[0].kind), (&vec![vec![0, 1], vec![1, 2]], &vec![0, 1]));
        assert_eq!(parts[1].kinds, [vec![0, 1], vec![]]);
        assert_eq!((&parts[1].kind, &parts[1].first), (&vec![0, 0, 1, 1, 0], &vec![0, 2, 3, 5]));
    }
}
