//! The table of results that the forms write, filled in by a script, and the notice that is made of it.

use std::fs;
use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};
use rust_xlsxwriter::Workbook;
use serde_json::Value;

use crate::support::ssj::run;
use crate::{files, text};

pub const CLOCK: &str = "2026-12-20T09:00:00+08:00";

pub const SHEET: &str = "情况记录表";

pub const RESULT: &str = "检查结果";

pub const DONE_ON: &str = "检查完成日期";

pub const FOLLOW_UP: &str = "后续处置";

pub const PEOPLE: &str = "检查人员执法证号";

pub const STATE: &str = "状态";

pub const SID: &str = "统一社会信用代码/注册号";

pub const MATTER: &str = "抽查事项";

pub const LIST: &str = "抽查任务编号";

/// The table of results as the forms write it, its header first.
#[derive(Clone)]
pub struct Table(pub Vec<Vec<String>>);

impl Table {
    /// Its columns, as the forms write them.
    pub const HEADER: [&str; 14] = [
        "抽查计划编号",
        "抽查计划名称",
        LIST,
        "抽查任务名称",
        SID,
        "检查对象名称",
        MATTER,
        PEOPLE,
        DONE_ON,
        "检查方式",
        RESULT,
        "发现问题情况",
        FOLLOW_UP,
        STATE,
    ];

    /// The table of the bundle in a folder.
    pub fn of(folder: &Path) -> Self {
        run(folder, 0, &["publish", "forms", "bundle", "--out", "forms", "--only", "book"]);
        let names = files(&folder.join("forms"));
        let mut book: Xlsx<_> =
            open_workbook(folder.join("forms").join(names.keys().next().unwrap())).unwrap();
        let range = book.worksheet_range(SHEET).unwrap();
        let cell = |cell: &Data| match cell {
            Data::Empty => String::new(),
            Data::String(text) => text.clone(),
            other => panic!("{other:?}"),
        };
        let table = Table(range.rows().map(|row| row.iter().map(cell).collect()).collect());
        assert_eq!(table.0[0], Self::HEADER);
        table
    }

    pub fn len(&self) -> usize {
        self.0.len() - 1
    }

    pub fn column(&self, name: &str) -> usize {
        self.0[0].iter().position(|head| head == name).unwrap()
    }

    pub fn get(&self, row: usize, name: &str) -> &str {
        &self.0[row + 1][self.column(name)]
    }

    pub fn set(&mut self, row: usize, name: &str, value: &str) {
        let column = self.column(name);
        self.0[row + 1][column] = value.to_owned();
    }

    /// A row with a result that may be published.
    pub fn enter(&mut self, row: usize, result: &str, done_on: &str) {
        self.set(row, RESULT, result);
        self.set(row, DONE_ON, done_on);
        self.set(row, STATE, "已公示");
    }

    /// Every row with nothing found.
    pub fn entered(mut self) -> Self {
        for row in 0..self.len() {
            self.enter(row, "未发现问题", "2026-12-01");
            self.set(row, FOLLOW_UP, "无需后续处置");
        }
        self
    }

    pub fn csv(&self) -> String {
        let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let line = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n";
        self.0.iter().map(line).collect()
    }

    pub fn write(&self, file: &Path) {
        if file.extension().is_some_and(|ending| ending == "csv") {
            return fs::write(file, self.csv()).unwrap();
        }
        let mut book = Workbook::new();
        let sheet = book.add_worksheet().set_name(SHEET).unwrap();
        for (line, row) in (0..).zip(&self.0) {
            for (column, cell) in (0..).zip(row) {
                sheet.write_string(line, column, cell).unwrap();
            }
        }
        fs::write(file, book.save_to_buffer().unwrap()).unwrap();
    }
}

/// Makes the notice of a table; returns what was said.
pub fn notice(folder: &Path, exit: i32, file: &str, date: &str, more: &[&str]) -> String {
    let args = ["--clock", CLOCK, "publish", "notice", "bundle", "--kind", "outcome"];
    run(folder, exit, &[&args[..], &["--results", file, "--date", date], more].concat())
}

/// The JSON of a notice that was written.
pub fn json(folder: &Path, name: &str) -> Value {
    serde_json::from_str(&text(&files(&folder.join("out")), name)).unwrap()
}

pub fn rows<'v>(notice: &'v Value, section: &str) -> &'v [Value] {
    notice[section].as_array().map_or(&[], Vec::as_slice)
}

pub fn number(notice: &Value, name: &str) -> u64 {
    notice["检查情况"][name].as_u64().unwrap_or(0)
}
