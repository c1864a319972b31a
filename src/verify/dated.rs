//! When voids came, as far as witnesses have seen it: a log's own clock may be set to any time before the beacon.

use super::time::LogCopy;
use crate::base::date::china_time;
use crate::base::finding::Text;
use crate::log::attempts::{Attempt, Cleared};
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::entry::Commit;
use crate::log::policy::Policy;
use crate::log::proof::Proof;
use crate::record::bundle::Files;
use crate::record::logged::void_proof_path;
use crate::say;

/// A log in which voids are to be dated.
pub(super) struct Dated<'a> {
    pub copy: &'a LogCopy,
    pub policy: &'a Policy,
}

impl Dated<'_> {
    /// The voids among those that cleared the way of which nothing cosigned shows that they came in time.
    pub(super) fn doubts(&self, cleared: &[Cleared<'_>], files: &Files) -> Vec<Text> {
        if cleared.is_empty() {
            return Vec::new();
        }
        let proofs = files.iter().filter(|(path, _)| path.ends_with(".tlog-proof"));
        let proofs = proofs.filter_map(|(_, bytes)| {
            let proof = Proof::parse(bytes).ok()?;
            proof.check(proof.entry.as_ref()?).ok()?;
            Some(proof.signed)
        });
        let heads =
            proofs.chain([self.copy.signed.clone()]).filter_map(|signed| self.seen(&signed));
        let heads: Vec<(u64, u64)> = heads.collect();
        let doubt = |Cleared { attempt: old, void }: &Cleared<'_>| {
            let before_s = old.commit.earliest_s();
            match heads.iter().any(|(n, at_s)| n > void && *at_s < before_s) {
                false => Some(undated(old, *void)),
                true => declared(old, *void),
            }
        };
        cleared.iter().filter_map(doubt).collect()
    }

    /// A head of this copy that the quorum has cosigned: how many entries it has, and when.
    fn seen(&self, signed: &SignedCheckpoint) -> Option<(u64, u64)> {
        let checkpoint = signed.checkpoint();
        let n =
            usize::try_from(checkpoint.root.n).ok().filter(|n| *n <= self.copy.entries.len())?;
        let ours = checkpoint.origin == self.copy.signed.checkpoint().origin
            && self.copy.root_of(n) == checkpoint.root;
        let reached_s = self.policy.check(signed).ok().filter(|_| ours)?.reached_s;
        // Without witnesses no time is proved.
        (reached_s > 0).then_some((checkpoint.root.n, reached_s))
    }
}

/// That a void may have been logged when the value was known.
fn undated(old: &Attempt<'_>, void: u64) -> Text {
    let Attempt { index, commit: Commit { draw, attempt, commitment, .. }, .. } = old;
    let (earliest, path) = (china_time(old.commit.earliest_s()), void_proof_path(commitment));
    say!(
        "{draw} 第 {attempt} 次（第 {index} 条）的作废（第 {void} 条）只有日志自己的时钟为证，没有见证人在 {earliest}（北京时间）以前见过：核验那一次的公示包，或向机关索取 {path}",
        "that {draw}, attempt {attempt} (entry {index}), was void in time (entry {void}) rests on the log's own clock alone, no witness saw it before {earliest} (China time): verify that bundle, or ask the office for {path}"
    )
}

/// That a void came in time only if its draw's values did not come before their declared times.
fn declared(old: &Attempt<'_>, void: u64) -> Option<Text> {
    if old.commit.has_round() {
        return None;
    }
    let Commit { draw, attempt, .. } = old.commit;
    let source = |(source, at): &(String, u64)| format!("{source} {}", china_time(*at));
    let sources: Vec<String> = old.commit.sources.iter().map(source).collect();
    let sources = sources.join(" ");
    Some(say!(
        "{draw} 第 {attempt} 次的作废（第 {void} 条）只有在其各值不早于声明的时间（北京时间）开奖时才算及时：{sources}",
        "that {draw}, attempt {attempt}, was void in time (entry {void}) holds only if its values were announced no earlier than declared (China time): {sources}"
    ))
}
