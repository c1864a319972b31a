//! The short form of a receipt as a QR code.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::base::finding::Finding;
use crate::base::text::is_field;
use crate::record::receipt::Code;
use crate::say;

/// Width of the picture at least; it has no size of its own on paper.
const PIXELS: u32 = 240;

/// The address of a page that verifies, if it can stand in front of a code.
pub(super) fn page(address: &str) -> Result<&str, Finding> {
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
pub(super) fn text(code: &Code, page: Option<&str>) -> String {
    let code = code.format();
    page.map_or_else(|| code.clone(), |page| format!("{page}#{code}"))
}

/// The QR code of a text (ISO/IEC 18004), error correction M, in the smallest version that holds it.
pub(super) fn svg(text: &str) -> Result<String, Finding> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| {
        let n = text.len();
        let cause = say!("{n} 个字符，二维码容纳不下", "{n} characters are too many for a QR code");
        Finding::new("Q11", cause)
    })?;
    let (dark, light) = (svg::Color("#000000"), svg::Color("#ffffff"));
    let mut picture = code.render();
    picture.dark_color(dark).light_color(light).min_dimensions(PIXELS, PIXELS);
    Ok(picture.build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::finding::Lang;

    #[test]
    fn what_no_code_holds_is_refused() {
        let finding = svg(&"x".repeat(2_332)).unwrap_err();
        assert_eq!(finding.code(), "Q11");
        assert_eq!(finding.cause.get(Lang::En), "2332 characters are too many for a QR code");
        assert!(svg(&"x".repeat(2_331)).unwrap().contains("<svg"));
    }
}
