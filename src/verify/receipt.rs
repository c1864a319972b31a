//! A receipt checked alone (`docs/protocol.md` §8): what it proves of one subject's draw, and what only the
//! whole bundle can confirm.

use std::collections::BTreeMap;

use super::published::words;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::base::merkle;
use crate::base::table::Row;
use crate::draw::quota::{chances, quotas};
use crate::draw::ticket::{PairTickets, Tickets, seed};
use crate::pairing::certificate::is_best_team;
use crate::pairing::slots::visit_slots;
use crate::record::bundle::{BEACON, COMMITMENT, SHORTAGE, Stage, layout};
use crate::record::commitment::{Commitment, List, Method, Quota, Seal};
use crate::record::declared::beside_its_time;
use crate::record::receipt::{Entry, Receipt, Release, Team};
use crate::record::tables::{Outcome, RollRow};
use crate::say;

/// What a receipt shows.
#[derive(Clone, Debug)]
pub struct ReceiptReport {
    /// The receipt, if it could be read.
    pub receipt: Option<Receipt>,
    /// The commitment in it.
    pub commitment: Option<(Commitment, Digest)>,
    /// The first thing that does not hold.
    pub failed: Option<Finding>,
    /// What holds, in plain sentences.
    pub shown: Vec<Text>,
    /// What the receipt alone cannot show.
    pub not_shown: Vec<Text>,
}

/// Checks a receipt.
pub fn verify_receipt(bytes: &[u8]) -> ReceiptReport {
    let mut report = ReceiptReport {
        receipt: None,
        commitment: None,
        failed: None,
        shown: Vec::new(),
        not_shown: Vec::new(),
    };
    report.failed = check(bytes, &mut report).err();
    report
}

fn check(bytes: &[u8], report: &mut ReceiptReport) -> Result<(), Finding> {
    let receipt = Receipt::parse(bytes)?;
    report.receipt = Some(receipt.clone());
    let (commitment, digest) = receipt.commitment()?;
    report.commitment = Some((commitment.clone(), digest));
    check_manifest(&commitment, &digest, &receipt)?;
    receipt.beacon.check(commitment.suite, &commitment.sources)?;
    let hearsay = commitment
        .sources
        .iter()
        .zip(&receipt.beacon.strings)
        .filter(|(source, text)| source.is_hearsay(text));
    for (source, text) in hearsay {
        let Text { zh, en } = beside_its_time(source, text);
        report.not_shown.push(say!(
            "请对照官方公告的值和时间：{zh}",
            "compare value and time with the official announcement: {en}"
        ));
    }
    let seed = seed(commitment.suite, &digest, &receipt.beacon.strings);
    let first = &receipt.lists[0].row;
    for entry in &receipt.lists {
        let list = commitment.list(&entry.list).ok_or_else(|| {
            refuse(&entry.list, say!("承诺中没有这项任务", "the list is not committed"))
        })?;
        check_row(&commitment, &seed, &receipt, list, entry).map_err(|f| f.id(&entry.list))?;
        check_rank(&commitment, &seed, list, entry).map_err(|f| f.id(&entry.list))?;
        if (&entry.row.tags, entry.row.salt) != (&first.tags, first.salt) {
            let cause = say!("各任务中的标签或盐不同", "tags or salt differ between lists");
            return Err(refuse("lists", cause));
        }
        report.shown.push(sentence(list, entry));
    }
    let drawn = drawn_lists(&commitment, &receipt);
    check_release(&commitment, &receipt, !drawn.is_empty(), report)?;
    let short = receipt.listed(SHORTAGE).is_some();
    match (&receipt.team, drawn.is_empty()) {
        (Some(_), true) => {
            return Err(another_team(
                "team",
                say!("未抽中却有小组", "there is a team though nothing is drawn"),
            ));
        }
        (Some(_), false) if short => {
            return Err(another_team(
                "team",
                say!("人员不足却有小组", "there is a team in spite of a shortage"),
            ));
        }
        (Some(team), false) => {
            check_team(&commitment, &seed, &receipt, team, &drawn)?;
            let members: Vec<&str> = team.slots.iter().map(|slot| slot.iid.as_str()).collect();
            let members = members.join(" ");
            report.shown.push(say!(
                "检查人员（执法证号）：{members}",
                "the team (certificate numbers): {members}"
            ));
            let (from, to) = &commitment.window;
            report
                .shown
                .push(say!("检查期间：{from} 至 {to}", "days of the visit: {from} to {to}"));
            report.not_shown.push(say!(
                "小组是在公布的让分和可选人员下最优的；它们由完整核验确认",
                "the team is the best one given the published handicaps and eligible inspectors, which full verification confirms",
            ));
        }
        (None, false) if !short => {
            return Err(another_team(
                "team",
                say!(
                    "已抽中却没有小组，也没有人员不足的证明",
                    "drawn, yet without a team or a proof of shortage"
                ),
            ));
        }
        (None, false) => {
            report.not_shown.push(say!(
                "没有小组：人员不足，见公示包",
                "there is no team: too few inspectors, see the bundle"
            ));
        }
        (None, true) => {}
    }
    report.not_shown.push(match commitment.sealed() {
        false => say!(
            "名次本身由公示包的完整核验确认",
            "the rank itself is confirmed by full verification of the bundle",
        ),
        true => say!(
            "名次要对照已公布的对照卷：ssj verify 凭证 --bundle 公示包文件夹",
            "the rank stands in the published roll: ssj verify RECEIPT --bundle FOLDER",
        ),
    });
    Ok(())
}

fn refuse(column: &str, cause: Text) -> Finding {
    Finding::new("V18", cause).column(column)
}

fn another_team(column: &str, cause: Text) -> Finding {
    Finding::new("Q07", cause).column(column)
}

/// Step 1 of §8, the manifest: it has the files of such a draw, the result is its digest, and it binds the commitment
/// and the beacon that stand in the receipt.
fn check_manifest(
    commitment: &Commitment,
    digest: &Digest,
    receipt: &Receipt,
) -> Result<(), Finding> {
    let short = receipt.listed(SHORTAGE).is_some();
    let layout = layout(commitment, Stage::Drawn, short);
    let mut paths: Vec<&String> = layout.public.iter().chain(&layout.closed).collect();
    paths.sort();
    if !receipt.manifest.iter().map(|row| &row.path).eq(paths) {
        let cause = say!("清单所列不是这次抽取的文件", "it does not list the files of this draw");
        return Err(Finding::new("Q03", cause).column("manifest"));
    }
    if receipt.result_of_manifest(commitment.suite) != receipt.result {
        let cause = say!("结果摘要不是清单的摘要", "the result is not the digest of the manifest");
        return Err(Finding::new("Q03", cause).column("result"));
    }
    let beacon = commitment.suite.digest(&receipt.beacon.format());
    for (path, digest) in [(COMMITMENT, *digest), (BEACON, beacon)] {
        if receipt.listed(path) != Some(digest) {
            let cause =
                say!("结果清单属于另一个 {path}", "the manifest of the result has another {path}");
            return Err(Finding::new("Q02", cause).column("manifest"));
        }
    }
    Ok(())
}

/// Step 3 of §8: the row is the subject's and stands in the committed frame.
fn check_row(
    commitment: &Commitment,
    seed: &Digest,
    receipt: &Receipt,
    list: &List,
    entry: &Entry,
) -> Result<(), Finding> {
    let row = &entry.row;
    if row.sid != receipt.sid || row.salt.is_some() != commitment.sealed() {
        return Err(refuse("row", say!("不是该对象的行", "the row is not the subject's")));
    }
    let leaf = row.format();
    if !merkle::check(commitment.suite, list.frame, leaf.as_bytes(), entry.index, &entry.path) {
        // Whoever changes the salt changes the ticket; whoever changes anything else does not.
        return Err(match row.salt {
            Some(_) if entry.key.ticket != ticket(commitment, seed, list, entry) => {
                let cause = say!(
                    "凭证中的盐既得不出抽签号，也不在封存的抽样框中",
                    "the salt gives neither the ticket nor the committed row"
                );
                Finding::new("Q04", cause).column("row")
            }
            _ => {
                let cause = say!("该行不在封存的抽样框中", "the row is not in the committed frame");
                Finding::new("Q05", cause).column("path")
            }
        });
    }
    if !list.strata.iter().any(|stratum| stratum.stratum == row.stratum.as_str()) {
        return Err(refuse("row", say!("承诺中没有这一层", "the stratum is not committed")));
    }
    Ok(())
}

fn ticket(commitment: &Commitment, seed: &Digest, list: &List, entry: &Entry) -> Digest {
    let tickets = Tickets::of_group(commitment.suite, seed, &list.group);
    tickets.ticket(entry.row.sid.as_str(), entry.row.salt.as_ref())
}

/// Steps 4 and 5 of §8: N, n, ticket, outcome, and in a sealed draw the line of the roll.
fn check_rank(
    commitment: &Commitment,
    seed: &Digest,
    list: &List,
    entry: &Entry,
) -> Result<(), Finding> {
    let row = &entry.row;
    let mut strata = list.strata.iter();
    let g = strata.position(|stratum| stratum.stratum == row.stratum.as_str()).unwrap_or_default();
    let weight = match list.strata[g].quota {
        Quota::Count(_) => Some(1),
        Quota::Weight(weight) => Some(weight),
        Quota::Own => None,
    };
    let (size, n) = match list.method {
        Method::Pareto { n } => (list.frame.n, n),
        _ => (list.strata[g].size, quotas(commitment.suite, seed, list)[g]),
    };
    if weight.is_some_and(|weight| weight != row.weight) || (entry.size, entry.n) != (size, n) {
        return Err(refuse(
            "n",
            say!("权重、N 或 n 与承诺不符", "weight, N or n are not the committed ones"),
        ));
    }
    let ticket = ticket(commitment, seed, list, entry);
    let weighted = matches!(list.method, Method::Pareto { .. });
    if entry.key.ticket != ticket || entry.key.weighted.is_some() != weighted {
        return Err(refuse("key", say!("抽签号应为 {ticket}", "the ticket is {ticket}")));
    }
    if !(1..=size).contains(&entry.rank)
        || entry.outcome != Outcome::of(entry.rank, n, list.reserve)
    {
        return Err(refuse(
            "outcome",
            say!("结果与名次不符", "the outcome does not follow from the rank"),
        ));
    }
    let key = RollRow::key_of(commitment.suite, &ticket, &list.list, entry.rank);
    match &entry.roll {
        None if !commitment.sealed() => Ok(()),
        Some(line) if commitment.sealed() && line.key == key && line.index < list.frame.n => Ok(()),
        _ => {
            let cause = say!(
                "对照卷中的一行不是由抽签号和名次得出的",
                "the line of the roll does not follow from ticket and rank"
            );
            Err(Finding::new("Q06", cause).column("roll"))
        }
    }
}

/// From when the receipt of a sealed draw may leave the office follows from whether its subject is drawn.
fn check_release(
    commitment: &Commitment,
    receipt: &Receipt,
    drawn: bool,
    report: &mut ReceiptReport,
) -> Result<(), Finding> {
    let expected = match (&commitment.seal, drawn) {
        (None, _) => None,
        (Some(_), true) => Some(Release::Door),
        (Some(_), false) => Some(Release::Opening),
    };
    if receipt.from != expected {
        let cause = say!("交付时间与抽取结果不符", "it may not be handed over from then on");
        return Err(refuse("from", cause));
    }
    if let (Some(release), Some(seal)) = (expected, &commitment.seal) {
        report.shown.push(release_words(release, seal, &commitment.window.0));
    }
    Ok(())
}

fn drawn_lists<'a>(commitment: &'a Commitment, receipt: &Receipt) -> Vec<&'a List> {
    let drawn = receipt.lists.iter().filter(|entry| entry.outcome == Some(Outcome::Drawn));
    drawn.filter_map(|entry| commitment.list(&entry.list)).collect()
}

/// Step 6 of §8.
fn check_team(
    commitment: &Commitment,
    seed: &Digest,
    receipt: &Receipt,
    team: &Team,
    drawn: &[&List],
) -> Result<(), Finding> {
    let slots = visit_slots(drawn.iter().copied(), &receipt.lists[0].row.tags)?;
    if !slots.iter().map(|slot| &slot.text).eq(team.slots.iter().map(|slot| &slot.slot)) {
        return Err(another_team(
            "team.slots",
            say!("岗位与任务不符", "the slots are not those of the lists"),
        ));
    }
    let salt = receipt.lists[0].row.salt;
    let tickets = PairTickets::new(commitment.suite, seed);
    let tickets = tickets.row(receipt.sid.as_str(), salt.as_ref());
    let mut places = BTreeMap::new();
    let mut prices = Vec::new();
    let mut candidates: Vec<Vec<(u32, i128)>> = Vec::new();
    for (index, slot) in (0..).zip(&team.slots) {
        let mut costs = Vec::new();
        for (iid, handicap) in &slot.eligible {
            let next = u32::try_from(prices.len()).expect("bug: a receipt is smaller than 4 GiB");
            let place = *places.entry(iid).or_insert(next);
            if place == next {
                prices.push(*handicap);
            } else if prices[place as usize] != *handicap {
                return Err(another_team(
                    "team.slots",
                    say!("{iid} 的让分前后不一", "{iid} has two handicaps"),
                ));
            }
            costs.push((place, i128::from(tickets.ticket(iid.as_str(), index)) + handicap));
        }
        candidates.push(costs);
    }
    let members: Option<Vec<u32>> =
        team.slots.iter().map(|slot| places.get(&slot.iid).copied()).collect();
    let members = members.ok_or_else(|| {
        another_team("team.slots", say!("成员不在可选人员中", "a member is not eligible"))
    })?;
    let seated =
        members.iter().zip(&candidates).all(|(i, open)| open.iter().any(|(place, _)| place == i));
    let distinct = (1..members.len()).all(|k| !members[..k].contains(&members[k]));
    if !seated || !distinct || !is_best_team(&candidates, &members) {
        let cause = say!("小组不是最优的", "the team is not the best one");
        return Err(another_team("team.slots", cause));
    }
    Ok(())
}

/// From when the receipt may leave the office, in words; `first` is the first day of visits.
fn release_words(release: Release, seal: &Seal, first: &str) -> Text {
    let by = &seal.by;
    match (release, seal.opens_to_public) {
        (Release::Door, _) => say!(
            "保密抽取：检查人员到场时起方可交付（{first} 起）",
            "sealed: to be handed over when the team stands at the door, from {first} on"
        ),
        (Release::Opening, true) => say!(
            "保密抽取：公开之后方可交付（承诺最迟 {by} 公开）",
            "sealed: to be handed over after the opening, promised by {by}"
        ),
        (Release::Opening, false) => say!(
            "保密抽取：向审计机关公开之后方可交付（承诺最迟 {by}）",
            "sealed: to be handed over after the opening to the auditor, promised by {by}"
        ),
    }
}

/// Who, how likely, which rank: the answer to "was I drawn?".
fn sentence(list: &List, entry: &Entry) -> Text {
    let Entry { list: name, rank, n, size, .. } = entry;
    let title = &list.title;
    let g = list.strata.iter().position(|s| s.stratum == entry.row.stratum.as_str()).unwrap_or(0);
    let chance = match chances(list.method, &list.strata)[g] {
        None => say!("按分值", "by score"),
        Some((above, below)) => say!("{above}/{below}", "{above}/{below}"),
    };
    let (zh, en) = words(entry.outcome);
    let (chance_zh, chance_en) = (chance.zh, chance.en);
    say!(
        "{name} {title}：{zh}，第 {rank} 名（抽 {n}/{size}，机会 {chance_zh}）",
        "{name} {title}: {en}, rank {rank} (n {n} of {size}, chance {chance_en})",
    )
}
