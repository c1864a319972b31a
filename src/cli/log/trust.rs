//! Whom a verifier believes about time (`ssj verify --policy`), the log that he looks into (`--log`), and what it shows.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::super::Failure;
use super::super::console::{Console, finding_json};
use super::check::read_policy;
use super::refused;
use crate::base::date::china_time;
use crate::base::finding::{Finding, Lang, Text};
use crate::io::durable::failed;
use crate::io::log::Public;
use crate::log::policy::Policy;
use crate::log::stamp::Authorities;
use crate::say;
use crate::verify::{AttemptFacts, Facts, LogCopy, Logged, Trust};

/// Whom the verifier believes.
#[derive(clap::Args, Default)]
pub(in crate::cli) struct TrustArgs {
    /// 见证策略：相信哪些日志和见证人，另行取得 / policy: whom to believe about time, from elsewhere than the bundle
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// 日志的副本，用以清点抽取次数；策略有几份日志就给几次 / a copy of the log, to count attempts in; one for each log of the policy
    #[arg(long, value_name = "FOLDER", requires = "policy")]
    pub log: Vec<PathBuf>,
    /// 时间戳机构或其签发机构的证书（PEM） / certificates of the time-stamping authority or its issuer (PEM)
    #[arg(long, value_name = "FILE")]
    pub tsa: Option<PathBuf>,
}

/// What was read of it.
#[derive(Default)]
pub(in crate::cli) struct Trusted {
    policy: Option<Policy>,
    logs: Vec<LogCopy>,
    authorities: Option<Authorities>,
}

impl TrustArgs {
    /// Reads policy and log.
    ///
    /// # Errors
    /// L13, L19; what a log is refused for; W07 for two copies of one.
    pub fn read(&self) -> Result<Trusted, Failure> {
        let policy = self.policy.as_deref().map(read_policy).transpose()?;
        let mut logs: Vec<LogCopy> = Vec::new();
        for folder in &self.log {
            let public = Public::open(folder).map_err(refused)?;
            let signed = public.checkpoint().map_err(refused)?;
            let entries = public.entries(&signed).map_err(refused)?;
            let copy = LogCopy::new(signed, entries).map_err(refused)?;
            if logs.iter().any(|other| other.origin() == copy.origin()) {
                let origin = copy.origin();
                let cause = say!("日志 {origin} 的副本给了两次", "two copies of the log {origin}");
                return Err(Finding::new("W07", cause).column("--log").into());
            }
            logs.push(copy);
        }
        let authorities = self.tsa.as_deref().map(read_authorities).transpose()?;
        Ok(Trusted { policy, logs, authorities })
    }
}

impl Trusted {
    pub fn trust(&self) -> Trust<'_> {
        let (policy, logs) = (self.policy.as_ref(), self.logs.as_slice());
        Trust { policy, logs, authorities: self.authorities.as_ref() }
    }
}

pub(super) fn read_authorities(path: &Path) -> Result<Authorities, Failure> {
    let bytes = fs::read(path).map_err(|e| failed(path, &e))?;
    Authorities::parse(&bytes).map_err(|f| refused(f.file(path.display().to_string())))
}

/// What the log shows, in a few lines.
pub(in crate::cli) fn print_logged(facts: &Facts, console: &Console) {
    if let Some(stamp) = &facts.stamp {
        let (at, authority) = (china_time(stamp.time_s), &stamp.authority);
        console.say(&say!(
            "承诺的时间戳：{at}（北京时间），{authority}",
            "the commitment's time stamp: {at} (China time), {authority}"
        ));
    }
    let Some(logged) = &facts.logged else { return };
    let Logged { origin, index, cosigned_s, .. } = logged;
    if let Some(at) = cosigned_s.map(china_time) {
        console.say(&say!(
            "承诺是日志 {origin} 的第 {index} 条，见证人最迟于 {at}（北京时间）联署",
            "the commitment is entry {index} of the log {origin}, cosigned by {at} (China time)"
        ));
    }
    let Some((own, all)) = logged.count() else {
        console.say(&say!(
            "抽取次数未示：取得日志的副本，以 --log 清点",
            "attempts are not shown: get a copy of the log and count them with --log"
        ));
        return;
    };
    console.say(&say!("第 {own} 次，共 {all} 次", "attempt {own} of {all}"));
    if all > 1 {
        let is_other = |one: &AttemptFacts| one.log != *origin;
        let is_named = logged.attempts.iter().flatten().any(is_other);
        for one in logged.attempts.iter().flatten() {
            let log = if is_named { format!("{}  ", one.log) } else { String::new() };
            console.line(&format!("  {log}{}", attempt_line(one).get(console.lang)));
        }
    }
    if let Some(n) = logged.others.filter(|n| *n > 0) {
        console.say(&say!(
            "同期另有 {n} 个有效承诺（不论机关和事项）：改写了的机关名、事项名，只有人看得出",
            "{n} other commitments of these days bind, whosever they are: an agency or a matter in other words only people recognise"
        ));
    }
    for finding in &logged.remarks {
        console
            .line(&format!("  {}", finding.show(console.lang).lines().next().unwrap_or_default()));
    }
}

fn attempt_line(one: &AttemptFacts) -> Text {
    let AttemptFacts { index, draw, attempt, commitment, .. } = one;
    let at = china_time(one.at_s);
    let ended = one.voided_s.map(china_time).unwrap_or_default();
    let Text { zh, en } = match one.state {
        "void" => {
            let reason = one.reason.as_deref().unwrap_or_default();
            say!("{ended} 作废（{reason}）", "void since {ended} ({reason})")
        }
        "void_too_late" => say!(
            "{ended} 才称作废，信标已经公开，仍然有效",
            "called void at {ended}, when a value was known: it binds"
        ),
        _ => say!("有效", "live"),
    };
    let (own_zh, own_en) = if one.own { ("本次，", "this one, ") } else { ("", "") };
    say!(
        "第 {index} 条  {at}  {draw} 第 {attempt} 次  {own_zh}{zh}  {commitment}",
        "entry {index}  {at}  {draw}, attempt {attempt}  {own_en}{en}  {commitment}"
    )
}

pub(in crate::cli) fn logged_json(logged: &Logged, lang: Lang) -> Value {
    let attempt = |one: &AttemptFacts| {
        json!({
            "log": one.log, "index": one.index, "at_s": one.at_s, "draw": one.draw, "attempt": one.attempt,
            "commitment": one.commitment.hex(), "own": one.own, "state": one.state,
            "voided_s": one.voided_s, "reason": one.reason, "result": one.result.map(|digest| digest.hex()),
        })
    };
    let attempts = logged.attempts.as_ref().map(|all| all.iter().map(attempt).collect::<Vec<_>>());
    let remarks: Vec<Value> = logged.remarks.iter().map(|one| finding_json(one, lang)).collect();
    json!({
        "origin": logged.origin, "index": logged.index, "cosigned_s": logged.cosigned_s, "size": logged.size,
        "count": logged.count().map(|(own, all)| [own, all]), "others": logged.others, "attempts": attempts,
        "remarks": remarks,
    })
}
