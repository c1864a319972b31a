//! Parquet as pyarrow writes it (`tests/files/make.py`) and as this crate's own writer does: every type, several
//! codecs, several row groups, and damage.

use std::ops::ControlFlow;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::parquet::Parquet;
use super::read;
use crate::base::finding::{Finding, Findings};

const TYPES: &[u8] = include_bytes!("../../../tests/files/types.parquet");
const NESTED: &[u8] = include_bytes!("../../../tests/files/nested.parquet");
const INT96: &[u8] = include_bytes!("../../../tests/files/int96.parquet");

fn known(name: &str) -> bool {
    ["名称", "代码"].contains(&name)
}

/// A register of so many rows, in row groups of a thousand.
fn register(rows: i64, codec: Compression) -> Vec<u8> {
    let schema = "message r { required binary 名称 (STRING); optional int64 代码; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().set_compression(codec).build());
    let mut file = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
    for from in (0..rows).step_by(1000) {
        let group: Vec<i64> = (from..rows.min(from + 1000)).collect();
        let mut writer = file.next_row_group().unwrap();
        let mut column = writer.next_column().unwrap().unwrap();
        let names: Vec<ByteArray> =
            group.iter().map(|n| ByteArray::from(format!("公司{n}").into_bytes())).collect();
        column.typed::<ByteArrayType>().write_batch(&names, None, None).unwrap();
        column.close().unwrap();
        let mut column = writer.next_column().unwrap().unwrap();
        let levels: Vec<i16> = group.iter().map(|n| i16::from(n % 3 != 0)).collect();
        let codes: Vec<i64> = group.iter().copied().filter(|n| n % 3 != 0).collect();
        column.typed::<Int64Type>().write_batch(&codes, Some(&levels), None).unwrap();
        column.close().unwrap();
        writer.close().unwrap();
    }
    file.into_inner().unwrap()
}

#[test]
fn every_type_as_a_cell_of_csv_would_be() {
    let (sheets, findings) = read("名录.parquet", TYPES, &known).unwrap();
    let sheet = &sheets[0];
    let columns = |row: usize| -> Vec<String> {
        let cells = sheet.header.iter().zip(&sheet.rows[row].1);
        cells.map(|(name, cell)| format!("{name}={cell}")).collect()
    };
    assert_eq!(sheet.rows.iter().map(|row| row.0).collect::<Vec<_>>(), [2, 3, 4]);
    // A row that holds nothing is handed on like one of CSV; whoever takes rows counts it as blank.
    assert!(sheet.rows[2].1.iter().all(String::is_empty));
    assert_eq!(
        columns(0),
        [
            "名称=甲公司",
            "代码=91350100M000100Y43",
            "bool=TRUE",
            "i8=-128",
            "u8=0",
            "i32=-2147483648",
            "u32=0",
            "i64=-9223372036854775808",
            "u64=0",
            "f32=0.1",
            "f64=0.1",
            "day=2026-08-03",
            "ms=2026-08-03 09:30:15",
            "us=2026-08-03 09:30:15",
            "ns=2026-08-03 09:30:15",
            "utc=2026-08-03",
            "time=09:30:15",
            "d9=3.50",
            "d18=330106000000001",
            "d38=-12345678901234567890.123",
            "bytes=乙",
            "dict=企业",
        ]
    );
    assert_eq!(
        columns(1),
        [
            "名称=",
            "代码==1+1",
            "bool=FALSE",
            "i8=127",
            "u8=255",
            "i32=7",
            "u32=4294967295",
            "i64=330106000000001",
            "u64=18446744073709551615",
            "f32=3",
            "f64=330106000000001",
            "day=1969-12-31",
            "ms=1949-10-01",
            "us=2026-08-03 09:30:15.000005",
            "ns=2026-08-03 09:30:15",
            "utc=2026-08-03",
            "time=00:00:00",
            "d9=-0.05",
            "d18=0",
            "d38=1.000",
            "bytes=x",
            "dict=企业",
        ]
    );
    let notes: Vec<(&str, &str)> =
        findings.iter().map(|f| (f.code(), f.cause.zh.as_str())).collect();
    assert_eq!(notes, [("R94", "utc 按北京时间读取")]);
}

#[test]
fn instants_of_old_writers() {
    let (sheets, findings) = read("f", INT96, &known).unwrap();
    assert_eq!(sheets[0].rows[0].1, ["甲", "2026-08-03"]);
    assert_eq!(findings[0].code(), "R94");
}

#[test]
fn nested_columns_are_refused_by_name() {
    let Findings(findings) = read("f", NESTED, &known).unwrap_err();
    let finding = &findings[0];
    assert_eq!((finding.code(), finding.cause.zh.as_str()), ("R91", "列“标签”是嵌套的"));
}

#[test]
fn rows_come_in_order_as_often_as_asked() {
    for codec in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::ZSTD(ZstdLevel::default()),
        Compression::LZ4_RAW,
        Compression::GZIP(Default::default()),
    ] {
        let file = Parquet::open(Bytes::from(register(2500, codec))).unwrap();
        assert_eq!(file.header(), ["名称", "代码"]);
        for _ in 0..2 {
            let mut lines = 1;
            file.rows(&mut |line, row| {
                lines += 1;
                let n = line - 2;
                let code = if n % 3 == 0 { String::new() } else { n.to_string() };
                assert_eq!((line, row), (lines, &[format!("公司{n}"), code][..]));
                ControlFlow::Continue(())
            })
            .unwrap();
            assert_eq!(lines, 2501);
        }
    }
}

#[test]
fn damage_is_a_finding() {
    let good = register(300, Compression::SNAPPY);
    let (mut state, mut refused) = (7u32, 0);
    for _ in 0..1500 {
        let mut bytes = good.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = 4 + (state >> 8) as usize % (bytes.len() - 4);
            bytes[at] = bytes[at].wrapping_add(1 | (state >> 4) as u8);
        }
        let findings = match read("f", &bytes, &known) {
            Ok(_) => continue,
            Err(Findings(findings)) => findings,
        };
        refused += 1;
        let codes: Vec<&str> = findings.iter().map(Finding::code).collect();
        assert!(["R91", "R92", "R45", "R01"].contains(codes.last().unwrap()), "{codes:?}");
    }
    assert!(refused > 300, "{refused}");
    for cut in 0..64 {
        let cut = good.len() * cut / 64;
        assert!(cut < 4 || read("f", &good[..cut], &known).is_err());
    }
}
