//! Files made to harm: each is refused with its code or read as plain values, by the real program, in bounded memory
//! and time, without a panic and without a network.
#![cfg(all(feature = "cli", target_os = "linux"))]
#![allow(missing_docs)]

#[path = "hostile/archive.rs"]
mod archive;
#[path = "hostile/biff.rs"]
mod biff;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use archive::{Book, ballast, many_parts, overlapping, understated, workbook};
use support::ssj::{command, run};

/// Most memory that any of these files may make the program take.
const PEAK_KIB_MAX: u64 = 700 << 10;
/// Most addresses that it may reserve: beyond, it is ended.
const ADDRESS_KIB_MAX: &str = "2097152";
/// Most polls of a millisecond before a file counts as a hang.
const POLLS_MAX: u32 = 90_000;

/// What importing a file gave: exit code, both outputs, and the most memory.
struct Import {
    exit: Option<i32>,
    text: String,
    peak_kib: u64,
}

/// Imports a file as subjects, watching the process.
fn import(folder: &Path, file: &str) -> Import {
    let out = folder.join("out.txt");
    let output = fs::File::create(&out).unwrap();
    let errors = output.try_clone().unwrap();
    // The shell sets the limit, which holds for what is only reserved, too.
    let ssj = command(folder, &[]);
    let mut child = Command::new("sh")
        .args(["-c", "ulimit -v $1; shift; exec \"$@\"", "sh", ADDRESS_KIB_MAX])
        .arg(ssj.get_program())
        .args(["import", "subjects", file])
        .current_dir(folder)
        .env("LANG", "zh_CN.UTF-8")
        .env_remove("LC_ALL")
        .stdout(Stdio::from(output))
        .stderr(Stdio::from(errors))
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    for _ in 0..POLLS_MAX {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak_kib = peak_kib.max(peak.unwrap_or(0));
        if let Some(exit) = child.try_wait().unwrap() {
            let text = String::from_utf8(fs::read(&out).unwrap()).unwrap();
            return Import { exit: exit.code(), text, peak_kib };
        }
        sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    panic!("{file} hangs");
}

/// One table of hostile files: each is imported, and ends with the exit code and the texts.
fn table(cases: Vec<(&str, Vec<u8>, i32, &[&str])>) {
    let temp = tempfile::tempdir().unwrap();
    run(temp.path(), 0, &["init", "."]);
    for (name, bytes, exit, texts) in cases {
        fs::write(temp.path().join("f"), bytes).unwrap();
        let import = import(temp.path(), "f");
        let shown: String = import.text.chars().take(2000).collect();
        assert_eq!(import.exit, Some(exit), "{name}: {shown}");
        for text in texts {
            assert!(import.text.contains(text), "{name} without {text}: {shown}");
        }
        assert!(!import.text.contains("panicked"), "{name}: {shown}");
        assert!(import.peak_kib < PEAK_KIB_MAX, "{name}: {} KiB", import.peak_kib);
    }
}

/// A row that is a subject.
fn row(line: u32, name: &str) -> String {
    let cells = ["91350100M000100Y43", name, "企业", "存续"];
    let cells = ('A'..).zip(cells).map(|(column, cell)| {
        format!("<c r=\"{column}{line}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>")
    });
    format!("<row r=\"{line}\">{}</row>", cells.collect::<String>())
}

/// A sound sheet, with more XML in its table.
fn sheet(more: &str) -> String {
    let header = row(1, "名称").replace("91350100M000100Y43", "统一社会信用代码");
    let header = header.replace("企业", "对象类型").replace("存续", "登记状态");
    format!("<sheetData>{header}{}{more}</sheetData>", row(2, "甲公司"))
}

#[test]
fn archives_that_grow() {
    let embedded = workbook(Book::of(&sheet("")).part("xl/media/i.png", vec![0; 300 << 20]));
    let nested = Book::of(&sheet("")).part("xl/embeddings/oleObject1.xlsx", embedded.clone());
    table(vec![
        ("a bomb", embedded, 2, &["错误 R45", "解压后超过"]),
        ("a bomb in a part that is never opened", workbook(nested), 0, &["新增 1"]),
        ("10,000 parts and more", many_parts(10_001), 2, &["错误 R45", "10004 个部分"]),
        ("parts that overlap", overlapping(&sheet(""), 4000), 2, &["错误 R4"]),
        ("a part larger than it says", understated(&sheet("")), 2, &["错误 R4"]),
    ]);
}

#[test]
fn text_without_end() {
    let long = "x".repeat(100 << 20);
    let cell =
        |text: &str| format!("<row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is>{text}</is></c></row>");
    let runs = "<r><t>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx</t></r>".repeat(1 << 20);
    // What looks like the end of the cell is text, or a remark.
    let piece = "x".repeat(1 << 20);
    let hidden = format!("<t><![CDATA[</c>{piece}]]><!--</c>--></t>").repeat(8);
    let remark = "<!-- <c> 1 > 0 -->";
    let attribute = format!("<row r=\"{long}\"/>");
    let entity = cell("<t>&a;</t>");
    let doctype = |entity: &str| format!("<!DOCTYPE w [<!ENTITY a \"ha\">{entity}]>");
    let laughs: String = (b'b'..=b'z')
        .map(|c| (char::from(c), format!("&{};", char::from(c - 1)).repeat(10)))
        .map(|(name, text)| format!("<!ENTITY {name} \"{text}\">"))
        .collect();
    let outside = "<!ENTITY e SYSTEM \"file:///etc/passwd\">";
    let big = |xml: &str| workbook(ballast(Book::of(&sheet(xml))));
    table(vec![
        ("a cell of 100 MiB", big(&cell(&format!("<t>{long}</t>"))), 2, &["R45", "一格超过"]),
        ("a cell of a million runs", big(&cell(&runs)), 2, &["R45", "一格超过"]),
        ("a cell that hides its end", big(&cell(&hidden)), 2, &["R45", "一格超过"]),
        ("a remark", workbook(Book::of(&sheet(remark))), 0, &["新增 1"]),
        ("a tag of 100 MiB", big(&attribute), 2, &["R45", "一格超过"]),
        (
            "a billion laughs",
            workbook(Book::of(&sheet(&entity)).prolog(&doctype(&laughs))),
            2,
            &["R44", "文档类型定义"],
        ),
        (
            "an entity from outside",
            workbook(Book::of(&sheet(&cell("<t>&e;</t>"))).prolog(&doctype(outside))),
            2,
            &["R44", "文档类型定义"],
        ),
        ("an entity that nobody defines", workbook(Book::of(&sheet(&entity))), 2, &["R44"]),
    ]);
}

#[test]
fn lists_that_claim_or_hold_too_much() {
    let strings =
        |text: String| ballast(Book::of(&sheet("")).part("xl/sharedStrings.xml", text.into()));
    let sst = |claim: &str, items: &str| format!("<sst {claim}>{items}</sst>");
    let styles = |text: String| ballast(Book::of(&sheet("")).part("xl/styles.xml", text.into()));
    let formats = format!("<styleSheet><cellXfs>{}</cellXfs></styleSheet>", "<xf/>".repeat(70_001));
    let font = format!(
        "<styleSheet><fonts><font><name val=\"{}\"/></font></fonts></styleSheet>",
        "x".repeat(4096)
    );
    let merges = |merge: &str, n: usize| {
        let sheet = sheet("");
        format!(
            "{sheet}<mergeCells>{}</mergeCells>",
            format!("<mergeCell ref=\"{merge}\"/>").repeat(n)
        )
    };
    let gave_up: (i32, &[&str]) = (2, &["R44", "the reader of the format gave up"]);
    let backwards = if cfg!(debug_assertions) { gave_up } else { (0, &[][..]) };
    let last = row(1_000_000, "乙公司");
    let tall =
        |n: usize| merges("E1:E1000000", n).replace("</sheetData>", &format!("{last}</sheetData>"));
    table(vec![
        (
            "strings that are claimed only",
            workbook(strings(sst("uniqueCount=\"99999999999\"", ""))),
            2,
            &["R45", "声称"],
        ),
        (
            "nine million strings",
            workbook(strings(sst("", &"<si/>".repeat(9 << 20)))),
            2,
            &["R45", "共用文字"],
        ),
        ("more formats than Excel has", workbook(styles(formats)), 2, &["R45", "xf 超过"]),
        ("a long font name", workbook(styles(font)), 2, &["R45", "过长的标签"]),
        ("a million merges", workbook(ballast(Book::of(&merges("A1:B1", 1_000_001)))), 2, &["R45"]),
        ("merges over each other", workbook(ballast(Book::of(&tall(30)))), 2, &["R45", "重叠"]),
        // calamine's arithmetic panics here where overflow is checked: nobody sees it.
        (
            "a merge from right to left",
            workbook(Book::of(&merges("B2:A1", 1))),
            backwards.0,
            backwards.1,
        ),
        ("a tall merge", workbook(Book::of(&tall(1))), 0, &["R12", "导入 1＋"]),
        (
            "one part as a thousand sheets",
            workbook(ballast(Book::of(&sheet("")).sheets(1_001))),
            2,
            &["R45", "sheet 超过"],
        ),
    ]);
}

#[test]
fn sheets_larger_than_their_cells() {
    let rows = |n: u32, cell: &dyn Fn(u32) -> String| -> String {
        (10..n + 10).map(|line| format!("<row r=\"{line}\">{}</row>", cell(line))).collect()
    };
    let far = rows(60_000, &|line| format!("<c r=\"ALL{line}\"><v>1</v></c>"));
    let errors = rows(100_001, &|line| format!("<c r=\"A{line}\" t=\"e\"><v>#N/A</v></c>"));
    let shared = rows(10_000, &|line| format!("<c r=\"A{line}\" t=\"s\"><v>0</v></c>"));
    let long = format!("<sst><si><t>{}</t></si></sst>", "长".repeat(30_000));
    let shared = Book::of(&sheet(&shared)).part("xl/sharedStrings.xml", long.into());
    let backwards: String = (3..60_000).rev().map(|line| row(line, "乙公司")).collect();
    let claims = format!("<dimension ref=\"A1:XFD1048576\"/>{}", sheet(""));
    table(vec![
        ("far cells", workbook(ballast(Book::of(&sheet(&far)))), 2, &["R45", "25000000 格"]),
        (
            "the last column",
            workbook(Book::of(&sheet("<row r=\"3\"><c r=\"XFD3\"><v>1</v></c></row>"))),
            2,
            &["R45", "XFD3", "1024 列"],
        ),
        (
            "errors without end",
            workbook(ballast(Book::of(&sheet(&errors)))),
            2,
            &["R45", "100000 个"],
        ),
        ("one text for all cells", workbook(ballast(shared)), 2, &["R45", "256 MiB"]),
        (
            "rows from last to first",
            workbook(ballast(Book::of(&sheet(&backwards)))),
            0,
            &["R12", "导入 1＋", "隔离 59997"],
        ),
        ("a rectangle that is claimed only", workbook(Book::of(&claims)), 0, &["新增 1"]),
    ]);
}

#[test]
fn parts_that_are_missing_or_go_in_circles() {
    let good = || Book::of(&sheet(""));
    let cut = |at: usize| {
        let bytes = workbook(good());
        bytes[..bytes.len() * at / 10].to_vec()
    };
    let foreign = good().target("../../../../etc/passwd");
    table(vec![
        ("no sheet", workbook(good().without("xl/worksheets/sheet1.xml")), 2, &["R44"]),
        ("no relations", workbook(good().without("xl/_rels/workbook.xml.rels")), 2, &["R44"]),
        ("a list as a sheet", workbook(good().target("workbook.xml")), 2, &["R44"]),
        ("relations as a sheet", workbook(good().target("_rels/workbook.xml.rels")), 2, &["R44"]),
        ("a sheet outside", workbook(foreign), 2, &["R44"]),
        ("a sheet on the network", workbook(good().target("http://192.0.2.1/x")), 2, &["R44"]),
        ("half of it", cut(5), 2, &["R44"]),
        ("nearly all of it", cut(9), 2, &["R44"]),
        (
            "UTF-16",
            workbook(good().part("xl/styles.xml", b"\xff\xfe<\0a\0".to_vec())),
            2,
            &["UTF-8"],
        ),
        (
            "a code page",
            workbook(good().prolog("<?xml version='1.0' encoding='ISO-2022-JP'?>")),
            2,
            &["UTF-8"],
        ),
    ]);
}

#[test]
fn what_would_run_or_fetch_is_read_as_values() {
    let formulas = |cell: &str| {
        sheet("").replace("<c r=\"B2\" t=\"inlineStr\"><is><t>甲公司</t></is></c>", cell)
    };
    let dde = "<c r=\"B2\" t=\"str\"><f>cmd|'/C calc'!A0</f><v>甲公司</v></c>";
    let web = "<c r=\"B2\" t=\"str\"><f>WEBSERVICE(\"http://192.0.2.1/\")</f><v>甲公司</v></c>";
    let name = "<c r=\"B2\" t=\"inlineStr\"><is><t>甲\u{202e}司公\u{202c}</t></is></c>";
    let macros = Book::of(&sheet("")).part("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0".to_vec());
    let links = Book::of(&sheet(""))
        .part("xl/externalLinks/externalLink1.xml", b"<externalLink/>".to_vec())
        .part("xl/connections.xml", b"<connections/>".to_vec());
    let html = "<html><table><tr><td>名称</td></tr></table></html>";
    table(vec![
        ("a name that turns and hides", workbook(Book::of(&formulas(name))), 0, &["R27", "新增 1"]),
        ("a command", workbook(Book::of(&formulas(dde))), 0, &["R48", "新增 1"]),
        ("a web service", workbook(Book::of(&formulas(web))), 0, &["R48", "新增 1"]),
        ("macros", workbook(macros), 0, &["R55", "有宏，未执行"]),
        ("links", workbook(links), 0, &["R55", "未访问"]),
        ("a web page called .xls", html.as_bytes().to_vec(), 2, &["R42", "网页"]),
        ("a protected .xlsx", include_bytes!("files/protected.xlsx").to_vec(), 2, &["R43"]),
        ("a protected .xls", include_bytes!("files/protected.xls").to_vec(), 2, &["R43"]),
    ]);
}

#[test]
fn old_workbooks_that_claim_too_much() {
    let good = biff::workbook(&biff::sheet(&[]));
    let far = biff::sheet(&[biff::number(65_535, 255, 1.0)]);
    let huge = biff::sheet(&[biff::record(0x0200, &[0xff; 14])]);
    let shared: Vec<Vec<u8>> = (10..30_000).map(|row| biff::shared(row, 0, 4)).collect();
    let missing = biff::sheet(&[biff::shared(5, 0, 99)]);
    table(vec![
        ("a sound one", good.clone(), 0, &["新增 1"]),
        ("a far cell", biff::workbook(&far), 0, &["R06", "S1!B65536", "隔离 1＋"]),
        ("a huge rectangle that is claimed", biff::workbook(&huge), 0, &["新增 1"]),
        ("one text for all cells", biff::workbook(&biff::sheet(&shared)), 2, &["R45", "256 MiB"]),
        ("a text that is not there", biff::workbook(&missing), 2, &["R44"]),
        ("a circle of sectors", biff::circular(good.clone()), 2, &["R44", "成环"]),
        ("a stream of 4 GiB", biff::overstated(good.clone()), 2, &["R44", "不完整"]),
    ]);
}

#[test]
#[cfg(not(feature = "parquet"))]
fn a_build_without_parquet_says_how_to_get_it() {
    let parquet = include_bytes!("files/types.parquet").to_vec();
    table(vec![("Parquet", parquet, 2, &["R93", "cargo install --features parquet"])]);
}

/// Packages that open connections.
const NETWORK: &[&str] = &[
    "tokio",
    "mio",
    "socket2",
    "hyper",
    "reqwest",
    "ureq",
    "curl",
    "isahc",
    "attohttpc",
    "rustls",
    "native-tls",
    "openssl",
    "h2",
    "async-std",
    "smol",
    "object_store",
    "trust-dns-resolver",
];

/// What reads files has nothing to reach a network with: neither a package under it nor a line of its own.
#[test]
fn readers_know_no_network() {
    let lock = fs::read_to_string(support::root().join("Cargo.lock")).unwrap();
    let lock: toml::Table = lock.parse().unwrap();
    let mut needs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in lock["package"].as_array().unwrap() {
        let names = package.get("dependencies").and_then(|d| d.as_array()).into_iter().flatten();
        let names = names.filter_map(|d| d.as_str()?.split(' ').next().map(str::to_owned));
        needs.entry(package["name"].as_str().unwrap().to_owned()).or_default().extend(names);
    }
    let mut open: Vec<&str> = vec!["calamine", "zip", "csv", "encoding_rs", "parquet", "bytes"];
    let mut reached = BTreeSet::new();
    while let Some(name) = open.pop() {
        assert!(!NETWORK.contains(&name), "a reader reaches {name}");
        if reached.insert(name) {
            open.extend(needs[name].iter().map(String::as_str));
        }
    }
    assert!(reached.len() > 20 && reached.contains("quick-xml"), "{reached:?}");
    for entry in fs::read_dir(support::root().join("src/io/sheet")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        for word in ["std::net", "tokio", "std::process", "TcpStream", "UdpSocket"] {
            assert!(!text.contains(word), "{word}");
        }
    }
}
