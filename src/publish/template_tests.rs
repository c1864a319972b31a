//! Templates: what is filled in stays text, mistakes are told with file and line.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;

/// Templates of which one is replaced.
fn replaced(name: &str, text: &str) -> Result<Templates, Findings> {
    Templates::with("forms", BTreeMap::from([(name.to_owned(), text.to_owned())]))
}

/// What a template in the place of the common page gives.
fn filled(text: &str) -> Result<String, Finding> {
    replaced("base.html", text).unwrap().fill("base.html", &json!({"name": "<b>&\"'甲", "n": 7}))
}

#[test]
fn what_is_filled_in_is_text() {
    assert_eq!(
        filled("<p>{{ name }} {{ n }}</p>").unwrap(),
        "<p>&lt;b&gt;&amp;&quot;&#x27;甲 7</p>"
    );
    // A sheet of styles is a template like any other.
    let templates = replaced("style.css", "{{ name }}").unwrap();
    assert_eq!(
        templates.fill("style.css", &json!({"name": "</style>"})).unwrap(),
        "&lt;&#x2f;style&gt;"
    );
    assert!(filled("{{ qr(name) }}").unwrap().starts_with("<svg"));
}

#[test]
fn mistakes_are_told_with_file_and_line() {
    let told = |finding: &Finding| {
        (finding.code(), finding.place.file.clone().unwrap(), finding.place.row.unwrap())
    };
    let undefined = filled("<p>\n{{ names }}").unwrap_err();
    assert_eq!(told(&undefined), ("N01", "forms/base.html".to_owned(), 2));
    assert!(
        undefined.cause.zh.contains("没有这个值") && undefined.cause.en.contains("names"),
        "{undefined}"
    );
    // A value that is not there is no "no", either.
    assert_eq!(filled("{% if names %}x{% endif %}").unwrap_err().code(), "N01");

    let syntax = replaced("base.html", "<p>\n\n{% if %}").err().unwrap();
    assert_eq!(told(&syntax.0[0]), ("N01", "forms/base.html".to_owned(), 3));
    assert!(syntax.0[0].cause.zh.starts_with("语法错误"), "{syntax}");

    // The mistake of a template inside another is its own.
    let styles = replaced("style.css", "\n\n\n{{ colour }}").unwrap();
    let page = json!({"title": "x"});
    assert_eq!(
        told(&styles.fill("base.html", &page).unwrap_err()),
        ("N01", "forms/style.css".to_owned(), 4)
    );

    let long = filled(&format!("{{{{ qr('{}') }}}}", "x".repeat(2_332))).unwrap_err();
    assert!(long.cause.zh.contains("二维码容纳不下"), "{long}");
}

#[test]
fn a_file_that_replaces_nothing_is_refused() {
    let findings = replaced("basis.html", "").err().unwrap();
    assert_eq!((findings.0.len(), findings.0[0].code()), (1, "N02"));
    assert!(findings.0[0].cause.en.contains("base.html"), "{findings}");
}

/// A long table of a notice is several short ones, each with its heading; one without rows has its heading, too.
#[test]
fn a_long_table_is_printed_in_parts() {
    let tables = |rows: usize| {
        let rows: Vec<_> = (1..=rows).map(|n| [format!("No. {n}")]).collect();
        let columns = json!([{"name": "序号", "style": "number"}]);
        let section =
            json!({"name": "名单", "note": "", "kind": "table", "columns": columns, "rows": rows});
        let page = json!({"title": "x", "agency": "y", "alarms": [], "site_name": null, "date": null,
            "sections": [section]});
        let html = Templates::new().fill("notice.html", &page).unwrap();
        let parts: Vec<usize> =
            html.split("<table").skip(1).map(|part| part.matches("<td").count()).collect();
        assert_eq!(html.matches("<thead>").count(), parts.len());
        (parts, (1..=rows.len()).all(|n| html.contains(&format!(">No. {n}<"))))
    };
    assert_eq!(tables(0), (vec![0], true));
    assert_eq!(tables(250), (vec![250], true));
    assert_eq!(tables(501), (vec![250, 250, 1], true));
}
