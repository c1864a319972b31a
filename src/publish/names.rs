//! Names, which no bundle has: of subjects, matters and inspectors, by the ids that a bundle knows. They come from a
//! register or a file of the office; where there is none, the id stands alone.

use std::collections::BTreeMap;

/// The names that somebody brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Subjects by sid.
    pub subjects: BTreeMap<String, SubjectName>,
    /// Names of matters by id.
    pub matters: BTreeMap<String, String>,
    /// Names of inspectors by iid: for forms of the office, never for a notice.
    pub inspectors: BTreeMap<String, String>,
}

/// What a subject is called, and where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubjectName {
    /// 名称.
    pub name: String,
    /// 住所（经营场所）; empty if it is not known.
    pub address: String,
}

impl Names {
    /// A subject's name; empty if nobody brought it.
    pub fn subject(&self, sid: &str) -> &str {
        self.subjects.get(sid).map_or("", |subject| &subject.name)
    }

    /// A subject's address; empty if nobody brought it.
    pub fn address(&self, sid: &str) -> &str {
        self.subjects.get(sid).map_or("", |subject| &subject.address)
    }

    /// A matter's id, with its name where it is known.
    pub fn matter(&self, id: &str) -> String {
        self.matters.get(id).map_or_else(|| id.to_owned(), |name| format!("{id} {name}"))
    }

    /// An inspector's name; empty if nobody brought it.
    pub fn inspector(&self, iid: &str) -> &str {
        self.inspectors.get(iid).map_or("", String::as_str)
    }
}
