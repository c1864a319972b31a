//! Registers back to people: the rows of a file with a column of findings, and registers as the store holds them, as
//! workbooks and CSV that survive a spreadsheet. Rows are written one after the other, so that memory stays flat;
//! every cell is text, so that no code becomes a float and no text a formula; the same rows give the same bytes.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::sheet::{REPORT_COLUMN, REPORT_SHEET, guarded};
use crate::base::date::parse_date;
use crate::base::finding::{Finding, Lang, letters};
use crate::registry::{Cells, Head, Table};
use crate::say;

/// Most characters of a cell in a workbook.
const CELL_CHARS_MAX: usize = 32_767;
/// Most rows of a sheet in a workbook.
const ROWS_MAX: u32 = 1_048_576;
/// Most UTF-16 units in the name of a sheet.
const NAME_UNITS_MAX: usize = 31;

/// The original rows of each table as they come, with the findings about each in a last column; those about the files
/// stand in a sheet of their own. A table that is longer than a sheet goes on in further ones, under the same header.
/// `import` reads the workbook again as the tables that it was made of, without the column and that sheet.
pub struct Report {
    book: Workbook,
    formats: Formats,
    lang: Lang,
    /// Most rows of a sheet, with its header.
    rows_max: u32,
    /// The names of sheets so far, in lower case, since spreadsheets tell them apart by more.
    names: Vec<String>,
    page: Option<Page>,
}

/// The sheet that is being written.
struct Page {
    /// Its place in the workbook.
    at: usize,
    title: String,
    header: Vec<String>,
    /// The column of findings.
    last: u16,
    /// The next row to write, from 0.
    next: u32,
}

impl Report {
    /// An empty report in one language.
    ///
    /// # Errors
    /// W08 if the workbook cannot be written.
    pub fn new(lang: Lang) -> Result<Report, Finding> {
        Report::with_rows(lang, ROWS_MAX)
    }

    fn with_rows(lang: Lang, rows_max: u32) -> Result<Report, Finding> {
        let (book, formats) = (book().map_err(|e| failed(&e))?, Formats::new());
        let names = vec![REPORT_SHEET.to_lowercase()];
        Ok(Report { book, formats, lang, rows_max, names, page: None })
    }

    /// Begins a table, whose widest row has so many cells.
    ///
    /// # Errors
    /// W08.
    pub fn table(&mut self, head: &Head, width: usize) -> Result<(), Finding> {
        let nth = self.names.len();
        let title = head.sheet.clone().unwrap_or_else(|| format!("Sheet{nth}"));
        let last = u16::try_from(width.max(head.header.len())).unwrap_or(u16::MAX);
        self.page(title, head.header.clone(), last).map_err(|e| failed(&e))
    }

    /// Writes a row of the table that was begun last.
    ///
    /// # Errors
    /// W08.
    pub fn row(&mut self, cells: &[&str], findings: &[Finding]) -> Result<(), Finding> {
        let page = self.page.take().expect("bug: a row stands in a table");
        if page.next < self.rows_max {
            self.page = Some(page);
        } else {
            self.page(page.title, page.header, page.last).map_err(|e| failed(&e))?;
        }
        self.write(cells, findings).map_err(|e| failed(&e))
    }

    /// The bytes of the workbook, with what was found about the files.
    ///
    /// # Errors
    /// W08.
    pub fn finish(mut self, notes: &[&Finding]) -> Result<Vec<u8>, Finding> {
        let mut write = || -> Result<Vec<u8>, XlsxError> {
            let page = self.book.add_worksheet_with_constant_memory()?;
            page.set_name(REPORT_SHEET)?;
            begin(page, 1, &self.formats)?;
            page.set_column_width(0, 120)?;
            page.write_string_with_format(0, 0, REPORT_SHEET, &self.formats.head)?;
            for (line, finding) in (1..ROWS_MAX).zip(notes) {
                text(page, line, 0, &finding.show(self.lang), &self.formats)?;
            }
            self.book.save_to_buffer()
        };
        write().map_err(|e| failed(&e))
    }

    /// Begins a sheet.
    fn page(&mut self, title: String, header: Vec<String>, last: u16) -> Result<(), XlsxError> {
        let name = self.name(&title);
        let at = self.book.worksheets().len();
        let page = self.book.add_worksheet_with_constant_memory()?;
        page.set_name(name)?;
        begin(page, usize::from(last) + 1, &self.formats)?;
        page.set_column_width(last, 60)?;
        for (at, name) in (0..).zip(&header) {
            page.write_string_with_format(0, at, name, &self.formats.head)?;
        }
        page.write_string_with_format(0, last, REPORT_COLUMN, &self.formats.head)?;
        self.page = Some(Page { at, title, header, last, next: 1 });
        Ok(())
    }

    /// A name for a sheet that no other has, within what a spreadsheet allows.
    fn name(&mut self, title: &str) -> String {
        let numbered = |n: usize| match n {
            1 => title.to_owned(),
            n => {
                let number = format!(" ({n})");
                let room = NAME_UNITS_MAX - number.len();
                let mut units = 0;
                let short = title.chars().take_while(|c| {
                    units += c.len_utf16();
                    units <= room
                });
                short.collect::<String>() + &number
            }
        };
        let free = |name: &String| !self.names.contains(&name.to_lowercase());
        let name = (1..).map(numbered).find(free).expect("bug: there is always one number more");
        self.names.push(name.to_lowercase());
        name
    }

    fn write(&mut self, cells: &[&str], findings: &[Finding]) -> Result<(), XlsxError> {
        let page = self.page.as_mut().expect("bug: a row stands in a table");
        let sheet = self.book.worksheet_from_index(page.at)?;
        for (at, cell) in (0..).zip(cells) {
            text(sheet, page.next, at, cell, &self.formats)?;
        }
        let shown: Vec<String> = findings.iter().map(|f| line_of(f, self.lang)).collect();
        text(sheet, page.next, page.last, &shown.join("\n"), &self.formats)?;
        page.next += 1;
        Ok(())
    }
}

/// A register as a workbook: codes as text, dates as dates.
///
/// # Errors
/// W08 if the workbook cannot be written.
pub fn workbook(table: &Table) -> Result<Vec<u8>, Finding> {
    workbook_of(table, ROWS_MAX).map_err(|e| failed(&e))
}

/// With so many rows on a sheet, the header included; the rest goes on on further sheets, which `import` joins again.
fn workbook_of(table: &Table, rows: u32) -> Result<Vec<u8>, XlsxError> {
    let mut book = book()?;
    let formats = Formats::new();
    let (register, all) = (table.register, &table.rows);
    let parts: Vec<&[Cells]> = match all.is_empty() {
        true => vec![&[]],
        false => all.chunks(rows as usize - 1).collect(),
    };
    for (n, part) in (1..).zip(parts) {
        let page = book.add_worksheet_with_constant_memory()?;
        let name = register.name();
        page.set_name(if n == 1 { name.to_owned() } else { format!("{name} ({n})") })?;
        begin(page, register.columns().len(), &formats)?;
        for (at, column) in (0..).zip(register.columns()) {
            page.write_string_with_format(0, at, column.zh, &formats.head)?;
        }
        for (line, row) in (1..).zip(part) {
            for (at, cell) in (0..).zip(row.iter()) {
                match day(cell) {
                    Some(day) => page.write_datetime_with_format(line, at, &day, &formats.day)?,
                    None => text(page, line, at, cell, &formats)?,
                };
            }
        }
    }
    book.save_to_buffer()
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
    table.rows.iter().for_each(|row| write(row.iter().collect()));
    writer.into_inner().expect("bug: memory is written")
}

pub(super) fn failed(error: &XlsxError) -> Finding {
    Finding::new("W08", say!("工作簿写不成（{error}）", "the workbook cannot be written ({error})"))
}

pub(super) struct Formats {
    pub text: Format,
    pub head: Format,
    day: Format,
}

impl Formats {
    pub fn new() -> Self {
        let text = Format::new().set_num_format("@");
        Formats {
            head: text.clone().set_bold(),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            text,
        }
    }
}

/// A workbook without the time of its making, so that the same rows give the same bytes.
pub(super) fn book() -> Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    Ok(book)
}

/// Columns of text, also where the person types later, under a header that stays in view.
pub(super) fn begin(
    page: &mut Worksheet,
    columns: usize,
    formats: &Formats,
) -> Result<(), XlsxError> {
    page.set_freeze_panes(1, 0)?;
    let columns = u16::try_from(columns).unwrap_or(u16::MAX);
    for at in 0..columns {
        page.set_column_format(at, &formats.text)?;
        page.set_column_width(at, 20)?;
    }
    Ok(())
}

pub(super) fn text<'a>(
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

/// A canonical day that a spreadsheet can hold: its calendar begins in March 1900, as far as it is right.
fn day(cell: &str) -> Option<ExcelDateTime> {
    let date = parse_date(cell)?;
    let (year, month, day) = (date.year(), date.month(), date.day());
    let (year, month, day) =
        (u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    (year > 1900).then(|| ExcelDateTime::from_ymd(year, month, day).ok())?
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::super::sheet::{Item, Source};
    use super::*;

    /// The rows of every table of a workbook, as an import reads them.
    fn tables(bytes: Vec<u8>) -> Vec<(String, Vec<String>)> {
        let known = |name: &str| ["名称", "代码"].contains(&name);
        let source = Source::open("r.xlsx", bytes, &known).unwrap();
        let table = |table: &super::super::sheet::Table| {
            let mut rows = Vec::new();
            let read = table.rows(&mut |item| {
                if let Item::Row(row) = item {
                    rows.push(row.cells.join("|"));
                }
                ControlFlow::Continue(())
            });
            read.unwrap();
            assert_eq!(table.head().header, ["名称", "代码"]);
            (table.head().sheet.clone().unwrap(), rows)
        };
        source.tables.iter().map(table).collect()
    }

    #[test]
    fn a_long_register_goes_on_in_further_sheets() {
        let register = crate::registry::Register::Incompatibles;
        let row = |n: u64| Cells::new(n, [format!("E{n}").as_str(), "E9", "配偶"]);
        let table = Table { register, rows: (0..8).map(row).collect() };
        let bytes = workbook_of(&table, 4).unwrap();
        let known = |name: &str| register.columns().iter().any(|column| column.zh == name);
        let (sheets, _) = super::super::sheet::read("r.xlsx", &bytes, &known).unwrap();
        let names: Vec<&str> = sheets.iter().filter_map(|sheet| sheet.sheet.as_deref()).collect();
        assert_eq!(names, ["incompatibles", "incompatibles (2)", "incompatibles (3)"]);
        let ids: Vec<&str> =
            sheets.iter().flat_map(|sheet| &sheet.rows).map(|row| row.1[0].as_str()).collect();
        assert_eq!(ids, ["E0", "E1", "E2", "E3", "E4", "E5", "E6", "E7"]);
    }

    #[test]
    fn a_long_table_goes_on_in_further_sheets() {
        // Four rows a sheet, with the header.
        let mut report = Report::with_rows(Lang::Zh, 4).unwrap();
        let head = |sheet: Option<&str>| Head {
            sheet: sheet.map(str::to_owned),
            header: ["名称", "代码"].map(str::to_owned).to_vec(),
            ..Head::default()
        };
        let finding = Finding::new("R15", say!("没有", "none")).row(2);
        let long = "很长的工作表名".repeat(5).chars().take(31).collect::<String>();
        let mut expected = Vec::new();
        for (sheet, rows) in
            [(Some("名录"), 7), (None, 0), (Some(long.as_str()), 4), (Some("名录"), 3)]
        {
            report.table(&head(sheet), 2).unwrap();
            for n in 0..rows {
                let name = format!("店{n}");
                report.row(&[&name, "1"], std::slice::from_ref(&finding)).unwrap();
                expected.push(format!("{name}|1"));
            }
        }
        let found = tables(report.finish(&[&finding]).unwrap());
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        let short: String = long.chars().take(27).collect::<String>() + " (2)";
        let names_expected = ["名录", "名录 (2)", "名录 (3)", "Sheet4", &long, &short, "名录 (4)"];
        assert_eq!(names, names_expected);
        assert_eq!(
            found.iter().map(|(_, rows)| rows.len()).collect::<Vec<_>>(),
            [3, 3, 1, 0, 3, 1, 3]
        );
        assert_eq!(found.into_iter().flat_map(|(_, rows)| rows).collect::<Vec<_>>(), expected);
    }
}
