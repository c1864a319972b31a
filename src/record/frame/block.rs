//! What the rows of a block come to, and all blocks together: the tree, the sizes of strata, the first breach of a rule.

use super::FrameLine;
use super::scan::{Scan, Table, unordered};
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::merkle::Tree;
use crate::record::ids::{Sid, WEIGHT_SUM_MAX};
use crate::record::list::{List, Method, Quota};
use crate::say;

/// What one block of rows comes to.
pub(super) struct Block {
    pub(super) tree: Tree,
    pub(super) first: Option<(Option<Digest>, String)>,
    pub(super) last: Option<(Option<Digest>, String)>,
    /// Rows of each stratum, by its place in the list.
    sizes: Vec<u64>,
    weights: u128,
    /// The first row that breaks a rule of the list.
    breach: Option<Finding>,
    /// Everybody, where the order by salt does not bring the same subjects together.
    sids: Vec<Sid>,
}

impl Block {
    pub(super) fn new(scan: &Scan<'_>, first: u64) -> Self {
        let tree = Tree::starting_at(scan.suite, first);
        Block {
            tree: match scan.prove {
                Some(wanted) => tree.proving(wanted.clone()),
                None => tree,
            },
            first: None,
            last: None,
            sizes: vec![0; scan.list.strata.len()],
            weights: 0,
            breach: None,
            sids: Vec::new(),
        }
    }

    /// Counts a row; gives the place of its stratum unless a rule of the list was broken here or before.
    pub(super) fn count(
        &mut self,
        scan: &Scan<'_>,
        index: u64,
        place: Option<usize>,
        line: &FrameLine<'_>,
    ) -> Option<usize> {
        if line.salt.is_some() {
            self.sids.push(Sid::checked(line.sid));
        }
        if self.breach.is_some() {
            return None;
        }
        let mut refuse = |column: &str, cause| {
            let finding = Finding::new("V04", cause).row(index + 2).column(column).id(line.sid);
            self.breach = Some(finding);
            None
        };
        let Some(place) = place else {
            return refuse("stratum", say!("承诺中没有这一层", "this stratum is not committed"));
        };
        let weight = match scan.list.strata[place].quota {
            Quota::Count(_) => Some(1),
            Quota::Weight(weight) => Some(weight),
            Quota::Own => None,
        };
        if weight.is_some_and(|weight| weight != line.weight) {
            return refuse("weight", say!("权重与承诺不符", "the weight is not the committed one"));
        }
        self.sizes[place] += 1;
        self.weights += u128::from(line.weight);
        Some(place)
    }
}

/// What all blocks so far come to.
pub(super) struct Sum {
    all: Block,
    pub(super) rows: u64,
}

impl Sum {
    pub(super) fn new(scan: &Scan<'_>) -> Self {
        Sum { all: Block::new(scan, 0), rows: 0 }
    }

    /// Takes in the next block.
    ///
    /// # Errors
    /// F04 if its first row does not follow the last one before it.
    pub(super) fn join(&mut self, block: Block) -> Result<(), Finding> {
        let (all, rows) = (&mut self.all, block.sizes.len());
        if let (Some(last), Some(first)) = (&all.last, &block.first)
            && first <= last
        {
            return Err(unordered(self.rows));
        }
        debug_assert_eq!(all.sizes.len(), rows, "bug: blocks of one list");
        all.tree.append(block.tree);
        all.last = block.last.or(all.last.take());
        all.sizes.iter_mut().zip(block.sizes).for_each(|(all, n)| *all += n);
        all.weights += block.weights;
        all.breach = all.breach.take().or(block.breach);
        all.sids.extend(block.sids);
        self.rows = all.tree.end();
        Ok(())
    }

    pub(super) fn finish(mut self, scan: &Scan<'_>) -> Table {
        let list = scan.list;
        let root = self.all.tree.root();
        let mut breaches = Vec::new();
        if root != list.frame {
            let cause = match (root.n, list.frame.n) {
                (n, m) if n != m => say!("有 {n} 行，承诺为 {m} 行", "{n} rows, {m} are committed"),
                _ => say!("树根与承诺不符", "the root is not the committed one"),
            };
            breaches.push(Finding::new("V04", cause));
        }
        let breach = self.all.breach.take();
        breaches.extend(breach.or_else(|| self.sizes(list)).or_else(|| self.twice()));
        Table { root, breaches, paths: self.all.tree.paths() }
    }

    fn sizes(&self, list: &List) -> Option<Finding> {
        let mut each = list.strata.iter().zip(&self.all.sizes);
        if let Some((stratum, _)) = each.find(|(stratum, n)| stratum.size != **n) {
            let name = &stratum.stratum;
            let cause =
                say!("层 {name} 的行数与承诺的 N 不符", "stratum {name} has not the committed N");
            return Some(Finding::new("V04", cause));
        }
        let pareto = matches!(list.method, Method::Pareto { .. });
        (pareto && self.all.weights > u128::from(WEIGHT_SUM_MAX)).then(|| {
            let cause = say!("权重之和超过 2^52", "the sum of weights exceeds 2^52");
            Finding::new("V04", cause)
        })
    }

    /// Rows that are ordered by sid cannot repeat one.
    fn twice(&mut self) -> Option<Finding> {
        let sids = &mut self.all.sids;
        sids.sort_unstable();
        let pair = sids.windows(2).find(|pair| pair[0] == pair[1])?;
        let cause = say!("对象出现两次", "the subject stands twice");
        Some(Finding::new("V04", cause).column("sid").id(pair[0].as_str()))
    }
}
