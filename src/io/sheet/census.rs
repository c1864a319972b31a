//! What reading a part of an `.xlsx` would cost, counted while it is unpacked once into nothing. calamine keeps shared
//! strings, styles, names and merged ranges in memory, reserves what a part claims to hold, and takes text up to the
//! next tag in one piece; a few kilobytes of archive can ask for all of memory in each of these ways.

use crate::base::finding::{Finding, Text};
use crate::say;

/// Most bytes from one tag to the next: a cell of 32,767 characters written as references takes a third of a mebibyte.
const STRETCH_MAX: u64 = 4 << 20;
/// Most bytes of a cell or of a shared string, its tags included.
const CELL_BYTES_MAX: u64 = 4 << 20;
/// Most memory that shared strings may take: their bytes, and what each costs besides.
const STRINGS_COST_MAX: u64 = 384 << 20;
const STRING_COST: u64 = 48;
/// Most bytes of a part that is kept in memory whole: styles, relations, the list of sheets.
const KEPT_BYTES_MAX: u64 = 64 << 20;
/// Most bytes of a tag in the styles, each of which may be copied into every format.
const STYLE_TAG_MAX: u64 = 2048;
/// Most entries of the lists that are kept; Excel itself has at most 65,490 formats.
const COUNTED: [(&[u8], u64); 8] = [
    (b"mergeCell", 1_000_000),
    (b"definedName", 100_000),
    (b"Relationship", 100_000),
    (b"sheet", 1_000),
    (b"xf", 70_000),
    (b"font", 70_000),
    (b"fill", 70_000),
    (b"numFmt", 70_000),
];
/// Parts with one of these tags are kept in memory whole.
const KEPT: [&[u8]; 4] = [b"definedName", b"Relationship", b"sheet", b"xf"];
/// Bytes of a tag that are looked at.
const TAG_BYTES: usize = 512;
/// Most shared strings that a part may claim to have: as many as there may be cells.
const CLAIMED_MAX: u64 = super::CELLS_MAX as u64;

/// The counts of a part, and of the lists over all parts.
#[derive(Default)]
pub(super) struct Census {
    bytes: u64,
    styles: bool,
    markup: bool,
    /// Bytes since the last tag began.
    stretch: u64,
    /// Bytes since a cell or shared string began, while one is open.
    cell: Option<u64>,
    state: State,
    tag: Vec<u8>,
    kept: bool,
    strings: u64,
    counts: [u64; COUNTED.len()],
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// In a tag, outside quotes.
    Tag,
    Quoted(u8),
    /// Until these bytes have come.
    Until(&'static [u8]),
}

impl Census {
    /// Begins another part.
    pub(super) fn part(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        let styles = name.ends_with("styles.xml");
        let markup = name.ends_with(".xml") || name.ends_with(".rels");
        *self = Census { styles, markup, counts: self.counts, ..Census::default() };
    }

    /// Sheets that the workbook lists.
    pub(super) fn sheets(&self) -> u64 {
        COUNTED.iter().zip(self.counts).find(|(own, _)| own.0 == b"sheet").map_or(0, |own| own.1)
    }

    /// Counts the next bytes of the part.
    ///
    /// # Errors
    /// R44 for a document type, which no workbook has, and for text that is not in UTF-8; R45 beyond a limit.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), Finding> {
        if self.bytes == 0 {
            in_utf8(bytes)?;
            self.markup |= is_markup(bytes);
        }
        if !self.markup {
            // In pictures and macros what looks like a tag is chance. A sheet may pretend to be one: it is small.
            self.count(bytes.len());
            return self.within_limits();
        }
        let mut rest = bytes;
        while let Some((byte, after)) = rest.split_first() {
            // Text is passed over at once, tags byte by byte.
            let skipped = match self.state {
                State::Text => rest.iter().position(|byte| *byte == b'<').unwrap_or(rest.len()),
                _ => 0,
            };
            if skipped > 0 {
                self.count(skipped);
                rest = &rest[skipped..];
            } else {
                self.count(1);
                self.step(*byte)?;
                rest = after;
            }
        }
        self.within_limits()
    }

    fn count(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
        self.stretch += bytes as u64;
    }

    fn step(&mut self, byte: u8) -> Result<(), Finding> {
        match self.state {
            State::Text => {
                self.within_limits()?;
                (self.state, self.stretch) = (State::Tag, 0);
                self.tag.clear();
            }
            State::Tag => match byte {
                b'>' => {
                    self.state = State::Text;
                    self.end_of_tag()?;
                }
                b'"' | b'\'' => {
                    self.push(byte);
                    self.state = State::Quoted(byte);
                }
                _ => {
                    self.push(byte);
                    self.declaration()?;
                }
            },
            State::Quoted(quote) => {
                self.push(byte);
                if byte == quote {
                    self.state = State::Tag;
                }
            }
            State::Until(end) => {
                if self.tag.len() >= end.len() {
                    self.tag.remove(0);
                }
                self.tag.push(byte);
                if self.tag == end {
                    self.state = State::Text;
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, byte: u8) {
        if self.tag.len() < TAG_BYTES {
            self.tag.push(byte);
        }
    }

    /// Comments and their like end in their own way, and what looks like a tag in them is none.
    fn declaration(&mut self) -> Result<(), Finding> {
        let end: &'static [u8] = match self.tag.as_slice() {
            b"!--" => b"-->",
            b"![CDATA[" => b"]]>",
            b"?" => b"?>",
            b"!D" | b"!d" => {
                let cause = say!("含文档类型定义", "it has a document type");
                return Err(Finding::new("R44", cause));
            }
            _ => return Ok(()),
        };
        self.state = State::Until(end);
        self.tag.clear();
        Ok(())
    }

    fn end_of_tag(&mut self) -> Result<(), Finding> {
        if self.styles && self.stretch > STYLE_TAG_MAX {
            return Err(beyond(say!("样式中有过长的标签", "a tag of the styles is too long")));
        }
        let closing = self.tag.starts_with(b"/");
        let empty = self.tag.ends_with(b"/");
        let name = local_name(&self.tag);
        let cell = matches!(name, b"c" | b"si");
        if closing {
            if cell {
                self.cell = None;
            }
            return Ok(());
        }
        self.strings += u64::from(name == b"si");
        if cell && !empty && self.cell.is_none() {
            self.cell = Some(self.bytes);
        }
        self.kept |= KEPT.contains(&name);
        if name == b"sst" && claimed(&self.tag) > CLAIMED_MAX {
            let cause = say!("声称的文字条数过多", "it claims too many shared strings");
            return Err(beyond(cause));
        }
        for ((own, most), count) in COUNTED.iter().zip(&mut self.counts) {
            if *own == name {
                *count += 1;
                if *count > *most {
                    let name = String::from_utf8_lossy(own);
                    let cause =
                        say!("{name} 超过 {most} 个", "there are more than {most} of {name}");
                    return Err(beyond(cause));
                }
            }
        }
        Ok(())
    }

    fn within_limits(&self) -> Result<(), Finding> {
        if !self.markup {
            let mib = KEPT_BYTES_MAX >> 20;
            let cause = say!("内含文件超过 {mib} MiB", "an embedded file has more than {mib} MiB");
            return if self.bytes > KEPT_BYTES_MAX { Err(beyond(cause)) } else { Ok(()) };
        }
        let cell = self.cell.map_or(0, |from| self.bytes - from);
        if self.stretch > STRETCH_MAX || cell > CELL_BYTES_MAX {
            let mib = STRETCH_MAX >> 20;
            return Err(beyond(say!("一格超过 {mib} MiB", "a cell has more than {mib} MiB")));
        }
        if self.strings > 0 && self.bytes + self.strings * STRING_COST > STRINGS_COST_MAX {
            let mib = STRINGS_COST_MAX >> 20;
            let cause = say!(
                "共用文字要占 {mib} MiB 以上的内存",
                "the shared strings take more than {mib} MiB of memory"
            );
            return Err(beyond(cause));
        }
        if self.kept && self.bytes > KEPT_BYTES_MAX {
            let mib = KEPT_BYTES_MAX >> 20;
            let cause = say!(
                "样式、名称或关系超过 {mib} MiB",
                "styles, names or relations have more than {mib} MiB"
            );
            return Err(beyond(cause));
        }
        Ok(())
    }
}

fn beyond(cause: Text) -> Finding {
    Finding::new("R45", cause)
}

/// The name of a tag without its prefix.
fn local_name(tag: &[u8]) -> &[u8] {
    let tag = tag.strip_prefix(b"/").unwrap_or(tag);
    let end = tag.iter().position(|b| b.is_ascii_whitespace() || *b == b'/').unwrap_or(tag.len());
    let name = &tag[..end];
    name.iter().position(|byte| *byte == b':').map_or(name, |colon| &name[colon + 1..])
}

/// How many strings the table says that it has.
fn claimed(tag: &[u8]) -> u64 {
    let key = b"uniqueCount";
    let Some(at) = tag.windows(key.len()).position(|window| window == key) else { return 0 };
    let digits = tag[at + key.len()..].iter().skip_while(|byte| !byte.is_ascii_digit());
    let digits = digits.take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |n: u64, digit| n.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
}

/// Whether a part begins as XML does.
fn is_markup(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let after = |byte: &u8| matches!(byte, b'?' | b'!' | b'_') || byte.is_ascii_alphabetic();
    head.strip_prefix(b"<").and_then(|rest| rest.first()).is_some_and(after)
}

/// Tags can be told only where they are written in ASCII, as every spreadsheet writes them.
fn in_utf8(head: &[u8]) -> Result<(), Finding> {
    let head = &head[..head.len().min(TAG_BYTES)];
    let wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    let declared = head.windows(9).position(|window| window == b"encoding=");
    let declared =
        declared.filter(|_| head.starts_with(b"<?xml") || head.starts_with(b"\xef\xbb\xbf<?xml"));
    let other = declared.is_some_and(|at| {
        let name = head.get(at + 10..at + 15).unwrap_or_default();
        !name.eq_ignore_ascii_case(b"utf-8")
    });
    if wide || other || head.starts_with(b"<\0") || head.starts_with(b"\0<") {
        let cause = say!("内含的 XML 不是 UTF-8", "its XML is not in UTF-8");
        return Err(Finding::new("R44", cause));
    }
    Ok(())
}
