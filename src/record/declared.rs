//! Times that nobody but the office declares. A drand round proves by its number when it became known; of a game, a pulse
//! or a throw the commitment only says when it will be, and a value that was known before would be grounds to choose
//! everything else. So wherever such a value matters, the declared time stands beside it.

use super::source::Source;
use crate::base::date::china_time;
use crate::base::finding::Text;
use crate::say;

/// A typed string with the time that was declared for it, which its announcement must bear out.
pub fn beside_its_time(source: &Source, string: &str) -> Text {
    let at = china_time(source.at());
    say!("{string}（声明的产生时间 {at}，北京时间）", "{string} (declared time {at}, China time)")
}

/// Typed strings, each with its declared time, in one line; none if there are none.
pub fn all_beside_their_times<'a>(
    typed: impl IntoIterator<Item = (&'a Source, &'a str)>,
) -> Option<Text> {
    let texts = typed.into_iter().map(|(source, string)| beside_its_time(source, string));
    texts.reduce(|a, b| joined(a, b, (" ", " ")))
}

/// What must be true of these sources for anything to have come before them: that each was announced no earlier than was
/// declared. None where no time is merely declared: a drand round is among them, which nobody knew before its time,
/// and times ascend, so that what was declared for the others only asks for more.
pub fn holds_only_if(sources: &[Source]) -> Option<Text> {
    if sources.iter().any(|source| matches!(source, Source::Drand { .. })) {
        return None;
    }
    // A share adds nothing that its owner did not know.
    let declared = sources.iter().filter(|source| !matches!(source, Source::Witness { .. }));
    let one = |source: &Source| {
        let (at, Text { zh, en }) = (china_time(source.at()), source.title());
        let (how_zh, how_en) = match source {
            Source::Dice { .. } => ("掷出", "thrown"),
            Source::Nist2 { .. } => ("发布", "published"),
            _ => ("开奖", "announced"),
        };
        Text {
            zh: format!("{zh}于 {at}（北京时间）或以后{how_zh}"),
            en: format!("{en}, was {how_en} at or after {at} (China time)"),
        }
    };
    let Text { zh, en } = declared.map(one).reduce(|a, b| joined(a, b, ("、", " and ")))?;
    Some(say!(
        "只有在{zh}时才成立，请对照公告的开奖时间",
        "only if {en}: compare the times in the announcements"
    ))
}

fn joined(a: Text, b: Text, (zh, en): (&str, &str)) -> Text {
    Text { zh: a.zh + zh + &b.zh, en: a.en + en + &b.en }
}
