//! A receipt checked alone (`docs/protocol.md` §8): what it proves of one subject's draw, and what only the
//! whole bundle can confirm.

use std::collections::BTreeMap;

use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::base::merkle;
use crate::base::table::Row;
use crate::draw::quota::{chances, quotas};
use crate::draw::ticket::{PairTickets, Tickets, seed};
use crate::pairing::certificate::is_best_team;
use crate::pairing::slots::visit_slots;
use crate::record::commitment::{Commitment, List, Method, Quota};
use crate::record::receipt::{Entry, Receipt, Team};
use crate::record::tables::Outcome;
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
    if commitment.sealed() {
        return Err(refuse(
            "mode",
            say!("保密抽取没有这种凭证", "a sealed draw has no such receipt"),
        ));
    }
    receipt.beacon.check(commitment.suite, &commitment.sources)?;
    let hearsay = commitment
        .sources
        .iter()
        .zip(&receipt.beacon.strings)
        .filter(|(source, text)| source.is_hearsay(text));
    for (_, text) in hearsay {
        report
            .not_shown
            .push(say!("请对照官方公告：{text}", "compare with the official announcement: {text}"));
    }
    let seed = seed(commitment.suite, &digest, &receipt.beacon.strings);
    for entry in &receipt.lists {
        let list = commitment.list(&entry.list).ok_or_else(|| {
            refuse(&entry.list, say!("承诺中没有这项任务", "the list is not committed"))
        })?;
        check_entry(&commitment, &seed, &receipt, list, entry).map_err(|f| f.id(&entry.list))?;
        report.shown.push(sentence(list, entry));
    }
    let (tags, drawn) = (&receipt.lists[0].row.tags, drawn_lists(&commitment, &receipt));
    if receipt.lists.iter().any(|entry| entry.row.tags != *tags) {
        return Err(refuse("lists", say!("各任务中的标签不同", "the tags differ between lists")));
    }
    match (&receipt.team, drawn.is_empty()) {
        (Some(_), true) => {
            return Err(refuse(
                "team",
                say!("未抽中却有小组", "there is a team though nothing is drawn"),
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
            report.not_shown.push(say!(
                "小组是在公布的让分和可选人员下最优的；它们由完整核验确认",
                "the team is the best one given the published handicaps and eligible inspectors, which full verification confirms",
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
    report.not_shown.push(say!(
        "名次本身由公示包的完整核验确认",
        "the rank itself is confirmed by full verification of the bundle",
    ));
    Ok(())
}

fn refuse(column: &str, cause: Text) -> Finding {
    Finding::new("V18", cause).column(column)
}

/// Steps 3–5 of §8 for one list.
fn check_entry(
    commitment: &Commitment,
    seed: &Digest,
    receipt: &Receipt,
    list: &List,
    entry: &Entry,
) -> Result<(), Finding> {
    let row = &entry.row;
    if row.sid != receipt.sid || row.salt.is_some() {
        return Err(refuse("row", say!("不是该对象的行", "the row is not the subject's")));
    }
    let leaf = row.format();
    if !merkle::check(commitment.suite, list.frame, leaf.as_bytes(), entry.index, &entry.path) {
        return Err(refuse(
            "path",
            say!("该行不在封存的抽样框中", "the row is not in the committed frame"),
        ));
    }
    let Some(g) = list.strata.iter().position(|stratum| stratum.stratum == row.stratum.as_str())
    else {
        return Err(refuse("row", say!("承诺中没有这一层", "the stratum is not committed")));
    };
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
    let ticket =
        Tickets::of_group(commitment.suite, seed, &list.group).ticket(row.sid.as_str(), None);
    let weighted = matches!(list.method, Method::Pareto { .. });
    if entry.key.ticket != ticket || entry.key.weighted.is_some() != weighted {
        return Err(refuse("key", say!("抽签号应为 {ticket}", "the ticket is {ticket}")));
    }
    let outcome = match entry.rank {
        rank if rank <= n => Some(Outcome::Drawn),
        rank if rank - n <= list.reserve => Some(Outcome::Reserve),
        _ => None,
    };
    if entry.rank == 0 || entry.rank > size || entry.outcome != outcome {
        return Err(refuse(
            "outcome",
            say!("结果与名次不符", "the outcome does not follow from the rank"),
        ));
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
        return Err(refuse(
            "team.slots",
            say!("岗位与任务不符", "the slots are not those of the lists"),
        ));
    }
    let tickets = PairTickets::new(commitment.suite, seed).row(receipt.sid.as_str(), None);
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
                return Err(refuse(
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
        refuse("team.slots", say!("成员不在可选人员中", "a member is not eligible"))
    })?;
    let seated =
        members.iter().zip(&candidates).all(|(i, open)| open.iter().any(|(place, _)| place == i));
    let distinct = (1..members.len()).all(|k| !members[..k].contains(&members[k]));
    if !seated || !distinct || !is_best_team(&candidates, &members) {
        return Err(refuse("team.slots", say!("小组不是最优的", "the team is not the best one")));
    }
    Ok(())
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
    let (zh, en) = match entry.outcome {
        Some(Outcome::Drawn) => ("抽中", "drawn"),
        Some(Outcome::Reserve) => ("候补", "reserve"),
        None => ("未抽中", "not drawn"),
    };
    let (chance_zh, chance_en) = (chance.zh, chance.en);
    say!(
        "{name} {title}：{zh}，第 {rank} 名（抽 {n}/{size}，机会 {chance_zh}）",
        "{name} {title}: {en}, rank {rank} (n {n} of {size}, chance {chance_en})",
    )
}
