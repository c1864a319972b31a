use std::collections::BTreeSet;

use super::*;

const OF: Digest = Digest::NONE;

fn files(entries: &[(&str, &str)]) -> Files {
    entries.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

fn key() -> Key {
    let text = Identity::generate().to_string();
    Key::parse(age::secrecy::ExposeSecret::expose_secret(&text)).unwrap()
}

fn sealed() -> (tempfile::TempDir, SealedFolder, Secret, Key) {
    let temp = tempfile::tempdir().unwrap();
    let folder = SealedFolder::beside(&temp.path().join("bundle")).unwrap();
    let (secret, key) = (new_secret().unwrap(), key());
    folder.begin(&secret, &key).unwrap();
    (temp, folder, secret, key)
}

/// All bytes of all files of a folder.
fn bytes_below(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        all.extend(if path.is_dir() { bytes_below(&path) } else { fs::read(path).unwrap() });
    }
    all
}

#[test]
fn what_is_put_comes_back_and_nothing_stands_in_plain() {
    let (temp, folder, secret, key) = sealed();
    assert_eq!(folder.path(), temp.path().canonicalize().unwrap().join("bundle.sealed"));
    let closed = files(&[("frames/T1.tsv", "sid-in-a-frame"), ("recusals.tsv", "")]);
    assert_eq!(folder.put(&secret, &closed, false).unwrap(), Written::New);
    let before = bytes_below(folder.path());
    assert_eq!(folder.put(&secret, &closed, false).unwrap(), Written::Unchanged);
    assert!(bytes_below(folder.path()) == before);
    folder.add("events/0001.json", b"event-of-a-subject").unwrap();
    assert_eq!(folder.add("events/0001.json", b"x").unwrap_err().code(), "W03");
    let again = folder.get(&folder.unlock(&key).unwrap()).unwrap();
    let with_event = [("events/0001.json", "event-of-a-subject")];
    assert_eq!(again, closed.into_iter().chain(files(&with_event)).collect());
    let all = bytes_below(folder.path());
    for plain in ["sid-in-a-frame", "event-of-a-subject", &*secret.hex()] {
        assert!(!all.windows(plain.len()).any(|part| part == plain.as_bytes()), "{plain}");
    }
    assert!(!all.windows(32).any(|part| part == secret.expose().as_bytes()));
}

#[test]
fn another_freeze_takes_the_place_of_an_earlier_one_only_before_it_is_published() {
    let (_temp, folder, secret, _) = sealed();
    folder.put(&secret, &files(&[("a", "1"), ("b", "2")]), true).unwrap();
    let other = files(&[("a", "one")]);
    assert_eq!(folder.put(&secret, &other, false).unwrap_err().code(), "W03");
    assert_eq!(folder.put(&secret, &other, true).unwrap(), Written::New);
    assert_eq!(folder.get(&secret).unwrap(), other);
}

#[test]
fn wrong_keys_and_secrets_are_told() {
    let (temp, folder, secret, _) = sealed();
    assert_eq!(folder.begin(&secret, &key()).unwrap_err().code(), "W03");
    assert_eq!(folder.unlock(&key()).unwrap_err().code(), "S02");
    assert_eq!(folder.unlock(&Key::passphrase("wrong words")).unwrap_err().code(), "S02");
    folder.put(&secret, &files(&[("a", "1")]), false).unwrap();
    let other = new_secret().unwrap();
    assert_eq!(folder.get(&other).unwrap_err().code(), "S03");
    assert_eq!(folder.put(&other, &files(&[("a", "1")]), true).unwrap_err().code(), "S03");
    let place = folder.path().join("closed/a.age");
    let mut bytes = fs::read(&place).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&place, bytes).unwrap();
    assert_eq!(folder.get(&secret).unwrap_err().code(), "S04");
    let empty = SealedFolder::beside(&temp.path().join("other")).unwrap();
    assert_eq!(empty.unlock(&key()).unwrap_err().code(), "S01");
    assert_eq!(empty.add("a", b"1").unwrap_err().code(), "S01");
}

#[test]
fn a_passphrase_opens_what_it_closed() {
    let temp = tempfile::tempdir().unwrap();
    let folder = SealedFolder::at(temp.path().join("s"));
    let secret = new_secret().unwrap();
    folder.begin(&secret, &Key::passphrase("正确的口令 2026")).unwrap();
    let again = folder.unlock(&Key::passphrase("正确的口令 2026")).unwrap();
    assert_eq!(again.expose(), secret.expose());
    assert_eq!(folder.unlock(&Key::passphrase("正确的口令 2027")).unwrap_err().code(), "S02");
    assert_eq!(Key::check_passphrase("seven ch"), Ok(()));
    assert_eq!(Key::check_passphrase("seven c").unwrap_err().code(), "S06");
}

#[test]
fn key_files_are_those_of_age_keygen() {
    let own = Identity::generate();
    let text = format!(
        "# created: 2026-11-22\n# public key: {}\n{}\n",
        own.to_public(),
        age::secrecy::ExposeSecret::expose_secret(&own.to_string())
    );
    assert!(Key::parse(&text).unwrap().can_read());
    assert!(!Key::parse(&own.to_public().to_string()).unwrap().can_read());
    for wrong in ["", "# only a comment", "AGE-SECRET-KEY-1QQQ", "age1qqq"] {
        let finding = Key::parse(wrong).err().unwrap();
        assert_eq!(finding.code(), "S07");
        assert!(!finding.cause.en.contains("QQQ"));
    }
}

/// Every choice of `threshold` of the shares gives the secret; one fewer is refused; and a changed one gives another.
#[test]
fn any_threshold_of_the_shares_is_the_secret() {
    let secret = new_secret().unwrap();
    for (threshold, n) in [(2, 2), (2, 3), (3, 5)] {
        let shares = split(&secret, &OF, threshold, n).unwrap();
        for chosen in 0u32..1 << n {
            let some: Vec<Share> = (0..n)
                .filter(|i| chosen >> i & 1 == 1)
                .map(|i| shares[usize::from(i)].clone())
                .collect();
            match join(&some, &OF) {
                Ok(joined) => {
                    assert!(some.len() >= usize::from(threshold));
                    assert_eq!(joined.expose(), secret.expose());
                }
                Err(finding) => {
                    assert_eq!(finding.code(), "S10");
                    assert!(some.len() < usize::from(threshold));
                }
            }
        }
    }
    let (one, two) = (split(&secret, &OF, 2, 2).unwrap(), split(&secret, &OF, 2, 2).unwrap());
    assert_ne!(join(&[one[0].clone(), two[1].clone()], &OF).unwrap().expose(), secret.expose());
    let of_three = split(&secret, &OF, 3, 3).unwrap();
    assert_eq!(join(&[one[0].clone(), of_three[1].clone()], &OF).unwrap_err().code(), "S09");
    assert_eq!(join(&[one[0].clone(), one[0].clone()], &OF).unwrap_err().code(), "S09");
    let elsewhere = crate::base::digest::Suite::Sha256.digest(b"other");
    assert_eq!(join(&one, &elsewhere).unwrap_err().code(), "S09");
}

/// Every single wrong character of a share is noticed, and every two that changed places.
#[test]
fn mistyped_shares_are_told() {
    let secret = new_secret().unwrap();
    let share = split(&secret, &OF, 2, 3).unwrap().remove(0);
    let text = share.text();
    assert_eq!(Share::parse(&text.to_uppercase()).unwrap().digest(), share.digest());
    let file = format!("# 张三\n\n  {}  \n", text.replace(' ', "\t "));
    assert_eq!(Share::parse(&file).unwrap().digest(), share.digest());
    let plain: Vec<char> = text.chars().filter(|c| *c != ' ').collect();
    let mut tried = BTreeSet::new();
    for at in 0..plain.len() {
        for c in "qpzry9x8gf2tvdw0s3jn54khce6mua7l1b".chars().filter(|c| *c != plain[at]) {
            let mut wrong = plain.clone();
            wrong[at] = c;
            tried.insert(wrong.iter().collect::<String>());
        }
        if at > 0 && plain[at] != plain[at - 1] {
            let mut wrong = plain.clone();
            wrong.swap(at, at - 1);
            tried.insert(wrong.iter().collect());
        }
    }
    assert!(tried.len() > 2000);
    for wrong in &tried {
        let finding = Share::parse(wrong).err().unwrap_or_else(|| panic!("{wrong} passes"));
        assert_eq!(finding.code(), "S08");
    }
}

#[test]
fn shares_are_made_once() {
    let (_temp, folder, secret, _) = sealed();
    let names = ["张三", "李四", "王五"].map(str::to_owned);
    assert!(folder.custody().unwrap().is_none() && folder.all_shares(&secret).unwrap().is_none());
    folder.share(&secret, &OF, 2, &names, false).unwrap();
    let before = bytes_below(folder.path());
    folder.share(&secret, &OF, 2, &names, false).unwrap();
    assert!(bytes_below(folder.path()) == before);
    let others = ["张三", "李四", "赵六"].map(str::to_owned);
    assert_eq!(folder.share(&secret, &OF, 2, &others, false).unwrap_err().code(), "W03");
    folder.share(&secret, &OF, 2, &others, true).unwrap();
    folder.share(&secret, &OF, 2, &names, true).unwrap();
    let (shares, custody) =
        (folder.all_shares(&secret).unwrap().unwrap(), folder.custody().unwrap().unwrap());
    assert_eq!((custody.threshold, custody.custodians.len()), (2, 3));
    assert!(custody.foreign(&shares).is_empty());
    let other = split(&secret, &OF, 2, 3).unwrap();
    assert_eq!(custody.foreign(&[shares[0].clone(), other[1].clone()])[0].number(), 2);
    for share in &shares {
        let text = share.text();
        assert!(!before.windows(text.len()).any(|part| part == text.as_bytes()));
    }
}
