//! R20–R39: registers as offices write them.

use super::Rule;
use crate::base::finding::Severity::{Error, Note, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "R20",
        Error,
        ("两列同义", "two columns for one meaning"),
        (
            "无法判断以哪一列为准：删去一列，或用映射文件写明取哪一列（另一列写入 ignore）。",
            "Nothing says which one counts: delete one, or name it in a mapping file and put the other under ignore.",
        ),
    ),
    Rule::new(
        "R21",
        Note,
        ("认得但不收录的列", "column that the register does not keep"),
        (
            "名录不收录这些列，内容未读入；无需处理。",
            "The register has no place for these columns and they were not read; nothing to do.",
        ),
    ),
    Rule::new(
        "R22",
        Error,
        ("映射文件不合格式", "malformed mapping"),
        (
            "按所指位置改正，写法见 docs/registers.md；可由系统按表头拟一份再改。",
            "Correct the place named after docs/registers.md, or have one proposed from the header and edit it.",
        ),
    ),
    Rule::new(
        "R23",
        Warning,
        ("映射文件中的列不在表中", "the table lacks a column of the mapping"),
        (
            "核对列名，或确认是否选对了文件和工作表。",
            "Check the name, and whether this is the right file and sheet.",
        ),
    ),
];
