//! The calendar as a page of its own: a month a sheet, the load of every day and of every inspector. No script; it prints.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::super::calendar::weekday;
use super::super::chart::{escaped, share};
use super::view::{Entry, people};
use crate::base::calendar::{Calendar, DayKind};
use crate::base::finding::{Lang, Text};
use crate::say;

const STYLE: &str = concat!(include_str!("../page.css"), include_str!("page.css"));
/// More names than these are counted, not written, in the cell of a day.
const NAMES_MAX: usize = 6;

/// What the page is about.
pub(super) struct About<'a> {
    pub agency: &'a str,
    pub title: &'a str,
    pub window: (Date, Date),
    pub rehearsal: bool,
    pub trips: usize,
}

/// The page in one language.
pub(super) fn page(
    about: &About<'_>,
    entries: &[Entry<'_>],
    calendar: &Calendar,
    lang: Lang,
) -> String {
    let page = Page { entries, calendar, lang, per_day: per_day(entries) };
    let html_lang = if lang == Lang::Zh { "zh-CN" } else { "en" };
    let title =
        escaped(&format!("{} · {}", about.title, page.word(&say!("检查日程", "Visits by day"))));
    let banner = match about.rehearsal {
        true => say!(
            "演练，不产生效力 · 内部使用，检查之前不得公布",
            "A rehearsal that binds nobody · internal, not to be published before the visits"
        ),
        false => {
            say!("内部使用，检查之前不得公布", "Internal: not to be published before the visits")
        }
    };
    let (n, trips, (from, to)) = (entries.len(), about.trips, about.window);
    let line = say!(
        "{from} 至 {to}，{n} 次检查，{trips} 趟（一人一日一片区为一趟）",
        "{from} to {to}, {n} visits, {trips} trips (one person, one day, one area)"
    );
    format!(
        "<!doctype html>\n<html lang=\"{html_lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head>\n<body><main>\n<p class=\"banner\">{}</p>\n\
         <h1>{title}</h1>\n<p class=\"about\">{} · {}</p>\n{}{}</main></body></html>\n",
        page.word(&banner),
        escaped(about.agency),
        page.word(&line),
        page.months(about.window),
        page.people(),
    )
}

struct Page<'a> {
    entries: &'a [Entry<'a>],
    calendar: &'a Calendar,
    lang: Lang,
    per_day: BTreeMap<Date, Vec<&'a Entry<'a>>>,
}

fn per_day<'a>(entries: &'a [Entry<'a>]) -> BTreeMap<Date, Vec<&'a Entry<'a>>> {
    let mut days: BTreeMap<Date, Vec<&Entry<'_>>> = BTreeMap::new();
    for entry in entries {
        days.entry(entry.date).or_default().push(entry);
    }
    days
}

impl Page<'_> {
    fn word(&self, text: &Text) -> String {
        escaped(text.get(self.lang))
    }

    fn months(&self, (from, to): (Date, Date)) -> String {
        let (mut out, mut at) = (String::new(), from.first_of_month());
        while at <= to {
            out += &self.month(at, from, to);
            let Ok(next) = at.last_of_month().tomorrow() else { break };
            at = next;
        }
        out
    }

    /// A month from Monday to Sunday.
    fn month(&self, first: Date, from: Date, to: Date) -> String {
        let blank = i64::from(first.weekday().to_monday_zero_offset());
        let mut day = first.saturating_sub(jiff::Span::new().days(blank));
        let mut rows = String::new();
        while day <= first.last_of_month() {
            let sunday = day.saturating_add(jiff::Span::new().days(6));
            if sunday < from || day > to {
                // A week without a day of the window.
                let Ok(next) = sunday.tomorrow() else { break };
                day = next;
                continue;
            }
            rows += "<tr>";
            for _ in 0..7 {
                let inside = day.month() == first.month() && from <= day && day <= to;
                rows += &if inside {
                    self.cell(day)
                } else {
                    "<td class=\"off free\"></td>".to_owned()
                };
                let Ok(next) = day.tomorrow() else { return rows };
                day = next;
            }
            rows += "</tr>\n";
        }
        let monday = first.saturating_sub(jiff::Span::new().days(blank));
        let names = monday.series(jiff::Span::new().days(1)).take(7);
        let head: String =
            names.map(|day| format!("<th>{}</th>", self.word(&weekday(day)))).collect();
        let (year, month) = (first.year(), first.month());
        let title = self.word(&say!("{year} 年 {month} 月", "{year}-{month:02}"));
        format!(
            "<section class=\"month\"><h2>{title}</h2><div class=\"wide\"><table class=\"grid\">\
             <tr>{head}</tr>\n{rows}</table></div></section>\n"
        )
    }

    fn cell(&self, day: Date) -> String {
        let visits = self.per_day.get(&day).map(Vec::as_slice).unwrap_or_default();
        let about = self.calendar.day(day);
        let name = match about.name {
            None => String::new(),
            Some(name) if about.kind == DayKind::Work => {
                self.word(&say!("上班（{name}调休）", "make-up workday ({name})"))
            }
            Some(name) => escaped(name),
        };
        let number = day.day();
        let class = match (about.kind == DayKind::Off, visits.is_empty()) {
            (false, false) => "",
            (false, true) => " class=\"free\"",
            (true, false) => " class=\"off\"",
            (true, true) => " class=\"off free\"",
        };
        // A phone shows the days with visits one below the other, where the column does not tell the weekday.
        let number = format!("<b>{number}</b><em>{}</em>", self.word(&weekday(day)));
        if visits.is_empty() {
            return format!("<td{class}>{number} {name}</td>");
        }
        let most = self.per_day.values().map(Vec::len).max().unwrap_or(1);
        let bar = share((visits.len() * 1000 / most) as u64);
        let title = |entry: &&Entry<'_>| {
            let slot = entry.slot.map(|slot| format!("{} ", escaped(slot))).unwrap_or_default();
            format!("<li>{slot}{} {}</li>", escaped(entry.area), escaped(entry.title()))
        };
        let names: String = if visits.len() <= NAMES_MAX {
            visits.iter().map(title).collect()
        } else {
            let mut areas: BTreeMap<&str, usize> = BTreeMap::new();
            visits.iter().for_each(|entry| *areas.entry(entry.area).or_default() += 1);
            areas.iter().map(|(area, n)| format!("<li>{} {n}</li>", escaped(area))).collect()
        };
        let n = visits.len();
        format!("<td{class}><i>{n}</i>{number} {name}{bar}<ul>{names}</ul></td>")
    }

    /// Everybody with visits and days out.
    fn people(&self) -> String {
        let people = people(self.entries);
        let mut counts: BTreeMap<&str, (usize, Vec<Date>)> = BTreeMap::new();
        for entry in self.entries {
            for (_, iid, _) in &entry.face.team {
                let (n, days) = counts.entry(iid.as_str()).or_default();
                *n += 1;
                days.push(entry.date);
            }
        }
        let most = counts.values().map(|(n, _)| *n).max().unwrap_or(1);
        let row = |(iid, name): &(&crate::record::ids::Iid, &str)| {
            let (n, mut days) = counts[iid.as_str()].clone();
            days.dedup();
            let (bar, out) = (share((n * 1000 / most) as u64), days.len());
            let (iid, name) = (escaped(iid.as_str()), escaped(name));
            format!("<tr><td>{iid} {name}</td><td>{n}</td><td>{out}</td><td>{bar}</td></tr>\n")
        };
        let rows: String = people.iter().map(row).collect();
        let title = self.word(&say!("每名人员", "By inspector"));
        let words = say!("人员 检查次数 外出天数 负荷", "inspector visits days load");
        let head: String = words
            .get(self.lang)
            .split(' ')
            .map(|word| format!("<th>{}</th>", escaped(word)))
            .collect();
        format!(
            "<section><h2>{title}</h2><div class=\"wide\"><table class=\"people\"><tr>{head}</tr>\n{rows}</table></div></section>\n"
        )
    }
}
