//! Bundles as commands open them.

use std::path::Path;

use super::Failure;
use crate::base::finding::Findings;
use crate::conduct::Frozen;
use crate::io::folder::BundleFolder;

/// A bundle whose files can all be read.
pub(super) fn readable(folder: &Path) -> Result<BundleFolder, Failure> {
    let bundle = BundleFolder::read(folder)?;
    match bundle.unreadable.is_empty() {
        true => Ok(bundle),
        false => Err(Failure::bundle(Findings(bundle.unreadable))),
    }
}

/// The frozen package in a bundle, whose frames have not been read yet.
pub(super) fn frozen(bundle: &BundleFolder) -> Result<Frozen<'_>, Failure> {
    Frozen::read(&bundle.files, bundle).map_err(Failure::bundle)
}
