//! A visit as forms show it.

use serde_json::{Value, json};

use super::{Day, Ground, Receipted};
use crate::events::standing;
use crate::pairing::slots::VisitSlot;
use crate::publish::document::Style;
use crate::publish::withheld::masked;
use crate::record::commitment::{List, Role};
use crate::record::ids::{Iid, Sid};

/// The tag of whoever may lead a team, in every pool.
const LEAD: &str = "lead";

/// The columns of a visit's row.
pub(super) const COLUMNS: &[(&str, Style)] = &[
    ("统一社会信用代码/注册号", Style::Code),
    ("检查对象名称", Style::Text),
    ("住所（经营场所）", Style::Text),
    ("抽查任务编号", Style::Code),
    ("抽查任务名称", Style::Text),
    ("抽查事项", Style::Text),
    ("检查人员执法证号", Style::Code),
    ("检查人员", Style::Text),
    ("检查日期", Style::Text),
    ("检查日期自", Style::Text),
    ("检查日期至", Style::Text),
    ("备注", Style::Text),
];

/// The columns of a row to be filled in with results; what is found is nobody's to write beforehand.
pub(super) const RECORD_COLUMNS: &[(&str, Style)] = &[
    ("抽查任务编号", Style::Code),
    ("抽查任务名称", Style::Text),
    ("统一社会信用代码/注册号", Style::Code),
    ("检查对象名称", Style::Text),
    ("抽查事项", Style::Text),
    ("检查人员执法证号", Style::Code),
    ("检查完成日期", Style::Text),
    ("检查方式", Style::Text),
    ("检查结果", Style::Text),
    ("发现问题情况", Style::Text),
    ("后续处置", Style::Text),
    ("状态", Style::Text),
];

/// A place in a team.
struct Seat {
    iid: String,
    name: String,
    post: &'static str,
    slot: String,
    role: &'static str,
    needs: String,
}

/// A task that a visit serves.
struct Task {
    list: String,
    title: String,
    matters: Vec<String>,
    ways: String,
}

/// A visit.
pub(super) struct Visit {
    sid: String,
    name: String,
    address: String,
    tasks: Vec<Task>,
    team: Vec<Seat>,
    /// First and last day of all its tasks' windows.
    window: (String, String),
    day: String,
    code: String,
    /// Whoever comes is not who the receipt names.
    changed: bool,
    /// Told to the subject beforehand.
    announced: bool,
}

impl Visit {
    pub fn of(ground: &Ground<'_>, sid: &Sid, visit: &standing::Visit) -> Self {
        let Ground { commitment, names, receipts, days, .. } = ground;
        let lists = || visit.lists.iter().filter_map(|list| commitment.list(list));
        let task = |list: &List| {
            let ways = list.notes.get("ways").and_then(Value::as_array);
            let ways = ways.into_iter().flatten().filter_map(Value::as_str);
            Task {
                list: list.list.clone(),
                title: list.title.clone(),
                matters: list.matters.iter().map(|id| names.matter(id)).collect(),
                ways: ways.collect::<Vec<_>>().join("、"),
            }
        };
        let seat = |(slot, iid): (&VisitSlot, &Option<Iid>)| {
            let iid = iid.as_ref().map_or("", Iid::as_str);
            Seat {
                iid: masked(iid).into_owned(),
                name: names.inspector(iid).to_owned(),
                post: post(slot),
                slot: slot.name().to_owned(),
                role: match slot.role {
                    Role::Inspector => "执法检查人员",
                    Role::Expert => "专家",
                },
                needs: slot.needs.join(" "),
            }
        };
        let none = Receipted::default();
        let receipt = receipts.get(sid).unwrap_or(&none);
        let now: Vec<&Iid> = visit.team.iter().flatten().collect();
        let told = lists().all(|list| list.notes.get("announced") == Some(&Value::Bool(true)));
        Visit {
            sid: masked(sid.as_str()).into_owned(),
            name: names.subject(sid.as_str()).to_owned(),
            address: names.address(sid.as_str()).to_owned(),
            tasks: lists().map(task).collect(),
            team: visit.slots.iter().zip(&visit.team).map(seat).collect(),
            window: window(commitment, lists()),
            day: days.get(sid).map(Day::shown).unwrap_or_default(),
            code: receipt.code.clone(),
            changed: !receipt.team.iter().eq(now),
            announced: told && !commitment.sealed(),
        }
    }

    /// What a template is filled in with.
    pub fn page(&self) -> Value {
        let task = |task: &Task| {
            json!({
                "list": task.list, "title": task.title, "matters": task.matters, "ways": task.ways,
            })
        };
        let seat = |seat: &Seat| {
            json!({
                "iid": seat.iid, "name": seat.name, "post": seat.post, "slot": seat.slot, "role": seat.role,
                "needs": seat.needs,
            })
        };
        json!({
            "sid": self.sid, "name": self.name, "address": self.address, "day": self.day,
            "tasks": self.tasks.iter().map(task).collect::<Vec<_>>(),
            "team": self.team.iter().map(seat).collect::<Vec<_>>(),
            "from": self.window.0, "to": self.window.1, "code": self.code,
            "changed": self.changed, "announced": self.announced,
        })
    }

    /// The visit among those of one inspector: with whom he makes it.
    pub fn row_for(&self, iid: &str) -> Value {
        let others = self.team.iter().filter(|seat| seat.iid != iid);
        let mut row = self.page();
        row["with"] = others.map(Seat::shown).collect();
        row
    }

    /// The row of the visit.
    pub fn cells(&self) -> Vec<String> {
        let tasks =
            |of: fn(&Task) -> String| self.tasks.iter().map(of).collect::<Vec<_>>().join("；");
        let iids: Vec<&str> = self.team.iter().map(|seat| seat.iid.as_str()).collect();
        let people: Vec<String> = self.team.iter().map(Seat::shown).collect();
        let (from, to) = &self.window;
        vec![
            self.sid.clone(),
            self.name.clone(),
            self.address.clone(),
            tasks(|task| task.list.clone()),
            tasks(|task| task.title.clone()),
            tasks(|task| task.matters.join("、")),
            iids.join("、"),
            people.join("、"),
            self.day.clone(),
            from.clone(),
            to.clone(),
            if self.changed { "人员已变更".to_owned() } else { String::new() },
        ]
    }

    /// A row for every matter, to be filled in.
    pub fn record_rows(&self) -> Vec<Vec<String>> {
        let team: Vec<&str> = self.team.iter().map(|seat| seat.iid.as_str()).collect();
        let row = |task: &Task, matter: &String| {
            let mut row = vec![
                task.list.clone(),
                task.title.clone(),
                self.sid.clone(),
                self.name.clone(),
                matter.clone(),
                team.join("、"),
            ];
            row.resize(RECORD_COLUMNS.len() - 1, String::new());
            row.push("未录入".to_owned());
            row
        };
        let rows = |task: &Task| task.matters.iter().map(|m| row(task, m)).collect::<Vec<_>>();
        self.tasks.iter().flat_map(rows).collect()
    }
}

impl Seat {
    /// `E001 张三`; of a slot that nobody holds, that.
    fn shown(&self) -> String {
        match (self.iid.as_str(), self.name.as_str()) {
            ("", _) => format!("（{}空缺）", self.post),
            (iid, "") => iid.to_owned(),
            (iid, name) => format!("{iid} {name}"),
        }
    }
}

/// What people call a post: who leads the team, and the others by what they are.
pub fn post(slot: &VisitSlot) -> &'static str {
    match slot.role {
        Role::Expert => "专家",
        Role::Inspector if slot.needs.iter().any(|need| need == LEAD) => "组长",
        Role::Inspector => "组员",
    }
}

/// The days in which all tasks of a visit may be done; of tasks that have no day in common the draw's own.
fn window<'a>(
    commitment: &crate::record::commitment::Commitment,
    lists: impl Iterator<Item = &'a List>,
) -> (String, String) {
    let (from, to) = &commitment.window;
    let (mut first, mut last) = (from.clone(), to.clone());
    for own in lists.filter_map(|list| list.notes.get("window")) {
        let day = |key: &str| own[key].as_str().map(str::to_owned);
        // Days that are written in full are in order as texts.
        first = day("from").filter(|day| *day > first).unwrap_or(first);
        last = day("to").filter(|day| *day < last).unwrap_or(last);
    }
    if first <= last { (first, last) } else { (from.clone(), to.clone()) }
}
