//! `ssj publish`: what people read, made of a bundle.

mod args;
mod site;
mod templates;

use super::Failure;
use super::console::Console;

pub(super) use args::PublishCommand;

pub(super) fn publish(what: &PublishCommand, console: &Console) -> Result<u8, Failure> {
    match what {
        PublishCommand::Site(args) => site::site(args, console),
        PublishCommand::Templates { dir } => templates::write(dir, console),
    }
}
