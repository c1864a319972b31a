//! R59 and R67–R89: who a row is, and the official codes and words it uses.

use super::Rule;
use crate::base::finding::Severity::{Error, Note, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "R59",
        Error,
        ("同一主体有两个代码", "one business under two codes"),
        (
            "名称和注册号都相同而信用代码不同：对照登记档案，只留现行代码的一行；确是两户的，改正注册号。",
            "Name and registration number are the same, the credit codes differ: keep the row with the code in force, or correct the registration number if they are two.",
        ),
    ),
    Rule::new(
        "R67",
        Warning,
        ("编号移到了它所属的列", "identifier moved to the column it belongs to"),
        (
            "照所说的列收下，可以抽取：核对编号；已换发统一社会信用代码的，补上代码。",
            "The row is taken with the identifier there: compare it, and add the credit code if one has been issued since.",
        ),
    ),
    Rule::new(
        "R68",
        Warning,
        ("不能用的编号未收下", "unusable identifier left out"),
        (
            "该行以其余编号收下，可以抽取：对照登记档案改正这一格。",
            "The row is taken by its other identifiers: correct this cell from the original record.",
        ),
    ),
    Rule::new(
        "R69",
        Warning,
        ("代码中的组织机构代码校验不符", "organisation code inside the credit code wrong"),
        (
            "信用代码本身校验相符，可能就是这样发放的：对照营业执照核实；照原样收下，可以抽取。",
            "The credit code itself is right and may have been issued so: compare with the licence. The row is taken as it stands.",
        ),
    ),
    Rule::new(
        "R70",
        Note,
        ("没有统一社会信用代码的对象", "subjects without a credit code"),
        (
            "抽取时依次以注册号、自编号为编号；有代码的请补上，编号一变就是另一个对象。",
            "In a draw they go by their registration number or own identifier; add codes where there are any, for another identifier is another subject.",
        ),
    ),
    Rule::new(
        "R71",
        Note,
        ("已停用的行政区划代码", "region code no longer in use"),
        (
            "照原样收下；如区划已调整，改为现行代码，计划中的 region 也要相应写明。",
            "It is kept as it stands; if the division was reorganised, use the present code, in the plan's region, too.",
        ),
    ),
    Rule::new(
        "R72",
        Warning,
        ("不认识的行政区划代码", "unknown region code"),
        (
            "不在 1980 年至 2019 年 4 月的各版 GB/T 2260 之中，照原样收下：核对代码；此后新设的区划和开发区的自定代码不必改。",
            "No table of GB/T 2260 from 1980 to April 2019 has it, and it is kept as it stands: check it; divisions formed later and a zone's own codes are fine.",
        ),
    ),
    Rule::new(
        "R73",
        Warning,
        ("不认识的行业代码", "unknown industry code"),
        (
            "不在 GB/T 4754—2017 之中，照原样收下，按行业筛选时可能不在范围内：改为该标准的门类、大类、中类或小类代码。",
            "GB/T 4754—2017 has no such code; it is kept as it stands, and a filter by industry may miss it: use a section, division, group or class of the standard.",
        ),
    ),
    Rule::new(
        "R74",
        Warning,
        ("不认识的登记状态", "unknown registration status"),
        (
            "照原样收下，但这些对象不在任何抽样框中，除非计划的 scope.status 写明这个词：是错字或别的说法的，改为所列的词后重新导入。",
            "It is kept as it stands, but such subjects are in no frame unless the plan's scope.status names the word: where it is a slip or another wording, use one of the words listed and import again.",
        ),
    ),
];
