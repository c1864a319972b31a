//! Seed, group keys, tickets and salts.

use crate::base::digest::{Digest, Hasher, Suite};
use crate::base::text::{line, line_digest};

/// S: the draw's seed, from the commitment's digest and the beacon's strings.
pub fn seed(suite: Suite, commitment: &Digest, strings: &[String]) -> Digest {
    let (c, k) = (commitment.hex(), strings.len().to_string());
    let mut fields = vec![c.as_str(), k.as_str()];
    fields.extend(strings.iter().map(String::as_str));
    line_digest(suite, "seed", &fields)
}

/// Makes the tickets of one group. The group's key fills one block, which is compressed once.
#[derive(Clone)]
pub struct Tickets {
    keyed: Hasher,
}

impl Tickets {
    /// The tickets of `group` under seed `seed`: K = HL("group", S, group).
    pub fn of_group(suite: Suite, seed: &Digest, group: &str) -> Self {
        Self::of_key(suite, &line_digest(suite, "group", &[&seed.hex(), group]))
    }

    fn of_key(suite: Suite, key: &Digest) -> Self {
        Tickets { keyed: suite.hasher().with(key.hex().as_bytes()) }
    }

    /// T = H(K ‖ sid), in a sealed draw H(K ‖ sid ‖ "." ‖ salt).
    pub fn ticket(&self, sid: &str, salt: Option<&Digest>) -> Digest {
        let keyed = self.keyed.clone().with(sid.as_bytes());
        match salt {
            None => keyed.finish(),
            Some(salt) => keyed.with(b".").with(salt.hex().as_bytes()).finish(),
        }
    }
}

/// Makes the pairing rows R and pair tickets W of a draw.
#[derive(Clone)]
pub struct PairTickets {
    suite: Suite,
    rows: Tickets,
}

impl PairTickets {
    /// The pair tickets under seed `seed`.
    pub fn new(suite: Suite, seed: &Digest) -> Self {
        PairTickets {
            suite,
            rows: Tickets::of_key(suite, &line_digest(suite, "pair", &[&seed.hex()])),
        }
    }

    /// R = H(HL("pair", S) ‖ sid), in a sealed draw with salt; kept ready for [`PairRow::ticket`].
    pub fn row(&self, sid: &str, salt: Option<&Digest>) -> PairRow {
        PairRow { keyed: self.suite.hasher().with(self.rows.ticket(sid, salt).hex().as_bytes()) }
    }
}

/// The pair tickets of one visit.
#[derive(Clone)]
pub struct PairRow {
    keyed: Hasher,
}

impl PairRow {
    /// W = first 16 hex digits of H(R ‖ iid ‖ "/" ‖ slot).
    pub fn ticket(&self, iid: &str, slot: u32) -> u64 {
        let slot = slot.to_string();
        self.keyed
            .clone()
            .with(iid.as_bytes())
            .with(b"/")
            .with(slot.as_bytes())
            .finish()
            .first_u64()
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
