//! Bundles as commands open them.

use std::path::{Path, PathBuf};

use super::Failure;
use crate::base::finding::{Finding, Findings};
use crate::conduct::Frozen;
use crate::io::durable::Lock;
use crate::io::folder::{BundleFolder, not_a_bundle};
use crate::io::frame::FrameFile;

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
