//! `ssj beacon`: the public random values, typed or given, checked and written once.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use serde_json::json;

use super::args::BeaconArgs;
use super::bundle::{commitment, frozen, lock, readable};
use super::clock::Clock;
use super::console::Console;
use super::event::refuse_void;
use super::log::StepLog;
use super::said::said_if;
use super::{DONE, Failure};
use crate::base::date::china_time;
use crate::base::finding::{Finding, Findings, Text};
use crate::io::durable::{Written, write_files};
use crate::record::beacon::{Beacon, Source};
use crate::record::bundle::{BEACON, Files};
use crate::say;

pub(super) fn beacon(
    workspace: &Path,
    args: &BeaconArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let by = said_if("--by", args.by.as_deref())?;
    let log = StepLog::open(workspace, clock)?;
    let _lock = lock(&args.bundle)?;
    let bundle = readable(&args.bundle)?;
    let commitment = commitment(&bundle)?;
    if !commitment.sealed() {
        // Of a sealed draw most is closed, and the beacon's values need no secret.
        frozen(&bundle)?;
    }
    refuse_void(&bundle.files, &args.bundle)?;
    let known = bundle.files.get(BEACON).map(|bytes| Beacon::parse(bytes)).transpose();
    let known = known.map_err(|finding| Failure::bundle(finding.file(BEACON)))?;
    clock.check_rehearsal(commitment.rehearsal)?;
    due(&commitment.sources, clock.now_s())?;
    let dice = commitment.sources.iter().find(|source| matches!(source, Source::Dice { .. }));
    if let Some(dice) = dice.filter(|_| by.is_none() && known.is_none()) {
        let cause = say!("没有 --by", "there is no --by");
        return Err(Finding::new("B12", cause).id(dice.prefix().trim_end_matches(':')).into());
    }
    let values = if args.values.is_empty() {
        ask(&commitment.sources, console)?
    } else {
        args.values.clone()
    };
    let beacon = Beacon::of_values(commitment.suite, &commitment.sources, &values, by.as_deref())?;
    if let Some(known) = &known
        && known.strings != beacon.strings
    {
        let cause = say!("beacon.json 中已是另一个值", "beacon.json has another value already");
        return Err(Finding::new("W14", cause).file(BEACON).into());
    }
    let written = match &known {
        Some(_) => Written::Unchanged,
        None => {
            let files = Files::from([(BEACON.to_owned(), beacon.format())]);
            // It cannot be exchanged, so it is read before it is written.
            Beacon::parse(&files[BEACON]).map_err(|finding| finding.file(BEACON))?;
            write_files(&args.bundle, &files, &[BEACON.to_owned()])?
        }
    };
    for text in &beacon.strings {
        console.line(text);
    }
    match written {
        Written::New => console
            .say(&say!("已写入 {BEACON}，不可更换", "{BEACON} is written and cannot be exchanged")),
        Written::Unchanged => {
            console.say(&say!("{BEACON} 已存在且相同", "{BEACON} is there already, the same"))
        }
    }
    console.report(&json!({"command": "beacon", "ok": true, "strings": beacon.strings, "written": written == Written::New}));
    log.record(&args.bundle, clock, console)?;
    Ok(DONE)
}

/// Refuses values of sources whose time has not come.
fn due(sources: &[Source], now_s: u64) -> Result<(), Findings> {
    let early = sources.iter().filter(|source| source.at() > now_s).map(|source| {
        let at = china_time(source.at());
        Finding::new("B07", say!("{at}（北京时间）才产生", "not before {at} (China time)"))
            .id(source.prefix().trim_end_matches(':'))
    });
    let early: Vec<Finding> = early.collect();
    if early.is_empty() { Ok(()) } else { Err(Findings(early)) }
}

/// Asks for every value on the terminal, typed ones twice.
fn ask(sources: &[Source], console: &Console) -> Result<Vec<String>, Failure> {
    let mut input = std::io::stdin().lock();
    let mut values = Vec::new();
    for source in sources {
        let Text { zh, en } = source.title();
        let what = match source {
            Source::Drand { .. } => {
                say!("{zh}的签名（96 位十六进制）", "signature of {en} (96 hex digits)")
            }
            Source::Rfc3797 { .. } => say!(
                "{zh}的号码（各区升序，每个号码后加点，每区后加斜线，如 6.8.14.15.24.25./6./）",
                "numbers of {en} (ascending, a dot after each, a slash after each pool: 6.8.14.15.24.25./6./)",
            ),
            _ => say!("{zh}的结果", "result of {en}"),
        };
        let first = prompt(&mut input, what.get(console.lang))?;
        // A signature proves itself; what is copied from an announcement is typed twice.
        if !matches!(source, Source::Drand { .. }) {
            let again = say!("请再录入一次", "type it once more");
            if prompt(&mut input, again.get(console.lang))? != first {
                return Err(Finding::new("B08", say!("两次录入不同", "the two entries differ"))
                    .id(source.prefix().trim_end_matches(':'))
                    .into());
            }
        }
        values.push(first);
    }
    Ok(values)
}

fn prompt(input: &mut impl BufRead, text: &str) -> Result<String, Failure> {
    if std::io::stdin().is_terminal() {
        let mut stderr = std::io::stderr();
        let _ = write!(stderr, "{text}> ");
        let _ = stderr.flush();
    }
    let mut line = String::new();
    let n = input
        .read_line(&mut line)
        .map_err(|e| crate::io::durable::failed(Path::new("stdin"), &e))?;
    if n == 0 {
        return Err(
            Finding::new("B09", say!("输入已结束：{text}", "the input ended: {text}")).into()
        );
    }
    Ok(line.trim().to_owned())
}
