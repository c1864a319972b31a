//! A receipt, or its short form, against the published bundle: that both are of one draw, that the ranks and the team
//! are the published ones, in a sealed draw that the line of the roll is there. Of a sealed draw the public part
//! suffices. Whether the bundle itself holds, its own verification tells.

use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::draw::quota::quotas;
use crate::draw::ticket::{Tickets, seed};
use crate::events::since::{Change, since};
use crate::record::bundle::{
    ASSIGNMENT, BEACON, COMMITMENT, Files, HANDICAPS, INSPECTORS, MANIFEST, OPENING, Stage, VISITS,
    draw_path, file_hasher, layout, roll_path,
};
use crate::record::commitment::{Commitment, List, Method};
use crate::record::contents::Contents;
use crate::record::ids::Iid;
use crate::record::receipt::{Code, Receipt, Team};
use crate::record::tables::{DrawRow, Outcome, RollRow};
use crate::say;

/// What a comparison with the published bundle shows.
#[derive(Clone, Debug, Default)]
pub struct Published {
    /// The first thing that does not agree.
    pub failed: Option<Finding>,
    /// What agrees, in plain sentences.
    pub shown: Vec<Text>,
    /// What these files do not show.
    pub not_shown: Vec<Text>,
    /// What events changed for the subject after the draw, as the bundle has it.
    pub since: Vec<Text>,
}

/// Compares a code with the files of a bundle, without its frames; `receipt` is the receipt of the code, if all of it
/// is there.
pub fn verify_published(code: &Code, receipt: Option<&Receipt>, files: &Files) -> Published {
    let mut found = Published::default();
    found.failed = compare(code, receipt, files, &mut found).err();
    found
}

/// Two receipts of one subject in one draw must say the same.
pub fn contradiction(one: &Code, other: &Code) -> Option<Finding> {
    let same = one.commitment == other.commitment && one.sid == other.sid;
    (same && one != other).then(|| {
        let cause = match one.salt == other.salt {
            true => say!("名次、小组或结果不同", "rank, team or result differ"),
            false => say!(
                "盐不同：该对象在抽样框中有两行",
                "the salts differ: the subject has two leaves in the frame"
            ),
        };
        Finding::new("Q09", cause).id(one.sid.as_str())
    })
}

/// A bundle as far as it is published.
struct Bundle<'a> {
    files: &'a Files,
    commitment: Commitment,
    contents: Contents,
    seed: Digest,
    /// A sealed draw without its closed files.
    unopened: bool,
}

fn compare(
    code: &Code,
    receipt: Option<&Receipt>,
    files: &Files,
    found: &mut Published,
) -> Result<(), Finding> {
    let bundle = Bundle::read(code, files)?;
    if code.salt.is_some() != bundle.commitment.sealed() {
        let cause = say!("盐只属于保密抽取", "salts stand in sealed draws, and only there");
        return Err(Finding::new("Q04", cause));
    }
    bundle.check_files()?;
    found.shown.push(say!(
        "凭证与公示包同属一次抽取：承诺、信标和结果摘要相同",
        "receipt and bundle are of one draw: commitment, beacon and result are the same"
    ));
    for (name, rank) in &code.ranks {
        let list = bundle.commitment.list(name).ok_or_else(|| {
            let cause = say!("承诺中没有这项任务", "the list is not committed");
            Finding::new("Q02", cause).id(name)
        })?;
        match bundle.unopened {
            true => bundle.in_roll(code, receipt, list, *rank, found)?,
            false => bundle.in_draw(code, receipt, list, *rank, found)?,
        }
    }
    match bundle.unopened {
        true => return bundle.closed_team(code, receipt, found),
        false => bundle.open_team(code, receipt, found)?,
    }
    let changes = since(&bundle.commitment, files, &code.sid)?;
    found.since = changes.iter().map(Change::words).collect();
    Ok(())
}

impl<'a> Bundle<'a> {
    fn read(code: &Code, files: &'a Files) -> Result<Self, Finding> {
        let absent = |path: &str| {
            Finding::new("Q10", say!("没有这个文件", "the file is not there")).file(path)
        };
        let file = |path: &str| files.get(path).ok_or_else(|| absent(path));
        let bytes = file(COMMITMENT)?;
        let commitment = Commitment::parse(bytes).map_err(|f| f.file(COMMITMENT))?;
        let digest = commitment.suite.digest(bytes);
        if (digest, commitment.draw.as_str()) != (code.commitment, code.draw.as_str()) {
            let (this, other) = (&code.draw, &commitment.draw);
            let cause = say!(
                "凭证属于 {this}，公示包是 {other}，两者的承诺摘要不同",
                "the receipt is of {this}, the bundle is {other}, and the commitments differ"
            );
            return Err(Finding::new("Q02", cause).file(COMMITMENT));
        }
        let result = commitment.suite.digest(file(MANIFEST)?);
        if result != code.result {
            let cause = say!(
                "凭证的结果摘要与公示包的不同：{result}",
                "the result of the bundle is another: {result}"
            );
            return Err(Finding::new("Q02", cause).file(MANIFEST));
        }
        let (contents, mut findings) = Contents::parse(&commitment, files);
        if !findings.is_empty() {
            return Err(findings.swap_remove(0));
        }
        let beacon = contents.beacon.as_ref().ok_or_else(|| absent(BEACON))?;
        beacon.check(commitment.suite, &commitment.sources).map_err(|f| f.file(BEACON))?;
        let seed = seed(commitment.suite, &digest, &beacon.strings);
        let unopened = commitment.sealed() && !files.contains_key(OPENING);
        Ok(Bundle { files, commitment, contents, seed, unopened })
    }

    /// The files that the comparison rests on are those of the manifest.
    fn check_files(&self) -> Result<(), Finding> {
        let suite = self.commitment.suite;
        let closed = layout(&self.commitment, Stage::Drawn, true).closed;
        let master = self.contents.master.as_ref().map(Digest::hex);
        let used = |path: &str| {
            [BEACON, COMMITMENT, INSPECTORS, VISITS, ASSIGNMENT, HANDICAPS].contains(&path)
                || path.starts_with("draw/")
                || path.starts_with("rolls/")
        };
        for row in self.contents.manifest.iter().flatten().filter(|row| used(&row.path)) {
            let Some(bytes) = self.files.get(&row.path) else {
                match self.unopened && closed.contains(&row.path) {
                    true => continue,
                    false => {
                        let cause = say!("没有这个文件", "the file is not there");
                        return Err(Finding::new("Q10", cause).file(&row.path));
                    }
                }
            };
            let closed_with = master.as_deref().filter(|_| closed.contains(&row.path));
            if file_hasher(suite, &row.path, closed_with).with(bytes).finish() != row.digest {
                let cause = say!(
                    "文件与清单上的摘要不符",
                    "the file is not the one whose digest is listed"
                );
                return Err(Finding::new("Q10", cause).file(&row.path));
            }
        }
        Ok(())
    }

    fn ticket(&self, code: &Code, list: &List) -> Digest {
        let tickets = Tickets::of_group(self.commitment.suite, &self.seed, &list.group);
        tickets.ticket(code.sid.as_str(), code.salt.as_ref())
    }

    /// The line of the roll that the ticket and the rank give.
    fn in_roll(
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

    fn quota(&self, list: &List, stratum: &str) -> u64 {
        if let Method::Pareto { n } = list.method {
            return n;
        }
        let mut each = list.strata.iter().zip(quotas(self.commitment.suite, &self.seed, list));
        each.find(|(s, _)| s.stratum == stratum).map_or(0, |(_, n)| n)
    }

    /// The published outcome, for whoever is drawn or in reserve.
    fn in_draw(
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

    /// The published team.
    fn open_team(
        &self,
        code: &Code,
        receipt: Option<&Receipt>,
        found: &mut Published,
    ) -> Result<(), Finding> {
        let handicaps = self.contents.handicaps.as_deref().unwrap_or_default();
        let last =
            handicaps.last().map(|row| row.round).filter(|_| self.contents.shortage.is_none());
        let seats = self.contents.assignment.iter().flatten();
        let seats = seats.filter(|row| Some(row.round) == last && row.sid == code.sid);
        let team: Vec<&str> = seats.map(|row| row.iid.as_str()).collect();
        let published = team.join(" ");
        if !team.iter().copied().eq(code.team.iter().map(Iid::as_str)) {
            let cause = if team.is_empty() {
                say!("公布的结果中没有小组", "no team is published")
            } else {
                say!("公布的小组是 {published}", "the published team is {published}")
            };
            return Err(Finding::new("Q07", cause).file(ASSIGNMENT).id(code.sid.as_str()));
        }
        if let Some(team) = receipt.and_then(|receipt| receipt.team.as_ref()) {
            if Some(team.round) != last {
                let cause = say!("不是最后一轮的小组", "it is not the team of the last round");
                return Err(Finding::new("Q07", cause).file(ASSIGNMENT).column("team.round"));
            }
            for (iid, handicap) in team.slots.iter().flat_map(|slot| &slot.eligible) {
                let at =
                    handicaps.binary_search_by(|row| (row.round, &row.iid).cmp(&(team.round, iid)));
                if at.map(|at| handicaps[at].handicap) != Ok(*handicap) {
                    let cause = say!(
                        "{iid} 的让分不是公布的",
                        "the handicap of {iid} is not the published one"
                    );
                    return Err(Finding::new("Q07", cause).file(HANDICAPS).id(iid.as_str()));
                }
            }
        }
        if !team.is_empty() {
            found.shown.push(say!(
                "小组就是公布的：{published}",
                "the team is the published one: {published}"
            ));
        }
        Ok(())
    }

    /// While the assignment is closed: everybody named is an inspector of the draw whose tags fit.
    fn closed_team(
        &self,
        code: &Code,
        receipt: Option<&Receipt>,
        found: &mut Published,
    ) -> Result<(), Finding> {
        let inspectors = self.contents.inspectors.as_deref().unwrap_or_default();
        let stranger = |iid: &str| {
            let cause = say!("{iid} 不在封存的人员名录中", "{iid} is no inspector of the draw");
            Finding::new("Q07", cause).file(INSPECTORS).id(iid)
        };
        for iid in &code.team {
            let known = inspectors.binary_search_by(|row| row.iid.cmp(iid)).is_ok();
            known.then_some(()).ok_or_else(|| stranger(iid.as_str()))?;
        }
        if let Some(team) = receipt.and_then(|receipt| receipt.team.as_ref()) {
            self.check_fitting(team)?;
        }
        if !code.team.is_empty() {
            found.shown.push(say!(
                "小组成员都在封存的人员名录中",
                "everybody of the team is an inspector of the draw"
            ));
            found.not_shown.push(say!(
                "分组名册未公开：小组本身待公开后核对",
                "the assignment is closed: the team is compared after the opening"
            ));
        }
        Ok(())
    }

    fn check_fitting(&self, team: &Team) -> Result<(), Finding> {
        let inspectors = self.contents.inspectors.as_deref().unwrap_or_default();
        for slot in &team.slots {
            // `slot|role|needs|avoids`; the receipt's own check compares it with the commitment.
            let parts: Vec<&str> = slot.slot.split('|').collect();
            let tags = |at: usize| {
                parts.get(at).into_iter().flat_map(|t| t.split(',')).filter(|t| !t.is_empty())
            };
            for (iid, _) in &slot.eligible {
                let at = inspectors.binary_search_by(|row| row.iid.cmp(iid));
                let has = |tag: &str, at: usize| inspectors[at].tags.iter().any(|t| t == tag);
                let fits = at.is_ok_and(|at| {
                    tags(2).all(|tag| has(tag, at)) && !tags(3).any(|tag| has(tag, at))
                });
                if !fits {
                    let cause = say!(
                        "{iid} 不在名录中，或标签不合岗位",
                        "{iid} is no inspector of the draw, or his tags do not fit the slot"
                    );
                    return Err(Finding::new("Q07", cause).file(INSPECTORS).id(iid.as_str()));
                }
            }
        }
        Ok(())
    }
}

/// An outcome in both languages.
pub(super) fn words(outcome: Option<Outcome>) -> (&'static str, &'static str) {
    match outcome {
        Some(Outcome::Drawn) => ("抽中", "drawn"),
        Some(Outcome::Reserve) => ("候补", "reserve"),
        None => ("未抽中", "not drawn"),
    }
}
