//! The browser in which pages are looked at, if everything is here that this needs; it is said when it is not.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::root;

/// What Vite asks for.
const NODE: (u32, u32) = (20, 19);

pub fn web() -> PathBuf {
    root().join("web")
}

/// Whether Node is new enough for what builds the page.
fn node_runs() -> bool {
    let version = Command::new("node").arg("--version").output();
    let text = version.map(|done| String::from_utf8_lossy(&done.stdout).into_owned());
    let text = text.unwrap_or_default();
    let mut parts = text.trim().trim_start_matches('v').split('.').map(str::parse::<u32>);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= NODE,
        _ => false,
    }
}

pub fn chromium() -> Option<&'static str> {
    let found =
        ["chromium", "chromium-browser", "google-chrome"].map(|name| format!("/usr/bin/{name}"));
    let browser = found.into_iter().find(|path| Path::new(path).exists());
    let packages = ["playwright-core", "axe-core", "vite"];
    let packages = packages.iter().all(|name| web().join("node_modules").join(name).exists());
    if browser.is_none() || !packages || !node_runs() {
        eprintln!("not run: Chromium, Node 20.19 or the packages of web/ are not installed");
        return None;
    }
    browser.map(|path| &*path.leak())
}
