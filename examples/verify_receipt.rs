//! Checks a receipt (抽签凭证) alone: `cargo run --example verify_receipt -- FILE`.

use shuangsuiji::base::finding::Lang;
use shuangsuiji::verify::verify_receipt;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args()
        .nth(1)
        .ok_or("which receipt? cargo run --example verify_receipt -- FILE")?;
    let report = verify_receipt(&std::fs::read(path)?);
    for text in &report.shown {
        println!("{}", text.get(Lang::Zh));
    }
    for text in &report.not_shown {
        println!("未示：{}", text.get(Lang::Zh));
    }
    match report.failed {
        Some(finding) => Err(finding.into()),
        None => {
            println!("核验通过");
            Ok(())
        }
    }
}
