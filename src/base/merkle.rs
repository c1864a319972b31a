//! Merkle tree heads and inclusion paths of RFC 6962, §2.1: leaf `H(00‖row)`, node `H(01‖left‖right)`,
//! empty tree `H("")`. A root never travels without the number of its leaves.

use super::digest::{Digest, Suite};

/// A tree head and the number of leaves below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Root {
    /// Number of leaves (rows).
    pub n: u64,
    /// The RFC 6962 tree head.
    pub root: Digest,
}

/// Takes leaves one by one and keeps one digest for each complete subtree: O(log n) memory.
#[derive(Clone)]
pub struct Tree {
    suite: Suite,
    n: u64,
    /// Heads of complete subtrees, largest first; their sizes are the binary digits of `n`.
    heads: Vec<Digest>,
}

impl Tree {
    /// The empty tree.
    pub fn new(suite: Suite) -> Self {
        Tree { suite, n: 0, heads: Vec::new() }
    }

    /// Appends the leaf of these bytes.
    pub fn push(&mut self, row: &[u8]) {
        let mut head = leaf(self.suite, row);
        for _ in 0..self.n.trailing_ones() {
            let left = self.heads.pop().expect("bug: one head per binary digit of n");
            head = node(self.suite, &left, &head);
        }
        self.heads.push(head);
        self.n += 1;
    }

    /// The head of all leaves so far.
    pub fn root(&self) -> Root {
        let mut heads = self.heads.iter().rev();
        let root = match heads.next() {
            None => self.suite.digest(b""),
            Some(last) => heads.fold(*last, |right, left| node(self.suite, left, &right)),
        };
        Root { n: self.n, root }
    }
}

/// The head over these rows.
pub fn root<'a>(suite: Suite, rows: impl IntoIterator<Item = &'a [u8]>) -> Root {
    let mut tree = Tree::new(suite);
    rows.into_iter().for_each(|row| tree.push(row));
    tree.root()
}

/// The inclusion path of the row at `index` (RFC 6962, §2.1.1), from the leaf's sibling upwards.
///
/// # Panics
/// If there is no row at `index`.
pub fn prove(suite: Suite, rows: &[&[u8]], index: usize) -> Vec<Digest> {
    assert!(index < rows.len(), "bug: no row {index} among {}", rows.len());
    if rows.len() == 1 {
        return Vec::new();
    }
    let split = split_point(rows.len() as u64) as usize;
    let (left, right) = rows.split_at(split);
    let (mut path, sibling) = if index < split {
        (prove(suite, left, index), right)
    } else {
        (prove(suite, right, index - split), left)
    };
    path.push(root(suite, sibling.iter().copied()).root);
    path
}

/// Whether `path` leads from `row` at `index` to `root` (RFC 9162, §2.1.3.2 for the same trees).
pub fn check(suite: Suite, root: Root, row: &[u8], index: u64, path: &[Digest]) -> bool {
    check_leaf(suite, root, leaf(suite, row), index, path)
}

/// As [`check`], of a row's [`leaf`].
pub fn check_leaf(suite: Suite, root: Root, leaf: Digest, index: u64, path: &[Digest]) -> bool {
    fn climb(suite: Suite, n: u64, index: u64, leaf: Digest, path: &[Digest]) -> Option<Digest> {
        if n <= 1 {
            return path.is_empty().then_some(leaf);
        }
        let (sibling, below) = path.split_last()?;
        let split = split_point(n);
        Some(if index < split {
            node(suite, &climb(suite, split, index, leaf, below)?, sibling)
        } else {
            node(suite, sibling, &climb(suite, n - split, index - split, leaf, below)?)
        })
    }
    index < root.n && climb(suite, root.n, index, leaf, path) == Some(root.root)
}

/// The largest power of two below `n`, for `n > 1`.
pub(crate) fn split_point(n: u64) -> u64 {
    1 << (u64::BITS - 1 - (n - 1).leading_zeros())
}

/// The leaf of a row: `H(00‖row)`.
pub fn leaf(suite: Suite, row: &[u8]) -> Digest {
    suite.hasher().with(&[0]).with(row).finish()
}

/// The node above two others: `H(01‖left‖right)`.
pub fn node(suite: Suite, left: &Digest, right: &Digest) -> Digest {
    suite.hasher().with(&[1]).with(left.as_bytes()).with(right.as_bytes()).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Leaves and heads of the Certificate Transparency reference implementation
    /// (google/certificate-transparency, `merkletree/merkle_tree_test.cc`).
    #[test]
    fn known_answers() {
        let leaves: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let heads = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        for (n, head) in heads.iter().enumerate() {
            assert_eq!(root(Suite::Sha256, leaves[..n].iter().copied()).root.hex(), *head);
        }
    }

    #[test]
    fn paths_prove_their_row_and_no_other() {
        let rows: Vec<Vec<u8>> = (0..23u8).map(|i| vec![i; 3]).collect();
        for n in 1..=rows.len() {
            let rows: Vec<&[u8]> = rows[..n].iter().map(Vec::as_slice).collect();
            let head = root(Suite::Sm3, rows.iter().copied());
            for index in 0..n {
                let path = prove(Suite::Sm3, &rows, index);
                for (other, row) in rows.iter().enumerate() {
                    let same = other == index;
                    assert_eq!(check(Suite::Sm3, head, row, index as u64, &path), same);
                    assert_eq!(check(Suite::Sm3, head, rows[index], other as u64, &path), same);
                }
                // A root travels with its size: a path as long as another tree's proves nothing there.
                let larger = Root { n: 4 * head.n, ..head };
                assert!(!check(Suite::Sm3, larger, rows[index], index as u64, &path));
            }
        }
    }
}
