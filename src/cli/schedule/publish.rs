//! The schedule in the bundle: of an open draw when the visits are over, of a sealed one with its opening.

use std::path::Path;

use serde_json::json;

use super::super::clock::Clock;
use super::super::console::Console;
use super::super::secret::SecretArgs;
use super::super::{DONE, Failure};
use super::ScheduleArgs;
use super::hand::ByHand;
use super::keep::{DaySecret, Keep, Kept};
use crate::base::date::{china_date, parse_date};
use crate::base::finding::Finding;
use crate::base::json::format_line;
use crate::base::secret::Secret;
use crate::base::table as rows_of;
use crate::io::durable::{Written, write_files};
use crate::record::bundle::{Files, SCHEDULE};
use crate::record::commitment::Commitment;
use crate::record::tables::ScheduleRow;
use crate::say;

/// The day secret of an open draw, published with its schedule.
pub(super) const DAYS_NOTICE: &str = "notice/days.json";

/// The last schedule of an open draw, once its visits are over.
///
/// # Errors
/// D15.
pub(super) fn ready(
    commitment: &Commitment,
    latest: Option<Kept>,
    clock: &Clock,
) -> Result<Kept, Failure> {
    let refuse = |cause| Failure::from(Finding::new("D15", cause).column("--publish"));
    if commitment.sealed() {
        return Err(refuse(say!(
            "保密抽取的日程随 ssj open 公布",
            "ssj open publishes that of a sealed draw"
        )));
    }
    let Some(kept) = latest else {
        return Err(refuse(say!("还没有日程", "there is no schedule yet")));
    };
    let last = kept.rows.iter().filter_map(|row| parse_date(&row.date)).max();
    let today = china_date(clock.now_s());
    if let Some((last, today)) = last.zip(today).filter(|(last, today)| today <= last) {
        return Err(refuse(say!(
            "最后一次检查在 {last}，今天 {today}",
            "the last visit is on {last}, today is {today}"
        )));
    }
    Ok(kept)
}

/// Puts the last schedule of an open draw into its bundle, with the secret that its days came from and how many of them
/// were set by hand.
pub(super) fn publish(
    args: &ScheduleArgs,
    commitment: &Commitment,
    secret: &DaySecret,
    (Kept { number, rows, record }, by_hand): (Kept, Option<ByHand>),
    console: &Console,
) -> Result<u8, Failure> {
    let bytes = rows_of::format(&rows);
    let notice = json!({
        "v": "ssj-days/1", "secret": *secret.secret.hex(), "n": number, "schedule": commitment.suite.digest(&bytes).hex(),
        "tag": record.tag.hex(), "by_hand": by_hand.map(|by_hand| by_hand.json()),
    });
    let files: Files =
        [(DAYS_NOTICE.to_owned(), format_line(&notice)), (SCHEDULE.to_owned(), bytes)].into();
    let order: Vec<String> = files.keys().cloned().collect();
    let written = write_files(&args.bundle, &files, &order)?;
    match written {
        Written::New => console
            .say(&say!("日程和日程密钥已写入公示包", "schedule and day secret are in the bundle")),
        Written::Unchanged => {
            console.say(&say!("早已公布，未作改动", "published already, nothing changed"))
        }
    }
    console.report(&json!({
        "command": "schedule", "ok": true, "n": number, "written": written == Written::New, "published": true,
        "visits": rows.len(),
    }));
    Ok(DONE)
}

/// The last schedule of a sealed draw, which its opening publishes.
pub(in crate::cli) fn of_sealed(
    bundle: &Path,
    secret: &SecretArgs,
    master: &Secret,
) -> Result<Option<Vec<ScheduleRow>>, Failure> {
    let latest = Keep::of(bundle, None, secret, Some(master))?.latest()?;
    Ok(latest.map(|kept| kept.rows))
}
