//! Registers back to people: the rows of a file with a column of findings, and registers as the store holds them, as
//! workbooks and CSV that survive a spreadsheet. Rows are written one after the other, so that memory stays flat;
//! every cell is text, so that no code becomes a float and no text a formula; the same rows give the same bytes.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::sheet::{REPORT_COLUMN, REPORT_SHEET, guarded};
use crate::base::date::parse_date;
use crate::base::finding::{Finding, Lang, letters};
use crate::registry::{Sheet, Table};
use crate::say;

/// Most characters of a cell in a workbook.
const CELL_CHARS_MAX: usize = 32_767;
/// Most rows of a sheet in a workbook.
const ROWS_MAX: usize = 1_048_576;

/// The original rows of each sheet, with the findings about each in a last column; those about the file stand in a
/// sheet of their own. `import` reads the file again, without the column and that sheet.
///
/// # Errors
/// W08 if the workbook cannot be written.
pub fn report(sheets: &[Sheet], findings: &[Finding], lang: Lang) -> Result<Vec<u8>, Finding> {
    let write = || -> Result<Vec<u8>, XlsxError> {
        let mut book = book()?;
        let formats = Formats::new();
        for (n, sheet) in (1..).zip(sheets) {
            let page = book.add_worksheet_with_constant_memory()?;
            page.set_name(sheet.sheet.clone().unwrap_or_else(|| format!("Sheet{n}")))?;
            let of_sheet = of_rows(sheet, findings);
            rows_with_findings(page, sheet, &of_sheet, &formats, lang)?;
        }
        notes(book.add_worksheet_with_constant_memory()?, sheets, findings, &formats, lang)?;
        book.save_to_buffer()
    };
    write().map_err(|e| failed(&e))
}

/// A register as a workbook: codes as text, dates as dates.
///
/// # Errors
/// W08 if the workbook cannot be written.
pub fn workbook(table: &Table) -> Result<Vec<u8>, Finding> {
    let write = || -> Result<Vec<u8>, XlsxError> {
        let mut book = book()?;
        let formats = Formats::new();
        let page = book.add_worksheet_with_constant_memory()?;
        page.set_name(table.register.name())?;
        let columns = table.register.columns();
        begin(page, columns.len(), &formats)?;
        for (at, column) in (0..).zip(columns) {
            page.write_string_with_format(0, at, column.zh, &formats.head)?;
        }
        for (line, row) in (1..).zip(&table.rows) {
            for (at, cell) in (0..).zip(&row.texts) {
                match day(cell) {
                    Some(day) => page.write_datetime_with_format(line, at, &day, &formats.day)?,
                    None => text(page, line, at, cell, &formats)?,
                };
            }
        }
        book.save_to_buffer()
    };
    write().map_err(|e| failed(&e))
}

/// A register as CSV: UTF-8 with a BOM, by which spreadsheets know the encoding; what they would take for a formula
/// begins with a quote, which `import` takes off again.
pub fn csv(table: &Table) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    let header = table.register.columns().iter().map(|column| column.zh);
    let mut write = |record: Vec<&str>| {
        let cells: Vec<_> = record.into_iter().map(guarded).collect();
        writer
            .write_record(cells.iter().map(|cell| cell.as_bytes()))
            .expect("bug: memory is written");
    };
    write(header.collect());
    table.rows.iter().for_each(|row| write(row.texts.iter().map(String::as_str).collect()));
    writer.into_inner().expect("bug: memory is written")
}

fn failed(error: &XlsxError) -> Finding {
    Finding::new("W08", say!("工作簿写不成（{error}）", "the workbook cannot be written ({error})"))
}

struct Formats {
    text: Format,
    head: Format,
    day: Format,
}

impl Formats {
    fn new() -> Self {
        let text = Format::new().set_num_format("@");
        Formats {
            head: text.clone().set_bold(),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            text,
        }
    }
}

/// A workbook without the time of its making, so that the same rows give the same bytes.
fn book() -> Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    Ok(book)
}

/// Columns of text, also where the person types later, under a header that stays in view.
fn begin(page: &mut Worksheet, columns: usize, formats: &Formats) -> Result<(), XlsxError> {
    page.set_freeze_panes(1, 0)?;
    let columns = u16::try_from(columns).unwrap_or(u16::MAX);
    for at in 0..columns {
        page.set_column_format(at, &formats.text)?;
        page.set_column_width(at, 20)?;
    }
    Ok(())
}

fn text<'a>(
    page: &'a mut Worksheet,
    row: u32,
    column: u16,
    cell: &str,
    formats: &Formats,
) -> Result<&'a mut Worksheet, XlsxError> {
    if cell.is_empty() {
        return Ok(page);
    }
    if cell.len() <= CELL_CHARS_MAX {
        return page.write_string_with_format(row, column, cell, &formats.text);
    }
    let cell: String = cell.chars().take(CELL_CHARS_MAX / 2).collect();
    page.write_string_with_format(row, column, cell, &formats.text)
}

/// Findings about rows of a sheet, in their order.
fn of_rows<'a>(sheet: &Sheet, findings: &'a [Finding]) -> Vec<(u64, &'a Finding)> {
    let here = |finding: &&Finding| is_of(sheet, finding);
    let rows = findings.iter().filter(here).filter_map(|f| Some((f.place.row?, f)));
    let mut rows: Vec<(u64, &Finding)> = rows.filter(|(row, _)| *row > sheet.above + 1).collect();
    rows.sort_by_key(|row| row.0);
    rows
}

fn is_of(sheet: &Sheet, finding: &Finding) -> bool {
    let spot = finding.place.spot.as_ref().map_or("", |spot| spot.sheet.as_str());
    spot == sheet.sheet.as_deref().unwrap_or_default()
}

fn rows_with_findings(
    page: &mut Worksheet,
    sheet: &Sheet,
    findings: &[(u64, &Finding)],
    formats: &Formats,
    lang: Lang,
) -> Result<(), XlsxError> {
    let widest = sheet.rows.iter().map(|row| row.1.len()).max().unwrap_or(0);
    let last = u16::try_from(widest.max(sheet.header.len())).unwrap_or(u16::MAX);
    begin(page, usize::from(last) + 1, formats)?;
    page.set_column_width(last, 60)?;
    for (at, name) in (0..).zip(&sheet.header) {
        page.write_string_with_format(0, at, name, &formats.head)?;
    }
    page.write_string_with_format(0, last, REPORT_COLUMN, &formats.head)?;
    for (line, (row, cells)) in (1..).zip(sheet.rows.iter().take(ROWS_MAX - 1)) {
        for (at, cell) in (0..).zip(cells) {
            text(page, line, at, cell, formats)?;
        }
        let from = findings.partition_point(|finding| finding.0 < *row);
        let of_row = findings[from..].iter().take_while(|finding| finding.0 == *row);
        let shown: Vec<String> = of_row.map(|(_, finding)| line_of(finding, lang)).collect();
        text(page, line, last, &shown.join("\n"), formats)?;
    }
    Ok(())
}

/// Code, column, cause and remedy; the row stands beside it.
fn line_of(finding: &Finding, lang: Lang) -> String {
    let column = finding.place.column.clone();
    let spot = finding.place.spot.as_ref().and_then(|spot| spot.column);
    let column = column.or(spot.map(letters)).unwrap_or_default();
    let (code, cause, remedy) = (finding.code(), finding.cause.get(lang), finding.remedy(lang));
    match lang {
        Lang::Zh if column.is_empty() => format!("{code} {cause}。{remedy}"),
        Lang::Zh => format!("{code} “{column}”：{cause}。{remedy}"),
        Lang::En if column.is_empty() => format!("{code} {cause}. {remedy}"),
        Lang::En => format!("{code} \"{column}\": {cause}. {remedy}"),
    }
}

/// Every finding that stands beside no row.
fn notes(
    page: &mut Worksheet,
    sheets: &[Sheet],
    findings: &[Finding],
    formats: &Formats,
    lang: Lang,
) -> Result<(), XlsxError> {
    page.set_name(REPORT_SHEET)?;
    begin(page, 1, formats)?;
    page.set_column_width(0, 120)?;
    page.write_string_with_format(0, 0, REPORT_SHEET, &formats.head)?;
    let beside = |finding: &Finding| {
        let row = finding.place.row;
        let sheet = sheets.iter().find(|sheet| is_of(sheet, finding));
        sheet
            .zip(row)
            .is_some_and(|(sheet, row)| sheet.rows.binary_search_by_key(&row, |r| r.0).is_ok())
    };
    for (line, finding) in (1..).zip(findings.iter().filter(|f| !beside(f)).take(ROWS_MAX - 1)) {
        text(page, line, 0, &finding.show(lang), formats)?;
    }
    Ok(())
}

/// A canonical day that a spreadsheet can hold: its calendar begins in March 1900, as far as it is right.
fn day(cell: &str) -> Option<ExcelDateTime> {
    let date = parse_date(cell)?;
    let (year, month, day) = (date.year(), date.month(), date.day());
    let (year, month, day) =
        (u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    (year > 1900).then(|| ExcelDateTime::from_ymd(year, month, day).ok())?
}
