//! Exact ratios. A floor ("不低于 x %") rounds up, a cap rounds down; no float ever.

use std::fmt;

/// A ratio between 0 and 1, kept in millionths of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ratio {
    millionths: u32,
}

impl Ratio {
    /// Nothing: 0 %.
    pub const ZERO: Ratio = Ratio { millionths: 0 };
    /// The whole: 100 %.
    pub const ONE: Ratio = Ratio { millionths: 1_000_000 };

    /// Parses a percentage as plans write it: `3%`, `0.5%`, `12.25%`, `100%`; up to four decimals.
    pub fn parse_percent(text: &str) -> Option<Self> {
        let number = text.strip_suffix('%')?;
        let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty()
            || whole.len() > 3
            || decimals.len() > 4
            || !digits(whole)
            || !digits(decimals)
        {
            return None;
        }
        if number.ends_with('.') {
            return None;
        }
        let millionths: u32 = format!("{whole}{decimals:0<4}").parse().ok()?;
        (millionths <= Ratio::ONE.millionths).then_some(Ratio { millionths })
    }

    /// ⌈ratio · n⌉: what a floor demands of n.
    pub fn ceil_of(self, n: u64) -> u64 {
        let exact = u128::from(self.millionths) * u128::from(n);
        u64::try_from(exact.div_ceil(1_000_000)).expect("bug: a ratio is at most one")
    }

    /// ⌊ratio · n⌋: what a cap allows of n.
    pub fn floor_of(self, n: u64) -> u64 {
        let exact = u128::from(self.millionths) * u128::from(n);
        u64::try_from(exact / 1_000_000).expect("bug: a ratio is at most one")
    }
}

/// A chance as a percentage with two decimals, rounded down; one that is not nothing never looks like it.
pub fn percent((above, below): (u128, u128)) -> String {
    let hundredths = above * 10_000 / below.max(1);
    match (hundredths, above) {
        (0, 1..) => "<0.01%".to_owned(),
        _ => format!("{}.{:02}%", hundredths / 100, hundredths % 100),
    }
}

/// A chance as a fraction in lowest terms.
pub fn lowest((above, below): (u128, u128)) -> (u128, u128) {
    let (mut a, mut b) = (above, below);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    let common = a.max(1);
    (above / common, below / common)
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.millionths / 10_000, self.millionths % 10_000);
        let decimals = format!("{rest:04}");
        match decimals.trim_end_matches('0') {
            "" => write!(f, "{whole}%"),
            decimals => write!(f, "{whole}.{decimals}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_round_up_and_caps_down() {
        let three = Ratio::parse_percent("3%").unwrap();
        // The worked cases of Shanghai (2014) and of a published plan that was short by two.
        for (n, up, down) in
            [(4_422, 133, 132), (6_055, 182, 181), (40_065, 1_202, 1_201), (0, 0, 0)]
        {
            assert_eq!((three.ceil_of(n), three.floor_of(n)), (up, down));
        }
    }

    #[test]
    fn percent_texts() {
        for text in ["0%", "3%", "0.5%", "12.25%", "99.9999%", "100%"] {
            assert_eq!(Ratio::parse_percent(text).unwrap().to_string(), text);
        }
        for bad in ["", "%", "3", "3.%", ".5%", "-1%", "101%", "1.00001%", "3 %", "3％", "1e1%"] {
            assert_eq!(Ratio::parse_percent(bad), None, "{bad:?}");
        }
    }
}
