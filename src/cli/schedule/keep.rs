//! What an office keeps of its schedules: the day secret of an open draw, and every schedule that it made. An open draw has
//! the folder `<BUNDLE>.days` beside its bundle; of a sealed draw everything lies encrypted in the sealed folder, and the
//! day secret follows from the master secret.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use zeroize::Zeroizing;

use super::super::Failure;
use super::super::secret::SecretArgs;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::base::secret::Secret;
use crate::base::table;
use crate::io::durable::{failed, make_folders, write_file, write_secret};
use crate::io::sealed::{SealedFolder, new_secret};
use crate::record::bundle::Files;
use crate::record::commitment::Commitment;
use crate::record::tables::ScheduleRow;
use crate::say;
use crate::schedule::secret_digest;

const SECRET: &str = "secret";
/// The optional key of a commitment.
pub(in crate::cli) const NOTE: &str = "days";

/// Where an office keeps its schedules.
pub(super) enum Keep<'a> {
    Open(PathBuf),
    Sealed(SealedFolder, &'a Secret),
}

/// The day secret, and whether the commitment fixed it.
pub(super) struct DaySecret {
    pub secret: Secret,
    pub fixed: bool,
}

impl<'a> Keep<'a> {
    pub fn of(
        bundle: &Path,
        folder: Option<&Path>,
        secret: &SecretArgs,
        master: Option<&'a Secret>,
    ) -> Result<Self, Finding> {
        match master {
            Some(master) => Ok(Keep::Sealed(secret.folder(bundle)?, master)),
            None => Ok(Keep::Open(folder.map_or_else(|| beside(bundle), |f| Ok(f.to_owned()))?)),
        }
    }

    /// The day secret that belongs to a commitment. Where none was fixed an open draw gets a new one, and is told so.
    pub fn secret(&self, commitment: &Commitment) -> Result<DaySecret, Finding> {
        let suite = commitment.suite;
        let noted = commitment.notes.get(NOTE).and_then(Value::as_str).and_then(Digest::from_hex);
        let (secret, fixed, place) = match self {
            Keep::Sealed(folder, master) => (day_secret(master), true, folder.path().to_owned()),
            Keep::Open(folder) => {
                (of_folder(folder, noted.is_none())?, noted.is_some(), folder.join(SECRET))
            }
        };
        if noted.is_some_and(|noted| noted != secret_digest(suite, &secret)) {
            let cause = say!("与承诺中的摘要不符", "the commitment has another digest");
            return Err(Finding::new("D10", cause).file(place.display().to_string()));
        }
        Ok(DaySecret { secret, fixed })
    }

    /// The schedule made last, with its number.
    pub fn latest(&self) -> Result<Option<(usize, Vec<ScheduleRow>)>, Failure> {
        let files = self.files()?;
        let Some((name, bytes)) = files.iter().rev().find(|(name, _)| name.ends_with(".tsv"))
        else {
            return Ok(None);
        };
        let number = name.trim_end_matches(".tsv").parse().unwrap_or(0);
        Ok(Some((number, table::parse(bytes).map_err(|finding| finding.file(name))?)))
    }

    fn files(&self) -> Result<Files, Finding> {
        match self {
            Keep::Sealed(folder, master) => folder.kept(master),
            Keep::Open(folder) => {
                let mut files = Files::new();
                let Ok(entries) = fs::read_dir(folder) else { return Ok(files) };
                for entry in entries {
                    let path = entry.map_err(|e| failed(folder, &e))?.path();
                    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                    if let Some(name) = name.filter(|name| name.ends_with(".tsv")) {
                        files.insert(name, fs::read(&path).map_err(|e| failed(&path, &e))?);
                    }
                }
                Ok(files)
            }
        }
    }

    /// Keeps a schedule and what it was made from.
    pub fn put(&self, number: usize, rows: &[ScheduleRow], demand: &[u8]) -> Result<(), Finding> {
        let schedule = table::format(rows);
        for (ending, bytes) in [("json", demand), ("tsv", schedule.as_slice())] {
            let name = format!("{number:04}.{ending}");
            match self {
                Keep::Sealed(folder, master) => folder.keep(master, &name, bytes)?,
                Keep::Open(folder) => {
                    make_folders(folder)?;
                    write_file(&folder.join(name), bytes)?;
                }
            }
        }
        Ok(())
    }
}

/// The day secret of a sealed draw: HMAC-SHA-256(master, L("days")).
fn day_secret(master: &Secret) -> Secret {
    master.derive("days")
}

fn beside(bundle: &Path) -> Result<PathBuf, Finding> {
    let sealed = SealedFolder::beside(bundle)?;
    Ok(sealed.path().with_extension("days"))
}

/// The secret in a folder; a new one if there is none and none was fixed.
fn of_folder(folder: &Path, may_begin: bool) -> Result<Secret, Finding> {
    let place = folder.join(SECRET);
    match fs::read_to_string(&place).map(Zeroizing::new) {
        Ok(text) => Secret::from_hex(text.trim_end()).ok_or_else(|| {
            let cause = say!("其中不是 64 位十六进制数", "it does not hold 64 hex digits");
            Finding::new("D10", cause).file(place.display().to_string())
        }),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && may_begin => begin(folder),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let cause = say!("没有密钥文件", "there is no such file");
            Err(Finding::new("D10", cause).file(place.display().to_string()))
        }
        Err(e) => Err(failed(&place, &e)),
    }
}

fn begin(folder: &Path) -> Result<Secret, Finding> {
    make_folders(folder)?;
    let secret = new_secret()?;
    let mut text = secret.hex();
    text.push('\n');
    write_secret(&folder.join(SECRET), text.as_bytes())?;
    Ok(secret)
}

/// What a commitment says of the day secret of a draw that is about to be frozen: kept beside the bundle first, so that a
/// killed run goes on with the same.
pub(in crate::cli) fn commit_secret(
    bundle: &Path,
    suite: Suite,
    master: Option<&Secret>,
) -> Result<Digest, Finding> {
    let secret = match master {
        Some(master) => day_secret(master),
        None => of_folder(&beside(bundle)?, true)?,
    };
    Ok(secret_digest(suite, &secret))
}
