//! The command line `ssj`: a face on the library. It reads and writes files, tells the time and speaks two
//! languages; it decides nothing.

mod approvals;
mod args;
mod beacon;
mod blockage;
mod bundle;
mod calendar;
mod ceremony;
mod chances;
mod changes;
mod chart;
mod check;
mod clock;
mod commit;
mod companions;
mod console;
mod demo;
mod diff;
mod draw;
mod event;
mod explain;
mod given;
mod ground;
mod import;
mod log;
mod open;
mod page;
mod past;
mod publish;
mod receipt;
mod recompute;
mod registry;
mod rivals;
mod rules;
mod said;
mod schedule;
mod sealing;
mod secret;
mod simulate;
mod sql;
mod verify;
mod visit;
mod workspace;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use self::args::{Args, Command, PlanCommand};
use self::clock::Clock;
use self::console::Console;
use crate::base::finding::{Finding, Findings};
use crate::io::leftovers::clear_on_interrupt;

/// Done, or verified.
const DONE: u8 = 0;
/// Not verified, or no pairing exists.
const NOT_VERIFIED: u8 = 1;
/// Bad input or usage, or no bundle.
const BAD_INPUT: u8 = 2;
/// A fault of machine or store.
const MACHINE: u8 = 3;

/// Why a command ended without doing its work, or what its work found.
pub(crate) struct Failure {
    exit: u8,
    findings: Findings,
}

impl Failure {
    /// Findings about input; a fault of the machine among them decides the exit code.
    fn input(findings: impl Into<Findings>) -> Self {
        Self::of(findings.into(), BAD_INPUT)
    }

    /// Findings about the inside of a bundle.
    fn bundle(findings: impl Into<Findings>) -> Self {
        Self::of(findings.into(), NOT_VERIFIED)
    }

    fn of(findings: Findings, exit: u8) -> Self {
        let codes = || findings.0.iter().map(Finding::code);
        let machine = codes().any(|code| ["W08", "W09", "W19", "W26"].contains(&code));
        let usage = codes().any(|code| code.starts_with('W'));
        Failure {
            exit: if machine {
                MACHINE
            } else if usage {
                BAD_INPUT
            } else {
                exit
            },
            findings,
        }
    }
}

impl From<Finding> for Failure {
    fn from(finding: Finding) -> Self {
        Failure::input(finding)
    }
}

impl From<Findings> for Failure {
    fn from(findings: Findings) -> Self {
        Failure::input(findings)
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            if !help {
                console::usage_error();
            }
            // Printing fails only where nobody reads.
            let _ = error.print();
            return ExitCode::from(if help { DONE } else { BAD_INPUT });
        }
    };
    clear_on_interrupt();
    let mut console = Console::new(&args);
    let clock = Clock::new(args.clock.as_deref());
    let done = clock.and_then(|clock| run(&args, &clock, &mut console));
    match done {
        Ok(exit) => match console.lost() {
            None => ExitCode::from(exit),
            Some(finding) => {
                // Whoever reads the standard output reads nothing more there.
                let _ = writeln!(std::io::stderr(), "{}", finding.show(console.lang));
                ExitCode::from(MACHINE)
            }
        },
        Err(failure) => {
            console.failure(&failure.findings);
            ExitCode::from(failure.exit)
        }
    }
}

fn run(args: &Args, clock: &Clock, console: &mut Console) -> Result<u8, Failure> {
    let workspace = args.workspace.as_path();
    match &args.command {
        Command::Demo(demo) => demo::demo(demo, console),
        Command::Init { dir, database } => workspace::init(dir, database.as_deref(), console),
        Command::Import(import) => import::import(workspace, import, clock, console),
        Command::Export { register, file, at } => {
            workspace::export(workspace, *register, file, at.as_deref(), console)
        }
        Command::Registry { what } => registry::registry(workspace, what, console),
        Command::Generate(generate) => workspace::generate(generate, console),
        Command::Check(check) => check::check(workspace, check, clock, console),
        Command::Plan { what: PlanCommand::Diff(args) } => diff::plan_diff(args, console),
        Command::Simulate(args) => simulate::simulate(workspace, args, clock, console),
        Command::Commit(commit) => commit::commit(workspace, commit, clock, console),
        Command::Beacon(beacon) => beacon::beacon(workspace, beacon, clock, console),
        Command::Draw { bundle, frames, secret } => {
            draw::draw(workspace, bundle, frames, secret, clock, console)
        }
        Command::Open(args) => open::open(workspace, args, clock, console),
        Command::Custodians(args) => open::custodians(args, console),
        Command::Ceremony(args) => ceremony::ceremony(workspace, args, clock, console),
        Command::Schedule(args) => schedule::schedule(workspace, args, clock, console),
        Command::Today(args) => schedule::today(workspace, args, clock, console),
        Command::Calendar(args) => calendar::calendar(args, console),
        Command::Event(event) => event::event(workspace, event, clock, console),
        Command::Verify(args) => verify::verify(workspace, args, clock, console),
        Command::Publish(args) => publish::publish(workspace, args, clock, console),
        Command::Receipt(args) => receipt::receipt(args, console),
        Command::Explain(args) => explain::explain(args, console),
        Command::Log { what } => log::log(workspace, what, clock, console),
        Command::Sql(args) => sql::sql(args, console),
        Command::Completions { shell } => explain::completions(*shell, console),
    }
}
