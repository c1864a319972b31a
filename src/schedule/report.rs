//! What came of a schedule, as findings.

use super::model::Demand;
use super::overload::Overload;
use super::place::{Outcome, Schedule};
use crate::base::finding::{Finding, Text};
use crate::say;

/// D04 for everybody with more visits than room, D05 for visits on which nobody could come, D06 for the other visits
/// without a day; D07 where days can be foreseen more easily.
pub fn findings(demand: &Demand, outcome: &Outcome) -> Vec<Finding> {
    match outcome {
        Outcome::Whole(schedule) => narrow(demand, schedule).into_iter().collect(),
        Outcome::Short { overloads, unplaced, at_least, undecided } => {
            let mut findings: Vec<Finding> =
                overloads.iter().map(|overload| overbooked(demand, overload)).collect();
            findings.extend(unplaced.iter().map(|place| without_day(demand, *place)));
            if !unplaced.is_empty() {
                let n = unplaced.len();
                let cause = say!(
                    "{n} 次检查没有日期；无论怎样排，至少有 {at_least} 次排不下",
                    "{n} visits have no day; however it is scheduled, at least {at_least} cannot be placed"
                );
                let more = say!(
                    "；{undecided} 次是否排得下没有判定",
                    "; of {undecided} it is not decided whether they can"
                );
                let cause = match undecided {
                    0 => cause,
                    _ => Text { zh: cause.zh + &more.zh, en: cause.en + &more.en },
                };
                findings.push(Finding::new("D06", cause));
            }
            findings
        }
    }
}

fn overbooked(demand: &Demand, overload: &Overload) -> Finding {
    let Overload { person, visits, room, weeks } = overload;
    let (n, excess) = (visits.len(), overload.excess());
    let mondays: Vec<String> = weeks.iter().map(ToString::to_string).collect();
    let (zh, en) = (mondays.join("、"), mondays.join(", "));
    let cause = say!(
        "{n} 次检查只能排在始于 {zh} 的各周，那里只排得下 {room} 次，多出 {excess} 次",
        "{n} visits fit only in the weeks of {en}, which have room for {room}: {excess} too many"
    );
    Finding::new("D04", cause).id(demand.people[*person].iid.as_str())
}

fn without_day(demand: &Demand, place: usize) -> Finding {
    let visit = &demand.visits[place];
    let team: Vec<&str> =
        visit.team.iter().map(|person| demand.people[*person as usize].iid.as_str()).collect();
    let (team, from, to) = (team.join(" "), visit.from, visit.to);
    let inside = |day: &&super::model::WorkDay| visit.from <= day.date && day.date <= visit.to;
    let possible = demand.days.iter().filter(inside).any(|day| demand.comes(&visit.team, day));
    let cause = match possible {
        false => say!(
            "{from} 至 {to} 没有一天 {team} 都在岗",
            "from {from} to {to} there is no day on which {team} are all at work"
        ),
        true => say!(
            "{from} 至 {to} 内 {team} 没有空余的日子",
            "{team} have no room from {from} to {to}"
        ),
    };
    Finding::new(if possible { "D06" } else { "D05" }, cause).id(visit.sid.as_str())
}

fn narrow(demand: &Demand, schedule: &Schedule) -> Option<Finding> {
    let fewest = schedule.narrow.iter().min_by_key(|(_, open)| *open)?;
    let (n, sid, open) = (schedule.narrow.len(), &demand.visits[fewest.0].sid, fewest.1);
    let cause = say!(
        "{n} 次检查，其中可选日子最少的是 {sid}：{open} 天",
        "{n} visits; the one with the fewest open days is {sid}: {open}"
    );
    Some(Finding::new("D07", cause))
}
