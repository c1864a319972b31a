//! The templates of an office: read from its folder, and written there to begin with.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::json;

use super::args::TemplateArgs;
use crate::base::finding::Finding;
use crate::cli::console::Console;
use crate::cli::{DONE, Failure};
use crate::io::durable::{Written, failed, write_files};
use crate::publish::template::{Templates, built_in};
use crate::record::bundle::Files;
use crate::say;

impl TemplateArgs {
    /// The templates to fill in.
    ///
    /// # Errors
    /// N01 or N02 for every file that cannot be used, W15 if the folder is not there, W08 if it cannot be read.
    pub fn read(&self) -> Result<Templates, Failure> {
        let Some(folder) = &self.templates else { return Ok(Templates::new()) };
        let replaced = texts(folder)?;
        Ok(Templates::with(&folder.display().to_string(), replaced)?)
    }
}

/// The files of a folder but the hidden ones, which editors and file managers leave.
fn texts(folder: &Path) -> Result<BTreeMap<String, String>, Finding> {
    let mut texts = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|e| failed(folder, &e))? {
        let entry = entry.map_err(|e| failed(folder, &e))?;
        let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
        if name.starts_with('.') {
            continue;
        }
        let bytes = match path.is_file() {
            true => fs::read(&path).map_err(|e| failed(&path, &e))?,
            // A folder has the name of no template.
            false => Vec::new(),
        };
        let text = String::from_utf8(bytes).map_err(|_| {
            let cause = say!("不是 UTF-8 文本", "it is not text in UTF-8");
            Finding::new("N01", cause).file(path.display().to_string())
        })?;
        texts.insert(name, text);
    }
    Ok(texts)
}

/// Writes the built-in templates, each of them once.
pub(super) fn write(folder: &Path, console: &Console) -> Result<u8, Failure> {
    let files: Files =
        built_in().map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).collect();
    let names: Vec<String> = files.keys().cloned().collect();
    let written = write_files(folder, &files, &names)?;
    let (n, place) = (names.len(), folder.display());
    console.say(&say!("{place} 中有模板 {n} 个", "{n} templates in {place}"));
    console.report(&json!({
        "command": "publish", "what": "templates", "ok": true, "folder": place.to_string(),
        "files": names, "written": written == Written::New,
    }));
    Ok(DONE)
}
