//! 年度抽查工作计划: one file for a year's four quarters, each of them one draw; or one file for one quarter.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use super::adjust::Adjustment;
use super::beacon::read_sources;
use super::keys;
use super::model::{Plan, Task};
use super::parse::{Head, check_opening, read_window};
use super::reader::{Lenient, Node};
use super::task::Draft;
use crate::base::finding::{Finding, Findings};
use crate::record::ids::is_name;
use crate::say;

/// The plans of a file: one for each quarter of a year, or the one of a quarter's file.
#[derive(Clone, Debug)]
pub struct AnnualPlan {
    pub(super) file: String,
    pub(super) year: Option<i16>,
    /// Not empty; in the order of the file.
    pub(super) plans: Vec<Plan>,
    pub(super) adjustments: Vec<Adjustment>,
}

impl AnnualPlan {
    /// The year, if the file is a year's.
    pub fn year(&self) -> Option<i16> {
        self.year
    }

    /// The file's name, as the user knows it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Why it differs from the plan before it.
    pub fn adjustments(&self) -> &[Adjustment] {
        &self.adjustments
    }

    /// The plan of every quarter, in the file's order; at least one.
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// The plan of a quarter, 1 to 4; without a quarter the only one.
    ///
    /// # Errors
    /// P31 if the file has no such quarter, or if it has several and none is named.
    pub fn of_quarter(&self, quarter: Option<u8>) -> Result<&Plan, Finding> {
        let refuse = |cause| Err(Finding::new("P31", cause).file(&self.file));
        let quarters: Vec<String> =
            self.plans.iter().filter_map(Plan::quarter).map(|q| q.to_string()).collect();
        let quarters = quarters.join(", ");
        match (quarter, self.plans.as_slice()) {
            (None, [plan]) => Ok(plan),
            (None, _) => refuse(say!(
                "文件有第 {quarters} 季度，未指明哪一季度",
                "the file has the quarters {quarters} and none was named"
            )),
            (Some(quarter), [plan]) if plan.quarter().is_none() => refuse(say!(
                "文件是一个季度的计划，没有“第 {quarter} 季度”可选",
                "the file is one quarter's, there is no quarter {quarter} to choose"
            )),
            (Some(quarter), plans) => {
                match plans.iter().find(|plan| plan.quarter() == Some(quarter)) {
                    Some(plan) => Ok(plan),
                    None => refuse(say!(
                        "文件只有第 {quarters} 季度，没有第 {quarter} 季度",
                        "the file has the quarters {quarters} and no quarter {quarter}"
                    )),
                }
            }
        }
    }

    /// The plan of a draw, by its name.
    pub fn of_draw(&self, draw: &str) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.draw() == draw)
    }
}

impl Plan {
    /// Reads a file that plans one draw and has no mistake.
    ///
    /// # Errors
    /// All mistakes of the file, as [`AnnualPlan::parse`] finds them; P31 if it plans several draws.
    pub fn parse(text: &str, file: &str) -> Result<(Plan, Vec<Finding>), Findings> {
        let (annual, findings) = AnnualPlan::parse(text, file);
        let ((), findings) = Findings::check(findings, ())?;
        let annual = annual.expect("bug: nothing is missing without a finding");
        let plan = annual.of_quarter(None)?.clone();
        Ok((plan, findings))
    }
}

/// What a `[[quarter]]` says.
struct Quarter {
    quarter: Option<u8>,
    draw: Option<String>,
    title: Option<String>,
    window: Option<(Date, Date)>,
    lists: Option<String>,
    sources: Option<Vec<crate::record::beacon::Source>>,
    /// The day by which a sealed draw opens.
    opens_by: Option<Date>,
}

/// The plans of a year's quarters whose windows were understood.
pub(super) fn read_quarters(
    head: &Head,
    year: Option<i16>,
    node: &Node<'_>,
    drafts: &[Draft<'_>],
) -> Vec<Plan> {
    let nodes = node.array().unwrap_or_default();
    if nodes.is_empty() {
        node.breach("P03", say!("至少须有一个季度", "there must be at least one quarter"));
    }
    let quarters: Vec<(Quarter, &Node<'_>)> =
        nodes.iter().filter_map(|node| Some((read_quarter(head, year, node)?, node))).collect();
    check_names(&quarters);
    check_tasks(&quarters, drafts);
    let mut plans = Vec::new();
    for (quarter, node) in quarters {
        let tasks = tasks_of(&quarter, drafts);
        let wants = |draft: &Draft<'_>| quarter.quarter.is_some_and(|n| draft.is_in(n));
        if quarter.quarter.is_some() && !drafts.iter().any(wants) {
            node.breach("P03", say!("本季度没有任务", "no task is in this quarter"));
        }
        let Some(window) = quarter.window else { continue };
        for (task, draft) in tasks.iter().zip(drafts.iter().filter(|draft| wants(draft))) {
            draft.check_window(task, window);
        }
        plans.push(Plan {
            quarter: quarter.quarter,
            draw: quarter.draw.unwrap_or_default(),
            title: quarter.title.unwrap_or_default(),
            window,
            sources: quarter.sources.unwrap_or_default(),
            seal: head.plan.seal.clone().zip(quarter.opens_by).map(|(mut seal, by)| {
                seal.by = by;
                seal
            }),
            tasks,
            ..head.plan.clone()
        });
    }
    plans
}

fn read_quarter(head: &Head, year: Option<i16>, node: &Node<'_>) -> Option<Quarter> {
    let table = node.table()?;
    let parts = Lenient::new(&table, keys::QUARTER);
    let number = parts.must("quarter", |node| node.integer(1, 4));
    let quarter = number.and_then(|n| u8::try_from(n).ok());
    let title = match &head.title {
        None => parts.must("title", Node::text),
        Some(of_year) => parts.may("title", Node::text).or_else(|| {
            let n = quarter?;
            Some(format!("{of_year}（第{n}季度）"))
        }),
    };
    let window = parts.must("window", |node| {
        let window = read_window(node)?;
        match year {
            Some(year) if window.0.year() != year => {
                let from = window.0;
                let cause = say!(
                    "窗口自 {from} 起，不在 {year} 年",
                    "the window begins on {from}, not in {year}"
                );
                node.breach("P32", cause);
                None
            }
            _ => Some(window),
        }
    });
    let opens_by = match (&head.plan.seal, table.may("opens_by")) {
        (Some(_), _) => parts.must("opens_by", Node::date),
        (None, Some(node)) => {
            node.breach("S13", say!("没有 [seal]", "there is no [seal]"));
            parts.note(false);
            None
        }
        (None, None) => None,
    };
    if let (Some(by), Some(window), Some(node)) = (opens_by, window, table.may("opens_by")) {
        check_opening(&node, by, window);
    }
    Some(Quarter {
        opens_by,
        quarter,
        draw: parts.must("draw", Node::name),
        title,
        window,
        lists: parts.must("lists", Node::name),
        sources: parts.must("sources", |node| read_sources(node, head.trust)),
    })
}

/// P06 for a quarter or the name of a draw that stands twice.
fn check_names(quarters: &[(Quarter, &Node<'_>)]) {
    let (mut numbers, mut draws) = (BTreeSet::new(), BTreeSet::new());
    for (quarter, node) in quarters {
        if let Some(n) = quarter.quarter.filter(|n| !numbers.insert(*n)) {
            node.breach("P06", say!("第 {n} 季度列了两次", "the quarter {n} stands twice"));
        }
        if let Some(draw) = quarter.draw.as_ref().filter(|draw| !draws.insert((*draw).clone())) {
            let cause = say!("抽取编号 {draw} 已用过", "the draw's name {draw} is taken");
            node.breach("P06", cause);
        }
    }
}

/// P39 for tasks of quarters that the file has not, and P06 and P04 for the names of their lists.
fn check_tasks(quarters: &[(Quarter, &Node<'_>)], drafts: &[Draft<'_>]) {
    let known: Vec<u8> = quarters.iter().filter_map(|(quarter, _)| quarter.quarter).collect();
    for draft in drafts {
        let strange = draft.quarters.iter().flatten().find(|n| !known.contains(n));
        if let Some(n) = strange.filter(|_| known.len() == quarters.len()) {
            let cause =
                say!("计划中没有第 {n} 季度", "the plan has no [[quarter]] with quarter = {n}");
            draft.breach("quarters", "P39", cause);
        }
    }
    for (quarter, _) in quarters {
        let Quarter { quarter: Some(n), lists: Some(lists), .. } = quarter else { continue };
        let mut names = BTreeSet::new();
        for draft in drafts.iter().filter(|draft| draft.is_in(*n)) {
            let Some(list) = draft.list_of(lists) else { continue };
            if !is_name(&list) {
                let cause = say!(
                    "任务编号 {list} 超过 64 个字符",
                    "the list name {list} has more than 64 characters"
                );
                draft.breach("serial", "P04", cause);
            } else if !names.insert(list.to_ascii_lowercase()) {
                let cause =
                    say!("第 {n} 季度已有任务 {list}", "the quarter {n} has a list {list} already");
                draft.breach("serial", "P06", cause);
            }
        }
    }
}

/// The tasks of a quarter, each with the name of its list there.
fn tasks_of(quarter: &Quarter, drafts: &[Draft<'_>]) -> Vec<Task> {
    let task = |draft: &Draft<'_>| {
        let list = quarter.lists.as_ref().and_then(|lists| draft.list_of(lists));
        draft.task(list.unwrap_or_default())
    };
    let own = |draft: &&Draft<'_>| quarter.quarter.is_some_and(|n| draft.is_in(n));
    drafts.iter().filter(own).map(task).collect()
}

/// Marks the plans of a file that has a mistake, and gives all of them its places.
pub(super) fn finish(plans: &mut [Plan], sound: bool, places: super::reader::Places) {
    let places = Arc::new(places);
    for plan in plans {
        plan.sound = sound;
        plan.places = Arc::clone(&places);
    }
}
