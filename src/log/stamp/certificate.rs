//! What a certificate must be to stamp times, and how it leads to one that the verifier believes (RFC 5280).

use der::Encode;
use x509_cert::Certificate;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage};

use super::key::verifies;
use crate::base::date::china_time;
use crate::base::finding::{Finding, Text};
use crate::say;

/// The purpose `id-kp-timeStamping`.
const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";
/// Most certificates of a chain.
const CHAIN_MAX: usize = 5;

/// Whether a certificate is for time stamping alone (RFC 3161, §2.3), and valid at a time in seconds of UTC.
pub(super) fn check_stamping(certificate: &Certificate, time_s: u64) -> Result<(), Finding> {
    let usage = certificate.tbs_certificate.get::<ExtendedKeyUsage>();
    let alone = matches!(usage, Ok(Some((true, ExtendedKeyUsage(purposes))))
        if purposes.len() == 1 && purposes[0].to_string() == TIME_STAMPING);
    if !alone {
        let cause = say!(
            "扩展密钥用途须为关键项，且只有 timeStamping",
            "its extended key usage must be critical, and timeStamping alone"
        );
        return Err(unfit(certificate, cause));
    }
    valid_at(certificate, time_s)
}

fn valid_at(certificate: &Certificate, time_s: u64) -> Result<(), Finding> {
    let validity = &certificate.tbs_certificate.validity;
    let [from, to] =
        [&validity.not_before, &validity.not_after].map(|time| time.to_unix_duration().as_secs());
    if (from..=to).contains(&time_s) {
        return Ok(());
    }
    let (at, from, to) = (china_time(time_s), china_time(from), china_time(to));
    let cause = say!(
        "{at} 不在有效期 {from} 至 {to} 之内（北京时间）",
        "{at} is not within its validity, {from} to {to} (China time)"
    );
    Err(unfit(certificate, cause))
}

/// Whether a certificate is one of the trusted, or was issued by one, perhaps by way of others of the token.
pub(super) fn check_chain(
    signer: &Certificate,
    others: &[Certificate],
    trusted: &[Certificate],
    time_s: u64,
) -> Result<(), Finding> {
    let mut certificate = signer;
    for _ in 0..CHAIN_MAX {
        if trusted.contains(certificate) {
            return valid_at(certificate, time_s);
        }
        let issues = |issuer: &&Certificate| issued(certificate, issuer);
        let issuer = trusted.iter().find(issues).or_else(|| others.iter().find(issues));
        let Some(issuer) = issuer.filter(|issuer| *issuer != certificate) else { break };
        valid_at(issuer, time_s)?;
        certificate = issuer;
    }
    let name = certificate.tbs_certificate.subject.to_string();
    let cause = say!(
        "“{name}”不是所给的证书，也不由它签发",
        "\"{name}\" is none of the certificates given, nor issued by one"
    );
    Err(Finding::new("L45", cause))
}

fn issued(certificate: &Certificate, issuer: &Certificate) -> bool {
    let of = &certificate.tbs_certificate;
    let basic = issuer.tbs_certificate.get::<BasicConstraints>();
    let is_authority = matches!(basic, Ok(Some((_, basic))) if basic.ca);
    // Where the usage is limited, it must allow this one.
    let may_sign = match issuer.tbs_certificate.get::<KeyUsage>() {
        Ok(usage) => usage.is_none_or(|(_, usage)| usage.key_cert_sign()),
        Err(_) => false,
    };
    let (Ok(bytes), Some(signature)) = (of.to_der(), certificate.signature.as_bytes()) else {
        return false;
    };
    let key = &issuer.tbs_certificate.subject_public_key_info;
    of.issuer == issuer.tbs_certificate.subject
        && is_authority
        && may_sign
        && of.signature == certificate.signature_algorithm
        && verifies(key, &certificate.signature_algorithm, None, &bytes, signature)
}

pub(super) fn unfit(certificate: &Certificate, cause: Text) -> Finding {
    Finding::new("L44", cause).id(certificate.tbs_certificate.subject.to_string())
}
