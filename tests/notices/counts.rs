//! Notices of results, counted once more, and of a whole district.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::Value;
use shuangsuiji::record::bundle::COMMITMENT;
use shuangsuiji::record::commitment::Commitment;

use crate::filled::*;
use crate::support::random::Random;
use crate::support::ssj::run;
use crate::support::write_folder;
use crate::{files, office, text};

/// Random tables, counted once more from the table alone.
#[test]
fn the_numbers_are_those_of_the_table() {
    let temp = office("open");
    let folder = temp.path();
    let blank = Table::of(folder);
    let problems = ["发现问题已责令改正", "不配合检查情节严重", "发现问题待后续处理；注销"];
    let fine = ["未发现问题", "迁出", "未发现开展本次抽查涉及的经营活动"];
    for seed in 0..8 {
        let mut random = Random::new(seed);
        let mut table = blank.clone();
        // By subject: matters, public, with a problem, with other people, waiting.
        let mut visits: BTreeMap<String, [u64; 5]> = BTreeMap::new();
        for row in 0..table.len() {
            let sid = table.get(row, SID).to_owned();
            let counts = visits.entry(sid).or_default();
            counts[0] += 1;
            if random.chance(30) {
                continue;
            }
            let bad = random.chance(40);
            let words = if bad { problems } else { fine };
            table.enter(row, words[random.index(3)], "2026-12-01");
            if random.chance(20) {
                table.set(row, STATE, "不通过");
                counts[4] += 1;
                continue;
            }
            counts[1] += 1;
            counts[2] += u64::from(bad);
            if random.chance(25) {
                let team =
                    table.get(row, PEOPLE).split('、').skip(1).collect::<Vec<_>>().join("；");
                table.set(row, PEOPLE, &team);
                counts[3] += 1;
            }
        }
        table.write(&folder.join("r.csv"));
        let out = format!("{seed}");
        notice(folder, 0, "r.csv", "2026-12-15", &["--out", &out]);
        let made = text(&files(&folder.join(out)), "EX-OPEN-1-outcome-2026-12-15.json");
        let made: Value = serde_json::from_str(&made).unwrap();
        let n = |of: &dyn Fn(&[u64; 5]) -> bool| visits.values().filter(|v| of(v)).count() as u64;
        let (begun, public) = (n(&|v| v[1] > 0), visits.values().map(|v| v[1]).sum::<u64>());
        for (name, count) in [
            ("应检查户次", visits.len() as u64),
            ("结果全部公布的户次", n(&|v| v[1] == v[0])),
            ("结果部分公布的户次", n(&|v| v[1] > 0 && v[1] < v[0])),
            ("尚无公布结果的户次", n(&|v| v[1] == 0)),
            ("其中未录入的户次", n(&|v| v[1] + v[4] == 0)),
            ("实际检查人员与抽取不同的户次", n(&|v| v[3] > 0)),
        ] {
            assert_eq!(number(&made, name), count, "{seed}: {name}");
        }
        let share = |name: &str| made["检查情况"][name].as_str().unwrap_or("0/0（").to_owned();
        let problems = n(&|v| v[2] > 0);
        assert!(share("发现问题的户次比例").starts_with(&format!("{problems}/{begun}（")));
        let all = blank.len();
        assert!(share("结果公布比例（事项）").starts_with(&format!("{public}/{all}（")));
        // Nobody and nothing is dropped.
        let shown: BTreeSet<&str> = rows(&made, RESULT)
            .iter()
            .chain(rows(&made, "未公布结果"))
            .map(|row| row[SID].as_str().unwrap())
            .collect();
        assert_eq!(shown.len(), visits.len());
        assert_eq!(rows(&made, RESULT).len() as u64, public);
    }
}

/// A year of a district: nothing in a table takes longer the more rows there are before it.
#[test]
#[allow(clippy::disallowed_methods)]
fn the_results_of_a_year_are_published_at_once() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path();
    let district = crate::district::district();
    let commitment = Commitment::parse(&district[COMMITMENT]).unwrap();
    write_folder(&folder.join("bundle"), &district);
    // Without the forms: they make a receipt for each of them.
    let visits = String::from_utf8(district["visits.tsv"].clone()).unwrap();
    let mut team: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let assignment = String::from_utf8(district["assignment.tsv"].clone()).unwrap();
    let head: Vec<&str> = assignment.lines().next().unwrap().split('\t').collect();
    let at = |name: &str| head.iter().position(|column| *column == name).unwrap();
    let last = assignment.lines().last().unwrap().split('\t').nth(at("round")).unwrap();
    for row in assignment.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>()) {
        if row[at("round")] == last {
            team.entry(row[at("sid")]).or_default().push(row[at("iid")]);
        }
    }
    let list = &commitment.lists[0];
    let mut csv = Table(vec![Table::HEADER.map(str::to_owned).to_vec()]);
    for sid in visits.lines().skip(1).map(|line| line.split('\t').next().unwrap()) {
        for matter in &list.matters {
            csv.0.push(vec![String::new(); Table::HEADER.len()]);
            let row = csv.len() - 1;
            csv.set(row, SID, sid);
            csv.set(row, LIST, &list.list);
            csv.set(row, MATTER, matter);
            csv.set(row, PEOPLE, &team[sid].join("、"));
            csv.enter(row, "未发现问题", &commitment.window.1);
        }
    }
    csv.write(&folder.join("r.csv"));
    let args = ["--clock", "2030-01-01T09:00:00+08:00", "publish", "notice", "bundle"];
    let more = ["--kind", "outcome", "--results", "r.csv", "--date", "2029-12-31", "--out", "out"];
    let args = [&args[..], &more].concat();
    let start = Instant::now();
    run(folder, 0, &args);
    let first = start.elapsed();
    let made = files(&folder.join("out"));
    let name = made.keys().find(|name| name.ends_with(".json")).unwrap().clone();
    let notice = json(folder, &name);
    assert_eq!(number(&notice, "结果全部公布的户次"), crate::district::VISITS);
    assert!(rows(&notice, "未公布结果").is_empty());
    assert!(rows(&notice, "实际检查人员与抽取不同").is_empty());
    let start = Instant::now();
    run(folder, 0, &[&args[..], &["--earlier", &format!("out/{name}")]].concat());
    let again = start.elapsed();
    eprintln!("{} rows: {first:?}, with an earlier notice {again:?}", csv.len());
    // Verification is most of it.
    assert!(first < Duration::from_secs(300) && again < Duration::from_secs(300));
}
