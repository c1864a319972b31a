use super::*;

fn shown(text: &str) -> String {
    fn side<T: ToString>(bounds: Bounds<T>) -> String {
        let text = |side: Option<T>| side.map(|n| n.to_string()).unwrap_or_default();
        format!("{}..{}", text(bounds.least), text(bounds.most))
    }
    match parse(text) {
        Ok(Quantity::Share(bounds)) => side(bounds),
        Ok(Quantity::Count(bounds)) => side(bounds) + " n",
        Ok(Quantity::PerYear(bounds)) => side(bounds) + " a",
        Err(finding) => finding.code().to_owned(),
    }
}

#[test]
fn texts_and_what_they_mean() {
    for (text, meaning) in [
        ("4%", "4%..4%"),
        ("１２.５％", "12.5%..12.5%"),
        ("不低于7%", "7%.."),
        ("≥20%", "20%.."),
        ("原则上不超过6%/年", "..6%"),
        ("根据实际需要，一般不超过8%/年。", "..8%"),
        ("不超过总数的2%", "..2%"),
        ("15-25%", "15%..25%"),
        ("15%~25%", "15%..25%"),
        ("抽查比例不少于4‰", "0.4%.."),
        ("不低于百分之三", "3%.."),
        ("百分之三至百分之五", "3%..5%"),
        ("千分之五", "0.5%..0.5%"),
        ("按1:5", "20%..20%"),
        ("=1户", "1..1 n"),
        ("1户", "1..1 n"),
        ("十二家", "12..12 n"),
        ("40-50家", "40..50 n"),
        ("每年一次", "1..1 a"),
        ("每年两次", "2..2 a"),
        ("每年组织1次", "1..1 a"),
        ("2—3次/年", "2..3 a"),
        ("每年至少4次", "4.. a"),
        ("同一年度内不超过2次", "..2 a"),
        ("对同一机构，每年度抽查不超过3次", "..3 a"),
        ("对一个示例单位的检查，同一年度内不超过3次", "..3 a"),
    ] {
        assert_eq!(shown(text), meaning, "{text}");
    }
}

/// A text, and what is wrong with it.
const REFUSED: &[(&str, &str, &str)] = &[
    ("没有数字", "holds no number", "视情况确定"),
    ("没有数字", "holds no number", ""),
    // The 一 of 一并 and 统一 is no number.
    ("没有数字", "holds no number", "结合登记事项检查一并开展"),
    ("没有数字", "holds no number", "由上级统一确定一定比例"),
    ("没有数字", "holds no number", "三分之一"),
    ("是约数", "is only about a number", "5%左右"),
    ("是约数", "is only about a number", "约30户"),
    (
        "只说了“市局”的，或分级规定",
        "speaks of one body (市局), or of several",
        "市局抽查比例不少于40%",
    ),
    ("只说了“省级”的，或分级规定", "speaks of one body (省级), or of several", "省级5%，其余自定"),
    ("不止一种要求（“或”）", "holds more than one demand (或)", "不低于3%或另定"),
    ("不止一种要求（“其中”）", "holds more than one demand (其中)", "8%，其中重点不低于6%"),
    ("不止一种要求（“各”）", "holds more than one demand (各)", "每年2次各5%"),
    ("的期间不是一年", "is not a year", "许可有效期内不超过2次"),
    ("的期间不是一年", "is not a year", "每2年不超过1次"),
    ("的期间不是一年", "is not a year", "每两年不超过1次"),
    ("的期间不是一年", "is not a year", "每月1次"),
    ("没有单位：", "has no unit:", "=1"),
    ("没有单位：", "has no unit:", "≥20"),
    ("没有单位：", "has no unit:", "0.3"),
    ("不只是一个数量或范围", "is more than one number or range", "120%"),
    ("不只是一个数量或范围", "is more than one number or range", "20-10%"),
    ("不只是一个数量或范围", "is more than one number or range", "不低于10-20%"),
    ("不只是一个数量或范围", "is more than one number or range", "按1:3"),
    ("不只是一个数量或范围", "is more than one number or range", "按1:0"),
    ("不只是一个数量或范围", "is more than one number or range", "3次"),
    ("不只是一个数量或范围", "is more than one number or range", "每年1次5%"),
    ("不只是一个数量或范围", "is more than one number or range", "1e2%"),
    ("不只是一个数量或范围", "is more than one number or range", "第3项5%"),
];

#[test]
fn every_refusal_says_why() {
    for (zh, en, text) in REFUSED {
        let finding = parse(text).unwrap_err();
        assert_eq!(finding.code(), "R29", "{text}");
        assert!(finding.cause.zh.contains(zh), "{text}: {}", finding.cause.zh);
        assert!(finding.cause.en.contains(en), "{text}: {}", finding.cause.en);
    }
}
