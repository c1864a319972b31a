//! `ssj verify`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::args::FrameArgs;
use super::bundle::bundle;
use super::chances::{print_by_weight, print_lists};
use super::changes::print_register_facts;
use super::clock::Clock;
use super::console::{Console, finding_json, grouped, reach};
use super::log::{TrustArgs, Trusted, logged_json, print_logged};
use super::receipt::check::Receipts;
use super::recompute::against_registry;
use super::{DONE, Failure, NOT_VERIFIED};
use crate::base::date::{china_date, parse_date};
use crate::base::finding::{Finding, Lang};
pub(super) use crate::base::ratio::percent;
use crate::io::folder::BundleFolder;
use crate::record::ids::Sid;
use crate::say;
use crate::verify::{EventFacts, Facts, Outcome, Report, verify_trusting};

/// Slots with few to choose from that are named one by one, at most.
const FORCED_SHOWN: usize = 10;

/// What to verify, and against what.
#[derive(clap::Args)]
pub(super) struct VerifyArgs {
    /// 公示包文件夹、凭证文件或凭证码 / bundle folders, receipt files or receipt codes
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// 凭证另对照这一公示包（公开部分即可） / compare receipts with this bundle, of which the public part suffices
    #[arg(long, value_name = "BUNDLE")]
    pub bundle: Option<PathBuf>,
    /// 另按工作区（-C）所存的计划和名录重算 / recompute from the workspace's plan and registers, too
    #[arg(long)]
    pub registry: bool,
    #[command(flatten)]
    pub frames: FrameArgs,
    #[command(flatten)]
    pub trust: TrustArgs,
}

/// Verifies bundles and receipts; bundles also against the registers of the workspace, receipts also against the
/// published bundle, if that is asked for.
pub(super) fn verify(
    workspace: &Path,
    args: &VerifyArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let VerifyArgs { paths, registry, .. } = args;
    let trusted = args.trust.read()?;
    let (mut exit, mut receipts) = (DONE, Receipts::against(args.bundle.as_deref())?);
    for path in paths {
        if paths.len() > 1 {
            console.line(&format!("== {}", path.display()));
        }
        let one = match (path.is_dir(), registry) {
            (true, _) => verify_bundle(path, workspace, args, &trusted, clock, console),
            (false, false) if !args.frames.frames.is_empty() => {
                let cause =
                    say!("--frame 只用于公示包文件夹", "--frame is for bundle folders only");
                Err(Finding::new("W07", cause).file(path.display().to_string()).into())
            }
            (false, false) => receipts.verify(path, console),
            (false, true) => {
                let cause =
                    say!("--registry 只用于公示包文件夹", "--registry is for bundle folders only");
                Err(Finding::new("W07", cause).file(path.display().to_string()).into())
            }
        };
        match one {
            Ok(code) => exit = exit.max(code),
            Err(failure) if paths.len() == 1 => return Err(failure),
            Err(failure) => {
                console.failure(&failure.findings);
                exit = exit.max(failure.exit);
            }
        }
    }
    Ok(exit)
}

fn verify_bundle(
    path: &Path,
    workspace: &Path,
    args: &VerifyArgs,
    trusted: &Trusted,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let mut bundle = bundle(path, &args.frames.frames)?;
    let report = verified(&mut bundle, trusted, console)?;
    print_report(&report, console);
    let overdue = overdue(&report, clock);
    console.findings(overdue.as_slice());
    let mut value = report_json(path, &report, console.lang);
    value["overdue"] = json!(overdue.is_some());
    console.report(&value);
    let public = if report.verified() { DONE } else { NOT_VERIFIED };
    match args.registry {
        false => Ok(public),
        true => Ok(public.max(against_registry(workspace, &bundle, console)?)),
    }
}

/// S19 if a sealed draw is not opened though its promised day has passed. The verdict stands: what is shown is right.
fn overdue(report: &Report, clock: &Clock) -> Option<Finding> {
    let (to, by) = report.facts.opens.as_ref()?;
    let unopened = matches!(report.check(5)?.outcome, Outcome::NotShown(_));
    let today = china_date(clock.now_s())?;
    if !unopened || today <= parse_date(by)? {
        return None;
    }
    Some(Finding::new(
        "S19",
        match *to {
            "public" => say!(
                "承诺最迟 {by} 向公众开启，今天 {today}，仍未开启",
                "it was to open to the public by {by}; today is {today}, and it has not"
            ),
            _ => say!(
                "承诺最迟 {by} 向审计机关开启，今天 {today}；公示包本身不显示是否已经移交",
                "it was to open to the auditor by {by}; today is {today}, and a bundle does not show whether it did"
            ),
        },
    ))
}

/// The report on a bundle's folder. Frames from elsewhere that turn out not to be in order are sorted, and everything is
/// verified once more.
pub(super) fn verified(
    bundle: &mut BundleFolder,
    trusted: &Trusted,
    console: &Console,
) -> Result<Report, Failure> {
    let bar = console.progress(&say!("核验", "verifying"), 1);
    let watch = &mut |done: u64, rows: u64| {
        reach(&bar, done, rows);
    };
    let mut read = |bundle: &BundleFolder| {
        let unreadable = bundle.unreadable.clone();
        verify_trusting(&bundle.files, bundle, unreadable, &trusted.trust(), watch)
    };
    let mut report = read(bundle)?;
    let findings: Vec<Finding> = report.findings().into_iter().cloned().collect();
    if bundle.sort_frames(&findings)? {
        report = read(bundle)?;
    }
    bar.finish_and_clear();
    Ok(report)
}

/// The numbered checks, what the reader should know, and the verdict.
pub(super) fn print_report(report: &Report, console: &Console) {
    let lang = console.lang;
    for check in &report.checks {
        let (mark, text) = match &check.outcome {
            Outcome::Passed => (say!("通过", "passed"), check.step().proves(lang).to_owned()),
            Outcome::NotShown(text) => (say!("未示", "not shown"), text.get(lang).to_owned()),
            Outcome::Failed(_) => {
                let claim = |lang| check.step().proves(lang).trim_end_matches(['。', '.']);
                let (zh, en) = (claim(Lang::Zh), claim(Lang::En));
                let claim = say!("未能证明“{zh}”", "not shown that: {en}");
                (say!("不符", "FAILED"), claim.get(lang).to_owned())
            }
        };
        let name = check.step().name(lang);
        console.line(&format!(
            "{:>2} [{}] {name}{}{text}",
            check.number,
            mark.get(lang),
            colon(lang)
        ));
        if let Outcome::Failed(findings) = &check.outcome {
            let findings: Vec<&Finding> = findings.iter().collect();
            let lines = grouped(&findings, &BTreeMap::new(), lang);
            lines.iter().for_each(|line| console.line(&format!("     {line}")));
        }
    }
    print_facts(&report.facts, console);
    for (name, digest) in [
        (say!("承诺摘要", "commitment"), report.commitment),
        (say!("结果摘要", "result"), report.result),
    ] {
        if let Some(digest) = digest {
            console.line(&format!("{}{}{digest}", name.get(lang), colon(lang)));
        }
    }
    console.line(&report.verdict(lang));
}

fn colon(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "：",
        Lang::En => ": ",
    }
}

fn print_facts(facts: &Facts, console: &Console) {
    if facts.draw.is_empty() {
        return;
    }
    let Facts { draw, agency, title, attempt, .. } = facts;
    console.say(&say!(
        "{agency} {title}（{draw}），第 {attempt} 次",
        "{agency} {title} ({draw}), attempt {attempt}"
    ));
    if facts.rehearsal {
        console.say(&say!("这是演练，不产生效力", "this is a rehearsal and binds nobody"));
    }
    if facts.void {
        console.say(&say!("该次抽取已作废", "this draw is void"));
    }
    if facts.witnessed {
        console.say(&say!(
            "骰子和份额仅由见证人担保",
            "dice and shares: the witnesses alone vouch for them"
        ));
    }
    if let Some((to, by)) = &facts.opens {
        let whom = if *to == "public" { "向公众" } else { "向审计机关" };
        console.say(&say!("承诺最迟 {by} {whom}公开", "promised to open by {by} ({to})"));
    }
    print_lists(facts, console);
    print_by_weight(facts, console);
    let whole: Vec<String> = strata(facts, crate::verify::StratumFacts::is_whole);
    if !whole.is_empty() {
        let list = whole.join(" ");
        console.wrap(&say!("必查的层：{list}", "strata drawn whole: {list}"));
    }
    let small = strata(facts, crate::verify::StratumFacts::is_small);
    if !small.is_empty() {
        let list = small.join(" ");
        console.wrap(&say!("不足 10 个对象的层：{list}", "strata with fewer than 10: {list}"));
    }
    if !facts.forced_slots.is_empty() {
        let n = facts.forced_slots.len();
        console.say(&say!(
            "可选人员不足三名的岗位 {n} 个（对象/岗位，可选人数）：",
            "slots with fewer than three eligible (subject/slot, how many): {n}"
        ));
        for (sid, slot, k) in facts.forced_slots.iter().take(FORCED_SHOWN) {
            console.line(&format!("  {sid}/{slot}  {k}"));
        }
        let more = n.saturating_sub(FORCED_SHOWN);
        if more > 0 {
            console.say(&say!(
                "  …… 另有 {more} 个（--json 列出全部）",
                "  … {more} more (--json lists them all)"
            ));
        }
    }
    if let Some((n, who)) = facts.most_incompatible.as_ref().filter(|(n, _)| *n > 3) {
        let (who, by) = (who.join(" "), facts.incompatible_approver.as_deref().unwrap_or("-"));
        console.say(&say!(
            "互斥记录最多的人员 {who} 有 {n} 条，超过三条须经批准，批准人 {by}",
            "the most incompatible rows are those of {who}, {n}; more than three need approval: approved by {by}"
        ));
    }
    print_register_facts(facts, console);
    print_events(&facts.events, console);
    print_logged(facts, console);
    if facts.shortage {
        console.say(&say!("人员不足，未能完成匹配", "pairing was impossible: too few inspectors"));
    }
}

fn strata(facts: &Facts, wanted: impl Fn(&crate::verify::StratumFacts) -> bool) -> Vec<String> {
    let lists =
        facts.lists.iter().flat_map(|list| list.strata.iter().map(move |stratum| (list, stratum)));
    lists
        .filter(|(_, s)| wanted(s))
        .map(|(list, s)| format!("{}/{}({})", list.list, s.stratum, s.size))
        .collect()
}

pub(super) fn report_json(path: &Path, report: &Report, lang: Lang) -> Value {
    let check = |check: &crate::verify::Check| {
        let mut value = json!({
            "number": check.number,
            "id": check.step().id,
            "outcome": check.outcome.name(),
        });
        match &check.outcome {
            Outcome::Failed(findings) => {
                value["findings"] = findings.iter().map(|f| finding_json(f, lang)).collect();
            }
            Outcome::NotShown(text) => value["reason"] = json!(text.get(lang)),
            Outcome::Passed => {}
        }
        value
    };
    json!({
        "command": "verify",
        "path": path.display().to_string(),
        "ok": report.verified(),
        "verified": report.verified(),
        "commitment": report.commitment.map(|digest| digest.hex()),
        "result": report.result.map(|digest| digest.hex()),
        "checks": report.checks.iter().map(check).collect::<Vec<_>>(),
        "facts": facts_json(&report.facts, lang),
    })
}

/// What happened after the draw: how many were replaced, whom it concerns, and what is still open.
fn print_events(events: &EventFacts, console: &Console) {
    if events.events.is_empty() {
        return;
    }
    let (n, subjects) = (events.events.len(), events.subjects.len());
    let changes: u32 = events.slots.iter().map(|(_, _, times)| times).sum();
    console.wrap(&say!(
        "事件 {n} 起：替换对象 {subjects} 户，替换人员 {changes} 人次",
        "{n} events: {subjects} subjects and {changes} inspectors in slots were replaced"
    ));
    let again = events.slots.iter().filter(|(.., times)| *times > 1);
    let again: Vec<String> =
        again.map(|(sid, slot, times)| format!("{sid}/{slot}×{times}")).collect();
    if !again.is_empty() {
        let again = again.join(" ");
        console
            .wrap(&say!("同一岗位多次换人：{again}", "slots that changed more than once: {again}"));
    }
    let vacant: Vec<String> =
        events.vacant.iter().map(|(sid, slot)| format!("{sid}/{slot}")).collect();
    if !vacant.is_empty() {
        let vacant = vacant.join(" ");
        console.wrap(&say!("岗位空缺：{vacant}", "vacant slots: {vacant}"));
    }
}

fn events_json(events: &EventFacts) -> Value {
    json!({
        "events": events.events.iter().map(|(n, kind)| json!({"n": n, "kind": kind})).collect::<Vec<_>>(),
        "waiting": events.waiting, "subjects": events.subjects,
        "slots": events.slots.iter().map(|(sid, slot, n)| json!({"sid": sid, "slot": slot, "n": n})).collect::<Vec<_>>(),
        "people": events.people.iter().map(|(iid, left, came)| json!({"iid": iid, "left": left, "came": came})).collect::<Vec<_>>(),
        "vacant": events.vacant.iter().map(|(sid, slot)| json!({"sid": sid, "slot": slot})).collect::<Vec<_>>(),
    })
}

fn facts_json(facts: &Facts, lang: Lang) -> Value {
    let stratum = |s: &crate::verify::StratumFacts| {
        json!({
            "stratum": s.stratum, "N": s.size, "n": s.drawn,
            // As texts, since numerators and denominators may exceed 2^53.
            "chance": s.chance.map(|(above, below)| [above.to_string(), below.to_string()]),
        })
    };
    let list = |list: &crate::verify::ListFacts| {
        let strata: Vec<Value> = list.strata.iter().map(stratum).collect();
        json!({"list": list.list, "title": list.title, "method": list.method, "N": list.size, "n": list.drawn, "strata": strata,
            "scope": list.scope,
            "by_weight": list.by_weight.as_ref().map(|by| json!({"n": by.n, "W": by.total, "whole": by.whole.iter().map(Sid::as_str).collect::<Vec<_>>()})),
        })
    };
    json!({
        "draw": facts.draw, "title": facts.title, "agency": facts.agency, "attempt": facts.attempt,
        "prev": facts.prev.map(|digest| digest.hex()), "rehearsal": facts.rehearsal,
        "witnessed": facts.witnessed, "void": facts.void, "shortage": facts.shortage,
        "opens": facts.opens.as_ref().map(|(to, by)| json!({"to": to, "by": by})),
        "lists": facts.lists.iter().map(list).collect::<Vec<_>>(),
        "visits": facts.visits, "visits_saved": facts.visits_saved(), "rounds": facts.rounds,
        "events": events_json(&facts.events),
        "loads": facts.loads.map(|(least, most)| [least, most]),
        "forced_slots": facts.forced_slots.iter().map(|(sid, slot, n)| json!({"sid": sid, "slot": slot, "eligible": n})).collect::<Vec<_>>(),
        "removed": facts.removed.iter().map(|row| json!({
            "register": row.register, "reason": row.reason, "n": row.n, "days": row.days,
        })).collect::<Vec<_>>(),
        "changed": facts.changed.iter().map(|(register, n, days)| json!({"register": register, "n": n, "days": days})).collect::<Vec<_>>(),
        "frames_given": facts.frames_given,
        "quarantined": facts.quarantined.iter().map(|(register, n)| json!({"register": register, "n": n})).collect::<Vec<_>>(),
        "quarantine_approver": facts.quarantine_approver,
        "stamp": facts.stamp.as_ref().map(|stamp| json!({"time_s": stamp.time_s, "authority": stamp.authority})),
        "logged": facts.logged.as_ref().map(|logged| logged_json(logged, lang)),
        "most_incompatible": facts.most_incompatible.as_ref().map(|(n, iids)| json!({"iids": iids, "rows": n})),
        "incompatible_approver": facts.incompatible_approver,
    })
}
