//! Names that people type and that a bundle keeps for good: what no bundle can hold is refused before it is written.

use crate::office::{BEACON, COMMIT, INCOMPATIBLES, Office};
use crate::support::ssj::{AFTER, BEFORE};

/// Nothing, a blank, one letter too many, and a letter that commands a terminal.
fn unreadable() -> [String; 4] {
    [String::new(), " ".to_owned(), "名".repeat(513), "张\u{1b}三".to_owned()]
}

#[test]
fn a_name_that_no_bundle_can_hold_is_refused_before_it_is_written() {
    let office = Office::new();
    let commit = [&["--clock", BEFORE], COMMIT].concat();
    for option in ["--approve-shortage", "--approve-quarantine", "--approve-incompatible"] {
        for name in unreadable() {
            office.refuses(2, &[&commit[..], &[option, &name]].concat(), &["W07 ", option]);
        }
    }
    office.commit();
    let beacon = [&["--clock", AFTER], BEACON].concat();
    for name in unreadable() {
        office.refuses(2, &[&beacon[..], &["--by", &name]].concat(), &["W07 ", "--by"]);
    }
    office.done(&beacon);
    office.done(&["draw", "bundle"]);
    for option in ["--by", "--approver", "--note"] {
        for name in unreadable() {
            let others = ["--by", "--approver", "--note"].into_iter().filter(|o| *o != option);
            let mut args = vec!["event", "bundle", "correct", "--reason", "更正"];
            args.extend(others.flat_map(|other| [other, "李四"]));
            office.refuses(2, &[&args[..], &[option, &name]].concat(), &["W07 ", option]);
        }
    }
}

/// Four declared quarrels of one inspector can steer the pairing: somebody's name stands for them, in the one form that
/// bundles have, and every verifier prints it.
#[test]
fn more_than_three_incompatible_rows_need_a_name() {
    let office = Office::new();
    let more: String = (6..=8).map(|n| format!("E04,E0{n},其他\n")).collect();
    office.import("incompatibles", &(INCOMPATIBLES.to_owned() + &more));
    let commit = [&["--clock", BEFORE], COMMIT].concat();
    office.refuses(1, &commit, &["M13 incompatibles", "E04 有 4 条互斥记录"]);
    // A compatibility ideograph of a surname, which NFC exchanges.
    office.done(&[&commit[..], &["--approve-incompatible", "\u{f90a}三"]].concat());
    office.done(&[&["--clock", AFTER], BEACON].concat());
    office.done(&["draw", "bundle"]);
    let ran = office.done(&["verify", "bundle"]);
    assert!(ran.out.contains("E04 有 4 条，超过三条须经批准，批准人 \u{91d1}三"), "{}", ran.out);
}
