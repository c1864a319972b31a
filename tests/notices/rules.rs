//! What notices say loudly, and what they leave out by rule.

use shuangsuiji::base::finding::{Finding, Findings};
use shuangsuiji::publish::document::{Body, Document};
use shuangsuiji::publish::names::{Names, SubjectName};
use shuangsuiji::publish::{Draw, Kind, Particulars, file_name, notice};
use shuangsuiji::record::beacon::Trust;
use shuangsuiji::record::bundle::{Files, VISITS};
use shuangsuiji::record::commitment::Commitment;
use shuangsuiji::record::event::{Kind as EventKind, What};
use shuangsuiji::record::ids::Iid;
use shuangsuiji::verify::verify;

use crate::support::random::{Draft, unopened};
use crate::support::ssj::run;
use crate::support::story::Story;
use crate::support::vector;

fn made(kind: Kind, files: &Files, names: &Names) -> Result<Document, Finding> {
    let report = verify(files);
    let draw = Draw::read(files, &report).unwrap_or_else(|findings| panic!("{findings}"));
    notice(kind, &draw, names, &Particulars::default())
}

fn document(kind: Kind, files: &Files) -> Document {
    made(kind, files, &Names::default()).unwrap_or_else(|finding| panic!("{finding}"))
}

fn section<'a>(document: &'a Document, name: &str) -> Option<&'a Body> {
    document.sections.iter().find(|section| section.name == name).map(|section| &section.body)
}

fn withheld(document: &Document) -> String {
    match section(document, "依规定不公布的内容") {
        Some(Body::Words(words)) => words.join("\n"),
        _ => String::new(),
    }
}

/// Everything that a notice says, in one text.
fn all(document: &Document) -> String {
    document.json().to_string()
}

#[test]
fn an_unopened_draw_shows_nobody() {
    let opened = vector("sealed_opened");
    let visits = String::from_utf8(opened[VISITS].clone()).unwrap();
    let sids: Vec<&str> =
        visits.lines().skip(1).map(|line| line.split('\t').next().unwrap()).collect();
    assert!(!sids.is_empty());
    let closed = document(Kind::Result, &unopened(&opened));
    assert!(sids.iter().all(|sid| !all(&closed).contains(sid)));
    assert!(section(&closed, "抽取名单").is_none() && section(&closed, "检查小组").is_none());
    assert!(withheld(&closed).contains("抽中名单、检查小组和抽样框"));
    // Seed and digests are public at once.
    let Some(Body::Facts(digests)) = section(&closed, "种子与摘要") else {
        panic!("no digests")
    };
    assert!(digests.len() == 3 && digests.iter().all(|fact| fact.value.len() == 64));
    let open = document(Kind::Result, &opened);
    assert!(sids.iter().all(|sid| all(&open).contains(sid)));
    assert!(!withheld(&open).contains("抽中名单"));
}

#[test]
fn strata_that_may_be_made_of_credit_are_left_out() {
    let mut draft = (0..).map(Draft::of).find(|draft| draft.master.is_some()).unwrap();
    for public in [true, false] {
        draft.commitment.classes_public = public;
        let files = draft.complete();
        for kind in [Kind::Plan, Kind::Result] {
            let document = document(kind, &files);
            assert_eq!(section(&document, "各层机会").is_some(), public);
            assert_eq!(withheld(&document).contains("classes 为 internal"), !public);
            let Some(Body::Table(drawn)) = section(&document, "抽取名单") else { continue };
            assert_eq!(drawn.columns.iter().any(|(name, _)| *name == "层"), public);
        }
    }
    // Nobody's class can be told from the strata of an open draw whose classes are internal.
    let mut draft = (0..).map(Draft::of).find(|draft| draft.master.is_none()).unwrap();
    draft.commitment.classes_public = false;
    assert!(section(&document(Kind::Plan, &draft.complete()), "各层机会").is_some());
}

#[test]
fn what_nobody_may_overlook_is_said_first() {
    let public = |draft: &Draft| draft.master.is_none() && draft.commitment.trust == Trust::Public;
    let mut draft = (0..).map(Draft::of).find(public).unwrap();
    draft.extras.clear();
    let alarms = |draft: &Draft| document(Kind::Plan, &draft.complete()).alarms.join("\n");
    draft.commitment.rehearsal = false;
    (draft.commitment.attempt, draft.commitment.prev) = (1, None);
    assert_eq!(alarms(&draft), "");
    draft.commitment.rehearsal = true;
    draft.commitment.trust = Trust::Witnessed;
    (draft.commitment.attempt, draft.commitment.prev) = (3, Some(draft.commitment.inspectors.root));
    let said = alarms(&draft);
    for word in ["演练：不产生任何效力", "第 3 次抽取：第 2 次已作废", "仅由在场见证人担保"]
    {
        assert!(said.contains(word), "{word} not in {said}");
    }

    let mut complete = (0..).map(|number| Draft::of(number).complete());
    let short = complete.find(|files| files.contains_key("shortage.json")).unwrap();
    assert!(document(Kind::Result, &short).alarms.join("").contains("检查人员不足"));
    assert!(!document(Kind::Plan, &short).alarms.join("").contains("检查人员不足"));
    assert!(section(&document(Kind::Result, &short), "检查小组").is_none());
}

#[test]
fn a_plan_says_the_same_before_and_after() {
    let draft = Draft::of(3);
    let (frozen, drawn) = (draft.freeze(), draft.complete());
    let frozen = match draft.master {
        Some(_) => unopened(&frozen),
        None => frozen,
    };
    assert_eq!(document(Kind::Plan, &frozen), document(Kind::Plan, &drawn));
    let refused = made(Kind::Result, &frozen, &Names::default()).unwrap_err();
    assert_eq!(refused.code(), "W16");
}

#[test]
fn events_name_no_illness_and_no_kinship() {
    let wanted = |story: &mut Story| {
        story.random_events(4);
        let (recorded, _) = shuangsuiji::events::chain::read(&story.commitment(), &story.files);
        recorded.iter().any(|one| one.event.kind().is_absence())
    };
    let mut stories = (0..60).map(Story::new);
    let story = stories.find_map(|mut story| wanted(&mut story).then_some(story)).unwrap();
    let document = document(Kind::Correction, &story.files);
    let Some(Body::Table(events)) = section(&document, "事件") else { panic!("no events") };
    let column = |name: &str| events.columns.iter().position(|(n, _)| *n == name).unwrap();
    for row in &events.rows {
        let absence = EventKind::ALL
            .iter()
            .any(|kind| kind.is_absence() && kind.words().zh == row[column("类别")]);
        assert_eq!(row[column("原因")].is_empty(), absence, "{row:?}");
        assert!(!row[column("经办")].is_empty());
    }
    assert!(withheld(&document).contains("具体原因"));
}

#[test]
fn a_void_draw_is_void_on_its_plan() {
    let mut draft = (0..).map(Draft::of).find(|draft| draft.master.is_none()).unwrap();
    draft.commitment.rehearsal = false;
    let mut story = Story::typed(draft, 1);
    story.files.retain(|path, _| {
        ![
            "beacon.json",
            "manifest.tsv",
            "visits.tsv",
            "assignment.tsv",
            "handicaps.tsv",
            "shortage.json",
        ]
        .contains(&path.as_str())
            && !path.starts_with("draw/")
            && path != "schedule.tsv"
    });
    story.at = story.commitment().earliest_source_at() - 100;
    let event = story.event(What::Void);
    story.record(&event);
    let report = verify(&story.files);
    let draw = Draw::read(&story.files, &report).unwrap_or_else(|findings| panic!("{findings}"));
    assert!(file_name(Kind::Plan, &draw).ends_with("-plan-void"));
    for kind in [Kind::Plan, Kind::Correction] {
        let alarms = document(kind, &story.files).alarms.join("\n");
        assert!(alarms.contains("本次抽取已作废") && alarms.contains("批准：李四"), "{alarms}");
    }
}

#[test]
fn numbers_of_identity_cards_are_nowhere() {
    let has_teams = |draft: &Draft| {
        draft.master.is_none()
            && section(&document(Kind::Result, &draft.complete()), "检查小组").is_some()
    };
    let mut draft = (0..).map(Draft::of).find(has_teams).unwrap();
    draft.extras.clear();
    let before = document(Kind::Result, &draft.complete());
    assert!(!withheld(&before).contains("居民身份证号码"));
    // Everybody is called by the number of a card; fictional ones, with the right check character.
    (draft.recusals, draft.incompatible) = (Vec::new(), Vec::new());
    for (n, row) in draft.inspectors.iter_mut().enumerate() {
        row.iid = Iid::parse(&card(n)).unwrap();
    }
    draft.inspectors.sort_by(|a, b| a.iid.cmp(&b.iid));
    let after = document(Kind::Result, &draft.complete());
    let said = all(&after);
    assert!(section(&after, "检查小组").is_some());
    assert!(draft.inspectors.iter().all(|row| !said.contains(row.iid.as_str())));
    assert!(said.contains("110105********") && withheld(&after).contains("居民身份证号码"));
}

/// GB 11643: the check character makes the number, each digit carried over doubled, 1 modulo 11.
pub fn card(serial: usize) -> String {
    let digits = format!("11010519491231{serial:03}");
    let sum = digits.bytes().fold(0, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
    let check = (12 - sum) % 11;
    let check = if check == 10 { "X".to_owned() } else { check.to_string() };
    digits + &check
}

#[test]
fn names_come_with_their_ids() {
    let files = vector("open");
    let name = SubjectName { name: "示例商行".to_owned(), address: String::new() };
    let mut names = Names::default();
    names.subjects.insert("REG:0025".to_owned(), name);
    names.matters.insert("M001".to_owned(), "食品经营许可".to_owned());
    names.inspectors.insert("E009".to_owned(), "某检查员".to_owned());
    let document = made(Kind::Result, &files, &names).unwrap();
    let all = all(&document);
    assert!(all.contains("示例商行") && all.contains("M001 食品经营许可"));
    assert!(!all.contains("某检查员"));
    assert!(withheld(&document).contains("执法证号代替"));
    assert!(!withheld(&document).contains("本公告未附名录"));
}

#[test]
fn nothing_is_published_of_what_does_not_hold() {
    let mut files = vector("open");
    let visits = files.get_mut(VISITS).unwrap();
    let at = visits.len() - 2;
    visits[at] = if visits[at] == b'1' { b'2' } else { b'1' };
    let report = verify(&files);
    let Findings(findings) = Draw::read(&files, &report).err().unwrap();
    assert_eq!(findings[0].code(), "N03");
    assert!(findings.len() > 1);

    let temp = tempfile::tempdir().unwrap();
    crate::support::write_folder(&temp.path().join("bundle"), &files);
    let said =
        run(temp.path(), 1, &["publish", "notice", "bundle", "--kind", "result", "--out", "out"]);
    assert!(said.contains("N03") && !temp.path().join("out").exists(), "{said}");
    run(temp.path(), 1, &["publish", "forms", "bundle", "--out", "out"]);
    assert!(!temp.path().join("out").exists());
}

#[test]
fn without_events_there_is_nothing_to_correct() {
    let files = vector("open");
    let refused = made(Kind::Correction, &files, &Names::default()).unwrap_err();
    assert_eq!(refused.code(), "N04");
    let commitment = Commitment::parse(&files["commitment.json"]).unwrap();
    assert!(commitment.rehearsal, "the vectors are rehearsals, and their notices say so");
}
