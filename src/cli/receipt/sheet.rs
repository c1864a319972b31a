//! The sheet to print (检查对象抽签凭证): one page of A4, in Chinese, which the law's own words are. What a register or
//! a plan says is escaped. It proves nothing by itself: the code on it does, and the receipt's file.

use crate::base::date::china_time;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::cli::chart::escaped;
use crate::cli::verify::percent;
use crate::draw::quota::chances;
use crate::pairing::slots::VisitSlot;
use crate::publish::forms::post;
use crate::publish::qr;
use crate::record::commitment::{Commitment, List, Method, Role};
use crate::record::receipt::{Entry, Receipt, Release, Team};
use crate::record::tables::Outcome;

const STYLE: &str = include_str!("sheet.css");
/// More rows than these of lists and team together need smaller letters.
const ROWS_AT_EASE: usize = 9;

/// The page of a receipt; `changes` came after the draw, `code` is the text of its QR code, `name` the subject's, which
/// no bundle has.
///
/// # Errors
/// Q11 if the code does not fit, or what is wrong with the commitment.
pub(super) fn sheet(
    receipt: &Receipt,
    changes: &[Text],
    code: &str,
    name: Option<&str>,
) -> Result<String, Finding> {
    let (commitment, digest) = receipt.commitment()?;
    let qr = qr::inline(code)?;
    let slots = receipt.team.as_ref().map_or(0, |team| team.slots.len());
    let class = if receipt.lists.len() + slots + changes.len() > ROWS_AT_EASE {
        " class=\"many\""
    } else {
        ""
    };
    let rehearsal = match commitment.rehearsal {
        true => "<p class=\"rehearsal\">演练凭证，不产生效力</p>\n",
        false => "",
    };
    Ok(format!(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>检查对象抽签凭证 {sid}</title><style>{STYLE}</style></head>\n<body{class}>\n{rehearsal}\
         <h1>检查对象抽签凭证</h1>\n<p class=\"agency\">{agency}　双随机、一公开</p>\n\
         {facts}{lists}{team}{since}{words}\
         <div class=\"foot\">{qr}<div>{digests}</div></div>\n</body></html>\n",
        sid = receipt.sid,
        agency = escaped(&commitment.agency),
        facts = facts(receipt, &commitment, name),
        lists = lists(receipt, &commitment),
        team = receipt.team.as_ref().map_or_else(String::new, team),
        since = since(changes),
        words = words(receipt),
        digests = digests(&digest, &receipt.result),
    ))
}

fn facts(receipt: &Receipt, commitment: &Commitment, name: Option<&str>) -> String {
    let row = |name: &str, value: String| format!("<tr><th>{name}</th><td>{value}</td></tr>\n");
    let mut rows = String::new();
    if let Some(name) = name {
        rows += &row("检查对象", format!("<span class=\"name\">{}</span>", escaped(name)));
    }
    rows += &row("对象编号", format!("<code>{}</code>", receipt.sid));
    rows += &row(
        "抽查",
        format!(
            "{}（{}，第 {} 次抽取）",
            escaped(&commitment.title),
            commitment.draw,
            commitment.attempt
        ),
    );
    let (from, to) = &commitment.window;
    rows += &row("检查期间", format!("{from} 至 {to}"));
    let sources: Vec<String> =
        commitment.sources.iter().map(|source| escaped(&source.title().zh)).collect();
    let at = commitment.sources.last().map_or(0, crate::record::beacon::Source::at);
    rows += &row(
        "随机数来源",
        format!("{}，{}（北京时间）之后抽取", sources.join("、"), china_time(at)),
    );
    let by = commitment.seal.as_ref().map_or("", |seal| seal.by.as_str());
    let handed = match receipt.from {
        None => "公开抽取：任何人均可查验".to_owned(),
        Some(Release::Door) => "保密抽取：检查人员到场时起方可交付".to_owned(),
        Some(Release::Opening) => format!("保密抽取：结果公开之后方可交付（最迟 {by} 公开）"),
    };
    rows += &row("交付", handed);
    format!("<table class=\"facts\">\n{rows}</table>\n")
}

fn lists(receipt: &Receipt, commitment: &Commitment) -> String {
    let row = |entry: &Entry| {
        let list = commitment.list(&entry.list);
        let title = list.map_or("", |list| list.title.as_str());
        let outcome = match entry.outcome {
            Some(Outcome::Drawn) => "抽中",
            Some(Outcome::Reserve) => "候补",
            None => "未抽中",
        };
        format!(
            "<tr><td>{} {}</td><td>{}</td><td class=\"number\">{}/{}</td><td class=\"number\">{}</td>\
             <td class=\"number\">{}</td><td class=\"outcome\">{outcome}</td></tr>\n",
            entry.list,
            escaped(title),
            entry.row.stratum,
            entry.n,
            entry.size,
            list.map_or_else(String::new, |list| chance(list, entry)),
            entry.rank,
        )
    };
    let rows: String = receipt.lists.iter().map(row).collect();
    format!(
        "<h2>抽取结果</h2>\n<table><tr><th>抽查任务</th><th style=\"width:26mm\">所在层</th>\
         <th class=\"number\">抽取数</th><th class=\"number\">机会</th><th class=\"number\">名次</th>\
         <th class=\"outcome\">结果</th></tr>\n{rows}</table>\n"
    )
}

fn chance(list: &List, entry: &Entry) -> String {
    let mut strata = list.strata.iter();
    let place = strata.position(|s| entry.row.stratum == *s.stratum.as_str());
    let chance = place.and_then(|g| chances(list.method, &list.strata)[g]);
    match (list.method, chance) {
        (Method::Pareto { .. }, _) | (_, None) => "按分值".to_owned(),
        (_, Some(chance)) => percent(chance),
    }
}

fn team(team: &Team) -> String {
    let row = |slot: &crate::record::receipt::TeamSlot| {
        let demand = VisitSlot::of_text(&slot.slot).expect("bug: a receipt's slots are checked");
        let post = match demand.role {
            Role::Expert => post(&demand).to_owned(),
            Role::Inspector => format!("{}（执法检查人员）", post(&demand)),
        };
        let (needs, avoids) = (demand.needs.join(" "), demand.avoids.join(" "));
        let avoids = match avoids.as_str() {
            "" => String::new(),
            avoids => format!("；不得有 {}", escaped(avoids)),
        };
        format!(
            "<tr><td><code><b>{}</b></code></td><td>{post}</td><td>{}{avoids}</td><td class=\"number\">{}</td></tr>\n",
            slot.iid,
            escaped(&needs),
            slot.eligible.len(),
        )
    };
    let rows: String = team.slots.iter().map(row).collect();
    format!(
        "<h2>检查人员（请逐一核对执法证件）</h2>\n<table><tr><th style=\"width:46mm\">执法证号</th>\
         <th style=\"width:34mm\">岗位</th><th>条件</th><th class=\"number\">可选人数</th></tr>\n{rows}</table>\n"
    )
}

fn since(changes: &[Text]) -> String {
    if changes.is_empty() {
        return String::new();
    }
    let rows: String =
        changes.iter().map(|text| format!("<li>{}</li>\n", escaped(&text.zh))).collect();
    format!("<h2>抽取之后的变动（人员以此为准）</h2>\n<ul>\n{rows}</ul>\n")
}

/// What it proves, what it does not, and the rights: 行政处罚法 (2021) 第四十二、四十三、五十五条.
fn words(receipt: &Receipt) -> String {
    let bound = match receipt.from {
        None => "名次、小组是否为最优，由公示包的完整核验确认。",
        Some(_) => "名次已由公布的对照卷固定，公开前即可核对；小组在结果公开后核对。",
    };
    format!(
        "<h2>本凭证证明</h2>\n<ul><li>该对象在抽取前封存的名单之中，抽签号由事先指定的公开随机数和对象编号算出，机关不能挑选。</li>\
         <li>抽取数与封存的承诺相符。{bound}</li></ul>\n\
         <h2>本凭证不证明</h2>\n<ul><li>名单、回避登记在封存前完整属实；检查已经进行及其结果。</li></ul>\n\
         <h2>您的权利</h2>\n<ul><li>检查人员不得少于两人，应当主动出示执法证件；不出示的，您有权拒绝检查。</li>\
         <li>认为检查人员与您有直接利害关系或者其他关系、可能影响公正的，有权申请其回避。</li>\
         <li>对抽取或者检查有异议的，可以向本机关或其上级机关投诉、举报（12345、12315），并出示本凭证。</li></ul>\n"
    )
}

fn digests(commitment: &Digest, result: &Digest) -> String {
    let groups = |digest: &Digest| {
        let hex = digest.hex();
        let groups: Vec<&str> = (0..8).map(|at| &hex[8 * at..8 * at + 8]).collect();
        groups.join(" ")
    };
    format!(
        "<p>用自己取得的核验工具扫描二维码，对照公示包核验。凭证文件可以单独核验：ssj verify 凭证文件。</p>\
         <p>承诺摘要　<code>{}</code></p><p>结果摘要　<code>{}</code></p>",
        groups(commitment),
        groups(result)
    )
}
