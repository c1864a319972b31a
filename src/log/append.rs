//! Appends entries to a log, given the tiles at its right edge.

use std::collections::BTreeMap;

use super::reader::{Tiles, complete};
use super::tiles::{Level, ReadTile, Tile, WIDTH, below, parse_digests};
use super::tree::leaf;
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::merkle::Root;
use crate::say;

/// What appending makes of a log.
#[derive(Debug)]
pub struct Growth {
    /// The new head.
    pub root: Root,
    /// The files to be written, before the checkpoint is.
    pub files: Vec<(Tile, Vec<u8>)>,
}

/// Appends entries to the log of that head, whose tiles are read and must be those of the head.
///
/// # Errors
/// L09 if they are not, L10 if an entry has more bytes than an entry bundle takes.
pub fn append(old: Root, entries: &[Vec<u8>], read: &mut ReadTile<'_>) -> Result<Growth, Finding> {
    let mut present = |tile| read(tile);
    let mut tiles = Tiles::new(old.n, &mut present);
    if tiles.head()? != old {
        let cause =
            say!("数据块得不出签名树头的树根", "the tiles do not give the checkpoint's root");
        return Err(Finding::new("L09", cause));
    }
    let n = old.n + entries.len() as u64;
    let mut files = Vec::new();
    let encoded = entries.iter().map(|entry| format_entry(entry)).collect::<Result<Vec<_>, _>>()?;
    grow(Level::Entries, old.n, &encoded, &mut tiles, &mut files)?;
    let mut digests: Vec<Digest> = entries.iter().map(|entry| leaf(entry)).collect();
    for level in 0.. {
        let had = below(Level::Heads(level), old.n);
        if digests.is_empty() {
            break;
        }
        let bytes: Vec<&[u8]> = digests.iter().map(|digest| &digest.as_bytes()[..]).collect();
        let first = files.len();
        grow(Level::Heads(level), had, &bytes, &mut tiles, &mut files)?;
        let full = files[first..].iter().filter(|(tile, _)| tile.width == WIDTH);
        let heads = full.map(|(tile, bytes)| Ok(complete(&parse_digests(*tile, bytes)?)));
        digests = heads.collect::<Result<_, Finding>>()?;
    }
    let written: BTreeMap<Tile, Vec<u8>> = files.iter().cloned().collect();
    let mut all = |tile: Tile| match written.get(&tile) {
        Some(bytes) => Ok(Some(bytes.clone())),
        None => read(tile),
    };
    let root = Tiles::new(n, &mut all).head()?;
    Ok(Growth { root, files })
}

/// The files of a level that change when these are put behind the `had` that it has.
fn grow(
    level: Level,
    had: u64,
    more: &[impl AsRef<[u8]>],
    tiles: &mut Tiles<'_>,
    files: &mut Vec<(Tile, Vec<u8>)>,
) -> Result<(), Finding> {
    let (mut index, mut width) = (had / WIDTH, had % WIDTH);
    let mut bytes = if width > 0 { tiles.read(Tile { level, index, width })? } else { Vec::new() };
    for one in more {
        bytes.extend_from_slice(one.as_ref());
        width += 1;
        if width == WIDTH {
            files.push((Tile { level, index, width }, std::mem::take(&mut bytes)));
            (index, width) = (index + 1, 0);
        }
    }
    if width > 0 && !more.is_empty() {
        files.push((Tile { level, index, width }, bytes));
    }
    Ok(())
}

fn format_entry(entry: &[u8]) -> Result<Vec<u8>, Finding> {
    let Ok(length) = u16::try_from(entry.len()) else {
        let n = entry.len();
        let cause =
            say!("一条有 {n} 字节，上限 65535", "an entry has {n} bytes, at most 65535 fit");
        return Err(Finding::new("L10", cause));
    };
    Ok([&length.to_be_bytes(), entry].concat())
}
