//! The guard (记录本): a folder apart from the log, best on another disk, with the last checkpoint of every log that
//! this installation has signed, its own and those it has witnessed. It is compared and swapped under a lock before a
//! signature leaves the house: so a log restored from a backup cannot be signed a second time, differently.

use std::path::{Path, PathBuf};

use super::public::read_checkpoint;
use crate::base::digest::Suite;
use crate::base::finding::Finding;
use crate::io::durable::{Lock, make_folders, replace_file};
use crate::log::checkpoint::SignedCheckpoint;
use crate::say;

/// The guard's folder.
pub struct Guard {
    folder: PathBuf,
}

/// The record of one log, held against all other runs.
pub struct Held {
    path: PathBuf,
    seen: Option<SignedCheckpoint>,
    _lock: Lock,
}

impl Guard {
    /// The guard in a folder.
    pub fn new(folder: &Path) -> Self {
        Guard { folder: folder.to_owned() }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes the folder.
    ///
    /// # Errors
    /// W08.
    pub fn make(&self) -> Result<(), Finding> {
        make_folders(&self.folder)
    }

    /// Takes hold of the record of a log.
    ///
    /// # Errors
    /// L17 if the guard is not there, W13 if another run holds it, L01 or L05 if the record is broken; W08.
    pub fn hold(&self, origin: &str) -> Result<Held, Finding> {
        if !self.folder.is_dir() {
            let cause = say!("没有这个文件夹", "there is no such folder");
            return Err(Finding::new("L17", cause).file(self.folder.display().to_string()));
        }
        // As witnesses name their records (C2SP tlog-witness).
        let name = Suite::Sha256.digest(origin.as_bytes());
        let path = self.folder.join(format!("{name}.checkpoint"));
        let lock = Lock::of_folder(&path)?;
        Ok(Held { seen: read_checkpoint(&path)?, path, _lock: lock })
    }
}

impl Held {
    /// The last checkpoint, if there is one.
    pub fn seen(&self) -> Option<&SignedCheckpoint> {
        self.seen.as_ref()
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Records another checkpoint in the place of the one that was seen: only if that one still stands there.
    ///
    /// # Errors
    /// L18 if another one stands there; W08.
    pub fn swap(&mut self, new: &SignedCheckpoint) -> Result<(), Finding> {
        if read_checkpoint(&self.path)? != self.seen {
            let cause = say!("记录在此期间被改动", "the record was changed meanwhile");
            return Err(Finding::new("L18", cause).file(self.path.display().to_string()));
        }
        replace_file(&self.path, new.format().as_bytes())?;
        self.seen = Some(new.clone());
        Ok(())
    }
}
