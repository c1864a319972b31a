//! `ssj check` and `ssj simulate` against their limits, on a workspace of 176,245 fictional subjects and 30 tasks:
//! `cargo bench --bench check`. Nothing here is a test.
#![allow(missing_docs, clippy::disallowed_methods)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A district of this size (嘉定), with 30 member departments' tasks.
const SUBJECTS: &str = "176245";
const INSPECTORS: &str = "600";
const TASKS: usize = 30;

fn run(folder: &Path, args: &[&str]) -> Duration {
    let start = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_ssj"))
        .args(["-C", "."])
        .args(args)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .env_remove("DATABASE_URL")
        .status()
        .unwrap();
    assert!(status.success(), "ssj {args:?}: {status}");
    start.elapsed()
}

/// The generated plan with its tasks repeated under new names, each after the first round with a smaller sample.
fn plan_of_30(plan: &str) -> String {
    let (head, tasks) = plan.split_once("\n[[task]]").unwrap();
    let tasks: Vec<&str> = tasks.split("\n[[task]]").collect();
    let mut text = head.to_owned();
    for i in 0..TASKS {
        let (round, task) = (i / tasks.len(), tasks[i % tasks.len()]);
        text.push_str("\n[[task]]");
        for line in task.lines() {
            let key = line.split(' ').next().unwrap_or_default();
            let own = match key {
                "list" => format!("list = \"33019920260720{:04}\"", i + 1),
                "group" => format!("{}{round}\"", line.rsplit_once('"').unwrap().0),
                "sample" if round > 0 => "sample = { ratio = \"0.4%\" }".to_owned(),
                _ => line.to_owned(),
            };
            text.push_str(&own);
            text.push('\n');
        }
    }
    text
}

fn report(name: &str, ours: Duration, limit: Duration) {
    let permille = ours.as_millis() * 1000 / limit.as_millis();
    let ratio = format!("{}.{:03}", permille / 1000, permille % 1000);
    println!("{name}: {ours:.2?}; limit: {limit:.0?}; ratio {ratio}");
}

fn main() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path();
    let (subjects, inspectors) = (["--subjects", SUBJECTS], ["--inspectors", INSPECTORS]);
    run(folder, &[&["generate"], &subjects[..], &inspectors[..], &["--out", "registers"]].concat());
    run(folder, &["init", "."]);
    for register in ["matters", "subjects", "inspectors", "recusals", "incompatibles"] {
        run(folder, &["import", register, &format!("registers/{register}.csv"), "--apply"]);
    }
    let plan = std::fs::read_to_string(folder.join("registers/plan.toml")).unwrap();
    std::fs::write(folder.join("plan30.toml"), plan_of_30(&plan)).unwrap();
    let check = || run(folder, &["check", "plan30.toml"]);
    let best = (0..5).map(|_| check()).min().unwrap();
    report("check of 176,245 subjects and 30 tasks", best, Duration::from_secs(2));
    let simulate = run(folder, &["simulate", "plan30.toml", "--runs", "1000"]);
    report("1,000 simulated draws of them", simulate, Duration::from_secs(60));
}
