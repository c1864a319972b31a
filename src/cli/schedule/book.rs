//! The office's workbook: every visit by day, by person and by team, and how many a day has. All codes are text.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

use super::super::calendar::weekday_in;
use super::view::{Entry, people};
use crate::base::finding::{Finding, Lang};
use crate::say;

/// Headers of columns with their widths.
type Columns = Vec<(&'static str, u8)>;
/// A sheet: its name, its columns, its rows.
type Sheet = (&'static str, Columns, Vec<Vec<String>>);

/// The workbook's bytes; the same entries give the same.
///
/// # Errors
/// W08 if it cannot be written.
pub(super) fn workbook(entries: &[Entry<'_>]) -> Result<Vec<u8>, Finding> {
    write(entries).map_err(|e| {
        Finding::new("W08", say!("工作簿写不出：{e}", "the workbook cannot be written: {e}"))
    })
}

fn write(entries: &[Entry<'_>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // No clock: the same schedule is the same file.
    let made = ExcelDateTime::from_ymd(2026, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let head = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
    let cell = Format::new().set_num_format("@").set_text_wrap().set_align(FormatAlign::Top);
    for (name, columns, rows) in
        [by_day(entries), by_person(entries), by_team(entries), loads(entries)]
    {
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        begin(sheet, &columns, &head)?;
        for (line, row) in (1..).zip(rows) {
            for (at, text) in (0..).zip(row) {
                sheet.write_string_with_format(line, at, &text, &cell)?;
            }
        }
    }
    book.save_to_buffer()
}

fn begin(sheet: &mut Worksheet, columns: &[(&str, u8)], head: &Format) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_landscape().set_paper_size(9).set_repeat_rows(0, 0)?;
    sheet.set_print_fit_to_pages(1, 0);
    for (at, (name, width)) in (0..).zip(columns) {
        sheet.set_column_width(at, *width)?;
        sheet.write_string_with_format(0, at, *name, head)?;
    }
    Ok(())
}

/// Day and weekday, and the part of the day where there are parts.
fn when(entry: &Entry<'_>) -> Vec<String> {
    let day = [entry.date.to_string(), weekday_in(entry.date, Lang::Zh)];
    day.into_iter().chain(entry.slot.map(str::to_owned)).collect()
}

/// The columns of [`when`] between others.
fn columns(
    before: &[(&'static str, u8)],
    entries: &[Entry<'_>],
    after: &[(&'static str, u8)],
) -> Columns {
    let slot = entries.iter().any(|entry| entry.slot.is_some()).then_some(("时段", 8));
    let when = [("日期", 12), ("星期", 6)].into_iter().chain(slot);
    before.iter().copied().chain(when).chain(after.iter().copied()).collect()
}

fn what(entry: &Entry<'_>) -> [String; 4] {
    let face = entry.face;
    [entry.sid.to_owned(), face.name.clone(), entry.area.to_owned(), face.address.clone()]
}

fn deadline(entry: &Entry<'_>) -> String {
    entry.deadline.map_or(String::new(), |deadline| {
        format!("{}{}", deadline.date, if deadline.provisional { "（暂定）" } else { "" })
    })
}

fn by_day(entries: &[Entry<'_>]) -> Sheet {
    let row = |entry: &Entry<'_>| {
        let rest = [entry.team(None), entry.face.lists.clone(), deadline(entry)];
        when(entry).into_iter().chain(what(entry)).chain(rest).collect()
    };
    let columns = columns(
        &[],
        entries,
        &[
            ("检查对象", 22),
            ("名称", 30),
            ("片区", 10),
            ("地址", 28),
            ("小组", 40),
            ("任务", 22),
            ("结果公示期限", 18),
        ],
    );
    ("按日期", columns, entries.iter().map(row).collect())
}

fn by_person(entries: &[Entry<'_>]) -> Sheet {
    let mut rows = Vec::new();
    for (iid, name) in people(entries) {
        for entry in entries.iter().filter(|entry| entry.has(iid)) {
            let first = [iid.to_string(), name.to_owned()];
            let rest = [entry.team(Some(iid)), deadline(entry)];
            rows.push(
                first.into_iter().chain(when(entry)).chain(what(entry)).chain(rest).collect(),
            );
        }
    }
    let columns = columns(
        &[("执法证号", 16), ("姓名", 10)],
        entries,
        &[
            ("检查对象", 22),
            ("名称", 30),
            ("片区", 10),
            ("地址", 28),
            ("同组", 34),
            ("结果公示期限", 18),
        ],
    );
    ("按人员", columns, rows)
}

fn by_team(entries: &[Entry<'_>]) -> Sheet {
    let mut rows: Vec<Vec<String>> = (entries.iter())
        .map(|entry| {
            std::iter::once(entry.team(None)).chain(when(entry)).chain(what(entry)).collect()
        })
        .collect();
    rows.sort_unstable();
    let columns = columns(
        &[("小组", 44)],
        entries,
        &[("检查对象", 22), ("名称", 30), ("片区", 10), ("地址", 28)],
    );
    ("按小组", columns, rows)
}

fn loads(entries: &[Entry<'_>]) -> Sheet {
    let of_day = |day: &[Entry<'_>]| {
        let mut areas: Vec<&str> = day.iter().map(|entry| entry.area).collect();
        areas.sort_unstable();
        areas.dedup();
        let (date, week) = (day[0].date.to_string(), weekday_in(day[0].date, Lang::Zh));
        vec![date, week, day.len().to_string(), people(day).len().to_string(), areas.join("、")]
    };
    let columns = vec![("日期", 12), ("星期", 6), ("检查次数", 10), ("出动人数", 10), ("片区", 60)];
    ("每日", columns, entries.chunk_by(|a, b| a.date == b.date).map(of_day).collect())
}
