//! A plan as an office writes it wrong: everything at once, with its place. And the schema for editors against the
//! plans of this repository, where Python's `jsonschema` is there.
#![allow(missing_docs)]

mod support;

use std::process::Command;

use shuangsuiji::base::finding::{Finding, Severity};
use shuangsuiji::plan::{AnnualPlan, History, Rules};
use shuangsuiji::registry::{Register, Registry, Sheet, Table};

/// Twenty mistakes, each named behind its line: what the language knows wrong, and what only registers tell.
const PLAN: &str = r#"format = "ssj-plan/1"
draw = "330199-2026Q4"
agency = ""                                         # P04
title = "第四季度"
colour = "red"                                      # P02
window = { from = "2026-10-09", to = "2026-12-31" }
mode = "sealed"                                     # S13
classes = "public"
[beacon]
trust = "public"
margin_s = -1                                       # P04
sources = [{ kind = "dice", dice = "d10x20", at = 1790000000 }] # B04
[replacement]
inspector = "beacon"
subject = "soon"                                    # P04
[slots]
lead = { needs = ["lead", "dept:市监"] }
member = { needs = ["dept:市监"] }
customs = { needs = ["dept:海关"] }
[[task]]
list = "T1"
title = "食品检查"
matters = ["M1", "M9"]                              # P11
type = "targeted"
sample = { number = 400 }                           # P15
slots = ["lead", "member"]
[task.scope]
tags_any = ["餐饮", "餐馆"]                         # P28
kind = ["企业", "设备"]                             # P29
region = ["3301", "330199"]                         # P34
[[task]]
list = "T2"
title = "电商检查"
matters = ["M2"]                                    # P11
type = "targeted"
scope = { tags_all = ["电商"] }                     # P28
sample = { ratio = "3" }                            # P04
slots = ["lead", "customs"]                         # P16
[[task]]
list = "t1"                                         # P06
title = "执照检查"
matters = ["M1"]
type = "untargeted"
window = { from = "2026-12-01", to = "2027-01-15" } # P32
scope = { area = ["东"] }                           # P09
sample = { ratio = "3%" }
slots = ["lead", "member"]
[[task]]
list = "T4"
title = "分类检查"
matters = ["M1"]
type = "targeted"
sample = { by = "credit", ratio = { A = "不低于3%" } } # P13
slots = ["lead"]                                    # P07
"#;

fn registry() -> Registry {
    let subjects: String = (1..=40)
        .map(|n| {
            let class = if n % 2 == 0 { "A" } else { "B" };
            format!("S{n:02},示例{n},企业,330106,东,存续,{class},餐饮\n")
        })
        .collect();
    let subjects = format!("own_id,name,kind,region,area,status,credit_class,tags\n{subjects}");
    let inspectors: String =
        (1..=4).map(|n| format!("E{n},张{n},市监,2027-12-31,在岗,是,20\n")).collect();
    let inspectors = format!("iid,name,dept,cert_valid_to,state,lead,capacity\n{inspectors}");
    let matters = "id,name,kind,dept,valid_to\nM1,食品,一般,市监,\nM2,电商,一般,市监,2026-11-30\n";
    let table = |(register, text): (Register, &str)| {
        let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let mut lines = (1..).zip(text.lines().map(cells));
        let header = lines.next().unwrap().1;
        let file = register.name().to_owned();
        Table::read(register, &Sheet { file, header, rows: lines.collect(), ..Sheet::default() }).0
    };
    let tables = [
        (Register::Matters, matters),
        (Register::Subjects, &subjects),
        (Register::Inspectors, &inspectors),
    ];
    Registry::build(&tables.map(table)).0
}

/// What one run finds: of the text, and of what was understood of it against the registers.
fn found(text: &str) -> Vec<Finding> {
    let (annual, mut findings) = AnnualPlan::parse(text, "plan.toml");
    let (registry, history, rules) = (registry(), History::default(), Rules::default());
    for plan in annual.iter().flat_map(AnnualPlan::plans) {
        findings.extend(plan.under(&rules).apply(&registry, &history).findings().to_vec());
    }
    findings
}

#[test]
fn twenty_mistakes_are_twenty_findings() {
    let expected: Vec<(u64, &str)> = (1..)
        .zip(PLAN.lines())
        .filter_map(|(line, text)| Some((line, text.split_once("# ")?.1)))
        .collect();
    assert_eq!(expected.len(), 20);
    let findings = found(PLAN);
    let mut found: Vec<(u64, &str)> =
        findings.iter().map(|f| (f.place.row.unwrap(), f.code())).collect();
    found.sort_unstable();
    let shown: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(found, expected, "{}", shown.join("\n"));
    for finding in &findings {
        // The character is where the value or the key begins that is wrong.
        let line = PLAN.lines().nth(finding.place.row.unwrap() as usize - 1).unwrap();
        let rest: String =
            line.chars().skip(finding.place.position().unwrap() as usize - 1).collect();
        let key = finding.place.column.as_deref().unwrap();
        let last = key.rsplit('.').next().unwrap().trim_end_matches(|c: char| "[]0123".contains(c));
        assert!(rest.starts_with(['"', '[', '{', '-']) || rest.starts_with(last), "{key}: {rest}");
    }
}

/// The same plan put right has none.
#[test]
fn put_right_it_is_sound() {
    let mut text = PLAN.to_owned();
    for (wrong, right) in [
        ("\"\" ", "\"示例局\" "),
        ("colour = \"red\" ", ""),
        ("\"sealed\"", "\"open\""),
        ("margin_s = -1", "margin_s = 600"),
        ("kind = \"dice\", dice = \"d10x20\", at", "kind = \"drand\", chain = \"quicknet\", at"),
        ("\"soon\"", "\"none\""),
        (", \"M9\"", ""),
        ("400", "4"),
        (", \"餐馆\"", ""),
        (", \"设备\"", ""),
        ("\"330199\"", "\"330106\""),
        ("[\"M2\"]", "[\"M1\"]"),
        ("\"电商\"]", "\"餐饮\"]"),
        ("\"3\"", "\"3%\""),
        ("\"customs\"", "\"member\""),
        ("\"t1\"", "\"T3\""),
        ("2027-01-15", "2026-12-15"),
        ("area = [\"东\"]", "kind = [\"企业\"]"),
        ("A = \"不低于3%\"", "A = \"3%\", B = \"3%\""),
        ("slots = [\"lead\"] ", "slots = [\"lead\", \"member\"] "),
    ] {
        assert_eq!(text.matches(wrong).count(), 1, "{wrong}");
        text = text.replace(wrong, right);
    }
    let findings = found(&text);
    assert!(findings.iter().all(|f| f.severity() == Severity::Note), "{findings:?}");
}

/// A second opinion on `docs/plan-schema.json`: what it accepts and what it does not.
#[test]
fn the_schema_knows_our_plans() {
    const VALIDATE: &str = "
import json, re, sys, tomllib
try:
    import jsonschema
except ImportError:
    sys.exit(77)
schema = json.load(open('docs/plan-schema.json', encoding='utf-8'))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
plain = lambda value: json.loads(json.dumps(value, default=str))
guide = open('docs/plan.md', encoding='utf-8').read()
plans = [block.split('```')[0] for block in guide.split('```toml\\n')[1:]]
plans += [open(path, encoding='utf-8').read() for path in ['data/plan-template.toml', 'data/district/plan.toml']]
for plan in plans:
    validator.validate(plain(tomllib.loads(plan)))
wrong = 0
for old, new in [('ratio = {', 'ration = {'), ('\"targeted\"', '\"aimed\"'), ('margin_s = 600', 'margin_s = -1'), ('draw ', 'drew ')]:
    wrong += not validator.is_valid(plain(tomllib.loads(plans[0].replace(old, new))))
print(len(plans), wrong)
";
    let python = Command::new("python3")
        .args(["-c", VALIDATE])
        .current_dir(support::root())
        .output()
        .expect("the second verifier needs python3 as well");
    if python.status.code() == Some(77) {
        println!("not run: Python has no module jsonschema here");
        return;
    }
    let (out, err) = (
        String::from_utf8_lossy(&python.stdout).into_owned(),
        String::from_utf8_lossy(&python.stderr).into_owned(),
    );
    assert_eq!(out.trim(), "4 4", "{err}");
}
