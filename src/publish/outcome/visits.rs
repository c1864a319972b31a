//! The visits whose results are to be told, as the draw and its events made them, and the ids by which a table of results
//! names them: an id that looks like the number of an identity card stands masked in the forms, and so in the table.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::base::date::{china_date, parse_date};
use crate::events::standing::Standing;
use crate::publish::draw::{Draw, window};
use crate::publish::withheld::masked;
use crate::record::commitment::{Commitment, List, Role};
use crate::record::ids::{Iid, Sid};

/// A visit, with whoever was to make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The lists that it serves, by name.
    pub lists: Vec<String>,
    /// The team, after all events.
    pub team: BTreeSet<Iid>,
    /// Those in it who are no inspectors of the law: experts.
    pub experts: BTreeSet<Iid>,
    /// A reserve follows, or nobody: this visit is not to be made any more.
    pub replaced: bool,
}

/// The visits and the people of a draw, by their ids.
pub(super) struct Roll<'a> {
    pub commitment: &'a Commitment,
    pub visits: BTreeMap<Sid, Visit>,
    /// Everybody in the registers of the draw, whoever stands by among them.
    people: BTreeSet<Iid>,
    masked_visits: BTreeMap<String, Vec<Sid>>,
    masked_people: BTreeMap<String, Vec<Iid>>,
    /// The day on which the last public value was out: nobody was visited before.
    pub drawn_on: Option<Date>,
}

/// Whom an id means.
pub(super) enum Meant<T> {
    One(T),
    /// So many, all of them masked alike.
    Many(usize),
    Nobody,
}

impl<'a> Roll<'a> {
    pub fn new(draw: &'a Draw<'_>, standing: &Standing<'_>) -> Self {
        let mut visits: BTreeMap<Sid, Visit> = BTreeMap::new();
        for row in draw.contents.visits.iter().flatten() {
            let (team, experts) = (BTreeSet::new(), BTreeSet::new());
            let visit = Visit { lists: row.lists.clone(), team, experts, replaced: true };
            visits.insert(row.sid.clone(), visit);
        }
        for row in draw.teams() {
            if let Some(visit) = visits.get_mut(&row.sid) {
                visit.team.insert(row.iid.clone());
            }
        }
        for (sid, visit) in &standing.visits {
            let lists = visit.lists.iter().cloned().collect();
            let team = visit.team.iter().flatten().cloned().collect();
            let seats = visit.slots.iter().zip(&visit.team);
            let experts = seats.filter(|(slot, _)| slot.role == Role::Expert);
            let experts = experts.filter_map(|(_, holder)| holder.clone()).collect();
            visits.insert(sid.clone(), Visit { lists, team, experts, replaced: false });
        }
        let registers = [&draw.contents.inspectors, &draw.contents.standby];
        let rows = registers.into_iter().flatten().flatten();
        let people: BTreeSet<Iid> = rows.map(|row| row.iid.clone()).collect();
        let mut masked_visits: BTreeMap<String, Vec<Sid>> = BTreeMap::new();
        for sid in visits.keys() {
            masked_visits.entry(masked(sid.as_str()).into_owned()).or_default().push(sid.clone());
        }
        let mut masked_people: BTreeMap<String, Vec<Iid>> = BTreeMap::new();
        for iid in &people {
            masked_people.entry(masked(iid.as_str()).into_owned()).or_default().push(iid.clone());
        }
        let last = draw.commitment.sources.iter().map(|source| source.at()).max();
        Roll {
            commitment: &draw.commitment,
            visits,
            people,
            masked_visits,
            masked_people,
            drawn_on: last.and_then(china_date),
        }
    }

    /// The subject that a cell names.
    pub fn subject(&self, cell: &str) -> Meant<&Sid> {
        match Sid::parse(cell).ok().and_then(|sid| self.visits.get_key_value(&sid)) {
            Some((sid, _)) => Meant::One(sid),
            None => match self.masked_visits.get(cell).map(Vec::as_slice) {
                Some([one]) => Meant::One(one),
                Some(many) => Meant::Many(many.len()),
                None => Meant::Nobody,
            },
        }
    }

    /// The inspector that a text names, by his number alone or with his name after it. Of those who are masked alike the
    /// one in the team is meant.
    pub fn inspector(&self, text: &str, team: Option<&BTreeSet<Iid>>) -> Option<&Iid> {
        let number = text.split_whitespace().next()?;
        let whole = Iid::parse(number).ok().and_then(|iid| self.people.get(&iid));
        whole.or_else(|| {
            let many = self.masked_people.get(number)?;
            let own = many.iter().find(|iid| team.is_some_and(|team| team.contains(*iid)));
            own.or_else(|| many.first())
        })
    }
}

/// The matter of a list that a cell names: its id, alone or before its name.
pub(super) fn matter_of<'l>(list: &'l List, cell: &str) -> Option<&'l String> {
    let names = |id: &&String| {
        let rest = cell.strip_prefix(id.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    };
    list.matters.iter().filter(names).max_by_key(|id| id.len())
}

/// Whether a day is outside the days of a list's inspections.
pub(super) fn is_outside(commitment: &Commitment, list: &List, day: Date) -> bool {
    let (from, to) = window(commitment, list);
    parse_date(&from).is_some_and(|from| day < from) || parse_date(&to).is_some_and(|to| day > to)
}
