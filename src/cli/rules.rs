//! The rules file (细则) that a plan names, and `ssj explain rules`.

use std::path::Path;

use serde_json::{Value, json};

use super::console::{Console, finding_json};
use super::ground::text_of;
use super::{DONE, Failure};
use crate::base::digest::Suite;
use crate::base::finding::{Finding, Findings, Text};
use crate::plan::{KINDS, Rule, RuleKind, Rules};
use crate::say;

/// The rules that bind a plan.
#[derive(Default)]
pub(super) struct Local {
    /// As they were read; none if the plan names no file.
    pub text: Option<String>,
    pub rules: Rules,
    /// Everything wrong with the file.
    pub findings: Vec<Finding>,
}

impl Local {
    /// The rules of a file.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let (text, place) = text_of(path)?;
        let (rules, findings) = Rules::parse(&text, &place);
        Ok(Local { text: Some(text), rules, findings })
    }
}

/// The rows of a rules file; without one the kinds that there are.
pub(super) fn explain(file: Option<&Path>, console: &Console) -> Result<u8, Failure> {
    let Some(file) = file else {
        KINDS.iter().for_each(|kind| print_kind(kind, console));
        let kinds: Vec<Value> = KINDS.iter().map(kind_json).collect();
        let what = "rule_kinds";
        console.report(&json!({"command": "explain", "what": what, "ok": true, "kinds": kinds}));
        return Ok(DONE);
    };
    let Local { rules, findings, .. } = Local::read(file)?;
    let ((), findings) = Findings::check(findings, ())?;
    let (title, version) = (rules.title(), rules.version());
    let issued = rules.issued().map(|day| day.to_string()).unwrap_or_default();
    console.say(&say!(
        "{title}，版本 {version}，{issued} 发布",
        "{title}, version {version}, issued {issued}"
    ));
    rules.rows().iter().for_each(|rule| print_rule(rule, console));
    console.findings(&findings);
    console.report(&json!({
        "command": "explain", "what": "rules", "ok": true, "title": title, "version": version,
        "issued": issued, "digest": digests(&rules), "rules": rules.rows().iter().map(rule_json).collect::<Vec<_>>(),
        "findings": findings.iter().map(|f| finding_json(f, console.lang)).collect::<Vec<_>>(),
    }));
    Ok(DONE)
}

fn print_kind(kind: &RuleKind, console: &Console) {
    let RuleKind { name, zh, en, keys, gives } = kind;
    let keys = if keys.is_empty() { "–".to_owned() } else { keys.join(", ") };
    console.say(&say!("{name}  {zh}", "{name}  {en}"));
    console.say(&say!("  键：{keys}；结果：{gives}", "  keys: {keys}; gives: {gives}"));
}

fn print_rule(rule: &Rule, console: &Console) {
    let RuleKind { zh, en, gives, .. } = rule.kind();
    let (id, name, basis) = (rule.id(), rule.name(), rule.basis());
    let Text { zh: value_zh, en: value_en } = rule.value();
    let matters = rule.matters().join(", ");
    console.line(&format!("{id}  {name}"));
    console.say(&say!("  {zh}：{value_zh}（{gives}）", "  {en}: {value_en} ({gives})"));
    match matters.is_empty() {
        true => console.say(&say!("  全部事项", "  all matters")),
        false => console.say(&say!("  事项：{matters}", "  matters: {matters}")),
    }
    console.say(&say!("  依据：{basis}", "  basis: {basis}"));
}

fn both(text: &Text) -> Value {
    json!({"zh": text.zh, "en": text.en})
}

fn kind_json(kind: &RuleKind) -> Value {
    let RuleKind { name, zh, en, keys, gives } = kind;
    json!({"kind": name, "title": {"zh": zh, "en": en}, "keys": keys, "gives": gives})
}

fn rule_json(rule: &Rule) -> Value {
    json!({
        "id": rule.id(), "kind": rule.kind().name, "name": rule.name(), "value": both(&rule.value()),
        "matters": rule.matters(), "basis": rule.basis(), "gives": rule.kind().gives,
    })
}

/// The digests of the file, as a commitment in either suite names it.
fn digests(rules: &Rules) -> Value {
    let of = |suite| rules.digest(suite).map(|digest| digest.hex());
    json!({"sha256": of(Suite::Sha256), "sm3": of(Suite::Sm3)})
}
