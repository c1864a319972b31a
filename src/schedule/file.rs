//! What is kept of a schedule (`ssj-schedule/1`): everything it was made from, the parts of days that it gave, and a tag that
//! binds both to the day secret and to the schedule before. Whoever has the seed and the secret makes it again from that,
//! byte for byte; whoever lacks the secret cannot change it unnoticed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::{Value, json};

use super::bits::DAYS_MAX;
use super::model::{Demand, Person, SLOTS_MAX, Visit, WorkDay};
use crate::base::date::parse_date;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::base::json::{Object, format_line, parse_line};
use crate::base::secret::Secret;
use crate::base::text::line_digest;
use crate::record::ids::{Iid, Sid};
use crate::say;

const FORMAT: &str = "ssj-schedule/1";
/// Most visits of a person on one day.
pub const PER_DAY_MAX: u8 = 16;

/// What an office said of one schedule as a whole. It shows in the demand's windows, and an auditor holds these against
/// those that were committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The day on which the schedule was made.
    pub made: Date,
    /// New days are not before this one.
    pub first: Date,
    /// First and last days of tasks that stand for those of the commitment, by list: none where a side is open.
    pub lists: BTreeMap<String, (Option<Date>, Option<Date>)>,
}

impl Given {
    /// Whether a visit stays where it was since that day is over.
    pub fn is_over(&self, visit: &Visit) -> bool {
        visit.fixed.is_some() && visit.fixed == visit.was && visit.fixed < Some(self.first)
    }

    /// Whether it was made, too: its day was over when the schedule was made.
    pub fn was_made(&self, visit: &Visit) -> bool {
        self.is_over(visit) && visit.fixed < Some(self.made)
    }
}

/// A schedule as it is kept beside its table of days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it was made from.
    pub demand: Demand,
    /// What was said of it as a whole.
    pub given: Given,
    /// The part of the day of each visit, in the demand's order; empty where there are none.
    pub slots: Vec<usize>,
    /// The digest of its table of days.
    pub schedule: Digest,
    /// HL("schedules", D, n, H(the record without its tag), the tag of the schedule before or "-").
    pub tag: Digest,
}

/// What ties a record to its place among the others.
pub struct Tie<'a> {
    /// The draw's suite.
    pub suite: Suite,
    /// The day secret D.
    pub secret: &'a Secret,
    /// The number of the schedule, from 1.
    pub n: usize,
    /// The tag of the schedule before.
    pub before: Option<Digest>,
}

impl Record {
    /// The record of a schedule whose table of days has these bytes.
    pub fn new(
        (demand, given): (Demand, Given),
        slots: Vec<usize>,
        table: &[u8],
        tie: &Tie<'_>,
    ) -> Self {
        let schedule = tie.suite.digest(table);
        let mut record = Record { demand, given, slots, schedule, tag: schedule };
        record.tag = record.tag_of(tie);
        record
    }

    /// The tag that belongs to it.
    pub fn tag_of(&self, tie: &Tie<'_>) -> Digest {
        let body = tie.suite.digest(&format_line(&self.body())).hex();
        let before = tie.before.map_or_else(|| "-".to_owned(), |tag| tag.hex());
        let (secret, n) = (tie.secret.hex(), tie.n.to_string());
        line_digest(tie.suite, "schedules", &[&secret, &n, &body, &before])
    }

    /// The bytes of its file: one line in the form of RFC 8785.
    pub fn format(&self) -> Vec<u8> {
        let mut value = self.body();
        value["tag"] = json!(self.tag.hex());
        format_line(&value)
    }

    /// Reads such a file.
    ///
    /// # Errors
    /// F01 and F05 naming what is not as it must be.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        let value = parse_line(bytes)?;
        let root = Object::root(&value)?;
        if root.text("v")? != FORMAT {
            return Err(refuse(&root, "v", "不是 ssj-schedule/1", "it is not ssj-schedule/1"));
        }
        let demand = demand(&root)?;
        let slots = match demand.slots.is_empty() {
            true => Vec::new(),
            false => numbers(&root, "parts")?,
        };
        let known = slots.iter().all(|slot| *slot < demand.slots.len());
        if !known || !demand.slots.is_empty() && slots.len() != demand.visits.len() {
            return Err(refuse(
                &root,
                "parts",
                "须每次检查一个时段",
                "one part for each visit is needed",
            ));
        }
        let digest = |key: &str| {
            let none = || refuse(&root, key, "不是摘要", "it is no digest");
            Digest::from_hex(root.text(key)?).ok_or_else(none)
        };
        let (given, schedule, tag) = (given(&root)?, digest("schedule")?, digest("tag")?);
        let record = Record { demand, given, slots, schedule, tag };
        // One value, one byte string: what is not read is not there.
        if record.format() != bytes {
            return Err(refuse(&root, "v", "有不认识的内容", "it holds something unknown"));
        }
        Ok(record)
    }

    fn body(&self) -> Value {
        let Record { demand, given, slots, schedule, .. } = self;
        let mut value = json!({
            "v": FORMAT, "keep_free": demand.keep_free, "schedule": schedule.hex(), "made": given.made.to_string(), "first": given.first.to_string(),
            "lists": given.lists.iter().map(list_json).collect::<Vec<_>>(),
            "days": demand.days.iter().map(day_json).collect::<Vec<_>>(),
            "people": demand.people.iter().map(person_json).collect::<Vec<_>>(),
            "visits": demand.visits.iter().map(|visit| visit_json(demand, visit)).collect::<Vec<_>>(),
        });
        if !demand.slots.is_empty() {
            value["slots"] = json!(demand.slots);
            value["parts"] = json!(slots);
        }
        value
    }
}

fn list_json((list, (from, to)): (&String, &(Option<Date>, Option<Date>))) -> Value {
    let mut value = json!({"list": list});
    for (key, day) in [("from", from), ("to", to)] {
        if let Some(day) = day {
            value[key] = json!(day.to_string());
        }
    }
    value
}

fn day_json(day: &WorkDay) -> Value {
    json!({"date": day.date.to_string(), "half": day.half})
}

fn person_json(person: &Person) -> Value {
    let away = person.away.iter().map(|(from, to)| json!([from.to_string(), to.to_string()]));
    let mut value = json!({
        "iid": person.iid.as_str(), "away": away.collect::<Vec<_>>(), "weekdays": person.weekdays, "per_day": person.per_day,
    });
    if let Some(most) = person.per_week {
        value["per_week"] = json!(most);
    }
    if !person.away_slots.is_empty() {
        let parts = person.away_slots.iter();
        value["away_slots"] =
            parts.map(|(day, slot)| json!({"date": day.to_string(), "slot": slot})).collect();
    }
    value
}

fn visit_json(demand: &Demand, visit: &Visit) -> Value {
    let team = visit.team.iter().map(|at| demand.people[*at as usize].iid.as_str());
    let mut value = json!({
        "sid": visit.sid.as_str(), "team": team.collect::<Vec<_>>(), "from": visit.from.to_string(), "to": visit.to.to_string(),
    });
    let mut put = |key: &str, given: Option<Value>| {
        if let Some(given) = given {
            value[key] = given;
        }
    };
    put("fixed", visit.fixed.map(|day| json!(day.to_string())));
    put("was", visit.was.map(|day| json!(day.to_string())));
    put("area", Some(json!(visit.area)).filter(|_| !visit.area.is_empty()));
    put("fixed_slot", visit.fixed_slot.map(|slot| json!(slot)));
    put("was_slot", visit.was_slot.map(|slot| json!(slot)));
    value
}

fn given(root: &Object<'_>) -> Result<Given, Finding> {
    let list = |one: &Object<'_>| {
        let may = |key: &str| one.has(key).then(|| date(one, key)).transpose();
        Ok((one.text("list")?.to_owned(), (may("from")?, may("to")?)))
    };
    let lists = root.objects("lists")?.iter().map(list).collect::<Result<_, Finding>>()?;
    Ok(Given { made: date(root, "made")?, first: date(root, "first")?, lists })
}

fn demand(root: &Object<'_>) -> Result<Demand, Finding> {
    let slots = match root.has("slots") {
        true => root.texts("slots")?.into_iter().map(str::to_owned).collect(),
        false => Vec::new(),
    };
    let days = root.objects("days")?.iter().map(day).collect::<Result<Vec<_>, _>>()?;
    let ascending = days.windows(2).all(|two| two[0].date < two[1].date);
    if !ascending || !(1..=DAYS_MAX).contains(&days.len()) {
        return Err(refuse(
            root,
            "days",
            "须为 1–384 个依次的日子",
            "1 to 384 days in order are needed",
        ));
    }
    if slots.len() > SLOTS_MAX {
        return Err(refuse(root, "slots", "时段过多", "there are too many parts"));
    }
    let parts = slots.len();
    let people: Vec<Person> =
        root.objects("people")?.iter().map(|one| person(one, parts)).collect::<Result<_, _>>()?;
    let places: BTreeMap<&str, u32> =
        (0..).zip(&people).map(|(at, one)| (one.iid.as_str(), at)).collect();
    if places.len() != people.len() {
        return Err(refuse(root, "people", "有人列了两次", "somebody stands twice"));
    }
    let visits: Vec<Visit> = (root.objects("visits")?.iter())
        .map(|one| visit(one, &places, parts))
        .collect::<Result<_, _>>()?;
    if visits.iter().map(|one| &one.sid).collect::<BTreeSet<_>>().len() != visits.len() {
        return Err(refuse(root, "visits", "有对象列了两次", "a subject stands twice"));
    }
    let keep_free = small(root, "keep_free", DAYS_MAX)?;
    Ok(Demand { days, people, visits, keep_free, slots })
}

fn day(one: &Object<'_>) -> Result<WorkDay, Finding> {
    Ok(WorkDay { date: date(one, "date")?, half: one.flag("half")? })
}

fn person(one: &Object<'_>, parts: usize) -> Result<Person, Finding> {
    let period = |(value, _): (&Value, String)| {
        let dates: Vec<Date> =
            value.as_array()?.iter().filter_map(|day| parse_date(day.as_str()?)).collect();
        <[Date; 2]>::try_from(dates).ok().map(|[from, to]| (from, to))
    };
    let away: Option<Vec<_>> = one.array("away")?.into_iter().map(period).collect();
    let weekdays: Vec<bool> =
        one.array("weekdays")?.iter().filter_map(|(value, _)| value.as_bool()).collect();
    let malformed = |key: &str| refuse(one, key, "写法不对", "it is not well formed");
    let away_slots = match one.has("away_slots") {
        true => one.objects("away_slots")?,
        false => Vec::new(),
    };
    let part = |of: &Object<'_>| Ok((date(of, "date")?, slot(of, "slot", parts)?));
    let per_day = small(one, "per_day", usize::from(PER_DAY_MAX))?;
    Ok(Person {
        iid: Iid::parse(one.text("iid")?)?,
        away: away.ok_or_else(|| malformed("away"))?,
        weekdays: weekdays.try_into().map_err(|_| malformed("weekdays"))?,
        per_day: u8::try_from(per_day).expect("bug: it is small"),
        per_week: match one.has("per_week") {
            true => u16::try_from(one.integer("per_week")?).ok().filter(|most| *most < u16::MAX),
            false => None,
        },
        away_slots: away_slots.iter().map(part).collect::<Result<_, Finding>>()?,
    })
}

fn visit(one: &Object<'_>, places: &BTreeMap<&str, u32>, parts: usize) -> Result<Visit, Finding> {
    let team: Option<Vec<u32>> =
        one.texts("team")?.into_iter().map(|iid| places.get(iid).copied()).collect();
    let distinct = |team: &Vec<u32>| team.iter().collect::<BTreeSet<_>>().len() == team.len();
    let team = team.filter(|team| !team.is_empty() && distinct(team));
    let team = team.ok_or_else(|| {
        refuse(one, "team", "须为不同的在列人员", "different people of the list are needed")
    })?;
    let may = |key: &str| one.has(key).then(|| date(one, key)).transpose();
    let may_slot = |key: &str| one.has(key).then(|| slot(one, key, parts)).transpose();
    Ok(Visit {
        sid: Sid::parse(one.text("sid")?)?,
        team,
        area: if one.has("area") { one.text("area")?.to_owned() } else { String::new() },
        from: date(one, "from")?,
        to: date(one, "to")?,
        fixed: may("fixed")?,
        was: may("was")?,
        fixed_slot: may_slot("fixed_slot")?,
        was_slot: may_slot("was_slot")?,
    })
}

fn date(one: &Object<'_>, key: &str) -> Result<Date, Finding> {
    parse_date(one.text(key)?).ok_or_else(|| refuse(one, key, "不是日期", "it is no date"))
}

fn small(one: &Object<'_>, key: &str, most: usize) -> Result<usize, Finding> {
    let n = usize::try_from(one.integer(key)?).ok().filter(|n| *n <= most);
    n.ok_or_else(|| refuse(one, key, "数太大", "the number is too large"))
}

fn slot(one: &Object<'_>, key: &str, parts: usize) -> Result<usize, Finding> {
    let n = usize::try_from(one.integer(key)?).ok().filter(|n| *n < parts);
    n.ok_or_else(|| refuse(one, key, "没有这个时段", "there is no such part of a day"))
}

fn numbers(one: &Object<'_>, key: &str) -> Result<Vec<usize>, Finding> {
    let number =
        |(value, _): (&Value, String)| value.as_u64().and_then(|n| usize::try_from(n).ok());
    let numbers: Option<Vec<usize>> = one.array(key)?.into_iter().map(number).collect();
    numbers.ok_or_else(|| refuse(one, key, "须为整数", "integers are needed"))
}

fn refuse(one: &Object<'_>, key: &str, zh: &'static str, en: &'static str) -> Finding {
    Finding::new("F05", say!("{zh}", "{en}")).column(one.path(key))
}
