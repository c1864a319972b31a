//! `ssj beacon`: due times, signatures, values typed twice.

use crate::office::{BEACON, Office, ssj_with};
use crate::support::ssj::{AFTER, BEFORE, SIGNATURE};

const PREFIX: &str =
    "drand:52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971:30662982";

fn after<'a>(values: &[&'a str]) -> Vec<&'a str> {
    let flags = values.iter().flat_map(|value| ["--value", value]);
    ["--clock", AFTER, "beacon", "bundle"].into_iter().chain(flags).collect()
}

#[test]
fn beacons_that_are_not_due() {
    let office = Office::new();
    office.commit();
    office.refuses_saying(
        2,
        &[&["--clock", BEFORE], BEACON].concat(),
        &format!(
            "错误 B07 {PREFIX}：2026-07-23 15:38:30（北京时间）才产生
  处理：等到承诺写明的时刻之后再执行。"
        ),
        &format!(
            "error B07 {PREFIX}: not before 2026-07-23 15:38:30 (China time)
  remedy: Wait until the time named in the commitment."
        ),
    );
    office.refuses(2, &["draw", "bundle"], &["W16 beacon.json：还没有信标值：先执行 ssj beacon"]);
}

#[test]
fn dice_name_their_witnesses() {
    let office = Office::new();
    let sources = "sources = [";
    let dice = "{ kind = \"dice\", dice = \"d10x20\", at = 1784700000 }, ";
    office.plan(sources, &[sources, dice].concat());
    office.plan("trust = \"public\"", "trust = \"witnessed\"");
    office.done(&[
        "--clock",
        "2026-07-20T09:00:00+08:00",
        "commit",
        "plan.toml",
        "--out",
        "bundle",
    ]);
    let thrown = after(&["31415926535897932384", SIGNATURE]);
    office.refuses(2, &thrown, &["B12 dice:d10x20：没有 --by"]);
    office.done(&[&thrown[..], &["--by", "见证人 李四、王五"]].concat());
    assert!(office.read("bundle/beacon.json").contains("李四、王五"));
    // What is written already needs no name again.
    office.done(&thrown);
}

#[test]
fn wrong_signatures() {
    let office = Office::new();
    office.commit();
    // Round 1000 of the same chain: a good signature of another round.
    let other = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";
    office.refuses_saying(
        2,
        &after(&[other]),
        "错误 B05 drand:30662982：不是第 30662982 轮的签名
  处理：核对轮次，从任一 drand 节点重新取得该轮的签名。",
        "error B05 drand:30662982: this is not the signature of round 30662982
  remedy: Check the round and fetch its signature again from any drand node.",
    );
    for bad in [&SIGNATURE[..95], &SIGNATURE.to_uppercase(), "", "0"] {
        office.refuses(2, &after(&[bad]), &["B05 drand:30662982"]);
    }
    office.refuses_saying(
        2,
        &after(&[SIGNATURE, "1"]),
        "错误 B09 承诺有 1 个来源，给出 2 个值
  处理：承诺中的每个来源恰好给一个值，次序相同。",
        "error B09 1 sources are committed, 2 values given
  remedy: Give exactly one value for each source of the commitment, in its order.",
    );
    office.refuses(2, &after(&[]), &["B09 输入已结束"]);
}

/// An office with a lottery before its drand round.
fn with_lottery() -> Office {
    let office = Office::new();
    office.plan(
        "sources = [",
        "sources = [{ kind = \"rfc3797\", game = \"ssq\", issue = \"2026084\", at = \"2026-07-22T21:15:00+08:00\" }, ",
    );
    office.commit();
    office
}

#[test]
fn typed_values_are_asked_for_twice() {
    let office = with_lottery();
    let ask = |input: &str| ssj_with(office.folder(), &after(&[]), input);
    let before = office.snapshot();
    let ran = ask(&format!("7.14.15.23.28.33./3./\n7.14.15.23.28.33./4./\n{SIGNATURE}\n"));
    assert_eq!(
        (ran.exit, ran.err.as_str()),
        (2, "错误 B08 rfc3797:ssq-2026084：两次录入不同\n  处理：对照公告重新录入两遍。\n")
    );
    let ran = ssj_with(
        office.folder(),
        &[&["--lang", "en"], after(&[]).as_slice()].concat(),
        "7.14.15.23.28.33./3./\n7.14.15.23.28.33./4./\n",
    );
    assert_eq!(
        (ran.exit, ran.err.as_str()),
        (
            2,
            "error B08 rfc3797:ssq-2026084: the two entries differ\n  remedy: Compare with the announcement and type the value twice again.\n"
        )
    );
    // A number twice, not ascending, out of range: not a result of the game.
    for bad in [
        "7.7.15.23.28.33./3./",
        "14.7.15.23.28.33./3./",
        "7.14.15.23.28.34./3./",
        "07.14.15.23.28.33./3./",
        "",
    ] {
        let ran = ask(&format!("{bad}\n{bad}\n{SIGNATURE}\n"));
        assert_eq!(ran.exit, 2, "{bad}");
        assert!(ran.err.starts_with("错误 B06 rfc3797:ssq-2026084:"), "{}", ran.err);
    }
    assert_eq!(ask("7.14.15.23.28.33./3./\n").exit, 2);
    assert!(office.snapshot() == before, "a refused value was written");

    let ran = ask(&format!("7.14.15.23.28.33./3./\n7.14.15.23.28.33./3./\n{SIGNATURE}\n"));
    assert_eq!(ran.exit, 0, "{}", ran.all());
    let beacon = office.read("bundle/beacon.json");
    assert!(beacon.contains("\"rfc3797:ssq-2026084:7.14.15.23.28.33./3./\""), "{beacon}");
    // Once written, a value is never exchanged, and the same one changes nothing.
    office.refuses(2, &after(&["7.14.15.23.28.33./4./", SIGNATURE]), &["W14 beacon.json"]);
    office.done(&after(&["7.14.15.23.28.33./3./", SIGNATURE]));
    assert_eq!(office.read("bundle/beacon.json"), beacon);
    office.done(&["draw", "bundle"]);
    let ran = office.done(&["verify", "bundle"]);
    assert!(ran.out.contains(" 6 [未示] 公开随机信标"), "{}", ran.out);
}
