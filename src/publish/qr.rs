//! QR codes as pictures (ISO/IEC 18004): SVG, so that they print sharp and cost no file of their own.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::base::finding::Finding;
use crate::say;

/// Width of the picture at least; it has no size of its own on paper.
const PIXELS: u32 = 240;

/// The QR code of a text, error correction M, in the smallest version that holds it: a file of its own.
///
/// # Errors
/// Q11 if the text is too long.
pub fn svg(text: &str) -> Result<String, Finding> {
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

/// As [`svg`], to stand inside a page: without the declaration of XML.
///
/// # Errors
/// As [`svg`].
pub fn inline(text: &str) -> Result<String, Finding> {
    let picture = svg(text)?;
    Ok(picture.split_once("?>").map_or(picture.as_str(), |(_, picture)| picture).to_owned())
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

    #[test]
    fn inside_a_page_it_begins_with_the_picture() {
        assert!(svg("x").unwrap().starts_with("<?xml"));
        assert!(inline("x").unwrap().starts_with("<svg"));
    }
}
