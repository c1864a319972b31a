//! The only clock of the program. A set clock serves tests and rehearsals, and a draw frozen with it says so.

use super::Failure;
use crate::base::date::parse_instant;
use crate::base::finding::Finding;
use crate::say;

/// Tells the time in seconds of UTC.
pub(super) struct Clock {
    set_s: Option<u64>,
}

impl Clock {
    /// The system's clock, or one that stands at an RFC 3339 time.
    pub fn new(set: Option<&str>) -> Result<Self, Failure> {
        let parse = |text: &str| {
            parse_instant(text).ok_or_else(|| {
                Failure::input(
                    Finding::new(
                        "W07",
                        say!("“{text}” 不是 RFC 3339 时间", "\"{text}\" is no RFC 3339 time"),
                    )
                    .column("--clock"),
                )
            })
        };
        Ok(Clock { set_s: set.map(parse).transpose()? })
    }

    /// A clock that stands.
    pub fn at(unix_s: u64) -> Self {
        Clock { set_s: Some(unix_s) }
    }

    /// Now.
    #[expect(clippy::disallowed_methods, reason = "this is the shell's clock")]
    pub fn now_s(&self) -> u64 {
        let system = || {
            std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |d| d.as_secs())
        };
        self.set_s.unwrap_or_else(system)
    }

    /// Whether somebody set it.
    pub fn is_set(&self) -> bool {
        self.set_s.is_some()
    }

    /// Refuses a clock that is set ahead: what is signed with it would hold up the times of everything after.
    pub fn check_not_ahead(&self) -> Result<(), Finding> {
        if self.now_s() > (Clock { set_s: None }).now_s() {
            let cause = say!("--clock 不能晚于现在", "--clock must not be later than now");
            return Err(Finding::new("W11", cause));
        }
        Ok(())
    }

    /// Refuses a set clock for anything but a rehearsal.
    pub fn check_rehearsal(&self, rehearsal: bool) -> Result<(), Finding> {
        if self.set_s.is_some() && !rehearsal {
            return Err(Finding::new(
                "W11",
                say!("正式抽取不能使用 --clock", "a real draw does not take --clock"),
            ));
        }
        Ok(())
    }
}
