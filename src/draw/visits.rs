//! Visits (入户检查): one visit joins all lists of the draw in which a subject is drawn.

use std::collections::BTreeMap;

use crate::record::ids::Sid;
use crate::record::tables::VisitRow;

/// The rows of `visits.tsv` from the drawn subjects of each list; lists and subjects come in any order.
pub fn visits<'a>(drawn: impl IntoIterator<Item = (&'a str, Vec<&'a Sid>)>) -> Vec<VisitRow> {
    let mut lists_of: BTreeMap<&Sid, Vec<String>> = BTreeMap::new();
    for (list, sids) in drawn {
        for sid in sids {
            lists_of.entry(sid).or_default().push(list.to_owned());
        }
    }
    lists_of
        .into_iter()
        .map(|(sid, mut lists)| {
            lists.sort_unstable();
            VisitRow {
                sid: sid.clone(),
                lists,
            }
        })
        .collect()
}
