//! The public folder of a log, ours or a copy of somebody else's: `checkpoint` and `tile/`.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::base::finding::Finding;
use crate::io::durable::{failed, replace_file};
use crate::io::folder::{Limit, read_limited};
use crate::log::audit::check_all;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::entry::Entry;
use crate::log::note::NOTE_BYTES_MAX;
use crate::log::proof::Proof;
use crate::log::reader::Tiles;
use crate::log::tiles::{ENTRY_BYTES_MAX, Tile, WIDTH};
use crate::say;

const CHECKPOINT: &str = "checkpoint";
/// A full bundle of the longest entries.
const TILE_BYTES_MAX: u64 = WIDTH * (2 + ENTRY_BYTES_MAX as u64);

/// A folder with the files of a log.
pub struct Public {
    folder: PathBuf,
}

impl Public {
    /// The log in a folder, or in the folder `public` of a log of our own.
    ///
    /// # Errors
    /// L19 if there is none.
    pub fn open(folder: &Path) -> Result<Self, Finding> {
        let folders = [folder.to_owned(), folder.join("public")];
        let found = folders.into_iter().find(|folder| folder.join(CHECKPOINT).is_file());
        found.map(Public::at).ok_or_else(|| {
            let cause = say!("其中没有 checkpoint", "there is no checkpoint in it");
            Finding::new("L19", cause).file(folder.display().to_string())
        })
    }

    pub(super) fn at(folder: PathBuf) -> Self {
        Public { folder }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The checkpoint, as it stands there; no signature is verified.
    ///
    /// # Errors
    /// L19 if there is none, L01 or L05; W08.
    pub fn checkpoint(&self) -> Result<SignedCheckpoint, Finding> {
        let path = self.folder.join(CHECKPOINT);
        read_checkpoint(&path)?.ok_or_else(|| {
            let cause = say!("其中没有 checkpoint", "there is no checkpoint in it");
            Finding::new("L19", cause).file(self.folder.display().to_string())
        })
    }

    pub(super) fn publish(&self, signed: &SignedCheckpoint) -> Result<(), Finding> {
        replace_file(&self.folder.join(CHECKPOINT), signed.format().as_bytes())
    }

    /// The bytes of a tile, if it is there.
    ///
    /// # Errors
    /// F09 if it is too large for a tile; W08.
    pub fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, Finding> {
        read(&self.folder.join(tile.path()), TILE_BYTES_MAX)
    }

    /// The proof of an entry of the log of a checkpoint, whose entries are these.
    ///
    /// # Errors
    /// L09; L08 if the tiles do not prove it.
    pub fn prove(
        &self,
        signed: &SignedCheckpoint,
        entries: &[Vec<u8>],
        index: u64,
    ) -> Result<Proof, Finding> {
        let mut get = |tile| self.tile(tile);
        let path = Tiles::new(signed.checkpoint().root.n, &mut get).prove_inclusion(index)?;
        let entry = entries[usize::try_from(index).unwrap_or_default()].clone();
        let proof = Proof { entry: Some(entry.clone()), index, path, signed: signed.clone() };
        proof.check(&entry)?;
        Ok(proof)
    }

    /// Reads the whole log of a checkpoint, compares every file with the entries, and gives the entries as they stand.
    ///
    /// # Errors
    /// L09 or L10.
    pub fn entries(&self, signed: &SignedCheckpoint) -> Result<Vec<Vec<u8>>, Finding> {
        let mut entries = Vec::new();
        let root = signed.checkpoint().root;
        check_all(root, &mut |tile| self.tile(tile), &mut |_, entry| entries.push(entry.to_vec()))?;
        Ok(entries)
    }
}

/// Parses entries; those that are none are findings with their place.
pub fn parse_entries(entries: &[Vec<u8>]) -> (Vec<Entry>, Vec<Finding>) {
    let (mut parsed, mut findings) = (Vec::new(), Vec::new());
    for (index, entry) in entries.iter().enumerate() {
        match Entry::parse(entry) {
            Ok(entry) => parsed.push(entry),
            Err(finding) => findings.push(finding.id(format!("entry {index}"))),
        }
    }
    (parsed, findings)
}

pub(super) fn read_checkpoint(path: &Path) -> Result<Option<SignedCheckpoint>, Finding> {
    let Some(bytes) = read(path, NOTE_BYTES_MAX as u64)? else { return Ok(None) };
    let parsed = SignedCheckpoint::parse(&bytes);
    parsed.map(Some).map_err(|finding| finding.file(path.display().to_string()))
}

fn read(path: &Path, most: u64) -> Result<Option<Vec<u8>>, Finding> {
    let name = || path.display().to_string();
    match File::open(path) {
        Ok(file) => {
            let read = read_limited(file, Limit::File(most)).map_err(|e| failed(path, &e))?;
            read.map(Some).map_err(|finding| finding.file(name()))
        }
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(failed(path, &e)),
    }
}
