//! `ssj verify --registry`: beyond the public checks, whether the frozen tables follow from the registers and the plan
//! that a workspace holds.

use std::path::Path;

use serde_json::{Value, json};

use super::console::{Console, finding_json};
use super::past::history_of;
use super::workspace::open_store;
use super::{DONE, Failure, NOT_VERIFIED};
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings};
use crate::io::folder::BundleFolder;
use crate::plan::{AnnualPlan, History, Plan, Rules, recompute};
use crate::record::bundle::{COMMITMENT, OPENING};
use crate::record::commitment::Commitment;
use crate::registry::{Register, Registry, Table};
use crate::say;
use crate::store::Store;

/// Freezes a bundle's plan anew over the versions of the registers that it was committed with.
pub(super) fn against_registry(
    workspace: &Path,
    bundle: &Path,
    console: &Console,
) -> Result<u8, Failure> {
    let store = open_store(workspace)?;
    let files = BundleFolder::read(bundle)?.files_in_memory()?;
    let bytes = files.get(COMMITMENT).map(Vec::as_slice).unwrap_or_default();
    let commitment = Commitment::parse(bytes).map_err(|f| Failure::bundle(f.file(COMMITMENT)))?;
    if commitment.sealed() && !files.contains_key(OPENING) {
        let cause = say!("它还没有开启", "it is not opened yet");
        return Err(Finding::new("S22", cause).file(bundle.display().to_string()).into());
    }
    let basis = Basis::of(&store, &commitment, &commitment.suite.digest(bytes))?;
    let done =
        recompute(&basis.plan, &basis.registry, &basis.rules, basis.history, &commitment, &files);
    let findings = done.err().map(|Findings(findings)| findings).unwrap_or_default();
    let versions: Vec<String> =
        basis.versions.iter().map(|(register, n)| format!("{} v{n}", register.name())).collect();
    let shown = versions.join(", ");
    if findings.is_empty() {
        console.say(&say!(
            "名录重算：冻结的各表由封存时的计划和名录（{shown}）得出",
            "recomputed: the frozen tables follow from plan and registers ({shown})"
        ));
    } else {
        console.say(&say!(
            "名录重算：与封存时的计划和名录（{shown}）不符",
            "recomputed: NOT what plan and registers ({shown}) give"
        ));
        console.findings(&findings);
    }
    let used: Vec<Value> = basis
        .versions
        .iter()
        .map(|(register, n)| json!({"register": register.name(), "version": n}))
        .collect();
    console.report(&json!({
        "command": "verify", "what": "recomputed", "ok": findings.is_empty(), "used": used,
        "findings": findings.iter().map(|f| finding_json(f, console.lang)).collect::<Vec<_>>(),
    }));
    Ok(if findings.is_empty() { DONE } else { NOT_VERIFIED })
}

/// What a bundle was frozen from.
struct Basis {
    plan: Plan,
    versions: Vec<(Register, i64)>,
    registry: Registry,
    rules: Rules,
    history: History,
}

impl Basis {
    fn of(store: &Store, commitment: &Commitment, digest: &Digest) -> Result<Self, Failure> {
        let unknown = |cause| Finding::new("W23", cause).id(digest.hex());
        if store.draw(digest)?.is_none() {
            let cause = say!("本工作区没有封存过它", "this workspace has not committed it");
            return Err(unknown(cause).into());
        }
        let named = |key: &str| {
            commitment.notes.get(key).and_then(Value::as_str).and_then(Digest::from_hex)
        };
        let kept = named("plan").map(|digest| store.plan(&digest)).transpose()?.flatten();
        let Some((text, _)) = kept else {
            let cause = say!("本工作区没有它的计划", "this workspace does not hold its plan");
            return Err(unknown(cause).into());
        };
        let rules = match named("rules") {
            None => Rules::default(),
            Some(digest) => match store.rules(&digest)? {
                Some((text, _)) => Rules::parse(&text, "rules").0,
                None => {
                    let cause =
                        say!("本工作区没有它的细则", "this workspace does not hold its rules");
                    return Err(unknown(cause).into());
                }
            },
        };
        let (annual, findings) = AnnualPlan::parse(&text, "plan");
        Findings::check(findings, ())?;
        // A year's file plans several draws, of which this is one.
        let plan = annual.as_ref().and_then(|annual| annual.of_draw(&commitment.draw));
        let Some(plan) = plan.cloned() else {
            let draw = &commitment.draw;
            let cause = say!("计划中没有抽取 {draw}", "its plan has no draw {draw}");
            return Err(unknown(cause).into());
        };
        let versions = store.draw_versions(digest)?;
        let mut tables = Vec::new();
        for register in Register::ALL {
            let version = versions.iter().find(|(of, _)| *of == register);
            tables.push(match version {
                Some((_, number)) => store.table_at(register, *number)?,
                None => Table { register, rows: Vec::new() },
            });
        }
        let (registry, _) = Registry::build(&tables);
        let history = history_of(store, commitment)?;
        Ok(Basis { plan, versions, registry, rules, history })
    }
}
