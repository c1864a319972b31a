//! `ssj check` and `ssj commit`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::args::CommitArgs;
use super::changes::Changes;
use super::clock::Clock;
use super::console::{Console, finding_json, table};
use super::past::history;
use super::verify::percent;
use super::workspace::open_store;
use super::{DONE, Failure, NOT_VERIFIED};
use crate::base::date::china_time;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::{Finding, Findings, Severity, Text};
use crate::conduct::Frozen;
use crate::io::durable::{Lock, Written, failed, write_folder};
use crate::plan::{Freeze, Plan, Rules, reason_text};
use crate::record::bundle::COMMITMENT;
use crate::registry::{Register, Registry, Table};
use crate::rehearse::{Forecast, check_slots, forecast};
use crate::say;
use crate::store::{DrawRecord, State, Store};

/// The version of each register that a plan is frozen from.
type Versions = Vec<(Register, i64)>;

/// A plan frozen in memory, with everything that was found on the way.
struct Prepared {
    /// The plan as it was read.
    text: String,
    versions: Versions,
    freeze: Freeze,
    forecast: Forecast,
    changes: Changes,
    findings: Vec<Finding>,
}

fn prepare(store: &Store, plan_path: &Path, console: &Console) -> Result<Prepared, Failure> {
    let bytes = fs::read(plan_path).map_err(|e| failed(plan_path, &e))?;
    let place = plan_path.display().to_string();
    let text = String::from_utf8(bytes)
        .map_err(|_| Finding::new("P01", say!("不是 UTF-8", "not UTF-8")).file(&place))?;
    let (plan, mut findings) = Plan::parse(&text, &place)?;
    let (tables, versions) = registers(store)?;
    let (registry, more) = Registry::build(&tables);
    drop(tables);
    findings.extend(more);
    let history = history(store, &plan)?;
    let frozen = plan.freeze(&registry, &Rules::default(), &history);
    let (freeze, more) = match frozen {
        Ok(done) => done,
        Err(Findings(more)) => {
            findings.extend(more);
            return Err(Findings(findings).into());
        }
    };
    findings.extend(more);
    let frozen = Frozen::read(&freeze.files).map_err(|findings| in_the_plan(findings, &place))?;
    findings.extend(check_slots(&frozen));
    let bar = console.progress(&say!("模拟", "simulating"), 1);
    let forecast = forecast(&frozen, &|done, runs| {
        bar.set_length(runs as u64);
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    let changes = Changes::before(store, &versions, freeze.commitment.earliest_source_at())?;
    Ok(Prepared { text, versions, freeze, forecast, changes, findings })
}

/// What is wrong with frames that are not published yet is told of the plan that makes them.
fn in_the_plan(Findings(findings): Findings, plan: &str) -> Findings {
    let place = |mut finding: Finding| {
        let frame = finding.place.file.replace(plan.to_owned()).unwrap_or_default();
        let list = frame.strip_prefix("frames/").and_then(|name| name.strip_suffix(".tsv"));
        finding.place.column = list.map(str::to_owned);
        finding
    };
    Findings(findings.into_iter().map(place).collect())
}

/// The current registers and their versions. Each is read at a fixed version, so that what a draw names is what
/// it used, whoever imports meanwhile.
fn registers(store: &Store) -> Result<(Vec<Table>, Versions), Failure> {
    let (mut tables, mut versions, mut empty) = (Vec::new(), Vec::new(), Vec::new());
    for register in Register::ALL {
        let table = match store.current(register)? {
            Some(version) => {
                versions.push((register, version));
                store.table_at(register, version)?
            }
            None => Table { register, rows: Vec::new() },
        };
        if table.rows.is_empty()
            && [Register::Matters, Register::Subjects, Register::Inspectors].contains(&register)
        {
            let (zh, en) = (register.zh(), register.name());
            empty.push(Finding::new("W04", say!("{zh}为空", "no {en}")).id(en));
        }
        tables.push(table);
    }
    if !empty.is_empty() {
        return Err(Findings(empty).into());
    }
    Ok((tables, versions))
}

pub(super) fn check(
    workspace: &Path,
    plan: &Path,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let store = open_store(workspace)?;
    let mut prepared = prepare(&store, plan, console)?;
    let commitment = &prepared.freeze.commitment;
    let (earliest_s, margin_s) = (commitment.earliest_source_at(), commitment.margin_s);
    // A rehearsal's beacon lies in the past on purpose.
    let overdue = in_time("B10", earliest_s, margin_s, clock.now_s()).err();
    prepared.findings.extend(overdue.filter(|_| !prepared.freeze.commitment.rehearsal));
    let risky = prepared.forecast.is_risky() || prepared.changes.need_approval();
    if prepared.forecast.is_risky() {
        prepared.findings.push(risk(&prepared.forecast));
    }
    prepared.findings.extend(prepared.changes.findings());
    console.findings(&prepared.findings);
    print_tasks(&prepared, console);
    print_forecast(&prepared.forecast, console);
    console.report(&json!({
        "command": "check", "ok": !risky, "tasks": tasks_json(&prepared), "forecast": forecast_json(&prepared.forecast),
        "excluded_inspectors": people_json(&prepared.freeze),
        "excluded_subjects": subjects_json(&prepared.freeze),
        "findings": prepared.findings.iter().map(|f| finding_json(f, console.lang)).collect::<Vec<_>>(),
    }));
    Ok(if risky { NOT_VERIFIED } else { DONE })
}

fn risk(forecast: &Forecast) -> Finding {
    let Forecast { runs, infeasible, example, .. } = forecast;
    let (zh, en) = example.as_ref().map_or(("", ""), |text| (text.zh.as_str(), text.en.as_str()));
    Finding::new(
        "M05",
        say!(
            "{runs} 次模拟中 {infeasible} 次无法匹配，例如：{zh}",
            "{infeasible} of {runs} simulated draws could not be paired, for example: {en}"
        ),
    )
}

/// Per task: base, exclusions by reason, and per class N, n and chance.
fn print_tasks(prepared: &Prepared, console: &Console) {
    let lang = console.lang;
    for task in &prepared.freeze.tasks {
        let crate::plan::TaskSummary { list, title, base, size, n, .. } = task;
        console.say(&say!(
            "任务 {list} {title}：基数 {base}，抽样框 {size}，抽取 {n}",
            "task {list} {title}: base {base}, frame {size}, n {n}",
        ));
        for (reason, n) in &task.excluded {
            let zh = reason_text(reason).zh;
            let en = reason_text(reason).en;
            console.say(&say!("  排除 {n}：{zh}", "  {n} excluded: {en}"));
        }
        let header = say!("层 N 抽取 机会", "stratum N n chance");
        let mut rows = vec![header.get(lang).split(' ').map(str::to_owned).collect::<Vec<_>>()];
        for stratum in &task.strata {
            let n = stratum.n.map_or_else(|| expected(stratum), |n| n.to_string());
            let chance = stratum
                .chance
                .map_or_else(|| say!("按分值", "by score").get(lang).to_owned(), percent);
            rows.push(vec![stratum.stratum.clone(), stratum.size.to_string(), n, chance]);
        }
        table(&rows).iter().for_each(|line| console.line(&format!("  {line}")));
    }
    let people = &prepared.freeze.excluded_inspectors;
    if !people.is_empty() {
        let n = people.len();
        console.say(&say!("不参加匹配的人员 {n} 名：", "{n} inspectors take no part:"));
        for crate::plan::ExcludedInspector { who, reason } in people {
            console.line(&format!("  {who}  {}", reason_text(reason).get(lang)));
        }
    }
}

/// How many of a stratum are drawn on average, to a tenth: the beacon rounds it up or down.
fn expected(stratum: &crate::plan::StratumSummary) -> String {
    let Some((above, below)) = stratum.chance else { return "-".to_owned() };
    let tenths = 10 * above * u128::from(stratum.size) / below.max(1);
    format!("≈{}.{}", tenths / 10, tenths % 10)
}

fn print_forecast(forecast: &Forecast, console: &Console) {
    let Forecast { runs, infeasible, visits: (least, most), rounds, .. } = forecast;
    console.say(&say!(
        "模拟 {runs} 次：入户检查 {least}–{most} 次，匹配至多 {rounds} 轮，无法匹配 {infeasible} 次",
        "{runs} simulated draws: {least}–{most} visits, at most {rounds} round(s), {infeasible} could not be paired",
    ));
}

fn tasks_json(prepared: &Prepared) -> Vec<Value> {
    let task = |task: &crate::plan::TaskSummary| {
        let strata: Vec<Value> = task
            .strata
            .iter()
            .map(|s| json!({"stratum": s.stratum, "N": s.size, "n": s.n, "chance": s.chance.map(|(a, b)| [a.to_string(), b.to_string()])}))
            .collect();
        let excluded: Vec<Value> =
            task.excluded.iter().map(|(reason, n)| json!({"reason": reason, "n": n})).collect();
        json!({"list": task.list, "title": task.title, "base": task.base, "excluded": excluded, "strata": strata})
    };
    prepared.freeze.tasks.iter().map(task).collect()
}

fn people_json(freeze: &Freeze) -> Vec<Value> {
    freeze
        .excluded_inspectors
        .iter()
        .map(|row| json!({"inspector": row.who, "reason": row.reason}))
        .collect()
}

fn subjects_json(freeze: &Freeze) -> Vec<Value> {
    let row = |row: &crate::plan::ExcludedSubject| json!({"list": row.list, "sid": row.sid.as_str(), "name": row.name, "reason": row.reason});
    freeze.excluded_subjects.iter().map(row).collect()
}

fn forecast_json(forecast: &Forecast) -> Value {
    json!({
        "runs": forecast.runs, "infeasible": forecast.infeasible, "rounds": forecast.rounds,
        "visits": [forecast.visits.0, forecast.visits.1],
    })
}

pub(super) fn commit(
    workspace: &Path,
    args: &CommitArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let store = open_store(workspace)?;
    let mut prepared = prepare(&store, &args.plan, console)?;
    console.findings(&prepared.findings);
    clock.check_rehearsal(prepared.freeze.commitment.rehearsal)?;
    let mut unapproved = Vec::new();
    if prepared.forecast.is_risky() && args.approve_shortage.is_none() {
        unapproved.push(risk(&prepared.forecast));
    }
    if prepared.changes.need_approval() && args.approve_quarantine.is_none() {
        unapproved.extend(prepared.changes.findings().into_iter().filter(is_error));
    }
    if !unapproved.is_empty() {
        return Err(Failure::bundle(Findings(unapproved)));
    }
    note_forecast(&mut prepared, args);
    let commitment = &prepared.freeze.commitment;
    let digest = commitment.suite.digest(&prepared.freeze.files[COMMITMENT]);
    let bundle = absolute(&args.out)?;
    let published = |record: &DrawRecord| {
        let folder = Path::new(&record.bundle);
        // A folder that another run is working on is about to be published.
        let busy = || folder != bundle && Lock::of_folder(folder).is_err_and(|f| f.code() == "W13");
        holds(folder, &record.commitment) || busy()
    };
    let known = store.draw(&digest)?;
    refuse_void_record(known.as_ref())?;
    if !known.is_some_and(|record| record.state != State::Pending || published(&record)) {
        // A commitment that was published was in time when it was made.
        in_time("B03", commitment.earliest_source_at(), commitment.margin_s, clock.now_s())?;
    }
    // Nothing is written before everything is known to be right.
    if let Some(parent) = args.out.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(|e| failed(parent, &e))?;
    }
    let _lock = Lock::of_folder(&args.out)?;
    let record = DrawRecord::new(commitment, digest, bundle.display().to_string(), clock.now_s());
    if let Err(live) = store.record_draw(&record, &prepared.versions, published)? {
        return Err(in_the_way(&live).into());
    }
    let plan = commitment.suite.digest(prepared.text.as_bytes());
    store.save_plan(&plan, &prepared.text, clock.now_s())?;
    let written = write_folder(&args.out, &prepared.freeze.files)?;
    let state = store.draw(&digest)?.map(|record| record.state);
    if state == Some(State::Pending) {
        store.set_state(&digest, State::Live)?;
    }
    committed(&prepared, &digest, written, &args.out, console);
    Ok(DONE)
}

fn is_error(finding: &Finding) -> bool {
    finding.severity() == Severity::Error
}

/// Refuses what this workspace knows to be void, wherever a copy of its bundle lies.
pub(super) fn refuse_void_record(known: Option<&DrawRecord>) -> Result<(), Finding> {
    match known.filter(|record| record.state == State::Void) {
        Some(DrawRecord { bundle, .. }) => {
            Err(Finding::new("W10", say!("已作废：{bundle}", "voided: {bundle}")))
        }
        None => Ok(()),
    }
}

/// Whether the folder is the bundle of this commitment.
fn holds(bundle: &Path, commitment: &Digest) -> bool {
    fs::read(bundle.join(COMMITMENT)).is_ok_and(|bytes| {
        [Suite::Sha256, Suite::Sm3].iter().any(|suite| suite.digest(&bytes) == *commitment)
    })
}

/// Puts what was simulated, what happened to the registers, and who approved a risk, into the commitment.
fn note_forecast(prepared: &mut Prepared, args: &CommitArgs) {
    let mut note =
        json!({"runs": prepared.forecast.runs, "infeasible": prepared.forecast.infeasible});
    let approver = args.approve_shortage.as_deref();
    if let Some(approver) = approver.filter(|_| prepared.forecast.is_risky()) {
        note["approver"] = json!(approver);
    }
    let changes = prepared.changes.notes(args.approve_quarantine.as_deref());
    let commitment = &mut prepared.freeze.commitment;
    commitment.notes.insert("forecast".to_owned(), note);
    commitment.notes.extend(changes);
    prepared.freeze.files.insert(COMMITMENT.to_owned(), commitment.format());
}

fn in_time(code: &str, earliest_s: u64, margin_s: u64, now_s: u64) -> Result<(), Finding> {
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

fn in_the_way(live: &DrawRecord) -> Finding {
    let DrawRecord { draw, attempt, window: (from, to), bundle, .. } = live;
    Finding::new(
        "W02",
        say!(
            "{draw} 第 {attempt} 次，窗口 {from} 至 {to}，公示包 {bundle}",
            "{draw}, attempt {attempt}, window {from} to {to}, bundle {bundle}",
        ),
    )
    .id(live.commitment.hex())
}

fn absolute(path: &Path) -> Result<PathBuf, Finding> {
    std::path::absolute(path).map_err(|e| failed(path, &e))
}

fn committed(
    prepared: &Prepared,
    digest: &Digest,
    written: Written,
    out: &Path,
    console: &Console,
) {
    print_forecast(&prepared.forecast, console);
    let commitment = &prepared.freeze.commitment;
    let place = out.display();
    match written {
        Written::New => console
            .say(&say!("已封存于 {place}，请立即公布", "committed to {place}: publish it now")),
        Written::Unchanged => {
            console.say(&say!("{place} 已封存且相同", "{place} is committed already, the same"))
        }
    }
    console.say(&say!("承诺摘要：{digest}", "commitment: {digest}"));
    for source in &commitment.sources {
        let (at, title) = (china_time(source.at()), source.title());
        let Text { zh, en } = title;
        console.say(&say!("信标：{zh}，{at}（北京时间）", "beacon: {en}, {at} (China time)"));
    }
    console.report(&json!({
        "command": "commit", "ok": true, "written": written == Written::New, "bundle": place.to_string(),
        "commitment": digest.hex(), "attempt": commitment.attempt, "tasks": tasks_json(prepared),
        "forecast": forecast_json(&prepared.forecast),
        "findings": prepared.findings.iter().map(|f| finding_json(f, console.lang)).collect::<Vec<_>>(),
    }));
}
