//! Lists that a business is on (经营异常名录, 严重违法失信名单, local white and black lists), each with its days if they
//! are known: `经营异常@2026-03-01..2026-08-31`, without an end while it still holds. A listing never exempts anybody
//! from a draw. A text that speaks of a removal (`移出`) or of no listing (`未列入`) is refused, not guessed at.

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

use super::dates::civil;
use super::form::{Refusal, SEPARATOR, refused, split};
use super::words::WatchList;
use crate::base::date::parse_date;
use crate::say;

/// What offices write before and after the name of a list.
const BEFORE: &[&str] = &["已被列入", "已列入", "被列入", "列入"];
/// Other names of the lists.
const NAMES: &[(&str, WatchList)] = &[
    ("经营异常名录", WatchList::Abnormal),
    ("异常名录", WatchList::Abnormal),
    ("异常经营名录", WatchList::Abnormal),
    ("严重违法失信", WatchList::Serious),
    ("严重违法失信名单", WatchList::Serious),
    ("严重违法名单", WatchList::Serious),
    ("严重违法企业名单", WatchList::Serious),
    ("严重违法失信企业名单", WatchList::Serious),
    ("严重违法失信企业", WatchList::Serious),
];

/// A list that a business is or was on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listing {
    /// Which list.
    pub list: WatchList,
    /// First day on it; none: not known.
    pub from: Option<Date>,
    /// Last day on it; none: it still is, as far as is known.
    pub to: Option<Date>,
}

impl Listing {
    /// Whether the business is on the list on that day, as far as is known.
    pub fn holds_on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// The listing of a canonical text.
    pub(super) fn parse(text: &str) -> Option<Listing> {
        let (name, days) = match text.split_once('@') {
            Some((name, days)) => (name, Some(days)),
            None => (text, None),
        };
        let (list, (from, to)) = (
            WatchList::parse(name)?,
            match days {
                Some(days) => {
                    let (from, to) = days.split_once("..")?;
                    (
                        Some(parse_date(from)?),
                        if to.is_empty() { None } else { Some(parse_date(to)?) },
                    )
                }
                None => (None, None),
            },
        );
        Some(Listing { list, from, to })
    }

    fn show(&self) -> String {
        let to = self.to.map(|to| to.to_string()).unwrap_or_default();
        match self.from {
            Some(from) => format!("{}@{from}..{to}", self.list.zh()),
            None => self.list.zh().to_owned(),
        }
    }
}

/// The canonical text of a cell of listings: sorted, none twice.
pub(super) fn listings(cell: &str) -> Result<String, Refusal> {
    let mut listings = split(cell).map(listing).collect::<Result<Vec<Listing>, Refusal>>()?;
    listings.sort_unstable();
    listings.dedup();
    Ok(listings.iter().map(Listing::show).collect::<Vec<_>>().join(SEPARATOR))
}

/// `经营异常`, `列入经营异常名录(2026-03-01)`, `严重违法@2026-03-01..2026-08-31`, `白名单 2026年3月1日起`.
fn listing(part: &str) -> Result<Listing, Refusal> {
    let text: String = part.nfkc().collect();
    let of = text.find(|c: char| c.is_ascii_digit() || "@([".contains(c)).unwrap_or(text.len());
    let (name, days) = text.split_at(of);
    let name = BEFORE.iter().find_map(|word| name.strip_prefix(word)).unwrap_or(name).trim();
    let other = NAMES.iter().find(|(other, _)| *other == name).map(|(_, list)| *list);
    let english = || WatchList::parse(&name.to_ascii_lowercase());
    let Some(list) = WatchList::parse(name).or(other).or_else(english) else {
        let words: Vec<[&str; 2]> = WatchList::WORDS.iter().map(|(zh, en)| [*zh, *en]).collect();
        let [zh, en] = [0, 1].map(|n| words.iter().map(|w| w[n]).collect::<Vec<_>>().join(", "));
        let zh = zh.replace(", ", "、");
        return Err(("R10", say!("“{part}” 须为 {zh} 之一", "\"{part}\" must be one of {en}")));
    };
    let days = days.trim_matches(|c: char| c.is_whitespace() || "@()[]".contains(c));
    if days.is_empty() {
        return Ok(Listing { list, from: None, to: None });
    }
    let (from, to) = match days.replace(['至', '到', '~', '—', '–'], "..").split_once("..") {
        Some((from, to)) => (civil(from.trim()), Some(to.trim().to_owned())),
        None => (civil(days.trim_end_matches('起')), None),
    };
    let end = to.filter(|to| !to.is_empty() && to != "今");
    let to = end.as_deref().map(civil);
    let ends_well = |to: Date| from.is_some_and(|from| from <= to);
    match (from, to) {
        (Some(_), None) => Ok(Listing { list, from, to: None }),
        (Some(_), Some(Some(to))) if ends_well(to) => Ok(Listing { list, from, to: Some(to) }),
        _ => Err(refused("R08", part)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_listing_in_many_forms() {
        for (cell, canonical) in [
            ("经营异常", "经营异常"),
            ("abnormal", "经营异常"),
            ("Black", "黑名单"),
            ("经营异常名录", "经营异常"),
            ("列入经营异常名录(2026-03-01)", "经营异常@2026-03-01.."),
            ("已列入经营异常名录（2026年3月1日）", "经营异常@2026-03-01.."),
            ("经营异常@2026-03-01..", "经营异常@2026-03-01.."),
            ("经营异常@2026-03-01..2026-08-31", "经营异常@2026-03-01..2026-08-31"),
            ("严重违法失信企业名单 2026.3.1 至 2026.8.31", "严重违法@2026-03-01..2026-08-31"),
            ("白名单2026/3/1起", "白名单@2026-03-01.."),
            ("白名单 2026-03-01至今", "白名单@2026-03-01.."),
            ("白名单；经营异常@2026-03-01..、白名单", "经营异常@2026-03-01..;白名单"),
            (
                "经营异常@2026-03-01..;经营异常@2024-01-01..2024-05-01",
                "经营异常@2024-01-01..2024-05-01;经营异常@2026-03-01..",
            ),
        ] {
            let text = listings(cell).unwrap();
            assert_eq!(text, canonical, "{cell}");
            assert_eq!(listings(&text).unwrap(), canonical, "read again");
            assert!(split(&text).all(|part| Listing::parse(part).unwrap().show() == part));
        }
    }

    #[test]
    fn what_is_no_certain_listing_is_refused() {
        for (cell, code) in [
            ("移出经营异常名录(2026-03-01)", "R10"),
            ("未列入", "R10"),
            ("是", "R10"),
            ("红名单", "R10"),
            ("@2026-03-01..", "R10"),
            ("经营异常@2026-08-31..2026-03-01", "R08"),
            ("经营异常@..2026-03-01", "R08"),
            ("经营异常(2026-3)", "R08"),
            ("经营异常(2026-03-01..某日)", "R08"),
            ("白名单3次", "R08"),
        ] {
            assert_eq!(listings(cell).unwrap_err().0, code, "{cell}");
        }
        let (_, cause) = listings("红名单").unwrap_err();
        assert_eq!(cause.zh, "“红名单” 须为 经营异常、严重违法、白名单、黑名单 之一");
        assert_eq!(cause.en, "\"红名单\" must be one of abnormal, serious, white, black");
    }

    #[test]
    fn days_of_a_listing() {
        let day = |text: &str| parse_date(text).unwrap();
        let holds = |text: &str, on: &str| Listing::parse(text).unwrap().holds_on(day(on));
        assert!(holds("经营异常", "2026-01-01"));
        for (on, expected) in [
            ("2026-02-28", false),
            ("2026-03-01", true),
            ("2026-08-31", true),
            ("2026-09-01", false),
        ] {
            assert_eq!(holds("经营异常@2026-03-01..2026-08-31", on), expected, "{on}");
        }
        assert!(holds("经营异常@2026-03-01..", "2030-01-01"));
    }
}
