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
