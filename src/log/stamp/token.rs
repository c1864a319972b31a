//! The response of a time-stamping authority (RFC 3161, §2.4.2) and the token in it: a CMS signature (RFC 5652) over what
//! was stamped and when.

use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedAttributes, SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode, Encode, Reader, SliceReader, Tag, Tagged};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sha1::{Digest, Sha1};
use x509_cert::Certificate;
use x509_cert::ext::pkix::SubjectKeyIdentifier;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::certificate::unfit;
use super::key::{Hash, verifies};
use super::{hash_of, malformed};
use crate::base::finding::Finding;
use crate::say;

const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";
const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
const SIGNING_CERTIFICATE: &str = "1.2.840.113549.1.9.16.2.12";
const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";

/// A token as it was parsed.
pub(super) struct Token {
    pub info: Info,
    pub certificates: Vec<Certificate>,
    content: Vec<u8>,
    signer: SignerInfo,
}

/// What was stamped, and when.
pub(super) struct Info {
    pub imprint_hash: Hash,
    pub imprint: Vec<u8>,
    /// Seconds of UTC, a part of a second counted as a whole one.
    pub time_s: u64,
    /// By how much the authority may be wrong, in seconds, rounded up.
    pub accuracy_s: u64,
}

impl Token {
    pub fn parse(response: &[u8]) -> Result<Self, Finding> {
        let (status, token) = read_response(response).map_err(broken)?;
        // 0 granted, 1 granted with modifications.
        let (0 | 1, Some(token)) = (status, token) else {
            let cause =
                say!("时间戳机构拒绝，状态 {status}", "it was refused with status {status}");
            return Err(Finding::new("L41", cause));
        };
        let other = || {
            let cause = say!("不是 RFC 3161 的时间戳", "it is no time stamp of RFC 3161");
            Finding::new("L41", cause)
        };
        if token.content_type.to_string() != SIGNED_DATA {
            return Err(other());
        }
        let signed: SignedData = token.content.decode_as().map_err(broken)?;
        let content = &signed.encap_content_info;
        if content.econtent_type.to_string() != TST_INFO {
            return Err(other());
        }
        let content = content.econtent.as_ref().ok_or_else(other)?;
        let content = content.decode_as::<OctetStringRef<'_>>().map_err(broken)?;
        let content = content.as_bytes().to_vec();
        let mut signers = signed.signer_infos.0.into_vec();
        let (Some(signer), true) = (signers.pop(), signers.is_empty()) else {
            return Err(malformed(say!("须恰有一个签名者", "there must be exactly one signer")));
        };
        let certificates = signed.certificates.map(|set| set.0.into_vec()).unwrap_or_default();
        let plain = |choice| match choice {
            CertificateChoices::Certificate(certificate) => Some(certificate),
            CertificateChoices::Other(_) => None,
        };
        let certificates = certificates.into_iter().filter_map(plain).collect();
        Ok(Token { info: Info::parse(&content)?, certificates, content, signer })
    }

    /// The signer's certificate, among the token's own or those that the verifier has.
    pub fn signer<'a>(&'a self, trusted: &'a [Certificate]) -> Result<&'a Certificate, Finding> {
        let is_signer = |certificate: &&Certificate| {
            let tbs = &certificate.tbs_certificate;
            match &self.signer.sid {
                SignerIdentifier::IssuerAndSerialNumber(named) => {
                    named.issuer == tbs.issuer && named.serial_number == tbs.serial_number
                }
                SignerIdentifier::SubjectKeyIdentifier(named) => {
                    let own = tbs.get::<SubjectKeyIdentifier>();
                    matches!(own, Ok(Some((_, own))) if own == *named)
                }
            }
        };
        self.certificates.iter().chain(trusted).find(is_signer).ok_or_else(|| {
            let cause = say!("没有签名者的证书", "the signer's certificate is missing");
            Finding::new("L44", cause)
        })
    }

    /// Whether the signer has signed this content, as a time stamp.
    pub fn check_signature(&self, certificate: &Certificate) -> Result<(), Finding> {
        let hash = hash_of(&self.signer.digest_alg.oid)?;
        let fails = || Finding::new("L43", say!("签名验证失败", "the signature fails to verify"));
        let attributes = self.signer.signed_attrs.as_ref().ok_or_else(fails)?;
        let content_type: ObjectIdentifier =
            attribute(attributes, CONTENT_TYPE)?.decode_as().map_err(broken)?;
        let digest: OctetStringRef<'_> =
            attribute(attributes, MESSAGE_DIGEST)?.decode_as().map_err(broken)?;
        let fits = content_type.to_string() == TST_INFO
            && digest.as_bytes() == hash.digest(&self.content).as_slice();
        // The signature is over the attributes as a SET in DER (RFC 5652, §5.4).
        let bytes = attributes.to_der().map_err(broken)?;
        let key = &certificate.tbs_certificate.subject_public_key_info;
        let algorithm = &self.signer.signature_algorithm;
        let signature = self.signer.signature.as_bytes();
        match fits && verifies(key, algorithm, Some(hash), &bytes, signature) {
            true => Ok(()),
            false => Err(fails()),
        }
    }

    /// Whether the signed attributes name this certificate (RFC 5035): or else another with the same key would do.
    pub fn check_named(&self, certificate: &Certificate) -> Result<(), Finding> {
        let attributes = self.signer.signed_attrs.as_ref();
        let find = |oid| attributes.and_then(|all| attribute(all, oid).ok());
        let bytes = certificate.to_der().map_err(broken)?;
        let named = match (find(SIGNING_CERTIFICATE_V2), find(SIGNING_CERTIFICATE)) {
            (Some(value), _) => names(value, true, &bytes).map_err(broken)?,
            (None, Some(value)) => names(value, false, &bytes).map_err(broken)?,
            (None, None) => false,
        };
        let cause = || {
            say!("签名属性没有指名这张证书", "the signed attributes do not name this certificate")
        };
        if named { Ok(()) } else { Err(unfit(certificate, cause())) }
    }
}

/// Status and token.
fn read_response(response: &[u8]) -> der::Result<(u32, Option<ContentInfo>)> {
    let mut reader = SliceReader::new(response)?;
    let whole = reader.decode::<AnyRef<'_>>()?;
    reader.finish(())?;
    let mut fields = inside(whole)?;
    let mut status = inside(fields.decode()?)?;
    let status = status.decode::<u32>()?;
    let token = if fields.is_finished() { None } else { Some(fields.decode::<ContentInfo>()?) };
    fields.finish((status, token))
}

fn inside(sequence: AnyRef<'_>) -> der::Result<SliceReader<'_>> {
    sequence.tag().assert_eq(Tag::Sequence)?;
    SliceReader::new(sequence.value())
}

impl Info {
    fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        let read = || -> der::Result<(ObjectIdentifier, Vec<u8>, String, u64)> {
            let mut fields = inside(AnyRef::from_der(bytes)?)?;
            fields.decode::<u32>()?;
            fields.decode::<ObjectIdentifier>()?;
            let mut imprint = inside(fields.decode()?)?;
            let algorithm: AlgorithmIdentifierOwned = imprint.decode()?;
            let digest = imprint.decode::<OctetStringRef<'_>>()?.as_bytes().to_vec();
            // The serial number.
            fields.decode::<AnyRef<'_>>()?.tag().assert_eq(Tag::Integer)?;
            let time: AnyRef<'_> = fields.decode()?;
            time.tag().assert_eq(Tag::GeneralizedTime)?;
            let time = String::from_utf8_lossy(time.value()).into_owned();
            let accuracy_s = if fields.peek_tag().is_ok_and(|tag| tag == Tag::Sequence) {
                read_accuracy(inside(fields.decode()?)?)?
            } else {
                0
            };
            Ok((algorithm.oid, digest, time, accuracy_s))
        };
        let (oid, imprint, time, accuracy_s) = read().map_err(broken)?;
        let time_s = parse_time(&time).ok_or_else(|| {
            malformed(say!("时间“{time}”不合格式", "the time \"{time}\" is malformed"))
        })?;
        Ok(Info { imprint_hash: hash_of(&oid)?, imprint, time_s, accuracy_s })
    }
}

/// Seconds, and one more where there are thousandths or millionths.
fn read_accuracy(mut fields: SliceReader<'_>) -> der::Result<u64> {
    let mut accuracy_s = 0;
    if fields.peek_tag().is_ok_and(|tag| tag == Tag::Integer) {
        accuracy_s = fields.decode::<u32>()?.into();
    }
    Ok(accuracy_s + u64::from(!fields.is_finished()))
}

/// `20260723072830.5Z`, a part of a second counted as a whole one.
fn parse_time(text: &str) -> Option<u64> {
    let text = text.strip_suffix('Z')?;
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.len() != 14 || !digits(whole) || !digits(part) {
        return None;
    }
    let number = |from: usize, to: usize| whole[from..to].parse::<i8>().ok();
    let time = DateTime::new(
        whole[..4].parse().ok()?,
        number(4, 6)?,
        number(6, 8)?,
        number(8, 10)?,
        number(10, 12)?,
        number(12, 14)?,
        0,
    );
    let seconds = time.ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
    let part = u64::from(part.bytes().any(|b| b != b'0'));
    Some(u64::try_from(seconds).ok()? + part)
}

/// The one value of an attribute that stands once.
fn attribute<'a>(attributes: &'a SignedAttributes, oid: &str) -> Result<&'a der::Any, Finding> {
    let mut found = attributes.iter().filter(|attribute| attribute.oid.to_string() == oid);
    let value = match (found.next(), found.next()) {
        (Some(one), None) if one.values.len() == 1 => one.values.get(0),
        _ => None,
    };
    value.ok_or_else(|| {
        malformed(say!("须恰有一个签名属性 {oid}", "there must be one signed attribute {oid}"))
    })
}

/// Whether the first certificate that the attribute names is this one.
fn names(value: &der::Any, v2: bool, certificate: &[u8]) -> der::Result<bool> {
    let bytes = value.to_der()?;
    let mut signing = inside(AnyRef::from_der(&bytes)?)?;
    let mut certificates = inside(signing.decode()?)?;
    let mut first = inside(certificates.decode()?)?;
    let named = |digest: &[u8], own: &[u8]| digest == own;
    if !v2 {
        let digest: OctetStringRef<'_> = first.decode()?;
        return Ok(named(digest.as_bytes(), &Sha1::digest(certificate)));
    }
    let mut hash = Some(Hash::Sha256);
    if first.peek_tag()? == Tag::Sequence {
        hash = Hash::from_oid(&first.decode::<AlgorithmIdentifierOwned>()?.oid);
    }
    let digest: OctetStringRef<'_> = first.decode()?;
    Ok(hash.is_some_and(|hash| named(digest.as_bytes(), &hash.digest(certificate))))
}

fn broken(error: der::Error) -> Finding {
    malformed(say!("不是合格的 DER：{error}", "not well formed in DER: {error}"))
}
