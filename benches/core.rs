//! Ratios of our work to a bare limit in the same run: `cargo bench --bench core`, or of some of it, `-- pareto-16757`.
//! Nothing here is a test.
#![allow(missing_docs, clippy::disallowed_methods)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use shuangsuiji::base::digest::Suite;
use shuangsuiji::base::merkle::Root;
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

/// The shortest of several runs: the one least disturbed.
fn timed<T>(runs: u32, mut work: impl FnMut() -> T) -> Duration {
    let once = |_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed()
    };
    (0..runs).map(once).min().unwrap()
}

fn report(name: &str, ours: Duration, limit_name: &str, limit: Duration) {
    let permille = ours.as_nanos() * 1000 / limit.as_nanos().max(1);
    let ratio = format!("{}.{:03}", permille / 1000, permille % 1000);
    println!("{name}: {ours:.1?}; {limit_name}: {limit:.1?}; ratio {ratio}");
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

/// A frame of four strata with weights, and its list.
fn frame(n: usize, drawn: u64, method: Method) -> (Vec<FrameRow>, List) {
    let names = ["A", "B", "C", "D"];
    let row = |i: usize| FrameRow {
        sid: Sid::parse(&format!("91330199MA{i:08}")).unwrap(),
        stratum: Name::parse("stratum", names[i % 4]).unwrap(),
        weight: if matches!(method, Method::Pareto { .. }) {
            1 + i as u64 * 7_919 % 1_000
        } else {
            1
        },
        tags: Vec::new(),
        salt: None,
    };
    let stratum = |(g, name): (usize, &&str)| Stratum {
        stratum: (*name).to_owned(),
        size: (n + 3 - g) as u64 / 4,
        quota: match method {
            Method::Fixed => Quota::Count(drawn / 4),
            Method::Proportional { .. } => Quota::Weight(1 + g as u64),
            Method::Pareto { .. } => Quota::Own,
        },
    };
    let list = List {
        list: "L".to_owned(),
        title: "L".to_owned(),
        matters: vec!["M".to_owned()],
        group: "L".to_owned(),
        method,
        frame: Root { n: n as u64, root: Suite::Sha256.digest(b"") },
        strata: names.iter().enumerate().map(stratum).collect(),
        reserve: 2,
        slots: Vec::new(),
        notes: serde_json::Map::new(),
    };
    ((0..n).map(row).collect(), list)
}

fn selection(n: usize, drawn: u64, method: Method) {
    let (frame, list) = frame(n, drawn, method);
    let seed = Suite::Sha256.digest(b"seed");
    let lines = lines(&frame);
    let rows = passing(&list, &lines);
    let ours =
        timed(30, || select_passing(Suite::Sha256, &seed, &list, &rows, Depth::Outcomes).unwrap());
    let name = format!("tickets and selection of {drawn} of {n}, {}", method.name());
    report(&name, ours, "bare compressions on one thread", bare_compressions(n));
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let wanted = |name: String| args.is_empty() || args.contains(&name);
    // 176,245 subjects and 16,757 visits a year: 嘉定.
    for n in [4_000, 16_757] {
        for method in [Method::Fixed, Method::Proportional { n }, Method::Pareto { n }] {
            if wanted(format!("{}-{n}", method.name())) {
                selection(176_245, n, method);
            }
        }
    }
}
