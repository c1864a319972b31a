//! Visits (入户检查): one visit joins all lists of the draw in which a subject is drawn.

use std::collections::BTreeMap;

use super::select::Selection;
use crate::record::ids::Sid;
use crate::record::tables::{FrameRow, VisitRow};

/// The rows of `visits.tsv` from the selection of each list.
pub fn visits(selections: &[(String, Selection)]) -> Vec<VisitRow> {
    let mut lists_of: BTreeMap<&Sid, Vec<String>> = BTreeMap::new();
    for (list, row) in drawn(selections) {
        lists_of.entry(&row.sid).or_default().push(list.to_owned());
    }
    lists_of
        .into_iter()
        .map(|(sid, mut lists)| {
            lists.sort_unstable();
            VisitRow { sid: sid.clone(), lists }
        })
        .collect()
}

/// A frame's row of every drawn subject; its tags and salt are the same in all frames.
pub fn drawn_rows(selections: &[(String, Selection)]) -> BTreeMap<&Sid, &FrameRow> {
    drawn(selections).map(|(_, row)| (&row.sid, row)).collect()
}

fn drawn(selections: &[(String, Selection)]) -> impl Iterator<Item = (&str, &FrameRow)> {
    selections.iter().flat_map(|(list, selection)| {
        selection.drawn().map(move |ranked| (list.as_str(), &ranked.row))
    })
}
