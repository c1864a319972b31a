//! R40–R58: the files that registers come in.

use super::Rule;
use crate::base::finding::Severity::{Error, Note, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "R40",
        Note,
        ("文件的编码", "encoding of the file"),
        (
            "已按所说编码读取；如有乱码，另存为“CSV UTF-8”后重新导入。",
            "It was read as stated; if characters look wrong, save it as \"CSV UTF-8\" and import it again.",
        ),
    ),
    Rule::new(
        "R41",
        Error,
        ("编码无法辨认", "text that cannot be decoded"),
        (
            "文件已损坏或混有几种编码：用表格软件打开核对该行，另存为“CSV UTF-8”。",
            "The file is damaged or mixes encodings: check that line in a spreadsheet and save it as \"CSV UTF-8\".",
        ),
    ),
    Rule::new(
        "R42",
        Error,
        ("不是能读的表格文件", "not a kind of file that is read"),
        (
            "用表格软件打开，另存为 .xlsx 或“CSV UTF-8”后导入；改文件名的后缀不起作用。",
            "Open it in a spreadsheet and save it as .xlsx or \"CSV UTF-8\"; renaming the file does not help.",
        ),
    ),
    Rule::new(
        "R43",
        Error,
        ("工作簿有密码", "workbook with a password"),
        (
            "在表格软件中打开，去掉打开密码后另存。",
            "Open it in a spreadsheet, take the password off and save it.",
        ),
    ),
    Rule::new(
        "R44",
        Error,
        ("工作簿已损坏", "corrupt workbook"),
        (
            "请提供方重新导出；或用表格软件打开、修复后另存为 .xlsx。",
            "Ask for a new export, or open and repair it in a spreadsheet and save it as .xlsx.",
        ),
    ),
    Rule::new(
        "R45",
        Error,
        ("超过读取上限", "beyond a limit of reading"),
        (
            "删去表外的空白格式和多余内容，或拆成几个文件；上限见 docs/registers.md。",
            "Delete formats and contents outside the table, or split the file; docs/registers.md states the limits.",
        ),
    ),
    Rule::new(
        "R46",
        Error,
        ("单元格过长", "cell too long"),
        (
            "一格至多 32767 字：核对是否缺了引号或贴错了内容。",
            "A cell has at most 32,767 characters: look for a missing quote or a wrong paste.",
        ),
    ),
    Rule::new(
        "R47",
        Error,
        ("单元格是错误值", "cell holds an error value"),
        ("改正公式，或直接填写正确的值。", "Correct the formula or type the right value."),
    ),
    Rule::new(
        "R48",
        Note,
        ("有公式", "formulas"),
        (
            "读取的是表格软件上次保存的计算结果，不会重新计算。",
            "The results that the spreadsheet saved last were read; nothing is computed.",
        ),
    ),
    Rule::new(
        "R49",
        Error,
        ("公式没有计算结果", "formula without a saved result"),
        (
            "用表格软件打开并保存一次，或把公式改为值。",
            "Open and save it once in a spreadsheet, or replace the formula by its value.",
        ),
    ),
    Rule::new(
        "R50",
        Note,
        ("表外的行", "rows outside the table"),
        (
            "表头以上的标题、表后的附注和重复的表头未读入：核对其中没有应导入的行。",
            "Titles above the header, notes below the table and repeated headers were not read: check that none of them belongs to the table.",
        ),
    ),
    Rule::new(
        "R51",
        Note,
        ("两行表头", "header of two rows"),
        ("上下两行已合成列名：核对列名。", "The two rows were joined to column names: check them."),
    ),
    Rule::new(
        "R52",
        Warning,
        ("有工作表未读入", "sheet not read"),
        (
            "如其中有应导入的行：取消隐藏，或补上列名。",
            "If it holds rows to import, make it visible or add column names.",
        ),
    ),
    Rule::new(
        "R53",
        Warning,
        ("没有列名的单元格", "cells under no column name"),
        (
            "这些单元格未被读取：补上列名，或删去。",
            "They were not read: add a column name, or delete them.",
        ),
    ),
    Rule::new(
        "R54",
        Note,
        ("分隔符", "delimiter"),
        ("已按所说分隔符读取，无需处理。", "It was read as stated; nothing to do."),
    ),
    Rule::new(
        "R55",
        Note,
        ("有宏或外部链接", "macros or external links"),
        (
            "未执行宏，未访问链接，只读取已保存的值。",
            "No macro was run and no link followed; only saved values were read.",
        ),
    ),
    Rule::new(
        "R56",
        Warning,
        ("没有认出列名", "no column name recognised"),
        ("核对表头：列名对照 docs/registers.md。", "Check the header against docs/registers.md."),
    ),
    Rule::new(
        "R57",
        Note,
        ("核查结果列", "column of findings"),
        (
            "这是本程序加上的一列，未读入；无需处理。",
            "This program added it; it was not read. Nothing to do.",
        ),
    ),
    Rule::new(
        "R58",
        Note,
        ("纵向合并的单元格", "cells merged over rows"),
        (
            "合并区的值已给到其中每一行：核对是否如此。",
            "The value was given to every row it spans: check that this is meant.",
        ),
    ),
];
