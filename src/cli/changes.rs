//! What happened to the registers before a draw: rows that were removed or changed in the last thirty days, and rows that
//! wait in quarantine. Whoever is missing from the register can never be drawn, so both are counted in the check and in the
//! commitment; a quarantine that is not empty needs somebody's approval.

use serde_json::{Map, Value, json};

use super::console::Console;
use crate::base::finding::Finding;
use crate::registry::{Register, Removal};
use crate::say;
use crate::store::Store;
use crate::verify::{Facts, Removed};

/// Removals are counted for so many days before the earliest source of the beacon: a time that the plan fixes, so that
/// a commit commanded twice makes the same bytes.
const DAYS: u64 = 30;

/// What happened to the registers that a draw uses.
#[derive(Debug, Default)]
pub(super) struct Changes {
    removed: Vec<(Register, Removal, u64)>,
    changed: Vec<(Register, u64)>,
    quarantined: Vec<(Register, u64)>,
}

/// Says what a commitment tells of its registers.
pub(super) fn print_register_facts(facts: &Facts, console: &Console) {
    // Words of the commitment that this version does not know are shown as they are.
    let register =
        |name: &str| Register::from_name(name).map_or(name.to_owned(), |r| r.zh().to_owned());
    for Removed { register: name, reason, n, days } in &facts.removed {
        let (zh, en) = (register(name), name);
        let why = Removal::parse(reason).map_or(reason.clone(), |why| why.zh().to_owned());
        console.say(&say!(
            "抽取前 {days} 日移出名录：{zh} {n}（{why}）",
            "left within {days} days before the draw: {n} rows of {en} ({reason})"
        ));
    }
    for (name, n, days) in &facts.changed {
        let (zh, en) = (register(name), name);
        console.say(&say!(
            "抽取前 {days} 日改动名录：{zh} {n} 行",
            "changed within {days} days before the draw: {n} rows of {en}"
        ));
    }
    for (name, n) in &facts.quarantined {
        let (zh, en) = (register(name), name);
        let by = facts.quarantine_approver.as_deref().unwrap_or("-");
        console.say(&say!(
            "封存时仍在隔离区：{zh} {n} 行，批准人 {by}",
            "in quarantine at the freeze: {n} rows of {en}, approved by {by}"
        ));
    }
}

impl Changes {
    /// Of these versions, before a draw whose beacon begins then, in seconds of UTC.
    pub fn before(
        store: &Store,
        versions: &[(Register, i64)],
        earliest_s: u64,
    ) -> Result<Self, Finding> {
        let mut changes = Changes::default();
        for (register, number) in versions {
            let since_s = earliest_s.saturating_sub(DAYS * 86_400);
            let removed = store.removed_since(*register, *number, since_s)?;
            changes.removed.extend(removed.into_iter().map(|(why, n)| (*register, why, n)));
            let changed = store.changed_since(*register, *number, since_s)?;
            changes.changed.extend((changed > 0).then_some((*register, changed)));
            let all = store.versions(Some(*register))?;
            let used = all.iter().find(|version| version.number == *number);
            let waiting = used.map(|version| (*register, version.quarantined));
            changes.quarantined.extend(waiting.filter(|(_, n)| *n > 0));
        }
        Ok(changes)
    }

    /// W24 for each register with removals, M07 for each with a quarantine.
    pub fn findings(&self) -> Vec<Finding> {
        let removals = self.removed.chunk_by(|a, b| a.0 == b.0).map(|of_register| {
            let (zh, en) = (of_register[0].0.zh(), of_register[0].0.name());
            let n: u64 = of_register.iter().map(|(_, _, n)| n).sum();
            let part = |word: fn(Removal) -> &'static str| {
                let parts = of_register.iter().map(|(_, why, n)| format!("{} {n}", word(*why)));
                parts.collect::<Vec<_>>()
            };
            let (why, reasons) = (part(Removal::zh).join("、"), part(Removal::name).join(", "));
            let cause = say!(
                "信标前 {DAYS} 日内从{zh}移出 {n} 行：{why}",
                "{n} rows left {en} within {DAYS} days before the beacon: {reasons}"
            );
            Finding::new("W24", cause).id(en)
        });
        let waiting = self.quarantined.iter().map(|(register, n)| {
            let (zh, en) = (register.zh(), register.name());
            let cause = say!(
                "{zh}有 {n} 行在隔离区，不参加本次抽取",
                "{n} rows of {en} wait in quarantine and take no part"
            );
            Finding::new("M07", cause).id(en)
        });
        removals.chain(waiting).collect()
    }

    /// Whether rows wait in quarantine, so that somebody must approve.
    pub fn need_approval(&self) -> bool {
        !self.quarantined.is_empty()
    }

    /// Optional keys of the commitment: `changes`, and `quarantined` with who approved.
    pub fn notes(&self, approver: Option<&str>) -> Map<String, Value> {
        let removed = self.removed.iter().map(
            |(register, why, n)| json!({"register": register.name(), "reason": why.name(), "n": n}),
        );
        let rows = |counts: &[(Register, u64)]| -> Vec<Value> {
            let row =
                |(register, n): &(Register, u64)| json!({"register": register.name(), "n": n});
            counts.iter().map(row).collect()
        };
        let mut notes = Map::new();
        let removed: Vec<Value> = removed.collect();
        let changes = json!({"days": DAYS, "removed": removed, "changed": rows(&self.changed)});
        notes.insert("changes".to_owned(), changes);
        if self.need_approval() {
            let mut value = json!({"rows": rows(&self.quarantined)});
            if let Some(approver) = approver {
                value["approver"] = approver.into();
            }
            notes.insert("quarantined".to_owned(), value);
        }
        notes
    }
}
