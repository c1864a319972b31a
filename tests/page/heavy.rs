//! Draws of a district's year: every subject in the frame, and more pairs of slots and inspectors than anybody counts.

use std::collections::BTreeMap;

use serde_json::Map;
use shuangsuiji::base::digest::Suite;
use shuangsuiji::record::bundle::Files;
use shuangsuiji::record::commitment::{List, Method, Quota, Role, Slot, Stratum};
use shuangsuiji::record::ids::{Iid, Name, Sid};
use shuangsuiji::record::tables::{FrameRow, InspectorRow};

use crate::brought::plain;

const AREAS: u64 = 12;

/// Who may take the slots of a visit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// Everybody.
    All,
    /// Whoever works in the subject's area, one in twelve.
    Area,
    /// Whoever works there or in one of three others, one in three.
    FourAreas,
}

/// An open draw of so many visits, two slots each.
#[derive(Clone, Copy)]
pub struct Heavy {
    pub subjects: u64,
    pub visits: u64,
    pub people: u64,
    pub fit: Fit,
}

impl Heavy {
    /// How many pairs of a slot and an inspector are eligible.
    pub fn pairs(&self) -> u64 {
        let share = match self.fit {
            Fit::All => 1,
            Fit::Area => AREAS,
            Fit::FourAreas => 3,
        };
        2 * self.visits * self.people / share
    }

    pub fn files(&self) -> Files {
        let mut draft = plain(5);
        let row = |at: u64| FrameRow {
            sid: Sid::parse(&format!("9131011{at:011}")).unwrap(),
            stratum: Name::parse("stratum", "all").unwrap(),
            weight: 1,
            tags: vec![format!("area:{:02}", at % AREAS)],
            salt: None,
        };
        let rows: Vec<FrameRow> = (0..self.subjects).map(row).collect();
        let needs = if self.fit == Fit::All { vec![] } else { vec!["area:{area}".to_owned()] };
        let slot = |name: &str| Slot {
            slot: name.to_owned(),
            role: Role::Inspector,
            needs: needs.clone(),
            avoids: vec![],
        };
        draft.commitment.lists = vec![List {
            list: "T01".to_owned(),
            title: "任务 T01".to_owned(),
            matters: vec!["M001".to_owned()],
            group: "Q4".to_owned(),
            method: Method::Fixed,
            frame: shuangsuiji::base::table::root(Suite::Sha256, &rows),
            strata: vec![Stratum {
                stratum: "all".to_owned(),
                size: self.subjects,
                quota: Quota::Count(self.visits),
            }],
            reserve: 20,
            slots: vec![slot("lead"), slot("member")],
            notes: Map::new(),
        }];
        draft.frames = BTreeMap::from([("T01".to_owned(), rows)]);
        let person = |at: u64| InspectorRow {
            iid: Iid::parse(&format!("E{at:04}")).unwrap(),
            capacity: u32::try_from(4 * self.visits / self.people + 8).unwrap(),
            load: 0,
            tags: self.tags(at),
        };
        draft.inspectors = (0..self.people).map(person).collect();
        draft.complete()
    }

    fn tags(&self, at: u64) -> Vec<String> {
        let step = match self.fit {
            Fit::All => return Vec::new(),
            Fit::Area => AREAS,
            Fit::FourAreas => 3,
        };
        let areas = (0..AREAS).filter(|area| area % step == at % step);
        areas.map(|area| format!("area:{area:02}")).collect()
    }
}
