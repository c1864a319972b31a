//! Rotation (轮换): who inspected a subject in its last planned visits does not come again. The rule becomes recusal rows
//! with the reason `rotation`, so that everybody sees that a rule excluded them and not a choice.

use std::collections::BTreeSet;

use super::model::Task;
use super::past::PastVisit;
use super::rules::{Demand, Rules};
use crate::record::ids::{Iid, Sid};

/// The rows' reason code.
pub(super) const ROTATION: &str = "rotation";

/// Adds everybody whom rotation keeps from the subjects of a task's frame, each of them with its earlier visits, oldest
/// first.
pub(super) fn rotate<'a>(
    task: &Task,
    rules: &Rules,
    frame: impl Iterator<Item = (&'a Sid, &'a [PastVisit])>,
    pairs: &mut BTreeSet<(Sid, Iid)>,
) {
    let spans: Vec<(u64, &[String])> = rules
        .binding(task)
        .filter_map(|rule| match rule.demand {
            Demand::Rotation(visits) => Some((visits, rule.matters())),
            _ => None,
        })
        .collect();
    if spans.is_empty() {
        return;
    }
    for (sid, past) in frame {
        for (visits, matters) in &spans {
            let planned = past.iter().filter(|visit| visit.kind.is_planned());
            let counted = planned.filter(|visit| visit.concerns(matters)).rev();
            let lately = counted.take(usize::try_from(*visits).unwrap_or(usize::MAX));
            let people = lately.flat_map(|visit| &visit.inspectors);
            pairs.extend(people.map(|iid| (sid.clone(), iid.clone())));
        }
    }
}
