//! Workbooks: values and merged cells of every visible sheet, of `.xlsx` through calamine.

use std::io::Cursor;

use calamine::{Dimensions, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::biff::{Book, damaged};
use super::compound::Compound;
use super::filling::{Filling, Held, too_many_cells};
use super::quiet::quietly;
use super::shown::Shown;
use super::value::of_ref;
use super::{CELLS_MAX, Grid, Merge, REPORT_SHEET, binary};
use crate::base::finding::Finding;
use crate::say;

type Book07<'b> = Xlsx<Cursor<&'b [u8]>>;

pub(super) fn password() -> Finding {
    Finding::new("R43", say!("打开它需要密码", "it takes a password to open"))
}

pub(super) fn corrupt(error: &str) -> Finding {
    let error: String = error.chars().filter(|c| !c.is_control()).take(200).collect();
    Finding::new("R44", say!("读不下去（{error}）", "it cannot be read ({error})"))
}

/// Reads an `.xlsx`, cell by cell.
pub(super) fn xlsx(bytes: &[u8], findings: &mut Vec<Finding>) -> Result<Vec<Grid>, Finding> {
    let (macros, links) = binary::extras(bytes);
    extras(macros, links, findings);
    guarded(|| {
        let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|e| xlsx_failed(&e))?;
        let mut names = Vec::new();
        for sheet in book.sheets_metadata().iter().filter(|s| s.typ == SheetType::WorkSheet) {
            if is_read(&sheet.name, sheet.visible == SheetVisible::Visible, findings) {
                names.push(sheet.name.clone());
            }
        }
        let mut held = Held::default();
        names.iter().map(|name| xlsx_sheet(&mut book, name, &mut held)).collect()
    })
}

fn xlsx_sheet(book: &mut Book07<'_>, name: &str, held: &mut Held) -> Result<Grid, Finding> {
    let failed = |e: XlsxError| xlsx_failed(&e).sheet(name);
    let mut grid = Filling::new(name, held);
    let mut shown = shown_cells(book, name)?.into_iter().peekable();
    {
        let mut cells = book.worksheet_cells_reader(name).map_err(failed)?;
        while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(failed)? {
            let here = |own: &ShownCell| (own.row, u32::from(own.column)) == cell.pos;
            let shown = shown.next_if(here).map_or(Shown::Plain, |own| own.shown);
            grid.put(cell.pos, of_ref(cell.value, shown), cell.formula.is_some())?;
        }
    }
    let merges = book.merge_cells_by_sheet_name(name).map_err(failed)?;
    grid.finish(merges.iter().map(merge).collect())
}

/// A cell whose format changes the text of its number.
struct ShownCell {
    row: u32,
    column: u16,
    shown: Shown,
}

/// Those cells in the order of the file. calamine tells of a cell either its formula or its format, so that the sheet
/// is gone through twice; but only where the workbook has such formats, which most have not.
fn shown_cells(book: &mut Book07<'_>, name: &str) -> Result<Vec<ShownCell>, Finding> {
    let failed = |e: XlsxError| xlsx_failed(&e).sheet(name);
    let mut cells = book.worksheet_cells_reader(name).map_err(failed)?;
    let code = |style: &calamine::Style| {
        style.number_format.as_ref().map_or(Shown::Plain, |f| Shown::of_code(&f.format_code))
    };
    let styles: Vec<Shown> = cells.styles().iter().map(code).collect();
    let mut found = Vec::new();
    if !styles.iter().any(|shown| shown.changes_text()) {
        return Ok(found);
    }
    while let Some((row, column, style)) = cells.next_style_id().map_err(failed)? {
        let shown = styles.get(style).copied().unwrap_or_default();
        if let (true, Ok(column)) = (shown.changes_text(), u16::try_from(column)) {
            found.push(ShownCell { row, column, shown });
        }
        if found.len() > CELLS_MAX {
            return Err(too_many_cells().sheet(name));
        }
    }
    Ok(found)
}

/// Reads an `.xls`.
pub(super) fn xls(bytes: &[u8], findings: &mut Vec<Finding>) -> Result<Vec<Grid>, Finding> {
    let file = Compound::open(bytes).map_err(damaged)?;
    let stream = match file.stream("Workbook").map_err(damaged)? {
        Some(stream) => stream,
        None => file.stream("Book").map_err(damaged)?.ok_or_else(no_workbook)?,
    };
    let book = Book::open(&stream)?;
    extras(book.macros || file.has("_VBA_PROJECT_CUR"), book.links, findings);
    if let Some(encoding) = book.encoding()? {
        let name = encoding.name();
        findings.push(Finding::new("R40", say!("按 {name} 读取", "read as {name}")));
    }
    let (mut held, mut grids) = (Held::default(), Vec::new());
    for sheet in book.sheets.iter().filter(|sheet| sheet.cells) {
        if !is_read(&sheet.name, sheet.visible, findings) {
            continue;
        }
        let mut grid = Filling::new(&sheet.name, &mut held);
        let merges =
            book.cells(&stream, sheet, &mut |pos, value, formula| grid.put(pos, value, formula))?;
        grids.push(grid.finish(merges)?);
    }
    Ok(grids)
}

fn no_workbook() -> Finding {
    Finding::new("R42", say!("复合文件里没有工作簿", "the compound file holds no workbook"))
}

/// Notes for what is there and is not run or followed.
fn extras(macros: bool, links: bool, findings: &mut Vec<Finding>) {
    if macros {
        findings.push(Finding::new("R55", say!("有宏，未执行", "macros, not run")));
    }
    if links {
        let cause = say!(
            "引用了其他文件或数据源，未访问",
            "refers to other files or sources, not followed"
        );
        findings.push(Finding::new("R55", cause));
    }
}

/// A damaged file may break what the reader of its format takes for granted.
fn guarded<T>(work: impl FnOnce() -> Result<T, Finding>) -> Result<T, Finding> {
    quietly(work).unwrap_or_else(|| Err(corrupt("the reader of the format gave up")))
}

fn xlsx_failed(error: &XlsxError) -> Finding {
    match error {
        XlsxError::Password => password(),
        other => corrupt(&other.to_string()),
    }
}

/// Whether a sheet is read; a finding if it is not.
fn is_read(name: &str, visible: bool, findings: &mut Vec<Finding>) -> bool {
    if name == REPORT_SHEET {
        let cause = say!("上次核查的说明", "notes of an earlier check");
        findings.push(Finding::new("R57", cause).sheet(name));
        return false;
    }
    if !visible {
        let cause = say!("工作表是隐藏的", "the sheet is hidden");
        findings.push(Finding::new("R52", cause).sheet(name));
    }
    visible
}

fn merge(range: &Dimensions) -> Merge {
    Merge {
        rows: (u64::from(range.start.0) + 1, u64::from(range.end.0) + 1),
        columns: (range.start.1 as usize, range.end.1 as usize),
    }
}
