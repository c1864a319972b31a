//! W: workspace, files and commands.

use super::Rule;
use crate::base::finding::Severity::{Error, Note, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "W01",
        Error,
        ("不是工作区", "not a workspace"),
        (
            "先执行 ssj init 文件夹，再在其中执行，或用 -C 指明。",
            "Run ssj init DIR first, then run inside it or name it with -C.",
        ),
    ),
    Rule::new(
        "W02",
        Error,
        ("已有生效中的承诺", "a live commitment exists"),
        (
            "同一机关、同一事项、重叠的窗口只能有一份生效的承诺：完成它，或在最早信标之前作废它（ssj event … void），再以新的次数封存。",
            "One agency has one live commitment per matter and overlapping window: finish it, or void it before its earliest beacon (ssj event … void) and commit a new attempt.",
        ),
    ),
    Rule::new(
        "W03",
        Error,
        ("文件已存在且内容不同", "a file exists and differs"),
        (
            "已完成的文件不会被覆盖：换一个输出位置，或移走旧文件后重试。",
            "A finished file is never overwritten: choose another place or move the old file away first.",
        ),
    ),
    Rule::new(
        "W04",
        Error,
        ("名录库为空", "empty register"),
        (
            "先导入：ssj import matters|subjects|inspectors 文件。",
            "Import first: ssj import matters|subjects|inspectors FILE.",
        ),
    ),
    Rule::new(
        "W05",
        Error,
        ("已不能作废", "too late to void"),
        (
            "最早的信标时刻已到，结果已经确定：只能照常抽取并公布，不能作废重抽。",
            "The earliest source's time has come and the result is defined: draw and publish it; it cannot be voided.",
        ),
    ),
    Rule::new(
        "W06",
        Error,
        ("不是公示包", "not a bundle"),
        (
            "给出含 commitment.json 的文件夹，或一份抽签凭证。",
            "Name a folder with commitment.json in it, or a receipt.",
        ),
    ),
    Rule::new(
        "W07",
        Error,
        ("参数不对", "wrong argument"),
        ("用 --help 查看该命令的用法。", "See the command's --help."),
    ),
    Rule::new(
        "W08",
        Error,
        ("读写失败", "reading or writing failed"),
        (
            "检查路径、权限和磁盘空间后重新执行同一命令；已完成的部分不会丢失。",
            "Check path, permissions and disk space, then run the same command again; what was finished is kept.",
        ),
    ),
    Rule::new(
        "W09",
        Error,
        ("数据库不可用", "database not usable"),
        (
            "检查 ssj.db 是否被他人占用、损坏或由更新版本的程序写成，磁盘是否已满，PostgreSQL 是否可连接；恢复备份或稍后再试。",
            "Check whether ssj.db is in use, damaged or written by a newer program, whether the disk is full and whether PostgreSQL can be reached; restore a backup or try again later.",
        ),
    ),
    Rule::new(
        "W10",
        Error,
        ("抽取已作废", "the draw is void"),
        (
            "作废的抽取不再进行：以新的次数重新封存。",
            "A voided draw goes no further: commit a new attempt.",
        ),
    ),
    Rule::new(
        "W11",
        Error,
        ("模拟时钟只能用于演练", "a set clock is for rehearsals only"),
        (
            "去掉 --clock，按真实时间执行；或在计划中写明 rehearsal = true。",
            "Leave out --clock and use the real time, or mark the plan with rehearsal = true.",
        ),
    ),
    Rule::new(
        "W12",
        Error,
        ("查无此对象", "no such subject"),
        (
            "核对编号；ssj verify 会列出公示包中的任务。",
            "Check the id; the subject is in no frame of this bundle.",
        ),
    ),
    Rule::new(
        "W13",
        Error,
        ("正被另一个程序使用", "in use by another run"),
        (
            "等另一个 ssj 结束后重新执行同一命令。",
            "Wait until the other ssj has ended, then run the same command again.",
        ),
    ),
    Rule::new(
        "W14",
        Error,
        ("已作出的一步与此不同", "this step was done differently before"),
        (
            "公布过的随机数值和结果不能更换；如原值录入有误，作废不可行，须在公示中说明。",
            "Published values and results cannot be exchanged; if the first value was mistyped, explain it in the notice.",
        ),
    ),
    Rule::new(
        "W15",
        Error,
        ("找不到", "not found"),
        ("核对路径和拼写。", "Check the path and its spelling."),
    ),
    Rule::new(
        "W16",
        Error,
        ("上一步尚未完成", "an earlier step is missing"),
        ("依次执行 commit、beacon、draw。", "Run commit, beacon and draw in this order."),
    ),
    Rule::new(
        "W17",
        Warning,
        ("名录将被清空", "the register becomes empty"),
        (
            "文件中没有任何数据行：确认是否导入了正确的文件。",
            "The file has no rows: make sure that it is the right one.",
        ),
    ),
    Rule::new(
        "W18",
        Error,
        ("移出名录须有原因", "removals need a reason"),
        (
            "不在名录中的对象永远不会被抽中，所以移出须说明原因：加 --removed 注销、吊销、迁出、重复、不属监管对象、更正或其他；只补充而不移出则加 --merge。",
            "Whoever is not in the register can never be drawn, so a removal needs a reason: add --removed deregistered, revoked, moved_out, duplicate, not_subject, correction or other; to add rows and remove none, use --merge.",
        ),
    ),
    Rule::new(
        "W19",
        Error,
        ("数据库正被他人写入", "somebody else is writing to the database"),
        (
            "等对方结束后重新执行同一命令；本次未作任何改动。",
            "Wait until it has ended, then run the same command again; nothing was changed.",
        ),
    ),
    Rule::new(
        "W20",
        Error,
        ("数据库地址不对", "wrong address of the database"),
        (
            "写作 postgres://用户@主机/库名 或 sqlite:文件；密码可放在 ~/.pgpass。",
            "Write postgres://user@host/name or sqlite:file; the password may stand in ~/.pgpass.",
        ),
    ),
    Rule::new(
        "W21",
        Error,
        ("没有这个版本", "no such version"),
        (
            "ssj registry log 列出全部版本及其时间。",
            "ssj registry log lists all versions with their times.",
        ),
    ),
    Rule::new(
        "W22",
        Error,
        ("设置文件有误", "the settings are wrong"),
        ("ssj.toml 只有一行：database = \"…\"。", "ssj.toml has one line: database = \"…\"."),
    ),
    Rule::new(
        "W23",
        Error,
        ("无从重算", "nothing to recompute it from"),
        (
            "用 -C 指定封存它的工作区；别处没有它的名录和计划。",
            "Name the workspace that committed it with -C: its registers and plan are nowhere else.",
        ),
    ),
    Rule::new(
        "W24",
        Note,
        ("抽取前有对象移出名录", "rows left a register before the draw"),
        (
            "移出的不会被抽中：逐一核对（ssj registry diff）；数目和原因写入承诺。",
            "Whoever left cannot be drawn: look at them with ssj registry diff; the commitment records how many and why.",
        ),
    ),
    Rule::new(
        "W25",
        Warning,
        ("这一步没有记入它的工作区", "the step is not in its workspace"),
        (
            "用 -C 指定封存它的工作区，再执行同一命令，即补记入日志和工作区；有意在别处操作的不必理会。",
            "Run the same command again with -C and the workspace that committed it: log and workspace then take it in. Whoever works elsewhere on purpose need not.",
        ),
    ),
    Rule::new(
        "W26",
        Error,
        ("工作区只读", "the workspace is read-only"),
        (
            "这里只能查看、校核、模拟和重算；要写入，请在可写的工作区执行，或改正文件和文件夹的权限。",
            "Looking, checking, simulating and recomputing work here; to write, use the workspace itself or correct the rights of file and folder.",
        ),
    ),
    Rule::new(
        "W30",
        Error,
        ("不能在数据库中抽取", "this draw cannot be made in a database"),
        (
            "用 ssj draw 抽取；公开抽取且 suite 为 sha256 时才可用 ssj sql。",
            "Draw it with ssj draw; ssj sql is for open draws whose suite is sha256.",
        ),
    ),
    Rule::new(
        "W31",
        Error,
        ("没有抽中，不入户", "not drawn, so not visited"),
        (
            "核对编号；ssj receipt 出具该对象的名次和机会，ssj verify 列出各任务。",
            "Check the id; ssj receipt shows the subject's rank and chance, ssj verify the lists.",
        ),
    ),
    Rule::new(
        "W32",
        Error,
        ("不是抽样框的表", "no table of a frame"),
        (
            "须有列 sid 和 stratum，可有 weight、tags、salt（docs/protocol.md §3）；ssj sql 打印得出这些列的查询。",
            "Columns sid and stratum must be there, weight, tags and salt may be (docs/protocol.md §3); ssj sql prints the query that gives them.",
        ),
    ),
    Rule::new(
        "W33",
        Error,
        ("无处询问口令", "nowhere to ask for the passphrase"),
        (
            "不在终端上运行时，用 --passphrase-file 文件、--key-file 文件或 --share 文件。",
            "Away from a terminal give --passphrase-file FILE, --key-file FILE or --share FILE.",
        ),
    ),
];
