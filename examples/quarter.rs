//! A quarter in a few lines: registers and plan, freeze, beacon, draw, verify.
//! `cargo run --release --example quarter`

use shuangsuiji::conduct::Frozen;
use shuangsuiji::io::sheet;
use shuangsuiji::plan::{History, Plan, Rules};
use shuangsuiji::record::beacon::Beacon;
use shuangsuiji::record::bundle::BEACON;
use shuangsuiji::registry::{Register, Registry, Table};
use shuangsuiji::verify::verify;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut tables = Vec::new();
    // The fictional district writes leave in the rows of its inspectors.
    for register in Register::ALL.into_iter().filter(|register| *register != Register::Leave) {
        let file = format!("data/district/{}.csv", register.name());
        let known = |name: &str| {
            register.columns().iter().any(|column| column.id == name || column.zh == name)
        };
        let (sheets, _) = sheet::read(&file, &std::fs::read(&file)?, &known)?;
        tables.push(Table::read(register, &sheets[0]).0);
    }
    let (registry, _) = Registry::build(&tables);
    let (plan, _) = Plan::parse(&std::fs::read_to_string("data/district/plan.toml")?, "plan.toml")?;
    let (freeze, _) = plan.freeze(&registry, &Rules::default(), &History::default())?;
    let (frozen, mut bundle) = (Frozen::read(&freeze.files, &freeze.files)?, freeze.files.clone());
    // Publish the frozen bundle, wait for the named drand round, then enter its signature.
    let signature = "8b3edd0d42a2fa36ac15641a2dea2e4f4895acec2ef72ef39e5b6138f0346fb6b046dde1b4b3d09ff5fe8a6a7acd674a";
    let beacon =
        Beacon::of_values(plan.suite(), &frozen.commitment.sources, &[signature.to_owned()], None)?;
    let drawn = frozen.draw(&beacon, None, &mut |_, _, _| {})?;
    bundle.insert(BEACON.to_owned(), beacon.format());
    bundle.extend(drawn.files);
    println!("{} visits, verified: {}", drawn.visits.len(), verify(&bundle).verified());
    Ok(())
}
