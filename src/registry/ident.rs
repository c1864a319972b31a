//! Check characters of Chinese identifiers: credit codes (GB 32100—2015) and the organisation codes inside them
//! (GB 11714—1997), registration numbers (GS 15—2006). A wrong one is a warning, since registers hold wrong ones
//! that offices issued; what is wrong about it is said as closely as it can be known.

/// The 31 characters of a credit code, in the order of their values: `I`, `O`, `S`, `V`, `Z` are none.
const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Where the organisation code stands in a credit code.
const ORGANISATION: std::ops::Range<usize> = 8..17;

/// What is wrong about the check character of a credit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsccFault {
    /// A letter that credit codes never have.
    Letter(char),
    /// The weighted sum stands where its complement belongs, as some offices issued them; the right character.
    NotComplemented(char),
    /// Wrong, while the organisation code inside is right; the right character.
    CheckOnly(char),
    /// Wrong, and so is the organisation code inside; the right character.
    CheckAndOrganisation(char),
    /// Right, while the organisation code inside is wrong.
    OrganisationOnly,
}

/// Whether a 统一社会信用代码 has 18 characters of its alphabet and the right check character
/// (GB 32100—2015): weights 3^i mod 31, check value (31 − Σ mod 31) mod 31.
pub fn uscc_is_sound(code: &str) -> bool {
    code.len() == 18
        && code.bytes().all(|byte| value(byte).is_some())
        && matches!(uscc_fault(code), None | Some(UsccFault::OrganisationOnly))
}

/// What is wrong about a code of 18 letters and digits; none if nothing is.
pub fn uscc_fault(code: &str) -> Option<UsccFault> {
    let stranger = code.chars().find(|c| u8::try_from(*c).ok().and_then(value).is_none());
    if let Some(letter) = stranger {
        return Some(UsccFault::Letter(letter));
    }
    let mut values: Vec<usize> = code.bytes().filter_map(value).collect();
    let check = values.pop().unwrap_or_default();
    let weighted =
        values.iter().fold((0, 1), |(sum, weight), v| (sum + v * weight, weight * 3 % 31));
    let sum = weighted.0 % 31;
    let right = (31 - sum) % 31;
    let organisation = code.get(ORGANISATION).is_some_and(organisation_code_is_sound);
    let expected = char::from(ALPHABET[right]);
    match (check == right, organisation) {
        (true, true) => None,
        (true, false) => Some(UsccFault::OrganisationOnly),
        (false, _) if check == sum => Some(UsccFault::NotComplemented(expected)),
        (false, true) => Some(UsccFault::CheckOnly(expected)),
        (false, false) => Some(UsccFault::CheckAndOrganisation(expected)),
    }
}

/// Whether an organisation code of nine characters, without its hyphen, ends in its check character: weights 3, 7, 9,
/// 10, 5, 8, 4, 2 over values 0–35, 11 − Σ mod 11, where 10 is `X` and 11 is `0`.
pub fn organisation_code_is_sound(code: &str) -> bool {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let Some((body, check)) = code.as_bytes().split_at_checked(8).filter(|_| code.len() == 9)
    else {
        return false;
    };
    let digit = |byte: &u8| char::from(*byte).to_digit(36).filter(|_| !byte.is_ascii_lowercase());
    let Some(values) = body.iter().map(digit).collect::<Option<Vec<u32>>>() else {
        return false;
    };
    let sum: u32 = values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    check[0] == b"0X987654321"[usize::try_from(sum % 11).unwrap_or_default()]
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

/// The value of a character of a credit code.
fn value(byte: u8) -> Option<usize> {
    ALPHABET.iter().position(|known| *known == byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_codes() {
        // The example of GB 32100—2015, and codes printed on public licences.
        for good in ["91350100M000100Y43", "91330100704665967J"] {
            assert!(uscc_is_sound(good), "{good}");
            assert_eq!(uscc_fault(good), None);
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
    fn what_is_wrong_about_a_credit_code() {
        // Invented codes of region 330199; their check characters were computed by a second program.
        for (code, fault) in [
            ("91330199MA7K3P2X5C", None),
            ("91330199MA7K3P2X5O", Some(UsccFault::Letter('O'))),
            ("91330199MA7K3P2X5K", Some(UsccFault::NotComplemented('C'))),
            ("91330199MA7K3P2X5J", Some(UsccFault::CheckOnly('C'))),
            ("91330199MA7K3P2X6C", Some(UsccFault::CheckAndOrganisation('F'))),
            ("913301997381002527", Some(UsccFault::OrganisationOnly)),
        ] {
            assert_eq!(uscc_fault(code), fault, "{code}");
        }
        assert!(uscc_is_sound("913301997381002527"));
    }

    #[test]
    fn organisation_codes() {
        // D2143569X is the worked example of GB 11714—1997.
        assert!(organisation_code_is_sound("D2143569X"));
        for bad in
            ["", "D2143569", "D2143569X0", "D21435690", "d2143569X", "D2143569-", "D214-569X"]
        {
            assert!(!organisation_code_is_sound(bad), "{bad}");
        }
        // One whose sum is a multiple of 11, so that the check character is 0, not 11.
        assert!(organisation_code_is_sound("000000000"));
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
