//! Seed, group keys, tickets and salts.

use std::fmt;

use crate::base::digest::{Digest, Keyed, SIDE_BY_SIDE, Suite};
use crate::base::text::{line, line_digest};

/// S: the draw's seed, from the commitment's digest and the beacon's strings.
pub fn seed(suite: Suite, commitment: &Digest, strings: &[String]) -> Digest {
    let (c, k) = (commitment.hex(), strings.len().to_string());
    let mut fields = vec![c.as_str(), k.as_str()];
    fields.extend(strings.iter().map(String::as_str));
    line_digest(suite, "seed", &fields)
}

/// K of a group: HL("group", S, group).
pub fn group_key(suite: Suite, seed: &Digest, group: &str) -> Digest {
    line_digest(suite, "group", &[&seed.hex(), group])
}

/// Makes the tickets of one group. The group's key fills one block, which is compressed once.
#[derive(Clone)]
pub struct Tickets {
    keyed: Keyed,
}

impl Tickets {
    /// The tickets of `group` under seed `seed`.
    pub fn of_group(suite: Suite, seed: &Digest, group: &str) -> Self {
        Tickets { keyed: suite.keyed(&group_key(suite, seed, group)) }
    }

    /// T = H(K ‖ sid), in a sealed draw H(K ‖ sid ‖ "." ‖ salt).
    pub fn ticket(&self, sid: &str, salt: Option<&Digest>) -> Digest {
        of_subject(&self.keyed, sid, salt)
    }
}

impl Tickets {
    /// The tickets of many subjects, with the place of each among them: made side by side they cost less than one by one.
    pub fn each<'a>(
        &self,
        subjects: impl Iterator<Item = (&'a str, Option<&'a Digest>)>,
        mut put: impl FnMut(usize, Digest),
    ) {
        let mut tickets = [Digest::NONE; SIDE_BY_SIDE];
        let mut sids: [[&[u8]; 1]; SIDE_BY_SIDE] = [[&[]]; SIDE_BY_SIDE];
        let (mut first, mut n) = (0, 0);
        let mut flush = |first: usize, sids: &[[&[u8]; 1]], put: &mut dyn FnMut(usize, Digest)| {
            self.keyed.digest_each(sids, &mut tickets[..sids.len()]);
            for (at, ticket) in tickets[..sids.len()].iter().enumerate() {
                put(first + at, *ticket);
            }
        };
        for (sid, salt) in subjects {
            if salt.is_some() {
                // Salts make a ticket two compressions, and sealed draws are smaller.
                flush(first, &sids[..n], &mut put);
                put(first + n, self.ticket(sid, salt));
                (first, n) = (first + n + 1, 0);
                continue;
            }
            sids[n] = [sid.as_bytes()];
            n += 1;
            if n == SIDE_BY_SIDE {
                flush(first, &sids, &mut put);
                (first, n) = (first + n, 0);
            }
        }
        flush(first, &sids[..n], &mut put);
    }
}

/// H(key ‖ sid), in a sealed draw H(key ‖ sid ‖ "." ‖ salt).
fn of_subject(keyed: &Keyed, sid: &str, salt: Option<&Digest>) -> Digest {
    match salt {
        None => keyed.digest(&[sid.as_bytes()]),
        Some(salt) => keyed.digest(&[sid.as_bytes(), b".", salt.hex().as_bytes()]),
    }
}

/// Makes the pairing rows R and pair tickets W of a draw.
#[derive(Clone)]
pub struct PairTickets {
    suite: Suite,
    keyed: Keyed,
}

impl PairTickets {
    /// The pair tickets under seed `seed`.
    pub fn new(suite: Suite, seed: &Digest) -> Self {
        PairTickets { suite, keyed: suite.keyed(&line_digest(suite, "pair", &[&seed.hex()])) }
    }

    /// R = H(HL("pair", S) ‖ sid), in a sealed draw with salt; kept ready for [`PairRow::ticket`].
    pub fn row(&self, sid: &str, salt: Option<&Digest>) -> PairRow {
        PairRow { keyed: self.suite.keyed(&of_subject(&self.keyed, sid, salt)) }
    }
}

/// The pair tickets of one visit.
#[derive(Clone)]
pub struct PairRow {
    keyed: Keyed,
}

impl PairRow {
    /// W = first 16 hex digits of H(R ‖ iid ‖ "/" ‖ slot).
    pub fn ticket(&self, iid: &str, slot: u32) -> u64 {
        // A text of its own for every ticket would cost a fifth of the digest.
        let (mut digits, mut at, mut rest) = ([0; 10], 10, slot);
        while at == 10 || rest > 0 {
            at -= 1;
            digits[at] = b"0123456789"[(rest % 10) as usize];
            rest /= 10;
        }
        self.keyed.digest(&[iid.as_bytes(), b"/", &digits[at..]]).first_u64()
    }
}

/// Without the key: it would say nothing to anybody who reads it.
impl fmt::Debug for PairTickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PairTickets").field("suite", &self.suite).finish_non_exhaustive()
    }
}

/// The salt of a subject in a sealed draw: HMAC of L("salt", draw, sid) with the 32 bytes of the secret.
pub fn salt(suite: Suite, master: &Digest, draw: &str, sid: &str) -> Digest {
    suite.hmac(master.as_bytes(), &line(suite, "salt", &[draw, sid]))
}

/// The salt of a recusal in a sealed draw: HMAC of L("recusal", draw, sid, iid).
pub fn recusal_salt(suite: Suite, master: &Digest, draw: &str, sid: &str, iid: &str) -> Digest {
    suite.hmac(master.as_bytes(), &line(suite, "recusal", &[draw, sid, iid]))
}

/// What a sealed commitment says of its secret: HL("master", hex).
pub fn master_digest(suite: Suite, master: &Digest) -> Digest {
    line_digest(suite, "master", &[&master.hex()])
}
