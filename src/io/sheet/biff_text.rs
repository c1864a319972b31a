//! Text in the records of an `.xls`: strings that run over several records, the table of shared strings, and the code
//! pages of the time before Unicode.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_8, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
    WINDOWS_1253, WINDOWS_1254,
};

/// A record and its continuations, read from the front.
pub(super) struct Pieces<'a> {
    now: &'a [u8],
    later: &'a [&'a [u8]],
}

/// All texts of a table in one, and where each ends: a text costs four bytes more than its characters.
#[derive(Debug, Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// Reads the table of shared strings; none if it ends too early.
    pub(super) fn read(pieces: &mut Pieces<'_>) -> Option<Self> {
        // How many there are, the table claims; how many come, counts.
        pieces.skip(8)?;
        let mut strings = Strings::default();
        while !pieces.at_end() {
            pieces.push_text(&mut strings.text)?;
            strings.ends.push(u32::try_from(strings.text.len()).ok()?);
        }
        Some(strings)
    }

    pub(super) fn get(&self, index: u32) -> Option<&str> {
        let at = index as usize;
        let to = *self.ends.get(at)? as usize;
        let from = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        self.text.get(from..to)
    }
}

impl<'a> Pieces<'a> {
    pub(super) fn new(first: &'a [u8], later: &'a [&'a [u8]]) -> Self {
        Pieces { now: first, later }
    }

    /// A Unicode string with its length in two bytes.
    pub(super) fn text(&mut self) -> Option<String> {
        let mut text = String::new();
        self.push_text(&mut text)?;
        Some(text)
    }

    /// A Unicode string with its length in one byte, as the names of sheets are.
    pub(super) fn short_text(&mut self) -> Option<String> {
        let mut text = String::new();
        let characters = usize::from(self.u8()?);
        let wide = self.u8()? & 1 != 0;
        self.characters(characters, wide, &mut text)?;
        Some(text)
    }

    /// The bytes of a string of a code page with its length in two bytes.
    pub(super) fn bytes_by_u16(&mut self) -> Option<Vec<u8>> {
        let bytes = self.u16()?;
        self.bytes(usize::from(bytes))
    }

    /// The bytes of a string of a code page with its length in one byte.
    pub(super) fn bytes_by_u8(&mut self) -> Option<Vec<u8>> {
        let bytes = self.u8()?;
        self.bytes(usize::from(bytes))
    }

    fn at_end(&self) -> bool {
        self.now.is_empty() && self.later.iter().all(|piece| piece.is_empty())
    }

    fn push_text(&mut self, text: &mut String) -> Option<()> {
        let characters = usize::from(self.u16()?);
        let flags = self.u8()?;
        // Runs of fonts and phonetic guides follow the characters.
        let runs = if flags & 8 != 0 { usize::from(self.u16()?) * 4 } else { 0 };
        let guide = if flags & 4 != 0 {
            usize::from(self.u16()?) | usize::from(self.u16()?) << 16
        } else {
            0
        };
        self.characters(characters, flags & 1 != 0, text)?;
        self.skip(runs.checked_add(guide)?)
    }

    /// Characters of one or two bytes. Where they run into the next record, that begins with a byte which says
    /// how wide the rest is.
    fn characters(&mut self, mut left: usize, mut wide: bool, text: &mut String) -> Option<()> {
        let mut units = Vec::with_capacity(left);
        while left > 0 {
            let width = if wide { 2 } else { 1 };
            let here = left.min(self.now.len() / width);
            let (bytes, rest) = self.now.split_at(here * width);
            if wide {
                units.extend(bytes.as_chunks().0.iter().map(|unit| u16::from_le_bytes(*unit)));
            } else {
                units.extend(bytes.iter().map(|byte| u16::from(*byte)));
            }
            self.now = rest;
            left -= here;
            if left > 0 {
                // Half a character at the end of a record belongs to nothing.
                if !self.now.is_empty() {
                    return None;
                }
                self.turn()?;
                wide = self.u8()? & 1 != 0;
            }
        }
        text.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        Some(())
    }

    fn skip(&mut self, mut bytes: usize) -> Option<()> {
        while bytes > self.now.len() {
            bytes -= self.now.len();
            self.turn()?;
        }
        self.now = &self.now[bytes..];
        Some(())
    }

    fn bytes(&mut self, mut left: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(left);
        while left > self.now.len() {
            left -= self.now.len();
            bytes.extend_from_slice(self.now);
            self.turn()?;
        }
        let (last, rest) = self.now.split_at(left);
        bytes.extend_from_slice(last);
        self.now = rest;
        Some(bytes)
    }

    fn u8(&mut self) -> Option<u8> {
        while self.now.is_empty() {
            self.turn()?;
        }
        let (first, rest) = self.now.split_first()?;
        self.now = rest;
        Some(*first)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.u8()?, self.u8()?]))
    }

    /// Goes on to the next record.
    fn turn(&mut self) -> Option<()> {
        let (next, later) = self.later.split_first()?;
        (self.now, self.later) = (next, later);
        Some(())
    }
}

/// The encoding of a code page of Windows or of the Macintosh.
pub(super) fn code_page(page: u16) -> Option<&'static Encoding> {
    Some(match page {
        936 | 10008 | 20936 | 54936 => GB18030,
        950 | 10002 => BIG5,
        932 | 10001 => SHIFT_JIS,
        949 | 10003 => EUC_KR,
        1250 => WINDOWS_1250,
        1251 => WINDOWS_1251,
        // 367 is ASCII; 32769 is what Excel writes for the page of Western Europe.
        367 | 1252 | 32769 => WINDOWS_1252,
        1253 => WINDOWS_1253,
        1254 => WINDOWS_1254,
        65001 => UTF_8,
        _ => return None,
    })
}

/// Text of a code page. Exports of Chinese systems often declare the page of Western Europe over Chinese text:
/// what is Chinese without a fault is read as Chinese.
pub(super) fn decode(encoding: &'static Encoding, bytes: &[u8]) -> String {
    if encoding == WINDOWS_1252 && !bytes.is_ascii() {
        let (text, fault) = GB18030.decode_without_bom_handling(bytes);
        if !fault {
            return text.into_owned();
        }
    }
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}
