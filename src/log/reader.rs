//! Reads a log from its tiles: heads of subtrees, proofs, entries.

use std::collections::BTreeMap;

use super::SUITE;
use super::tiles::{
    DIGEST_BYTES, HEIGHT, Level, ReadTile, Tile, WIDTH, bundle_of, parse_digests, parse_entries,
    wrong,
};
use super::tree::{self, Subtree, head, leaf};
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::merkle::{Root, node};
use crate::say;

/// The tiles of a log of `n` entries, each read once. Nothing here says that they are those of a checkpoint: whoever
/// needs to know compares [`head`], or checks the proofs made from them.
pub struct Tiles<'a> {
    n: u64,
    read: &'a mut ReadTile<'a>,
    digests: BTreeMap<Tile, Vec<Digest>>,
}

impl<'a> Tiles<'a> {
    /// The log of `n` entries whose files these are.
    pub fn new(n: u64, read: &'a mut ReadTile<'a>) -> Self {
        Tiles { n, read, digests: BTreeMap::new() }
    }

    /// The head of these tiles.
    ///
    /// # Errors
    /// L09 for a tile that is missing or too short; so for the functions below.
    pub fn head(&mut self) -> Result<Root, Finding> {
        head(self.n, &mut |subtree| self.subtree(subtree))
    }

    /// The inclusion path of an entry.
    #[allow(clippy::missing_errors_doc)]
    pub fn prove_inclusion(&mut self, index: u64) -> Result<Vec<Digest>, Finding> {
        tree::prove_inclusion(self.n, index, &mut |subtree| self.subtree(subtree))
    }

    /// The proof that the first `old` entries are an older log.
    #[allow(clippy::missing_errors_doc)]
    pub fn prove_consistency(&mut self, old: u64) -> Result<Vec<Digest>, Finding> {
        tree::prove_consistency(old, self.n, &mut |subtree| self.subtree(subtree))
    }

    /// The bytes of a file of this log; where a partial tile is gone, the beginning of the full one.
    #[allow(clippy::missing_errors_doc)]
    pub fn read(&mut self, tile: Tile) -> Result<Vec<u8>, Finding> {
        let mut bytes = (self.read)(tile)?;
        if bytes.is_none() && tile.width < WIDTH {
            bytes = (self.read)(tile.full())?.map(|full| cut(tile, full)).transpose()?;
        }
        bytes.ok_or_else(|| wrong(tile, say!("缺少这个文件", "the file is missing")))
    }

    /// The entry at `index`, and its leaf.
    ///
    /// # Errors
    /// L09 or L10.
    pub fn entry(&mut self, index: u64) -> Result<Vec<u8>, Finding> {
        let tile = bundle_of(index, self.n);
        let bytes = self.read(tile)?;
        let entries = parse_entries(tile, &bytes)?;
        let entry = entries[usize::try_from(index % WIDTH).unwrap_or_default()].to_vec();
        let subtree = Subtree { height: 0, index };
        if self.subtree(subtree)? != leaf(&entry) {
            let cause =
                say!("第 {index} 条与其摘要不符", "entry {index} is not that of its digest");
            return Err(wrong(tile, cause));
        }
        Ok(entry)
    }

    fn subtree(&mut self, Subtree { height, index }: Subtree) -> Result<Digest, Finding> {
        let (level, inner) = (height / HEIGHT, height % HEIGHT);
        let first = index << inner;
        let tile = Tile::of(Level::Heads(level), first / WIDTH, self.n);
        if !self.digests.contains_key(&tile) {
            let bytes = self.read(tile)?;
            self.digests.insert(tile, parse_digests(tile, &bytes)?);
        }
        let at = usize::try_from(first % WIDTH).unwrap_or_default();
        let digests = &self.digests[&tile][at..at + (1 << inner)];
        Ok(complete(digests))
    }
}

/// The head of a complete subtree: of a power of two of digests.
pub(super) fn complete(digests: &[Digest]) -> Digest {
    match digests {
        [one] => *one,
        more => {
            let (left, right) = more.split_at(more.len() / 2);
            node(SUITE, &complete(left), &complete(right))
        }
    }
}

/// The beginning of a full tile.
fn cut(tile: Tile, full: Vec<u8>) -> Result<Vec<u8>, Finding> {
    let bytes = match tile.level {
        Level::Heads(_) => usize::try_from(tile.width).unwrap_or_default() * DIGEST_BYTES,
        Level::Entries => {
            let entries = parse_entries(tile.full(), &full)?;
            let kept = entries.iter().take(usize::try_from(tile.width).unwrap_or_default());
            kept.map(|entry| 2 + entry.len()).sum()
        }
    };
    Ok(full.get(..bytes).map(<[u8]>::to_vec).unwrap_or(full))
}
