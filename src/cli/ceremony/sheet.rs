//! The record to be signed (签到与见证记录), one page of A4: what was shown on the screen, and places for signatures. It
//! has no time of its own: whoever signs writes it, and the same command gives the same page.

use super::state::{Ceremony, drawn_of};
use crate::base::date::china_time;
use crate::base::digest::Digest;
use crate::cli::chart::escaped;
use crate::record::beacon::Source;

const STYLE: &str = include_str!("sheet.css");

/// The page of a ceremony whose draw is done.
pub(super) fn sheet(ceremony: &Ceremony) -> String {
    let commitment = &ceremony.commitment;
    let rehearsal = match commitment.rehearsal {
        true => "<p class=\"rehearsal\">演练记录，不产生效力</p>\n",
        false => "",
    };
    let result = ceremony.drawn.as_ref().map(|drawn| groups(&drawn.result)).unwrap_or_default();
    let seed = ceremony.seed().as_ref().map(groups).unwrap_or_default();
    format!(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>签到与见证记录 {draw}</title>\
         <style>{STYLE}</style></head>\n<body>\n{rehearsal}<h1>随机抽取签到与见证记录</h1>\n\
         <p class=\"agency\">{agency}　{title}（{draw}，第 {attempt} 次抽取）</p>\n\
         <table><tr><th>封存承诺摘要</th><td><code>{c}</code></td></tr>\n{values}\
         <tr><th>随机种子</th><td><code>{seed}</code></td></tr>\n{lists}\
         <tr><th>结果摘要</th><td><code>{result}</code></td></tr></table>\n\
         <p>以上数值均已在现场屏幕显示并朗读，与本记录一致；抽取由封存承诺的摘要和公开随机数算出，未经人工选择。</p>\n\
         <p>地点：<u></u>　开始：<u></u>　结束：<u></u></p>\n{signatures}</body></html>\n",
        draw = commitment.draw,
        agency = escaped(&commitment.agency),
        title = escaped(&commitment.title),
        attempt = commitment.attempt,
        c = groups(&ceremony.digest),
        values = values(ceremony),
        lists = lists(ceremony),
        signatures = signatures(ceremony),
    )
}

fn values(ceremony: &Ceremony) -> String {
    let strings = ceremony.beacon.iter().flat_map(|beacon| &beacon.strings);
    let row = |(source, string): (&Source, &String)| {
        let (title, at) = (escaped(&source.title().zh), china_time(source.at()));
        format!("<tr><th>{title}<br>{at}</th><td><code>{}</code></td></tr>\n", escaped(string))
    };
    ceremony.commitment.sources.iter().zip(strings).map(row).collect()
}

fn lists(ceremony: &Ceremony) -> String {
    let lists = ceremony.commitment.lists_by_name();
    let counts = ceremony.drawn.iter().flat_map(|drawn| &drawn.counts);
    let row = |(list, count): (&&crate::record::commitment::List, &usize)| {
        let (name, title, size, n) =
            (&list.list, escaped(&list.title), list.frame.n, drawn_of(list));
        let done = match ceremony.commitment.sealed() {
            true => format!("对照卷 {count} 行，抽中者待公开"),
            false => format!("抽中 {count} 户"),
        };
        format!("<tr><th>{name} {title}</th><td>{size} 户中抽 {n} 户；{done}</td></tr>\n")
    };
    lists.iter().zip(counts).map(row).collect()
}

fn signatures(ceremony: &Ceremony) -> String {
    let mut roles: Vec<String> =
        ["主持人", "操作人", "复核录入人", "监督人"].map(str::to_owned).to_vec();
    roles.extend(ceremony.commitment.sources.iter().filter_map(|source| match source {
        Source::Witness { name, .. } => Some(format!("见证人 {}", escaped(name))),
        _ => None,
    }));
    roles.extend(["见证人", "见证人", "企业代表"].map(str::to_owned));
    let row = |role: &String| format!("<tr><th>{role}</th><td></td><td></td><td></td></tr>\n");
    let rows: String = roles.iter().map(row).collect();
    format!(
        "<table class=\"signatures\"><tr><th>身份</th><th>单位</th><th>签名</th><th>时间</th></tr>\n{rows}</table>\n"
    )
}

fn groups(digest: &Digest) -> String {
    let hex = digest.hex();
    let groups: Vec<&str> = (0..16).map(|at| &hex[4 * at..4 * at + 4]).collect();
    groups.join(" ")
}
