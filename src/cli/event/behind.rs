//! Which of somebody's visits lie behind, by the days of the schedule made last: who leaves does not leave those.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::args::EventCommand;
use crate::base::date::{china_date, parse_date};
use crate::base::finding::Finding;
use crate::cli::Failure;
use crate::cli::bundle::Office;
use crate::cli::clock::Clock;
use crate::cli::event::EventArgs;
use crate::cli::schedule::days::Days;
use crate::record::event::Kind;
use crate::record::ids::Sid;
use crate::say;

/// So many visits are named in a sentence.
const SHOWN: usize = 5;

/// What is known of days on the day of the command.
pub(super) struct Behind {
    /// The day of each visit; none if no schedule is kept.
    days: BTreeMap<Sid, Date>,
    today: Date,
    /// Whether the window began before today: only then some visit may have been made.
    begun: bool,
}

/// What `--all` comes to.
#[derive(Default)]
pub(super) struct OfAll {
    /// The visits that he loses.
    pub struck: Vec<Sid>,
    /// The visits that he keeps, since their days are over.
    pub left_out: Vec<Sid>,
    /// E15, E16.
    pub told: Vec<Finding>,
}

impl Behind {
    /// Reads the days if the command asks for all visits of somebody.
    ///
    /// # Errors
    /// What a kept schedule is refused for.
    pub fn read(args: &EventArgs, office: &Office, clock: &Clock) -> Result<Option<Self>, Failure> {
        let (EventCommand::Recused(of) | EventCommand::Leave(of) | EventCommand::Certificate(of)) =
            &args.what
        else {
            return Ok(None);
        };
        if !of.all {
            return Ok(None);
        }
        let Office { bundle, commitment, master } = office;
        let (folder, master) = (of.days_dir.as_deref(), master.as_ref());
        let days = Days::read(&args.bundle, &bundle.files, folder, &args.secret, master)?;
        let today = china_date(clock.now_s()).expect("bug: a clock tells a date");
        let days = days.of.into_iter().filter_map(|(sid, day)| Some((sid, parse_date(&day.date)?)));
        let first = parse_date(&commitment.window.0);
        Ok(Some(Behind {
            days: days.collect(),
            today,
            begun: first.is_some_and(|first| first < today),
        }))
    }

    /// Of all visits that somebody has, those that he loses: from leave and a certificate that lapsed the visits of past
    /// days are left out. A recusal is of visits that were made, too.
    pub fn of_all(&self, kind: Kind, visits: Vec<Sid>) -> OfAll {
        let today = self.today;
        let past = |sid: &Sid| self.days.get(sid).is_some_and(|day| *day < today);
        let n = visits.len();
        if self.days.is_empty() {
            let cause = say!(
                "没有存下的日程，不知道哪些已经检查：{n} 次全部换人",
                "no schedule is kept, so nobody knows which visits were made: all {n} go to others"
            );
            let may_be = self.begun && n > 0;
            let told = may_be.then(|| Finding::new("E16", cause)).into_iter().collect();
            return OfAll { struck: visits, told, ..OfAll::default() };
        }
        let (over, ahead): (Vec<Sid>, Vec<Sid>) = visits.into_iter().partition(past);
        if over.is_empty() {
            return OfAll { struck: ahead, ..OfAll::default() };
        }
        let (k, some) = (over.len(), named(&over));
        if kind == Kind::Recused {
            let cause = say!(
                "{n} 次中 {k} 次的日期在 {today} 之前，也换人：{some}",
                "{k} of {n} have days before {today} and go to others all the same: {some}"
            );
            let mut struck = [over, ahead].concat();
            struck.sort_unstable();
            return OfAll { struck, told: vec![Finding::new("E16", cause)], ..OfAll::default() };
        }
        let cause = say!(
            "{n} 次中 {k} 次的日期在 {today} 之前，不换人：{some}",
            "{k} of {n} have days before {today} and stay with him: {some}"
        );
        OfAll { struck: ahead, left_out: over, told: vec![Finding::new("E15", cause)] }
    }
}

fn named(sids: &[Sid]) -> String {
    let shown: Vec<&str> = sids.iter().take(SHOWN).map(Sid::as_str).collect();
    let more = if sids.len() > SHOWN { " …" } else { "" };
    shown.join(" ") + more
}
