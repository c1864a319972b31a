//! E: events after the freeze. W40–W49: how they are recorded. V22–V29: what their verification finds.

use super::Rule;
use crate::base::finding::Severity::{Error, Note, Warning};

const ASK: (&str, &str) = (
    "向登记该事件的机关询问：事件及其结果须与规则重算一致，否则这次替换不能采信。",
    "Ask the office that recorded the event: what follows from it is computed by the rule; do not rely on this replacement.",
);

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "E01",
        Error,
        ("原因不在此类事件的清单内", "no reason of this kind of event"),
        (
            "原因是封闭清单：见 ssj event <公示包> <类别> --help，其余情况写入 --note。",
            "Reasons are a closed list: see ssj event BUNDLE KIND --help; say the rest in --note.",
        ),
    ),
    Rule::new(
        "E02",
        Error,
        ("事件缺少经办人或批准人", "an event lacks who did or approved it"),
        (
            "写明经办人；作废、增员、拒绝检查、回避、离岗、执法证、更正须由另一人批准。",
            "Name who recorded it; void, staff, refused, recused, leave, certificate and correct need the approval of another person.",
        ),
    ),
    Rule::new(
        "E03",
        Error,
        ("信标之后作废", "voided after the beacon"),
        (
            "最早的信标时刻已到，结果已经确定：这份作废无效，抽取照常有效。",
            "The earliest source's time had come and the result was defined: such a void is none, the draw stands.",
        ),
    ),
    Rule::new(
        "E04",
        Error,
        ("事件时刻不对", "an event at an impossible time"),
        (
            "事件按时刻先后登记，且在抽取之后；核对本机时钟。",
            "Events are recorded in the order of their times and after the draw; check the machine's clock.",
        ),
    ),
    Rule::new(
        "E05",
        Error,
        ("作废之后又有事件", "an event after the void"),
        (
            "作废的抽取不再有事件，只能更正记录。",
            "A void draw has no further events but corrections.",
        ),
    ),
    Rule::new(
        "E06",
        Error,
        ("没有这次入户检查", "no such visit"),
        (
            "用 ssj event <公示包> list 查看现在由谁检查哪些对象；已被替换的对象不再检查。",
            "See who visits whom now with ssj event BUNDLE list; a subject that was replaced is not visited any more.",
        ),
    ),
    Rule::new(
        "E07",
        Error,
        ("该人员不在小组", "the inspector holds no such slot"),
        (
            "用 ssj event <公示包> list 查看小组，改正执法证号或对象编号。",
            "See the teams with ssj event BUNDLE list and correct the inspector's or the subject's id.",
        ),
    ),
    Rule::new(
        "E08",
        Error,
        ("不能这样增加检查力量", "the staff cannot grow like this"),
        (
            "只能统一提高上限，或加入封存时备用名册（standby.tsv）中的人员。",
            "Raise all capacities by one number, or add inspectors of the standby.tsv that was committed.",
        ),
    ),
    Rule::new(
        "E09",
        Error,
        ("事件的信标不合规则", "the beacon of an event breaks the rule"),
        (
            "信标须在其值产生之前指定：记录时刻加 margin_s 之后的第一轮，不得挑选。",
            "The beacon is named before its value exists: the first round margin_s after the event, never a chosen one.",
        ),
    ),
    Rule::new(
        "E10",
        Error,
        ("没有所更正的事件", "the corrected event is not there"),
        ("写明先前某一事件的编号。", "Name the number of an earlier event."),
    ),
    Rule::new(
        "E11",
        Error,
        ("抽取并非保密", "the draw is not sealed"),
        ("公开抽取无需公开事件。", "An open draw has no opening to record."),
    ),
    Rule::new(
        "E12",
        Warning,
        ("岗位空缺", "a slot is vacant"),
        (
            "无人可替：登记 staff 事件，提高上限或加入备用人员（ssj event <公示包> staff …）。",
            "Nobody is left: record a staff event that raises capacities or adds stand-by inspectors (ssj event BUNDLE staff …).",
        ),
    ),
    Rule::new(
        "E13",
        Note,
        ("候补用尽", "no reserve is left"),
        (
            "该层候补已用完，少检查一户；检查结果照常登记。",
            "The reserves of this stratum are used up: one subject fewer is visited, and the finding stands.",
        ),
    ),
    Rule::new(
        "E14",
        Note,
        ("等待信标", "waits for the beacon"),
        (
            "到时执行 ssj event <公示包> beacon，录入公布的值。",
            "Enter the published value with ssj event BUNDLE beacon when it is due.",
        ),
    ),
    Rule::new(
        "E15",
        Note,
        ("日期已过的检查不换人", "visits of past days stay as they are"),
        (
            "按日程这些检查已经做过。没有去成的，用 --visit 写明，再登记一次。",
            "By the schedule these visits were made. Name those that were not with --visit in another event.",
        ),
    ),
    Rule::new(
        "E16",
        Warning,
        ("--all 也替换已经做过的检查", "--all takes visits that were made, too"),
        (
            "只替换以后的检查：用 --visit 写明对象，离岗、执法证失效也可先执行 ssj schedule。",
            "To take later visits alone name them with --visit; for leave and certificate ssj schedule may be run before.",
        ),
    ),
    Rule::new(
        "W40",
        Error,
        ("尚未抽取", "not drawn yet"),
        (
            "除作废外，事件在抽取之后登记：先执行 ssj draw。",
            "All events but void come after the draw: run ssj draw first.",
        ),
    ),
    Rule::new(
        "W41",
        Error,
        ("没有等待信标的事件", "no event waits for this value"),
        (
            "按编号先后补录：ssj event <公示包> list 列出等待信标的事件。",
            "Values are entered in the order of the events: ssj event BUNDLE list shows those that wait.",
        ),
    ),
    Rule::new(
        "W42",
        Error,
        ("来源写法不对", "a source is not understood"),
        (
            "写作 3d-2026193@2026-07-23T21:15:00+08:00（玩法-期号@开奖时刻），骰子写 dice@时刻，NIST 写 nist2-链-脉冲@时刻。",
            "Write 3d-2026193@2026-07-23T21:15:00+08:00 (game-issue@time), dice@time, or nist2-chain-pulse@time.",
        ),
    ),
    Rule::new("V22", Error, ("被替换的对象之后不是下一候补", "not the next reserve"), ASK),
    Rule::new(
        "V23",
        Error,
        ("替补人员不是规则选出的", "not the inspector whom the rule gives"),
        ASK,
    ),
    Rule::new(
        "V24",
        Error,
        ("事件与其结果不成套", "events and results do not belong together"),
        ASK,
    ),
    Rule::new("V25", Error, ("重新匹配的结果不符", "a new pairing is not as recomputed"), ASK),
];
