//! QR codes as pictures (ISO/IEC 18004): SVG, so that they print sharp and cost no file of their own.

use qrcode::render::svg;
use qrcode::{Color, EcLevel, QrCode};

use crate::base::finding::Finding;
use crate::say;

/// Width of the picture at least; it has no size of its own on paper.
const PIXELS: u32 = 240;
/// Light modules around the code that the standard asks for.
const QUIET: usize = 4;
/// Side of a module inside a page, in the picture's own units: large enough for readers that take them for dots.
const MODULE: usize = 4;

/// The QR code of a text, error correction M, in the smallest version that holds it: a file of its own.
///
/// # Errors
/// Q11 if the text is too long.
pub fn svg(text: &str) -> Result<String, Finding> {
    let code = code(text)?;
    let (dark, light) = (svg::Color("#000000"), svg::Color("#ffffff"));
    let mut picture = code.render();
    picture.dark_color(dark).light_color(light).min_dimensions(PIXELS, PIXELS);
    Ok(picture.build())
}

/// As [`svg()`], to stand inside a page: one path of the dark modules, row by row, in a fifth of the bytes, since a file of
/// forms has hundreds of codes.
///
/// # Errors
/// As [`svg()`].
pub fn inline(text: &str) -> Result<String, Finding> {
    let code = code(text)?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in (QUIET..).zip(code.to_colors().chunks(width)) {
        let (mut x, y) = (QUIET * MODULE, y * MODULE);
        for run in row.chunk_by(|a, b| a == b) {
            let long = run.len() * MODULE;
            if run[0] == Color::Dark {
                path += &format!("M{x} {y}h{long}v{MODULE}h-{long}z");
            }
            x += long;
        }
    }
    let side = (width + 2 * QUIET) * MODULE;
    Ok(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"QR\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\"/></svg>"
    ))
}

fn code(text: &str) -> Result<QrCode, Finding> {
    QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| {
        let n = text.len();
        let cause = say!("{n} 个字符，二维码容纳不下", "{n} characters are too many for a QR code");
        Finding::new("Q11", cause)
    })
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
    fn inside_a_page_it_has_the_same_modules() {
        let text = "dr1-code;EX-OPEN;920db900bf5eace89aa1869f0176c997";
        assert!(svg(text).unwrap().starts_with("<?xml"));
        let picture = inline(text).unwrap();
        let path = picture.split_once(" d=\"").unwrap().1.split_once('"').unwrap().0;
        let mut dark = std::collections::BTreeSet::new();
        for run in path.split('M').skip(1) {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (n, _) = rest.split_once('v').unwrap();
            let [x, y, n]: [usize; 3] = [x, y, n].map(|number| number.parse().unwrap());
            let [x, y, n] = [x / MODULE, y / MODULE, n / MODULE];
            dark.extend((x..x + n).map(|x| (y - QUIET, x - QUIET)));
        }
        let code = code(text).unwrap();
        let all = (0..code.width()).flat_map(|y| (0..code.width()).map(move |x| (y, x)));
        let expected = all.filter(|(y, x)| code[(*x, *y)] == Color::Dark).collect();
        assert_eq!(dark, expected);
    }
}
