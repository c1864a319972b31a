//! The pairing at the size of a district and of a region: time beside bare hashing of the eligible pairs in the same
//! run, and peak memory of the process so far. `cargo bench --bench pairing -- [NAME …] [--variant N] [--arcs DIR]`;
//! the arcs are what `benches/peers` gives to other solvers. Nothing here is a test.
#![allow(missing_docs, clippy::disallowed_methods)]

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use shuangsuiji::base::digest::{Digest, Suite};
use shuangsuiji::pairing::rounds::{Round, Rounds, pair};
use shuangsuiji::pairing::rules::{Case, Exclusions};
use shuangsuiji::pairing::slots::{Demand, VisitSlot};
use shuangsuiji::pairing::{blocking, certificate};
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
    /// Specialities; a third of all slots need one of them.
    specialities: usize,
    /// One inspector in so many has each of them.
    rarity: usize,
    /// Links of a chain of districts, each of whose inspectors serve two; the first ones have most of the visits.
    chain: usize,
    /// Most visits of an inspector.
    capacity: u32,
    /// Loads to start from are below this.
    loads: u32,
    /// Recusals and incompatible pairs, so many each.
    quarrels: usize,
    /// Other numbers give other instances of the same kind.
    variant: usize,
}

const PLAIN: Instance = Instance {
    name: "dense",
    visits: 16_757,
    slots: 2,
    inspectors: 600,
    regions: 1,
    specialities: 0,
    rarity: 1,
    chain: 0,
    capacity: 1 << 16,
    loads: 1,
    quarrels: 0,
    variant: 0,
};

/// Small enough for any solver, and nothing about it is even; the capacities leave few visits to spare.
const ORACLE: Instance = Instance {
    name: "oracle",
    visits: 500,
    inspectors: 30,
    specialities: 3,
    rarity: 2,
    loads: 50,
    quarrels: 25,
    ..PLAIN
};

const INSTANCES: &[Instance] = &[
    Instance { name: "small", visits: 2_000, inspectors: 200, ..PLAIN },
    PLAIN,
    Instance { name: "regional", regions: 12, specialities: 1, rarity: 5, ..PLAIN },
    Instance { name: "tagged", specialities: 1, rarity: 5, ..PLAIN },
    Instance {
        name: "loaded",
        specialities: 1,
        rarity: 5,
        loads: 40,
        capacity: 120,
        quarrels: 500,
        ..PLAIN
    },
    Instance { name: "mosaic", specialities: 12, rarity: 6, loads: 20, ..PLAIN },
    Instance { name: "scarce", specialities: 12, rarity: 60, loads: 200, ..PLAIN },
    Instance { name: "full", capacity: 56, specialities: 12, rarity: 6, ..PLAIN },
    Instance { name: "chain", chain: 50, ..PLAIN },
    Instance { name: "short", capacity: 55, ..PLAIN },
    Instance { name: "province", visits: 100_000, inspectors: 5_000, regions: 100, ..PLAIN },
    Instance {
        name: "three",
        visits: 5_000,
        slots: 3,
        inspectors: 300,
        specialities: 1,
        rarity: 4,
        ..PLAIN
    },
    Instance { name: "four", visits: 4_000, slots: 4, inspectors: 300, capacity: 54, ..PLAIN },
    Instance {
        name: "six",
        visits: 2_000,
        slots: 6,
        inspectors: 200,
        specialities: 1,
        rarity: 4,
        ..PLAIN
    },
    Instance { name: "oracle3", slots: 3, capacity: 54, ..ORACLE },
    Instance { name: "oracle4", slots: 4, capacity: 70, ..ORACLE },
    Instance { name: "oracle6", slots: 6, capacity: 104, ..ORACLE },
    Instance { name: "oracle12", slots: 12, capacity: 208, ..ORACLE },
    Instance { name: "twelve", visits: 1_000, slots: 12, inspectors: 150, loads: 20, ..PLAIN },
];

impl Instance {
    fn case(&self) -> Case {
        let tag = |region: usize| format!("area:{region:03}");
        let inspector = |i: usize| {
            let mut tags = vec![tag(i % self.regions)];
            let holds = |t: &usize| self.mixed(i, *t).is_multiple_of(self.rarity);
            tags.extend((0..self.specialities).filter(holds).map(|t| format!("s:{t:02}")));
            if let Some(link) = i.checked_rem(self.chain) {
                tags.extend([format!("link:{link:03}"), format!("link:{:03}", link + 1)]);
            }
            InspectorRow {
                iid: iid(i),
                capacity: self.capacity,
                load: u32::try_from((i + self.variant) * 7_919 % 1_000).unwrap() % self.loads,
                tags,
            }
        };
        let slot = |v: usize, s: usize| {
            let mut needs = Vec::new();
            if self.regions > 1 {
                needs.push(tag(v % self.regions));
            }
            let wanted = self.mixed(v, s + 1_000) % (3 * self.specialities).max(1);
            if wanted < self.specialities {
                needs.push(format!("s:{wanted:02}"));
            }
            if let Some(one) = self.mixed(v, 1).checked_rem(self.chain) {
                let link = one * (self.mixed(v, 2) % self.chain) / self.chain;
                needs.push(format!("link:{link:03}"));
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
        .with_tickets(Suite::Sha256, &self.seed())
    }

    /// A number that looks random (D. E. Knuth's multiplicative hashing).
    fn mixed(&self, a: usize, b: usize) -> usize {
        let once = (a * 1_009 + b + 1 + (self.variant << 40)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (once ^ once >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 33
    }

    fn seed(&self) -> Digest {
        Suite::Sha256.digest(format!("seed {}", self.variant).as_bytes())
    }
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
fn objective(case: &Case, exclusions: &Exclusions, round: &Round) -> (u128, u128) {
    let mut visits = vec![0u32; case.inspectors.len()];
    let mut tickets = 0;
    for (v, team) in (0..).zip(&round.teams) {
        for (slot, i) in team.iter().enumerate() {
            visits[*i as usize] += 1;
            let mut own = [(*i, 0)];
            assert!(case.is_open(exclusions, v, slot, *i));
            case.price(v, slot, &mut own);
            tickets += u128::from(own[0].1);
        }
    }
    let squares =
        case.inspectors.iter().zip(visits).map(|(row, n)| u128::from(row.load + n).pow(2));
    (squares.sum(), tickets)
}

/// What a run of ours is compared by.
struct Figures {
    hashing: Duration,
    ours: Duration,
    certificate: Duration,
    peak: String,
}

/// Writes what `benches/peers/flows.py` reads: a line of JSON, then for every open pair visit, slot and inspector
/// (u32), whether he holds the slot in our optimum (u32) and W (u64), little-endian, the cheapest of each slot first.
fn write_arcs(
    path: &Path,
    (instance, case, exclusions): (&Instance, &Case, &Exclusions),
    round: &Round,
    figures: &Figures,
) {
    let Instance { name, variant, visits, slots, .. } = instance;
    let mut loads = vec![0u32; case.inspectors.len()];
    round.teams.iter().flatten().for_each(|i| loads[*i as usize] += 1);
    let (squares, tickets) = objective(case, exclusions, round);
    let list = |numbers: Vec<u32>| numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
    let before = list(case.inspectors.iter().map(|row| row.load).collect());
    let capacity = list(case.inspectors.iter().map(|row| row.capacity).collect());
    let full = case.inspectors.iter().zip(&loads).filter(|(row, n)| row.capacity == **n).count();
    let (excluded, loads) = (exclusions.len(), list(loads));
    let Figures { hashing, ours, certificate, peak } = figures;
    let [hashing, ours, certificate] = [hashing, ours, certificate].map(Duration::as_nanos);
    let mut file = BufWriter::new(File::create(path).unwrap());
    let mut head = |text: String| file.write_all(text.as_bytes()).unwrap();
    head(format!("{{\"name\":\"{name}\",\"variant\":{variant},\"visits\":{visits},"));
    head(format!("\"slots\":{slots},\"nanos\":{ours},\"hashing\":{hashing},"));
    head(format!("\"certificate\":{certificate},\"peak\":\"{peak}\",\"full\":{full},"));
    head(format!("\"excluded\":{excluded},\"squares\":\"{squares}\","));
    head(format!("\"tickets\":\"{tickets}\",\"loads\":[{loads}],"));
    head(format!("\"before\":[{before}],\"capacity\":[{capacity}]}}\n"));
    for (v, team) in (0u32..).zip(&round.teams) {
        for (slot, holder) in (0u32..).zip(team) {
            let open = case.open(exclusions, v, slot as usize).map(|(i, w)| (w, i));
            let mut open: Vec<(u64, u32)> = open.collect();
            open.sort_unstable();
            for (w, i) in open {
                for number in [v, slot, i, u32::from(i == *holder)] {
                    file.write_all(&number.to_le_bytes()).unwrap();
                }
                file.write_all(&w.to_le_bytes()).unwrap();
            }
        }
    }
    file.flush().unwrap();
}

/// Proves every round; tells how long the first one's certificate takes.
fn prove(case: &Case, rounds: &Rounds) -> (Vec<Exclusions>, Duration) {
    let mut exclusions = vec![Exclusions::new()];
    let mut first = None;
    for round in &rounds.rounds {
        let before = &exclusions[exclusions.len() - 1];
        let check = || certificate::check(case, before, &round.teams, &round.handicaps);
        let (proved, time) = timed(check);
        assert_eq!(proved, Ok(()));
        first.get_or_insert(time);
        let mut after = before.clone();
        after.extend(case.exclusions(&round.teams));
        exclusions.push(after);
    }
    (exclusions, first.unwrap_or_default())
}

fn run(instance: &Instance, arcs: Option<&PathBuf>) {
    let case = instance.case();
    let Instance { name, visits, slots, inspectors, .. } = instance;
    println!("{name}: {visits} visits x {slots} slots, {inspectors} inspectors");
    let ((pairs, _), hashing) = timed(|| hash(&case));
    println!("  hashing {pairs} eligible pairs: {hashing:.2?}");
    let (rounds, ours) = timed(|| pair(&case, &mut |_, _| {}));
    let (n, ratio_ours, peak) = (rounds.rounds.len(), ratio(ours, hashing), peak());
    println!("  pairing, {n} rounds: {ours:.2?}, {ratio_ours} x hashing; peak {peak}");
    let (exclusions, certificate) = prove(&case, &rounds);
    if let Some(first) = rounds.rounds.first() {
        println!("  certificate: {certificate:.2?}, {} x hashing", ratio(certificate, hashing));
        let (squares, tickets) = objective(&case, &exclusions[0], first);
        println!("  objective of round 0: {squares}, {tickets}");
    }
    let figures = Figures { hashing, ours, certificate, peak };
    for (n, (round, exclusions)) in rounds.rounds.iter().zip(&exclusions).enumerate() {
        if let Some(folder) = arcs {
            let path = folder.join(format!("{name}-{}-{n}.arcs", instance.variant));
            write_arcs(&path, (instance, &case, exclusions), round, &figures);
        }
    }
    if let Some(shortage) = rounds.shortage {
        let last = &exclusions[rounds.rounds.len()];
        let (proved, check) = timed(|| {
            blocking::shortfall(&case, last, &shortage.slots) == 1
                && blocking::is_minimal(&case, last, &shortage.slots)
        });
        assert!(proved);
        println!("  blocking set of {} slots, proved in {check:.2?}", shortage.slots.len());
    }
}

fn main() {
    let mut names = BTreeSet::new();
    let (mut arcs, mut variant) = (None, 0);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--arcs" => arcs = arguments.next().map(PathBuf::from),
            "--variant" => variant = arguments.next().unwrap().parse().unwrap(),
            // What cargo adds.
            "--bench" => {}
            _ => drop(names.insert(argument)),
        }
    }
    for instance in INSTANCES {
        if names.is_empty() || names.contains(instance.name) {
            run(&Instance { variant, ..*instance }, arcs.as_ref());
        }
    }
}
