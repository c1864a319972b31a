//! The pairing at the size of a district and of a region: time beside bare hashing of the eligible pairs in the same
//! run, and peak memory. `cargo bench --bench pairing -- [NAME] [--arcs DIR]`; the arcs are what
//! `benches/peers.py` gives to OR-Tools. Nothing here is a test.
#![allow(missing_docs, clippy::disallowed_methods)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use shuangsuiji::base::digest::{Digest, Suite};
use shuangsuiji::pairing::certificate;
use shuangsuiji::pairing::rounds::{Round, pair};
use shuangsuiji::pairing::rules::{Case, Exclusions};
use shuangsuiji::pairing::slots::{Demand, VisitSlot};
use shuangsuiji::record::commitment::Role;
use shuangsuiji::record::ids::{Iid, Sid};
use shuangsuiji::record::tables::{IncompatibleRow, InspectorRow, RecusalRow};

/// What to pair: sizes, and who qualifies for what.
struct Instance {
    name: &'static str,
    visits: usize,
    slots: usize,
    inspectors: usize,
    /// Visits and inspectors belong to so many regions; one means that place does not matter.
    regions: usize,
    /// One inspector in so many has the speciality that slot 0 of one visit in three needs; none if 0.
    special: usize,
    /// Most visits of an inspector.
    capacity: u32,
    /// Loads to start from are below this.
    loads: u32,
    /// Recusals and incompatible pairs, so many each.
    quarrels: usize,
}

const PLAIN: Instance = Instance {
    name: "dense",
    visits: 16_757,
    slots: 2,
    inspectors: 600,
    regions: 1,
    special: 0,
    capacity: 1 << 16,
    loads: 1,
    quarrels: 0,
};

const INSTANCES: &[Instance] = &[
    Instance { name: "small", visits: 2_000, inspectors: 200, ..PLAIN },
    PLAIN,
    Instance { name: "regional", regions: 12, special: 5, ..PLAIN },
    Instance { name: "tagged", special: 5, ..PLAIN },
    Instance { name: "loaded", special: 5, loads: 40, capacity: 70, quarrels: 500, ..PLAIN },
    Instance { name: "province", visits: 100_000, inspectors: 5_000, regions: 100, ..PLAIN },
    Instance { name: "three", visits: 5_000, slots: 3, inspectors: 300, special: 4, ..PLAIN },
    Instance { name: "four", visits: 4_000, slots: 4, inspectors: 300, capacity: 54, ..PLAIN },
    Instance { name: "six", visits: 2_000, slots: 6, inspectors: 200, special: 4, ..PLAIN },
    Instance { name: "twelve", visits: 1_000, slots: 12, inspectors: 150, loads: 20, ..PLAIN },
];

impl Instance {
    fn case(&self) -> Case {
        let tag = |region: usize| format!("area:{region:03}");
        let inspector = |i: usize| {
            let mut tags = vec![tag(i % self.regions)];
            if self.special > 0 && (i / self.regions).is_multiple_of(self.special) {
                tags.push("special".to_owned());
            }
            InspectorRow {
                iid: iid(i),
                capacity: self.capacity,
                load: u32::try_from(i * 7_919 % 1_000).unwrap() % self.loads,
                tags,
            }
        };
        let slot = |v: usize, s: usize| {
            let mut needs = Vec::new();
            if self.regions > 1 {
                needs.push(tag(v % self.regions));
            }
            if self.special > 0 && s == 0 && (v / self.regions).is_multiple_of(3) {
                needs.push("special".to_owned());
            }
            let text = format!("s{s:02}|inspector|{}|", needs.join(","));
            VisitSlot { text, role: Role::Inspector, needs, avoids: Vec::new() }
        };
        let demand = |v: usize| Demand {
            sid: sid(v),
            salt: None,
            slots: (0..self.slots).map(|s| slot(v, s)).collect(),
        };
        let recusal = |n: usize| RecusalRow {
            sid: sid(n * 31 % self.visits),
            iid: iid(n * 17 % self.inspectors),
            reason: "kin".to_owned(),
            salt: None,
        };
        let incompatible = |n: usize| IncompatibleRow {
            iid: iid(n % self.inspectors),
            iid2: iid(n % self.inspectors + 1),
            reason: "kin".to_owned(),
        };
        Case::new(
            (0..self.inspectors).map(inspector).collect(),
            &(0..self.quarrels).map(recusal).collect::<Vec<_>>(),
            &(0..self.quarrels).map(incompatible).collect::<Vec<_>>(),
            (0..self.visits).map(demand).collect(),
        )
        .with_tickets(Suite::Sha256, &seed())
    }
}

fn seed() -> Digest {
    Suite::Sha256.digest(b"seed")
}

fn iid(i: usize) -> Iid {
    Iid::parse(&format!("E{i:05}")).unwrap()
}

fn sid(v: usize) -> Sid {
    Sid::parse(&format!("S{v:06}")).unwrap()
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// Hashes every eligible pair once, on all threads, and keeps nothing.
fn hash(case: &Case) -> (u64, u64) {
    let none = Exclusions::new();
    let visits = u32::try_from(case.visits.len()).unwrap();
    let of_visit = |v: u32| {
        let slots = 0..case.visits[v as usize].slots.len();
        let pairs = slots.flat_map(|slot| case.open(&none, v, slot));
        pairs.fold((0, 0), |(n, sum): (u64, u64), (_, w)| (n + 1, sum ^ w))
    };
    (0..visits).into_par_iter().map(of_visit).reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 ^ b.1))
}

fn ratio(ours: Duration, limit: Duration) -> String {
    let permille = ours.as_nanos() * 1000 / limit.as_nanos().max(1);
    format!("{}.{:03}", permille / 1000, permille % 1000)
}

/// Peak memory of this process so far, where the system tells.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or("unknown".to_owned(), |line| line.trim().to_owned())
}

/// (Σ (load + visits)², Σ W) of a round.
fn objective(case: &Case, round: &Round) -> (u128, u128) {
    let none = Exclusions::new();
    let mut visits = vec![0u32; case.inspectors.len()];
    let mut tickets = 0;
    for (v, team) in (0..).zip(&round.teams) {
        for (slot, i) in team.iter().enumerate() {
            visits[*i as usize] += 1;
            let mut own = [(*i, 0)];
            assert!(case.is_open(&none, v, slot, *i));
            case.price(v, slot, &mut own);
            tickets += u128::from(own[0].1);
        }
    }
    let squares =
        case.inspectors.iter().zip(visits).map(|(row, n)| u128::from(row.load + n).pow(2));
    (squares.sum(), tickets)
}

/// Writes a part's arcs as OR-Tools is to have them: first `inspectors`, `visits` and the objective, then how many
/// visits each inspector makes, then `visit slot inspector W` of every eligible pair. Loads are fixed, as no
/// solver with 64-bit costs can hold both objectives at once.
fn write_arcs(folder: &Path, name: &str, case: &Case, round: &Round) {
    let none = Exclusions::new();
    let mut visits = vec![0u32; case.inspectors.len()];
    round.teams.iter().flatten().for_each(|i| visits[*i as usize] += 1);
    let (squares, tickets) = objective(case, round);
    let mut text = format!("{} {} {squares} {tickets}\n", case.inspectors.len(), case.visits.len());
    let counts: Vec<String> = visits.iter().map(u32::to_string).collect();
    text += &counts.join(" ");
    text.push('\n');
    for v in 0..u32::try_from(case.visits.len()).unwrap() {
        for slot in 0..case.visits[v as usize].slots.len() {
            for (i, w) in case.open(&none, v, slot) {
                writeln!(text, "{v} {slot} {i} {w}").unwrap();
            }
        }
    }
    std::fs::write(folder.join(format!("{name}.arcs")), text).unwrap();
}

fn run(instance: &Instance, arcs: Option<&Path>) {
    let case = instance.case();
    let Instance { name, visits, slots, inspectors, regions, .. } = instance;
    println!(
        "{name}: {visits} visits x {slots} slots x {inspectors} inspectors in {regions} regions"
    );
    let ((pairs, _), hashing) = timed(|| hash(&case));
    println!("  hashing {pairs} eligible pairs: {hashing:.2?}");
    let (rounds, ours) = timed(|| pair(&case, &mut |_, _| {}));
    let n = rounds.rounds.len();
    println!(
        "  pairing, {n} rounds: {ours:.2?}, {} x hashing; peak {}",
        ratio(ours, hashing),
        peak()
    );
    let Some(first) = rounds.rounds.first() else { return };
    let none = Exclusions::new();
    let check = || certificate::check(&case, &none, &first.teams, &first.handicaps);
    let (proved, check) = timed(check);
    assert_eq!(proved, Ok(()));
    println!("  certificate: {check:.2?}, {} x hashing", ratio(check, hashing));
    let (squares, tickets) = objective(&case, first);
    println!("  objective of round 0: {squares} {tickets}");
    if let Some(folder) = arcs {
        write_arcs(folder, name, &case, first);
    }
}

fn main() {
    let mut names = BTreeSet::new();
    let mut arcs = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--arcs" => arcs = arguments.next(),
            // What cargo adds.
            "--bench" => {}
            _ => drop(names.insert(argument)),
        }
    }
    for instance in INSTANCES {
        if names.is_empty() || names.contains(instance.name) {
            run(instance, arcs.as_deref().map(Path::new));
        }
    }
}
