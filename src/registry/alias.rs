//! Column names as offices write them. A name is compared after tidying: full-width characters become
//! half-width ones, blanks, brackets, asterisks, dashes and case mean nothing, so that `统一社会信用代码（必填）`,
//! `TYXYDM` and `uni_code` are one column. Sources: the templates and tables of provincial platforms.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::columns::Register;
use super::names::{
    INCOMPATIBLES, INSPECTORS, LEAVE, MATTERS, NOT_KEPT, Names, RECUSALS, SUBJECTS, VISITS,
};

/// The other names of a register's columns.
pub(super) fn aliases(register: Register) -> &'static [Names] {
    match register {
        Register::Matters => MATTERS,
        Register::Subjects => SUBJECTS,
        Register::Inspectors => INSPECTORS,
        Register::Recusals => RECUSALS,
        Register::Incompatibles => INCOMPATIBLES,
        Register::Leave => LEAVE,
        Register::Visits => VISITS,
    }
}

/// What a header cell is to a register; the better known, the smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Known {
    /// The register's own name of the column with this index.
    Own(usize),
    /// Another name of that column.
    Alias(usize),
    /// A usual column that the register does not keep.
    NotKept,
    /// Nothing known.
    Unknown,
}

/// What a header cell is: its own names come first, so that no alias ever takes a column from them.
pub(super) fn known(register: Register, header: &str) -> Known {
    let names = &NAMES[&register];
    let of = |name: &str| names.get(&folded(name)).copied().unwrap_or(Known::Unknown);
    of(header).min(of(&without_brackets(header)))
}

/// Words before a name that say of whom or of which it is, and change nothing of what it means.
fn neutral(register: Register) -> impl Iterator<Item = &'static str> {
    let of_register: &[&str] = match register {
        Register::Subjects => {
            &["企业", "市场主体", "经营主体", "主体", "单位", "检查对象", "抽查对象", "对象"]
        }
        Register::Inspectors => &["执法人员", "检查人员", "人员"],
        _ => &[],
    };
    of_register.iter().chain(&["所属", "所在", "当前", "现", "全"]).copied()
}

/// Other words for the same, which offices put for one another.
const SAME: &[(&str, &str)] =
    &[("信用风险", "信用"), ("类别", "类型"), ("时间", "日期"), ("全称", "名称")];

/// The one column that an unknown header can mean: one of its names is the same but for neutral words, and no other
/// column has such a name. A header that lacks the neutral word of a name is none: 类别 alone may be that of anything.
/// The name comes with the column, since the guess is for a person to confirm.
pub(super) fn alike(register: Register, header: &str) -> Option<(usize, &'static str)> {
    let (wanted, has_neutral) = core(register, header);
    let own = (0..).zip(register.columns());
    let own = own.flat_map(|(at, column)| [(at, column.zh), (at, column.id)]);
    let others = aliases(register).iter().flat_map(|(id, names)| {
        let at = register.index(id);
        names.iter().map(move |name| (at, *name))
    });
    let is_like = |name: &str| {
        let (core, stripped) = core(register, name);
        core == wanted && (has_neutral || !stripped)
    };
    let mut like = own.chain(others).filter(|(_, name)| is_like(name));
    let first = like.next().filter(|_| !wanted.is_empty())?;
    like.all(|(at, _)| at == first.0).then_some(first)
}

/// What is left of a name without neutral words, brackets and other words for the same, and whether it had such words.
fn core(register: Register, name: &str) -> (String, bool) {
    let name = folded(&without_brackets(name));
    let name = SAME.iter().fold(name, |name, (word, other)| name.replace(word, other));
    let mut rest = name.as_str();
    while let Some(shorter) = neutral(register).find_map(|word| rest.strip_prefix(word)) {
        rest = shorter;
    }
    (rest.to_owned(), rest.len() < name.len())
}

/// Every name of every register's columns as it is compared, folded once.
static NAMES: LazyLock<BTreeMap<Register, BTreeMap<String, Known>>> = LazyLock::new(|| {
    let of = |register: Register| {
        let own = (0..).zip(register.columns());
        let own = own.flat_map(|(at, column)| [column.zh, column.id].map(|n| (n, Known::Own(at))));
        let others = aliases(register).iter().flat_map(|(id, names)| {
            let alias = Known::Alias(register.index(id));
            names.iter().map(move |name| (*name, alias))
        });
        let not_kept = NOT_KEPT.iter().filter(|(of, _)| *of == register).flat_map(|(_, n)| *n);
        let all = own.chain(others).chain(not_kept.map(|name| (*name, Known::NotKept)));
        (register, all.map(|(name, known)| (folded(name), known)).collect())
    };
    Register::ALL.into_iter().map(of).collect()
});

/// A name as it is compared: half-width, lower case, letters and digits only.
pub(super) fn folded(name: &str) -> String {
    name.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The name without what stands in brackets: `统一社会信用代码（必填）`.
fn without_brackets(name: &str) -> String {
    let mut depth = 0u32;
    let mut rest = String::new();
    for c in name.chars() {
        match c {
            '(' | '（' | '[' | '【' | '［' | '〔' => depth += 1,
            ')' | '）' | ']' | '】' | '］' | '〕' => depth = depth.saturating_sub(1),
            c if depth == 0 => rest.push(c),
            _ => {}
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_told_apart_after_tidying() {
        for register in Register::ALL {
            let mut seen = BTreeSet::new();
            for (at, column) in register.columns().iter().enumerate() {
                assert!(seen.insert(folded(column.zh)) && seen.insert(folded(column.id)));
                assert_eq!(known(register, column.zh), Known::Own(at));
            }
            for (id, names) in aliases(register) {
                for name in *names {
                    assert!(seen.insert(folded(name)), "{register:?} {name}");
                    assert_eq!(known(register, name), Known::Alias(register.index(id)), "{name}");
                }
            }
            for name in NOT_KEPT.iter().filter(|(of, _)| *of == register).flat_map(|(_, n)| *n) {
                assert!(seen.insert(folded(name)), "{register:?} {name}");
            }
        }
    }

    #[test]
    fn only_what_is_sure_is_guessed() {
        for (register, header, column) in [
            (Register::Subjects, "企业全称", "name"),
            (Register::Subjects, "企业全名称（必填）", "name"),
            (Register::Subjects, "主体类别", "kind"),
            (Register::Subjects, "企业成立时间", "established"),
            (Register::Subjects, "单位地址", "address"),
            (Register::Subjects, "信用分类日期", "credit_date"),
            (Register::Subjects, "所在片区", "area"),
            (Register::Inspectors, "所在片区", "area"),
            (Register::Inspectors, "执法人员部门", "dept"),
            (Register::Matters, "生效日期时间", ""),
            (Register::Subjects, "变更日期", ""),
            (Register::Subjects, "法定代表人姓名", ""),
            (Register::Subjects, "企业法人名称", ""),
            (Register::Subjects, "登记机关名称", ""),
            (Register::Subjects, "行业门类", ""),
            (Register::Subjects, "年报状态", ""),
            (Register::Subjects, "食品安全风险等级", ""),
            (Register::Subjects, "许可证编号", ""),
            (Register::Subjects, "经营异常名录日期", ""),
            (Register::Subjects, "主体", ""),
            (Register::Subjects, "类别", ""),
            (Register::Subjects, "编号", ""),
            (Register::Subjects, "code", ""),
            (Register::Subjects, "scope_tags_derived", ""),
            (Register::Subjects, "State", ""),
            (Register::Inspectors, "证件号码", ""),
            (Register::Inspectors, "执法证发证日期", ""),
            (Register::Inspectors, "执法证状态", ""),
            // Both the kind of matter and its category have such names.
            (Register::Matters, "现事项类别", ""),
        ] {
            let found = alike(register, header).map(|(at, _)| register.columns()[at].id);
            assert_eq!(found.unwrap_or_default(), column, "{header}");
        }
    }

    #[test]
    fn offices_write_them_in_many_ways() {
        let uscc = Register::Subjects.index("uscc");
        for name in
            ["ＴＹＸＹＤＭ", "uni_code", " *社会 信用代码", "信用代码（必填）", "信用代码\u{200b}"]
        {
            assert_eq!(known(Register::Subjects, name), Known::Alias(uscc), "{name:?}");
        }
        assert_eq!(known(Register::Subjects, "统一社会信用代码*（18位）"), Known::Own(uscc));
        assert_eq!(
            known(Register::Subjects, "住所（经营场所）"),
            known(Register::Subjects, "住所")
        );
        for name in ["", "（）", "颜色"] {
            assert_eq!(known(Register::Subjects, name), Known::Unknown, "{name:?}");
        }
    }
}
