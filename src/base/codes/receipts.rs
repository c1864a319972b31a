//! Receipts and their codes: Q01–Q39, and how they are asked for: W60–W69. A receipt that breaks the general form is
//! V18.

use super::Rule;
use crate::base::finding::Severity::Error;

const ASK_OFFICE: (&str, &str) = (
    "保留凭证原件，向出具的机关查问；机关不能说明的，向上级机关反映。请使用自己取得的核验工具。",
    "Keep the receipt as it is and ask the office that gave it; if it cannot explain, its superior. Use a verifier obtained independently.",
);

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "Q01",
        Error,
        ("凭证码不合格式", "malformed receipt code"),
        (
            "重新扫描凭证上的二维码，整行粘贴：凭证码以 dr1-code; 开头，共 8 段，以分号分开。",
            "Scan the QR code again and paste the whole line: it begins with dr1-code; and has 8 fields between semicolons.",
        ),
    ),
    Rule::new("Q02", Error, ("是另一次抽取的凭证", "a receipt of another draw"), ASK_OFFICE),
    Rule::new(
        "Q03",
        Error,
        ("凭证中的结果清单不符", "the manifest in the receipt does not fit"),
        ASK_OFFICE,
    ),
    Rule::new("Q04", Error, ("盐不符", "the salt is another"), ASK_OFFICE),
    Rule::new("Q05", Error, ("不在封存的抽样框中", "not in the committed frame"), ASK_OFFICE),
    Rule::new("Q06", Error, ("不在对照卷中", "not in the roll"), ASK_OFFICE),
    Rule::new("Q07", Error, ("小组不符", "another team"), ASK_OFFICE),
    Rule::new("Q08", Error, ("名次不符", "another rank"), ASK_OFFICE),
    Rule::new(
        "Q09",
        Error,
        ("同一对象有两份不同的凭证", "two different receipts of one subject"),
        (
            "一个对象在一次抽取中只有一行、一份凭证：两份都是证据，一并交上级机关。",
            "A subject has one row and one receipt in a draw. Both are evidence: give them to the superior office.",
        ),
    ),
    Rule::new(
        "Q10",
        Error,
        ("公开部分与凭证所据的不同", "the published files are not those that the receipt rests on"),
        (
            "核对公示包是否下载完整、是否就是这次抽取的：ssj verify 公示包文件夹；仍不符的，向机关查问。",
            "See whether the bundle was downloaded whole and is this draw's: ssj verify FOLDER. If it still differs, ask the office.",
        ),
    ),
    Rule::new(
        "Q11",
        Error,
        ("凭证码太长", "the code is too long"),
        (
            "缩短 --page 的网址；仍容纳不下的，只用凭证文件。",
            "Shorten the address of --page; if it still does not fit, use the receipt's file alone.",
        ),
    ),
    Rule::new("Q12", Error, ("凭证漏列任务", "the receipt leaves out a list"), ASK_OFFICE),
    Rule::new(
        "W60",
        Error,
        ("没有保密部分，不能出具凭证", "receipts need the closed part"),
        (
            "由保管机关用自己的完整公示包出具；公开以后任何人都可以出具。",
            "The office makes them from its complete bundle; after the opening anybody can.",
        ),
    ),
    Rule::new(
        "W61",
        Error,
        ("凭证码要对照公示包核验", "a receipt code is checked against a bundle"),
        (
            "下载该次抽取的公示包，再执行 ssj verify 凭证码 --bundle 公示包文件夹。",
            "Download the draw's bundle, then ssj verify CODE --bundle FOLDER.",
        ),
    ),
    Rule::new(
        "W62",
        Error,
        ("现场抽取要在终端上进行", "the ceremony needs a terminal"),
        (
            "在终端窗口中执行；不用屏幕的，依次执行 ssj beacon 和 ssj draw，结果相同。",
            "Run it in a terminal; without a screen ssj beacon and ssj draw give the same.",
        ),
    ),
];
