//! R: registers. P: plans.

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
            "该列未被读取：如果列名写错，对照 docs/registers.md 改正；确属多余则可不管。",
            "The column was not read: correct its name after docs/registers.md, or leave it if it is extra.",
        ),
    ),
    Rule::new(
        "R03",
        Error,
        ("缺少必需的列", "missing column"),
        (
            "首行须为列名；补上该列，或改正列名（见 docs/registers.md）。",
            "The first line must hold the column names; add the column or correct its name (docs/registers.md).",
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
            "该行的单元格数须与首行相同：检查多余的逗号；含逗号的内容须加英文双引号，引号须成对。",
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
            "须为范围内的整数，不带小数点、千分位和单位。",
            "Must be an integer in the range, without decimal point, separators or unit.",
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
            "对照 docs/plan.md 改正键名；不用的键请删去，以免误以为生效。",
            "Correct the key after docs/plan.md, or delete it: a key without effect would mislead.",
        ),
    ),
    Rule::new(
        "P03",
        Error,
        ("缺少键", "missing key"),
        ("补上这个键，写法见 docs/plan.md。", "Add the key; docs/plan.md shows how."),
    ),
    Rule::new(
        "P04",
        Error,
        ("值不合格式", "malformed value"),
        (
            "按所说形式改正，例子见 docs/plan.md。",
            "Correct it as stated; docs/plan.md has examples.",
        ),
    ),
    Rule::new(
        "P05",
        Error,
        ("本版不能做保密抽取", "sealed draws cannot be made yet"),
        (
            "改为 mode = \"open\"；本版只能核验保密抽取，不能制作。",
            "Set mode = \"open\": this version verifies sealed draws but does not make them.",
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
            "互斥记录过多可左右匹配结果，须经批准；核验时会列出最多的条数。",
            "Declared quarrels can steer the pairing: this needs approval, and verifiers print the most.",
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
