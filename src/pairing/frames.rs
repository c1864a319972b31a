//! The frames of a draw, each read once for everything that is wanted of it: whether it is the committed one, whether
//! every subject could be visited, and who is drawn.

use std::collections::BTreeMap;

use super::slots::visit_slots;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::draw::select::{Depth, Selection, Selector};
use crate::draw::ticket::salt;
use crate::record::bundle::{file_hasher, frame_path};
use crate::record::commitment::{Commitment, List, Method, placeholders};
use crate::record::frame::{FrameLine, Frames, Passing, Scan, Visitor, Weights};
use crate::record::ids::SLOTS_PER_VISIT_MAX;
use crate::record::side_by_side::side_by_side;
use crate::say;

/// One sentence for each cause suffices; a wrong slot concerns thousands of subjects.
const SLOT_FINDINGS_MAX: usize = 20;

/// What is wanted of the frames.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// What they must be.
    pub commitment: &'a Commitment,
    /// The seed, if subjects are to be drawn.
    pub seed: Option<&'a Digest>,
    /// The secret of a sealed draw, from which its salts follow.
    pub master: Option<&'a Digest>,
}

/// What the frames are.
#[derive(Default)]
pub struct FramesRead {
    /// The digest of each file that is there, by path, as the manifest has it.
    pub digests: BTreeMap<String, Digest>,
    /// Those that are no tables: F01–F04 or F09.
    pub malformed: Vec<Finding>,
    /// Where one of them is not what was committed: V04.
    pub breaches: Vec<Finding>,
    /// Where all of them together ask for what cannot be, looked for where each is sound: V04, M02 or M04.
    pub across: Vec<Finding>,
    /// Where a salt does not follow from the secret: V05.
    pub salts: Vec<Finding>,
    /// Two subjects with one ticket: F04.
    pub tickets: Vec<Finding>,
    /// The selections of the lists whose own frame is sound, in the order of names.
    pub selections: Vec<(String, Selection)>,
    /// Different subjects in all frames.
    pub subjects: u64,
    /// Lists without a frame: F06.
    pub missing: Vec<Finding>,
}

impl FramesRead {
    /// Everything that forbids a draw.
    pub fn findings(&self) -> Vec<Finding> {
        let before = [&self.missing, &self.malformed, &self.breaches, &self.across];
        let all = before.into_iter().chain([&self.salts, &self.tickets]);
        all.flatten().cloned().collect()
    }
}

/// Reads the frames; `watch` learns how many rows have been read.
///
/// # Errors
/// What the file system fails with.
pub fn read_frames(
    wanted: &Wanted<'_>,
    frames: &dyn Frames,
    watch: &mut dyn FnMut(u64),
) -> Result<FramesRead, Finding> {
    let mut read = FramesRead::default();
    let mut rows = 0;
    let mut slots = Vec::new();
    for list in wanted.commitment.lists_by_name() {
        let mut watch = |n| watch(rows + n);
        match read_one(wanted, list, frames, &mut read, &mut slots, &mut watch)? {
            None => {
                let cause = say!("没有这个文件", "the file is not there");
                read.missing.push(Finding::new("F06", cause).file(frame_path(&list.list)));
            }
            Some(n) => rows += n,
        }
    }
    let sound = [&read.missing, &read.malformed, &read.breaches].iter().all(|f| f.is_empty());
    read.subjects = rows;
    if sound {
        read.across = slots;
        if read.across.is_empty() && wanted.commitment.lists.len() > 1 {
            (read.subjects, read.across) = compare(wanted.commitment, frames)?;
        }
    }
    Ok(read)
}

/// Reads the frame of one list, if it is there; gives its number of rows, and to `across` the subjects for
/// whom the slots of this list alone cannot be.
fn read_one(
    wanted: &Wanted<'_>,
    list: &List,
    frames: &dyn Frames,
    read: &mut FramesRead,
    across: &mut Vec<Finding>,
    watch: &mut dyn FnMut(u64),
) -> Result<Option<u64>, Finding> {
    let Wanted { commitment, seed, master } = *wanted;
    let (suite, sealed, path) = (commitment.suite, commitment.sealed(), frame_path(&list.list));
    let depth = if sealed { Depth::All } else { Depth::Outcomes };
    let weights = if seed.is_some() { weights(list, frames)? } else { Weights::default() };
    let hex = master.filter(|_| sealed).map(Digest::hex);
    let mut pass = |guess| {
        let Some(mut feed) = frames.open(&list.list)? else { return Ok::<_, Finding>(None) };
        let select = |seed| Selector::new(suite, seed, list, &weights, depth, guess);
        let salts =
            master.map(|master| Salts { suite, master, draw: &commitment.draw, wrong: None });
        let mut visitor = (seed.map(select), (salts, Slots::of(list)));
        let scan = Scan { suite, list, sealed, prove: None };
        let hasher = file_hasher(suite, &path, hex.as_deref());
        let scanned = scan.run(&mut *feed, hasher, &mut visitor, watch)?;
        Ok(Some((scanned, visitor)))
    };
    let Some((mut scanned, mut visitor)) = pass(true)? else { return Ok(None) };
    let sound = scanned.table.as_ref().is_ok_and(|table| table.breaches.is_empty());
    if sound
        && visitor.0.as_ref().is_some_and(Selector::is_short)
        && let Some(again) = pass(false)?
    {
        (scanned, visitor) = again;
    }
    read.digests.extend(scanned.digest.map(|digest| (path.clone(), digest)));
    let table = match scanned.table {
        Ok(table) => table,
        Err(finding) => {
            read.malformed.push(finding.file(&path));
            return Ok(Some(0));
        }
    };
    let (selector, (salts, slots)) = visitor;
    let place = |finding: Finding| finding.file(&path);
    let sound = table.breaches.is_empty();
    read.breaches.extend(table.breaches.into_iter().map(place));
    across.extend(slots.findings.into_iter().map(place));
    if let Some(row) = salts.and_then(|salts| salts.wrong) {
        let cause = say!("盐与密钥不符", "the salt does not follow from the secret");
        read.salts.push(place(Finding::new("V05", cause).row(row + 2).column("salt")));
    }
    match selector.filter(|_| sound).map(Selector::select) {
        None => {}
        Some(Ok(selection)) => read.selections.push((list.list.clone(), selection)),
        Some(Err(finding)) => read.tickets.push(place(finding)),
    }
    Ok(Some(table.root.n))
}

/// How often each weight stands in the frame of a `pareto` list: its keys depend on their sum.
///
/// # Errors
/// What the file system fails with.
pub fn weights(list: &List, frames: &dyn Frames) -> Result<Weights, Finding> {
    match (list.method, frames.open(&list.list)?) {
        (Method::Pareto { .. }, Some(mut feed)) => Weights::read(&mut *feed),
        _ => Ok(Weights::default()),
    }
}

/// Whether salts follow from the secret.
struct Salts<'a> {
    suite: Suite,
    master: &'a Digest,
    draw: &'a str,
    /// The first row whose salt does not.
    wrong: Option<u64>,
}

impl Visitor for Salts<'_> {
    type Part = Option<u64>;

    fn begin(&self) -> Option<u64> {
        None
    }

    fn rows(&self, wrong: &mut Option<u64>, first: u64, rows: &[Passing<'_>]) {
        let differs = |(_, Passing { line, .. }): &(u64, &Passing<'_>)| {
            line.salt != Some(salt(self.suite, self.master, self.draw, line.sid))
        };
        if wrong.is_none() {
            *wrong = (first..).zip(rows).find(differs).map(|(index, _)| index);
        }
    }

    fn join(&mut self, wrong: Option<u64>) {
        self.wrong = self.wrong.or(wrong);
    }
}

/// Whether every subject has the tags that the placeholders of its list ask for, and not too many slots.
struct Slots<'a> {
    list: &'a List,
    keys: Vec<String>,
    findings: Vec<Finding>,
}

impl<'a> Slots<'a> {
    fn of(list: &'a List) -> Self {
        let patterns = list.slots.iter().flat_map(|slot| slot.needs.iter().chain(&slot.avoids));
        let keys = patterns.filter_map(|pattern| placeholders(pattern)).flatten();
        let mut keys: Vec<String> = keys.map(|key| format!("{key}:")).collect();
        keys.sort_unstable();
        keys.dedup();
        Slots { list, keys, findings: Vec::new() }
    }

    fn lacks(&self, line: &FrameLine<'_>) -> bool {
        if self.list.slots.len() > SLOTS_PER_VISIT_MAX {
            return true;
        }
        let has = |key: &String| {
            let mut values = line.tags.split(' ').filter_map(|tag| tag.strip_prefix(key.as_str()));
            values.any(|value| !value.is_empty())
        };
        !self.keys.iter().all(has)
    }
}

impl Visitor for Slots<'_> {
    type Part = Vec<Finding>;

    fn begin(&self) -> Vec<Finding> {
        Vec::new()
    }

    fn rows(&self, findings: &mut Vec<Finding>, first: u64, rows: &[Passing<'_>]) {
        let crowded = self.list.slots.len() > SLOTS_PER_VISIT_MAX;
        if self.keys.is_empty() && !crowded || findings.len() >= SLOT_FINDINGS_MAX {
            return;
        }
        for (index, Passing { line, .. }) in (first..).zip(rows) {
            if self.lacks(line) {
                let tags: Vec<String> = line.each_tag().map(str::to_owned).collect();
                let finding = visit_slots([self.list], &tags).err();
                findings.extend(finding.map(|finding| finding.row(index + 2).id(line.sid)));
            }
        }
    }

    fn join(&mut self, findings: Vec<Finding>) {
        self.findings.extend(findings);
        self.findings.truncate(SLOT_FINDINGS_MAX);
    }
}

/// Whether every subject is the same in all frames, and whether all lists together ask for more slots than a visit has;
/// with the number of subjects.
fn compare(commitment: &Commitment, frames: &dyn Frames) -> Result<(u64, Vec<Finding>), Finding> {
    let lists = commitment.lists_by_name();
    let mut feeds = Vec::new();
    for list in &lists {
        feeds.extend(frames.open(&list.list)?);
    }
    let crowded = lists.iter().map(|list| list.slots.len()).sum::<usize>() > SLOTS_PER_VISIT_MAX;
    let (mut subjects, mut findings) = (0, Vec::new());
    // Subjects with the same tags and lists share an answer.
    let mut known: BTreeMap<Vec<usize>, BTreeMap<String, Option<Finding>>> = BTreeMap::new();
    side_by_side(feeds, commitment.sealed(), &mut |subject| {
        subjects += 1;
        if findings.len() >= SLOT_FINDINGS_MAX {
            return;
        }
        let finding = match subject.differs {
            Some(at) => {
                let cause =
                    say!("标签或盐与另一抽样框不同", "tags or salt differ from another frame");
                Some(Finding::new("V04", cause).file(frame_path(&lists[at].list)))
            }
            None if crowded => {
                if !known.contains_key(subject.frames) {
                    known.insert(subject.frames.to_vec(), BTreeMap::new());
                }
                let known = known.get_mut(subject.frames).expect("bug: it was put there");
                if !known.contains_key(subject.tags) {
                    let tags = subject.tags.split(' ').filter(|tag| *tag != "-");
                    let tags: Vec<String> = tags.map(str::to_owned).collect();
                    let finding =
                        visit_slots(subject.frames.iter().map(|at| lists[*at]), &tags).err();
                    known.insert(subject.tags.to_owned(), finding);
                }
                let path = frame_path(&lists[subject.frames[0]].list);
                known[subject.tags].clone().map(|finding| finding.file(path))
            }
            None => None,
        };
        findings.extend(finding.map(|finding| finding.id(subject.sid)));
    })?;
    Ok((subjects, findings))
}
