//! Bundles as commands open them.

use std::path::{Path, PathBuf};

use super::Failure;
use super::args::FrameArgs;
use super::secret::SecretArgs;
use crate::base::finding::{Finding, Findings};
use crate::base::secret::Secret;
use crate::conduct::Frozen;
use crate::io::durable::Lock;
use crate::io::folder::{BundleFolder, not_a_bundle};
use crate::io::frame::FrameFile;
use crate::record::bundle::{COMMITMENT, OPENING, format_opening, layout, parse_opening, stage};
use crate::record::commitment::Commitment;
use crate::say;

/// A bundle in a folder, with frames that lie elsewhere, by list.
pub(super) fn bundle(folder: &Path, frames: &[(String, PathBuf)]) -> Result<BundleFolder, Failure> {
    let mut bundle = BundleFolder::read(folder)?;
    for (list, file) in frames {
        bundle.with_frame(list, FrameFile::open(file)?)?;
    }
    Ok(bundle)
}

/// A bundle whose files can all be read.
pub(super) fn readable(folder: &Path) -> Result<BundleFolder, Failure> {
    checked(BundleFolder::read(folder)?)
}

/// Refuses a bundle of which something cannot be read.
pub(super) fn checked(bundle: BundleFolder) -> Result<BundleFolder, Failure> {
    match bundle.unreadable.is_empty() {
        true => Ok(bundle),
        false => Err(Failure::bundle(Findings(bundle.unreadable))),
    }
}

/// The frozen package in a bundle, whose frames have not been read yet.
pub(super) fn frozen(bundle: &BundleFolder) -> Result<Frozen<'_>, Failure> {
    Frozen::read(&bundle.files, bundle).map_err(Failure::bundle)
}

/// Keeps other runs away from an existing bundle.
pub(super) fn lock(bundle: &Path) -> Result<Lock, Finding> {
    not_a_bundle(bundle).map_or_else(|| Lock::of_folder(bundle), Err)
}

/// A bundle as the office that drew sees it.
pub(super) struct Office {
    /// With its closed files as if it were opened, `opening.json` among them: nothing of that is written anywhere.
    pub bundle: BundleFolder,
    /// What it was committed with.
    pub commitment: Commitment,
    /// The secret of a sealed draw.
    pub master: Option<Secret>,
}

/// Opens a bundle for its office; the closed files of a sealed draw that is not opened come from its sealed folder.
///
/// # Errors
/// S01–S10 and W33 where the secret is not to be had; what [`readable`] refuses; F06 without commitment.
pub(super) fn office(folder: &Path, args: &SecretArgs) -> Result<Office, Failure> {
    let mut bundle = readable(folder)?;
    let commitment = commitment(&bundle)?;
    if commitment.seal.is_none() {
        return Ok(Office { bundle, commitment, master: None });
    }
    refuse_half_open(&bundle, &commitment)?;
    if let Some(bytes) = bundle.files.get(OPENING) {
        let opened = parse_opening(bytes).map_err(|f| Failure::bundle(f.file(OPENING)))?;
        let master = Secret::from_hex(&opened);
        return Ok(Office { bundle, commitment, master });
    }
    let sealed = args.folder(folder)?;
    let master = args.secret(&sealed, &commitment)?;
    bundle.with_closed(sealed.get(&master)?);
    bundle.with_closed([(OPENING.to_owned(), format_opening(&master))].into());
    Ok(Office { bundle, commitment, master: Some(master) })
}

/// As [`office`], with frames that lie elsewhere, which those of a sealed draw do not.
///
/// # Errors
/// As [`office`] and [`bundle`]; S20 for a sealed one.
pub(super) fn office_with(
    folder: &Path,
    frames: &FrameArgs,
    secret: &SecretArgs,
) -> Result<Office, Failure> {
    if frames.frames.is_empty() {
        return office(folder, secret);
    }
    let commitment = commitment(&readable(folder)?)?;
    if commitment.sealed() {
        let cause = say!("它是保密的公示包", "the bundle is sealed");
        return Err(Finding::new("S20", cause).column("--frame").into());
    }
    let bundle = checked(bundle(folder, &frames.frames)?)?;
    Ok(Office { bundle, commitment, master: None })
}

/// Does some work on a bundle; if frames from elsewhere turn out not to be in order they are sorted, and it is done again.
pub(super) fn in_order<T>(
    bundle: &mut BundleFolder,
    work: impl Fn(&BundleFolder) -> Result<T, Failure>,
) -> Result<T, Failure> {
    match work(bundle) {
        Err(failure) if bundle.sort_frames(&failure.findings.0)? => work(bundle),
        done => done,
    }
}

/// F10 if some closed files are there without `opening.json`, or the other way round.
fn refuse_half_open(bundle: &BundleFolder, commitment: &Commitment) -> Result<(), Failure> {
    let opened = bundle.files.contains_key(OPENING);
    let closed = layout(commitment, stage(&bundle.files), false).closed;
    let strange = |path: &&String| bundle.files.contains_key(*path) != opened;
    let finding = |path: &String| {
        let cause = match opened {
            true => say!("已有 {OPENING}，而它没有公开", "{OPENING} is there, and this is not"),
            false => say!("它已公开，而没有 {OPENING}", "it is there, and {OPENING} is not"),
        };
        Finding::new("F10", cause).file(path)
    };
    let findings: Vec<Finding> = closed.iter().filter(strange).map(finding).collect();
    if findings.is_empty() { Ok(()) } else { Err(Failure::bundle(Findings(findings))) }
}

/// The commitment of a bundle.
pub(super) fn commitment(bundle: &BundleFolder) -> Result<Commitment, Failure> {
    let Some(bytes) = bundle.files.get(COMMITMENT) else {
        let cause = say!("没有封存承诺", "there is no commitment");
        return Err(Failure::bundle(Finding::new("F06", cause).file(COMMITMENT)));
    };
    Commitment::parse(bytes).map_err(|f| Failure::bundle(f.file(COMMITMENT)))
}
