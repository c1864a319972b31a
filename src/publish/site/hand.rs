//! How to make the seed and one ticket by hand, with the values that come out: a shell and a digest tool that everybody has
//! suffice (`docs/protocol.md` §3). A test runs what stands here.

use super::draw::Draw;
use crate::base::digest::{Digest, Suite};
use crate::draw::ticket::group_key;
use crate::publish::withheld::masked;
use crate::record::commitment::List;

/// The commands, to be run inside the bundle's folder; none before there is a seed.
pub(super) fn commands(draw: &Draw<'_>) -> Option<String> {
    let seed = draw.seed?;
    let commitment = &draw.public.commitment;
    let suite = commitment.suite;
    let strings = &draw.contents.beacon.as_ref()?.strings;
    let digest = digest_command(suite);
    let name = suite.name();
    let c = draw.public.digest;
    let mut lines = vec![format!("C=$({} commitment.json | cut -c1-64)", digest)];
    lines.push(format!("echo $C    # {c}"));
    for (n, string) in (1..).zip(strings) {
        lines.push(format!("B{n}='{string}'"));
    }
    let k = strings.len();
    let holes = "%s\\n".repeat(k);
    let values: Vec<String> = (1..=k).map(|n| format!("\"$B{n}\"")).collect();
    let values = values.join(" ");
    lines.push(format!(
        "S=$(printf 'dr1/{name}/seed\\n%s\\n{k}\\n{holes}' \"$C\" {values} | {digest} | cut -c1-64)"
    ));
    lines.push(format!("echo $S    # {seed}"));
    let shown = example(draw);
    let list = shown.as_ref().map_or_else(|| commitment.lists_by_name()[0], |shown| shown.list);
    let key = group_key(suite, &seed, &list.group);
    let group = &list.group;
    lines.push(format!(
        "K=$(printf 'dr1/{name}/group\\n%s\\n{group}\\n' \"$S\" | {digest} | cut -c1-64)"
    ));
    lines.push(format!("echo $K    # {key}"));
    if let Some(Example { sid, ticket, .. }) = shown {
        lines.extend(salt(draw, sid));
        let text = match commitment.sealed() {
            true => format!("printf '%s%s.%s' \"$K\" {sid} \"$SALT\""),
            false => format!("printf '%s%s' \"$K\" {sid}"),
        };
        lines.push(format!("{text} | {digest} | cut -c1-64    # {ticket}"));
    }
    Some(lines.join("\n"))
}

/// The program that makes digests of a suite; SM3 is not among the tools of every system, and OpenSSL has both.
fn digest_command(suite: Suite) -> &'static str {
    match suite {
        Suite::Sha256 => "sha256sum",
        Suite::Sm3 => "openssl dgst -sm3 -r",
    }
}

/// The first drawn subject of the first list that has one.
struct Example<'a> {
    list: &'a List,
    sid: &'a str,
    ticket: Digest,
}

fn example<'a>(draw: &'a Draw<'_>) -> Option<Example<'a>> {
    let mut lists = draw.public.commitment.lists_by_name().into_iter();
    lists.find_map(|list| {
        let rows = draw.contents.draws.get(&list.list)?;
        let row = rows.iter().find(|row| masked(row.sid.as_str()) == row.sid.as_str())?;
        Some(Example { list, sid: row.sid.as_str(), ticket: row.key.ticket })
    })
}

/// Of an opened draw the salt of the subject, from the secret.
fn salt(draw: &Draw<'_>, sid: &str) -> Option<String> {
    let master = draw.contents.master.filter(|_| draw.public.commitment.sealed())?;
    let (suite, name) = (draw.public.commitment.suite.name(), &draw.public.commitment.draw);
    let hash = match draw.public.commitment.suite {
        Suite::Sha256 => "sha256",
        Suite::Sm3 => "sm3",
    };
    Some(format!(
        "SALT=$(printf 'dr1/{suite}/salt\\n{name}\\n{sid}\\n' | openssl dgst -{hash} -mac HMAC -macopt hexkey:{master} -r | cut -c1-64)"
    ))
}
