//! Laws of the draw and of the pairing, over random draws: what may change a result and what may not, the optimum and
//! the rounds against trying everything, and the chances against counting.
#![allow(missing_docs)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use shuangsuiji::base::digest::{Digest, Suite};
use shuangsuiji::base::finding::Finding;
use shuangsuiji::draw::quota::{chances, quotas};
use shuangsuiji::draw::select::{Depth, Ranked, Selection};
use shuangsuiji::draw::ticket::{PairTickets, Tickets, seed};
use shuangsuiji::record::beacon::Beacon;
use shuangsuiji::record::bundle::{BEACON, COMMITMENT};
use shuangsuiji::record::commitment::{Commitment, List, Method, Quota, Stratum};
use shuangsuiji::record::ids::{Name, Sid};
use shuangsuiji::record::tables::{FrameRow, OrderKey, Outcome};
use support::random::{Draft, Random};
use support::selecting;
use support::vector;

fn seed_of(number: u64) -> Digest {
    Suite::Sha256.digest(&number.to_be_bytes())
}

/// Everybody's rank.
fn rank(
    suite: Suite,
    seed: &Digest,
    list: &List,
    frame: &[FrameRow],
) -> Result<Selection, Finding> {
    selecting::select(suite, seed, list, frame, Depth::All)
}

fn select(
    suite: Suite,
    seed: &Digest,
    list: &List,
    frame: &[FrameRow],
) -> Result<Selection, Finding> {
    selecting::select(suite, seed, list, frame, Depth::Outcomes)
}

fn place(frame: &[FrameRow], ranked: &Ranked) -> usize {
    frame.iter().position(|row| *row == ranked.row).unwrap()
}

/// The drawn subjects' places in the frame.
fn places<'a>(selection: &'a Selection, frame: &'a [FrameRow]) -> impl Iterator<Item = usize> + 'a {
    selection.drawn().map(|ranked| place(frame, ranked))
}

fn drawn(selection: &Selection) -> BTreeSet<Sid> {
    selection.drawn().map(|ranked| ranked.row.sid.clone()).collect()
}

/// The chance of every stratum's subjects, as our verifier states it.
fn stated(list: &List) -> Vec<(u128, u128)> {
    chances(list.method, &list.strata).into_iter().map(Option::unwrap).collect()
}

/// Whether a subject's weight or stratum makes it certain to be drawn.
fn taken_whole(ranked: &Ranked) -> bool {
    ranked.key.weighted == Some(0)
}

/// What is drawn is the front of the whole order, whatever the order of rows; large frames are cut into chunks.
#[test]
fn the_selection_is_the_front_of_the_ranks() {
    let front = |s: &Selection| s.ranked.iter().filter(|r| r.outcome.is_some()).cloned().collect();
    for number in 0..300 {
        let (draft, seed) = (Draft::of(number), seed_of(number));
        for list in &draft.commitment.lists {
            let suite = draft.commitment.suite;
            let mut frame = draft.frames[&list.list].clone();
            if number % 50 == 0 {
                // Twenty thousand rows: several chunks, and many more than are drawn.
                let many = |k: usize, row: &FrameRow| FrameRow {
                    sid: Sid::parse(&format!("{}-{k}", row.sid)).unwrap(),
                    ..row.clone()
                };
                let rows = frame.len().max(1);
                frame = (0..20_000 / rows)
                    .flat_map(|k| frame.iter().map(move |r| many(k, r)))
                    .collect();
            }
            let (all, some) =
                (rank(suite, &seed, list, &frame), select(suite, &seed, list, &frame));
            let (all, some) = (all.unwrap(), some.unwrap());
            let wanted: Vec<Ranked> = front(&all);
            assert_eq!(some.ranked, wanted);
            assert_eq!(all.ranked.len(), frame.len());
            let key = |r: &Ranked| r.key;
            let by_stratum = all.ranked.chunk_by(|a, b| a.rank < b.rank);
            assert!(by_stratum.into_iter().all(|ranks| ranks.is_sorted_by_key(key)));
        }
    }
}

/// Large frames are drawn with a guess of how far the wanted keys reach. Where it is wrong, as for a list whose strata
/// are said to be much larger than they are, the result is the same.
#[test]
fn a_guess_changes_nothing_right_or_wrong() {
    let strata = [("A", 9_000, 1), ("B", 3_000, 3), ("C", 600, 40)];
    let (mut lists, n) = (0, 700);
    for (number, method) in
        (0..9).zip([Method::Fixed, Method::Proportional { n }, Method::Pareto { n }].iter().cycle())
    {
        let (mut list, frame) = counted(*method, &strata);
        list.reserve = number % 3 * 500;
        for factor in [1, 2, 50, 1_000_000] {
            // Other sizes would round proportional quotas anew.
            if *method == Method::Fixed {
                for (stratum, (_, size, _)) in list.strata.iter_mut().zip(strata) {
                    (stratum.size, stratum.quota) = (size * factor, Quota::Count(200));
                }
            }
            let seed = seed_of(number);
            let some = select(Suite::Sha256, &seed, &list, &frame).unwrap();
            let all = rank(Suite::Sha256, &seed, &list, &frame).unwrap();
            let front = all.ranked.iter().filter(|r| r.outcome.is_some());
            assert!(some.ranked.iter().eq(front), "{method:?} {factor}");
            lists += 1;
        }
    }
    assert_eq!(lists, 36);
}

fn name_of(stratum: &Stratum) -> Name {
    Name::parse("stratum", &stratum.stratum).unwrap()
}

#[test]
fn equal_tickets_are_refused_across_strata() {
    let draft = Draft::of(7);
    let list = &draft.commitment.lists[0];
    let mut frame = draft.frames[&list.list].clone();
    let again = FrameRow { stratum: name_of(list.strata.last().unwrap()), ..frame[0].clone() };
    frame.push(again);
    let (suite, seed) = (draft.commitment.suite, seed_of(7));
    assert_eq!(rank(suite, &seed, list, &frame).unwrap_err().code(), "F04");
    // Where only the front is wanted, they are refused wherever they could change it: a rank is given twice, or one
    // of them is the last that is wanted and the other the next.
    let refused = |n: u64, reserve: u64| {
        let (mut list, method) = (list.clone(), Method::Pareto { n });
        (list.method, list.reserve) = (method, reserve);
        list.strata.iter_mut().for_each(|stratum| stratum.quota = Quota::Own);
        let frame: Vec<FrameRow> =
            frame.iter().map(|row| FrameRow { weight: 1, ..row.clone() }).collect();
        select(suite, &seed, &list, &frame).is_err()
    };
    let tickets = Tickets::of_group(suite, &seed, &list.group);
    let mut order: Vec<Digest> =
        frame.iter().map(|row| tickets.ticket(row.sid.as_str(), row.salt.as_ref())).collect();
    order.sort();
    let twin = order.windows(2).position(|pair| pair[0] == pair[1]).unwrap() as u64;
    for wanted in 1..frame.len() as u64 {
        for reserve in [0, 1.min(wanted - 1)] {
            assert_eq!(
                refused(wanted - reserve, reserve),
                wanted > twin,
                "{wanted} of {}",
                frame.len()
            );
        }
    }
}

/// A ticket belongs to an identity: with the same seed nobody else's ticket notices that an undrawn subject is absent.
/// In a `fixed` list nobody else's outcome does either, but that reserves move up behind an absent reserve. (In truth
/// another frame is another commitment, and so another seed.)
#[test]
fn leaving_out_an_undrawn_subject_changes_no_ticket_and_no_fixed_outcome() {
    let (mut absent, mut reserves) = (0, 0);
    for number in 0..150 {
        let (draft, seed) = (Draft::of(number), seed_of(number));
        let suite = draft.commitment.suite;
        for list in &draft.commitment.lists {
            let frame = &draft.frames[&list.list];
            let before = rank(suite, &seed, list, frame).unwrap();
            for ranked in &before.ranked {
                if ranked.outcome == Some(Outcome::Drawn) {
                    continue;
                }
                let (mut list, mut rest) = (list.clone(), frame.clone());
                let left_out = rest.remove(place(frame, ranked));
                let stratum = |s: &&mut Stratum| left_out.stratum == *s.stratum;
                list.strata.iter_mut().find(stratum).unwrap().size -= 1;
                let after = rank(suite, &seed, &list, &rest).unwrap();
                let others = |s: &Selection| -> BTreeMap<Sid, Ranked> {
                    let all = s.ranked.iter().map(|r| (r.row.sid.clone(), r.clone()));
                    all.filter(|(sid, _)| *sid != left_out.sid).collect()
                };
                let (was, is) = (others(&before), others(&after));
                assert!(was.keys().eq(is.keys()));
                assert!(was.values().zip(is.values()).all(|(a, b)| a.key.ticket == b.key.ticket));
                if list.method == Method::Fixed {
                    assert_eq!(drawn(&before), drawn(&after));
                    if ranked.outcome.is_none() {
                        assert!(was.values().zip(is.values()).all(|(a, b)| a.outcome == b.outcome));
                    } else {
                        reserves += 1;
                    }
                    absent += 1;
                }
            }
        }
    }
    assert!(absent > 300 && reserves > 30, "{absent} {reserves}");
}

/// The list with another n: of a fixed list in each stratum that has room for one more.
fn with_more(list: &List) -> Option<List> {
    let mut more = list.clone();
    match &mut more.method {
        Method::Fixed => {
            let mut raised = false;
            for stratum in &mut more.strata {
                if let Quota::Count(n) = &mut stratum.quota
                    && *n < stratum.size
                {
                    *n += 1;
                    raised = true;
                }
            }
            raised.then_some(more)
        }
        Method::Proportional { n } | Method::Pareto { n } => {
            *n += 1;
            (*n <= more.frame.n).then_some(more)
        }
    }
}

/// `fixed`: the drawn list is extended, always, first by the first reserve of each stratum.
#[test]
fn raising_n_extends_a_fixed_list() {
    let mut raised = 0;
    for number in 0..200 {
        let (draft, seed) = (Draft::of(number), seed_of(number));
        for list in draft.commitment.lists.iter().filter(|l| l.method == Method::Fixed) {
            let frame = &draft.frames[&list.list];
            let Some(more) = with_more(list) else { continue };
            let few = rank(draft.commitment.suite, &seed, list, frame).unwrap();
            let many = rank(draft.commitment.suite, &seed, &more, frame).unwrap();
            assert!(drawn(&few).is_subset(&drawn(&many)));
            for (before, after) in few.ranked.iter().zip(&many.ranked) {
                assert_eq!((&before.row, before.key), (&after.row, after.key));
                let n = few.quotas[before.row.stratum.as_str()];
                let newly =
                    before.outcome != after.outcome && after.outcome == Some(Outcome::Drawn);
                assert_eq!(newly, before.rank == n + 1);
            }
            raised += 1;
        }
    }
    assert!(raised > 80, "{raised}");
}

/// `proportional`: unless take-all changes, n_g follows n·w·N/W up or down to an integer, so that one step of n lowers
/// no n_g by more than one and in the order (weight, name) never the sum over the first strata; a stratum whose n_g
/// does not fall is extended. The whole list is *not* always extended: a stratum may give one up to the next.
#[test]
fn raising_n_extends_a_proportional_stratum_unless_the_rounding_moves() {
    let (mut kept, mut moved) = (0, 0);
    for number in 0..400 {
        let (draft, seed) = (Draft::of(number), seed_of(number));
        let suite = draft.commitment.suite;
        let proportional = |l: &&List| matches!(l.method, Method::Proportional { .. });
        for list in draft.commitment.lists.iter().filter(proportional) {
            let frame = &draft.frames[&list.list];
            let Some(more) = with_more(list) else { continue };
            let whole = |list| -> Vec<bool> { stated(list).iter().map(|c| c.0 >= c.1).collect() };
            if whole(list) != whole(&more) {
                continue;
            }
            let (few, many) = (quotas(suite, &seed, list), quotas(suite, &seed, &more));
            let mut order: Vec<usize> = (0..list.strata.len()).collect();
            let weight = |g: usize| match list.strata[g].quota {
                Quota::Weight(weight) => weight,
                _ => unreachable!(),
            };
            order.sort_by_key(|g| (weight(*g), &list.strata[*g].stratum));
            let (mut sum_few, mut sum_many) = (0, 0);
            for g in order.into_iter().filter(|g| !whole(list)[*g]) {
                assert!(many[g] + 1 >= few[g]);
                sum_few += few[g];
                sum_many += many[g];
                assert!(sum_few <= sum_many);
            }
            let before = rank(suite, &seed, list, frame).unwrap();
            let after = rank(suite, &seed, &more, frame).unwrap();
            let of = |selection: &Selection, g: usize| -> BTreeSet<usize> {
                let stratum = &list.strata[g].stratum;
                places(selection, frame)
                    .filter(|index| frame[*index].stratum == **stratum)
                    .collect()
            };
            for g in 0..few.len() {
                let (before, after) = (of(&before, g), of(&after, g));
                if few[g] <= many[g] {
                    assert!(before.is_subset(&after));
                } else {
                    assert!(after.is_subset(&before));
                }
            }
            match drawn(&before).is_subset(&drawn(&after)) {
                true => kept += 1,
                false => moved += 1,
            }
        }
    }
    println!("proportional: {kept} extended, {moved} with a stratum that gave one up");
    assert!(kept > 100 && moved > 0, "{kept} {moved}");
}

/// `pareto`: unless take-all changes, a larger n moves no subject past one of the same or a larger weight, so that the
/// drawn of each weight are the smallest tickets of that weight before and after. The whole list is *not* always
/// extended: with larger n two heavy subjects may overtake a light one that was drawn last.
#[test]
fn raising_n_moves_no_pareto_subject_past_a_heavier_one() {
    let (mut kept, mut overtaken) = (0, 0);
    let mut check = |suite, seed: &Digest, list: &List, frame: &[FrameRow]| {
        let Some(more) = with_more(list) else { return };
        let before = rank(suite, seed, list, frame).unwrap();
        let after = rank(suite, seed, &more, frame).unwrap();
        let whole = |s: &Selection| -> BTreeSet<Sid> {
            s.ranked.iter().filter(|r| taken_whole(r)).map(|r| r.row.sid.clone()).collect()
        };
        if list.method == (Method::Pareto { n: 0 }) || whole(&before) != whole(&after) {
            return;
        }
        let rank = |s: &Selection| -> BTreeMap<usize, u64> {
            s.ranked.iter().map(|r| (place(frame, r), r.rank)).collect()
        };
        let (was, is) = (rank(&before), rank(&after));
        for one in 0..frame.len() {
            for other in 0..frame.len() {
                let heavier = frame[one].weight >= frame[other].weight;
                if heavier && was[&one] < was[&other] {
                    let sid = |i: usize| &frame[i].sid;
                    assert!(is[&one] < is[&other], "{} fell behind {}", sid(one), sid(other));
                }
            }
        }
        match drawn(&before).is_subset(&drawn(&after)) {
            true => kept += 1,
            false => overtaken += 1,
        }
    };
    for number in 0..400 {
        let draft = Draft::of(number);
        for list in &draft.commitment.lists {
            if matches!(list.method, Method::Pareto { .. }) {
                let frame = &draft.frames[&list.list];
                check(draft.commitment.suite, &seed_of(number), list, frame);
            }
        }
    }
    let strata = [("A", 12, 1), ("B", 4, 60)];
    for number in 0..2000 {
        let (list, frame) = counted(Method::Pareto { n: 3 }, &strata);
        check(Suite::Sha256, &seed_of(number), &list, &frame);
    }
    println!("pareto: {kept} extended, {overtaken} with a light subject overtaken");
    assert!(kept > 200 && overtaken > 0, "{kept} {overtaken}");
}

/// C is a digest of the bytes: changing any one of them changes the seed, and so every ticket and pair ticket.
#[test]
fn any_changed_byte_of_the_commitment_changes_every_ticket() {
    let files = vector("open");
    let (bytes, beacon) = (&files[COMMITMENT], Beacon::parse(&files[BEACON]).unwrap());
    let commitment = Commitment::parse(bytes).unwrap();
    let suite = commitment.suite;
    let sids: Vec<String> = (0..30).map(|n| format!("REG:{n:04}")).collect();
    let tickets = |bytes: &[u8]| -> Vec<Digest> {
        let seed = seed(suite, &suite.digest(bytes), &beacon.strings);
        let groups = ["Q4", "T-03"].map(|group| Tickets::of_group(suite, &seed, group));
        let of_groups = groups.iter().flat_map(|t| sids.iter().map(|sid| t.ticket(sid, None)));
        let pair = PairTickets::new(suite, &seed);
        let pair = sids.iter().map(|sid| {
            let ticket = pair.row(sid, None).ticket("E001", 0);
            suite.digest(&ticket.to_be_bytes())
        });
        of_groups.chain(pair).collect()
    };
    let before = tickets(bytes);
    let all: BTreeSet<Digest> = before.iter().copied().collect();
    assert_eq!(all.len(), before.len());
    (0..bytes.len()).into_par_iter().for_each(|at| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        let after = tickets(&bytes);
        assert!(before.iter().zip(&after).all(|(a, b)| a != b), "byte {at}");
    });
    // A valid commitment, too: one letter of the title.
    let mut titled = commitment.clone();
    titled.title.push('。');
    assert_eq!(Commitment::parse(&titled.format()), Ok(titled.clone()));
    let after = tickets(&titled.format());
    assert!(before.iter().zip(&after).all(|(a, b)| a != b));
}

/// `pareto`: every key is a ratio of weights, so a common factor changes nothing at all. `proportional`: it changes
/// no chance, nobody taken whole and no n_g by more than its rounding, which is drawn anew, for the seed is reduced
/// modulo W (§6.1).
#[test]
fn a_common_factor_of_all_weights_changes_no_chance() {
    let (mut pareto, mut proportional, mut rounded) = (0, 0, 0);
    for number in 0..300 {
        let (draft, seed) = (Draft::of(number), seed_of(number));
        let suite = draft.commitment.suite;
        for list in &draft.commitment.lists {
            let mut list = list.clone();
            let mut frame = draft.frames[&list.list].clone();
            // Room for the factor below 2^20.
            frame.iter_mut().for_each(|row| row.weight = row.weight.min(4000));
            for stratum in &mut list.strata {
                if let Quota::Weight(weight) = &mut stratum.quota {
                    *weight = (*weight).min(4000);
                }
            }
            for factor in [2, 7, 256] {
                let (mut scaled, mut rows) = (list.clone(), frame.clone());
                rows.iter_mut().for_each(|row| row.weight *= factor);
                for stratum in &mut scaled.strata {
                    if let Quota::Weight(weight) = &mut stratum.quota {
                        *weight *= factor;
                    }
                }
                match list.method {
                    Method::Fixed => {}
                    Method::Pareto { .. } => {
                        let before = rank(suite, &seed, &list, &frame).unwrap();
                        let after = rank(suite, &seed, &scaled, &rows).unwrap();
                        let said = |s: &Selection| -> Vec<(Sid, u64, OrderKey, Option<Outcome>)> {
                            let ranked = s.ranked.iter();
                            ranked.map(|r| (r.row.sid.clone(), r.rank, r.key, r.outcome)).collect()
                        };
                        assert_eq!(said(&before), said(&after));
                        pareto += 1;
                    }
                    Method::Proportional { .. } => {
                        for (one, other) in stated(&list).into_iter().zip(stated(&scaled)) {
                            assert_eq!(one.0 * other.1, other.0 * one.1);
                        }
                        let before = quotas(suite, &seed, &list);
                        let after = quotas(suite, &seed, &scaled);
                        assert_eq!(before.iter().sum::<u64>(), after.iter().sum::<u64>());
                        assert!(before.iter().zip(&after).all(|(a, b)| a.abs_diff(*b) <= 1));
                        proportional += 1;
                        rounded += u32::from(before != after);
                    }
                }
            }
        }
    }
    println!("{pareto} pareto alike; {proportional} proportional, {rounded} rounded otherwise");
    assert!(pareto > 200 && proportional > 200 && rounded > 0);
}

// --------------------------------------------------------------------------------------- counting

const SEEDS: u64 = 20_000;

/// How often each subject is drawn.
fn counts(list: &List, frame: &[FrameRow]) -> Vec<u64> {
    let one = |number: u64| {
        let selection = select(Suite::Sha256, &seed_of(number), list, frame).unwrap();
        let mut counts = vec![0u64; frame.len()];
        places(&selection, frame).for_each(|index| counts[index] += 1);
        counts
    };
    let add = |a: Vec<u64>, b: Vec<u64>| a.iter().zip(&b).map(|(a, b)| a + b).collect();
    (0..SEEDS).into_par_iter().map(one).reduce(|| vec![0; frame.len()], add)
}

/// Whether a count of `SEEDS` trials lies within 4.5 standard deviations of the chance a/b:
/// (count − SEEDS·a/b)² ≤ 4.5² · SEEDS · (a/b)(1 − a/b), in integers.
fn is_likely(count: u64, (a, b): (u128, u128)) -> bool {
    let int = |n: u128| i128::try_from(n).unwrap();
    let (count, trials, a, b) = (i128::from(count), i128::from(SEEDS), int(a), int(b));
    4 * (count * b - trials * a).pow(2) <= 81 * trials * a * (b - a)
}

/// A list of that method with these (stratum, size, weight), and its frame.
fn counted(method: Method, strata: &[(&str, u64, u64)]) -> (List, Vec<FrameRow>) {
    let draft = Draft::of(0);
    let mut list = draft.commitment.lists[0].clone();
    let pareto = matches!(method, Method::Pareto { .. });
    let stratum = |(name, size, weight): &(&str, u64, u64)| Stratum {
        stratum: (*name).to_owned(),
        size: *size,
        quota: if pareto { Quota::Own } else { Quota::Weight(*weight) },
    };
    list.strata = strata.iter().map(stratum).collect();
    list.method = method;
    let mut frame = Vec::new();
    for (stratum, size, weight) in strata {
        for n in 0..*size {
            frame.push(FrameRow {
                sid: Sid::parse(&format!("{stratum}{n:03}")).unwrap(),
                stratum: Name::parse("stratum", stratum).unwrap(),
                weight: *weight,
                tags: Vec::new(),
                salt: None,
            });
        }
    }
    frame.sort_by(|a, b| a.sid.cmp(&b.sid));
    list.frame.n = frame.len() as u64;
    (list, frame)
}

/// Exactly n·w/W for every subject, and 1 for those taken whole; equal chances for all are refuted by the same counts.
#[test]
fn proportional_draws_everybody_with_the_stated_chance() {
    let strata = [("whole", 2, 500), ("A", 5, 1), ("B", 4, 2), ("C", 3, 3), ("D", 2, 7)];
    let n = 6;
    let (list, frame) = counted(Method::Proportional { n }, &strata);
    let counts = counts(&list, &frame);
    let total: u128 = strata[1..].iter().map(|(_, size, weight)| u128::from(size * weight)).sum();
    let mut refuted = 0;
    for (row, count) in frame.iter().zip(counts) {
        let chance = match row.weight {
            500 => (1, 1),
            weight => (u128::from(n - 2) * u128::from(weight), total),
        };
        assert!(is_likely(count, chance), "{}: {count} of {SEEDS}, not {chance:?}", row.sid);
        refuted += u32::from(!is_likely(count, (u128::from(n), frame.len() as u128)));
    }
    assert!(refuted >= 10, "the counts would also fit equal chances");
}

/// The counts against the chances that Pareto order sampling aims at, n·w/W. Its exact chances are others, but with 42
/// subjects by far less than the 4.5 standard deviations of 20,000 draws, which are 1.3 points of a hundred at a
/// chance of one fifth.
#[test]
fn pareto_draws_everybody_with_nearly_the_aimed_chance() {
    let strata =
        [("whole", 2, 9000), ("A", 14, 100), ("B", 12, 217), ("C", 10, 350), ("D", 4, 612)];
    let n = 10;
    let (list, frame) = counted(Method::Pareto { n }, &strata);
    let counts = counts(&list, &frame);
    let total: u128 = strata[1..].iter().map(|(_, size, weight)| u128::from(size * weight)).sum();
    let mut refuted = 0;
    for (row, count) in frame.iter().zip(counts) {
        let chance = match row.weight {
            9000 => (1, 1),
            weight => (u128::from(n - 2) * u128::from(weight), total),
        };
        assert!(is_likely(count, chance), "{}: {count} of {SEEDS}, not {chance:?}", row.sid);
        refuted += u32::from(!is_likely(count, (u128::from(n), frame.len() as u128)));
    }
    assert!(refuted >= 30, "the counts would also fit equal chances");
}

/// n of N, each pair of subjects as often as every other.
#[test]
fn fixed_draws_every_pair_alike() {
    let (mut list, frame) = counted(Method::Proportional { n: 0 }, &[("A", 6, 1)]);
    list.method = Method::Fixed;
    list.strata[0].quota = Quota::Count(3);
    let mut pairs: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for number in 0..SEEDS {
        let selection = select(Suite::Sm3, &seed_of(number), &list, &frame).unwrap();
        let mut drawn: Vec<usize> = places(&selection, &frame).collect();
        drawn.sort_unstable();
        for (place, one) in drawn.iter().enumerate() {
            drawn[place + 1..]
                .iter()
                .for_each(|other| *pairs.entry((*one, *other)).or_default() += 1);
        }
    }
    assert_eq!(pairs.len(), 15);
    for (pair, count) in pairs {
        // 3·2 of 6·5.
        assert!(is_likely(count, (1, 5)), "{pair:?}: {count}");
        assert!(!is_likely(count, (1, 4)));
    }
}

/// A generator that favours nobody is what the random draws of these tests rest on.
#[test]
fn the_tests_own_numbers_are_uniform() {
    let mut random = Random::new(1);
    let mut counts = [0u64; 7];
    (0..SEEDS).for_each(|_| counts[random.index(7)] += 1);
    assert!(counts.iter().all(|count| is_likely(*count, (1, 7))), "{counts:?}");
}
