//! Frames that engines must make: a fictional register with rows as offices keep them, the view of `docs/sql.md` over
//! it, plans that ask everything the language can, and the same registers frozen in memory.

use std::collections::BTreeMap;
use std::fs;

use shuangsuiji::base::finding::{Finding, Severity};
use shuangsuiji::draw::sql::Dialect;
use shuangsuiji::fiction::{Spec, generate};
use shuangsuiji::plan::{FrameQuery, Freeze, History, Plan, Rules, TaskSummary};
use shuangsuiji::record::bundle::frame_path;
use shuangsuiji::registry::{Register, Registry, Sheet, Table};
use shuangsuiji::rehearse::check;

use crate::plans::{INSPECTORS, MATTERS, RULES, plan_text};
use crate::support::root;

/// Columns of the register, and what an office calls them in its database.
pub const COLUMNS: [(&str, &str); 17] = [
    ("uscc", "tyxydm"),
    ("reg_no", "zch"),
    ("own_id", "zbh"),
    ("kind", "dxlx"),
    ("region", "xzqh"),
    ("area", "pq"),
    ("station", "sjs"),
    ("office", "gxdw"),
    ("industry", "hydm"),
    ("status", "djzt"),
    ("credit_class", "xyfl"),
    ("credit_score", "xyfz"),
    ("tags", "bq"),
    ("established", "clrq"),
    ("last_drawn", "ccrq"),
    ("key_matters", "zdsx"),
    ("lists", "md"),
];

/// A row of the office's table, by the register's names of columns.
pub type Row = BTreeMap<&'static str, String>;

#[derive(Clone)]
/// A table and the statements to be run on it.
pub struct Case {
    pub name: String,
    /// How the table becomes the register: `create view subjects as …`.
    pub view: String,
    pub rows: Vec<Row>,
    /// One for each list and plan.
    pub tasks: Vec<Asked>,
}

#[derive(Clone)]
/// A task's queries, and what they must give.
pub struct Asked {
    pub queries: BTreeMap<&'static str, FrameQuery>,
    /// Rows of the frame; of one that is refused none.
    pub frame: String,
    /// `what` and `n` of everybody excluded or in the frame, or of everything refused.
    pub counts: BTreeMap<String, u64>,
}

/// The view that the guide shows.
pub fn view() -> String {
    let guide = fs::read_to_string(root().join("docs/sql.md")).unwrap();
    let from = guide.find("create view subjects as").unwrap();
    guide[from..].split(";\n").next().unwrap().to_owned()
}

/// A view whose days are dates, and whose scores are integers.
fn typed(view: &str) -> String {
    let mut view = view.to_owned();
    for (column, of) in [("xyfz", "integer"), ("clrq", "date"), ("ccrq", "date")] {
        assert_eq!(view.matches(&format!("{column} as")).count(), 1, "{column}");
        let text = format!("cast(nullif({column}, '') as {of}) as");
        view = view.replace(&format!("{column} as"), &text);
    }
    view
}

/// The register as the engine should see it, without any change.
pub fn plain_view() -> String {
    let column = |(id, office): &(&str, &str)| format!("{office} as {id}");
    let columns: Vec<String> = COLUMNS.iter().map(column).collect();
    format!("create view subjects as select {} from register", columns.join(", "))
}

fn sheet(header: &[&str], rows: Vec<Vec<String>>) -> Sheet {
    let header = header.iter().map(|name| (*name).to_owned()).collect();
    Sheet { file: "t.csv".to_owned(), header, rows: (2..).zip(rows).collect(), ..Sheet::default() }
}

fn csv(text: &str) -> Sheet {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let mut rows = reader.records().map(|row| row.unwrap());
    let header: Vec<String> = rows.next().unwrap().iter().map(str::to_owned).collect();
    let rows = rows.map(|row| row.iter().map(str::to_owned).collect());
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    sheet(&header, rows.collect())
}

/// What an import makes of the rows, and what it finds.
pub fn imported(rows: &[Row]) -> (Table, Vec<Finding>) {
    let header: Vec<&str> = COLUMNS.iter().map(|(id, _)| *id).chain(["name"]).collect();
    let cells = |(at, row): (usize, &Row)| {
        let cells = COLUMNS.iter().map(|(id, _)| row[id].clone());
        cells.chain([format!("示例店{at}")]).collect::<Vec<_>>()
    };
    let rows = rows.iter().enumerate().map(cells).collect();
    Table::read(Register::Subjects, &sheet(&header, rows))
}

fn registry(subjects: Table) -> Registry {
    let read = |register, text| {
        let (table, findings) = Table::read(register, &csv(text));
        assert_eq!(findings, []);
        table
    };
    let matters = read(Register::Matters, MATTERS);
    let inspectors = read(Register::Inspectors, INSPECTORS);
    Registry::build(&[matters, subjects, inspectors]).0
}

/// Some thousand rows as offices keep them: codes in lower case and with blanks, several separators, old numbers, own
/// ids, fields that are empty, tags with quotes.
pub fn rows() -> Vec<Row> {
    let district = generate(&Spec { seed: 7, subjects: 3_000, inspectors: 40 });
    let (table, _) = Table::read(Register::Subjects, &csv(&district.subjects));
    let columns = Register::Subjects.columns();
    let row = |(i, cells): (usize, &shuangsuiji::registry::Cells)| {
        let cell = |id: &str| {
            let at = columns.iter().position(|column| column.id == id).unwrap();
            cells.cell(at).to_owned()
        };
        let mut row: Row = COLUMNS.iter().map(|(id, _)| (*id, cell(id))).collect();
        awkward(i, &mut row);
        row
    };
    table.rows.iter().enumerate().map(row).collect()
}

fn awkward(i: usize, row: &mut Row) {
    let every = |n: usize| i % n == n - 1;
    let mut tags: Vec<String> =
        row["tags"].split(';').filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
    match i % 5 {
        0 => tags.push("insurer:甲保险".to_owned()),
        1 => tags.extend(["insurer:乙保险", "insurer:甲保险"].map(str::to_owned)),
        2 => tags.push("insurer:丙'保\\险".to_owned()),
        3 => tags.push("o'neill\"$K".to_owned()),
        _ => {}
    }
    if !i.is_multiple_of(3) {
        tags.push(format!("食品风险:{}", ["A", "B", "C", "D"][i / 3 % 4]));
    }
    if i % 15 == 1 {
        // What stands twice is one tag.
        tags.extend([
            format!("食品风险:{}", ["A", "B", "C", "D"][i / 3 % 4]),
            "insurer:甲保险".to_owned(),
        ]);
    }
    if i.is_multiple_of(10) {
        tags.push("insurer:甲保险".to_owned());
    }
    if every(40) {
        tags.push("register:特殊名录".to_owned());
    }
    row.insert("tags", tags.join([";", "、", "；"][i % 3]));
    let region = ["330106", "330106001", "330183", "", "440305"][i % 5];
    row.insert("region", region.to_owned());
    let lists = [
        "",
        "经营异常",
        "经营异常@2026-03-01..",
        "白名单@2026-07-24..2026-08-31",
        "白名单@2026-01-01..2026-07-23;黑名单",
        "",
        "严重违法@2026-07-25..",
        "白名单@2026-01-01..2026-07-24",
    ];
    row.insert("lists", lists[i % lists.len()].to_owned());
    let mut set = |when: bool, id: &'static str, text: String| {
        if when {
            row.insert(id, text);
        }
    };
    set(every(29), "area", String::new());
    set(every(31), "station", String::new());
    set(every(37), "industry", String::new());
    set(every(41), "established", String::new());
    set(every(43), "office", "城东'分\\局".to_owned());
    set(every(47), "office", String::new());
    let key = ["M011", "M012", "M011;M012", "M010;M011;M012;M016"];
    set(i % 8 == 3, "key_matters", key[i / 40 % 4].to_owned());
    // The days and scores on which filters and exclusions of the plan turn.
    let days = ["2026-01-23", "2026-01-24", "2026-01-25"];
    set(i % 4 == 1, "last_drawn", days[i / 40 % 3].to_owned());
    let founded = ["2010-02-28", "2010-03-01", "2024-02-29", "2024-03-01"];
    set(i % 6 == 1, "established", founded[i / 24 % 4].to_owned());
    set(i % 9 == 1, "credit_score", ["99", "100", "900", "901"][i / 36 % 4].to_owned());
    set(every(53), "kind", "企'业\\".to_owned());
    let upper = |id: &str| row[id].clone();
    let (uscc, kind, class) = (upper("uscc"), upper("kind"), upper("credit_class"));
    if every(7) {
        row.insert("uscc", uscc.to_lowercase());
    } else if every(11) && !uscc.is_empty() {
        row.insert("uscc", format!(" {} {} ", &uscc[..8], &uscc[8..]));
    }
    if every(13) {
        row.insert("kind", format!("{kind} "));
    }
    if every(17) {
        row.insert("credit_class", class.to_lowercase());
    }
}

fn frozen(plan: &Plan, rules: &Rules, rows: &[Row]) -> Freeze {
    let (table, findings) = imported(rows);
    let errors: Vec<&Finding> =
        findings.iter().filter(|finding| finding.severity() == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(table.rows.len(), rows.len());
    plan.freeze(&registry(table), rules, &History::default()).unwrap_or_else(|e| panic!("{e}")).0
}

/// The codes of everything that an import of these rows, a freeze and a check find.
pub fn codes_of(plan: &Plan, rules: &Rules, rows: &[Row]) -> Vec<&'static str> {
    let (table, mut findings) = imported(rows);
    let (registry, history) = (registry(table), History::default());
    let ruled = plan.under(rules);
    let applied = ruled.apply(&registry, &history);
    findings.extend(applied.findings().iter().cloned());
    findings.extend(check(&applied).findings);
    findings.iter().map(Finding::code).collect()
}

pub fn queries(plan: &Plan, rules: &Rules, list: &str) -> BTreeMap<&'static str, FrameQuery> {
    let ruled = plan.under(rules);
    let of = |dialect: Dialect| {
        let (queries, _) = ruled.frame_queries(dialect, "subjects", Some(list)).unwrap();
        let [query] = queries.try_into().unwrap();
        (dialect.name(), query)
    };
    Dialect::all().into_iter().map(of).collect()
}

/// What a freeze of these registers in memory makes of every task.
pub fn as_frozen(plan: &Plan, rules: &Rules, rows: &[Row]) -> Vec<Asked> {
    let freeze = frozen(plan, rules, rows);
    let asked = |summary: &TaskSummary| {
        let file = String::from_utf8(freeze.files[&frame_path(&summary.list)].clone()).unwrap();
        let strata = summary.strata.iter().filter(|stratum| stratum.size > 0);
        let strata = strata.map(|s| (format!("stratum {}", s.stratum), s.size));
        let excluded = summary.excluded.iter().map(|(r, n)| (format!("excluded {r}"), *n));
        Asked {
            queries: queries(plan, rules, &summary.list),
            frame: file.split_once('\n').unwrap().1.to_owned(),
            counts: strata.chain(excluded).collect(),
        }
    };
    freeze.tasks.iter().map(asked).collect()
}

/// Plans that ask everything the language can, without and with local rules.
pub fn everything() -> Vec<Case> {
    let rows = rows();
    let mut cases = Vec::new();
    for ruled in [false, true] {
        let (plan, _) =
            Plan::parse(&plan_text(ruled), "plan.toml").unwrap_or_else(|e| panic!("{e}"));
        let rules = match ruled {
            true => {
                let (rules, findings) = Rules::parse(RULES, "rules.toml");
                assert_eq!(findings, []);
                rules
            }
            false => Rules::default(),
        };
        let tasks = as_frozen(&plan, &rules, &rows);
        assert!(tasks.iter().all(|task| task.frame.lines().count() > 20), "frames are too small");
        let name = format!("a register of {} rows, rules {ruled}", rows.len());
        let view = if ruled { typed(&view()) } else { view() };
        cases.push(Case { name, view, rows: rows.clone(), tasks });
    }
    cases
}
