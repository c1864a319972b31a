//! Who was drawn: every visit with its lists, its team, and the region in which the subject was registered. Many of them are
//! spread over pages by their codes, so that a phone loads a few hundred at a time.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::draw::Draw;
use super::lists::BAR;
use super::{PER_PAGE, people};
use crate::publish::withheld::masked;
use crate::record::event::{Event, What};
use crate::record::ids::Sid;
use crate::record::tables::{Outcome, VisitRow};
use crate::registry::division_name;

/// So many visits stand on the draw's own page.
const ON_PAGE_MAX: usize = 40;
/// A list with a longer title stands with its name in the rows.
const TITLE_MAX: usize = 20;
/// Regions that are named, at most; the rest are counted together.
const REGIONS_MAX: usize = 30;

/// The visits of a draw, in the order of their codes; none where they are not shown.
pub(super) struct Visits<'a> {
    rows: &'a [VisitRow],
    draw: &'a Draw<'a>,
    /// Ranks by list and sid.
    ranks: BTreeMap<(&'a str, &'a str), u64>,
    teams: BTreeMap<&'a str, Vec<&'a str>>,
    /// Numbers of the events that concern a visit.
    events: BTreeMap<Sid, Vec<u64>>,
}

impl<'a> Visits<'a> {
    pub fn of(draw: &'a Draw<'a>) -> Self {
        let rows = draw.contents.visits.as_deref().filter(|_| draw.is_shown()).unwrap_or_default();
        let mut ranks = BTreeMap::new();
        for (list, drawn) in draw.contents.draws.iter().filter(|_| draw.is_shown()) {
            for row in drawn.iter().filter(|row| row.outcome == Outcome::Drawn) {
                ranks.insert((list.as_str(), row.sid.as_str()), row.rank);
            }
        }
        Visits { rows, draw, ranks, teams: people::teams(draw), events: concerned(draw) }
    }

    /// How many there are, and where they stand: on the draw's own page, or on pages of their own.
    pub fn summary(&self) -> Value {
        let inline = self.rows.len() <= ON_PAGE_MAX;
        let rows: Vec<Value> = match inline {
            true => self.rows.iter().map(|row| self.row(row)).collect(),
            false => Vec::new(),
        };
        let pages = if inline { Vec::new() } else { super::nav(&self.nav(), usize::MAX) };
        json!({"n": self.rows.len(), "rows": rows, "pages": pages, "named": !self.draw.names.subjects.is_empty()})
    }

    /// The pages that list the visits, each with its name.
    pub fn pages(&self) -> Vec<(String, Value)> {
        if self.rows.len() <= ON_PAGE_MAX {
            return Vec::new();
        }
        let nav = self.nav();
        let page = |(at, rows): (usize, &[VisitRow])| {
            let (first, value) = (at * PER_PAGE, rows.iter().map(|row| self.row(row)));
            let value = json!({
                "rows": value.collect::<Vec<_>>(), "first": first + 1, "last": first + rows.len(),
                "all": self.rows.len(), "pages": super::nav(&nav, at), "named": !self.draw.names.subjects.is_empty(),
            });
            (nav[at].0.clone(), value)
        };
        self.rows.chunks(PER_PAGE).enumerate().map(page).collect()
    }

    fn nav(&self) -> Vec<(String, String)> {
        let sid = |row: Option<&'a VisitRow>| row.map_or("", |row| row.sid.as_str());
        let ends = |rows: &'a [VisitRow]| super::ends(sid(rows.first()), sid(rows.last()));
        let pages = (1..).zip(self.rows.chunks(PER_PAGE));
        pages.map(|(n, rows)| (format!("visits-{n}.html"), ends(rows))).collect()
    }

    fn row(&self, row: &VisitRow) -> Value {
        let sid = row.sid.as_str();
        let commitment = &self.draw.public.commitment;
        let title = |list: &str| commitment.list(list).map(|list| list.title.as_str());
        let short = |title: &&str| title.chars().count() <= TITLE_MAX;
        let list = |list: &String| {
            let rank = self.ranks.get(&(list.as_str(), sid));
            json!({"list": list, "title": title(list).filter(short), "rank": rank})
        };
        json!({
            "sid": masked(sid), "anchor": Some(sid).filter(|sid| masked(sid) == **sid),
            "name": Some(self.draw.names.subject(sid)).filter(|name| !name.is_empty()),
            "lists": row.lists.iter().map(list).collect::<Vec<_>>(),
            "team": self.teams.get(sid).into_iter().flatten().map(|iid| masked(iid)).collect::<Vec<_>>(),
            "events": self.events.get(&row.sid).cloned().unwrap_or_default(),
        })
    }

    /// The visits by the region in which the subject was registered: characters 3–8 of a unified social credit code (GB
    /// 32100—2015) are the division of the registering authority, which need not be where the business is now.
    pub fn areas(&self) -> Value {
        let mut counts: BTreeMap<Option<&str>, u64> = BTreeMap::new();
        self.rows.iter().for_each(|row| *counts.entry(region(row.sid.as_str())).or_default() += 1);
        let other = counts.remove(&None).unwrap_or(0);
        let mut regions: Vec<(&str, u64)> =
            counts.into_iter().filter_map(|(code, n)| Some((code?, n))).collect();
        regions.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let rest = regions.split_off(regions.len().min(REGIONS_MAX));
        let longest = regions.iter().map(|(_, n)| *n).max().unwrap_or(1).max(1);
        let row = |(code, n): &(&str, u64)| json!({"code": code, "name": division_name(code), "n": n, "bar": u128::from(*n) * BAR / u128::from(longest)});
        json!({
            "rows": regions.iter().map(row).collect::<Vec<_>>(), "other": other,
            "rest": {"regions": rest.len(), "n": rest.iter().map(|(_, n)| n).sum::<u64>()},
        })
    }
}

/// The division in a code that has the form of a unified social credit code; in codes of other forms there is none.
fn region(sid: &str) -> Option<&str> {
    let formed =
        sid.len() == 18 && sid.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    sid.get(2..8).filter(|code| formed && code.bytes().all(|b| b.is_ascii_digit()))
}

/// The events that concern each visit, as far as they are public.
fn concerned(draw: &Draw<'_>) -> BTreeMap<Sid, Vec<u64>> {
    let mut concerned: BTreeMap<Sid, Vec<u64>> = BTreeMap::new();
    for n in 1.. {
        let bytes = draw.public.files.get(&Event::path(n));
        let Some(event) = bytes.and_then(|bytes| Event::parse(bytes).ok()) else { break };
        let sids = match event.what {
            What::Subject(_, sid) => vec![sid],
            What::Inspector(_, _, sids) => sids,
            What::Void | What::Staff(_) | What::Correct(_) | What::Open => Vec::new(),
        };
        sids.into_iter().for_each(|sid| concerned.entry(sid).or_default().push(n));
    }
    concerned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unified_codes_have_a_region() {
        assert_eq!(region("91330106MA2000000X"), Some("330106"));
        for other in ["REG:0004", "X0004", "91330106ma2000000x", "9133010", "92ABCDEFMA2000000X"] {
            assert_eq!(region(other), None, "{other}");
        }
    }
}
