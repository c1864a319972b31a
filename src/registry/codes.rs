//! Official code lists: administrative divisions (GB/T 2260, every table from December 1980 to April 2019 with the first
//! and last in which a code stands) and industries (GB/T 4754—2017). `data/README.md` names the sources. A code in no
//! list is kept and reported: zones use codes of their own, and divisions formed after the last table are not known.

use std::sync::LazyLock;

/// The month of the last table of divisions, as the file writes it.
const LAST_TABLE: &str = "201904";
/// Digits of a division's code.
const REGION_DIGITS: usize = 6;

static REGIONS: LazyLock<Vec<[&str; 4]>> =
    LazyLock::new(|| rows(include_str!("../../data/codes/gb2260.tsv")));
static INDUSTRIES: LazyLock<Vec<[&str; 3]>> =
    LazyLock::new(|| rows(include_str!("../../data/codes/gbt4754.tsv")));

/// Where a code stands among the administrative divisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Region {
    /// In the last table.
    Current,
    /// In earlier tables only: the name it had last, and the month (`yyyymm`) of the last table that has it.
    Past(&'static str, &'static str),
    /// In no table.
    Unknown,
}

/// Where a code stands. Six digits are a division of county level or above; nine and twelve digits begin with one
/// (towns and villages, GB/T 10114), and only that part is looked up.
pub(super) fn region(code: &str) -> Region {
    let digits = code.bytes().all(|b| b.is_ascii_digit());
    let division = code.get(..REGION_DIGITS).filter(|_| digits && [6, 9, 12].contains(&code.len()));
    let found = division.and_then(|division| find(&REGIONS, division));
    match found {
        Some([_, _, last, _]) if *last == LAST_TABLE => Region::Current,
        Some([_, _, last, name]) => Region::Past(name, last),
        None => Region::Unknown,
    }
}

/// A division with those it lies in, as an address names them (浙江省杭州市西湖区), each by the last name it had; none of a code
/// that is in no table. Codes that only gather others for statistics (市辖区, 县) are no part of an address.
pub fn division_name(code: &str) -> Option<String> {
    let digits = code.len() == REGION_DIGITS && code.bytes().all(|b| b.is_ascii_digit());
    let name = |code: &str| find(&REGIONS, code).map(|[_, _, _, name]| *name);
    let own = name(code).filter(|_| digits)?;
    let mut above = vec![format!("{}0000", &code[..2]), format!("{}00", &code[..4])];
    above.dedup();
    above.retain(|above| above != code);
    let gathers =
        |name: &&str| ["市辖区", "县"].contains(name) || name.ends_with("直辖县级行政区划");
    let above = above.iter().filter_map(|above| name(above)).filter(|name| !gathers(name));
    Some(above.chain([own]).collect())
}

/// The code of an industry as the standard prints it: a section `A` to `T`, or the two, three or four digits of a
/// division, group or class, also if the section's letter stands before them (`A0111`); none if it is unknown.
pub(super) fn industry(code: &str) -> Option<&'static str> {
    let letter = code.get(..1).filter(|first| first.bytes().all(|b| b.is_ascii_uppercase()));
    let (section, digits) = match letter {
        Some(section) if code.len() > 1 => (Some(section), &code[1..]),
        _ => (None, code),
    };
    let [found, of, _] = find(&INDUSTRIES, digits)?;
    let fits = section.is_none_or(|section| section == *of && digits.len() > 1);
    fits.then_some(found)
}

/// Whether some division of some table has a code that begins so; of towns and villages the part of their county.
pub(crate) fn is_division(prefix: &str) -> bool {
    let county = prefix.get(..REGION_DIGITS).unwrap_or(prefix);
    let digits = !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_digit());
    let at = REGIONS.partition_point(|row| row[0] < county);
    digits && REGIONS.get(at).is_some_and(|row| row[0].starts_with(county))
}

/// What the codes of subjects begin with that belong to an industry: its digits, for a section its letter and its
/// divisions; none if the standard has no such code.
pub(crate) fn industry_prefixes(code: &str) -> Option<Vec<String>> {
    let found = industry(code)?;
    let divisions = INDUSTRIES.iter().filter(|row| row[0].len() == 2 && row[1] == found);
    let divisions = divisions.map(|row| row[0].to_owned());
    Some(std::iter::once(found.to_owned()).chain(divisions).collect())
}

/// The row of a code.
fn find<'a, const N: usize>(
    rows: &'a [[&'static str; N]],
    code: &str,
) -> Option<&'a [&'static str; N]> {
    rows.binary_search_by(|row| row[0].cmp(code)).ok().map(|at| &rows[at])
}

/// The rows of a shipped table, which are sorted by their codes.
fn rows<const N: usize>(text: &'static str) -> Vec<[&'static str; N]> {
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.split('\t').collect();
        cells.try_into().expect("bug: a shipped table has rows of one length")
    };
    text.lines().skip(1).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_whole() {
        assert!(REGIONS.windows(2).all(|pair| pair[0][0] < pair[1][0]));
        assert!(INDUSTRIES.windows(2).all(|pair| pair[0][0] < pair[1][0]));
        assert_eq!((REGIONS.len(), INDUSTRIES.len()), (7072, 1971));
        // The last table had 3,219 divisions.
        assert_eq!(REGIONS.iter().filter(|row| row[2] == LAST_TABLE).count(), 3219);
        assert!(REGIONS.iter().all(|[code, first, last, _]| code.len() == 6 && first <= last));
        let of_length = |n| INDUSTRIES.iter().filter(|row| row[0].len() == n).count();
        // Sections, divisions, groups and classes of GB/T 4754—2017; a group with one class shares its name.
        assert_eq!([1, 2, 3, 4].map(of_length), [20, 97, 473, 1381]);
    }

    #[test]
    fn regions() {
        for (code, standing) in [
            ("330106", Region::Current),
            ("330106001", Region::Current),
            ("330106001002", Region::Current),
            ("330000", Region::Current),
            ("330107", Region::Past("半山区", "198912")),
            ("330101", Region::Past("市辖区", "201810")),
            // Used for 栾城县 until 1992 and for 正定县 since.
            ("130123", Region::Current),
            ("330199", Region::Unknown),
            ("3301", Region::Unknown),
            ("3301061", Region::Unknown),
            ("33010A", Region::Unknown),
            ("", Region::Unknown),
            ("西湖区", Region::Unknown),
        ] {
            assert_eq!(region(code), standing, "{code}");
        }
    }

    #[test]
    fn divisions_are_named_with_those_they_lie_in() {
        for (code, name) in [
            ("330106", "浙江省杭州市西湖区"),
            ("330100", "浙江省杭州市"),
            ("330000", "浙江省"),
            ("110105", "北京市朝阳区"),
        ] {
            assert_eq!(division_name(code).as_deref(), Some(name), "{code}");
        }
        for unknown in ["330199", "", "33010A", "33010", "330106001", "西湖"] {
            assert_eq!(division_name(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn beginnings_of_codes() {
        for good in ["33", "3301", "330106", "330106001", "1", "330107"] {
            assert!(is_division(good), "{good}");
        }
        for bad in ["", "330199", "99", "3A", "330199001", "西湖"] {
            assert!(!is_division(bad), "{bad}");
        }
        assert_eq!(industry_prefixes("H").unwrap(), ["H", "61", "62"]);
        assert_eq!(industry_prefixes("A").unwrap().len(), 6);
        assert_eq!(industry_prefixes("A0111").unwrap(), ["0111"]);
        assert_eq!(industry_prefixes("62").unwrap(), ["62"]);
        assert_eq!(industry_prefixes("99"), None);
    }

    #[test]
    fn industries() {
        for (code, found) in [
            ("A", Some("A")),
            ("01", Some("01")),
            ("011", Some("011")),
            ("0111", Some("0111")),
            ("A0111", Some("0111")),
            ("A01", Some("01")),
            ("H6210", Some("6210")),
            // Another section's letter, a gap of the standard, and other forms.
            ("B0111", None),
            ("AA", None),
            ("a0111", None),
            ("U", None),
            ("0110", None),
            ("00", None),
            ("01111", None),
            ("餐饮", None),
            ("", None),
        ] {
            assert_eq!(industry(code), found, "{code}");
        }
    }
}
