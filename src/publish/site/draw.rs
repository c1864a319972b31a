//! The page of one draw: what was promised, what came out, how anybody can check it. Everything on it follows from the
//! public files of the bundle.

use serde_json::{Value, json};

use super::entry::{Entry, FORMAT, State};
use super::public::Public;
use super::visits::Visits;
use super::{Archive, Stored, after, hand, lists, people, place};
use crate::base::date::china_time;
use crate::base::digest::Digest;
use crate::base::finding::{Lang, Text};
use crate::draw::ticket::seed;
use crate::publish::names::Names;
use crate::record::beacon::{Source, Trust};
use crate::record::bundle::{SHORTAGE, Stage};
use crate::record::contents::Contents;
use crate::say;
use crate::verify::{Check, Facts, Outcome, Report};

/// A draw, as its pages show it.
pub struct Draw<'a> {
    pub(super) public: &'a Public,
    pub(super) report: &'a Report,
    pub(super) contents: Contents,
    pub(super) names: &'a Names,
    /// The seed, where the beacon's values are the committed ones.
    pub(super) seed: Option<Digest>,
    pub(super) state: State,
}

impl<'a> Draw<'a> {
    /// The draw of these public files, on which the verifier has reported; `names` are those of subjects, which no bundle has.
    pub fn new(public: &'a Public, report: &'a Report, names: &'a Names) -> Self {
        let Public { commitment, files, digest, .. } = public;
        let (contents, _) = Contents::parse(commitment, files);
        let sound = |beacon: &&crate::record::beacon::Beacon| {
            beacon.check(commitment.suite, &commitment.sources).is_ok()
        };
        let beacon = contents.beacon.as_ref().filter(sound);
        let seed = beacon.map(|beacon| seed(commitment.suite, digest, &beacon.strings));
        let state = state(public, &report.facts);
        Draw { public, report, contents, names, seed, state }
    }

    /// What the list of the site says of it; `archive` is the whole bundle in one file.
    pub fn entry(&self, archive: &Archive) -> Entry {
        let commitment = &self.public.commitment;
        let folder = place::folder(self.public);
        let mut value = json!({
            "format": FORMAT, "folder": folder, "page": format!("{folder}/index.html"),
            "draw": commitment.draw, "agency": commitment.agency, "title": commitment.title,
            "attempt": commitment.attempt, "state": self.state.name(),
            "window": {"from": commitment.window.0, "to": commitment.window.1},
            "suite": commitment.suite.name(), "commitment": self.public.digest.hex(),
            "rehearsal": commitment.rehearsal, "sealed": commitment.sealed(),
            "sources": commitment.sources.iter().map(|source| {
                json!({"source": source.prefix().trim_end_matches(':'), "at": source.at()})
            }).collect::<Vec<_>>(),
            "lists": self.report.facts.lists.iter().map(|list| {
                let mut value = json!({"list": list.list, "title": list.title, "method": list.method, "N": list.size});
                if let Some(n) = list.drawn.filter(|_| self.is_drawn()) {
                    value["n"] = json!(n);
                }
                value
            }).collect::<Vec<_>>(),
            "events": self.report.facts.events.events.len(),
            "archive": {"path": format!("{folder}/{}", archive.path), "size": archive.size, "sha256": archive.sha256.hex()},
        });
        let mut put = |key: &str, found: Option<Value>| {
            if let Some(found) = found {
                value[key] = found;
            }
        };
        put("prev", commitment.prev.map(|prev| json!(prev.hex())));
        put("result", self.report.result.map(|result| json!(result.hex())));
        put("visits", self.report.facts.visits.filter(|_| self.is_shown()).map(|n| json!(n)));
        put("opens", commitment.seal.as_ref().map(|seal| {
            json!({"to": if seal.opens_to_public { "public" } else { "auditor" }, "by": seal.by})
        }));
        Entry::new(value)
    }

    /// Whether there is a result.
    pub(super) fn is_drawn(&self) -> bool {
        self.public.stage() == Stage::Drawn
    }

    /// Whether everybody may see who was drawn.
    pub(super) fn is_shown(&self) -> bool {
        self.is_drawn() && !self.public.is_unopened()
    }

    /// The values of the draw's own page; `copies` are the files of the bundle in the site.
    pub(super) fn page(&self, visits: &Visits<'_>, copies: &[Stored], archive: &Archive) -> Value {
        let commitment = &self.public.commitment;
        json!({
            "agency": commitment.agency, "title": commitment.title, "draw": commitment.draw,
            "attempt": commitment.attempt, "prev": commitment.prev.map(|prev| prev.hex()),
            "state": self.state.value(), "alarms": self.alarms(), "figures": self.figures(),
            "window": {"from": commitment.window.0, "to": commitment.window.1},
            "commitment": self.public.digest.hex(), "result": self.report.result.map(|d| d.hex()),
            "suite": match commitment.suite.name() { "sm3" => "SM3", _ => "SHA-256" },
            "opens": commitment.seal.as_ref().map(|seal| json!({"public": seal.opens_to_public, "by": seal.by})),
            "unopened": self.public.is_unopened(), "drawn": self.is_drawn(), "shown": self.is_shown(),
            "earliest": china_time(commitment.earliest_source_at()),
            "latest_publication": china_time(commitment.earliest_source_at().saturating_sub(commitment.margin_s)),
            "margin_s": commitment.margin_s, "sources": self.sources(),
            "seed": self.seed.map(|seed| seed.hex()), "hand": hand::commands(self),
            "lists": lists::lists(self), "groups": lists::shared_groups(self),
            "replacement": {"subject": commitment.subject_replaced, "beacon": commitment.inspector_by_beacon},
            "inspectors": commitment.inspectors.n, "people": people::summary(self),
            "visits": visits.summary(), "areas": visits.areas(),
            "events": after::events(self), "proofs": after::proofs(self), "logged": after::logged(self), "stamped": after::is_stamped(self),
            "remarks": self.remarks(), "not_shown": self.not_shown(), "checks": self.checks(),
            "files": copies.iter().map(Stored::value).collect::<Vec<_>>(), "archive": archive.value(),
            "engine": {"name": commitment.engine.0, "version": commitment.engine.1},
        })
    }

    /// What must be read before anything else.
    fn alarms(&self) -> Vec<Value> {
        let (facts, commitment) = (&self.report.facts, &self.public.commitment);
        let mut alarms = Vec::new();
        let mut put = |text: Text| alarms.push(both(&text));
        if commitment.rehearsal {
            put(say!("这是演练，不产生效力。", "This is a rehearsal. It binds nobody."));
        }
        if self.state == State::Void {
            put(say!(
                "该次抽取在随机数产生之前已经作废。",
                "This draw was called off before its random value was known."
            ));
        }
        if self.is_short() {
            put(say!(
                "检查人员不足，随机匹配未能完成；抽中的检查对象不变。",
                "There were too few inspectors to pair; the drawn subjects stand."
            ));
        }
        if commitment.trust == Trust::Witnessed {
            put(say!(
                "骰子和份额只由在场的见证人担保。",
                "For dice and shares the witnesses in the room alone vouch."
            ));
        }
        if commitment.attempt > 1 {
            let n = commitment.attempt;
            put(say!(
                "这是第 {n} 次封存：此前各次见首页所列。",
                "This is attempt {n}: the earlier ones are listed on the first page."
            ));
        }
        if facts.events.vacant.is_empty() {
            return alarms;
        }
        let n = facts.events.vacant.len();
        put(say!("有 {n} 个岗位暂时空缺。", "Slots vacant at present: {n}."));
        alarms
    }

    /// Whether pairing was impossible: of an unopened draw the manifest lists the file that says so.
    fn is_short(&self) -> bool {
        let listed = self.contents.manifest.iter().flatten().any(|row| row.path == SHORTAGE);
        self.report.facts.shortage || listed
    }

    fn figures(&self) -> Vec<Value> {
        let (facts, commitment) = (&self.report.facts, &self.public.commitment);
        let figure =
            |value: u64, label: Text| json!({"value": grouped(value), "label": both(&label)});
        let framed: u64 = commitment.lists.iter().map(|list| list.frame.n).sum();
        let mut figures = vec![
            figure(commitment.lists.len() as u64, say!("抽查任务", "lists")),
            figure(framed, say!("列入抽样框（各任务合计）", "in the frames of all lists")),
        ];
        let drawn = facts.lists.iter().map(|list| list.drawn).sum::<Option<u64>>();
        if let Some(drawn) = drawn.filter(|_| self.is_drawn()) {
            figures.push(figure(drawn, say!("抽中（各任务合计）", "drawn in all lists")));
        }
        if let Some(visits) = facts.visits.filter(|_| self.is_shown()) {
            figures.push(figure(visits as u64, say!("入户检查", "visits")));
        }
        figures.push(figure(commitment.inspectors.n, say!("检查人员", "inspectors")));
        figures
    }

    fn sources(&self) -> Vec<Value> {
        let commitment = &self.public.commitment;
        let strings = self.contents.beacon.as_ref().map(|beacon| beacon.strings.as_slice());
        let source = |(at, source): (usize, &Source)| {
            let string = strings.and_then(|strings| strings.get(at));
            let value = string.and_then(|string| string.strip_prefix(&source.prefix()));
            json!({
                "title": both(&source.title()), "at": china_time(source.at()), "value": value,
                "hearsay": string.is_some_and(|string| source.is_hearsay(string)),
                "where": both(&where_published(source)),
            })
        };
        commitment.sources.iter().enumerate().map(source).collect()
    }

    /// What a reader should know about small numbers and narrow choices, in plain words.
    fn remarks(&self) -> Vec<Value> {
        let facts = &self.report.facts;
        let mut remarks = lists::remarks(self);
        remarks.extend(people::remarks(self));
        if let Some(n) = facts.visits_saved().filter(|n| *n > 0 && self.is_shown()) {
            remarks.push(both(&say!(
                "同一对象被多个任务抽中的，合并为一次检查，共少上门 {n} 次。",
                "A subject drawn in several lists is visited once; visits saved: {n}."
            )));
        }
        for row in &facts.removed {
            let (n, days) = (row.n, row.days);
            let Text { zh, en } = lists::register(&row.register);
            let why = lists::removal(&row.reason);
            let (why_zh, why_en) = (why.zh, why.en);
            remarks.push(both(&say!(
                "抽取前 {days} 日内，{zh}中移出 {n} 行（{why_zh}）。",
                "Within {days} days before the draw {n} rows left the {en} ({why_en})."
            )));
        }
        for (name, n, days) in &facts.changed {
            let Text { zh, en } = lists::register(name);
            remarks.push(both(&say!(
                "抽取前 {days} 日内，{zh}中改动 {n} 行。",
                "Within {days} days before the draw {n} rows of the {en} were changed."
            )));
        }
        if facts.frames_given {
            remarks.push(both(&say!(
                "抽样框由别处生成：谁不在其中、为何不在，封存承诺没有记载。",
                "The frames were made elsewhere: who is missing from them, and why, is not told in the commitment."
            )));
        }
        for (name, n) in &facts.quarantined {
            let Text { zh, en } = lists::register(name);
            remarks.push(both(&say!(
                "封存时，{zh}有 {n} 行因无法读入而未参加。",
                "At the freeze {n} rows of the {en} could not be read and took no part."
            )));
        }
        remarks
    }

    fn not_shown(&self) -> Vec<Value> {
        let open = |check: &Check| match &check.outcome {
            Outcome::NotShown(text) if self.is_drawn() => Some(json!({
                "number": check.number, "name": step(check), "why": both(text),
            })),
            _ => None,
        };
        self.report.checks.iter().filter_map(open).collect()
    }

    fn checks(&self) -> Vec<Value> {
        let check = |check: &Check| {
            let words = match check.outcome {
                Outcome::Passed => say!("通过", "passed"),
                Outcome::NotShown(_) => say!("未示", "not shown"),
                Outcome::Failed(_) => say!("不符", "failed"),
            };
            json!({
                "number": check.number, "name": step(check), "outcome": both(&words),
                "passed": check.outcome == Outcome::Passed,
                "proves": {"zh": check.step().proves(Lang::Zh), "en": check.step().proves(Lang::En)},
            })
        };
        match self.is_drawn() {
            true => self.report.checks.iter().map(check).collect(),
            false => Vec::new(),
        }
    }
}

/// How far a draw has come.
fn state(public: &Public, facts: &Facts) -> State {
    match &public.commitment.seal {
        _ if facts.void => State::Void,
        _ if public.stage() != Stage::Drawn => State::Waiting,
        None => State::Drawn,
        Some(_) if !public.is_unopened() => State::Opened,
        Some(seal) if seal.opens_to_public => State::Sealed,
        Some(_) => State::Withheld,
    }
}

/// Where anybody finds the value of a source.
fn where_published(source: &Source) -> Text {
    match source {
        Source::Drand { .. } => say!(
            "签名在 beacon.json 中，可用 drand 公钥离线核验",
            "its signature stands in beacon.json and is checked offline with drand's key"
        ),
        Source::Nist2 { .. } => {
            say!("请与 NIST 公布的脉冲核对", "compare with the pulse that NIST published")
        }
        Source::Rfc3797 { .. } | Source::Digits { .. } => {
            say!("请与开奖公告核对", "compare with the announced result")
        }
        Source::Dice { .. } => say!("由在场见证人担保", "the witnesses in the room vouch for it"),
        Source::Witness { .. } => say!("与封存的摘要相符", "it fits the committed digest"),
    }
}

fn step(check: &Check) -> Value {
    let name = |lang| check.step().name(lang);
    json!({"zh": name(Lang::Zh), "en": name(Lang::En)})
}

/// A sentence in both languages, as templates read it.
pub(super) fn both(text: &Text) -> Value {
    json!({"zh": text.zh, "en": text.en})
}

/// A number with a comma between thousands.
pub(super) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted() {
        let shown = [0, 999, 1_000, 16_757, 190_000_000].map(grouped);
        assert_eq!(shown, ["0", "999", "1,000", "16,757", "190,000,000"]);
    }
}
