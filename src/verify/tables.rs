//! Steps 1–11 and 16–17: files, commitment, tables, beacon, manifest, draw, visits and events.

use std::collections::{BTreeMap, BTreeSet};

use super::pairing::verify_pairing;
use super::{Check, Facts, Outcome, Report};
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::table::{self, Row};
use crate::draw::quota::quotas;
use crate::draw::select::{Selection, select};
use crate::draw::ticket::{master_digest, recusal_salt, salt, seed};
use crate::draw::visits::visits;
use crate::pairing::slots::check_all_subjects;
use crate::record::bundle::{
    self, BEACON, COMMITMENT, Files, MANIFEST, OPENING, RECUSALS, SCHEDULE, SHORTAGE, Stage,
    VISITS, draw_path, frame_path, roll_path,
};
use crate::record::commitment::Commitment;
use crate::record::contents::{Contents, check_frames, check_registers};
use crate::record::event::Event;
use crate::record::tables::{ScheduleRow, VisitRow};
use crate::say;

/// What the steps look at.
pub(super) struct Bundle<'a> {
    pub files: &'a Files,
    pub commitment: Commitment,
    pub digest: Digest,
    pub contents: Contents,
    /// A sealed draw without its closed files.
    pub unopened: bool,
}

/// Verifies a bundle.
pub fn verify(files: &Files) -> Report {
    verify_read(files, Vec::new())
}

/// Verifies a bundle of which the shell could not read everything: links, devices, endless lines.
pub fn verify_read(files: &Files, unreadable: Vec<Finding>) -> Report {
    let mut report = Report {
        checks: Vec::new(),
        facts: Facts::default(),
        commitment: None,
        result: None,
    };
    let Some(bytes) = files.get(COMMITMENT) else {
        let missing =
            Finding::new("F06", say!("没有封存承诺", "there is no commitment")).file(COMMITMENT);
        report.checks.push(Check {
            number: 1,
            outcome: Outcome::Failed(vec![missing]),
        });
        return report;
    };
    let commitment = match Commitment::parse(bytes) {
        Ok(commitment) => commitment,
        Err(finding) => {
            let finding = finding.file(COMMITMENT);
            let form = finding.code().starts_with('F');
            let (first, second) = if form {
                (Outcome::Failed(vec![finding]), Outcome::depends_on(1))
            } else {
                (Outcome::Passed, Outcome::Failed(vec![finding]))
            };
            report.checks.push(Check {
                number: 1,
                outcome: first,
            });
            report.checks.push(Check {
                number: 2,
                outcome: second,
            });
            return report;
        }
    };
    let digest = commitment.suite.digest(bytes);
    let (contents, mut malformed) = Contents::parse(&commitment, files);
    malformed.extend(unreadable);
    let unopened = commitment.sealed() && !files.contains_key(OPENING);
    report.commitment = Some(digest);
    report.result = files
        .get(MANIFEST)
        .map(|bytes| commitment.suite.digest(bytes));
    let bundle = Bundle {
        files,
        commitment,
        digest,
        contents,
        unopened,
    };
    report.facts = Facts::of_commitment(&bundle.commitment, &bundle.contents);
    run(&bundle, malformed, &mut report);
    report
}

fn run(bundle: &Bundle<'_>, malformed: Vec<Finding>, report: &mut Report) {
    let mut put = |number: u32, outcome: Outcome| report.checks.push(Check { number, outcome });
    let sealed = bundle.commitment.sealed();
    put(1, check_files(bundle, malformed));
    put(2, Outcome::Passed);
    let registers = registers(bundle);
    let frames = frames(bundle);
    let sound = |outcome: &Outcome| !matches!(outcome, Outcome::Failed(_));
    let (registers_sound, frames_sound) = (sound(&registers), sound(&frames) && !bundle.unopened);
    put(3, registers);
    put(4, frames);
    let opening = if sealed {
        opening(bundle)
    } else {
        Outcome::Passed
    };
    let opening_sound = sound(&opening);
    if sealed {
        put(5, opening);
    }
    let beacon = beacon(bundle);
    let beacon_sound = sound(&beacon) && bundle.contents.beacon.is_some();
    put(6, beacon);
    put(7, time(bundle));
    put(8, manifest(bundle));

    let strings = bundle
        .contents
        .beacon
        .as_ref()
        .map(|beacon| beacon.strings.as_slice())
        .unwrap_or_default();
    let seed = seed_of(bundle, strings, beacon_sound);
    let selections = match (&seed, frames_sound, opening_sound) {
        _ if bundle.unopened => Err(Outcome::NotShown(say!(
            "公开前不出示抽取结果",
            "the draw is closed until the opening"
        ))),
        (None, ..) => Err(Outcome::depends_on(6)),
        (_, false, _) => Err(Outcome::depends_on(4)),
        (.., false) => Err(Outcome::depends_on(5)),
        (Some(seed), true, true) => selections(bundle, seed),
    };
    let drawn = selections
        .as_ref()
        .map_or_else(Clone::clone, |selections| compare_draws(bundle, selections));
    put(9, drawn);
    if sealed {
        put(10, rolls(bundle, selections.as_ref().ok()));
    }
    let visits = match &selections {
        Err(Outcome::Failed(_)) => Err(Outcome::depends_on(9)),
        Err(outcome) => Err(outcome.clone()),
        Ok(selections) => Ok(recompute_visits(bundle, selections)),
    };
    put(
        11,
        visits
            .as_ref()
            .map_or_else(Clone::clone, |visits| compare(bundle, VISITS, 11, visits)),
    );
    let visits = visits.map_err(|outcome| match outcome {
        Outcome::Failed(_) => Outcome::depends_on(11),
        other => other,
    });
    let paired = match (visits, registers_sound, &seed) {
        (Ok(visits), true, Some(seed)) => Ok((visits, *seed)),
        (Err(outcome), ..) => Err(outcome),
        _ => Err(Outcome::depends_on(3)),
    };
    for (number, outcome) in verify_pairing(bundle, paired, &mut report.facts) {
        report.checks.push(Check { number, outcome });
    }
    if let Ok(selections) = &selections {
        report.facts.add_selections(&bundle.commitment, selections);
    } else if let Some(seed) = &seed {
        report.facts.add_quotas(&bundle.commitment, seed);
    }
    if bundle.files.keys().any(|path| path.starts_with("events/")) {
        let outcome = events(bundle, &mut report.facts);
        report.checks.push(Check {
            number: 16,
            outcome,
        });
    }
    if let Some(bytes) = bundle.files.get(SCHEDULE) {
        report.checks.push(Check {
            number: 17,
            outcome: schedule(bytes),
        });
    }
}

/// Step 1: exactly the files of the protocol, each in canonical form.
fn check_files(bundle: &Bundle<'_>, malformed: Vec<Finding>) -> Outcome {
    let Bundle {
        files,
        commitment,
        unopened,
        ..
    } = bundle;
    let mut findings = malformed;
    let layout = bundle::layout(commitment, Stage::Drawn, files.contains_key(SHORTAGE));
    let mut expected: BTreeSet<&str> = layout.public.iter().map(String::as_str).collect();
    expected.insert(MANIFEST);
    if !unopened {
        expected.extend(layout.closed.iter().map(String::as_str));
    }
    let half_open = |path: &&str| layout.closed.iter().any(|closed| closed == path);
    for path in expected.iter().filter(|path| !files.contains_key(**path)) {
        let code = if commitment.sealed() && half_open(path) {
            "F10"
        } else {
            "F06"
        };
        findings
            .push(Finding::new(code, say!("没有这个文件", "the file is not there")).file(*path));
    }
    for path in files
        .keys()
        .map(String::as_str)
        .filter(|path| !expected.contains(path))
    {
        let finding = if *unopened && half_open(&path) {
            Finding::new(
                "F10",
                say!(
                    "有保密文件而无 opening.json",
                    "a closed file without opening.json"
                ),
            )
        } else if !bundle::is_unbound(path) || (path == OPENING && !commitment.sealed()) {
            Finding::new(
                "F07",
                say!("协议没有这个文件", "the protocol has no such file"),
            )
        } else if *unopened && path == SCHEDULE {
            Finding::new(
                "F10",
                say!("公开前不应有检查日程", "no schedule before the opening"),
            )
        } else {
            continue;
        };
        findings.push(finding.file(path));
    }
    Outcome::of(findings)
}

/// Step 3.
fn registers(bundle: &Bundle<'_>) -> Outcome {
    let contents = &bundle.contents;
    let findings = check_registers(&bundle.commitment, contents);
    let standby_there = bundle.commitment.standby.is_none() || contents.standby.is_some();
    if !findings.is_empty() {
        Outcome::Failed(findings)
    } else if contents.inspectors.is_none() || contents.incompatible.is_none() || !standby_there {
        Outcome::depends_on(1)
    } else if bundle.unopened {
        Outcome::NotShown(say!(
            "人员库相符；回避名录在公开前不出示",
            "inspectors agree; recusals are closed until the opening"
        ))
    } else if contents.recusals.is_none() {
        Outcome::depends_on(1)
    } else {
        Outcome::Passed
    }
}

/// Step 4.
fn frames(bundle: &Bundle<'_>) -> Outcome {
    if bundle.unopened {
        return Outcome::NotShown(say!(
            "公开前不出示抽样框",
            "frames are closed until the opening"
        ));
    }
    let mut findings = check_frames(&bundle.commitment, &bundle.contents);
    if findings.is_empty() {
        let slots = check_all_subjects(&bundle.commitment, &bundle.contents);
        // One sentence for each cause suffices; a wrong slot concerns thousands of subjects.
        findings.extend(slots.into_iter().take(20));
    }
    if findings.is_empty() && bundle.contents.frames.len() < bundle.commitment.lists.len() {
        return Outcome::depends_on(1);
    }
    Outcome::of(findings)
}

/// Step 5, of sealed draws.
fn opening(bundle: &Bundle<'_>) -> Outcome {
    let Bundle {
        commitment,
        contents,
        ..
    } = bundle;
    let seal = commitment
        .seal
        .as_ref()
        .expect("bug: only called for sealed draws");
    if bundle.unopened {
        let by = &seal.by;
        return Outcome::NotShown(say!(
            "尚未公开，承诺最迟于 {by} 公开",
            "not yet opened, promised by {by}"
        ));
    }
    let Some(master) = &contents.master else {
        return Outcome::depends_on(1);
    };
    let suite = commitment.suite;
    if master_digest(suite, master) != seal.master {
        let cause = say!("密钥与承诺不符", "the secret is not the committed one");
        return Outcome::Failed(vec![
            Finding::new("V05", cause).file(OPENING).column("master"),
        ]);
    }
    let refuse = |path: String, line: u64| {
        Finding::new(
            "V05",
            say!("盐与密钥不符", "the salt does not follow from the secret"),
        )
        .file(path)
        .row(line)
        .column("salt")
    };
    let mut findings = Vec::new();
    for (list, frame) in &contents.frames {
        let wrong = (2..).zip(frame).find(|(_, row)| {
            row.salt != Some(salt(suite, master, &commitment.draw, row.sid.as_str()))
        });
        findings.extend(wrong.map(|(line, _)| refuse(frame_path(list), line)));
    }
    let wrong = (2..)
        .zip(contents.recusals.iter().flatten())
        .find(|(_, row)| {
            row.salt
                != Some(recusal_salt(
                    suite,
                    master,
                    &commitment.draw,
                    row.sid.as_str(),
                    row.iid.as_str(),
                ))
        });
    findings.extend(wrong.map(|(line, _)| refuse(RECUSALS.to_owned(), line)));
    Outcome::of(findings)
}

/// Step 6.
fn beacon(bundle: &Bundle<'_>) -> Outcome {
    let Bundle {
        commitment,
        contents,
        ..
    } = bundle;
    let Some(beacon) = &contents.beacon else {
        return Outcome::depends_on(1);
    };
    if let Err(finding) = beacon.check(commitment.suite, &commitment.sources) {
        return Outcome::Failed(vec![finding.file(BEACON)]);
    }
    let hearsay = commitment
        .sources
        .iter()
        .zip(&beacon.strings)
        .filter(|(source, string)| source.is_hearsay(string));
    let hearsay: Vec<&str> = hearsay.map(|(_, string)| string.as_str()).collect();
    if hearsay.is_empty() {
        return Outcome::Passed;
    }
    let list = hearsay.join(" ");
    Outcome::NotShown(say!(
        "格式相符，请自行对照官方公告：{list}",
        "well formed; compare with the official announcement yourself: {list}",
    ))
}

/// Step 7: no log is read by this version.
fn time(bundle: &Bundle<'_>) -> Outcome {
    let at = crate::base::date::china_time(bundle.commitment.earliest_source_at());
    let margin = bundle.commitment.margin_s;
    Outcome::NotShown(say!(
        "没有日志证明：应在 {at}（北京时间）前至少 {margin} 秒公布",
        "no log proves it: due at least {margin} s before {at} (China time)",
    ))
}

/// Step 8.
fn manifest(bundle: &Bundle<'_>) -> Outcome {
    let Bundle {
        files,
        commitment,
        contents,
        unopened,
        ..
    } = bundle;
    let Some(rows) = &contents.manifest else {
        return Outcome::depends_on(1);
    };
    let master = contents.master.as_ref().map(Digest::hex);
    if commitment.sealed() && !unopened && master.is_none() {
        return Outcome::depends_on(1);
    }
    let listed: BTreeMap<&str, &Digest> = rows
        .iter()
        .map(|row| (row.path.as_str(), &row.digest))
        .collect();
    let short = if *unopened {
        listed.contains_key(SHORTAGE)
    } else {
        files.contains_key(SHORTAGE)
    };
    let layout = bundle::layout(commitment, Stage::Drawn, short);
    let bound: BTreeSet<&str> = layout
        .public
        .iter()
        .chain(&layout.closed)
        .map(String::as_str)
        .collect();
    let refuse = |path: &str, cause| Finding::new("V08", cause).file(path);
    let mut findings = Vec::new();
    for path in bound.iter().filter(|path| !listed.contains_key(**path)) {
        findings.push(
            refuse(
                MANIFEST,
                say!("缺少 {path} 一行", "the row of {path} is missing"),
            )
            .id(*path),
        );
    }
    for path in listed.keys().filter(|path| !bound.contains(**path)) {
        findings.push(
            refuse(
                MANIFEST,
                say!("多出 {path} 一行", "there is a row of {path} too many"),
            )
            .id(*path),
        );
    }
    for (path, digest) in listed.into_iter().filter(|(path, _)| bound.contains(path)) {
        let closed = commitment.sealed() && layout.closed.iter().any(|closed| closed == path);
        let Some(bytes) = files.get(path) else {
            continue;
        };
        let closed_with = master.as_deref().filter(|_| closed);
        if bundle::file_digest(commitment.suite, path, bytes, closed_with) != *digest {
            findings.push(refuse(
                path,
                say!(
                    "文件与清单上的摘要不符",
                    "the file is not the one whose digest is listed"
                ),
            ));
        }
    }
    match (findings.is_empty(), unopened) {
        (false, _) => Outcome::Failed(findings),
        (true, true) => Outcome::NotShown(say!(
            "公开部分相符；保密部分在公开前不出示",
            "the public part agrees; the rest is closed until the opening"
        )),
        (true, false) => Outcome::Passed,
    }
}

fn seed_of(bundle: &Bundle<'_>, strings: &[String], sound: bool) -> Option<Digest> {
    sound.then(|| seed(bundle.commitment.suite, &bundle.digest, strings))
}

fn selections(bundle: &Bundle<'_>, seed: &Digest) -> Result<Vec<(String, Selection)>, Outcome> {
    let mut selections = Vec::new();
    for list in bundle.commitment.lists_by_name() {
        let Some(frame) = bundle.contents.frames.get(&list.list) else {
            return Err(Outcome::depends_on(1));
        };
        match select(bundle.commitment.suite, seed, list, frame) {
            Ok(selection) => selections.push((list.list.clone(), selection)),
            Err(finding) => {
                return Err(Outcome::Failed(vec![finding.file(frame_path(&list.list))]));
            }
        }
    }
    Ok(selections)
}

/// Step 9.
fn compare_draws(bundle: &Bundle<'_>, selections: &[(String, Selection)]) -> Outcome {
    let outcomes = selections
        .iter()
        .map(|(list, selection)| compare(bundle, &draw_path(list), 9, &selection.draw_rows()));
    worst(outcomes)
}

/// Step 10, of sealed draws.
fn rolls(bundle: &Bundle<'_>, selections: Option<&Vec<(String, Selection)>>) -> Outcome {
    let suite = bundle.commitment.suite;
    if let Some(selections) = selections {
        return worst(selections.iter().map(|(list, selection)| {
            compare(bundle, &roll_path(list), 10, &selection.roll(suite, list))
        }));
    }
    if bundle.contents.rolls.len() < bundle.commitment.lists.len() {
        return Outcome::depends_on(1);
    }
    let mut findings = Vec::new();
    for list in &bundle.commitment.lists {
        let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
        for row in &bundle.contents.rolls[&list.list] {
            *sizes.entry(&row.stratum).or_default() += 1;
        }
        let committed = list
            .strata
            .iter()
            .filter(|s| s.size > 0)
            .map(|s| (s.stratum.as_str(), s.size));
        if sizes != committed.collect() {
            let cause = say!(
                "各层行数与承诺的 N 不符",
                "the strata have not the committed N"
            );
            findings.push(Finding::new("V10", cause).file(roll_path(&list.list)));
        }
    }
    match findings.is_empty() {
        false => Outcome::Failed(findings),
        true if bundle.unopened => Outcome::NotShown(say!(
            "行数与承诺相符；内容待公开后核对",
            "counts agree; the keys are checked after the opening"
        )),
        true => Outcome::depends_on(9),
    }
}

fn recompute_visits(bundle: &Bundle<'_>, selections: &[(String, Selection)]) -> Vec<VisitRow> {
    visits(selections.iter().map(|(list, selection)| {
        let frame = &bundle.contents.frames[list];
        (
            list.as_str(),
            selection.drawn().map(|index| &frame[index].sid).collect(),
        )
    }))
}

/// Compares a file with its recomputed rows, byte for byte, and names the first row that differs.
fn compare<R: Row>(bundle: &Bundle<'_>, path: &str, step: u32, rows: &[R]) -> Outcome {
    let expected = table::format(rows);
    let Some(found) = bundle.files.get(path) else {
        return Outcome::depends_on(1);
    };
    if *found == expected {
        return Outcome::Passed;
    }
    let lines = |bytes: &[u8]| -> Vec<Vec<u8>> {
        bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect()
    };
    let (found, expected) = (lines(found), lines(&expected));
    let row = found
        .iter()
        .zip(&expected)
        .position(|(a, b)| a != b)
        .unwrap_or(found.len().min(expected.len()));
    let cause = say!("与重新计算的结果不同", "differs from the recomputed result");
    Outcome::Failed(vec![
        Finding::new(&format!("V{step:02}"), cause)
            .file(path)
            .row(row as u64 + 1),
    ])
}

/// Failed if one failed, else not shown if one is not, else passed.
fn worst(outcomes: impl Iterator<Item = Outcome>) -> Outcome {
    let mut findings = Vec::new();
    let mut not_shown = None;
    for outcome in outcomes {
        match outcome {
            Outcome::Passed => {}
            Outcome::Failed(more) => findings.extend(more),
            other => not_shown = Some(other),
        }
    }
    if findings.is_empty() {
        not_shown.unwrap_or(Outcome::Passed)
    } else {
        Outcome::Failed(findings)
    }
}

/// Step 16.
fn events(bundle: &Bundle<'_>, facts: &mut Facts) -> Outcome {
    let mut findings = Vec::new();
    let mut prev: Option<Digest> = None;
    let mut later_kinds = BTreeSet::new();
    let files = bundle.files.iter().filter(|(path, _)| {
        path.strip_prefix("events/")
            .is_some_and(|name| !name.contains('/'))
    });
    for (n, (path, bytes)) in (1..).zip(files) {
        let refuse = |cause| Finding::new("V16", cause).file(path);
        let event = match Event::parse(bytes) {
            Ok(event) => event,
            Err(finding) => {
                findings.push(finding.file(path));
                continue;
            }
        };
        if *path != Event::path(n) || event.n != n {
            findings.push(refuse(say!("编号不连续", "the numbers have a gap")));
        }
        if event.prev != prev {
            findings.push(refuse(say!(
                "prev 不是上一事件的摘要",
                "prev is not the digest of the event before"
            )));
        }
        prev = Some(bundle.commitment.suite.digest(bytes));
        match event.kind {
            "void" if event.at >= bundle.commitment.earliest_source_at() => {
                findings.push(refuse(say!(
                    "信标时刻之后不能作废",
                    "nothing can be voided after the beacon's time"
                )));
            }
            "void" => facts.void = true,
            other => drop(later_kinds.insert(other)),
        }
    }
    if !findings.is_empty() {
        return Outcome::Failed(findings);
    }
    let kinds: Vec<&str> = later_kinds.into_iter().collect();
    let kinds = kinds.join(" ");
    Outcome::NotShown(say!(
        "前后相连；时刻由机关自述，本版不核算其效果：{kinds}",
        "chained; times are the office's own word, effects are not recomputed by this version: {kinds}",
    ))
}

/// Step 17.
fn schedule(bytes: &[u8]) -> Outcome {
    match table::parse::<ScheduleRow>(bytes) {
        Err(finding) => Outcome::Failed(vec![finding.file(SCHEDULE)]),
        Ok(_) => Outcome::NotShown(say!(
            "格式规范；本版不核对日期",
            "well formed; this version does not check the days"
        )),
    }
}

/// n of every stratum, as far as the seed alone tells.
pub(super) fn quotas_of(commitment: &Commitment, seed: &Digest) -> Vec<Vec<u64>> {
    commitment
        .lists
        .iter()
        .map(|list| quotas(commitment.suite, seed, list))
        .collect()
}
