//! `ssj ceremony`: the draw in a room with witnesses, on a full screen. Every step is that of `ssj beacon` and
//! `ssj draw`; killed at any page, the same command goes on where the files stand.

mod sheet;
mod state;
#[cfg(test)]
mod tests;
mod view;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ratatui::DefaultTerminal;
use ratatui::backend::Backend;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use serde_json::json;

use self::state::{Ceremony, Effect, Key, Standing};
use super::args::{BeaconArgs, FrameArgs};
use super::bundle::{commitment, readable};
use super::clock::Clock;
use super::console::Console;
use super::event::refuse_void;
use super::secret::SecretArgs;
use super::{DONE, Failure};
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::io::durable::{Written, failed, write_file};
use crate::record::bundle::{COMMITMENT, MANIFEST};
use crate::record::commitment::Commitment;
use crate::record::contents::Contents;
use crate::say;

/// How often the page is drawn anew while nobody presses anything: a time that is awaited counts down.
const TICK: Duration = Duration::from_millis(250);

#[derive(clap::Args)]
pub(super) struct CeremonyArgs {
    /// 公示包文件夹 / the bundle's folder
    pub bundle: PathBuf,
    /// 签到与见证记录，缺省为 <公示包>.ceremony.html / the record to be signed
    #[arg(long, value_name = "FILE.html")]
    pub record: Option<PathBuf>,
    #[command(flatten)]
    pub secret: SecretArgs,
}

/// Runs the ceremony on the terminal of this process.
pub(super) fn ceremony(
    workspace: &Path,
    args: &CeremonyArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let (commitment, digest, standing) = read(&args.bundle)?;
    clock.check_rehearsal(commitment.rehearsal)?;
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        let cause = say!("输入或输出不是终端", "input or output is no terminal");
        return Err(Finding::new("W62", cause).into());
    }
    let mut room = Room { workspace, args, clock, quiet: console.quiet() };
    let mut ceremony = Ceremony::begin(commitment, digest, &standing);
    let mut terminal = open()?;
    let ended = room.run(&mut ceremony, &mut terminal, console);
    ratatui::restore();
    let ended = ended?;
    let drawn = ceremony.drawn.as_ref();
    if let Some((path, written)) = &ended {
        let place = path.display();
        match written {
            Written::New => console.say(&say!("已写入 {place}", "written to {place}")),
            Written::Unchanged => {
                console.say(&say!("{place} 已存在且相同", "{place} is there already, the same"));
            }
        }
    } else {
        console.say(&say!("已离开；同一命令接着进行", "left; the same command goes on"));
    }
    console.report(&json!({
        "command": "ceremony", "ok": true, "commitment": ceremony.digest.hex(),
        "seed": ceremony.seed().map(|seed| seed.hex()), "result": drawn.map(|drawn| drawn.result.hex()),
        "record": ended.map(|(path, _)| path.display().to_string()),
    }));
    Ok(DONE)
}

/// The record of a bundle that is drawn, as the ceremony would write it.
pub(super) fn record_of(bundle: &Path) -> Result<Option<String>, Failure> {
    let (commitment, digest, standing) = read(bundle)?;
    let ceremony = Ceremony::begin(commitment, digest, &standing);
    Ok(ceremony.drawn.is_some().then(|| sheet::sheet(&ceremony)))
}

fn open() -> Result<DefaultTerminal, Failure> {
    ratatui::try_init().map_err(|e| failed(Path::new("terminal"), &e).into())
}

/// Has the next page drawn whole: whatever else wrote to the terminal is gone. (`Terminal::clear` asks the terminal
/// where its cursor is, and not all of them answer.)
fn whole(terminal: &mut DefaultTerminal) -> std::io::Result<()> {
    terminal.backend_mut().clear()?;
    terminal.swap_buffers();
    Ok(())
}

/// The commitment, C, and how far the bundle has come.
fn read(folder: &Path) -> Result<(Commitment, Digest, Standing), Failure> {
    let bundle = readable(folder)?;
    let commitment = commitment(&bundle)?;
    refuse_void(&bundle.files, folder)?;
    let digest = commitment.suite.digest(&bundle.files[COMMITMENT]);
    let (contents, findings) = Contents::parse(&commitment, &bundle.files);
    if !findings.is_empty() {
        return Err(Failure::bundle(crate::base::finding::Findings(findings)));
    }
    let standing = Standing::of(&commitment, &contents, bundle.files.get(MANIFEST));
    Ok((commitment, digest, standing))
}

struct Room<'a> {
    workspace: &'a Path,
    args: &'a CeremonyArgs,
    clock: &'a Clock,
    quiet: Console,
}

impl Room<'_> {
    /// Until somebody leaves, or the record is written.
    fn run(
        &mut self,
        ceremony: &mut Ceremony,
        terminal: &mut DefaultTerminal,
        console: &Console,
    ) -> Result<Option<(PathBuf, Written)>, Failure> {
        let broken = |e: std::io::Error| Failure::from(failed(Path::new("terminal"), &e));
        loop {
            let now_s = self.clock.now_s();
            let draw =
                |frame: &mut ratatui::Frame<'_>| view::render(frame, ceremony, now_s, console.lang);
            terminal.draw(draw).map_err(broken)?;
            if !event::poll(TICK).map_err(broken)? {
                continue;
            }
            let Some(key) = key(&event::read().map_err(broken)?) else { continue };
            let (page, effect) = (ceremony.page, ceremony.press(key, now_s));
            if ceremony.page != page {
                whole(terminal).map_err(broken)?;
            }
            match effect {
                Effect::None => {}
                Effect::Leave => return Ok(None),
                Effect::Beacon(values) => {
                    let done = self.beacon(values);
                    self.settle(ceremony, done)?;
                    whole(terminal).map_err(broken)?;
                }
                Effect::Draw => {
                    // Whoever is asked for a passphrase is asked on a plain terminal.
                    ratatui::restore();
                    console.say(&say!("正在抽取与匹配 ……", "drawing and pairing …"));
                    let done = self.draw();
                    *terminal = open()?;
                    self.settle(ceremony, done)?;
                }
                Effect::Record => return self.record(ceremony).map(Some),
            }
        }
    }

    fn beacon(&self, values: Vec<String>) -> Result<u8, Failure> {
        let args = BeaconArgs { bundle: self.args.bundle.clone(), values, by: None };
        super::beacon::beacon(self.workspace, &args, self.clock, &self.quiet)
    }

    fn draw(&self) -> Result<u8, Failure> {
        let (frames, secret) = (FrameArgs::default(), &self.args.secret);
        super::draw::draw(
            self.workspace,
            &self.args.bundle,
            &frames,
            secret,
            self.clock,
            &self.quiet,
        )
    }

    /// What the files say after a step; what went wrong stands on the page.
    fn settle(&self, ceremony: &mut Ceremony, done: Result<u8, Failure>) -> Result<(), Failure> {
        if let Err(failure) = done {
            match failure.findings.0.first() {
                Some(finding) => ceremony.trouble(finding),
                None => return Err(failure),
            }
        }
        let (_, _, standing) = read(&self.args.bundle)?;
        ceremony.stands(&standing);
        Ok(())
    }

    fn record(&self, ceremony: &Ceremony) -> Result<(PathBuf, Written), Failure> {
        let path = match &self.args.record {
            Some(path) => path.clone(),
            None => {
                let mut name = self.args.bundle.file_name().unwrap_or_default().to_owned();
                name.push(".ceremony.html");
                self.args.bundle.with_file_name(name)
            }
        };
        let written = write_file(&path, sheet::sheet(ceremony).as_bytes())?;
        Ok((path, written))
    }
}

fn key(event: &Event) -> Option<Key> {
    let Event::Key(key) = event else { return None };
    if key.kind == KeyEventKind::Release {
        return None;
    }
    match key.code {
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => Some(Key::Leave),
        KeyCode::Char('u') if key.modifiers.contains(KeyModifiers::CONTROL) => Some(Key::Clear),
        // Other chords are no letters.
        KeyCode::Char(_) if key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
            None
        }
        KeyCode::Char(c) => Some(Key::Char(c)),
        KeyCode::Backspace => Some(Key::Backspace),
        KeyCode::Enter => Some(Key::Enter),
        KeyCode::Esc => Some(Key::Leave),
        _ => None,
    }
}
