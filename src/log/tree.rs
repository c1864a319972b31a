//! The Merkle tree of a log (RFC 6962, §2.1): heads, inclusion paths and consistency proofs from the heads of its
//! complete subtrees, which tiles hold; and the checks of those who have no tiles. Every proof has exactly one
//! length, and a longer or shorter one is refused.

use super::SUITE;
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::merkle::{self, Root, node, split_point};

/// Longest proof of a log below 2^62 entries.
pub const PROOF_MAX: usize = 63;

/// A complete subtree: of the leaves from `index · 2^height` on, `2^height` of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subtree {
    /// 0 for a leaf.
    pub height: u32,
    /// Its place among those of its height, from 0.
    pub index: u64,
}

/// Gives the heads of complete subtrees.
pub type Heads<'a> = dyn FnMut(Subtree) -> Result<Digest, Finding> + 'a;

/// The leaf of an entry.
pub fn leaf(entry: &[u8]) -> Digest {
    merkle::leaf(SUITE, entry)
}

/// The head of the first `n` leaves.
///
/// # Errors
/// What the heads cannot be read with; so for the proofs below.
pub fn head(n: u64, heads: &mut Heads<'_>) -> Result<Root, Finding> {
    let root = match n {
        0 => super::empty_root().root,
        _ => range(0, n, heads)?,
    };
    Ok(Root { n, root })
}

/// The inclusion path of the leaf at `index` among `n` (§2.1.1), from its sibling upwards.
///
/// # Panics
/// If there is no such leaf.
#[allow(clippy::missing_errors_doc)]
pub fn prove_inclusion(n: u64, index: u64, heads: &mut Heads<'_>) -> Result<Vec<Digest>, Finding> {
    assert!(index < n, "bug: no leaf {index} among {n}");
    let (mut from, mut to, mut path) = (0, n, Vec::new());
    while to - from > 1 {
        let middle = from + split_point(to - from);
        if index < middle {
            path.push(range(middle, to, heads)?);
            to = middle;
        } else {
            path.push(range(from, middle, heads)?);
            from = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The proof that the first `old` of `new` leaves are an older log (§2.1.2).
///
/// # Panics
/// If `old > new`.
#[allow(clippy::missing_errors_doc)]
pub fn prove_consistency(
    old: u64,
    new: u64,
    heads: &mut Heads<'_>,
) -> Result<Vec<Digest>, Finding> {
    assert!(old <= new, "bug: a log of {old} entries is not older than one of {new}");
    let (mut from, mut to, mut path) = (0, new, Vec::new());
    if old == 0 {
        return Ok(path);
    }
    while old < to {
        let middle = from + split_point(to - from);
        if old <= middle {
            path.push(range(middle, to, heads)?);
            to = middle;
        } else {
            path.push(range(from, middle, heads)?);
            from = middle;
        }
    }
    // A subtree that was complete in the older log is known to whoever has that log's root.
    if from > 0 {
        path.push(range(from, to, heads)?);
    }
    path.reverse();
    Ok(path)
}

/// Whether `path` leads from the leaf at `index` to the root.
pub fn check_inclusion(root: Root, leaf: Digest, index: u64, path: &[Digest]) -> bool {
    merkle::check_leaf(SUITE, root, leaf, index, path)
}

/// Whether `path` shows that the newer log continues the older one. The empty log is continued by every log.
pub fn check_consistency(old: Root, new: Root, path: &[Digest]) -> bool {
    if old.n == 0 || old.n >= new.n {
        let same = old == new || (old.n == 0 && old == super::empty_root());
        return same && path.is_empty();
    }
    /// The roots of both logs over a subtree of `n` leaves of which the older one has `m`.
    fn climb(m: u64, n: u64, known: Option<Digest>, path: &[Digest]) -> Option<(Digest, Digest)> {
        if m == n {
            return match (known, path) {
                (Some(root), []) => Some((root, root)),
                (None, [head]) => Some((*head, *head)),
                _ => None,
            };
        }
        let (sibling, below) = path.split_last()?;
        let split = split_point(n);
        if m <= split {
            let (old, new) = climb(m, split, known, below)?;
            Some((old, node(SUITE, &new, sibling)))
        } else {
            let (old, new) = climb(m - split, n - split, None, below)?;
            Some((node(SUITE, sibling, &old), node(SUITE, sibling, &new)))
        }
    }
    climb(old.n, new.n, Some(old.root), path) == Some((old.root, new.root))
}

/// The head of the leaves from `from` to before `to`, a subtree as RFC 6962 splits them.
fn range(from: u64, to: u64, heads: &mut Heads<'_>) -> Result<Digest, Finding> {
    let n = to - from;
    if n.is_power_of_two() {
        let height = n.trailing_zeros();
        return heads(Subtree { height, index: from >> height });
    }
    let middle = from + split_point(n);
    let left = range(from, middle, heads)?;
    Ok(node(SUITE, &left, &range(middle, to, heads)?))
}
