//! The quarter's plan: one template for all sizes, numbers from the counts of each scope.
//!
//! Numbers grow with the register; a task whose scope is too small to draw from is left out.

use super::people::{self, DEPARTMENTS, ENVIRONMENT};
use super::subjects::Kind;
use super::tasks::{Profile, SLOTS, Sample, TASKS, Task};
use std::fmt::Write;

/// How many eligible subjects of each class each task has.
#[derive(Default)]
pub(super) struct Census([[u64; 4]; TASKS.len()]);

impl Census {
    pub(super) fn count(&mut self, profile: &Profile) {
        for (task, classes) in TASKS.iter().zip(&mut self.0) {
            if task.holds(profile) {
                classes[profile.class.unwrap_or(2)] += 1;
            }
        }
    }
}

/// Slots to fill in each department, if no visit merges with another.
pub(super) type Demand = [u64; DEPARTMENTS.len()];

/// plan.toml and what it asks of the staff.
pub(super) fn write(census: &Census, inspectors: usize) -> (String, Demand) {
    let officers = people::staff(inspectors)[ENVIRONMENT] as u64;
    let mut demand = [0; DEPARTMENTS.len()];
    let mut used = [false; SLOTS.len()];
    let mut tasks = String::new();
    let mut serial = 0;
    for (task, classes) in TASKS.iter().zip(&census.0) {
        let Some((drawn, sample)) = sample(&task.sample, classes, officers) else {
            continue;
        };
        serial += 1;
        tasks.push_str(&block(task, serial, &sample));
        for (slot, used) in
            SLOTS.iter().zip(&mut used).filter(|(slot, _)| task.slots.contains(&slot.0))
        {
            demand[slot.3] += drawn;
            *used = true;
        }
    }
    let mut text = String::from(HEAD);
    for (slot, _) in SLOTS.iter().zip(used).filter(|(_, used)| *used) {
        line(&mut text, slot.0, slot.1, slot.2);
    }
    (text + &tasks, demand)
}

/// How many are drawn, and how the plan says it; `None` if there is too little to draw from.
fn sample(sample: &Sample, classes: &[u64; 4], officers: u64) -> Option<(u64, String)> {
    let all: u64 = classes.iter().sum();
    // Round numbers, as plans have them, but at least one.
    let number = |permille: u64| match all * permille / 1000 {
        few @ 0..20 => few.max(1),
        many => (many + 5) / 10 * 10,
    };
    let by = |[a, b, c, d]: [u64; 4]| format!("weights = {{ A = {a}, B = {b}, C = {c}, D = {d} }}");
    if all == 0 {
        return None;
    }
    match *sample {
        Sample::Ratio { percent, floor } => {
            let (percent, drawn) = lawful(percent, floor.unwrap_or(0), classes);
            let [a, b, c, d] = percent;
            let floor = floor.map_or(String::new(), |floor| format!(r#", floor = "{floor}%""#));
            let ratio = format!(r#"ratio = {{ A = "{a}%", B = "{b}%", C = "{c}%", D = "{d}%" }}"#);
            Some((drawn, format!(r#"{{ by = "credit", {ratio}{floor} }}"#)))
        }
        Sample::Number { permille, weights } => {
            let number = number(permille);
            Some((number, format!(r#"{{ by = "credit", number = {number}, {} }}"#, by(weights))))
        }
        // The order sample by score is good above twenty only.
        Sample::Score { .. } if all < 20 => None,
        Sample::Score { permille } => {
            let number = number(permille);
            Some((number, format!(r#"{{ number = {number}, weight = "score" }}"#)))
        }
        Sample::PerOfficer { most, weights } => {
            let each = most.min(all / (2 * officers));
            let department = DEPARTMENTS[ENVIRONMENT];
            let text = format!(
                r#"{{ per_officer = {each}, dept = "{department}", by = "credit", {} }}"#,
                by(weights)
            );
            (each > 0).then_some((each * officers, text))
        }
        Sample::All => Some((all, "{ all = true }".into())),
    }
}

/// Ratios per class whose sum, each rounded up, reaches the floor, itself rounded up; class A is raised if need be.
fn lawful(mut percent: [u64; 4], floor: u64, classes: &[u64; 4]) -> ([u64; 4], u64) {
    let all: u64 = classes.iter().sum();
    loop {
        let drawn = classes.iter().zip(percent).map(|(n, p)| (n * p).div_ceil(100)).sum();
        if drawn >= (all * floor).div_ceil(100) || percent[0] >= floor {
            return (percent, drawn);
        }
        percent[0] += 1;
    }
}

fn block(task: &Task, serial: u64, sample: &str) -> String {
    let mut text = format!("\n[[task]]  # {}\n", task.why);
    let quoted = |value: &str| format!("\"{value}\"");
    let mut put = |key: &str, value: &str, comment: &str| line(&mut text, key, value, comment);
    put("list", &format!("\"33019920260720{serial:04}\""), "任务编号：区划6位、日期8位、序号4位");
    put("title", &quoted(task.title), "任务名称");
    if let Some(partner) = task.joint {
        put("initiator", "\"市场监督管理局\"", "发起部门");
        put("partners", &array(&[partner]), "配合部门");
    }
    put("matters", &array(task.matters), "抽查事项，见 matters.csv");
    match task.targeted {
        true => put("type", "\"targeted\"", "定向"),
        false => put("type", "\"untargeted\"", "不定向"),
    }
    if task.scope.kinds == [Kind::Device] {
        put("unit", "\"device\"", "抽样单位：设备");
    }
    put("scope", &task.scope.text(), "抽查范围");
    if task.exclude {
        put(
            "exclude",
            "{ drawn_within_days = 180, key_supervised = true }",
            "半年内已抽中的、重点监管的不列入",
        );
    }
    put("sample", sample, "抽取方式");
    if let Some(group) = task.group {
        put("group", &quoted(group), "同组任务共用抽签号，重合的对象合并为一次检查");
    }
    put("slots", &array(task.slots), "检查组的组成");
    if task.reserve > 0 {
        put("reserve", &task.reserve.to_string(), "每层候补户数");
    }
    text
}

fn line(text: &mut String, key: &str, value: &str, comment: &str) {
    writeln!(text, "{key} = {value}  # {comment}").expect("bug: writing to a String cannot fail");
}

/// A TOML array of strings.
pub(super) fn array(list: &[&str]) -> String {
    format!("[{}]", list.iter().map(|item| format!("\"{item}\"")).collect::<Vec<_>>().join(", "))
}

const HEAD: &str = r#"# 示例区2026年第三季度抽查计划（虚构，供演练）：一个文件 = 一个季度 = 一次抽取 = 一次封存
format = "ssj-plan/1"  # 计划文件的格式
draw = "330199-2026Q3"  # 抽取编号，重新抽取时不变
agency = "示例区市场监督管理局"  # 组织抽取的机关
title = "2026年第三季度“双随机、一公开”抽查（演练）"  # 名称
window = { from = "2026-07-24", to = "2026-09-30" }  # 检查期间
mode = "open"  # 公开抽取：名单抽出即可公布
suite = "sha256"  # 摘要算法
classes = "public"  # 信用风险分类可以公开（对象均为虚构）
rehearsal = true  # 演练：各类公示均注明
credit = { unrated = "C", stale_after_days = 120 }  # 未评定的按C类计；评定逾120天的照用并提示

[beacon]  # 公开随机信标：事先指明，无人能预知
trust = "public"  # 只用公开来源
margin_s = 600  # 封存公布至信标产生至少间隔600秒
sources = [  # 按时间先后
  { kind = "drand", chain = "quicknet", round = 30662982 },  # 真实的一轮，2026-07-23T07:38:30Z，见 randomness/quicknet.json
]

[replacement]  # 更换规则
subject = "none"  # 检查对象不更换
inspector = "beacon"  # 检查人员由新的信标值决定

[slots]  # 检查组的席位，定义一次，联合检查时相同的合并
"#;

#[cfg(test)]
mod tests {
    use super::super::people::EXPERTS;
    use super::*;

    /// All mixtures of few enterprises, and a lopsided register: at least ⌈3 %⌉ of them are drawn.
    #[test]
    fn the_floor_holds_for_every_mixture() {
        let check = |classes: [u64; 4]| {
            let (percent, drawn) = lawful([1, 3, 6, 20], 3, &classes);
            assert!(drawn * 100 >= classes.iter().sum::<u64>() * 3, "{classes:?} {percent:?}");
            assert!(drawn <= classes.iter().sum());
        };
        for code in 0..6_u64.pow(4) {
            check([code % 6, code / 6 % 6, code / 36 % 6, code / 216]);
        }
        check([40_065, 0, 0, 0]);
        assert_eq!(lawful([1, 3, 6, 20], 3, &[40_065, 0, 0, 0]), ([3, 3, 6, 20], 1_202));
    }

    #[test]
    fn what_is_too_small_is_left_out() {
        let score = Sample::Score { permille: 100 };
        assert_eq!(sample(&score, &[19, 0, 0, 0], 16), None);
        assert_eq!(sample(&score, &[20, 0, 0, 0], 16).unwrap().0, 2);
        let staff = Sample::PerOfficer { most: 5, weights: [1, 2, 4, 8] };
        assert_eq!(sample(&staff, &[31, 0, 0, 0], 16), None);
        assert_eq!(sample(&staff, &[32, 0, 0, 0], 16).unwrap().0, 16);
        assert_eq!(sample(&staff, &[900, 0, 0, 0], 16).unwrap().0, 80);
        assert_eq!(sample(&Sample::All, &[0; 4], 16), None);
    }

    #[test]
    fn tasks_name_slots_that_exist_and_at_least_two_inspectors() {
        for task in &TASKS {
            let slots: Vec<_> = SLOTS.iter().filter(|slot| task.slots.contains(&slot.0)).collect();
            assert_eq!(slots.len(), task.slots.len(), "{}", task.title);
            assert!(slots.iter().filter(|slot| slot.3 != EXPERTS).count() >= 2, "{}", task.title);
        }
    }
}
