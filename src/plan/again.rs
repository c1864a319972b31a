//! A plan applied, asked again after more visits: what a simulated year needs of its later quarters, where whoever was
//! drawn in an earlier one may leave a frame, and quotas follow the sizes that are left.

use std::collections::BTreeMap;

use super::apply::{Applied, AppliedTask};
use super::credit::Credit;
use super::exclude::Exclusions;
use super::past::PastVisit;
use super::quota::{WHOLE, allocate};
use crate::record::commitment::{Method, Stratum};
use crate::registry::{CreditClass, VisitKind};

/// What keeps subjects out of a task once they had more visits.
pub struct Leaving<'a> {
    exclusions: Exclusions<'a>,
    credit: Credit<'a>,
    of: AppliedTask<'a>,
}

impl Applied<'_> {
    /// The visit that these tasks, named by their places, lead to together, on the first day of the window.
    pub fn visit(&self, tasks: impl Iterator<Item = usize>) -> PastVisit {
        let (plan, rules) = (self.ground.plan, self.ground.rules);
        let mut visit = PastVisit {
            day: plan.window().0,
            kind: VisitKind::Planned,
            draw: Some(plan.draw().to_owned()),
            agencies: Vec::new(),
            matters: Vec::new(),
            inspectors: Vec::new(),
        };
        for task in tasks.map(|task| self.tasks[task]) {
            let first = task.initiator.as_deref().unwrap_or(plan.agency());
            let all = std::iter::once(first).chain(task.partners.iter().map(String::as_str));
            visit.agencies.extend(all.map(|name| rules.agency_of(name).to_owned()));
            visit.matters.extend(task.matters.iter().cloned());
        }
        for names in [&mut visit.agencies, &mut visit.matters] {
            names.sort_unstable();
            names.dedup();
        }
        visit
    }

    /// The earlier visits of a subject, oldest first.
    pub fn past_of(&self, place: u32) -> &[PastVisit] {
        self.ground.past.at(place as usize)
    }
}

impl<'a> AppliedTask<'a> {
    /// What makes subjects leave its frame, if earlier visits can.
    pub fn leaving(&self) -> Option<Leaving<'a>> {
        let (plan, rules) = (self.ground.plan, self.ground.rules);
        let exclusions = Exclusions::of(plan, self.task, rules);
        let credit = Credit::of(plan, self.task, rules);
        exclusions.look_back().then_some(Leaving { exclusions, credit, of: *self })
    }

    /// Method and strata if the strata have these sizes; what would be refused is drawn as far as there is anybody.
    pub fn allocated(&self, sizes: &[u64]) -> (Method, Vec<Stratum>) {
        let by_class: BTreeMap<CreditClass, u64> = self
            .strata()
            .iter()
            .zip(sizes)
            .filter(|(stratum, _)| stratum.stratum != WHOLE)
            .filter_map(|(stratum, size)| Some((CreditClass::parse(&stratum.stratum)?, *size)))
            .collect();
        let (plan, pool) = (self.ground.plan, &self.ground.pool);
        let frame = sizes.iter().sum();
        let again = allocate(plan, self.task, pool, &by_class, frame, &mut Vec::new());
        (again.method, again.strata)
    }
}

impl Leaving<'_> {
    /// As which class a member of the frame counts.
    pub fn class_of(&self, place: u32) -> Option<CreditClass> {
        self.credit.class(self.of.ground.subjects[place as usize].1)
    }

    /// Whether a member of the frame is outside it after these visits, which are all that it ever had.
    pub fn is_out(&self, place: u32, visits: &[PastVisit]) -> bool {
        let subject = self.of.ground.subjects[place as usize].1;
        self.exclusions.why(subject, self.credit.class(subject), visits).is_some()
    }
}
