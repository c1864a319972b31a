//! A folder that others read while it is renewed, as a web server gives it out: every file is whole at every moment, the old
//! one or the new one, and one that would come out the same is not touched. What somebody else put there stays.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use sha2::Digest as _;

use super::durable::{Lock, Written, failed, make_folders, sync_folder};
use super::leftovers::Leftover;
use crate::base::digest::Digest;
use crate::base::finding::Finding;

/// Where a file is made before it takes its place: in the folder itself, which may be a file system of its own.
const PART: &str = ".ssj.part";
/// Bytes that are read at once.
const CHUNK: usize = 256 * 1024;

/// A folder while one run works on it.
pub struct Tree {
    root: PathBuf,
    part: PathBuf,
    _mark: Leftover,
    _lock: Lock,
    /// Files that are new or different.
    pub written: u64,
    /// Files that were there, byte for byte.
    pub unchanged: u64,
}

/// Size and SHA-256 of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: Digest,
}

impl Tree {
    /// Opens a folder, which need not exist yet.
    ///
    /// # Errors
    /// W13 if another run works on it, W08 if the file system fails.
    pub fn open(folder: &Path) -> Result<Self, Finding> {
        make_folders(folder)?;
        // `.` names no folder that a lock could lie beside.
        let root = fs::canonicalize(folder).map_err(|e| failed(folder, &e))?;
        let lock = Lock::of_folder(&root)?;
        let part = root.join(PART);
        let mark = Leftover::new(&part);
        // What a killed run left.
        match fs::remove_file(&part) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(failed(&part, &e)),
            _ => {}
        }
        Ok(Tree { root, part, _mark: mark, _lock: lock, written: 0, unchanged: 0 })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Puts bytes at a path.
    ///
    /// # Errors
    /// W08 if the file system fails.
    pub fn put(&mut self, path: &str, bytes: &[u8]) -> Result<Written, Finding> {
        let target = self.root.join(path);
        match fs::read(&target) {
            Ok(found) if found == bytes => {
                self.unchanged += 1;
                return Ok(Written::Unchanged);
            }
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(failed(&target, &e)),
        }
        self.put_with(path, |out| out.write_all(bytes)).map(|(written, _)| written)
    }

    /// Puts what is written at a path; it is compared with what is there when it is whole.
    ///
    /// # Errors
    /// W08 if the file system fails.
    pub fn put_with(
        &mut self,
        path: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(Written, Sum), Finding> {
        let target = self.root.join(path);
        make_folders(target.parent().unwrap_or(&self.root))?;
        self.put_at(&target, write).map_err(|e| failed(&target, &e))
    }

    fn put_at(
        &mut self,
        target: &Path,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<(Written, Sum)> {
        let mut out = Counted::new(BufWriter::new(File::create(&self.part)?));
        write(&mut out)?;
        let (out, sum) = out.finish();
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        if same(&self.part, target)? {
            fs::remove_file(&self.part)?;
            self.unchanged += 1;
            return Ok((Written::Unchanged, sum));
        }
        file.sync_all()?;
        fs::rename(&self.part, target)?;
        sync_folder(target.parent().unwrap_or(&self.root))?;
        self.written += 1;
        Ok((Written::New, sum))
    }

    /// Copies a file to a path; a file that is there already, the same, is not touched.
    ///
    /// # Errors
    /// W08 if the file system fails, W15 if there is no such file.
    pub fn copy(&mut self, path: &str, from: &Path) -> Result<(Written, Sum), Finding> {
        let target = self.root.join(path);
        if same(from, &target).map_err(|e| failed(from, &e))? {
            self.unchanged += 1;
            return Ok((Written::Unchanged, sum_of(from)?));
        }
        let mut input = File::open(from).map_err(|e| failed(from, &e))?;
        self.put_with(path, |out| io::copy(&mut input, out).map(drop))
    }
}

/// Size and SHA-256 of a file.
///
/// # Errors
/// W08 if the file system fails, W15 if there is no such file.
pub fn sum_of(path: &Path) -> Result<Sum, Finding> {
    let read = || -> io::Result<Sum> {
        let mut sink = Counted::new(io::sink());
        io::copy(&mut BufReader::with_capacity(CHUNK, File::open(path)?), &mut sink)?;
        Ok(sink.finish().1)
    };
    read().map_err(|e| failed(path, &e))
}

/// Whether two files hold the same bytes; one that is not there is not the same.
fn same(one: &Path, other: &Path) -> io::Result<bool> {
    let other = match File::open(other) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        other => other?,
    };
    let one = File::open(one)?;
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let (mut one, mut other) = (BufReader::new(one), BufReader::new(other));
    let (mut a, mut b) = (vec![0; CHUNK], vec![0; CHUNK]);
    loop {
        let n = one.read(&mut a)?;
        if n == 0 {
            return Ok(true);
        }
        match other.read_exact(&mut b[..n]) {
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            done => done?,
        }
        if a[..n] != b[..n] {
            return Ok(false);
        }
    }
}

/// Counts and digests what passes.
struct Counted<W> {
    out: W,
    size: u64,
    sha256: sha2::Sha256,
}

impl<W: Write> Counted<W> {
    fn new(out: W) -> Self {
        Counted { out, size: 0, sha256: sha2::Sha256::new() }
    }

    fn finish(self) -> (W, Sum) {
        let sha256 = Digest::from_bytes(self.sha256.finalize().into());
        (self.out, Sum { size: self.size, sha256 })
    }
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.sha256.update(&bytes[..n]);
        self.size += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::Suite;

    #[test]
    fn what_is_the_same_is_not_touched_and_others_files_stay() {
        let temp = tempfile::tempdir().unwrap();
        let folder = temp.path().join("site");
        let tree = Tree::open(&folder).unwrap();
        assert_eq!(Tree::open(&folder).err().unwrap().code(), "W13");
        fs::write(tree.root().join("theirs.txt"), "kept").unwrap();
        // What a killed run left is in nobody's way, and goes with the next.
        drop(tree);
        fs::write(folder.join(PART), "half").unwrap();
        let mut tree = Tree::open(&folder).unwrap();
        assert!(!folder.join(PART).exists());
        assert_eq!(tree.put("a/b/c.html", b"one"), Ok(Written::New));
        let at =
            |tree: &Tree| fs::metadata(tree.root().join("a/b/c.html")).unwrap().modified().unwrap();
        let before = at(&tree);
        assert_eq!(tree.put("a/b/c.html", b"one"), Ok(Written::Unchanged));
        let (written, sum) = tree.put_with("a/b/c.html", |out| out.write_all(b"one")).unwrap();
        assert_eq!(
            (written, sum.size, sum.sha256),
            (Written::Unchanged, 3, Suite::Sha256.digest(b"one"))
        );
        assert_eq!(at(&tree), before);
        assert_eq!(tree.put("a/b/c.html", b"two"), Ok(Written::New));
        let from = temp.path().join("large");
        fs::write(&from, vec![7; 600_000]).unwrap();
        let (written, sum) = tree.copy("large", &from).unwrap();
        assert_eq!((written, sum.size), (Written::New, 600_000));
        assert_eq!(tree.copy("large", &from).unwrap(), (Written::Unchanged, sum));
        assert_eq!((tree.written, tree.unchanged), (3, 3));
        assert_eq!(tree.copy("none", &temp.path().join("none")).unwrap_err().code(), "W15");
        drop(tree);
        let left: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 3, "{left:?}");
        assert_eq!(fs::read_to_string(folder.join("theirs.txt")).unwrap(), "kept");
        assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 2);
    }
}
