//! S: sealed draws, their secret and their opening.

use super::Rule;
use crate::base::finding::Severity::{Error, Note};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "S01",
        Error,
        ("找不到密封文件夹", "the sealed folder is not there"),
        (
            "保密抽取的主密钥和未公开文件在公示包旁的“<公示包>.sealed”中；若已移走，用 --sealed 指明。",
            "The secret and the closed files of a sealed draw lie in <BUNDLE>.sealed beside the bundle; if it was moved, name it with --sealed.",
        ),
    ),
    Rule::new(
        "S02",
        Error,
        ("主密钥解不开", "the secret cannot be unlocked"),
        (
            "用封存时的口令（--passphrase-file 或在终端输入）或密钥文件（--key-file）；都没有时，由保管人合出份额（--share）。",
            "Give the passphrase (--passphrase-file, or typed) or the key file (--key-file) of the commitment; without either, the custodians' shares (--share).",
        ),
    ),
    Rule::new(
        "S03",
        Error,
        ("不是这次抽取的主密钥", "not this draw's secret"),
        (
            "承诺写明主密钥的摘要，此处的与之不符：找出属于这份公示包的密封文件夹或份额。",
            "The commitment states the digest of its secret, and this is another: find the sealed folder or the shares that belong to this bundle.",
        ),
    ),
    Rule::new(
        "S04",
        Error,
        ("密封文件夹已损坏", "the sealed folder is damaged"),
        (
            "从备份恢复密封文件夹。冻结的文件缺失时，重复原来的 ssj commit；结果文件缺失时，重复 ssj draw。",
            "Restore the sealed folder from a backup. Missing frozen files come back by the same ssj commit, missing results by ssj draw.",
        ),
    ),
    Rule::new(
        "S05",
        Error,
        ("主密钥已用于另一份承诺", "the secret was used for another commitment"),
        (
            "每次抽取用自己的主密钥：换一个 --out 重新封存，旧的密封文件夹留作备查。",
            "Every draw has a secret of its own: commit with another --out and keep the old sealed folder.",
        ),
    ),
    Rule::new(
        "S06",
        Error,
        ("口令不合要求", "the passphrase will not do"),
        (
            "口令至少 8 个字符，两次输入须相同；丢失后无人能找回，请另行保管。",
            "At least 8 characters, typed twice the same; nobody can recover a lost one, so keep it somewhere else, too.",
        ),
    ),
    Rule::new(
        "S07",
        Error,
        ("密钥文件有误", "the key file is wrong"),
        (
            "密钥文件每行一把 age 密钥（AGE-SECRET-KEY-1… 或 age1…），# 之后为注释；可用 age-keygen 生成。",
            "One key of age in a line (AGE-SECRET-KEY-1… or age1…), comments after #; age-keygen makes one.",
        ),
    ),
    Rule::new(
        "S08",
        Error,
        ("份额读不懂", "a share cannot be read"),
        (
            "对照原件重新录入；份额以 ssj1 开头，空格和大小写无关。",
            "Compare it with the original and type it again; a share begins with ssj1, blanks and case mean nothing.",
        ),
    ),
    Rule::new(
        "S09",
        Error,
        ("份额不属于这里", "a share does not belong here"),
        (
            "每名保管人给出本次抽取的那一份；密封文件夹中的 shares.json 列有各份的摘要。",
            "Every custodian gives the share of this draw; shares.json in the sealed folder lists their digests.",
        ),
    ),
    Rule::new(
        "S10",
        Error,
        ("份额不够", "too few shares"),
        (
            "请更多保管人给出份额（每份一个 --share）。",
            "Ask more custodians (one --share for each).",
        ),
    ),
    Rule::new(
        "S11",
        Error,
        ("保密抽取的层过小", "a stratum is too small for a sealed draw"),
        (
            "开启前各层户数和抽中数是公开的，少于 10 户的层会泄露抽中者：把它与别的层合为一个任务，或改为公开抽取。",
            "Sizes and numbers of strata are public before the opening, and fewer than 10 give away who is drawn: join it with others, or draw openly.",
        ),
    ),
    Rule::new(
        "S12",
        Error,
        ("保密抽取抽得过多", "too many are drawn for a sealed draw"),
        (
            "一层抽中过半，几乎人人可料：降低比例，或另做一次公开抽取（如必查）。",
            "Where more than half are drawn nearly everybody can expect a visit: lower the ratio, or draw it openly (a census, for example).",
        ),
    ),
    Rule::new(
        "S13",
        Error,
        ("保密的约定有误", "the terms of the seal are wrong"),
        (
            "mode = \"sealed\" 须有 [seal]：opens 为 \"public\" 或 \"auditor\"，by 为不早于窗口结束的日期；custodians 与 threshold 同时写或同时不写。公开抽取不写 [seal]。",
            "mode = \"sealed\" has [seal]: opens is \"public\" or \"auditor\", by a date not before the window ends; custodians and threshold stand together or not at all. An open draw has no [seal].",
        ),
    ),
    Rule::new(
        "S14",
        Error,
        ("保密抽取不能按分值", "no sealed draw by scores"),
        (
            "按分值的名册会泄露分值：按类别给出权重（weights），或改为公开抽取。",
            "Rolls would reveal scores: weight by class (weights), or draw openly.",
        ),
    ),
    Rule::new(
        "S16",
        Error,
        ("还不能开启", "it cannot be opened yet"),
        ("先执行 ssj beacon 和 ssj draw，再开启。", "Run ssj beacon and ssj draw first."),
    ),
    Rule::new(
        "S17",
        Error,
        ("不是向这里开启", "it does not open to them"),
        (
            "承诺写明向谁开启：只向审计机关开启的用 ssj open --to-auditor 文件夹；向公众开启的不带它。",
            "The commitment says to whom it opens: to an auditor alone by ssj open --to-auditor DIR, to the public without it.",
        ),
    ),
    Rule::new(
        "S18",
        Error,
        ("窗口未完，不能开启", "not opened before the window has ended"),
        (
            "开启后人人知道还要检查谁：窗口结束后再开启。确须提前的，先登记由谁决定，再开启：ssj event 公示包 open --reason early --by 姓名（移交审计机关的为 handed_over）。",
            "Everybody would know who is still to be visited: open it when the window is over. Where it must be earlier, record first who decides so, then open: ssj event BUNDLE open --reason early --by NAME (handed_over for an auditor).",
        ),
    ),
    Rule::new(
        "S19",
        Note,
        ("已过承诺的公开日期", "the promised opening date has passed"),
        (
            "请机关执行 ssj open；只向审计机关开启的，请其出示移交的摘要。",
            "Ask the office to run ssj open; where it opens to an auditor alone, ask for the digest of what was handed over.",
        ),
    ),
    Rule::new(
        "S20",
        Error,
        ("保密抽取不能用另给的抽样框", "no sealed draw of frames from elsewhere"),
        (
            "另给的抽样框在别处已有明文：把名录导入工作区后封存，或改为公开抽取。",
            "A frame made elsewhere stands there in plain: import the register into the workspace, or draw openly.",
        ),
    ),
    Rule::new(
        "S21",
        Error,
        ("没有保管人", "there is no custodian"),
        (
            "计划的 [seal] 写明 custodians 和 threshold 时，封存才拆分主密钥。",
            "The secret is shared where the plan's [seal] names custodians and threshold.",
        ),
    ),
    Rule::new(
        "S22",
        Error,
        ("须先开启", "it must be opened first"),
        (
            "未开启的公示包不含抽样框：ssj open 之后再执行，或对移交审计机关的文件夹执行。",
            "An unopened bundle has no frames: run this after ssj open, or on the folder handed to the auditor.",
        ),
    ),
    Rule::new(
        "S23",
        Note,
        ("检查日程暂不公布", "the schedule is not shown yet"),
        (
            "还有检查未到日子：最后一次检查之后，重复同一 ssj open 命令即公布日程。",
            "Visits are still to come: the same ssj open command shows the schedule after the last of them.",
        ),
    ),
];
