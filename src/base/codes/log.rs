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
];
