//! Registers with something wrong: every finding with file, line, column and identifier; bad rows keep no other out.

use std::fs::File;
use std::io::Write;

use crate::office::{Office, ssj, subjects};

/// Imports a file of which nothing can be taken, and demands the findings, all of them at once, and no change.
fn refused(register: &str, bytes: impl AsRef<[u8]>, findings: &[&str]) {
    errors(2, &["import", register, "bad.csv", "--apply"], bytes, findings);
}

/// Tries a file with bad rows and demands the findings, all of them at once; the other rows would be taken.
fn quarantined(register: &str, bytes: impl AsRef<[u8]>, rows: u64, findings: &[&str]) {
    let out = errors(0, &["import", register, "bad.csv"], bytes, findings);
    let waiting = format!("{rows} 行在隔离区等待改正：");
    assert!(out.lines().last().is_some_and(|line| line.starts_with(&waiting)), "{out}");
}

fn errors(exit: i32, args: &[&str], bytes: impl AsRef<[u8]>, findings: &[&str]) -> String {
    let office = Office::new();
    office.write("bad.csv", bytes);
    let ran = office.refuses(exit, args, findings);
    let errors = ran.err.lines().filter(|line| line.starts_with("错误 ")).count();
    assert_eq!(errors, findings.len(), "{}", ran.err);
    ran.out
}

fn saying(exit: i32, register: &str, bytes: impl AsRef<[u8]>, zh: &str, en: &str) {
    let office = Office::new();
    office.write("bad.csv", bytes);
    office.refuses_saying(exit, &["import", register, "bad.csv"], zh, en);
}

const NONE_TAKEN: &str = "R60 bad.csv：";

#[test]
fn repeated_identifiers() {
    saying(
        0,
        "matters",
        "id,name,kind,dept\nM1,a,一般,市监\nM1,b,一般,市监\n",
        "错误 R12 bad.csv，第 3 行，“id”，M1：M1 与第 2 行重复
  处理：同一编号（回避则为同一人员、对象和原因）只能有一行：删去或合并其中一行。",
        "error R12 bad.csv, line 3, \"id\", M1: M1 stands already in line 2
  remedy: One identifier, or one recusal, has one row: delete or merge one of the two.",
    );
    quarantined(
        "subjects",
        "uscc,reg_no,own_id,name,kind,status
91330100704665967J,,,a,企业,存续
91330100704665967j,R1,,b,企业,存续
,R1,X1,c,企业,存续
,R1,X2,d,企业,存续
,,X1,e,企业,存续\n",
        3,
        &[
            "R12 bad.csv，第 3 行，“uscc”，91330100704665967J：91330100704665967J 与第 2 行重复",
            // The second row is not taken, so that its number is free for the third.
            "R12 bad.csv，第 5 行，“reg_no”，R1：R1 与第 4 行重复",
            "R12 bad.csv，第 6 行，“own_id”，X1：X1 与第 4 行重复",
        ],
    );
    quarantined(
        "inspectors",
        "iid,name,dept,cert_valid_to,state,capacity
E1,a,市监,2027-01-01,在岗,1
E1,b,市监,2027-01-01,在岗,1\n",
        1,
        &["R12 bad.csv，第 3 行，“iid”，E1：E1 与第 2 行重复"],
    );
    quarantined(
        "recusals",
        "iid,subject,reason\nE01,R01,配偶\nE01,R01,spouse\n",
        1,
        &["R12 bad.csv，第 3 行，“subject”，E01：E01 R01 配偶 与第 2 行重复"],
    );
    quarantined(
        "incompatibles",
        "iid,iid2,reason\nE04,E05,配偶\nE05,E04,配偶\nE01,E01,其他\n",
        2,
        &[
            "R12 bad.csv，第 3 行，“iid2”，E05：E04 E05 配偶 与第 2 行重复",
            "R19 bad.csv，第 4 行，“iid2”，E01：两个执法证号相同",
        ],
    );
}

#[test]
fn malformed_identifiers() {
    refused(
        "matters",
        "id,name,kind,dept\nM 1,a,一般,市监\n1;2,b,一般,市监\n",
        &[
            "R07 bad.csv，第 2 行，“id”，a：“M 1”",
            "R07 bad.csv，第 3 行，“id”，b：“1;2”",
            NONE_TAKEN,
        ],
    );
    refused(
        "subjects",
        "uscc,reg_no,own_id,name,kind,status
9.13301E+17,,,a,企业,存续
,注册1,,b,企业,存续
,,a b,c,企业,存续
,,,d,企业,存续\n",
        &[
            "R25 bad.csv，第 2 行，“uscc”：“9.13301E+17” 是表格软件改成的浮点数",
            "R07 bad.csv，第 3 行，“reg_no”，b：“注册1”",
            "R07 bad.csv，第 4 行，“own_id”，c：“a b”",
            "R15 bad.csv，第 5 行，“uscc”，d：三种编号都为空",
            NONE_TAKEN,
        ],
    );
    refused(
        "recusals",
        "iid,subject,reason\nE 01,,朋友\n",
        &[
            "R06 bad.csv，第 2 行，“subject”：必填项为空",
            "R07 bad.csv，第 2 行，“iid”：“E 01”",
            "R10 bad.csv，第 2 行，“reason”：“朋友”",
            NONE_TAKEN,
        ],
    );
    refused(
        "incompatibles",
        "iid,iid2,reason\nE;04,E 5,\n",
        &[
            "R06 bad.csv，第 2 行，“reason”",
            "R07 bad.csv，第 2 行，“iid”：",
            "R07 bad.csv，第 2 行，“iid2”：",
            NONE_TAKEN,
        ],
    );
    saying(
        0,
        "inspectors",
        "iid,name,dept,cert_valid_to,state,capacity\nE 1,a,市监,2027/13/1,上班,一
E9,b,市监,2027-01-01,在岗,1\n",
        "错误 R07 bad.csv，第 2 行，“iid”，a：“E 1” 中有空白或换行：编号中不能有
  处理：核对原始登记资料后改正；号码列在表格软件中须设为文本，否则长号码会变成浮点数。
错误 R08 bad.csv，第 2 行，“cert_valid_to”，a：“2027/13/1” 不合该列的形式
  处理：日期写作 2026-08-03，期间写作 2026-08-03..2026-08-07，开始不晚于结束。
错误 R09 bad.csv，第 2 行，“capacity”，a：“一” 不是 0 至 65536 的整数
  处理：须为范围内的整数，不带小数点、千分位和单位；经度、纬度为十进制度数，如 120.155。
错误 R10 bad.csv，第 2 行，“state”，a：“上班” 须为 在岗、请假、借调、停职、调离、退休 之一
  处理：改为所列可选值之一。",
        "error R07 bad.csv, line 2, \"iid\", a: \"E 1\" holds white space or a line break, which no identifier may
  remedy: Correct it from the original record; in a spreadsheet the column must be text, or long numbers turn into floats.
error R08 bad.csv, line 2, \"cert_valid_to\", a: \"2027/13/1\" has not the form of this column
  remedy: Write a date as 2026-08-03 and a period as 2026-08-03..2026-08-07, beginning not after end.
error R09 bad.csv, line 2, \"capacity\", a: \"一\" is not an integer from 0 to 65536
  remedy: Must be an integer in the range, without decimal point, separators or unit; longitude and latitude are decimal degrees, e.g. 120.155.
error R10 bad.csv, line 2, \"state\", a: \"上班\" must be one of on_duty, leave, seconded, suspended, transferred, retired
  remedy: Use one of the values listed.",
    );
}

#[test]
fn unknown_classes_and_malformed_dates() {
    saying(
        0,
        "subjects",
        "uscc,reg_no,name,kind,status,credit_class\n,R1,a,企业,存续,F\n91330100704665967J,,b,企业,存续,A\n",
        "错误 R10 bad.csv，第 2 行，“credit_class”，R1：“F” 须为 A、B、C、D、E 之一
  处理：改为所列可选值之一。",
        "error R10 bad.csv, line 2, \"credit_class\", R1: \"F\" must be one of A, B, C, D, E
  remedy: Use one of the values listed.",
    );
    refused(
        "matters",
        "id,name,kind,dept,valid_from,valid_to
M1,a,一般,市监,2026-13-01,明年
M2,a,一般,市监,2026-12-31,2026-01-01\n",
        &[
            "R08 bad.csv，第 2 行，“valid_from”，M1：“2026-13-01”",
            "R08 bad.csv，第 2 行，“valid_to”，M1：“明年”",
            "R08 bad.csv，第 3 行，“valid_to”，M2：失效日期 2026-01-01 早于生效日期 2026-12-31",
            NONE_TAKEN,
        ],
    );
    refused(
        "inspectors",
        "iid,name,dept,cert_valid_to,state,capacity,leave
E1,a,市监,2027-02-29,在岗,1,2026-08-07..2026-08-03\n",
        &[
            "R08 bad.csv，第 2 行，“cert_valid_to”，E1",
            "R08 bad.csv，第 2 行，“leave”，E1",
            NONE_TAKEN,
        ],
    );
    refused(
        "subjects",
        "reg_no,name,kind,status,established,credit_score\nR1,a,企业,存续,2026/13/3,0\n",
        &[
            "R08 bad.csv，第 2 行，“established”，R1",
            "R09 bad.csv，第 2 行，“credit_score”，R1：“0” 不是 1 至 1048576 的整数",
            NONE_TAKEN,
        ],
    );
}

#[test]
fn files_that_are_no_register() {
    // Neither UTF-8 nor GB18030, which would be read with a note.
    refused("subjects", b"reg_no,name,kind,status\nR1,\xff\xff,x,y\n", &["R41 bad.csv，第 2 行"]);
    refused("subjects", "", &["R01 bad.csv：文件是空的"]);
    refused(
        "subjects",
        "R1,a,企业,存续\nR2,a,企业,存续\n",
        &[
            "R03 bad.csv，第 1 行，“名称”：缺少“名称”（name）列",
            "R03 bad.csv，第 1 行，“对象类型”",
            "R03 bad.csv，第 1 行，“登记状态”",
            "R03 bad.csv，第 1 行：统一社会信用代码、注册号、自编号三列一列也没有",
        ],
    );
    refused(
        "subjects",
        "reg_no,name,名称,kind,status\nR1,a,a,企业,存续\n",
        &["R04 bad.csv，第 1 行，“名称”：“名称”列出现两次"],
    );
}

#[test]
fn cells_that_do_not_fit() {
    saying(
        0,
        "subjects",
        "uscc,name,kind,status\nR1,a,企业\nR2,a,企业,存续,多\n91330100704665967J,a,企业,存续\n",
        "错误 R05 bad.csv，第 2 行：应有 4 格，实有 3 格
错误 R05 bad.csv，第 3 行：应有 4 格，实有 5 格
  处理：该行的单元格数须与表头相同：检查多余的逗号；含逗号的内容须加英文双引号，引号须成对。",
        "error R05 bad.csv, line 2: 3 cells instead of 4
error R05 bad.csv, line 3: 5 cells instead of 4
  remedy: The row must have as many cells as the header: look for extra commas and unpaired quotes; quote cells that contain a comma.",
    );
    refused(
        "subjects",
        "reg_no,name,kind,status\nR1,a\0b,企业,存续\n",
        &["R11 bad.csv，第 2 行，“name”，R1：“a␤b”", NONE_TAKEN],
    );
    // An unclosed quote swallows the rest of the file.
    refused(
        "subjects",
        "reg_no,name,kind,status\nR1,\"a,企业,存续\nR2,b,企业,存续\n",
        &["R05 bad.csv，第 2 行：应有 4 格，实有 2 格", NONE_TAKEN],
    );
    let long = format!("reg_no,name,kind,status\nR1,{},企业,存续\n", "长".repeat(513));
    refused("subjects", long, &["R11 bad.csv，第 2 行，“name”，R1：“长长", NONE_TAKEN]);
    let huge = format!("reg_no,name,kind,status\nR1,{},企业,存续\n", "a".repeat(2 << 20));
    refused("subjects", huge, &["F09 bad.csv，第 2 行：一行超过 1048576 字节"]);
}

/// What a registration number and an own identifier may not hold, and where else it could go.
#[test]
fn identifiers_with_odd_characters() {
    let rows = "reg_no,own_id,name,kind,status
33010|6,,a,企业,存续
,SB|1,b,设备,正常
,\"SB;2\",c,设备,正常\n";
    quarantined(
        "subjects",
        rows,
        2,
        &[
            "R07 bad.csv，第 2 行，“reg_no”，a：“33010|6” 中有“|”：注册号只有字母、数字和 -，其他号码填入“自编号”列",
            "R07 bad.csv，第 4 行，“own_id”，c：“SB;2” 中有“;”，它分隔多个值：一格只填一个编号，编号中不能有它",
        ],
    );
    saying(
        0,
        "subjects",
        "uscc,reg_no,name,kind,status\n,33010|6,a,企业,存续\n91330100704665967J,,b,企业,存续\n",
        "错误 R07 bad.csv，第 2 行，“reg_no”，a：“33010|6” 中有“|”：注册号只有字母、数字和 -，其他号码填入“自编号”列
  处理：核对原始登记资料后改正；号码列在表格软件中须设为文本，否则长号码会变成浮点数。",
        "error R07 bad.csv, line 2, \"reg_no\", a: \"33010|6\" holds \"|\": a registration number has letters, digits and - only; put other numbers into own_id
  remedy: Correct it from the original record; in a spreadsheet the column must be text, or long numbers turn into floats.",
    );
}

/// Statuses and classes in the wordings of other systems are read, and a word that no register has is told: it would
/// put subjects beyond every draw.
#[test]
fn statuses_in_other_words() {
    let office = Office::new();
    let words = ["存续（在营、开业、在册）", "在营（开业）企业", "注消", "停业", "已注销"];
    let rows: Vec<String> = subjects()
        .lines()
        .enumerate()
        .map(|(n, row)| match n {
            0 => row.to_owned(),
            n => row.replacen("存续", words[(n - 1) % 5], 1).replacen(",A,", ",A类（低风险）,", 1),
        })
        .collect();
    office.write("words.csv", rows.join("\n") + "\n");
    let ran = office.done(&["import", "subjects", "words.csv", "--apply"]);
    for said in [
        "警告 R74 words.csv，“status”，停业：“停业”不是 存续、在营、开业、正常、在业、歇业、注销、吊销、撤销、迁出、清算 之一；8 行，首见于第 5 行\n",
        "警告 R74 words.csv，“status”，注消：“注消”不是 ",
        "提示 R30 words.csv，“status”：8 格读作“存续”，如第 2 行“存续（在营、开业、在册）”\n",
        "提示 R30 words.csv，“status”：8 格读作“在营”，如第 3 行“在营（开业）企业”\n",
        "提示 R30 words.csv，“status”：8 格读作“注销”，如第 6 行“已注销”\n",
        "提示 R30 words.csv，“credit_class”：10 格读作“A”，如第 5 行“A类（低风险）”\n",
    ] {
        assert!(ran.err.contains(said), "{said}\n{}", ran.err);
    }
    assert!(ran.out.contains("40 行＝导入 40＋有警告仍导入 0＋隔离 0"), "{}", ran.out);
    let ran = office.done(&["check", "plan.toml"]);
    let said = "  基数 40，抽样框 16，抽取 6\n  排除 24：登记状态不在抽查范围\n    停业 8，注消 8，注销 8\n";
    assert!(ran.out.contains(said), "{}", ran.out);
    let ran = office.done(&["--json", "check", "plan.toml"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let task = &report["quarters"][0]["tasks"][0];
    let statuses =
        ["停业", "注消", "注销"].map(|status| serde_json::json!({"status": status, "n": 8}));
    assert_eq!(task["statuses"], serde_json::json!(statuses));
    // A plan may name a word of its own, and a wording is read as the import reads it.
    let scope = "scope = { kind = [\"企业\"], ";
    let named = "scope = { kind = [\"企业\"], status = [\"停业\", \"存续（在营、开业、在册）\"], ";
    office.write("plan.toml", office.read("plan.toml").replace(scope, named));
    let ran = office.done(&["check", "plan.toml"]);
    let said = "抽样框 16，抽取 6\n  排除 24：登记状态不在抽查范围\n    在营 8，注消 8，注销 8\n";
    assert!(ran.out.contains(said), "{}", ran.out);
}

/// A sparse file: 10 GB of NUL without a line end. It is refused at the limit, not read.
#[test]
fn a_line_of_ten_gigabytes() {
    let office = Office::new();
    let mut file = File::create(office.path("bad.csv")).unwrap();
    file.write_all(b"reg_no,name,kind,status\n").unwrap();
    file.set_len(10 << 30).unwrap();
    let ran = ssj(office.folder(), &["import", "subjects", "bad.csv", "--apply"]);
    assert_eq!(ran.exit, 2);
    assert!(ran.err.starts_with("错误 F09 bad.csv，第 2 行："), "{}", ran.err);
}

/// What a spreadsheet writes by itself is taken: a BOM with a note, CRLF, a column of one's own with a warning.
#[test]
fn harmless_oddities_are_reported_and_taken() {
    let office = Office::new();
    office.write("odd.csv", "\u{feff}reg_no,name,kind,status,颜色\r\nR1,a,企业,存续,红\r\n\r\n");
    let ran = office.done(&["import", "subjects", "odd.csv"]);
    assert_eq!(
        ran.err,
        "警告 R02 odd.csv，第 1 行，“颜色”：不认识“颜色”列
  处理：该列未被读取。是名录的列而列名不同的，用 --propose 拟一份映射，改好后用 --mapping 导入，或改正列名（见 docs/registers.md）；确属多余则可不管。
提示 R17 odd.csv：开头的 BOM 已略过
  说明：已略过，无需处理。
提示 R70 odd.csv：1 行没有统一社会信用代码：1 行用注册号，0 行用自编号
  说明：抽取时依次以注册号、自编号为编号；有代码的请补上，编号一变就是另一个对象。\n"
    );
    assert!(ran.out.contains("检查对象名录库：1 行＝导入 1＋有警告仍导入 0＋隔离 0＋空白 0"));
    assert!(ran.out.contains("与现行版本相比：新增 1，改动 0，不变 0，不再出现 40"));
    assert!(ran.out.contains("试运行，未导入；加 --apply 生效"));
}

#[test]
fn json_has_every_finding() {
    let office = Office::new();
    let rows: String = (0..25).map(|n| format!("注册{n},a,企业,存续\n")).collect();
    office.write("bad.csv", format!("reg_no,name,kind,status\n{rows}R1,a,企业,存续\n"));
    let ran = office.refuses(0, &["--json", "import", "subjects", "bad.csv"], &[]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!([&report["ok"], &report["applied"], &report["cut"]], [true, false, false]);
    assert_eq!(report["counts"], serde_json::json!({"R07": 25, "R70": 1}));
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 26);
    for (n, finding) in (2..).zip(&findings[..25]) {
        assert_eq!(
            (&finding["code"], &finding["file"], finding["row"].as_u64(), &finding["column"]),
            (&"R07".into(), &"bad.csv".into(), Some(n), &"reg_no".into())
        );
    }
    // People see the first twenty, how many more there are, and once what to do.
    let ran = office.refuses(0, &["import", "subjects", "bad.csv"], &["R07 另有 5 条"]);
    assert_eq!(ran.err.lines().count(), 20 + 2 + 2);
}

/// A million warnings fill no memory: of each code the first thousand are kept, and the list says that it was cut.
#[test]
fn many_findings_are_counted_and_the_first_kept() {
    let office = Office::new();
    let rows: String = (0..1_003).map(|n| format!("注册{n},a,企业,存续\n")).collect();
    office.write("bad.csv", format!("reg_no,name,kind,status,色\n{rows}R1,a,企业,存续,红\n"));
    office.write("bad.csv", office.read("bad.csv").replace("存续\n", "存续,\n"));
    let ran = office.refuses(0, &["--json", "import", "subjects", "bad.csv"], &[]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&report["cut"], &report["counts"]["R07"]), (&true.into(), &1_003.into()));
    assert_eq!(report["counts"]["R02"], 1);
    assert_eq!(report["findings"].as_array().unwrap().len(), 1_002);
    let said = &["R07 另有 983 条（--json 列出前 1000 条）"];
    office.refuses(0, &["import", "subjects", "bad.csv"], said);
    let said = &["983 more of R07 (--json lists the first 1000)"];
    office.refuses(0, &["--lang", "en", "import", "subjects", "bad.csv"], said);
}

/// The last line tells how many rows wait and what to do; the good rows are in.
#[test]
fn good_rows_never_wait_for_bad_ones() {
    let office = Office::new();
    office.write("two.csv", "reg_no,name,kind,status\nR01,a,企业,存续\n,b,企业,存续\n");
    let ran = office.done(&["import", "subjects", "two.csv", "--apply", "--removed", "其他"]);
    assert_eq!(
        ran.out,
        "检查对象名录库：2 行＝导入 1＋有警告仍导入 0＋隔离 1＋空白 0
与现行版本相比：新增 0，改动 1，不变 0，不再出现 39，保留旧行 0
  改动：R01
  不再出现：R02 R03 R04 …
已导入，版本 6
1 行在隔离区等待改正：加 --report 核查.xlsx 写出各行和原因，改正后再导入\n"
    );
    let ran = office.done(&["--lang", "en", "import", "subjects", "two.csv", "--report", "r.xlsx"]);
    assert_eq!(
        ran.out,
        "findings written to r.xlsx
subjects: 2 rows = 1 imported + 0 imported with warnings + 1 quarantined + 0 blank
against the current version: 0 new, 0 changed, 1 the same, 0 gone, 0 held
a dry run: add --apply to import
1 rows wait in quarantine: r.xlsx has the reasons; correct it and import it again\n"
    );
    // No good row: the register is not emptied for that.
    let text = "reg_no,name,kind,status\n,b,企业,存续\n";
    refused("subjects", text, &["R15 bad.csv", "R60 bad.csv：1 行都有错误"]);
}

#[test]
fn several_files_are_one_register() {
    let office = Office::new();
    office.write("a.csv", "reg_no,name,kind,status\nR1,a,企业,存续\nR2,b,企业,存续\n");
    office.write("b.csv", "名称,注册号,登记状态,对象类型\nc,R3,存续,企业\nd,R1,存续,企业\n");
    let ran =
        office.done(&["import", "subjects", "a.csv", "b.csv", "--apply", "--removed", "其他"]);
    assert!(
        ran.err.contains("R12 b.csv，第 3 行，“注册号”，R1：R1 与 a.csv，第 2 行 重复"),
        "{}",
        ran.err
    );
    assert!(ran.out.contains("4 行＝导入 3＋有警告仍导入 0＋隔离 1＋空白 0"), "{}", ran.out);
    office.write("c.csv", office.read("a.csv"));
    let args = ["import", "subjects", "a.csv", "b.csv", "c.csv", "--apply"];
    office.refuses(2, &args, &["R61 c.csv：与 a.csv 内容相同", "一行也未导入"]);
    // One file that cannot be read keeps the others out.
    office.write("d.csv", "name\na\n");
    office.refuses(2, &["import", "subjects", "a.csv", "d.csv", "--apply"], &["R03 d.csv"]);
}
