//! `beacon.json`: the values of the committed sources as strings, with their evidence.

use serde_json::{Value, json};

use super::drand;
use crate::base::digest::Suite;
use crate::base::finding::{Finding, Findings};
use crate::base::json::{self, Object};
use crate::say;

pub use super::source::{DigitGame, Lottery, NEVER_REVEALED, Source, Trust, check_sources};

/// `beacon.json`: the strings, and one object of evidence per source.
#[derive(Clone, Debug, PartialEq)]
pub struct Beacon {
    /// One string per source, in committed order; they make the seed.
    pub strings: Vec<String>,
    /// One object per source: {kind, …}, for drand with `signature`.
    pub evidence: Vec<Value>,
}

impl Beacon {
    /// Makes the beacon of these values: for drand the signature in hex, else the result in the source's form.
    /// `by` says who announced or witnessed typed values.
    ///
    /// # Errors
    /// B05, B06 or B09; all values are checked.
    pub fn of_values(
        suite: Suite,
        sources: &[Source],
        values: &[String],
        by: Option<&str>,
    ) -> Result<Self, Findings> {
        let (want, got) = (sources.len(), values.len());
        if want != got {
            let cause = say!(
                "承诺有 {want} 个来源，给出 {got} 个值",
                "{want} sources are committed, {got} values given"
            );
            return Err(Finding::new("B09", cause).into());
        }
        let mut beacon = Beacon { strings: Vec::new(), evidence: Vec::new() };
        let mut findings = Vec::new();
        for (source, value) in sources.iter().zip(values) {
            match source_value(suite, source, value.trim()) {
                Ok(text) => beacon.strings.push(source.prefix() + &text),
                Err(finding) => findings.push(finding),
            }
            beacon.evidence.push(match (source, by) {
                (Source::Drand { .. }, _) => json!({"kind": "drand", "signature": value.trim()}),
                (_, Some(by)) => json!({"kind": source.kind(), "by": by}),
                (_, None) => json!({"kind": source.kind()}),
            });
        }
        if findings.is_empty() { Ok(beacon) } else { Err(Findings(findings)) }
    }

    /// Parses the bytes of `beacon.json`.
    ///
    /// # Errors
    /// F01 or F05.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        Self::read(&json::parse_line(bytes)?)
    }

    /// Reads a parsed object, as it stands in a file or a receipt.
    ///
    /// # Errors
    /// F05.
    pub fn read(value: &Value) -> Result<Self, Finding> {
        let top = Object::root(value)?;
        top.only(&["strings", "evidence"])?;
        let strings = top.texts("strings")?.into_iter().map(str::to_owned).collect();
        top.objects("evidence")?;
        let evidence = top.array("evidence")?.into_iter().map(|(value, _)| value.clone()).collect();
        Ok(Beacon { strings, evidence })
    }

    /// The object of `beacon.json`.
    pub fn to_json(&self) -> Value {
        json!({"strings": self.strings, "evidence": self.evidence})
    }

    /// The bytes of `beacon.json`.
    pub fn format(&self) -> Vec<u8> {
        json::format_line(&self.to_json())
    }

    /// Checks strings and evidence against the committed sources; drand's signature is verified.
    ///
    /// # Errors
    /// B05, B06 or B09.
    pub fn check(&self, suite: Suite, sources: &[Source]) -> Result<(), Finding> {
        if self.strings.len() != sources.len() || self.evidence.len() != sources.len() {
            let cause = say!(
                "信标值或证据的个数与来源不同",
                "strings or evidence differ in number from the sources"
            );
            return Err(Finding::new("B09", cause));
        }
        for ((source, text), evidence) in sources.iter().zip(&self.strings).zip(&self.evidence) {
            let prefix = source.prefix();
            let evidence = Object::root(evidence)?;
            let value =
                text.strip_prefix(&prefix).filter(|_| evidence.text("kind") == Ok(source.kind()));
            let Some(value) = value else {
                let cause =
                    say!("“{text}” 不是 {prefix} 的值", "\"{text}\" is no value of {prefix}");
                return Err(Finding::new("B06", cause).id(prefix));
            };
            source.check_value(value)?;
            source.check_share(suite, value)?;
            if !matches!(source, Source::Drand { .. }) {
                evidence.without(&["signature"])?;
            }
            if let Source::Drand { round, .. } = source
                && drand::randomness(*round, evidence.text("signature")?)?.hex() != value
            {
                let cause =
                    say!("随机值不是签名的摘要", "the value is not the digest of the signature");
                return Err(Finding::new("B05", cause).id(prefix));
            }
        }
        Ok(())
    }
}

/// The value in a source's string: drand's is the digest of its verified signature, all others stand as given.
fn source_value(suite: Suite, source: &Source, value: &str) -> Result<String, Finding> {
    if let Source::Drand { round, .. } = source {
        return Ok(drand::randomness(*round, value)?.hex());
    }
    source.check_value(value)?;
    source.check_share(suite, value)?;
    Ok(value.to_owned())
}
