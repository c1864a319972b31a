//! 抽查范围: which subjects a task concerns. Status and exclusions come after, since those they take out
//! are counted with a reason.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::model::{Industry, Plan, Scope, Task};
use crate::base::finding::Finding;
pub(super) use crate::registry::LIVE;
use crate::registry::{CreditClass, Registry, Subject, WatchList, codes};
use crate::say;

/// Where a subject stands with respect to a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Inside.
    Inside,
    /// Outside.
    Outside,
    /// Not known: the named field is empty, and no other filter puts the subject outside.
    Unknown(&'static str),
}

impl Scope {
    /// Where a subject stands, status left aside; `class` is the class as which it counts, and `from` the window's
    /// first day.
    pub(super) fn standing(
        &self,
        subject: &Subject,
        class: Option<CreditClass>,
        from: Date,
    ) -> Standing {
        let tags = &subject.tags;
        let has = |tag: &String| tags.binary_search(tag).is_ok();
        let on = |list: &WatchList| {
            subject.lists.iter().any(|listing| listing.list == *list && listing.holds_on(from))
        };
        let inside = self.kind.as_ref().is_none_or(|kinds| kinds.contains(&subject.kind))
            && self.tags_any.as_ref().is_none_or(|any| any.iter().any(has))
            && self.tags_all.iter().all(has)
            && !self.tags_none.iter().any(has)
            && self.register.as_ref().is_none_or(|any| any.iter().any(has))
            && self.lists_any.as_ref().is_none_or(|any| any.iter().any(on))
            && !self.lists_none.iter().any(on);
        if !inside {
            return Standing::Outside;
        }
        let score = subject.credit_score;
        let answers = [
            ("region", one_of(&self.region, subject.region.as_ref(), |v, p| v.starts_with(p))),
            ("area", one_of(&self.area, subject.area.as_ref(), |v, p| v == p)),
            ("station", one_of(&self.station, subject.station.as_ref(), |v, p| v == p)),
            ("office", one_of(&self.office, subject.office.as_ref(), |v, p| v == p)),
            ("industry", ask(self.industry.as_deref(), subject.industry.as_deref(), belongs)),
            ("credit_class", ask(self.credit_class.as_ref(), class, |v, of| of.contains(&v))),
            ("credit_score", ask(self.score_min, score, |v, least| v >= least)),
            ("credit_score", ask(self.score_max, score, |v, most| v <= most)),
            ("established", ask(self.established_from, subject.established, |v, from| v >= from)),
            ("established", ask(self.established_to, subject.established, |v, to| v <= to)),
        ];
        if answers.iter().any(|(_, answer)| *answer == Some(false)) {
            return Standing::Outside;
        }
        match answers.iter().find(|(_, answer)| answer.is_none()) {
            Some((field, _)) => Standing::Unknown(field),
            None => Standing::Inside,
        }
    }

    /// Whether credit ratings decide who is in scope.
    pub(super) fn uses_credit(&self) -> bool {
        self.credit_class.is_some() || self.score_min.is_some() || self.score_max.is_some()
    }

    /// Whether a subject of this status takes part.
    pub(super) fn status_passes(&self, status: &str) -> bool {
        match &self.status {
            Some(statuses) => statuses.iter().any(|allowed| allowed == status),
            None => LIVE.contains(&status),
        }
    }
}

/// The answer of a filter: none if there is a filter and no value.
fn ask<F, V>(filter: Option<F>, value: Option<V>, passes: impl Fn(V, F) -> bool) -> Option<bool> {
    match (filter, value) {
        (None, _) => Some(true),
        (Some(filter), Some(value)) => Some(passes(value, filter)),
        (Some(_), None) => None,
    }
}

fn belongs(code: &str, industries: &[Industry]) -> bool {
    let prefixes = industries.iter().flat_map(|industry| &industry.prefixes);
    prefixes.into_iter().any(|prefix| code.starts_with(prefix))
}

fn one_of(
    filter: &Option<Vec<String>>,
    value: Option<&String>,
    passes: impl Fn(&str, &str) -> bool,
) -> Option<bool> {
    ask(filter.as_ref(), value, |value, of| of.iter().any(|item| passes(value, item)))
}

/// The values of a filter.
fn any(filter: &Option<Vec<String>>) -> &[String] {
    filter.as_deref().unwrap_or_default()
}

/// Every value that some subject of the register has, to find filters that match nobody.
#[derive(Default)]
pub(super) struct Vocabulary<'a> {
    kind: BTreeSet<&'a str>,
    status: BTreeSet<&'a str>,
    region: BTreeSet<&'a str>,
    office: BTreeSet<&'a str>,
    area: BTreeSet<&'a str>,
    station: BTreeSet<&'a str>,
    industry: BTreeSet<&'a str>,
    tags: BTreeSet<&'a str>,
}

impl<'a> Vocabulary<'a> {
    pub(super) fn of(registry: &'a Registry) -> Self {
        let mut words = Vocabulary::default();
        for subject in registry.subjects() {
            words.kind.insert(&subject.kind);
            words.status.insert(&subject.status);
            words.region.extend(subject.region.as_deref());
            words.office.extend(subject.office.as_deref());
            words.area.extend(subject.area.as_deref());
            words.station.extend(subject.station.as_deref());
            words.industry.extend(subject.industry.as_deref());
            words.tags.extend(subject.tags.iter().map(String::as_str));
        }
        words
    }

    /// P28 for tags that nobody has, P29 for other values that match nobody.
    pub(super) fn check(&self, plan: &Plan, task: &Task) -> Vec<Finding> {
        let scope = &task.scope;

        let prefix =
            |words: &BTreeSet<&str>, value: &str| words.iter().any(|w| w.starts_with(value));
        let mut findings = Vec::new();
        let mut missing = |code: &str, key: &str, at: usize, value: &str| {
            let cause = say!(
                "{key} 中的“{value}”没有任何检查对象符合",
                "no subject matches \"{value}\" in {key}"
            );
            findings.push(plan.at(task, &format!("scope.{key}[{at}]"), code, cause));
        };
        for (code, key, values, words) in [
            ("P28", "tags_any", any(&scope.tags_any), &self.tags),
            ("P28", "tags_all", &scope.tags_all[..], &self.tags),
            ("P28", "tags_none", &scope.tags_none[..], &self.tags),
            ("P28", "register", any(&scope.register), &self.tags),
            ("P29", "kind", any(&scope.kind), &self.kind),
            ("P29", "status", any(&scope.status), &self.status),
            ("P29", "office", any(&scope.office), &self.office),
            ("P29", "area", any(&scope.area), &self.area),
            ("P29", "station", any(&scope.station), &self.station),
        ] {
            for (at, value) in values.iter().enumerate() {
                if !words.contains(value.as_str()) {
                    missing(code, key, at, value);
                }
            }
        }
        for (at, value) in any(&scope.region).iter().enumerate() {
            // Of a code that no standard has, reading the plan has told.
            if codes::is_division(value) && !prefix(&self.region, value) {
                missing("P29", "region", at, value);
            }
        }
        for (at, industry) in scope.industry.iter().flatten().enumerate() {
            let standard = codes::industry_prefixes(&industry.text).is_some();
            if standard && !industry.prefixes.iter().any(|value| prefix(&self.industry, value)) {
                missing("P29", "industry", at, &industry.text);
            }
        }
        findings
    }
}
