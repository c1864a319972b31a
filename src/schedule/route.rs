//! The order of one team's visits within a day: a short way where all places are known, otherwise by area and address. It
//! decides nothing but the order in which a list is read.
//!
//! Up to ten visits get the shortest way of all (M. Held and R. Karp, 1962), more the best of nearest neighbours from every
//! beginning, improved by 2-opt (G. Croes, 1958). A way begins and ends anywhere.

/// Most visits of which the shortest way is found.
const EXACT_MAX: usize = 10;

/// A place in millionths of a degree: longitude, latitude.
pub type Place = (i32, i32);

/// Metres along the great circle (haversine, a sphere of 6,371,008.8 m).
#[allow(
    clippy::float_arithmetic,
    reason = "the order of a list is for display; lengths are rounded to whole metres"
)]
pub fn metres(a: Place, b: Place) -> u64 {
    let radians = |micro: i32| (f64::from(micro) / 1e6).to_radians();
    let (north, east) = (radians(b.1 - a.1), radians(b.0 - a.0));
    let across = radians(a.1).cos() * radians(b.1).cos() * (east / 2.0).sin().powi(2);
    let half = ((north / 2.0).sin().powi(2) + across).sqrt().min(1.0);
    (2.0 * 6_371_008.8 * half.asin()).round() as u64
}

/// The order of a short way through all places.
pub fn way(places: &[Place]) -> Vec<usize> {
    let lengths: Vec<Vec<u64>> =
        places.iter().map(|a| places.iter().map(|b| metres(*a, *b)).collect()).collect();
    match places.len() {
        0..=2 => (0..places.len()).collect(),
        3..=EXACT_MAX => shortest(&lengths),
        _ => near(&lengths),
    }
}

/// Metres of a way.
pub fn length(places: &[Place], order: &[usize]) -> u64 {
    order.windows(2).map(|two| metres(places[two[0]], places[two[1]])).sum()
}

/// The shortest way by the sets of places already visited; of equal ones the first in order.
fn shortest(lengths: &[Vec<u64>]) -> Vec<usize> {
    let n = lengths.len();
    // To the end from a place, after a set of others: how far, and where to.
    let mut best = vec![vec![(u64::MAX, n); n]; 1 << n];
    let all = (1usize << n) - 1;
    best[all].fill((0, n));
    for seen in (1..all).rev() {
        for at in (0..n).filter(|at| seen >> at & 1 == 1) {
            let next = (0..n).filter(|next| seen >> next & 1 == 0);
            let far = next.map(|next| (lengths[at][next] + best[seen | 1 << next][next].0, next));
            best[seen][at] = far.min().expect("bug: some place is left");
        }
    }
    let first = (0..n).min_by_key(|at| best[1 << at][*at].0).expect("bug: there are places");
    let (mut order, mut seen) = (vec![first], 1usize << first);
    while order.len() < n {
        let at = order[order.len() - 1];
        let next = best[seen][at].1;
        seen |= 1 << next;
        order.push(next);
    }
    order
}

fn near(lengths: &[Vec<u64>]) -> Vec<usize> {
    let total =
        |order: &Vec<usize>| -> u64 { order.windows(2).map(|two| lengths[two[0]][two[1]]).sum() };
    let from = |first: usize| {
        let mut order = vec![first];
        while order.len() < lengths.len() {
            let at = order[order.len() - 1];
            let rest = (0..lengths.len()).filter(|next| !order.contains(next));
            order.extend(rest.min_by_key(|next| lengths[at][*next]));
        }
        untangled(order, lengths)
    };
    (0..lengths.len()).map(from).min_by_key(total).expect("bug: there are places")
}

/// Turns stretches of a way round as long as that makes it shorter.
fn untangled(mut order: Vec<usize>, lengths: &[Vec<u64>]) -> Vec<usize> {
    let n = order.len();
    let mut better = true;
    while better {
        better = false;
        for (from, to) in (0..n).flat_map(|from| (from + 1..n).map(move |to| (from, to))) {
            // What joins the stretch to the rest, before and after; an end of the way is joined to nothing.
            let join = |outside: Option<&usize>, inside: usize| {
                outside.map_or(0, |outside| lengths[*outside][inside])
            };
            let (before, after) = (from.checked_sub(1).map(|at| &order[at]), order.get(to + 1));
            let now = join(before, order[from]) + join(after, order[to]);
            let turned = join(before, order[to]) + join(after, order[from]);
            if turned < now {
                order[from..=to].reverse();
                better = true;
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Great-circle distances known from elsewhere: a degree of the meridian of this sphere, and Hangzhou–Shanghai.
    #[test]
    fn lengths_are_those_of_the_sphere() {
        assert_eq!(metres((0, 0), (0, 1_000_000)), 111_195);
        assert_eq!(metres((120_155_070, 30_274_084), (120_155_070, 30_274_084)), 0);
        let far = metres((120_155_070, 30_274_084), (121_473_701, 31_230_416));
        assert!((164_000..166_000).contains(&far), "{far}");
        assert_eq!(metres((179_900_000, 0), (-179_900_000, 0)), 22_239);
        assert_eq!(metres((0, 90_000_000), (0, -90_000_000)), 20_015_114);
    }

    /// Places that a small generator strews over a district.
    fn strewn(n: usize, variant: u64) -> Vec<Place> {
        let mut state = variant + 1;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            i32::try_from(state >> 33 & 0xffff).unwrap()
        };
        (0..n).map(|_| (120_000_000 + next(), 30_000_000 + next())).collect()
    }

    fn brute(places: &[Place], order: &mut Vec<usize>) -> u64 {
        if order.len() == places.len() {
            return length(places, order);
        }
        let mut best = u64::MAX;
        for next in 0..places.len() {
            if !order.contains(&next) {
                order.push(next);
                best = best.min(brute(places, order));
                order.pop();
            }
        }
        best
    }

    #[test]
    fn short_ways_are_the_shortest() {
        for n in 0..=8 {
            for variant in 0..if n < 8 { 20 } else { 3 } {
                let places = strewn(n, variant);
                let mut order = way(&places);
                assert_eq!(length(&places, &order), brute(&places, &mut Vec::new()));
                order.sort_unstable();
                assert_eq!(order, (0..n).collect::<Vec<_>>());
            }
        }
    }

    /// Sixteen places: every one stands once, and no turn of a stretch makes the way shorter.
    #[test]
    fn longer_ways_are_untangled() {
        for variant in 0..20 {
            let places = strewn(16, variant);
            let order = way(&places);
            let now = length(&places, &order);
            for (from, to) in (0..16).flat_map(|from| (from + 1..16).map(move |to| (from, to))) {
                let mut other = order.clone();
                other[from..=to].reverse();
                assert!(length(&places, &other) >= now, "{variant} {from} {to}");
            }
            let mut all = order.clone();
            all.sort_unstable();
            assert_eq!(all, (0..16).collect::<Vec<_>>());
        }
    }
}
