//! `ssj draw`: subjects drawn and inspectors paired with them.

use std::path::Path;

use serde_json::json;

use super::args::FrameArgs;
use super::blockage::{blockage_json, print_blockage};
use super::bundle::{Office, frozen, in_order, lock, office_with};
use super::clock::Clock;
use super::console::{Console, reach};
use super::event::refuse_void;
use super::log::StepLog;
use super::past::drawn_subjects;
use super::rivals::refuse_void_record;
use super::secret::SecretArgs;
use super::{DONE, Failure, NOT_VERIFIED};
use crate::base::finding::Finding;
use crate::base::secret::Secret;
use crate::conduct::{Drawn, Frozen, Step};
use crate::io::durable::{Written, write_files};
use crate::io::folder::BundleFolder;
use crate::record::beacon::Beacon;
use crate::record::bundle::{BEACON, Files, MANIFEST, OPENING, SHORTAGE, Stage, layout, stage};
use crate::record::commitment::Commitment;
use crate::say;
use crate::store::Store;

pub(super) fn draw(
    workspace: &Path,
    folder: &Path,
    frames: &FrameArgs,
    secret: &SecretArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let log = StepLog::open(workspace, clock)?;
    let _lock = lock(folder)?;
    let Office { bundle: mut package, master, .. } = office_with(folder, frames, secret)?;
    let one = OneDraw { workspace, folder, master: master.as_ref(), secret, clock, console };
    let done = in_order(&mut package, |package| one.conduct(package))?;
    log.record(folder, clock, console)?;
    Ok(done)
}

/// One run of the command.
struct OneDraw<'a> {
    workspace: &'a Path,
    folder: &'a Path,
    master: Option<&'a Secret>,
    secret: &'a SecretArgs,
    clock: &'a Clock,
    console: &'a Console,
}

impl OneDraw<'_> {
    fn conduct(&self, package: &BundleFolder) -> Result<u8, Failure> {
        let OneDraw { workspace, folder, master, secret, clock, console } = *self;
        let frozen = frozen(package)?;
        refuse_void(&package.files, folder)?;
        if let Some(store) = Store::find(workspace)? {
            refuse_void_record(store.draw(&frozen.digest)?.as_ref())?;
        }
        let Some(beacon) = &frozen.contents().beacon else {
            let cause = say!(
                "还没有信标值：先执行 ssj beacon",
                "no beacon values yet: run ssj beacon first"
            );
            return Err(Finding::new("W16", cause).file(BEACON).into());
        };
        let was_drawn = stage(&package.files) == Stage::Drawn;
        let drawn = conduct(&frozen, beacon, master, console)?;
        // Where a sealed draw is not opened yet its secret comes from the sealed folder alone.
        let unopened = master.filter(|_| !folder.join(OPENING).exists());
        if let Some(master) = unopened {
            let (sealed, closed) =
                (secret.folder(folder)?, closed_results(&frozen.commitment, &drawn));
            sealed.put(master, &closed, false)?;
        }
        let written = write_result(folder, &frozen.commitment, &drawn, unopened.is_none())?;
        // Of a sealed draw the workspace learns at the opening: until then nobody reads there who is drawn.
        if unopened.is_none() {
            record_drawn(workspace, &frozen, &drawn, clock.now_s())?;
        }
        summary(&drawn, console);
        match written {
            Written::New if was_drawn => {
                console.say(&say!("已补齐缺失的文件", "missing files are completed"))
            }
            Written::New if unopened.is_some() => console.say(&say!(
                "名册已写入公示包，抽中者未公开",
                "the rolls are in the bundle, who is drawn stays closed"
            )),
            Written::New => console.say(&say!("结果已写入公示包", "the result is in the bundle")),
            Written::Unchanged => console.say(&say!(
                "结果早已写入，未作改动",
                "the result was there already, nothing changed"
            )),
        }
        let short = match &unopened {
            None => report_shortage(&drawn, console),
            Some(_) => {
                closed_shortage(&drawn, console);
                None
            }
        };
        console.report(&json!({
        "command": "draw", "ok": drawn.rounds.shortage.is_none(), "written": written == Written::New,
        "visits": drawn.visits.len(), "rounds": drawn.rounds.rounds.len(),
        "drawn": drawn.selections.iter().map(|(list, s)| json!({"list": list, "n": s.drawn().count()})).collect::<Vec<_>>(),
        "result": frozen.commitment.suite.digest(&drawn.files[MANIFEST]).hex(),
        "shortage": short, "opened": unopened.is_none(),
    }));
        Ok(if drawn.rounds.shortage.is_some() { NOT_VERIFIED } else { DONE })
    }
}

/// Draws and pairs, with a bar.
pub(super) fn conduct(
    frozen: &Frozen<'_>,
    beacon: &Beacon,
    master: Option<&Secret>,
    console: &Console,
) -> Result<Drawn, Failure> {
    let bar = console.progress(&say!("抽取与匹配", "drawing and pairing"), 1);
    let drawn = frozen.draw(beacon, master.map(Secret::expose), &mut |step, done, total| {
        let text = match step {
            Step::Draw => say!("读入抽样框并随机抽取", "reading frames and drawing"),
            Step::Pair => say!("随机匹配", "pairing"),
        };
        bar.set_message(text.get(console.lang).to_owned());
        reach(&bar, done as u64, total as u64);
    });
    bar.finish_and_clear();
    drawn.map_err(Failure::bundle)
}

/// The results that a sealed draw keeps closed.
fn closed_results(commitment: &Commitment, drawn: &Drawn) -> Files {
    let short = drawn.files.contains_key(SHORTAGE);
    let closed = layout(commitment, Stage::Drawn, short).closed;
    let file = |path: &String| Some((path.clone(), drawn.files.get(path)?.clone()));
    closed.iter().filter_map(file).collect()
}

/// Everything first, the manifest last: whoever sees a manifest sees a whole result.
fn write_result(
    bundle: &Path,
    commitment: &Commitment,
    drawn: &Drawn,
    opened: bool,
) -> Result<Written, Failure> {
    let short = drawn.files.contains_key(SHORTAGE);
    let closed = layout(commitment, Stage::Drawn, short).closed;
    let shown = |path: &&String| *path != MANIFEST && (opened || !closed.contains(path));
    let mut order: Vec<String> = drawn.files.keys().filter(shown).cloned().collect();
    order.push(MANIFEST.to_owned());
    Ok(write_files(bundle, &drawn.files, &order)?)
}

/// Tells the workspace that froze this draw who was drawn and who comes, for the burden rules of later plans.
pub(super) fn record_drawn(
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

/// Says that slots cannot be filled, but of a sealed draw not whose.
fn closed_shortage(drawn: &Drawn, console: &Console) {
    let Some(short) = &drawn.rounds.shortage else { return };
    let n = short.slots.len();
    let cause = say!(
        "{n} 个岗位互相争用，无法全部排出；开启后 {SHORTAGE} 写明是哪些",
        "{n} slots stand in each other's way; {SHORTAGE} names them after the opening"
    );
    console.findings(&[Finding::new("M01", cause).file(SHORTAGE)]);
}

/// Says which slots cannot be filled; returns it for machines.
fn report_shortage(drawn: &Drawn, console: &Console) -> Option<serde_json::Value> {
    let blockage = drawn.blockage()?;
    console.findings(&[Finding::new("M01", blockage.sentence()).file(SHORTAGE)]);
    print_blockage(&blockage, console);
    Some(blockage_json(&blockage, console.lang))
}
