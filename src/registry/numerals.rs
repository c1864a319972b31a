//! Numbers in Chinese characters, where they can mean only one: before a unit (`两次`, `十二家`) and in `百分之三`.
//! Others stay: the `一` of `检查一并开展` is no number, and `一百二` is 120 to some and 102 to others.

const DIGITS: &str = "零一二三四五六七八九";
/// What may follow a number.
const UNITS: &[char] = &['%', '‰', '次', '户', '家'];

/// The text with these numbers in digits, `百分之` and `千分之` as signs after them.
pub(super) fn in_digits(text: &str) -> String {
    let mut done = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let part =
            ["百分之", "千分之"].iter().find_map(|word| Some((word, rest.strip_prefix(word)?)));
        if let Some((word, after)) = part
            && let Some((number, after)) = part_of_hundred(after)
        {
            done.push_str(&number);
            done.push(if *word == "百分之" { '%' } else { '‰' });
            rest = after;
            continue;
        }
        let (run, after) = split_run(rest, is_numeral);
        let counted = after.starts_with(UNITS);
        match value(run).filter(|_| counted) {
            Some(number) => {
                done.push_str(&number.to_string());
                rest = after;
            }
            None if run.is_empty() => {
                done.push(first);
                rest = &rest[first.len_utf8()..];
            }
            None => {
                done.push_str(run);
                rest = after;
            }
        }
    }
    done
}

/// The number after `百分之`, and what follows it: `三`, `十`, `三点五`, `3.5`.
fn part_of_hundred(text: &str) -> Option<(String, &str)> {
    let (digits, after) = split_run(text, |c| c.is_ascii_digit() || c == '.');
    if !digits.is_empty() {
        return Some((digits.to_owned(), after));
    }
    let (whole, after) = split_run(text, is_numeral);
    let whole = if whole == "百" { 100 } else { value(whole)? };
    let Some(decimals) = after.strip_prefix('点') else {
        return Some((whole.to_string(), after));
    };
    let (decimals, after) = split_run(decimals, |c| digit(c).is_some());
    let decimals: String = decimals.chars().filter_map(digit).map(|d| d.to_string()).collect();
    (!decimals.is_empty()).then(|| (format!("{whole}.{decimals}"), after))
}

/// The number below 1,000 that is written so, if it can be only one.
fn value(run: &str) -> Option<u64> {
    let (mut total, mut open, mut least, mut zero) = (0, None, 1_000, false);
    for c in run.chars() {
        match c {
            '百' | '十' => {
                let magnitude = if c == '百' { 100 } else { 10 };
                let times = match open.take() {
                    // 十二 has no digit before it; 百 always has one.
                    None if c == '十' && total == 0 => 1,
                    digit => digit.filter(|digit| *digit > 0)?,
                };
                if magnitude >= least {
                    return None;
                }
                (total, least, zero) = (total + times * magnitude, magnitude, false);
            }
            '零' | '〇' if total > 0 && open.is_none() => zero = true,
            _ if open.is_some() => return None,
            _ => open = digit(c),
        }
    }
    match open {
        None if zero || run.is_empty() => None,
        // 一百二: a digit right after hundreds may stand for tens.
        Some(_) if least == 100 && !zero => None,
        Some(digit) => Some(total + digit),
        None => Some(total),
    }
}

fn digit(c: char) -> Option<u64> {
    let c = match c {
        '两' => '二',
        '〇' => '零',
        c => c,
    };
    DIGITS.chars().position(|digit| digit == c).and_then(|at| u64::try_from(at).ok())
}

fn is_numeral(c: char) -> bool {
    digit(c).is_some() || c == '十' || c == '百'
}

/// The longest beginning of these characters, and the rest.
fn split_run(text: &str, of: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !of(c)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_below_a_thousand() {
        for (text, number) in [
            ("一", 1),
            ("两", 2),
            ("十", 10),
            ("十二", 12),
            ("二十", 20),
            ("九十九", 99),
            ("一百", 100),
            ("一百零二", 102),
            ("三百二十", 320),
            ("三百二十五", 325),
            ("零", 0),
        ] {
            assert_eq!(value(text), Some(number), "{text}");
        }
        for bad in
            ["", "百", "一百二", "一二", "十百", "二百一百", "一百零", "零十", "十十", "零零"]
        {
            assert_eq!(value(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_where_it_is_a_number() {
        for (text, plain) in [
            ("每年一次", "每年1次"),
            ("每年两次", "每年2次"),
            ("十二家", "12家"),
            ("不低于百分之三", "不低于3%"),
            ("百分之三点五", "3.5%"),
            ("百分之5", "5%"),
            ("千分之二", "2‰"),
            ("百分之三至百分之五", "3%至5%"),
            ("检查一并开展", "检查一并开展"),
            ("对同一单位", "对同一单位"),
            ("一百二家", "一百二家"),
            ("百分之百", "100%"),
            ("三分之一", "三分之一"),
        ] {
            assert_eq!(in_digits(text), plain);
        }
    }
}
