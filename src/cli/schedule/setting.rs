//! The office's setting of a schedule (TOML): limits, part-time people, appointments.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use jiff::civil::Date;
use toml::{Table, Value};
use unicode_normalization::is_nfc;

use super::super::Failure;
use crate::base::date::parse_date;
use crate::base::finding::{Finding, Findings, Text};
use crate::base::text::is_field;
use crate::io::durable::failed;
use crate::say;
use crate::schedule::{PER_DAY_MAX, SLOTS_MAX};

const FORMAT: &str = "ssj-days/1";
/// What holds without a setting.
const PER_DAY: u8 = 2;

/// What an office says about its days.
pub(super) struct Setting {
    pub per_day: u8,
    pub per_week: Option<u16>,
    /// How many of the last days stay free; by default one in twenty.
    pub keep_free: Option<usize>,
    /// The parts of a day, if visits get one.
    pub slots: Vec<String>,
    /// Windows of tasks, by list: none beyond it on a side that is not given.
    pub lists: BTreeMap<String, (Option<Date>, Option<Date>)>,
    /// By certificate number.
    pub people: BTreeMap<String, OfPerson>,
    /// By sid.
    pub visits: BTreeMap<String, OfVisit>,
}

/// What is said about a person.
#[derive(Default)]
pub(super) struct OfPerson {
    pub per_day: Option<u8>,
    pub per_week: Option<u16>,
    pub weekdays: Option<[bool; 7]>,
    pub away: Vec<(Date, Date)>,
    /// Parts of days, by their places.
    pub away_slots: Vec<(Date, usize)>,
}

/// What is said about a visit.
#[derive(Default)]
pub(super) struct OfVisit {
    pub fixed: Option<Date>,
    pub slot: Option<usize>,
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub area: Option<String>,
}

impl Setting {
    /// Reads a file, or takes what holds without one.
    ///
    /// # Errors
    /// D03 for everything that is wrong in it, W08, W15.
    pub fn read(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Setting::of(&mut Reader::default(), Table::new())) };
        let place = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|e| failed(path, &e))?;
        let table: Table = text.parse().map_err(|e: toml::de::Error| {
            let row =
                e.span().map_or(0, |span| 1 + text[..span.start].matches('\n').count() as u64);
            let message = e.message();
            Finding::new("D03", say!("不是 TOML：{message}", "not TOML: {message}"))
                .file(&place)
                .row(row)
        })?;
        let mut reader = Reader::default();
        if table.get("format").and_then(Value::as_str) != Some(FORMAT) {
            reader.refuse("format", say!("须为 {FORMAT}", "it must be {FORMAT}"));
        }
        let setting = Setting::of(&mut reader, table);
        let findings = reader.0.into_iter().map(|finding| finding.file(&place)).collect();
        Ok(Findings::check(findings, setting)?.0)
    }

    fn of(reader: &mut Reader, table: Table) -> Self {
        reader.only(
            &table,
            "",
            &["format", "per_day", "per_week", "keep_free", "slots", "list", "inspector", "visit"],
        );
        let slots = reader.slots(&table);
        let mut people = BTreeMap::new();
        for (path, one) in reader.tables(&table, "inspector") {
            reader.only(&one, &path, &["iid", "per_day", "per_week", "weekdays", "away"]);
            let (away, away_slots) = reader.periods(&one, &path, &slots);
            let person = OfPerson {
                per_day: reader
                    .integer(&one, &path, "per_day", (1, i64::from(PER_DAY_MAX)))
                    .map(small),
                per_week: reader.integer(&one, &path, "per_week", (1, 1_000)).map(|n| n as u16),
                weekdays: reader.weekdays(&one, &path),
                away,
                away_slots,
            };
            if let Some(iid) = reader.id(&one, &path, "iid") {
                people.insert(iid, person);
            }
        }
        let mut visits = BTreeMap::new();
        for (path, one) in reader.tables(&table, "visit") {
            reader.only(&one, &path, &["sid", "fixed", "slot", "from", "to", "area"]);
            let visit = OfVisit {
                fixed: reader.date(&one, &path, "fixed"),
                slot: reader.slot(&one, &path, &slots),
                from: reader.date(&one, &path, "from"),
                to: reader.date(&one, &path, "to"),
                area: reader.area(&one, &path),
            };
            if let Some(sid) = reader.id(&one, &path, "sid") {
                visits.insert(sid, visit);
            }
        }
        let mut lists = BTreeMap::new();
        for (path, one) in reader.tables(&table, "list") {
            reader.only(&one, &path, &["list", "from", "to"]);
            let window = (reader.date(&one, &path, "from"), reader.date(&one, &path, "to"));
            if let Some(list) = reader.id(&one, &path, "list") {
                lists.insert(list, window);
            }
        }
        let per_day = reader.integer(&table, "", "per_day", (1, i64::from(PER_DAY_MAX)));
        let per_week = reader.integer(&table, "", "per_week", (1, 1_000));
        let keep_free = reader.integer(&table, "", "keep_free", (0, 100));
        Setting {
            per_day: per_day.map_or(PER_DAY, small),
            per_week: per_week.map(|n| n as u16),
            keep_free: keep_free.map(|n| n as usize),
            slots,
            lists,
            people,
            visits,
        }
    }
}

fn small(n: i64) -> u8 {
    u8::try_from(n).expect("bug: the range was checked")
}

/// Periods, and parts of days by their places.
type Away = (Vec<(Date, Date)>, Vec<(Date, usize)>);

/// Reads values and notes everything that is wrong.
#[derive(Default)]
struct Reader(Vec<Finding>);

impl Reader {
    fn refuse(&mut self, path: &str, cause: Text) {
        self.0.push(Finding::new("D03", cause).column(path));
    }

    fn only(&mut self, table: &Table, path: &str, known: &[&str]) {
        for key in table.keys().filter(|key| !known.contains(&key.as_str())) {
            let known = known.join(" ");
            self.refuse(
                &join(path, key),
                say!("没有这个键；可用 {known}", "no such key; known are {known}"),
            );
        }
    }

    fn tables(&mut self, table: &Table, key: &str) -> Vec<(String, Table)> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let items = value.as_array().cloned().unwrap_or_default();
        let tables: Vec<(String, Table)> = (items.iter().enumerate())
            .filter_map(|(n, item)| Some((format!("{key}[{n}]"), item.as_table()?.clone())))
            .collect();
        if tables.len() != items.len() || !value.is_array() {
            self.refuse(key, say!("须写作 [[{key}]]", "write it as [[{key}]]"));
        }
        tables
    }

    fn id(&mut self, table: &Table, path: &str, key: &str) -> Option<String> {
        let id = table.get(key).and_then(Value::as_str).filter(|id| !id.is_empty());
        if id.is_none() {
            self.refuse(&join(path, key), say!("须有编号", "an identifier is needed"));
        }
        id.map(str::to_owned)
    }

    fn integer(&mut self, table: &Table, path: &str, key: &str, range: (i64, i64)) -> Option<i64> {
        let value = table.get(key)?;
        let (least, most) = range;
        let n = value.as_integer().filter(|n| (least..=most).contains(n));
        if n.is_none() {
            self.refuse(
                &join(path, key),
                say!("须为 {least}–{most} 的整数", "an integer from {least} to {most}"),
            );
        }
        n
    }

    fn date(&mut self, table: &Table, path: &str, key: &str) -> Option<Date> {
        let value = table.get(key)?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let date = parse_date(&text);
        if date.is_none() {
            self.refuse(&join(path, key), say!("须为 YYYY-MM-DD 的日期", "a date YYYY-MM-DD"));
        }
        date
    }

    fn weekdays(&mut self, table: &Table, path: &str) -> Option<[bool; 7]> {
        let value = table.get("weekdays")?;
        let days = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let numbers: Vec<i64> = days.iter().filter_map(Value::as_integer).collect();
        if numbers.is_empty()
            || numbers.len() != days.len()
            || numbers.iter().any(|n| !(1..=7).contains(n))
        {
            self.refuse(
                &join(path, "weekdays"),
                say!("须为 1（周一）至 7（周日）的数", "numbers from 1 (Monday) to 7 (Sunday)"),
            );
            return None;
        }
        Some(std::array::from_fn(|at| numbers.contains(&(at as i64 + 1))))
    }

    /// Days and periods, and parts of days.
    fn periods(&mut self, table: &Table, path: &str, slots: &[String]) -> Away {
        let (mut periods, mut parts) = (Vec::new(), Vec::new());
        let Some(value) = table.get("away") else { return (periods, parts) };
        let texts = value.as_array().map(Vec::as_slice).unwrap_or_default();
        for text in texts.iter().filter_map(Value::as_str) {
            if let Some((day, name)) = text.split_once(' ') {
                let slot = slots.iter().position(|slot| slot == name);
                parts.extend(parse_date(day).zip(slot));
            } else {
                let (from, to) = text.split_once("..").unwrap_or((text, text));
                let period = parse_date(from).zip(parse_date(to));
                periods.extend(period.filter(|(from, to)| from <= to));
            }
        }
        if periods.len() + parts.len() != texts.len() || !value.is_array() {
            self.refuse(
                &join(path, "away"),
                say!(
                    "须为 \"日期\"、\"日期..日期\" 或 \"日期 时段\"",
                    "\"DATE\", \"DATE..DATE\" or \"DATE SLOT\""
                ),
            );
        }
        (periods, parts)
    }

    /// The parts of a day: two to eight different words.
    fn slots(&mut self, table: &Table) -> Vec<String> {
        let Some(value) = table.get("slots") else { return Vec::new() };
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let words = items.iter().filter_map(Value::as_str).filter(|word| is_word(word));
        let words: Vec<String> = words.map(str::to_owned).collect();
        let distinct = words.iter().collect::<BTreeSet<_>>().len() == items.len();
        if !distinct || !(2..=SLOTS_MAX).contains(&words.len()) {
            self.refuse(
                "slots",
                say!("须为 2–8 个不同的时段名", "two to eight different names of parts of a day"),
            );
            return Vec::new();
        }
        words
    }

    /// The part of an appointment.
    fn slot(&mut self, table: &Table, path: &str, slots: &[String]) -> Option<usize> {
        let value = table.get("slot")?;
        let slot = value.as_str().and_then(|name| slots.iter().position(|slot| slot == name));
        if slot.is_none() || !table.contains_key("fixed") {
            self.refuse(
                &join(path, "slot"),
                say!("须为 slots 之一，并与 fixed 同写", "one of slots, together with fixed"),
            );
        }
        slot
    }

    fn area(&mut self, table: &Table, path: &str) -> Option<String> {
        let value = table.get("area")?;
        let area = value.as_str().filter(|area| is_word(area));
        if area.is_none() {
            self.refuse(
                &join(path, "area"),
                say!("须为片区名，不含空白", "a name without white space"),
            );
        }
        area.map(str::to_owned)
    }
}

/// What can stand in a kept record and in a cell: text in NFC without white space.
fn is_word(text: &str) -> bool {
    is_field(text) && is_nfc(text)
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
