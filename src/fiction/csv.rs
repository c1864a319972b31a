//! RFC 4180 with LF, quotes only where needed, as the importers and `sort` like it.

/// A CSV text while it is written.
pub(super) struct Table {
    text: String,
    begun: bool,
}

impl Table {
    /// The header is a line of plain names; `size` is the expected number of bytes.
    pub(super) fn new(header: &str, size: usize) -> Table {
        let mut text = String::with_capacity(size + header.len() + 1);
        text.push_str(header);
        text.push('\n');
        Table { text, begun: false }
    }

    pub(super) fn field(&mut self, field: &str) -> &mut Table {
        if self.begun {
            self.text.push(',');
        }
        self.begun = true;
        if field.contains(['"', ',', '\n', '\r']) {
            self.text.push('"');
            self.text.push_str(&field.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(field);
        }
        self
    }

    /// Several values in one field, separated by semicolons.
    pub(super) fn list(&mut self, values: &[&str]) -> &mut Table {
        self.field(&values.join(";"))
    }

    pub(super) fn end(&mut self) {
        self.text.push('\n');
        self.begun = false;
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn quotes_only_where_needed() {
        let mut table = super::Table::new("a,b", 0);
        table.field("x").list(&["y", "z"]).end();
        table.field("").field("1,\"2\"").end();
        assert_eq!(table.finish(), "a,b\nx,y;z\n,\"1,\"\"2\"\"\"\n");
    }
}
