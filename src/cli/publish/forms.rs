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
use crate::base::table;
use crate::cli::bundle::{Office, in_order, office_with};
use crate::cli::ceremony::record_of;
use crate::cli::console::Console;
use crate::cli::event::refuse_void;
use crate::cli::log::Trusted;
use crate::cli::receipt::code;
use crate::cli::verify::verified;
use crate::cli::{DONE, Failure};
use crate::conduct::{Holders, Receipts};
use crate::events::standing::Standing;
use crate::io::durable::{Written, write_file};
use crate::io::folder::BundleFolder;
use crate::io::workbook::workbook;
use crate::publish::Draw;
use crate::publish::forms::{Form, Forms, Ground, Receipted};
use crate::publish::names::Names;
use crate::publish::template::Templates;
use crate::record::bundle::{Files, OPENING, SCHEDULE};
use crate::record::commitment::Commitment;
use crate::record::ids::Sid;
use crate::record::receipt::Code;
use crate::record::tables::ScheduleRow;
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
    let days = days(&bundle.files)?;
    let desk = Desk { args, names, days, master, closed };
    let made = in_order(&mut bundle, |bundle| desk.forms(bundle, &commitment, console))?;
    desk.write(&made, &templates, printer.as_ref(), console)
}

/// The days of visits, as far as the bundle has them.
fn days(files: &Files) -> Result<BTreeMap<Sid, String>, Failure> {
    let rows = files.get(SCHEDULE).map(|bytes| table::parse::<ScheduleRow>(bytes)).transpose();
    let rows = rows.map_err(|finding| Failure::bundle(finding.file(SCHEDULE)))?;
    Ok(rows.into_iter().flatten().map(|row| (row.sid, row.date)).collect())
}

/// Where the forms of a draw are made.
struct Desk<'a> {
    args: &'a FormArgs,
    names: Names,
    days: BTreeMap<Sid, String>,
    master: Option<Secret>,
    /// A sealed draw that is not opened.
    closed: bool,
}

/// The forms, and what the names of their files begin with: draw, attempt, and how many events have had their effect.
struct Made {
    forms: Forms,
    name: String,
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
            let receipts = self.receipts(bundle, standing, console)?;
            let forms = Forms::of(&Ground {
                commitment,
                standing,
                names: &self.names,
                receipts: &receipts,
                days: &self.days,
                closed: self.closed,
            });
            // What followed from later events is told by other files.
            let settled = history.effects.iter().filter(|effect| !effect.waits).count();
            let after = if settled > 0 { format!("-{settled:04}") } else { String::new() };
            Ok(Made { forms, name: format!("{}-{}{after}", commitment.draw, commitment.attempt) })
        })
    }

    /// The codes of everybody who is visited; whoever came in from the reserve has one, too.
    fn receipts(
        &self,
        bundle: &BundleFolder,
        standing: &Standing<'_>,
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
            let made: Vec<_> =
                places.into_par_iter().map(|at| receipted(&drawn, at)).collect::<Result<_, _>>()?;
            receipts.extend(made);
        }
        bar.finish_and_clear();
        for sid in standing.visits.keys() {
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
        for (_, form) in FORMS.into_iter().filter(|(arg, _)| wanted(*arg)) {
            for file in 0..made.forms.files(form) {
                let html = templates.fill(form.template(), &made.forms.page(form, file))?;
                let name = format!("{}-{:02}.html", form.name(), file + 1);
                put(place(&name), html.as_bytes(), true)?;
            }
        }
        if wanted(FormArg::Book) {
            put(place("forms.xlsx"), &workbook(&made.forms.sheets())?, false)?;
        }
        if wanted(FormArg::Witness)
            && let Some(html) = record_of(&self.args.bundle)?
        {
            put(place("witness.html"), html.as_bytes(), true)?;
        }
        let (visits, people) = made.forms.counts();
        console.say(&say!(
            "入户检查 {visits} 次，检查人员 {people} 名",
            "{visits} visits, {people} inspectors"
        ));
        if self.closed {
            console.say(&say!(
                "保密抽取：这些文件在检查人员到场前不得交付或公布",
                "sealed: none of these files may be handed over or published before the team stands at the door"
            ));
        }
        console.report(&json!({
            "command": "publish", "what": "forms", "ok": true, "visits": visits, "inspectors": people,
            "files": places, "written": any_new, "closed": self.closed,
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
