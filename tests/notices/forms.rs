//! Forms: one sheet for each subject, for the visits as they stand.

use std::collections::BTreeSet;

use shuangsuiji::events::chain;
use shuangsuiji::publish::forms::{Form, Forms, Ground};
use shuangsuiji::publish::names::Names;
use shuangsuiji::publish::template::Templates;
use shuangsuiji::record::bundle::Files;
use shuangsuiji::record::commitment::Commitment;
use shuangsuiji::record::event::What;

use crate::support::random::Draft;
use crate::support::ssj::run;
use crate::support::story::Story;
use crate::support::{vector, write_folder};
use crate::{files, office, text};

#[test]
fn every_visit_has_its_sheets() {
    let temp = office("open");
    let folder = temp.path();
    let said = run(folder, 0, &["publish", "forms", "bundle", "--out", "out"]);
    assert!(said.contains("入户检查 12 次"), "{said}");
    let made = files(&folder.join("out"));
    let names: Vec<&str> = made.keys().map(String::as_str).collect();
    let forms = ["forms.xlsx", "letter-01.html", "record-01.html", "tasks-01.html", "witness.html"];
    assert_eq!(names, forms.map(|form| format!("EX-OPEN-1-{form}")));
    let record = text(&made, "EX-OPEN-1-record-01.html");
    let letter = text(&made, "EX-OPEN-1-letter-01.html");
    let visits = String::from_utf8(vector("open")["visits.tsv"].clone()).unwrap();
    for sid in visits.lines().skip(1).map(|line| line.split('\t').next().unwrap()) {
        for page in [&record, &letter] {
            assert!(page.contains(sid), "{sid}");
        }
    }
    for page in [&record, &letter] {
        assert_eq!(page.matches("<svg class=\"qr\"").count(), 12);
        assert_eq!(page.matches("class=\"sheet").count(), 12);
        assert!(page.contains("12345") && page.contains("回避"));
        assert!(page.contains("不要使用检查人员出示的"));
        assert!(page.contains("演练：不产生任何效力"));
    }
    assert!(record.contains("□") || record.contains("choices"));
    assert!(text(&made, "EX-OPEN-1-witness.html").contains("签到与见证记录"));
    // The same bytes again, and fewer forms if fewer are wanted.
    run(folder, 0, &["publish", "forms", "bundle", "--out", "again"]);
    assert_eq!(files(&folder.join("again")), made);
    run(folder, 0, &["publish", "forms", "bundle", "--out", "few", "--only", "tasks"]);
    assert_eq!(files(&folder.join("few")).len(), 1);
}

#[test]
fn an_unopened_draw_has_forms_for_its_office_alone() {
    let temp = office("sealed_opened");
    let folder = temp.path();
    run(folder, 0, &["publish", "forms", "bundle", "--out", "out", "--only", "record"]);
    let record = text(&files(&folder.join("out")), "EX-SEALED-OPENED-1-record-01.html");
    // It is opened: nothing is secret any more.
    assert!(!record.contains("保密：检查人员到场之前"));
    let public = crate::support::random::unopened(&vector("sealed_opened"));
    write_folder(&folder.join("public"), &public);
    let said = run(folder, 2, &["publish", "forms", "public", "--out", "none"]);
    assert!(said.contains("S0") && !folder.join("none").exists(), "{said}");
}

#[test]
fn before_the_draw_there_are_no_forms() {
    let temp = tempfile::tempdir().unwrap();
    let draft = (0..).map(Draft::of).find(|draft| draft.master.is_none()).unwrap();
    let frozen: Files = draft.freeze();
    write_folder(&temp.path().join("bundle"), &frozen);
    let said = run(temp.path(), 2, &["publish", "forms", "bundle", "--out", "out"]);
    assert!(said.contains("N08") && said.contains("还没有抽取"), "{said}");
    let short = (0..).map(Draft::of).filter(|draft| draft.master.is_none());
    let plain = |mut draft: Draft| {
        draft.extras.clear();
        draft.complete()
    };
    let short = short.map(plain).find(|files| files.contains_key("shortage.json"));
    write_folder(&temp.path().join("short"), &short.unwrap());
    let said = run(temp.path(), 1, &["publish", "forms", "short", "--out", "out"]);
    assert!(said.contains("N08") && said.contains("人员不足"), "{said}");
}

#[test]
fn of_a_void_draw_there_are_none() {
    let mut draft = (0..).map(Draft::of).find(|draft| draft.master.is_none()).unwrap();
    draft.extras.clear();
    let mut story = Story::typed(draft, 1);
    story.at = story.commitment().earliest_source_at() - 100;
    let event = story.event(What::Void);
    story.record(&event);
    let temp = tempfile::tempdir().unwrap();
    write_folder(&temp.path().join("bundle"), &story.files);
    let said = run(temp.path(), 2, &["publish", "forms", "bundle", "--out", "out"]);
    assert!(said.contains("W10") && !temp.path().join("out").exists(), "{said}");
}

/// What forms say of a story as it stands.
fn after(story: &Story, check: impl FnOnce(&Commitment, &Forms, &Ground<'_>)) {
    story.history(|frozen, history| {
        let none = (Names::default(), Default::default(), Default::default());
        let ground = Ground {
            commitment: &frozen.commitment,
            standing: &history.standing,
            names: &none.0,
            receipts: &none.1,
            days: &none.2,
            on: None,
            closed: frozen.commitment.sealed(),
        };
        check(&frozen.commitment, &Forms::of(&ground), &ground);
    });
}

#[test]
fn forms_tell_who_comes_after_all_events() {
    let mut changed = 0;
    for number in 0..12 {
        let mut story = Story::new(number);
        story.random_events(5);
        story.finish();
        let (recorded, _) = chain::read(&story.commitment(), &story.files);
        after(&story, |_, forms, ground| {
            let (visits, people) = forms.counts();
            assert_eq!(visits, ground.standing.visits.len());
            let seated: BTreeSet<_> =
                ground.standing.visits.values().flat_map(|v| v.team.iter().flatten()).collect();
            assert_eq!(people, seated.len());
            let rows = &forms.sheets()[0].rows;
            for ((sid, visit), row) in ground.standing.visits.iter().zip(rows) {
                assert_eq!(row[2], sid.as_str());
                for iid in visit.team.iter().flatten() {
                    assert!(row[8].split('、').any(|shown| shown == iid.as_str()), "{row:?}");
                }
            }
            changed += usize::from(!recorded.is_empty() && visits > 0);
            for form in Form::ALL {
                let page = Templates::new().fill(form.template(), &forms.page(form, 0)).unwrap();
                let secret = page.contains("保密：检查人员到场之前");
                assert_eq!(
                    secret,
                    ground.closed && (form != Form::Tasks || people > 0) && visits > 0
                );
            }
        });
    }
    assert!(changed > 3);
}

#[test]
fn nobody_to_visit_is_a_page_that_says_so() {
    let mut draft = (0..).map(Draft::of).find(|draft| draft.master.is_none()).unwrap();
    draft.extras.clear();
    for list in &mut draft.commitment.lists {
        list.method = shuangsuiji::record::commitment::Method::Fixed;
        for stratum in &mut list.strata {
            stratum.quota = shuangsuiji::record::commitment::Quota::Count(0);
        }
    }
    for row in draft.frames.values_mut().flatten() {
        row.weight = 1;
    }
    let temp = tempfile::tempdir().unwrap();
    write_folder(&temp.path().join("bundle"), &draft.complete());
    let said = run(temp.path(), 0, &["publish", "forms", "bundle", "--out", "out"]);
    assert!(said.contains("入户检查 0 次"), "{said}");
    let made = files(&temp.path().join("out"));
    let record = made.keys().find(|name| name.contains("record")).unwrap();
    assert!(text(&made, record).contains("本次抽取没有入户检查"));
    run(temp.path(), 0, &["publish", "notice", "bundle", "--kind", "result", "--out", "out"]);
}
