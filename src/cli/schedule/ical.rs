//! Calendars of inspectors (iCalendar, RFC 5545): a day-long event for every visit.

use jiff::civil::Date;

use super::view::Entry;
use crate::record::ids::Iid;

/// Octets of a line without its end (RFC 5545 §3.1).
const LINE_OCTETS_MAX: usize = 75;

/// A draw, the number of its schedule, by which a later one replaces the events of an earlier one, and somebody's visits.
pub(super) type Outing<'a> = (&'a str, usize, Vec<&'a Entry<'a>>);

/// The calendar of one inspector. `stamp` is when it was made, `20260724T013000Z`.
pub(super) fn calendar(iid: &Iid, outings: &[Outing<'_>], stamp: &str) -> String {
    let mut out = String::new();
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//shuangsuiji//ssj//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ] {
        put(&mut out, line);
    }
    put(&mut out, &format!("X-WR-CALNAME:{}", text(&format!("检查日程 {iid}"))));
    let visits =
        outings.iter().flat_map(|(draw, n, visits)| visits.iter().map(move |v| (draw, n, v)));
    for (draw, n, entry) in visits {
        let title = entry.title();
        let slot = entry.slot.map(|slot| format!("{slot} ")).unwrap_or_default();
        let about =
            format!("{}\n同组：{}\n任务：{}", entry.sid, entry.team(Some(iid)), entry.face.lists);
        let place = format!("{} {}", entry.area, entry.face.address);
        let end = entry.date.tomorrow().unwrap_or(entry.date);
        put(&mut out, "BEGIN:VEVENT");
        put(&mut out, &format!("UID:{draw}-{}@shuangsuiji", entry.sid.replace(':', "+")));
        put(&mut out, &format!("DTSTAMP:{stamp}"));
        put(&mut out, &format!("SEQUENCE:{n}"));
        put(&mut out, &format!("DTSTART;VALUE=DATE:{}", compact(entry.date)));
        put(&mut out, &format!("DTEND;VALUE=DATE:{}", compact(end)));
        put(&mut out, &format!("SUMMARY:{}", text(&format!("{slot}检查 {title}"))));
        if !place.trim().is_empty() {
            put(&mut out, &format!("LOCATION:{}", text(place.trim())));
        }
        put(&mut out, &format!("DESCRIPTION:{}", text(&about)));
        put(&mut out, "CLASS:CONFIDENTIAL");
        put(&mut out, "END:VEVENT");
    }
    put(&mut out, "END:VCALENDAR");
    out
}

fn compact(date: Date) -> String {
    date.to_string().replace('-', "")
}

/// A value of type TEXT (§3.3.11).
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Writes a line, folded between characters so that no part has more than 75 octets.
fn put(out: &mut String, line: &str) {
    let mut octets = 0;
    for c in line.chars() {
        if octets + c.len_utf8() > LINE_OCTETS_MAX {
            out.push_str("\r\n ");
            octets = 1;
        }
        out.push(c);
        octets += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_characters() {
        let mut out = String::new();
        put(&mut out, &format!("SUMMARY:{}", "检".repeat(60)));
        let lines: Vec<&str> = out.split("\r\n").collect();
        assert!(lines.len() > 3 && lines.iter().all(|line| line.len() <= LINE_OCTETS_MAX), "{out}");
        assert!(lines[1..lines.len() - 1].iter().all(|line| line.starts_with(' ')));
        assert_eq!(out.replace("\r\n ", ""), format!("SUMMARY:{}\r\n", "检".repeat(60)));
        assert_eq!(text("a,b;c\\d\ne\u{7}"), "a\\,b\\;c\\\\d\\ne");
    }
}
