//! drand's chain quicknet (`bls-unchained-g1-rfc9380`): round ↔ time, and signatures verified offline
//! with the pinned key. Whatever the suite of a draw, drand's own message and digest are SHA-256.

use blst::BLST_ERROR;
use blst::min_sig::{PublicKey, Signature};

use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::say;

/// A pinned drand chain.
pub struct Chain {
    /// The chain's hash, which names it.
    pub chain: &'static str,
    public_key: &'static str,
    /// Time of round 1, seconds of UTC.
    pub genesis_s: u64,
    /// Seconds between rounds.
    pub period_s: u64,
}

/// The only chain of `dr1`.
pub const QUICKNET: Chain = Chain {
    chain: "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
    public_key: "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
    genesis_s: 1_692_803_367,
    period_s: 3,
};

/// The domain separation tag of the scheme (RFC 9380, drand's `bls-unchained-g1-rfc9380`).
const DST: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

impl Chain {
    /// When a round is published: genesis + (round − 1)·period.
    pub fn time_of(&self, round: u64) -> u64 {
        self.genesis_s.saturating_add(round.saturating_sub(1).saturating_mul(self.period_s))
    }

    /// The first round at or after a time.
    pub fn round_at(&self, unix_s: u64) -> u64 {
        unix_s.saturating_sub(self.genesis_s).div_ceil(self.period_s) + 1
    }
}

/// The randomness of a quicknet round: SHA-256 of its signature, which is verified first.
///
/// # Errors
/// B05 if `signature_hex` is not the round's signature.
pub fn randomness(round: u64, signature_hex: &str) -> Result<Digest, Finding> {
    let refuse = |cause| Err(Finding::new("B05", cause).id(format!("drand:{round}")));
    if signature_hex.len() != 96
        || !signature_hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    {
        return refuse(say!(
            "签名须为 96 位小写十六进制",
            "a signature has 96 lowercase hex digits"
        ));
    }
    let bytes = hex::decode(signature_hex).expect("bug: checked to be hex");
    let key = hex::decode(QUICKNET.public_key).expect("bug: the pinned key is hex");
    let key = PublicKey::from_bytes(&key).expect("bug: the pinned key is a point");
    let message = Suite::Sha256.digest(&round.to_be_bytes());
    let verified = Signature::from_bytes(&bytes).is_ok_and(|signature| {
        signature.verify(true, message.as_bytes(), DST, &[], &key, true) == BLST_ERROR::BLST_SUCCESS
    });
    if !verified {
        return refuse(say!(
            "不是第 {round} 轮的签名",
            "this is not the signature of round {round}"
        ));
    }
    Ok(Suite::Sha256.digest(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rounds published by drand and quoted in public repositories.
    const ROUNDS: [(u64, &str, &str); 2] = [
        (
            1000,
            "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
            "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd",
        ),
        (
            30_662_982,
            "8b3edd0d42a2fa36ac15641a2dea2e4f4895acec2ef72ef39e5b6138f0346fb6b046dde1b4b3d09ff5fe8a6a7acd674a",
            "ae76da5137c6d0a0d3b50d325948b26cc3ff1f804cd7bbca29b9250c2bfe8d67",
        ),
    ];

    #[test]
    fn real_rounds_verify_and_others_do_not() {
        for (round, signature, value) in ROUNDS {
            assert_eq!(randomness(round, signature).unwrap().hex(), value);
            assert_eq!(randomness(round + 1, signature).unwrap_err().code(), "B05");
        }
        for bad in ["", "00", &"0".repeat(96), &"f".repeat(96), &ROUNDS[0].1.to_uppercase()] {
            assert_eq!(randomness(1000, bad).unwrap_err().code(), "B05");
        }
    }

    #[test]
    fn rounds_and_times() {
        assert_eq!(QUICKNET.time_of(1000), 1_692_806_364);
        for offset in 0..3 {
            assert_eq!(QUICKNET.round_at(1_692_806_364 - offset), 1000);
        }
        assert_eq!(QUICKNET.round_at(0), 1);
    }
}
