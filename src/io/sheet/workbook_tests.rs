//! What number formats and formulas make of the cells of an `.xlsx`.

use rust_xlsxwriter::{Format, Formula, Workbook};

use super::workbook::xlsx;
use crate::base::finding::Lang;

#[test]
fn numbers_as_their_formats_show_them() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, (number, code)) in (0..).zip([
        (0.03, "0%"),
        (0.035, "0%"),
        (0.29, "0.00%"),
        (123.0, "000000"),
        (123.0, "General"),
        (46_237.0, "yyyy-mm-dd"),
        (12.5, "0.00"),
    ]) {
        sheet
            .write_number_with_format(0, column, number, &Format::new().set_num_format(code))
            .unwrap();
    }
    let percent = Format::new().set_num_format("0%");
    sheet.write_string_with_format(1, 0, "0.03", &percent).unwrap();
    let formula = Formula::new("=A1").set_result("0.07");
    sheet.write_formula_with_format(1, 1, formula, &percent).unwrap();
    sheet.write_blank(1, 2, &percent).unwrap();
    sheet.write_number(1, 3, 0.03).unwrap();
    let grids = xlsx(&book.save_to_buffer().unwrap(), &mut Vec::new()).unwrap();
    let lines: Vec<String> = grids[0].rows.iter().map(|row| row.1.join("|")).collect();
    assert_eq!(lines, ["3%|3.5%|29%|000123|123|2026-08-03|12.5", "0.03|7%||0.03"]);
    let shown = grids[0].findings.iter().find(|finding| finding.code() == "R90").unwrap();
    assert_eq!(shown.cause.get(Lang::Zh), "5 格按显示的样子读取，第一个在 A1：3%");
    assert_eq!(
        shown.cause.get(Lang::En),
        "5 cells were read as they are shown, the first in A1: 3%"
    );
}

#[test]
fn a_formula_may_result_in_nothing() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "名称").unwrap();
    sheet.write_formula(0, 1, Formula::new("=IF(A1=\"\",1,\"\")").set_result("")).unwrap();
    let grids = xlsx(&book.save_to_buffer().unwrap(), &mut Vec::new()).unwrap();
    let codes: Vec<&str> = grids[0].findings.iter().map(|finding| finding.code()).collect();
    assert_eq!(codes, ["R48"]);
}
