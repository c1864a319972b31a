//! Inspectors, experts, recusals and the two couples.

use super::codes::REGION;
use super::csv::Table;
use super::dates::{day, text};
use super::names::{AREAS, STATIONS, person};
use super::plan::Demand;
use super::rng::Dice;
use super::subjects::Known;
use super::visits;

/// With fewer, some area would be left without two people for a visit; smaller wishes are raised to it.
pub(super) const FEWEST: usize = 40;

const HEADER: &str = "执法证号,姓名,部门,科室,所,片区,执法证有效期至,状态,请假期间,标签,可任组长,专家,检查上限,本年已检查";
const RECUSAL_HEADER: &str = "执法证号,检查对象,回避原因,有效期至,来源";
const COUPLE_HEADER: &str = "执法证号,执法证号2,回避原因";

/// Departments with their offices; the last two are the experts'.
pub(super) const MARKET: usize = 0;
pub(super) const ENVIRONMENT: usize = 3;
pub(super) const EXPERTS: usize = 4;
pub(super) const DEPARTMENTS: [&str; 5] = ["市监", "消防", "卫健", "生态环境", "特检院"];
const OFFICES: [&[&str]; 5] = [
    &["信用监管科", "食品科", "药械科", "特设科", "网监科", "广告科"],
    &["防火监督科", "防火检查组"],
    &["综合监督科", "卫生监督所"],
    &["执法大队", "污染防治科"],
    &["机电室", "承压室"],
];
const SKILLS: [&[&str]; 5] = [
    &[
        "skill:食品安全",
        "skill:药械",
        "skill:特种设备",
        "skill:广告",
        "skill:网络交易",
        "skill:计量",
    ],
    &["skill:防火"],
    &["skill:公共场所卫生", "skill:医疗卫生"],
    &["skill:水", "skill:大气", "skill:固废"],
    &[],
];

/// How many people each department has: of 120, 64 market supervisors, 16 in each other department, 8 experts.
pub(super) fn staff(inspectors: usize) -> [usize; 5] {
    let all = inspectors.max(FEWEST);
    let (partner, experts) = (all * 2 / 15, all / 15);
    [all - 3 * partner - experts, partner, partner, partner, experts]
}

/// One line of inspectors.csv.
pub(super) struct Person {
    pub id: String,
    pub department: usize,
    /// Market supervisors of a station; the others work from the bureau.
    station: Option<usize>,
    areas: Vec<usize>,
    lead: bool,
    certificate: String,
    state: &'static str,
    leave: Vec<String>,
    tags: Vec<&'static str>,
}

impl Person {
    /// May be sent out in the window.
    fn able(&self) -> bool {
        self.state == "在岗" && self.certificate.as_str() > "2026-09-30"
    }
}

/// inspectors.csv, recusals.csv, incompatibles.csv, visits.csv.
pub(super) fn csv(seed: u64, inspectors: usize, demand: &Demand, known: Vec<Known>) -> [String; 4] {
    let mut dice = Dice::new(seed, "people");
    let mut people = hire(inspectors, &mut dice);
    let couples = couples(&people);
    trouble(&mut people, &couples.concat(), &mut dice);
    let visits = visits::csv(seed, &people, &known);
    let recusals = recusals(&people, known, &mut dice);
    let mut table = Table::new(COUPLE_HEADER, 200);
    for [one, other] in couples {
        table.field(&people[one].id).field(&people[other].id).field("配偶").end();
    }
    [roster(people, demand, &mut dice), recusals, table.finish(), visits]
}

/// Everybody, department by department, in good standing.
fn hire(inspectors: usize, dice: &mut Dice) -> Vec<Person> {
    let mut people = Vec::new();
    for (department, count) in staff(inspectors).into_iter().enumerate() {
        for i in 0..count {
            let (mut station, mut areas) = (None, Vec::new());
            if department == MARKET && i < count * 3 / 4 {
                station = Some(i % STATIONS.len());
                areas.push(i % STATIONS.len() / 2);
            } else if department == MARKET {
                areas.extend([i % AREAS.len(), (i + 1) % AREAS.len()]);
            }
            let expert = department == EXPERTS;
            let tags = match (expert, i % 8) {
                (true, 0..=2) => vec!["expert:特种设备"],
                (true, 3..=4) => vec!["expert:特种设备", "expert:危化品"],
                (true, _) => vec!["expert:危化品"],
                _ => vec![*dice.pick(SKILLS[department])],
            };
            people.push(Person {
                id: format!("{REGION}{}{:04}", if expert { 9 } else { 0 }, people.len() + 1),
                department,
                station,
                areas,
                // Of a station the first leads; elsewhere two of three may.
                lead: !expert && (station.is_some() && i < STATIONS.len() || i % 3 != 2),
                certificate: text(day(2027, 1, 31) + dice.below(1_060) as i32),
                state: "在岗",
                leave: Vec::new(),
                tags,
            });
        }
    }
    people
}

/// Two couples, each in two stations of one area, where they may well be sent out together. Indices of people.
fn couples(people: &[Person]) -> [[usize; 2]; 2] {
    let at = |station: usize| {
        people
            .iter()
            .position(|p| p.station == Some(station))
            .expect("bug: every station has somebody")
    };
    [[at(0), at(1)], [at(8), at(9)]]
}

/// What happens in any office: certificates lapse or are missing, people are lent, retire, fall ill, take holidays.
fn trouble(people: &mut [Person], spared: &[usize], dice: &mut Dice) {
    let mut order: Vec<usize> = (0..people.len())
        .filter(|i| people[*i].department != EXPERTS && !spared.contains(i))
        .collect();
    dice.shuffle(&mut order);
    let part = people.len();
    let mut order = order.into_iter();
    for i in order.by_ref().take(part / 40) {
        people[i].certificate = text(day(2025, 11, 30) + dice.below(200) as i32);
    }
    for i in order.by_ref().take(part / 60) {
        people[i].certificate = String::new();
    }
    for (state, share) in [("借调", 40), ("请假", 60), ("退休", 60), ("调离", 120), ("停职", 120)]
    {
        for i in order.by_ref().take(part / share) {
            people[i].state = state;
            if state == "请假" {
                people[i].leave.push("2026-07-01..2026-10-31".into());
            }
        }
    }
    for i in order.take(part / 5) {
        let monday = day(2026, 7, 20) + 7 * dice.below(9) as i32;
        people[i].leave.push(format!("{}..{}", text(monday), text(monday + 4)));
        if dice.chance(200) {
            let later = monday + 14 + dice.below(5) as i32;
            people[i].leave.push(format!("{}..{}", text(later), text(later)));
        }
    }
}

/// inspectors.csv. Capacities follow from what the plan will ask: a fifth more than needed, and never below 25.
fn roster(mut people: Vec<Person>, demand: &Demand, dice: &mut Dice) -> String {
    let mut base = [0; 5];
    for (department, base) in base.iter_mut().enumerate() {
        // Only these experts can take the slot, see `plan`.
        let fit = |p: &&Person| {
            p.able() && (department != EXPERTS || p.tags.contains(&"expert:特种设备"))
        };
        let able = people.iter().filter(|p| p.department == department).filter(fit).count() as u64;
        let least = if department == EXPERTS { 10 } else { 25 };
        *base = (demand[department] * 6).div_ceil(able.max(1) * 5).max(least);
    }
    dice.shuffle(&mut people);
    let mut table = Table::new(HEADER, people.len() * 160);
    for p in people {
        let leave: Vec<&str> = p.leave.iter().map(String::as_str).collect();
        let areas: Vec<&str> = p.areas.iter().map(|&area| AREAS[area]).collect();
        let office =
            if p.station.is_some() { "监管所" } else { dice.pick(OFFICES[p.department]) };
        let capacity = base[p.department] + u64::from(dice.below(7));
        table.field(&p.id).field(&person(dice)).field(DEPARTMENTS[p.department]).field(office);
        table
            .field(p.station.map_or("", |station| STATIONS[station]))
            .list(&areas)
            .field(&p.certificate);
        table
            .field(p.state)
            .list(&leave)
            .list(&p.tags)
            .field(yes(p.lead))
            .field(yes(p.department == EXPERTS));
        table.field(&capacity.min(1 << 16).to_string()).field(&dice.below(21).to_string()).end();
    }
    table.finish()
}

fn yes(it_is: bool) -> &'static str {
    if it_is { "是" } else { "否" }
}

/// recusals.csv: at most one for a subject, mostly of people who work in its area, half of it on subjects often drawn.
fn recusals(people: &[Person], mut known: Vec<Known>, dice: &mut Dice) -> String {
    const REASONS: [(&str, u32); 6] = [
        ("本人利害关系", 30),
        ("配偶", 20),
        ("直系血亲", 20),
        ("三代以内旁系血亲", 12),
        ("近姻亲", 10),
        ("其他", 8),
    ];
    let officials: Vec<&Person> = people.iter().filter(|p| p.department != EXPERTS).collect();
    let wanted = people.len() * 5 / 4;
    dice.shuffle(&mut known);
    let (exposed, others): (Vec<Known>, Vec<Known>) = known.into_iter().partition(|k| k.exposed);
    let mut table = Table::new(RECUSAL_HEADER, wanted * 80);
    for subject in exposed.into_iter().take(wanted / 2).chain(others).take(wanted) {
        let near: Vec<&Person> =
            officials.iter().copied().filter(|p| p.areas.contains(&subject.area)).collect();
        let who = if dice.chance(700) { *dice.pick(&near) } else { *dice.pick(&officials) };
        let until = match dice.below(10) {
            0 => text(day(2026, 1, 15) + dice.below(150) as i32),
            1 | 2 => String::new(),
            _ => format!("{}-12-31", dice.between(2026, 2029)),
        };
        let source = ["申报", "申请", "决定"][dice.weighted([80, 14, 6].into_iter())];
        let reason = REASONS[dice.weighted(REASONS.iter().map(|r| r.1))].0;
        table.field(&who.id).field(&subject.id).field(reason).field(&until).field(source).end();
    }
    table.finish()
}
