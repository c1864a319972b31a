//! Findings of a step that may find a million: all are counted, and the first of each code are kept.

use std::collections::BTreeMap;

use super::finding::{Finding, Severity};

/// Findings by code.
#[derive(Clone, Debug)]
pub struct Tally {
    most: usize,
    of_codes: BTreeMap<&'static str, OfCode>,
    seen: usize,
}

#[derive(Clone, Debug, Default)]
struct OfCode {
    n: u64,
    /// The first, each with its place among all findings.
    first: Vec<(usize, Finding)>,
}

impl Tally {
    /// An empty tally that keeps at most so many findings of each code.
    pub fn new(most: usize) -> Tally {
        Tally { most, of_codes: BTreeMap::new(), seen: 0 }
    }

    /// Takes a finding in.
    pub fn add(&mut self, finding: Finding) {
        let of_code = self.of_codes.entry(finding.code()).or_default();
        of_code.n += 1;
        if of_code.first.len() < self.most {
            of_code.first.push((self.seen, finding));
        }
        self.seen += 1;
    }

    /// How many findings each code has, by code.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.of_codes.iter().map(|(code, of_code)| (*code, of_code.n))
    }

    /// The findings that were kept, in the order in which they came.
    pub fn kept(&self) -> Vec<&Finding> {
        let kept = self.of_codes.values().flat_map(|of_code| &of_code.first);
        let mut kept: Vec<&(usize, Finding)> = kept.collect();
        kept.sort_unstable_by_key(|(place, _)| *place);
        kept.into_iter().map(|(_, finding)| finding).collect()
    }

    /// Whether findings were counted and not kept.
    pub fn is_cut(&self) -> bool {
        self.of_codes.values().any(|of_code| of_code.first.len() as u64 != of_code.n)
    }

    /// Whether one of the findings is an error.
    pub fn has_error(&self) -> bool {
        let mut first = self.of_codes.values().filter_map(|of_code| of_code.first.first());
        first.any(|(_, finding)| finding.severity() == Severity::Error)
    }
}

impl Extend<Finding> for Tally {
    fn extend<I: IntoIterator<Item = Finding>>(&mut self, findings: I) {
        findings.into_iter().for_each(|finding| self.add(finding));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::say;

    #[test]
    fn all_are_counted_and_the_first_are_kept() {
        let mut tally = Tally::new(2);
        let found = |code, row| Finding::new(code, say!("x", "x")).row(row);
        tally.extend((1..=3).flat_map(|row| [found("R13", row), found("R18", row)]));
        assert!(tally.is_cut() && !tally.has_error());
        assert_eq!(tally.counts().collect::<Vec<_>>(), [("R13", 3), ("R18", 3)]);
        let kept: Vec<_> = tally.kept().iter().map(|f| (f.code(), f.place.row.unwrap())).collect();
        assert_eq!(kept, [("R13", 1), ("R18", 1), ("R13", 2), ("R18", 2)]);
        tally.add(found("R05", 9));
        assert!(tally.has_error());
        let mut whole = Tally::new(1);
        whole.add(found("R05", 1));
        assert!(!whole.is_cut());
    }
}
