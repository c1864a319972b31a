//! Names of any kind: text in page, workbook and JSON.

use std::fs;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};

use crate::support::ssj::run;
use crate::{files, office, text};

/// What a register may say, and somebody may want to be more than a name.
pub const NAMES: [(&str, &str); 7] = [
    ("REG:0025", "=1+1"),
    ("REG:0008", "+SUM(A1:A9)"),
    ("REG:0009", "-2@x"),
    ("REG:0011", "@cmd|' /C calc'!A0"),
    ("REG:0019", "<script>alert(\"1\")</script>&amp;</td>"),
    ("X0004", "𠮷野家㐱㛃𬭛䶮龘靐齉爩"),
    (
        "x0012",
        "名称很长的示例有限责任公司某某市某某区某某街道某某路一百二十三号某某大厦第四十五层六七八九十室连锁经营分公司第十二门市部（个人独资）暨食品经营与餐饮服务体验中心",
    ),
];

/// A table of these names, with an address.
pub fn table() -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let rows = NAMES.iter().map(|(sid, name)| format!("{sid},{},{}\n", quoted(name), quoted(name)));
    format!("编号,名称,住所\n{}", rows.collect::<String>())
}

fn cells(bytes: &[u8]) -> Vec<String> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let mut cells = Vec::new();
    for name in book.sheet_names() {
        assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{name} has formulas");
        for cell in book.worksheet_range(&name).unwrap().rows().flatten() {
            if let Data::String(text) = cell {
                cells.push(text.clone());
            }
        }
    }
    cells
}

#[test]
fn names_of_any_kind_stay_text() {
    let temp = office("open");
    let folder = temp.path();
    assert_eq!(NAMES[6].1.chars().count(), 80);
    fs::write(folder.join("names.csv"), table()).unwrap();
    let args = ["publish", "notice", "bundle", "--kind", "result", "--names", "names.csv"];
    run(folder, 0, &[&args[..], &["--out", "out"]].concat());
    run(folder, 0, &["publish", "forms", "bundle", "--names", "names.csv", "--out", "out"]);
    let made = files(&folder.join("out"));
    for (name, bytes) in &made {
        if name.ends_with(".html") && !name.contains("witness") && !name.contains("tasks") {
            let page = text(&made, name);
            assert!(!page.contains("<script"), "{name}");
            assert!(
                page.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;&#x2f;script&gt;&amp;amp;")
            );
            for (_, subject) in [NAMES[0], NAMES[5], NAMES[6]] {
                assert!(page.contains(subject), "{name}: {subject}");
            }
        }
        if name.ends_with(".xlsx") {
            let cells = cells(bytes);
            for (sid, subject) in NAMES {
                assert!(cells.iter().any(|cell| cell == subject), "{name}: {subject}");
                assert!(cells.iter().any(|cell| cell == sid), "{name}: {sid}");
            }
        }
    }
    let json: serde_json::Value =
        serde_json::from_str(&text(&made, "EX-OPEN-1-result.json")).unwrap();
    let drawn = json["抽取名单"].as_array().unwrap();
    for (sid, subject) in NAMES {
        let row = drawn.iter().find(|row| row["统一社会信用代码/注册号"] == sid).unwrap();
        assert_eq!(row["检查对象名称"], subject);
    }
    assert_eq!(json["抽查任务"][1]["抽样框户数"], 26);
}

#[test]
fn a_table_without_names_is_refused() {
    let temp = office("open");
    let folder = temp.path();
    let args = ["publish", "notice", "bundle", "--kind", "plan", "--out", "out", "--names"];
    fs::write(folder.join("n.csv"), "编号,电话\nREG:0025,1\n").unwrap();
    let said = run(folder, 2, &[&args[..], &["n.csv"]].concat());
    assert!(said.contains("N05 n.csv：表头是：编号 电话"), "{said}");
    fs::write(folder.join("n.csv"), "编号,名称\nREG:0025,甲\nREG:0025,乙\n").unwrap();
    let said = run(folder, 2, &[&args[..], &["n.csv"]].concat());
    assert!(said.contains("N05 n.csv，第 3 行，REG:0025：“甲”和“乙”"), "{said}");
    fs::write(folder.join("n.csv"), "编号,名称\nREG:0025,甲\n").unwrap();
    run(folder, 0, &[&args[..], &["n.csv"]].concat());
    let wrong = ["publish", "notice", "bundle", "--kind", "plan", "--out", "out", "--date", "7/23"];
    assert!(run(folder, 2, &wrong).contains("W07 “--date”"));
}
