//! `ssj verify` of receipts and of their codes, alone and against the published bundle.

use std::fs::File;
use std::path::Path;

use serde_json::json;

use crate::base::finding::{Finding, Text};
use crate::cli::bundle::readable;
use crate::cli::console::{Console, finding_json};
use crate::cli::{BAD_INPUT, DONE, Failure, NOT_VERIFIED};
use crate::io::durable::failed;
use crate::io::folder::{BundleFolder, Limit, not_a_bundle, read_limited};
use crate::record::receipt::{Code, Receipt};
use crate::say;
use crate::verify::{Published, ReceiptReport, contradiction, verify_published, verify_receipt};

/// Largest receipt: a frame path, a team of 16 slots and thousands of inspectors stay far below.
const RECEIPT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Receipts that are verified one after the other: two of one subject must say the same.
pub(in crate::cli) struct Receipts {
    bundle: Option<BundleFolder>,
    seen: Vec<Code>,
}

impl Receipts {
    /// Receipts that are compared with the published bundle in this folder, if one is named.
    pub(in crate::cli) fn against(bundle: Option<&Path>) -> Result<Self, Failure> {
        Ok(Receipts { bundle: bundle.map(readable).transpose()?, seen: Vec::new() })
    }

    /// Verifies the receipt or code in a file, or the code that stands in place of its name.
    pub(in crate::cli) fn verify(&mut self, path: &Path, console: &Console) -> Result<u8, Failure> {
        let place = path.display().to_string();
        let pasted = path.to_str().filter(|text| !path.exists() && Code::is_one(text));
        let is_zip = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
        if let Some(finding) = not_a_bundle(path).filter(|_| is_zip) {
            return Err(finding.into());
        }
        let bytes = match pasted {
            Some(text) => text.as_bytes().to_vec(),
            None => {
                let file = File::open(path).map_err(|e| failed(path, &e))?;
                let bytes = read_limited(file, Limit::File(RECEIPT_BYTES_MAX));
                let bytes = bytes.map_err(|e| failed(path, &e))?;
                bytes.map_err(|finding| Failure::of(finding.file(&place).into(), BAD_INPUT))?
            }
        };
        let text = std::str::from_utf8(&bytes).ok().filter(|text| Code::is_one(text));
        // A damaged receipt, truncated or not, is a receipt that does not hold; anything else is none at all.
        let begins = bytes.starts_with(br#"{"beacon":{"#);
        if text.is_none() && !begins && !Receipt::is_one(&bytes) {
            let cause = say!("既不是公示包，也不是抽签凭证", "neither a bundle nor a receipt");
            return Err(Finding::new("W06", cause).file(place).into());
        }
        let (report, code) = match text {
            Some(text) => (None, Some(Code::parse(text).map_err(Failure::bundle)?)),
            None => {
                let report = verify_receipt(&bytes);
                let sound = report.receipt.as_ref().filter(|_| report.failed.is_none());
                let code = sound.map(Code::of).transpose()?;
                (Some(report), code)
            }
        };
        if let Some(report) = &report {
            print_receipt(report, console);
        }
        let receipt = report.as_ref().and_then(|report| report.receipt.as_ref());
        let published = match (&code, &self.bundle) {
            (Some(code), Some(bundle)) => {
                Some(verify_published(code, receipt, &bundle.files, bundle))
            }
            (_, None) if report.is_none() => {
                let cause = say!(
                    "凭证码只是短式，单凭它不能核验",
                    "a code is the short form and shows nothing alone"
                );
                return Err(Finding::new("W61", cause).into());
            }
            _ => None,
        };
        let twice = code
            .as_ref()
            .and_then(|code| self.seen.iter().find_map(|one| contradiction(one, code)));
        self.seen.extend(code);
        Ok(conclude(&place, report, published, twice, console))
    }
}

/// Prints what the comparison with the bundle shows, and the verdict.
fn conclude(
    place: &str,
    report: Option<ReceiptReport>,
    published: Option<Published>,
    twice: Option<Finding>,
    console: &Console,
) -> u8 {
    let (mut shown, mut not_shown, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    let mut since = Vec::new();
    let alone = published.is_none();
    if let Some(published) = published {
        print_texts(&published.shown, &published.not_shown, console);
        (shown, not_shown, since) = (published.shown, published.not_shown, published.since);
        print_since(&since, console);
        failed.extend(published.failed);
    }
    failed.extend(twice);
    failed.iter().for_each(|finding| console.lines(&finding.show(console.lang)));
    if let Some(report) = report {
        shown.splice(0..0, report.shown);
        not_shown.splice(0..0, report.not_shown);
        failed.splice(0..0, report.failed);
    }
    console.say(&match (failed.is_empty(), alone) {
        (false, _) => say!("核验未通过", "not verified"),
        (true, true) => {
            say!("核验通过（凭证所能证明的部分）", "verified, as far as a receipt shows")
        }
        (true, false) => say!(
            "核验通过（凭证与公示包相符；公示包本身另行核验）",
            "verified: the receipt agrees with the bundle, which is verified by itself"
        ),
    });
    let texts =
        |texts: &[Text]| texts.iter().map(|t| t.get(console.lang).to_owned()).collect::<Vec<_>>();
    console.report(&json!({
        "command": "verify",
        "path": place,
        "ok": failed.is_empty(),
        "verified": failed.is_empty(),
        "shown": texts(&shown),
        "not_shown": texts(&not_shown),
        "since": texts(&since),
        "findings": failed.iter().map(|f| finding_json(f, console.lang)).collect::<Vec<_>>(),
    }));
    if failed.is_empty() { DONE } else { NOT_VERIFIED }
}

fn print_texts(shown: &[Text], not_shown: &[Text], console: &Console) {
    let lang = console.lang;
    shown.iter().for_each(|text| console.say(text));
    for text in not_shown {
        console.line(&format!("[{}] {}", say!("未示", "not shown").get(lang), text.get(lang)));
    }
}

/// What came after the draw: the receipt says who was drawn for the visit, and others may come now.
pub(in crate::cli) fn print_since(since: &[Text], console: &Console) {
    if !since.is_empty() {
        console.say(&say!("抽取之后的变动：", "since the draw:"));
    }
    since.iter().for_each(|text| console.line(&format!("  {}", text.get(console.lang))));
}

/// What a receipt shows alone, and what in it does not hold.
pub(super) fn print_receipt(report: &ReceiptReport, console: &Console) {
    let lang = console.lang;
    if let Some((commitment, digest)) = &report.commitment {
        let (agency, title, draw) = (&commitment.agency, &commitment.title, &commitment.draw);
        console.say(&say!("{agency} {title}（{draw}）", "{agency} {title} ({draw})"));
        if commitment.rehearsal {
            console.say(&say!("这是演练，不产生效力", "this is a rehearsal and binds nobody"));
        }
        console.say(&say!("承诺摘要：{digest}", "commitment: {digest}"));
    }
    if let Some(receipt) = &report.receipt {
        let (sid, result) = (&receipt.sid, &receipt.result);
        console.say(&say!("检查对象：{sid}", "subject: {sid}"));
        console.say(&say!(
            "结果摘要（与公示对照）：{result}",
            "result, to compare with the notice: {result}"
        ));
    }
    print_texts(&report.shown, &report.not_shown, console);
    if let Some(finding) = &report.failed {
        console.lines(&finding.show(lang));
    }
}
