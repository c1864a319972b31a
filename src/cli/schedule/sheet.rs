//! Somebody's day for people: lines, a page for a phone, a calendar; and visits on short lines.

use std::path::Path;

use jiff::civil::Date;

use super::super::Failure;
use super::super::calendar::{weekday, weekday_in};
use super::super::chart::escaped;
use super::super::console::Console;
use super::ical;
use super::today::Scheduled;
use super::view::Entry;
use crate::base::digest::Suite;
use crate::base::finding::{Lang, Text};
use crate::io::durable::{make_folders, replace_file};
use crate::record::ids::Iid;
use crate::say;

const STYLE: &str = concat!(include_str!("../page.css"), include_str!("today.css"));

/// Whose day it is.
pub(super) struct Sheet<'a> {
    pub day: Date,
    /// His number, as it was given.
    pub iid: &'a str,
    pub name: &'a str,
    /// The next day on which he has visits, where this one has none.
    pub next: Option<Date>,
    pub rehearsal: bool,
    pub lang: Lang,
}

/// A visit on lines of its own, so far in: what it is, where, and who comes; for one of the team without him.
pub(super) fn told(n: usize, entry: &Entry<'_>, of: Option<&Iid>, margin: &str, console: &Console) {
    let slot = entry.slot.map(|slot| format!("{slot} ")).unwrap_or_default();
    let sid = if entry.title() == entry.sid { "" } else { entry.sid };
    console.wrap(&same(format!("{margin}{n}. {slot}{}  {sid}", entry.title())));
    let place = format!("{} {}", entry.area, entry.face.address);
    for Text { zh, en } in [same(place.trim().to_owned()), entry.company(of)] {
        if !zh.is_empty() {
            let line = |text| format!("{margin}   {text}");
            console.wrap(&Text { zh: line(zh), en: line(en) });
        }
    }
}

/// The next day with visits.
pub(super) fn next_day(day: Date) -> Text {
    let Text { zh, en } = weekday(day);
    say!("下一次在 {day} {zh}", "the next is on {day} {en}")
}

/// Names and numbers, which are the same in both languages.
pub(super) fn same(text: String) -> Text {
    Text { en: text.clone(), zh: text }
}

impl Sheet<'_> {
    fn who(&self) -> String {
        format!("{} {}", self.iid, self.name).trim_end().to_owned()
    }

    pub fn tell(&self, list: &[(&Scheduled, Vec<&Entry<'_>>)], console: &Console) {
        let n: usize = list.iter().map(|(_, entries)| entries.len()).sum();
        let (day, week, who) = (self.day, weekday_in(self.day, self.lang), self.who());
        console.say(&say!("{day} {week} {who}：{n} 次检查", "{day} {week} {who}: {n} visits"));
        if let Some(next) = self.next {
            console.say(&next_day(next));
        }
        for (one, entries) in list.iter().filter(|(_, entries)| !entries.is_empty()) {
            console.wrap(&same(format!("{} {}", one.draw, one.title)));
            for (n, entry) in (1..).zip(entries) {
                told(n, entry, Some(&one.iid), "  ", console);
                console.wrap(&same(format!("     {}", one.tasks(entry))));
            }
        }
    }

    /// `<iid>-<day>.html` and `.ics`.
    pub fn write(
        &self,
        folder: &Path,
        list: &[(&Scheduled, Vec<&Entry<'_>>)],
        stamp: &str,
        console: &Console,
    ) -> Result<(), Failure> {
        make_folders(folder)?;
        let name =
            format!("{}-{}", self.iid.replace(|c: char| !c.is_ascii_alphanumeric(), "-"), self.day);
        replace_file(&folder.join(format!("{name}.html")), self.page(list).as_bytes())?;
        let outings: Vec<ical::Outing<'_>> = list
            .iter()
            .map(|(one, entries)| (one.draw.as_str(), one.number, entries.clone()))
            .collect();
        // No draw was read, so that his number stands as it was given.
        let iid = list.first().map(|(one, _)| one.iid.clone());
        let iid = iid.unwrap_or_else(|| Iid::of_certificate(Suite::Sha256, self.iid));
        let text = ical::calendar(&iid, &outings, stamp);
        replace_file(&folder.join(format!("{name}.ics")), text.as_bytes())?;
        let place = folder.display();
        console.say(&say!("已写出到 {place}", "written to {place}"));
        Ok(())
    }

    /// A page for a phone: no script, nothing from elsewhere.
    fn page(&self, list: &[(&Scheduled, Vec<&Entry<'_>>)]) -> String {
        let word = |text: &Text| escaped(text.get(self.lang));
        let mut body = String::new();
        for (one, entries) in list.iter().filter(|(_, entries)| !entries.is_empty()) {
            body +=
                &format!("<h2>{}</h2>\n<ol>\n", escaped(&format!("{} {}", one.draw, one.title)));
            for entry in entries {
                let slot = entry.slot.map(|slot| format!("<i>{}</i> ", escaped(slot)));
                let place = format!("{} {}", entry.area, entry.face.address);
                body += &format!(
                    "<li>{}<b>{}</b><span>{}</span><span>{}</span><span>{}</span><code>{}</code></li>\n",
                    slot.unwrap_or_default(),
                    escaped(entry.title()),
                    escaped(place.trim()),
                    word(&entry.company(Some(&one.iid))),
                    escaped(&one.tasks(entry)),
                    escaped(entry.sid),
                );
            }
            body += "</ol>\n";
        }
        if body.is_empty() {
            body = format!("<p class=\"about\">{}</p>\n", word(&say!("没有检查", "No visits")));
            if let Some(next) = self.next {
                body += &format!("<p class=\"about\">{}</p>\n", word(&next_day(next)));
            }
        }
        let banner = match self.rehearsal {
            true => say!(
                "演练 · 内部使用，检查之前不得公布",
                "A rehearsal · internal, not to be published before the visits"
            ),
            false => say!(
                "内部使用，检查之前不得公布",
                "Internal: not to be published before the visits"
            ),
        };
        let html_lang = if self.lang == Lang::Zh { "zh-CN" } else { "en" };
        let title = escaped(&format!("{} {}", self.day, weekday_in(self.day, self.lang)));
        format!(
            "<!doctype html>\n<html lang=\"{html_lang}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>{title}</title><style>{STYLE}</style></head>\n<body><main class=\"today\">\n\
             <p class=\"banner\">{}</p>\n<h1>{title}</h1>\n<p class=\"about\">{}</p>\n{body}</main></body></html>\n",
            word(&banner),
            escaped(&self.who()),
        )
    }
}
