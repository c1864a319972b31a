//! The sources of a public random beacon (公开随机信标) that a commitment names: with round, issue and time,
//! never "latest".

use serde_json::{Value, json};

use super::drand;
use super::ids::is_name;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::{Finding, Text};
use crate::base::json::Object;
use crate::base::text::{INTEGER_LIMIT, is_field, line_digest, parse_integer};
use crate::say;

/// Who vouches for the beacon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Only public sources, with at least 64 bits together.
    Public,
    /// Dice and witnesses' shares are allowed: the witnesses alone vouch for them.
    Witnessed,
}

impl Trust {
    /// `public` or `witnessed`.
    pub fn name(self) -> &'static str {
        match self {
            Trust::Public => "public",
            Trust::Witnessed => "witnessed",
        }
    }
}

/// One source of a beacon, as committed. Times are seconds of UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Source {
    /// A round of a drand chain; its time follows from the chain.
    Drand { chain: String, round: u64 },
    /// A pulse of the NIST randomness beacon 2.0.
    Nist2 { chain: String, pulse: String, at: u64 },
    /// A lottery whose numbers are ascending in pools, as in RFC 3797.
    Rfc3797 { game: &'static Lottery, issue: String, at: u64 },
    /// A lottery of digits in the order announced.
    Digits { game: &'static DigitGame, issue: String, at: u64 },
    /// Twenty throws of a ten-sided die before witnesses.
    Dice { at: u64 },
    /// A share that a witness has bound himself to by `hash` = HL("wit", share).
    Witness { name: String, hash: Digest, at: u64 },
}

/// A lottery of numbered balls.
#[derive(Debug, PartialEq, Eq)]
pub struct Lottery {
    /// Short name: `ssq`, `dlt`, `kl8`.
    pub game: &'static str,
    /// 双色球, 大乐透, 快乐8.
    pub zh: &'static str,
    /// Per pool: how many are drawn, and the largest number.
    pub pools: &'static [(usize, u64)],
    /// Entropy of a result in tenths of a bit, rounded down.
    tenth_bits: u32,
}

/// A lottery of decimal digits.
#[derive(Debug, PartialEq, Eq)]
pub struct DigitGame {
    /// Short name: `3d`, `pl5`.
    pub game: &'static str,
    /// 福彩3D, 排列5.
    pub zh: &'static str,
    /// How many digits.
    pub digits: usize,
    /// Entropy of a result in tenths of a bit, rounded down.
    tenth_bits: u32,
}

static LOTTERIES: [Lottery; 3] = [
    Lottery { game: "ssq", zh: "双色球", pools: &[(6, 33), (1, 16)], tenth_bits: 241 },
    Lottery { game: "dlt", zh: "大乐透", pools: &[(5, 35), (2, 12)], tenth_bits: 244 },
    Lottery { game: "kl8", zh: "快乐8", pools: &[(20, 80)], tenth_bits: 616 },
];

static DIGIT_GAMES: [DigitGame; 2] = [
    DigitGame { game: "3d", zh: "福彩3D", digits: 3, tenth_bits: 99 },
    DigitGame { game: "pl5", zh: "排列5", digits: 5, tenth_bits: 166 },
];

/// Throws of `dice:d10x20`.
const DICE_DIGITS: usize = 20;
/// A beacon carries at least 64 bits.
const TENTH_BITS_MIN: u32 = 640;
/// Stands for a share that a witness never revealed.
pub const NEVER_REVEALED: &str = "-";
/// All keys that a source of some kind has.
const SOURCE_KEYS: &[&str] =
    &["chain", "round", "pulse", "game", "issue", "dice", "name", "hash", "at"];

impl Source {
    pub(super) fn read(source: &Object<'_>) -> Result<Self, Finding> {
        let keys: &[&str] = match source.text("kind")? {
            "drand" => &["chain", "round"],
            "nist2" => &["chain", "pulse", "at"],
            "rfc3797" | "digits" => &["game", "issue", "at"],
            "dice" => &["dice", "at"],
            "wit" => &["name", "hash", "at"],
            other => {
                return Err(refused(
                    source,
                    "kind",
                    say!("没有来源种类 {other}", "no source is of kind {other}"),
                ));
            }
        };
        let others: Vec<&str> =
            SOURCE_KEYS.iter().filter(|key| !keys.contains(key)).copied().collect();
        source.without(&others)?;
        let issue = |key: &str| -> Result<String, Finding> {
            let text = source.text(key)?;
            if is_name(text) {
                Ok(text.to_owned())
            } else {
                Err(source.breach(key, say!("须为期号", "must be the issue")))
            }
        };
        let number = |key: &str| -> Result<String, Finding> {
            let text = issue(key)?;
            let leading_zero = text.starts_with('0') && text != "0";
            let good =
                text.len() <= 20 && !leading_zero && text.bytes().all(|b| b.is_ascii_digit());
            if good {
                Ok(text)
            } else {
                Err(source.breach(key, say!("须为数字", "must be a number")))
            }
        };
        Ok(match source.text("kind")? {
            "drand" => {
                let (chain, round) = (source.text("chain")?, source.integer("round")?);
                if chain != drand::QUICKNET.chain {
                    return Err(refused(
                        source,
                        "chain",
                        say!("不认识链 {chain}", "the chain {chain} is not known"),
                    ));
                }
                if round == 0 || drand::QUICKNET.time_of(round) >= INTEGER_LIMIT {
                    return Err(refused(
                        source,
                        "round",
                        say!("没有这一轮", "there is no such round"),
                    ));
                }
                Source::Drand { chain: chain.to_owned(), round }
            }
            "nist2" => Source::Nist2 {
                chain: number("chain")?,
                pulse: number("pulse")?,
                at: source.integer("at")?,
            },
            "rfc3797" => {
                let game = known(source, LOTTERIES.iter(), |lottery| lottery.game)?;
                Source::Rfc3797 { game, issue: issue("issue")?, at: source.integer("at")? }
            }
            "digits" => {
                let game = known(source, DIGIT_GAMES.iter(), |game| game.game)?;
                Source::Digits { game, issue: issue("issue")?, at: source.integer("at")? }
            }
            "dice" => match source.text("dice")? {
                "d10x20" => Source::Dice { at: source.integer("at")? },
                other => {
                    return Err(refused(
                        source,
                        "dice",
                        say!("不认识 {other}", "{other} is not known"),
                    ));
                }
            },
            _ => {
                let hash = Digest::from_hex(source.text("hash")?);
                let hash = hash.ok_or_else(|| {
                    source.breach("hash", say!("须为 64 位十六进制", "must be 64 hex digits"))
                })?;
                Source::Witness { name: issue("name")?, hash, at: source.integer("at")? }
            }
        })
    }

    pub(super) fn to_json(&self) -> Value {
        match self {
            Source::Drand { chain, round } => {
                json!({"kind": "drand", "chain": chain, "round": round})
            }
            Source::Nist2 { chain, pulse, at } => {
                json!({"kind": "nist2", "chain": chain, "pulse": pulse, "at": at})
            }
            Source::Rfc3797 { game, issue, at } => {
                json!({"kind": "rfc3797", "game": game.game, "issue": issue, "at": at})
            }
            Source::Digits { game, issue, at } => {
                json!({"kind": "digits", "game": game.game, "issue": issue, "at": at})
            }
            Source::Dice { at } => json!({"kind": "dice", "dice": "d10x20", "at": at}),
            Source::Witness { name, hash, at } => {
                json!({"kind": "wit", "name": name, "hash": hash.hex(), "at": at})
            }
        }
    }

    /// The source that a plan describes by kind and fields, with `at` in seconds.
    ///
    /// # Errors
    /// B04, C01 or F05 as in a commitment.
    pub fn from_json(value: &Value) -> Result<Self, Finding> {
        Source::read(&Object::root(value)?)
    }

    /// The kind's name: `drand`, `nist2`, `rfc3797`, `digits`, `dice` or `wit`.
    pub fn kind(&self) -> &'static str {
        match self {
            Source::Drand { .. } => "drand",
            Source::Nist2 { .. } => "nist2",
            Source::Rfc3797 { .. } => "rfc3797",
            Source::Digits { .. } => "digits",
            Source::Dice { .. } => "dice",
            Source::Witness { .. } => "wit",
        }
    }

    /// When the value becomes known: seconds of UTC.
    pub fn at(&self) -> u64 {
        match self {
            Source::Drand { round, .. } => drand::QUICKNET.time_of(*round),
            Source::Nist2 { at, .. }
            | Source::Rfc3797 { at, .. }
            | Source::Digits { at, .. }
            | Source::Dice { at }
            | Source::Witness { at, .. } => *at,
        }
    }

    /// The source as people name it.
    pub fn title(&self) -> Text {
        match self {
            Source::Drand { round, .. } => {
                say!("drand quicknet 第 {round} 轮", "drand quicknet, round {round}")
            }
            Source::Nist2 { pulse, .. } => {
                say!("NIST 信标第 {pulse} 号脉冲", "NIST beacon, pulse {pulse}")
            }
            Source::Rfc3797 { game: Lottery { zh, game, .. }, issue, .. }
            | Source::Digits { game: DigitGame { zh, game, .. }, issue, .. } => {
                say!("{zh}第 {issue} 期", "{game}, issue {issue}")
            }
            Source::Dice { .. } => say!("二十次十面骰子", "twenty throws of a ten-sided die"),
            Source::Witness { name, .. } => say!("见证人 {name} 的份额", "the share of {name}"),
        }
    }

    /// Whether both have one value by one announcement, whatever times were declared for it. Dice are thrown anew.
    pub fn same_value(&self, other: &Source) -> bool {
        !matches!(self, Source::Dice { .. }) && self.prefix() == other.prefix()
    }

    /// Everything before the value in the source's string.
    pub fn prefix(&self) -> String {
        match self {
            Source::Drand { chain, round } => format!("drand:{chain}:{round}:"),
            Source::Nist2 { chain, pulse, .. } => format!("nist2:{chain}:{pulse}:"),
            Source::Rfc3797 { game, issue, .. } => format!("rfc3797:{}-{issue}:", game.game),
            Source::Digits { game, issue, .. } => format!("digits:{}-{issue}:", game.game),
            Source::Dice { .. } => "dice:d10x20:".to_owned(),
            Source::Witness { name, .. } => format!("wit:{name}:"),
        }
    }

    /// Entropy in tenths of a bit, rounded down; a share adds none, since its owner chose it.
    fn tenth_bits(&self) -> u32 {
        match self {
            Source::Drand { .. } => 2560,
            Source::Nist2 { .. } => 5120,
            Source::Rfc3797 { game, .. } => game.tenth_bits,
            Source::Digits { game, .. } => game.tenth_bits,
            Source::Dice { .. } => 664,
            Source::Witness { .. } => 0,
        }
    }

    fn is_public(&self) -> bool {
        !matches!(self, Source::Dice { .. } | Source::Witness { .. })
    }

    /// Whether a verifier can only point at where to compare the value: a typed public result, or a share
    /// never revealed.
    pub fn is_hearsay(&self, string: &str) -> bool {
        match self {
            Source::Drand { .. } | Source::Dice { .. } => false,
            Source::Nist2 { .. } | Source::Rfc3797 { .. } | Source::Digits { .. } => true,
            Source::Witness { .. } => string.ends_with(":-"),
        }
    }

    /// Checks that `value` has the form of the source's results, and for a share that it is the one bound.
    ///
    /// # Errors
    /// B06.
    pub fn check_value(&self, value: &str) -> Result<(), Finding> {
        let hex = |digits: usize| {
            value.len() == digits && value.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        };
        let decimal =
            |digits: usize| value.len() == digits && value.bytes().all(|b| b.is_ascii_digit());
        let good = match self {
            Source::Drand { .. } => hex(64),
            Source::Nist2 { .. } => hex(128),
            Source::Rfc3797 { game, .. } => game.accepts(value),
            Source::Digits { game, .. } => decimal(game.digits),
            Source::Dice { .. } => decimal(DICE_DIGITS),
            Source::Witness { .. } => value == NEVER_REVEALED || hex(64),
        };
        let prefix = self.prefix();
        if !is_field(value) || !good {
            let cause =
                say!("“{value}” 不是 {prefix} 的结果", "\"{value}\" is not a result of {prefix}");
            return Err(Finding::new("B06", cause).id(prefix));
        }
        Ok(())
    }

    /// Checks that a witness's share is the one whose hash was committed.
    ///
    /// # Errors
    /// B06.
    pub fn check_share(&self, suite: Suite, share: &str) -> Result<(), Finding> {
        match self {
            Source::Witness { hash, name, .. }
                if share != NEVER_REVEALED && line_digest(suite, "wit", &[share]) != *hash =>
            {
                let cause =
                    say!("份额与承诺的摘要不符", "the share does not hash to the committed value");
                Err(Finding::new("B06", cause).id(format!("wit:{name}")))
            }
            _ => Ok(()),
        }
    }
}

impl Lottery {
    /// `6.8.14.15.24.25./6./`: ascending in each pool, a dot after each number, a slash after each pool.
    fn accepts(&self, value: &str) -> bool {
        let Some(pools) = value.strip_suffix('/').map(|pools| pools.split('/').collect::<Vec<_>>())
        else {
            return false;
        };
        pools.len() == self.pools.len()
            && pools.iter().zip(self.pools).all(|(pool, (count, largest))| {
                let Some(numbers) = pool.strip_suffix('.') else {
                    return false;
                };
                let numbers: Option<Vec<u64>> =
                    numbers.split('.').map(|n| parse_integer(n, largest + 1)).collect();
                numbers.is_some_and(|numbers| {
                    numbers.len() == *count
                        && numbers[0] > 0
                        && numbers.windows(2).all(|pair| pair[0] < pair[1])
                })
            })
    }
}

fn known<'a, G>(
    source: &Object<'_>,
    mut games: impl Iterator<Item = &'a G>,
    name: impl Fn(&G) -> &'static str,
) -> Result<&'a G, Finding> {
    let text = source.text("game")?;
    games.find(|game| name(game) == text).ok_or_else(|| {
        refused(source, "game", say!("不认识玩法 {text}", "the game {text} is not known"))
    })
}

fn refused(source: &Object<'_>, key: &str, cause: Text) -> Finding {
    Finding::new("B04", cause).column(source.path(key))
}

/// Checks the sources together: kinds allowed by `trust`, times strictly ascending, none twice, 64 bits.
///
/// # Errors
/// B01, B02 or B04.
pub fn check_sources(sources: &[Source], trust: Trust) -> Result<(), Finding> {
    let refuse = |code, cause| Err(Finding::new(code, cause).column("beacon.sources"));
    if sources.windows(2).any(|pair| pair[0].at() >= pair[1].at()) {
        return refuse(
            "B02",
            say!("各来源的时间须严格递增", "the times of the sources must strictly ascend"),
        );
    }
    // Dice thrown at another time are another source; all others are named by what stands before their value.
    let named = sources.iter().filter(|source| !matches!(source, Source::Dice { .. }));
    let mut prefixes: Vec<String> = named.map(Source::prefix).collect();
    prefixes.sort();
    if let Some(pair) = prefixes.windows(2).find(|pair| pair[0] == pair[1]) {
        let twice = &pair[0];
        return refuse("B02", say!("来源 {twice} 出现两次", "the source {twice} stands twice"));
    }
    if trust == Trust::Public
        && let Some(source) = sources.iter().find(|source| !source.is_public())
    {
        let kind = source.kind();
        return refuse(
            "B04",
            say!("公开信标不得含 {kind}", "{kind} is not allowed with trust \"public\""),
        );
    }
    let tenths = sources.iter().fold(0u32, |sum, source| sum.saturating_add(source.tenth_bits()));
    if tenths < TENTH_BITS_MIN {
        let bits = format!("{}.{}", tenths / 10, tenths % 10);
        return refuse(
            "B01",
            say!("合计只有 {bits} 比特，少于 64", "only {bits} bits together, fewer than 64"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lottery_results_have_one_form() {
        let ssq = &LOTTERIES[0];
        assert!(ssq.accepts("6.8.14.15.24.25./6./"));
        for bad in [
            "",
            "6.8.14.15.24.25./6.",
            "6.8.14.15.24./6./",
            "8.6.14.15.24.25./6./",
            "6.6.14.15.24.25./6./",
            "0.8.14.15.24.25./6./",
            "6.8.14.15.24.34./6./",
            "6.8.14.15.24.25./17./",
            "06.8.14.15.24.25./6./",
            "6.8.14.15.24.25.6./",
            "6.8.14.15.24.25/6/",
        ] {
            assert!(!ssq.accepts(bad), "{bad:?}");
        }
    }

    #[test]
    fn entropy_is_counted() {
        let ssq =
            |issue: &str, at| Source::Rfc3797 { game: &LOTTERIES[0], issue: issue.to_owned(), at };
        let two = [ssq("1", 1), ssq("2", 2)];
        assert_eq!(check_sources(&two, Trust::Public).unwrap_err().code(), "B01");
        let three = [ssq("1", 1), ssq("2", 2), ssq("3", 3)];
        assert_eq!(check_sources(&three, Trust::Public), Ok(()));
        assert_eq!(
            check_sources(&[ssq("1", 1), ssq("1", 2), ssq("3", 3)], Trust::Public)
                .unwrap_err()
                .code(),
            "B02"
        );
        assert_eq!(
            check_sources(&[ssq("1", 1), ssq("3", 3), ssq("2", 2)], Trust::Public)
                .unwrap_err()
                .code(),
            "B02"
        );
        assert_eq!(check_sources(&[Source::Dice { at: 1 }], Trust::Witnessed), Ok(()));
        assert_eq!(
            check_sources(&[Source::Dice { at: 1 }], Trust::Public).unwrap_err().code(),
            "B04"
        );
        assert_eq!(check_sources(&[], Trust::Witnessed).unwrap_err().code(), "B01");
    }
}
