//! Whether the frozen part of a bundle follows from registers and a plan: what an auditor who may see the registers
//! asks beyond the public checks. The answer names every register, table and key that comes out differently.

use super::freeze::{History, register_digests};
use super::given::{GIVEN, GivenFrames};
use super::model::Plan;
use super::rules::Rules;
use super::seal::Sealing;
use crate::base::finding::{Finding, Findings};
use crate::base::secret::Secret;
use crate::record::bundle::{COMMITMENT, Files, OPENING, parse_opening};
use crate::record::commitment::Commitment;
use crate::registry::{Register, Registry};
use crate::say;

/// Keys of a commitment that do not follow from registers and plan: the program that committed, what the office saw and
/// approved while it did, and the digest of a secret of its own for the days of visits.
const NOT_RECOMPUTED: &[&str] = &["engine", "forecast", "changes", "quarantined", "days"];

/// Freezes `plan` anew over `registry` and compares the result with a bundle. `drawn` holds the visits of the
/// earlier draws that it names; attempt and predecessor are the bundle's own. `given` surveys the bundle's frames if they
/// were made elsewhere ([`has_given_frames`]), so that they follow from no register.
///
/// # Errors
/// V19 for a register whose digest is not the committed one, V20 for a plan or a key of the commitment, V21 for a
/// table, each with the first difference; the findings of [`Plan::freeze`] if nothing can be frozen.
pub fn recompute(
    plan: &Plan,
    registry: &Registry,
    rules: &Rules,
    drawn: History,
    commitment: &Commitment,
    files: &Files,
    given: Option<&GivenFrames>,
) -> Result<(), Findings> {
    let secret = files.get(OPENING).and_then(|bytes| parse_opening(bytes).ok());
    let secret = secret.and_then(|hex| Secret::from_hex(&hex));
    if commitment.sealed() && secret.is_none() {
        let cause = say!("没有 {OPENING}", "there is no {OPENING}");
        return Err(Finding::new("S22", cause).file(OPENING).into());
    }
    if plan.seal.is_some() != commitment.sealed() {
        let cause = say!("计划与公示包的 mode 不同", "mode is not the plan's");
        return Err(Finding::new("V20", cause).file(COMMITMENT).column("mode").into());
    }
    let sealing = secret.as_ref().map(|secret| Sealing { plan, secret });
    let mut findings = registers(registry, commitment, sealing.as_ref());
    let history = History { attempt: commitment.attempt, prev: commitment.prev, ..drawn };
    let frozen = match (&secret, given) {
        (None, None) => plan.freeze(registry, rules, &history),
        (None, Some(frames)) => plan.under(rules).freeze_given(registry, &history, frames),
        (Some(secret), _) => plan.freeze_sealed(registry, rules, &history, secret),
    };
    match frozen {
        Err(Findings(more)) => findings.extend(more),
        Ok((freeze, _)) => {
            findings.extend(keys(commitment, &freeze.commitment));
            let tables = freeze.files.iter().filter(|(path, _)| *path != COMMITMENT);
            findings.extend(tables.filter_map(|(path, again)| table(path, files.get(path), again)));
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(Findings(findings)) }
}

/// Whether the frames of a commitment were made elsewhere.
pub fn has_given_frames(commitment: &Commitment) -> bool {
    commitment.notes.get("frames").is_some_and(|frames| *frames == GIVEN)
}

/// The committed digests of the registers against those of this registry.
fn registers(
    registry: &Registry,
    commitment: &Commitment,
    sealing: Option<&Sealing<'_>>,
) -> Vec<Finding> {
    let committed = commitment.notes.get("registers");
    let again = register_digests(commitment.suite, registry, |name, digest| {
        sealing.map_or(*digest, |sealing| sealing.register(name, digest))
    });
    let differs = |register: &Register| {
        committed.and_then(|all| all.get(register.name())) != again.get(register.name())
    };
    let finding = |register: Register| {
        let (zh, en) = (register.zh(), register.name());
        let cause = say!("{zh}与承诺的摘要不同", "{en} differs from the committed digest");
        Finding::new("V19", cause).file(COMMITMENT).column("registers").id(en)
    };
    Register::ALL.into_iter().filter(differs).map(finding).collect()
}

/// The keys of the commitment that come out differently.
fn keys(commitment: &Commitment, again: &Commitment) -> Vec<Finding> {
    let (before, after) = (commitment.to_json(), again.to_json());
    let empty = serde_json::Map::new();
    let [before, after] = [&before, &after].map(|value| value.as_object().unwrap_or(&empty));
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    // A register that differs has a finding of its own.
    let recomputed =
        |name: &&&String| !NOT_RECOMPUTED.contains(&name.as_str()) && **name != "registers";
    let differs = |name: &&&String| before.get(**name) != after.get(**name);
    let finding = |name: &String| {
        let cause = say!("重算所得与公布的不同", "recomputed, it is not as published");
        Finding::new("V20", cause).file(COMMITMENT).column(name)
    };
    names.iter().filter(recomputed).filter(differs).map(|name| finding(name)).collect()
}

/// The first row in which a table comes out differently.
fn table(path: &str, published: Option<&Vec<u8>>, again: &[u8]) -> Option<Finding> {
    let Some(published) = published else {
        let cause = say!("公示包里没有这张表", "the bundle does not hold this table");
        return Some(Finding::new("V21", cause).file(path));
    };
    if published == again {
        return None;
    }
    let lines = |bytes: &[u8]| -> Vec<String> {
        String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect()
    };
    let (published, again) = (lines(published), lines(again));
    let at = published.iter().zip(&again).take_while(|(a, b)| a == b).count();
    let shown = |rows: &[String]| {
        rows.get(at)
            .map_or("–", String::as_str)
            .replace('\t', " ")
            .chars()
            .take(80)
            .collect::<String>()
    };
    let (there, here) = (shown(&published), shown(&again));
    let cause =
        say!("公布的是“{there}”，重算得“{here}”", "published \"{there}\", recomputed \"{here}\"");
    Some(Finding::new("V21", cause).file(path).row(at as u64 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::table;
    use crate::plan::testkit::{Office, subject};
    use crate::record::bundle::frame_path;
    use crate::record::tables::FrameRow;

    /// Codes and columns of what is found when this office's bundle is recomputed with that one's plan and registers.
    fn found(bundle: &Office, auditor: &Office) -> Vec<(&'static str, Option<String>)> {
        let freeze = bundle.freeze();
        recomputed(auditor, &freeze.commitment, &freeze.files)
    }

    fn recomputed(
        auditor: &Office,
        commitment: &Commitment,
        files: &Files,
    ) -> Vec<(&'static str, Option<String>)> {
        let plan = Plan::parse(&auditor.plan, "plan.toml").unwrap().0;
        let history = History { visits: auditor.history.visits.clone(), ..History::default() };
        let rules = auditor.rules();
        match recompute(&plan, &auditor.registry(), &rules, history, commitment, files, None) {
            Ok(()) => Vec::new(),
            Err(Findings(all)) => {
                all.into_iter().map(|f| (f.code(), f.place.column.or(f.place.file))).collect()
            }
        }
    }

    #[test]
    fn what_an_office_froze_comes_out_again() {
        assert_eq!(found(&Office::small(), &Office::small()), []);
        assert_eq!(found(&Office::small(), &Office::small().reversed()), []);
    }

    #[test]
    fn another_register_or_plan_is_named() {
        let more = Office::small().add(Register::Subjects, &subject("A9999", "A"));
        let codes = found(&Office::small(), &more);
        let expected = [("V19", "registers"), ("V20", "lists"), ("V21", "frames/T1.tsv")];
        assert_eq!(codes, expected.map(|(code, place)| (code, Some(place.to_owned()))));
        let other = Office::small().edit("title = \"测试\"", "title = \"再测\"");
        let expected = [("V20", "plan"), ("V20", "title")];
        let codes = found(&Office::small(), &other);
        assert_eq!(codes, expected.map(|(code, place)| (code, Some(place.to_owned()))));
    }

    #[test]
    fn a_subject_taken_out_of_a_frame_is_missed() {
        let office = Office::small();
        let mut freeze = office.freeze();
        let path = frame_path("T1");
        let mut rows: Vec<FrameRow> = table::parse(&freeze.files[&path]).unwrap();
        rows.remove(3);
        // The office commits to what it forged, so that the public checks pass.
        let list = &mut freeze.commitment.lists[0];
        list.frame = table::root(freeze.commitment.suite, &rows);
        list.strata[0].size -= 1;
        freeze.files.insert(path.clone(), table::format(&rows));
        let codes = recomputed(&office, &freeze.commitment, &freeze.files);
        assert_eq!(codes, [("V20", Some("lists".to_owned())), ("V21", Some(path))]);
        let drawn = recompute(
            &Plan::parse(&office.plan, "plan.toml").unwrap().0,
            &office.registry(),
            &Rules::default(),
            History::default(),
            &freeze.commitment,
            &freeze.files,
            None,
        );
        let shown = drawn.unwrap_err().to_string();
        assert!(shown.contains("frames/T1.tsv, line 5: published \"X:"), "{shown}");
    }
}
