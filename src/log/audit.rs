//! Reads a whole log and compares every file with what the entries give.

use super::SUITE;
use super::reader::{Tiles, complete};
use super::tiles::{Level, ReadTile, WIDTH, parse_digests, parse_entries, tiles, wrong};
use super::tree::leaf;
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::merkle::{Root, Tree};
use crate::say;

/// Reads a whole log: gives every entry to `each`, and compares every file with what the entries give.
///
/// # Errors
/// L09 or L10 at the first file that is missing or wrong, or if the root is not that of the entries.
pub fn check_all(
    root: Root,
    read: &mut ReadTile<'_>,
    each: &mut dyn FnMut(u64, &[u8]),
) -> Result<(), Finding> {
    let mut present = |tile| read(tile);
    let mut files = Tiles::new(root.n, &mut present);
    let mut all = Tree::new(SUITE);
    let mut levels: Vec<Vec<Digest>> = Vec::new();
    for tile in tiles(root.n).take_while(|tile| tile.level == Level::Entries) {
        let bytes = files.read(tile)?;
        for (at, entry) in (tile.index * WIDTH..).zip(parse_entries(tile, &bytes)?) {
            each(at, entry);
            all.push(entry);
            let mut digest = leaf(entry);
            for level in 0.. {
                if levels.len() == level {
                    levels.push(Vec::new());
                }
                levels[level].push(digest);
                if !(levels[level].len() as u64).is_multiple_of(WIDTH) {
                    break;
                }
                let full = levels[level].len() - usize::try_from(WIDTH).unwrap_or_default();
                digest = complete(&levels[level][full..]);
            }
        }
    }
    if all.root() != root {
        let cause =
            say!("条目得不出签名树头的树根", "the entries do not give the checkpoint's root");
        return Err(Finding::new("L09", cause));
    }
    for tile in tiles(root.n) {
        let Level::Heads(level) = tile.level else { continue };
        let digests = parse_digests(tile, &files.read(tile)?)?;
        let first = usize::try_from(tile.index * WIDTH).unwrap_or_default();
        if levels[level as usize][first..first + digests.len()] != digests {
            return Err(wrong(
                tile,
                say!("摘要与条目不符", "its digests are not those of the entries"),
            ));
        }
    }
    Ok(())
}
