//! What a commitment says of a task's 抽查范围, and its words: whoever lies outside is in no frame and counted nowhere, so
//! the filters themselves are published.

use serde_json::{Map, Value, json};

use super::model::{Scope, Task};
use super::task::REGISTER;
use crate::base::finding::Text;
use crate::say;

/// The key of a list in a commitment.
pub const SCOPE_NOTE: &str = "scope";

/// Filters by the keys of a plan, in the order in which they are read out.
const FILTERS: &[(&str, &str, &str)] = &[
    ("kind", "对象类型", "kind"),
    ("status", "登记状态", "status"),
    ("region", "行政区划", "region"),
    ("office", "管辖单位", "office"),
    ("area", "片区", "area"),
    ("station", "监管所", "station"),
    ("industry", "行业", "industry"),
    ("tags_any", "标签有其一", "any of the tags"),
    ("tags_all", "标签全有", "all of the tags"),
    ("tags_none", "标签全无", "none of the tags"),
    ("register", "专项名录", "special register"),
    ("lists_any", "在名单", "on a list"),
    ("lists_none", "不在名单", "on none of the lists"),
    ("credit_class", "信用分类", "credit class"),
    ("score_min", "信用分不低于", "score at least"),
    ("score_max", "信用分不高于", "score at most"),
    ("established_from", "成立不早于", "established from"),
    ("established_to", "成立不晚于", "established to"),
    ("by_credit", "按信用情况（不公开）", "by credit, which is not public"),
];

/// The filters that a task sets, by the keys of its plan; none if it sets none. Where credit is not public, only that it
/// counts.
pub(super) fn scope_note(task: &Task, classes_public: bool) -> Option<Value> {
    let Scope {
        kind,
        status,
        region,
        office,
        area,
        station,
        industry,
        tags_any,
        tags_all,
        tags_none,
        register,
        lists_any,
        lists_none,
        credit_class,
        score_min,
        score_max,
        established_from,
        established_to,
    } = &task.scope;
    let industries = || Some(industry.as_ref()?.iter().map(|one| one.text.clone()).collect());
    let registers = || {
        let name = |tag: &String| tag.strip_prefix(REGISTER).unwrap_or(tag).to_owned();
        Some(register.as_ref()?.iter().map(name).collect())
    };
    let some = |list: &Vec<String>| Some(list.clone()).filter(|list| !list.is_empty());
    let words = |lists: &[crate::registry::WatchList]| -> Vec<String> {
        lists.iter().map(|list| list.name().to_owned()).collect()
    };
    let texts: [(&str, Option<Vec<String>>); 13] = [
        ("kind", kind.clone()),
        ("status", status.clone()),
        ("region", region.clone()),
        ("office", office.clone()),
        ("area", area.clone()),
        ("station", station.clone()),
        ("industry", industries()),
        ("tags_any", tags_any.clone()),
        ("tags_all", some(tags_all)),
        ("tags_none", some(tags_none)),
        ("register", registers()),
        ("lists_any", lists_any.as_deref().map(words)),
        ("lists_none", some(&words(lists_none))),
    ];
    let set = |(key, texts): (&str, Option<Vec<String>>)| Some((key.to_owned(), json!(texts?)));
    let mut note: Map<String, Value> = texts.into_iter().filter_map(set).collect();
    let mut put = |key: &str, value: Option<Value>| {
        note.extend(value.map(|value| (key.to_owned(), value)));
    };
    if classes_public {
        let classes = credit_class
            .as_ref()
            .map(|classes| json!(classes.iter().map(|class| class.name()).collect::<Vec<_>>()));
        put("credit_class", classes);
        put("score_min", score_min.map(|score| json!(score)));
        put("score_max", score_max.map(|score| json!(score)));
    } else {
        put("by_credit", task.scope.uses_credit().then_some(Value::Bool(true)));
    }
    put("established_from", established_from.map(|day| json!(day.to_string())));
    put("established_to", established_to.map(|day| json!(day.to_string())));
    Some(Value::Object(note)).filter(|note| note.as_object().is_some_and(|map| !map.is_empty()))
}

/// The filters of a list in words, such as `片区：东城、西城；成立不早于：2003-11-15`, as its commitment has them under the key
/// `scope`; none if it names none.
pub fn scope_text(note: Option<&Value>) -> Option<Text> {
    let scope = note?.as_object()?;
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    for (key, label_zh, label_en) in FILTERS {
        let Some(value) = scope.get(*key) else { continue };
        let part = |label: &str, colon: &str, comma: &str| match value_text(value, comma) {
            Some(text) => format!("{label}{colon}{text}"),
            None => label.to_owned(),
        };
        zh.push(part(label_zh, "：", "、"));
        en.push(part(label_en, ": ", ", "));
    }
    let (zh, en) = (zh.join("；"), en.join("; "));
    (!zh.is_empty()).then(|| say!("{zh}", "{en}"))
}

/// One value or several; none of a flag.
fn value_text(value: &Value, comma: &str) -> Option<String> {
    match value {
        Value::Bool(_) => None,
        Value::Array(values) => {
            let texts = values.iter().filter_map(|value| value_text(value, comma));
            Some(texts.collect::<Vec<_>>().join(comma))
        }
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
