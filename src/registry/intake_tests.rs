use super::table_tests::sheet;
use super::{Counts, Fate, Head, Intake, Mapping, Register, Rows, Table, Verdict};
use crate::base::finding::{Finding, Lang};
use crate::say;

const HEADER: &str = "统一社会信用代码|注册号|名称|对象类型|登记状态";
const GOOD: &str = "91350100M000100Y43||甲公司|企业|存续";

fn head(file: &str, sheet: Option<&str>) -> Head {
    let header = HEADER.split('|').map(str::to_owned).collect();
    Head { file: file.to_owned(), sheet: sheet.map(str::to_owned), above: 0, header }
}

fn rows(lines: &[&str]) -> Rows {
    let mut rows = Rows::default();
    for (line, text) in (2..).zip(lines) {
        rows.push(line, &text.split('|').collect::<Vec<_>>(), Vec::new());
    }
    rows
}

/// Pushes rows of one table.
fn push(intake: &mut Intake, head: &Head, lines: &[&str]) -> Vec<Verdict> {
    let (header, findings) = intake.begin(head);
    assert_eq!(findings, []);
    let header = header.unwrap();
    intake.take(&header, header.clean(&rows(lines))).collect()
}

fn subjects() -> Intake {
    Intake::new(Register::Subjects, &Mapping::none(Register::Subjects))
}

fn codes(verdict: &Verdict) -> Vec<&'static str> {
    verdict.findings.iter().map(Finding::code).collect()
}

#[test]
fn every_row_ends_as_one_thing_and_the_counts_add_up() {
    let mut intake = subjects();
    let lines = [
        GOOD,
        "91350100M000100Y44||乙公司|企业|存续",
        "||||",
        "||丙公司|企业|存续",
        "a|b|c",
        "9.13301E+17||丁公司|企业|存续",
        GOOD,
    ];
    let verdicts = push(&mut intake, &head("名录.csv", None), &lines);
    let found: Vec<(u64, Vec<&str>)> = verdicts.iter().map(|v| (v.line, codes(v))).collect();
    let expected: [(u64, &[&str]); 7] = [
        (2, &[]),
        (3, &["R13"]),
        (4, &[]),
        (5, &["R15"]),
        (6, &["R05"]),
        (7, &["R25"]),
        (8, &["R12"]),
    ];
    assert_eq!(found, expected.map(|(line, codes)| (line, codes.to_vec())));
    let fates = verdicts.iter().map(|verdict| match &verdict.fate {
        Fate::Taken(cells) => cells.cell(3),
        Fate::Quarantined => "quarantined",
        Fate::Blank => "blank",
    });
    let fates: Vec<&str> = fates.collect();
    let (out, no) = ("quarantined", "blank");
    assert_eq!(fates, ["甲公司", "乙公司", no, out, out, out, out]);
    // What a row is called where its identifier is destroyed, and where nothing of it is known.
    let ids: Vec<Option<&str>> = verdicts.iter().map(|verdict| verdict.id.as_deref()).collect();
    assert_eq!(ids[3..6], [Some("丙公司"), None, Some("9.13301E+17")]);
    let (counts, findings) = intake.finish();
    assert_eq!(counts, Counts { clean: 1, warned: 1, quarantined: 4, blank: 1 });
    assert_eq!((counts.read(), counts.taken()), (lines.len() as u64, 2));
    assert_eq!(findings.iter().map(Finding::code).collect::<Vec<_>>(), ["R18"]);
}

#[test]
fn a_repetition_names_where_the_first_stands() {
    let mut intake = subjects();
    let others = ["|R1|乙|企业|存续", "|R2|丙|企业|"];
    push(&mut intake, &head("甲.xlsx", Some("东")), &[GOOD, others[0], others[1]]);
    let verdicts = push(&mut intake, &head("甲.xlsx", Some("西")), &["|R2|丙|企业|存续", GOOD]);
    // The row with this number was quarantined, so this is the first.
    assert!(matches!(verdicts[0].fate, Fate::Taken(_)));
    let finding = &verdicts[1].findings[0];
    assert_eq!(
        finding.show(Lang::Zh).lines().next().unwrap(),
        "错误 R12 甲.xlsx，西!A3，“统一社会信用代码”，91350100M000100Y43：91350100M000100Y43 与 甲.xlsx，东!2:2 重复"
    );
    assert_eq!(finding.cause.en, "91350100M000100Y43 stands already in 甲.xlsx, 东!2:2");
    let verdicts = push(&mut intake, &head("乙.csv", None), &["|R1|乙|企业|存续"]);
    let cause = &verdicts[0].findings[0].cause;
    assert_eq!(cause.zh, "R1 与 甲.xlsx，东!3:3 重复");
    let verdicts =
        push(&mut intake, &head("丙.csv", None), &["|R9|丁|企业|存续", "|R9|丁|企业|存续"]);
    assert_eq!(verdicts[1].findings[0].cause.zh, "R9 与第 2 行重复");
    assert_eq!(intake.finish().0, Counts { clean: 4, warned: 0, quarantined: 4, blank: 0 });
}

#[test]
fn what_the_reader_found_in_a_row_keeps_it_out() {
    let mut intake = subjects();
    let (header, _) = intake.begin(&head("f.xlsx", Some("一")));
    let header = header.unwrap();
    let mut rows = Rows::default();
    let found = || vec![Finding::new("R47", say!("值为 #REF!", "its value is #REF!")).row(2)];
    let cells: Vec<&str> = GOOD.split('|').collect();
    rows.push(2, &cells, found());
    // A row of which nothing else is left is not blank.
    rows.push(3, &[""; 5], found());
    rows.push(4, &cells, Vec::new());
    let verdicts: Vec<Verdict> = intake.take(&header, header.clean(&rows)).collect();
    assert_eq!(verdicts[0].fate, Fate::Quarantined);
    assert_eq!(verdicts[1].fate, Fate::Quarantined);
    assert_eq!(codes(&verdicts[0]), ["R47"]);
    assert!(matches!(verdicts[2].fate, Fate::Taken(_)), "{:?}", verdicts[2]);
    intake.blank(&header, 5);
    let (counts, findings) = intake.finish();
    assert_eq!((counts.blank, counts.read()), (5, 8));
    assert_eq!(findings[0].cause.en, "5 blank rows");
}

/// Chunks, and threads that share a chunk, change nothing.
#[test]
fn chunks_make_no_difference() {
    let lines: Vec<String> = (0..2_000)
        .map(|n| match n % 5 {
            0 => format!("|R{}|甲|企业|存续", n % 700),
            1 => format!(" |r{n} |乙|企业|存续"),
            2 => "||||".to_owned(),
            3 => format!("|号{n}|丙|企业|存续"),
            _ => format!("11010800000{n:04}.0||丁|企业|存续"),
        })
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let (table, findings) = Table::read(Register::Subjects, &sheet(HEADER, &lines));
    let mut intake = subjects();
    let (header, _) = intake.begin(&head("名录.csv", None));
    let header = header.unwrap();
    let (mut taken, mut found, mut line) = (Vec::new(), Vec::new(), 2);
    for chunk in lines.chunks(77) {
        let mut rows = Rows::default();
        for text in chunk {
            rows.push(line, &text.split('|').collect::<Vec<_>>(), Vec::new());
            line += 1;
        }
        for verdict in intake.take(&header, header.clean(&rows)) {
            found.extend(verdict.findings);
            if let Fate::Taken(cells) = verdict.fate {
                taken.push(cells);
            }
        }
    }
    found.extend(intake.finish().1);
    assert_eq!((taken, found), (table.rows, findings));
}

#[test]
fn a_header_with_errors_begins_nothing() {
    let mut head = head("f.csv", None);
    head.header.pop();
    let (header, findings) = subjects().begin(&head);
    assert!(header.is_none());
    assert_eq!(findings[0].place.show(Lang::En), "f.csv, line 1, \"登记状态\"");
    let mapping = Mapping::none(Register::Matters);
    let (header, findings) = Intake::new(Register::Subjects, &mapping).begin(&head);
    assert_eq!((header.is_none(), findings[0].code()), (true, "R22"));
}
