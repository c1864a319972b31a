//! Visits (入户检查): one visit joins all lists of the draw in which a subject is drawn.

use std::collections::BTreeMap;

use super::select::Selection;
use crate::record::ids::Sid;
use crate::record::tables::{FrameRow, VisitRow};

/// Frames by list.
pub type Frames = BTreeMap<String, Vec<FrameRow>>;

/// The rows of `visits.tsv` from the selection of each list.
pub fn visits(selections: &[(String, Selection)], frames: &Frames) -> Vec<VisitRow> {
    let mut lists_of: BTreeMap<&Sid, Vec<String>> = BTreeMap::new();
    for (list, row) in drawn(selections, frames) {
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
pub fn drawn_rows<'a>(
    selections: &'a [(String, Selection)],
    frames: &'a Frames,
) -> BTreeMap<&'a Sid, &'a FrameRow> {
    drawn(selections, frames).map(|(_, row)| (&row.sid, row)).collect()
}

fn drawn<'a>(
    selections: &'a [(String, Selection)],
    frames: &'a Frames,
) -> impl Iterator<Item = (&'a str, &'a FrameRow)> {
    selections.iter().flat_map(move |(list, selection)| {
        selection.drawn().map(move |ranked| (list.as_str(), &frames[list][ranked.index]))
    })
}
