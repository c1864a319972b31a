//! Notices and forms: N01–N29.

use super::Rule;
use crate::base::finding::Severity::Error;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "N01",
        Error,
        ("模板有误", "a template has a mistake"),
        (
            "按所示文件和行号改正模板；可用的值和写法见 docs/notices.md。不带 --templates 时使用自带的模板。",
            "Put the template right at the file and line shown; docs/notices.md lists the values and the language. Without --templates the built-in ones are used.",
        ),
    ),
    Rule::new(
        "N02",
        Error,
        ("不替换任何模板的文件", "a file that replaces no template"),
        (
            "文件名须与自带模板相同（ssj publish templates 可写出它们）；不相干的文件请移出该文件夹。",
            "Name the file as a built-in template (ssj publish templates writes them out); move other files out of the folder.",
        ),
    ),
];
