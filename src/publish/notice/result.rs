//! 抽取结果公示: who was drawn and who comes, with everything that is needed to compute it again.

use std::collections::BTreeMap;

use super::Particulars;
use super::parts::{head, how, left_out, sources, strata, tasks};
use crate::base::finding::Lang;
use crate::base::ratio::percent;
use crate::publish::document::{Document, Section, Style, code, count, fact};
use crate::publish::draw::Draw;
use crate::publish::names::Names;
use crate::publish::withheld::{Rule, Withheld};
use crate::record::bundle::MANIFEST;
use crate::record::tables::{AssignmentRow, Outcome};
use crate::verify;

/// The column of names, which is left out where nobody brought any.
pub(super) const NAME: &str = "检查对象名称";

pub(super) fn result(draw: &Draw<'_>, names: &Names, particulars: &Particulars) -> Document {
    let mut withheld = Withheld::default();
    if !draw.shows_strata() {
        withheld.add(Rule::Classes);
    }
    let mut sections = vec![head(draw, particulars), tasks(draw, names), numbers(draw)];
    sections.extend(strata(draw, true));
    sections.extend([sources(draw, true), digests(draw)]);
    sections.extend(attempts(draw));
    match draw.is_closed() {
        true => withheld.add(Rule::Sealed),
        false => {
            sections.push(drawn(draw, names, &mut withheld));
            sections.extend(teams(draw, names, &mut withheld));
        }
    }
    sections.extend(not_shown(draw));
    sections.extend(how(draw, MANIFEST, particulars));
    sections.extend(left_out(withheld.sentences()));
    Document {
        title: "随机抽取结果公示".to_owned(),
        agency: draw.commitment.agency.clone(),
        alarms: draw.alarms(true),
        sections,
    }
}

/// The draw in numbers.
fn numbers(draw: &Draw<'_>) -> Section {
    let facts = &draw.report.facts;
    let drawn: Option<u64> = facts.lists.iter().map(|list| list.drawn).sum();
    let framed: u64 = facts.lists.iter().map(|list| list.size).sum();
    let text = |n: Option<u64>| n.map_or_else(String::new, |n| n.to_string());
    // Not reduced: people look for the number that stands beside it.
    let share = drawn.map_or_else(String::new, |n| {
        let share = percent((n.into(), framed.max(1).into()));
        format!("{n}/{framed}（{share}）")
    });
    let loads = facts.loads.filter(|_| draw.contents.shortage.is_none());
    let loads = loads.map_or_else(String::new, |(least, most)| format!("{least} 至 {most}"));
    let forced = draw.contents.assignment.as_ref().map(|_| facts.forced_slots.len() as u64);
    Section::facts(
        "抽取概况",
        vec![
            count("抽中户次", text(drawn)),
            fact("占抽样框户次", share),
            count("入户检查次数", text(facts.visits.map(|n| n as u64))),
            count("合并减少入户次数", text(facts.visits_saved())),
            fact("每名人员检查次数", loads),
            count("可选人员不足三名的岗位", text(forced)),
        ],
    )
    .note("抽取之后的更正、替补另见更正公示。")
}

/// What anybody needs to compute the draw again.
fn digests(draw: &Draw<'_>) -> Section {
    let hex = |digest: Option<crate::base::digest::Digest>| {
        digest.map_or_else(String::new, |digest| digest.hex())
    };
    Section::facts(
        "种子与摘要",
        vec![
            code("承诺摘要", draw.digest.hex()),
            code("随机种子", hex(draw.report.facts.seed)),
            code("结果摘要", hex(draw.result())),
        ],
    )
    .note("随机种子由承诺摘要和上列随机数算出，抽签号由种子和对象编号算出；结果摘要固定全部结果文件。")
}

/// All attempts that a transparency log shows, where the publisher looked into one.
fn attempts(draw: &Draw<'_>) -> Option<Section> {
    let attempts = draw.report.facts.logged.as_ref()?.attempts.as_ref()?;
    let columns = [
        ("记入日志时刻（北京时间）", Style::Text),
        ("抽查计划编号", Style::Code),
        ("抽取次数", Style::Number),
        ("承诺摘要", Style::Code),
        ("状态", Style::Text),
    ];
    let row = |attempt: &verify::AttemptFacts| {
        let state = match attempt.state {
            "void" => "作废",
            "void_too_late" => "作废（已过信标时刻，无效）",
            _ => "有效",
        };
        let own = if attempt.own { "，即本次" } else { "" };
        vec![
            crate::base::date::china_time(attempt.at_s),
            attempt.draw.clone(),
            attempt.attempt.to_string(),
            attempt.commitment.hex(),
            format!("{state}{own}"),
        ]
    };
    let rows = attempts.iter().map(row).collect();
    Some(
        Section::table("历次封存", &columns, rows)
            .note("本机关就同一事项、重叠期间封存的全部抽取。"),
    )
}

fn drawn(draw: &Draw<'_>, names: &Names, withheld: &mut Withheld) -> Section {
    let mut columns = vec![
        ("序号", Style::Number),
        ("抽查任务编号", Style::Code),
        ("统一社会信用代码/注册号", Style::Code),
        (NAME, Style::Text),
        ("层", Style::Code),
        ("名次", Style::Number),
        ("抽取结果", Style::Text),
    ];
    if !draw.shows_strata() {
        columns.retain(|(name, _)| *name != "层");
    }
    let named = named(names, withheld);
    if !named {
        columns.retain(|(name, _)| *name != NAME);
    }
    let mut rows = Vec::new();
    for (list, ranked) in &draw.contents.draws {
        for row in ranked {
            let outcome = match row.outcome {
                Outcome::Drawn => "抽中",
                Outcome::Reserve => "候补",
            };
            let mut cells =
                vec![(rows.len() + 1).to_string(), list.clone(), withheld.id(row.sid.as_str())];
            cells.extend(named.then(|| names.subject(row.sid.as_str()).to_owned()));
            cells.extend(draw.shows_strata().then(|| row.stratum.clone()));
            cells.extend([row.rank.to_string(), outcome.to_owned()]);
            rows.push(cells);
        }
    }
    Section::table("抽取名单", &columns, rows).note("候补按名次排列，只依替补规则递补。")
}

/// Whether there are names to be shown; where nobody brought any the notice says so.
pub(super) fn named(names: &Names, withheld: &mut Withheld) -> bool {
    let named = !names.subjects.is_empty();
    if !named {
        withheld.add(Rule::Names);
    }
    named
}

/// Who visits whom, by certificate numbers; none where no pairing was possible.
fn teams(draw: &Draw<'_>, names: &Names, withheld: &mut Withheld) -> Option<Section> {
    let mut columns = vec![
        ("序号", Style::Number),
        ("统一社会信用代码/注册号", Style::Code),
        (NAME, Style::Text),
        ("抽查任务编号", Style::Code),
        ("检查人员执法证号", Style::Code),
    ];
    let named = named(names, withheld);
    if !named {
        columns.retain(|(name, _)| *name != NAME);
    }
    let mut people: BTreeMap<&str, Vec<&AssignmentRow>> = BTreeMap::new();
    for row in draw.teams() {
        people.entry(row.sid.as_str()).or_default().push(row);
    }
    if people.is_empty() {
        return None;
    }
    withheld.add(Rule::People);
    let visits = draw.contents.visits.as_deref().unwrap_or_default();
    let mut rows = Vec::new();
    for visit in visits {
        let sid = visit.sid.as_str();
        let team = people.get(sid).into_iter().flatten();
        let team: Vec<String> = team.map(|row| withheld.id(row.iid.as_str())).collect();
        let mut cells = vec![(rows.len() + 1).to_string(), withheld.id(sid)];
        cells.extend(named.then(|| names.subject(sid).to_owned()));
        cells.extend([visit.lists.join("、"), team.join("、")]);
        rows.push(cells);
    }
    Some(Section::table("检查小组", &columns, rows).note("一户一组，一次入户完成所列各项任务。"))
}

/// The checks that the bundle alone cannot answer.
fn not_shown(draw: &Draw<'_>) -> Option<Section> {
    let columns = [("核验项", Style::Number), ("名称", Style::Text), ("说明", Style::Text)];
    let row = |check: &verify::Check| match &check.outcome {
        verify::Outcome::NotShown(text) => Some(vec![
            check.number.to_string(),
            check.step().name(Lang::Zh).to_owned(),
            text.zh.clone(),
        ]),
        _ => None,
    };
    let rows: Vec<Vec<String>> = draw.report.checks.iter().filter_map(row).collect();
    let passed = draw.report.checks.len() - rows.len();
    (!rows.is_empty()).then(|| {
        let note = format!("其余 {passed} 项核验通过；下列各项单凭公示包不能证明。");
        Section::table("未示的核验项", &columns, rows).note(note)
    })
}
