//! Parts that several notices have.

use serde_json::Value;

use super::Particulars;
use crate::base::date::china_time;
use crate::base::digest::Suite;
use crate::base::ratio::{lowest, percent};
use crate::plan::{SCOPE_NOTE, scope_text};
use crate::publish::document::{Body, Section, Style, code, count, fact};
use crate::publish::draw::{Draw, window};
use crate::publish::names::Names;
use crate::record::beacon::Source;
use crate::record::commitment::{List, Method, Quota};

/// What the notice is about: the fields of the national system that concern the whole plan.
pub(super) fn head(draw: &Draw<'_>, particulars: &Particulars) -> Section {
    let commitment = &draw.commitment;
    let (from, to) = &commitment.window;
    let mode = match &commitment.seal {
        None => "公开抽取".to_owned(),
        Some(seal) => {
            let to = if seal.opens_to_public { "向公众" } else { "向审计机关" };
            format!("保密抽取，最迟 {} {to}公开", seal.by)
        }
    };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Section::facts(
        "抽查计划",
        vec![
            code("抽查计划编号", &commitment.draw),
            fact("抽查计划名称", &commitment.title),
            fact("抽查机关", &commitment.agency),
            count("抽取次数", commitment.attempt),
            fact("抽取方式", mode),
            fact("检查日期自", from),
            fact("检查日期至", to),
            fact("公示网站", text(&particulars.site_name)),
            fact("公示日期", text(&particulars.date)),
        ],
    )
}

/// A list's own words in its commitment: a text, or texts.
fn note(list: &List, key: &str) -> String {
    match list.notes.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(texts)) => {
            texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("、")
        }
        _ => String::new(),
    }
}

/// 抽样单位: a plan's key word in Chinese, other words as they are.
fn unit_words(unit: &str) -> &str {
    if unit == "device" { "设备" } else { unit }
}

/// 抽查类型; empty where the commitment does not say.
pub(super) fn type_words(list: &List) -> &'static str {
    match list.notes.get("type").and_then(Value::as_str) {
        Some("targeted") => "定向",
        Some("untargeted") => "不定向",
        _ => "",
    }
}

/// How a list's subjects are selected, in a sentence.
fn method(list: &List) -> &'static str {
    match list.method {
        Method::Fixed => "各层定额：每层取抽签号最小的 n 户，同层各户机会相等",
        Method::Proportional { .. } => {
            "按权重：各层抽取数由随机种子取整，机会恰与权重成比例；层内取抽签号最小的"
        }
        Method::Pareto { .. } => "按个体权重（Pareto 次序抽样）：机会与各户权重成比例",
    }
}

/// n of a list, which is known from the freeze.
pub(super) fn wanted(list: &List) -> u64 {
    match list.method {
        Method::Fixed => {
            let n = |quota: Quota| if let Quota::Count(n) = quota { n } else { 0 };
            list.strata.iter().map(|stratum| n(stratum.quota)).sum()
        }
        Method::Proportional { n } | Method::Pareto { n } => n,
    }
}

/// `133/4422（3.00%）`, in lowest terms.
pub(super) fn chance(chance: (u128, u128)) -> String {
    let (above, below) = lowest(chance);
    format!("{above}/{below}（{}）", percent((above, below)))
}

/// The tasks, with the fields of the national system and those that nobody else shows.
pub(super) fn tasks(draw: &Draw<'_>, names: &Names) -> Section {
    let columns = [
        ("抽查任务编号", Style::Code),
        ("抽查任务名称", Style::Text),
        ("抽查类型", Style::Text),
        ("抽查事项", Style::Text),
        ("抽查范围", Style::Text),
        ("抽查机关", Style::Text),
        ("发起部门", Style::Text),
        ("联合部门", Style::Text),
        ("抽样单位", Style::Text),
        ("检查方式", Style::Text),
        ("检查日期自", Style::Text),
        ("检查日期至", Style::Text),
        ("是否事先通知", Style::Text),
        ("名录户数", Style::Number),
        ("排除户数", Style::Number),
        ("抽样框户数", Style::Number),
        ("抽取户数", Style::Number),
        ("抽取比例", Style::Text),
        ("候补户数", Style::Number),
        ("抽取方法", Style::Text),
    ];
    let number = |value: Option<&Value>| {
        value.and_then(Value::as_u64).map_or_else(String::new, |n| n.to_string())
    };
    let row = |list: &&List| {
        let (from, to) = window(&draw.commitment, list);
        let matters: Vec<String> = list.matters.iter().map(|id| names.matter(id)).collect();
        let announced = match list.notes.get("announced") {
            Some(Value::Bool(true)) => "是",
            Some(Value::Bool(false)) => "否",
            _ => "",
        };
        let n = wanted(list);
        // Not reduced: people look for the two numbers that stand beside it.
        let (size, share) = (list.frame.n, percent((n.into(), list.frame.n.max(1).into())));
        let ratio = format!("{n}/{size}（{share}）");
        vec![
            list.list.clone(),
            list.title.clone(),
            type_words(list).to_owned(),
            matters.join("；"),
            scope_text(list.notes.get(SCOPE_NOTE)).map(|text| text.zh).unwrap_or_default(),
            draw.commitment.agency.clone(),
            note(list, "initiator"),
            note(list, "partners"),
            unit_words(&note(list, "unit")).to_owned(),
            note(list, "ways"),
            from,
            to,
            announced.to_owned(),
            number(list.notes.get("base")),
            excluded(list)
                .map(|rows| rows.iter().map(|(_, n)| n).sum::<u64>().to_string())
                .unwrap_or_default(),
            list.frame.n.to_string(),
            n.to_string(),
            ratio,
            list.reserve.to_string(),
            method(list).to_owned(),
        ]
    };
    let rows = draw.commitment.lists_by_name().iter().map(row).collect();
    Section::table("抽查任务", &columns, rows).cards()
}

/// How many subjects are excluded for which reason, where the commitment says so.
pub(super) fn excluded(list: &List) -> Option<Vec<(String, u64)>> {
    let rows = list.notes.get("excluded")?.as_array()?;
    let row = |row: &Value| Some((row["reason"].as_str()?.to_owned(), row["n"].as_u64()?));
    Some(rows.iter().filter_map(row).collect())
}

/// The strata with their sizes and the exact chance of each of their subjects.
pub(super) fn strata(draw: &Draw<'_>, is_drawn: bool) -> Option<Section> {
    if !draw.shows_strata() {
        return None;
    }
    let columns = [
        ("抽查任务编号", Style::Code),
        ("层", Style::Code),
        ("户数", Style::Number),
        ("抽取户数", Style::Number),
        ("机会", Style::Text),
    ];
    let mut rows = Vec::new();
    for list in &draw.report.facts.lists {
        for stratum in &list.strata {
            let committed = || {
                let of = draw.commitment.list(&list.list)?;
                let own = of.strata.iter().find(|other| other.stratum == stratum.stratum)?;
                if let Quota::Count(n) = own.quota { Some(n) } else { None }
            };
            let n = if is_drawn { stratum.drawn } else { committed() };
            rows.push(vec![
                list.list.clone(),
                stratum.stratum.clone(),
                stratum.size.to_string(),
                n.map_or_else(String::new, |n| n.to_string()),
                stratum.chance.map_or_else(|| "按各户权重".to_owned(), chance),
            ]);
        }
    }
    let note = match is_drawn {
        true => "机会是抽取之前每一户被抽中的机会，由封存承诺算出；百分数舍去尾数，以分数为准。",
        false => {
            "机会由封存承诺算出，百分数舍去尾数，以分数为准；按权重的任务，各层抽取户数待随机数公布后确定。"
        }
    };
    Some(Section::table("各层机会", &columns, rows).note(note))
}

/// The public random values: named in advance, with what they came to in the notice of a result. The plan's is the same
/// before and after.
pub(super) fn sources(draw: &Draw<'_>, is_result: bool) -> Section {
    let beacon = draw.contents.beacon.as_ref().filter(|_| is_result);
    let strings = beacon.map(|beacon| beacon.strings.as_slice());
    let mut columns =
        vec![("次序", Style::Number), ("来源", Style::Text), ("公布时刻（北京时间）", Style::Text)];
    columns.extend(strings.map(|_| ("数值", Style::Code)));
    let row = |(at, source): (usize, &Source)| {
        let mut row = vec![(at + 1).to_string(), source.title().zh, china_time(source.at())];
        row.extend(strings.map(|strings| strings.get(at).cloned().unwrap_or_default()));
        row
    };
    let rows = draw.commitment.sources.iter().enumerate().map(row).collect();
    let margin_s = draw.commitment.margin_s;
    Section::table("随机数来源", &columns, rows).note(format!(
        "封存承诺至少早于首个来源 {margin_s} 秒公布；随机数由来源公布，本机关事先不知道、事后不能更换。"
    ))
}

/// Who comes instead of whom, as committed.
pub(super) fn replacement(draw: &Draw<'_>) -> Section {
    let commitment = &draw.commitment;
    let subject = match commitment.subject_replaced {
        true => "检查中发现已注销、迁出、无法联系等情形的，记为检查结果，并由同层下一名候补递补。",
        false => "检查中发现已注销、迁出、无法联系等情形的，记为检查结果，不更换检查对象。",
    };
    let inspector = match commitment.inspector_by_beacon {
        true => "检查人员因回避、离岗等不能检查的，由登记之后才公布的随机数抽出替补。",
        false => "检查人员因回避、离岗等不能检查的，由抽取时抽签号次小的合格人员替补。",
    };
    Section::words(
        "替补规则",
        vec![
            subject.to_owned(),
            inspector.to_owned(),
            "替补逐次登记并公布，不得另行指定。".to_owned(),
        ],
    )
}

/// How anybody verifies, with two commands and a page: the second command prints the digest of `file`.
pub(super) fn how(draw: &Draw<'_>, file: &str, particulars: &Particulars) -> Vec<Section> {
    let mut words = Vec::new();
    words.push(match (&particulars.address, &particulars.site_name) {
        (Some(address), _) => format!("下载公示包：{address}"),
        (None, Some(site)) => format!("从{site}下载公示包。"),
        (None, None) => "取得本次抽取的公示包（本机关网站公布）。".to_owned(),
    });
    words.push(
        "不装软件：用浏览器打开核验网页 verify.html，选择公示包即可，不需要联网。请从自己信任的地方取得该网页，不要使用检查人员出示的链接或二维码。"
            .to_owned(),
    );
    words.push(
        "用命令：第一条重新计算全部结果；第二条所得应与公布的摘要相同。Anyone can recompute this draw: the first command repeats it, the second must print the digest that was published."
            .to_owned(),
    );
    let digest = match draw.commitment.suite {
        Suite::Sha256 => format!("sha256sum 公示包/{file}"),
        Suite::Sm3 => format!("openssl dgst -sm3 公示包/{file}"),
    };
    let commands = Section {
        name: "核验命令",
        note: String::new(),
        body: Body::Commands(vec!["ssj verify 公示包".to_owned(), digest]),
    };
    vec![Section::words("如何核验", words), commands]
}

/// What is left out, by which rule.
pub(super) fn left_out(sentences: Vec<String>) -> Option<Section> {
    let section = Section::words("依规定不公布的内容", sentences);
    (section.body != Body::Words(Vec::new())).then_some(section)
}
