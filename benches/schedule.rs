//! The schedule at a district's size: time, trips saved, and the same where the busiest inspector has hardly a day left.
//! `cargo bench --bench schedule -- [--export FILE]`; the export is a smaller instance, with what came of it, for other
//! solvers: see `benches/peers`. Nothing here is a test.
#![allow(missing_docs, clippy::disallowed_methods)]

#[path = "../tests/support/quarter.rs"]
mod quarter;

use std::time::{Duration, Instant};

use quarter::{DISTRICT, Quarter, without_areas};
use serde_json::json;
use shuangsuiji::base::digest::Suite;
use shuangsuiji::schedule::{Demand, Outcome, Schedule, WorkDay, schedule, trips};

const RUNS: u32 = 5;
/// What a general solver can still search.
const SMALL: Quarter = Quarter {
    visits: 120,
    people: 10,
    days: 20,
    areas: 3,
    per_day: 2,
    short_percent: 10,
    ..DISTRICT
};

fn whole(demand: &Demand, run: u32) -> (Schedule, Duration) {
    let key = Suite::Sha256.digest(&run.to_be_bytes());
    let begin = Instant::now();
    let outcome = schedule(demand, &key);
    let time = begin.elapsed();
    match outcome {
        Outcome::Whole(schedule) => (schedule, time),
        Outcome::Short { .. } => panic!("the instance can be scheduled"),
    }
}

fn measure(name: &str, quarter: Quarter) {
    let demand = quarter.demand();
    let plain = without_areas(&demand);
    let runs: Vec<(Schedule, Duration)> = (0..RUNS).map(|run| whole(&demand, run)).collect();
    let (done, _) = &runs[0];
    let (blind, blind_time) = whole(&plain, 0);
    let dated: Vec<_> = blind.days.iter().copied().map(Some).collect();
    let (ours, theirs) = (done.trips, trips(&demand, &dated));
    let time = runs.iter().map(|(_, time)| *time).min().unwrap_or_default();
    println!(
        "{name}: {} visits, {} people, {} days: {time:.1?}; {ours} trips, {theirs} without areas ({blind_time:.1?}), ratio 0.{:03}",
        demand.visits.len(),
        demand.people.len(),
        demand.days.len(),
        ours * 1000 / theirs
    );
}

/// The district with halves of days, beside the same without.
fn measure_parts() {
    let plain = DISTRICT.demand();
    let demand = Demand { slots: vec!["上午".to_owned(), "下午".to_owned()], ..plain.clone() };
    let time = (0..RUNS).map(|run| whole(&demand, run).1).min().unwrap_or_default();
    let ((done, _), (days, _)) = (whole(&demand, 0), whole(&plain, 0));
    let moved = done.days.iter().zip(&days.days).filter(|(a, b)| a != b).count();
    println!(
        "halves of days: {time:.1?}; {} trips, {moved} visits on another day for them",
        done.trips
    );
}

/// For each visit its team, area and open days; for each person and day how many visits he can make.
fn export(path: &str) {
    let demand = SMALL.demand();
    let (done, time) = whole(&demand, 1);
    let day = |date| demand.days.iter().position(|day| day.date == date);
    let limit = |person: u32, day: &WorkDay| demand.people[person as usize].limit(day);
    let visits: Vec<_> = (demand.visits.iter())
        .map(|visit| {
            let inside = |day: &WorkDay| visit.from <= day.date && day.date <= visit.to;
            let comes = |day: &WorkDay| visit.team.iter().all(|person| limit(*person, day) > 0);
            let open = (0..demand.days.len())
                .filter(|i| inside(&demand.days[*i]) && comes(&demand.days[*i]));
            json!({"team": visit.team, "area": visit.area, "open": open.collect::<Vec<_>>()})
        })
        .collect();
    let limits: Vec<Vec<u8>> = (0..demand.people.len() as u32)
        .map(|person| demand.days.iter().map(|day| limit(person, day)).collect())
        .collect();
    let days: Vec<_> = done.days.iter().map(|date| day(*date)).collect();
    let file = json!({
        "visits": visits, "limits": limits, "days": days, "trips": done.trips, "keep_free": demand.keep_free,
        "microseconds": time.as_micros() as u64,
    });
    std::fs::write(path, file.to_string()).expect("the export can be written");
    println!("small: {} trips in {time:.1?}", done.trips);
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [flag, path] = args.as_slice()
        && flag == "--export"
    {
        return export(path);
    }
    measure("district", DISTRICT);
    measure("busiest at 97 %", Quarter { busiest_percent: Some(97), ..DISTRICT });
    measure("four visits a day", Quarter { per_day: 4, ..DISTRICT });
    measure_parts();
}
