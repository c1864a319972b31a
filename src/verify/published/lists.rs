//! The lists of a receipt: that they are all of the subject's, and where each of them is published.

use super::{Bundle, Published, words};
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::record::bundle::{draw_path, file_hasher, frame_path, roll_path};
use crate::record::commitment::{List, Method};
use crate::record::frame::{Frames, Passing, Scan, Visitor};
use crate::record::receipt::{Code, Receipt};
use crate::record::tables::{DrawRow, Outcome, RollRow};
use crate::say;

/// Looks for one subject in a frame.
struct Search<'a> {
    sid: &'a str,
    /// Its place, from 0.
    row: Option<u64>,
}

impl Visitor for Search<'_> {
    type Part = Option<u64>;

    fn begin(&self) -> Option<u64> {
        None
    }

    fn rows(&self, found: &mut Option<u64>, first: u64, rows: &[Passing<'_>]) {
        let here = rows.iter().position(|Passing { line, .. }| line.sid == self.sid);
        *found = found.or(here.map(|at| first + at as u64));
    }

    fn join(&mut self, found: Option<u64>) {
        self.row = self.row.or(found);
    }
}

impl Bundle<'_> {
    /// The subject stands in the frames of exactly the lists that are named.
    pub(super) fn in_frames(&self, code: &Code, frames: &dyn Frames) -> Result<(), Finding> {
        let suite = self.commitment.suite;
        let master =
            self.contents.master.filter(|_| self.commitment.sealed()).as_ref().map(Digest::hex);
        for list in self.commitment.lists_by_name() {
            let path = frame_path(&list.list);
            let differs = |cause| Finding::new("Q10", cause).file(&path);
            let mut feed = frames
                .open(&list.list)?
                .ok_or_else(|| differs(say!("没有这个文件", "the file is not there")))?;
            let mut search = Search { sid: code.sid.as_str(), row: None };
            let scan = Scan { suite, list, sealed: self.commitment.sealed(), prove: None };
            let hasher = file_hasher(suite, &path, master.as_deref());
            let scanned = scan.run(&mut *feed, hasher, &mut search, &mut |_| ())?;
            let mut listed = self.contents.manifest.iter().flatten();
            let due = listed.find(|row| row.path == path).map(|row| row.digest);
            if scanned.digest != due {
                let cause = say!(
                    "文件与清单上的摘要不符",
                    "the file is not the one whose digest is listed"
                );
                return Err(differs(cause));
            }
            let table = scanned.table.map_err(|finding| finding.file(&path))?;
            if let Some(finding) = table.breaches.into_iter().next() {
                return Err(finding.file(&path));
            }
            let named = code.ranks.iter().any(|(name, _)| *name == list.list);
            let finding = match (named, search.row) {
                (true, None) => {
                    let cause = say!("抽样框中没有该对象", "the frame does not have the subject");
                    Finding::new("Q05", cause)
                }
                (false, Some(row)) => {
                    let name = &list.list;
                    let cause = say!(
                        "任务 {name} 的抽样框中有该对象，凭证却没有列出",
                        "the frame of list {name} has the subject, and the receipt leaves it out"
                    );
                    Finding::new("Q12", cause).row(row + 2)
                }
                _ => continue,
            };
            return Err(finding.file(&path).id(code.sid.as_str()));
        }
        Ok(())
    }

    /// The line of the roll that the ticket and the rank give.
    pub(super) fn in_roll(
        &self,
        code: &Code,
        receipt: Option<&Receipt>,
        list: &List,
        rank: u64,
        found: &mut Published,
    ) -> Result<(), Finding> {
        let (name, path) = (&list.list, roll_path(&list.list));
        let ticket = self.ticket(code, list);
        let key = RollRow::key_of(self.commitment.suite, &ticket, name, rank);
        let rows = self.contents.rolls.get(name).map(Vec::as_slice).unwrap_or_default();
        let at = rows.iter().position(|row| row.key == key).ok_or_else(|| {
            let cause = say!(
                "对照卷中没有这个抽签号和名次（{name} 第 {rank} 名）的一行：盐、名次或对照卷被改动",
                "the roll has no line of this ticket and rank ({name}, rank {rank}): salt, rank or roll were changed"
            );
            Finding::new("Q06", cause).file(&path)
        })?;
        let entry = receipt.and_then(|receipt| receipt.lists.iter().find(|e| e.list == *name));
        if let Some(entry) = entry {
            let line = entry.roll.as_ref().map(|line| line.index);
            if line != Some(at as u64) || entry.row.stratum != *rows[at].stratum.as_str() {
                let cause = say!("这一行不在所说的位置或层中", "the line stands elsewhere");
                return Err(Finding::new("Q06", cause).file(&path).row(at as u64 + 2));
            }
        }
        let stratum = &rows[at].stratum;
        let n = self.quota(list, stratum);
        let (zh, en) = words(Outcome::of(rank, n, list.reserve));
        let (row, title) = (at + 2, &list.title);
        found.shown.push(say!(
            "{name} {title}：对照卷第 {row} 行就是它（层 {stratum} 第 {rank} 名，抽 {n}）：{zh}",
            "{name} {title}: line {row} of the roll is its (stratum {stratum}, rank {rank}, n {n}): {en}"
        ));
        Ok(())
    }

    /// By the lines of the rolls, which were found.
    pub(super) fn is_drawn(&self, code: &Code) -> bool {
        code.ranks.iter().any(|(name, rank)| {
            let list = self.commitment.list(name).expect("bug: its line was found");
            let key = RollRow::key_of(self.commitment.suite, &self.ticket(code, list), name, *rank);
            let mut lines = self.contents.rolls.get(name).into_iter().flatten();
            let line = lines.find(|row| row.key == key);
            line.is_some_and(|row| *rank <= self.quota(list, &row.stratum))
        })
    }

    /// The published outcome, for whoever is drawn or in reserve.
    pub(super) fn in_draw(
        &self,
        code: &Code,
        receipt: Option<&Receipt>,
        list: &List,
        rank: u64,
        found: &mut Published,
    ) -> Result<(), Finding> {
        let (name, path) = (&list.list, draw_path(&list.list));
        let rows = self.contents.draws.get(name).map(Vec::as_slice).unwrap_or_default();
        let another = |cause: Text| Finding::new("Q08", cause).file(&path).id(code.sid.as_str());
        let Some(row) = rows.iter().find(|row| row.sid == code.sid) else {
            if self.claims_outcome(receipt, list, rank) {
                return Err(another(say!(
                    "公布的结果中没有该对象，凭证却说是第 {rank} 名",
                    "the published result does not have the subject, the receipt says rank {rank}"
                )));
            }
            found.not_shown.push(say!(
                "{name}：未抽中，第 {rank} 名由公示包的完整核验确认",
                "{name}: not drawn; rank {rank} is confirmed by full verification of the bundle"
            ));
            return Ok(());
        };
        let DrawRow { rank: published, outcome, key, stratum, .. } = row;
        if *published != rank {
            return Err(another(say!(
                "公布的是第 {published} 名，凭证说是第 {rank} 名",
                "rank {published} is published, the receipt says {rank}"
            )));
        }
        if key.ticket != self.ticket(code, list) {
            let cause = match code.salt {
                Some(_) => {
                    say!("盐得不出公布的抽签号", "the salt does not give the published ticket")
                }
                None => say!("抽签号不符", "the ticket is another"),
            };
            return Err(Finding::new("Q04", cause).file(&path).id(code.sid.as_str()));
        }
        let (zh, en) = words(Some(*outcome));
        let title = &list.title;
        found.shown.push(say!(
            "{name} {title}：公布的结果中{zh}，层 {stratum} 第 {rank} 名",
            "{name} {title}: {en} in the published result, stratum {stratum}, rank {rank}"
        ));
        Ok(())
    }

    /// Whether a rank means drawn or reserve, whichever stratum it may be of.
    fn claims_outcome(&self, receipt: Option<&Receipt>, list: &List, rank: u64) -> bool {
        let entry = receipt.and_then(|receipt| receipt.lists.iter().find(|e| e.list == list.list));
        let claims =
            |stratum: &str| Outcome::of(rank, self.quota(list, stratum), list.reserve).is_some();
        match (entry, list.method) {
            (Some(entry), _) => entry.outcome.is_some(),
            (None, Method::Pareto { n }) => Outcome::of(rank, n, list.reserve).is_some(),
            (None, _) => {
                let mut large = list.strata.iter().filter(|s| s.size >= rank);
                large.all(|s| claims(&s.stratum))
            }
        }
    }
}
