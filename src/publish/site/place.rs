//! Where things stand in a site. Every address follows from the draw alone, so that a link that somebody printed or sent
//! goes on working, whatever is added later.

use super::public::Public;

/// The folder of a draw, `draws/<year>/<draw>-<first digits of C>`: the year in which its visits begin; two attempts of
/// one draw, or two offices that use one name, have different commitments.
pub fn folder(public: &Public) -> String {
    let year = public.commitment.window.0.get(..4).unwrap_or("0000");
    format!("draws/{year}/{}", name(public))
}

/// The last part of it, which names the archive, too: letters, digits, `_`, `.` and `-` alone.
pub fn name(public: &Public) -> String {
    let hex = public.digest.hex();
    format!("{}-{}", public.commitment.draw, &hex[..8])
}

/// A path inside a draw's folder as an address: what is not plain is encoded (RFC 3986, §2.1).
pub(super) fn href(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_nothing_but_plain_letters() {
        assert_eq!(href("bundle/draw/T-03.tsv"), "bundle/draw/T-03.tsv");
        assert_eq!(href("notice/公 示\"<.html"), "notice/%E5%85%AC%20%E7%A4%BA%22%3C.html");
    }
}
