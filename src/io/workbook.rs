//! Notices and forms as workbooks: every text is a text, so that no code becomes a number and nothing that looks like a
//! formula is one; counts are numbers. The same sheets give the same bytes.

use rust_xlsxwriter::{Format, FormatAlign, XlsxError};

use super::report::{Formats, begin, book, failed, text};
use crate::base::finding::Finding;
use crate::publish::document::{Sheet, Style};

/// Most rows of a sheet in a workbook, its header included.
const ROWS_MAX: usize = 1_048_576;
/// Width of a column by what stands in it, in characters.
const WIDTHS: [(Style, u16); 3] = [(Style::Text, 28), (Style::Code, 24), (Style::Number, 10)];

/// A workbook of these sheets; one that is too long goes on in further ones.
///
/// # Errors
/// W08 if the workbook cannot be written.
pub fn workbook(sheets: &[Sheet]) -> Result<Vec<u8>, Finding> {
    write(sheets, ROWS_MAX).map_err(|error| failed(&error))
}

fn write(sheets: &[Sheet], rows_max: usize) -> Result<Vec<u8>, XlsxError> {
    let mut book = book()?;
    let formats = Formats::new();
    let wrapped = formats.text.clone().set_text_wrap().set_align(FormatAlign::Top);
    let number = Format::new().set_num_format("0").set_align(FormatAlign::Top);
    for sheet in sheets {
        let parts: Vec<&[Vec<String>]> = match sheet.rows.is_empty() {
            true => vec![&[]],
            false => sheet.rows.chunks(rows_max - 1).collect(),
        };
        for (nth, part) in (1..).zip(parts) {
            let page = book.add_worksheet_with_constant_memory()?;
            let name =
                if nth == 1 { sheet.name.clone() } else { format!("{} ({nth})", sheet.name) };
            page.set_name(name)?;
            begin(page, sheet.columns.len(), &formats)?;
            for (at, (name, style)) in (0..).zip(&sheet.columns) {
                let width =
                    WIDTHS.iter().find(|(of, _)| of == style).map_or(20, |(_, width)| *width);
                page.set_column_width(at, width)?;
                page.write_string_with_format(0, at, name, &formats.head)?;
            }
            for (line, row) in (1..).zip(part) {
                for ((at, (_, style)), cell) in (0..).zip(&sheet.columns).zip(row) {
                    match (style, cell.parse::<u32>()) {
                        (Style::Number, Ok(n)) => {
                            page.write_number_with_format(line, at, n, &number)?;
                        }
                        (Style::Text, _) if !cell.is_empty() => {
                            page.write_string_with_format(line, at, cell, &wrapped)?;
                        }
                        _ => drop(text(page, line, at, cell, &formats)?),
                    }
                }
            }
        }
    }
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use calamine::{Data, Reader, Xlsx};

    use super::*;

    fn sheet(rows: Vec<Vec<String>>) -> Sheet {
        let columns = [("编号", Style::Code), ("名称", Style::Text), ("户数", Style::Number)];
        let columns = columns.map(|(name, style)| (name.to_owned(), style)).to_vec();
        Sheet { name: "名单".to_owned(), columns, rows }
    }

    #[test]
    fn codes_and_formulas_stay_text() {
        let hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "<script>", "000123", "91350100M000100Y43"];
        let row = |text: &&str| vec![(*text).to_owned(), (*text).to_owned(), "7".to_owned()];
        let sheets = [sheet(hostile.iter().map(row).collect())];
        let bytes = workbook(&sheets).unwrap();
        assert_eq!(bytes, workbook(&sheets).unwrap());
        let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        assert!(book.worksheet_formula("名单").unwrap().is_empty());
        let range = book.worksheet_range("名单").unwrap();
        for (row, text) in range.rows().skip(1).zip(hostile) {
            let text = Data::String(text.to_owned());
            assert_eq!(row, [text.clone(), text, Data::Float(7.0)]);
        }
        assert_eq!(range.height(), hostile.len() + 1);
    }

    #[test]
    fn a_long_sheet_goes_on_in_further_ones() {
        let rows = (0..5).map(|n| vec![n.to_string(), String::new(), String::new()]).collect();
        let bytes = write(&[sheet(rows)], 3).unwrap();
        let book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        assert_eq!(book.sheet_names(), ["名单", "名单 (2)", "名单 (3)"]);
    }
}
