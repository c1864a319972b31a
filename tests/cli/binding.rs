//! A draw and the registers it came from: recomputed by who may see them, with removals and quarantine on record.

use serde_json::{Value, json};

use crate::office::{BEACON, COMMIT, COMMIT_IN_TIME, Office, subjects};
use crate::support::ssj::BEFORE;

fn commitment(office: &Office) -> Value {
    serde_json::from_str(&office.read("bundle/commitment.json")).unwrap()
}

#[test]
fn the_workspace_recomputes_what_it_froze() {
    let office = Office::new();
    office.commit();
    // Before the draw, when the public checks have nothing to verify yet, and after registers and plan have moved on.
    let versions = "matters v1, subjects v2, inspectors v3, recusals v4, incompatibles v5";
    let ran = office.refuses(1, &["verify", "bundle", "--registry"], &["F12"]);
    let line = format!("名录重算：冻结的各表由封存时的计划和名录（{versions}）得出\n");
    assert!(ran.out.contains(&line), "{}", ran.out);
    assert_eq!(office.after(BEACON).exit, 0);
    office.done(&["draw", "bundle"]);
    office
        .import("subjects", &subjects().replace("R07,示例店7,企业,存续", "R07,示例店7,企业,注销"));
    office.plan("number = 6", "number = 7");
    let ran = office.done(&["--lang", "en", "verify", "bundle", "--registry"]);
    let line =
        format!("recomputed: the frozen tables follow from plan and registers ({versions})\n");
    assert!(ran.out.contains(&line), "{}", ran.out);
    let ran = office.done(&["--json", "verify", "bundle", "--registry"]);
    let last: Value = serde_json::from_str(ran.out.lines().last().unwrap()).unwrap();
    assert_eq!(last["used"][1], json!({"register": "subjects", "version": 2}));
    assert_eq!((&last["what"], &last["ok"]), (&json!("recomputed"), &json!(true)));
}

#[test]
fn a_bundle_of_another_register_is_found_out() {
    let office = Office::drawn();
    // Somebody edits the database behind the store's back: a shop that was frozen is not there any more.
    let sqlite = |sql: &str| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            use sqlx::ConnectOptions as _;
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(office.path("ssj.db"));
            let mut connection = options.connect().await.unwrap();
            let sql = sqlx::AssertSqlSafe(sql.to_owned());
            let done = sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            assert_eq!(done.rows_affected(), 1);
            sqlx::Connection::close(connection).await.unwrap();
        });
    };
    sqlite("delete from subjects where reg_no = 'R07'");
    let ran = office.refuses(1, &["--lang", "en", "verify", "bundle", "--registry"], &[]);
    assert!(ran.out.contains("recomputed: NOT what plan and registers"), "{}", ran.out);
    for text in [
        "error V19 commitment.json, \"registers\", subjects: subjects differs from the committed digest",
        "error V20 commitment.json, \"lists\": recomputed, it is not as published",
        "error V21 frames/T1.tsv, line 8: published \"REG:R07 ",
    ] {
        assert!(ran.err.contains(text), "{text}\n{}", ran.err);
    }
    // The public checks alone cannot see that.
    office.done(&["verify", "bundle"]);
}

#[test]
fn who_did_not_commit_it_cannot_recompute_it() {
    let (office, other) = (Office::new(), Office::new());
    office.commit();
    let folder = office.path("bundle").display().to_string();
    let ran =
        other.refuses(2, &["verify", &folder, "--registry"], &["错误 W23", "本工作区没有封存过它"]);
    assert!(ran.out.contains("核验通过") || ran.out.contains("未示"), "{}", ran.out);
}

#[test]
fn receipts_have_no_registers_to_recompute() {
    let office = Office::drawn();
    office.write("receipt.json", "{}");
    let said = &["W07 receipt.json", "--registry 只用于公示包文件夹"];
    office.refuses(2, &["verify", "receipt.json", "--registry"], said);
}

#[test]
fn removals_before_the_draw_are_on_record() {
    let office = Office::new();
    let gone =
        subjects().replace("R01,示例店1", "R91,示例店1").replace("R02,示例店2,", "R92,示例店2,");
    office.write("subjects.csv", gone);
    let import = ["import", "subjects", "subjects.csv", "--apply"];
    office.refuses(2, &import, &["W18", "将有 2 行移出"]);
    assert_eq!(office.before(&[&import[..], &["--removed", "迁出"]].concat()).exit, 0);
    let ran = office.before(&["check", "plan.toml"]);
    let note = "提示 W24 subjects：信标前 30 日内从检查对象名录库移出 2 行：迁出 2";
    assert!(ran.exit == 0 && ran.err.contains(note), "{}", ran.err);
    office.commit();
    let removed = json!([{"register": "subjects", "reason": "moved_out", "n": 2}]);
    let changes = json!({"days": 30, "removed": removed, "changed": []});
    assert_eq!(commitment(&office)["changes"], changes);
    // Whoever commands it again later commits to the same bytes: the thirty days end with the beacon, not now.
    let before = office.read("bundle/commitment.json");
    let again = office.before(COMMIT);
    assert!(again.out.contains("已封存且相同"), "{}", again.all());
    assert_eq!(office.read("bundle/commitment.json"), before);
    let ran = office.refuses(1, &["verify", "bundle", "--registry"], &["F12"]);
    let line = "抽取前 30 日移出名录：检查对象名录库 2（迁出）";
    assert!(ran.out.contains(line), "{}", ran.out);
}

#[test]
fn a_quarantine_needs_an_approver() {
    let office = Office::new();
    let broken = subjects()
        .replace("R05,示例店5,企业,存续", "R05,,企业,存续")
        .replace("R06,示例店6", "R07,示例店6");
    office.write("subjects.csv", broken);
    let args =
        ["--clock", BEFORE, "import", "subjects", "subjects.csv", "--apply", "--removed", "其他"];
    let ran = office.done(&args);
    // R05 cannot be read, so its old row stays; R06 became R07, which the true R07 repeats.
    assert!(ran.out.contains("新增 0，改动 1，不变 37，不再出现 1，保留旧行 1"), "{}", ran.out);
    let m07 = "错误 M07 subjects：检查对象名录库有 2 行在隔离区，不参加本次抽取";
    let ran = office.refuses(1, &["--clock", BEFORE, "check", "plan.toml"], &[]);
    assert!(ran.err.contains(m07), "{}", ran.err);
    office.refuses(1, COMMIT_IN_TIME, &[m07, "--approve-quarantine"]);
    let ran = office.before(&[COMMIT, &["--approve-quarantine", "赵局长"]].concat());
    assert_eq!(ran.exit, 0, "{}", ran.all());
    let approved = json!({"approver": "赵局长", "rows": [{"register": "subjects", "n": 2}]});
    assert_eq!(commitment(&office)["quarantined"], approved);
    let ran = office.refuses(1, &["--lang", "en", "verify", "bundle", "--registry"], &["F12"]);
    let line = "in quarantine at the freeze: 2 rows of subjects, approved by 赵局长";
    assert!(ran.out.contains(line), "{}", ran.out);
}

/// Whom a task concerns is published: a filter that leaves one shop out leaves no count of it.
#[test]
fn the_scope_and_changed_rows_are_told() {
    let office = Office::new();
    let text = office.read("subjects.csv").replace("示例店5,企业,存续", "示例店5,企业,注销");
    office.write("subjects.csv", text);
    office.done(&["--clock", BEFORE, "import", "subjects", "subjects.csv", "--apply"]);
    office.plan("tags_any = [\"餐饮\"] }", "tags_any = [\"餐饮\"], area = [\"东\", \"西\"] }");
    office.done(COMMIT_IN_TIME);
    let told = commitment(&office);
    let scope = json!({"kind": ["企业"], "tags_any": ["餐饮"], "area": ["东", "西"]});
    assert_eq!(told["lists"][0]["scope"], scope);
    assert_eq!(told["changes"]["changed"], json!([{"register": "subjects", "n": 1}]));
    let ran = office.refuses(1, &["verify", "bundle"], &["F12"]);
    let line = "T1 的范围：对象类型：企业；片区：东、西；标签有其一：餐饮";
    assert!(
        ran.out.contains(line) && ran.out.contains("抽取前 30 日改动名录：检查对象名录库 1 行"),
        "{}",
        ran.out
    );
}
