//! Identity numbers with valid check characters.
//!
//! - 统一社会信用代码: GB 32100—2015, 18 characters, check weights 3^i mod 31.
//! - 组织机构代码, its characters 9–17: GB 11714—1997, check weights 3, 7, 9, 10, 5, 8, 4, 2 mod 11.
//! - 工商注册号: 15 digits, last one by ISO 7064 MOD 11,10 (GB/T 17710).
//!
//! The numbers made here are well formed and belong to nobody: region 330199 stands in no table of GB/T 2260 from 1980 to 2019.

/// The 31 characters of GB 32100: no I, O, S, V, Z.
pub(super) const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The fictional region of everything in this module.
pub(super) const REGION: &str = "330199";

/// The check character of a 8-character organisation code body (GB 11714); letters count 10 … 35.
pub(super) fn organisation_check(body: &str) -> char {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body
        .chars()
        .zip(WEIGHTS)
        .map(|(c, weight)| {
            weight
                * c.to_digit(36).expect("bug: organisation codes are made of digits and capitals")
        })
        .sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from(b'0' + digit as u8),
    }
}

/// The check character of the first 17 characters of a 统一社会信用代码 (GB 32100).
pub(super) fn uscc_check(body: &str) -> char {
    let mut weight = 1;
    let mut sum = 0;
    for byte in body.bytes() {
        let value =
            ALPHABET.iter().position(|&c| c == byte).expect("bug: a code is made of the alphabet");
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    char::from(ALPHABET[(31 - sum % 31) % 31])
}

/// The check digit of the first 14 digits of a registration number (ISO 7064 MOD 11,10).
pub(super) fn registration_check(body: &str) -> char {
    let mut product = 10;
    for byte in body.bytes() {
        let sum = match (product + u32::from(byte - b'0')) % 10 {
            0 => 10,
            sum => sum,
        };
        product = sum * 2 % 11;
    }
    char::from(b'0' + ((11 - product) % 10) as u8)
}

/// A whole 统一社会信用代码 from its two letters of kind (91, 92, 93) and an organisation code body.
pub(super) fn uscc(kind: &str, body: &str) -> String {
    let mut code = format!("{kind}{REGION}{body}{}", organisation_check(body));
    code.push(uscc_check(&code));
    code
}

/// A whole registration number from a serial below 10^8.
pub(super) fn registration(serial: u64) -> String {
    let mut number = format!("{REGION}{serial:08}");
    number.push(registration_check(&number));
    number
}

/// An organisation code body of the kind given since October 2015: `MA` and six characters; `serial` is below 31^6.
pub(super) fn new_body(mut serial: u64) -> String {
    let mut six = [b'0'; 6];
    for slot in six.iter_mut().rev() {
        *slot = ALPHABET[(serial % 31) as usize];
        serial /= 31;
    }
    format!("MA{}", six.map(char::from).iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers published by their holders or by the standards' own examples, none of them ours.
    #[test]
    fn check_characters_of_published_codes() {
        // GB 11714—1997's example D2143569-X; the codes of 阿里巴巴(中国), 百度在线 and 腾讯计算机, on their own sites.
        assert_eq!(organisation_check("D2143569"), 'X');
        for code in ["91330100799655058B", "91110108717743469K", "9144030071526726XG"] {
            assert_eq!(uscc_check(&code[..17]).to_string(), code[17..], "{code}");
            assert_eq!(organisation_check(&code[8..16]).to_string(), code[16..17], "{code}");
        }
    }

    #[test]
    fn registration_numbers_of_the_anomaly_sample_are_whole() {
        for number in ["320000000028595", "320100000001374", "320100000002543"] {
            assert_eq!(registration_check(&number[..14]).to_string(), number[14..], "{number}");
        }
    }

    #[test]
    fn made_codes_have_the_right_shape() {
        let code = uscc("91", &new_body(31_u64.pow(6) - 1));
        assert_eq!((code.len(), &code[..16]), (18, "91330199MAYYYYYY"));
        assert_eq!(registration(7).len(), 15);
    }
}
