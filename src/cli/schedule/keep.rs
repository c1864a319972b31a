//! What an office keeps of its schedules: the day secret of an open draw, and every schedule that it made. An open draw has
//! the folder `<BUNDLE>.days` beside its bundle; of a sealed draw everything lies encrypted in the sealed folder, and the
//! day secret follows from the master secret.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde_json::Value;
use zeroize::Zeroizing;

use super::super::Failure;
use super::super::secret::SecretArgs;
use crate::base::date::parse_date;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::base::secret::Secret;
use crate::base::table;
use crate::io::durable::{failed, make_folders, replace_file, write_secret};
use crate::io::folder::is_bundle;
use crate::io::sealed::{SealedFolder, new_secret};
use crate::record::bundle::Files;
use crate::record::commitment::Commitment;
use crate::record::ids::Sid;
use crate::record::tables::ScheduleRow;
use crate::say;
use crate::schedule::{Record, secret_digest};

const SECRET: &str = "secret";
/// Endings of the files of a schedule: its table of days, and its record.
pub(super) const TABLE: &str = ".tsv";
pub(super) const RECORD: &str = ".json";
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

    /// The day secret that belongs to a commitment. Where none was fixed an open draw may begin with a new one, and is told so.
    pub fn secret(&self, commitment: &Commitment, may_begin: bool) -> Result<DaySecret, Finding> {
        let suite = commitment.suite;
        let noted = commitment.notes.get(NOTE).and_then(Value::as_str).and_then(Digest::from_hex);
        let (secret, fixed, place) = match self {
            Keep::Sealed(folder, master) => (day_secret(master), true, folder.path().to_owned()),
            Keep::Open(folder) => {
                let place = folder.join(SECRET);
                let secret = match of_folder(folder)? {
                    Some(secret) => secret,
                    None if may_begin && noted.is_none() => {
                        let secret = new_secret()?;
                        begin(folder, &secret)?;
                        secret
                    }
                    None => {
                        let cause = say!("没有密钥文件", "there is no such file");
                        return Err(Finding::new("D10", cause).file(place.display().to_string()));
                    }
                };
                (secret, noted.is_some(), place)
            }
        };
        if noted.is_some_and(|noted| noted != secret_digest(suite, &secret)) {
            let cause = say!("与承诺中的摘要不符", "the commitment has another digest");
            return Err(Finding::new("D10", cause).file(place.display().to_string()));
        }
        Ok(DaySecret { secret, fixed })
    }

    /// The schedule made last.
    ///
    /// # Errors
    /// What its files are refused for.
    pub fn latest(&self) -> Result<Option<Kept>, Failure> {
        let mut files = self.files()?;
        let number = numbers(&files).max();
        number.map(|number| Kept::read(&mut files, number)).transpose()
    }

    /// All schedules that can be read, in their order.
    ///
    /// # Errors
    /// S03, S04, W08.
    pub fn versions(&self) -> Result<Vec<Kept>, Finding> {
        let mut files = self.files()?;
        let mut all: Vec<usize> = numbers(&files).collect();
        all.sort_unstable();
        Ok(all.into_iter().filter_map(|number| Kept::read(&mut files, number).ok()).collect())
    }

    /// All schedules, as they are found: numbers, table of days and record.
    ///
    /// # Errors
    /// S03, S04, W08.
    pub fn all(&self) -> Result<Files, Finding> {
        self.files()
    }

    /// Where they are kept.
    pub fn place(&self) -> String {
        match self {
            Keep::Sealed(folder, _) => folder.path().display().to_string(),
            Keep::Open(folder) => folder.display().to_string(),
        }
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
                    let ours = |name: &String| [TABLE, RECORD].iter().any(|e| name.ends_with(e));
                    if let Some(name) = name.filter(ours) {
                        files.insert(name, fs::read(&path).map_err(|e| failed(&path, &e))?);
                    }
                }
                Ok(files)
            }
        }
    }

    /// Keeps a schedule and what it was made from. Its table comes last: a record without one is of a run that was killed,
    /// and is replaced.
    pub fn put(&self, number: usize, table: &[u8], record: &[u8]) -> Result<(), Finding> {
        for (ending, bytes) in [(RECORD, record), (TABLE, table)] {
            let name = file_name(number, ending);
            match self {
                Keep::Sealed(folder, master) => folder.keep(master, &name, bytes)?,
                Keep::Open(folder) => {
                    make_folders(folder)?;
                    replace_file(&folder.join(name), bytes)?;
                }
            }
        }
        Ok(())
    }
}

/// A kept schedule.
pub(super) struct Kept {
    pub number: usize,
    pub rows: Vec<ScheduleRow>,
    pub record: Record,
}

impl Kept {
    fn read(files: &mut Files, number: usize) -> Result<Self, Failure> {
        let mut file = |ending| {
            let name = file_name(number, ending);
            let bytes = files.remove(&name).ok_or_else(|| missing(&name))?;
            Ok::<_, Finding>((name, bytes))
        };
        let ((name, table), (record_name, record)) = (file(TABLE)?, file(RECORD)?);
        let rows = table::parse(&table).map_err(|finding| finding.file(name))?;
        let record = Record::parse(&record).map_err(|finding| finding.file(record_name))?;
        Ok(Kept { number, rows, record })
    }

    /// The day that a visit has.
    pub fn day(&self, sid: &Sid) -> Option<Date> {
        let at = self.rows.binary_search_by(|row| row.sid.cmp(sid)).ok()?;
        parse_date(&self.rows[at].date)
    }

    /// The part of the day that a visit has.
    pub fn slot(&self, sid: &Sid) -> Option<usize> {
        let visits = self.record.demand.visits.iter();
        visits.zip(&self.record.slots).find(|(visit, _)| visit.sid == *sid).map(|(_, slot)| *slot)
    }
}

/// D17 for a kept file that is not there.
pub(super) fn missing(name: &str) -> Finding {
    Finding::new("D17", say!("没有这个文件", "there is no such file")).file(name)
}

/// `0001.tsv`.
pub(super) fn file_name(number: usize, ending: &str) -> String {
    format!("{number:04}{ending}")
}

/// The numbers of the kept tables of days.
pub(super) fn numbers(files: &Files) -> impl Iterator<Item = usize> {
    files.keys().filter_map(|name| name.strip_suffix(TABLE)?.parse().ok())
}

/// The day secret of a sealed draw: HMAC-SHA-256(master, L("days")).
fn day_secret(master: &Secret) -> Secret {
    master.derive("days")
}

fn beside(bundle: &Path) -> Result<PathBuf, Finding> {
    let sealed = SealedFolder::beside(bundle)?;
    Ok(sealed.path().with_extension("days"))
}

/// The secret in a folder; none if there is no such file.
fn of_folder(folder: &Path) -> Result<Option<Secret>, Finding> {
    let place = folder.join(SECRET);
    match fs::read_to_string(&place).map(Zeroizing::new) {
        Ok(text) => Secret::from_hex(text.trim_end()).map(Some).ok_or_else(|| {
            let cause = say!("其中不是 64 位十六进制数", "it does not hold 64 hex digits");
            Finding::new("D10", cause).file(place.display().to_string())
        }),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(failed(&place, &e)),
    }
}

fn begin(folder: &Path, secret: &Secret) -> Result<(), Finding> {
    make_folders(folder)?;
    let mut text = secret.hex();
    text.push('\n');
    write_secret(&folder.join(SECRET), text.as_bytes())
}

/// The day secret of a draw that is about to be frozen.
pub(in crate::cli) struct NewDays {
    /// What the commitment says of it.
    pub digest: Digest,
    /// A new secret, and the folder where it will lie.
    new: Option<(PathBuf, Secret)>,
}

impl NewDays {
    /// Keeps a new secret beside the bundle: after this a killed run goes on with the same. To be done before the commitment
    /// is published, and after everything that may be refused.
    pub fn keep(&self) -> Result<(), Finding> {
        self.new.as_ref().map_or(Ok(()), |(folder, secret)| begin(folder, secret))
    }
}

/// The day secret of the draw that is about to be frozen in this bundle: that of its master secret, the one that lies there, or
/// a new one.
pub(in crate::cli) fn commit_secret(
    bundle: &Path,
    suite: Suite,
    master: Option<&Secret>,
) -> Result<NewDays, Finding> {
    let (secret, folder) = match master {
        Some(master) => (day_secret(master), None),
        None => {
            let folder = beside(bundle)?;
            // Schedules without a bundle are of a draw that was moved away: its days may be known to everybody.
            if !is_bundle(bundle) && !Keep::Open(folder.clone()).all()?.is_empty() {
                let cause = say!(
                    "其中有另一次抽取的日程：移走这个文件夹，或另选公示包的位置",
                    "it has schedules of another draw: move the folder away, or put the bundle elsewhere"
                );
                return Err(Finding::new("D10", cause).file(folder.display().to_string()));
            }
            match of_folder(&folder)? {
                Some(secret) => (secret, None),
                None => (new_secret()?, Some(folder)),
            }
        }
    };
    let digest = secret_digest(suite, &secret);
    Ok(NewDays { digest, new: folder.map(|folder| (folder, secret)) })
}
