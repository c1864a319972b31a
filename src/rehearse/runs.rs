//! One run of a simulation: the quarters of a file in sequence, each drawn, merged into visits and staffed. Who was
//! drawn in one quarter had a visit when the next is drawn, so windows and caps of the plan and its rules apply.

use std::collections::BTreeMap;

use super::dice::Dice;
use super::draws::{Gone, Urn};
use super::staff::{Staff, Visits};
use super::stage::{NONE, Stage, bits};
use crate::base::digest::Digest;
use crate::conduct::Blockage;
use crate::pairing::rounds::pair;
use crate::pairing::rules::Case;
use crate::pairing::slots::{Demand, merged};
use crate::plan::{Leaving, PastVisit};
use crate::registry::CreditClass;

/// Credit classes, and one place for subjects without.
pub(super) const CLASSES: usize = CreditClass::ALL.len() + 1;

/// What one quarter of one run came to.
#[derive(Clone, Default)]
pub(super) struct QuarterRun {
    /// Drawn subjects of every stratum of every list, one list after the other.
    pub(super) drawn: Vec<u32>,
    pub(super) selections: u32,
    pub(super) visits: u32,
    /// Visits in which a department takes part, and its slots.
    pub(super) dept_visits: Vec<u32>,
    pub(super) dept_slots: Vec<u32>,
    pub(super) area_visits: Vec<u32>,
    /// Visits of every inspector, by loads alone.
    pub(super) made: Vec<u32>,
    /// Visited subjects of every class.
    pub(super) classes: [u32; CLASSES],
    pub(super) forced: u32,
    pub(super) feasible: bool,
    /// Of a run paired in full: its rounds, and the visits of every inspector.
    pub(super) paired: Option<(usize, Vec<u32>)>,
    /// The lists that drew the subject asked about.
    pub(super) asked: Vec<u64>,
}

/// One run.
#[derive(Clone, Default)]
pub(super) struct Run {
    pub(super) quarters: Vec<QuarterRun>,
    /// Subjects with two visits or more in the year, the planned ones on record counted, and those of class A.
    pub(super) twice: u32,
    pub(super) twice_a: u32,
    /// Whether the subject asked about is one of them.
    pub(super) asked_twice: bool,
}

/// What all runs share.
pub(super) struct Scene<'a> {
    pub(super) stages: Vec<Stage<'a>>,
    later: Vec<Later<'a>>,
    /// The class of every subject.
    pub(super) class_of: Vec<u8>,
    /// Planned visits on record in the year of each quarter's window, where there are any.
    recorded: Vec<BTreeMap<u32, u8>>,
    pub(super) asked: Option<u32>,
    pub(super) key: Digest,
}

/// How earlier quarters change a later one.
struct Later<'a> {
    /// Per list what makes subjects leave it, and the stratum of each subject there.
    lists: Vec<Option<(Leaving<'a>, Vec<u8>)>>,
    sizes: Vec<Vec<u64>>,
}

/// Nobody's stratum.
const OUTSIDE: u8 = u8::MAX;

impl<'a> Scene<'a> {
    pub(super) fn new(stages: Vec<Stage<'a>>, key: Digest, asked: Option<u32>) -> Scene<'a> {
        let subjects = stages.first().map_or(&[][..], |stage| stage.applied.subjects());
        let class = |class: Option<CreditClass>| {
            let found = CreditClass::ALL.iter().position(|one| Some(*one) == class);
            found.unwrap_or(CLASSES - 1) as u8
        };
        let class_of = subjects.iter().map(|(_, subject)| class(subject.credit_class)).collect();
        let later = stages.iter().enumerate().map(|(quarter, stage)| Later::of(stage, quarter));
        let later = later.collect();
        let recorded = stages.iter().map(|stage| {
            let year = stage.applied.plan().window().0.year();
            let count = |place: u32| {
                let past = stage.applied.past_of(place).iter();
                let n = past.filter(|visit| visit.kind.is_planned() && visit.day.year() == year);
                Some((place, u8::try_from(n.count()).unwrap_or(u8::MAX))).filter(|(_, n)| *n > 0)
            };
            (0..subjects.len() as u32).filter_map(count).collect()
        });
        let recorded = recorded.collect();
        Scene { class_of, later, recorded, asked, key, stages }
    }
}

impl<'a> Later<'a> {
    fn of(stage: &Stage<'a>, quarter: usize) -> Later<'a> {
        let of_list = |list: &super::stage::List<'a>| {
            let leaving = list.task.leaving().filter(|_| quarter > 0)?;
            let mut strata = vec![OUTSIDE; stage.applied.subjects().len()];
            for (place, stratum) in list.task.members().iter().zip(list.task.stratum_of_members()) {
                strata[*place as usize] = *stratum;
            }
            Some((leaving, strata))
        };
        let sizes = |list: &super::stage::List<'a>| {
            list.members.iter().map(|members| members.len() as u64).collect()
        };
        Later {
            lists: stage.lists.iter().map(of_list).collect(),
            sizes: stage.lists.iter().map(sizes).collect(),
        }
    }
}

/// Room for the runs of one thread.
#[derive(Default)]
pub(super) struct Desk {
    urn: Urn,
    staff: Staff,
    visits: Visits,
    /// A mask of lists for each subject, and whose are not empty.
    masks: Vec<u64>,
    touched: Vec<u32>,
    team: Vec<u32>,
    depts: Vec<u32>,
    /// What was found before: (quarter, list, class, visits of the run) and whether it leads out.
    known: BTreeMap<(usize, usize, Option<CreditClass>, Vec<u64>), bool>,
}

impl Scene<'_> {
    /// The run of that number; `paired` says whether it is paired in full.
    pub(super) fn run(&self, desk: &mut Desk, number: usize, paired: bool) -> Run {
        let mut run = Run::default();
        // For each visited subject the quarters and lists, as words: quarter, mask, quarter, mask …
        let mut before: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
        for (quarter, stage) in self.stages.iter().enumerate() {
            let mut dice = Dice::new(&self.key, number, quarter);
            let gone = self.gone(desk, quarter, &before);
            let result = self.quarter(desk, stage, &mut dice, &gone, paired.then_some(number));
            run.quarters.push(result);
            if self.stages.len() > 1 || !self.recorded[quarter].is_empty() {
                for place in &desk.touched {
                    let mask = &desk.masks[*place as usize * stage.words..][..stage.words];
                    let known = before.entry(*place).or_default();
                    known.push(quarter as u64);
                    known.extend_from_slice(mask);
                }
            }
            desk.clear(stage.words);
        }
        self.count_twice(&before, &mut run);
        run
    }

    fn quarter(
        &self,
        desk: &mut Desk,
        stage: &Stage<'_>,
        dice: &mut Dice,
        gone: &Gone,
        paired: Option<usize>,
    ) -> QuarterRun {
        let strata: Vec<usize> = stage.lists.iter().map(|list| list.members.len()).collect();
        let mut first = Vec::with_capacity(strata.len());
        let all = strata.iter().fold(0, |at, n| {
            first.push(at);
            at + n
        });
        let mut run = QuarterRun { drawn: vec![0; all], ..QuarterRun::default() };
        desk.masks.resize(self.class_of.len() * stage.words, 0);
        let (masks, touched) = (&mut desk.masks, &mut desk.touched);
        stage.draw(dice, &mut desk.urn, gone, &mut |list, stratum, place| {
            run.drawn[first[list] + stratum] += 1;
            let mask = &mut masks[place as usize * stage.words..][..stage.words];
            if mask.iter().all(|word| *word == 0) {
                touched.push(place);
            }
            mask[list / 64] |= 1 << (list % 64);
        });
        desk.touched.sort_unstable();
        run.selections = run.drawn.iter().sum();
        run.visits = desk.touched.len() as u32;
        run.dept_visits = vec![0; stage.slots.depts.len()];
        run.dept_slots = vec![0; stage.slots.depts.len()];
        run.area_visits = vec![0; stage.areas.len()];
        desk.visits.clear();
        for place in &desk.touched {
            let mask = &desk.masks[*place as usize * stage.words..][..stage.words];
            stage.visit_slots(*place, mask, &mut desk.team);
            desk.depts.clear();
            desk.depts.extend(desk.team.iter().map(|slot| stage.slots.dept[*slot as usize]));
            desk.depts.iter().for_each(|dept| run.dept_slots[*dept as usize] += 1);
            desk.depts.sort_unstable();
            desk.depts.dedup();
            desk.depts.iter().for_each(|dept| run.dept_visits[*dept as usize] += 1);
            run.area_visits[stage.area_of[*place as usize] as usize] += 1;
            run.classes[usize::from(self.class_of[*place as usize])] += 1;
            desk.visits.push(*place, &desk.team);
            if self.asked == Some(*place) {
                run.asked = mask.to_vec();
            }
        }
        run.feasible = desk.staff.fill(stage, &desk.visits, dice);
        run.made.clone_from(&desk.staff.visits);
        run.forced = desk.staff.forced;
        if let Some(number) = paired.filter(|_| run.feasible) {
            self.pair(desk, stage, number, &mut run);
        }
        run
    }

    /// Pairs the draw on the desk in full, with pair tickets under a seed of a simulation's own.
    fn pair(&self, desk: &Desk, stage: &Stage<'_>, number: usize, run: &mut QuarterRun) {
        let (suite, draw) = (stage.applied.plan().suite(), stage.applied.plan().draw());
        let text = format!("ssj-simulation/1 pairing\n{}\n{draw}\n{number}\n", self.key);
        let case = desk.case(stage).with_tickets(suite, &suite.digest(text.as_bytes()));
        let rounds = pair(&case, &mut |_, _| {});
        run.feasible = rounds.shortage.is_none();
        let mut made = vec![0; stage.inspectors.len()];
        for inspector in rounds.rounds.last().iter().flat_map(|round| round.teams.iter().flatten())
        {
            made[*inspector as usize] += 1;
        }
        run.paired = Some((rounds.rounds.len(), made));
    }

    /// Why the run of that number cannot be paired, told of its first quarter that cannot.
    pub(super) fn why(&self, desk: &mut Desk, number: usize, quarter: usize) -> Option<Blockage> {
        let mut before: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
        for (at, stage) in self.stages.iter().enumerate() {
            let mut dice = Dice::new(&self.key, number, at);
            let gone = self.gone(desk, at, &before);
            self.quarter(desk, stage, &mut dice, &gone, None);
            if at == quarter {
                let suite = stage.applied.plan().suite();
                let draw = stage.applied.plan().draw();
                let text = format!("ssj-simulation/1 pairing\n{}\n{draw}\n{number}\n", self.key);
                let case = desk.case(stage).with_tickets(suite, &suite.digest(text.as_bytes()));
                let shortage = pair(&case, &mut |_, _| {}).shortage;
                desk.clear(stage.words);
                return shortage.map(|blocking| Blockage::of(&case, &blocking));
            }
            for place in &desk.touched {
                let mask = &desk.masks[*place as usize * stage.words..][..stage.words];
                let known = before.entry(*place).or_default();
                known.push(at as u64);
                known.extend_from_slice(mask);
            }
            desk.clear(stage.words);
        }
        None
    }

    /// Who leaves the frames of a quarter because of the quarters before it in this run.
    fn gone(&self, desk: &mut Desk, quarter: usize, before: &BTreeMap<u32, Vec<u64>>) -> Gone {
        let (stage, later) = (&self.stages[quarter], &self.later[quarter]);
        if before.is_empty() || later.lists.iter().all(Option::is_none) {
            return Gone::default();
        }
        let mut gone = Gone {
            masks: vec![0; self.class_of.len() * stage.words],
            quotas: stage.lists.iter().map(|_| None).collect(),
        };
        for (list, leaving) in later.lists.iter().enumerate() {
            let Some((leaving, strata)) = leaving else { continue };
            let mut sizes = later.sizes[list].clone();
            let mut left = false;
            for (place, words) in before {
                let stratum = strata[*place as usize];
                if stratum != OUTSIDE && self.is_out(desk, (quarter, list), leaving, *place, words)
                {
                    gone.masks[*place as usize * stage.words + list / 64] |= 1 << (list % 64);
                    if let Some(size) = sizes.get_mut(usize::from(stratum)) {
                        *size -= 1;
                    }
                    left = true;
                }
            }
            if left {
                gone.quotas[list] = Some(stage.lists[list].task.allocated(&sizes));
            }
        }
        gone
    }

    /// Whether a member of a list is out of it after the visits of this run, given as words.
    fn is_out(
        &self,
        desk: &mut Desk,
        (quarter, list): (usize, usize),
        leaving: &Leaving<'_>,
        place: u32,
        words: &[u64],
    ) -> bool {
        let past = self.stages[quarter].applied.past_of(place);
        let mut visits = past.to_vec();
        if !past.is_empty() {
            visits.extend(self.visits_of(words));
            visits.sort_unstable();
            return leaving.is_out(place, &visits);
        }
        // Whoever had no visit before and is in the frame leaves it by these visits and his class alone.
        let key = (quarter, list, leaving.class_of(place), words.to_vec());
        if let Some(out) = desk.known.get(&key) {
            return *out;
        }
        visits.extend(self.visits_of(words));
        let out = leaving.is_out(place, &visits);
        desk.known.insert(key, out);
        out
    }

    fn visits_of(&self, mut words: &[u64]) -> Vec<PastVisit> {
        let mut visits = Vec::new();
        while let Some((quarter, rest)) = words.split_first() {
            let stage = &self.stages[*quarter as usize];
            let (mask, rest) = rest.split_at(stage.words);
            visits.push(stage.applied.visit(bits(mask)));
            words = rest;
        }
        visits
    }

    fn count_twice(&self, before: &BTreeMap<u32, Vec<u64>>, run: &mut Run) {
        for (place, words) in before {
            let (mut left, mut n, mut first) = (words.as_slice(), 0u32, None);
            while let Some((quarter, rest)) = left.split_first() {
                first.get_or_insert(*quarter as usize);
                n += 1;
                left = &rest[self.stages[*quarter as usize].words..];
            }
            // What is on record counts in the year in which the first of these visits lies.
            let recorded = first.and_then(|quarter| self.recorded[quarter].get(place));
            if n + u32::from(recorded.copied().unwrap_or(0)) >= 2 {
                run.twice += 1;
                run.twice_a += u32::from(self.class_of[*place as usize] == 0);
                run.asked_twice |= self.asked == Some(*place);
            }
        }
    }
}

impl Desk {
    /// The visits on the desk as the pairing takes them.
    fn case(&self, stage: &Stage<'_>) -> Case {
        let demand = |place: &u32| {
            let mask = &self.masks[*place as usize * stage.words..][..stage.words];
            let tags = stage.tag_of[*place as usize];
            let tags = if tags == NONE { &[][..] } else { &stage.tags[tags as usize] };
            let slots = bits(mask).flat_map(|list| stage.lists[list].task.slots());
            let sid = stage.applied.subjects()[*place as usize].0.clone();
            Demand { sid, salt: None, slots: merged(slots, tags).unwrap_or_default() }
        };
        let applied = stage.applied;
        let demands = self.touched.iter().map(demand).collect();
        Case::new(stage.inspectors.clone(), applied.recusals(), applied.incompatible(), demands)
    }

    fn clear(&mut self, words: usize) {
        for place in self.touched.drain(..) {
            self.masks[place as usize * words..][..words].fill(0);
        }
    }
}
