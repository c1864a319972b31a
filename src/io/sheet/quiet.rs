//! Code of others that may panic on a damaged file, run so that the panic ends in a value and not on the screen.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// What `work` returns; none if it panicked. The hook that reports panics is wrapped once in one that keeps silent
/// for the thread at work only: the panics of all other threads, and of this one afterwards, are reported as before.
pub(super) fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    HOOK.call_once(|| {
        let report = take_hook();
        set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                report(panic);
            }
        }));
    });
    let before = QUIET.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    QUIET.set(before);
    result.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_value_and_silence_ends_with_it() {
        assert_eq!(quietly(|| 1), Some(1));
        assert_eq!(quietly(|| -> u8 { panic!("seen nowhere") }), None);
        assert_eq!(quietly(|| quietly(|| -> u8 { panic!("nor here") })), Some(None));
        assert!(!QUIET.get());
    }
}
