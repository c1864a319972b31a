//! The closed lists of words that a result is told in: those of the national publicity system, and what else an inspection
//! finds of a subject that is not there any more. The forms print the same words.

use unicode_normalization::UnicodeNormalization;

/// 检查结果: the eight standard results, then the states of a subject that was found deregistered, gone or closed.
pub const RESULTS: [&str; 13] = [
    "未发现问题",
    "未按规定公示应当公示的信息",
    "公示信息隐瞒真实情况、弄虚作假",
    "通过登记的住所（经营场所）无法联系",
    "发现问题已责令改正",
    "不配合检查情节严重",
    "未发现开展本次抽查涉及的经营活动",
    "发现问题待后续处理",
    "注销",
    "被吊销",
    "被撤销",
    "迁出",
    "已关闭停业或正在组织清算",
];

/// The results that are problems: not that nothing was found, nor that nobody is there any more.
pub const PROBLEMS: [&str; 6] =
    [RESULTS[1], RESULTS[2], RESULTS[3], RESULTS[4], RESULTS[5], RESULTS[7]];

/// 后续处置.
pub const FOLLOW_UPS: [&str; 6] =
    ["无需后续处置", "反馈日常监管", "责令改正", "移送办案", "抄告相关部门", "其他"];

/// 状态: a result begins as the first and is published as the last; those between wait for approval or were refused it.
pub const STATES: [&str; 5] = ["未录入", "待审核", "退回", "不通过", "已公示"];

/// What separates choices for certain; 、 may stand inside one, too.
const SEPARATORS: [char; 6] = [';', '；', ',', '，', '\n', '\r'];

/// A word that is on no list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unknown {
    /// As it stands in the cell.
    pub text: String,
    /// The word that it may be meant for.
    pub meant: Option<&'static str>,
}

/// The choices in a cell, in the order of the list, none twice; and what is none of them. Width and blanks do not count.
/// The words after 其他 are its explanation.
pub(super) fn choices(
    cell: &str,
    list: &'static [&'static str],
) -> (Vec<&'static str>, Vec<Unknown>) {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    let find = |text: &str| list.iter().copied().find(|word| same(text, word));
    'cell: for chunk in cell.split(SEPARATORS) {
        let parts: Vec<&str> = chunk.split('、').collect();
        // Parts that begin no choice, until one does.
        let mut stray: Vec<&str> = Vec::new();
        let mut at = 0;
        while at < parts.len() {
            let whole = (at + 1..=parts.len())
                .rev()
                .find_map(|to| find(&parts[at..to].join("、")).map(|word| (word, to)));
            if let Some((word, to)) = whole {
                found.push(word);
                at = to;
                unknown.extend(Unknown::of(&std::mem::take(&mut stray), list));
            } else if list.contains(&"其他") && parts[at].trim_start().starts_with("其他") {
                found.push("其他");
                break 'cell;
            } else {
                stray.push(parts[at]);
                at += 1;
            }
        }
        unknown.extend(Unknown::of(&stray, list));
    }
    found.sort_by_key(|word| list.iter().position(|other| other == word));
    found.dedup();
    (found, unknown)
}

impl Unknown {
    fn of(parts: &[&str], list: &'static [&'static str]) -> Option<Self> {
        let text = parts.join("、").trim().to_owned();
        (!text.is_empty()).then(|| Unknown { meant: meant(&text, list), text })
    }
}

fn same(text: &str, word: &str) -> bool {
    text == word || folded(text) == folded(word)
}

fn folded(text: &str) -> Vec<char> {
    text.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// The one word that has the text in it, or else the one that differs in the fewest characters, at most a third of them.
fn meant(text: &str, list: &'static [&'static str]) -> Option<&'static str> {
    let text = folded(text);
    let has = |word: &&&str| folded(word).windows(text.len().max(1)).any(|part| part == text);
    let mut having = list.iter().filter(has);
    if let (true, Some(word), None) = (text.len() > 1, having.next(), having.next()) {
        return Some(word);
    }
    let far = |word: &&'static str| (distance(&text, &folded(word)), *word);
    let (steps, word) = list.iter().map(far).min_by_key(|(steps, _)| *steps)?;
    (steps * 3 <= text.len().max(folded(word).len())).then_some(word)
}

/// How many characters have to be put in, taken out or exchanged (Levenshtein 1966).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let exchanged = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = exchanged.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_may_have_the_separator_inside() {
        let whole = |cell: &str| {
            let (found, unknown) = choices(cell, &RESULTS);
            assert_eq!(unknown, [], "{cell}");
            found
        };
        assert_eq!(whole("未发现问题"), [RESULTS[0]]);
        assert_eq!(whole("公示信息隐瞒真实情况、弄虚作假"), [RESULTS[2]]);
        let both = [RESULTS[2], RESULTS[7]];
        for cell in [
            "公示信息隐瞒真实情况、弄虚作假；发现问题待后续处理",
            "发现问题待后续处理、公示信息隐瞒真实情况、弄虚作假",
            " 发现问题待后续处理 ,公示信息隐瞒真实情况、 弄虚作假,",
        ] {
            assert_eq!(whole(cell), both, "{cell}");
        }
        assert_eq!(whole("通过登记的住所(经营场所)无法联系"), [RESULTS[3]]);
        assert_eq!(whole("注销；注销"), ["注销"]);
        assert_eq!(whole(""), [""; 0]);
    }

    #[test]
    fn what_is_near_a_word_is_told_the_word() {
        for (cell, word) in [
            ("未发现间题", Some("未发现问题")),
            ("无法联系", Some("通过登记的住所（经营场所）无法联系")),
            ("吊销", Some("被吊销")),
            ("公示信息隐瞒真实情况、弄虚做假", Some("公示信息隐瞒真实情况、弄虚作假")),
            ("责令改正", Some("发现问题已责令改正")),
            ("正常", None),
            ("问题", None),
            ("合格", None),
        ] {
            let (found, unknown) = choices(cell, &RESULTS);
            assert_eq!((found.len(), unknown.len()), (0, 1), "{cell}");
            assert_eq!((unknown[0].text.as_str(), unknown[0].meant), (cell, word));
        }
        let (found, unknown) = choices("注销、正常；未发现问题", &RESULTS);
        assert_eq!((found, unknown.len()), (vec!["未发现问题", "注销"], 1));
    }

    #[test]
    fn other_measures_are_told_in_words() {
        for cell in ["其他", "其他：移送住建部门，待复函", "其他（函告）"] {
            assert_eq!(choices(cell, &FOLLOW_UPS), (vec!["其他"], Vec::new()), "{cell}");
        }
        assert_eq!(
            choices("责令改正、其他：函告、约谈", &FOLLOW_UPS),
            (vec!["责令改正", "其他"], Vec::new())
        );
    }

    #[test]
    fn steps_are_counted() {
        let d = |a: &str, b: &str| distance(&folded(a), &folded(b));
        assert_eq!((d("kitten", "sitting"), d("", "abc"), d("abc", "abc")), (3, 3, 0));
        assert_eq!((d("flaw", "lawn"), d("abc", "")), (2, 3));
    }

    #[test]
    fn the_forms_have_the_same_words() {
        let form = include_str!("../templates/form-record.html");
        for word in RESULTS.iter().chain(&FOLLOW_UPS) {
            let choice = [format!("<li>{word}</li>"), format!("<li>{word}：")];
            assert!(choice.iter().any(|choice| form.contains(choice)), "{word}");
        }
    }
}
