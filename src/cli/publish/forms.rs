//! `ssj publish forms`: the forms of the visits as they stand, as pages to print and as a workbook.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::json;

use super::args::{FormArg, FormArgs};
use super::notice::tell;
use super::print::Printer;
use super::standing::as_it_stands;
use crate::base::finding::Finding;
use crate::base::secret::Secret;
use crate::cli::bundle::{Office, in_order, office_with};
use crate::cli::ceremony::record_of;
use crate::cli::console::{Console, finding_json};
use crate::cli::event::refuse_void;
use crate::cli::log::Trusted;
use crate::cli::receipt::code;
use crate::cli::schedule::day_of;
use crate::cli::schedule::days::Days;
use crate::cli::verify::verified;
use crate::cli::{DONE, Failure};
use crate::conduct::{Holders, Receipts};
use crate::io::durable::{Written, write_file};
use crate::io::folder::BundleFolder;
use crate::io::workbook::workbook;
use crate::publish::Draw;
use crate::publish::forms::{Form, Forms, Ground, Receipted};
use crate::publish::names::Names;
use crate::publish::template::Templates;
use crate::record::bundle::OPENING;
use crate::record::commitment::Commitment;
use crate::record::ids::Sid;
use crate::record::receipt::Code;
use crate::say;

/// Receipts that are made at once.
const BATCH: usize = 256;

pub(super) fn forms(workspace: &Path, args: &FormArgs, console: &Console) -> Result<u8, Failure> {
    let templates = args.templates.read()?;
    let printer = Printer::find(&args.print)?;
    args.page.as_deref().map(code::page).transpose()?;
    let Office { mut bundle, commitment, master } =
        office_with(&args.bundle, &args.frames, &args.secret)?;
    refuse_void(&bundle.files, &args.bundle)?;
    let closed = commitment.sealed() && !args.bundle.join(OPENING).exists();
    let report = verified(&mut bundle, &Trusted::default(), console)?;
    let names = {
        let draw = Draw::read(&bundle.files, &report).map_err(Failure::bundle)?;
        if !draw.is_drawn() {
            let cause = say!("还没有抽取", "nothing is drawn yet");
            return Err(Finding::new("N08", cause).file(args.bundle.display().to_string()).into());
        }
        args.names.read(workspace, commitment.suite, &draw.digest)?
    };
    let date = args.day.as_deref().map(|text| day_of("--day", text)).transpose()?;
    let days_dir = args.days_dir.as_deref();
    let days = Days::read(&args.bundle, &bundle.files, days_dir, &args.secret, master.as_ref())?;
    if date.is_some() && days.of.is_empty() {
        let cause = say!("还没有日程", "there is no schedule yet");
        return Err(Finding::new("N22", cause).column("--day").into());
    }
    let date = date.map(|date| date.to_string());
    let desk = Desk { args, names, days, date, master, closed };
    let made = in_order(&mut bundle, |bundle| desk.forms(bundle, &commitment, console))?;
    desk.write(&made, &templates, printer.as_ref(), console)
}

/// Where the forms of a draw are made.
struct Desk<'a> {
    args: &'a FormArgs,
    names: Names,
    days: Days,
    /// The day whose visits alone are wanted.
    date: Option<String>,
    master: Option<Secret>,
    /// A sealed draw that is not opened.
    closed: bool,
}

/// The forms, what the names of their files begin with, and what has changed since the days were made.
struct Made {
    forms: Forms,
    name: String,
    changed: Vec<Finding>,
}

impl Desk<'_> {
    fn forms(
        &self,
        bundle: &BundleFolder,
        commitment: &Commitment,
        console: &Console,
    ) -> Result<Made, Failure> {
        let master = self.master.as_ref().map(Secret::expose);
        as_it_stands(bundle, commitment, master, console, |history| {
            let standing = &history.standing;
            let mut ground = Ground {
                commitment,
                standing,
                names: &self.names,
                receipts: &BTreeMap::new(),
                days: &self.days.of,
                on: self.date.as_deref(),
                closed: self.closed,
            };
            let receipts = self.receipts(bundle, &ground, console)?;
            ground.receipts = &receipts;
            let waiting = history.effects.iter().filter(|effect| effect.waits).count();
            Ok(Made {
                forms: Forms::of(&ground),
                name: self.name(commitment, history.effects.len(), waiting),
                changed: self.days.changed(standing).into_iter().collect(),
            })
        })
    }

    /// Draw, attempt, how many events there are and how many of them wait for their public value, which schedule, which day:
    /// what follows from a later event or schedule is told by other files.
    fn name(&self, commitment: &Commitment, events: usize, waiting: usize) -> String {
        let mut name = format!("{}-{}", commitment.draw, commitment.attempt);
        if events > 0 {
            name += &format!("-{events:04}");
        }
        if waiting > 0 {
            name += &format!("-{waiting}");
        }
        if let Some(number) = self.days.number() {
            name += &format!("-d{number}");
        }
        if let Some(date) = &self.date {
            name += &format!("-{date}");
        }
        name
    }

    /// The codes of everybody who is visited; whoever came in from the reserve has one, too.
    fn receipts(
        &self,
        bundle: &BundleFolder,
        ground: &Ground<'_>,
        console: &Console,
    ) -> Result<BTreeMap<Sid, Receipted>, Failure> {
        let read = |holders: Holders<'_>| {
            Receipts::read(&bundle.files, bundle, holders, &mut |_, _| ()).map_err(Failure::bundle)
        };
        let receipted = |made: &Receipts<'_>, at: usize| -> Result<(Sid, Receipted), Finding> {
            let code = Code::of(&made.receipt(at))?;
            let text = code::text(&code, self.args.page.as_deref());
            Ok((code.sid.clone(), Receipted { code: text, team: code.team }))
        };
        let drawn = read(Holders::Drawn)?;
        let bar = console.progress(&say!("出具凭证", "making receipts"), drawn.len() as u64);
        let mut receipts = BTreeMap::new();
        for first in (0..drawn.len()).step_by(BATCH) {
            let places = first..drawn.len().min(first + BATCH);
            bar.set_position(places.end as u64);
            let wanted = places.into_par_iter().filter(|at| ground.wants(drawn.sid(*at)));
            let made: Vec<_> = wanted.map(|at| receipted(&drawn, at)).collect::<Result<_, _>>()?;
            receipts.extend(made);
        }
        bar.finish_and_clear();
        for sid in ground.standing.visits.keys().filter(|sid| ground.wants(sid)) {
            if !receipts.contains_key(sid) {
                receipts.extend([receipted(&read(Holders::One(sid))?, 0)?]);
            }
        }
        Ok(receipts)
    }

    fn write(
        &self,
        made: &Made,
        templates: &Templates,
        printer: Option<&Printer>,
        console: &Console,
    ) -> Result<u8, Failure> {
        let wanted = |form| self.args.only.is_empty() || self.args.only.contains(&form);
        let (mut places, mut any_new) = (Vec::new(), false);
        let mut put = |path: PathBuf, bytes: &[u8], is_page: bool| -> Result<(), Failure> {
            let mut written = vec![(path.clone(), write_file(&path, bytes)?)];
            if let Some(printer) = printer.filter(|_| is_page) {
                let pdf = path.with_extension("pdf");
                written.push((pdf.clone(), printer.print(&path, &pdf, written[0].1)?));
            }
            for (path, written) in written {
                let place = path.display().to_string();
                tell(&place, written, console);
                any_new |= written == Written::New;
                places.push(place);
            }
            Ok(())
        };
        let place = |what: &str| self.args.out.join(format!("{}-{what}", made.name));
        let (visits, people) = made.forms.counts();
        // A day without visits needs no paper; a draw without any says so on paper.
        let is_empty = visits == 0 && self.date.is_some();
        for (_, form) in FORMS.into_iter().filter(|(arg, _)| wanted(*arg) && !is_empty) {
            for file in 0..made.forms.files(form) {
                let html = templates.fill(form.template(), &made.forms.page(form, file))?;
                let name = format!("{}-{:02}.html", form.name(), file + 1);
                put(place(&name), html.as_bytes(), true)?;
            }
        }
        if wanted(FormArg::Book) && !is_empty {
            put(place("forms.xlsx"), &workbook(&made.forms.sheets())?, false)?;
        }
        if wanted(FormArg::Witness)
            && self.date.is_none()
            && let Some(html) = record_of(&self.args.bundle)?
        {
            put(place("witness.html"), html.as_bytes(), true)?;
        }
        let findings = &made.changed;
        console.findings(findings);
        let on = self.date.as_ref().map(|date| format!("{date} ")).unwrap_or_default();
        console.say(&say!(
            "{on}入户检查 {visits} 次，检查人员 {people} 名",
            "{on}{visits} visits, {people} inspectors"
        ));
        if self.closed {
            console.say(&say!(
                "保密抽取：这些文件在检查人员到场前不得交付或公布",
                "sealed: none of these files may be handed over or published before the team stands at the door"
            ));
        }
        console.report(&json!({
            "command": "publish", "what": "forms", "ok": true, "visits": visits, "inspectors": people,
            "files": places, "written": any_new, "closed": self.closed, "schedule": self.days.number(),
            "findings": findings.iter().map(|f| finding_json(f, console.lang)).collect::<Vec<_>>(),
        }));
        Ok(DONE)
    }
}

/// The forms by the words of the command.
const FORMS: [(FormArg, Form); 3] = [
    (FormArg::Record, Form::Record),
    (FormArg::Letter, Form::Letter),
    (FormArg::Tasks, Form::Tasks),
];
