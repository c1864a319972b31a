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
];
