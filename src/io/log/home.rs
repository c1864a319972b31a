//! The home of a log of our own: `key` and `witness.key` (secrets), `log.json`, `heads/` (every head that was signed, by
//! its size), and `public/`, which alone is given out.
//!
//! A checkpoint is signed in this order: tiles, guard, `public/checkpoint`. Whenever a run is killed, the next one finds
//! the guard equal to the public checkpoint or ahead of it with all tiles there, and completes; a guard that is
//! ahead of the tiles means that the folder is an old copy, and then nothing is signed.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::json;
use zeroize::Zeroizing;

use super::guard::{Guard, Held};
use super::public::{Public, parse_entries};
use crate::base::finding::{Finding, Findings};
use crate::base::json::{self, Object};
use crate::base::merkle::Root;
use crate::io::durable::{Written, failed, make_folders, replace_file, write_file, write_secret};
use crate::log::append::append;
use crate::log::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::log::empty_root;
use crate::log::entry::{Body, Entry};
use crate::log::key::{Kind, SignerKey, VerifierKey};
use crate::log::note::Signature;
use crate::log::policy::Policy;
use crate::log::reader::Tiles;
use crate::log::tiles::{Tile, WIDTH};
use crate::log::witness::Request;
use crate::say;

const KEY: &str = "key";
const WITNESS_KEY: &str = "witness.key";
const SETTINGS: &str = "log.json";
const HEADS: &str = "heads";

/// A log that this installation signs.
pub struct Home {
    folder: PathBuf,
    origin: String,
    guard: Guard,
    public: Public,
}

/// What appending did.
#[derive(Debug)]
pub struct Appended {
    /// The entries asked for and their places in the log, new or not.
    pub entries: Vec<(u64, Entry)>,
    /// How many of them are new.
    pub new: usize,
    /// The log's head now.
    pub root: Root,
}

impl Home {
    /// Makes a log in a new folder, with its guard in another one, and signs the empty tree. The settings are written
    /// last: what a killed run has begun is finished by the next, and a log that is there is never begun again.
    ///
    /// # Errors
    /// L02 if a name cannot name a key, W03 if another log is there already, W07 if the guard lies inside the log;
    /// W08.
    pub fn init(
        folder: &Path,
        names: [&str; 2],
        guard: &Path,
        seeds: &[[u8; 32]; 2],
    ) -> Result<(Self, Written), Finding> {
        let absolute = |path: &Path| std::path::absolute(path).map_err(|e| failed(path, &e));
        let (home, guard) = (absolute(folder)?, absolute(guard)?);
        if guard.starts_with(&home) {
            let cause = say!("记录本须与日志分开存放", "the guard must lie apart from the log");
            return Err(Finding::new("W07", cause).column("--guard"));
        }
        let origin = names[0];
        let shown = guard.display().to_string();
        let settings = json::format_line(&json!({"v": "dr1", "origin": origin, "guard": shown}));
        let begun = Home {
            folder: folder.to_owned(),
            origin: origin.to_owned(),
            guard: Guard::new(&guard),
            public: Public::at(folder.join("public")),
        };
        if folder.join(SETTINGS).exists() {
            return Ok((begun, write_file(&folder.join(SETTINGS), &settings)?));
        }
        let keys = [SignerKey::from_seed(origin, Kind::Ed25519, &seeds[0])?, {
            SignerKey::from_seed(names[1], Kind::Cosignature, &seeds[1])?
        }];
        begun.guard.make()?;
        make_folders(begun.public.folder())?;
        for (name, key) in [(WITNESS_KEY, &keys[1]), (KEY, &keys[0])] {
            if !folder.join(name).exists() {
                let line = Zeroizing::new(format!("{}\n", *key.format_secret()));
                write_secret(&folder.join(name), line.as_bytes())?;
            }
        }
        begun.sign_empty()?;
        write_file(&folder.join(SETTINGS), &settings)?;
        Ok((begun, Written::New))
    }

    fn sign_empty(&self) -> Result<(), Finding> {
        let key = self.key(KEY)?;
        let mut held = self.guard.hold(&self.origin)?;
        let signed = SignedCheckpoint::sign(Checkpoint::new(&self.origin, empty_root())?, &key);
        match held.seen() {
            None => held.swap(&signed)?,
            Some(seen) if *seen == signed => {}
            Some(_) => {
                let origin = &self.origin;
                let cause =
                    say!("已有来源为 {origin} 的日志", "there is a log of the origin {origin}");
                return Err(Finding::new("W03", cause).file(held.path().display().to_string()));
            }
        }
        self.publish(&signed)?;
        let vkey = format!("{}\n", key.verifier().format());
        replace_file(&self.public.folder().join("log.vkey"), vkey.as_bytes())
    }

    /// The log in a folder.
    ///
    /// # Errors
    /// L19 if there is none of our own; F05 if its settings are broken; W08.
    pub fn open(folder: &Path) -> Result<Self, Finding> {
        let path = folder.join(SETTINGS);
        if !path.is_file() {
            let cause = say!(
                "其中没有 {SETTINGS}：不是自己的日志",
                "there is no {SETTINGS} in it: it is no log of our own"
            );
            return Err(Finding::new("L19", cause).file(folder.display().to_string()));
        }
        let bytes = fs::read(&path).map_err(|e| failed(&path, &e))?;
        let named = |finding: Finding| finding.file(path.display().to_string());
        let settings = json::parse_line(&bytes).map_err(named)?;
        let settings = Object::root(&settings).map_err(named)?;
        Ok(Home {
            folder: folder.to_owned(),
            origin: settings.text("origin").map_err(named)?.to_owned(),
            guard: Guard::new(Path::new(settings.text("guard").map_err(named)?)),
            public: Public::at(folder.join("public")),
        })
    }

    /// The name of the log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What is given out.
    pub fn public(&self) -> &Public {
        &self.public
    }

    /// Where the guard lies.
    pub fn guard(&self) -> &Path {
        self.guard.folder()
    }

    /// The public keys of log and witness.
    ///
    /// # Errors
    /// L02 if a key is broken; W08, W15.
    pub fn keys(&self) -> Result<[VerifierKey; 2], Finding> {
        Ok([self.key(KEY)?.verifier(), self.key(WITNESS_KEY)?.verifier()])
    }

    /// Whether the log can be signed: so a step is refused before anything of it is written.
    ///
    /// # Errors
    /// L16–L18 if log and guard disagree; W08, W13.
    pub fn check(&self) -> Result<(), Finding> {
        let held = self.guard.hold(&self.origin)?;
        self.settle(&held, &self.key(KEY)?.verifier()).map(drop)
    }

    /// Appends what is not in the log yet, and signs the new checkpoint. `at` is put into the entries, or the time of the
    /// last entry if the clock went backwards meanwhile.
    ///
    /// # Errors
    /// L16–L18 if log and guard disagree, what the log or an entry is refused for; W08, W13.
    pub fn append(&self, bodies: Vec<Body>, at: u64) -> Result<Appended, Findings> {
        let key = self.key(KEY)?;
        let mut held = self.guard.hold(&self.origin)?;
        let signed = self.settle(&held, &key.verifier())?;
        let (present, broken) = parse_entries(&self.public.entries(&signed)?);
        if !broken.is_empty() {
            return Err(Findings(broken));
        }
        let at = present.last().map_or(at, |last| at.max(last.at));
        let mut added: Vec<Entry> = Vec::new();
        let mut places = Vec::new();
        for body in bodies {
            let entry = Entry { at, body };
            let known = present.iter().chain(&added).position(|known| known.same_as(&entry));
            places.push(known.unwrap_or(present.len() + added.len()));
            if known.is_none() {
                added.push(entry);
            }
        }
        let old = signed.checkpoint().root;
        let bytes = added.iter().map(Entry::format).collect::<Result<Vec<_>, _>>()?;
        let growth = append(old, &bytes, &mut |tile| self.public.tile(tile))?;
        if growth.root != old {
            self.write_tiles(&growth.files)?;
            let checkpoint = Checkpoint::new(&self.origin, growth.root)?;
            let signed = SignedCheckpoint::sign(checkpoint, &key);
            held.swap(&signed)?;
            self.publish(&signed)?;
            self.sweep(&growth.files);
        }
        let new = added.len();
        let all: Vec<Entry> = present.into_iter().chain(added).collect();
        let entries = places.into_iter().map(|at| (at as u64, all[at].clone())).collect();
        Ok(Appended { entries, new, root: growth.root })
    }

    /// Adds the cosignatures of a policy's witnesses to the public checkpoint; gives those that hold and how many they
    /// are now, and the lines of witnesses whom the policy does not know.
    ///
    /// # Errors
    /// L03 if a known witness's does not hold; L16–L18; W08, W13.
    pub fn add(
        &self,
        lines: &[Signature],
        policy: &Policy,
    ) -> Result<(usize, Vec<Finding>), Finding> {
        let held = self.guard.hold(&self.origin)?;
        let mut signed = self.settle(&held, &self.key(KEY)?.verifier())?;
        let mut strangers = Vec::new();
        let witnesses = policy.witnesses();
        for line in lines {
            let known = |key: &&VerifierKey| key.name() == line.name() && key.id() == line.id();
            if witnesses.iter().any(known) {
                signed.add(line.clone());
            } else {
                let cause = say!("策略中没有它的公钥", "the policy has no key of it");
                strangers.push(Finding::new("L31", cause).id(line.name()));
            }
        }
        let cosigned = signed.cosigned(&witnesses)?.len();
        self.publish(&signed)?;
        Ok((cosigned, strangers))
    }

    /// Cosigns the checkpoint of somebody else's log, if it continues what was seen of it before.
    ///
    /// # Errors
    /// What [`Request::check`] refuses; L09 if the tiles do not prove it; W08, W13.
    pub fn witness(
        &self,
        log: &Public,
        vkey: &VerifierKey,
        now_s: u64,
    ) -> Result<(Signature, SignedCheckpoint), Finding> {
        let signed = log.checkpoint()?;
        signed.check_log(&[vkey])?;
        let mut held = self.guard.hold(vkey.name())?;
        let seen = held.seen().cloned();
        if let Some(seen) = &seen {
            // A record that this key has not signed is another log's under the same name.
            seen.check_log(&[vkey])?;
        }
        let (old, new) =
            (seen.as_ref().map_or(0, |seen| seen.checkpoint().root.n), signed.checkpoint().root);
        let mut read = |tile| log.tile(tile);
        let mut tiles = Tiles::new(new.n, &mut read);
        // Where the tiles are those of another log, the proof shows it.
        let proof = if old <= new.n { tiles.prove_consistency(old)? } else { Vec::new() };
        let request = Request { old, proof, signed };
        request.check(vkey, seen.as_ref().map(SignedCheckpoint::checkpoint))?;
        held.swap(&request.signed)?;
        let line = request.signed.cosign(&self.key(WITNESS_KEY)?, now_s);
        Ok((line, request.signed))
    }

    /// Compares the public checkpoint with the guard's, and completes what a killed run had signed already.
    fn settle(&self, held: &Held, key: &VerifierKey) -> Result<SignedCheckpoint, Finding> {
        let guard = || held.path().display().to_string();
        let Some(last) = held.seen() else {
            let cause = say!("其中没有这份日志的记录", "it has no record of this log");
            return Err(Finding::new("L17", cause).file(guard()));
        };
        last.check_log(&[key]).map_err(|finding| finding.file(guard()))?;
        let shown = self.public.checkpoint()?;
        shown.check_log(&[key])?;
        let (seen, public) = (last.checkpoint().root, shown.checkpoint().root);
        let (had, has) = (seen.n, public.n);
        if seen == public {
            return Ok(shown);
        }
        if had < has {
            let cause =
                say!("其中 {had} 条，日志 {has} 条", "it has {had} entries, the log has {has}");
            return Err(Finding::new("L17", cause).file(guard()));
        }
        if had == has {
            let cause =
                say!("同为 {had} 条，树根不同", "both have {had} entries, with other roots");
            return Err(Finding::new("L18", cause).file(guard()));
        }
        let mut read = |tile| self.public.tile(tile);
        if Tiles::new(had, &mut read).head() == Ok(seen) && self.public.entries(last).is_ok() {
            self.publish(last)?;
            return Ok(last.clone());
        }
        let cause = say!(
            "日志有 {has} 条，但已签到 {had} 条：这是恢复的旧备份",
            "it has {has} entries, but {had} were signed: a backup was restored"
        );
        Err(Finding::new("L16", cause).file(self.public.folder().display().to_string()))
    }

    fn write_tiles(&self, files: &[(Tile, Vec<u8>)]) -> Result<(), Finding> {
        for (tile, bytes) in files {
            let path = self.public.folder().join(tile.path());
            let folder = path.parent().unwrap_or(&self.folder);
            make_folders(folder)?;
            // A killed run may have left other bytes here, which no checkpoint was ever signed of.
            replace_file(&path, bytes)?;
        }
        Ok(())
    }

    /// Removes partial tiles whose full ones are published: nobody needs them, and they would be most of the log.
    fn sweep(&self, files: &[(Tile, Vec<u8>)]) {
        let full: BTreeMap<String, Tile> = files
            .iter()
            .filter(|(tile, _)| tile.width == WIDTH)
            .map(|(tile, _)| (tile.path(), *tile))
            .collect();
        for path in full.keys() {
            // They do no harm where they stay.
            let _ = fs::remove_dir_all(self.public.folder().join(format!("{path}.p")));
        }
    }

    /// Gives out a checkpoint, and keeps it: cosignatures of it may come when the log has grown.
    fn publish(&self, signed: &SignedCheckpoint) -> Result<(), Finding> {
        self.keep_head(signed)?;
        self.public.publish(signed)
    }

    /// Keeps a signed head with the cosignatures that it has.
    ///
    /// # Errors
    /// W08.
    pub fn keep_head(&self, signed: &SignedCheckpoint) -> Result<(), Finding> {
        let heads = self.folder.join(HEADS);
        make_folders(&heads)?;
        replace_file(
            &heads.join(signed.checkpoint().root.n.to_string()),
            signed.format().as_bytes(),
        )
    }

    /// The heads that were signed and kept, by their sizes; what else lies there is passed over.
    ///
    /// # Errors
    /// L02 if the key is broken; W08.
    pub fn heads(&self) -> Result<Vec<SignedCheckpoint>, Finding> {
        let (folder, key) = (self.folder.join(HEADS), self.key(KEY)?.verifier());
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(failed(&folder, &e)),
        };
        let mut heads = Vec::new();
        for entry in entries {
            let path = entry.map_err(|e| failed(&folder, &e))?.path();
            let bytes = fs::read(&path).map_err(|e| failed(&path, &e))?;
            let signed = SignedCheckpoint::parse(&bytes).ok();
            heads.extend(signed.filter(|signed| signed.check_log(&[&key]).is_ok()));
        }
        heads.sort_by_key(|signed| signed.checkpoint().root.n);
        Ok(heads)
    }

    fn key(&self, name: &str) -> Result<SignerKey, Finding> {
        let path = self.folder.join(name);
        let text = fs::read_to_string(&path).map(Zeroizing::new).map_err(|e| failed(&path, &e))?;
        let key = SignerKey::parse(text.trim_end());
        key.map_err(|finding| finding.file(path.display().to_string()))
    }
}
