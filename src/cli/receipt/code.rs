//! The short form of a receipt, as its QR code has it.

use crate::base::finding::Finding;
use crate::base::text::is_field;
use crate::record::receipt::Code;
use crate::say;

/// The address of a page that verifies, if it can stand in front of a code.
pub(in crate::cli) fn page(address: &str) -> Result<&str, Finding> {
    let fits = is_field(address) && !address.contains('#');
    fits.then_some(address).ok_or_else(|| {
        let cause = say!(
            "--page 须为不含空白和 # 的网址",
            "--page must be an address without white space and #"
        );
        Finding::new("W07", cause)
    })
}

/// The text of the code: behind the address of a page, if there is one, as a fragment, which browsers send to nobody.
pub(in crate::cli) fn text(code: &Code, page: Option<&str>) -> String {
    let code = code.format();
    page.map_or_else(|| code.clone(), |page| format!("{page}#{code}"))
}
