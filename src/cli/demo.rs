//! `ssj demo`: the whole job on the fictional district, by the same commands that an office would give.

use std::path::Path;

use serde_json::json;

use super::args::{BeaconArgs, CommitArgs, DemoArgs, FrameArgs, ImportArgs, RegisterArg};
use super::clock::Clock;
use super::console::Console;
use super::log::Trusted;
use super::secret::SecretArgs;
use super::verify::{print_report, verified};
use super::workspace::write_district;
use super::{DONE, Failure, NOT_VERIFIED, beacon, commit, draw, import};
use crate::base::finding::Lang;
use crate::fiction::{Spec, generate};
use crate::io::folder::BundleFolder;
use crate::say;
use crate::store::{FILE, Store};

/// drand's recorded round 30662982 and when it came: the rehearsal's clock stands before and after it.
const RECORDED: &str = include_str!("../../data/randomness/quicknet.json");

pub(super) fn demo(args: &DemoArgs, console: &Console) -> Result<u8, Failure> {
    let recorded: serde_json::Value =
        serde_json::from_str(RECORDED).expect("bug: the shipped file is JSON");
    let signature =
        recorded["rounds"][0]["signature"].as_str().expect("bug: it has a signature").to_owned();
    let out = args.out.as_path();
    step(
        console,
        1,
        say!("生成虚构区县的三个名录", "making the registers of a fictional district"),
    );
    let registers = out.join("registers");
    write_district(&registers, &generate(&Spec::default()))?;
    step(console, 2, say!("导入名录", "importing the registers"));
    let before = Clock::at(RECORDED_AT_S - 86_400);
    // Whatever database the environment names, a demonstration keeps out of it.
    drop(Store::create(out, Some(&format!("sqlite:{FILE}")))?);
    for (register, name) in [
        (RegisterArg::Matters, "matters"),
        (RegisterArg::Subjects, "subjects"),
        (RegisterArg::Inspectors, "inspectors"),
        (RegisterArg::Recusals, "recusals"),
        (RegisterArg::Incompatibles, "incompatibles"),
        (RegisterArg::Visits, "visits"),
    ] {
        let import = ImportArgs {
            register,
            files: vec![registers.join(format!("{name}.csv"))],
            apply: true,
            merge: false,
            removed: None,
            by: None,
            mapping: None,
            propose: false,
            report: None,
        };
        import::import(out, &import, &before, console)?;
    }
    step(console, 3, say!("校核并封存计划", "checking and committing the plan"));
    let bundle = out.join("bundle");
    let args = CommitArgs {
        days: false,
        plan: registers.join("plan.toml"),
        quarter: None,
        frames: FrameArgs::default(),
        rules: None,
        out: bundle.clone(),
        approve_shortage: None,
        approve_quarantine: None,
        approve_incompatible: None,
        secret: SecretArgs::default(),
    };
    commit::commit(out, &args, &before, console)?;
    step(
        console,
        4,
        say!(
            "录入公开随机信标（实录的 drand 轮次）",
            "entering the beacon (a recorded drand round)"
        ),
    );
    let after = Clock::at(RECORDED_AT_S + 60);
    let values_of = BeaconArgs { bundle: bundle.clone(), values: vec![signature], by: None };
    beacon::beacon(out, &values_of, &after, console)?;
    step(console, 5, say!("随机抽取、随机匹配", "drawing subjects, pairing inspectors"));
    draw::draw(out, &bundle, &FrameArgs::default(), &SecretArgs::default(), &after, console)?;
    step(console, 6, say!("核验公示包", "verifying the bundle"));
    finish(&bundle, console)
}

/// When round 30662982 was published: genesis + (round − 1) · 3 s.
const RECORDED_AT_S: u64 = 1_784_792_310;

fn step(console: &Console, n: u32, text: crate::base::finding::Text) {
    console.line(&format!("── {n}/6 {}", text.get(console.lang)));
}

/// The verifier's report, ending in the verdict; the last line names it in both languages.
fn finish(bundle: &Path, console: &Console) -> Result<u8, Failure> {
    let report = verified(&mut BundleFolder::read(bundle)?, &Trusted::default(), console)?;
    print_report(&report, console);
    let place = bundle.display();
    console.say(&say!(
        "公示包：{place}，可用 ssj verify {place} 再核验",
        "the bundle: {place}; verify it again with ssj verify {place}"
    ));
    console
        .report(&json!({"command": "demo", "ok": report.verified(), "bundle": place.to_string()}));
    if report.verified() {
        console.line(match console.lang {
            Lang::Zh => "核验通过 verified",
            Lang::En => "verified",
        });
        Ok(DONE)
    } else {
        Ok(NOT_VERIFIED)
    }
}
