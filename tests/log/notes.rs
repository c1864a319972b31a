//! Signed notes, keys, checkpoints and cosignatures.

use shuangsuiji::base::digest::Digest;
use shuangsuiji::base::merkle::Root;
use shuangsuiji::log::checkpoint::{Checkpoint, Cosigned, SignedCheckpoint};
use shuangsuiji::log::key::{Kind, SignerKey, VerifierKey};
use shuangsuiji::log::note::{Note, Verified};

use crate::{refusal, vector};

fn key(name: &str) -> VerifierKey {
    let text = vector(name);
    let key = VerifierKey::parse(text.trim_end()).unwrap();
    assert_eq!(key.format(), text.trim_end());
    key
}

fn note(name: &str) -> Note {
    let text = vector(name);
    let note = Note::parse(text.as_bytes()).unwrap();
    assert_eq!(note.format(), text);
    note
}

const PLAIN: Verified = Verified { key: 0, time_s: None };

#[test]
fn examples_of_the_specification_verify() {
    let foo = key("spec_example.vkey");
    assert_eq!((foo.name(), foo.id()), ("example.com/foo", 0x530d_903a));
    assert_eq!(note("spec_example.note").verify(&[&foo]), Ok(vec![PLAIN]));
    // The text is all before the last empty line; keys that nobody trusts are ignored.
    let poem = note("spec_poem.note");
    assert!(poem.text().ends_with("sole:\n\ned è subito sera.\n"));
    assert_eq!(poem.verify(&[&foo]), Ok(Vec::new()));
}

#[test]
fn the_example_of_go_is_signed_alike() {
    let (peter, enoch) = (key("go_peter.vkey"), key("go_enoch.vkey"));
    let both = note("go_two_signers.note");
    assert_eq!(both.verify(&[&peter]), Ok(vec![PLAIN]));
    let second = Verified { key: 1, ..PLAIN };
    assert_eq!(both.verify(&[&peter, &enoch]), Ok(vec![PLAIN, second]));
    assert_eq!(both.verify(&[&enoch, &peter]), Ok(vec![second, PLAIN]));
    let secret = vector("go_peter.skey");
    let signer = SignerKey::parse(secret.trim_end()).unwrap();
    assert_eq!((signer.format_secret().as_str(), signer.verifier()), (secret.trim_end(), peter));
    let mut signed = Note::new(both.text().to_owned()).unwrap();
    signed.add(signer.sign(both.text(), 0));
    assert_eq!(signed.signatures(), &both.signatures()[..1]);
    // A key does not print itself where anybody may read it.
    assert!(!format!("{signer:?}").contains("AYEKFALV"));
}

#[test]
fn a_public_log_and_its_witnesses_verify() {
    let bytes = vector("public_log.checkpoint");
    let signed = SignedCheckpoint::parse(bytes.as_bytes()).unwrap();
    assert_eq!(signed.format(), bytes);
    let checkpoint = signed.checkpoint();
    assert_eq!(checkpoint.root.n, 1_432_088_532);
    assert_eq!(checkpoint.format(), signed.note().text());
    let log = key("public_log.vkey");
    signed.check_log(&[&log]).unwrap();
    let [one, two] = [key("public_witness_1.vkey"), key("public_witness_2.vkey")];
    assert_eq!((log.kind(), one.kind()), (Kind::Ed25519, Kind::Cosignature));
    let times = [0, 1].map(|witness| Cosigned { witness, time_s: 1_779_573_024 });
    assert_eq!(signed.cosigned(&[&one, &two]), Ok(times.to_vec()));
    // A witness's key is no log's, whatever its name says; and the log's own signature is no cosignature.
    assert_eq!(signed.cosigned(&[&log]), Ok(Vec::new()));
    let refused = signed.check_log(&[&one, &key("spec_example.vkey")]);
    assert!(refusal(refused).starts_with("L06 there is no key of the origin \"arche2025h1"));
}

/// Its keys are unknown, but the time stands in the signature's own bytes.
#[test]
fn the_example_of_a_cosignature_is_read() {
    let bytes = vector("spec_cosigned.checkpoint");
    let signed = SignedCheckpoint::parse(bytes.as_bytes()).unwrap();
    assert_eq!(signed.format(), bytes);
    let checkpoint = signed.checkpoint();
    assert_eq!(
        (checkpoint.origin.as_str(), checkpoint.root.n),
        ("example.com/behind-the-sofa", 20_852_163)
    );
    assert!(checkpoint.extensions.is_empty());
    let ids: Vec<u32> = signed.note().signatures().iter().map(|s| s.id()).collect();
    assert_eq!(ids, [0x033d_e0ae, 0x8d66_cf3f]);
}

#[test]
fn what_is_no_note_is_refused() {
    let good = vector("spec_example.note");
    let line = good.lines().last().unwrap();
    let many = format!("text\n\n{}", format!("{line}\n").repeat(129));
    for (bytes, cause) in [
        ("", "L01 no empty line parts text and signatures"),
        ("text\n", "L01 no empty line parts text and signatures"),
        ("text\n\n", "L01 the last line must be a signature and end"),
        (good.trim_end(), "L01 the last line must be a signature and end"),
        (&good.replace("\n\n", "\n"), "L01 no empty line parts text and signatures"),
        (&good.replace('\n', "\r\n"), "L01 line 1 it has a control character"),
        (&good.replace("— ", "- "), "L01 line 3 a signature's line is \"— name base64\""),
        (&good.replace("example.com/foo", "example com"), "L01 line 3 the signature is not base64"),
        (&good.replace("example.com/foo", "a+b"), "L01 line 3 a signature's line is"),
        (&good.replace("example.com/foo", ""), "L01 line 3 a signature's line is"),
        (&good.replace("aQM=", "aQM"), "L01 line 3 the signature is not base64 or is too short"),
        (&good.replace("aQM=", "aQN="), "L01 line 3 the signature is not base64 or is too short"),
        ("text\n\n— a AAAAAA==\n", "L01 line 3 the signature is not base64 or is too short"),
        (&format!("{good}\n"), "L01 the last line must be a signature and end"),
        (&format!("{good}x\n"), "L01 line 4 a signature's line is"),
        (&many, "L01 more than 128 signatures"),
    ] {
        let refused = refusal(Note::parse(bytes.as_bytes()));
        assert!(refused.starts_with(cause), "{bytes:?}: {refused}");
    }
    assert_eq!(refusal(Note::parse(b"\xff\n\n\n")), "L01 not UTF-8");
    assert_eq!(refusal(Note::parse(&vec![b'a'; (1 << 20) + 1])), "L01 it has more than 1 MiB");
    assert_eq!(refusal(Note::new("text".to_owned())), "L01 the text does not end in a newline");
}

/// No piece of a key and no key with one character changed is a key; neither is one of another type.
#[test]
fn what_is_no_key_is_refused() {
    let whole = vector("go_peter.vkey").trim_end().to_owned();
    let secret = vector("go_peter.skey").trim_end().to_owned();
    let no_key = |text: &str| assert_eq!(&refusal(VerifierKey::parse(text))[..3], "L02", "{text}");
    let no_secret = |text: &str| assert_eq!(&refusal(SignerKey::parse(text))[..3], "L02", "{text}");
    for from in 0..whole.len() {
        (from + 1..=whole.len())
            .filter(|to| to - from < whole.len())
            .for_each(|to| no_key(&whole[from..to]));
    }
    for at in 0..whole.len() {
        let mut other = whole.clone().into_bytes();
        other[at] += 1;
        no_key(std::str::from_utf8(&other).unwrap());
    }
    for at in 1..secret.len() {
        no_secret(&secret[at..]);
        no_secret(&secret[..at]);
    }
    for (text, cause) in [
        (whole.replace("c74f20a3", "C74F20A3"), "the id has 8 lowercase hex digits"),
        (whole.replace("c74f20a3", "c74f20a4"), "the key's id is not that of the key"),
        (whole.replace("PeterNeumann", "Peter Neumann"), "a name has no white space"),
        ("a+00000000+AQ==".to_owned(), "a key has 32 bytes"),
        (whole.replace("+AR", "+BB"), "the key's id is not that of the key"),
        (whole.replace("+AR", "+ZR"), "an unknown type of key, or not base64"),
        ("a+00000000+BhpdnA==".to_owned(), "ML-DSA-44 keys are not supported"),
        // A point of small order is under everybody's signature.
        (format!("a+00000000+AQEA{}", "A".repeat(40)), "not a sound Ed25519 key"),
    ] {
        let refused = refusal(VerifierKey::parse(&text));
        assert!(refused.contains(cause), "{text}: {refused}");
    }
    assert!(refusal(SignerKey::parse(&whole)).contains("begins with PRIVATE+KEY+"));
    assert!(SignerKey::from_seed("a b", Kind::Ed25519, &[0; 32]).is_err());
}

fn checkpoint(n: u64) -> Checkpoint {
    Checkpoint::new("log.example", Root { n, root: Digest::from_bytes([7; 32]) }).unwrap()
}

/// Every bit of text and signature counts, and every digit of the time.
#[test]
fn nothing_signed_can_be_changed() {
    let log = SignerKey::from_seed("log.example", Kind::Ed25519, &[1; 32]).unwrap();
    let witness = SignerKey::from_seed("witness.example", Kind::Cosignature, &[2; 32]).unwrap();
    let mut signed = SignedCheckpoint::sign(checkpoint(5), &log);
    signed.add(signed.cosign(&witness, 1_790_000_000));
    signed.add(signed.cosign(&witness, 1_790_000_000));
    assert_eq!(signed.note().signatures().len(), 2, "the same signature stands once");
    let keys = [log.verifier(), witness.verifier()];
    let sound = |bytes: &[u8]| {
        SignedCheckpoint::parse(bytes).and_then(|signed| {
            signed.check_log(&[&keys[0]])?;
            let seen = signed.cosigned(&[&keys[1]])?;
            Ok((signed.checkpoint().clone(), seen))
        })
    };
    let bytes = signed.format().into_bytes();
    let seen = vec![Cosigned { witness: 0, time_s: 1_790_000_000 }];
    assert_eq!(sound(&bytes), Ok((checkpoint(5), seen.clone())));
    for at in 0..bytes.len() * 8 {
        let mut other = bytes.clone();
        other[at / 8] ^= 1 << (at % 8);
        // A witness's name or key id that was changed is an unknown witness; all else is refused.
        let refused = sound(&other).map_or(true, |(_, seen)| seen.is_empty());
        assert!(refused, "bit {at} of {}", String::from_utf8_lossy(&other));
    }
    // Cosignatures are not plain signatures of the same text, and the other way round.
    let same = [Kind::Ed25519, Kind::Cosignature]
        .map(|kind| SignerKey::from_seed("log.example", kind, &[1; 32]).unwrap().verifier());
    assert_ne!(same[0].id(), same[1].id());
    assert!(same[0].same_key(&same[1]) && same[0] != same[1]);
    assert_eq!(signed.cosigned(&[&same[1]]), Ok(Vec::new()));
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    let text = checkpoint(5).format();
    assert_eq!(Checkpoint::parse(&text), Ok(checkpoint(5)));
    let extended = format!("{text}more\n");
    assert_eq!(Checkpoint::parse(&extended).unwrap().format(), extended);
    for (text, cause) in [
        (String::new(), "L05 line 1 the origin is missing"),
        (text.replace("log.example", ""), "L05 line 1 the origin is missing"),
        (text.replace("\n5\n", "\n05\n"), "L05 line 2 the size is a decimal integer"),
        (text.replace("\n5\n", "\n-5\n"), "L05 line 2 the size is a decimal integer"),
        (text.replace("\n5\n", "\n4611686018427387904\n"), "L05 line 2 the size"),
        (text.replace("\n5\n", "\n\n5\n"), "L05 line 2 the size is a decimal integer"),
        (text.replace("=\n", "\n"), "L05 line 3 the root is base64 of 32 bytes"),
        (text.replace("\n5\n", "\n0\n"), "L05 line 3 this is not the root of an empty log"),
        (format!("{text}\nmore\n"), "L05 line 4 an extension line is empty"),
    ] {
        assert!(refusal(Checkpoint::parse(&text)).starts_with(cause), "{text:?}");
    }
    let odd = Checkpoint::new("a\n5", checkpoint(5).root);
    assert_eq!(refusal(odd), "L05 an origin has no white space and no plus sign");
}

/// The signature of a known key that fails spoils the note, even beside one that holds.
#[test]
fn signatures_that_do_not_hold() {
    let (peter, enoch) = (key("go_peter.vkey"), key("go_enoch.vkey"));
    let spoiled = vector("go_two_signers.note").replace("+QQ=", "+QR=");
    let spoiled = Note::parse(spoiled.as_bytes());
    assert!(spoiled.is_err(), "bits that nobody reads");
    let spoiled = vector("go_two_signers.note").replace("rwz+eB", "rwz+eC");
    let spoiled = Note::parse(spoiled.as_bytes()).unwrap();
    assert_eq!(spoiled.verify(&[&peter]), Ok(vec![PLAIN]));
    assert_eq!(refusal(spoiled.verify(&[&peter, &enoch])), "L03 it fails to verify");
    let log = SignerKey::from_seed("log.example", Kind::Ed25519, &[1; 32]).unwrap();
    let other = SignerKey::from_seed("log.example", Kind::Ed25519, &[3; 32]).unwrap();
    let signed = SignedCheckpoint::sign(checkpoint(5), &log);
    let refused = signed.check_log(&[&other.verifier()]);
    assert_eq!(refusal(refused), "L04 \"log.example\" has not signed it");
    signed.check_log(&[&other.verifier(), &log.verifier()]).unwrap();
}
