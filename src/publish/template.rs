//! Templates of pages: built in, and each to be replaced by a file of the same name in a folder of the office, so that a
//! form changes without Rust. They are written in the language of Jinja (<https://jinja.palletsprojects.com>), as
//! `minijinja` reads it.
//!
//! Whatever the name of a template, what it fills in is escaped for HTML; a value that is not there is a mistake, never
//! a blank; and no template reaches a file, a clock or a network. The function `qr(text)` gives a QR code as a picture.

use std::collections::BTreeMap;
use std::error::Error as _;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};
use serde::Serialize;

use super::qr;
use crate::base::finding::{Finding, Findings, Lang, Text};
use crate::say;

/// A built-in template: its name and its text.
pub type BuiltIn = (&'static str, &'static str);

/// What every page is made with.
const BASE: &[BuiltIn] = &[
    ("base.html", include_str!("templates/base.html")),
    ("style.css", include_str!("templates/style.css")),
];

/// Notices.
const NOTICES: &[BuiltIn] = &[("notice.html", include_str!("templates/notice.html"))];

/// Forms, and the styles that they share.
const FORMS: &[BuiltIn] = &[
    ("form-letter.html", include_str!("templates/form-letter.html")),
    ("form-record.html", include_str!("templates/form-record.html")),
    ("form-tasks.html", include_str!("templates/form-tasks.html")),
    ("form.css", include_str!("templates/form.css")),
];

/// All built-in templates, by area.
const BUILT_IN: &[&[BuiltIn]] = &[BASE, NOTICES, FORMS, super::site::TEMPLATES];

/// The built-in templates.
pub fn built_in() -> impl Iterator<Item = BuiltIn> {
    BUILT_IN.iter().copied().flatten().copied()
}

/// Templates, ready to be filled in.
pub struct Templates {
    environment: Environment<'static>,
    /// Where the replacements come from, as the user knows it, and which there are.
    folder: String,
    replaced: BTreeMap<String, String>,
}

impl Templates {
    /// The built-in ones.
    pub fn new() -> Self {
        let mut environment = Environment::new();
        // Whatever a template is called: what is filled in is text.
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        // A mistake names the value that is missed.
        environment.set_debug(true);
        environment.add_function("qr", picture);
        for (name, text) in built_in() {
            environment.add_template(name, text).expect("bug: a built-in template is well formed");
        }
        Templates { environment, folder: String::new(), replaced: BTreeMap::new() }
    }

    /// The built-in ones with these in place of those of the same names; `folder` is where they come from.
    ///
    /// # Errors
    /// N01 for each that is not well formed, N02 for each that replaces nothing.
    pub fn with(folder: &str, replaced: BTreeMap<String, String>) -> Result<Self, Findings> {
        let mut templates = Templates::new();
        folder.clone_into(&mut templates.folder);
        let mut findings = Vec::new();
        for (name, text) in &replaced {
            if !built_in().any(|(known, _)| known == name) {
                findings.push(templates.unknown(name));
            } else if let Err(error) =
                templates.environment.add_template_owned(name.clone(), text.clone())
            {
                findings.push(mistake(&error, |_| format!("{folder}/{name}")));
            }
        }
        templates.replaced = replaced;
        Findings::check(findings, templates).map(|(templates, _)| templates)
    }

    /// Fills in a template.
    ///
    /// # Errors
    /// N01 with the file and the line where the template asks for what is not there.
    ///
    /// # Panics
    /// If no template is called so: names are written in the source.
    pub fn fill(&self, name: &str, page: &impl Serialize) -> Result<String, Finding> {
        let template = self.environment.get_template(name);
        let template = template.unwrap_or_else(|_| panic!("bug: no template is called {name}"));
        template.render(Serde(page)).map_err(|error| mistake(&error, |name| self.place(name)))
    }

    /// Where a template lies, as the user knows it.
    fn place(&self, name: &str) -> String {
        match self.replaced.contains_key(name) {
            true => format!("{}/{name}", self.folder),
            false => name.to_owned(),
        }
    }

    fn unknown(&self, name: &str) -> Finding {
        let names: Vec<&str> = built_in().map(|(name, _)| name).collect();
        let names = names.join(" ");
        let cause = say!(
            "没有叫这个名字的模板；有：{names}",
            "no template is called so; there are: {names}"
        );
        Finding::new("N02", cause).file(format!("{}/{name}", self.folder))
    }
}

impl Default for Templates {
    fn default() -> Self {
        Templates::new()
    }
}

/// The QR code of a text, inside a page.
fn picture(text: &str) -> Result<Value, Error> {
    let picture = qr::inline(text).map_err(|finding| {
        Error::new(ErrorKind::InvalidOperation, finding.cause.get(Lang::Zh).to_owned())
    });
    picture.map(Value::from_safe_string)
}

/// N01: what the engine says, with the file and line where it says it: of a template that another one includes, its own.
fn mistake(error: &Error, place: impl Fn(&str) -> String) -> Finding {
    let mut deepest = error;
    while let Some(inner) = deepest.source().and_then(|inner| inner.downcast_ref::<Error>()) {
        deepest = inner;
    }
    let Text { zh, en } = kind(deepest.kind());
    let more = deepest.detail().map_or_else(String::new, |detail| format!(" ({detail})"));
    let finding =
        Finding::new("N01", Text { zh: format!("{zh}{more}"), en: format!("{en}{more}") });
    let finding = finding.file(place(deepest.name().unwrap_or_default()));
    finding.row(deepest.line().unwrap_or(0) as u64)
}

fn kind(kind: ErrorKind) -> Text {
    match kind {
        ErrorKind::SyntaxError => say!("语法错误", "syntax error"),
        ErrorKind::UndefinedError => say!("没有这个值", "there is no such value"),
        ErrorKind::TemplateNotFound => say!("没有这个模板", "there is no such template"),
        ErrorKind::UnknownFilter => say!("没有这个过滤器", "there is no such filter"),
        ErrorKind::UnknownTest => say!("没有这个判断", "there is no such test"),
        ErrorKind::UnknownFunction => say!("没有这个函数", "there is no such function"),
        other => say!("模板不能填写：{other}", "the template cannot be filled in: {other}"),
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
