//! D01–D29: the calendar and the days of visits.

use super::Rule;
use crate::base::finding::Severity::{Error, Note, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "D01",
        Error,
        ("工作日历文件有误", "a mistake in a calendar file"),
        (
            "照 docs/schedule.md 的格式改正该行：首行 # ssj-calendar/1，其后每行三列，以制表符分隔。",
            "Correct the row by docs/schedule.md: first line # ssj-calendar/1, then three columns a line, separated by tabs.",
        ),
    ),
    Rule::new(
        "D02",
        Note,
        ("涉及尚未公布放假安排的日子", "days whose holidays are not announced yet"),
        (
            "结果为暂定。放假安排的通知公布后，用 --calendar 文件 给出该年，重新计算。",
            "The result is provisional. When the notice is out give that year with --calendar FILE and compute again.",
        ),
    ),
    Rule::new(
        "D03",
        Error,
        ("排程设置有误", "a mistake in the setting of the schedule"),
        ("照 docs/schedule.md 改正该处。", "Correct it by docs/schedule.md."),
    ),
    Rule::new(
        "D04",
        Error,
        ("人员的检查多于可排的日子", "somebody has more visits than room"),
        (
            "提高此人的每日或每周上限，调整请假，放宽检查期限；或用 ssj event 登记离岗、增加人员，由他人替换。",
            "Raise the limit per day or week, move the leave, or widen the windows; or record leave or more staff with ssj event, and others step in.",
        ),
    ),
    Rule::new(
        "D05",
        Error,
        ("没有一天可以检查", "a visit on no day"),
        (
            "小组成员没有共同在岗的工作日：调整请假或期限，或用 ssj event 登记离岗，由他人替换。",
            "The team has no working day in common: move the leave or the window, or record the leave with ssj event, and somebody steps in.",
        ),
    ),
    Rule::new(
        "D06",
        Error,
        ("检查没有排上", "visits without a day"),
        (
            "每个人都排得下，合在一起没有排下：提高上限或放宽期限；日程没有写出。没有判定的，或许排得下：改一处设置再试。",
            "Each person has room, all together found none: raise limits or widen windows. No schedule was written. What is not decided may be possible: change something in the setting and try again.",
        ),
    ),
    Rule::new(
        "D07",
        Note,
        ("检查日期较易预料", "days that are easier to foresee"),
        (
            "这些检查可选的日子少，或小组成员几乎排满。放宽期限、减少请假或增加人员可以改善。",
            "Few days are open to these visits, or their teams are busy nearly every day. Wider windows, less leave or more staff help.",
        ),
    ),
    Rule::new(
        "D08",
        Warning,
        ("已定的日期不合规则", "a fixed day that breaks a rule"),
        (
            "已定的日期照用：核对预约、请假和上限。",
            "The fixed day stands: compare the appointment with leave and limits.",
        ),
    ),
    Rule::new(
        "D09",
        Warning,
        ("日程密钥不是封存时定下的", "the day secret was not fixed by the commitment"),
        (
            "别人无法确知日期不是挑选的。下次封存时加 --days。",
            "Nobody can be sure that the days were not chosen. Commit with --days next time.",
        ),
    ),
    Rule::new(
        "D10",
        Error,
        ("日程密钥不对", "the day secret is not there, or another"),
        (
            "找回封存时写出的密钥文件（<公示包>.days/secret），用 --days-dir 指出其文件夹。",
            "Find the file that commit wrote (<BUNDLE>.days/secret) and name its folder with --days-dir.",
        ),
    ),
    Rule::new(
        "D11",
        Warning,
        ("小组不齐，暂不排日期", "an incomplete team: no day yet"),
        (
            "岗位空缺或替补待定。用 ssj event 补齐后重新排程。",
            "A slot is vacant or waits for its beacon. Fill it with ssj event and schedule again.",
        ),
    ),
    Rule::new(
        "D12",
        Note,
        ("不知道请假和片区", "leave and areas are not known"),
        (
            "在封存该抽取的工作区中执行（-C），或在设置中写明请假和片区。",
            "Run it in the workspace of the draw (-C), or give leave and areas in the setting.",
        ),
    ),
    Rule::new(
        "D13",
        Error,
        ("日程违反规则", "a schedule that breaks a rule"),
        (
            "重新排程；若是本软件排出的，请报告。",
            "Schedule again; if this program made it, please report it.",
        ),
    ),
    Rule::new(
        "D14",
        Error,
        ("期限内的工作日太多或没有", "too many working days, or none"),
        (
            "检查期间须有 1–384 个工作日；核对窗口和工作日历。",
            "The window needs 1 to 384 working days; look at the window and the calendar.",
        ),
    ),
    Rule::new(
        "D15",
        Error,
        ("检查未完，日程不公布", "days are not published before the visits"),
        (
            "最后一次检查之后再公布；公布日程会让尚未检查的对象知道日期。",
            "Publish after the last visit: the schedule would tell subjects that are still to be visited.",
        ),
    ),
    Rule::new(
        "D16",
        Error,
        ("期限没有共同的日子", "windows without a common day"),
        (
            "一次检查须在其各项任务和该对象的期限之内。改期限，或在设置中用 [[list]] 给出任务的期限。",
            "A visit lies in the windows of all its tasks and its own. Change one, or give a task's window with [[list]] in the setting.",
        ),
    ),
    Rule::new(
        "D17",
        Error,
        ("存下的日程重新得不出", "a kept schedule that does not come out again"),
        (
            "存下的文件或密钥被改动、缺失：向机关取回原件；没有原件的，该版日程不能证明不是挑选的。",
            "A kept file or the secret was changed or is missing: ask the office for the originals. Without them nothing shows that the days were not chosen.",
        ),
    ),
    Rule::new(
        "D18",
        Warning,
        ("日程之后小组有变更", "teams changed since the schedule"),
        (
            "事件改变了小组或对象：重新执行 ssj schedule，能不动的不动。",
            "Events changed teams or subjects: run ssj schedule again; what can stay stays.",
        ),
    ),
    Rule::new(
        "D19",
        Warning,
        ("有一次抽取的日程没有读到", "a draw whose schedule was not read"),
        (
            "先执行 ssj schedule；保密抽取另给口令文件、密钥或份额；公示包在别处的，写明文件夹。",
            "Run ssj schedule first; for a sealed draw give passphrase file, key or shares; name the folder of a bundle that lies elsewhere.",
        ),
    ),
    Rule::new(
        "D20",
        Warning,
        ("日期由设置指定的检查", "days that were set by hand"),
        (
            "预约和自定期限的日期是机关定的，不是抽出来的。逐一留存缘由（企业的申请、预约记录），审计时出示。",
            "Days of appointments and of windows of single visits are the office's choice. Keep the reason of each (the request, the appointment) for the auditor.",
        ),
    ),
    Rule::new(
        "D21",
        Warning,
        ("任务的期限与封存时不同", "a task's window is not the one committed"),
        (
            "设置的 [[list]] 代替了计划所定的期限。留存改变期限的文件，审计时出示。",
            "[[list]] of the setting stands for the window of the plan. Keep the document that moved it for the auditor.",
        ),
    ),
    Rule::new(
        "D22",
        Error,
        ("没有这名人员", "nobody has this certificate number"),
        (
            "核对执法证号；在该抽取的工作区中执行（-C），或写明公示包的文件夹。",
            "Compare the certificate number; run it in the workspace of the draw (-C), or name the bundle's folder.",
        ),
    ),
];
