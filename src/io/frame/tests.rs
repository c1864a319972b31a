use super::*;

const CANONICAL: &str =
    "sid\tstratum\tweight\ttags\tsalt\na1\tA\t1\t-\t-\na2\tB\t1\tarea:东 x\t-\n";

fn all(feed: &mut dyn Feed) -> Result<String, Finding> {
    let mut bytes = Vec::new();
    loop {
        let before = bytes.len();
        feed.feed(&mut bytes)?;
        if bytes.len() == before {
            return Ok(String::from_utf8(bytes).unwrap());
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
        (b"sid,stratum\na,A\n\"b\nc\",A\n", "F03", Some(3), Some("sid")),
        (b"sid,stratum,tags\na,A,\"x\ty\"\n", "F03", Some(2), Some("tags")),
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
