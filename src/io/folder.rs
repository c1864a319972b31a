//! Reads a bundle's folder without following links, with a limit on every line and every file that stands in memory: what
//! cannot be read becomes a finding. Frames, which may be of any size, are read row by row.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::durable::failed;
use super::frame::{FileFeed, FrameFile, OrderedFrame};
use crate::base::finding::Finding;
use crate::base::text::LINE_BYTES_MAX;
use crate::record::bundle::{COMMITMENT, Files, frame_path, is_frame};
use crate::record::frame::{Feed, Frames, whole};
use crate::record::logged::{POLICY, STAMP};
use crate::say;

/// Most bytes of a JSON file.
const JSON_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Most bytes of a table that stands in memory: the rolls of some thirty million subjects.
const TABLE_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// Most bytes of a proof of the log.
const PROOF_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Most files in a bundle: far above what lists and events need.
const FILES_MAX: usize = 100_000;

/// Whether a path is a bundle's folder.
pub fn is_bundle(folder: &Path) -> bool {
    fs::symlink_metadata(folder.join(COMMITMENT)).is_ok()
}

/// The finding that a path is no bundle, W06, or nothing at all, W15.
pub fn not_a_bundle(folder: &Path) -> Option<Finding> {
    if !folder.exists() {
        let cause = say!("没有这个文件或文件夹", "there is no such file or folder");
        return Some(Finding::new("W15", cause).file(folder.display().to_string()));
    }
    let is_zip = folder.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
    let cause = match is_zip && folder.is_file() {
        true => {
            say!("这是压缩文件：先解压，再给出文件夹", "an archive: unpack it and name the folder")
        }
        false => say!("其中没有 commitment.json", "there is no commitment.json in it"),
    };
    (!is_bundle(folder)).then(|| Finding::new("W06", cause).file(folder.display().to_string()))
}

/// A bundle in a folder. Its frames, which may be larger than memory, are read when they are wanted.
pub struct BundleFolder {
    folder: PathBuf,
    /// All files by path; those whose bytes nobody wants from here, frames among them, stand without bytes.
    pub files: Files,
    /// What is no regular file or beyond a limit.
    pub unreadable: Vec<Finding>,
    /// Frames that are kept outside the folder, by list.
    elsewhere: BTreeMap<String, OrderedFrame>,
    /// Frames in memory, by path: those of a sealed draw, which stand in plain nowhere.
    closed: Files,
}

impl BundleFolder {
    /// Reads all files of a bundle but its frames.
    ///
    /// # Errors
    /// W15 if there is no folder, W06 if it has no commitment, W08 if the file system fails.
    pub fn read(folder: &Path) -> Result<Self, Finding> {
        if let Some(finding) = not_a_bundle(folder) {
            return Err(finding);
        }
        let mut reader = Reader { files: Files::new(), findings: Vec::new() };
        reader.walk(folder, "").map_err(|(path, e)| failed(Path::new(&path), &e))?;
        let Reader { files, findings } = reader;
        let (folder, elsewhere) = (folder.to_owned(), BTreeMap::new());
        Ok(BundleFolder { folder, files, unreadable: findings, elsewhere, closed: Files::new() })
    }

    /// Takes files that the folder does not have, as it is when a sealed draw is opened. One that it has stays.
    pub fn with_closed(&mut self, files: Files) {
        for (path, bytes) in files {
            if self.files.contains_key(&path) {
                continue;
            }
            if is_frame(&path) {
                self.files.insert(path.clone(), Vec::new());
                self.closed.insert(path, bytes);
            } else {
                self.files.insert(path, bytes);
            }
        }
    }

    /// Takes the frame of a list, which the folder does not have, from a file elsewhere.
    ///
    /// # Errors
    /// W07 if the folder has it.
    pub fn with_frame(&mut self, list: &str, frame: FrameFile) -> Result<(), Finding> {
        let path = frame_path(list);
        if self.files.contains_key(&path) {
            let cause = say!("公示包中已有 {path}", "the bundle has {path} itself");
            return Err(Finding::new("W07", cause).column("--frame"));
        }
        self.files.insert(path, Vec::new());
        self.elsewhere.insert(list.to_owned(), OrderedFrame::new(frame));
        Ok(())
    }

    /// All files with the bytes of the frames, for those who hold everything in memory anyway.
    ///
    /// # Errors
    /// What reading a frame fails with.
    pub fn in_memory(&self) -> Result<Files, Finding> {
        let mut files = self.files.clone();
        let list =
            |path: &str| Some(path.strip_prefix("frames/")?.strip_suffix(".tsv")?.to_owned());
        for (list, bytes) in files.iter_mut().filter_map(|(path, b)| Some((list(path)?, b))) {
            if let Some(mut feed) = self.open(&list)? {
                *bytes = whole(&mut *feed)?;
            }
        }
        Ok(files)
    }

    /// Sorts the frames from elsewhere whose rows are not in order, as F04 among these findings says; true if there was one,
    /// so that what failed is worth another try. Temporary files lie on the file system of the bundle.
    ///
    /// # Errors
    /// W08 if the file system fails.
    pub fn sort_frames(&mut self, findings: &[Finding]) -> Result<bool, Finding> {
        let mut sorted = false;
        for (list, frame) in self.elsewhere.iter_mut().filter(|(_, frame)| frame.may_be_sorted()) {
            let path = frame_path(list);
            let is_it = |f: &Finding| f.code() == "F04" && f.place.file.as_ref() == Some(&path);
            if findings.iter().any(is_it) {
                frame.sort(&self.folder, &mut |_| ())?;
                sorted = true;
            }
        }
        Ok(sorted)
    }
}

impl Frames for BundleFolder {
    fn open(&self, list: &str) -> Result<Option<Box<dyn Feed + '_>>, Finding> {
        let path = frame_path(list);
        if !self.files.contains_key(&path) {
            return Ok(None);
        }
        if let Some(bytes) = self.closed.get(&path) {
            return Ok(Some(Box::new(bytes.as_slice())));
        }
        Ok(Some(match self.elsewhere.get(list) {
            Some(frame) => frame.feed()?,
            None => Box::new(FileFeed::open(&self.folder.join(path))?),
        }))
    }
}

struct Reader {
    files: Files,
    findings: Vec<Finding>,
}

impl Reader {
    fn walk(&mut self, folder: &Path, prefix: &str) -> Result<(), (String, io::Error)> {
        let at = |path: &Path| path.display().to_string();
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(|e| (at(folder), e))? {
            entries.push(entry.map_err(|e| (at(folder), e))?);
        }
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let path = format!("{prefix}{}", name.to_string_lossy());
            let kind = entry.file_type().map_err(|e| (at(&entry.path()), e))?;
            if name.to_str().is_none() || !(kind.is_file() || kind.is_dir()) {
                self.findings.push(not_regular().file(path));
            } else if kind.is_dir() {
                self.walk(&entry.path(), &format!("{path}/"))?;
            } else if self.files.len() >= FILES_MAX {
                self.findings
                    .push(Finding::new("F07", say!("文件过多", "too many files")).file(path));
                return Ok(());
            } else {
                self.file(&entry.path(), path).map_err(|e| (at(&entry.path()), e))?;
            }
        }
        Ok(())
    }

    fn file(&mut self, place: &Path, path: String) -> io::Result<()> {
        // Nothing looks into these, or only when they are wanted, so they may be of any size.
        let in_log = path.starts_with("log/");
        if in_log && (path.ends_with(".tlog-proof") || path == POLICY || path == STAMP) {
            // One that is too long is none.
            let bytes = read_limited(File::open(place)?, Limit::File(PROOF_BYTES_MAX))?;
            self.files.insert(path, bytes.unwrap_or_default());
            return Ok(());
        }
        let unread = in_log || path.starts_with("notice/") || is_frame(&path);
        if unread || path == "verify.html" || path == "README.txt" {
            self.files.insert(path, Vec::new());
            return Ok(());
        }
        let limit = if path.ends_with(".json") {
            Limit::File(JSON_BYTES_MAX)
        } else {
            Limit::Line(LINE_BYTES_MAX)
        };
        // A line without an end is told as such, long before the file has become too large.
        match read_limited(File::open(place)?.take(TABLE_BYTES_MAX + 1), limit)? {
            Ok(bytes) if bytes.len() as u64 > TABLE_BYTES_MAX => {
                let cause = say!("文件超过 2 GiB", "the file has more than 2 GiB");
                self.findings.push(Finding::new("F09", cause).file(path));
            }
            Ok(bytes) => drop(self.files.insert(path, bytes)),
            Err(finding) => self.findings.push(finding.file(path)),
        }
        Ok(())
    }
}

fn not_regular() -> Finding {
    Finding::new(
        "F08",
        say!(
            "符号链接、设备或名称不是 UTF-8",
            "a symbolic link, a device, or a name that is not UTF-8"
        ),
    )
}

/// What must not be exceeded while reading.
#[derive(Clone, Copy)]
pub enum Limit {
    /// Bytes of the file.
    File(u64),
    /// Bytes of a line, without its LF.
    Line(usize),
    /// Bytes of a line that LF, CR LF or CR alone ends, without its end.
    Text(usize),
}

/// Reads everything, or stops with F09 as soon as the limit is passed.
///
/// # Errors
/// What the reader fails with.
pub fn read_limited(input: impl Read, limit: Limit) -> io::Result<Result<Vec<u8>, Finding>> {
    read_limited_into(Vec::new(), input, limit)
}

/// Reads everything behind what is there. Bytes that have room for the whole of a large file are not moved while
/// they grow.
///
/// # Errors
/// As [`read_limited`].
pub fn read_limited_into(
    mut bytes: Vec<u8>,
    mut input: impl Read,
    limit: Limit,
) -> io::Result<Result<Vec<u8>, Finding>> {
    let mut chunk = vec![0; 256 * 1024];
    let (mut line, mut row, mut after_cr) = (0usize, 1u64, false);
    loop {
        let n = input.read(&mut chunk)?;
        if n == 0 {
            return Ok(Ok(bytes));
        }
        match limit {
            Limit::File(most) if bytes.len() as u64 + n as u64 > most => {
                let mib = most / (1024 * 1024);
                return Ok(Err(Finding::new(
                    "F09",
                    say!("文件超过 {mib} MiB", "the file has more than {mib} MiB"),
                )));
            }
            Limit::File(_) => {}
            Limit::Line(most) | Limit::Text(most) => {
                let ends = |b: &u8| *b == b'\n' || (*b == b'\r' && matches!(limit, Limit::Text(_)));
                for part in chunk[..n].split_inclusive(ends) {
                    // The LF of CR LF ends nothing more.
                    if std::mem::take(&mut after_cr) && part == b"\n" {
                        continue;
                    }
                    line += part.len();
                    if line > most + 1 {
                        let cause =
                            say!("一行超过 {most} 字节", "a line has more than {most} bytes");
                        return Ok(Err(Finding::new("F09", cause).row(row)));
                    }
                    if part.last().is_some_and(ends) {
                        (line, row, after_cr) = (0, row + 1, part.ends_with(b"\r"));
                    }
                }
            }
        }
        bytes.extend_from_slice(&chunk[..n]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_line_is_refused_early() {
        let endless = io::repeat(b'x').take(10 << 30);
        let finding = read_limited(endless, Limit::Line(LINE_BYTES_MAX)).unwrap().unwrap_err();
        assert_eq!((finding.code(), finding.place.row), ("F09", Some(1)));
        let fits = [vec![b'x'; LINE_BYTES_MAX], b"\n".to_vec()].concat();
        assert!(read_limited(&fits[..], Limit::Line(LINE_BYTES_MAX)).unwrap().is_ok());
    }

    #[test]
    fn lines_of_a_text_end_in_any_way() {
        let cases: [(&[u8], u64); 4] = [
            (b"ab\rcd\rtoo long", 3),
            (b"ab\r\ncd\ntoo long", 3),
            (b"\n\rtoo long", 3),
            (b"\r\r\n\n", 0),
        ];
        for (bytes, row) in cases {
            // In one piece, and so that every line end falls between two.
            for whole in [true, false] {
                let input: Box<dyn Read> = match whole {
                    true => Box::new(bytes),
                    false => bytes
                        .iter()
                        .rev()
                        .fold(Box::new(io::empty()) as Box<dyn Read>, |rest, byte| {
                            Box::new(io::repeat(*byte).take(1).chain(rest))
                        }),
                };
                let read = read_limited(input, Limit::Text(5)).unwrap();
                let found = read.map_or_else(
                    |finding| finding.place.row,
                    |read| {
                        assert_eq!(read, bytes);
                        Some(0)
                    },
                );
                assert_eq!(found, Some(row), "{bytes:?}");
            }
        }
        let unix = read_limited(&b"ab\rcd\r"[..], Limit::Line(4)).unwrap().unwrap_err();
        assert_eq!(unix.place.row, Some(1));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let temp = tempfile::tempdir().unwrap();
        fs::write(temp.path().join(COMMITMENT), "{}").unwrap();
        std::os::unix::fs::symlink("/etc/passwd", temp.path().join("inspectors.tsv")).unwrap();
        let bundle = BundleFolder::read(temp.path()).unwrap();
        assert_eq!(bundle.files.len(), 1);
        assert_eq!(bundle.unreadable[0].code(), "F08");
        assert_eq!(bundle.unreadable[0].place.file.as_deref(), Some("inspectors.tsv"));
    }
}
