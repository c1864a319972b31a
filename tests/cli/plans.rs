//! Plans and pools with something wrong: `check` and `commit` refuse alike, and nothing is written.

use crate::office::{BEACON, COMMIT_IN_TIME, INSPECTORS, Office, register, ssj};
use crate::support::ssj::{AFTER, BEFORE};

const CHECK: &[&str] = &["check", "plan.toml"];

/// One text of the plan exchanged for another: both commands refuse with exit 2 and these words.
fn refused(from: &str, to: &str, finding: &str) {
    let office = Office::new();
    office.plan(from, to);
    office.refuses(2, CHECK, &[finding]);
    office.refuses(2, COMMIT_IN_TIME, &[finding]);
}

fn refused_saying(from: &str, to: &str, zh: &str, en: &str) {
    let office = Office::new();
    office.plan(from, to);
    office.refuses_saying(2, CHECK, zh, en);
    office.refuses_saying(2, COMMIT_IN_TIME, zh, en);
}

#[test]
fn numbers_that_cannot_be_drawn() {
    refused_saying(
        "number = 6",
        "number = 41",
        "错误 P15 plan.toml:25:10 task[0].sample，T1：要抽 41 户，只有 40 户
  处理：减少数量、放宽范围，或改为 { all = true }。",
        "error P15 plan.toml:25:10 task[0].sample, T1: 41 are to be drawn, there are 40
  remedy: Lower the number, widen the scope or use { all = true }.",
    );
    refused_saying(
        "number = 6",
        "number = 6, floor = \"20%\"",
        "错误 P14 plan.toml:25:10 task[0].sample，T1：共抽 6 户，不低于 40 户的 20% 须抽 8 户：提高数量
  处理：“不低于”按总数向上取整：提高所列比例或数量。",
        "error P14 plan.toml:25:10 task[0].sample, T1: 6 are drawn, at least 20% of 40 are 8: raise the number
  remedy: A floor on the total rounds up: raise the ratios or the number named.",
    );
}

#[test]
fn scopes_that_match_nothing() {
    refused_saying(
        "tags_any = [\"餐饮\"]",
        "tags_any = [\"餐馆\"]",
        "错误 P22 plan.toml:24:9 task[0].scope，T1：范围内 0 户，可抽 0 户
  处理：检查范围、登记状态和排除条件，或删去该任务。
错误 P28 plan.toml:24:38 task[0].scope.tags_any[0]，T1：tags_any 中的“餐馆”没有任何检查对象符合
  处理：名录中没有任何对象带此标签：改正写法，或先为对象加上标签。
提示 P25 plan.toml：回避记录 0 条已过期、1 条与本次抽取无关
  说明：已过期或与本次抽取无关的回避记录不起作用，未列入冻结名录。",
        "error P22 plan.toml:24:9 task[0].scope, T1: 0 subjects are in scope and none of them is eligible
  remedy: Check scope, status and exclusions, or drop the task.
error P28 plan.toml:24:38 task[0].scope.tags_any[0], T1: no subject matches \"餐馆\" in tags_any
  remedy: No subject carries this tag: correct it, or tag the subjects first.
note P25 plan.toml: 0 recusals have expired, 1 concern nobody of this draw
  note: Expired recusals and those that concern nobody of this draw have no effect.",
    );
    refused(
        "kind = [\"企业\"]",
        "kind = [\"设备\"]",
        "P29 plan.toml:24:19 task[0].scope.kind[0]，T1：kind 中的“设备”",
    );
}

#[test]
fn classes() {
    let sample = "{ number = 6 }";
    refused_saying(
        sample,
        "{ by = \"credit\", ratio = { A = \"1%\", F = \"10%\" } }",
        "错误 P02 plan.toml:25:47 task[0].sample.ratio.F：不认识“F”；此处可用：A, B, C, D, E
  处理：对照 docs/plan.md（细则见 docs/rules.md）改正键名；不用的键请删去，以免误以为生效。",
        "error P02 plan.toml:25:47 task[0].sample.ratio.F: \"F\" is not known; here stand: A, B, C, D, E
  remedy: Correct the key after docs/plan.md (local rules: docs/rules.md), or delete it: a key without effect would mislead.",
    );
    refused(
        sample,
        "{ by = \"credit\", ratio = { A = \"1%\", B = \"1%\", C = \"1%\" } }",
        "P13 plan.toml:25:10 task[0].sample，T1：10 户属 D 类而 D 类未列：REG:R03 REG:R07 REG:R11 REG:R15 REG:R19 …",
    );
}

/// Of 160 visits 6 are expected, which is 3.75 %, and 3 in each area: shares are rounded once, to what is known.
#[test]
fn shares_of_capacity() {
    let office = Office::new();
    let ran = office.done(CHECK);
    for (name, share) in [("（未指明）", "10.0%"), ("市监", "3.8%"), ("东", "1.9%"), ("西", "1.9%")]
    {
        let row = ran.out.lines().find(|line| line.trim_start().starts_with(name));
        assert!(row.is_some_and(|row| row.ends_with(&format!(" {share}"))), "{name}: {}", ran.out);
    }
}

#[test]
fn plans_that_cannot_be_read() {
    refused("\"测试\"", "测试", "P01 plan.toml:4:9：");
    refused("title = \"测试\"", "titel = \"测试\"", "P02 plan.toml:4:1 titel");
    refused("2026-07-24", "2026-7-24", "P04 plan.toml:5:19 window.from：须为日期 YYYY-MM-DD");
    refused("2026-07-24", "2026-02-30", "P04 plan.toml:5:19 window.from");
    let office = Office::new();
    office.write("plan.toml", b"\xff");
    office.refuses(2, CHECK, &["P01 plan.toml：不是 UTF-8"]);
}

#[test]
fn a_sealed_draw_has_terms() {
    refused_saying(
        "mode = \"open\"",
        "mode = \"sealed\"",
        "错误 S13 plan.toml:6:8 mode：保密抽取缺少 [seal]
  处理：mode = \"sealed\" 须有 [seal]：opens 为 \"public\" 或 \"auditor\"，by 为不早于窗口结束的日期；custodians 与 threshold 同时写或同时不写。公开抽取不写 [seal]。",
        "error S13 plan.toml:6:8 mode: [seal] of the sealed draw is missing
  remedy: mode = \"sealed\" has [seal]: opens is \"public\" or \"auditor\", by a date not before the window ends; custodians and threshold stand together or not at all. An open draw has no [seal].",
    );
}

/// 三个不查: no listed matter in force on every day, no inspection.
#[test]
fn matters_out_of_force() {
    refused("M001", "M999", "P11 plan.toml:22:12 task[0].matters[0]，T1：清单上没有事项 M999");
    refused(
        "M001",
        "M003",
        "P11 plan.toml:22:12 task[0].matters[0]，T1：事项 M003 至 2026-08-31 失效",
    );
}

#[test]
fn teams() {
    refused(
        "slots = [\"lead\", \"member\"]",
        "slots = [\"lead\"]",
        "P07 plan.toml:26:9 task[0].slots：有 1 名执法检查人员",
    );
    refused(
        "\"dept:市监\"",
        "\"dept:海关\"",
        "P16 plan.toml:26:9 task[0].slots，T1：岗位 member：没有人有“dept:海关”",
    );
}

#[test]
fn placeholders_without_a_tag() {
    let office = Office::new();
    // R40 alone has no area.
    office.import(
        "subjects",
        &register("subjects").replace(
            "R40,示例店40,企业,存续,A,40,2026-07-01,餐饮,东",
            "R40,示例店40,企业,存续,A,40,2026-07-01,餐饮,",
        ),
    );
    let texts = (
        "错误 M02 plan.toml，“T1”，REG:R40：缺少 area: 标签，无法填入“area:{area}”
  处理：为该检查对象补上标签（如片区、所），或从岗位要求中去掉该占位符。",
        "error M02 plan.toml, \"T1\", REG:R40: no tag area: to fill in \"area:{area}\"
  remedy: Give the subject the tag (area, station, …) or take the placeholder out of the slot.",
    );
    office.refuses_saying(2, CHECK, texts.0, texts.1);
    office.refuses_saying(2, COMMIT_IN_TIME, texts.0, texts.1);
}

#[test]
fn beacons_of_a_plan() {
    let source = "{ kind = \"drand\", chain = \"quicknet\", round = 30662982 }";
    let ssq = "{ kind = \"rfc3797\", game = \"ssq\", issue = \"2026084\", at = \"2026-07-22T21:15:00+08:00\" }";
    refused_saying(
        source,
        ssq,
        "错误 B01 plan.toml:12:11 beacon.sources：合计只有 24.1 比特，少于 64
  处理：公开来源合计至少 64 比特：加上一个 drand 轮次，或增加彩票期次。",
        "error B01 plan.toml:12:11 beacon.sources: only 24.1 bits together, fewer than 64
  remedy: Public sources must carry at least 64 bits together: add a drand round or further lottery issues.",
    );
    refused_saying(
        "\"quicknet\"",
        "\"8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce\"",
        "错误 B04 plan.toml:12:12 beacon.sources[0].chain：不认识链 8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce
  处理：只接受协议列出的来源；drand 只接受 quicknet 链，公开信标不得含骰子和见证人份额。",
        "error B04 plan.toml:12:12 beacon.sources[0].chain: the chain 8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce is not known
  remedy: Only the protocol's sources are accepted: of drand the chain quicknet; dice and witnesses' shares only with trust \"witnessed\".",
    );
    refused(source, &format!("{source}, {ssq}"), "B02 plan.toml:12:11 beacon.sources");
    refused(
        source,
        &format!("{{ kind = \"dice\", dice = \"d10x20\", at = 1784700000 }}, {source}"),
        "B04 plan.toml:12:11 beacon.sources：公开信标不得含 dice",
    );
}

#[test]
fn overdue_beacons() {
    let office = Office::new();
    office.refuses_saying(
        2,
        &["--clock", "2026-07-23T15:28:31+08:00", "commit", "plan.toml", "--out", "bundle"],
        "错误 B03 最早的来源在 2026-07-23 15:38:30，现在是 2026-07-23 15:28:31（北京时间），须至少提前 600 秒
  处理：最早的来源须晚于封存时刻至少 margin_s 秒：改用以后的轮次或期次。",
        "error B03 the earliest source is due at 2026-07-23 15:38:30, now it is 2026-07-23 15:28:31 (China time); at least 600 s are needed
  remedy: The earliest source must lie at least margin_s seconds after the commitment: name a later round or issue.",
    );
    office.refuses(2, &["--clock", AFTER, "commit", "plan.toml", "--out", "bundle"], &["B03 "]);
    // A second earlier is in time.
    office.done(&[
        "--clock",
        "2026-07-23T15:28:30+08:00",
        "commit",
        "plan.toml",
        "--out",
        "bundle",
    ]);
}

#[test]
fn a_set_clock_is_for_rehearsals() {
    let office = Office::new();
    office.plan("rehearsal = true", "rehearsal = false");
    office.refuses_saying(
        2,
        COMMIT_IN_TIME,
        "错误 W11 正式抽取不能使用 --clock
  处理：去掉 --clock，按真实时间执行；或在计划中写明 rehearsal = true。",
        "error W11 a real draw does not take --clock
  remedy: Leave out --clock and use the real time, or mark the plan with rehearsal = true.",
    );
    office.refuses(
        2,
        &["--clock", "yesterday", "check", "plan.toml"],
        &["W07 “--clock”：“yesterday”"],
    );
}

/// Who takes no part is named by `check` and counted in the commitment.
#[test]
fn unusable_inspectors_are_excluded_with_a_reason_and_counted() {
    let office = Office::new();
    let people = INSPECTORS
        .replace("E05,戊,市监,东;西,2027-12-31", "E05,戊,市监,东;西,2026-09-29")
        .replace("E06,己,市监,东;西,2027-12-31", "E06,己,市监,东;西,2026-08-01")
        .replace("E07,庚,市监,东;西,2027-12-31,在岗", "E07,庚,市监,东;西,2027-12-31,停职")
        .replace("E08,辛", ",辛");
    office.import("inspectors", &people);
    let ran = office.done(CHECK);
    for line in [
        "不参加匹配的人员 4 名：",
        "  执法证在检查窗口内到期 2：E05 E06",
        "  不在岗 1：E07",
        "  没有执法证 1：辛",
    ] {
        assert!(ran.out.lines().any(|found| found == line), "no line {line:?} in\n{}", ran.out);
    }
    let lapsing =
        "警告 P70 plan.toml:5:10 window：2 人的执法证在 2026-09-30 之前到期，不参加匹配：E05 E06";
    assert!(ran.err.contains(lapsing), "{}", ran.err);
    office.commit();
    let commitment: serde_json::Value =
        serde_json::from_str(&office.read("bundle/commitment.json")).unwrap();
    assert_eq!(
        commitment["excluded_inspectors"],
        serde_json::json!([
            {"n": 2, "reason": "certificate_expired"},
            {"n": 1, "reason": "no_certificate"},
            {"n": 1, "reason": "state"},
        ])
    );
    let ids: Vec<String> = office
        .read("bundle/inspectors.tsv")
        .lines()
        .skip(1)
        .map(|line| line.split('\t').next().unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["E01", "E02", "E03", "E04"]);
}

/// Too few people: `check` says so, `commit` wants an approver, `draw` names the blocking set, and the
/// verifier accepts the proof.
#[test]
fn too_few_inspectors() {
    let office = Office::new();
    office.import("inspectors", &INSPECTORS.replace(",20\n", ",1\n"));
    let (zh, en) = (
        "错误 M05 300 次模拟中 300 次无法匹配，例如：6 次入户检查须有 lead（岗位 lead）；只有 3 名人员符合，上限合计 3：缺 3；连同其他岗位共缺 4
  处理：提高上限或增加人员；确需如此时用 --approve-shortage 写明批准人，承诺中将记载。",
        "error M05 300 of 300 simulated draws could not be paired, for example: 6 visits need lead (slot lead); only 3 inspectors qualify, with capacity 3: short by 3; 4 slots stay unfilled in all
  remedy: Raise capacities or add inspectors; if it must be, name the approver with --approve-shortage: the commitment records it.",
    );
    let too_much = "错误 M08 plan.toml，-：部门 （未指明）：预计 6 人次，3 人上限合计 3";
    office.refuses(1, CHECK, &[too_much]);
    office.refuses_saying(1, COMMIT_IN_TIME, zh, en);
    office.done(&[COMMIT_IN_TIME, &["--approve-shortage", "王局"]].concat());
    let commitment: serde_json::Value =
        serde_json::from_str(&office.read("bundle/commitment.json")).unwrap();
    let forecast = serde_json::json!({"approver": "王局", "infeasible": 300, "runs": 300});
    assert_eq!(commitment["forecast"], forecast);
    assert_eq!(office.after(BEACON).exit, 0);
    let ran = ssj(office.folder(), &["draw", "bundle"]);
    assert_eq!(ran.exit, 1, "{}", ran.all());
    // Three leads with a capacity of one, six visits; four slots would prove it.
    assert_eq!(
        ran.err,
        "错误 M01 shortage.json：6 次入户检查须有 lead（岗位 lead）；只有 3 名人员符合，上限合计 3：缺 3；连同其他岗位共缺 4
  处理：增加可检查户数上限、补充符合条件的人员，或调整岗位要求；已抽中的检查对象不变。\n"
    );
    assert!(office.path("bundle/shortage.json").exists());
    // Below it who is wanted where, who qualifies, and what would help.
    for line in [
        "  可任人员  上限  可去的入户检查",
        "  可以解决的办法：",
        "  - 提高上限共 3 次：E01 E02 E03",
        "  - 5 名人员只差 lead：E04 E05 E06 E07 E08",
        "  - 任务 T1 占 6 次：少抽，或移到别的时期",
    ] {
        assert!(ran.out.lines().any(|printed| printed == line), "no {line:?} in:\n{}", ran.out);
    }
    let before = office.snapshot();
    assert_eq!(ssj(office.folder(), &["draw", "bundle"]).exit, 1);
    assert!(office.snapshot() == before, "drawing again changed something");
    let ran = office.done(&["verify", "bundle"]);
    assert!(ran.out.contains("15 [通过] 人员不足的证明"), "{}", ran.out);
    assert!(ran.out.contains("人员不足，未能完成匹配"));
    // Taking the proof away is noticed.
    std::fs::remove_file(office.path("bundle/shortage.json")).unwrap();
    office.refuses(1, &["verify", "bundle"], &["核验未通过"]);
}

/// An approver given without need is not put into the commitment.
#[test]
fn approval_without_a_shortage_changes_nothing() {
    let office = Office::new();
    office.commit();
    let before = office.read("bundle/commitment.json");
    office.done(&[
        "--clock",
        BEFORE,
        "commit",
        "plan.toml",
        "--out",
        "bundle",
        "--approve-shortage",
        "王局",
    ]);
    assert_eq!(office.read("bundle/commitment.json"), before);
}

/// A plan that is refused leaves no folders for its bundle behind.
#[test]
fn refused_plans_make_no_folders() {
    let office = Office::new();
    office.plan("number = 6", "number = 41");
    office.refuses(
        2,
        &["--clock", BEFORE, "commit", "plan.toml", "--out", "new/deep/bundle"],
        &["P15"],
    );
}

/// One report, with the reason of the refusal among its findings.
#[test]
fn a_risky_check_is_one_report() {
    let office = Office::new();
    office.import("inspectors", &INSPECTORS.replace(",20\n", ",1\n"));
    let ran = office.refuses(1, &[&["--json"], CHECK].concat(), &[]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&report["ok"], &report["command"]), (&false.into(), &"check".into()));
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["code"] == "M08"), "{findings:?}");
}

/// A class without subjects has no chance above certainty.
#[test]
fn chances_never_exceed_one() {
    let office = Office::new();
    office.plan(
        "{ number = 6 }",
        "{ by = \"credit\", number = 6, weights = { A = 1, B = 1, C = 1, D = 1, E = 1000 } }",
    );
    let ran = office.done(CHECK);
    let row = ran.out.lines().find(|line| line.starts_with("  E ")).unwrap();
    assert!(row.ends_with(" 0.00%"), "{}", ran.out);
}

/// What `commit` would refuse for its time `check` tells before: of a real draw as a warning, of a rehearsal as a note.
#[test]
fn a_beacon_that_comes_too_soon_is_told() {
    let office = Office::new();
    let codes = |clock: &[&str]| {
        let ran = ssj(office.folder(), &[clock, &["check", "plan.toml"]].concat());
        assert_eq!(ran.exit, 0, "{}", ran.all());
        ["B10", "B11"].map(|code| ran.err.contains(code))
    };
    let before = ["--clock", BEFORE];
    assert_eq!((codes(&before), codes(&["--clock", AFTER])), ([false, false], [false, true]));
    // Ten minutes are the margin of this plan; the round is due at 15:38:30.
    assert_eq!(codes(&["--clock", "2026-07-23T15:28:30+08:00"]), [false, false]);
    assert_eq!(codes(&["--clock", "2026-07-23T15:28:31+08:00"]), [false, true]);
    office.plan("rehearsal = true\n", "");
    assert_eq!((codes(&before), codes(&["--clock", AFTER])), ([false, false], [true, false]));
}
