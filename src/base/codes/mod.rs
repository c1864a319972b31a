//! The one table of everything that can be found wrong: code, weight, name, remedy, in both languages.
//! `ssj explain CODE` prints a row. Codes are for ever: a retired one is never used again.

mod bundle;
mod engines;
mod events;
mod files;
mod identity;
mod language;
mod log;
mod logged;
mod notices;
mod plans;
mod reading;
mod receipts;
mod registers;
mod rehearsal;
mod rules;
mod schedule;
mod sealed;
mod shell;
mod site;

use super::finding::{Lang, Severity};

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// A letter for the area and two digits.
    pub code: &'static str,
    /// What a finding of this rule weighs.
    pub severity: Severity,
    title: (&'static str, &'static str),
    remedy: (&'static str, &'static str),
}

impl Rule {
    const fn new(
        code: &'static str,
        severity: Severity,
        title: (&'static str, &'static str),
        remedy: (&'static str, &'static str),
    ) -> Self {
        Rule { code, severity, title, remedy }
    }

    /// The rule's name.
    pub fn title(&self, lang: Lang) -> &'static str {
        pick(self.title, lang)
    }

    /// What to do about it.
    pub fn remedy(&self, lang: Lang) -> &'static str {
        pick(self.remedy, lang)
    }
}

fn pick(pair: (&'static str, &'static str), lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => pair.0,
        Lang::En => pair.1,
    }
}

/// All rules, in the order of their codes within each area.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    let of_registers = [registers::RULES, reading::RULES, files::RULES, identity::RULES];
    let of_plans = [plans::RULES, language::RULES, rules::RULES, engines::RULES, rehearsal::RULES];
    let of_days = [schedule::RULES];
    let shell = [notices::RULES, site::RULES, shell::RULES];
    [bundle::RULES, events::RULES, log::RULES, logged::RULES, receipts::RULES, sealed::RULES]
        .into_iter()
        .chain(of_registers)
        .chain(of_plans)
        .chain(of_days)
        .chain(shell)
        .flatten()
}

/// The rule with this code.
pub fn find(code: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_every_text_is_there() {
        let mut codes: Vec<&str> = all().map(|rule| rule.code).collect();
        codes.sort_unstable();
        assert!(codes.windows(2).all(|pair| pair[0] != pair[1]), "{codes:?}");
        for rule in all() {
            for lang in [Lang::Zh, Lang::En] {
                assert!(
                    !rule.title(lang).is_empty() && !rule.remedy(lang).is_empty(),
                    "{}",
                    rule.code
                );
            }
        }
    }
}
