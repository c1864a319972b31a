//! P: plans.

use super::Rule;
use crate::base::finding::Severity::{Error, Note, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "P01",
        Error,
        ("不是 TOML", "not TOML"),
        (
            "按所指位置改正：文字加英文双引号，键和值之间用等号，表名用方括号。",
            "Correct the place named: texts in double quotes, = between key and value, table names in brackets.",
        ),
    ),
    Rule::new(
        "P02",
        Error,
        ("不认识的键", "unknown key"),
        (
            "对照 docs/plan.md（细则见 docs/rules.md）改正键名；不用的键请删去，以免误以为生效。",
            "Correct the key after docs/plan.md (local rules: docs/rules.md), or delete it: a key without effect would mislead.",
        ),
    ),
    Rule::new(
        "P03",
        Error,
        ("缺少键", "missing key"),
        (
            "补上这个键，写法见 docs/plan.md（细则见 docs/rules.md）。",
            "Add the key; docs/plan.md shows how, for local rules docs/rules.md.",
        ),
    ),
    Rule::new(
        "P04",
        Error,
        ("值不合格式", "malformed value"),
        (
            "按所说形式改正，例子见 docs/plan.md（细则见 docs/rules.md）。",
            "Correct it as stated; docs/plan.md has examples, for local rules docs/rules.md.",
        ),
    ),
    Rule::new(
        "P06",
        Error,
        ("名称重复", "repeated name"),
        (
            "任务编号不计大小写也不得相同，一个任务内岗位和事项各列一次。",
            "List names differ even without regard to case; a task names each slot and matter once.",
        ),
    ),
    Rule::new(
        "P07",
        Error,
        ("检查组不合规定", "unlawful team"),
        (
            "岗位先在 [slots] 中定义；每个任务至少两名执法检查人员（专家不计）、至多 16 个岗位。",
            "Define slots under [slots]; a task has at least two inspectors, experts not counted, and at most 16 slots.",
        ),
    ),
    Rule::new(
        "P08",
        Error,
        ("抽取方式自相矛盾", "contradictory sample"),
        (
            "sample 只取一种方式：ratio、number、per_officer 或 all，写法见 docs/plan.md。",
            "sample takes one mode: ratio, number, per_officer or all; docs/plan.md shows each.",
        ),
    ),
    Rule::new(
        "P09",
        Error,
        ("不定向任务有筛选条件", "filters in an untargeted task"),
        (
            "不定向抽查只能限定对象类型和登记状态：删去其他条件，或改为 type = \"targeted\"。",
            "An untargeted task may only name kind and status: drop the other filters or set type = \"targeted\".",
        ),
    ),
    Rule::new(
        "P10",
        Error,
        ("会泄露信用风险分类", "would reveal credit classes"),
        (
            "分类不公开时，公开抽取不得按信用分层、加权或筛选：改用 ratio、number，或经批准后设 classes = \"public\"。",
            "While classes are internal an open draw may not stratify, weight or filter by credit: use a plain ratio or number, or set classes = \"public\" if that is permitted.",
        ),
    ),
    Rule::new(
        "P11",
        Error,
        ("抽查事项不在清单或不在有效期", "matter not on the list or not in force"),
        (
            "三个不查：事项须在清单上，且检查窗口的每一天都有效。改正编号、更新清单或调整窗口。",
            "No listed matter, no inspection: it must be on the list and in force on every day of the window. Correct the id, update the list or move the window.",
        ),
    ),
    Rule::new(
        "P12",
        Error,
        ("有检查对象没有信用风险分类", "subjects without credit class"),
        (
            "补录分类，或用 credit = { unrated = \"C\" } 写明未评定的按哪一类计。",
            "Import the classes, or state with credit = { unrated = \"C\" } as which class the unrated count.",
        ),
    ),
    Rule::new(
        "P13",
        Error,
        ("有类别未规定比例或权重", "a class without ratio or weight"),
        (
            "没有哪一类可以悄悄免检：为该类写明比例或权重。",
            "No class is exempt in silence: give it a ratio or weight.",
        ),
    ),
    Rule::new(
        "P14",
        Error,
        ("达不到下限", "below the floor"),
        (
            "“不低于”按总数向上取整：提高所列比例或数量。",
            "A floor on the total rounds up: raise the ratios or the number named.",
        ),
    ),
    Rule::new(
        "P15",
        Error,
        ("抽取数超过对象数", "sample larger than the frame"),
        (
            "减少数量、放宽范围，或改为 { all = true }。",
            "Lower the number, widen the scope or use { all = true }.",
        ),
    ),
    Rule::new(
        "P16",
        Error,
        ("岗位要求无人具备", "nobody has what a slot needs"),
        (
            "检查标签是否写对，或补充符合条件且证件有效的人员。",
            "Check the spelling of the tag, or add qualified inspectors with valid certificates.",
        ),
    ),
    Rule::new(
        "P17",
        Error,
        ("专家可能占用执法人员岗位", "an expert could take an inspector's slot"),
        (
            "专家不计入两名执法人员：给该岗位加上专家没有的要求（如 dept:），或把岗位设为 role = \"expert\"。",
            "Experts never count towards the two: add a need that no expert meets, such as dept:, or set role = \"expert\".",
        ),
    ),
    Rule::new(
        "P18",
        Warning,
        ("信用风险分类过期", "stale credit ratings"),
        (
            "抽取前更新信用风险分类；否则按旧分类抽取。",
            "Update the ratings before the freeze; otherwise the old ones are used.",
        ),
    ),
    Rule::new(
        "P19",
        Error,
        ("有检查对象没有信用分值", "subjects without credit score"),
        (
            "补录分值，或改用按类别加权的抽取方式。",
            "Import the scores, or weight by class instead.",
        ),
    ),
    Rule::new(
        "P20",
        Warning,
        ("对象太少，不宜按分值加权", "too few subjects to weight by score"),
        (
            "对象很少时按分值抽取的概率有偏差（20 户以下可达 7 %）：改用 by = \"credit\" 加 weights，概率精确。",
            "With few subjects the chances deviate (up to 7 % below 20): by = \"credit\" with weights is exact.",
        ),
    ),
    Rule::new(
        "P21",
        Note,
        ("层内对象很少", "small stratum"),
        (
            "不足 10 户的层几乎没有随机性，核验时会列出。",
            "A stratum of fewer than ten leaves little to chance; verifiers list it.",
        ),
    ),
    Rule::new(
        "P22",
        Error,
        ("没有符合条件的检查对象", "no eligible subject"),
        (
            "检查范围、登记状态和排除条件，或删去该任务。",
            "Check scope, status and exclusions, or drop the task.",
        ),
    ),
    Rule::new(
        "P23",
        Error,
        ("该部门没有可用的执法人员", "department without usable inspectors"),
        (
            "核对部门名称和人员的证件、状态：按人数定总数的任务须有可用人员。",
            "Check the department's name and its inspectors' certificates and states.",
        ),
    ),
    Rule::new(
        "P24",
        Warning,
        ("一人的互斥记录超过三条", "more than three incompatible rows for one inspector"),
        (
            "互斥记录过多可左右匹配结果：封存时须用 --approve-incompatible 写明批准人；核验时会列出最多的条数。",
            "Declared quarrels can steer the pairing: the commit wants an approver (--approve-incompatible), and verifiers print the most.",
        ),
    ),
    Rule::new(
        "P25",
        Note,
        ("有回避记录未列入", "recusals left out"),
        (
            "已过期或与本次抽取无关的回避记录不起作用，未列入冻结名录。",
            "Expired recusals and those that concern nobody of this draw have no effect.",
        ),
    ),
    Rule::new(
        "P26",
        Note,
        ("有人员在窗口内部分请假", "leave within the window"),
        (
            "仍参加匹配；安排日程时避开其请假日。",
            "They take part; the schedule must avoid their days of leave.",
        ),
    ),
    Rule::new(
        "P27",
        Error,
        ("超过协议上限", "beyond a limit of the protocol"),
        (
            "缩小权重、数量或拆分计划，见 docs/protocol.md §2.6。",
            "Use smaller weights or numbers, or split the plan; see docs/protocol.md §2.6.",
        ),
    ),
    Rule::new(
        "P28",
        Error,
        ("筛选标签不存在", "unknown tag in a filter"),
        (
            "名录中没有任何对象带此标签：改正写法，或先为对象加上标签。",
            "No subject carries this tag: correct it, or tag the subjects first.",
        ),
    ),
    Rule::new(
        "P29",
        Warning,
        ("筛选值无人符合", "a filter value that matches nobody"),
        (
            "名录中没有任何对象符合此值：检查写法。",
            "No subject of the register matches this value: check its spelling.",
        ),
    ),
    Rule::new(
        "P30",
        Warning,
        ("因资料空缺不在范围内", "outside the scope for want of data"),
        (
            "这些对象的该项为空，无法判断是否属于范围，未列入：补录资料。",
            "The field is empty, so they could not be placed inside the scope: complete the register.",
        ),
    ),
];
