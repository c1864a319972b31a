//! A register of the country's size from Parquet: every row read, checked, hashed into the frame's root and drawn, beside
//! the same compressions done bare on the same threads.
//!
//!     cargo bench --features parquet --bench country -- 190000000 /a/folder/with/room
//!
//! The file is made once and kept. With `SSJ_STEP=1` it shows what reading and checking alone cost, and ends.
#![allow(missing_docs, clippy::disallowed_methods)]

use std::fs::File;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use rayon::prelude::*;
use sha2::block_api::compress256;
use shuangsuiji::base::digest::Suite;
use shuangsuiji::base::merkle::Root;
use shuangsuiji::draw::select::{Depth, Selector};
use shuangsuiji::io::frame::FrameFile;
use shuangsuiji::record::commitment::{List, Method, Quota, Stratum};
use shuangsuiji::record::frame::{Scan, Weights};

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const STRATA: [&str; 4] = ["A", "B", "C", "D"];
/// Rows of a row group.
const GROUP: u64 = 1 << 20;

/// Identifiers as long as a unified social credit code, in order; areas of a country's counties.
fn sid(i: u64) -> String {
    format!("91{:06}MA{i:08}", 110_000 + i / 500)
}

fn write(path: &Path, rows: u64) {
    let part = path.with_extension("part");
    let schema = "message frame { required binary sid (UTF8); required binary stratum (UTF8); \
                  required int32 weight; required binary tags (UTF8); }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let plain = "sid".into();
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_column_dictionary_enabled(plain, false)
        .build();
    let file = File::create(&part).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).unwrap();
    for first in (0..rows).step_by(GROUP as usize) {
        let numbers = || first..rows.min(first + GROUP);
        let texts = |text: &(dyn Fn(u64) -> String + Sync)| -> Vec<ByteArray> {
            numbers().map(|i| ByteArray::from(text(i).into_bytes())).collect()
        };
        let mut group = writer.next_row_group().unwrap();
        for column in 0..4 {
            let mut column_writer = group.next_column().unwrap().unwrap();
            if column == 2 {
                let ones = vec![1; numbers().count()];
                column_writer.typed::<Int32Type>().write_batch(&ones, None, None).unwrap();
            } else {
                let values = match column {
                    0 => texts(&sid),
                    1 => texts(&|i| STRATA[(i * 7_919 % 4) as usize].to_owned()),
                    _ => texts(&|i| format!("area:{:06}", 110_000 + i / 500 % 3_000)),
                };
                column_writer.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
            }
            column_writer.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
    std::fs::rename(part, path).unwrap();
}

fn list(rows: u64, drawn: u64) -> List {
    let stratum = |(at, name): (u64, &&str)| Stratum {
        stratum: (*name).to_owned(),
        // i·7,919 mod 4 takes 0, 3, 2, 1 in turn.
        size: (rows + [3, 0, 1, 2][at as usize]) / 4,
        quota: Quota::Count((drawn + at) / 4),
    };
    List {
        list: "L".to_owned(),
        title: "L".to_owned(),
        matters: vec!["M".to_owned()],
        group: "L".to_owned(),
        method: Method::Fixed,
        frame: Root { n: rows, root: Suite::Sha256.digest(b"") },
        strata: (0..).zip(&STRATA).map(stratum).collect(),
        reserve: 2,
        slots: Vec::new(),
        notes: serde_json::Map::new(),
    }
}

/// One compression for each ticket, one for each leaf, two for each node, on all threads.
fn bare(rows: u64) -> Duration {
    let start = Instant::now();
    let chunks: Vec<u64> = (0..rows.div_ceil(1 << 20)).collect();
    chunks.par_iter().for_each(|chunk| {
        let (mut state, mut block) = ([0u32; 8], [0u8; 64]);
        for i in 0..4 * (rows - (chunk << 20)).min(1 << 20) {
            block[..8].copy_from_slice(&i.to_le_bytes());
            compress256(&mut state, &[block]);
        }
        black_box(state);
    });
    start.elapsed()
}

fn peak_mib() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "?".to_owned(), |line| line.trim().to_owned())
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let rows: u64 = args.first().map_or(10_000_000, |n| n.parse().unwrap());
    let folder = args.get(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let path = folder.join(format!("country-{rows}.parquet"));
    if !path.exists() {
        write(&path, rows);
    }
    let bytes = std::fs::metadata(&path).unwrap().len() >> 20;
    println!("{rows} rows, {bytes} MiB of Parquet, {} threads", rayon::current_num_threads());
    let frame = FrameFile::open(&path).unwrap();
    let suite = Suite::Sha256;
    let scan = |list: &List, seed: Option<&str>| {
        let start = Instant::now();
        let seed = seed.map(|seed| suite.digest(seed.as_bytes()));
        let mut selector = seed.map(|seed| {
            Selector::new(suite, &seed, list, &Weights::default(), Depth::Outcomes, true)
        });
        let scan = Scan { suite, list, sealed: false, prove: None };
        let scanned =
            scan.run(&mut *frame.feed().unwrap(), suite.hasher(), &mut selector, &mut |_| ());
        let table = scanned.unwrap().table.unwrap();
        assert!(
            !selector.as_ref().is_some_and(Selector::is_short),
            "a second pass would be needed"
        );
        // The root is not known before; everything else is as committed.
        assert_eq!(table.breaches.len(), 1, "{:?}", table.breaches);
        let drawn = selector.map(|selector| selector.select().unwrap().drawn().count());
        (start.elapsed(), table.root, drawn)
    };
    if std::env::var_os("SSJ_STEP").is_some() {
        let start = Instant::now();
        let (mut feed, mut bytes, mut read) = (frame.feed().unwrap(), Vec::new(), 0);
        loop {
            bytes.clear();
            feed.feed(&mut bytes).unwrap();
            read += bytes.len();
            if bytes.is_empty() {
                break;
            }
        }
        println!("reading alone, one thread: {read} bytes in {:.1?}", start.elapsed());
        println!("checked and hashed, not drawn: {:.1?}", scan(&list(rows, 0), None).0);
        return;
    }
    for drawn in [16_757, 1_000_000] {
        let before = bare(rows);
        let (ours, root, count) = scan(&list(rows, drawn), Some("country"));
        let limit = before.min(bare(rows));
        let permille = ours.as_millis() * 1_000 / limit.as_millis().max(1);
        println!(
            "k = {drawn}: {ours:.1?}; bare compressions {limit:.1?}; ratio {}.{:03}; drawn {}; root {}; peak {}",
            permille / 1_000,
            permille % 1_000,
            count.unwrap_or(0),
            &root.root.hex()[..16],
            peak_mib()
        );
    }
}
