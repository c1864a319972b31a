//! `ssj simulate`: what many draws of a plan would come to, as text, JSON and a page for the head of the office.

use std::path::Path;

use serde_json::{Value, json};

use super::args::SimulateArgs;
use super::check::{group_name, tenths};
use super::clock::Clock;
use super::console::{Console, finding_json, table};
use super::ground::{PlanFile, Registers, once};
use super::page::page;
use super::verify::percent;
use super::workspace::open_store;
use super::{DONE, Failure, NOT_VERIFIED};
use crate::base::finding::{Finding, Findings};
use crate::io::durable::{vacant, write_file};
use crate::plan::Applied;
use crate::record::ids::Sid;
use crate::rehearse::{
    self, Asked, DEFAULT_SEED, Department, Frequency, Options, PAIRED_RUNS, Quarter, Simulation,
    Spread, StratumResult, TaskResult, Visits,
};
use crate::say;

/// How many of the busiest inspectors are named.
const BUSIEST: usize = 5;

pub(super) fn simulate(
    workspace: &Path,
    args: &SimulateArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    // A page names the moment at which it was made.
    args.html.as_deref().map_or(Ok(()), vacant)?;
    let store = open_store(workspace)?;
    let file = PlanFile::read(&args.plan, args.rules.as_deref())?;
    let plans = file.plans(args.quarter)?;
    let registers = Registers::read(&store)?;
    let mut findings = file.findings.clone();
    findings.extend(registers.findings.iter().cloned());
    let ruled = file.under_rules(&plans, &store)?;
    let applied: Vec<Applied<'_>> =
        ruled.iter().map(|(ruled, history)| ruled.apply(&registers.registry, history)).collect();
    for applied in &applied {
        findings.extend(applied.findings().iter().cloned());
        let teams = rehearse::check_teams(applied);
        findings.extend(teams.into_iter().map(|finding| finding.file(&file.place)));
    }
    let ((), mut findings) = Findings::check(once(findings), ())?;
    let subject = args.subject.as_deref().map(Sid::parse).transpose()?;
    let bar = console.progress(&say!("模拟", "simulating"), args.runs as u64);
    let options = Options {
        runs: args.runs,
        seed: args.seed.as_deref().unwrap_or(DEFAULT_SEED),
        paired: PAIRED_RUNS.min(args.runs),
        subject: subject.as_ref(),
    };
    let done = rehearse::simulate(&applied, &options, &|done| bar.set_position(done as u64));
    bar.finish_and_clear();
    findings.extend(stranger(&done, args.subject.as_deref()));
    findings.extend(done.quarters.iter().filter_map(|quarter| risk(&done, quarter)));
    console.findings(&findings);
    print(&done, args.subject.as_deref(), console);
    if let Some(out) = &args.html {
        let day = crate::base::date::china_time(clock.now_s());
        let html = page(&done, args.subject.as_deref(), &day, console.lang);
        write_file(out, html.as_bytes())?;
        let place = out.display();
        console.say(&say!("已写入 {place}", "written to {place}"));
    }
    let mut report = simulation_json(&done, args.subject.as_deref());
    report["ok"] = json!(!done.is_risky());
    report["html"] = json!(args.html.as_ref().map(|out| out.display().to_string()));
    report["findings"] = findings.iter().map(|f| finding_json(f, console.lang)).collect();
    console.report(&report);
    Ok(if done.is_risky() { NOT_VERIFIED } else { DONE })
}

/// W28: the subject asked about is in no frame.
fn stranger(done: &Simulation, subject: Option<&str>) -> Option<Finding> {
    let sid = subject.filter(|_| done.asked_twice.is_none())?;
    let cause = say!("{sid} 不在任何任务的抽样框中", "{sid} is in no task's frame");
    Some(Finding::new("W28", cause).id(sid))
}

/// M12: more than one run in a hundred of a quarter could not be paired.
fn risk(done: &Simulation, quarter: &Quarter) -> Option<Finding> {
    let Quarter { infeasible, example, draw, .. } = quarter;
    let runs = done.runs;
    let (zh, en) = example.as_ref().map_or(("", ""), |text| (text.zh.as_str(), text.en.as_str()));
    let cause = say!(
        "{runs} 次模拟中 {infeasible} 次配不齐，例如：{zh}",
        "{infeasible} of {runs} simulated draws could not be paired, for example: {en}"
    );
    (infeasible * 100 > runs).then(|| Finding::new("M12", cause).id(draw))
}

/// A frequency in per cent.
pub(super) fn often(Frequency { hits, of }: &Frequency) -> String {
    percent((u128::from(*hits), u128::from(*of)))
}

/// `mean (p05–p95)`; what is the same in all runs stands alone.
pub(super) fn range(spread: &Spread) -> String {
    let Spread { mean_thousandths, min, max, p05, p95, .. } = spread;
    if min == max {
        return min.to_string();
    }
    format!("{} ({p05}–{p95})", tenths(*mean_thousandths))
}

fn print(done: &Simulation, subject: Option<&str>, console: &Console) {
    let Simulation { runs, seed, .. } = done;
    console.say(&say!(
        "模拟，不是抽取：{runs} 次，种子“{seed}”；预测不了也不能当作正式抽取",
        "A SIMULATION, not a draw: {runs} runs, seed \"{seed}\"; it predicts nothing"
    ));
    for quarter in &done.quarters {
        print_quarter(done, quarter, console);
    }
    let many = done.quarters.len() > 1;
    if many {
        let visits = range(&done.visits);
        console.say(&say!("全部季度：入户 {visits} 次", "all quarters: {visits} visits"));
    }
    if many || done.twice.max > 0 {
        let (twice, a, framed) = (range(&done.twice), range(&done.twice_a), done.framed);
        console.say(&say!(
            "一年内被检查两次以上：{twice} 户，其中 A 类 {a} 户（共 {framed} 户）",
            "visited twice or more in the year: {twice} of {framed} subjects, {a} of class A"
        ));
    }
    if let (Some(sid), Some(twice)) = (subject, &done.asked_twice) {
        console.say(&say!("检查对象 {sid}：", "subject {sid}:"));
        for quarter in &done.quarters {
            for Asked { list, stratum, chance, drawn } in &quarter.asked {
                let exact = chance.map_or_else(|| "-".to_owned(), percent);
                let (seen, draw) = (often(drawn), &quarter.draw);
                console.say(&say!(
                    "  {draw} {list}（{stratum} 层）：机会 {exact}，模拟中 {seen}",
                    "  {draw} {list} (stratum {stratum}): chance {exact}, simulated {seen}"
                ));
            }
        }
        let twice = often(twice);
        console.say(&say!("  一年内两次以上：{twice}", "  twice or more in the year: {twice}"));
    }
}

fn print_quarter(done: &Simulation, quarter: &Quarter, console: &Console) {
    let Quarter { title, draw, window: (from, to), selections, visits, saved, .. } = quarter;
    let lang = console.lang;
    console.line("");
    console.say(&say!("{title}", "{title}"));
    console.say(&say!("抽取编号 {draw}，{from} 至 {to}", "draw {draw}, {from} to {to}"));
    let (selections, saved, forced) = (range(selections), range(saved), range(&quarter.forced));
    let (Spread { min, max, .. }, visits) = (visits, range(visits));
    console.say(&say!(
        "  入户 {visits} 次，最少 {min}，最多 {max}；括号内为九成模拟所在",
        "  {visits} visits, at least {min}, at most {max}; nine runs of ten lie in brackets"
    ));
    console.say(&say!(
        "  选中 {selections} 户次，合并少上门 {saved} 次",
        "  {selections} selections, {saved} visits saved by merging"
    ));
    let header = say!("部门 入户 人次 人员 上限", "department visits slots people capacity");
    let mut rows = vec![words(header.get(lang))];
    rows.extend(quarter.departments.iter().map(|department| {
        let Department { name, visits, slots, people, capacity } = department;
        let name = group_name(name, lang);
        vec![name, range(visits), range(slots), people.to_string(), capacity.to_string()]
    }));
    let area = say!("片区 入户", "area visits");
    let mut areas = vec![words(area.get(lang))];
    areas.extend(
        quarter.areas.iter().map(|(name, visits)| vec![group_name(name, lang), range(visits)]),
    );
    for rows in [rows, areas] {
        table(&rows).iter().for_each(|line| console.line(&format!("  {line}")));
    }
    print_inspectors(quarter, console);
    for task in &quarter.tasks {
        print_task(task, console);
    }
    let header = say!("分类 被检查的比例", "class visited");
    let mut rows = vec![words(header.get(lang))];
    let class = |class: &Option<crate::registry::CreditClass>| {
        class.map_or("-".to_owned(), |class| class.name().to_owned())
    };
    rows.extend(quarter.classes.iter().map(|(of, n)| vec![class(of), often(n)]));
    table(&rows).iter().for_each(|line| console.line(&format!("  {line}")));
    let Quarter { infeasible, paired, rounds, .. } = quarter;
    let runs = done.runs;
    let chance = percent((*infeasible as u128, runs as u128));
    console.say(&say!(
        "  可选不足三人的岗位 {forced} 个",
        "  {forced} slots with fewer than three eligible inspectors"
    ));
    console.say(&say!(
        "  配不齐：{runs} 次中 {infeasible} 次（{chance}）；{paired} 次完整匹配，至多 {rounds} 轮",
        "  not pairable: {infeasible} of {runs} ({chance}); {paired} paired in full, at most {rounds} round(s)"
    ));
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn print_inspectors(quarter: &Quarter, console: &Console) {
    let mut busiest: Vec<&Visits> = quarter.inspectors.iter().collect();
    busiest.sort_by_key(|one| (std::cmp::Reverse(one.visits.mean_thousandths), &one.iid));
    let n = busiest.len();
    let sum: u64 = busiest.iter().map(|one| one.visits.mean_thousandths).sum();
    let mean = tenths(sum / (n as u64).max(1));
    let missed = quarter.missed_by;
    console.say(&say!(
        "  人员 {n} 名，每人平均 {mean} 次；按负荷估计，至多差 {missed} 次；最忙的：",
        "  {n} people, {mean} visits each (by loads, at most {missed} off); the busiest:"
    ));
    let header = say!("执法证 已有 本次 上限", "inspector before visits capacity");
    let mut rows = vec![words(header.get(console.lang))];
    rows.extend(busiest.iter().take(BUSIEST).map(|one| {
        let Visits { iid, load, capacity, visits } = one;
        vec![iid.clone(), load.to_string(), range(visits), capacity.to_string()]
    }));
    table(&rows).iter().for_each(|line| console.line(&format!("  {line}")));
}

fn print_task(task: &TaskResult, console: &Console) {
    let TaskResult { list, title, strata } = task;
    console.say(&say!("  任务 {list} {title}", "  task {list} {title}"));
    let header = say!("层 N 抽取 机会 模拟", "stratum N n chance simulated");
    let mut rows = vec![words(header.get(console.lang))];
    rows.extend(strata.iter().map(|stratum| {
        let StratumResult { stratum, size, chance, drawn, n } = stratum;
        let by_score = || say!("按分值", "by score").get(console.lang).to_owned();
        let chance = chance.map_or_else(by_score, percent);
        vec![stratum.clone(), size.to_string(), range(n), chance, often(drawn)]
    }));
    table(&rows).iter().for_each(|line| console.line(&format!("    {line}")));
}

fn simulation_json(done: &Simulation, subject: Option<&str>) -> Value {
    json!({
        "command": "simulate", "simulation": true, "runs": done.runs, "seed": done.seed,
        "subject": subject, "visits": spread_json(&done.visits),
        "twice": {
            "all": spread_json(&done.twice), "class_a": spread_json(&done.twice_a), "framed": done.framed,
            "subject": done.asked_twice.as_ref().map(frequency_json),
        },
        "quarters": done.quarters.iter().map(quarter_json).collect::<Vec<_>>(),
    })
}

fn quarter_json(quarter: &Quarter) -> Value {
    let chance =
        |chance: &Option<(u128, u128)>| chance.map(|(a, b)| [a.to_string(), b.to_string()]);
    let stratum = |s: &StratumResult| {
        json!({
            "stratum": s.stratum, "N": s.size, "chance": chance(&s.chance), "drawn": frequency_json(&s.drawn),
            "n": spread_json(&s.n),
        })
    };
    let task = |task: &TaskResult| {
        let strata: Vec<Value> = task.strata.iter().map(stratum).collect();
        json!({"list": task.list, "title": task.title, "strata": strata})
    };
    let department = |of: &Department| {
        json!({
            "name": of.name, "visits": spread_json(&of.visits), "slots": spread_json(&of.slots),
            "people": of.people, "capacity": of.capacity,
        })
    };
    let person = |of: &Visits| json!({"iid": of.iid, "load": of.load, "capacity": of.capacity, "visits": spread_json(&of.visits)});
    let asked = |of: &Asked| json!({"list": of.list, "stratum": of.stratum, "chance": chance(&of.chance), "drawn": frequency_json(&of.drawn)});
    let area =
        |(name, visits): &(String, Spread)| json!({"name": name, "visits": spread_json(visits)});
    let class = |(class, visited): &(Option<crate::registry::CreditClass>, Frequency)| json!({"class": class.map(|class| class.name()), "visited": frequency_json(visited)});
    json!({
        "quarter": quarter.quarter, "draw": quarter.draw, "title": quarter.title,
        "window": [quarter.window.0, quarter.window.1],
        "tasks": quarter.tasks.iter().map(task).collect::<Vec<_>>(),
        "selections": spread_json(&quarter.selections), "visits": spread_json(&quarter.visits),
        "saved": spread_json(&quarter.saved), "forced": spread_json(&quarter.forced),
        "departments": quarter.departments.iter().map(department).collect::<Vec<_>>(),
        "areas": quarter.areas.iter().map(area).collect::<Vec<_>>(),
        "inspectors": quarter.inspectors.iter().map(person).collect::<Vec<_>>(),
        "classes": quarter.classes.iter().map(class).collect::<Vec<_>>(),
        "infeasible": quarter.infeasible, "paired": quarter.paired, "rounds": quarter.rounds,
        "missed_by": quarter.missed_by,
        "subject": quarter.asked.iter().map(asked).collect::<Vec<_>>(),
    })
}

fn spread_json(spread: &Spread) -> Value {
    let Spread { mean_thousandths, min, p05, median, p95, max } = spread;
    json!({"mean_thousandths": mean_thousandths, "min": min, "p05": p05, "median": median, "p95": p95, "max": max})
}

fn frequency_json(frequency: &Frequency) -> Value {
    json!({"hits": frequency.hits, "of": frequency.of})
}
