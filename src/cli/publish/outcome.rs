//! `ssj publish notice --kind outcome`: the results of inspections, from the filled tables of the forms.

use std::fs;
use std::path::Path;

use jiff::civil::Date;

use super::args::NoticeArgs;
use super::standing::as_it_stands;
use crate::base::date::{china_date, parse_date};
use crate::base::finding::{Finding, Findings};
use crate::base::secret::Secret;
use crate::cli::Failure;
use crate::cli::clock::Clock;
use crate::cli::console::Console;
use crate::cli::event::refuse_void;
use crate::io::durable::failed;
use crate::io::folder::BundleFolder;
use crate::io::sheet;
use crate::publish::document::Document;
use crate::publish::names::Names;
use crate::publish::outcome::{Earlier, Outcomes, Times, is_column, is_other_sheet};
use crate::publish::{Draw, Particulars, outcome_file_name, outcome_notice, outcome_of_name};
use crate::record::bundle::{OPENING, parse_opening};
use crate::registry::Sheet;
use crate::say;

/// Working days after its completion within which a result must be public, where a province says nothing else.
pub(super) const WITHIN: u32 = 20;

/// A notice of results, the name of its files, and what is to be told of the tables.
pub(super) struct Made {
    pub document: Document,
    pub name: String,
    pub findings: Vec<Finding>,
}

pub(super) fn outcome(
    args: &NoticeArgs,
    bundle: &BundleFolder,
    draw: &Draw<'_>,
    names: &Names,
    particulars: &Particulars,
    (clock, console): (&Clock, &Console),
) -> Result<Made, Failure> {
    clock.check_rehearsal(draw.commitment.rehearsal)?;
    refuse_void(&bundle.files, &args.bundle)?;
    if draw.is_closed() {
        let cause = say!("公示包中没有 {OPENING}", "the bundle has no {OPENING}");
        return Err(Finding::new("N18", cause).file(args.bundle.display().to_string()).into());
    }
    if !draw.is_drawn() {
        let cause = say!("还没有抽取：先执行 ssj draw", "not drawn yet: run ssj draw first");
        return Err(Finding::new("W16", cause).into());
    }
    let more = &args.outcome;
    let today = china_date(clock.now_s()).expect("bug: the clock tells a day");
    let published = particulars.date.as_deref().and_then(parse_date);
    let published = published.expect("bug: an outcome has its day");
    let calendar = more.calendars.calendar()?;
    let earlier = more.earlier.as_deref().map(|file| before(file, draw)).transpose()?;
    let told = earlier.as_ref().map(Earlier::told);
    if let (Some((date, _)), Some(file)) = (told, &more.earlier)
        && date > published
    {
        let cause = say!(
            "它的公示日期 {date} 晚于 {published}",
            "its day of publication, {date}, is after {published}"
        );
        return Err(Finding::new("N19", cause).file(file.display().to_string()).into());
    }
    let this = (published, told.map_or(1, |(_, order)| order + 1));
    refuse_gap(&args.out, draw, this, told)?;
    let (sheets, mut findings) = tables(&more.results)?;
    let master = bundle.files.get(OPENING).map(|bytes| parse_opening(bytes)).transpose();
    let master = master.map_err(|finding| Failure::bundle(finding.file(OPENING)))?;
    let master = master.and_then(|hex| Secret::from_hex(&hex));
    let times = Times { published, today, within: more.within, calendar: &calendar };
    let master = master.as_ref().map(Secret::expose);
    let read = as_it_stands(bundle, &draw.commitment, master, console, |history| {
        Ok(Outcomes::read(draw, &history.standing, &sheets, earlier.as_ref(), &times))
    })?;
    let outcomes = match read {
        Ok((outcomes, found)) => {
            findings.extend(found);
            Findings::check(std::mem::take(&mut findings), outcomes)
        }
        Err(Findings(found)) => {
            findings.extend(found);
            Err(Findings(std::mem::take(&mut findings)))
        }
    };
    let (outcomes, findings) = outcomes?;
    Ok(Made {
        document: outcome_notice(draw, &outcomes, names, particulars),
        name: outcome_file_name(draw, this),
        findings,
    })
}

/// N21 if the folder has a notice of results between the one that is followed and this one: it would be passed over.
fn refuse_gap(
    out: &Path,
    draw: &Draw<'_>,
    this: (Date, u64),
    followed: Option<(Date, u64)>,
) -> Result<(), Finding> {
    let entries = match fs::read_dir(out) {
        Ok(entries) => entries,
        // Nothing was published there.
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(failed(out, &e)),
    };
    let mut last = None;
    for entry in entries {
        let path = entry.map_err(|e| failed(out, &e))?.path();
        let name = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".json"));
        let told = name.and_then(|name| outcome_of_name(draw, name));
        last = last.max(told.filter(|told| *told < this).map(|told| (told, path)));
    }
    match last {
        Some((told, path)) if Some(told) > followed => {
            let cause = say!("它在前，而没有接上", "it comes before, and is not followed");
            Err(Finding::new("N21", cause).file(path.display().to_string()))
        }
        _ => Ok(()),
    }
}

fn before(file: &Path, draw: &Draw<'_>) -> Result<Earlier, Finding> {
    let bytes = fs::read(file).map_err(|e| failed(file, &e))?;
    Earlier::read(&bytes, draw).map_err(|finding| finding.file(file.display().to_string()))
}

/// The tables of all files, and what was found while they were read.
fn tables(files: &[std::path::PathBuf]) -> Result<(Vec<Sheet>, Vec<Finding>), Failure> {
    let (mut sheets, mut findings, mut unread) = (Vec::new(), Vec::new(), Vec::new());
    for file in files {
        let place = file.display().to_string();
        let bytes = sheet::load(file)?;
        match sheet::read(&place, &bytes, &is_column) {
            Ok((found, about)) => {
                sheets.extend(found);
                let of_other = |finding: &Finding| {
                    finding.place.spot.as_ref().is_some_and(|spot| is_other_sheet(&spot.sheet))
                };
                findings.extend(about.into_iter().filter(|finding| !of_other(finding)));
            }
            Err(Findings(found)) => unread.extend(found),
        }
    }
    if unread.is_empty() {
        Ok((sheets, findings))
    } else {
        unread.extend(findings);
        Err(Findings(unread).into())
    }
}
