//! 更正公示: what happened after the freeze, why, who approved it, and who was replaced by whom.

use std::collections::BTreeMap;

use super::Particulars;
use super::parts::{head, how, left_out};
use super::result::{NAME, named};
use crate::base::date::china_time;
use crate::base::finding::Finding;
use crate::events::chain::{Recorded, reason_words};
use crate::publish::document::{Document, Section, Style, code};
use crate::publish::draw::Draw;
use crate::publish::names::Names;
use crate::publish::withheld::{Rule, Withheld};
use crate::record::beacon::Source;
use crate::record::bundle::COMMITMENT;
use crate::record::event::{Growth, Kind, What};
use crate::record::event_tables::{NextRow, SUBJECTS, TEAMS, TeamRow};

pub(super) fn correction(
    draw: &Draw<'_>,
    names: &Names,
    particulars: &Particulars,
) -> Result<Document, Finding> {
    let mut withheld = Withheld::default();
    let result = draw.result().map_or_else(String::new, |digest| digest.hex());
    let digests =
        Section::facts("摘要", vec![code("承诺摘要", draw.digest.hex()), code("结果摘要", result)]);
    let mut sections = vec![head(draw, particulars), digests, events(draw, &mut withheld)];
    sections.extend(subjects(draw, names, &mut withheld)?);
    sections.extend(teams(draw, names, &mut withheld)?);
    sections.extend(how(draw, COMMITMENT, particulars));
    sections.extend(left_out(withheld.sentences()));
    Ok(Document {
        title: "随机抽查更正公示".to_owned(),
        agency: draw.commitment.agency.clone(),
        alarms: draw.alarms(true),
        sections,
    })
}

fn events(draw: &Draw<'_>, withheld: &mut Withheld) -> Section {
    let columns = [
        ("事件编号", Style::Number),
        ("登记时刻（北京时间）", Style::Text),
        ("类别", Style::Text),
        ("原因", Style::Text),
        ("涉及", Style::Code),
        ("说明", Style::Text),
        ("经办", Style::Text),
        ("批准", Style::Text),
        ("结果", Style::Text),
    ];
    let waiting = &draw.report.facts.events.waiting;
    let row = |one: &Recorded| {
        let event = &one.event;
        let kind = event.kind();
        let reason = match kind.is_absence() {
            true => {
                withheld.add(Rule::Reasons);
                String::new()
            }
            false => reason_words(event).zh,
        };
        // What else the office wrote down may be about a person; only what is corrected must be said.
        let tells = matches!(kind, Kind::Void | Kind::Correct);
        let note = event.note.clone().filter(|_| tells).unwrap_or_default();
        let result = match waiting.contains(&event.n) {
            true => format!("等待 {}", due(&event.beacon)),
            false => effect(kind).to_owned(),
        };
        let approver = if event.approver == "-" { "" } else { &event.approver };
        vec![
            event.n.to_string(),
            china_time(event.at),
            kind.words().zh,
            reason,
            concerned(&event.what, withheld),
            note,
            event.by.clone(),
            approver.to_owned(),
            result,
        ]
    };
    let rows = draw.events.iter().map(row).collect();
    Section::table("事件", &columns, rows)
        .note("事件按发生次序登记，只增不改；登记时刻由机关自述。")
        .cards()
}

/// What an event leads to.
fn effect(kind: Kind) -> &'static str {
    match kind {
        Kind::Void => "本次抽取作废，重新封存为下一次",
        Kind::Open => "保密部分已公开",
        Kind::Correct => "记录更正，抽取结果不变",
        Kind::Closed | Kind::Moved | Kind::Refused => "记为检查结果，递补情况见下",
        Kind::Staff | Kind::Recused | Kind::Leave | Kind::Certificate => "人员变动见下",
    }
}

fn due(sources: &[Source]) -> String {
    let due = |source: &Source| format!("{}（{}）", source.title().zh, china_time(source.at()));
    match sources {
        [] => "前一事件的随机数".to_owned(),
        sources => sources.iter().map(due).collect::<Vec<_>>().join("、"),
    }
}

/// The ids that an event concerns.
fn concerned(what: &What, withheld: &mut Withheld) -> String {
    match what {
        What::Void | What::Open => String::new(),
        What::Staff(Growth::Raise(n)) => format!("每人上限增加 {n}"),
        What::Staff(Growth::Add(iids)) => {
            let iids: Vec<String> = iids.iter().map(|iid| withheld.id(iid.as_str())).collect();
            iids.join("、")
        }
        What::Subject(_, sid) => withheld.id(sid.as_str()),
        What::Inspector(_, iid, sids) => {
            let mut ids = vec![withheld.id(iid.as_str())];
            ids.extend(sids.iter().map(|sid| withheld.id(sid.as_str())));
            ids.join("、")
        }
        What::Correct(n) => format!("第 {n} 号事件"),
    }
}

fn subjects(
    draw: &Draw<'_>,
    names: &Names,
    withheld: &mut Withheld,
) -> Result<Option<Section>, Finding> {
    let mut columns = vec![
        ("事件编号", Style::Number),
        ("抽查任务编号", Style::Code),
        ("原检查对象", Style::Code),
        ("递补检查对象", Style::Code),
    ];
    let named = !names.subjects.is_empty();
    columns.extend(named.then_some(("递补检查对象名称", Style::Text)));
    let mut rows = Vec::new();
    for one in &draw.events {
        for row in draw.rows_of::<NextRow>(&one.event, SUBJECTS)? {
            let next = row.next.as_ref().map(|sid| sid.as_str());
            let mut cells = vec![
                one.event.n.to_string(),
                row.list.clone(),
                withheld.id(row.sid.as_str()),
                next.map_or_else(|| "无候补".to_owned(), |sid| withheld.id(sid)),
            ];
            let name = next.map_or("", |sid| names.subject(sid));
            cells.extend(named.then(|| name.to_owned()));
            rows.push(cells);
        }
    }
    if rows.is_empty() {
        return Ok(None);
    }
    self::named(names, withheld);
    Ok(Some(Section::table("对象递补", &columns, rows)))
}

/// The slots that changed hands, several of one visit in one row.
fn teams(
    draw: &Draw<'_>,
    names: &Names,
    withheld: &mut Withheld,
) -> Result<Option<Section>, Finding> {
    let mut columns = vec![
        ("事件编号", Style::Number),
        ("统一社会信用代码/注册号", Style::Code),
        (NAME, Style::Text),
        ("原检查人员执法证号", Style::Code),
        ("现检查人员执法证号", Style::Code),
    ];
    let named = !names.subjects.is_empty();
    if !named {
        columns.retain(|(name, _)| *name != NAME);
    }
    let mut rows = Vec::new();
    for one in &draw.events {
        let mut visits: BTreeMap<String, [Vec<String>; 2]> = BTreeMap::new();
        for row in draw.rows_of::<TeamRow>(&one.event, TEAMS)? {
            let mut shown = |iid: &Option<crate::record::ids::Iid>, none: &str| {
                iid.as_ref().map_or_else(|| none.to_owned(), |iid| withheld.id(iid.as_str()))
            };
            let (before, after) = (shown(&row.before, "（无）"), shown(&row.iid, "（空缺）"));
            let [left, came] = visits.entry(row.sid.as_str().to_owned()).or_default();
            left.push(before);
            came.push(after);
        }
        for (sid, [left, came]) in visits {
            let mut cells = vec![one.event.n.to_string(), withheld.id(&sid)];
            cells.extend(named.then(|| names.subject(&sid).to_owned()));
            cells.extend([left.join("、"), came.join("、")]);
            rows.push(cells);
        }
    }
    if rows.is_empty() {
        return Ok(None);
    }
    withheld.add(Rule::People);
    self::named(names, withheld);
    Ok(Some(Section::table("人员变动", &columns, rows)))
}
