//! What lies in a bundle for people, beside the proof: the page that verifies it offline, and a few lines on what this
//! folder is. No verifier reads them, and no digest binds them.

use crate::record::bundle::Files;

/// The page, one file without network; it is built from `web/` by another implementation of the protocol.
pub(super) const PAGE: &[u8] = include_bytes!("../../web/dist/verify.html");
const ABOUT: &[u8] = include_bytes!("companions.txt");

/// The files by path, for a bundle that is made now; one that stands keeps those that it was published with.
pub(super) fn companions() -> Files {
    [("README.txt", ABOUT), ("verify.html", PAGE)]
        .map(|(path, bytes)| (path.to_owned(), bytes.to_vec()))
        .into()
}
