//! What may stand in the way of a commitment: another one that lives, a folder that is somebody's own, a beacon too near,
//! registers whose times somebody set.

use std::fs;
use std::path::{Path, PathBuf};

use super::Failure;
use super::args::CommitArgs;
use super::check::in_time;
use super::clock::Clock;
use super::ground::Versions;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::{Finding, Findings};
use crate::io::durable::{Lock, failed};
use crate::io::folder::is_bundle;
use crate::record::bundle::COMMITMENT;
use crate::record::commitment::Commitment;
use crate::say;
use crate::store::{DrawRecord, State, Store};

/// What is refused in the end is refused before the long part where that can be known: a commitment that stands in the
/// way, and a beacon too near. A folder that was published already is judged when its bytes are known.
pub(super) fn refuse_early(
    store: &Store,
    outline: &Commitment,
    is_sealed: bool,
    args: &CommitArgs,
    clock: &Clock,
) -> Result<(), Failure> {
    let bundle = absolute(&args.out)?;
    let digest = outline.suite.digest(&outline.format());
    let record = DrawRecord::new(outline, digest, bundle.display().to_string(), clock.now_s());
    let same_draw = |o: &DrawRecord| (&o.draw, o.attempt) == (&record.draw, record.attempt);
    // An open draw committed again has the same bytes; a sealed one only where its secret lies.
    let may_be_same = |o: &DrawRecord| same_draw(o) && (!is_sealed || o.bundle == record.bundle);
    let live = store.rivals(&record, |record| is_published(record, &bundle))?;
    if let Some(other) = live.iter().find(|other| !may_be_same(other)) {
        return Err(in_the_way(other).into());
    }
    if !is_bundle(&args.out) {
        in_time("B03", outline.earliest_source_at(), outline.margin_s, clock.now_s())?;
    }
    Ok(())
}

/// W03 for a folder that is somebody's own: a bundle is never mixed with what is there.
pub(super) fn refuse_other_folder(out: &Path) -> Result<(), Finding> {
    let has_files = || fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some());
    if is_bundle(out) || !has_files() {
        return Ok(());
    }
    let cause =
        say!("这个文件夹不是公示包，也不是空的", "this folder is no bundle, and it is not empty");
    Err(Finding::new("W03", cause).file(out.display().to_string()))
}

/// W11 for a draw in earnest from registers that were imported with a set clock: a removal could be dated back, out of the
/// days that a commitment tells of.
pub(super) fn refuse_set_clocks(store: &Store, versions: &Versions) -> Result<(), Findings> {
    let mut findings = Vec::new();
    for (register, number) in versions {
        let versions = store.versions(Some(*register))?;
        let set = versions.iter().find(|one| one.number <= *number && one.set_clock);
        findings.extend(set.map(|one| {
            let (zh, en, number) = (register.zh(), register.name(), one.number);
            let cause = say!(
                "{zh}第 {number} 版是用 --clock 导入的：正式抽取另建工作区导入",
                "version {number} of {en} was imported with --clock: import into another workspace"
            );
            Finding::new("W11", cause).id(en)
        }));
    }
    Findings::check(findings, ()).map(|_| ())
}

/// Whether the bundle of a record exists, or is about to.
pub(super) fn is_published(record: &DrawRecord, ours: &Path) -> bool {
    let folder = Path::new(&record.bundle);
    // A folder that another run is working on is about to be published.
    let busy = || folder != ours && Lock::of_folder(folder).is_err_and(|f| f.code() == "W13");
    holds(folder, &record.commitment) || busy()
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

pub(super) fn in_the_way(live: &DrawRecord) -> Finding {
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

pub(super) fn absolute(path: &Path) -> Result<PathBuf, Finding> {
    std::path::absolute(path).map_err(|e| failed(path, &e))
}
