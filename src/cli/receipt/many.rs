//! The receipts of everybody drawn, or of all, in one pass over the frames.

use std::path::Path;

use rayon::prelude::*;
use serde_json::json;

use super::{ReceiptArgs, file_name};
use crate::cli::console::{Console, reach};
use crate::cli::{DONE, Failure};
use crate::conduct::{Holders, Receipts};
use crate::io::durable::Batches;
use crate::io::folder::BundleFolder;
use crate::say;

/// Receipts that are made, written and made to last at once: some megabytes.
const BATCH: usize = 256;

pub(super) fn receipts(
    args: &ReceiptArgs,
    bundle: &BundleFolder,
    folder: &Path,
    console: &Console,
) -> Result<u8, Failure> {
    let holders = if args.all { Holders::All } else { Holders::Drawn };
    let bar = console.progress(&say!("读入抽样框", "reading frames"), 1);
    let made = Receipts::read(&bundle.files, bundle, holders, &mut |done, rows| {
        reach(&bar, done, rows);
    });
    bar.finish_and_clear();
    let made = made.map_err(Failure::bundle)?;
    let bar = console.progress(&say!("出具凭证", "making receipts"), made.len() as u64);
    let (mut out, mut new) = (Batches::into(folder)?, 0);
    for first in (0..made.len()).step_by(BATCH) {
        let places = first..made.len().min(first + BATCH);
        let one = |at: usize| (file_name(made.sid(at)), made.receipt(at).format());
        let files: Vec<_> = places.clone().into_par_iter().map(one).collect();
        new += out.write(&files)?;
        bar.set_position(places.end as u64);
    }
    drop(out);
    bar.finish_and_clear();
    let (n, place) = (made.len(), folder.display());
    let old = n - new;
    console.say(&say!(
        "{place} 中有凭证 {n} 份：新写 {new} 份，{old} 份早已有且相同",
        "{n} receipts in {place}: {new} are new, {old} were there already, the same"
    ));
    console.report(&json!({
        "command": "receipt", "ok": true, "folder": place.to_string(), "receipts": n, "new": new,
    }));
    Ok(DONE)
}
