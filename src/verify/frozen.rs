//! Steps 1–6 and 8: files, registers, frames, opening, beacon and manifest.

use std::collections::{BTreeMap, BTreeSet};

use super::Outcome;
use super::bad::Bad;
use super::bundle::Bundle;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::draw::ticket::{master_digest, recusal_salt};
use crate::record::bundle::{
    self, BEACON, INCOMPATIBLE, INSPECTORS, MANIFEST, OPENING, RECUSALS, SCHEDULE, SHORTAGE,
    STANDBY, Stage, frame_path, is_frame,
};
use crate::record::contents::check_registers;
use crate::record::declared::all_beside_their_times;
use crate::record::logged::RESULT_PROOF;
use crate::say;

/// Step 1: exactly the files of the protocol, each in canonical form.
pub(super) fn check_files(bundle: &Bundle<'_>, malformed: Vec<Finding>, bad: &mut Bad) -> Outcome {
    let Bundle { files, commitment, unopened, .. } = bundle;
    let mut findings = malformed;
    findings
        .iter()
        .filter_map(|finding| finding.place.file.as_ref())
        .for_each(|path| bad.put(path, 1));
    let layout = bundle::layout(commitment, Stage::Drawn, files.contains_key(SHORTAGE));
    let mut expected: BTreeSet<&str> = layout.public.iter().map(String::as_str).collect();
    expected.insert(MANIFEST);
    if !unopened {
        expected.extend(layout.closed.iter().map(String::as_str));
    }
    let missing = || expected.iter().filter(|path| !files.contains_key(**path));
    missing().for_each(|path| bad.put(path, 1));
    if !files.contains_key(MANIFEST) && findings.is_empty() && nothing_drawn(bundle) {
        let cause = say!("已封存，还没有抽取结果", "committed, and no result yet");
        return Outcome::Failed(vec![Finding::new("F12", cause).file(MANIFEST)]);
    }
    let half_open = |path: &&str| layout.closed.iter().any(|closed| closed == path);
    for path in missing() {
        let code = if commitment.sealed() && half_open(path) { "F10" } else { "F06" };
        findings
            .push(Finding::new(code, say!("没有这个文件", "the file is not there")).file(*path));
    }
    for path in files.keys().map(String::as_str).filter(|path| !expected.contains(path)) {
        let finding = if *unopened && half_open(&path) {
            Finding::new(
                "F10",
                say!("有保密文件而无 opening.json", "a closed file without opening.json"),
            )
        } else if !bundle::is_unbound(path) || (path == OPENING && !commitment.sealed()) {
            Finding::new("F07", say!("协议没有这个文件", "the protocol has no such file"))
        } else if *unopened && path == SCHEDULE {
            Finding::new("F10", say!("公开前不应有检查日程", "no schedule before the opening"))
        } else {
            continue;
        };
        findings.push(finding.file(path));
    }
    Outcome::of(findings)
}

/// Whether the package is complete and shows no trace of a draw.
fn nothing_drawn(bundle: &Bundle<'_>) -> bool {
    let Bundle { files, commitment, .. } = bundle;
    let frozen = bundle::layout(commitment, Stage::Frozen, false);
    let later = |path: &String| {
        let known = frozen.public.contains(path) || frozen.closed.contains(path);
        let traces = [MANIFEST, OPENING, SCHEDULE, RESULT_PROOF];
        !known && path != BEACON && (!bundle::is_unbound(path) || traces.contains(&path.as_str()))
    };
    frozen.public.iter().all(|path| files.contains_key(path)) && !files.keys().any(later)
}

/// Step 3.
pub(super) fn registers(bundle: &Bundle<'_>, bad: &Bad) -> Outcome {
    let Bundle { commitment, contents, unopened, .. } = bundle;
    let findings = check_registers(commitment, contents);
    let needed = [INSPECTORS, INCOMPATIBLE]
        .into_iter()
        .chain(commitment.standby.is_some().then_some(STANDBY))
        .chain((!unopened).then_some(RECUSALS));
    if !findings.is_empty() {
        Outcome::Failed(findings)
    } else if let Some(step) = bad.first(needed) {
        Outcome::depends_on(step)
    } else if *unopened {
        Outcome::NotShown(say!(
            "人员库相符；回避名录在公开前不出示",
            "inspectors agree; recusals are closed until the opening"
        ))
    } else {
        Outcome::Passed
    }
}

/// Step 4. What is wrong between the frames makes all of them bad.
pub(super) fn frames(bundle: &Bundle<'_>, bad: &mut Bad) -> Outcome {
    let Bundle { commitment, frames, unopened, .. } = bundle;
    if *unopened {
        return Outcome::NotShown(say!(
            "公开前不出示抽样框",
            "frames are closed until the opening"
        ));
    }
    let paths = || commitment.lists.iter().map(|list| frame_path(&list.list));
    let dependent = bad.first(paths()).map(Outcome::depends_on);
    let outcome = bad.note(4, Outcome::of([&frames.breaches[..], &frames.across].concat()));
    if !frames.across.is_empty() {
        paths().for_each(|path| bad.put(&path, 4));
    }
    match outcome {
        Outcome::Passed => dependent.unwrap_or(Outcome::Passed),
        outcome => outcome,
    }
}

/// Step 5, of sealed draws.
pub(super) fn opening(bundle: &Bundle<'_>, bad: &Bad) -> Outcome {
    let Bundle { commitment, contents, frames, .. } = bundle;
    let seal = commitment.seal.as_ref().expect("bug: only called for sealed draws");
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
        return Outcome::Failed(vec![Finding::new("V05", cause).file(OPENING).column("master")]);
    }
    let mut findings: Vec<Finding> =
        frames.salts.iter().filter(|finding| !bad.has(finding)).cloned().collect();
    let salt_of = |sid: &str, iid: &str| recusal_salt(suite, master, &commitment.draw, sid, iid);
    let recusals = contents.recusals.as_deref().filter(|_| bad.step(RECUSALS).is_none());
    let wrong = (2..)
        .zip(recusals.unwrap_or_default())
        .find(|(_, row)| row.salt != Some(salt_of(row.sid.as_str(), row.iid.as_str())));
    findings.extend(wrong.map(|(line, _)| {
        let cause = say!("盐与密钥不符", "the salt does not follow from the secret");
        Finding::new("V05", cause).file(RECUSALS).row(line).column("salt")
    }));
    let salted = commitment.lists.iter().map(|list| frame_path(&list.list));
    match bad.first(salted.chain([RECUSALS.to_owned()])) {
        Some(step) if findings.is_empty() => Outcome::depends_on(step),
        _ => Outcome::of(findings),
    }
}

/// Step 6.
pub(super) fn beacon(bundle: &Bundle<'_>) -> Outcome {
    let Bundle { commitment, contents, .. } = bundle;
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
    let hearsay = hearsay.map(|(source, string)| (source, string.as_str()));
    let Some(Text { zh, en }) = all_beside_their_times(hearsay) else {
        return Outcome::Passed;
    };
    Outcome::NotShown(say!(
        "格式相符，请自行对照官方公告的值和时间：{zh}",
        "well formed; compare values and times with the official announcement yourself: {en}",
    ))
}

/// Step 8.
pub(super) fn manifest(bundle: &Bundle<'_>, bad: &Bad) -> Outcome {
    let Bundle { files, commitment, contents, frames, unopened, .. } = bundle;
    let Some(rows) = &contents.manifest else {
        return Outcome::depends_on(1);
    };
    let listed: BTreeMap<&str, &Digest> =
        rows.iter().map(|row| (row.path.as_str(), &row.digest)).collect();
    let short =
        if *unopened { listed.contains_key(SHORTAGE) } else { files.contains_key(SHORTAGE) };
    let layout = bundle::layout(commitment, Stage::Drawn, short);
    let bound: BTreeSet<&str> =
        layout.public.iter().chain(&layout.closed).map(String::as_str).collect();
    let refuse = |path: &str, cause| Finding::new("V08", cause).file(path);
    let mut findings = Vec::new();
    for path in bound.iter().filter(|path| !listed.contains_key(**path)) {
        findings.push(
            refuse(MANIFEST, say!("缺少 {path} 一行", "the row of {path} is missing")).id(*path),
        );
    }
    for path in listed.keys().filter(|path| !bound.contains(**path)) {
        findings.push(
            refuse(MANIFEST, say!("多出 {path} 一行", "there is a row of {path} too many"))
                .id(*path),
        );
    }
    // Whoever changes the secret changes no file.
    let master = contents.master.as_ref().filter(|_| bad.step(OPENING).is_none()).map(Digest::hex);
    let mut dependent = None;
    for (path, digest) in listed.into_iter().filter(|(path, _)| bound.contains(path)) {
        let closed = commitment.sealed() && layout.closed.iter().any(|closed| closed == path);
        if closed && *unopened {
            continue;
        }
        if closed && master.is_none() {
            dependent = dependent.or_else(|| bad.first([OPENING, path]));
            continue;
        }
        let closed_with = master.as_deref().filter(|_| closed);
        let hasher = || bundle::file_hasher(commitment.suite, path, closed_with);
        let found = match is_frame(path) {
            true => frames.digests.get(path).copied(),
            false => files.get(path).map(|bytes| hasher().with(bytes).finish()),
        };
        match found {
            None => dependent = dependent.or_else(|| bad.step(path)),
            Some(found) if found == *digest => {}
            Some(_) => findings.push(refuse(
                path,
                say!("文件与清单上的摘要不符", "the file is not the one whose digest is listed"),
            )),
        }
    }
    match (findings.is_empty(), dependent, unopened) {
        (false, ..) => Outcome::Failed(findings),
        (true, Some(step), _) => Outcome::depends_on(step),
        (true, None, true) => Outcome::NotShown(say!(
            "公开部分相符；保密部分在公开前不出示",
            "the public part agrees; the rest is closed until the opening"
        )),
        (true, None, false) => Outcome::Passed,
    }
}
