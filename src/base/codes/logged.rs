//! Steps that go into the log, and what a bundle's proofs must show: L32–L59, W50–W59.

use super::Rule;
use crate::base::finding::Severity::{Error, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "L32",
        Error,
        ("没有承诺记入日志的证明", "nothing proves that the commitment was logged"),
        (
            "没有记入日志的抽取不应采信：向机关索取 log/commit.tlog-proof；机关用 ssj log collect 补齐。",
            "Do not believe a draw that was not logged: ask the office for log/commit.tlog-proof, which ssj log collect makes.",
        ),
    ),
    Rule::new(
        "L33",
        Error,
        ("一个步骤没有记入日志的证明", "nothing proves that a step was logged"),
        (
            "承诺记入日志后，信标、结果、每个事件、公开都须记入：向机关索取所列证明；机关用 ssj log collect 补齐。",
            "After the commitment, beacon, result, every event and the opening are logged too: ask the office for the proof, which ssj log collect makes.",
        ),
    ),
    Rule::new(
        "L34",
        Error,
        ("公示包缺少日志中的内容", "the log has what the bundle lacks"),
        (
            "公示包可能较旧：重新取得一次；若仍然没有，就是被人拿掉了，报上级机关。",
            "The bundle may be an old copy: get it again. If it still lacks this, somebody took it out; tell the superior office.",
        ),
    ),
    Rule::new(
        "L35",
        Error,
        ("公示包与日志所记不同", "the bundle is not what was logged"),
        (
            "日志记下的是另一份内容，以日志为准：保留两者，它们就是证据，报上级机关。",
            "The log binds another content, and the log counts: keep both, they are the evidence, and tell the superior office.",
        ),
    ),
    Rule::new(
        "L36",
        Error,
        ("记入日志的先后不对", "logged in a wrong order"),
        (
            "承诺须先于信标，信标须先于结果，事件须按编号：先做后记的步骤不应采信。",
            "The commitment stands before the beacon, the beacon before the result, events in order: do not believe what was logged afterwards.",
        ),
    ),
    Rule::new(
        "L37",
        Error,
        ("事件生效以后才记入日志", "an event was logged after its effect"),
        (
            "见证人须在事件所用的信标产生以前联署：此后才记入的事件可以挑选结果，不应采信。",
            "Witnesses must have cosigned before the beacon that the event uses: one logged later could have chosen its result.",
        ),
    ),
    Rule::new(
        "L38",
        Warning,
        ("联署对不上", "a cosignature fits nothing here"),
        (
            "它不属于这份日志签过的任何树头，也不属于公示包中的证明：可能来自别的日志，或已录错；请见证人对现在的树头再联署一次。",
            "It is of no head that this log has signed and of no proof in a bundle, but perhaps of another log, or mistyped: ask the witness to cosign the present head.",
        ),
    ),
    Rule::new(
        "L39",
        Error,
        ("日志副本太旧", "the copy of the log is too old"),
        (
            "副本的条数少于公示包中的证明：重新取得日志的副本再核验。",
            "The copy has fewer entries than a proof of the bundle: get a newer copy of the log and verify again.",
        ),
    ),
    Rule::new(
        "L40",
        Error,
        ("时间戳不合格式", "malformed time-stamp token"),
        (
            "重新取得 log/commit.tsr：它是时间戳机构的答复原文（RFC 3161）。",
            "Get log/commit.tsr again: it is the authority's response as it came (RFC 3161).",
        ),
    ),
    Rule::new(
        "L41",
        Error,
        ("不是时间戳，或申请被拒", "no time-stamp token, or one that was refused"),
        (
            "以 ssj log stamp-request 重新申请，保存答复原文。",
            "Ask again with what ssj log stamp-request writes, and keep the response as it comes.",
        ),
    ),
    Rule::new(
        "L42",
        Error,
        ("时间戳属于另一份承诺", "a time stamp of another commitment"),
        (
            "时间戳须为 commitment.json 原文的 SHA-256：核对两个文件是否配套。",
            "The token must be of SHA-256 of commitment.json: see whether the two files belong together.",
        ),
    ),
    Rule::new(
        "L43",
        Error,
        ("时间戳的签名不成立", "the token's signature does not hold"),
        (
            "不要采信这份时间戳，保留原件，向时间戳机构查问。",
            "Do not believe the token; keep it and ask the authority.",
        ),
    ),
    Rule::new(
        "L44",
        Error,
        ("时间戳机构的证书不合用", "the authority's certificate does not fit"),
        (
            "证书须专用于时间戳、由时间戳指名、盖戳时有效：向时间戳机构索取正确的证书。",
            "It must be for time stamping alone, named by the token and valid then: ask the authority for the right one.",
        ),
    ),
    Rule::new(
        "L45",
        Error,
        ("时间戳不出自所给的证书", "the token does not lead to the certificate given"),
        (
            "另取时间戳机构或其签发机构的证书，核对无误后再以 --tsa 给出。",
            "Get the certificate of the authority or of its issuer from elsewhere, and give that with --tsa.",
        ),
    ),
    Rule::new(
        "L46",
        Error,
        ("时间戳太晚", "stamped too late"),
        (
            "承诺须在最早信标之前至少 margin_s 秒盖戳：晚于此，无法证明承诺在先。",
            "The commitment must be stamped margin_s before its earliest value: a later token does not show that it came first.",
        ),
    ),
    Rule::new(
        "L47",
        Error,
        ("证书不合格式", "malformed certificate"),
        ("--tsa 取 PEM 格式的证书，可含多张。", "--tsa takes certificates in PEM, one or more."),
    ),
    Rule::new(
        "L48",
        Error,
        ("没有时间戳", "there is no time-stamp token"),
        (
            "公示包没有 log/commit.tsr：向机关索取，或不用 --tsa 核验。",
            "The bundle has no log/commit.tsr: ask the office for it, or verify without --tsa.",
        ),
    ),
    Rule::new(
        "L49",
        Warning,
        ("作废的时间未经见证", "no witness dates a void"),
        (
            "日志自己的时钟可以倒拨：核验作废的那个公示包，它的作废证明须在信标产生以前联署；或核验后一次的公示包，其中应有 log/void-*.tlog-proof。",
            "A log's own clock can be put back: verify the bundle that was voided, whose void must be cosigned before its value, or the next one, which should have log/void-*.tlog-proof.",
        ),
    ),
    Rule::new(
        "W50",
        Error,
        ("工作区没有日志", "the workspace has no log"),
        (
            "在工作区执行 ssj log init，或以 ssj log use 指定已有的日志。",
            "Run ssj log init in the workspace, or name a log that is there with ssj log use.",
        ),
    ),
    Rule::new(
        "W51",
        Error,
        ("没有指定见证策略", "no policy of witnesses is set"),
        (
            "先写策略文件（docs/log.md），再执行 ssj log use 日志 --policy 文件。",
            "Write a policy (docs/log.md), then run ssj log use LOG --policy FILE.",
        ),
    ),
];
