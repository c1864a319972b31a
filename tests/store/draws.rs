//! Recorded draws: what stands in whose way, the exact versions, the plan, who was drawn.

use shuangsuiji::base::digest::{Digest, Suite};
use shuangsuiji::record::ids::{Iid, Sid};
use shuangsuiji::registry::Register;
use shuangsuiji::store::{DrawRecord, DrawnSubject, State, Store};

use crate::site::{apply, everywhere, shop};

fn digest(name: &str) -> Digest {
    Suite::Sha256.digest(name.as_bytes())
}

/// A pending draw of one matter in the third quarter.
fn draw(name: &str, host: &str) -> DrawRecord {
    DrawRecord {
        commitment: digest(name),
        agency: "示例局".to_owned(),
        draw: name.to_owned(),
        attempt: 1,
        matters: vec!["M1".to_owned(), "M2".to_owned()],
        window: ("2026-07-01".to_owned(), "2026-09-30".to_owned()),
        frozen_s: 10,
        earliest_s: 20,
        host: host.to_owned(),
        bundle: format!("/bundles/{name}"),
        state: State::Pending,
        rehearsal: false,
    }
}

/// This machine, as the store names it.
fn here() -> String {
    shuangsuiji::store::me().rsplit('@').next().unwrap().to_owned()
}

#[test]
fn one_commitment_lives_for_a_matter_and_window() {
    everywhere(|folder| {
        let store = Store::open(folder).unwrap();
        let first = draw("a", &here());
        assert_eq!(store.record_draw(&first, &[], |_| false).unwrap(), Ok(()));
        // Twice is once.
        assert_eq!(store.record_draw(&first, &[], |_| true).unwrap(), Ok(()));
        assert_eq!(store.draws().unwrap(), std::slice::from_ref(&first));
        let second = draw("b", &here());
        let refused = store.record_draw(&second, &[], |_| true).unwrap();
        assert_eq!(refused, Err(Box::new(first.clone())));
        let mut later = draw("c", &here());
        later.window = ("2026-10-01".to_owned(), "2026-12-31".to_owned());
        let mut other = draw("d", &here());
        other.matters = vec!["M3".to_owned()];
        let mut office = draw("e", &here());
        office.agency = "另一局".to_owned();
        for record in [&later, &other, &office] {
            assert_eq!(
                store.record_draw(record, &[], |_| true).unwrap(),
                Ok(()),
                "{}",
                record.draw
            );
        }
        assert_eq!(store.draws().unwrap().len(), 4);
        // What never appeared gives way, and what is void binds nobody.
        assert_eq!(store.record_draw(&second, &[], |_| false).unwrap(), Ok(()));
        assert_eq!(store.draw(&first.commitment).unwrap(), None);
        store.set_state(&second.commitment, State::Void).unwrap();
        assert_eq!(store.record_draw(&first, &[], |_| true).unwrap(), Ok(()));
        assert_eq!(store.draw(&second.commitment).unwrap().unwrap().state, State::Void);
        // What appeared nowhere yet may appear in another folder.
        let moved = DrawRecord { bundle: "/else".to_owned(), ..first.clone() };
        assert_eq!(store.record_draw(&moved, &[], |_| false).unwrap(), Ok(()));
        assert_eq!(store.draw(&first.commitment).unwrap().unwrap().bundle, "/else");
    });
}

/// Two tries turn a chance of 5 % into 0.25 %: no other name, title, window or spelling makes a second try another draw.
#[test]
fn nobody_draws_again_under_another_name() {
    everywhere(|folder| {
        let store = Store::open(folder).unwrap();
        let first = draw("a", &here());
        store.record_draw(&first, &[], |_| true).unwrap().unwrap();
        let mut tries: Vec<(&str, DrawRecord)> = Vec::new();
        let mut dodge = |how, change: &dyn Fn(&mut DrawRecord)| {
            let mut record = draw(how, &here());
            change(&mut record);
            tries.push((how, record));
        };
        dodge("another name", &|_| ());
        dodge("one matter of two", &|r| r.matters = vec!["M2".to_owned()]);
        dodge("one matter among others", &|r| {
            r.matters = vec!["M2".to_owned(), "M7".to_owned(), "M9".to_owned()];
        });
        dodge("the last day", &|r| r.window = ("2026-09-30".to_owned(), "2026-12-31".to_owned()));
        dodge("until the first day", &|r| {
            r.window = ("2026-04-01".to_owned(), "2026-07-01".to_owned());
        });
        dodge("a day inside", &|r| r.window = ("2026-08-01".to_owned(), "2026-08-01".to_owned()));
        dodge("a wider window", &|r| r.window = ("2026-01-01".to_owned(), "2026-12-31".to_owned()));
        dodge("a blank in the agency", &|r| r.agency = "示例 局　".to_owned());
        dodge("what nobody sees", &|r| r.agency = "示\u{2060}例\u{fe00}局\u{200b}".to_owned());
        dodge("a radical for its letter", &|r| r.agency = "⽰例局".to_owned());
        dodge("full-width letters", &|r| r.matters = vec!["Ｍ２".to_owned()]);
        dodge("another attempt", &|r| r.attempt = 2);
        dodge("another machine", &|r| r.host = "elsewhere".to_owned());
        dodge("a later beacon", &|r| r.earliest_s = 2_000_000_000);
        for (how, record) in &tries {
            let refused = store.record_draw(record, &[], |_| true).unwrap();
            assert_eq!(refused, Err(Box::new(first.clone())), "{how}");
        }
        // Drawn, it stands as before; only a void sets the matter free.
        store.set_state(&first.commitment, State::Drawn).unwrap();
        for (how, record) in &tries {
            assert!(store.record_draw(record, &[], |_| true).unwrap().is_err(), "{how}");
        }
        store.set_state(&first.commitment, State::Void).unwrap();
        assert_eq!(store.record_draw(&tries[0].1, &[], |_| true).unwrap(), Ok(()));
    });
}

/// Its folder cannot be seen from here: it may be there or about to be.
#[test]
fn a_pending_draw_of_another_machine_stands() {
    everywhere(|folder| {
        let store = Store::open(folder).unwrap();
        let theirs = draw("a", "elsewhere");
        store.record_draw(&theirs, &[], |_| false).unwrap().unwrap();
        let refused = store.record_draw(&draw("b", &here()), &[], |_| false).unwrap();
        assert_eq!(refused, Err(Box::new(theirs)));
    });
}

#[test]
fn a_draw_names_its_versions_and_its_plan() {
    everywhere(|folder| {
        let store = Store::open(folder).unwrap();
        apply(&store, 1, &[shop(1, "甲")], &[]);
        apply(&store, 2, &[shop(1, "乙")], &[]);
        let record = draw("a", &here());
        store.record_draw(&record, &[(Register::Subjects, 1)], |_| false).unwrap().unwrap();
        apply(&store, 3, &[shop(1, "丙")], &[]);
        assert_eq!(store.draw_versions(&record.commitment).unwrap(), [(Register::Subjects, 1)]);
        assert_eq!(store.draw_versions(&digest("none")).unwrap(), []);
        // A version that is not there cannot be named.
        let mut other = draw("b", &here());
        other.agency = "另一局".to_owned();
        let refused =
            store.record_draw(&other, &[(Register::Subjects, 99)], |_| false).unwrap_err();
        assert_eq!(refused.code(), "W09");
        assert_eq!(store.draws().unwrap().len(), 1);
        // A record that gives way takes its versions along.
        store
            .record_draw(&draw("c", &here()), &[(Register::Subjects, 3)], |_| false)
            .unwrap()
            .unwrap();
        assert_eq!(store.draw_versions(&record.commitment).unwrap(), []);

        let text = "format = \"ssj-plan/1\"\n# 计划 '$1'\n";
        assert_eq!(store.plan(&digest(text)).unwrap(), None);
        store.save_plan(&digest(text), text, 7).unwrap();
        store.save_plan(&digest(text), text, 8).unwrap();
        assert_eq!(store.plan(&digest(text)).unwrap(), Some((text.to_owned(), 7)));
        assert_eq!(store.rules(&digest(text)).unwrap(), None);
        store.save_rules(&digest(text), text, 9).unwrap();
        assert_eq!(store.rules(&digest(text)).unwrap(), Some((text.to_owned(), 9)));
    });
}

#[test]
fn who_was_drawn_is_recorded_once() {
    everywhere(|folder| {
        let store = Store::open(folder).unwrap();
        let sids: Vec<Sid> = (0..600).map(|n| Sid::parse(&format!("REG:R{n}")).unwrap()).collect();
        let mut second = draw("b", &here());
        second.matters = vec!["M9".to_owned()];
        let drawn = |sid: &Sid, day: &str| DrawnSubject {
            sid: sid.clone(),
            day: day.to_owned(),
            agencies: vec!["市监局".to_owned(), "消防".to_owned()],
            matters: vec!["M1".to_owned()],
            inspectors: ["I1", "I2"].map(|iid| Iid::parse(iid).unwrap()).to_vec(),
        };
        for (record, day, now_s) in
            [(draw("a", &here()), "2026-07-01", 70), (second, "2026-08-01", 80)]
        {
            store.record_draw(&record, &[], |_| false).unwrap().unwrap();
            for _ in 0..2 {
                let some = if record.draw == "a" { &sids[..] } else { &sids[..3] };
                let some = some.iter().map(|sid| drawn(sid, day));
                store.record_drawn(&record.commitment, some, now_s).unwrap();
            }
            // Commanded again later, it is the same draw.
            let all = sids.iter().map(|sid| drawn(sid, day));
            store.record_drawn(&record.commitment, all, 99).unwrap();
            assert_eq!(store.draw(&record.commitment).unwrap().unwrap().state, State::Drawn);
        }
        let of = |draw: &str| {
            let mut found = Vec::new();
            store.drawn_in(&digest(draw), &mut |subject| found.push(subject)).unwrap();
            found
        };
        assert_eq!((of("a").len(), of("b").len(), of("c").len()), (600, 3, 0));
        assert!(of("a").contains(&drawn(&sids[599], "2026-07-01")));
        assert!(of("b").contains(&drawn(&sids[0], "2026-08-01")));
        // A void draw stays void, whatever comes after.
        store.set_state(&digest("a"), State::Void).unwrap();
        let all = sids.iter().map(|sid| drawn(sid, "2026-07-01"));
        store.record_drawn(&digest("a"), all, 90).unwrap();
        assert_eq!(store.draw(&digest("a")).unwrap().unwrap().state, State::Void);
    });
}
