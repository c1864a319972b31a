//! Who of a task's scope is not in its frame, and why: the first reason that holds, in the order of this file. Caps and
//! windows bind planned visits only (every triggered one is counted, and reported where the total passes a cap);
//! nobody is left out without a reason code, which the commitment counts.

use jiff::civil::Date;

use super::model::{Plan, Task, Within};
use super::past::PastVisit;
use super::rules::{Demand, Rules};
use crate::base::date::days_between;
use crate::registry::{CreditClass, Subject, WatchList};

/// What keeps subjects out of a task.
pub(super) struct Exclusions<'a> {
    task: &'a Task,
    /// The first day of the draw's window, on which its visits count.
    window_from: Date,
    /// The first day of the task's own, on which lists are looked at.
    pub(super) listed_on: Date,
    /// Who comes, each by its one name.
    agencies: Vec<&'a str>,
    pub(super) exempt: Option<WatchList>,
    key_supervised: bool,
    windows: Vec<(Within, &'a [String])>,
    caps: Vec<Cap<'a>>,
}

/// At most so many visits in the calendar year of the window's first day.
struct Cap<'a> {
    reason: &'static str,
    visits: u64,
    /// Visits in these matters count; without any, all.
    matters: &'a [String],
}

impl<'a> Exclusions<'a> {
    /// Of a task, under the rules that bind it.
    pub(super) fn of(plan: &'a Plan, task: &'a Task, rules: &'a Rules) -> Self {
        let mut exclusions = Exclusions {
            task,
            window_from: plan.window.0,
            listed_on: plan.window_of(task).0,
            agencies: agencies(plan, task, rules),
            exempt: rules.exempt_list(task),
            key_supervised: task.key_supervised,
            windows: task
                .visited_within
                .map(|within| (within, [].as_slice()))
                .into_iter()
                .collect(),
            caps: Vec::new(),
        };
        for rule in rules.binding(task) {
            let matters = rule.matters();
            let mut cap = |reason, visits| {
                exclusions.caps.push(Cap { reason, visits, matters });
            };
            match rule.demand {
                Demand::CapAgency(visits) => cap("cap_agency", visits),
                Demand::ClassAOnce => cap("class_a_once", 1),
                Demand::CapTotal(visits) => cap("cap_total", visits),
                Demand::VisitedWithin(within) => exclusions.windows.push((within, matters)),
                Demand::KeySupervised => exclusions.key_supervised = true,
                _ => {}
            }
        }
        const ORDER: &[&str] = &["cap_agency", "class_a_once", "cap_total"];
        exclusions.caps.sort_by_key(|cap| ORDER.iter().position(|reason| *reason == cap.reason));
        exclusions
    }

    /// Why a subject in scope is not in the frame; none if it is. `class` is the class as which it counts, `past` its
    /// earlier visits.
    pub(super) fn why(
        &self,
        subject: &Subject,
        class: Option<CreditClass>,
        past: &[PastVisit],
    ) -> Option<&'static str> {
        if !self.task.scope.status_passes(&subject.status) {
            Some("status")
        } else if self.drawn_lately(subject, past) {
            Some("drawn_within")
        } else if self.visited_lately(past) {
            Some("visited_within")
        } else if self.key_supervised && self.key_matters(subject) == KeyMatters::All {
            Some("key_supervised")
        } else if self.is_exempt(subject) {
            Some("white_list")
        } else {
            self.caps.iter().find(|cap| self.is_reached(cap, class, past)).map(|cap| cap.reason)
        }
    }

    /// Whether a subject that no cap keeps out has had as many visits as a cap on the total allows once triggered
    /// checks are counted.
    pub(super) fn is_burdened(&self, past: &[PastVisit]) -> bool {
        let caps = self.caps.iter().filter(|cap| cap.reason == "cap_total");
        caps.into_iter().any(|cap| {
            let visits = past.iter().filter(|visit| self.is_of_year(visit));
            visits.filter(|visit| visit.concerns(cap.matters)).count() as u64 >= cap.visits
        })
    }

    /// Whether earlier visits keep somebody out.
    pub(super) fn look_back(&self) -> bool {
        self.task.drawn_within.is_some() || !self.windows.is_empty() || !self.caps.is_empty()
    }

    /// For how many of the task's matters the subject is under 重点监管.
    pub(super) fn key_matters(&self, subject: &Subject) -> KeyMatters {
        let mut matters = self.task.matters.iter().map(|id| subject.key_matters.contains(id));
        match (matters.clone().all(|key| key), matters.any(|key| key)) {
            (true, _) => KeyMatters::All,
            (false, true) => KeyMatters::Some,
            (false, false) => KeyMatters::None,
        }
    }

    /// Whether subjects under 重点监管 in every matter are left out.
    pub(super) fn regards_key_matters(&self) -> bool {
        self.key_supervised
    }

    fn is_exempt(&self, subject: &Subject) -> bool {
        let day = self.listed_on;
        let on = |list| subject.lists.iter().any(|on| on.list == list && on.holds_on(day));
        self.exempt.is_some_and(on)
    }

    fn drawn_lately(&self, subject: &Subject, past: &[PastVisit]) -> bool {
        let Some(within) = self.task.drawn_within else { return false };
        let drawn = past.iter().filter(|visit| visit.draw.is_some()).map(|visit| visit.day);
        let last = drawn.chain(subject.last_drawn).max();
        last.is_some_and(|day| within.reaches(day, self.window_from))
    }

    fn visited_lately(&self, past: &[PastVisit]) -> bool {
        let planned = || past.iter().filter(|visit| visit.kind.is_planned());
        self.windows.iter().any(|(within, matters)| {
            let mut visits = planned().filter(|visit| visit.concerns(matters));
            visits.any(|visit| within.reaches(visit.day, self.window_from))
        })
    }

    fn is_reached(&self, cap: &Cap<'_>, class: Option<CreditClass>, past: &[PastVisit]) -> bool {
        if cap.reason == "class_a_once" && class != Some(CreditClass::A) {
            return false;
        }
        let counts = |visit: &&PastVisit| {
            visit.kind.is_planned() && self.is_of_year(visit) && visit.concerns(cap.matters)
        };
        let visits = past.iter().filter(counts);
        let n = |by: &dyn Fn(&&PastVisit) -> bool| visits.clone().filter(by).count() as u64;
        match cap.reason {
            "cap_agency" => {
                let reached = |agency: &&str| {
                    n(&|visit| visit.agencies.iter().any(|of| of == *agency)) >= cap.visits
                };
                self.agencies.iter().any(reached)
            }
            _ => n(&|_| true) >= cap.visits,
        }
    }

    fn is_of_year(&self, visit: &PastVisit) -> bool {
        visit.day.year() == self.window_from.year()
    }
}

/// Whether plan or rules look at earlier visits at all.
pub(super) fn looks_back(plan: &Plan, rules: &Rules) -> bool {
    let rotates = |task| {
        let mut demands = rules.binding(task).map(|rule| &rule.demand);
        demands.any(|demand| matches!(demand, Demand::Rotation(_)))
    };
    plan.tasks.iter().any(|task| Exclusions::of(plan, task, rules).look_back() || rotates(task))
}

/// For how many of a task's matters a subject is under 重点监管.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyMatters {
    /// For none.
    None,
    /// For some: it stays in the frame for the others (an exclusion is per subject and matter).
    Some,
    /// For every one.
    All,
}

/// The departments of a task, each by its one name: who initiates it, or the agency that draws, and the partners.
fn agencies<'a>(plan: &'a Plan, task: &'a Task, rules: &'a Rules) -> Vec<&'a str> {
    let first = task.initiator.as_ref().unwrap_or(&plan.agency);
    let mut names: Vec<&str> =
        std::iter::once(first).chain(&task.partners).map(|name| rules.agency_of(name)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Days from `day` to the window's first day; none if it is not before.
pub(super) fn age_days(day: Date, from: Date) -> u64 {
    u64::try_from(days_between(day, from)).unwrap_or(0)
}
