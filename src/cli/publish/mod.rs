//! `ssj publish`: what people read, made of a bundle.

mod args;
mod forms;
mod names;
mod notice;
mod outcome;
mod print;
mod site;
mod standing;
mod templates;

use std::path::Path;

use super::Failure;
use super::clock::Clock;
use super::console::Console;

use args::PublishCommand;

pub(super) use args::PublishArgs;

pub(super) fn publish(
    workspace: &Path,
    args: &PublishArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    match &args.what {
        None => site::site(workspace, &args.site, console),
        Some(PublishCommand::Notice(args)) => notice::notice(workspace, args, clock, console),
        Some(PublishCommand::Forms(args)) => forms::forms(workspace, args, console),
        Some(PublishCommand::Templates { dir }) => templates::write(dir, console),
    }
}
