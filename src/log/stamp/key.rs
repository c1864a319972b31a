//! Digests and signatures of tokens and certificates.

use der::asn1::ObjectIdentifier;
use der::{Decode, Encode};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::pkcs1::RsaPssParams;
use rsa::pkcs8::DecodePublicKey;
use rsa::sha2::{Digest, Sha256, Sha384, Sha512};
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, Pss, RsaPublicKey};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

/// Least bytes of an RSA modulus.
const RSA_BYTES_MIN: usize = 256;

const EC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const RSA_KEY: &str = "1.2.840.113549.1.1.1";
const RSA_PSS: &str = "1.2.840.113549.1.1.10";
const MGF1: &str = "1.2.840.113549.1.1.8";

/// A digest that tokens use; SHA-1 is no longer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub fn from_oid(oid: &ObjectIdentifier) -> Option<Self> {
        match oid.to_string().as_str() {
            "2.16.840.1.101.3.4.2.1" => Some(Hash::Sha256),
            "2.16.840.1.101.3.4.2.2" => Some(Hash::Sha384),
            "2.16.840.1.101.3.4.2.3" => Some(Hash::Sha512),
            _ => None,
        }
    }

    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Hash::Sha256 => Sha256::digest(bytes).to_vec(),
            Hash::Sha384 => Sha384::digest(bytes).to_vec(),
            Hash::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }
}

/// How something is signed.
#[derive(Clone, Copy)]
enum Scheme {
    Rsa(Hash),
    Pss(Hash, usize),
    Ecdsa(Hash),
}

/// The scheme that an algorithm names; `digest` is that of a signer who names it apart.
fn scheme(algorithm: &AlgorithmIdentifierOwned, digest: Option<Hash>) -> Option<Scheme> {
    Some(match algorithm.oid.to_string().as_str() {
        RSA_KEY => Scheme::Rsa(digest?),
        "1.2.840.113549.1.1.11" => Scheme::Rsa(Hash::Sha256),
        "1.2.840.113549.1.1.12" => Scheme::Rsa(Hash::Sha384),
        "1.2.840.113549.1.1.13" => Scheme::Rsa(Hash::Sha512),
        "1.2.840.10045.4.3.2" => Scheme::Ecdsa(Hash::Sha256),
        "1.2.840.10045.4.3.3" => Scheme::Ecdsa(Hash::Sha384),
        "1.2.840.10045.4.3.4" => Scheme::Ecdsa(Hash::Sha512),
        RSA_PSS => {
            let bytes = algorithm.parameters.as_ref()?.to_der().ok()?;
            let parameters = RsaPssParams::from_der(&bytes).ok()?;
            let hash = Hash::from_oid(&parameters.hash.oid)?;
            let mask = parameters.mask_gen.parameters.and_then(|inner| Hash::from_oid(&inner.oid));
            if parameters.mask_gen.oid.to_string() != MGF1 || mask != Some(hash) {
                return None;
            }
            Scheme::Pss(hash, parameters.salt_len.into())
        }
        _ => return None,
    })
}

/// Whether this key has signed these bytes in the way that the algorithm says; a way that is not known is no signature.
/// Where the signer names his digest apart, it must be the signature's.
pub(super) fn verifies(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierOwned,
    digest: Option<Hash>,
    bytes: &[u8],
    signature: &[u8],
) -> bool {
    let check = || -> Option<()> {
        match scheme(algorithm, digest)? {
            Scheme::Rsa(hash) if digest.is_none_or(|named| named == hash) => {
                let way = match hash {
                    Hash::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                    Hash::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                    Hash::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
                };
                rsa_key(key)?.verify(way, &hash.digest(bytes), signature).ok()
            }
            Scheme::Pss(hash, salt) if digest.is_none_or(|named| named == hash) => {
                let way = match hash {
                    Hash::Sha256 => Pss::new_with_salt::<Sha256>(salt),
                    Hash::Sha384 => Pss::new_with_salt::<Sha384>(salt),
                    Hash::Sha512 => Pss::new_with_salt::<Sha512>(salt),
                };
                rsa_key(key)?.verify(way, &hash.digest(bytes), signature).ok()
            }
            Scheme::Ecdsa(hash) if digest.is_none_or(|named| named == hash) => {
                ecdsa(key, &hash.digest(bytes), signature)
            }
            _ => None,
        }
    };
    check().is_some()
}

fn rsa_key(key: &SubjectPublicKeyInfoOwned) -> Option<RsaPublicKey> {
    let key = RsaPublicKey::from_public_key_der(&key.to_der().ok()?).ok()?;
    (key.size() >= RSA_BYTES_MIN).then_some(key)
}

fn ecdsa(key: &SubjectPublicKeyInfoOwned, digest: &[u8], signature: &[u8]) -> Option<()> {
    if key.algorithm.oid != EC_KEY {
        return None;
    }
    let curve: ObjectIdentifier = key.algorithm.parameters.as_ref()?.decode_as().ok()?;
    let point = key.subject_public_key.as_bytes()?;
    if curve == P256 {
        let signature = p256::ecdsa::Signature::from_der(signature).ok()?;
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
        key.verify_prehash(digest, &signature).ok()
    } else if curve == P384 {
        let signature = p384::ecdsa::Signature::from_der(signature).ok()?;
        let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
        key.verify_prehash(digest, &signature).ok()
    } else {
        None
    }
}
