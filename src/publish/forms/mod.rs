//! Forms of the office (表单), for the visits as they stand after all events: 随机抽查情况记录表 (one sheet for each subject,
//! 一企一表), 随机抽查通知书, 抽查任务表 for each inspector. What an inspection finds is written by hand, or into the workbook:
//! nothing is filled in beforehand, since a result begins as 未录入.
//!
//! Forms are not notices: they are handed over at the door or stay in the office, and may name inspectors.

mod visit;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::document::{Sheet, Style};
use super::names::Names;
use super::withheld::masked;
use crate::events::standing::{self, Standing};
use crate::record::commitment::Commitment;
use crate::record::ids::{Iid, Sid};

pub use self::visit::post;

use self::visit::Visit;

/// Subjects in one file: some megabytes with their codes, which a browser opens and prints at once.
pub const PER_FILE: usize = 200;

/// The sheets of the workbook; the last is the one to be filled in with results.
pub(super) const BOOK_SHEETS: [&str; 3] = ["抽查任务表", "人员任务", "情况记录表"];

/// The columns that every sheet of the workbook begins with.
const HEAD: [(&str, Style); 2] = [("抽查计划编号", Style::Code), ("抽查计划名称", Style::Text)];

/// Which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// 随机抽查情况记录表.
    Record,
    /// 随机抽查通知书.
    Letter,
    /// 抽查任务表.
    Tasks,
}

/// What a receipt says of a visit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipted {
    /// The text of its QR code.
    pub code: String,
    /// The team that the code names: the one that was drawn.
    pub team: Vec<Iid>,
}

/// When a visit is made: a date, written in full, and the part of that day with its place among the parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Such as the second, `下午`.
    pub part: Option<(usize, String)>,
}

/// Everything that forms are made of.
pub struct Ground<'a> {
    /// What was committed.
    pub commitment: &'a Commitment,
    /// Who is visited by whom, after all events.
    pub standing: &'a Standing<'a>,
    /// Names, as far as somebody brought them.
    pub names: &'a Names,
    /// Receipts by subject.
    pub receipts: &'a BTreeMap<Sid, Receipted>,
    /// Days of visits, as far as they are scheduled.
    pub days: &'a BTreeMap<Sid, Day>,
    /// Visits of this date alone, if there is one.
    pub on: Option<&'a str>,
    /// A sealed draw that is not opened: nothing of this may be known before the team stands at the door.
    pub closed: bool,
}

/// The forms of a draw.
pub struct Forms {
    visits: Vec<Visit>,
    /// What stands on every sheet.
    common: Value,
    /// Inspectors with their names and the places of their visits, by iid.
    people: Vec<(String, String, Vec<usize>)>,
}

/// The columns of the sheet to be filled in.
pub(super) fn record_columns() -> impl Iterator<Item = &'static str> {
    HEAD.iter().chain(visit::RECORD_COLUMNS).map(|(name, _)| *name)
}

impl Ground<'_> {
    /// Whether a subject's forms are asked for.
    pub fn wants(&self, sid: &Sid) -> bool {
        self.on.is_none_or(|date| self.days.get(sid).is_some_and(|day| day.date == date))
    }
}

impl Day {
    /// `2026-08-06 上午`.
    fn shown(&self) -> String {
        self.part
            .as_ref()
            .map_or_else(|| self.date.clone(), |(_, part)| format!("{} {part}", self.date))
    }
}

impl Form {
    /// All forms.
    pub const ALL: [Form; 3] = [Form::Record, Form::Letter, Form::Tasks];

    /// `record`, `letter` or `tasks`: the name of its files.
    pub fn name(self) -> &'static str {
        match self {
            Form::Record => "record",
            Form::Letter => "letter",
            Form::Tasks => "tasks",
        }
    }

    /// The name of its template.
    pub fn template(self) -> &'static str {
        match self {
            Form::Record => "form-record.html",
            Form::Letter => "form-letter.html",
            Form::Tasks => "form-tasks.html",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Form::Record => "随机抽查情况记录表",
            Form::Letter => "随机抽查通知书",
            Form::Tasks => "抽查任务表",
        }
    }
}

impl Forms {
    /// The forms of the visits that stand. Subjects are in the order of their numbers; an inspector's visits are in the order
    /// of their days, those without one last.
    pub fn of(ground: &Ground<'_>) -> Self {
        let stand: Vec<(&Sid, &standing::Visit)> =
            ground.standing.visits.iter().filter(|(sid, _)| ground.wants(sid)).collect();
        let visits = stand.iter().map(|(sid, visit)| Visit::of(ground, sid, visit)).collect();
        let mut places: BTreeMap<&Iid, Vec<usize>> = BTreeMap::new();
        for (at, (_, visit)) in stand.iter().enumerate() {
            for iid in visit.team.iter().flatten() {
                places.entry(iid).or_default().push(at);
            }
        }
        let day = |at: &usize| ground.days.get(stand[*at].0);
        for visits in places.values_mut() {
            visits.sort_by_key(|at| (day(at).is_none(), day(at)));
        }
        let person = |(iid, visits): (&Iid, Vec<usize>)| {
            let name = ground.names.inspector(iid.as_str()).to_owned();
            (masked(iid.as_str()).into_owned(), name, visits)
        };
        let commitment = ground.commitment;
        let mut alarms = Vec::new();
        if commitment.rehearsal {
            alarms.push("演练：不产生任何效力，不得据以检查");
        }
        if ground.closed {
            alarms.push("保密：检查人员到场之前不得交付、不得泄露");
        }
        let (from, to) = &commitment.window;
        let common = json!({
            "agency": commitment.agency, "plan": commitment.draw, "plan_title": commitment.title,
            "attempt": commitment.attempt, "from": from, "to": to, "alarms": alarms,
            "sealed": commitment.sealed(),
        });
        Forms { visits, common, people: places.into_iter().map(person).collect() }
    }

    /// How many files a form takes.
    pub fn files(&self, form: Form) -> usize {
        let sheets = if form == Form::Tasks { self.people.len() } else { self.visits.len() };
        sheets.div_ceil(PER_FILE).max(1)
    }

    /// What the template of a form is filled in with, for one of its files, from 0.
    pub fn page(&self, form: Form, file: usize) -> Value {
        let mut page = self.common.clone();
        page["title"] = json!(form.title());
        let from = file * PER_FILE;
        match form {
            Form::Record | Form::Letter => {
                let visits = self.visits.iter().skip(from).take(PER_FILE);
                page["visits"] = visits.map(Visit::page).collect();
            }
            Form::Tasks => {
                let person = |(iid, name, visits): &(String, String, Vec<usize>)| {
                    let rows: Vec<Value> =
                        visits.iter().map(|at| self.visits[*at].row_for(iid)).collect();
                    json!({"iid": iid, "name": name, "visits": rows})
                };
                page["people"] = self.people.iter().skip(from).take(PER_FILE).map(person).collect();
            }
        }
        page
    }

    /// The same as sheets of a workbook: visits, what each inspector has to do, and rows to be filled in with results.
    pub fn sheets(&self) -> Vec<Sheet> {
        let sheet = |name: &str, columns: &[(&str, Style)], rows| Sheet {
            name: name.to_owned(),
            columns: columns.iter().map(|(name, style)| ((*name).to_owned(), *style)).collect(),
            rows,
        };
        let plan = |row: Vec<String>| {
            let text = |key: &str| self.common[key].as_str().unwrap_or_default().to_owned();
            [vec![text("plan"), text("plan_title")], row].concat()
        };
        let visits = self.visits.iter().map(|visit| plan(visit.cells())).collect();
        let mut people = Vec::new();
        for (iid, name, places) in &self.people {
            for at in places {
                people.push(plan(
                    [vec![iid.clone(), name.clone()], self.visits[*at].cells()].concat(),
                ));
            }
        }
        let records = self.visits.iter().flat_map(Visit::record_rows).map(plan).collect();
        let with = |more: &[&[(&'static str, Style)]]| [&HEAD[..], &more.concat()].concat();
        let own = [("本人执法证号", Style::Code), ("本人姓名", Style::Text)];
        vec![
            sheet(BOOK_SHEETS[0], &with(&[visit::COLUMNS]), visits),
            sheet(BOOK_SHEETS[1], &with(&[&own, visit::COLUMNS]), people),
            sheet(BOOK_SHEETS[2], &with(&[visit::RECORD_COLUMNS]), records),
        ]
    }

    /// How many visits there are, and how many inspectors make them.
    pub fn counts(&self) -> (usize, usize) {
        (self.visits.len(), self.people.len())
    }
}
