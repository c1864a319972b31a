//! Lists with the rows that every engine must print.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use shuangsuiji::base::digest::{Digest, Suite};
use shuangsuiji::base::table;
use shuangsuiji::base::text::line_digest;
use shuangsuiji::conduct::Frozen;
use shuangsuiji::draw::select::Depth;
use shuangsuiji::draw::sql::{Dialect, Query, Task, query, tables_of};
use shuangsuiji::draw::ticket::{group_key, seed};
use shuangsuiji::record::bundle::{Files, draw_path, frame_path};
use shuangsuiji::record::commitment::{Commitment, List, Method, Quota, Stratum};
use shuangsuiji::record::ids::{Name, Sid};
use shuangsuiji::record::tables::FrameRow;

use crate::support::random::{Draft, Random};
use crate::support::selecting::select;
use crate::support::vector;

/// One list, on every engine.
pub struct Case {
    pub name: String,
    pub frame: Vec<FrameRow>,
    /// The rows of `draw/<list>.tsv` without its header.
    pub expected: String,
    pub queries: BTreeMap<&'static str, Query>,
    pub parameters: BTreeMap<String, String>,
}

impl Case {
    /// The queries of a list under a seed, or printed before it is known.
    fn new(
        name: &str,
        commitment: &Commitment,
        list: &List,
        frame: &[FrameRow],
        seed: &Digest,
        early: bool,
    ) -> Self {
        let suite = commitment.suite;
        let selection = select(suite, seed, list, frame, Depth::Outcomes).unwrap();
        let rows = String::from_utf8(table::format(&selection.draw_rows())).unwrap();
        let [table] = tables_of(&[&list.list]).try_into().unwrap();
        let task = Task {
            commitment,
            list,
            weights: &frame.iter().map(|row| row.weight).collect(),
            seed: (!early).then_some(seed),
            table: &table,
            result: None,
        };
        let queries: BTreeMap<&str, Query> = Dialect::all()
            .map(|dialect| (dialect.name(), query(dialect, &task).unwrap()))
            .into_iter()
            .collect();
        let given = queries["DuckDB"].parameters.iter().map(|(name, meaning)| {
            let value = match *name {
                "K" => group_key(suite, seed, &list.group).hex(),
                _ => {
                    let start = line_digest(suite, "round", &[&seed.hex(), &list.list]);
                    let total = meaning.en.split(" mod ").nth(1).unwrap();
                    modulo(&start, total.split(',').next().unwrap().parse().unwrap()).to_string()
                }
            };
            ((*name).to_owned(), value)
        });
        let parameters = given.collect();
        let expected = rows.split_once('\n').unwrap().1.to_owned();
        Case { name: name.to_owned(), frame: frame.to_vec(), expected, queries, parameters }
    }

    pub fn table(&self) -> &str {
        &self.queries["PostgreSQL"].table
    }
}

fn modulo(digest: &Digest, by: u128) -> u128 {
    digest.as_bytes().iter().fold(0, |rest, byte| (rest * 256 + u128::from(*byte)) % by)
}

/// All lists of a complete open bundle, each with the published rows.
pub fn of_bundle(name: &str, files: &Files) -> Vec<Case> {
    let frozen = Frozen::read(files, files).unwrap();
    let commitment = &frozen.commitment;
    let strings = &frozen.contents().beacon.as_ref().unwrap().strings;
    let seed = seed(commitment.suite, &frozen.digest, strings);
    let mut cases = Vec::new();
    for list in &commitment.lists {
        let frame: Vec<FrameRow> = table::parse(&files[&frame_path(&list.list)]).unwrap();
        for early in [false, true] {
            let name =
                format!("{name} {}{}", list.list, if early { " before the beacon" } else { "" });
            let case = Case::new(&name, commitment, list, &frame, &seed, early);
            let published = String::from_utf8(files[&draw_path(&list.list)].clone()).unwrap();
            assert_eq!(published.split_once('\n').unwrap().1, case.expected, "{name}");
            cases.push(case);
        }
    }
    cases
}

pub fn small_cases() -> Vec<Case> {
    let mut cases = of_bundle("open", &vector("open"));
    cases.extend(of_bundle("open_rounds", &vector("open_rounds")));
    let mut methods: BTreeMap<&str, usize> = BTreeMap::new();
    for number in 0..60 {
        let draft = Draft::of(number);
        if draft.commitment.sealed() || draft.commitment.suite != Suite::Sha256 {
            continue;
        }
        draft
            .commitment
            .lists
            .iter()
            .for_each(|l| *methods.entry(l.method.name()).or_default() += 1);
        cases.extend(of_bundle(&format!("random {number}"), &draft.complete()));
    }
    assert!(methods.len() == 3 && methods.values().all(|n| *n > 8), "{methods:?}");
    cases.push(hard_on_division());
    cases
}

/// A million ids in four strata, with weights that a few outgrow, by each method.
pub fn large_cases() -> Vec<Case> {
    const N: u64 = 1_000_000;
    let files = vector("open");
    let frozen = Frozen::read(&files, &files).unwrap();
    let seed = Suite::Sha256.digest(b"a million");
    let names = ["A", "B", "C", "D"];
    let of = |i: u64| match i % 100 {
        0..=54 => 0,
        55..=89 => 1,
        90..=98 => 2,
        _ => 3usize,
    };
    let weight = |i: u64| if i % 250_000 == 7 { 1 << 20 } else { 1 + i * i % 97 };
    let row = |i: u64| FrameRow {
        sid: Sid::parse(&format!("9133{i:014}")).unwrap(),
        stratum: Name::parse("stratum", names[of(i)]).unwrap(),
        weight: weight(i),
        tags: Vec::new(),
        salt: None,
    };
    let frame: Vec<FrameRow> = (0..N).map(row).collect();
    let sizes = names.map(|name| frame.iter().filter(|row| row.stratum == *name).count() as u64);
    let list = |name: &str, method: Method, quotas: [Quota; 4]| {
        let strata = names.iter().zip(sizes).zip(quotas);
        let strata = strata.map(|((name, size), quota)| Stratum {
            stratum: (*name).to_owned(),
            size,
            quota,
        });
        List {
            list: name.to_owned(),
            method,
            reserve: 20,
            strata: strata.collect(),
            ..frozen.commitment.lists[0].clone()
        }
    };
    let counts = [5_500, 7_000, 9_000, 3_000].map(Quota::Count);
    let weights = [1, 2, 5, 20].map(Quota::Weight);
    let lists = [
        list("fixed", Method::Fixed, counts),
        list("proportional", Method::Proportional { n: 16_757 }, weights),
        list("pareto", Method::Pareto { n: 16_757 }, [Quota::Own; 4]),
    ];
    let case = |list: &List| {
        let frame: Vec<FrameRow> = match list.method {
            Method::Pareto { .. } => frame.clone(),
            _ => frame.iter().map(|row| FrameRow { weight: 1, ..row.clone() }).collect(),
        };
        Case::new(&list.list, &frozen.commitment, list, &frame, &seed, false)
    };
    lists.iter().map(case).collect()
}

/// min(2^128 − 1, ⌊2^64·a/b⌋) as `docs/protocol.md` §6.1 has it, bit by bit.
fn key(ticket: &str, weight: u64, n: u64, total: u64) -> String {
    let x = 2 * u128::from(u64::from_str_radix(&ticket[..16], 16).unwrap()) + 1;
    let nw = u128::from(n * weight);
    let (a, b) = (x * (u128::from(total) - nw), ((1 << 65) - x) * nw);
    let (mut q, mut r) = (a / b, a % b);
    for _ in 0..64 {
        r <<= 1;
        if q >= 1 << 127 {
            return format!("{:032x}", u128::MAX);
        }
        q = (q << 1) | u128::from(r >= b);
        r -= if r >= b { b } else { 0 };
    }
    format!("{q:032x}")
}

/// A pareto list whose tickets are written, not hashed: the ids are the tickets, and the query takes them as they are.
/// They reach the bound, the smallest and largest b, quotients above 2^63 and remainders near b.
fn hard_on_division() -> Case {
    let mut random = Random::new(20_261_122);
    let (n, mut frame, mut weights) = (2u64, Vec::new(), 0u64);
    for at in 0..4_000u64 {
        let front = match at % 5 {
            0 => u64::MAX - at,
            1 => at,
            2 => u64::MAX - (1 << (at % 54)),
            3 => u64::MAX >> (at % 63),
            _ => random.below(u64::MAX),
        };
        let weight = match at % 3 {
            0 => 1,
            1 => 1 << random.below(21),
            _ => 1 + random.below(1 << 20),
        };
        weights += weight;
        frame.push((format!("{front:016x}{:048x}", at), weight));
    }
    let files = vector("open");
    let frozen = Frozen::read(&files, &files).unwrap();
    let mut list =
        frozen.commitment.lists.iter().find(|l| l.method.name() == "pareto").unwrap().clone();
    let size = frame.len() as u64;
    list.method = Method::Pareto { n };
    list.reserve = size;
    list.strata = vec![Stratum { stratum: "all".to_owned(), size, quota: Quota::Own }];
    // Frames of the library have real ids, which are shorter; the texts are put in when the table is loaded.
    let row = |(_, weight): &(String, u64)| FrameRow {
        sid: Sid::parse("x").unwrap(),
        stratum: Name::parse("stratum", "all").unwrap(),
        weight: *weight,
        tags: Vec::new(),
        salt: None,
    };
    let rows: Vec<FrameRow> = frame.iter().map(row).collect();
    let task = Task {
        commitment: &frozen.commitment,
        list: &list,
        weights: &rows.iter().map(|row| row.weight).collect(),
        seed: Some(&Suite::Sha256.digest(b"any")),
        table: "frame_hard",
        result: None,
    };
    let mut queries = BTreeMap::new();
    for dialect in Dialect::all() {
        let mut found = query(dialect, &task).unwrap();
        let start = found.sql.find("weight, ").unwrap() + "weight, ".len();
        let end = found.sql.find(" AS ticket FROM").unwrap();
        found.sql.replace_range(start..end, "sid");
        queries.insert(dialect.name(), found);
    }
    let mut keys: Vec<(String, &str)> = frame
        .iter()
        .map(|(ticket, weight)| {
            (format!("{}.{ticket}", key(ticket, *weight, n, weights)), ticket.as_str())
        })
        .collect();
    keys.sort();
    let most = keys.iter().filter(|(key, _)| key.starts_with(&"f".repeat(32))).count();
    assert!(
        most > 100 && keys.iter().any(|(key, _)| key.starts_with("000000000000000000")),
        "{most}"
    );
    let row = |(rank, (key, sid)): (usize, &(String, &str))| {
        let outcome = if rank as u64 <= n { "drawn" } else { "reserve" };
        format!("all\t{rank}\t{sid}\t{key}\t{outcome}\n")
    };
    let expected = (1..).zip(&keys).map(row).collect();
    let frame = frame.iter().map(|(sid, weight)| format!("{sid}\t{weight}"));
    HARD.set(frame.collect()).ok();
    Case {
        name: "hard on division".to_owned(),
        frame: rows,
        expected,
        queries,
        parameters: BTreeMap::new(),
    }
}

/// Ids and weights of [`hard_on_division`].
static HARD: OnceLock<Vec<String>> = OnceLock::new();

/// The frame's rows as a bundle has them.
pub fn frame_text(case: &Case) -> String {
    if case.table() != "frame_hard" {
        return String::from_utf8(table::format(&case.frame)).unwrap();
    }
    let rows = HARD.get().unwrap().iter().map(|row| row.split_once('\t').unwrap());
    let rows = rows.map(|(sid, weight)| format!("{sid}\tall\t{weight}\t-\t-\n"));
    "sid\tstratum\tweight\ttags\tsalt\n".to_owned() + &rows.collect::<String>()
}
