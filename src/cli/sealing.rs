//! What `ssj commit` does beside the bundle where a draw is sealed: the secret first, then the closed files, then the
//! public folder. A killed run is continued by the same command, to the same bytes.

use std::path::PathBuf;

use super::Failure;
use super::args::CommitArgs;
use super::console::Console;
use super::ground::PlanFile;
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::secret::Secret;
use crate::io::sealed::{Key, SealedFolder, new_secret};
use crate::plan::{Freeze, SealTerms};
use crate::record::bundle::{Files, Stage, layout};
use crate::say;
use crate::store::{State, Store};

/// The secret of a draw that is about to be committed.
pub(super) struct Sealing {
    folder: SealedFolder,
    pub secret: Secret,
    /// What a secret that nobody keeps yet is to be encrypted to.
    new: Option<Key>,
    custodians: Vec<String>,
    threshold: u8,
}

impl Sealing {
    /// The secret that an earlier run kept, or a new one.
    pub fn of(args: &CommitArgs, terms: &SealTerms) -> Result<Self, Failure> {
        let folder = args.secret.folder(&args.out)?;
        let (secret, new) = match folder.has_secret() {
            true => (args.secret.unlock(&folder)?, None),
            false => {
                let key = args.secret.new_key()?;
                (new_secret()?, Some(key))
            }
        };
        let (custodians, threshold) = (terms.custodians.clone(), terms.threshold);
        Ok(Sealing { folder, secret, new, custodians, threshold })
    }

    /// Keeps a new secret; S05 for one that another commitment has used up. Where a bundle stands at the place already,
    /// the commitment in it decides.
    pub fn begin(&self, store: &Store, digest: &Digest, published: bool) -> Result<(), Finding> {
        if let Some(key) = &self.new {
            return self.folder.begin(&self.secret, key);
        }
        if let Some(earlier) = self.folder.commitment()?.filter(|c| c != digest && !published)
            && store.draw(&earlier)?.is_some_and(|record| record.state != State::Pending)
        {
            let cause = say!("它属于承诺 {earlier}", "it belongs to the commitment {earlier}");
            let place = self.folder.path().display().to_string();
            return Err(Finding::new("S05", cause).file(place));
        }
        Ok(())
    }

    /// Keeps the closed files and the shares. What was published is never exchanged.
    pub fn close(&self, freeze: &Freeze, digest: &Digest, published: bool) -> Result<(), Finding> {
        self.folder.put(&self.secret, &closed_files(freeze), !published)?;
        if !self.custodians.is_empty() {
            let seal = freeze.commitment.seal.as_ref().expect("bug: it is sealed");
            let of = &seal.master;
            let Sealing { secret, threshold, custodians, .. } = self;
            self.folder.share(secret, of, *threshold, custodians, !published)?;
        }
        self.folder.set_commitment(digest)
    }

    /// Says where the secret is.
    pub fn report(&self, console: &Console) {
        let place = self.folder.path().display();
        console.say(&say!(
            "未公开的文件加密存于 {place}：另行备份，不要公布",
            "closed files are kept encrypted in {place}: back it up and do not publish it"
        ));
        if !self.custodians.is_empty() {
            let (k, n) = (self.threshold, self.custodians.len());
            console.say(&say!(
                "主密钥分为 {n} 份，{k} 份即可开启：用 ssj custodians 写出",
                "the secret has {n} shares, any {k} open it: ssj custodians writes them"
            ));
        }
    }
}

/// What is published of a freeze at once.
pub(super) fn public_files(freeze: &Freeze) -> Files {
    part(freeze, &layout(&freeze.commitment, Stage::Frozen, false).public)
}

fn closed_files(freeze: &Freeze) -> Files {
    part(freeze, &layout(&freeze.commitment, Stage::Frozen, false).closed)
}

fn part(freeze: &Freeze, paths: &[String]) -> Files {
    // Frames made elsewhere stand in no memory.
    let file = |path: &String| Some((path.clone(), freeze.files.get(path)?.clone()));
    paths.iter().filter_map(file).collect()
}

/// S20 for a sealed plan with frames from elsewhere.
pub(super) fn refuse_sealed(args: &CommitArgs) -> Result<(), Failure> {
    let file = PlanFile::read(&args.plan, args.rules.as_deref())?;
    let plan = file.of_quarter(args.quarter)?;
    if plan.seal().is_some() {
        let names: Vec<String> = args
            .frames
            .frames
            .iter()
            .map(|(_, path): &(String, PathBuf)| path.display().to_string())
            .collect();
        let names = names.join(", ");
        let cause = say!("给出了 {names}", "given: {names}");
        return Err(plan.at_head("mode", "S20", cause).into());
    }
    Ok(())
}
