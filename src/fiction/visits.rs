//! Visits of the months before the plan: a few, most of them planned, some after a complaint or a referral.

use super::csv::Table;
use super::dates::{day, text};
use super::people::{DEPARTMENTS, Person};
use super::rng::Dice;
use super::subjects::Known;

const HEADER: &str = "检查对象,检查日期,检查部门,检查类型,抽查事项,执法证号,来源";
/// Of the subjects whom a recusal may name, one in so many was visited.
const SUBJECTS_PER_VISIT: usize = 8;
/// The department's place among all, and a matter of its own.
const MATTERS: [(usize, &str); 5] =
    [(0, "M001"), (0, "M011"), (0, "M012"), (1, "M031"), (2, "M033")];
const KINDS: [(&str, &str, u32); 4] = [
    ("计划", "上半年抽查计划", 70),
    ("投诉举报", "12345 热线", 18),
    ("转办交办", "上级交办", 7),
    ("监测", "网络监测", 5),
];

/// visits.csv: nobody is visited twice.
pub(super) fn csv(seed: u64, people: &[Person], known: &[Known]) -> String {
    let mut dice = Dice::new(seed, "visits");
    let mut order: Vec<usize> = (0..known.len()).collect();
    dice.shuffle(&mut order);
    let wanted = known.len() / SUBJECTS_PER_VISIT;
    let mut table = Table::new(HEADER, wanted * 90);
    for at in order.into_iter().take(wanted) {
        let (department, matter) = *dice.pick(&MATTERS);
        let (kind, source, _) = KINDS[dice.weighted(KINDS.iter().map(|kind| kind.2))];
        let on = text(day(2026, 1, 12) + dice.below(150) as i32);
        let mut team: Vec<&str> = people
            .iter()
            .filter(|person| person.department == department)
            .map(|person| person.id.as_str())
            .collect();
        dice.shuffle(&mut team);
        team.truncate(2);
        table.field(&known[at].id).field(&on).field(DEPARTMENTS[department]).field(kind);
        table.field(matter).list(&team).field(source).end();
    }
    table.finish()
}
