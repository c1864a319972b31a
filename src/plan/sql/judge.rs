//! What becomes of every row of the register in one task, as conditions in the order in which they are asked: the same
//! questions as `scope`, `exclude`, `credit` and `frame` ask of records in memory. `tests/sql.rs` holds one against the
//! other on every engine.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::super::credit::{Credit, Fused};
use super::super::exclude::Exclusions;
use super::super::model::{Mode, PerClass, Plan, Scope, Task};
use super::super::quota::WHOLE;
use super::super::reason::no_field;
use super::super::rules::Rules;
use super::super::scope::LIVE;
use super::engine::{
    SEPARATOR, after, begins, has_item, integer, literal, literals, some_item, sorted_items,
};
use super::form::Column;
use crate::base::digest::Suite;
use crate::draw::sql::Dialect;
use crate::record::commitment::TagUse;
use crate::registry::{CreditClass, WatchList};

/// Where in the register tags stand that are columns of their own.
const PLACES: [(&str, Column); 2] = [("area", Column::Area), ("station", Column::Station)];

/// The expressions of one task.
pub(super) struct Judged {
    /// The columns that are read.
    pub(super) columns: BTreeSet<Column>,
    /// The credit class as which a row counts, empty if it has none; absent where nothing asks for it.
    pub(super) class: Option<Class>,
    pub(super) sid: String,
    /// Condition and what becomes of the row, in order; a row of which none holds is in the frame.
    pub(super) fates: Vec<(String, String)>,
    /// Tags of the plan's scope, which somebody must carry.
    pub(super) wanted: Vec<String>,
    pub(super) stratum: String,
    pub(super) weight: String,
    pub(super) tags: String,
}

/// The credit class of a row, in steps: each names columns of the one before.
pub(super) struct Class {
    /// Of the register, or what the plan takes unrated rows for.
    pub(super) general: String,
    /// The tags of each fusion's sector: one, none, or several with spaces between, which nothing joins.
    pub(super) sectors: Vec<String>,
    /// What each fusion makes of them: a class, nothing if there is no such tag, `?` where its table has no answer.
    pub(super) fused: Vec<String>,
    pub(super) class: String,
}

/// What decides about the rows.
pub(super) struct Judge<'a> {
    pub(super) dialect: Dialect,
    pub(super) plan: &'a Plan,
    pub(super) task: &'a Task,
    pub(super) rules: &'a Rules,
    pub(super) used: &'a TagUse,
    columns: BTreeSet<Column>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        dialect: Dialect,
        plan: &'a Plan,
        task: &'a Task,
        rules: &'a Rules,
        used: &'a TagUse,
    ) -> Self {
        let columns = [Column::Uscc, Column::RegNo, Column::OwnId, Column::Status].into();
        Judge { dialect, plan, task, rules, used, columns }
    }

    pub(super) fn judge(mut self) -> Judged {
        let scope = self.scope();
        let excluded = self.excluded();
        let credit = Credit::of(self.plan, self.task, self.rules);
        let (unjudged, stratum, weight) = self.sampled(&credit);
        let (lacking, tags) = self.tags();
        let (scope_asks, fuses) = (&self.task.scope.credit_class, !credit.fusions.is_empty());
        let sample = &self.task.sample;
        let uses_class =
            scope_asks.is_some() || sample.classes().is_some() || sample.uses_credit() && fuses;
        let class = uses_class.then(|| self.class(&credit));
        let malformed = self
            .columns
            .iter()
            .map(|column| (column.malformed(self.dialect), format!("refused {}", column.name())));
        let mut fates: Vec<(String, String)> = malformed.collect();
        fates.push((
            "uscc = '' AND reg_no = '' AND own_id = ''".to_owned(),
            "refused identifier".to_owned(),
        ));
        if self.plan.suite != Suite::Sha256 {
            let only = "uscc = '' AND reg_no = ''".to_owned();
            fates.push((only, "refused own_id_digest".to_owned()));
        }
        fates.extend([scope, excluded, unjudged, lacking].concat());
        let (sid, wanted) = (self.sid(), wanted(&self.task.scope));
        Judged { columns: self.columns, class, sid, fates, wanted, stratum, weight, tags }
    }

    /// The name of a column that is read.
    fn read(&mut self, column: Column) -> &'static str {
        self.columns.insert(column);
        column.name()
    }

    fn sid(&self) -> String {
        let digest = match self.plan.suite {
            Suite::Sha256 => format!("'X:' || substr({}, 1, 52)", self.dialect.sha256("own_id")),
            Suite::Sm3 => "''".to_owned(),
        };
        format!(
            "CASE WHEN uscc <> '' THEN uscc WHEN reg_no <> '' THEN 'REG:' || reg_no ELSE {digest} END"
        )
    }

    /// As [`Scope::standing`]: who is outside whatever is not known, then whose field is empty.
    fn scope(&mut self) -> Vec<(String, String)> {
        let (dialect, scope) = (self.dialect, &self.task.scope);
        let from = self.plan.window.0;
        let any = |conditions: Vec<String>| format!("({})", conditions.join(" OR "));
        let mut outside = Vec::new();
        if let Some(kinds) = &scope.kind {
            let kind = self.read(Column::Kind);
            outside.push(format!("{kind} NOT IN ({})", in_list(dialect, kinds)));
        }
        let has = |tag: &String| has_item(dialect, "tags", tag);
        for alternatives in [&scope.tags_any, &scope.register].into_iter().flatten() {
            outside.push(format!("NOT {}", any(alternatives.iter().map(has).collect())));
        }
        outside.extend(scope.tags_all.iter().map(|tag| format!("NOT ({})", has(tag))));
        outside.extend(scope.tags_none.iter().map(has));
        if !wanted(scope).is_empty() {
            self.read(Column::Tags);
        }
        let on = |list: &WatchList| is_on(dialect, *list, from);
        if let Some(lists) = &scope.lists_any {
            outside.push(format!("NOT {}", any(lists.iter().map(on).collect())));
        }
        outside.extend(scope.lists_none.iter().map(on));
        if scope.lists_any.is_some() || !scope.lists_none.is_empty() {
            self.read(Column::Lists);
        }
        let asked = self.asked();
        outside.extend(
            asked
                .iter()
                .map(|(field, passes)| format!("{} <> '' AND NOT {passes}", text_of(field))),
        );
        let mut fates: Vec<(String, String)> =
            outside.into_iter().map(|condition| (condition, "outside".to_owned())).collect();
        fates.extend(asked.into_iter().map(|(field, _)| {
            (format!("{} = ''", text_of(field)), format!("excluded {}", no_field(field)))
        }));
        fates
    }

    /// The filters that an empty field leaves open: the field, and the condition that its text passes.
    fn asked(&mut self) -> Vec<(&'static str, String)> {
        let (dialect, scope) = (self.dialect, &self.task.scope);
        let mut asked = Vec::new();
        if let Some(regions) = &scope.region {
            let field = self.read(Column::Region);
            let begins = regions.iter().map(|prefix| begins(dialect, field, prefix));
            asked.push((field, format!("({})", begins.collect::<Vec<_>>().join(" OR "))));
        }
        for (column, values) in [
            (Column::Area, &scope.area),
            (Column::Station, &scope.station),
            (Column::Office, &scope.office),
        ] {
            if let Some(values) = values {
                let field = self.read(column);
                asked.push((field, format!("{field} IN ({})", in_list(dialect, values))));
            }
        }
        if let Some(industries) = &scope.industry {
            let field = self.read(Column::Industry);
            let prefixes = industries.iter().flat_map(|industry| &industry.prefixes);
            let begins = prefixes.map(|prefix| begins(dialect, field, prefix));
            asked.push((field, format!("({})", begins.collect::<Vec<_>>().join(" OR "))));
        }
        if let Some(classes) = &scope.credit_class {
            let field = self.read(Column::CreditClass);
            let names = classes.iter().map(|class| class.name());
            asked.push((field, format!("class IN ({})", literals(dialect, names))));
        }
        for (bound, sign) in [(scope.score_min, ">="), (scope.score_max, "<=")] {
            if let Some(bound) = bound {
                let field = self.read(Column::CreditScore);
                let score = integer(dialect, field);
                asked.push((field, format!("{score} {sign} {bound}")));
            }
        }
        for (day, sign) in [(scope.established_from, ">="), (scope.established_to, "<=")] {
            if let Some(day) = day {
                let field = self.read(Column::Established);
                asked.push((field, format!("{field} {sign} '{day}'")));
            }
        }
        asked
    }

    /// As [`Exclusions::why`], but for what earlier visits decide.
    fn excluded(&mut self) -> Vec<(String, String)> {
        let dialect = self.dialect;
        let exclusions = Exclusions::of(self.plan, self.task, self.rules);
        let mut fates = Vec::new();
        let mut put = |condition: String, reason: &str| {
            fates.push((condition, format!("excluded {reason}")));
        };
        let statuses = match &self.task.scope.status {
            Some(statuses) => in_list(dialect, statuses),
            None => literals(dialect, LIVE.iter().copied()),
        };
        put(format!("status NOT IN ({statuses})"), "status");
        if let Some(within) = self.task.drawn_within {
            let field = self.read(Column::LastDrawn);
            let lately = match within.first(self.plan.window.0) {
                Some(first) => format!("{field} >= '{first}'"),
                None => format!("{field} <> ''"),
            };
            put(lately, "drawn_within");
        }
        if exclusions.regards_key_matters() {
            let field = self.read(Column::KeyMatters);
            let matters = self.task.matters.iter().map(|matter| has_item(dialect, field, matter));
            put(matters.collect::<Vec<_>>().join(" AND "), "key_supervised");
        }
        if let Some(list) = exclusions.exempt {
            self.read(Column::Lists);
            put(is_on(dialect, list, exclusions.listed_on), "white_list");
        }
        fates
    }

    /// Who is eligible and cannot be sampled, and stratum and weight of everybody else.
    fn sampled(&mut self, credit: &Credit<'_>) -> (Vec<(String, String)>, String, String) {
        let (dialect, sample) = (self.dialect, &self.task.sample);
        let whole = format!("'{WHOLE}'");
        let refused = |condition: String, what: &str| (condition, format!("refused {what}"));
        let mut fates = Vec::new();
        if sample.uses_credit() && !credit.fusions.is_empty() {
            let unknown = (1..=credit.fusions.len()).map(|n| format!("fused{n} = '?'"));
            fates.push(refused(unknown.collect::<Vec<_>>().join(" OR "), "fusion"));
        }
        if sample.is_by_score() {
            let field = self.read(Column::CreditScore);
            fates.push(refused(format!("{field} = ''"), "unscored"));
            return (fates, whole, integer(dialect, field));
        }
        let Some(classes) = sample.classes() else { return (fates, whole, "1".to_owned()) };
        fates.push(refused("class = ''".to_owned(), "unrated"));
        for class in CreditClass::ALL.iter().filter(|class| !classes.contains(class)) {
            let name = class.name();
            fates.push(refused(format!("class = '{name}'"), &format!("class_{name}")));
        }
        let weight = match &sample.mode {
            Mode::NumberByClass(_, weights) | Mode::PerOfficer(_, _, Some(weights)) => {
                weight_of(weights)
            }
            _ => "1".to_owned(),
        };
        (fates, "class".to_owned(), weight)
    }

    /// The class as which a row counts, as [`Credit::class`].
    fn class(&mut self, credit: &Credit<'_>) -> Class {
        let dialect = self.dialect;
        let field = self.read(Column::CreditClass);
        let general = match credit.unrated {
            None => field.to_owned(),
            Some(class) => {
                format!("CASE WHEN {field} <> '' THEN {field} ELSE '{}' END", class.name())
            }
        };
        if credit.fusions.is_empty() {
            let (sectors, fused) = (Vec::new(), Vec::new());
            return Class { general: general.clone(), sectors, fused, class: general };
        }
        self.read(Column::Tags);
        let of_sector = |(key, _): &(&str, &Fused)| {
            sorted_items(dialect, "tags", &begins(dialect, "item", &format!("{key}:")))
        };
        let sectors = credit.fusions.iter().map(of_sector).collect();
        let each = (1..).zip(&credit.fusions);
        let fused = each.map(|(n, (key, table))| fused(dialect, n, key, table)).collect();
        let names: Vec<String> = (1..=credit.fusions.len()).map(|n| format!("fused{n}")).collect();
        // The riskiest is the last of the alphabet.
        let riskiest = names
            .iter()
            .cloned()
            .reduce(|most, name| format!("CASE WHEN {name} > {most} THEN {name} ELSE {most} END"));
        let riskiest = riskiest.unwrap_or_default();
        let unknown = names.iter().map(|name| format!("{name} = '?'")).collect::<Vec<_>>();
        let unknown = unknown.join(" OR ");
        let class =
            format!("CASE WHEN {unknown} OR {riskiest} = '' THEN general ELSE {riskiest} END");
        Class { general, sectors, fused, class }
    }

    /// Who lacks a tag that the task's slots want, and the tags that slots of the draw refer to.
    fn tags(&mut self) -> (Vec<(String, String)>, String) {
        let dialect = self.dialect;
        let places = PLACES.into_iter().filter(|(key, _)| self.used.keys.contains(*key));
        let places: Vec<(&str, Column)> = places.collect();
        let is_place = |key: &str| PLACES.iter().any(|(place, _)| *place == key);
        let free: Vec<&String> = self.used.keys.iter().filter(|key| !is_place(key)).collect();
        self.columns.extend(places.iter().map(|(_, column)| *column));
        if !free.is_empty() {
            self.read(Column::Tags);
        }
        let mut lacking = Vec::new();
        for key in &TagUse::of(&self.task.slots).keys {
            let absent = match PLACES.iter().find(|(place, _)| place == key) {
                Some((_, column)) => format!("{} = ''", column.name()),
                None => {
                    let prefix = format!("{key}:");
                    let is_own = begins(dialect, "item", &prefix);
                    let filled = format!("{is_own} AND item <> {}", literal(dialect, &prefix));
                    format!("NOT {}", some_item(dialect, "tags", &filled))
                }
            };
            lacking.push((absent, format!("refused no_{key}")));
        }
        let parts = |after: &str| -> Vec<String> {
            let part = |(key, column): &(&str, Column)| {
                let name = column.name();
                format!("CASE WHEN {name} <> '' THEN '{key}:' || {name} || '{after}' ELSE '' END")
            };
            places.iter().map(part).collect()
        };
        let listed = match (places.is_empty(), free.is_empty()) {
            (true, true) => return (lacking, "'-'".to_owned()),
            // They stand in the order of their keys already.
            (_, true) => format!("trim({})", parts(" ").join(" || ")),
            (_, false) => {
                let mut parts = parts(SEPARATOR);
                parts.push("tags".to_owned());
                let keys = self.used.keys.iter();
                let keys = keys.map(|key| begins(dialect, "item", &format!("{key}:")));
                let wanted = keys.collect::<Vec<_>>().join(" OR ");
                sorted_items(dialect, &format!("({})", parts.join(" || ")), &wanted)
            }
        };
        (lacking, format!("coalesce(nullif({listed}, ''), '-')"))
    }
}

/// The tags of a scope: P28 where nobody carries one.
fn wanted(scope: &Scope) -> Vec<String> {
    let alternatives = [&scope.tags_any, &scope.register].into_iter().flatten().flatten();
    let mut tags: Vec<String> =
        alternatives.chain(&scope.tags_all).chain(&scope.tags_none).cloned().collect();
    tags.sort_unstable();
    tags.dedup();
    tags
}

fn in_list(dialect: Dialect, values: &[String]) -> String {
    literals(dialect, values.iter().map(String::as_str))
}

/// The text whose emptiness leaves a filter open: of classes the one as which the row counts.
fn text_of(field: &str) -> &str {
    match field {
        "credit_class" => "class",
        other => other,
    }
}

/// Whether a row is on a list on that day: with days between them, without any always.
fn is_on(dialect: Dialect, list: WatchList, day: Date) -> String {
    let dated = format!("{}@", list.zh());
    let from = after(dialect, "item", &dated, Some(10));
    // After the first day and two dots.
    let to = after(dialect, "item", &format!("{dated}2026-01-01.."), None);
    let begun = begins(dialect, "item", &dated);
    let condition = format!(
        "item = '{}' OR ({begun} AND {from} <= '{day}' AND ({to} = '' OR {to} >= '{day}'))",
        list.zh()
    );
    some_item(dialect, "lists", &condition)
}

/// What the fusion with this number makes of the general class: see [`Class::fused`].
fn fused(dialect: Dialect, number: usize, key: &str, table: &Fused) -> String {
    let sector = format!("sector{number}");
    let mut cases = vec![format!("WHEN general = '' OR {sector} = '' THEN ''")];
    for (general, row) in table {
        for (name, class) in row {
            let tag = literal(dialect, &format!("{key}:{name}"));
            let (general, class) = (general.name(), class.name());
            cases.push(format!("WHEN general = '{general}' AND {sector} = {tag} THEN '{class}'"));
        }
    }
    format!("CASE {} ELSE '?' END", cases.join("\n      "))
}

fn weight_of(weights: &PerClass<u64>) -> String {
    let each =
        weights.iter().map(|(class, weight)| format!("WHEN '{}' THEN {weight}", class.name()));
    format!("CASE class {} ELSE 1 END", each.collect::<Vec<_>>().join(" "))
}
