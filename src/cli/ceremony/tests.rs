//! The ceremony without a terminal: pages on a screen in memory, keys as they would be pressed.

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::state::{Ceremony, Effect, Key, Page, Standing};
use super::{sheet, view};
use crate::base::finding::Lang;
use crate::record::bundle::{COMMITMENT, Files, MANIFEST};
use crate::record::commitment::Commitment;
use crate::record::contents::Contents;

const SIGNATURE: &str = "8b3edd0d42a2fa36ac15641a2dea2e4f4895acec2ef72ef39e5b6138f0346fb6b046dde1b4b3d09ff5fe8a6a7acd674a";

/// A bundle of the vectors, as far as files of these beginnings go.
fn bundle(name: &str, beginnings: &[&str]) -> (Files, Commitment) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name);
    let mut files = crate::io::folder::BundleFolder::read(&folder).unwrap().files;
    files.retain(|path, _| beginnings.iter().any(|start| path.starts_with(start)));
    let commitment = Commitment::parse(&files[COMMITMENT]).unwrap();
    (files, commitment)
}

fn ceremony(name: &str, beginnings: &[&str]) -> Ceremony {
    let (files, commitment) = bundle(name, beginnings);
    let (contents, findings) = Contents::parse(&commitment, &files);
    assert!(findings.is_empty(), "{findings:?}");
    let digest = commitment.suite.digest(&files[COMMITMENT]);
    let standing = Standing::of(&commitment, &contents, files.get(MANIFEST));
    Ceremony::begin(commitment, digest, &standing)
}

/// The page as text, 80 × 24.
fn page(ceremony: &Ceremony, now_s: u64) -> String {
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal.draw(|frame| view::render(frame, ceremony, now_s, Lang::Zh)).unwrap();
    let buffer = terminal.backend().buffer();
    // A wide character takes two cells, the second of which is blank.
    let row = |y| {
        let mut line = String::new();
        let mut wide = false;
        for x in 0..80 {
            let symbol = buffer[(x, y)].symbol();
            if !std::mem::take(&mut wide) {
                line.push_str(symbol);
            }
            wide = symbol
                .chars()
                .next()
                .is_some_and(|c| c as u32 >= 0x1100 && !('─'..='╿').contains(&c));
        }
        line.trim_end().to_owned()
    };
    (0..24).map(row).collect::<Vec<_>>().join("\n")
}

fn types(ceremony: &mut Ceremony, text: &str, now_s: u64) -> Effect {
    for c in text.chars() {
        assert_eq!(ceremony.press(Key::Char(c), now_s), Effect::None);
    }
    ceremony.press(Key::Enter, now_s)
}

#[test]
fn an_open_draw_page_by_page() {
    let frozen = ["commitment", "inspectors", "incompatible", "recusals", "frames/"];
    let mut ceremony = ceremony("open", &frozen);
    let at = ceremony.commitment.sources[0].at();
    let first = page(&ceremony, at);
    for shown in ["【演练】示例市市场监督管理局", "封存承诺的摘要", "T01 食品经营：26 户中抽 5 户"]
    {
        assert!(first.contains(shown), "{shown} is not on\n{first}");
    }
    let hex = ceremony.digest.hex();
    assert!(first.contains(&format!("{}   {}", &hex[..4], &hex[4..8])), "{first}");
    assert!(first.contains(&hex[60..]), "{first}");
    ceremony.press(Key::Char('x'), at);
    assert_eq!(ceremony.press(Key::Enter, at), Effect::None);

    // Before its time nobody can type a value.
    assert!(page(&ceremony, at - 90).contains("尚未产生，还有 90 秒"));
    assert_eq!(types(&mut ceremony, SIGNATURE, at - 1), Effect::None);
    assert_eq!((ceremony.page, ceremony.input.as_str()), (Page::Source(0), ""));
    // A wrong one is refused, and the page says why.
    assert_eq!(types(&mut ceremony, &SIGNATURE.replace("8b3e", "8b3f"), at), Effect::None);
    assert!(ceremony.trouble.is_some() && ceremony.page == Page::Source(0));
    // What was typed stays, to be put right or typed anew.
    assert!(ceremony.input.starts_with("8b3f") && page(&ceremony, at).contains("96/96"));
    ceremony.press(Key::Clear, at);
    assert_eq!(types(&mut ceremony, SIGNATURE, at), Effect::Beacon(vec![SIGNATURE.to_owned()]));

    // What the files say then, and no other thing.
    let (files, _) = bundle("open", &["commitment", "beacon"]);
    let (contents, _) = Contents::parse(&ceremony.commitment, &files);
    ceremony.stands(&Standing::of(&ceremony.commitment, &contents, None));
    assert_eq!(ceremony.page, Page::Seed);
    let seed = page(&ceremony, at);
    assert!(seed.contains("5d98   ceb2   2143   ec23"), "{seed}");
    assert_eq!(ceremony.press(Key::Enter, at), Effect::Draw);
    let (files, _) = bundle("open", &["commitment", "beacon", "draw/", "manifest"]);
    let (contents, _) = Contents::parse(&ceremony.commitment, &files);
    let standing = Standing::of(&ceremony.commitment, &contents, files.get(MANIFEST));
    ceremony.stands(&standing);
    assert_eq!(ceremony.page, Page::List(0));
    ceremony.press(Key::Enter, at);
    let list = page(&ceremony, at);
    assert!(list.contains("T01 食品经营：26 户中抽中 5 户"), "{list}");
    assert!(list.contains("REG:0025") && list.contains("4b6e8a8e85146c74"), "{list}");
    ceremony.press(Key::Enter, at);
    ceremony.press(Key::Enter, at);
    let result = page(&ceremony, at);
    assert!(result.contains("c770   0aed   6f7b   30dc"), "{result}");
    assert_eq!(ceremony.press(Key::Enter, at), Effect::Record);
    let sheet = sheet::sheet(&ceremony);
    for text in ["演练记录", "c770 0aed", "5d98 ceb2", "drand:52db", "见证人", "T01 食品经营"]
    {
        assert!(sheet.contains(text), "{text}");
    }
    assert_eq!(ceremony.press(Key::Leave, at), Effect::Leave);
}

/// A killed ceremony begins where the files stand, whatever was on the screen.
#[test]
fn it_goes_on_where_the_files_stand() {
    let open = |files: &[&str]| ceremony("open", files).page;
    assert_eq!(open(&["commitment"]), Page::Package);
    assert_eq!(open(&["commitment", "beacon"]), Page::Seed);
    assert_eq!(open(&["commitment", "beacon", "draw/"]), Page::Seed);
    assert_eq!(open(&["commitment", "beacon", "draw/", "manifest"]), Page::List(0));
}

#[test]
fn what_is_copied_is_typed_twice_and_a_sealed_draw_shows_nobody() {
    let mut ceremony = ceremony("sealed_opened", &["commitment"]);
    let at = ceremony.commitment.sources.last().unwrap().at();
    ceremony.press(Key::Enter, at);
    let numbers = "7.14.15.23.28.33./3./";
    assert_eq!(types(&mut ceremony, "7.14.15.23.28.34./3./", at), Effect::None);
    assert!(ceremony.trouble.is_some(), "34 is no number of this game");
    ceremony.press(Key::Clear, at);
    assert_eq!(types(&mut ceremony, numbers, at), Effect::None);
    assert!(page(&ceremony, at).contains("请另一人再录入一次"));
    assert_eq!(types(&mut ceremony, "7.14.15.23.28.32./3./", at), Effect::None);
    assert_eq!(
        ceremony.trouble.as_ref().unwrap().get(Lang::En),
        "the two entries differ, begin again"
    );
    types(&mut ceremony, numbers, at);
    types(&mut ceremony, numbers, at);
    assert_eq!(ceremony.page, Page::Source(1));
    assert!(page(&ceremony, at).contains("双色球第 2026083 期：7.14.15.23.28.33./3./"));

    let unopened = ["commitment", "beacon", "rolls/", "manifest", "inspectors", "incompatible"];
    let ceremony = self::ceremony("sealed_opened", &unopened);
    let shown = page(&ceremony, at);
    assert!(shown.contains("对照卷") && shown.contains("抽中者在公开前不出示"), "{shown}");
    assert!(!shown.contains("REG:") && !sheet::sheet(&ceremony).contains("REG:"));
}

#[test]
fn other_people_s_words_command_nothing() {
    let mut ceremony = ceremony("open", &["commitment"]);
    ceremony.commitment.title = "\u{1b}[2J<script>\u{202e}".to_owned();
    assert!(!page(&ceremony, 0).contains(['\u{1b}', '\u{202e}']));
    assert!(!sheet::sheet(&ceremony).contains("<script>"));
}
