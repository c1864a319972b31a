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
    Rule::new(
        "N03",
        Error,
        ("未通过核验，不能公布", "not verified, so not to be published"),
        (
            "先查明并改正所列各项（ssj verify 公示包）；公告只能根据核验通过的公示包作出。",
            "Find out about and settle what is listed (ssj verify BUNDLE); a notice is made of a verified bundle only.",
        ),
    ),
    Rule::new(
        "N04",
        Error,
        ("没有需要更正的事项", "nothing to correct"),
        (
            "作废、替补、更正等先以 ssj event 登记，再作更正公示。",
            "Record what happened with ssj event first; the correction follows from it.",
        ),
    ),
    Rule::new(
        "N05",
        Error,
        ("名称表不能用", "a table of names that cannot be used"),
        (
            "表头须有编号（或统一社会信用代码）和名称，可有住所；同一编号只能有一个名称。",
            "The header needs the id (sid, uscc) and the name (name), and may have the address; an id has one name.",
        ),
    ),
    Rule::new(
        "N06",
        Error,
        ("没有能打印成 PDF 的浏览器", "no browser that prints to PDF"),
        (
            "安装 Chromium、Chrome 或 Edge，或用 --browser 指明；不带 --pdf 时写出的网页可以在任何浏览器中打印。",
            "Install Chromium, Chrome or Edge, or name one with --browser; without --pdf the page can be printed from any browser.",
        ),
    ),
    Rule::new(
        "N07",
        Error,
        ("浏览器没有打印成 PDF", "the browser printed no PDF"),
        (
            "网页已经写出：在浏览器中打开，选择打印为 PDF。",
            "The page is written: open it in a browser and print it to PDF there.",
        ),
    ),
    Rule::new(
        "N08",
        Error,
        ("还没有可以出表单的小组", "no team yet to make forms for"),
        (
            "先抽取；人员不足的，以 ssj event … staff 增加检查力量，配齐之后再出表单。",
            "Draw first; where inspectors are too few, add staff with ssj event … staff and make the forms when teams are complete.",
        ),
    ),
];
