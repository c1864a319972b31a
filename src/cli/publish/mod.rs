//! `ssj publish`: what people read, made of a bundle.

mod args;
mod forms;
mod names;
mod notice;
mod print;
mod site;
mod templates;

use std::path::Path;

use super::Failure;
use super::console::Console;

pub(super) use args::PublishCommand;

pub(super) fn publish(
    workspace: &Path,
    what: &PublishCommand,
    console: &Console,
) -> Result<u8, Failure> {
    match what {
        PublishCommand::Notice(args) => notice::notice(workspace, args, console),
        PublishCommand::Forms(args) => forms::forms(workspace, args, console),
        PublishCommand::Site(args) => site::site(workspace, args, console),
        PublishCommand::Templates { dir } => templates::write(dir, console),
    }
}
