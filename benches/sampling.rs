//! Ours beside rand's samplers, on a district drawn by credit class at a rate of 9.5 %: times, and how often each class
//! is drawn. `benches/peers` reads the lines of JSON, adds the samplers of Python, and works out the errors; all numbers
//! here are counts. Nothing here is a test.
#![allow(missing_docs, clippy::disallowed_methods)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::seq::index;
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;
use shuangsuiji::base::digest::{Digest, Suite};
use shuangsuiji::base::merkle::Root;
use shuangsuiji::draw::quota::quotas_from;
use shuangsuiji::draw::select::Depth;
use shuangsuiji::record::commitment::{List, Method, Quota, Stratum};
use shuangsuiji::record::ids::{Name, Sid};
use shuangsuiji::record::tables::FrameRow;

#[path = "../tests/support/selecting.rs"]
mod selecting;

use selecting::{lines, passing, select_passing};

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const NAMES: [&str; 4] = ["A", "B", "C", "D"];

/// Who is drawn from, by credit class.
struct Population {
    name: &'static str,
    sizes: [usize; 4],
    /// In proportion to which the classes shall be drawn: a province's 1, 2, 10 and 30 %.
    weights: [u32; 4],
    n: usize,
    runs: u64,
}

const POPULATIONS: [Population; 2] = [
    // 嘉定: 176,245 subjects, 16,757 visits a year; the classes' shares are those of the fictional districts.
    Population {
        name: "district",
        sizes: [61_686, 84_598, 22_911, 7_050],
        weights: [1, 2, 10, 30],
        n: 16_757,
        runs: 1_000,
    },
    Population {
        name: "twenty",
        sizes: [10, 6, 3, 1],
        weights: [1, 2, 10, 30],
        n: 2,
        runs: 400_000,
    },
];

impl Population {
    fn len(&self) -> usize {
        self.sizes.iter().sum()
    }

    /// The class of every subject.
    fn classes(&self) -> Vec<usize> {
        (0..4).flat_map(|class| vec![class; self.sizes[class]]).collect()
    }

    fn frame(&self, method: Method) -> Vec<FrameRow> {
        let classes = self.classes().into_iter().enumerate();
        let weighted = matches!(method, Method::Pareto { .. });
        let row = |(i, class): (usize, usize)| FrameRow {
            sid: Sid::parse(&format!("91330199MA{i:08}")).unwrap(),
            stratum: Name::parse("stratum", NAMES[class]).unwrap(),
            weight: if weighted { self.weights[class].into() } else { 1 },
            tags: Vec::new(),
            salt: None,
        };
        classes.map(row).collect()
    }

    /// `fixed` has a quarter of n in each class, as far as it goes.
    fn strata(&self, method: Method) -> Vec<Stratum> {
        let stratum = |class: usize| Stratum {
            stratum: NAMES[class].to_owned(),
            size: self.sizes[class] as u64,
            quota: match method {
                Method::Fixed => Quota::Count(self.sizes[class].min(self.n / 4) as u64),
                Method::Proportional { .. } => Quota::Weight(self.weights[class].into()),
                Method::Pareto { .. } => Quota::Own,
            },
        };
        (0..4).map(stratum).collect()
    }

    fn list(&self, method: Method) -> List {
        List {
            list: "L".to_owned(),
            title: "L".to_owned(),
            matters: vec!["M".to_owned()],
            group: "L".to_owned(),
            method,
            frame: Root { n: self.len() as u64, root: Suite::Sha256.digest(b"") },
            strata: self.strata(method),
            reserve: 0,
            slots: Vec::new(),
            notes: serde_json::Map::new(),
        }
    }

    /// Counts how many of each class are drawn, run after run.
    fn count(&self, sampler: &str, draw: impl Fn(u64) -> Vec<usize> + Sync) {
        let classes = self.classes();
        let one = |run: u64| {
            let mut drawn = [0u64; 4];
            draw(run).into_iter().for_each(|i| drawn[classes[i]] += 1);
            (drawn, drawn.map(|n| n * n))
        };
        let add = |a: [u64; 4], b: [u64; 4]| std::array::from_fn(|class| a[class] + b[class]);
        let both =
            |a: ([u64; 4], [u64; 4]), b: ([u64; 4], [u64; 4])| (add(a.0, b.0), add(a.1, b.1));
        let zero = || ([0; 4], [0; 4]);
        let (sums, squares) = (0..self.runs).into_par_iter().map(one).reduce(zero, both);
        let (name, runs) = (self.name, self.runs);
        println!(
            "{{\"population\":\"{name}\",\"sampler\":\"{sampler}\",\"runs\":{runs},\"sums\":{sums:?},\"squares\":{squares:?}}}"
        );
    }

    fn chances(&self) {
        let (name, n, sizes, weights) = (self.name, self.n, self.sizes, self.weights);
        println!(
            "{{\"population\":\"{name}\",\"n\":{n},\"sizes\":{sizes:?},\"weights\":{weights:?}}}"
        );
        let n = self.n as u64;
        for method in [Method::Proportional { n }, Method::Pareto { n }] {
            let (frame, list) = (self.frame(method), self.list(method));
            let lines = lines(&frame);
            let rows = passing(&list, &lines);
            self.count(method.name(), |run| {
                let selection =
                    select_passing(Suite::Sha256, &seed(run), &list, &rows, Depth::Outcomes)
                        .unwrap();
                selection.drawn().map(|ranked| place(&ranked.row)).collect()
            });
        }
        self.every_start();
        let weights = self.row_weights();
        self.count("rand", |run| {
            let mut rng = ChaCha20Rng::seed_from_u64(run);
            let weight = |i: usize| weights[i];
            let drawn = index::sample_weighted(&mut rng, weights.len(), weight, self.n);
            drawn.unwrap().into_vec()
        });
    }

    fn row_weights(&self) -> Vec<f64> {
        self.classes().into_iter().map(|class| f64::from(self.weights[class])).collect()
    }

    /// The quotas of `proportional` from every start that the seed could give, each once: exact, and no estimate.
    fn every_start(&self) {
        let strata = self.strata(Method::Proportional { n: 0 });
        let of = |start: i128| quotas_from(&strata, self.n as u64, |_| start);
        let mut total = 0;
        quotas_from(&strata, self.n as u64, |all| {
            total = all;
            0
        });
        let add = |a: Vec<u64>, b: Vec<u64>| a.iter().zip(&b).map(|(a, b)| a + b).collect();
        let starts = (0..u64::try_from(total).unwrap()).into_par_iter();
        let sums = starts.map(|start| of(start.into())).reduce(|| vec![0; 4], add);
        println!(
            "{{\"population\":\"{}\",\"every_start\":{sums:?},\"starts\":{total}}}",
            self.name
        );
    }

    fn times(&self) {
        let (n, all) = (self.n as u64, self.len());
        report("bare compressions", bare_compressions(all));
        for method in [Method::Fixed, Method::Proportional { n }, Method::Pareto { n }] {
            let (frame, list) = (self.frame(method), self.list(method));
            let seed = seed(0);
            let lines = lines(&frame);
            let rows = passing(&list, &lines);
            let time = timed(30, || {
                select_passing(Suite::Sha256, &seed, &list, &rows, Depth::Outcomes).unwrap()
            });
            report(method.name(), time);
        }
        let mut rng = ChaCha20Rng::seed_from_u64(0);
        report("rand, equal chances", timed(30, || index::sample(&mut rng, all, self.n)));
        let weights = self.row_weights();
        let weight = |i: usize| weights[i];
        let time = timed(30, || index::sample_weighted(&mut rng, all, weight, self.n).unwrap());
        report("rand, weighted", time);
    }
}

/// The place of a row in the frame, which its identifier ends with.
fn place(row: &FrameRow) -> usize {
    let sid = row.sid.as_str();
    sid[sid.len() - 8..].parse().unwrap()
}

fn seed(run: u64) -> Digest {
    Suite::Sha256.digest(&run.to_be_bytes())
}

/// The shortest of several runs: the one least disturbed.
fn timed<T>(runs: u32, mut work: impl FnMut() -> T) -> Duration {
    let once = |_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed()
    };
    (0..runs).map(once).min().unwrap()
}

fn bare_compressions(n: usize) -> Duration {
    let mut block = [0u8; 64];
    timed(30, || {
        let mut state = [0u32; 8];
        for i in 0..n {
            block[..8].copy_from_slice(&i.to_le_bytes());
            sha2::block_api::compress256(&mut state, &[block]);
        }
        state
    })
}

fn report(work: &str, time: Duration) {
    println!("{{\"work\":\"{work}\",\"nanos\":{}}}", time.as_nanos());
}

fn main() {
    POPULATIONS[0].times();
    POPULATIONS.iter().for_each(Population::chances);
}
