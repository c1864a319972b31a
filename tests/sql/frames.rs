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

/// A table and the statements to be run on it.
pub struct Case {
    pub name: String,
    /// How the table becomes the register: `create view subjects as …`.
    pub view: String,
    pub rows: Vec<Row>,
    /// One for each list and plan.
    pub tasks: Vec<Asked>,
}

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

const MATTERS: &str = "id,name,kind,dept\nM010,一,一般,市监\nM011,二,一般,市监\nM012,三,一般,市监\nM016,四,一般,市监\n";
const INSPECTORS: &str = "iid,name,dept,area,cert_valid_to,state,lead,tags,capacity
E1,甲,市监,城东,2027-12-31,在岗,是,insurer:甲保险,500
E2,乙,市监,城西,2027-12-31,在岗,是,insurer:乙保险,500
E3,丙,市监,城南,2027-12-31,在岗,是,insurer:丙'保\\险,500
";

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
        3 => tags.push("o'neill\"${K}".replace(['{', '}'], "")),
        _ => {}
    }
    if i % 3 > 0 {
        tags.push(format!("食品风险:{}", ["A", "B", "C", "D"][i / 3 % 4]));
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
        "",
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

pub const HEAD: &str = r#"format = "ssj-plan/1"
draw = "T-2026Q3"
agency = "示例局"
title = "测试"
window = { from = "2026-07-24", to = "2026-09-30" }
mode = "open"
classes = "public"
credit = { unrated = "C", stale_after_days = 120 }
[beacon]
trust = "public"
margin_s = 600
sources = [{ kind = "drand", chain = "quicknet", round = 30662982 }]
[replacement]
subject = "none"
inspector = "beacon"
[slots]
lead = { needs = ["lead"] }
member = { needs = ["dept:市监"] }
local = { needs = ["area:{area}"] }
insured = { needs = ["insurer:{insurer}"] }
"#;

/// Scope, exclusions and sample of tasks that ask everything, with their matters and slots.
const TASKS: [[&str; 5]; 8] = [
    [
        "kind = ['企业', '个体工商户'], tags_any = ['餐饮', '食品销售'], status = ['存续', '歇业']",
        "drawn_within_days = 180, key_supervised = true",
        "by = 'credit', ratio = { A = '1%', B = '5-20%', C = '不低于10%', D = '30%' }",
        "'M011', 'M012'",
        "'lead', 'member'",
    ],
    [
        "region = ['3301', '440305'], industry = ['F', 'H', '7'], tags_none = ['餐饮']",
        "",
        "by = 'credit', number = 20, weights = { A = 1, B = 2, C = 5, D = 20 }",
        "'M010', 'M016'",
        "'lead', 'member'",
    ],
    [
        "tags_any = ['广告'], score_min = 100, score_max = 900",
        "",
        "number = 5, weight = 'score'",
        "'M012'",
        "'lead', 'member'",
    ],
    [
        "established_from = 2010-03-01, established_to = '2024-02-29', lists_any = ['经营异常', '黑名单']",
        "drawn_within_months = 6",
        "all = true",
        "'M016'",
        "'lead', 'member'",
    ],
    ["kind = ['企业', \"企'业\\\\\"]", "", "number = 30", "'M010'", "'lead', 'member'"],
    [
        "area = ['城东', '城西'], tags_any = ['insurer:甲保险', \"insurer:丙'保\\\\险\"], lists_none = ['白名单', '严重违法'], credit_class = ['B', 'C']",
        "key_supervised = true",
        "ratio = '5-20%'",
        "'M010', 'M011'",
        "'local', 'insured', 'lead'",
    ],
    [
        "office = [\"城东'分\\\\局\", '示例区市场监督管理局'], station = ['一所', '二所', '城东一所', '城东二所'], tags_all = [\"o'neill\\\"$K\"]",
        "",
        "per_officer = 1, dept = '市监', by = 'credit', weights = { A = 3, B = 2, C = 5, D = 1048576 }",
        "'M012'",
        "'lead', 'member'",
    ],
    [
        "register = ['特殊名录'], status = ['存续', '注销', '吊销']",
        "",
        "all = true",
        "'M010', 'M011'",
        "'lead', 'member'",
    ],
];

const RULES: &str = r#"format = "ssj-rules/1"
version = "1"
title = "细则"
issued = 2026-01-05
[[rule]]
id = "white"
kind = "white_list"
name = "白名单免于抽查"
basis = "第 1 条"
matters = ["M012", "M016"]
[[rule]]
id = "key"
kind = "key_supervised"
name = "重点监管另查"
basis = "第 2 条"
matters = ["M012"]
[[fusion]]
id = "food"
name = "融合"
basis = "第 3 条"
matters = ["M011", "M012"]
tag = "食品风险"
[fusion.table]
A = { A = "A", B = "B", C = "B", D = "C" }
B = { A = "B", B = "B", C = "C", D = "C" }
C = { A = "C", B = "C", C = "C", D = "D" }
D = { A = "C", B = "D", C = "D", D = "D" }
[[fusion]]
id = "insured"
name = "融合"
basis = "第 4 条"
matters = ["M010"]
tag = "insurer"
[fusion.table]
A = { "甲保险" = "A", "乙保险" = "D" }
B = { "甲保险" = "B", "丙'保\\险" = "A" }
C = { "甲保险" = "C", "丙'保\\险" = "B" }
D = { "甲保险" = "D", "丙'保\\险" = "D" }
"#;

/// The plan of all tasks, those of the insurers' fusion left out where it binds.
fn plan_text(ruled: bool) -> String {
    let mut text = HEAD.to_owned();
    for (at, [scope, exclude, sample, matters, slots]) in TASKS.iter().enumerate() {
        // Two insurers of one subject cannot be joined: that is refused, and has its own case.
        let matters = match (ruled, at) {
            (true, 1 | 4) => "'M016'",
            _ => matters,
        };
        let kind = if at == 4 { "untargeted" } else { "targeted" };
        text += &format!(
            "[[task]]\nlist = \"T{at}\"\ntitle = \"任务 {at}\"\nmatters = [{matters}]\ntype = \"{kind}\"\n\
             scope = {{ {scope} }}\nexclude = {{ {exclude} }}\nsample = {{ {sample} }}\nslots = [{slots}]\n"
        );
    }
    text
}

fn frozen(plan: &Plan, rules: &Rules, rows: &[Row]) -> Freeze {
    let (table, findings) = imported(rows);
    let errors: Vec<&Finding> =
        findings.iter().filter(|finding| finding.severity() == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(table.rows.len(), rows.len());
    plan.freeze(&registry(table), rules, &History::default()).unwrap_or_else(|e| panic!("{e}")).0
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
        cases.push(Case { name, view: view(), rows: rows.clone(), tasks });
    }
    cases
}
