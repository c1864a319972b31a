//! What is brought to the page: untouched bundles, tampered ones, ones that may verify though they were changed,
//! receipts, and subjects to be looked up.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};
use shuangsuiji::base::digest::Suite;
use shuangsuiji::base::json::format_line;
use shuangsuiji::conduct::{Holders, Receipts};
use shuangsuiji::record::beacon::{Source, Trust};
use shuangsuiji::record::bundle::{Files, INSPECTORS, MANIFEST, OPENING, Stage, layout};
use shuangsuiji::record::commitment::{Commitment, List, Method, Quota, Stratum};
use shuangsuiji::record::event::{Kind as EventKind, What};
use shuangsuiji::record::ids::{Iid, Name, Sid};
use shuangsuiji::record::receipt::{Code, Receipt};
use shuangsuiji::record::tables::{FrameRow, InspectorRow};
use shuangsuiji::verify::{verify, verify_published, verify_receipt};

use crate::after::{After, concerned};
use crate::heavy::{Fit, Heavy};
use crate::support::mutate::{Mutation, fields};
use crate::support::random::{CHAIN, Draft, ROUND, Random, signature, unopened};
use crate::support::shape::{forms, rows, strangers};
use crate::support::ssj::run;
use crate::support::story::Story;
use crate::support::tampered::tampered;
use crate::support::waiting::waiting;
use crate::support::{VECTORS, read_folder, vector};

pub const DEMO: &str = "good demo";
pub const HOSTILE: &str = "good hostile";
pub const LARGE: &str = "good 176,245 subjects";
/// Published before the draw.
pub const FROZEN: &str = "frozen";
/// Everybody may take every slot.
pub const DENSE: &str = "good dense pairing";
pub const HOSTILE_TITLE: &str = "<script>window.ran=true</script>=1+1";

/// What a bundle's name begins with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Untouched.
    Good,
    /// Changed so that it must be refused.
    Bad,
    /// Changed so that it may still prove its draw.
    Either,
}

impl Kind {
    pub fn of(name: &str) -> Kind {
        match name.split(' ').next() {
            Some("good") => Kind::Good,
            Some("bad") => Kind::Bad,
            _ => Kind::Either,
        }
    }
}

/// A receipt's file or code, and whether it holds by our verifier.
pub struct Paper {
    pub name: String,
    pub bundle: Option<String>,
    pub file: Option<Vec<u8>>,
    pub code: Option<String>,
    pub holds: bool,
}

/// A subject to look up in an untouched bundle, by a name if it has one, and its receipt.
pub struct Subject {
    pub bundle: String,
    pub sid: String,
    pub name: Option<String>,
    receipt: Value,
}

impl Subject {
    pub fn lists(&self) -> impl Iterator<Item = &Value> {
        self.receipt["lists"].as_array().unwrap().iter()
    }

    pub fn team(&self) -> Vec<&str> {
        let slots = self.receipt["team"]["slots"].as_array();
        slots.into_iter().flatten().map(|slot| slot["iid"].as_str().unwrap()).collect()
    }
}

pub struct Brought {
    pub bundles: BTreeMap<String, Files>,
    /// What a refused bundle's page may name: the changed file, or what stands for it.
    pub changed: BTreeMap<String, Vec<String>>,
    pub receipts: Vec<Paper>,
    pub subjects: Vec<Subject>,
    pub after: Vec<After>,
}

impl Brought {
    /// `folder` is where the demonstration runs.
    pub fn make(folder: &Path) -> Brought {
        let mut brought = Brought {
            bundles: BTreeMap::new(),
            changed: BTreeMap::new(),
            receipts: Vec::new(),
            subjects: Vec::new(),
            after: Vec::new(),
        };
        brought.vectors();
        brought.random();
        brought.stories();
        brought.waiting();
        run(folder, 0, &["demo", "--out", "demo"]);
        brought.good(DEMO, read_folder(&folder.join("demo/bundle")));
        brought.good(HOSTILE, hostile());
        brought.good(LARGE, large());
        let dense = Heavy { subjects: 4_000, visits: 2_000, people: 600, fit: Fit::All };
        brought.good(DENSE, dense.files());
        for (name, files) in tampered(100..125, 4) {
            brought.bundles.insert(format!("either {name}"), files);
        }
        for name in VECTORS {
            brought.frozen(name);
            brought.papers(name);
            brought.lookups(name);
        }
        brought
    }

    fn good(&mut self, name: &str, files: Files) {
        let report = verify(&files);
        assert!(report.verified(), "{name}: {:#?}", report.findings());
        self.bundles.insert(name.to_owned(), files);
    }

    /// The vectors, and fifty changes of each that the verifier refuses with the file's name.
    fn vectors(&mut self) {
        for (number, name) in VECTORS.into_iter().chain(["events"]).enumerate() {
            let files = vector(name);
            let mut random = Random::new(number as u64);
            let pools = match name {
                "events" => vec![fields(&files), rows(&files)],
                _ => vec![fields(&files), forms(&files), rows(&files), strangers(&files)],
            };
            let mut count = 0;
            while count < 50 {
                let pool = random.pick(&pools);
                let mutation = random.pick(pool);
                let report = verify(&mutation.apply(&files));
                let names = expected(mutation);
                let named = report.findings().iter().any(|finding| {
                    let places = [finding.place.file.as_ref(), finding.place.id.as_ref()];
                    places.iter().flatten().any(|place| names.contains(place))
                });
                // What an event says of its own time can be anything: it is not shown.
                if report.verified() || !named {
                    assert_eq!(name, "events", "{}", mutation.show());
                    continue;
                }
                let name = format!("bad {name} {count:02} {}", mutation.show());
                self.changed.insert(name.clone(), names);
                self.bundles.insert(name, mutation.apply(&files));
                count += 1;
            }
            if name.starts_with("sealed") {
                self.good("good sealed_unopened", unopened(&files));
            }
            self.good(&format!("good {name}"), files);
        }
    }

    /// What is published before the draw; and the same with an inspector left out, which is refused.
    fn frozen(&mut self, name: &str) {
        let mut files = vector(name);
        let commitment = Commitment::parse(&files["commitment.json"]).unwrap();
        let public = layout(&commitment, Stage::Frozen, false).public;
        files.retain(|path, _| public.contains(path));
        let mut changed = files.clone();
        let rows = changed.get_mut(INSPECTORS).unwrap();
        rows.truncate(rows[..rows.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1);
        self.bundles.insert(format!("either {FROZEN} {name}"), files);
        let bad = format!("bad {FROZEN} {name}");
        self.changed.insert(bad.clone(), vec![INSPECTORS.to_owned()]);
        self.bundles.insert(bad, changed);
    }

    fn random(&mut self) {
        for number in 0..30 {
            let draft = Draft::of(number);
            let files = draft.complete();
            if draft.commitment.sealed() {
                self.good(&format!("good random {number:02} unopened"), unopened(&files));
            }
            self.good(&format!("good random {number:02}"), files);
        }
    }

    /// Draws and what happened after them, of which some are sealed; and changes of what happened.
    fn stories(&mut self) {
        let mut sealed = 0;
        for number in 0..20 {
            let mut story = Story::new(number);
            story.random_events(6);
            sealed +=
                usize::from(story.master.is_some() && story.files.contains_key("events/0001.json"));
            self.after.extend(concerned(&format!("good story {number:02}"), &story));
            let files = story.files;
            let later = files.iter().filter(|(path, _)| path.starts_with("events/"));
            let later: Files = later.map(|(path, bytes)| (path.clone(), bytes.clone())).collect();
            let mut changes = fields(&later);
            let mut random = Random::new(number);
            for _ in 0..2 {
                if changes.is_empty() {
                    break;
                }
                let mutation = changes.swap_remove(random.index(changes.len()));
                let name = format!("either story {number:02} {}", mutation.show());
                self.bundles.insert(name, mutation.apply(&files));
            }
            self.good(&format!("good story {number:02}"), files);
        }
        assert!(sealed > 2, "sealed draws with events: {sealed}");
        for (name, files) in waiting() {
            self.bundles.insert(format!("either {name}"), files);
        }
    }

    /// Draws after which somebody is on leave, and the value that decides who comes instead is not out.
    fn waiting(&mut self) {
        for number in 0..30 {
            let mut story = Story::new(number);
            let held = story.history(|_, history| {
                let standing = &history.standing;
                let mut people = standing.people.keys();
                people.find_map(|iid| Some((iid.clone(), standing.visits_of(iid).next()?.clone())))
            });
            let Some((iid, sid)) = held else { continue };
            let event = story.event(What::Inspector(EventKind::Leave, iid, vec![sid]));
            if event.beacon.is_empty() {
                continue;
            }
            story.record(&event);
            assert_eq!(story.finish(), [1]);
            let name = format!("good waiting {number:02}");
            self.after.extend(concerned(&name, &story));
            self.good(&name, story.files);
        }
    }

    /// Receipts of a vector: alone, against the bundle, as a code, and with one value changed.
    fn papers(&mut self, name: &str) {
        let files = vector(name);
        let made = Receipts::read(&files, &files, Holders::Drawn, &mut |_, _| ()).unwrap();
        let receipt = made.receipt(0);
        let code = Code::of(&receipt).unwrap();
        let bundle = Some(format!("good {name}"));
        let mut put =
            |what: &str, bundle: Option<String>, file: Option<Vec<u8>>, code: Option<&Code>| {
                let alone =
                    file.as_ref().is_none_or(|bytes| verify_receipt(bytes).failed.is_none());
                let whole = file.as_ref().and_then(|bytes| Receipt::parse(bytes).ok());
                let published = bundle.as_ref().is_none_or(|_| {
                    let own = whole.as_ref().and_then(|receipt| Code::of(receipt).ok());
                    code.or(own.as_ref()).is_some_and(|c| {
                        verify_published(c, whole.as_ref(), &files, &files).failed.is_none()
                    })
                });
                self.receipts.push(Paper {
                    name: format!("{name} {what}"),
                    holds: alone && published && (bundle.is_some() || code.is_none()),
                    bundle,
                    file,
                    code: code.map(Code::format),
                });
            };
        put("alone", None, Some(receipt.format()), None);
        put("published", bundle.clone(), Some(receipt.format()), None);
        put("code", bundle.clone(), None, Some(&code));
        put("code alone", None, None, Some(&code));
        let mut other = code.clone();
        other.ranks[0].1 += 1;
        put("another rank", bundle.clone(), None, Some(&other));
        let mut other = code.clone();
        other.result = Suite::Sha256.digest(b"another");
        put("another result", bundle.clone(), None, Some(&other));
        let whole: Value = serde_json::from_slice(&receipt.format()).unwrap();
        let places = [
            "/sid",
            "/result",
            "/lists/0/n",
            "/lists/0/N",
            "/lists/0/index",
            "/lists/0/key",
            "/lists/0/path/0",
            "/lists/0/row/3",
            "/lists/0/outcome",
            "/team/slots/0/iid",
            "/commitment/title",
            "/beacon/strings/0",
        ];
        for place in places {
            let mut changed = whole.clone();
            let Some(value) = changed.pointer_mut(place) else { continue };
            *value = match value.clone() {
                Value::Number(n) => json!(n.as_u64().unwrap() + 1),
                text => json!(format!("{}x", text.as_str().unwrap())),
            };
            put(
                &format!("changed {}", place.replace('/', ".")),
                None,
                Some(format_line(&changed)),
                None,
            );
        }
    }

    /// The first subject drawn and one that is not, the first by a rare name.
    fn lookups(&mut self, name: &str) {
        let files = vector(name);
        let made = Receipts::read(&files, &files, Holders::All, &mut |_, _| ()).unwrap();
        let all: Vec<Receipt> = (0..made.len()).map(|at| made.receipt(at)).collect();
        let drawn = all.iter().find(|receipt| receipt.team.is_some());
        let other = all.iter().find(|receipt| receipt.team.is_none());
        for (receipt, own) in [(drawn, Some("𠮷野家㐂（示例）有限公司")), (other, None)]
        {
            let Some(receipt) = receipt else { continue };
            self.subjects.push(Subject {
                bundle: format!("good {name}"),
                sid: receipt.sid.to_string(),
                name: own.map(str::to_owned),
                receipt: serde_json::from_slice(&receipt.format()).unwrap(),
            });
        }
    }
}

/// What may be named where this was changed.
fn expected(mutation: &Mutation) -> Vec<String> {
    let mut names = vec![mutation.path.clone()];
    // A wrong digest in the manifest is reported at the file that it is not the digest of.
    if mutation.path == MANIFEST {
        names.extend(mutation.id.clone());
    }
    // Without opening.json each closed file is a surplus one.
    if mutation.path == OPENING && mutation.bytes.is_none() {
        names.push("visits.tsv".to_owned());
    }
    names
}

/// An open draw of SHA-256 with drand as its beacon, whatever the number says else.
pub fn plain(number: u64) -> Draft {
    let mut draft = Draft::of(number);
    let drand = json!({"kind": "drand", "chain": CHAIN, "round": ROUND});
    let commitment = &mut draft.commitment;
    commitment.suite = Suite::Sha256;
    commitment.seal = None;
    commitment.sources = vec![Source::from_json(&drand).unwrap()];
    commitment.trust = Trust::Public;
    draft.values = vec![signature()];
    draft.master = None;
    draft.extras = Files::new();
    draft.recusals = Vec::new();
    draft.incompatible = Vec::new();
    draft.standby = None;
    draft.frames.values_mut().flatten().for_each(|row| row.salt = None);
    draft
}

/// Titles like markup and formulas, names of 80 characters, rare characters, marks that turn a line round.
fn hostile() -> Files {
    let mut draft = plain(3);
    draft.commitment.title = HOSTILE_TITLE.to_owned();
    draft.commitment.agency = format!("{}𠮷㐂\u{202e}局", "某".repeat(80));
    for list in &mut draft.commitment.lists {
        list.title = format!("<img src=x onerror=window.ran=true>{}", "长".repeat(80));
    }
    draft.complete()
}

/// A district: two lists, of all 176,245 subjects and of some, with 120 inspectors.
fn large() -> Files {
    let mut draft = plain(5);
    let strata = [("A", 1), ("B", 2), ("C", 4), ("D", 10)];
    let row = |at: u64| FrameRow {
        sid: Sid::parse(&format!("9131011{at:011}")).unwrap(),
        stratum: Name::parse("stratum", strata[(at % 10).min(3) as usize].0).unwrap(),
        weight: strata[(at % 10).min(3) as usize].1,
        tags: vec![format!("area:{:02}", at % 12), format!("station:{}", at % 40)],
        salt: None,
    };
    let slots = draft.commitment.lists[0].slots.clone();
    let list = |name: &str, frame: &[FrameRow], n: u64| List {
        list: name.to_owned(),
        title: format!("任务 {name}"),
        matters: vec!["M001".to_owned()],
        group: "Q4".to_owned(),
        method: Method::Proportional { n },
        frame: shuangsuiji::base::table::root(Suite::Sha256, frame),
        strata: strata
            .iter()
            .map(|(stratum, weight)| Stratum {
                stratum: (*stratum).to_owned(),
                size: frame.iter().filter(|row| row.stratum == **stratum).count() as u64,
                quota: Quota::Weight(*weight),
            })
            .collect(),
        reserve: 20,
        slots: slots.clone(),
        notes: Map::new(),
    };
    let all: Vec<FrameRow> = (0..176_245).map(row).collect();
    let some: Vec<FrameRow> = (0..176_245).filter(|at| at % 9 == 0).map(row).collect();
    draft.commitment.lists = vec![list("T01", &all, 400), list("T02", &some, 60)];
    draft.frames = BTreeMap::from([("T01".to_owned(), all), ("T02".to_owned(), some)]);
    draft.inspectors = (0..120)
        .map(|at| InspectorRow {
            iid: Iid::parse(&format!("E{at:03}")).unwrap(),
            capacity: 40,
            load: 0,
            tags: tags(at),
        })
        .collect();
    draft.complete()
}

fn tags(at: u32) -> Vec<String> {
    let mut tags: Vec<String> =
        (0..12).filter(|area| area % 3 == at % 3).map(|area| format!("area:{area:02}")).collect();
    tags.extend(["dept:市监", "dept:消防", "expert", "lead"].map(str::to_owned));
    tags.push(format!("station:{}", at % 40));
    tags
}
