//! The register of subjects, row by row.
//!
//! Rows are written as they are made and only counted, so that a million of them need no memory but their text.

use super::codes;
use super::csv::Table;
use super::dates::{self, TODAY};
use super::dress;
use super::names::{self, AREA_SHARES, AREAS, Names, STATIONS, Word};
use super::plan::Census;
use super::rng::{Dice, mix, spread};
use super::tasks::Profile;
use super::trades::{COOPERATIVES, DEVICES, ENTERPRISES, HOUSEHOLDS, OFFICES, PLACES, Trade};
use super::{Bare, Spec};

const HEADER: &str = "统一社会信用代码,注册号,自编号,名称,对象类型,行政区划,片区,所,管辖单位,行业代码,登记状态,信用风险分类,信用风险分值,\
                      信用评定日期,标签,成立日期,上次抽中日期,重点监管事项,地址";

/// 对象类型, in the order of `KINDS`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Enterprise,
    Household,
    Cooperative,
    Office,
    Device,
    Place,
}

/// Kind, Chinese word, share in permille, trades.
const KINDS: [(Kind, &str, u32, &[Trade]); 6] = [
    (Kind::Enterprise, "企业", 552, ENTERPRISES),
    (Kind::Household, "个体工商户", 384, HOUSEHOLDS),
    (Kind::Cooperative, "农民专业合作社", 20, COOPERATIVES),
    (Kind::Office, "外国企业常驻代表机构", 6, OFFICES),
    (Kind::Device, "设备", 24, DEVICES),
    (Kind::Place, "场所", 14, PLACES),
];

/// 登记状态 and its share in permille.
const STATUSES: [(&str, u32); 5] =
    [("存续", 930), ("注销", 32), ("吊销", 14), ("歇业", 14), ("迁出", 10)];

/// Credit classes A to D: share in permille. Scores run to 1000 and high is risky: class k has 250k + 1 … 250k + 250.
const CLASS_SHARES: [u32; 4] = [350, 480, 130, 40];

/// What is inspected in full outside the draw (重点监管): tag, matter, share in permille of those with the tag.
const KEY: [(&str, &str, u32); 4] = [
    ("食品生产", "M010", 40),
    ("集体用餐配送", "M012", 120),
    ("危化品", "M030", 60),
    ("排污", "M035", 15),
];

/// A subject whom a recusal may name.
pub(super) struct Known {
    pub id: String,
    pub area: usize,
    /// One who is more likely to be drawn, so that a demonstration shows recusals at work.
    pub exposed: bool,
}

/// The finished register and what the plan and the recusals need of it.
pub(super) struct Subjects {
    pub csv: String,
    pub census: Census,
    pub known: Vec<Known>,
}

/// What a subject is before it is dressed with area, class and the rest.
struct Body {
    kind: Kind,
    uscc: String,
    registration: String,
    own: String,
    name: String,
    /// Where a place stands in the name already.
    area: usize,
    industry: &'static str,
    tags: Vec<&'static str>,
    /// Days since 1970.
    established: i32,
}

/// Invented subjects.
pub(super) fn invented(spec: &Spec) -> Subjects {
    let mut rows = Rows::new(spec, spec.subjects);
    let mut names = Names::new(spec.seed);
    let mut dice = Dice::new(spec.seed, "subjects");
    for i in 0..spec.subjects {
        let body = invent(spec, i, &mut dice, &mut names);
        rows.push(body);
    }
    rows.finish()
}

/// Subjects of a given file.
pub(super) fn given(spec: &Spec, subjects: Vec<Bare>) -> Subjects {
    let mut rows = Rows::new(spec, subjects.len());
    let mut dice = Dice::new(spec.seed, "subjects");
    for bare in subjects {
        let found = dress::read(&bare);
        let area = dice.weighted(AREA_SHARES.into_iter());
        let established = bare.established.as_deref().and_then(dates::parse);
        let established = established.unwrap_or_else(|| founded(&mut dice));
        let (mut uscc, mut registration, mut own) = (String::new(), String::new(), String::new());
        match bare.uscc.len() {
            18 => uscc = bare.uscc,
            15 => registration = bare.uscc,
            _ => own = bare.uscc,
        }
        let Bare { name, .. } = bare;
        let (kind, industry, tags) = (found.kind, found.industry, found.tags);
        rows.push(Body { kind, uscc, registration, own, name, area, industry, tags, established });
    }
    rows.finish()
}

/// Subject number `i`. The first is always an enterprise, so that the smallest district has something to inspect.
fn invent(spec: &Spec, i: usize, dice: &mut Dice, names: &mut Names) -> Body {
    let list = if i == 0 { 0 } else { dice.weighted(KINDS.iter().map(|k| k.2)) };
    let (kind, _, _, trades) = KINDS[list];
    let trade = dice.weighted(trades.iter().map(|t| t.weight));
    let word = Word { list, trade, word: dice.below(trades[trade].words.len() as u32) as usize };
    let trade = &trades[trade];
    let text = trade.words[word.word];
    let area = dice.weighted(AREA_SHARES.into_iter());
    let name = match kind {
        Kind::Enterprise => names.enterprise(dice, word, text),
        Kind::Household => names.local(dice, word, text, area, true),
        Kind::Cooperative => names.local(dice, word, text, area, false) + "专业合作社",
        Kind::Office => names.office(word, text),
        Kind::Device | Kind::Place => names.local(dice, word, text, area, false),
    };
    let mut tags = trade.tags.to_vec();
    if let Some((tag, share)) = trade.some
        && dice.chance(share)
        && !tags.contains(&tag)
    {
        tags.push(tag);
    }
    let established = founded(dice);
    let (uscc, registration, own) = identity(spec.seed, i as u64, kind, established, dice);
    Body { kind, uscc, registration, own, name, area, industry: trade.code, tags, established }
}

/// USCC, registration number, own number. The codes were introduced in October 2015; a few old subjects never got one.
fn identity(
    seed: u64,
    i: u64,
    kind: Kind,
    established: i32,
    dice: &mut Dice,
) -> (String, String, String) {
    let letters = match kind {
        Kind::Enterprise | Kind::Office => "91",
        Kind::Household => "92",
        Kind::Cooperative => "93",
        Kind::Device => return (String::new(), String::new(), format!("SB-{:07}", i + 1)),
        Kind::Place => return (String::new(), String::new(), format!("CS-{:07}", i + 1)),
    };
    let number = |space: u64, salt: u64| {
        spread(spread(i, space, mix(seed, salt) >> 8), space, mix(seed, salt + 1) >> 8)
    };
    let old = established < dates::day(2015, 10, 1);
    let fate = dice.below(100);
    let registration =
        if old && fate < 35 { codes::registration(number(100_000_000, 0)) } else { String::new() };
    let body = if old {
        format!("{:08}", number(100_000_000, 2))
    } else {
        codes::new_body(number(31_u64.pow(6), 4))
    };
    let uscc = if old && fate < 4 { String::new() } else { codes::uscc(letters, &body) };
    (uscc, registration, String::new())
}

/// A day of foundation between 2001 and May 2026, later years more often.
fn founded(dice: &mut Dice) -> i32 {
    let span = (dates::day(2026, 6, 1) - dates::day(2001, 1, 1)) as u32;
    dates::day(2001, 1, 1) + dice.below(span).max(dice.below(span)) as i32
}

/// The register while it is written.
struct Rows {
    dice: Dice,
    table: Table,
    census: Census,
    known: Vec<Known>,
    /// Every so many subjects one becomes `known` whatever it is.
    every: usize,
    wanted: usize,
    rows: usize,
}

impl Rows {
    fn new(spec: &Spec, subjects: usize) -> Rows {
        let wanted = spec.inspectors.max(super::people::FEWEST) * 2;
        Rows {
            dice: Dice::new(spec.seed, "registers"),
            table: Table::new(HEADER, subjects * 240),
            census: Census::default(),
            known: Vec::new(),
            every: (subjects / wanted).max(1),
            wanted,
            rows: 0,
        }
    }

    fn push(&mut self, body: Body) {
        let first = self.rows == 0;
        let dice = &mut self.dice;
        let thing = matches!(body.kind, Kind::Device | Kind::Place);
        let status = match (first, thing) {
            (true, _) => 0,
            (_, true) => usize::from(dice.chance(40)),
            _ => dice.weighted(STATUSES.iter().map(|s| s.1)),
        };
        let status = STATUSES[status].0;
        let station = body.area * 2 + dice.below(2) as usize;
        let class = if status == "吊销" { 3 } else { dice.weighted(CLASS_SHARES.into_iter()) };
        let score = class as u32 * 250 + dice.between(1, 250);
        let fate = dice.below(1000);
        // Nobody is drawn by a score that he does not have, so those in the task by score are all rated and fresh.
        let scored = body.tags.contains(&"广告");
        let rated = !thing && (scored || fate >= 2);
        let stale = rated && !scored && fate < 4;
        // Classes are computed anew every month; the stale ones were forgotten last year.
        let rated_on = if stale {
            dates::day(2025, 9, 1) + dice.below(100) as i32
        } else {
            dates::day(2026, 6, 3) + dice.below(28) as i32
        };
        let drawn = dice.chance(80).then(|| dates::day(2025, 2, 1) + dice.below(500) as i32);
        let drawn = drawn.filter(|&day| day > body.established);
        let key: Vec<&str> = KEY
            .iter()
            .filter(|k| body.tags.contains(&k.0) && dice.chance(k.2))
            .map(|k| k.1)
            .collect();
        let address = names::address(dice, body.area);
        let class = if rated && !stale { Some(class) } else { None };

        let profile = Profile {
            kind: body.kind,
            tags: &body.tags,
            live: status == "存续",
            class,
            drawn,
            key: &key,
        };
        self.census.count(&profile);
        let exposed =
            class == Some(3) && (body.tags.contains(&"餐饮") || body.kind == Kind::Enterprise);
        let due = exposed && self.known.len() < 2 * self.wanted && fate < 500
            || self.rows.is_multiple_of(self.every);
        if due && profile.live && !body.uscc.is_empty() {
            self.known.push(Known { id: body.uscc.clone(), area: body.area, exposed });
        }
        self.rows += 1;

        let grade = if rated { ["A", "B", "C", "D"][(score as usize - 1) / 250] } else { "" };
        let t = &mut self.table;
        for field in [&body.uscc, &body.registration, &body.own, &body.name] {
            t.field(field);
        }
        t.field(word(body.kind))
            .field(codes::REGION)
            .field(AREAS[body.area])
            .field(STATIONS[station]);
        t.field("示例区市场监督管理局").field(body.industry).field(status).field(grade);
        t.field(&if rated { score.to_string() } else { String::new() });
        t.field(&if rated { dates::text(rated_on) } else { String::new() });
        t.list(&body.tags).field(&dates::text(body.established.min(TODAY)));
        t.field(&drawn.map_or(String::new(), dates::text)).list(&key).field(&address).end();
    }

    fn finish(self) -> Subjects {
        Subjects { csv: self.table.finish(), census: self.census, known: self.known }
    }
}

/// The Chinese word of a kind.
pub(super) fn word(kind: Kind) -> &'static str {
    KINDS.iter().find(|k| k.0 == kind).expect("bug: the table has every kind").1
}
