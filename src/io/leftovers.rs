//! What a run makes for itself and takes away again: locks, marks, and files that are not whole yet. If somebody
//! interrupts it with Ctrl-C they are taken away, too. (A killed run cannot; the next one clears up behind it.)

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What there is now.
static MADE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// The exit code of a run that was interrupted: 128 and the number of the signal, as shells have it.
const INTERRUPTED: i32 = 130;
/// A writer that is under way may make once more what was taken away, and finds out at its next step.
const ROUNDS: usize = 3;

/// A path that an interrupt clears; whoever made the file or folder takes it away himself otherwise.
#[derive(Debug)]
pub struct Leftover(PathBuf);

impl Leftover {
    /// Names a file or folder before it is made.
    pub fn new(path: &Path) -> Self {
        MADE.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        Leftover(path.to_owned())
    }

    /// Names a file that is this run's own only once it is made, as a lock is; no interrupt comes between the two.
    pub fn of<T, E>(path: &Path, make: impl FnOnce() -> Result<T, E>) -> Result<(Self, T), E> {
        let mut list = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        let made = make()?;
        list.insert(path.to_owned());
        Ok((Leftover(path.to_owned()), made))
    }
}

impl Drop for Leftover {
    fn drop(&mut self) {
        MADE.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// From now on Ctrl-C clears what there is and ends the process. Where the system has no such signal, nothing changes.
pub fn clear_on_interrupt() {
    let clear = || {
        // Nobody makes anything new while this holds the list, and nobody goes on after it.
        let made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..ROUNDS {
            for path in made.iter() {
                let _ =
                    if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        std::process::exit(INTERRUPTED);
    };
    // A second handler in one process changes nothing either.
    let _ = ctrlc::set_handler(clear);
}
