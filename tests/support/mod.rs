//! What several tests need: bundles read from and written to folders, and small random draws.
#![allow(dead_code, missing_docs)]

#[cfg(feature = "cli")]
pub mod ssj;

#[cfg(all(feature = "cli", unix))]
pub mod postgres;

pub mod browser;
mod maker;
pub mod mutate;
pub mod random;
pub mod second;
pub mod selecting;
pub mod shape;
pub mod story;
pub mod tampered;
pub mod waiting;

use std::fs;
use std::path::{Path, PathBuf};

use shuangsuiji::record::bundle::Files;

pub const VECTORS: [&str; 4] = ["open", "open_rounds", "open_sm3", "sealed_opened"];

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn vector(name: &str) -> Files {
    read_folder(&root().join("tests/vectors").join(name))
}

pub fn read_folder(folder: &Path) -> Files {
    fn walk(folder: &Path, prefix: &str, files: &mut Files) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                walk(&entry.path(), &format!("{path}/"), files);
            } else {
                files.insert(path, fs::read(entry.path()).unwrap());
            }
        }
    }
    let mut files = Files::new();
    walk(folder, "", &mut files);
    files
}

pub fn write_folder(folder: &Path, files: &Files) {
    for (path, bytes) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}
