//! R: registers. P: plans.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
