//! The tasks of the quarter and the slots of their teams, as tables.
//!
//! A scope is written once, as a value that both prints itself and says who is in it, so that the counts of `plan` and
//! the text of the plan cannot disagree.

use super::dates;
use super::people::{ENVIRONMENT, EXPERTS, MARKET};
use super::plan::array;
use super::subjects::{Kind, word};

/// What a scope looks at.
pub(super) struct Profile<'a> {
    pub kind: Kind,
    pub tags: &'a [&'static str],
    /// 存续.
    pub live: bool,
    /// 0 … 3 for A … D; unrated and stale ones count as C, as the plan says.
    pub class: Option<usize>,
    /// Day of the last draw, and matters supervised outside the draw: what a task's `exclude` looks at.
    pub drawn: Option<i32>,
    pub key: &'a [&'static str],
}

/// Live subjects with one of the kinds and one of the tags `any` and all of the tags `all`; an empty list asks nothing.
pub(super) struct Scope {
    pub kinds: &'static [Kind],
    pub any: &'static [&'static str],
    pub all: &'static [&'static str],
}

impl Scope {
    fn holds(&self, p: &Profile) -> bool {
        p.live
            && (self.kinds.is_empty() || self.kinds.contains(&p.kind))
            && (self.any.is_empty() || self.any.iter().any(|tag| p.tags.contains(tag)))
            && self.all.iter().all(|tag| p.tags.contains(tag))
    }

    pub(super) fn text(&self) -> String {
        let mut parts = Vec::new();
        let kinds: Vec<&str> = self.kinds.iter().map(|&kind| word(kind)).collect();
        for (key, list) in [
            ("kind", kinds.as_slice()),
            ("tags_any", self.any),
            ("tags_all", self.all),
            ("status", &["存续"]),
        ] {
            if !list.is_empty() {
                parts.push(format!("{key} = {}", array(list)));
            }
        }
        format!("{{ {} }}", parts.join(", "))
    }
}

/// How many are drawn.
pub(super) enum Sample {
    /// Percent of each class, and of all together at least `floor`.
    Ratio {
        percent: [u64; 4],
        floor: Option<u64>,
    },
    /// A number, `permille` of the scope, with weights of the classes.
    Number {
        permille: u64,
        weights: [u64; 4],
    },
    /// A number, `permille` of the scope, by score.
    Score {
        permille: u64,
    },
    /// So many for each officer of the department of the environment, with weights of the classes.
    PerOfficer {
        most: u64,
        weights: [u64; 4],
    },
    All,
}

pub(super) struct Task {
    pub title: &'static str,
    /// What the plan's reader should know about it.
    pub why: &'static str,
    pub joint: Option<&'static str>,
    pub matters: &'static [&'static str],
    pub targeted: bool,
    pub scope: Scope,
    pub exclude: bool,
    pub sample: Sample,
    pub group: Option<&'static str>,
    pub slots: &'static [&'static str],
    pub reserve: u64,
}

impl Task {
    /// In scope and surely not excluded: a day of the last draw that is near the limit counts as excluded.
    pub(super) fn holds(&self, p: &Profile) -> bool {
        let recent = p.drawn.is_some_and(|day| day >= dates::day(2026, 1, 1));
        let key = p.key.iter().any(|matter| self.matters.contains(matter));
        self.scope.holds(p) && !(self.exclude && (recent || key))
    }
}

/// Name, text, comment, department.
pub(super) const SLOTS: [(&str, &str, &str, usize); 9] = [
    (
        "lead",
        r#"{ needs = ["lead", "dept:市监"], avoids = ["station:{station}"] }"#,
        "组长：不由对象所属监管所的人担任",
        MARKET,
    ),
    ("member", r#"{ needs = ["dept:市监", "area:{area}"] }"#, "组员：熟悉对象所在片区", MARKET),
    ("fire_a", r#"{ needs = ["dept:消防"] }"#, "消防监督员", 1),
    ("fire_b", r#"{ needs = ["dept:消防"] }"#, "消防监督员", 1),
    ("health_a", r#"{ needs = ["dept:卫健"] }"#, "卫生监督员", 2),
    ("health_b", r#"{ needs = ["dept:卫健"] }"#, "卫生监督员", 2),
    ("env_a", r#"{ needs = ["dept:生态环境", "lead"] }"#, "环境执法人员，可任组长", ENVIRONMENT),
    ("env_b", r#"{ needs = ["dept:生态环境"] }"#, "环境执法人员", ENVIRONMENT),
    (
        "expert",
        r#"{ needs = ["expert:特种设备"], role = "expert" }"#,
        "专家：不计入两名执法人员",
        EXPERTS,
    ),
];

const BUSINESS: &[Kind] = &[Kind::Enterprise, Kind::Household];

pub(super) const TASKS: [Task; 9] = [
    Task {
        title: "食品经营检查",
        why: "按信用风险分类定比例，逐类向上取整",
        joint: None,
        matters: &["M011", "M012"],
        targeted: true,
        scope: Scope { kinds: BUSINESS, any: &["餐饮", "食品销售"], all: &[] },
        exclude: true,
        sample: Sample::Ratio { percent: [1, 2, 8, 25], floor: None },
        group: Some("catering"),
        slots: &["lead", "member"],
        reserve: 2,
    },
    Task {
        title: "餐饮场所消防联合检查",
        why: "部门联合：定总数，按类别加权，抽中机会精确成比例",
        joint: Some("消防救援大队"),
        matters: &["M012", "M031"],
        targeted: true,
        scope: Scope { kinds: BUSINESS, any: &[], all: &["餐饮"] },
        exclude: false,
        sample: Sample::Number { permille: 40, weights: [1, 2, 5, 20] },
        group: Some("catering"),
        slots: &["lead", "member", "fire_a", "fire_b"],
        reserve: 2,
    },
    Task {
        title: "住宿和美容美发场所卫生联合检查",
        why: "部门联合：市监与卫健同去一次",
        joint: Some("卫生健康局"),
        matters: &["M008", "M033"],
        targeted: true,
        scope: Scope { kinds: BUSINESS, any: &["住宿", "美容美发"], all: &[] },
        exclude: false,
        sample: Sample::Ratio { percent: [1, 3, 10, 25], floor: None },
        group: None,
        slots: &["lead", "member", "health_a", "health_b"],
        reserve: 1,
    },
    Task {
        title: "企业公示信息检查",
        why: "总数不低于3%",
        joint: None,
        matters: &["M001"],
        targeted: false,
        scope: Scope { kinds: &[Kind::Enterprise], any: &[], all: &[] },
        exclude: false,
        sample: Sample::Ratio { percent: [1, 3, 6, 20], floor: Some(3) },
        group: None,
        slots: &["lead", "member"],
        reserve: 0,
    },
    Task {
        title: "广告经营检查",
        why: "按信用风险分值逐户加权",
        joint: None,
        matters: &["M015"],
        targeted: true,
        scope: Scope { kinds: BUSINESS, any: &["广告"], all: &[] },
        exclude: false,
        sample: Sample::Score { permille: 100 },
        group: None,
        slots: &["lead", "member"],
        reserve: 1,
    },
    Task {
        title: "排污单位环境监管检查",
        why: "按执法人员数定总数",
        joint: None,
        matters: &["M035"],
        targeted: true,
        scope: Scope { kinds: BUSINESS, any: &["排污"], all: &[] },
        exclude: false,
        sample: Sample::PerOfficer { most: 5, weights: [1, 2, 4, 8] },
        group: None,
        slots: &["env_a", "env_b"],
        reserve: 1,
    },
    Task {
        title: "危化品承压设备检查",
        why: "必查；抽样单位是设备，须有专家",
        joint: None,
        matters: &["M029", "M030"],
        targeted: true,
        scope: Scope { kinds: &[Kind::Device], any: &[], all: &["特种设备", "危化品"] },
        exclude: false,
        sample: Sample::All,
        group: None,
        slots: &["lead", "member", "expert"],
        reserve: 0,
    },
    Task {
        title: "个体工商户和合作社登记事项检查",
        why: "不定向，定总数",
        joint: None,
        matters: &["M002"],
        targeted: false,
        scope: Scope { kinds: &[Kind::Household, Kind::Cooperative], any: &[], all: &[] },
        exclude: false,
        sample: Sample::Number { permille: 5, weights: [1, 2, 4, 8] },
        group: None,
        slots: &["lead", "member"],
        reserve: 0,
    },
    // Given registers have no devices: there the enterprises that use them take their place.
    Task {
        title: "危化品单位特种设备检查",
        why: "必查；须有专家",
        joint: None,
        matters: &["M029", "M030"],
        targeted: true,
        scope: Scope { kinds: &[Kind::Enterprise], any: &[], all: &["特种设备", "危化品"] },
        exclude: false,
        sample: Sample::All,
        group: None,
        slots: &["lead", "member", "expert"],
        reserve: 0,
    },
];
