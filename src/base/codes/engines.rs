//! P72–P79: frames that an engine makes where the register lives.

use super::Rule;
use crate::base::finding::Severity::{Error, Note};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "P72",
        Error,
        ("一张名录表得不出的抽样框", "a frame that the table of subjects cannot give"),
        (
            "用 ssj import 导入名录和检查记录，再用 ssj commit 封存；或者不用这个键（这条细则）。只按抽中日期排除的，写 drawn_within_*，由视图给出 last_drawn。",
            "Import the registers and the visits with ssj import and freeze with ssj commit, or do without the key or rule. To keep out who was drawn lately, use drawn_within_* and give the view last_drawn.",
        ),
    ),
    Rule::new(
        "P73",
        Note,
        ("以往抽中只看表中的一列", "earlier draws count by a column alone"),
        (
            "数据库不知道本工作区的抽取：视图的 last_drawn 须是各次抽取中最近抽中的日期。",
            "The engine knows no draw of this workspace: last_drawn of the view must be the latest day of all draws.",
        ),
    ),
    Rule::new(
        "P74",
        Error,
        ("任务与抽样框不成对", "tasks and frames that are no pairs"),
        (
            "计划的每项任务给一个 --frame 任务=文件（ssj sql 计划 打印得出它们的查询），或者都不给，由名录得出。",
            "Give one --frame LIST=FILE for each task of the plan (ssj sql PLAN prints the queries that make them), or none, and the registers give them.",
        ),
    ),
    Rule::new(
        "P75",
        Error,
        ("抽样框的层或权重不是计划的", "strata or weights that are not the plan's"),
        (
            "用 ssj sql 计划 打印的查询重新导出抽样框：计划改过之后，旧的抽样框不再适用。",
            "Export the frame again with the query that ssj sql PLAN prints: after a change of the plan an old frame no longer fits.",
        ),
    ),
];
