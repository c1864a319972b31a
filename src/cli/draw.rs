//! `ssj draw`: subjects drawn and inspectors paired with them.

use std::path::Path;

use serde_json::json;

use super::args::FrameArgs;
use super::blockage::{blockage_json, print_blockage};
use super::bundle::{bundle, checked, frozen, lock};
use super::clock::Clock;
use super::commit::refuse_void_record;
use super::console::Console;
use super::event::refuse_void;
use super::log::StepLog;
use super::past::drawn_subjects;
use super::{DONE, Failure, NOT_VERIFIED};
use crate::base::finding::Finding;
use crate::conduct::{Drawn, Frozen, Step};
use crate::io::durable::{Written, write_files};
use crate::record::beacon::Beacon;
use crate::record::bundle::{BEACON, MANIFEST, SHORTAGE, Stage, stage};
use crate::say;
use crate::store::Store;

pub(super) fn draw(
    workspace: &Path,
    folder: &Path,
    frames: &FrameArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let log = StepLog::open(workspace, clock)?;
    let _lock = lock(folder)?;
    let package = checked(bundle(folder, &frames.frames)?)?;
    let frozen = frozen(&package)?;
    refuse_void(&package.files, folder)?;
    if let Some(store) = Store::find(workspace)? {
        refuse_void_record(store.draw(&frozen.digest)?.as_ref())?;
    }
    let Some(beacon) = &frozen.contents().beacon else {
        let cause =
            say!("还没有信标值：先执行 ssj beacon", "no beacon values yet: run ssj beacon first");
        return Err(Finding::new("W16", cause).file(BEACON).into());
    };
    if frozen.commitment.sealed() {
        let cause = say!("本版不抽取保密的公示包", "this version does not draw sealed bundles");
        return Err(Finding::new("W07", cause).file(folder.display().to_string()).into());
    }
    let was_drawn = stage(&package.files) == Stage::Drawn;
    let drawn = conduct(&frozen, beacon, console)?;
    let written = write_result(folder, &drawn)?;
    record_drawn(workspace, &frozen, &drawn, clock.now_s())?;
    summary(&drawn, console);
    match written {
        Written::New if was_drawn => {
            console.say(&say!("已补齐缺失的文件", "missing files are completed"))
        }
        Written::New => console.say(&say!("结果已写入公示包", "the result is in the bundle")),
        Written::Unchanged => console
            .say(&say!("结果早已写入，未作改动", "the result was there already, nothing changed")),
    }
    let short = report_shortage(&drawn, console);
    console.report(&json!({
        "command": "draw", "ok": short.is_none(), "written": written == Written::New,
        "visits": drawn.visits.len(), "rounds": drawn.rounds.rounds.len(),
        "drawn": drawn.selections.iter().map(|(list, s)| json!({"list": list, "n": s.drawn().count()})).collect::<Vec<_>>(),
        "result": frozen.commitment.suite.digest(&drawn.files[MANIFEST]).hex(),
        "shortage": short,
    }));
    log.record(folder, clock, console)?;
    Ok(if drawn.rounds.shortage.is_some() { NOT_VERIFIED } else { DONE })
}

fn conduct(frozen: &Frozen<'_>, beacon: &Beacon, console: &Console) -> Result<Drawn, Failure> {
    let bar = console.progress(&say!("抽取与匹配", "drawing and pairing"), 1);
    let drawn = frozen.draw(beacon, None, &mut |step, done, total| {
        let text = match step {
            Step::Draw => say!("读入抽样框并随机抽取", "reading frames and drawing"),
            Step::Pair => say!("随机匹配", "pairing"),
        };
        bar.set_message(text.get(console.lang).to_owned());
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    drawn.map_err(Failure::bundle)
}

/// Everything first, the manifest last: whoever sees a manifest sees a whole result.
fn write_result(bundle: &Path, drawn: &Drawn) -> Result<Written, Failure> {
    let mut order: Vec<String> =
        drawn.files.keys().filter(|path| *path != MANIFEST).cloned().collect();
    order.push(MANIFEST.to_owned());
    Ok(write_files(bundle, &drawn.files, &order)?)
}

/// Tells the workspace that froze this draw who was drawn and who comes, for the burden rules of later plans.
fn record_drawn(
    workspace: &Path,
    frozen: &Frozen<'_>,
    drawn: &Drawn,
    now_s: u64,
) -> Result<(), Failure> {
    let Some(store) = Store::find(workspace)? else { return Ok(()) };
    if store.draw(&frozen.digest)?.is_some() {
        store.record_drawn(&frozen.digest, drawn_subjects(frozen, drawn), now_s)?;
    }
    Ok(())
}

/// Subjects, drawn, visits, savings, loads and rounds, in a few lines.
fn summary(drawn: &Drawn, console: &Console) {
    let subjects = drawn.subjects;
    let rows: usize = drawn.selections.iter().map(|(_, selection)| selection.drawn().count()).sum();
    let visits = drawn.visits.len();
    let saved = rows - visits;
    console.say(&say!(
        "抽样框内对象 {subjects}，抽中 {rows}，合并为 {visits} 次入户检查（省去 {saved} 次）",
        "{subjects} subjects in frames, {rows} drawn, merged into {visits} visits ({saved} saved)",
    ));
    if let Some(round) = drawn.rounds.rounds.last() {
        let mut counts = vec![0u32; drawn.case.inspectors.len()];
        round.teams.iter().flatten().for_each(|i| counts[*i as usize] += 1);
        let (least, most) =
            (counts.iter().min().copied().unwrap_or(0), counts.iter().max().copied().unwrap_or(0));
        let rounds = drawn.rounds.rounds.len();
        console.say(&say!(
            "每名人员 {least}–{most} 次，匹配 {rounds} 轮",
            "{least}–{most} visits per inspector, {rounds} round(s) of pairing",
        ));
    }
}

/// Says which slots cannot be filled; returns it for machines.
fn report_shortage(drawn: &Drawn, console: &Console) -> Option<serde_json::Value> {
    let blockage = drawn.blockage()?;
    console.findings(&[Finding::new("M01", blockage.sentence()).file(SHORTAGE)]);
    print_blockage(&blockage, console);
    Some(blockage_json(&blockage, console.lang))
}
