//! `ssj explain`: the table of rules; `ssj completions`.

use clap::CommandFactory;
use serde_json::{Value, json};

use super::args::{Args, ExplainArgs, ExplainCommand};
use super::console::Console;
use super::visit::explain_visit;
use super::{DONE, Failure, rules};
use crate::base::codes::{self, Rule};
use crate::base::finding::{Finding, Lang, Severity};
use crate::say;
use crate::verify::STEPS;

pub(super) fn explain(args: &ExplainArgs, console: &Console) -> Result<u8, Failure> {
    match &args.what {
        Some(ExplainCommand::Visit(visit)) => explain_visit(visit, console),
        Some(ExplainCommand::Rules { file }) => rules::explain(file.as_deref(), console),
        None => explain_code(args.code.as_deref(), console),
    }
}

fn explain_code(code: Option<&str>, console: &Console) -> Result<u8, Failure> {
    match code {
        None => {
            for rule in codes::all() {
                console.line(&format!("{}  {}", rule.code, rule.title(console.lang)));
            }
            console.report(&Value::Array(codes::all().map(rule_json).collect()));
        }
        Some(text) => {
            let wanted = text.to_uppercase();
            let rule = codes::find(&wanted).ok_or_else(|| {
                Finding::new(
                    "W07",
                    say!(
                        "没有代码 {text}；ssj explain 列出全部",
                        "no code {text}; ssj explain lists all"
                    ),
                )
                .id(text)
            })?;
            show(rule, console);
            console.report(&rule_json(rule));
        }
    }
    Ok(DONE)
}

fn show(rule: &Rule, console: &Console) {
    let lang = console.lang;
    let weight = match (rule.severity, lang) {
        (Severity::Error, Lang::Zh) => "错误",
        (Severity::Warning, Lang::Zh) => "警告",
        (Severity::Note, Lang::Zh) => "提示",
        (Severity::Error, Lang::En) => "error",
        (Severity::Warning, Lang::En) => "warning",
        (Severity::Note, Lang::En) => "note",
    };
    console.line(&format!("{}  {} ({weight})", rule.code, rule.title(lang)));
    let step = rule
        .code
        .strip_prefix('V')
        .and_then(|n| n.parse::<usize>().ok())
        .and_then(|n| STEPS.get(n.wrapping_sub(1)));
    if let Some(step) = step {
        console.line(&format!("  {}", step.proves(lang)));
    }
    console.line(&format!("  {}", rule.remedy(lang)));
}

fn rule_json(rule: &Rule) -> Value {
    let both =
        |get: &dyn Fn(Lang) -> &'static str| json!({"zh": get(Lang::Zh), "en": get(Lang::En)});
    json!({
        "code": rule.code,
        "severity": match rule.severity { Severity::Error => "error", Severity::Warning => "warning", Severity::Note => "note" },
        "title": both(&|lang| rule.title(lang)),
        "remedy": both(&|lang| rule.remedy(lang)),
    })
}

pub(super) fn completions(shell: clap_complete::Shell, console: &Console) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "ssj", &mut script);
    console.print(&String::from_utf8_lossy(&script));
    Ok(DONE)
}
