//! R01–R19: the rows of registers.

use super::Rule;
use crate::base::finding::Severity::{Error, Note, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "R01",
        Error,
        ("读不成表格", "cannot be read as a table"),
        (
            "用表格软件打开核对，另存为 .xlsx 或“CSV UTF-8（逗号分隔）”后重新导入。",
            "Open it in a spreadsheet, save it as .xlsx or \"CSV UTF-8 (comma delimited)\" and import it again.",
        ),
    ),
    Rule::new(
        "R02",
        Warning,
        ("不认识的列", "unknown column"),
        (
            "该列未被读取。是名录的列而列名不同的，用 --propose 拟一份映射，改好后用 --mapping 导入，或改正列名（见 docs/registers.md）；确属多余则可不管。",
            "The column was not read. If it is one of the register's under another name, have a mapping proposed by --propose, edit it and import with --mapping, or correct the name (docs/registers.md); leave it if it is extra.",
        ),
    ),
    Rule::new(
        "R03",
        Error,
        ("缺少必需的列", "missing column"),
        (
            "列名不同的，用 --propose 拟一份映射，改好后用 --mapping 导入，或改正列名；表中没有的，补上该列，或在映射的 [constants] 中写明各行相同的值（见 docs/registers.md）。",
            "If the column has another name, have a mapping proposed by --propose, edit it and import with --mapping, or correct the name; if there is none, add it, or give the value that all rows share under [constants] of the mapping (docs/registers.md).",
        ),
    ),
    Rule::new(
        "R04",
        Error,
        ("列重复", "repeated column"),
        (
            "同一列只能出现一次（中英文列名指同一列）：删去一列。",
            "A column stands once, under its Chinese or its English name: delete one of them.",
        ),
    ),
    Rule::new(
        "R05",
        Error,
        ("列数不符", "wrong number of cells"),
        (
            "该行的单元格数须与表头相同：检查多余的逗号；含逗号的内容须加英文双引号，引号须成对。",
            "The row must have as many cells as the header: look for extra commas and unpaired quotes; quote cells that contain a comma.",
        ),
    ),
    Rule::new(
        "R06",
        Error,
        ("必填项为空", "required cell empty"),
        ("补填该单元格。", "Fill in the cell."),
    ),
    Rule::new(
        "R07",
        Error,
        ("编号不合格式", "malformed identifier"),
        (
            "核对原始登记资料后改正；号码列在表格软件中须设为文本，否则长号码会变成浮点数。",
            "Correct it from the original record; in a spreadsheet the column must be text, or long numbers turn into floats.",
        ),
    ),
    Rule::new(
        "R08",
        Error,
        ("日期不合格式", "malformed date"),
        (
            "日期写作 2026-08-03，期间写作 2026-08-03..2026-08-07，开始不晚于结束。",
            "Write a date as 2026-08-03 and a period as 2026-08-03..2026-08-07, beginning not after end.",
        ),
    ),
    Rule::new(
        "R09",
        Error,
        ("数字不合格式", "malformed number"),
        (
            "须为范围内的整数，不带小数点、千分位和单位；经度、纬度为十进制度数，如 120.155。",
            "Must be an integer in the range, without decimal point, separators or unit; longitude and latitude are decimal degrees, e.g. 120.155.",
        ),
    ),
    Rule::new(
        "R10",
        Error,
        ("不在可选值之内", "not one of the choices"),
        ("改为所列可选值之一。", "Use one of the values listed."),
    ),
    Rule::new(
        "R11",
        Error,
        ("文字或标签不合格式", "malformed text or tag"),
        (
            "文字至多 512 字，不含换行等控制字符；标签、部门、片区、所另不得含空白、竖线和花括号，也不得占用 lead、dept:、area:、station:（由专列给出）。",
            "Texts have at most 512 characters and no line breaks; tags, departments, areas and stations also no white space, | or braces, and no tag is lead, dept:, area: or station:, which have columns of their own.",
        ),
    ),
    Rule::new(
        "R12",
        Error,
        ("重复", "repeated row"),
        (
            "同一编号（回避则为同一人员、对象和原因）只能有一行：删去或合并其中一行。",
            "One identifier, or one recusal, has one row: delete or merge one of the two.",
        ),
    ),
    Rule::new(
        "R13",
        Warning,
        ("统一社会信用代码校验不符", "check character of the credit code wrong"),
        (
            "多为录入错误：对照营业执照核实；照原样收下，可以抽取。",
            "Usually a typing error: compare with the licence. The row is taken as it stands.",
        ),
    ),
    Rule::new(
        "R14",
        Warning,
        ("注册号校验不符", "check digit of the registration number wrong"),
        (
            "多为录入错误：对照登记档案核实；照原样收下，可以抽取。",
            "Usually a typing error: compare with the register. The row is taken as it stands.",
        ),
    ),
    Rule::new(
        "R15",
        Error,
        ("检查对象没有编号", "subject without any identifier"),
        (
            "统一社会信用代码、注册号、自编号至少填一个。",
            "Give at least one of uscc, reg_no and own_id.",
        ),
    ),
    Rule::new(
        "R16",
        Warning,
        ("引用了名录中没有的编号", "refers to what no register holds"),
        (
            "核对编号；名录中补上之前，这一行不起作用。",
            "Check the identifier; until the register holds it, the row has no effect.",
        ),
    ),
    Rule::new(
        "R17",
        Note,
        ("文件开头有 BOM", "file begins with a BOM"),
        ("已略过，无需处理。", "It was skipped; nothing to do."),
    ),
    Rule::new(
        "R18",
        Note,
        ("有空白行", "blank rows"),
        (
            "空白行不含内容，未读入；无需处理。",
            "They hold nothing and were not read; nothing to do.",
        ),
    ),
    Rule::new(
        "R19",
        Error,
        ("不能与自己互斥", "incompatible with oneself"),
        ("两个执法证号须是两个人的。", "The two certificate numbers must be of two persons."),
    ),
    Rule::new(
        "R62",
        Warning,
        ("检查记录中的对象不在名录中", "visits to subjects that no register holds"),
        (
            "这些记录不计入任何对象；核对编号，或补录对象。",
            "They count for nobody: check the identifiers, or add the subjects.",
        ),
    ),
    Rule::new(
        "R63",
        Note,
        ("检查记录中的人员不在名录中", "visits of inspectors that no register holds"),
        (
            "多为已离任的人员；记录照常计数，轮换只看在册人员。",
            "Mostly people who have left: the visits count, and rotation looks at those in the register.",
        ),
    ),
];
