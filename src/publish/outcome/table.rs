//! A filled 情况记录表 row by row: the columns are those that the forms write, and every cell is checked against the draw.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::visits::{Meant, Roll, is_outside, matter_of};
use super::words::{FOLLOW_UPS, RESULTS, STATES, choices};
use super::{Came, Entry, Filled, Key, Times, is_other_sheet};
use crate::base::finding::{Finding, Severity, Text};
use crate::publish::forms::record_columns;
use crate::record::commitment::List;
use crate::registry::{Sheet, civil};
use crate::say;

const PLAN: &str = "抽查计划编号";
const LIST: &str = "抽查任务编号";
const SID: &str = "统一社会信用代码/注册号";
const MATTER: &str = "抽查事项";
const PEOPLE: &str = "检查人员执法证号";
const DONE_ON: &str = "检查完成日期";
const RESULT: &str = "检查结果";
const FOLLOW_UP: &str = "后续处置";
const STATE: &str = "状态";

/// What separates inspectors in a cell.
const SEPARATORS: [char; 8] = ['、', ';', '；', ',', '，', '\n', '\r', '\t'];

/// A row of a filled table whose key is of this draw.
pub(super) struct Read {
    pub key: Key,
    pub filled: Filled,
    /// Where it stands, in words.
    pub place: Finding,
}

/// The columns of a table, by name.
struct Columns<'s> {
    sheet: &'s Sheet,
    places: BTreeMap<&'static str, usize>,
}

/// A row with the findings about it.
struct Line<'s> {
    columns: &'s Columns<'s>,
    number: u64,
    cells: &'s [String],
    findings: Vec<Finding>,
}

/// The rows of all sheets, and everything that was found about them.
pub(super) fn read(
    sheets: &[Sheet],
    roll: &Roll<'_>,
    times: &Times<'_>,
) -> (Vec<Read>, Vec<Finding>) {
    let (mut rows, mut findings) = (Vec::new(), Vec::new());
    let mut tables = 0;
    for sheet in sheets.iter().filter(|one| !one.sheet.as_deref().is_some_and(is_other_sheet)) {
        tables += 1;
        match Columns::of(sheet, &mut findings) {
            None => {}
            Some(columns) => {
                for (number, cells) in &sheet.rows {
                    let mut line =
                        Line { columns: &columns, number: *number, cells, findings: Vec::new() };
                    rows.extend(line.read(roll, times));
                    findings.append(&mut line.findings);
                }
            }
        }
    }
    if tables == 0 {
        let cause = say!("没有“情况记录表”", "there is no sheet 情况记录表");
        let file = sheets.first().map_or("", |sheet| &sheet.file);
        findings.push(Finding::new("N09", cause).file(file));
    }
    (rows, findings)
}

impl<'s> Columns<'s> {
    fn of(sheet: &'s Sheet, findings: &mut Vec<Finding>) -> Option<Self> {
        let placed = |finding: Finding| {
            let finding = finding.file(&sheet.file);
            sheet.sheet.iter().fold(finding, |finding, name| finding.sheet(name))
        };
        let (mut places, mut wrong) = (BTreeMap::new(), Vec::new());
        for name in record_columns() {
            let mut found = (0..).zip(&sheet.header).filter(|(_, head)| *head == name);
            match (found.next(), found.next()) {
                (Some((at, _)), None) => drop(places.insert(name, at)),
                (None, _) => wrong.push(say!("缺少“{name}”列", "no column {name}")),
                (Some(_), Some(_)) => {
                    wrong.push(say!("“{name}”列不止一列", "more than one column {name}"));
                }
            }
        }
        let finding = |cause| placed(Finding::new("N09", cause).row(sheet.above + 1));
        if !wrong.is_empty() {
            findings.extend(wrong.into_iter().map(finding));
            return None;
        }
        let known: BTreeSet<&str> = record_columns().collect();
        let more = sheet.header.iter().filter(|head| !head.is_empty() && !known.contains(&***head));
        let more: Vec<&str> = more.map(String::as_str).collect();
        if !more.is_empty() {
            let more = more.join("、");
            let finding = Finding::new("N10", say!("{more}", "{more}")).row(sheet.above + 1);
            findings.push(placed(finding));
        }
        Some(Columns { sheet, places })
    }
}

impl Line<'_> {
    fn cell(&self, name: &'static str) -> &str {
        self.cells.get(self.columns.places[name]).map_or("", |cell| cell.trim())
    }

    /// A finding about a cell of this row.
    fn at(&self, code: &str, name: &'static str, cause: Text) -> Finding {
        let finding = self.place(code, cause).column(name);
        let finding = match self.columns.sheet.sheet {
            Some(_) => finding.at_column(self.columns.places[name]),
            None => finding,
        };
        match self.cell(SID) {
            "" => finding,
            sid => finding.id(sid),
        }
    }

    /// A finding about this row.
    fn place(&self, code: &str, cause: Text) -> Finding {
        let sheet = self.columns.sheet;
        let finding = Finding::new(code, cause).file(&sheet.file).row(self.number);
        sheet.sheet.iter().fold(finding, |finding, name| finding.sheet(name))
    }

    fn find(&mut self, code: &str, name: &'static str, cause: Text) {
        let finding = self.at(code, name, cause);
        self.findings.push(finding);
    }

    /// The row, if its key is of this draw; everything else is checked all the same.
    fn read(&mut self, roll: &Roll<'_>, times: &Times<'_>) -> Option<Read> {
        let list = self.list(roll);
        let key = self.key(roll, list);
        let results = self.words(RESULT, &RESULTS, RESULTS[0]);
        let follow_up = self.words(FOLLOW_UP, &FOLLOW_UPS, FOLLOW_UPS[0]);
        let state = self.state();
        let done_on = self.done_on(roll, times);
        let mut entered = false;
        if state == Some(STATES[0]) {
            if !self.cell(RESULT).is_empty() || !self.cell(FOLLOW_UP).is_empty() {
                let cause = say!(
                    "已填结果，状态仍是“未录入”",
                    "there is a result, and the state is still 未录入"
                );
                self.find("N14", STATE, cause);
            }
        } else if let Some(state) = state {
            entered = true;
            for name in [RESULT, DONE_ON] {
                if self.cell(name).is_empty() {
                    let cause = say!(
                        "状态是“{state}”，而没有{name}",
                        "the state is {state}, and {name} is empty"
                    );
                    self.find("N14", name, cause);
                }
            }
            if let (Some(list), Some(day)) = (list, done_on)
                && is_outside(roll.commitment, list, day)
            {
                let cause = say!("{day} 不在检查日期以内", "{day} is outside the window");
                self.find("N16", DONE_ON, cause);
            }
        }
        let key = key?;
        let team = roll.visits.get(&key.sid).map(|visit| &visit.team);
        let came = self.came(roll, team, entered);
        // Of a row with a mistake nothing is held against another row.
        let wrong = self.findings.iter().any(|finding| finding.severity() == Severity::Error);
        let filled = match (entered && !wrong, done_on, state) {
            (true, Some(done_on), Some(state)) => {
                Filled::Entered { entry: Entry { results, follow_up, done_on, came }, state }
            }
            _ => Filled::Blank,
        };
        let place = self.place("N12", say!("", ""));
        Some(Read { key, filled, place })
    }

    fn list<'r>(&mut self, roll: &Roll<'r>) -> Option<&'r List> {
        let plan = self.cell(PLAN).to_owned();
        let own = &roll.commitment.draw;
        if !plan.is_empty() && plan != *own {
            let cause = say!("“{plan}”不是 {own}", "{plan} is not {own}");
            self.find("N11", PLAN, cause);
        }
        let name = self.cell(LIST).to_owned();
        let list = roll.commitment.list(&name);
        if list.is_none() {
            let cause = say!("本次抽取没有任务“{name}”", "the draw has no task {name:?}");
            self.find("N11", LIST, cause);
        }
        list
    }

    fn key(&mut self, roll: &Roll<'_>, list: Option<&List>) -> Option<Key> {
        let sid = match roll.subject(self.cell(SID)) {
            Meant::One(sid) => Some(sid),
            Meant::Many(n) => {
                let cause = say!(
                    "遮盖后的编号有 {n} 户相同：请写全",
                    "{n} subjects look like this when masked: write the whole id"
                );
                self.find("N11", SID, cause);
                None
            }
            Meant::Nobody => {
                self.find("N11", SID, say!("本次没有抽中它", "it was not drawn"));
                None
            }
        };
        let list = list?;
        let name = &list.list;
        if let Some(sid) = sid
            && !roll.visits[sid].lists.contains(name)
        {
            let cause = say!("不是为任务 {name} 抽中的", "it was not drawn for task {name}");
            self.find("N11", LIST, cause);
            return None;
        }
        let cell = self.cell(MATTER).to_owned();
        let matter = matter_of(list, &cell);
        if matter.is_none() {
            let has = |other: &&List| matter_of(other, &cell).is_some();
            let cause = match roll.commitment.lists.iter().find(has) {
                Some(List { list: other, .. }) => say!(
                    "“{cell}”属于任务 {other}，不属于 {name}",
                    "{cell} belongs to task {other}, not to {name}"
                ),
                None => say!("任务 {name} 没有事项“{cell}”", "task {name} has no matter {cell:?}"),
            };
            self.find("N11", MATTER, cause);
        }
        Some(Key { sid: sid?.clone(), list: name.clone(), matter: matter?.clone() })
    }

    /// The words in a cell. `alone` says that there is nothing, and so stands alone.
    fn words(
        &mut self,
        name: &'static str,
        list: &'static [&'static str],
        alone: &'static str,
    ) -> Vec<&'static str> {
        let (found, unknown) = choices(self.cell(name), list);
        for one in unknown {
            self.find("N13", name, unlisted(&one.text, one.meant));
        }
        if found.len() > 1 && found.contains(&alone) {
            let cause = say!("“{alone}”不能与其他并列", "{alone} stands alone");
            self.find("N14", name, cause);
        }
        found
    }

    fn state(&mut self) -> Option<&'static str> {
        let cell = self.cell(STATE).to_owned();
        let (found, unknown) = choices(&cell, &STATES);
        match (found.as_slice(), unknown.as_slice()) {
            ([], []) => Some(STATES[0]),
            ([state], []) => Some(state),
            (_, unknown) => {
                let meant = unknown.first().and_then(|one| one.meant);
                self.find("N13", STATE, unlisted(&cell, meant));
                None
            }
        }
    }

    fn done_on(&mut self, roll: &Roll<'_>, times: &Times<'_>) -> Option<Date> {
        let cell = self.cell(DONE_ON).to_owned();
        if cell.is_empty() {
            return None;
        }
        let Some(day) = civil(&cell) else {
            self.find("N15", DONE_ON, say!("“{cell}”不是日期", "{cell:?} is no date"));
            return None;
        };
        let last = times.today.min(times.published);
        if let Some(drawn_on) = roll.drawn_on.filter(|drawn_on| day < *drawn_on) {
            let cause = say!(
                "{day} 早于抽取之日 {drawn_on}",
                "{day} is before the day of the draw, {drawn_on}"
            );
            self.find("N15", DONE_ON, cause);
            return None;
        }
        if day > last {
            let cause = say!("{day} 晚于 {last}，尚未到来", "{day} is after {last}: yet to come");
            self.find("N15", DONE_ON, cause);
            return None;
        }
        Some(day)
    }

    /// Who really went; none if the cell does not say. Whoever is in no register is never named: it may be a name.
    fn came(
        &mut self,
        roll: &Roll<'_>,
        team: Option<&BTreeSet<crate::record::ids::Iid>>,
        entered: bool,
    ) -> Option<Came> {
        let cell = self.cell(PEOPLE).to_owned();
        let mut came = Came::default();
        for text in cell.split(SEPARATORS).map(str::trim).filter(|text| !text.is_empty()) {
            match roll.inspector(text, team) {
                Some(iid) => drop(came.people.insert(iid.clone())),
                None => drop(came.strangers.insert(text.to_owned())),
            }
        }
        if !came.strangers.is_empty() && entered {
            let names = came.strangers.iter().cloned().collect::<Vec<_>>().join("、");
            let cause = say!("本次名录中没有“{names}”", "not in the draw's registers: {names}");
            self.find("N17", PEOPLE, cause);
        }
        (came != Came::default()).then_some(came)
    }
}

fn unlisted(text: &str, meant: Option<&'static str>) -> Text {
    match meant {
        Some(word) => say!("“{text}”：是否“{word}”？", "{text:?}: is {word} meant?"),
        None => say!("“{text}”", "{text:?}"),
    }
}
