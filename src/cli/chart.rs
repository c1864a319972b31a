//! Charts as inline SVG: shapes only, stretched to the width that there is, with their words beside them in HTML, so that
//! a phone and a printed page read alike. Integers throughout.

use crate::rehearse::Spread;

/// Width of a chart in its own units.
const WIDTH: u64 = 1000;

/// A text inside HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// A bar as long as the mean, the range of nine runs in ten over it, and a mark at `limit`; `full` is the chart's width.
pub(super) fn bar(spread: &Spread, limit: Option<u64>, full: u64) -> String {
    let at = |n: u64| (n * WIDTH / full.max(1)).min(WIDTH);
    let mean = at(spread.mean_thousandths / 1000);
    let (from, to) = (at(spread.p05.into()), at(spread.p95.into()));
    let range = (to - from).max(3);
    let over = limit.is_some_and(|limit| u64::from(spread.p95) > limit);
    let class = if over { "bar over" } else { "bar" };
    let limit = limit.map_or(String::new(), |limit| {
        let x = at(limit).min(WIDTH - 4);
        format!("<rect class=\"limit\" x=\"{x}\" y=\"0\" width=\"4\" height=\"20\"/>")
    });
    format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {WIDTH} 20\" preserveAspectRatio=\"none\" role=\"img\">\
         <rect class=\"mean\" x=\"0\" y=\"4\" width=\"{mean}\" height=\"12\"/>\
         <rect class=\"range\" x=\"{from}\" y=\"8\" width=\"{range}\" height=\"4\"/>{limit}</svg>"
    )
}

/// A bar for a share in permille.
pub(super) fn share(permille: u64) -> String {
    let width = permille.min(1000);
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 {WIDTH} 20\" preserveAspectRatio=\"none\" role=\"img\">\
         <rect class=\"mean\" x=\"0\" y=\"4\" width=\"{width}\" height=\"12\"/></svg>"
    )
}

/// Columns, one for each count.
pub(super) fn columns(counts: &[u64]) -> String {
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let step = WIDTH / (counts.len() as u64).max(1);
    let column = |(i, n): (u64, &u64)| {
        let height = (n * 100 / most).max(u64::from(*n > 0));
        let (x, y, width) = (i * step, 100 - height, (step * 9 / 10).max(1));
        format!("<rect class=\"mean\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>")
    };
    let columns: String = (0..).zip(counts).map(column).collect();
    format!(
        "<svg class=\"columns\" viewBox=\"0 0 {WIDTH} 100\" preserveAspectRatio=\"none\" role=\"img\">{columns}</svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_s_name_becomes_markup() {
        assert_eq!(escaped("<b a=\"&\">"), "&lt;b a=&quot;&amp;&quot;&gt;");
    }

    #[test]
    fn bars_stay_in_the_chart() {
        let spread =
            Spread { mean_thousandths: 500_000, p05: 400, p95: 2_000, ..Spread::default() };
        let bar = bar(&spread, Some(1_000), 1_000);
        assert!(bar.contains("width=\"500\"") && bar.contains("x=\"400\""), "{bar}");
        assert!(bar.contains("x=\"996\"") && bar.contains("bar over"), "{bar}");
        assert!(columns(&[0, 1, 1_000]).contains("y=\"99\" width"), "one of a thousand is seen");
    }
}
