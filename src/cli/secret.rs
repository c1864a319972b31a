//! How a command gets at the secret of a sealed draw: by passphrase, by a key file, or by the shares of custodians.

use std::fs::File;
use std::io::{ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Failure;
use crate::base::finding::{Finding, Findings};
use crate::base::secret::Secret;
use crate::draw::ticket::master_digest;
use crate::io::durable::failed;
use crate::io::folder::{Limit, read_limited};
use crate::io::sealed::{Key, PASSPHRASE_CHARS_MIN, SealedFolder, Share, join};
use crate::record::commitment::Commitment;
use crate::say;

/// Most bytes of a file with a passphrase, keys or a share.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Where the secret of a sealed draw comes from.
#[derive(clap::Args, Default)]
pub(super) struct SecretArgs {
    /// 保密抽取：口令文件（第一行），缺省在终端询问 / sealed: file with the passphrase in its first line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["key_file", "shares"])]
    pub passphrase_file: Option<PathBuf>,
    /// 保密抽取：本机关的 age 密钥文件，代替口令 / sealed: the office's keys (age), in place of a passphrase
    #[arg(long, value_name = "FILE", conflicts_with = "shares")]
    pub key_file: Option<PathBuf>,
    /// 保密抽取：保管人的份额文件，可多个，代替口令 / sealed: custodians' shares, in place of a passphrase
    #[arg(long = "share", value_name = "FILE")]
    pub shares: Vec<PathBuf>,
    /// 保密抽取：密封文件夹，缺省为公示包旁的 <公示包>.sealed / sealed: the sealed folder, by default <BUNDLE>.sealed
    #[arg(long, value_name = "DIR")]
    pub sealed: Option<PathBuf>,
}

impl SecretArgs {
    /// The sealed folder of a bundle.
    pub fn folder(&self, bundle: &Path) -> Result<SealedFolder, Finding> {
        match &self.sealed {
            Some(folder) => Ok(SealedFolder::at(folder.clone())),
            None => SealedFolder::beside(bundle),
        }
    }

    /// The secret that a commitment speaks of.
    ///
    /// # Errors
    /// S01–S04, S07–S10, W33.
    pub fn secret(
        &self,
        sealed: &SealedFolder,
        commitment: &Commitment,
    ) -> Result<Secret, Failure> {
        let seal = commitment.seal.as_ref().expect("bug: an open draw has no secret");
        let secret = match self.shares.is_empty() {
            true => self.unlock(sealed)?,
            false => self.join(sealed, &seal.master)?,
        };
        if master_digest(commitment.suite, secret.expose()) != seal.master {
            let cause = say!("与承诺中的摘要不符", "the commitment has another digest");
            let place = sealed.path().display().to_string();
            return Err(Finding::new("S03", cause).file(place).into());
        }
        Ok(secret)
    }

    /// The secret of a sealed folder, by passphrase or key.
    pub fn unlock(&self, sealed: &SealedFolder) -> Result<Secret, Failure> {
        // Nobody is asked for the passphrase of what is not there.
        if !sealed.has_secret() {
            let cause = say!("没有主密钥", "there is no secret in it");
            return Err(Finding::new("S01", cause)
                .file(sealed.path().display().to_string())
                .into());
        }
        Ok(sealed.unlock(&self.key(false)?)?)
    }

    /// The key of a new secret; a passphrase is typed twice.
    pub fn new_key(&self) -> Result<Key, Failure> {
        if !self.shares.is_empty() {
            let cause = say!(
                "份额是封存时才拆出的，不能用来封存",
                "shares are made by the commitment, they do not begin one"
            );
            return Err(Finding::new("W07", cause).column("--share").into());
        }
        let key = self.key(true)?;
        if !key.can_read() {
            let cause = say!("其中只有公钥", "it has public keys only");
            let finding = Finding::new("S07", cause);
            let place = self.key_file.as_deref().map(|path| path.display().to_string());
            return Err(place.into_iter().fold(finding, Finding::file).into());
        }
        Ok(key)
    }

    fn key(&self, new: bool) -> Result<Key, Failure> {
        if let Some(path) = &self.key_file {
            let key = Key::parse(&text(path)?);
            return Ok(key.map_err(|finding| finding.file(path.display().to_string()))?);
        }
        let passphrase = match &self.passphrase_file {
            Some(path) => {
                let text = text(path)?;
                Zeroizing::new(text.lines().next().unwrap_or_default().to_owned())
            }
            None => ask(new)?,
        };
        if new {
            Key::check_passphrase(&passphrase)?;
        }
        Ok(Key::passphrase(&passphrase))
    }

    fn join(
        &self,
        sealed: &SealedFolder,
        of: &crate::base::digest::Digest,
    ) -> Result<Secret, Failure> {
        let (mut shares, mut findings) = (Vec::new(), Vec::new());
        for path in &self.shares {
            match Share::parse(&text(path)?) {
                Ok(share) => shares.push(share),
                Err(finding) => findings.push(finding.file(path.display().to_string())),
            }
        }
        let ((), _) = Findings::check(findings, ())?;
        let secret = join(&shares, of)?;
        // A share that is none of those handed out gives a wrong secret; the digests say which.
        let custody = sealed.custody()?;
        let foreign = custody.iter().flat_map(|custody| custody.foreign(&shares)).map(|share| {
            let cause =
                say!("它的摘要不是发出的那一份的", "its digest is not of the share handed out");
            Finding::new("S09", cause).id(share.number().to_string())
        });
        let ((), _) = Findings::check(foreign.collect(), ())?;
        Ok(secret)
    }
}

/// A passphrase from the terminal, which does not show it.
fn ask(new: bool) -> Result<Zeroizing<String>, Failure> {
    if !std::io::stdin().is_terminal() {
        let cause = say!("这里没有终端", "there is no terminal here");
        return Err(Finding::new("W33", cause).into());
    }
    let prompt = |text: &str| {
        let typed = rpassword::prompt_password(text).map_err(|error| {
            let cause = match error.kind() {
                ErrorKind::Interrupted | ErrorKind::UnexpectedEof => {
                    say!("已中断，没有录入口令", "interrupted: no passphrase was typed")
                }
                _ => say!("这里没有终端", "there is no terminal here"),
            };
            Finding::new("W33", cause)
        });
        typed.map(Zeroizing::new)
    };
    let least = PASSPHRASE_CHARS_MIN;
    let first = match new {
        true => prompt(&format!(
            "口令，至少 {least} 个字符 / passphrase, {least} characters or more: "
        ))?,
        false => prompt("口令 / passphrase: ")?,
    };
    if new && *prompt("再输入一次 / once more: ")? != *first {
        let cause = say!("两次输入不同", "the two entries differ");
        return Err(Finding::new("S06", cause).into());
    }
    Ok(first)
}

fn text(path: &Path) -> Result<Zeroizing<String>, Finding> {
    let file = File::open(path).map_err(|e| failed(path, &e))?;
    let place = || path.display().to_string();
    let bytes = read_limited(file, Limit::File(FILE_BYTES_MAX)).map_err(|e| failed(path, &e))?;
    let bytes = bytes.map_err(|finding| finding.file(place()))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Finding::new("W07", say!("不是 UTF-8 文本", "it is no text in UTF-8")).file(place())
    })?;
    Ok(Zeroizing::new(text))
}
