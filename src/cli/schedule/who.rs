//! Who is asked for: a mistyped number is nobody's, and that is no empty day.

use super::super::ground::Registers;
use crate::base::digest::Suite;
use crate::base::finding::Finding;
use crate::say;

/// Whether the registers have this certificate number, as they write it or as draws do.
pub(super) fn is_registered(registers: Option<&Registers>, number: &str) -> bool {
    let mut all = registers.into_iter().flat_map(|registers| registers.registry.inspectors());
    all.any(|one| {
        let iids = [Suite::Sha256, Suite::Sm3].into_iter().filter_map(|suite| one.iid(suite));
        one.certificate.as_deref() == Some(number)
            || iids.into_iter().any(|iid| iid.as_str() == number)
    })
}

/// D22.
pub(super) fn nobody(number: &str) -> Finding {
    let cause = say!(
        "读到的抽取和名录中都没有“{number}”",
        "neither a draw that was read nor a register has \"{number}\""
    );
    Finding::new("D22", cause).column("--inspector")
}
