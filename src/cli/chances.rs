//! What chances the subjects of a draw had, list by list.

use super::console::{Console, table};
use crate::base::finding::{Lang, Text};
use crate::base::ratio::percent;
use crate::plan::scope_text;
use crate::record::ids::Sid;
use crate::say;
use crate::verify::{ByWeight, Facts};

/// Subjects named one by one, at most.
const NAMED_MAX: usize = 20;

/// Per list and stratum: N, n and the exact chance.
pub(super) fn print_lists(facts: &Facts, console: &Console) {
    let dash = || "-".to_owned();
    let header = match console.lang {
        Lang::Zh => ["任务", "层", "N", "抽中", "机会"],
        Lang::En => ["list", "stratum", "N", "drawn", "chance"],
    };
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for list in &facts.lists {
        for stratum in &list.strata {
            let chance = stratum.chance.map_or_else(
                || {
                    if list.method == "pareto" {
                        say!("按分值", "by score").get(console.lang).to_owned()
                    } else {
                        dash()
                    }
                },
                percent,
            );
            let drawn = stratum.drawn.map_or_else(dash, |n| n.to_string());
            rows.push(vec![
                list.list.clone(),
                stratum.stratum.clone(),
                stratum.size.to_string(),
                drawn,
                chance,
            ]);
        }
    }
    table(&rows).iter().for_each(|line| console.line(&format!("  {line}")));
    for list in &facts.lists {
        if let Some(Text { zh, en }) = scope_text(list.scope.as_ref()) {
            let name = &list.list;
            console.wrap(&say!("{name} 的范围：{zh}", "scope of {name}: {en}"));
        }
    }
    if facts.frames_given {
        console.wrap(&say!(
            "抽样框由别处生成：谁不在其中、为何不在，本公示包没有记载",
            "the frames were made elsewhere: who is missing from them, and why, is not told here"
        ));
    }
}

/// Of every `pareto` list, whose chances differ from subject to subject: what they are, and who is drawn for certain.
pub(super) fn print_by_weight(facts: &Facts, console: &Console) {
    for list in &facts.lists {
        let Some(ByWeight { n, total, whole }) = &list.by_weight else { continue };
        let name = &list.list;
        if *n > 0 {
            console.wrap(&say!(
                "{name}：每户机会约为 n·w/W，w 为该户权重，n = {n}，W = {total}",
                "{name}: chances of about n·w/W, w being a subject's weight, n = {n}, W = {total}"
            ));
        }
        let (count, more) = (whole.len(), whole.len().saturating_sub(NAMED_MAX));
        if count > 0 {
            let sids: Vec<&str> = whole.iter().take(NAMED_MAX).map(Sid::as_str).collect();
            let rest = if more > 0 { " …" } else { "" };
            let sids = sids.join(" ") + rest;
            console.wrap(&say!(
                "{name}：必查的对象 {count} 户：{sids}",
                "{name}: drawn for certain, {count}: {sids}"
            ));
        }
    }
}
