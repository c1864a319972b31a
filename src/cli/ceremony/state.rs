//! The ceremony as a state machine: which page is shown, what a key does, what is to be done outside. It knows no
//! terminal, no file and no clock.

use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::draw::ticket::seed;
use crate::record::beacon::{Beacon, Source};
use crate::record::commitment::{Commitment, Method, Quota};
use crate::record::contents::Contents;
use crate::record::tables::DrawRow;
use crate::say;

/// Longest entry: a drand signature has 96 digits, twenty numbers of a lottery fewer.
const INPUT_MAX: usize = 200;
/// Rows of a list that are shown: enough to compare with the published file, few enough to be read aloud.
pub(super) const FIRST: usize = 8;

/// A page of the ceremony.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// The digest of the frozen package.
    Package,
    /// The value of a source.
    Source(usize),
    /// The seed; what follows is computed.
    Seed,
    /// The first ranks of a list, by name.
    List(usize),
    /// The digest of the result.
    Result,
}

/// What somebody presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Char(char),
    Backspace,
    /// Everything typed so far goes.
    Clear,
    Enter,
    Leave,
}

/// What is to be done outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    None,
    /// Write these values as the beacon's, as `ssj beacon` does.
    Beacon(Vec<String>),
    /// Draw, as `ssj draw` does.
    Draw,
    /// Write the record to be signed, and end.
    Record,
    /// End; the same command goes on where the files stand.
    Leave,
}

/// What was drawn, as far as it is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Drawn {
    /// H(manifest.tsv).
    pub result: Digest,
    /// By list: its first rows; none in a sealed draw, whose rolls show no identity.
    pub first: Vec<Vec<DrawRow>>,
    /// By list how many are drawn, in a sealed draw how many lines its roll has.
    pub counts: Vec<usize>,
}

/// The ceremony of one draw.
pub(super) struct Ceremony {
    pub commitment: Commitment,
    /// C.
    pub digest: Digest,
    pub page: Page,
    /// The values so far, as they were typed.
    pub values: Vec<String>,
    /// What is being typed.
    pub input: String,
    /// The first of two entries.
    pub first: Option<String>,
    /// What is wrong with the last entry.
    pub trouble: Option<Text>,
    pub beacon: Option<Beacon>,
    pub drawn: Option<Drawn>,
}

impl Ceremony {
    /// Begins where the files stand.
    pub fn begin(commitment: Commitment, digest: Digest, files: &Standing) -> Self {
        let page = match (&files.beacon, &files.drawn) {
            (_, Some(_)) => Page::List(0),
            (Some(_), None) => Page::Seed,
            (None, None) => Page::Package,
        };
        Ceremony {
            commitment,
            digest,
            page,
            values: Vec::new(),
            input: String::new(),
            first: None,
            trouble: None,
            beacon: files.beacon.clone(),
            drawn: files.drawn.clone(),
        }
    }

    /// The files were written: what they say is shown from now on.
    pub fn stands(&mut self, files: &Standing) {
        (self.beacon, self.drawn) = (files.beacon.clone(), files.drawn.clone());
        match (self.page, &self.beacon, &self.drawn) {
            (Page::Source(_), Some(_), _) => self.page = Page::Seed,
            (Page::Seed, _, Some(_)) => self.page = Page::List(0),
            _ => {}
        }
    }

    /// What could not be done outside.
    pub fn trouble(&mut self, finding: &Finding) {
        self.trouble = Some(finding.cause.clone());
        if let Page::Source(_) = self.page {
            (self.page, self.first) = (Page::Source(0), None);
            self.values.clear();
        }
    }

    /// The source whose value is asked for.
    pub fn source(&self) -> Option<&Source> {
        match self.page {
            Page::Source(at) => self.commitment.sources.get(at),
            _ => None,
        }
    }

    /// Whether the source's time has come.
    pub fn is_due(&self, now_s: u64) -> bool {
        self.source().is_none_or(|source| source.at() <= now_s)
    }

    /// S, once the beacon's values are there.
    pub fn seed(&self) -> Option<Digest> {
        let strings = &self.beacon.as_ref()?.strings;
        Some(seed(self.commitment.suite, &self.digest, strings))
    }

    /// Takes a key.
    pub fn press(&mut self, key: Key, now_s: u64) -> Effect {
        match (key, self.page) {
            (Key::Leave, _) => return Effect::Leave,
            (Key::Char(c), Page::Source(_)) => {
                let fits = c.is_ascii_graphic() && self.input.len() < INPUT_MAX;
                if fits && self.is_due(now_s) {
                    self.input.push(c);
                    self.trouble = None;
                }
            }
            (Key::Backspace, Page::Source(_)) => drop(self.input.pop()),
            (Key::Clear, Page::Source(_)) => self.input.clear(),
            (Key::Enter, Page::Package) => self.page = Page::Source(0),
            (Key::Enter, Page::Source(at)) => return self.enter(at, now_s),
            (Key::Enter, Page::Seed) => return Effect::Draw,
            (Key::Enter, Page::List(at)) => {
                let last = at + 1 >= self.commitment.lists.len();
                self.page = if last { Page::Result } else { Page::List(at + 1) };
            }
            (Key::Enter, Page::Result) => return Effect::Record,
            (Key::Char(_) | Key::Backspace | Key::Clear, _) => {}
        }
        Effect::None
    }

    fn enter(&mut self, at: usize, now_s: u64) -> Effect {
        if self.input.is_empty() || !self.is_due(now_s) {
            return Effect::None;
        }
        let value = std::mem::take(&mut self.input);
        let source = &self.commitment.sources[at];
        let one = std::slice::from_ref(source);
        if let Err(findings) =
            Beacon::of_values(self.commitment.suite, one, std::slice::from_ref(&value), None)
        {
            (self.trouble, self.first) = (Some(findings.0[0].cause.clone()), None);
            // One wrong digit of ninety-six is put right, not all of them typed again before everybody.
            self.input = value;
            return Effect::None;
        }
        // A signature and a share prove themselves; what is copied from somewhere is typed twice.
        let proves_itself = matches!(source, Source::Drand { .. } | Source::Witness { .. });
        match self.first.take() {
            None if !proves_itself => {
                self.first = Some(value);
                return Effect::None;
            }
            Some(first) if first != value => {
                let cause = say!("两次录入不同，请重新录入", "the two entries differ, begin again");
                self.trouble = Some(cause);
                return Effect::None;
            }
            _ => {}
        }
        self.trouble = None;
        self.values.truncate(at);
        self.values.push(value);
        if at + 1 < self.commitment.sources.len() {
            self.page = Page::Source(at + 1);
            return Effect::None;
        }
        Effect::Beacon(self.values.clone())
    }
}

/// How many are to be drawn from a list, as the commitment says.
pub(super) fn drawn_of(list: &crate::record::commitment::List) -> u64 {
    let count = |quota: &Quota| if let Quota::Count(n) = quota { *n } else { 0 };
    match list.method {
        Method::Fixed => list.strata.iter().map(|stratum| count(&stratum.quota)).sum(),
        Method::Proportional { n } | Method::Pareto { n } => n,
    }
}

/// What the files of the bundle say of beacon and result.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    pub beacon: Option<Beacon>,
    pub drawn: Option<Drawn>,
}

impl Standing {
    /// Reads it; `manifest` is the manifest's bytes, if it is there.
    pub fn of(commitment: &Commitment, contents: &Contents, manifest: Option<&Vec<u8>>) -> Self {
        let lists = commitment.lists_by_name();
        let rows = |list: &str| contents.draws.get(list).map(Vec::as_slice).unwrap_or_default();
        let first = |list: &str| rows(list).iter().take(FIRST).cloned().collect();
        let count = |list: &str| match contents.rolls.get(list) {
            Some(roll) if !contents.draws.contains_key(list) => roll.len(),
            _ => {
                let drawn = |row: &&DrawRow| row.outcome == crate::record::tables::Outcome::Drawn;
                rows(list).iter().filter(drawn).count()
            }
        };
        let drawn = manifest.map(|manifest| Drawn {
            result: commitment.suite.digest(manifest),
            first: lists.iter().map(|list| first(&list.list)).collect(),
            counts: lists.iter().map(|list| count(&list.list)).collect(),
        });
        Standing { beacon: contents.beacon.clone(), drawn }
    }
}
