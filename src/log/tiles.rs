//! Tiles (C2SP tlog-tiles): the tree in files of up to 256 digests and the entries in files of up to 256 entries, which
//! any web server can give out and nobody ever changes. Tile `index` of level `l` has the heads of the subtrees of
//! 256^l leaves; the last of a level may be partial, and then its name tells how wide it is.

use super::checkpoint::SIZE_LIMIT;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::base::text::parse_integer;
use crate::say;

/// Digests of a full tile, entries of a full bundle.
pub const WIDTH: u64 = 256;
/// Levels of the tree between two levels of tiles.
pub(super) const HEIGHT: u32 = 8;
/// Bytes of a digest.
pub(super) const DIGEST_BYTES: usize = 32;
/// Most bytes of an entry: its length has two bytes.
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The entries themselves.
    Entries,
    /// Heads of subtrees of 256^level leaves.
    Heads(u32),
}

/// A file of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    /// What it holds.
    pub level: Level,
    /// Its place in the level, from 0.
    pub index: u64,
    /// How many digests or entries it has, 1 to [`WIDTH`].
    pub width: u64,
}

/// Gives the bytes of a file of the log, or nothing if it is not there.
pub type ReadTile<'a> = dyn FnMut(Tile) -> Result<Option<Vec<u8>>, Finding> + 'a;

impl Tile {
    /// `tile/0/x001/x234/067`, of a partial one with `.p/5` behind.
    pub fn path(&self) -> String {
        let level = match self.level {
            Level::Entries => "entries".to_owned(),
            Level::Heads(level) => level.to_string(),
        };
        let mut number = format!("{:03}", self.index % 1000);
        let mut rest = self.index / 1000;
        while rest > 0 {
            number = format!("x{:03}/{number}", rest % 1000);
            rest /= 1000;
        }
        match self.width {
            WIDTH => format!("tile/{level}/{number}"),
            width => format!("tile/{level}/{number}.p/{width}"),
        }
    }

    /// The tile of that path, if there is one.
    pub fn parse(path: &str) -> Option<Self> {
        let (level, number) = path.strip_prefix("tile/")?.split_once('/')?;
        let level = match level {
            "entries" => Level::Entries,
            level => Level::Heads(u32::try_from(parse_integer(level, 64)?).ok()?),
        };
        let (number, width) = match number.split_once(".p/") {
            Some((number, width)) => (number, parse_integer(width, WIDTH)?),
            None => (number, WIDTH),
        };
        let digits = number.replace(['x', '/'], "");
        let digits = digits.trim_start_matches('0');
        let index = if digits.is_empty() { 0 } else { parse_integer(digits, SIZE_LIMIT)? };
        // What does not print back is not the name of a tile.
        Some(Tile { level, index, width }).filter(|tile| width > 0 && tile.path() == path)
    }

    /// The full tile that takes the place of a partial one.
    #[must_use]
    pub fn full(self) -> Self {
        Tile { width: WIDTH, ..self }
    }

    pub(super) fn of(level: Level, index: u64, n: u64) -> Self {
        Tile { level, index, width: (below(level, n) - index * WIDTH).min(WIDTH) }
    }
}

/// The tile of `index` entries' bundle in a log of `n` entries.
///
/// # Panics
/// If there is no entry `index`.
pub fn bundle_of(index: u64, n: u64) -> Tile {
    assert!(index < n, "bug: no entry {index} among {n}");
    Tile::of(Level::Entries, index / WIDTH, n)
}

/// All files of a log of `n` entries, entries first, full ones and the partial one of each level.
pub fn tiles(n: u64) -> impl Iterator<Item = Tile> {
    let levels = (0..).map(Level::Heads).take_while(move |level| below(*level, n) > 0);
    let all = [Level::Entries].into_iter().filter(move |_| n > 0).chain(levels);
    all.flat_map(move |level| {
        (0..below(level, n).div_ceil(WIDTH)).map(move |index| Tile::of(level, index, n))
    })
}

/// How many digests or entries a level has.
pub(super) fn below(level: Level, n: u64) -> u64 {
    match level {
        Level::Entries => n,
        Level::Heads(level) => n.checked_shr(HEIGHT * level).unwrap_or(0),
    }
}

/// The entries of a bundle.
///
/// # Errors
/// L10 if it has not as many as its name says, or bytes behind them.
pub fn parse_entries(tile: Tile, bytes: &[u8]) -> Result<Vec<&[u8]>, Finding> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while entries.len() as u64 != tile.width {
        let Some((entry, behind)) = rest.split_first_chunk::<2>().and_then(|(length, rest)| {
            rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
        }) else {
            let (n, wide) = (entries.len(), tile.width);
            let cause = say!("只有 {n} 条，应有 {wide} 条", "it has {n} entries, not {wide}");
            return Err(Finding::new("L10", cause).file(tile.path()));
        };
        entries.push(entry);
        rest = behind;
    }
    match rest.len() {
        0 => Ok(entries),
        n => {
            let cause = say!("末尾多出 {n} 字节", "{n} bytes stand behind the last entry");
            Err(Finding::new("L10", cause).file(tile.path()))
        }
    }
}

/// The digests of a tile.
///
/// # Errors
/// L09 if it has not as many as its name says.
pub fn parse_digests(tile: Tile, bytes: &[u8]) -> Result<Vec<Digest>, Finding> {
    let (digests, rest) = bytes.as_chunks::<DIGEST_BYTES>();
    if digests.len() as u64 != tile.width || !rest.is_empty() {
        let (n, wide) = (bytes.len(), tile.width * DIGEST_BYTES as u64);
        return Err(wrong(tile, say!("有 {n} 字节，应为 {wide}", "it has {n} bytes, not {wide}")));
    }
    Ok(digests.iter().map(|digest| Digest::from_bytes(*digest)).collect())
}

pub(super) fn wrong(tile: Tile, cause: Text) -> Finding {
    Finding::new("L09", cause).file(tile.path())
}
