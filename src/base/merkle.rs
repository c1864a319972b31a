//! Merkle tree heads and inclusion paths of RFC 6962, §2.1: leaf `H(00‖row)`, node `H(01‖left‖right)`,
//! empty tree `H("")`. A root never travels without the number of its leaves.

use std::sync::Arc;

use super::digest::{Digest, SIDE_BY_SIDE, Suite};

/// A tree head and the number of leaves below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Root {
    /// Number of leaves (rows).
    pub n: u64,
    /// The RFC 6962 tree head.
    pub root: Digest,
}

/// Takes leaves one by one and keeps one digest for each complete subtree: O(log n) memory. A tree that begins at a
/// later leaf than the first is a part of a larger one: the tree before takes it in with [`Tree::append`].
#[derive(Clone)]
pub struct Tree {
    suite: Suite,
    /// The first leaf of this part.
    start: u64,
    /// The leaf after the last one.
    end: u64,
    /// Heads of complete subtrees as (height, head), from left to right, no two of which are halves of another.
    heads: Vec<(u32, Digest)>,
    /// The leaves whose inclusion paths are wanted, ascending.
    wanted: Arc<[u64]>,
    /// What their paths have so far: a leaf and its next sibling upwards, those of one leaf in their order.
    steps: Vec<(u64, Digest)>,
}

impl Tree {
    /// The empty tree.
    pub fn new(suite: Suite) -> Self {
        Tree::starting_at(suite, 0)
    }

    /// The empty part of a tree whose first leaf is the one at `start`, from 0.
    pub fn starting_at(suite: Suite, start: u64) -> Self {
        Tree {
            suite,
            start,
            end: start,
            heads: Vec::new(),
            wanted: Arc::default(),
            steps: Vec::new(),
        }
    }

    /// Keeps the inclusion paths of these leaves, counted from 0 and ascending, wherever they come.
    #[must_use]
    pub fn proving(mut self, wanted: Arc<[u64]>) -> Self {
        debug_assert!(wanted.is_sorted(), "bug: wanted leaves ascend");
        self.wanted = wanted;
        self
    }

    /// The wanted leaves from `from` to before `to`.
    fn wanted(&self, from: u64, to: u64) -> &[u64] {
        let first = self.wanted.partition_point(|index| *index < from);
        let after = self.wanted[first..].partition_point(|index| *index < to);
        &self.wanted[first..first + after]
    }

    /// Appends the leaves of these rows, hashed side by side.
    pub fn push_each(&mut self, rows: &[&[u8]]) {
        for rows in rows.chunks(SIDE_BY_SIDE) {
            let mut heads = [Digest::NONE; SIDE_BY_SIDE];
            let mut leaves: [[&[u8]; 2]; SIDE_BY_SIDE] = [[&[0], &[]]; SIDE_BY_SIDE];
            leaves.iter_mut().zip(rows).for_each(|(leaf, row)| leaf[1] = row);
            self.suite.digest_each(&leaves[..rows.len()], &mut heads[..rows.len()]);
            let whole = rows.len() == SIDE_BY_SIDE && self.end.is_multiple_of(SIDE_BY_SIDE as u64);
            let end = self.end + rows.len() as u64;
            if !whole || !self.wanted(self.end, end).is_empty() {
                heads[..rows.len()].iter().for_each(|head| self.push_head(0, *head));
                continue;
            }
            // A complete subtree, level by level.
            let mut n = SIDE_BY_SIDE;
            while n > 1 {
                let below = heads;
                let mut nodes: [[&[u8]; 3]; SIDE_BY_SIDE / 2] =
                    [[&[1], &[], &[]]; SIDE_BY_SIDE / 2];
                for (node, pair) in nodes.iter_mut().zip(below[..n].as_chunks::<2>().0) {
                    *node = [&[1], pair[0].as_bytes(), pair[1].as_bytes()];
                }
                n /= 2;
                self.suite.digest_each(&nodes[..n], &mut heads[..n]);
            }
            self.push_head(SIDE_BY_SIDE.trailing_zeros(), heads[0]);
        }
    }

    /// Appends the leaf of these bytes.
    pub fn push(&mut self, row: &[u8]) {
        self.push_head(0, leaf(self.suite, row));
    }

    /// Appends the part that begins where this one ends.
    ///
    /// # Panics
    /// If it begins elsewhere.
    pub fn append(&mut self, part: Tree) {
        assert_eq!(self.end, part.start, "bug: parts of a tree follow each other");
        self.steps.extend(part.steps);
        part.heads.into_iter().for_each(|(height, head)| self.push_head(height, head));
    }

    /// Appends a complete subtree; while it is the right half of a larger one, both become one.
    fn push_head(&mut self, mut height: u32, mut head: Digest) {
        let mut at = self.end;
        self.end += 1 << height;
        while at >> height & 1 == 1
            && let Some((_, left)) = self.heads.pop_if(|(below, _)| *below == height)
        {
            at -= 1 << height;
            let below = self.wanted(at, at + (2 << height));
            let step = |index: &u64| (*index, if *index >> height & 1 == 0 { head } else { left });
            let steps: Vec<_> = below.iter().map(step).collect();
            self.steps.extend(steps);
            head = node(self.suite, &left, &head);
            height += 1;
        }
        self.heads.push((height, head));
    }

    /// How many leaves there are before the next one.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// The head of all leaves so far.
    ///
    /// # Panics
    /// If this is a later part of a tree.
    pub fn root(&self) -> Root {
        assert_eq!(self.start, 0, "bug: a part of a tree has no root");
        let mut heads = self.heads.iter().rev().map(|(_, head)| *head);
        let root = match heads.next() {
            None => self.suite.digest(b""),
            Some(last) => heads.fold(last, |right, left| node(self.suite, &left, &right)),
        };
        Root { n: self.end, root }
    }

    /// The inclusion paths of the leaves that were asked for and have come (RFC 6962, §2.1.1), each from its sibling
    /// upwards.
    ///
    /// # Panics
    /// If this is a later part of a tree.
    pub fn paths(mut self) -> Vec<Vec<Digest>> {
        assert_eq!(self.start, 0, "bug: a part of a tree has no paths");
        // Of each head what stands to its right, all in one.
        let mut right: Vec<Option<Digest>> = vec![None; self.heads.len()];
        for at in (1..self.heads.len()).rev() {
            let head = self.heads[at].1;
            right[at - 1] = Some(right[at].map_or(head, |right| node(self.suite, &head, &right)));
        }
        self.steps.sort_by_key(|(index, _)| *index);
        let (mut steps, mut paths) = (self.steps.iter().peekable(), Vec::new());
        let (mut above, mut to) = (0, self.heads.first().map_or(0, |(height, _)| 1 << height));
        for index in self.wanted(0, self.end) {
            let mut path = Vec::new();
            while let Some((_, sibling)) = steps.next_if(|(of, _)| of == index) {
                path.push(*sibling);
            }
            while *index >= to {
                above += 1;
                to += 1 << self.heads[above].0;
            }
            path.extend(right[above]);
            path.extend(self.heads[..above].iter().rev().map(|(_, head)| *head));
            paths.push(path);
        }
        paths
    }
}

/// The head over these rows.
pub fn root<'a>(suite: Suite, rows: impl IntoIterator<Item = &'a [u8]>) -> Root {
    let mut tree = Tree::new(suite);
    rows.into_iter().for_each(|row| tree.push(row));
    tree.root()
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
    suite.digest_of(&[&[0], row])
}

/// The node above two others: `H(01‖left‖right)`.
pub fn node(suite: Suite, left: &Digest, right: &Digest) -> Digest {
    suite.digest_of(&[&[1], left.as_bytes(), right.as_bytes()])
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
                let mut tree = Tree::new(Suite::Sm3).proving([index as u64].into());
                rows.iter().for_each(|row| tree.push(row));
                let path = tree.paths().remove(0);
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

    #[test]
    fn parts_of_any_length_make_the_same_tree() {
        let rows: Vec<[u8; 1]> = (0..41u8).map(|i| [i]).collect();
        let rows: Vec<&[u8]> = rows.iter().map(<[u8; 1]>::as_slice).collect();
        let whole = root(Suite::Sha256, rows.iter().copied());
        for lengths in
            [vec![1], vec![3], vec![7, 1, 16], vec![2, 5, 11], vec![40], vec![32, 8], vec![0, 13]]
        {
            // One leaf, every third, all of them.
            let wanted = (0..rows.len() as u64).map(|index| vec![index]);
            let every = |step| (0..rows.len() as u64 + 5).step_by(step).collect();
            for wanted in wanted.chain([every(3), every(1)]) {
                let wanted: Arc<[u64]> = wanted.into();
                let mut tree = Tree::new(Suite::Sha256).proving(wanted.clone());
                let (mut at, mut lengths) = (0, lengths.iter().cycle());
                while at < rows.len() {
                    let to = rows.len().min(at + lengths.next().unwrap());
                    let mut part =
                        Tree::starting_at(Suite::Sha256, at as u64).proving(wanted.clone());
                    match at % 2 {
                        0 => part.push_each(&rows[at..to]),
                        _ => rows[at..to].iter().for_each(|row| part.push(row)),
                    }
                    tree.append(part);
                    at = to;
                }
                assert_eq!(tree.root(), whole);
                let mut each = Tree::new(Suite::Sha256);
                each.push_each(&rows);
                assert_eq!(each.root(), whole);
                let paths = tree.paths();
                let there = wanted.iter().filter(|index| **index < rows.len() as u64);
                assert_eq!(paths.len(), there.clone().count());
                for (index, path) in there.zip(&paths) {
                    assert!(check(Suite::Sha256, whole, rows[*index as usize], *index, path));
                }
            }
        }
        assert!(Tree::new(Suite::Sha256).proving([0].into()).paths().is_empty());
    }
}
