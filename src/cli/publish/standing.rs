//! How a draw stands after its events: who is visited by whom, computed again from the bundle.

use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings};
use crate::cli::Failure;
use crate::cli::bundle::frozen;
use crate::cli::console::Console;
use crate::conduct::history;
use crate::draw::ticket::seed;
use crate::events::chain;
use crate::events::replay::History;
use crate::events::standing;
use crate::io::folder::BundleFolder;
use crate::record::commitment::Commitment;
use crate::say;

/// Does some work on a drawn bundle as it stands. `master` is the secret of a sealed draw.
///
/// # Errors
/// N08 where no team stands; what the frames or events are refused for.
pub(super) fn as_it_stands<T>(
    bundle: &BundleFolder,
    commitment: &Commitment,
    master: Option<&Digest>,
    console: &Console,
    work: impl FnOnce(&History<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (recorded, findings) = chain::read(commitment, &bundle.files);
    Findings::check(findings, ()).map_err(Failure::bundle)?;
    let frozen = frozen(bundle)?;
    let beacon = frozen.contents().beacon.as_ref().expect("bug: it is drawn");
    let seed = seed(commitment.suite, &frozen.digest, &beacon.strings);
    let bar = console.progress(&say!("读入抽样框", "reading frames"), 1);
    let selections = frozen.selections(&seed, master, &mut |_, done, total| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    let selections = selections.map_err(Failure::bundle)?;
    let ground = standing::Ground {
        commitment,
        contents: frozen.contents(),
        selections: &selections,
        seed: &seed,
    };
    let mut history = history(&ground, &recorded).map_err(Failure::bundle)?;
    Findings::check(std::mem::take(&mut history.findings), ()).map_err(Failure::bundle)?;
    if !history.standing.paired {
        let cause = say!("人员不足，未能匹配", "too few inspectors: there are no teams");
        return Err(Failure::bundle(Finding::new("N08", cause)));
    }
    work(&history)
}
