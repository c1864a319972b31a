//! R20–R39 and R90–R95: registers as offices write them. R60–R66: what becomes of an import.

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
    Rule::new(
        "R24",
        Note,
        ("浮点数已还原", "number restored from a float"),
        (
            "数字齐全，已还原；该列在表格软件中设为文本，就不会再变。",
            "All digits were there. Make the column text in the spreadsheet and it will not happen again.",
        ),
    ),
    Rule::new(
        "R25",
        Error,
        ("号码已被表格软件毁坏", "code destroyed by a spreadsheet"),
        (
            "表格软件只保留 15 位有效数字：从原系统重新导出，该列设为文本。",
            "A spreadsheet keeps 15 digits: export it again from the source with the column as text.",
        ),
    ),
    Rule::new(
        "R26",
        Note,
        ("日期已改写", "date rewritten"),
        (
            "已改写为 2026-08-03 的形式；无需处理。",
            "It was brought to the form 2026-08-03; nothing to do.",
        ),
    ),
    Rule::new(
        "R27",
        Note,
        ("字符已规整", "characters tidied"),
        (
            "全角、小写、空白或不可见字符已改正；无需处理。",
            "Full-width, lower-case, blank or invisible characters were put right; nothing to do.",
        ),
    ),
    Rule::new(
        "R28",
        Note,
        ("“无”等作空白读", "words for nothing read as empty"),
        (
            "“无”“-”“/”之类表示没有内容；无需处理。",
            "无, -, / and their like mean an empty cell; nothing to do.",
        ),
    ),
    Rule::new(
        "R29",
        Error,
        ("比例或频次无法确定", "no certain ratio or frequency"),
        (
            "改为一个数量或范围，如 不低于3%、10-20%、60-70家、每年1次；两种说法分开写，约数写明上下限。",
            "Write one number or range, such as 不低于3%, 10-20%, 60-70家, 每年1次; give bounds in place of \"about\".",
        ),
    ),
    Rule::new(
        "R30",
        Note,
        ("说法已统一", "wordings brought to the register's word"),
        (
            "登记状态和信用风险分类的常见说法按所示的词收下：核对读法；读错的，在原表改为所要的词。",
            "Usual wordings of a status or class were taken as the word shown: check the reading, and write the word that is meant where it is wrong.",
        ),
    ),
    Rule::new(
        "R60",
        Error,
        ("没有一行可以导入", "no row can be imported"),
        (
            "每一行都有错误，名录不会因此清空：多半是列对错了或文件不对，先改正最先列出的错误。",
            "Every row has an error, and the register is not emptied for that: look first for columns or a file mixed up.",
        ),
    ),
    Rule::new(
        "R61",
        Error,
        ("同一文件给了两次", "the same file twice"),
        (
            "只给一次；几个文件合为一个名录时，各文件的行不得重复。",
            "Name it once: the rows of several files together are the register.",
        ),
    ),
    Rule::new(
        "R90",
        Note,
        ("按显示的样子读取", "read as it is shown"),
        (
            "百分比读作 3%，以零补足位数的号码连同前面的零读入：核对是否如此。",
            "Percentages were read as 3%, and codes filled up with zeros together with these: check that this is meant.",
        ),
    ),
    Rule::new(
        "R91",
        Error,
        ("Parquet 的列不是表的列", "Parquet column that is no column of a table"),
        (
            "展开为文字、数字或日期的列，或导出时去掉这一列。",
            "Flatten it into columns of text, numbers or dates, or leave it out of the export.",
        ),
    ),
    Rule::new(
        "R92",
        Error,
        ("Parquet 文件已损坏", "corrupt Parquet file"),
        (
            "重新导出；压缩方式限 Snappy、Zstandard、LZ4 和 Gzip。",
            "Export it again; it may be compressed with Snappy, Zstandard, LZ4 or gzip.",
        ),
    ),
    Rule::new(
        "R93",
        Error,
        ("本程序构建时未含 Parquet", "built without Parquet"),
        (
            "用 cargo install --features parquet 构建含 Parquet 的 ssj，或从数据平台导出 CSV。",
            "Build ssj with cargo install --features parquet, or export CSV from the data platform.",
        ),
    ),
    Rule::new(
        "R94",
        Note,
        ("时刻按北京时间读取", "instants in Beijing time"),
        (
            "这些列存的是世界时的时刻，已换算为北京时间（UTC+8）：核对日期。",
            "These columns hold instants of universal time; they were brought to UTC+8: check the dates.",
        ),
    ),
];
