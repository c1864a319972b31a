//! A schedule made and kept.

use std::path::Path;

use jiff::civil::Date;
use serde_json::json;

use super::super::clock::Clock;
use super::super::console::{Console, finding_json};
use super::super::ground::Registers;
use super::super::{DONE, Failure, NOT_VERIFIED};
use super::drawn::Drawn;
use super::gather::{Gathered, Ground, registers, teams_changed, window};
use super::hand::{ByHand, Hands, days_of};
use super::keep::{DaySecret, Keep, Kept};
use super::out::{stamp, views};
use super::page::About;
use super::setting::Setting;
use super::tell::{Wanted, entry_json, tell, tell_moved};
use super::view::{Entry, entries};
use super::{ScheduleArgs, day_of, rows, who};
use crate::base::calendar::Calendar;
use crate::base::date::china_date;
use crate::base::finding::{Finding, Findings, Severity};
use crate::base::table;
use crate::io::durable::Written;
use crate::record::commitment::Commitment;
use crate::record::ids::Iid;
use crate::say;
use crate::schedule::{
    Demand, Outcome, Record, Schedule, Tie, check, check_slots, findings as findings_of, key,
    schedule as find_days,
};
use crate::store::Store;

/// What a schedule is made with.
pub(super) struct Desk<'a> {
    pub args: &'a ScheduleArgs,
    pub commitment: &'a Commitment,
    pub keep: &'a Keep<'a>,
    pub secret: &'a DaySecret,
    pub clock: &'a Clock,
    pub console: &'a Console,
}

impl Desk<'_> {
    /// Makes the next schedule, keeps it if it is another, and tells of it.
    pub fn make(&self, workspace: &Path, drawn: &Drawn<'_>) -> Result<u8, Failure> {
        let Desk { args, commitment, console, .. } = *self;
        let calendar = args.more.calendar()?;
        let before = self.keep.latest()?;
        let registers = registers(Store::find(workspace)?.as_ref())?;
        let wanted = self.wanted(drawn, registers.as_ref())?;
        let mut gathered = self.gather(drawn, &calendar, registers.as_ref(), before.as_ref())?;
        let tie = Tie {
            suite: commitment.suite,
            secret: &self.secret.secret,
            n: before.as_ref().map_or(0, |kept| kept.number) + 1,
            before: before.as_ref().map(|kept| kept.record.tag),
        };
        let outcome = find_days(&gathered.demand, &key(tie.suite, &drawn.seed, tie.secret, tie.n));
        gathered.findings.extend(findings_of(&gathered.demand, &outcome));
        let Outcome::Whole(done) = outcome else {
            return Err(Failure::of(Findings(gathered.findings), NOT_VERIFIED));
        };
        gathered.findings.extend(judged(&gathered.demand, &done));
        let by_hand = self.by_hand(drawn, &gathered, &done)?;
        gathered.findings.extend(by_hand.findings());
        let (number, written) = self.keep_new(drawn, &gathered, &done, before.as_ref(), &tie)?;
        let entries = entries(&gathered, &done.days, &done.slots, &calendar);
        let about = About {
            agency: &commitment.agency,
            title: &commitment.title,
            window: window(commitment),
            rehearsal: commitment.rehearsal,
            trips: done.trips,
        };
        if let Some(folder) = &args.out {
            let stamp = stamp(self.clock);
            views(
                folder,
                &about,
                &commitment.draw,
                &entries,
                &calendar,
                (&stamp, number),
                console,
            )?;
        }
        console.findings(&gathered.findings);
        tell(&wanted, &entries, &about, gathered.incomplete, console);
        tell_moved(&gathered, &done, console);
        console.say(&match written {
            Written::New => say!("日程第 {number} 版已存", "schedule {number} is kept"),
            Written::Unchanged => {
                say!("日程与第 {number} 版相同", "the schedule is the same as number {number}")
            }
        });
        let list = wanted.list(&entries);
        self.report(&gathered, &done, (&entries, &list), &by_hand, (number, written));
        Ok(DONE)
    }

    /// The visits asked for, of somebody who is known.
    fn wanted(&self, drawn: &Drawn<'_>, registers: Option<&Registers>) -> Result<Wanted, Failure> {
        let wanted = Wanted::of(self.args, self.commitment.suite)?;
        let drawn = |iid: &Iid| drawn.standing.people.contains_key(iid);
        let number = self.args.inspector.as_deref().unwrap_or_default();
        if wanted.iid.as_ref().is_some_and(|iid| !drawn(iid))
            && !who::is_registered(registers, number)
        {
            return Err(who::nobody(number).into());
        }
        Ok(wanted)
    }

    /// What the office set of these days, after the schedules before.
    fn by_hand(
        &self,
        drawn: &Drawn<'_>,
        gathered: &Gathered,
        done: &Schedule,
    ) -> Result<ByHand, Failure> {
        let (mut hands, _) = Hands::after(self.commitment, drawn, self.keep)?;
        let days = days_of(&rows(&gathered.demand, &done.days));
        Ok(hands.next(&gathered.demand, &gathered.given, &|sid| days.get(sid).copied()))
    }

    fn gather(
        &self,
        drawn: &Drawn<'_>,
        calendar: &Calendar,
        registers: Option<&Registers>,
        before: Option<&Kept>,
    ) -> Result<Gathered, Failure> {
        let setting = Setting::read(self.args.setting.as_deref())?;
        let ground = Ground {
            commitment: self.commitment,
            standing: drawn.standing,
            selections: drawn.selections,
            calendar,
            setting: &setting,
            registers,
            before,
            today: china_date(self.clock.now_s()).expect("bug: a clock tells a date"),
            first: first_day(self.args, self.commitment, self.clock)?,
        };
        let mut gathered = ground.gather()?;
        if !self.secret.fixed {
            let cause = say!("承诺中没有 days", "the commitment has no key days");
            gathered.findings.push(Finding::new("D09", cause));
        }
        without_errors(gathered)
    }

    /// Keeps a schedule that is another than the one before, or for other teams; its number.
    fn keep_new(
        &self,
        drawn: &Drawn<'_>,
        gathered: &Gathered,
        done: &Schedule,
        before: Option<&Kept>,
        tie: &Tie<'_>,
    ) -> Result<(usize, Written), Failure> {
        let rows = rows(&gathered.demand, &done.days);
        let same_parts = |kept: &Kept| {
            let visits = gathered.demand.visits.iter().zip(&done.slots);
            kept.record.demand.slots == gathered.demand.slots
                && visits.clone().all(|(visit, slot)| kept.slot(&visit.sid) == Some(*slot))
        };
        // A record of teams that come no more would be told of for ever.
        let same_teams = |kept: &Kept| teams_changed(&kept.record, drawn.standing).is_none();
        let same = |kept: &&Kept| kept.rows == rows && same_parts(kept) && same_teams(kept);
        if let Some(kept) = before.filter(same) {
            return Ok((kept.number, Written::Unchanged));
        }
        let table = table::format(&rows);
        let inputs = (gathered.demand.clone(), gathered.given.clone());
        let record = Record::new(inputs, done.slots.clone(), &table, tie);
        self.keep.put(tie.n, &table, &record.format())?;
        Ok((tie.n, Written::New))
    }

    fn report(
        &self,
        gathered: &Gathered,
        done: &Schedule,
        (entries, list): (&[Entry<'_>], &[&Entry<'_>]),
        by_hand: &ByHand,
        (number, written): (usize, Written),
    ) {
        let days = entries.chunk_by(|a, b| a.date == b.date);
        let sid = |at: &usize| gathered.demand.visits[*at].sid.as_str();
        self.console.report(&json!({
            "command": "schedule", "ok": true, "n": number, "written": written == Written::New, "published": false,
            "visits": entries.len(), "incomplete": gathered.incomplete, "trips": done.trips,
            "by_hand": by_hand.json(),
            "days": days.map(|day| json!({"date": day[0].date.to_string(), "visits": day.len()})).collect::<Vec<_>>(),
            "moved": done.moved.iter().map(sid).collect::<Vec<_>>(),
            "list": list.iter().map(|entry| entry_json(entry)).collect::<Vec<_>>(),
            "findings": gathered.findings.iter().map(|f| finding_json(f, self.console.lang)).collect::<Vec<_>>(),
        }));
    }
}

/// What the checker says, which shares nothing with the search.
fn judged(demand: &Demand, done: &Schedule) -> Vec<Finding> {
    let mut broken = check(demand, &done.days);
    if !demand.slots.is_empty() {
        broken.extend(check_slots(demand, &done.days, &done.slots));
    }
    let grave = broken.iter().any(|finding| finding.severity() == Severity::Error);
    assert!(!grave, "bug: {broken:?}");
    broken
}

/// The gathered demand, unless something is wrong with the setting.
fn without_errors(mut gathered: Gathered) -> Result<Gathered, Failure> {
    let findings = std::mem::take(&mut gathered.findings);
    ((), gathered.findings) = Findings::check(findings, ())?;
    Ok(gathered)
}

/// The first day on which something new may be scheduled: what was before is over. A rehearsal has the whole window.
fn first_day(args: &ScheduleArgs, commitment: &Commitment, clock: &Clock) -> Result<Date, Failure> {
    let from = window(commitment).0;
    if let Some(text) = &args.from {
        return Ok(day_of("--from", text)?.max(from));
    }
    let tomorrow = china_date(clock.now_s()).and_then(|today| today.tomorrow().ok());
    Ok(tomorrow.filter(|_| !commitment.rehearsal).map_or(from, |day| day.max(from)))
}
