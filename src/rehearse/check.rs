//! What would stop or surprise, as findings: subjects without a tag that a slot needs, slots that hardly anybody can take,
//! departments and areas with more to do than they can, certificates that lapse, classes that an open draw tells.

use std::collections::BTreeMap;

use super::expect::{Expectation, Load, expect};
use super::simulate::{DEFAULT_SEED, Options, Simulation, simulate};
use super::stage::{NONE, Stage, bits};
use crate::base::finding::{Finding, Severity, Text};
use crate::pairing::slots::merged;
use crate::plan::{Applied, AppliedTask};
use crate::record::commitment::{Method, Quota};
use crate::say;

/// Draws that a check tries.
const TRIALS: usize = 4;
/// From this share of a capacity on, in permille, a check warns.
const NEARLY_ALL: u64 = 900;
/// How many names a finding shows.
const SHOWN: usize = 5;

/// What a check of one quarter tells beside the findings of the plan itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What must be expected; none where the plan has an error that leaves frames or quotas open.
    pub expectation: Option<Expectation>,
    /// How many matters and tasks use credit rules.
    pub credit: CreditShare,
    /// M02–M04, M06, M08–M11, P70, P71.
    pub findings: Vec<Finding>,
}

/// Numerators and denominators of the two indicators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CreditShare {
    /// Tasks whose sample or scope uses credit ratings.
    pub tasks: usize,
    /// All tasks.
    pub of_tasks: usize,
    /// Matters with such a task.
    pub matters: usize,
    /// All matters of the plan.
    pub of_matters: usize,
}

/// M02 and M04 of a plan as it stands over the registers: what keeps it from being simulated.
pub fn check_teams(applied: &Applied<'_>) -> Vec<Finding> {
    teams(&Stage::of(applied))
}

/// Checks a plan as it stands over the registers; nothing is hashed.
pub fn check(applied: &Applied<'_>) -> Check {
    let stage = Stage::of(applied);
    let mut findings: Vec<Finding> = lapsing(applied).into_iter().collect();
    findings.extend(revealed(applied));
    findings.extend(teams(&stage));
    findings.extend(check_scarce(&stage));
    let is_error = |finding: &Finding| finding.severity() == Severity::Error;
    let drawable = !applied.findings().iter().chain(&findings).any(is_error);
    let expectation = drawable.then(|| expect(&stage));
    if let Some(expectation) = &expectation {
        findings.extend(drawn_whole(applied));
        let burdens = burdens(expectation);
        let too_much = burdens.iter().any(is_error);
        findings.extend(burdens);
        // What is too much on average needs no trial.
        findings.extend(if too_much { None } else { trial(applied) });
    }
    Check { expectation, credit: credit(applied), findings }
}

fn credit(applied: &Applied<'_>) -> CreditShare {
    let mut matters: BTreeMap<&str, bool> = BTreeMap::new();
    let mut share = CreditShare::default();
    for task in applied.tasks() {
        let uses = task.uses_credit();
        share.of_tasks += 1;
        share.tasks += usize::from(uses);
        for matter in task.matters() {
            *matters.entry(matter).or_default() |= uses;
        }
    }
    share.of_matters = matters.len();
    share.matters = matters.values().filter(|uses| **uses).count();
    share
}

/// P70: certificates that lapse before the window ends; whoever has one takes no part.
fn lapsing(applied: &Applied<'_>) -> Option<Finding> {
    let expired = applied.excluded_inspectors().iter();
    let who: Vec<&str> = expired
        .filter(|person| person.reason == "certificate_expired")
        .map(|person| person.who.as_str())
        .collect();
    let (n, first, to) = (who.len(), first(&who), applied.plan().window().1);
    let cause = say!(
        "{n} 人的执法证在 {to} 之前到期，不参加匹配：{first}",
        "{n} certificates lapse before {to}, their holders take no part: {first}"
    );
    (n > 0).then(|| applied.plan().at_head("window", "P70", cause))
}

/// P71: lists whose strata, published with the frames, tell everybody's credit class or score.
fn revealed(applied: &Applied<'_>) -> Option<Finding> {
    // Frames that only an auditor sees tell nobody.
    if applied.plan().seal().is_some_and(|seal| !seal.opens_to_public) {
        return None;
    }
    let lists: Vec<&str> =
        applied.tasks().filter(AppliedTask::uses_credit).map(|task| task.list()).collect();
    let (n, first) = (lists.len(), first(&lists));
    let cause = say!(
        "{n} 个任务的公开抽样框显示各户的信用风险分类或分值：{first}",
        "the public frames of {n} tasks tell every subject's credit class or score: {first}"
    );
    (n > 0).then(|| applied.plan().at_head("classes", "P71", cause))
}

/// M11: strata that are drawn whole though nobody asked for all of them.
fn drawn_whole(applied: &Applied<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for task in applied.tasks() {
        let all = task.summary().n == task.summary().size;
        let whole = |(committed, known): &(
            &crate::record::commitment::Stratum,
            &crate::plan::StratumSummary,
        )| {
            let counted = matches!(committed.quota, Quota::Count(n) if n == committed.size);
            let certain = known.chance.is_some_and(|(above, below)| above >= below);
            committed.size > 0 && (counted || certain) && !(all && task.method() == Method::Fixed)
        };
        let strata = task.strata().iter().zip(&task.summary().strata).filter(whole);
        let names: Vec<String> =
            strata.map(|(s, _)| format!("{} ({})", s.stratum, s.size)).collect();
        if !names.is_empty() {
            let names = names.join(", ");
            let cause = say!("整层抽取：{names}", "drawn whole: {names}");
            findings.push(task.at("sample", "M11", cause));
        }
    }
    findings
}

/// M08 and M09: more is expected of a department or an area than its people can do, or nearly so.
fn burdens(expectation: &Expectation) -> Vec<Finding> {
    let Expectation { departments, areas, .. } = expectation;
    let departments = departments.iter().map(|load| (say!("部门", "department"), load));
    let areas = areas.iter().map(|load| (say!("片区", "area"), load));
    let finding = |(what, load): (Text, &Load)| {
        let permille = load.permille().filter(|permille| *permille >= NEARLY_ALL)?;
        let code = if permille > 1000 { "M08" } else { "M09" };
        let Load { name, people, capacity, slots_thousandths, .. } = load;
        let slots = slots_thousandths.div_ceil(1000);
        let (Text { zh, en }, none) = (what, name == "-");
        let (zh_name, en_name) =
            if none { ("（未指明）", "(none named)") } else { (name.as_str(), name.as_str()) };
        let cause = say!(
            "{zh} {zh_name}：预计 {slots} 人次，{people} 人上限合计 {capacity}",
            "{en} {en_name}: {slots} person-visits expected, {people} people may make {capacity}"
        );
        Some(Finding::new(code, cause).id(name))
    };
    departments.chain(areas).filter_map(finding).collect()
}

/// M10: some of a few trial draws could not be paired.
fn trial(applied: &Applied<'_>) -> Option<Finding> {
    let options = Options { runs: TRIALS, seed: DEFAULT_SEED, paired: 0, subject: None };
    let Simulation { quarters, .. } = simulate(std::slice::from_ref(applied), &options, &|_| {});
    let quarter = quarters.first().filter(|quarter| quarter.infeasible > 0)?;
    let (n, why) = (quarter.infeasible, quarter.example.as_ref());
    let (zh, en) = why.map_or(("", ""), |text| (text.zh.as_str(), text.en.as_str()));
    let cause = say!(
        "{TRIALS} 次试抽中 {n} 次配不齐，例如：{zh}",
        "{n} of {TRIALS} trial draws could not be paired, for example: {en}"
    );
    Some(Finding::new("M10", cause))
}

fn first(names: &[&str]) -> String {
    let more = if names.len() > SHOWN { " …" } else { "" };
    format!("{}{more}", names[..names.len().min(SHOWN)].join(" "))
}

/// M02 and M04: those who, were all lists to draw them, lack a placeholder's tag or have too many slots; what many have in
/// common, such as a placeholder that is misspelt, is told once.
fn teams(stage: &Stage<'_>) -> Vec<Finding> {
    let words = stage.words;
    let mut masks = vec![0u64; stage.applied.subjects().len() * words];
    for (list, task) in stage.applied.tasks().enumerate() {
        for place in task.members() {
            masks[*place as usize * words + list / 64] |= 1 << (list % 64);
        }
    }
    let tasks: Vec<AppliedTask<'_>> = stage.applied.tasks().collect();
    let mut known: BTreeMap<(u32, &[u64]), Option<Finding>> = BTreeMap::new();
    let mut found: BTreeMap<(&str, String), (Finding, Vec<&str>)> = BTreeMap::new();
    for (place, mask) in masks.chunks(words.max(1)).enumerate() {
        let tags = stage.tag_of[place];
        if tags == NONE {
            continue;
        }
        let finding = known.entry((tags, mask)).or_insert_with(|| {
            let slots = bits(mask).flat_map(|list| tasks[list].slots());
            merged(slots, &stage.tags[tags as usize]).err()
        });
        if let Some(finding) = finding {
            // Lists are named in the order of their names, as a commitment does.
            let list = bits(mask).map(|list| tasks[list].list()).min().unwrap_or_default();
            let sid = stage.applied.subjects()[place].0.as_str();
            let same = (list, finding.cause.en.clone());
            found.entry(same).or_insert_with(|| (finding.clone(), Vec::new())).1.push(sid);
        }
    }
    let told = |((list, _), (mut finding, sids)): (_, (Finding, Vec<&str>))| {
        let (n, names) = (sids.len(), first(&sids));
        if n > 1 {
            let Text { zh, en } = &finding.cause;
            finding.cause = say!("{zh}（{n} 户）", "{en} ({n} subjects)");
        }
        finding.column(list).id(names)
    };
    found.into_iter().map(told).collect()
}

/// M03 and M06: slots that nobody, or hardly anybody, qualifies for (recusals left aside), with an example each.
fn check_scarce(stage: &Stage<'_>) -> Vec<Finding> {
    // Who may need a slot: everybody in the frame of a list whose team has it.
    let mut subjects = vec![(0u64, NONE); stage.slots.texts.len()];
    let scarce: Vec<bool> = (0..stage.slots.texts.len())
        .map(|text| stage.slots.kinds[stage.slots.kind[text] as usize].len() < 3)
        .collect();
    if !scarce.contains(&true) {
        return Vec::new();
    }
    let words = stage.words;
    let mut masks = vec![0u64; stage.applied.subjects().len() * words];
    for (list, task) in stage.applied.tasks().enumerate() {
        for place in task.members() {
            masks[*place as usize * words + list / 64] |= 1 << (list % 64);
        }
    }
    let mut team = Vec::new();
    for (place, mask) in (0..).zip(masks.chunks(words.max(1))) {
        if stage.tag_of[place as usize] == NONE {
            continue;
        }
        stage.visit_slots(place, mask, &mut team);
        for text in team.iter().filter(|text| scarce[**text as usize]) {
            let (n, first) = &mut subjects[*text as usize];
            *n += 1;
            *first = (*first).min(place);
        }
    }
    let finding = |(text, (subjects, example)): (usize, (u64, u32))| {
        let people = stage.slots.kinds[stage.slots.kind[text] as usize].len();
        let code = if people == 0 { "M03" } else { "M06" };
        let Text { zh, en } = stage.slots.texts[text].words();
        let cause = say!(
            "岗位 {zh} 只有 {people} 人符合，涉及 {subjects} 个对象",
            "slot {en} is open to {people}, and {subjects} subjects may need it",
        );
        Finding::new(code, cause).id(stage.applied.subjects()[example as usize].0.as_str())
    };
    subjects.into_iter().enumerate().filter(|(_, (n, _))| *n > 0).map(finding).collect()
}
