//! Rehearsals and published adjustments: P70–P89 of plans, M08–M15 of pairings.

use super::Rule;
use crate::base::finding::Severity::{Error, Note, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "M08",
        Error,
        ("预计工作量超过人员上限", "more is expected than people can do"),
        (
            "减少抽取数、增加人员或提高其上限：按概率预计的人次已超过所列人员上限之和。",
            "Draw fewer, add people or raise their capacities: what the chances lead to is more than these people may do together.",
        ),
    ),
    Rule::new(
        "M09",
        Warning,
        ("预计工作量接近人员上限", "nearly all capacity is expected to be used"),
        (
            "抽取结果略多即可能配不齐：用 ssj simulate 看配不齐的机会。",
            "A little bad luck may leave slots unfilled: ssj simulate shows how likely that is.",
        ),
    ),
    Rule::new(
        "M10",
        Error,
        ("试抽配不齐", "trial draws could not be paired"),
        (
            "所列岗位卡住：增加符合条件的人员、提高其上限，或减少抽取数；ssj simulate 给出机会大小。",
            "The slots named bind: add people who qualify, raise their capacities or draw fewer; ssj simulate shows how likely it is.",
        ),
    ),
    Rule::new(
        "M11",
        Note,
        ("整层抽取", "a stratum is drawn whole"),
        (
            "这些层人人必中，没有随机性；核验时会列出。",
            "Everybody in these strata is drawn and nothing is left to chance; verifiers list them.",
        ),
    ),
    Rule::new(
        "M12",
        Error,
        ("模拟中常配不齐", "simulated draws often could not be paired"),
        (
            "所列岗位卡住：增加符合条件的人员、提高其上限，或减少抽取数；照此封存须写明批准人。",
            "The slots named bind: add people who qualify, raise their capacities or draw fewer; to commit all the same, an approver must be named.",
        ),
    ),
    Rule::new(
        "P70",
        Warning,
        ("执法证在检查窗口内到期", "certificates lapse inside the window"),
        (
            "尽快换证并更新名录；否则这些人员不参加本次匹配。",
            "Renew the certificates and update the register; otherwise these people take no part in this draw.",
        ),
    ),
    Rule::new(
        "P71",
        Note,
        ("公开抽取会公布信用风险分类", "the open draw tells credit classes"),
        (
            "抽样框公布后，任何人都可看到每户的分类：确认本地允许公布，否则设 classes = \"internal\" 并改用不看信用的抽取方式。",
            "Anybody can read every subject's class from the published frames: make sure that is permitted here, or set classes = \"internal\" and sample without credit.",
        ),
    ),
    Rule::new(
        "P80",
        Warning,
        ("计划调整没有说明原因", "an adjustment without a reason"),
        (
            "公布的计划调整须说明原因：用 --reason，或在新计划中写 [[adjustment]]。",
            "A published adjustment gives its reasons: use --reason, or write [[adjustment]] in the new plan.",
        ),
    ),
    Rule::new(
        "P81",
        Warning,
        ("所述调整并不存在", "a reason for what did not change"),
        (
            "两份计划在此处相同：改正 path，或删去这条 [[adjustment]]。",
            "The two plans are the same there: correct its path, or drop the [[adjustment]].",
        ),
    ),
    Rule::new(
        "W28",
        Warning,
        ("检查对象不在抽样框中", "the subject is in no frame"),
        (
            "核对编号；ssj check --json 的 excluded_subjects 说明各户不列入的原因。",
            "Check the identifier; excluded_subjects of ssj check --json says why subjects are left out.",
        ),
    ),
];
