//! The files for people.

use std::path::Path;

use super::super::Failure;
use super::super::clock::Clock;
use super::super::console::Console;
use super::page::About;
use super::view::Entry;
use super::{book, ical, page, view};
use crate::base::calendar::Calendar;
use crate::io::durable::{make_folders, replace_file};
use crate::say;

/// `20260724T013000Z`.
pub(super) fn stamp(clock: &Clock) -> String {
    let seconds = i64::try_from(clock.now_s()).unwrap_or(0);
    let time = jiff::Timestamp::from_second(seconds).unwrap_or_default().to_string();
    time.replace(['-', ':'], "")
}

/// The files for people. They are made anew each time: what they show is kept elsewhere.
pub(super) fn views(
    folder: &Path,
    about: &About<'_>,
    draw: &str,
    entries: &[Entry<'_>],
    calendar: &Calendar,
    (stamp, number): (&str, usize),
    console: &Console,
) -> Result<(), Failure> {
    let calendars = folder.join("ics");
    make_folders(&calendars)?;
    replace_file(&folder.join("schedule.xlsx"), &book::workbook(entries)?)?;
    let page = page::page(about, entries, calendar, console.lang);
    replace_file(&folder.join("calendar.html"), page.as_bytes())?;
    for (iid, _) in view::people(entries) {
        let own = entries.iter().filter(|entry| entry.has(iid)).collect();
        let text = ical::calendar(iid, &[(draw, number, own)], stamp);
        let name = format!("{}.ics", iid.as_str().replace(':', "+"));
        replace_file(&calendars.join(name), text.as_bytes())?;
    }
    let place = folder.display();
    console.say(&say!("已写出到 {place}", "written to {place}"));
    Ok(())
}
