//! A drawn bundle and what happens to it: events are recorded one after the other, and what follows from them is put
//! beside them, as an office does it.

use serde_json::{Value, json};
use shuangsuiji::base::digest::Digest;
use shuangsuiji::conduct::{Frozen, history};
use shuangsuiji::draw::ticket::seed;
use shuangsuiji::events::chain;
use shuangsuiji::events::replay::History;
use shuangsuiji::events::standing::Ground;
use shuangsuiji::record::beacon::{Beacon, Source, Trust};
use shuangsuiji::record::bundle::{BEACON, COMMITMENT, Files};
use shuangsuiji::record::commitment::Commitment;
use shuangsuiji::record::event::{Event, Growth, Kind, What, first_round, reasons};

use super::random::{Draft, ROUND_AT, Random, frozen};

pub struct Story {
    pub files: Files,
    pub master: Option<Digest>,
    /// When the next event happens.
    pub at: u64,
    random: Random,
}

/// A lottery's result whose issue is that number, at a time; with 快乐8 together they carry 64 bits.
fn issue(kind: &str, game: &str, n: u64, at: u64) -> Source {
    Source::from_json(&json!({"kind": kind, "game": game, "issue": n.to_string(), "at": at}))
        .unwrap()
}

fn typed(random: &mut Random) -> Vec<String> {
    let mut numbers: Vec<u64> = (1..=80).collect();
    random.shuffle(&mut numbers);
    numbers.truncate(20);
    numbers.sort_unstable();
    let balls: String = numbers.iter().map(|n| format!("{n}.")).collect();
    vec![format!("{balls}/"), format!("{:03}", random.below(1000))]
}

impl Story {
    /// A random draw without events, whose beacon is typed, so that events may wait for values and get them.
    pub fn new(number: u64) -> Self {
        Story::typed(Draft::of(number), number)
    }

    /// The same of a draft that was changed.
    pub fn typed(mut draft: Draft, number: u64) -> Self {
        let mut random = Random::new(number ^ 0x6576_656e_7473);
        draft.commitment.sources =
            vec![issue("rfc3797", "kl8", 1, ROUND_AT - 90), issue("digits", "3d", 1, ROUND_AT)];
        draft.commitment.trust = Trust::Public;
        draft.values = typed(&mut random);
        Story::of(&draft, random)
    }

    pub fn of(draft: &Draft, random: Random) -> Self {
        let mut files = draft.complete();
        files.retain(|path, _| !path.starts_with("events/"));
        Story { files, master: draft.master, at: ROUND_AT + 100, random }
    }

    pub fn commitment(&self) -> Commitment {
        Commitment::parse(&self.files[COMMITMENT]).unwrap()
    }

    /// What follows from the events as they are.
    pub fn history<R>(&self, tell: impl FnOnce(&Frozen<'_>, &History<'_>) -> R) -> R {
        let frozen = frozen(&self.files);
        let (commitment, contents) = (&frozen.commitment, frozen.contents());
        let strings = &contents.beacon.as_ref().unwrap().strings;
        let seed = seed(commitment.suite, &frozen.digest, strings);
        let selections = frozen.selections(&seed, self.master.as_ref(), &mut |_, _, _| ()).unwrap();
        let ground = Ground { commitment, contents, selections: &selections, seed: &seed };
        let (recorded, findings) = chain::read(commitment, &self.files);
        assert!(findings.is_empty(), "{findings:#?}");
        let history = history(&ground, &recorded).unwrap();
        tell(&frozen, &history)
    }

    /// The next event, not recorded yet.
    pub fn event(&mut self, what: What) -> Event {
        let commitment = self.commitment();
        let (recorded, _) = chain::read(&commitment, &self.files);
        let kind = what.kind();
        let beacon = match chain::is_decided_by_beacon(&commitment, kind) {
            false => Vec::new(),
            true if commitment.sources.iter().any(|s| matches!(s, Source::Drand { .. })) => {
                vec![first_round(self.at, commitment.margin_s)]
            }
            true => {
                let (n, due) = (recorded.len() as u64 + 2, self.at + commitment.margin_s);
                vec![issue("rfc3797", "kl8", n, due), issue("digits", "3d", n, due + 60)]
            }
        };
        Event {
            n: recorded.len() as u64 + 1,
            prev: recorded.last().map(|last| last.digest),
            at: self.at,
            reason: self.random.pick(reasons(kind)).code.to_owned(),
            by: "张三".to_owned(),
            approver: if kind.needs_two() { "李四" } else { "-" }.to_owned(),
            evidence: self.random.chance(30).then(|| self.random.digest()),
            note: (matches!(what, What::Correct(_)) || self.random.chance(20))
                .then(|| "说明 more".to_owned()),
            beacon,
            salt: commitment.sealed().then(|| self.random.digest()),
            what,
        }
    }

    /// Records an event; what follows from it is not there yet.
    pub fn record(&mut self, event: &Event) {
        self.files.insert(Event::path(event.n), event.format());
        self.at = event.at + self.random.below(5000);
    }

    /// Enters the values that an event waits for.
    pub fn resolve(&mut self, n: u64) {
        let commitment = self.commitment();
        let event = Event::parse(&self.files[&Event::path(n)]).unwrap();
        let values = typed(&mut self.random);
        let beacon = Beacon::of_values(commitment.suite, &event.beacon, &values, Some("公证处"));
        self.files.insert(Event::result_path(n, BEACON), beacon.unwrap().format());
    }

    /// Everything that follows from the events, as far as it can be known; the numbers of those that wait for values.
    pub fn finish(&mut self) -> Vec<u64> {
        let (files, waiting) = self.history(|_, history| {
            assert!(history.findings.is_empty(), "{:#?}", history.findings);
            let effects = history.effects.iter();
            let files: Files = effects.clone().flat_map(|effect| effect.files.clone()).collect();
            let waits = (1u64..).zip(effects).filter(|(_, effect)| effect.waits).map(|(n, _)| n);
            (files, waits.collect())
        });
        self.files.extend(files);
        waiting
    }

    /// Records an event with all that follows from it.
    pub fn happens(&mut self, what: What) -> u64 {
        let event = self.event(what);
        self.record(&event);
        if !event.beacon.is_empty() {
            self.resolve(event.n);
        }
        self.finish();
        event.n
    }

    /// Something that can happen now; none where nobody is left whom it could concern.
    pub fn possible(&mut self) -> Option<What> {
        let dice: Vec<u64> = (0..8).map(|_| self.random.below(1 << 30)).collect();
        let sealed = self.commitment().sealed();
        self.history(|frozen, history| {
            let standing = &history.standing;
            let pick = |die: usize, n: usize| (n > 0).then(|| dice[die] as usize % n);
            let sids: Vec<_> = standing.visits.keys().cloned().collect();
            let holding = standing.people.keys().filter(|iid| standing.visits_of(iid).count() > 0);
            let holding: Vec<_> = holding.cloned().collect();
            Some(match dice[0] % 16 {
                0..4 => {
                    let kind = [Kind::Closed, Kind::Moved, Kind::Refused][dice[1] as usize % 3];
                    What::Subject(kind, sids[pick(2, sids.len())?].clone())
                }
                4..8 => {
                    let iid = &holding[pick(1, holding.len())?];
                    let visits: Vec<_> = standing.visits_of(iid).cloned().collect();
                    let some = visits.into_iter().enumerate();
                    let some = some.filter(|(at, _)| *at == 0 || dice[2] >> at & 1 == 1);
                    What::Inspector(Kind::Recused, iid.clone(), some.map(|(_, sid)| sid).collect())
                }
                8..12 => {
                    let kind = [Kind::Leave, Kind::Certificate][dice[1] as usize % 2];
                    let iid = &holding[pick(2, holding.len())?];
                    let mut visits: Vec<_> = standing.visits_of(iid).cloned().collect();
                    visits.truncate(1 + dice[3] as usize % visits.len());
                    What::Inspector(kind, iid.clone(), visits)
                }
                12 | 13 => {
                    let rows = frozen.contents().standby.iter().flatten();
                    let free: Vec<_> = rows
                        .map(|row| row.iid.clone())
                        .filter(|iid| !standing.people.contains_key(iid))
                        .collect();
                    match free.is_empty() || dice[1].is_multiple_of(2) {
                        true => What::Staff(Growth::Raise(1 + (dice[2] % 3) as u32)),
                        false => What::Staff(Growth::Add(free)),
                    }
                }
                14 if sealed => What::Open,
                _ => match history.effects.len() as u64 {
                    0 => return None,
                    n => What::Correct(1 + dice[1] % n),
                },
            })
        })
    }

    /// Up to that many random events; some wait for their values at the end.
    pub fn random_events(&mut self, most: u64) {
        let mut waiting = Vec::new();
        for _ in 0..most {
            let Some(what) = self.possible() else { continue };
            let event = self.event(what);
            self.record(&event);
            if !event.beacon.is_empty() {
                waiting.push(event.n);
            }
            if self.random.chance(60) {
                waiting.drain(..).for_each(|n| self.resolve(n));
            }
            self.finish();
        }
    }

    /// Changes a key of an event's file, whatever that does to the chain.
    pub fn change(&mut self, n: u64, key: &str, value: Value) {
        let mut event: Value = serde_json::from_slice(&self.files[&Event::path(n)]).unwrap();
        event[key] = value;
        let bytes = shuangsuiji::base::json::format_line(&event);
        self.files.insert(Event::path(n), bytes);
    }
}
