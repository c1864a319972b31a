//! The transparency log: L01–L40.

use super::Rule;
use crate::base::finding::Severity::Error;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "L01",
        Error,
        ("签名文件不合格式", "malformed signed note"),
        (
            "重新取得原文件：签名文件是 UTF-8 文字、一个空行、签名行，逐字节不可改动（C2SP signed-note）。",
            "Get the file again as it was published: text, an empty line, signature lines, not a byte changed (C2SP signed-note).",
        ),
    ),
    Rule::new(
        "L02",
        Error,
        ("密钥不合格式", "malformed key"),
        (
            "公钥为一行：名称+8 位十六进制+base64；向日志或见证人索取原文，日志用 Ed25519，见证人用 cosignature/v1。",
            "A verifier key is one line, name+8 hex digits+base64: ask the log or witness for it; logs use Ed25519, witnesses cosignature/v1.",
        ),
    ),
    Rule::new(
        "L03",
        Error,
        ("签名不成立", "a signature does not hold"),
        (
            "已知密钥的签名验不过：文件被改动，或公钥拿错。不要采信，保留原件，向日志的机关查问。",
            "The signature of a known key fails: the file was changed or the key is another's. Trust nothing of it, keep it, ask the log's office.",
        ),
    ),
    Rule::new(
        "L04",
        Error,
        ("没有可信的签名", "no signature of a trusted key"),
        (
            "其中没有所给公钥的签名：核对公钥是否属于这份日志。",
            "None of the keys that are trusted has signed it: see whether the key belongs to this log.",
        ),
    ),
    Rule::new(
        "L05",
        Error,
        ("签名树头不合格式", "malformed checkpoint"),
        (
            "签名树头为三行：来源、条数、树根（C2SP tlog-checkpoint）；重新取得原文件。",
            "A checkpoint has three lines: origin, size, root (C2SP tlog-checkpoint); get the file again as it was published.",
        ),
    ),
    Rule::new(
        "L06",
        Error,
        ("是另一份日志的签名树头", "the checkpoint of another log"),
        (
            "签名树头的来源须与公钥的名称相同：核对是否取错了文件或公钥。",
            "A checkpoint's origin is the name of its log's key: see whether file and key belong together.",
        ),
    ),
    Rule::new(
        "L07",
        Error,
        ("日志分叉：与先前所见不一致", "the log has forked: it does not continue what was seen"),
        (
            "两份签名树头不属于同一份只增不改的日志。不要联署，保留两份原件：它们就是证据，报上级机关。",
            "The two checkpoints are not of one append-only log. Do not cosign; keep both, they are the evidence; tell the superior office.",
        ),
    ),
    Rule::new(
        "L08",
        Error,
        ("不在日志中", "it is not in the log"),
        (
            "证明不能把这一条连到签名树头：这一条或证明被改动，或证明属于另一条。重新取得证明。",
            "The proof does not lead from the entry to the checkpoint: one of them was changed, or the proof is another entry's. Get it again.",
        ),
    ),
    Rule::new(
        "L09",
        Error,
        ("日志缺少数据块，或数据块不符", "a tile of the log is missing or wrong"),
        (
            "所列文件缺失、长度不对或与签名树头不符：重新取得日志；若是自己的日志，从镜像或见证人处恢复原文件。",
            "The file named is missing, of a wrong length, or does not fit the checkpoint: get the log again; of your own log, restore it from a mirror.",
        ),
    ),
    Rule::new(
        "L10",
        Error,
        ("条目包不合格式", "malformed bundle of entries"),
        (
            "条目包由每条的两字节长度和内容组成（C2SP tlog-tiles）：重新取得日志。",
            "A bundle of entries has two bytes of length before each (C2SP tlog-tiles): get the log again.",
        ),
    ),
    Rule::new(
        "L11",
        Error,
        ("日志证明不合格式", "malformed proof"),
        (
            "证明文件以 c2sp.org/tlog-proof@v1 开头：重新取得原文件，或用 ssj log prove 再做一份。",
            "A proof begins with c2sp.org/tlog-proof@v1: get the file again as it was published, or make it anew with ssj log prove.",
        ),
    ),
];
