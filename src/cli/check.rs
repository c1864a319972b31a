//! `ssj check`: everything that would stop or surprise, at once, with place and remedy.

use std::mem::ManuallyDrop;
use std::path::Path;

use serde_json::{Value, json};

use super::args::CheckArgs;
use super::changes::Changes;
use super::clock::Clock;
use super::console::{Console, finding_json, table};
use super::ground::{PlanFile, Registers, once};
use super::verify::percent;
use super::workspace::open_store;
use super::{BAD_INPUT, DONE, Failure, NOT_VERIFIED};
use crate::base::date::china_time;
use crate::base::finding::{Finding, Lang, Severity, Text};
use crate::plan::{Applied, ExcludedSubject, Plan, StratumSummary, TaskSummary, reason_text};
use crate::rehearse::{self, Check, CreditShare, Expectation, Load};
use crate::say;

/// How many inspectors who take no part are named of each reason.
const SHOWN: usize = 5;
/// So many statuses that keep subjects out are named.
const STATUSES_SHOWN: usize = 12;
/// Findings that say that a plan cannot be paired, or that somebody must approve first: the plan itself is in order.
const RISKS: &[&str] = &["M07", "M08", "M10"];

pub(super) fn check(
    workspace: &Path,
    args: &CheckArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let store = open_store(workspace)?;
    let file = PlanFile::read(&args.plan, args.rules.as_deref())?;
    let plans = file.plans(args.quarter)?;
    // To free every subject's texts one by one would take a tenth of the whole.
    let registers = ManuallyDrop::new(Registers::read(&store)?);
    let mut findings = file.findings.clone();
    findings.extend(registers.findings.iter().cloned());
    let ruled = file.under_rules(&plans, &store)?;
    let applied: Vec<Applied<'_>> =
        ruled.iter().map(|(ruled, history)| ruled.apply(&registers.registry, history)).collect();
    let checks: Vec<Check> = applied.iter().map(rehearse::check).collect();
    for (applied, check) in applied.iter().zip(&checks) {
        findings.extend(applied.findings().iter().cloned());
        findings.extend(check.findings.iter().cloned().map(|finding| finding.file(&file.place)));
    }
    let earliest = plans.iter().filter_map(|plan| plan.beacon_at()).min();
    if let Some(earliest_s) = earliest {
        findings.extend(Changes::before(&store, &registers.versions, earliest_s)?.findings());
    }
    if findings.iter().all(|finding| finding.severity() != Severity::Error) {
        // Time is the last thing that a commitment is refused for.
        findings.extend(plans.iter().filter_map(|plan| overdue(plan, plans.len() > 1, clock)));
    }
    let findings = once(findings);
    console.findings(&findings);
    let errors = || findings.iter().filter(|finding| finding.severity() == Severity::Error);
    let exit = match (errors().count(), errors().all(|finding| RISKS.contains(&finding.code()))) {
        (0, _) => DONE,
        (_, true) => NOT_VERIFIED,
        (_, false) => BAD_INPUT,
    };
    for (applied, check) in applied.iter().zip(&checks) {
        print_quarter(applied, check, console);
    }
    print_verdict(&findings, console);
    if console.json {
        // Everybody excluded is listed: not to be made for nobody.
        let each = applied.iter().zip(&checks);
        let quarters: Vec<Value> =
            each.map(|(applied, check)| quarter_json(applied, check)).collect();
        console.report(&json!({
            "command": "check", "ok": exit == DONE, "quarters": quarters,
            "findings": findings.iter().map(|f| finding_json(f, console.lang)).collect::<Vec<_>>(),
        }));
    }
    Ok(exit)
}

/// B10 where the beacon comes too soon; B11 where that may be on purpose: a rehearsal with a clock that is set, and a
/// quarter of the year that is over.
fn overdue(plan: &Plan, one_of_year: bool, clock: &Clock) -> Option<Finding> {
    let code = if one_of_year || plan.rehearsal() { "B11" } else { "B10" };
    let late = in_time(code, plan.beacon_at()?, plan.margin_s(), clock.now_s()).err()?;
    Some(late.id(plan.draw()))
}

/// Whether a commitment made now would be published in time; the code that refuses is given.
pub(super) fn in_time(
    code: &str,
    earliest_s: u64,
    margin_s: u64,
    now_s: u64,
) -> Result<(), Finding> {
    if now_s.saturating_add(margin_s) <= earliest_s {
        return Ok(());
    }
    let (at, now) = (china_time(earliest_s), china_time(now_s));
    Err(Finding::new(
        code,
        say!(
            "最早的来源在 {at}，现在是 {now}（北京时间），须至少提前 {margin_s} 秒",
            "the earliest source is due at {at}, now it is {now} (China time); at least {margin_s} s are needed",
        ),
    ))
}

fn print_quarter(applied: &Applied<'_>, check: &Check, console: &Console) {
    let plan = applied.plan();
    let (title, draw, (from, to)) = (plan.title(), plan.draw(), plan.window());
    console.say(&say!("{title}", "{title}"));
    console.say(&say!("抽取编号 {draw}，{from} 至 {to}", "draw {draw}, {from} to {to}"));
    let (subjects, people) = (applied.subjects().len(), applied.inspectors().len());
    let absent = applied.excluded_inspectors().len();
    console.say(&say!(
        "名录：检查对象 {subjects}；人员 {people} 名参加匹配，{absent} 名不参加",
        "registers: {subjects} subjects; {people} people take part, {absent} do not"
    ));
    for task in applied.tasks() {
        print_task(task.summary(), console);
    }
    print_absent(applied, console);
    if let Some(expectation) = &check.expectation {
        print_expectation(expectation, console);
    }
    let CreditShare { tasks, of_tasks, matters, of_matters } = check.credit;
    console.say(&say!(
        "运用信用规则：任务 {tasks}/{of_tasks}，事项 {matters}/{of_matters}",
        "credit rules are used by {tasks} of {of_tasks} tasks, {matters} of {of_matters} matters"
    ));
}

/// Base, exclusions by reason, and per class N, n and chance.
fn print_task(task: &TaskSummary, console: &Console) {
    let lang = console.lang;
    let TaskSummary { list, title, base, size, n, .. } = task;
    console.say(&say!("任务 {list} {title}", "task {list} {title}"));
    console
        .say(&say!("  基数 {base}，抽样框 {size}，抽取 {n}", "  base {base}, frame {size}, n {n}"));
    for (reason, n) in &task.excluded {
        let Text { zh, en } = reason_text(reason);
        console.say(&say!("  排除 {n}：{zh}", "  {n} excluded: {en}"));
        if reason == "status" {
            print_statuses(&task.statuses, console);
        }
    }
    let header = say!("层 N 抽取 机会", "stratum N n chance");
    let mut rows = vec![header.get(lang).split(' ').map(str::to_owned).collect::<Vec<_>>()];
    for stratum in &task.strata {
        let n = stratum.n.map_or_else(|| expected(stratum), |n| n.to_string());
        let chance =
            stratum.chance.map_or_else(|| say!("按分值", "by score").get(lang).to_owned(), percent);
        rows.push(vec![stratum.stratum.clone(), stratum.size.to_string(), n, chance]);
    }
    table(&rows).iter().for_each(|line| console.line(&format!("  {line}")));
}

/// Which statuses keep subjects out: a slip in the register shows here.
fn print_statuses(statuses: &[(String, u64)], console: &Console) {
    let shown = statuses.iter().take(STATUSES_SHOWN);
    let mut words: Vec<String> = shown.map(|(word, n)| format!("{word} {n}")).collect();
    let rest = statuses.len().saturating_sub(STATUSES_SHOWN);
    let more = say!("另有 {rest} 种", "{rest} more");
    words.extend((rest > 0).then(|| more.get(console.lang).to_owned()));
    let (zh, en) = (words.join("，"), words.join(", "));
    console.say(&say!("    {zh}", "    {en}"));
}

/// How many of a stratum are drawn on average, to a tenth: the beacon rounds it up or down.
fn expected(stratum: &StratumSummary) -> String {
    let Some((above, below)) = stratum.chance else { return "-".to_owned() };
    let tenths = 10 * above * u128::from(stratum.size) / below.max(1);
    format!("≈{}.{}", tenths / 10, tenths % 10)
}

/// Who takes no part, by reason.
fn print_absent(applied: &Applied<'_>, console: &Console) {
    let mut people: Vec<(&str, &str)> =
        applied.excluded_inspectors().iter().map(|one| (one.reason, one.who.as_str())).collect();
    people.sort_unstable();
    let n = people.len();
    if n > 0 {
        console.say(&say!("不参加匹配的人员 {n} 名：", "{n} inspectors take no part:"));
    }
    for of_reason in people.chunk_by(|a, b| a.0 == b.0) {
        let Text { zh, en } = reason_text(of_reason[0].0);
        let n = of_reason.len();
        let names: Vec<&str> = of_reason.iter().take(SHOWN).map(|(_, who)| *who).collect();
        let names = names.join(" ");
        let more = if n > SHOWN { " …" } else { "" };
        console.say(&say!("  {zh} {n}：{names}{more}", "  {en} {n}: {names}{more}"));
    }
}

fn print_expectation(expectation: &Expectation, console: &Console) {
    let Expectation { selections_thousandths, visits_thousandths, departments, areas } =
        expectation;
    let saved = tenths(selections_thousandths.saturating_sub(*visits_thousandths));
    let (selections, visits) = (tenths(*selections_thousandths), tenths(*visits_thousandths));
    console.say(&say!(
        "预计：选中 {selections} 户次，合并后入户 {visits} 次，少上门 {saved} 次",
        "expected: {selections} selections, {visits} visits after merging, {saved} saved"
    ));
    let words = [say!("部门", "department"), say!("片区", "area")];
    for (word, loads) in words.iter().zip([departments, areas]) {
        let header = say!("入户 人次 人员 上限 占用", "visits slots people capacity used");
        let mut rows = vec![vec![word.get(console.lang).to_owned()]];
        rows[0].extend(header.get(console.lang).split(' ').map(str::to_owned));
        rows.extend(loads.iter().map(|load| load_row(load, console.lang)));
        if rows.len() > 1 {
            table(&rows).iter().for_each(|line| console.line(&format!("  {line}")));
        }
    }
}

fn load_row(load: &Load, lang: Lang) -> Vec<String> {
    let Load { name, visits_thousandths, slots_thousandths, people, capacity } = load;
    let visits = tenths(*visits_thousandths);
    // Per cent in thousandths, so that it is rounded once.
    let used = (slots_thousandths * 100).checked_div(*capacity);
    let used = used.map_or_else(|| "-".to_owned(), |share| format!("{}%", tenths(share)));
    match load.permille() {
        // Nobody is bound to the area.
        None => vec![group_name(name, lang), visits],
        Some(_) => vec![
            group_name(name, lang),
            visits,
            tenths(*slots_thousandths),
            people.to_string(),
            capacity.to_string(),
            used,
        ],
    }
}

/// A department or area as people read it.
pub(super) fn group_name(name: &str, lang: Lang) -> String {
    match (name, lang) {
        ("-", Lang::Zh) => "（未指明）".to_owned(),
        ("-", Lang::En) => "(none named)".to_owned(),
        ("专家", Lang::En) => "experts".to_owned(),
        _ => name.to_owned(),
    }
}

/// Thousandths to a tenth.
pub(super) fn tenths(thousandths: u64) -> String {
    let tenths = (thousandths + 50) / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn print_verdict(findings: &[Finding], console: &Console) {
    let n = |severity| findings.iter().filter(|finding| finding.severity() == severity).count();
    let (errors, warnings, notes) = (n(Severity::Error), n(Severity::Warning), n(Severity::Note));
    console.say(&say!(
        "校核：错误 {errors}，警告 {warnings}，提示 {notes}",
        "checked: {errors} error(s), {warnings} warning(s), {notes} note(s)"
    ));
}

/// A task for machines.
pub(super) fn task_json(task: &TaskSummary) -> Value {
    let chance = |s: &StratumSummary| s.chance.map(|(a, b)| [a.to_string(), b.to_string()]);
    let stratum = |s: &StratumSummary| json!({"stratum": s.stratum, "N": s.size, "n": s.n, "chance": chance(s)});
    let excluded: Vec<Value> =
        task.excluded.iter().map(|(reason, n)| json!({"reason": reason, "n": n})).collect();
    let statuses: Vec<Value> =
        task.statuses.iter().map(|(status, n)| json!({"status": status, "n": n})).collect();
    json!({
        "list": task.list, "title": task.title, "base": task.base, "excluded": excluded, "statuses": statuses,
        "strata": task.strata.iter().map(stratum).collect::<Vec<_>>(),
    })
}

fn quarter_json(applied: &Applied<'_>, check: &Check) -> Value {
    let plan = applied.plan();
    let load = |load: &Load| {
        json!({
            "name": load.name, "visits_thousandths": load.visits_thousandths,
            "slots_thousandths": load.slots_thousandths, "people": load.people, "capacity": load.capacity,
        })
    };
    let loads = |all: &[Load]| all.iter().map(load).collect::<Vec<_>>();
    let expected = |of: &Expectation| {
        json!({
            "selections_thousandths": of.selections_thousandths, "visits_thousandths": of.visits_thousandths,
            "departments": loads(&of.departments), "areas": loads(&of.areas),
        })
    };
    let person =
        |one: &crate::plan::ExcludedInspector| json!({"inspector": one.who, "reason": one.reason});
    let subject = |row: ExcludedSubject| json!({"list": row.list, "sid": row.sid.as_str(), "name": row.name, "reason": row.reason});
    let CreditShare { tasks, of_tasks, matters, of_matters } = check.credit;
    json!({
        "quarter": plan.quarter(), "draw": plan.draw(), "title": plan.title(),
        "window": [plan.window().0.to_string(), plan.window().1.to_string()],
        "tasks": applied.tasks().map(|task| task_json(task.summary())).collect::<Vec<_>>(),
        "expected": check.expectation.as_ref().map(expected),
        "credit": {"tasks": tasks, "of_tasks": of_tasks, "matters": matters, "of_matters": of_matters},
        "excluded_inspectors": applied.excluded_inspectors().iter().map(person).collect::<Vec<_>>(),
        "excluded_subjects": applied.tasks().flat_map(|task| task.excluded()).map(subject).collect::<Vec<_>>(),
    })
}
