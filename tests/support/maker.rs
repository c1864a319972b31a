//! How a small random draft is made.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use shuangsuiji::base::digest::{Digest, Suite};
use shuangsuiji::base::json::format_line;
use shuangsuiji::base::table::{self, Row};
use shuangsuiji::base::text::line_digest;
use shuangsuiji::draw::ticket::{master_digest, recusal_salt, salt};
use shuangsuiji::record::beacon::{Source, Trust};
use shuangsuiji::record::bundle::{self, Files};
use shuangsuiji::record::commitment::{Commitment, List, Method, Quota, Role, Seal, Slot, Stratum};
use shuangsuiji::record::ids::{Iid, Name, Sid};
use shuangsuiji::record::tables::{FrameRow, IncompatibleRow, InspectorRow, RecusalRow};

use super::random::{CHAIN, Draft, ROUND, ROUND_AT, Random, Size, signature};

pub struct Maker {
    random: Random,
    size: Size,
    suite: Suite,
    draw: String,
    master: Option<Digest>,
    slots: Vec<Slot>,
}

/// (name, role, needs, avoids): some with placeholders, some that anybody may take.
const SLOTS: [(&str, Role, &[&str], &[&str]); 7] = [
    ("member", Role::Inspector, &["dept:市监", "area:{area}"], &[]),
    ("lead", Role::Inspector, &["lead"], &["station:{station}"]),
    ("any", Role::Inspector, &[], &[]),
    ("second", Role::Inspector, &["dept:市监"], &["area:高新"]),
    ("fire", Role::Inspector, &["dept:消防"], &[]),
    ("adviser", Role::Expert, &["expert"], &[]),
    ("watch", Role::Expert, &[], &["at:{area}-{station}", "lead"]),
];
const AREAS: [&str; 3] = ["东", "西", "高新"];
const STATIONS: [&str; 3] = ["城南所", "城北所", "zz"];
const STRATA: [&str; 5] = ["zeta", "mu", "alpha", "B.2", "b-1"];
const WEIGHTS: [u64; 7] = [1, 1, 2, 3, 5, 40, 1 << 20];

fn own(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

impl Maker {
    pub fn new(seed: u64, size: Size) -> Self {
        let mut random = Random::new(seed);
        let suite = *random.pick(&[Suite::Sha256, Suite::Sm3]);
        let master = random.chance(40).then(|| random.digest());
        let mut slots: Vec<Slot> = SLOTS
            .iter()
            .map(|(slot, role, needs, avoids)| Slot {
                slot: (*slot).to_owned(),
                role: *role,
                needs: own(needs),
                avoids: own(avoids),
            })
            .collect();
        // Fewer kinds make lists share them; an odd committed order must not matter.
        random.shuffle(&mut slots);
        Maker { random, size, suite, draw: format!("RANDOM-{seed}"), master, slots }
    }

    pub fn draft(mut self) -> Draft {
        let subjects = self.subjects();
        let mut names = ["T01", "T-03", "t.2", "Z_4"];
        self.random.shuffle(&mut names);
        let lists = self.random.between(self.size.lists.0, self.size.lists.1);
        let mut frames = BTreeMap::new();
        let mut listed = Vec::new();
        for name in names.into_iter().take(usize::try_from(lists).unwrap()) {
            let (list, frame) = self.list(name, &subjects);
            listed.push(list);
            frames.insert(name.to_owned(), frame);
        }
        let inspectors = self.inspectors();
        let recusals = self.recusals(&subjects, &inspectors);
        let incompatible = self.incompatible(&inspectors);
        let standby = self.random.chance(20).then(|| {
            vec![InspectorRow {
                iid: Iid::parse("S900").unwrap(),
                capacity: 3,
                load: 0,
                tags: own(&["lead"]),
            }]
        });
        let (sources, values, trust) = self.beacon();
        let extras = self.extras();
        Draft {
            commitment: self.commitment(listed, sources, trust),
            frames,
            inspectors,
            standby,
            recusals,
            incompatible,
            master: self.master,
            values,
            extras,
        }
    }

    fn commitment(&mut self, lists: Vec<List>, sources: Vec<Source>, trust: Trust) -> Commitment {
        let random = &mut self.random;
        let empty = table::root::<InspectorRow>(self.suite, &[]);
        let later = random.chance(25);
        let note = |key: &str, value: Value| Map::from_iter([(key.to_owned(), value)]);
        Commitment {
            suite: self.suite,
            draw: self.draw.clone(),
            agency: "示例市市场监督管理局".to_owned(),
            title: (*random.pick(&["随机演练", "a \"title\" \\ with / and\ttab", "🙂"])).to_owned(),
            seal: self.master.as_ref().map(|master| Seal {
                master: master_digest(self.suite, master),
                opens_to_public: random.chance(50),
                by: "2027-01-31".to_owned(),
            }),
            attempt: if later { 2 } else { 1 },
            prev: later.then(|| random.digest()),
            window: ("2026-10-09".to_owned(), "2026-12-31".to_owned()),
            classes_public: random.chance(50),
            lists,
            inspectors: empty,
            recusals: empty,
            incompatible: empty,
            standby: None,
            sources,
            margin_s: random.below(1000),
            trust,
            subject_replaced: random.chance(50),
            inspector_by_beacon: random.chance(50),
            engine: ("tests".to_owned(), "0".to_owned()),
            rehearsal: random.chance(50),
            notes: match random.below(3) {
                0 => note("plan", json!(random.digest().hex())),
                1 => note("unknown", json!({"n": [1, true, {"weight": "x"}]})),
                _ => Map::new(),
            },
        }
    }

    /// Identity and tags of every subject.
    fn subjects(&mut self) -> Vec<(Sid, Vec<String>)> {
        let count = self.random.between(self.size.subjects.0, self.size.subjects.1);
        (0..count)
            .map(|i| {
                let sid = match self.random.below(4) {
                    0 => format!("REG:{i:04}"),
                    1 => format!("X{i:04}"),
                    2 => format!("x_{i}"),
                    _ => format!("9133010{i:011}"),
                };
                let random = &mut self.random;
                let mut tags = BTreeSet::from([
                    format!("area:{}", random.pick(&AREAS[..2])),
                    format!("station:{}", random.pick(&STATIONS)),
                ]);
                if random.chance(20) {
                    // The first of two counts.
                    tags.insert(format!("station:{}", random.pick(&STATIONS)));
                    tags.insert("area:高新".to_owned());
                }
                (Sid::parse(&sid).unwrap(), tags.into_iter().collect())
            })
            .collect()
    }

    fn list(&mut self, name: &str, subjects: &[(Sid, Vec<String>)]) -> (List, Vec<FrameRow>) {
        let (suite, master, draw) = (self.suite, self.master, self.draw.clone());
        let slots = self.list_slots();
        let random = &mut self.random;
        let methods = if master.is_some() { 2 } else { 3 };
        let method = random.below(methods);
        let mut names = STRATA;
        random.shuffle(&mut names);
        let strata = &names[..1 + random.index(4)];
        // Some strata stay empty: a committed N of zero is legal.
        let used = &strata[..1 + random.index(strata.len())];
        let weight_of: BTreeMap<&str, u64> =
            strata.iter().map(|s| (*s, *random.pick(&WEIGHTS))).collect();
        let share = *random.pick(&[100, 70, 40]);
        let mut frame: Vec<FrameRow> = Vec::new();
        for (sid, tags) in subjects {
            if !random.chance(share) {
                continue;
            }
            let stratum = *random.pick(used);
            let weight = match method {
                0 => 1,
                1 => weight_of[stratum],
                _ => {
                    let other = random.between(1, 2000);
                    *random.pick(&[1, 7, 812, other, other, other, 1 << 20])
                }
            };
            frame.push(FrameRow {
                sid: sid.clone(),
                stratum: Name::parse("stratum", stratum).unwrap(),
                weight,
                tags: tags.clone(),
                salt: master.map(|master| salt(suite, &master, &draw, sid.as_str())),
            });
        }
        frame.sort_by_key(Row::key);
        let most = self.size.drawn.min(frame.len() as u64);
        let n = random.between(0, most);
        let mut left = n;
        let strata = strata.iter().map(|stratum| {
            let of_stratum = frame.iter().filter(|row| row.stratum == **stratum);
            let size = of_stratum.count() as u64;
            let quota = match method {
                0 => {
                    let count = random.between(0, left.min(size));
                    left -= count;
                    Quota::Count(count)
                }
                1 => Quota::Weight(weight_of[stratum]),
                _ => Quota::Own,
            };
            Stratum { stratum: (*stratum).to_owned(), size, quota }
        });
        let strata = strata.collect();
        let method = match method {
            0 => Method::Fixed,
            1 => Method::Proportional { n },
            _ => Method::Pareto { n },
        };
        let group = if random.chance(60) { "Q4" } else { name };
        let list = List {
            list: name.to_owned(),
            title: format!("任务 {name}"),
            matters: own(&["M001"]),
            group: group.to_owned(),
            method,
            frame: table::root(suite, &frame),
            strata,
            reserve: random.below(4),
            slots,
            notes: Map::new(),
        };
        (list, frame)
    }

    /// Two inspectors and up to two more; one in ten has a name of its own and so does not merge.
    fn list_slots(&mut self) -> Vec<Slot> {
        let random = &mut self.random;
        let inspectors = || self.slots.iter().filter(|slot| slot.role == Role::Inspector);
        let mut slots: Vec<Slot> = inspectors().take(3).cloned().collect();
        random.shuffle(&mut slots);
        slots.truncate(2);
        for slot in &self.slots {
            if slots.len() < 4 && random.chance(20) && !slots.contains(slot) {
                slots.push(slot.clone());
            }
        }
        random.shuffle(&mut slots);
        if random.chance(10) {
            slots[0].slot.push_str(".own");
        }
        slots
    }

    fn inspectors(&mut self) -> Vec<InspectorRow> {
        let random = &mut self.random;
        let count = random.between(self.size.inspectors.0, self.size.inspectors.1);
        // Half of the draws have enough inspectors, so that more than one round comes about.
        let (plenty, most) = match random.chance(50) {
            true => (15, 40),
            false => (0, *random.pick(&[4, 8, 16])),
        };
        (0..count)
            .map(|i| {
                let mut tags = BTreeSet::new();
                let mut put = |percent: u64, tag: String| {
                    if random.chance(percent + if percent > 30 { plenty } else { 0 }) {
                        tags.insert(tag);
                    }
                };
                put(85, "dept:市监".to_owned());
                put(80, "dept:消防".to_owned());
                put(80, "lead".to_owned());
                put(80, "expert".to_owned());
                AREAS.iter().for_each(|area| {
                    put(if *area == "高新" { 50 } else { 80 }, format!("area:{area}"))
                });
                STATIONS.iter().for_each(|s| put(20, format!("station:{s}")));
                put(10, "at:东-zz".to_owned());
                InspectorRow {
                    iid: Iid::parse(&format!("E{:03}", i * 7 % 100)).unwrap(),
                    capacity: u32::try_from(
                        random.between(plenty, most) * random.between(0, 9).min(1),
                    )
                    .unwrap(),
                    load: u32::try_from(random.below(4)).unwrap(),
                    tags: tags.into_iter().collect(),
                }
            })
            .map(|row| (row.iid.clone(), row))
            .collect::<BTreeMap<_, _>>()
            .into_values()
            .collect()
    }

    fn recusals(
        &mut self,
        subjects: &[(Sid, Vec<String>)],
        inspectors: &[InspectorRow],
    ) -> Vec<RecusalRow> {
        let mut rows = BTreeMap::new();
        for _ in 0..self.random.below(6) {
            let random = &mut self.random;
            let sid = match random.chance(10) {
                true => Sid::parse("OUTSIDE").unwrap(),
                false => random.pick(subjects).0.clone(),
            };
            let iid = match random.chance(10) {
                true => Iid::parse("OUTSIDE").unwrap(),
                false => random.pick(inspectors).iid.clone(),
            };
            let salt = self.master.map(|master| {
                recusal_salt(self.suite, &master, &self.draw, sid.as_str(), iid.as_str())
            });
            let row = RecusalRow {
                sid,
                iid,
                reason: (*random.pick(&["kin", "former"])).to_owned(),
                salt,
            };
            rows.insert(row.key(), row);
        }
        rows.into_values().collect()
    }

    fn incompatible(&mut self, inspectors: &[InspectorRow]) -> Vec<IncompatibleRow> {
        let random = &mut self.random;
        let percent = *random.pick(&[0, 10, 20]);
        let mut rows = BTreeMap::new();
        for (place, one) in inspectors.iter().enumerate() {
            for other in &inspectors[place + 1..] {
                if random.chance(percent) {
                    let row = IncompatibleRow {
                        iid: one.iid.clone(),
                        iid2: other.iid.clone(),
                        reason: (*random.pick(&["kin", "quarrel"])).to_owned(),
                    };
                    rows.insert(row.key(), row);
                }
            }
        }
        if percent > 0 {
            let row = IncompatibleRow {
                iid: inspectors[0].iid.clone(),
                iid2: Iid::parse("OUTSIDE").unwrap(),
                reason: "kin".to_owned(),
            };
            rows.insert(row.key(), row);
        }
        rows.into_values().collect()
    }

    /// Sources, their values, and who vouches.
    fn beacon(&mut self) -> (Vec<Source>, Vec<String>, Trust) {
        let share = self.random.digest().hex();
        let hash = line_digest(self.suite, "wit", &[&share]).hex();
        let random = &mut self.random;
        let digits = |random: &mut Random, count: usize| -> String {
            (0..count).map(|_| char::from(b'0' + random.below(10) as u8)).collect()
        };
        let balls = |random: &mut Random, count: usize, largest: u64| -> String {
            let mut drawn: Vec<u64> = (1..=largest).collect();
            random.shuffle(&mut drawn);
            drawn.truncate(count);
            drawn.sort_unstable();
            drawn.iter().map(|ball| format!("{ball}.")).collect()
        };
        let drand = (json!({"kind": "drand", "chain": CHAIN, "round": ROUND}), signature());
        let game = |kind: &str, game: &str, issue: &str, at: u64| json!({"kind": kind, "game": game, "issue": issue, "at": at});
        let dice =
            (json!({"kind": "dice", "dice": "d10x20", "at": ROUND_AT - 500}), digits(random, 20));
        let wit = json!({"kind": "wit", "name": "anna", "hash": hash, "at": ROUND_AT - 900});
        let ssq = (
            game("rfc3797", "ssq", "2026083", ROUND_AT - 86_400),
            format!("{}/{}/", balls(random, 6, 33), balls(random, 1, 16)),
        );
        let dlt = (
            game("rfc3797", "dlt", "26083", ROUND_AT - 80_000),
            format!("{}/{}/", balls(random, 5, 35), balls(random, 2, 12)),
        );
        let kl8 = (
            game("rfc3797", "kl8", "2026193", ROUND_AT - 90_000),
            format!("{}/", balls(random, 20, 80)),
        );
        let d3 = (game("digits", "3d", "2026193", ROUND_AT - 70_000), digits(random, 3));
        let pl5 = (game("digits", "pl5", "26193", ROUND_AT + 40_000), digits(random, 5));
        let nist = (
            json!({"kind": "nist2", "chain": "2", "pulse": "1412345", "at": ROUND_AT + 60}),
            random.digest().hex().repeat(2),
        );
        let (chosen, trust) = match random.below(10) {
            0 | 1 => (vec![drand], Trust::Public),
            2 => (vec![dice, drand], Trust::Witnessed),
            3 => (vec![ssq, drand], Trust::Public),
            4 => (vec![d3, drand], Trust::Public),
            5 => (vec![(wit, share), dice, drand], Trust::Witnessed),
            6 => (vec![(wit, "-".to_owned()), drand], Trust::Witnessed),
            7 => (vec![kl8, d3], Trust::Public),
            8 => (vec![ssq, dlt, drand, pl5], Trust::Public),
            _ => (vec![drand, nist], Trust::Public),
        };
        let source = |(value, _): &(Value, String)| Source::from_json(value).unwrap();
        (
            chosen.iter().map(source).collect(),
            chosen.into_iter().map(|(_, value)| value).collect(),
            trust,
        )
    }

    /// Files that lie beside a bundle; the rows of a schedule are put in with the draw.
    fn extras(&mut self) -> Files {
        let mut files = Files::new();
        if self.random.chance(20) {
            files.insert("README.txt".to_owned(), b"\xffany bytes\r\n".to_vec());
        }
        if self.random.chance(20) {
            files.insert(bundle::SCHEDULE.to_owned(), Vec::new());
        }
        if self.random.chance(20) {
            let reason = *self.random.pick(&["plan_error", "other"]);
            let mut event = json!({
                "n": 1, "prev": "-", "kind": "void", "at": ROUND_AT - 100_000, "reason": reason,
                "by": "张三", "approver": "李四", "evidence": "-",
            });
            if self.master.is_some() {
                event["salt"] = json!(self.random.digest().hex());
            }
            files.insert("events/0001.json".to_owned(), format_line(&event));
        }
        files
    }
}
