//! Which log the steps of a workspace go into, and whose cosignatures they wait for: one line of JSON in the workspace.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::base::finding::Finding;
use crate::base::json::{self, Object};
use crate::io::durable::{failed, replace_file};

const FILE: &str = "ssj-log.json";

/// The log of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Folder of a log of our own.
    pub log: PathBuf,
    /// The policy whose witnesses cosign it.
    pub policy: Option<PathBuf>,
}

impl Setting {
    /// The setting of a workspace, if it has one.
    ///
    /// # Errors
    /// F01 or F05 if the file is broken; W08.
    pub fn of(workspace: &Path) -> Result<Option<Self>, Finding> {
        let path = workspace.join(FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(failed(&path, &e)),
        };
        let named = |finding: Finding| finding.file(path.display().to_string());
        let value = json::parse_line(&bytes).map_err(named)?;
        let top = Object::root(&value).map_err(named)?;
        // Paths inside the workspace are written from there on, so that it can be moved.
        let place = |key| top.text(key).map(|text| workspace.join(text)).map_err(named);
        let policy = if top.has("policy") { Some(place("policy")?) } else { None };
        Ok(Some(Setting { log: place("log")?, policy }))
    }

    /// Writes the setting of a workspace, whatever it was before.
    ///
    /// # Errors
    /// W08.
    pub fn write(&self, workspace: &Path) -> Result<(), Finding> {
        let absolute = |path: &Path| std::path::absolute(path).map_err(|e| failed(path, &e));
        let home = absolute(workspace)?;
        let shown = |path: &Path| -> Result<String, Finding> {
            let path = absolute(path)?;
            Ok(path.strip_prefix(&home).unwrap_or(&path).display().to_string())
        };
        let mut value = json!({"v": "dr1", "log": shown(&self.log)?});
        if let Some(policy) = &self.policy {
            value["policy"] = json!(shown(policy)?);
        }
        replace_file(&workspace.join(FILE), &json::format_line(&value))
    }
}
