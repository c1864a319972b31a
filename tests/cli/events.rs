//! Events as an office records them: who comes instead, at once or when a public value is known, and what is refused.

use age::secrecy::ExposeSecret;
use serde_json::Value;

use crate::office::{BEACON, COMMIT, Office, ssj};
use crate::support::read_folder;
use crate::support::ssj::{AFTER, BEFORE};

const LATER: &str = "2026-08-03T09:00:00+08:00";

/// An office that replaces by the draw's own tickets, with two reserves.
fn at_once() -> Office {
    let office = Office::new();
    office.plan("inspector = \"beacon\"", "inspector = \"next\"");
    office.plan("subject = \"none\"", "subject = \"next\"");
    office.plan("sample = { number = 6 }", "sample = { number = 6 }\nreserve = 2");
    office.commit();
    assert_eq!(office.after(BEACON).exit, 0);
    office.done(&["draw", "bundle"]);
    office
}

fn json(office: &Office, args: &[&str]) -> Value {
    let ran = office.done(&[&["--json", "--clock", LATER], args].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {}", ran.out))
}

/// The visits as they stand: (sid, team).
fn standing(office: &Office) -> Vec<(String, Vec<String>)> {
    let list = json(office, &["event", "bundle", "list"]);
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let visit = |visit: &Value| {
        (text(&visit["sid"]), visit["team"].as_array().unwrap().iter().map(text).collect())
    };
    list["visits"].as_array().unwrap().iter().map(visit).collect()
}

fn leave<'a>(iid: &'a str, sid: &'a str) -> Vec<&'a str> {
    let what = ["event", "bundle", "leave", "--iid", iid, "--visit", sid, "--reason", "病假"];
    [what.as_slice(), &["--by", "甲", "--approver", "乙"]].concat()
}

#[test]
fn an_inspector_falls_ill_and_the_next_one_comes() {
    let office = at_once();
    let (sid, team) = standing(&office).remove(0);
    let report = json(&office, &leave(&team[0], &sid));
    assert_eq!(
        (&report["kind"], &report["n"], &report["written"]),
        (&"leave".into(), &1.into(), &true.into())
    );
    let came = report["effects"][0]["teams"][0]["iid"].as_str().unwrap().to_owned();
    assert!(!team.contains(&came), "{report}");
    assert_eq!(standing(&office)[0].1[0], came);
    assert_eq!(
        office.read("bundle/events/0001/teams.tsv"),
        format!("sid\tslot\tbefore\tiid\n{sid}\t0\t{}\t{came}\n", team[0])
    );
    // The same command again changes nothing.
    let before = office.snapshot();
    let again = json(&office, &leave(&team[0], &sid));
    assert_eq!((&again["n"], &again["written"]), (&1.into(), &false.into()));
    assert!(office.snapshot() == before);
    let ran = office.done(&["verify", "bundle"]);
    assert!(ran.out.contains("事件 1 起：替换对象 0 户，替换人员 1 人次"), "{}", ran.out);
    // Later he is gone for good: he has no slot there, and nobody else is harmed.
    let mut later = leave(&team[0], &sid);
    later.splice(8..9, ["事假或休假"]);
    office.refuses(2, &[&["--clock", LATER], later.as_slice()].concat(), &["E07 "]);
}

/// Why this team: of the team that comes now, of a subject that is not visited any more, of a reserve that came instead.
#[test]
fn a_visit_is_explained_as_it_stands_after_its_events() {
    let office = at_once();
    let (sid, team) = standing(&office).remove(0);
    let explain = |sid: &str| office.done(&["explain", "visit", "bundle", sid]).out;
    assert!(!explain(&sid).contains("抽取之后的变动"), "nothing has happened yet");
    json(&office, &leave(&team[0], &sid));
    let came = standing(&office)[0].1[0].clone();
    let text = explain(&sid);
    let change = format!("第 1 号事件（离岗：病假）：岗位 0 由 {} 改为 {came}", team[0]);
    assert!(text.contains(&change) && text.contains(&format!("  岗位 0 lead：{came}\n")), "{text}");
    assert!(text.contains("抽取当时：") && text.contains("小组（第 0 轮）"), "{text}");
    let report = json(&office, &["explain", "visit", "bundle", &sid]);
    crate::sessions::has_documented_keys(&report, "explained_visit");
    crate::sessions::is_documented(&report);
    assert_eq!(report["now"]["team"][0]["iid"], came.as_str());
    assert_eq!(report["slots"][0]["iid"], team[0].as_str(), "of the draw");

    let close = ["event", "bundle", "closed", "--sid", &sid, "--reason", "已停业", "--by", "甲"];
    let closed = json(&office, &close);
    let reserve = closed["effects"][0]["next"][0]["next"].as_str().unwrap().to_owned();
    let text = explain(&sid);
    assert!(text.contains(&format!("由候补 {reserve} 递补")), "{text}");
    assert!(text.contains(&format!("现在不再检查 {sid}。")), "{text}");
    let text = explain(&reserve);
    let (_, team) = standing(&office).into_iter().find(|(sid, _)| *sid == reserve).unwrap();
    assert!(text.contains(&format!("由该对象递补 {sid}")), "{text}");
    assert!(text.contains(&format!("  岗位 1 member：{}\n", team[1])), "{text}");
    let report = json(&office, &["explain", "visit", "bundle", &reserve]);
    crate::sessions::has_documented_keys(&report, "explained_visit");
    crate::sessions::is_documented(&report);
    assert_eq!(report["now"]["team"][0]["iid"], team[0].as_str());
    // The other reserve is not visited, and nothing happened to it.
    let drawn = office.read("bundle/draw/T1.tsv");
    let other = drawn.lines().filter(|line| line.ends_with("reserve")).nth(1).unwrap();
    office.refuses(
        2,
        &["explain", "visit", "bundle", other.split('\t').nth(2).unwrap()],
        &["W31 "],
    );
}

#[test]
fn a_closed_shop_is_followed_by_the_next_reserve() {
    let office = at_once();
    let reserves: Vec<String> = office
        .read("bundle/draw/T1.tsv")
        .lines()
        .filter(|line| line.ends_with("reserve"))
        .map(|line| line.split('\t').nth(2).unwrap().to_owned())
        .collect();
    assert_eq!(reserves.len(), 2);
    office.write("photo.jpg", "not there any more");
    let close = |sid: &str| -> Value {
        let args = ["event", "bundle", "closed", "--sid", sid, "--reason", "已停业", "--by", "甲"];
        json(&office, &[args.as_slice(), &["--evidence", "photo.jpg"]].concat())
    };
    let first = standing(&office)[0].0.clone();
    let report = close(&first);
    assert_eq!(report["effects"][0]["next"][0]["next"], reserves[0].as_str());
    assert!(
        standing(&office)
            .iter()
            .any(|(sid, team)| *sid == reserves[0] && !team.contains(&"-".to_owned()))
    );
    // The reserve is closed, too, and then there is none.
    assert_eq!(close(&reserves[0])["effects"][0]["next"][0]["next"], reserves[1].as_str());
    assert!(close(&reserves[1])["effects"][0]["next"][0]["next"].is_null());
    assert_eq!(standing(&office).len(), 5);
    let ran = office.done(&["--clock", LATER, "event", "bundle", "list"]);
    assert!(ran.all().contains("提示 E13"), "{}", ran.all());
    assert!(office.done(&["verify", "bundle"]).out.contains("事件 3 起：替换对象 3 户"));
    office.refuses(
        2,
        &[
            "--clock", LATER, "event", "bundle", "closed", "--sid", &first, "--reason", "ceased",
            "--by", "甲",
        ],
        &["E06 ", "不在待检查之列"],
    );
}

/// Until its public value is known, nobody knows who comes; a set clock and typed values play the time.
#[test]
fn a_recusal_waits_for_the_public_value_that_it_names() {
    let office = Office::new();
    office.plan(
        "sources = [{ kind = \"drand\", chain = \"quicknet\", round = 30662982 }]",
        "sources = [{ kind = \"rfc3797\", game = \"kl8\", issue = \"2026195\", at = \"2026-07-22T21:30:00+08:00\" }, { kind = \"digits\", game = \"3d\", issue = \"2026195\", at = \"2026-07-22T21:31:00+08:00\" }]",
    );
    office.commit();
    let balls = "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20./";
    assert_eq!(office.after(&["beacon", "bundle", "--value", balls, "--value", "123"]).exit, 0);
    office.done(&["draw", "bundle"]);
    let (sid, team) = standing(&office).remove(0);
    let base = ["--clock", LATER, "event", "bundle", "recused", "--iid", &team[1], "--visit", &sid];
    let who = ["--reason", "近亲属", "--by", "甲", "--approver", "乙"];
    let without = [base.as_slice(), &who].concat();
    office.refuses(2, &without, &["E09 ", "须事先指定信标"]);
    let named = |issue: &'static str, at: &'static str| -> [String; 4] {
        [
            "--source".into(),
            format!("kl8-{issue}@{at}"),
            "--source".into(),
            format!("3d-{issue}@{}", at.replace(":30:", ":31:")),
        ]
    };
    let early = named("2026205", "2026-08-03T09:05:00+08:00");
    let early: Vec<&str> = early.iter().map(String::as_str).collect();
    office.refuses(2, &[without.as_slice(), &early].concat(), &["E09 "]);
    office.refuses(2, &[without.as_slice(), &["--source", "lotto@x"]].concat(), &["W42 "]);
    let good = named("2026205", "2026-08-03T21:30:00+08:00");
    let good: Vec<&str> = good.iter().map(String::as_str).collect();
    let ran = office.done(&[without.as_slice(), &good].concat());
    assert!(
        ran.all().contains("提示 E14") && ran.all().contains("2026-08-03 21:31:00"),
        "{}",
        ran.all()
    );
    assert_eq!(standing(&office)[0].1[1], "-");
    assert!(office.done(&["verify", "bundle"]).out.contains("第 1 号起等待信标"));
    let values = ["event", "bundle", "beacon", "--value", balls, "--value", "321"];
    office.refuses(2, &[&["--clock", LATER], values.as_slice()].concat(), &["B07 "]);
    let evening = [&["--clock", "2026-08-03T22:00:00+08:00"], values.as_slice()].concat();
    office.refuses(2, &[evening.as_slice(), &["--event", "9"]].concat(), &["W41 "]);
    let ran = office.done(&evening);
    assert!(ran.out.contains(&format!("{} → ", team[1])), "{}", ran.out);
    let before = office.snapshot();
    office.done(&evening);
    assert!(office.snapshot() == before);
    let mut other = evening.clone();
    *other.last_mut().unwrap() = "999";
    office.refuses(2, &other, &["W14 "]);
    let came = standing(&office)[0].1[1].clone();
    assert!(came != "-" && !team.contains(&came));
    assert!(office.done(&["verify", "bundle"]).out.contains("核验通过"));
}

#[test]
fn events_come_after_the_draw_and_never_to_a_void_one() {
    let office = Office::new();
    office.commit();
    let args = [&["--clock", LATER], leave("E01", "R01").as_slice()].concat();
    office.refuses(2, &args, &["W40 "]);
    let void = ["event", "bundle", "void", "--reason", "其他", "--by", "甲", "--approver", "乙"];
    office.done(&[&["--clock", BEFORE], void.as_slice()].concat());
    office.refuses(2, &args, &["W10 "]);

    let office = Office::drawn();
    office.refuses(2, &[&["--clock", AFTER], void.as_slice()].concat(), &["W05 "]);
    let reason = [&["--clock", LATER], leave("E01", "R01").as_slice()].concat();
    let mut reason: Vec<&str> = reason;
    reason[10] = "心情不好";
    office.refuses(2, &reason, &["E01 ", "原因须为 病假、事假或休假、另有公务、调离或离职 之一"]);
    office.refuses(2, &["--clock", LATER, "event", "bundle", "beacon", "--value", "x"], &["W41 "]);
    // What is wrong is told at once: nobody approves it, and there is no such visit; no such reason, and too late.
    let alone =
        [&["--clock", LATER], &leave("E01", "R01")[..7], &["--reason", "病假", "--by", "甲"]];
    office.refuses(2, &alone.concat(), &["E02 ", "E06 "]);
    let wrong = [&["--clock", AFTER][..], &void[..4], &["心情不好"], &void[5..]].concat();
    office.refuses(2, &wrong, &["E01 ", "W05 "]);
}

/// Nobody left: the slot is vacant until the staff grows.
#[test]
fn a_vacancy_is_filled_when_the_staff_grows() {
    let office = Office::new();
    let few = crate::office::INSPECTORS.lines().enumerate();
    let few: String =
        few.filter(|(n, _)| *n < 4).map(|(_, line)| line.replace("是,20", "是,5") + "\n").collect();
    office.import("inspectors", &few);
    office.plan("inspector = \"beacon\"", "inspector = \"next\"");
    let committed = office.before(COMMIT);
    assert_eq!(committed.exit, 0, "{}", committed.all());
    assert_eq!(office.after(BEACON).exit, 0);
    office.done(&["draw", "bundle"]);
    let iid = standing(&office).iter().map(|(_, team)| team[0].clone()).max().unwrap();
    let all = [
        "event",
        "bundle",
        "leave",
        "--iid",
        &iid,
        "--all",
        "--reason",
        "left",
        "--by",
        "甲",
        "--approver",
        "乙",
    ];
    let report = json(&office, &all);
    let left = report["effects"][0]["teams"].as_array().unwrap().len();
    assert!(left > 0);
    let before = office.snapshot();
    assert_eq!(json(&office, &all)["written"], false);
    assert!(office.snapshot() == before);
    let vacant =
        standing(&office).iter().flat_map(|(_, team)| team).filter(|iid| *iid == "-").count();
    let ran = ssj(office.folder(), &["verify", "bundle"]);
    assert_eq!((ran.exit, ran.out.contains("岗位空缺")), (0, vacant > 0), "{}", ran.out);
    let staff = [
        "event",
        "bundle",
        "staff",
        "--raise",
        "6",
        "--reason",
        "岗位空缺",
        "--by",
        "甲",
        "--approver",
        "乙",
    ];
    let report = json(&office, &staff);
    assert_eq!(report["effects"][0]["teams"].as_array().unwrap().len(), vacant);
    assert!(standing(&office).iter().all(|(_, team)| !team.contains(&"-".to_owned())));
    assert_eq!(json(&office, &staff)["written"], false);
    assert!(office.done(&["verify", "bundle"]).out.contains("核验通过"));
}

/// Of a sealed draw nothing about an event is written in plain before the opening, and then everything is there.
#[test]
fn events_of_a_sealed_draw_stay_closed_until_the_opening() {
    let office = Office::new();
    office.plan(
        "mode = \"open\"",
        "mode = \"sealed\"\nseal = { opens = \"public\", by = \"2026-10-31\" }",
    );
    office.plan("inspector = \"beacon\"", "inspector = \"next\"");
    office.write("office.key", age::x25519::Identity::generate().to_string().expose_secret());
    let key = ["--key-file", "office.key"];
    assert_eq!(office.before(&[COMMIT, &key].concat()).exit, 0);
    assert_eq!(office.after(BEACON).exit, 0);
    office.done(&[["draw", "bundle"].as_slice(), &key].concat());
    let public = read_folder(&office.path("bundle"));
    let event = |what: &[&str]| -> Value {
        let base = ["--json", "--clock", LATER, "event", "bundle", "--key-file", "office.key"];
        let ran = office.done(&[base.as_slice(), what].concat());
        serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {}", ran.out))
    };
    let list = event(&["list"]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (sid, iid) = (text(&list["visits"][0]["sid"]), text(&list["visits"][0]["team"][0]));
    let leave = [
        "leave",
        "--iid",
        &iid,
        "--visit",
        &sid,
        "--reason",
        "ill",
        "--by",
        "甲",
        "--approver",
        "乙",
    ];
    let report = event(&leave);
    assert_eq!(report["written"], true);
    let before = office.snapshot();
    assert_eq!(event(&leave)["written"], false);
    assert!(office.snapshot() == before);
    assert!(read_folder(&office.path("bundle")) == public, "something was published");
    let closed = read_folder(&office.path("bundle.sealed/closed/events"));
    assert_eq!(closed.keys().collect::<Vec<_>>(), ["0001.json.age", "0001/teams.tsv.age"]);
    // Without the key nobody records or reads anything.
    let args = ["--clock", LATER, "event", "bundle", "list"];
    office.refuses(2, &args, &["W33 "]);
    let open =
        ["--clock", "2026-10-08T09:00:00+08:00", "open", "bundle", "--key-file", "office.key"];
    office.done(&open);
    let opened = read_folder(&office.path("bundle"));
    let came = report["effects"][0]["teams"][0]["iid"].as_str().unwrap();
    let row = format!("{sid}\t0\t{iid}\t{came}\n");
    assert_eq!(
        opened["events/0001/teams.tsv"],
        format!("sid\tslot\tbefore\tiid\n{row}").into_bytes()
    );
    let ran = office.done(&["verify", "bundle"]);
    assert!(ran.out.contains("事件 1 起") && ran.out.contains("核验通过"), "{}", ran.out);
    // After the opening events are public at once.
    event(&["open", "--reason", "按期公开", "--by", "甲"]);
    assert!(read_folder(&office.path("bundle")).contains_key("events/0002.json"));
    assert!(office.done(&["verify", "bundle"]).out.contains("事件 2 起"));
}
