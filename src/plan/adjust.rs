//! 计划调整: why a published plan was changed, written in the new plan itself.

use super::keys;
use super::reader::{Node, Position};

/// A reason for what changed at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// What it explains: the path of a change or of a table that holds it, such as `task.0001.sample` or `window`; `*`
    /// explains everything that nothing else does.
    pub path: String,
    /// Why.
    pub reason: String,
    /// The document that it rests on, if one is named.
    pub basis: Option<String>,
    /// Its line and character in the file.
    pub(super) position: Position,
}

impl Adjustment {
    /// Whether it explains a change at that path.
    pub(super) fn explains(&self, path: &str) -> bool {
        self.path == "*"
            || path
                .strip_prefix(&self.path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// `[[adjustment]]`, as far as it was understood.
pub(super) fn read_adjustments(node: &Node<'_>) -> Option<Vec<Adjustment>> {
    let read = |node: &Node<'_>| {
        let table = node.table()?;
        table.only(keys::ADJUSTMENT);
        let path = table.must("path").and_then(|node| node.text());
        let reason = table.must("reason").and_then(|node| node.text());
        let basis = table.may("basis").and_then(|node| node.text());
        Some(Adjustment { path: path?, reason: reason?, basis, position: table.position() })
    };
    Some(node.array()?.iter().filter_map(read).collect())
}
