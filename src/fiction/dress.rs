//! What can be read from the texts of a given register: kind, industry, tags.

use super::Bare;
use super::subjects::Kind;

/// Tag, GB/T 4754 code, words of a scope of business that give them. The first that fits gives the industry.
const SIGNS: &[(&str, &str, &[&str])] = &[
    (
        "食品生产",
        "1499",
        &["食品生产", "食品加工", "食品制造", "糕点", "饮料制造", "食品添加剂生产"],
    ),
    ("餐饮", "6210", &["餐饮", "中餐", "快餐", "小吃", "酒楼"]),
    (
        "食品销售",
        "5129",
        &[
            "预包装食品",
            "散装食品",
            "食品销售",
            "食品经营",
            "食品批发",
            "食品零售",
            "副食品",
            "卷烟",
            "酒类",
        ],
    ),
    ("药品零售", "5251", &["中成药", "药品零售", "化学药制剂", "大药房"]),
    ("医疗器械", "5154", &["医疗器械"]),
    ("医疗机构", "8425", &["诊所", "门诊", "医疗服务", "医院"]),
    ("美容美发", "8040", &["美容", "美发", "理发"]),
    ("住宿", "6121", &["住宿", "旅馆", "宾馆", "客房", "民宿"]),
    ("广告", "7259", &["广告"]),
    ("校外培训", "8399", &["培训"]),
    ("房地产中介", "7030", &["房地产中介", "房产中介", "房地产经纪", "房屋中介"]),
    ("汽车维修", "8111", &["汽车维修", "汽车修理", "机动车维修", "汽修"]),
    ("网络交易", "5292", &["电子商务", "网上销售", "网络销售", "互联网销售"]),
    ("危化品", "5169", &["危险化学品", "成品油", "汽油", "液化石油气", "危险品"]),
    ("特种设备", "3411", &["特种设备", "锅炉", "压力容器", "压力管道", "起重机械", "电梯", "气瓶"]),
    (
        "排污",
        "3360",
        &[
            "印染",
            "电镀",
            "造纸",
            "化工产品制造",
            "涂料",
            "铸造",
            "制革",
            "水泥",
            "酿造",
            "染料",
            "危险废物",
        ],
    ),
    ("化妆品", "5134", &["化妆品"]),
    ("印刷", "2319", &["印刷"]),
    ("检验检测", "7452", &["检验检测", "检测服务"]),
];

/// Words that turn what stands beside them into its opposite: (不含危险化学品).
const NEGATIONS: [&str; 4] = ["不含", "除", "不得", "不涉及"];

pub(super) struct Found {
    pub kind: Kind,
    pub industry: &'static str,
    pub tags: Vec<&'static str>,
}

/// Kind from the code's second digit and the name; industry and tags from the words of name and hints.
pub(super) fn read(bare: &Bare) -> Found {
    let kind = match bare.uscc.get(..2) {
        _ if bare.name.ends_with("代表处") => Kind::Office,
        Some("92") => Kind::Household,
        Some("93") => Kind::Cooperative,
        _ => Kind::Enterprise,
    };
    let texts: Vec<String> =
        bare.industry_hint.iter().chain([&bare.name]).map(|text| affirmed(text)).collect();
    let has = |word: &&str| texts.iter().any(|text| text.contains(*word));
    let fits: Vec<_> = SIGNS.iter().filter(|sign| sign.2.iter().any(&has)).collect();
    let industry = match fits.first() {
        Some(sign) => sign.1,
        None if has(&"制造") || has(&"加工") => "4190",
        None => "5199",
    };
    Found { kind, industry, tags: fits.iter().map(|sign| sign.0).collect() }
}

/// The text without its denied parts: a part ends at a bracket or a mark, and falls if a negation stands in it.
fn affirmed(text: &str) -> String {
    let marks = ['(', ')', '（', '）', '，', ',', '；', ';', '。'];
    text.split_inclusive(marks)
        .filter(|part| !NEGATIONS.iter().any(|no| part.contains(no)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(name: &str, hint: &str) -> Vec<&'static str> {
        let hint = vec![hint.to_owned()];
        read(&Bare {
            uscc: String::new(),
            name: name.into(),
            established: None,
            industry_hint: hint,
        })
        .tags
    }

    #[test]
    fn denied_words_give_no_tag() {
        assert_eq!(tags("示例市甲公司", "化工原料（不含危险化学品），广告设计"), ["广告"]);
        assert_eq!(tags("示例市乙公司", "销售：机械设备(除医疗器械)、预包装食品"), ["食品销售"]);
        assert_eq!(tags("示例市丙餐饮有限公司", ""), ["餐饮"]);
    }
}
