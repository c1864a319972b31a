//! Time-stamp tokens (RFC 3161) of a commitment: an authority that is no party says that these bytes existed at a time.
//! A token proves no more: who has many commitments stamped may still choose among them, which only a log shows.
//!
//! Verified offline against certificates that the verifier has chosen: the imprint is SHA-256 (or SHA-384, SHA-512) of
//! `commitment.json`, whatever the draw's suite; CMS signature (RFC 5652) with RSA (PKCS #1 v1.5 or PSS, from 2048 bits) or
//! ECDSA on P-256 and P-384; the certificate is for time stamping alone and is the one that the token names (RFC 5035);
//! it and those above it were valid then. Revocation is not looked up: there is no network here.

mod certificate;
mod key;
mod token;

use x509_cert::Certificate;

use self::certificate::{check_chain, check_stamping};
use self::key::Hash;
use self::token::Token;
use crate::base::digest::Suite;
use crate::base::finding::{Finding, Text};
use crate::say;

/// DER of a request for SHA-256, up to the digest: version 1, imprint.
const REQUEST: [u8; 24] = [
    0x30, 0x39, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
    0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
];
/// What stands behind it: the certificate is asked for.
const WITH_CERTIFICATE: [u8; 3] = [0x01, 0x01, 0xff];

/// What a token says that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The latest second of UTC that the authority's time and accuracy allow.
    pub time_s: u64,
    /// The authority's name, as in its certificate.
    pub authority: String,
}

/// Certificates that a verifier believes: of authorities, or of those that issue theirs.
#[derive(Clone, Debug)]
pub struct Authorities(Vec<Certificate>);

impl Authorities {
    /// Parses certificates in PEM.
    ///
    /// # Errors
    /// L47.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        match Certificate::load_pem_chain(bytes) {
            Ok(certificates) if !certificates.is_empty() => Ok(Authorities(certificates)),
            _ => {
                let cause = say!("不是 PEM 证书", "no certificate in PEM");
                Err(Finding::new("L47", cause))
            }
        }
    }
}

/// The request (RFC 3161, §2.4.1) for a token of these bytes, without a nonce: the same bytes give the same request.
pub fn request(bytes: &[u8]) -> Vec<u8> {
    let digest = Suite::Sha256.digest(bytes);
    [&REQUEST[..], digest.as_bytes(), &WITH_CERTIFICATE].concat()
}

/// Checks that the response of an authority holds a token of these bytes.
///
/// # Errors
/// L40 if it has not the form, L41 if it was refused or is of another kind, L42 of other bytes, L43 if the signature does
/// not hold, L44 if the certificate may not stamp or is not the one named, L45 if it does not lead to the authorities.
pub fn check(response: &[u8], bytes: &[u8], trusted: &Authorities) -> Result<Stamp, Finding> {
    let token = Token::parse(response)?;
    let imprint = token.info.imprint_hash.digest(bytes);
    if imprint != token.info.imprint {
        let cause = say!("时间戳盖的不是这份承诺", "it stamps other bytes than this commitment");
        return Err(Finding::new("L42", cause));
    }
    let signer = token.signer(&trusted.0)?;
    token.check_signature(signer)?;
    check_stamping(signer, token.info.time_s)?;
    token.check_named(signer)?;
    check_chain(signer, &token.certificates, &trusted.0, token.info.time_s)?;
    Ok(Stamp {
        time_s: token.info.time_s + token.info.accuracy_s,
        authority: signer.tbs_certificate.subject.to_string(),
    })
}

fn malformed(cause: Text) -> Finding {
    Finding::new("L40", cause)
}

fn hash_of(oid: &der::asn1::ObjectIdentifier) -> Result<Hash, Finding> {
    Hash::from_oid(oid).ok_or_else(|| {
        malformed(say!("不支持的摘要算法 {oid}", "the digest algorithm {oid} is not supported"))
    })
}
