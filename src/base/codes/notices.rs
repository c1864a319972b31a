//! Notices and forms: N01–N29.

use super::Rule;
use crate::base::finding::Severity::{Error, Note, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "N01",
        Error,
        ("模板有误", "a template has a mistake"),
        (
            "按所示文件和行号改正模板；可用的值和写法见 docs/notices.md。不带 --templates 时使用自带的模板。",
            "Put the template right at the file and line shown; docs/notices.md lists the values and the language. Without --templates the built-in ones are used.",
        ),
    ),
    Rule::new(
        "N02",
        Error,
        ("不替换任何模板的文件", "a file that replaces no template"),
        (
            "文件名须与自带模板相同（ssj publish templates 可写出它们）；不相干的文件请移出该文件夹。",
            "Name the file as a built-in template (ssj publish templates writes them out); move other files out of the folder.",
        ),
    ),
    Rule::new(
        "N03",
        Error,
        ("未通过核验，不能公布", "not verified, so not to be published"),
        (
            "先查明并改正所列各项（ssj verify 公示包）；公告只能根据核验通过的公示包作出。",
            "Find out about and settle what is listed (ssj verify BUNDLE); a notice is made of a verified bundle only.",
        ),
    ),
    Rule::new(
        "N04",
        Error,
        ("没有需要更正的事项", "nothing to correct"),
        (
            "作废、替补、更正等先以 ssj event 登记，再作更正公示。",
            "Record what happened with ssj event first; the correction follows from it.",
        ),
    ),
    Rule::new(
        "N05",
        Error,
        ("名称表不能用", "a table of names that cannot be used"),
        (
            "表头须有编号（或统一社会信用代码）和名称，可有住所；同一编号只能有一个名称。",
            "The header needs the id (sid, uscc) and the name (name), and may have the address; an id has one name.",
        ),
    ),
    Rule::new(
        "N06",
        Error,
        ("没有能打印成 PDF 的浏览器", "no browser that prints to PDF"),
        (
            "安装 Chromium、Chrome 或 Edge，或用 --browser 指明；不带 --pdf 时写出的网页可以在任何浏览器中打印。",
            "Install Chromium, Chrome or Edge, or name one with --browser; without --pdf the page can be printed from any browser.",
        ),
    ),
    Rule::new(
        "N07",
        Error,
        ("浏览器没有打印成 PDF", "the browser printed no PDF"),
        (
            "网页已经写出：在浏览器中打开，选择打印为 PDF。",
            "The page is written: open it in a browser and print it to PDF there.",
        ),
    ),
    Rule::new(
        "N08",
        Error,
        ("还没有检查小组", "no team yet"),
        (
            "先抽取；人员不足的，以 ssj event … staff 增加检查力量，配齐之后再出表单、公布检查结果。",
            "Draw first; where inspectors are too few, add staff with ssj event … staff; forms and notices of results are made when teams are complete.",
        ),
    ),
    Rule::new(
        "N09",
        Error,
        ("不是情况记录表", "not the table of results"),
        (
            "用 ssj publish forms 写出的 forms.xlsx 中的“情况记录表”（或另存的 CSV）填写，各列保留原名，可调换次序，不可删去。",
            "Fill in the sheet 情况记录表 of forms.xlsx, as ssj publish forms writes it, or save it as CSV; its columns keep their names, in any order, and none may be taken out.",
        ),
    ),
    Rule::new(
        "N10",
        Note,
        ("不读入的列", "columns that are not read"),
        (
            "表中另加的列不读入，也不公布。",
            "Columns that the forms do not have are neither read nor published.",
        ),
    ),
    Rule::new(
        "N11",
        Error,
        ("不属于本次抽取", "not of this draw"),
        (
            "核对计划编号、任务编号、对象编号和事项；只有抽中（或依规则递补）的对象和任务的事项有检查结果。其他检查用 ssj import visits 记录。",
            "Compare plan, task, subject and matter: only those drawn, or come in by the rules, have results for the matters of their tasks. Other inspections are recorded with ssj import visits.",
        ),
    ),
    Rule::new(
        "N12",
        Error,
        ("同一事项的结果不一致", "two different results of one matter"),
        (
            "同一对象、任务、事项只能有一个结果：查明哪一行正确，改正或清空另一行。",
            "A matter of a visit has one result: find out which row is right, and correct or clear the other.",
        ),
    ),
    Rule::new(
        "N13",
        Error,
        ("不在规定的选项之内", "none of the choices"),
        (
            "检查结果限：未发现问题；未按规定公示应当公示的信息；公示信息隐瞒真实情况、弄虚作假；通过登记的住所（经营场所）无法联系；发现问题已责令改正；不配合检查情节严重；未发现开展本次抽查涉及的经营活动；发现问题待后续处理；注销；被吊销；被撤销；迁出；已关闭停业或正在组织清算。后续处置限：无需后续处置；反馈日常监管；责令改正；移送办案；抄告相关部门；其他。状态限：未录入、待审核、退回、不通过、已公示。几项之间用“；”。",
            "Write results, follow-up (后续处置) and state (状态) in the words of the lists in docs/notices.md, several separated by ；.",
        ),
    ),
    Rule::new(
        "N14",
        Error,
        ("填写前后矛盾", "cells that contradict each other"),
        (
            "“未发现问题”和“无需后续处置”不与其他并列；有结果的须有完成日期；审核通过、可以公布的把状态改为“已公示”，还不能公布的写“待审核”；没有结果的状态是“未录入”。",
            "未发现问题 and 无需后续处置 stand alone; a result needs its day of completion; the state is 已公示 where it is approved and may be published, 待审核 where not yet, 未录入 where there is none.",
        ),
    ),
    Rule::new(
        "N15",
        Error,
        ("完成日期有误", "an impossible day of completion"),
        (
            "写检查完成的那一天，如 2026-09-11：不早于抽取，不晚于今天和公示日期。",
            "Write the day on which the inspection was completed, such as 2026-09-11: not before the draw, not after today or the day of publication.",
        ),
    ),
    Rule::new(
        "N16",
        Warning,
        ("在检查日期以外完成", "completed outside the window"),
        (
            "日期无误的不用处理：公示上注明在检查日期以外完成。",
            "If the day is right nothing is to be done: the notice says that it was outside the window.",
        ),
    ),
    Rule::new(
        "N17",
        Warning,
        ("不在名录的检查人员", "inspectors who are in no register"),
        (
            "核对执法证号；填的是姓名的改为证号。确实另有其人的不用处理：公示列出人数，不列姓名。",
            "Compare the certificate numbers, and write numbers in place of names. If somebody else went indeed nothing is to be done: the notice counts them and names nobody.",
        ),
    ),
    Rule::new(
        "N18",
        Error,
        ("保密抽取尚未公开", "a sealed draw that is not opened"),
        (
            "检查结果会透露抽中了谁：检查结束后先用 ssj open 公开，再公布结果；公开可以早于承诺的最迟日期。",
            "Results tell who was drawn: open the draw with ssj open after the last visit, then publish them; it may be opened before the day promised.",
        ),
    ),
    Rule::new(
        "N19",
        Error,
        ("前次公示不能用", "an earlier notice that cannot be used"),
        (
            "--earlier 给出本次抽取最近一份检查结果公示的 JSON，原样，且不晚于这一次。",
            "Give --earlier the JSON of this draw's last notice of results, as it was published, and not of a later day.",
        ),
    ),
    Rule::new(
        "N20",
        Warning,
        ("已公布的结果不再公布", "a published result that is not public any more"),
        (
            "每次公示都给出全部情况记录表，已公布的也在内；确要撤回的不用处理：公示列为更正。",
            "Give every notice all tables, those published before among them. If a result is to be withdrawn nothing is to be done: the notice lists it as corrected.",
        ),
    ),
    Rule::new(
        "N21",
        Error,
        ("没有接在前一份公示之后", "it does not follow the notice before"),
        (
            "用 --earlier 给出所示的公示：更正和首次公示日期由此得出，改动不会不声不响。",
            "Give --earlier the notice shown: corrections and days of first publication follow from it, and nothing changes in silence.",
        ),
    ),
    Rule::new(
        "N22",
        Error,
        ("没有日程，不知道哪些检查在这一天", "no schedule says which visits are on that day"),
        (
            "先执行 ssj schedule；日程在别处的，用 --days-dir 指出其文件夹。",
            "Run ssj schedule first, or name the folder of the schedules with --days-dir.",
        ),
    ),
];
