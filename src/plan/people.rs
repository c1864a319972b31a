//! Who can be paired: inspectors whose certificate is valid on every day of the window and who are at
//! work, and experts. Everybody else is left out with a reason.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Plan, Task};
use super::rules::Rules;
use crate::base::digest::Suite;
use crate::base::finding::Finding;
use crate::record::commitment::{Role, Slot, TagUse, placeholders};
use crate::record::ids::{Iid, Sid};
use crate::record::tables::{IncompatibleRow, InspectorRow, RecusalRow};
use crate::registry::{Inspector, Reason, Registry, State};
use crate::say;

/// More declared quarrels of one inspector than this need approval.
const INCOMPATIBLE_ROWS_MAX: usize = 3;

/// An inspector who takes no part, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExcludedInspector {
    /// The certificate number, else the name.
    pub who: String,
    /// `no_certificate`, `certificate_undated`, `certificate_expired`, `state` or `leave`.
    pub reason: &'static str,
}

/// One who takes part, with all tags.
struct Person<'a> {
    iid: Iid,
    record: &'a Inspector,
    tags: BTreeSet<String>,
}

/// Those who take part, by iid.
pub(super) struct Pool<'a> {
    people: Vec<Person<'a>>,
    /// Those who step in by a `staff` event alone.
    standby: Vec<Person<'a>>,
    /// The certificate numbers of both.
    iids: BTreeMap<&'a str, Iid>,
    pub(super) excluded: Vec<ExcludedInspector>,
}

impl<'a> Pool<'a> {
    pub(super) fn of(plan: &Plan, registry: &'a Registry, findings: &mut Vec<Finding>) -> Self {
        let (people, standby) = (Vec::new(), Vec::new());
        let mut pool = Pool { people, standby, iids: BTreeMap::new(), excluded: Vec::new() };
        let (from, to) = plan.window;
        let mut partly_on_leave = 0u64;
        for record in registry.inspectors() {
            match (why_not(record, plan), record.iid(plan.suite)) {
                (None, Some(iid)) => {
                    partly_on_leave += u64::from(record.is_on_leave_within(from, to));
                    pool.iids
                        .extend(record.certificate.as_deref().map(|number| (number, iid.clone())));
                    let stands_by = |number: &String| plan.standby.contains(number);
                    let group = match record.certificate.as_ref().is_some_and(stands_by) {
                        true => &mut pool.standby,
                        false => &mut pool.people,
                    };
                    group.push(Person { iid, record, tags: tags_of(record) });
                }
                (reason, _) => {
                    let who = record.certificate.clone().unwrap_or_else(|| record.name.clone());
                    pool.excluded.push(ExcludedInspector {
                        who,
                        reason: reason.unwrap_or("no_certificate"),
                    });
                }
            }
        }
        pool.people.sort_by(|a, b| a.iid.cmp(&b.iid));
        pool.standby.sort_by(|a, b| a.iid.cmp(&b.iid));
        let unknown = plan.standby.iter().filter(|number| !pool.iids.contains_key(number.as_str()));
        findings.extend(unknown.map(|number| {
            let cause = say!(
                "可以参加的人员中没有 {number}",
                "nobody who could take part has the number {number}"
            );
            plan.at_head("standby", "P38", cause)
        }));
        if partly_on_leave > 0 {
            let cause = say!(
                "{partly_on_leave} 人在窗口内有请假",
                "{partly_on_leave} of the pool are on leave on some days of the window"
            );
            findings.push(plan.at_head("window", "P26", cause));
        }
        pool
    }

    /// How many inspectors of a department, experts not counted.
    pub(super) fn officers(&self, dept: &str) -> u64 {
        let of = |person: &&Person| !person.record.expert && person.record.dept == dept;
        self.people.iter().filter(of).count() as u64
    }

    /// The rows of `inspectors.tsv`, with the tags that slots of the draw refer to.
    pub(super) fn rows(&self, used: &TagUse) -> Vec<InspectorRow> {
        rows(&self.people, used)
    }

    /// The rows of `standby.tsv`; none if nobody stands by.
    pub(super) fn standby_rows(&self, used: &TagUse) -> Option<Vec<InspectorRow>> {
        (!self.standby.is_empty()).then(|| rows(&self.standby, used))
    }

    /// P16 for slots that nobody can fill, P17 for inspectors' slots that an expert could.
    pub(super) fn check_slots(&self, plan: &Plan, task: &Task) -> Vec<Finding> {
        let mut findings = Vec::new();
        for slot in &task.slots {
            let name = &slot.slot;
            let fits = |person: &&Person| slot.needs.iter().all(|need| person.could_meet(need));
            if let Some(need) =
                slot.needs.iter().find(|need| !self.people.iter().any(|p| p.could_meet(need)))
            {
                let cause =
                    say!("岗位 {name}：没有人有“{need}”", "slot {name}: nobody has \"{need}\"");
                findings.push(plan.at(task, "slots", "P16", cause));
            } else if !self.people.iter().any(|person| fits(&person)) {
                let needs = slot.needs.join(", ");
                let cause = say!(
                    "岗位 {name}：没有人同时具备 {needs}",
                    "slot {name}: nobody has all of {needs}"
                );
                findings.push(plan.at(task, "slots", "P16", cause));
            }
            findings.extend(self.expert_in(slot).map(|iid| {
                let cause = say!(
                    "岗位 {name} 可由专家 {iid} 担任",
                    "the expert {iid} could take the slot {name}"
                );
                plan.at(task, "slots", "P17", cause)
            }));
        }
        findings
    }

    fn expert_in(&self, slot: &Slot) -> Option<&Iid> {
        let fits = |person: &&Person| {
            person.record.expert && slot.needs.iter().all(|need| person.could_meet(need))
        };
        let expert = self.people.iter().find(fits);
        expert.filter(|_| slot.role == Role::Inspector).map(|person| &person.iid)
    }

    /// The recusals that a rule makes of these pairs, of people who take part; P57 counts them.
    pub(super) fn by_rule(
        &self,
        plan: &Plan,
        pairs: BTreeSet<(Sid, Iid)>,
        reason: &str,
        findings: &mut Vec<Finding>,
    ) -> Vec<RecusalRow> {
        // Whoever stands by may come in, and then the rule holds for him, too.
        let takes_part = |iid: &Iid| {
            let holds =
                |pool: &[Person<'_>]| pool.binary_search_by(|person| person.iid.cmp(iid)).is_ok();
            holds(&self.people) || holds(&self.standby)
        };
        let pairs = pairs.into_iter().filter(|(_, iid)| takes_part(iid));
        let rows: Vec<RecusalRow> = pairs
            .map(|(sid, iid)| RecusalRow { sid, iid, reason: reason.to_owned(), salt: None })
            .collect();
        if !rows.is_empty() {
            let n = rows.len();
            let subjects = rows.iter().map(|row| &row.sid).collect::<BTreeSet<_>>().len();
            let cause = say!("{n} 条，涉及 {subjects} 户", "{n} rows for {subjects} subjects");
            findings.push(Finding::new("P57", cause).file(&plan.file));
        }
        rows
    }

    /// The recusals in force that concern this draw, with those that rules made; what is left out is counted.
    pub(super) fn recusals(
        &self,
        plan: &Plan,
        registry: &Registry,
        rules: &Rules,
        drawn_from: &BTreeSet<&Sid>,
        made: Vec<RecusalRow>,
        findings: &mut Vec<Finding>,
    ) -> Vec<RecusalRow> {
        let (mut rows, mut expired, mut foreign) = (BTreeMap::new(), 0u64, 0u64);
        let mut refused: BTreeMap<Reason, u64> = BTreeMap::new();
        rows.extend(made.into_iter().map(|row| (crate::base::table::Row::format(&row), row)));
        for recusal in registry.recusals() {
            if recusal.valid_to.is_some_and(|last| last < plan.window.0) {
                expired += 1;
                continue;
            }
            if !rules.accept(recusal.reason) {
                *refused.entry(recusal.reason).or_default() += 1;
                continue;
            }
            let sids = sids_of(registry, plan.suite, &recusal.subject);
            let concerned = sids.into_iter().filter(|sid| drawn_from.contains(sid));
            let before = rows.len();
            if let Some(iid) = self.iids.get(recusal.certificate.as_str()) {
                for sid in concerned {
                    let reason = recusal.reason.name().to_owned();
                    let row = RecusalRow { sid, iid: iid.clone(), reason, salt: None };
                    rows.insert(crate::base::table::Row::format(&row), row);
                }
            }
            foreign += u64::from(rows.len() == before);
        }
        if expired + foreign > 0 {
            let cause = say!(
                "回避记录 {expired} 条已过期、{foreign} 条与本次抽取无关",
                "{expired} recusals have expired, {foreign} concern nobody of this draw"
            );
            findings.push(Finding::new("P25", cause).file(&plan.file));
        }
        if !refused.is_empty() {
            let n: u64 = refused.values().sum();
            let zh: Vec<&str> = refused.keys().map(|reason| reason.zh()).collect();
            let en: Vec<&str> = refused.keys().map(|reason| reason.name()).collect();
            let (zh, en) = (zh.join("、"), en.join(", "));
            let cause = say!("{n} 条，原因为{zh}", "{n} recusals for {en}");
            findings.push(Finding::new("P56", cause).file(&plan.file));
        }
        // The map's keys are the rows' texts, which is the order of the table.
        rows.into_values().collect()
    }

    /// The incompatible pairs among those who take part; P24 where one has more than three.
    pub(super) fn incompatibles(
        &self,
        registry: &Registry,
        findings: &mut Vec<Finding>,
    ) -> Vec<IncompatibleRow> {
        let (mut rows, mut counts) = (BTreeMap::new(), BTreeMap::<Iid, usize>::new());
        for pair in registry.incompatibles() {
            let iid = |certificate: &String| self.iids.get(certificate.as_str()).cloned();
            let (Some(a), Some(b)) = (iid(&pair.certificate), iid(&pair.certificate2)) else {
                continue;
            };
            let (iid, iid2) = if a < b { (a, b) } else { (b, a) };
            let row = IncompatibleRow { iid, iid2, reason: pair.reason.name().to_owned() };
            rows.insert(crate::base::table::Row::format(&row), row);
        }
        for row in rows.values() {
            for iid in [&row.iid, &row.iid2] {
                *counts.entry(iid.clone()).or_default() += 1;
            }
        }
        for (iid, n) in counts.iter().filter(|(_, n)| **n > INCOMPATIBLE_ROWS_MAX) {
            let cause = say!("{iid} 有 {n} 条互斥记录", "{iid} has {n} incompatible rows");
            findings.push(Finding::new("P24", cause).file("incompatibles").id(iid.as_str()));
        }
        rows.into_values().collect()
    }
}

impl Person<'_> {
    /// Whether one of his tags meets the need for some subject.
    fn could_meet(&self, need: &str) -> bool {
        self.tags.iter().any(|tag| could_match(need, tag))
    }
}

/// Why somebody takes no part. An expert's certificate number may be of any kind, and its date counts only
/// where there is one.
fn why_not(record: &Inspector, plan: &Plan) -> Option<&'static str> {
    let (from, to) = plan.window;
    if record.certificate.is_none() {
        Some("no_certificate")
    } else if record.state != State::OnDuty {
        Some("state")
    } else if record.cert_valid_to.is_none() && !record.expert {
        Some("certificate_undated")
    } else if record.cert_valid_to.is_some_and(|last| last < to) {
        Some("certificate_expired")
    } else if record.is_on_leave_throughout(from, to) {
        Some("leave")
    } else {
        None
    }
}

fn tags_of(record: &Inspector) -> BTreeSet<String> {
    let mut tags: BTreeSet<String> = record.tags.iter().cloned().collect();
    tags.insert(format!("dept:{}", record.dept));
    tags.extend(record.areas.iter().map(|area| format!("area:{area}")));
    tags.extend(record.station.iter().map(|station| format!("station:{station}")));
    tags.extend(record.lead.then(|| "lead".to_owned()));
    tags
}

/// Whether some filling of the placeholders in `pattern` gives `tag`.
fn could_match(pattern: &str, tag: &str) -> bool {
    let keys = placeholders(pattern).unwrap_or_default();
    if keys.is_empty() {
        return pattern == tag;
    }
    // The literal pieces between placeholders, of which the first and last are anchored.
    let pieces: Vec<&str> = pattern.split(['{', '}']).step_by(2).collect();
    let (first, last) = (pieces[0], pieces[pieces.len() - 1]);
    let Some(mut rest) = tag.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else {
        return false;
    };
    for piece in &pieces[1..pieces.len() - 1] {
        // A placeholder is filled with at least one character.
        let mut chars = rest.chars();
        let Some(at) = chars.next().and_then(|_| chars.as_str().find(piece)) else {
            return false;
        };
        rest = &chars.as_str()[at + piece.len()..];
    }
    !rest.is_empty()
}

fn rows(people: &[Person<'_>], used: &TagUse) -> Vec<InspectorRow> {
    let row = |person: &Person| InspectorRow {
        iid: person.iid.clone(),
        capacity: person.record.capacity,
        load: person.record.load,
        tags: person.tags.iter().filter(|tag| used.concerns_inspector(tag)).cloned().collect(),
    };
    people.iter().map(row).collect()
}

/// The subjects that an identifier names. Where no register has it, because the register lives elsewhere, it may be of
/// any of the three kinds: a recusal errs on the safe side.
pub(super) fn sids_of(registry: &Registry, suite: Suite, id: &str) -> Vec<Sid> {
    let named = registry.subjects_named(id);
    if !named.is_empty() {
        return named.iter().map(|subject| subject.sid(suite)).collect();
    }
    let forms = [id.to_ascii_uppercase(), format!("REG:{id}")];
    let known = forms.iter().filter_map(|form| Sid::parse(form).ok());
    known.chain([Sid::of_own_code(suite, id)]).collect()
}

#[cfg(test)]
mod tests {
    use super::could_match;

    #[test]
    fn patterns_match_what_they_could_become() {
        for (pattern, tag, good) in [
            ("lead", "lead", true),
            ("lead", "leader", false),
            ("area:{area}", "area:东", true),
            ("area:{area}", "area:", false),
            ("area:{area}", "station:东", false),
            ("x:{a}-{b}", "x:1-2", true),
            ("x:{a}-{b}", "x:-2", false),
            ("x:{a}-{b}", "x:12", false),
            ("{a}:z", "北:z", true),
        ] {
            assert_eq!(could_match(pattern, tag), good, "{pattern} {tag}");
        }
    }
}
