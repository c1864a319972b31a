//! A killed step of a sealed draw is finished by the same command, to the same bytes.

use std::fs;
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::office::{BEACON, Office};
use crate::sealed::{COMMIT, DRAW, FROZEN, OPEN, SHARED, bundle, master, names, sealed};
use crate::support::read_folder;
use crate::support::ssj::{AFTER, command};

/// Kills a command after a random part of `whole`.
fn killed(office: &Office, args: &[&str], rng: &mut ChaCha20Rng, whole: Duration) {
    let null = std::process::Stdio::null;
    let mut child = command(office.folder(), args).stdout(null()).stderr(null()).spawn().unwrap();
    let micros = whole.as_micros() as u64;
    std::thread::sleep(Duration::from_micros(rng.next_u64() % (micros + micros / 8 + 1)));
    let _ = child.kill();
    child.wait().unwrap();
}

#[allow(clippy::disallowed_methods, reason = "to spread the kills over the whole run")]
fn timed(office: &Office, args: &[&str]) -> Duration {
    let start = std::time::Instant::now();
    office.done(args);
    start.elapsed()
}

fn copy_of(office: &Office) -> Office {
    let copy = Office::new();
    for name in ["bundle", "bundle.sealed"] {
        for (path, bytes) in read_folder(&office.path(name)) {
            let path = copy.path(name).join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
    for name in ["plan.toml", "office.key", "ssj.db"] {
        fs::copy(office.path(name), copy.path(name)).unwrap();
    }
    copy
}

/// kill -9 at 200 random moments of commit, draw and open. What is left is part of the right result; the same command
/// then finishes to the same bytes, and the secret, once kept, is never exchanged.
#[test]
fn killed_steps_of_sealed_draws_finish_to_the_same_bytes() {
    let mut rng = ChaCha20Rng::seed_from_u64(6);
    let first = sealed(SHARED);
    let whole = timed(&first, COMMIT);
    let mut found = 0;
    for round in 0..60 {
        let office = sealed(SHARED);
        killed(&office, COMMIT, &mut rng, whole);
        let kept = office.path("bundle.sealed/master.age").exists().then(|| master(&office));
        found += usize::from(kept.is_some());
        if office.path("bundle").exists() {
            assert_eq!(names(&bundle(&office)), FROZEN, "round {round}");
        }
        office.done(COMMIT);
        assert!(kept.is_none_or(|secret| secret == master(&office)), "round {round}");
        let before = office.snapshot();
        office.done(COMMIT);
        assert!(office.snapshot() == before, "round {round}");
    }
    assert!((3..60).contains(&found), "{found} of 60 had kept their secret");
    first.done(&[&["--clock", AFTER], BEACON].concat());
    let (drawn, opened) = (copy_of(&first), copy_of(&first));
    let whole = timed(&drawn, DRAW);
    opened.done(DRAW);
    let opening = timed(&opened, OPEN);
    for (from, args, whole, expected) in
        [(&first, DRAW, whole, bundle(&drawn)), (&drawn, OPEN, opening, bundle(&opened))]
    {
        for round in 0..70 {
            let office = copy_of(from);
            killed(&office, args, &mut rng, whole);
            for (path, bytes) in bundle(&office) {
                assert!(expected.get(&path) == Some(&bytes), "round {round}: {path}");
            }
            office.done(args);
            assert!(bundle(&office) == expected, "round {round}, {args:?}");
            let left = fs::read_dir(office.folder()).unwrap();
            let left = left.map(|e| e.unwrap().file_name().into_string().unwrap());
            assert_eq!(left.filter(|n| n.ends_with(".part")).count(), 0, "round {round}");
        }
    }
}
