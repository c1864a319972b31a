//! P31–P49: the language of plans and its sampling modes.

use super::Rule;
use crate::base::finding::Severity::{Error, Note, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "P31",
        Error,
        ("未指明季度，或没有这个季度", "quarter not named or not there"),
        (
            "年度计划的每个季度是一次抽取：用 --quarter N 指明文件中有的一个季度；季度计划文件不用指明。",
            "Each quarter of a year's plan is one draw: name one that the file has with --quarter N; a quarter's file needs none.",
        ),
    ),
    Rule::new(
        "P32",
        Error,
        ("窗口越界", "window out of bounds"),
        (
            "任务的窗口须在本次抽取的窗口之内，季度的窗口须始于计划的年度：改正日期。",
            "A task's window lies inside that of the draw, a quarter's begins in the plan's year: correct the dates.",
        ),
    ),
    Rule::new(
        "P33",
        Error,
        ("同一期限写了两次", "one period written twice"),
        ("天数和月数只留一个。", "Keep either the days or the months."),
    ),
    Rule::new(
        "P34",
        Warning,
        ("国家标准没有此代码", "code in no national standard"),
        (
            "对照 GB/T 2260（行政区划）或 GB/T 4754—2017（行业）改正；开发区等自编代码可不理会。",
            "Correct it after GB/T 2260 (divisions) or GB/T 4754—2017 (industries); codes that a zone made up may stay.",
        ),
    ),
    Rule::new(
        "P35",
        Error,
        ("一类的上下限不能同时满足", "bounds of a class that cannot both hold"),
        (
            "按这一类的户数，下限（向上取整）高于上限（向下取整）：放宽所列两项之一。",
            "For this many subjects the lower bound, rounded up, is above the upper one, rounded down: relax one of the two named.",
        ),
    ),
    Rule::new(
        "P36",
        Error,
        ("总数的上下限不能同时满足", "bounds of the total that cannot both hold"),
        (
            "放宽所列两项之一：降低下限或各类比例，或提高上限。",
            "Relax one of the two named: lower the floor or the ratios, or raise the cap.",
        ),
    ),
    Rule::new(
        "P37",
        Note,
        ("上下限改变了抽取数", "a bound decides a number"),
        (
            "抽取数由所列上下限决定，不是由比例或数量决定：确认这是本意。",
            "The bound named decides, not the ratio or number: make sure that it is meant.",
        ),
    ),
    Rule::new(
        "P38",
        Error,
        ("备用人员无人可用", "a stand-by inspector is nobody"),
        (
            "核对执法证号；备用人员须在人员名录中，证件有效，窗口内在岗。",
            "Check the number: who stands by must be in the register, certified and at work in the window.",
        ),
    ),
    Rule::new(
        "P39",
        Error,
        ("任务所列季度不存在", "a task in a quarter that is not there"),
        (
            "改正任务的 quarters，或补上该季度的 [[quarter]]。",
            "Correct the task's quarters, or add the [[quarter]].",
        ),
    ),
];
