//! The kinds of damaged and unusual codes that real registers hold, with invented names and numbers of the same
//! shapes in region 330199, which is in no table.

use super::table_tests::sheet;
use super::{Register, Table};
use crate::base::finding::{Finding, Lang};

const HEADER: &str = "uscc|reg_no|own_id|name|kind|status";

/// The cells of the three identifiers, the codes that the row earns, and what the three become; none if the row
/// is not taken.
type Case = (&'static str, &'static [&'static str], Option<&'static str>);

const CASES: &[Case] = &[
    // Lower case.
    ("91330199ma7k3p2x5c||", &["R27"], Some("91330199MA7K3P2X5C||")),
    // A letter that no code has, and the digit that it looks like.
    ("9I330199MA7K3P2X5C||", &["R13"], Some("9I330199MA7K3P2X5C||")),
    ("91330199MA7K3P2V5C||", &["R13"], Some("91330199MA7K3P2V5C||")),
    ("H-3301990000012-21||", &["R67", "R70"], Some("||H-3301990000012-21")),
    // Check characters: wrong with the organisation code, wrong alone, not complemented; the organisation code alone.
    ("91330199MA7K3P2X6C||", &["R13"], Some("91330199MA7K3P2X6C||")),
    ("91330199MA7K3P2X5J||", &["R13"], Some("91330199MA7K3P2X5J||")),
    ("91330199MA7K3P2X5K||", &["R13"], Some("91330199MA7K3P2X5K||")),
    ("913301997381002527||", &["R69"], Some("913301997381002527||")),
    // Organisation codes, right and wrong, with the hyphen and without.
    ("14208856-2||", &["R67", "R70"], Some("||14208856-2")),
    ("14208856-3||", &["R67", "R70"], Some("||14208856-3")),
    ("142088562||", &["R67", "R70"], Some("||142088562")),
    // Registration numbers of 15 digits, right and wrong, of 13, and of 15 characters with letters.
    ("330199000000122||", &["R67", "R70"], Some("|330199000000122|")),
    ("330199000000123||", &["R67", "R14", "R70"], Some("|330199000000123|")),
    ("3301991001234||", &["R67", "R70"], Some("|3301991001234|")),
    ("330199NA000012X||", &["R67", "R70"], Some("|330199NA000012X|")),
    // One character lost, old numbers of enterprises with foreign investment, brackets, words for nothing.
    ("91330199MA7K3P2X5||", &["R67", "R70"], Some("||91330199MA7K3P2X5")),
    ("企合示分字第00012||", &["R67", "R70"], Some("||企合示分字第00012")),
    ("企合示总字第000012||", &["R67", "R70"], Some("||企合示总字第000012")),
    ("（A）330199000012-||", &["R67", "R70", "R27"], Some("||(A)330199000012-")),
    ("无||", &["R15", "R28"], None),
    ("未办理||", &["R15"], None),
    // A registration number that became a float is restored, then moved.
    ("330199000000122.0||", &["R67", "R70", "R24"], Some("|330199000000122|")),
    // A credit code written in groups, and one in the column of registration numbers.
    ("91330199-MA7K3P2X5-C||", &["R67"], Some("91330199MA7K3P2X5C||")),
    ("|91330199MA7K3P2X5C|", &["R67"], Some("91330199MA7K3P2X5C||")),
    ("91330199MA7K3P2X5C|91330199MA7K3P2X5C|", &["R67"], Some("91330199MA7K3P2X5C||")),
    // The column where it belongs holds the same, or something else.
    ("330199000000122|330199000000122|", &["R67", "R70"], Some("|330199000000122|")),
    ("330199000000122|3301991001234|", &["R68", "R70"], Some("|3301991001234|")),
    ("14208856-2||K1", &["R68", "R70"], Some("||K1")),
    ("14208856-2|3301991001234|", &["R67", "R70"], Some("|3301991001234|14208856-2")),
    ("未办理|3301991001234|", &["R68", "R70"], Some("|3301991001234|")),
    ("91330199MA7K3P2X5C、3301991001234||", &["R15"], None),
    // Nothing to say.
    ("91330199MA7K3P2X5C||", &[], Some("91330199MA7K3P2X5C||")),
    ("91330199MA7K3P2X5C|330199000000122|K1", &[], Some("91330199MA7K3P2X5C|330199000000122|K1")),
];

fn read(ids: &str) -> (Table, Vec<Finding>) {
    let row = format!("{ids}|示例公司|企业|存续");
    Table::read(Register::Subjects, &sheet(HEADER, &[&row]))
}

#[test]
fn every_kind_of_code_has_a_case() {
    for (ids, codes, becomes) in CASES {
        let (table, findings) = read(ids);
        let found: Vec<&str> = findings.iter().map(Finding::code).collect();
        assert_eq!(found, *codes, "{ids}: {findings:?}");
        let row = table.rows.first().map(|row| row.iter().take(3).collect::<Vec<_>>().join("|"));
        assert_eq!(row.as_deref(), *becomes, "{ids}");
    }
}

#[test]
fn reading_a_settled_row_again_moves_nothing() {
    for (_, _, becomes) in CASES {
        let Some(ids) = becomes else { continue };
        let (table, findings) = read(ids);
        assert_eq!(table.rows[0].iter().take(3).collect::<Vec<_>>().join("|"), *ids);
        assert!(!findings.iter().any(|f| ["R67", "R68"].contains(&f.code())), "{ids}");
    }
}

#[test]
fn the_reason_is_said_in_both_languages() {
    for (ids, zh, en) in [
        (
            "330199NA000012X||",
            "“330199NA000012X”是 15 位带字母的注册号，已移入“注册号”列",
            "\"330199NA000012X\" is a registration number of 15 characters with letters and went to the column reg_no",
        ),
        (
            "14208856-3||",
            "“14208856-3”是校验不符的组织机构代码，已移入“自编号”列",
            "\"14208856-3\" is an organisation code with a wrong check character and went to the column own_id",
        ),
        (
            "330199000000122|3301991001234|",
            "“330199000000122”是 15 位注册号，而“注册号”列已填“3301991001234”",
            "\"330199000000122\" is a registration number of 15 digits, but the column reg_no holds \"3301991001234\"",
        ),
        (
            "91330199MA7K3P2X5J||",
            "91330199MA7K3P2X5J 的校验码应为 C；其中的组织机构代码相符",
            "91330199MA7K3P2X5J should end in C; the organisation code inside is right",
        ),
        (
            "91330199MA7K3P2X5K||",
            "91330199MA7K3P2X5K 的校验码应为 C：末位是未取补数的校验值，有的机关曾这样发放",
            "91330199MA7K3P2X5K should end in C: its last character is the check value before its complement was taken, as some offices issued them",
        ),
        (
            "9I330199MA7K3P2X5C||",
            "9I330199MA7K3P2X5C 含代码不用的字母 I；改为 91330199MA7K3P2X5C 即相符",
            "9I330199MA7K3P2X5C holds the letter I, which no code has; 91330199MA7K3P2X5C would be right",
        ),
        (
            "未办理||",
            "“未办理”不是编号，也没有其他编号",
            "\"未办理\" is no identifier, and there is no other",
        ),
    ] {
        let finding = read(ids).1.remove(0);
        assert_eq!((finding.cause.get(Lang::Zh), finding.cause.get(Lang::En)), (zh, en));
        assert_eq!(finding.place.column.as_deref(), Some("uscc"));
    }
}

#[test]
fn one_business_under_two_codes() {
    let rows = [
        "91330199MA7K3P2X5C|330199000000122||示例一公司|企业|存续",
        "913301997381002514|330199000000122||示例一公司|企业|存续",
        "92330199MA7T0Q4H1X|330199000000122||示例二公司|企业|存续",
        "|330199000000122||示例一公司|企业|存续",
    ];
    let (table, findings) = Table::read(Register::Subjects, &sheet(HEADER, &rows));
    let found: Vec<(&str, u64)> =
        findings.iter().map(|f| (f.code(), f.place.row.unwrap_or(0))).collect();
    // Another name is another business with a wrong number; a row without a code says nothing of a second one.
    assert_eq!((found, table.rows.len()), (vec![("R59", 3), ("R12", 4), ("R12", 5)], 1));
    let finding = &findings[0];
    assert_eq!(
        finding.show(Lang::En),
        "error R59 名录.csv, line 3, \"reg_no\", 913301997381002514: \"示例一公司\" with 330199000000122 stands already in \
         line 2 under another credit code\n  remedy: Name and registration number are the same, the credit codes differ: keep the \
         row with the code in force, or correct the registration number if they are two."
    );
    assert_eq!(
        finding.cause.zh,
        "“示例一公司”（330199000000122）与第 2 行同名同号，信用代码却不同"
    );
}
