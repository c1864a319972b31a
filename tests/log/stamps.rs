//! Time-stamp tokens that OpenSSL has made (`vectors/stamps/make.sh`): those that hold, and one for each way not to.

use std::fs;

use shuangsuiji::log::stamp::{Authorities, Stamp, check, request};

use crate::{refusal, vectors};

fn file(name: &str) -> Vec<u8> {
    fs::read(vectors().join("stamps").join(name)).unwrap()
}

fn commitment() -> Vec<u8> {
    fs::read(vectors().join("../../vectors/open/commitment.json")).unwrap()
}

fn stamp(name: &str, trusted: &str) -> Result<Stamp, shuangsuiji::base::finding::Finding> {
    let trusted = Authorities::parse(&file(trusted)).unwrap();
    check(&file(&format!("{name}.tsr")), &commitment(), &trusted)
}

#[test]
fn tokens_of_every_kind_of_signature_hold() {
    for name in ["rsa", "pss", "p256", "p384", "v1", "below"] {
        let stamp = stamp(name, "ca.pem").unwrap_or_else(|finding| panic!("{name}: {finding}"));
        // All were made in one run, by an authority that may be a second wrong.
        assert!((1_700_000_000..4_000_000_000).contains(&stamp.time_s), "{name}: {stamp:?}");
        let signer = if name == "pss" { "rsa" } else { name };
        assert!(stamp.authority.contains(&format!("CN={signer}")), "{name}: {stamp:?}");
    }
    // The authority's own certificate will do.
    assert!(stamp("rsa", "rsa.pem").is_ok());
}

#[test]
fn what_does_not_hold_is_named() {
    for (name, trusted, code) in [
        ("other", "ca.pem", "L42"),
        ("refused", "ca.pem", "L41"),
        ("not_critical", "ca.pem", "L44"),
        ("two_purposes", "ca.pem", "L44"),
        ("expired", "ca.pem", "L44"),
        ("weak", "ca.pem", "L43"),
        ("no_ess", "ca.pem", "L44"),
        ("rsa", "stranger.pem", "L45"),
        ("of_leaf", "ca.pem", "L45"),
        ("p256", "rsa.pem", "L45"),
    ] {
        let refused = refusal(stamp(name, trusted));
        assert!(refused.starts_with(code), "{name} with {trusted}: {refused}");
    }
    let trusted = Authorities::parse(&file("ca.pem")).unwrap();
    for bytes in [&b""[..], b"0", &file("request.tsq"), &file("rsa.pem")] {
        let refused = refusal(check(bytes, &commitment(), &trusted));
        assert!(refused.starts_with("L40"), "{refused}");
    }
    let mut longer = file("rsa.tsr");
    longer.push(0);
    assert!(refusal(check(&longer, &commitment(), &trusted)).starts_with("L40"));
    assert!(refusal(Authorities::parse(b"no certificate")).starts_with("L47"));
    assert!(refusal(Authorities::parse(&file("rsa.tsr"))).starts_with("L47"));
}

/// OpenSSL asks in the same bytes.
#[test]
fn the_request_is_that_of_openssl() {
    assert_eq!(request(&commitment()), file("request.tsq"));
    assert_ne!(request(b"other"), file("request.tsq"));
}

/// Whatever bit is changed, nobody can make a token say another time or another authority.
#[test]
fn no_bit_of_a_token_changes_what_it_says() {
    let trusted = Authorities::parse(&file("ca.pem")).unwrap();
    let mut accepted = 0;
    for name in ["rsa", "p256"] {
        let whole = file(&format!("{name}.tsr"));
        let known = check(&whole, &commitment(), &trusted).unwrap();
        for at in 0..whole.len() {
            let mut other = whole.clone();
            other[at] ^= 1 << (at % 8);
            if let Ok(stamp) = check(&other, &commitment(), &trusted) {
                assert_eq!(stamp, known, "{name}, byte {at}");
                accepted += 1;
            }
        }
    }
    // What is not signed: the status' text, versions, the list of digests.
    assert!(accepted < 60, "{accepted} changes were accepted");
}
