//! Pages as PDF, printed by a browser of the Chromium family that is installed: what it prints is what anybody else would
//! print, and no library has to lay out Chinese again. The PDF says when it was made, so its bytes differ from run to run;
//! the page, which is written once, is what counts.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::args::PrintArgs;
use crate::base::finding::Finding;
use crate::io::durable::{Written, failed, vacant, write_file};
use crate::io::leftovers::Leftover;
use crate::say;

/// What browsers are called.
const BROWSERS: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
];
/// How often a running browser is looked at, and how many times before it is given up: half an hour, since a list of
/// 16,757 visits has some 900 pages.
const PAUSE: Duration = Duration::from_millis(100);
const PAUSES_MAX: u32 = 18_000;

/// Pages up to so many bytes get the structure that screen readers use. Of a list of 16,757 visits it would be most of the
/// time, a third of the memory and 58 of 62 MB; readers have the page itself.
const TAGGED_MAX: u64 = 2 << 20;

/// A browser that prints.
pub(super) struct Printer {
    browser: PathBuf,
}

impl Printer {
    /// The browser that the user names, or the first in PATH; none if nothing is to be printed.
    ///
    /// # Errors
    /// N06 if there is none.
    pub fn find(args: &PrintArgs) -> Result<Option<Self>, Finding> {
        if !args.pdf {
            return Ok(None);
        }
        let folders =
            || env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>();
        let in_path = |name: &str| {
            let file = format!("{name}{}", env::consts::EXE_SUFFIX);
            folders().into_iter().map(|folder| folder.join(&file)).find(|path| path.is_file())
        };
        let browser = match &args.browser {
            Some(browser) if browser.is_file() => Some(browser.clone()),
            Some(browser) => browser.to_str().and_then(in_path),
            None => BROWSERS.iter().find_map(|name| in_path(name)),
        };
        let Some(browser) = browser else {
            let named = args.browser.as_ref().map(|path| path.display().to_string());
            let names = named.unwrap_or_else(|| BROWSERS.join(" "));
            let cause = say!("找不到 {names}", "not found: {names}");
            return Err(Finding::new("N06", cause).column("--browser"));
        };
        Ok(Some(Printer { browser }))
    }

    /// Prints a page, which was just written or stood there already. A PDF of a page that stood there stays as it is.
    ///
    /// # Errors
    /// W03 if a PDF of another page is there, N07 if the browser fails, W08.
    pub fn print(&self, page: &Path, pdf: &Path, page_was: Written) -> Result<Written, Finding> {
        match page_was {
            Written::Unchanged if pdf.exists() => return Ok(Written::Unchanged),
            Written::Unchanged => {}
            Written::New => vacant(pdf)?,
        }
        let page = fs::canonicalize(page).map_err(|e| failed(page, &e))?;
        let size = fs::metadata(&page).map_err(|e| failed(&page, &e))?.len();
        // All that the browser leaves behind lies in one folder, which goes with the run.
        let scratch = tempfile::tempdir().map_err(|e| failed(pdf, &e))?;
        let _mark = Leftover::new(scratch.path());
        let printed = scratch.path().join("page.pdf");
        let mut command = Command::new(&self.browser);
        command
            .args(["--headless", "--disable-gpu", "--disable-extensions", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-sync", "--no-pdf-header-footer"])
            // Nothing is fetched from anywhere, whatever a template says.
            .arg("--host-resolver-rules=MAP * ~NOTFOUND")
            .arg(format!("--user-data-dir={}", scratch.path().join("profile").display()))
            .arg(format!("--print-to-pdf={}", printed.display()))
            .arg(address(&page))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if size > TAGGED_MAX {
            command.arg("--disable-pdf-tagging");
        }
        if whoami::username().is_ok_and(|name| name == "root") {
            // Its sandbox refuses to be run by root.
            command.arg("--no-sandbox");
        }
        let refuse = |cause| Finding::new("N07", cause).file(self.browser.display().to_string());
        let child = command.spawn().map_err(|e| refuse(say!("系统报告：{e}", "{e}")))?;
        if !ends_well(child) {
            return Err(refuse(say!("打印没有完成", "it did not finish")));
        }
        let bytes = fs::read(&printed).unwrap_or_default();
        if !bytes.starts_with(b"%PDF") {
            return Err(refuse(say!("没有写出 PDF", "it wrote no PDF")));
        }
        write_file(pdf, &bytes)
    }
}

/// `file:///…`, with everything but letters, digits and path signs as percent codes.
fn address(path: &Path) -> String {
    let text = path.display().to_string();
    // Windows: a verbatim path, with backslashes.
    let text = text.strip_prefix(r"\\?\").unwrap_or(&text).replace('\\', "/");
    let mut address = String::from(if text.starts_with('/') { "file://" } else { "file:///" });
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b':' => {
                address.push(char::from(byte));
            }
            byte => address += &format!("%{byte:02X}"),
        }
    }
    address
}

/// Waits for a browser, but not for ever.
fn ends_well(mut child: Child) -> bool {
    for _ in 0..PAUSES_MAX {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => sleep(PAUSE),
            Err(_) => break,
        }
    }
    // Whatever it does by now, nobody waits for it.
    let _ = child.kill();
    let _ = child.wait();
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_addresses() {
        assert_eq!(
            address(Path::new("/a b/公告#1.html")),
            "file:///a%20b/%E5%85%AC%E5%91%8A%231.html"
        );
        assert_eq!(address(Path::new(r"C:\公示\a.html")), "file:///C:/%E5%85%AC%E7%A4%BA/a.html");
        assert_eq!(address(Path::new(r"\\?\C:\a.html")), "file:///C:/a.html");
    }
}
