//! Notices of results: forms are filled in by a script and come back; what goes with the draw and what does not.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use calamine::{Reader, Xlsx, open_workbook};
use serde_json::Value;
use shuangsuiji::record::bundle::Files;
use shuangsuiji::record::ids::Iid;

use crate::filled::*;
use crate::support::random::{Draft, unopened};
use crate::support::ssj::run;
use crate::support::{root, vector, write_folder};
use crate::{files, office, text};

/// A table with everything that offices write, well and otherwise.
fn filled(folder: &Path) -> Table {
    let mut table = Table::of(folder);
    for row in 0..table.len() - 4 {
        table.enter(row, "未发现问题", &format!("2026-10-{:02}", 10 + row));
        table.set(row, FOLLOW_UP, "无需后续处置");
    }
    table.set(1, RESULT, "发现问题已责令改正；公示信息隐瞒真实情况、弄虚作假");
    table.set(1, FOLLOW_UP, "责令改正、其他：函告<b>街道</b>，待复函");
    table.set(1, "发现问题情况", "=1+1<script>alert(1)</script>");
    table.set(1, PEOPLE, "E004、E006");
    table.enter(2, "注销", "2026年10月8日");
    table.set(2, FOLLOW_UP, "");
    table.set(4, PEOPLE, "张三、E004");
    table.set(5, PEOPLE, "");
    table.set(6, STATE, "待审核");
    table
}

const GOLDEN: [&str; 2] = ["EX-OPEN-1-outcome-2026-11-10", "EX-OPEN-1-outcome-2026-12-11-2"];

#[test]
fn forms_that_are_filled_in_become_a_notice_and_the_next_one() {
    let temp = office("open");
    let folder = temp.path();
    let mut table = filled(folder);
    table.write(&folder.join("r.xlsx"));
    table.write(&folder.join("r.csv"));
    let place = ["--out", "out", "--site-name", "示例市市场监督管理局网站"];
    let said = notice(folder, 0, "r.xlsx", "2026-11-10", &place);
    assert!(said.contains("警告 N16 r.xlsx，情况记录表!I4，“检查完成日期”，REG:0008"), "{said}");
    assert!(said.contains("警告 N17 r.xlsx，情况记录表!H6，“检查人员执法证号”"), "{said}");
    let first = files(&folder.join("out"));
    // The same table as text, beside the forms as they were, is the same notice.
    let forms = files(&folder.join("forms"));
    let forms = format!("forms/{}", forms.keys().next().unwrap());
    let more = ["--out", "csv", "--site-name", place[3], "--results", &forms];
    notice(folder, 0, "r.csv", "2026-11-10", &more);
    assert_eq!(files(&folder.join("csv")), first);
    assert!(notice(folder, 0, "r.xlsx", "2026-11-10", &place).contains("已存在且相同"));

    // A notice that passes this one over is refused.
    let said = notice(folder, 2, "r.xlsx", "2026-12-11", &place);
    assert!(said.contains(&format!("错误 N21 out/{}.json", GOLDEN[0])), "{said}");
    // What has come in since, and what was corrected.
    table.set(2, RESULT, "迁出");
    table.set(4, PEOPLE, "E007、E004、E012、E010");
    table.set(6, STATE, "已公示");
    table.enter(table.len() - 1, "未发现开展本次抽查涉及的经营活动", "2026-12-10");
    table.set(0, STATE, "退回");
    table.write(&folder.join("r.xlsx"));
    let before = format!("out/{}.json", GOLDEN[0]);
    let more = [&place[..], &["--earlier", &before]].concat();
    let said = notice(folder, 0, "r.xlsx", "2026-12-11", &more);
    assert!(said.contains("警告 N20 REG:0000：T02 M002 原已公布：未发现问题"), "{said}");
    let made = files(&folder.join("out"));
    assert_eq!(made.len(), 6, "nothing was overwritten");
    for stem in GOLDEN {
        for ending in ["html", "json"] {
            let golden = root().join(format!("tests/notices/{stem}.{ending}"));
            let found = text(&made, &format!("{stem}.{ending}"));
            if std::env::var("SSJ_GOLDEN").is_ok_and(|value| value == "write") {
                fs::write(&golden, &found).unwrap();
            }
            assert_eq!(found, fs::read_to_string(&golden).unwrap(), "{}", golden.display());
        }
    }
    let second = json(folder, &format!("{}.json", GOLDEN[1]));
    let corrected: Vec<[&str; 4]> = rows(&second, "结果更正")
        .iter()
        .map(|row| [SID, MATTER, "原公布", "现公布"].map(|key| row[key].as_str().unwrap()))
        .collect();
    assert_eq!(
        corrected,
        [
            ["REG:0000", "M002", "未发现问题，无需后续处置，2026-10-10", "撤回，未公布"],
            ["REG:0008", "M004", "注销，2026-10-08", "迁出，2026-10-08"],
            ["REG:0008", "检查人员", "E004，另有不在名录的人员 1 名", "与抽取相同"],
        ]
    );
    let digest = &second["摘要"]["前次公示摘要"];
    let bytes = &made[&format!("{}.json", GOLDEN[0])];
    assert_eq!(*digest, shuangsuiji::base::digest::Suite::Sha256.digest(bytes).hex());
}

#[test]
fn what_may_not_be_public_is_in_no_file() {
    let temp = office("open");
    let folder = temp.path();
    filled(folder).write(&folder.join("r.xlsx"));
    fs::write(folder.join("names.csv"), crate::tables::table()).unwrap();
    notice(folder, 0, "r.xlsx", "2026-11-10", &["--names", "names.csv", "--out", "out"]);
    let made = files(&folder.join("out"));
    let page = text(&made, &format!("{}.html", GOLDEN[0]));
    let book = folder.join("out").join(format!("{}.xlsx", GOLDEN[0]));
    let mut book: Xlsx<_> = open_workbook(book).unwrap();
    let mut cells = String::new();
    for sheet in book.sheet_names() {
        assert!(book.worksheet_formula(&sheet).unwrap().is_empty());
        for cell in book.worksheet_range(&sheet).unwrap().rows().flatten() {
            cells += &format!("{cell}\n");
        }
    }
    let json = text(&made, &format!("{}.json", GOLDEN[0]));
    for said in [&page, &cells, &json] {
        for word in ["张三", "alert(1)", "函告", "待复函"] {
            assert!(!said.contains(word), "{word}");
        }
        for word in ["只公布规定的结果和处置类别", "另有不在名录的人员 1 名", "责令改正；其他"]
        {
            assert!(said.contains(word), "{word}");
        }
    }
    // A subject may be called what it likes.
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;alert(&quot;1&quot;)"));
    assert!(cells.contains("+SUM(A1:A9)"));
}

#[test]
fn the_twentieth_working_day_is_on_time() {
    let temp = office("open");
    let folder = temp.path();
    let mut table = Table::of(folder);
    // 20 working days after 9 October 2026, in which a Saturday is worked; the 20th after 9 December lies in a year whose
    // calendar is not known.
    table.enter(0, "未发现问题", "2026-10-09");
    table.enter(1, "未发现问题", "2026-12-09");
    table.write(&folder.join("r.csv"));
    let due = "2026-11-05";
    for (date, more, share, remark) in [
        ("2026-12-10", &[][..], "1/2（50.00%）", "逾期公示（最迟 2026-11-05）"),
        ("2026-12-11", &["--within", "46"][..], "2/2（100.00%）", ""),
        ("2026-12-12", &["--within", "46"][..], "1/2（50.00%）", "逾期公示（最迟 2026-12-11）"),
    ] {
        notice(folder, 0, "r.csv", date, &[more, &["--out", "out"]].concat());
        let made = json(folder, &format!("EX-OPEN-1-outcome-{date}.json"));
        fs::remove_dir_all(folder.join("out")).unwrap();
        assert_eq!(made["检查情况"]["按期公示的比例（事项）"], share, "{date}");
        assert_eq!(rows(&made, "检查结果")[0]["说明"].as_str().unwrap_or_default(), remark);
        assert_eq!(number(&made, "期限暂定的事项数"), 1);
    }
    let said = run(folder, 0, &["calendar", "2026-10-09", "--plus", "20"]);
    assert!(said.contains(due), "{said}");
    // A later notice keeps the day on which a result was first public.
    let mut table = Table::of(folder);
    table.enter(0, "未发现问题", "2026-10-09");
    table.write(&folder.join("r.csv"));
    notice(folder, 0, "r.csv", due, &["--out", "out"]);
    table.enter(1, "未发现问题", "2026-10-09");
    table.set(2, RESULT, "未发现问题");
    table.set(2, DONE_ON, "2026-10-09");
    table.set(2, STATE, "待审核");
    table.write(&folder.join("r.csv"));
    let before = format!("out/EX-OPEN-1-outcome-{due}.json");
    notice(folder, 0, "r.csv", "2026-11-06", &["--out", "out", "--earlier", &before]);
    let made = json(folder, "EX-OPEN-1-outcome-2026-11-06-2.json");
    assert_eq!(made["检查情况"]["按期公示的比例（事项）"], "1/2（50.00%）");
    let remarks: Vec<&Value> = rows(&made, "检查结果").iter().map(|row| &row["说明"]).collect();
    assert_eq!(remarks, ["首次公示 2026-11-05", "逾期公示（最迟 2026-11-05）"]);
    assert_eq!(number(&made, "完成已久、逾期仍未公布的事项数"), 1);
    let waits = rows(&made, "未公布结果").iter().find(|row| row["状态"] != "未录入").unwrap();
    assert_eq!(waits["状态"], "已录入，尚待审核；已逾期");
}

#[test]
fn a_sealed_draw_has_results_once_it_is_opened() {
    let temp = office("sealed_opened");
    let folder = temp.path();
    Table::of(folder).entered().write(&folder.join("r.csv"));
    write_folder(&folder.join("opened"), &vector("sealed_opened"));
    fs::remove_dir_all(folder.join("bundle")).unwrap();
    write_folder(&folder.join("bundle"), &unopened(&vector("sealed_opened")));
    let said = notice(folder, 2, "r.csv", "2026-12-15", &["--out", "out"]);
    assert!(said.contains("错误 N18") && said.contains("ssj open"), "{said}");
    assert!(!folder.join("out").exists());
    fs::rename(folder.join("bundle"), folder.join("closed")).unwrap();
    fs::rename(folder.join("opened"), folder.join("bundle")).unwrap();
    notice(folder, 0, "r.csv", "2026-12-15", &["--out", "out"]);
    let made = files(&folder.join("out"));
    let name = made.keys().find(|name| name.ends_with(".json")).unwrap();
    assert!(rows(&json(folder, name), "未公布结果").is_empty());
}

#[test]
fn before_the_draw_and_for_other_kinds_there_are_no_results() {
    let temp = office("open");
    let folder = temp.path();
    Table::of(folder).entered().write(&folder.join("r.csv"));
    let kind = |kind| ["publish", "notice", "bundle", "--kind", kind, "--out", "out"];
    let said = run(folder, 2, &[&kind("plan")[..], &["--results", "r.csv"]].concat());
    assert!(said.contains("W07 “--results”"), "{said}");
    run(folder, 2, &kind("outcome"));
    run(folder, 2, &[&kind("outcome")[..], &["--results", "r.csv"]].concat());
    let frozen = (0..).map(Draft::of).find(|draft| draft.master.is_none()).unwrap().freeze();
    fs::remove_dir_all(folder.join("bundle")).unwrap();
    write_folder(&folder.join("bundle"), &frozen);
    assert!(notice(folder, 2, "r.csv", "2026-12-15", &["--out", "out"]).contains("W16"));
    let mut short = (0..).map(Draft::of).filter(|draft| draft.master.is_none()).map(|mut draft| {
        draft.extras.clear();
        draft.complete()
    });
    let short: Files = short.find(|files| files.contains_key("shortage.json")).unwrap();
    fs::remove_dir_all(folder.join("bundle")).unwrap();
    write_folder(&folder.join("bundle"), &short);
    assert!(notice(folder, 1, "r.csv", "2026-12-15", &["--out", "out"]).contains("N08"));
    assert!(!folder.join("out").exists());
}

/// The vector with events: subjects were replaced, inspectors changed.
#[test]
fn results_go_with_the_draw_after_its_events() {
    let temp = office("events");
    let folder = temp.path();
    let clock = "2027-06-01T09:00:00+08:00";
    let mut table = Table::of(folder);
    let make = |table: &Table, out: &str| {
        table.write(&folder.join("r.csv"));
        let args = ["--clock", clock, "publish", "notice", "bundle", "--kind", "outcome"];
        let more = ["--results", "r.csv", "--date", "2027-05-31", "--out", out];
        run(folder, 0, &[&args[..], &more].concat());
        let made = files(&folder.join(out));
        let name = made.keys().find(|name| name.ends_with(".json")).unwrap();
        serde_json::from_str::<Value>(&text(&made, name)).unwrap()
    };
    for row in 0..table.len() {
        table.enter(row, "未发现问题", "2027-05-30");
    }
    let made = make(&table, "whole");
    let drawn = String::from_utf8(vector("events")["visits.tsv"].clone()).unwrap();
    let drawn: BTreeSet<&str> =
        drawn.lines().skip(1).map(|line| line.split('\t').next().unwrap()).collect();
    let now: BTreeSet<String> =
        (0..table.len()).map(|row| table.get(row, SID).to_owned()).collect();
    let gone: Vec<&&str> = drawn.iter().filter(|sid| !now.contains(**sid)).collect();
    assert!(!gone.is_empty(), "the vector has a subject that was replaced");
    assert_eq!(number(&made, "应检查户次"), now.len() as u64);
    assert_eq!(number(&made, "已由候补递补、不再检查的户次"), gone.len() as u64);
    assert!(rows(&made, "实际检查人员与抽取不同").is_empty(), "the forms name who comes now");
    assert!(rows(&made, "未公布结果").is_empty());
    // What was found of a subject that was replaced is a result, too, and no part of any share.
    let gone = *gone[0];
    let commitment: Value = serde_json::from_slice(&vector("events")["commitment.json"]).unwrap();
    let visits = String::from_utf8(vector("events")["visits.tsv"].clone()).unwrap();
    let line = visits.lines().find(|line| line.split('\t').next() == Some(gone)).unwrap();
    let list = line.split('\t').nth(1).unwrap().split([',', ' ']).next().unwrap();
    let lists = commitment["lists"].as_array().unwrap();
    let matter = lists.iter().find(|own| own["list"] == list).unwrap()["matters"][0].as_str();
    let mut row = table.0[1].clone();
    for (name, value) in [(SID, gone), (LIST, list), (MATTER, matter.unwrap())] {
        row[table.column(name)] = value.to_owned();
    }
    table.0.push(row);
    table.set(table.len() - 1, RESULT, "已关闭停业或正在组织清算");
    let with = make(&table, "with");
    assert_eq!(rows(&with, RESULT).len(), rows(&made, RESULT).len() + 1);
    let found = rows(&with, RESULT).iter().find(|row| row[SID] == gone).unwrap();
    assert!(found["说明"].as_str().unwrap().contains("已由候补递补"));
    for share in ["结果公布比例（事项）", "发现问题的户次比例", "应检查户次"]
    {
        assert_eq!(with["检查情况"][share], made["检查情况"][share], "{share}");
    }
}

/// Ids that are numbers of identity cards stand masked in the forms; the table comes back all the same.
#[test]
fn masked_ids_come_back() {
    let plain = |draft: &Draft| {
        let files = draft.complete();
        draft.master.is_none()
            && files.contains_key("assignment.tsv")
            && !files.contains_key("shortage.json")
    };
    let mut draft = (0..).map(Draft::of).find(plain).unwrap();
    draft.extras.clear();
    (draft.recusals, draft.incompatible) = (Vec::new(), Vec::new());
    for (n, row) in draft.inspectors.iter_mut().enumerate() {
        row.iid = Iid::parse(&crate::rules::card(n)).unwrap();
    }
    draft.inspectors.sort_by(|a, b| a.iid.cmp(&b.iid));
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path();
    write_folder(&folder.join("bundle"), &draft.complete());
    let table = Table::of(folder);
    assert!((0..table.len()).any(|row| table.get(row, PEOPLE).contains("********")));
    let mut table = table;
    let (_, to) = draft.commitment.window.clone();
    for row in 0..table.len() {
        table.enter(row, "未发现问题", &to);
    }
    table.write(&folder.join("r.csv"));
    let args = ["--clock", "2030-01-01T09:00:00+08:00", "publish", "notice", "bundle"];
    let more = ["--kind", "outcome", "--results", "r.csv", "--date", "2029-12-31", "--out", "out"];
    run(folder, 0, &[&args[..], &more].concat());
    let made = files(&folder.join("out"));
    let name = made.keys().find(|name| name.ends_with(".json")).unwrap();
    assert!(rows(&json(folder, name), "实际检查人员与抽取不同").is_empty());
    for (_, bytes) in made.iter().filter(|(name, _)| !name.ends_with(".xlsx")) {
        let said = String::from_utf8_lossy(bytes);
        assert!(draft.inspectors.iter().all(|row| !said.contains(row.iid.as_str())));
    }
}

#[test]
fn a_notice_in_the_bundle_is_among_the_downloads_of_the_site() {
    let temp = office("open");
    let folder = temp.path();
    Table::of(folder).entered().write(&folder.join("r.csv"));
    notice(folder, 0, "r.csv", "2026-12-15", &["--out", "bundle/notice"]);
    run(folder, 0, &["verify", "bundle"]);
    if cfg!(unix) {
        run(folder, 0, &["publish", "bundle", "--site", "site"]);
        let year = fs::read_dir(folder.join("site/draws/2026")).unwrap().next().unwrap().unwrap();
        let page = fs::read_to_string(year.path().join("index.html")).unwrap();
        for ending in ["html", "xlsx", "json"] {
            let file = format!("bundle/notice/EX-OPEN-1-outcome-2026-12-15.{ending}");
            assert!(year.path().join(&file).exists());
            assert!(page.contains(&format!("href=\"{}\"", file.replace('/', "&#x2f;"))), "{file}");
        }
    }
}
