//! Reads a rules file and goes on after every mistake.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::DeTable;

use super::kinds::{KINDS, RuleKind};
use super::{Base, Demand, Due, Rule, Rules};
use crate::base::digest::Suite;
use crate::base::finding::Finding;
use crate::base::ratio::Ratio;
use crate::plan::model::Within;
use crate::plan::reader::{Node, Places, Report, Table};
use crate::record::ids::{SLOTS_PER_VISIT_MAX, is_tag};
use crate::registry::{CreditClass, Reason};
use crate::say;

/// The name and version of the language.
const FORMAT: &str = "ssj-rules/1";
const KEYS: &[&str] = &["format", "version", "title", "issued", "agencies", "rule", "fusion"];
/// The keys of every rule; a fusion names no kind.
const RULE_KEYS: &[&str] = &["id", "kind", "name", "basis", "matters"];
const FUSION: &str = "fusion";
/// Days and months beyond any regime's.
const DAYS_MAX: u64 = 36_500;
const MONTHS_MAX: u64 = 1_200;

impl Rules {
    /// Reads a rules file: what was understood, and everything wrong with it. `file` is its name, as the user knows it.
    ///
    /// Findings: P01–P04, P06, P50.
    pub fn parse(text: &str, file: &str) -> (Rules, Vec<Finding>) {
        let report = Report::new(file, text);
        let (document, mistakes) = DeTable::parse_recoverable(text);
        for mistake in &mistakes {
            let cause = mistake.message().replace('\n', " ");
            let finding = Finding::new("P01", say!("读不懂：{cause}", "cannot be read: {cause}"));
            report.add(finding, mistake.span().map_or(0, |span| span.start));
        }
        let digests = [Suite::Sha256, Suite::Sm3].map(|suite| suite.digest(text.as_bytes()));
        let mut rules = Rules {
            file: file.to_owned(),
            digests: Some((digests[0], digests[1])),
            ..Rules::default()
        };
        // Where the text is broken, keys below it would be reported as missing that only were not understood.
        if mistakes.is_empty() {
            let top = Table::root(&report, &document);
            rules.places = Places::of(&top);
            rules.take(&top);
        }
        let mut findings = report.into_findings();
        findings.extend(rules.contradictions());
        (rules, findings)
    }

    fn take(&mut self, top: &Table<'_>) {
        top.only(KEYS);
        top.must("format").and_then(|node| node.choice(&[(FORMAT, ())]));
        self.version = top.must("version").and_then(|node| node.text()).unwrap_or_default();
        self.title = top.must("title").and_then(|node| node.text()).unwrap_or_default();
        self.issued = top.must("issued").and_then(|node| node.date());
        if let Some(table) = top.may("agencies").and_then(|node| node.table()) {
            self.agencies = read_agencies(&table);
        }
        let mut ids = BTreeSet::new();
        for (key, kind) in [("rule", None), (FUSION, Some(FUSION))] {
            let nodes = top.may(key).and_then(|node| node.array()).unwrap_or_default();
            for (at, node) in nodes.iter().enumerate() {
                let path = format!("{key}[{at}]");
                let rule = node.table().and_then(|table| read_rule(&table, kind, path, &mut ids));
                self.rules.extend(rule);
            }
        }
    }

    /// P50: a floor above a cap on a common matter.
    fn contradictions(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for low in &self.rules {
            let Demand::LeastRatio { ratio: least, of: of_low } = &low.demand else { continue };
            for high in &self.rules {
                let Demand::MostRatio { ratio: most, of: of_high } = &high.demand else { continue };
                // Of a frame that exclusions have made small, a floor may be below a cap of all who are live.
                if *of_high == Base::Live && *of_low != Base::Live {
                    continue;
                }
                let common = low.matters.is_empty() || high.concerns(&low.matters);
                if common && least > most {
                    let (a, b) = (&low.id, &high.id);
                    let cause = say!(
                        "{a} 至少 {least}，{b} 至多 {most}",
                        "{a} demands {least} at least, {b} {most} at most"
                    );
                    findings.push(self.at(high, "ratio", "P50", cause));
                }
            }
        }
        findings
    }
}

/// Every other name of an agency with the name that counts.
fn read_agencies(table: &Table<'_>) -> BTreeMap<String, String> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (agency, node) in table.members() {
        for other in node.texts().unwrap_or_default() {
            match names.get(&other) {
                Some(known) if known != agency => {
                    let cause = say!(
                        "“{other}”同时是{known}和{agency}",
                        "\"{other}\" is both {known} and {agency}"
                    );
                    node.breach("P50", cause);
                }
                _ => drop(names.insert(other, agency.to_owned())),
            }
        }
    }
    names
}

/// Reads a rule; `kind` is given where the table does not name it.
fn read_rule(
    table: &Table<'_>,
    kind: Option<&str>,
    path: String,
    ids: &mut BTreeSet<String>,
) -> Option<Rule> {
    let words: Vec<(&str, &'static RuleKind)> =
        KINDS.iter().filter(|kind| kind.name != FUSION).map(|kind| (kind.name, kind)).collect();
    let kind = match kind {
        Some(name) => super::kinds::of(name),
        None => table.must("kind")?.choice(&words)?,
    };
    let common = RULE_KEYS.iter().filter(|key| kind.name != FUSION || **key != "kind");
    let keys: Vec<&str> = common.chain(kind.keys).copied().collect();
    table.only(&keys);
    let id = table.must("id").and_then(|node| {
        let id = node.name()?;
        if !ids.insert(id.clone()) {
            node.breach("P06", say!("规则编号 {id} 已用过", "the rule {id} stands twice"));
            return None;
        }
        Some(id)
    });
    let name = table.must("name").and_then(|node| node.text());
    let basis = table.must("basis").and_then(|node| node.text());
    let matters = table.may("matters").map_or(Some(Vec::new()), |node| read_some(&node));
    let demand = read_demand(table, kind);
    Some(Rule { id: id?, name: name?, basis: basis?, matters: matters?, path, demand: demand? })
}

/// Texts, at least one.
fn read_some(node: &Node<'_>) -> Option<Vec<String>> {
    let texts = node.texts()?;
    if texts.is_empty() {
        node.breach("P04", say!("一项也没有", "there is none"));
        return None;
    }
    Some(texts)
}

fn read_demand(table: &Table<'_>, kind: &RuleKind) -> Option<Demand> {
    let number = |key: &str, most: u64| table.must(key).and_then(|node| node.integer(1, most));
    match kind.name {
        "least_ratio" => {
            let (ratio, of) = read_ratio(table)?;
            Some(Demand::LeastRatio { ratio, of })
        }
        "most_ratio" => {
            let (ratio, of) = read_ratio(table)?;
            Some(Demand::MostRatio { ratio, of })
        }
        "min_team" => number("inspectors", SLOTS_PER_VISIT_MAX as u64).map(Demand::MinTeam),
        "required_tags" => {
            let tags = table.must("tags").and_then(|node| read_tags(&node));
            let most = SLOTS_PER_VISIT_MAX as u64;
            let slots = table.may("slots").map_or(Some(1), |node| node.integer(1, most));
            Some(Demand::RequiredTags { tags: tags?, slots: slots? })
        }
        "rotation" => number("draws", 100).map(Demand::Rotation),
        "cross_station" => Some(Demand::CrossStation),
        "recusal_kinds" => {
            let node = table.must("reasons")?;
            let words: Vec<(&str, Reason)> =
                Reason::ALL.iter().map(|reason| (reason.zh(), *reason)).collect();
            let reasons = node.array()?.iter().map(|node| node.choice(&words)).collect();
            Option::<Vec<Reason>>::map(reasons, Demand::RecusalKinds)
        }
        "cap_agency" => number("visits", 1_000).map(Demand::CapAgency),
        "cap_total" => number("visits", 1_000).map(Demand::CapTotal),
        "class_a_once" => Some(Demand::ClassAOnce),
        "visited_within" => read_within(table).map(Demand::VisitedWithin),
        "key_supervised" => Some(Demand::KeySupervised),
        "white_list" => Some(Demand::WhiteList),
        "rating_age" => number("days", DAYS_MAX).map(Demand::RatingAge),
        "deadline" => read_deadline(table),
        FUSION => read_fusion(table),
        other => unreachable!("bug: no reader for rules of the kind {other}"),
    }
}

fn read_ratio(table: &Table<'_>) -> Option<(Ratio, Base)> {
    let ratio = table.must("ratio").and_then(|node| node.ratio());
    let bases = &[("frame", Base::Frame), ("live", Base::Live), ("class", Base::Class)];
    let of = table.may("of").map_or(Some(Base::Frame), |node| node.choice(bases));
    Some((ratio?, of?))
}

fn read_tags(node: &Node<'_>) -> Option<Vec<String>> {
    let tags = read_some(node)?;
    if let Some(bad) = tags.iter().find(|tag| !is_tag(tag)) {
        node.breach("P04", say!("“{bad}” 不是标签", "\"{bad}\" is not a tag"));
        return None;
    }
    Some(tags)
}

/// Exactly one of two keys, each with the most that it may hold.
fn read_either(table: &Table<'_>, keys: [(&str, u64); 2]) -> Option<(usize, u64)> {
    let of = |(key, most): (&str, u64)| match table.may(key) {
        None => Some(None),
        Some(node) => node.integer(1, most).map(Some),
    };
    let [first, second] = [of(keys[0])?, of(keys[1])?];
    match (first, second) {
        (Some(n), None) => Some((0, n)),
        (None, Some(n)) => Some((1, n)),
        _ => {
            let (a, b) = (keys[0].0, keys[1].0);
            let cause = say!("{a} 和 {b} 须恰有一个", "exactly one of {a} and {b} is needed");
            table.breach("P03", "", cause);
            None
        }
    }
}

fn read_within(table: &Table<'_>) -> Option<Within> {
    let (which, n) = read_either(table, [("days", DAYS_MAX), ("months", MONTHS_MAX)])?;
    Some(if which == 0 { Within::Days(n) } else { Within::Months(n) })
}

fn read_deadline(table: &Table<'_>) -> Option<Demand> {
    let dues = &[("plan", Due::Plan), ("results", Due::Results), ("follow_up", Due::FollowUp)];
    let what = table.must("what").and_then(|node| node.choice(dues));
    let (which, days) = read_either(table, [("days", DAYS_MAX), ("working_days", DAYS_MAX)])?;
    Some(Demand::Deadline { what: what?, days, working: which == 1 })
}

fn read_fusion(table: &Table<'_>) -> Option<Demand> {
    let tag = table.must("tag").and_then(|node| {
        let tag = node.text()?;
        if !is_tag(&tag) || tag.contains(':') {
            let cause =
                say!("“{tag}” 不是标签冒号前的部分", "\"{tag}\" is no tag's part before its colon");
            node.breach("P04", cause);
            return None;
        }
        Some(tag)
    });
    let cells = table.must("table").and_then(|node| {
        let rows = node.table()?;
        let names: Vec<&str> = CreditClass::ALL.iter().map(|class| class.name()).collect();
        rows.only(&names);
        let (mut cells, mut complete) = (BTreeMap::new(), true);
        for (general, node) in rows.members() {
            let row = node.table().and_then(|row| read_row(&row));
            match (CreditClass::parse(general), row) {
                (Some(class), Some(row)) => drop(cells.insert(class, row)),
                _ => complete = false,
            }
        }
        complete.then_some(cells)
    });
    Some(Demand::Fusion { tag: tag?, table: cells? })
}

/// Sector class → class.
fn read_row(row: &Table<'_>) -> Option<BTreeMap<String, CreditClass>> {
    let words: Vec<(&str, CreditClass)> =
        CreditClass::ALL.iter().map(|class| (class.name(), *class)).collect();
    let cell = |(sector, node): (&str, Node<'_>)| Some((sector.to_owned(), node.choice(&words)?));
    row.members().map(cell).collect()
}
