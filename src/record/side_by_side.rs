//! The frames of a draw side by side, subject by subject: a subject's tags and salt are the same in all of them.

use std::ops::Range;

use super::frame::Feed;
use super::tables::FrameRow;
use crate::base::finding::Finding;
use crate::base::table::Row;

/// A subject of some frames.
pub struct Subject<'a> {
    /// The subject.
    pub sid: &'a str,
    /// Its tags in the first frame that has it.
    pub tags: &'a str,
    /// The places of the frames that have it, in order.
    pub frames: &'a [usize],
    /// The first of these where tags or salt are others.
    pub differs: Option<usize>,
}

/// Goes through frames that are sound tables; `sealed` ones, which are ordered by salt, are kept in memory.
///
/// # Errors
/// What a feed fails with.
pub fn side_by_side(
    feeds: Vec<Box<dyn Feed + '_>>,
    sealed: bool,
    each: &mut dyn FnMut(&Subject<'_>),
) -> Result<(), Finding> {
    let mut cursors = Vec::new();
    for feed in feeds {
        let feed = if sealed { by_sid(feed)? } else { feed };
        let mut cursor = Cursor::new(feed);
        // The first line is the header.
        cursor.advance()?;
        cursor.advance()?;
        cursors.push(cursor);
    }
    let mut there: Vec<usize> = Vec::new();
    loop {
        let left = cursors.iter().filter(|cursor| !cursor.ended);
        let Some(sid) = left.map(|cursor| cursor.column(SID)).min() else { return Ok(()) };
        let has = |at: &usize| !cursors[*at].ended && cursors[*at].column(SID) == sid;
        there.clear();
        there.extend((0..cursors.len()).filter(has));
        let first = &cursors[there[0]];
        let other = |at: &&usize| {
            [TAGS, SALT].iter().any(|column| cursors[**at].column(*column) != first.column(*column))
        };
        let differs = there.iter().find(other).copied();
        each(&Subject { sid, tags: first.column(TAGS), frames: &there, differs });
        for at in &there {
            cursors[*at].advance()?;
        }
    }
}

/// Places of columns in a row.
const SID: usize = 0;
const TAGS: usize = 3;
const SALT: usize = 4;

/// The row of a frame that is looked at.
struct Cursor<'a> {
    feed: Box<dyn Feed + 'a>,
    text: Vec<u8>,
    /// Where the next line begins.
    next: usize,
    columns: [Range<usize>; 5],
    ended: bool,
}

impl<'a> Cursor<'a> {
    fn new(feed: Box<dyn Feed + 'a>) -> Self {
        let columns = [0..0, 0..0, 0..0, 0..0, 0..0];
        Cursor { feed, text: Vec::new(), next: 0, columns, ended: false }
    }

    fn column(&self, column: usize) -> &str {
        let text = &self.text[self.columns[column].clone()];
        std::str::from_utf8(text).expect("bug: the frame was read before")
    }

    /// Looks at the next row.
    fn advance(&mut self) -> Result<(), Finding> {
        let end = loop {
            let rest = &self.text[self.next..];
            if let Some(end) = rest.iter().position(|b| *b == b'\n') {
                break self.next + end;
            }
            self.text.drain(..self.next);
            self.next = 0;
            let before = self.text.len();
            self.feed.feed(&mut self.text)?;
            if self.text.len() == before {
                self.ended = true;
                return Ok(());
            }
        };
        let mut at = self.next;
        for column in &mut self.columns {
            let width = self.text[at..end].iter().position(|b| *b == b'\t');
            *column = at..width.map_or(end, |width| at + width);
            at = end.min(column.end + 1);
        }
        self.next = end + 1;
        Ok(())
    }

    fn row(&self) -> &[u8] {
        &self.text[self.columns[SID].start..self.columns[SALT].end]
    }
}

/// The rows of a frame in the order of their subjects.
fn by_sid<'a>(feed: Box<dyn Feed + 'a>) -> Result<Box<dyn Feed + 'a>, Finding> {
    let mut cursor = Cursor::new(feed);
    cursor.advance()?;
    let mut rows: Vec<Vec<u8>> = Vec::new();
    while !cursor.ended {
        rows.push([cursor.row(), b"\n"].concat());
        cursor.advance()?;
    }
    // The header is among them: it comes first again.
    let header = rows.iter().position(|row| row.starts_with(FrameRow::HEADER.as_bytes()));
    let header = header.map(|at| rows.swap_remove(at)).unwrap_or_default();
    // No character of an identifier stands before the tab that ends it.
    rows.sort_unstable();
    Ok(Box::new(Whole(Some([header, rows.concat()].concat()))))
}

/// A file that is in memory.
struct Whole(Option<Vec<u8>>);

impl Feed for Whole {
    fn feed(&mut self, bytes: &mut Vec<u8>) -> Result<(), Finding> {
        bytes.extend(self.0.take().into_iter().flatten());
        Ok(())
    }
}
