//! The pages as they stand on the screen: large, calm, nothing that does not come from the computation.

use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Layout};
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, Borders, Paragraph, Wrap};

use super::state::{Ceremony, Drawn, Page, drawn_of};
use crate::base::date::china_time;
use crate::base::digest::Digest;
use crate::base::finding::{Lang, Text};
use crate::record::beacon::Source;
use crate::say;

/// Draws the page that is shown.
pub(super) fn render(frame: &mut Frame<'_>, ceremony: &Ceremony, now_s: u64, lang: Lang) {
    let page = Words { ceremony, now_s, lang };
    let areas =
        Layout::vertical([Constraint::Length(3), Constraint::Min(1), Constraint::Length(2)]);
    let [head, body, foot] = areas.areas(frame.area());
    let title = Paragraph::new(page.head())
        .alignment(Alignment::Center)
        .style(Style::new().add_modifier(Modifier::BOLD))
        .block(Block::new().borders(Borders::BOTTOM));
    frame.render_widget(title, head);
    let lines = page.body();
    let width = usize::from(body.width.max(1));
    let rows: usize = lines.iter().map(|line| line.width().div_ceil(width).max(1)).sum();
    let above = usize::from(body.height).saturating_sub(rows) / 2;
    let mut padded = vec![Line::default(); above];
    padded.extend(lines);
    let text = Paragraph::new(padded).alignment(Alignment::Center).wrap(Wrap { trim: true });
    frame.render_widget(text, body);
    let help = Paragraph::new(page.foot())
        .alignment(Alignment::Center)
        .block(Block::new().borders(Borders::TOP));
    frame.render_widget(help, foot);
}

struct Words<'a> {
    ceremony: &'a Ceremony,
    now_s: u64,
    lang: Lang,
}

impl Words<'_> {
    fn line(&self, text: &Text) -> Line<'static> {
        Line::from(plain(text.get(self.lang)))
    }

    fn bold(&self, text: &Text) -> Line<'static> {
        self.line(text).style(Style::new().add_modifier(Modifier::BOLD))
    }

    fn head(&self) -> Vec<Line<'static>> {
        let (title, agency) = (&self.ceremony.commitment.title, &self.ceremony.commitment.agency);
        let name = match self.ceremony.commitment.rehearsal {
            true => say!("【演练】{agency}　随机抽取现场", "[REHEARSAL] {agency}: the draw"),
            false => say!("{agency}　随机抽取现场", "{agency}: the draw"),
        };
        vec![self.line(&name), Line::from(plain(title))]
    }

    fn foot(&self) -> Line<'static> {
        let source = matches!(self.ceremony.page, Page::Source(_));
        self.line(&match (self.ceremony.page, source) {
            (_, true) => say!("回车：确认　　Esc：离开", "Enter: confirm    Esc: leave"),
            (Page::Seed, _) => say!("回车：抽取　　Esc：离开", "Enter: draw    Esc: leave"),
            (Page::Result, _) => {
                say!(
                    "回车：写出签到与见证记录　　Esc：离开",
                    "Enter: write the record    Esc: leave"
                )
            }
            _ => say!("回车：下一页　　Esc：离开", "Enter: next page    Esc: leave"),
        })
    }

    fn body(&self) -> Vec<Line<'static>> {
        let mut lines = match self.ceremony.page {
            Page::Package => self.package(),
            Page::Source(at) => self.source(at),
            Page::Seed => self.seed(),
            Page::List(at) => self.list(at),
            Page::Result => self.result(),
        };
        if let Some(trouble) = &self.ceremony.trouble {
            lines.push(Line::default());
            let line = self.line(trouble).style(Style::new().add_modifier(Modifier::REVERSED));
            lines.push(line);
        }
        lines
    }

    fn package(&self) -> Vec<Line<'static>> {
        let commitment = &self.ceremony.commitment;
        let (draw, attempt) = (&commitment.draw, commitment.attempt);
        let mut lines = vec![
            self.line(&say!("{draw}　第 {attempt} 次抽取", "{draw}, attempt {attempt}")),
            self.bold(&say!("封存承诺的摘要", "the digest of the frozen package")),
            Line::default(),
        ];
        lines.extend(groups(&self.ceremony.digest));
        lines.push(Line::default());
        let most = 6;
        for list in commitment.lists_by_name().iter().take(most) {
            let (name, title, size, n) = (&list.list, &list.title, list.frame.n, drawn_of(list));
            lines.push(self.line(&say!(
                "{name} {title}：{size} 户中抽 {n} 户",
                "{name} {title}: {n} of {size}"
            )));
        }
        let more = commitment.lists.len().saturating_sub(most);
        if more > 0 {
            lines.push(self.line(&say!("另有 {more} 项任务", "and {more} more lists")));
        }
        lines.push(Line::default());
        lines.push(self.line(&say!(
            "请朗读、拍照、与公示对照",
            "read it aloud, photograph it, compare it with the notice"
        )));
        lines
    }

    fn source(&self, at: usize) -> Vec<Line<'static>> {
        let Some(source) = self.ceremony.source() else { return Vec::new() };
        let (number, of, time) =
            (at + 1, self.ceremony.commitment.sources.len(), china_time(source.at()));
        let mut lines = Vec::new();
        for (source, value) in
            self.ceremony.commitment.sources.iter().zip(&self.ceremony.values).take(at)
        {
            let Text { zh, en } = source.title();
            let value: String = value.chars().take(40).collect();
            lines.push(self.line(&say!("{zh}：{value}", "{en}: {value}")));
        }
        lines.push(Line::default());
        lines.push(self.line(&say!("公开随机数 {number}/{of}", "public value {number} of {of}")));
        lines.push(self.bold(&source.title()));
        lines.push(self.line(&say!("{time}（北京时间）产生", "of {time} (China time)")));
        lines.push(Line::default());
        if !self.ceremony.is_due(self.now_s) {
            let left = source.at().saturating_sub(self.now_s);
            lines
                .push(self.bold(&say!("尚未产生，还有 {left} 秒", "not yet: {left} seconds left")));
            return lines;
        }
        lines.push(self.line(&match (source, &self.ceremony.first) {
            (_, Some(_)) => say!("请另一人再录入一次", "somebody else types it once more"),
            (Source::Drand { .. }, _) => say!("录入签名（96 位十六进制）", "the signature (96 hex digits)"),
            (Source::Witness { .. }, _) => say!("录入见证人的份额（64 位十六进制）", "the share (64 hex digits)"),
            (Source::Rfc3797 { .. }, _) => say!(
                "录入号码：各区升序，每个号码后加点，每区后加斜线，如 6.8.14.15.24.25./6./",
                "the numbers, ascending, a dot after each, a slash after each pool: 6.8.14.15.24.25./6./"
            ),
            _ => say!("录入数字", "the digits"),
        }));
        lines.push(Line::default());
        let typed = &self.ceremony.input;
        let shown = format!("{typed}_");
        lines.push(Line::from(shown).style(Style::new().add_modifier(Modifier::BOLD)));
        let whole = match source {
            Source::Drand { .. } => Some(96),
            Source::Witness { .. } => Some(64),
            _ => None,
        };
        if let Some(whole) = whole.filter(|_| !typed.is_empty()) {
            let n = typed.chars().count();
            lines.push(self.line(&say!("{n}/{whole}  Ctrl-U 清空", "{n}/{whole}  Ctrl-U clears")));
        }
        lines
    }

    fn seed(&self) -> Vec<Line<'static>> {
        let mut lines = vec![self.line(&say!("公开随机数", "the public values"))];
        for string in self.ceremony.beacon.iter().flat_map(|beacon| &beacon.strings) {
            lines.push(Line::from(plain(string)));
        }
        lines.push(Line::default());
        lines.push(self.bold(&say!("随机种子", "the seed")));
        lines.extend(self.ceremony.seed().iter().flat_map(groups));
        lines.push(Line::default());
        lines.push(self.line(&say!(
            "由封存承诺的摘要和以上数值算出，此后无人可以选择",
            "computed from the package's digest and these values: nothing is chosen any more"
        )));
        lines
    }

    fn list(&self, at: usize) -> Vec<Line<'static>> {
        let lists = self.ceremony.commitment.lists_by_name();
        let (Some(list), Some(drawn)) = (lists.get(at), &self.ceremony.drawn) else {
            return Vec::new();
        };
        let (name, title, size, n) = (&list.list, &list.title, list.frame.n, drawn.counts[at]);
        if self.ceremony.commitment.sealed() {
            return vec![
                self.bold(&say!("{name} {title}", "{name} {title}")),
                Line::default(),
                self.line(&say!(
                    "{size} 户，对照卷 {n} 行已公布",
                    "{size} subjects, a roll of {n} lines is published"
                )),
                Line::default(),
                self.line(&say!(
                    "保密抽取：抽中者在公开前不出示，名次已由对照卷固定",
                    "sealed: who is drawn stays closed, the roll fixes every rank"
                )),
            ];
        }
        let mut lines = vec![
            self.bold(&say!(
                "{name} {title}：{size} 户中抽中 {n} 户",
                "{name} {title}: {n} of {size} drawn"
            )),
            self.line(&say!(
                "层　名次　对象　抽签号（前 16 位）",
                "stratum, rank, subject, ticket (first 16 digits)"
            )),
            Line::default(),
        ];
        for row in &drawn.first[at] {
            let ticket = &row.key.ticket.hex()[..16];
            lines.push(Line::from(format!(
                "{}  {}  {}  {ticket}  {}",
                row.stratum,
                row.rank,
                row.sid,
                row.outcome.name()
            )));
        }
        lines
    }

    fn result(&self) -> Vec<Line<'static>> {
        let Some(Drawn { result, .. }) = &self.ceremony.drawn else { return Vec::new() };
        let mut lines =
            vec![self.bold(&say!("结果摘要", "the digest of the result")), Line::default()];
        lines.extend(groups(result));
        lines.push(Line::default());
        lines.push(self.line(&say!(
            "请朗读、拍照；任何人可用自己的工具核验公示包",
            "read it aloud, photograph it; anybody can verify the bundle"
        )));
        lines
    }
}

/// A digest in four rows of four groups of four, to be read aloud.
fn groups(digest: &Digest) -> Vec<Line<'static>> {
    let hex = digest.hex();
    let row = |at: usize| {
        let group = |g: usize| hex[at + 4 * g..at + 4 * g + 4].to_owned();
        let groups: Vec<String> = (0..4).map(group).collect();
        Line::from(groups.join("   ")).style(Style::new().add_modifier(Modifier::BOLD))
    };
    (0..4).map(|at| row(16 * at)).collect()
}

/// A text without characters that command a terminal or turn its direction: titles are somebody else's words.
fn plain(text: &str) -> String {
    let commands =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.replace(commands, "\u{fffd}")
}
