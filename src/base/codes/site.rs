//! The site: N30–N49.

use super::Rule;
use crate::base::finding::Severity::{Error, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "N30",
        Error,
        ("没有通过核验，不予公布", "not verified, so not published"),
        (
            "先执行 ssj verify 公示包文件夹，改正所示的文件；网站上原有的内容未变。",
            "Run ssj verify FOLDER and put right what it names. What the site shows already has not changed.",
        ),
    ),
    Rule::new(
        "N31",
        Error,
        ("网站上已有同一次抽取的另一内容", "the site shows something else for this draw"),
        (
            "承诺、名单和结果一经公布就不能更换：找出哪一份才是真的，保留两份作为证据。",
            "What was published cannot be exchanged: find out which of them is genuine, and keep both as evidence.",
        ),
    ),
    Rule::new(
        "N32",
        Error,
        ("比网站上的旧", "older than what the site shows"),
        (
            "网站上已有其后的文件；请给出最新的公示包文件夹。",
            "The site has later files of this draw: give the newest folder of the bundle.",
        ),
    ),
    Rule::new(
        "N33",
        Error,
        ("网站中的 draw.json 不可用", "a draw.json of the site cannot be used"),
        (
            "用该次抽取的公示包重新执行 ssj publish 即可补齐；不是抽取的文件夹请移出 draws/。",
            "Publish the draw's bundle again; move folders that are no draws out of draws/.",
        ),
    ),
    Rule::new(
        "N34",
        Error,
        ("那里有别人的网页", "a page of somebody else is there"),
        (
            "为抽取公示另选一个文件夹，或移走所示的文件；不会覆盖不是本软件制作的网页。",
            "Choose a folder of its own for the site, or move the file away: pages made elsewhere are never overwritten.",
        ),
    ),
    Rule::new(
        "N35",
        Warning,
        ("文件夹中有不得公开的文件", "the folder holds files that stay closed"),
        (
            "它们未被读取、计算或复制；公示包文件夹中不应有保密文件，请移走。",
            "They were neither counted nor copied; closed files do not belong into the bundle's folder: move them away.",
        ),
    ),
    Rule::new(
        "N36",
        Error,
        ("那是公示包文件夹", "that is a bundle's folder"),
        (
            "--site 指网站的文件夹：ssj publish 公示包 --site 网站。",
            "--site names the folder of the site: ssj publish BUNDLE --site SITE.",
        ),
    ),
];
