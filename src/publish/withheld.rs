//! What is not published, by which rule: each rule is a sentence that the notice shows where the rule left something out
//! (政府信息公开条例 (2019) 第十五条: 商业秘密、个人隐私; 第十六条: 内部事务、过程性信息).

use std::borrow::Cow;

/// A rule by which something is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rule {
    /// Who is drawn in a sealed draw, before its opening.
    Sealed,
    /// Strata of a sealed draw whose classes may not be known.
    Classes,
    /// Names of inspectors.
    People,
    /// Why an inspector is absent or recused.
    Reasons,
    /// What an inspection found, in words.
    Details,
    /// Numbers of identity cards that stand where a certificate's number should.
    Cards,
    /// Names that nobody brought.
    Names,
}

impl Rule {
    /// What is left out, and why.
    pub fn sentence(self) -> &'static str {
        match self {
            Rule::Sealed => {
                "抽中名单、检查小组和抽样框：保密抽取，检查事先不通知；在承诺的日期以前公开，公开后任何人可以重新计算。"
            }
            Rule::Classes => {
                "各层的划分和机会：可能由企业信用风险分类得出，该分类在本机关仅供内部配置监管资源（承诺中 classes 为 internal）；审计机关可以核对。"
            }
            Rule::People => {
                "检查人员的姓名：属个人信息，以执法证号代替（政府信息公开条例第十五条）；到场时应当出示执法证件，请逐一核对证号。"
            }
            Rule::Reasons => {
                "检查人员离岗、回避的具体原因：属个人信息，公告只写类别（政府信息公开条例第十五条）；公示包为供核验载有原因代码，不载详情。"
            }
            Rule::Details => {
                "发现问题的具体情况、其他处置的说明：可能涉及商业秘密和个人信息，只公布规定的结果和处置类别（政府信息公开条例第十五条）。"
            }
            Rule::Cards => {
                "形似居民身份证号码的编号：只显示前六位和后四位（政府信息公开条例第十五条）；请机关改用执法证号后重新公布。"
            }
            Rule::Names => "检查对象的名称：公示包只有编号，本公告未附名录。",
        }
    }
}

/// The rules that left something out of a notice.
#[derive(Clone, Debug, Default)]
pub(super) struct Withheld {
    rules: Vec<Rule>,
}

impl Withheld {
    /// Notes that a rule left something out.
    pub fn add(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    /// An id as it may be shown.
    pub fn id(&mut self, id: &str) -> String {
        let shown = masked(id);
        if let Cow::Owned(_) = shown {
            self.add(Rule::Cards);
        }
        shown.into_owned()
    }

    /// The sentences, in the order of the rules, none twice.
    pub fn sentences(mut self) -> Vec<String> {
        self.rules.sort_unstable();
        self.rules.dedup();
        self.rules.iter().map(|rule| rule.sentence().to_owned()).collect()
    }
}

/// An id, without the day of birth and the serial if it is the number of an identity card.
pub(super) fn masked(id: &str) -> Cow<'_, str> {
    match is_card(id) {
        true => format!("{}********{}", &id[..6], &id[14..]).into(),
        false => id.into(),
    }
}

/// Whether a text is the number of an identity card (GB 11643—1999): region, day of birth, serial and check character,
/// ISO 7064 MOD 11-2.
fn is_card(id: &str) -> bool {
    let bytes = id.as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let number = |from: usize, to: usize| id[from..to].parse().unwrap_or(0);
    let day = (1800..2100).contains(&number(6, 10))
        && (1..=12).contains(&number(10, 12))
        && (1..=31).contains(&number(12, 14));
    // Of the digits before, each carried over doubled: the whole number is 1 modulo 11.
    let before = bytes[..17].iter().fold(0, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
    let check = match bytes[17] {
        b'X' | b'x' => 10,
        digit @ b'0'..=b'9' => u32::from(digit - b'0'),
        _ => return false,
    };
    day && (before + check) % 11 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_identity_cards_are_masked() {
        // The examples of GB 11643—1999, annex A.
        for (card, shown) in [
            ("11010519491231002X", "110105********002X"),
            ("440524188001010014", "440524********0014"),
            // Another check character.
            ("110105194912310021", "110105194912310021"),
        ] {
            assert_eq!(masked(card), shown);
        }
        for other in ["91350100M000100Y43", "913301007046659676", "E001", "REG:110108000000016", ""]
        {
            assert_eq!(masked(other), other);
        }
    }

    #[test]
    fn a_rule_is_told_once() {
        let mut withheld = Withheld::default();
        assert_eq!(withheld.id("E001"), "E001");
        withheld.id("11010519491231002X");
        withheld.add(Rule::People);
        withheld.add(Rule::People);
        let told = withheld.sentences();
        assert_eq!(told, [Rule::People.sentence(), Rule::Cards.sentence()]);
    }
}
