//! 抽查计划公示: what will be drawn, from how many, by which public value, before anybody knows it.

use super::Particulars;
use super::parts::{excluded, head, how, left_out, replacement, sources, strata, tasks};
use crate::plan::reason_text;
use crate::publish::document::{Document, Section, Style, code, count, fact};
use crate::publish::draw::Draw;
use crate::publish::names::Names;
use crate::publish::withheld::{Rule, Withheld};
use crate::record::bundle::COMMITMENT;

pub(super) fn plan(draw: &Draw<'_>, names: &Names, particulars: &Particulars) -> Document {
    let mut withheld = Withheld::default();
    if !draw.shows_strata() {
        withheld.add(Rule::Classes);
    }
    if draw.commitment.sealed() {
        withheld.add(Rule::Sealed);
    }
    let mut sections = vec![head(draw, particulars), tasks(draw, names)];
    sections.extend(strata(draw, false));
    sections.extend(exclusions(draw));
    sections.extend([people(draw), sources(draw, false), frozen(draw), replacement(draw)]);
    sections.extend(how(draw, COMMITMENT, particulars));
    sections.extend(left_out(withheld.sentences()));
    Document {
        title: "随机抽查计划公示".to_owned(),
        agency: draw.commitment.agency.clone(),
        alarms: draw.alarms(false),
        sections,
    }
}

/// Why subjects in scope are not in the frame, and how many of them.
fn exclusions(draw: &Draw<'_>) -> Option<Section> {
    let columns =
        [("抽查任务编号", Style::Code), ("排除原因", Style::Text), ("户数", Style::Number)];
    let mut rows = Vec::new();
    for list in draw.commitment.lists_by_name() {
        for (reason, n) in excluded(list).unwrap_or_default() {
            rows.push(vec![list.list.clone(), reason_text(&reason).zh, n.to_string()]);
        }
    }
    (!rows.is_empty()).then(|| Section::table("排除情况", &columns, rows))
}

/// How many inspectors take part. Nobody is named: who comes is decided by the draw.
fn people(draw: &Draw<'_>) -> Section {
    let commitment = &draw.commitment;
    let standby = commitment.standby.map_or_else(String::new, |root| root.n.to_string());
    Section::facts(
        "检查人员",
        vec![
            count("执法检查人员数", commitment.inspectors.n),
            count("备用人员数", standby),
            count("回避登记条数", commitment.recusals.n),
            fact("小组", "每组不少于两名执法检查人员，由随机数匹配，专家不计入"),
        ],
    )
}

/// What binds the office from now on.
fn frozen(draw: &Draw<'_>) -> Section {
    let (name, version) = &draw.commitment.engine;
    Section::facts(
        "封存承诺",
        vec![
            code("承诺摘要", draw.digest.hex()),
            fact("摘要算法", draw.commitment.suite.name()),
            fact("封存软件", format!("{name} {version}")),
        ],
    )
    .note("名录、回避、抽取数和随机数来源已由此摘要固定：改动任何一处，摘要即不同。")
}
