use super::*;

const CANONICAL: &str =
    "sid\tstratum\tweight\ttags\tsalt\na1\tA\t1\t-\t-\na2\tB\t1\tarea:东 x\t-\n";

fn all(feed: &mut dyn Feed) -> Result<String, Finding> {
    let mut bytes = Vec::new();
    loop {
        let before = bytes.len();
        feed.feed(&mut bytes)?;
        if bytes.len() == before {
            return Ok(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
}

/// Feeds few bytes at a time.
struct Drops<'a>(&'a [u8]);

impl Feed for Drops<'_> {
    fn feed(&mut self, bytes: &mut Vec<u8>) -> Result<(), Finding> {
        let (now, later) = self.0.split_at(self.0.len().min(1_000));
        bytes.extend_from_slice(now);
        self.0 = later;
        Ok(())
    }
}

fn read(name: &str, text: &[u8]) -> Result<String, Finding> {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join(name);
    std::fs::write(&path, text).unwrap();
    all(&mut *FrameFile::open(&path)?.feed()?)
}

#[test]
fn other_programs_tables_come_out_as_the_file_of_the_protocol() {
    for text in [
        CANONICAL,
        "sid,stratum,weight,tags,salt\na1,A,1,-,-\na2,B,1,area:东 x,-\n",
        "\u{feff}weight,n,stratum,tags,sid\r\n1,7,A,,a1\r\n,8,\"B\",area:东 x,a2\r\n",
        "stratum\tsid\ttags\nA\ta1\t\nB\ta2\tarea:东 x",
    ] {
        assert_eq!(read("frame.csv", text.as_bytes()).unwrap(), CANONICAL, "{text}");
    }
}

#[test]
fn what_is_no_frame_is_refused_at_its_place() {
    let cases = [
        (&b""[..], "W32", Some(1), None),
        (b"sid,weight\na,1\n", "W32", Some(1), None),
        (b"sid,stratum\na,A\nb\n", "W32", Some(3), None),
        (b"sid,stratum\na,A\n\"b\nc\",A\n", "F03", Some(3), None),
        (b"sid,stratum,tags\na,A,\"x\ty\"\n", "F03", Some(2), None),
        (b"\xff\xfe,stratum\n", "W32", Some(1), None),
    ];
    for (text, code, row, column) in cases {
        let finding = read("frame.csv", text).unwrap_err();
        let place = &finding.place;
        assert_eq!(
            (finding.code(), place.row, place.column.as_deref()),
            (code, row, column),
            "{finding}"
        );
        assert!(place.file.as_ref().is_some_and(|file| file.ends_with("frame.csv")), "{finding}");
    }
    assert_eq!(FrameFile::open(Path::new("none.csv")).unwrap_err().code(), "W15");
    let code = if cfg!(feature = "parquet") { "R92" } else { "R93" };
    assert_eq!(read("frame.parquet", b"PAR1 and no more").unwrap_err().code(), code);
}

#[test]
fn rows_are_sorted_in_runs() {
    let temp = tempfile::tempdir().unwrap();
    // 7,919 is prime: every number below 5,000 comes once, in no order.
    let sid = |i: u64| format!("{}{:04}", ["X:", "x-", "9_"][(i % 3) as usize], i);
    let mut rows: Vec<String> = (0..5_000)
        .map(|i| i * 7_919 % 5_000)
        .map(|i| format!("{}\tA\t1\t-\t-\n", sid(i)))
        .collect();
    // A shorter identifier stands before a longer one that begins with it.
    rows.extend(["X:\tA\t1\t-\t-\n".to_owned(), "x-0001:\tA\t1\t-\t-\n".to_owned()]);
    let text = format!("{}\n{}", FrameRow::HEADER, rows.concat());
    rows.sort_by(|a, b| a.split('\t').next().cmp(&b.split('\t').next()));
    let wanted = format!("{}\n{}", FrameRow::HEADER, rows.concat());
    for run_bytes in [usize::MAX, 60_000, 7_001] {
        let feed = &mut Drops(text.as_bytes());
        let sorted = sort::sort_by_runs(feed, temp.path(), run_bytes, &mut |_| ()).unwrap();
        for _ in 0..2 {
            assert!(all(&mut *sorted.feed().unwrap()).unwrap() == wanted, "{run_bytes}");
        }
    }
    assert_eq!(std::fs::read_dir(temp.path()).unwrap().count(), 0, "nothing is left");
    let mut empty = CANONICAL.split_inclusive('\n').next().unwrap().as_bytes();
    let sorted = sort(&mut empty, temp.path(), &mut |_| ()).unwrap();
    assert_eq!(all(&mut *sorted.feed().unwrap()).unwrap(), format!("{}\n", FrameRow::HEADER));
}

#[cfg(feature = "parquet")]
mod parquet_files {
    use std::sync::Arc;

    use parquet::basic::{Compression, Encoding};
    use parquet::data_type::{ByteArray, ByteArrayType, Int32Type};
    use parquet::file::properties::{WriterProperties, WriterVersion};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;

    /// A row of the tests: tags that may be missing, and long ones now and then.
    fn row(i: usize) -> (String, String, i32, Option<String>) {
        let tags = match i % 7 {
            0 => None,
            1 => Some(String::new()),
            n => Some(format!("area:{}{}", "东".repeat(n), i % 500)),
        };
        (format!("REG:{i:07}"), format!("S{}", i * i % 11), 1 + (i / 100 % 3) as i32, tags)
    }

    fn file(properties: WriterProperties, rows: usize) -> Vec<u8> {
        let schema = "message frame { required binary stratum (UTF8); required int32 weight; \
                      optional binary tags (UTF8); required binary sid (UTF8); }";
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let mut writer =
            SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
        let text = |text: String| ByteArray::from(text.into_bytes());
        for first in (0..rows).step_by(20_000) {
            let each = || (first..rows.min(first + 20_000)).map(row);
            let mut group = writer.next_row_group().unwrap();
            for column in 0..4 {
                let mut to = group.next_column().unwrap().unwrap();
                let (mut levels, mut values) = (None, Vec::new());
                match column {
                    0 => values.extend(each().map(|row| text(row.1))),
                    1 => {
                        let weights: Vec<i32> = each().map(|row| row.2).collect();
                        to.typed::<Int32Type>().write_batch(&weights, None, None).unwrap();
                    }
                    2 => {
                        levels =
                            Some(each().map(|row| i16::from(row.3.is_some())).collect::<Vec<_>>());
                        values.extend(each().filter_map(|row| row.3.map(text)));
                    }
                    _ => values.extend(each().map(|row| text(row.0))),
                }
                if column != 1 {
                    let levels = levels.as_deref();
                    to.typed::<ByteArrayType>().write_batch(&values, levels, None).unwrap();
                }
                to.close().unwrap();
            }
            group.close().unwrap();
        }
        writer.into_inner().unwrap()
    }

    #[test]
    fn every_way_of_writing_texts_is_read() {
        let rows = 45_000;
        let mut wanted = format!("{}\n", FrameRow::HEADER);
        for (sid, stratum, weight, tags) in (0..rows).map(row) {
            let tags = tags.filter(|tags| !tags.is_empty()).unwrap_or("-".to_owned());
            wanted += &format!("{sid}\t{stratum}\t{weight}\t{tags}\t-\n");
        }
        let begin = WriterProperties::builder;
        let ways = [
            begin(),
            begin().set_writer_version(WriterVersion::PARQUET_2_0),
            begin().set_compression(Compression::SNAPPY).set_data_page_row_count_limit(777),
            begin().set_dictionary_enabled(false),
            // The dictionary overflows, and plain pages follow.
            begin().set_dictionary_page_size_limit(5_000),
            begin()
                .set_dictionary_enabled(false)
                .set_column_encoding("sid".into(), Encoding::DELTA_BYTE_ARRAY)
                .set_column_encoding("tags".into(), Encoding::DELTA_LENGTH_BYTE_ARRAY),
        ];
        for (at, way) in ways.into_iter().enumerate() {
            let found = read("frame.parquet", &file(way.build(), rows)).unwrap();
            assert!(found == wanted, "way {at}");
        }
    }

    #[test]
    fn damage_is_said_and_never_fatal() {
        let whole = file(WriterProperties::builder().build(), 3_000);
        let mut refused = 0;
        for at in (4..whole.len() - 8).step_by(97) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x55;
            // Some bytes say nothing to a reader, and a changed text is still a text.
            if let Err(finding) = read("frame.parquet", &damaged) {
                assert!(["R91", "R92", "W32", "F03"].contains(&finding.code()), "{finding}");
                refused += 1;
            }
        }
        assert!(refused > 20, "{refused}");
    }
}
