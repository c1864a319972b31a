//! CSV files as sheets: UTF-8, comma-delimited, header in the first line. A BOM is tolerated and reported.

use crate::base::finding::Finding;
use crate::registry::Sheet;
use crate::say;

/// Reads the bytes of a CSV file; `file` is its name, as the user knows it. Rows of any length are taken
/// as they are: the register says how many cells it wants.
///
/// # Errors
/// R01 if the bytes are not UTF-8 or hold no line.
pub fn read_csv(file: &str, bytes: &[u8]) -> Result<(Sheet, Vec<Finding>), Finding> {
    let (bytes, findings) = match bytes.strip_prefix("\u{feff}".as_bytes()) {
        None => (bytes, Vec::new()),
        Some(rest) => {
            let cause = say!("开头的 BOM 已略过", "the BOM at the beginning was skipped");
            (rest, vec![Finding::new("R17", cause).file(file)])
        }
    };
    let text = std::str::from_utf8(bytes).map_err(|e| not_utf8(file, bytes, e.valid_up_to()))?;
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut sheet = Sheet { file: file.to_owned(), ..Sheet::default() };
    let mut lines = Lines { bytes, at: 0, line: 1 };
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(|e| {
            Finding::new("R01", say!("CSV 读不下去（{e}）", "the CSV cannot be read ({e})"))
                .file(file)
        })?;
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        if index == 0 {
            sheet.header = cells;
        } else {
            let at = record.position().map_or(0, csv::Position::byte);
            sheet.rows.push((lines.line_of(at), cells));
        }
    }
    if sheet.header.is_empty() {
        return Err(Finding::new("R01", say!("文件是空的", "the file is empty")).file(file));
    }
    Ok((sheet, findings))
}

/// Line numbers of ascending offsets. The reader's own count takes blank lines before a record for a part
/// of it, and the place of a finding must be where the row stands.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn line_of(&mut self, offset: u64) -> u64 {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX).min(self.bytes.len());
        // A record begins at its first byte that is not a line end.
        let blank = self.bytes[offset..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let start = offset + blank;
        self.line += self.bytes[self.at..start].iter().filter(|b| **b == b'\n').count() as u64;
        self.at = start;
        self.line
    }
}

fn not_utf8(file: &str, bytes: &[u8], at: usize) -> Finding {
    let line = 1 + bytes[..at].iter().filter(|b| **b == b'\n').count() as u64;
    let cause = say!(
        "不是 UTF-8（多半是 GB18030，即表格软件的默认 CSV）",
        "not UTF-8 (most likely GB18030, the spreadsheet's default CSV)"
    );
    Finding::new("R01", cause).file(file).row(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::finding::Lang;

    #[test]
    fn rows_keep_their_lines() {
        let text = "\u{feff}a,b\r\n1,2\r\n\r\n\"x\ny\",3\r\n4\r\n";
        let (sheet, findings) = read_csv("f.csv", text.as_bytes()).unwrap();
        assert_eq!(sheet.header, ["a", "b"]);
        let own = |cells: &[&str]| cells.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
        assert_eq!(sheet.rows, [(2, own(&["1", "2"])), (4, own(&["x\ny", "3"])), (6, own(&["4"]))]);
        assert_eq!(findings.iter().map(Finding::code).collect::<Vec<_>>(), ["R17"]);
        assert!(read_csv("f.csv", b"a\n").unwrap().1.is_empty());
    }

    #[test]
    fn other_encodings_are_named() {
        let finding = read_csv("名录.csv", b"a,b\n\xc6\xf3\xd2\xb5,1\n").unwrap_err();
        assert_eq!(
            finding.show(Lang::Zh),
            "错误 R01 名录.csv，第 2 行：不是 UTF-8（多半是 GB18030，即表格软件的默认 CSV）\n  处理：在表格软件中另存为“CSV UTF-8（逗号分隔）”后重新导入。"
        );
        assert_eq!(read_csv("f.csv", b"").unwrap_err().code(), "R01");
    }
}
