//! Subjects that events concern after the draw: who comes to them now, as ours has it.

use shuangsuiji::conduct::{Holders, Receipts};
use shuangsuiji::events::chain;
use shuangsuiji::events::since::{Change, Changed, since};
use shuangsuiji::record::event::{Event, What};
use shuangsuiji::record::ids::Iid;
use shuangsuiji::record::receipt::Code;

use crate::support::story::Story;

pub struct After {
    pub bundle: String,
    pub sid: String,
    /// Of its receipt, which says who was drawn to come.
    pub code: String,
    pub changes: Vec<Change>,
    /// Slot by slot: whom the page names, and whether nobody is there to take it or it is not decided who.
    pub slots: Vec<(Option<String>, bool)>,
}

impl After {
    pub fn since(&self) -> Vec<String> {
        self.changes.iter().map(|change| change.words().zh).collect()
    }

    pub fn has(&self, wanted: fn(&Changed) -> bool) -> bool {
        self.changes.iter().any(|change| wanted(&change.what))
    }
}

pub fn waits(what: &Changed) -> bool {
    *what == Changed::Waits
}

pub fn follows(what: &Changed) -> bool {
    matches!(what, Changed::Instead(..))
}

pub fn passes(what: &Changed) -> bool {
    matches!(what, Changed::Slot(..) | Changed::Team(_))
}

pub fn ends(what: &Changed) -> bool {
    matches!(what, Changed::Ended(..))
}

/// Of each kind of change the first subject that a story has for it.
pub fn concerned(bundle: &str, story: &Story) -> Vec<After> {
    let (files, commitment) = (&story.files, story.commitment());
    // Without a team for anybody there are no receipts.
    let Ok(made) = Receipts::read(files, files, Holders::All, &mut |_, _| ()) else {
        return Vec::new();
    };
    let (recorded, _) = chain::read(&commitment, files);
    let all: Vec<After> = story.history(|_, history| {
        let waiting = recorded.iter().zip(&history.effects).filter(|(_, effect)| effect.waits);
        let waiting: Vec<&Event> = waiting.map(|(one, _)| &one.event).collect();
        let receipts = (0..made.len()).map(|at| made.receipt(at));
        let each = receipts.filter_map(|receipt| {
            let changes = since(&commitment, files, &receipt.sid).unwrap();
            let visit = history.standing.visits.get(&receipt.sid);
            let ended = waiting
                .iter()
                .any(|event| matches!(&event.what, What::Subject(_, sid) if *sid == receipt.sid));
            // Ours takes the slot from whoever leaves at once; the page names him beside it.
            let left = waiting.iter().find_map(|event| match &event.what {
                What::Inspector(_, who, visits) if visits.contains(&receipt.sid) => Some(who),
                _ => None,
            });
            let team = visit.filter(|_| !ended).map(|visit| visit.team.as_slice());
            let slot =
                |iid: &Option<Iid>| (iid.as_ref().or(left).map(Iid::to_string), iid.is_none());
            (!changes.is_empty()).then(|| After {
                bundle: bundle.to_owned(),
                code: Code::of(&receipt).unwrap().format(),
                slots: team.unwrap_or_default().iter().map(slot).collect(),
                sid: receipt.sid.to_string(),
                changes,
            })
        });
        each.collect()
    });
    let mut wanted = vec![waits as fn(&Changed) -> bool, follows, passes, ends];
    all.into_iter()
        .filter(|after| {
            let before = wanted.len();
            wanted.retain(|kind| !after.has(*kind));
            wanted.len() < before
        })
        .collect()
}
