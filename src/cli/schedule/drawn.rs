//! A drawn bundle with its visits as they stand after all events.

use std::path::Path;

use super::super::Failure;
use super::super::bundle::{Office, frozen};
use super::super::console::Console;
use super::super::event::recorded;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings};
use crate::base::secret::Secret;
use crate::conduct::history;
use crate::draw::select::Selection;
use crate::draw::ticket::seed;
use crate::events::standing::{Ground, Standing};
use crate::record::bundle::{BEACON, Stage, stage};
use crate::say;

/// What was drawn.
pub(super) struct Drawn<'a> {
    pub seed: Digest,
    pub standing: &'a Standing<'a>,
    pub selections: &'a [(String, Selection)],
}

/// Does some work on what a bundle drew.
///
/// # Errors
/// W40 without a result; what is wrong in the bundle or its events.
pub(super) fn with_drawn<T>(
    office: &Office,
    folder: &Path,
    console: &Console,
    work: impl FnOnce(&Drawn<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let Office { bundle, commitment, master } = office;
    let frozen = frozen(bundle)?;
    let drawn = stage(&bundle.files) == Stage::Drawn;
    let Some(beacon) = frozen.contents().beacon.as_ref().filter(|_| drawn) else {
        let cause = say!("公示包还没有抽取结果", "the bundle has no result yet");
        return Err(Finding::new("W40", cause).file(folder.display().to_string()).into());
    };
    let suite = commitment.suite;
    beacon.check(suite, &commitment.sources).map_err(|f| Failure::bundle(f.file(BEACON)))?;
    let seed = seed(suite, &frozen.digest, &beacon.strings);
    let bar = console.progress(&say!("读入抽样框", "reading frames"), 1);
    let selections =
        frozen.selections(&seed, master.as_ref().map(Secret::expose), &mut |_, done, total| {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        });
    bar.finish_and_clear();
    let selections = selections.map_err(Failure::bundle)?;
    let recorded = recorded(&frozen.commitment, &bundle.files)?;
    let (contents, selections) = (frozen.contents(), selections.as_slice());
    let ground = Ground { commitment: &frozen.commitment, contents, selections, seed: &seed };
    let history = history(&ground, &recorded).map_err(Failure::bundle)?;
    if !history.findings.is_empty() {
        return Err(Failure::bundle(Findings(history.findings)));
    }
    work(&Drawn { seed, standing: &history.standing, selections })
}
