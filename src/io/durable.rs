//! Write-once files: a temporary file beside the folder, fsync, rename, fsync of the folder. Whatever
//! interrupts a run, a file is whole or absent; an existing one must be identical.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use super::leftovers::Leftover;
use crate::base::finding::Finding;
use crate::record::bundle::Files;
use crate::record::frame::Feed;
use crate::say;

/// Whether something was written or stood there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is new.
    New,
    /// It was there, byte for byte.
    Unchanged,
}

/// The finding of an input/output error at a path: what is not there is the user's to name, all else is the
/// machine's.
pub fn failed(path: &Path, error: &io::Error) -> Finding {
    let finding = if error.kind() == io::ErrorKind::NotFound {
        Finding::new("W15", say!("没有这个文件或文件夹", "there is no such file or folder"))
    } else {
        Finding::new("W08", say!("系统报告：{error}", "{error}"))
    };
    finding.file(path.display().to_string())
}

fn differs(path: &Path) -> Finding {
    let cause = say!("已有内容不同的文件", "a different one is there already");
    Finding::new("W03", cause).file(path.display().to_string())
}

/// Demands that nothing is there yet: what takes long to make and never comes out the same twice is refused before.
///
/// # Errors
/// W03 if something is.
pub fn vacant(path: &Path) -> Result<(), Finding> {
    if path.exists() { Err(differs(path)) } else { Ok(()) }
}

/// Keeps other runs from working on the same folder at the same time.
pub struct Lock {
    file: File,
    path: PathBuf,
    _mark: Leftover,
}

impl Lock {
    /// Takes the lock of a folder, which need not exist yet.
    ///
    /// # Errors
    /// W13 if another run holds it, W08 if the file system fails.
    pub fn of_folder(folder: &Path) -> Result<Self, Finding> {
        let path = beside(folder, "lock")?;
        let (mark, file) = Leftover::of(&path, || {
            loop {
                let mut options = File::options();
                let file = options.create(true).truncate(false).write(true).open(&path);
                let file = file.map_err(|e| failed(&path, &e))?;
                match file.try_lock() {
                    // Whoever held it before removes the file: then this is the lock of a file that nobody else will see.
                    Ok(()) if !is_at(&file, &path) => {}
                    Ok(()) => return Ok(file),
                    Err(fs::TryLockError::WouldBlock) => {
                        let cause = say!("另一个 ssj 正在处理它", "another ssj is working on it");
                        return Err(Finding::new("W13", cause).file(folder.display().to_string()));
                    }
                    Err(fs::TryLockError::Error(e)) => return Err(failed(&path, &e)),
                }
            }
        })?;
        Ok(Lock { _mark: mark, file, path })
    }
}

/// Whether the open file is the one that stands at the path now.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    let (open, found) = (file.metadata().map(identity), fs::metadata(path).map(identity));
    open.is_ok_and(|open| found.is_ok_and(|found| found == open))
}

/// Other systems give no name to a new file while a removed one of that name is open.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removing the file is tidiness; the lock itself ends with the handle, whatever happens to the run.
        let _ = fs::remove_file(&self.path);
        let _ = self.file.unlock();
    }
}

/// `.<folder's name>.<suffix>` beside the folder, on the same file system: nothing temporary ever lies in a bundle.
fn beside(folder: &Path, suffix: &str) -> Result<PathBuf, Finding> {
    // `.` and `..` name no folder, but what they stand for has a name.
    let folder = match folder.file_name() {
        Some(_) => folder.to_owned(),
        None => fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()),
    };
    match folder.file_name() {
        Some(name) => Ok(folder.with_file_name(format!(".{}.{suffix}", name.to_string_lossy()))),
        None => {
            let cause = say!("不是文件夹的名字", "this does not name a folder");
            Err(Finding::new("W07", cause).file(folder.display().to_string()))
        }
    }
}

/// Writes files into an existing folder, in the order of `order`, each of them once.
///
/// # Errors
/// W03 if a file exists and differs (nothing is written then), W08 if the file system fails.
pub fn write_files(folder: &Path, files: &Files, order: &[String]) -> Result<Written, Finding> {
    let mut missing = Vec::new();
    for path in order {
        match fs::read(folder.join(path)) {
            Ok(bytes) if bytes == files[path] => {}
            Ok(_) => return Err(differs(&folder.join(path))),
            Err(e) if e.kind() == io::ErrorKind::NotFound => missing.push(path),
            Err(e) => return Err(failed(&folder.join(path), &e)),
        }
    }
    let part = beside(folder, "part")?;
    let _mark = Leftover::new(&part);
    for path in &missing {
        let target = folder.join(path);
        let parent = target.parent().unwrap_or(folder);
        make_folders(parent)?;
        write_synced(&part, &files[*path]).map_err(|e| failed(&target, &e))?;
        fs::rename(&part, &target).map_err(|e| failed(&target, &e))?;
        sync_folder(parent).map_err(|e| failed(parent, &e))?;
    }
    sync_folder(folder).map_err(|e| failed(folder, &e))?;
    Ok(if missing.is_empty() { Written::Unchanged } else { Written::New })
}

/// Writes one file at a path, once.
///
/// # Errors
/// As [`write_files`].
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<Written, Finding> {
    let folder =
        path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match fs::read(path) {
        Ok(found) if found == bytes => return Ok(Written::Unchanged),
        Ok(_) => return Err(differs(path)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) => return Err(failed(path, &e)),
    }
    make_folders(folder)?;
    let part = beside(path, "part")?;
    let _mark = Leftover::new(&part);
    write_synced(&part, bytes).map_err(|e| failed(path, &e))?;
    fs::rename(&part, path).map_err(|e| failed(path, &e))?;
    sync_folder(folder).map_err(|e| failed(folder, &e))?;
    Ok(Written::New)
}

/// Puts bytes at a path, whatever was there: readers see the old file or the new one, never a part of either.
///
/// # Errors
/// W08 if the file system fails, W15 if the folder is not there.
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), Finding> {
    put(path, bytes, write_synced)
}

/// As [`write_file`], for a secret: where the system knows owners, nobody but this file's can read it.
///
/// # Errors
/// W03 if the file is there, whatever it holds; W08.
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), Finding> {
    vacant(path)?;
    put(path, bytes, |part, bytes| {
        // What a killed run left has its own mode, and might be a link.
        match fs::remove_file(part) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(part)?;
        file.write_all(bytes)?;
        file.sync_all()
    })
}

/// Makes a folder and those above it that are missing, so that they last.
///
/// # Errors
/// W08 if the file system fails.
pub fn make_folders(folder: &Path) -> Result<(), Finding> {
    if folder.is_dir() || folder.as_os_str().is_empty() {
        return Ok(());
    }
    let parent = folder.parent().unwrap_or(folder);
    make_folders(parent)?;
    match fs::create_dir(folder) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(failed(folder, &e)),
        _ => {
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            sync_folder(parent).map_err(|e| failed(parent, &e))
        }
    }
}

fn put(
    path: &Path,
    bytes: &[u8],
    write: impl FnOnce(&Path, &[u8]) -> io::Result<()>,
) -> Result<(), Finding> {
    let folder =
        path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let part = beside(path, "part")?;
    let _mark = Leftover::new(&part);
    write(&part, bytes).map_err(|e| failed(path, &e))?;
    fs::rename(&part, path).map_err(|e| failed(path, &e))?;
    sync_folder(folder).map_err(|e| failed(folder, &e))
}

/// Many files in one folder, each of them once. A file appears when its batch is on the disk, so that a killed run
/// leaves whole files only and the next one goes on behind them. A batch waits for the disk once, not file by file.
pub struct Batches {
    folder: PathBuf,
    part: PathBuf,
    _mark: Leftover,
    _lock: Lock,
}

/// Threads that wait for the disk at once: it takes them together.
const WAITING: usize = 16;

impl Batches {
    /// Files into this folder, which need not exist yet.
    ///
    /// # Errors
    /// W13 if another run writes there, W08 if the file system fails.
    pub fn into(folder: &Path) -> Result<Self, Finding> {
        make_folders(folder)?;
        let lock = Lock::of_folder(folder)?;
        let part = beside(folder, "part")?;
        let mark = Leftover::new(&part);
        if part.exists() {
            fs::remove_dir_all(&part).map_err(|e| failed(&part, &e))?;
        }
        fs::create_dir(&part).map_err(|e| failed(&part, &e))?;
        Ok(Batches { folder: folder.to_owned(), part, _mark: mark, _lock: lock })
    }

    /// Writes a batch, each file under its name; gives the number of those that were not there.
    ///
    /// # Errors
    /// W03 if a file exists and differs (nothing of the batch is written then), W08 if the file system fails.
    pub fn write(&mut self, files: &[(PathBuf, Vec<u8>)]) -> Result<usize, Finding> {
        let mut missing = Vec::new();
        for (name, bytes) in files {
            let target = self.folder.join(name);
            match fs::read(&target) {
                Ok(found) if found == *bytes => {}
                Ok(_) => return Err(differs(&target)),
                Err(e) if e.kind() == io::ErrorKind::NotFound => missing.push((name, bytes)),
                Err(e) => return Err(failed(&target, &e)),
            }
        }
        let write = |files: &[(&PathBuf, &Vec<u8>)]| {
            let place = |name: &&PathBuf| self.part.join(name);
            files.iter().try_for_each(|(name, bytes)| {
                write_synced(&place(name), bytes).map_err(|e| failed(&self.folder.join(name), &e))
            })
        };
        let size = missing.len().div_ceil(WAITING).max(1);
        std::thread::scope(|scope| {
            let threads = missing.chunks(size).map(|files| scope.spawn(move || write(files)));
            let threads: Vec<_> = threads.collect();
            threads.into_iter().try_for_each(|one| one.join().expect("bug: a writer panicked"))
        })?;
        for (name, _) in &missing {
            let target = self.folder.join(name);
            fs::rename(self.part.join(name), &target).map_err(|e| failed(&target, &e))?;
        }
        sync_folder(&self.folder).map_err(|e| failed(&self.folder, &e))?;
        Ok(missing.len())
    }
}

impl Drop for Batches {
    fn drop(&mut self) {
        // What lies there was never shown; the next run would clear it up as well.
        let _ = fs::remove_dir_all(&self.part);
    }
}

/// A file that does not stand in memory: its path, and a feed of its bytes.
pub type Larger<'a> = (String, Box<dyn Feed + 'a>);

/// Makes a whole folder appear at once: written beside its place, then renamed. An existing folder must
/// hold exactly these files among its own. `larger` are those that do not stand in memory.
///
/// # Errors
/// W03 if the folder exists and differs, W08 if the file system fails; what a feed fails with.
pub fn write_folder(
    folder: &Path,
    files: &Files,
    larger: Vec<Larger<'_>>,
) -> Result<Written, Finding> {
    if folder.exists() && fs::read_dir(folder).map_err(|e| failed(folder, &e))?.next().is_some() {
        for (path, bytes) in files {
            match fs::read(folder.join(path)) {
                Ok(found) if found == *bytes => {}
                _ => return Err(differs(&folder.join(path))),
            }
        }
        for (path, mut feed) in larger {
            if !holds(&folder.join(&path), &mut *feed)? {
                return Err(differs(&folder.join(path)));
            }
        }
        return Ok(Written::Unchanged);
    }
    let part = beside(folder, "part")?;
    let _mark = Leftover::new(&part);
    let paths: Vec<&str> = files
        .keys()
        .map(String::as_str)
        .chain(larger.iter().map(|(path, _)| path.as_str()))
        .collect();
    let folders: BTreeSet<PathBuf> = paths
        .iter()
        .filter_map(|path| Path::new(path).parent())
        .map(|sub| part.join(sub))
        .collect();
    let begin = || -> io::Result<()> {
        // What a killed run left behind.
        if part.exists() {
            fs::remove_dir_all(&part)?;
        }
        folders.iter().try_for_each(fs::create_dir_all)?;
        files.iter().try_for_each(|(path, bytes)| write_synced(&part.join(path), bytes))
    };
    begin().map_err(|e| failed(folder, &e))?;
    for (path, mut feed) in larger {
        copy(&part.join(path), &mut *feed)?;
    }
    let finish = || -> io::Result<()> {
        folders.iter().try_for_each(|folder| sync_folder(folder))?;
        sync_folder(&part)?;
        fs::rename(&part, folder)?;
        sync_folder(
            folder
                .parent()
                .filter(|parent| !parent.as_os_str().is_empty())
                .unwrap_or(Path::new(".")),
        )
    };
    finish().map_err(|e| failed(folder, &e))?;
    Ok(Written::New)
}

/// Whether a file has exactly the bytes of a feed.
fn holds(path: &Path, feed: &mut dyn Feed) -> Result<bool, Finding> {
    let mut file = match File::open(path) {
        Ok(file) => BufReader::new(file),
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(failed(path, &e)),
    };
    let (mut bytes, mut found) = (Vec::new(), Vec::new());
    loop {
        bytes.clear();
        found.clear();
        feed.feed(&mut bytes)?;
        // At the end of the feed one byte more is looked for.
        let wanted = bytes.len().max(1) as u64;
        file.by_ref().take(wanted).read_to_end(&mut found).map_err(|e| failed(path, &e))?;
        if found != bytes || bytes.is_empty() {
            return Ok(found == bytes);
        }
    }
}

fn copy(path: &Path, feed: &mut dyn Feed) -> Result<(), Finding> {
    let mut file = File::create(path).map_err(|e| failed(path, &e))?;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        feed.feed(&mut bytes)?;
        if bytes.is_empty() {
            return file.sync_all().map_err(|e| failed(path, &e));
        }
        file.write_all(&bytes).map_err(|e| failed(path, &e))?;
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A rename lasts once its folder is synced; systems without that keep their own promises.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(entries: &[(&str, &str)]) -> Files {
        entries.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn folders_appear_whole_and_files_are_never_overwritten() {
        let temp = tempfile::tempdir().unwrap();
        let folder = temp.path().join("bundle");
        let frozen = files(&[("a", "1"), ("sub/b", "2")]);
        // A killed run's leftovers are in nobody's way.
        fs::create_dir_all(temp.path().join(".bundle.part/junk")).unwrap();
        let write = |files: &Files, large: &'static [u8]| {
            write_folder(&folder, files, vec![("sub/large".to_owned(), Box::new(large))])
        };
        assert_eq!(write(&frozen, b"123"), Ok(Written::New));
        assert_eq!(write(&frozen, b"123"), Ok(Written::Unchanged));
        assert_eq!(fs::read(folder.join("sub/large")).unwrap(), b"123");
        for other in [b"12".as_slice(), b"1234", b"124", b""] {
            assert_eq!(write(&frozen, other).unwrap_err().code(), "W03");
        }
        assert_eq!(write(&files(&[("a", "other")]), b"123").unwrap_err().code(), "W03");

        let more = files(&[("c", "3"), ("draw/d", "4")]);
        let order = ["draw/d".to_owned(), "c".to_owned()];
        assert_eq!(write_files(&folder, &more, &order), Ok(Written::New));
        assert_eq!(write_files(&folder, &more, &order), Ok(Written::Unchanged));
        let other = files(&[("c", "other"), ("draw/d", "4")]);
        assert_eq!(write_files(&folder, &other, &order).unwrap_err().code(), "W03");
        assert_eq!(fs::read(folder.join("c")).unwrap(), b"3");
        let left: Vec<_> = fs::read_dir(temp.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }

    /// Whoever lets go removes the file; somebody who had opened it by then must not hold the lock of nothing.
    #[test]
    fn one_alone_holds_a_lock() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let temp = tempfile::tempdir().unwrap();
        let folder = temp.path().join("bundle");
        let (inside, held) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..1_000 {
                        let Ok(_lock) = Lock::of_folder(&folder) else { continue };
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        held.fetch_add(1, Ordering::SeqCst);
                        std::thread::sleep(std::time::Duration::from_micros(50));
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(held.into_inner() > 8);
    }

    #[test]
    fn batches_go_on_where_a_killed_run_ended() {
        let temp = tempfile::tempdir().unwrap();
        let folder = temp.path().join("many");
        let files: Vec<(PathBuf, Vec<u8>)> =
            (0..50u8).map(|n| (PathBuf::from(format!("{n}.json")), vec![n; 9])).collect();
        let mut killed = Batches::into(&folder).unwrap();
        assert_eq!(killed.write(&files[..20]), Ok(20));
        drop(killed);
        fs::create_dir(temp.path().join(".many.part")).unwrap();
        fs::write(temp.path().join(".many.part/20.json"), "half").unwrap();
        let mut next = Batches::into(&folder).unwrap();
        assert_eq!(next.write(&files), Ok(30));
        assert_eq!(next.write(&files), Ok(0));
        let other = [(PathBuf::from("new"), vec![1]), (PathBuf::from("7.json"), vec![1])];
        assert_eq!(next.write(&other).unwrap_err().code(), "W03");
        drop(next);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 50);
        assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 1);
    }

    #[test]
    fn one_run_at_a_time() {
        let temp = tempfile::tempdir().unwrap();
        let folder = temp.path().join("bundle");
        let lock = Lock::of_folder(&folder).unwrap();
        assert_eq!(Lock::of_folder(&folder).err().unwrap().code(), "W13");
        drop(lock);
        assert!(Lock::of_folder(&folder).is_ok());
    }
}
