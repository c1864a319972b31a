//! Check characters of Chinese identifiers. A wrong one is a warning, since registers hold wrong ones.

/// The 31 characters of a code, in the order of their values.
const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Whether a 统一社会信用代码 has 18 characters of its alphabet and the right check character
/// (GB 32100—2015): weights 3^i mod 31, check value (31 − Σ mod 31) mod 31.
pub fn uscc_is_sound(code: &str) -> bool {
    let value = |byte: u8| ALPHABET.iter().position(|b| *b == byte);
    let Some(values) = code.bytes().map(value).collect::<Option<Vec<usize>>>() else {
        return false;
    };
    let Some((check, body)) = values.split_last() else {
        return false;
    };
    let weighted = body.iter().fold((0, 1), |(sum, weight), v| (sum + v * weight, weight * 3 % 31));
    values.len() == 18 && *check == (31 - weighted.0 % 31) % 31
}

/// Whether a registration number of 15 digits ends in its ISO 7064 MOD 11,10 digit. Older numbers have
/// 13 digits and no check digit: they, and numbers with letters, are never found wrong.
pub fn reg_no_is_sound(number: &str) -> bool {
    if number.len() != 15 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return true;
    }
    let mut digits = number.bytes().map(|b| u32::from(b - b'0'));
    let product = digits.clone().take(14).fold(10, |product, digit| {
        let sum = match (product + digit) % 10 {
            0 => 10,
            sum => sum,
        };
        sum * 2 % 11
    });
    (product + digits.next_back().unwrap_or(0)) % 10 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_codes() {
        // The example of GB 32100—2015, and codes printed on public licences.
        for good in ["91350100M000100Y43", "91330100704665967J"] {
            assert!(uscc_is_sound(good), "{good}");
            for at in 0..18 {
                let mut bytes = good.as_bytes().to_vec();
                bytes[at] = if bytes[at] == b'7' { b'8' } else { b'7' };
                let wrong = String::from_utf8(bytes).unwrap();
                assert!(!uscc_is_sound(&wrong), "{wrong}");
            }
        }
        for bad in ["", "91350100M000100Y4", "91350100M000100Y433", "91350100I000100Y43"] {
            assert!(!uscc_is_sound(bad), "{bad}");
        }
    }

    #[test]
    fn registration_numbers() {
        // 110108000000016 is the worked example of GS 15—2006.
        assert!(reg_no_is_sound("110108000000016"));
        for check in "012345789".chars() {
            assert!(!reg_no_is_sound(&format!("11010800000001{check}")));
        }
        assert!(reg_no_is_sound("3301000001234") && reg_no_is_sound("企独浙总字第000001号"));
    }
}
