//! The page of a simulation: one file without scripts, for a screen, a phone or paper.

use super::chart::{bar, columns, escaped, share};
use super::check::{group_name, tenths};
use super::simulate::{often, range};
use super::verify::percent;
use crate::base::finding::{Lang, Text};
use crate::rehearse::{Asked, Department, Frequency, Quarter, Simulation, Spread, Visits};
use crate::say;

const STYLE: &str = include_str!("page.css");
/// Columns of a histogram at most.
const COLUMNS: u64 = 40;

/// The page; `made_at` is the time at which it was made.
pub(super) fn page(done: &Simulation, subject: Option<&str>, made_at: &str, lang: Lang) -> String {
    let page = Page { done, lang };
    let title = match done.quarters.as_slice() {
        [one] => one.title.clone(),
        [first, .., last] => format!("{} – {}", first.title, last.title),
        [] => String::new(),
    };
    let (mark, html_lang) = match lang {
        Lang::Zh => ("模拟", "zh-CN"),
        Lang::En => ("SIMULATION", "en"),
    };
    let sections: String = done.quarters.iter().map(|quarter| page.quarter(quarter)).collect();
    let asked = subject.map_or(String::new(), |sid| page.subject(sid));
    format!(
        "<!doctype html>\n<html lang=\"{html_lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{mark} · {title}</title><style>{STYLE}{}</style></head>\n<body><main>\n\
         <p class=\"banner\">{}</p>\n<h1>{title}</h1>\n<p class=\"about\">{}</p>\n{}{asked}{sections}\
         <footer>{}</footer>\n</main></body></html>\n",
        watermark(mark),
        page.words(&say!(
            "模拟结果，不是抽取：预测不了也不能当作正式抽取",
            "A simulation, not a draw: it neither predicts a draw nor can become one"
        )),
        page.about(made_at),
        page.key_figures(),
        page.notes(),
        title = escaped(&title),
    )
}

/// The mark behind everything, also in print.
fn watermark(mark: &str) -> String {
    format!(
        "body::before{{background-image:url(\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='420' \
         height='300'%3E%3Ctext x='40' y='220' font-size='64' font-family='sans-serif' fill='%23808080' \
         fill-opacity='.09' transform='rotate(-28 210 150)'%3E{mark}%3C/text%3E%3C/svg%3E\")}}"
    )
}

struct Page<'a> {
    done: &'a Simulation,
    lang: Lang,
}

impl Page<'_> {
    fn words(&self, text: &Text) -> String {
        escaped(text.get(self.lang))
    }

    fn about(&self, made_at: &str) -> String {
        let Simulation { runs, seed, .. } = self.done;
        self.words(&say!(
            "模拟 {runs} 次，种子“{seed}”，{made_at}（北京时间）。区间为九成模拟所在。",
            "{runs} runs, seed \"{seed}\", {made_at} (China time). Ranges hold nine runs of ten."
        ))
    }

    fn key_figures(&self) -> String {
        let done = self.done;
        let saved: u64 = done.quarters.iter().map(|q| q.saved.mean_thousandths).sum();
        let selections: u64 = done.quarters.iter().map(|q| q.selections.mean_thousandths).sum();
        let worst = done.quarters.iter().map(|quarter| quarter.infeasible).max().unwrap_or(0);
        let share = percent((saved.into(), selections.into()));
        let twice = Frequency { hits: done.twice.mean_thousandths, of: done.framed * 1000 };
        let figure = |label: Text, value: String, more: Text, bad: bool| {
            let class = if bad { "figure bad" } else { "figure" };
            let (label, more) = (self.words(&label), self.words(&more));
            format!("<div class=\"{class}\"><b>{value}</b><span>{label}</span><i>{more}</i></div>")
        };
        let Spread { p05, p95, .. } = done.visits;
        let runs = done.runs;
        let often = often(&twice);
        let mut figures = figure(
            say!("入户检查（次）", "visits"),
            tenths(done.visits.mean_thousandths),
            say!("区间 {p05}–{p95}", "range {p05}–{p95}"),
            false,
        );
        figures += &figure(
            say!("合并少上门（次）", "visits saved by merging"),
            tenths(saved),
            say!("占选中的 {share}", "{share} of the selections"),
            false,
        );
        figures += &figure(
            say!("人员配不齐的机会", "chance that pairing fails"),
            percent((worst as u128, runs as u128)),
            say!("{runs} 次中 {worst} 次", "{worst} of {runs} runs"),
            done.is_risky(),
        );
        figures += &figure(
            say!("一年内被查两次以上（户）", "visited twice or more in the year"),
            tenths(done.twice.mean_thousandths),
            say!("占 {often}", "{often} of the subjects"),
            false,
        );
        format!("<div class=\"figures\">{figures}</div>\n")
    }

    fn subject(&self, sid: &str) -> String {
        let head = self.words(&say!("检查对象 {sid}", "Subject {sid}"));
        let of_quarter = |quarter: &Quarter| {
            let row = |asked: &Asked| {
                let Asked { list, stratum, chance, drawn } = asked;
                let exact = chance.map_or("–".to_owned(), percent);
                let cells =
                    [&quarter.draw, list, stratum, &exact, &often(drawn)].map(|c| escaped(c));
                format!("<tr><td>{}</td></tr>", cells.join("</td><td>"))
            };
            quarter.asked.iter().map(row).collect::<String>()
        };
        let rows: String = self.done.quarters.iter().map(of_quarter).collect();
        let header =
            self.header(&say!("抽取 任务 层 机会 模拟", "draw task stratum chance simulated"));
        format!(
            "<section><h2>{head}</h2><div class=\"wide\"><table>{header}{rows}</table></div></section>\n"
        )
    }

    fn header(&self, words: &Text) -> String {
        let cells: Vec<String> = words.get(self.lang).split(' ').map(escaped).collect();
        format!("<tr><th>{}</th></tr>", cells.join("</th><th>"))
    }

    fn quarter(&self, quarter: &Quarter) -> String {
        let Quarter { title, draw, window: (from, to), .. } = quarter;
        let head = if self.done.quarters.len() > 1 {
            format!("<h1 class=\"quarter\">{}</h1>", escaped(title))
        } else {
            String::new()
        };
        let window = self.words(&say!("{draw}，{from} 至 {to}", "{draw}, {from} to {to}"));
        let parts = [
            self.risk(quarter),
            self.departments(quarter),
            self.areas(quarter),
            self.inspectors(quarter),
            self.classes(quarter),
            self.tasks(quarter),
        ];
        format!("{head}<p class=\"about\">{window}</p>\n{}", parts.concat())
    }

    fn risk(&self, quarter: &Quarter) -> String {
        let Some(example) = &quarter.example else { return String::new() };
        let (Quarter { infeasible, .. }, runs) = (quarter, self.done.runs);
        let head = self.words(&say!(
            "{runs} 次模拟中 {infeasible} 次配不齐",
            "{infeasible} of {runs} simulated draws could not be paired"
        ));
        format!("<p class=\"warning\"><b>{head}</b> {}</p>", self.words(example))
    }

    fn section(&self, title: &Text, note: &Text, body: &str) -> String {
        let (title, note) = (self.words(title), self.words(note));
        format!("<section><h2>{title}</h2><p class=\"note\">{note}</p>{body}</section>\n")
    }

    fn row(&self, name: &str, chart: &str, value: &str) -> String {
        format!(
            "<div class=\"row\"><span>{}</span>{chart}<em>{}</em></div>",
            escaped(name),
            escaped(value)
        )
    }

    fn departments(&self, quarter: &Quarter) -> String {
        let most = |of: &Department| of.capacity.max(of.slots.p95.into());
        let row = |of: &Department| {
            let Department { name, visits, slots, people, capacity } = of;
            let name = group_name(name, self.lang);
            let (slots_text, visits) = (range(slots), range(visits));
            let value = say!(
                "{slots_text} 人次 / 上限 {capacity}（{people} 人）；入户 {visits}",
                "{slots_text} of {capacity} ({people} people); {visits} visits"
            );
            let row = self.row(&name, &bar(slots, Some(*capacity), most(of)), value.get(self.lang));
            // The words are long: they stand below the bar, so that all bars have one width.
            row.replacen("class=\"row\"", "class=\"row long\"", 1)
        };
        let rows: String = quarter.departments.iter().map(row).collect();
        self.section(
            &say!("各部门工作量", "Departments"),
            &say!(
                "条长为平均人次占上限的比例，细线为九成模拟所在，竖线为上限",
                "bars: mean person-visits against the capacity, which the mark shows; thin line: nine runs of ten"
            ),
            &rows,
        )
    }

    fn areas(&self, quarter: &Quarter) -> String {
        let most = quarter.areas.iter().map(|(_, visits)| u64::from(visits.max)).max().unwrap_or(1);
        let row = |(name, visits): &(String, Spread)| {
            self.row(&group_name(name, self.lang), &bar(visits, None, most), &range(visits))
        };
        let rows: String = quarter.areas.iter().map(row).collect();
        self.section(
            &say!("各片区入户次数", "Visits by area"),
            &say!("平均数（九成模拟所在）", "mean (nine runs of ten)"),
            &rows,
        )
    }

    fn inspectors(&self, quarter: &Quarter) -> String {
        let of = |one: &Visits| (one.visits.mean_thousandths + 500) / 1000;
        let most = quarter.inspectors.iter().map(of).max().unwrap_or(0);
        let step = most / COLUMNS + 1;
        let mut counts = vec![0u64; usize::try_from(most / step + 1).unwrap_or(1)];
        for one in &quarter.inspectors {
            counts[usize::try_from(of(one) / step).unwrap_or(0)] += 1;
        }
        let row = |one: &Visits| {
            let Visits { iid, load, capacity, visits } = one;
            let (load, capacity) = (load.to_string(), capacity.to_string());
            let cells = [iid, &load, &range(visits), &capacity].map(|cell| escaped(cell));
            format!("<tr><td>{}</td></tr>", cells.join("</td><td>"))
        };
        let rows: String = quarter.inspectors.iter().map(row).collect();
        let header =
            self.header(&say!("执法证 已有 本次 上限", "inspector before visits capacity"));
        let all = self.words(&say!("逐人列出", "one by one"));
        let (paired, missed) = (quarter.paired, quarter.missed_by);
        let axis = self.words(&say!("次", "visits"));
        let body = format!(
            "{}<p class=\"axis\"><span>0</span><span>{most} {axis}</span></p>\
             <details><summary>{all}</summary><div class=\"wide\"><table>{header}{rows}</table></div></details>",
            columns(&counts)
        );
        self.section(
            &say!("每人检查次数的分布", "Visits of each inspector"),
            &say!(
                "各人的平均次数；按负荷估计，与 {paired} 次完整匹配相比至多差 {missed} 次",
                "each one's mean, by loads alone; at most {missed} off in the {paired} runs paired in full"
            ),
            &body,
        )
    }

    fn classes(&self, quarter: &Quarter) -> String {
        let row = |(class, visited): &(Option<crate::registry::CreditClass>, Frequency)| {
            let name = class.map_or("–", |class| class.name());
            let permille = visited.hits * 1000 / visited.of.max(1);
            self.row(name, &share(permille), &often(visited))
        };
        let rows: String = quarter.classes.iter().map(row).collect();
        self.section(
            &say!("各信用风险类别被检查的比例", "Share visited of each credit class"),
            &say!("在任一抽样框中的检查对象；–：未评定", "of the subjects in a frame; –: unrated"),
            &rows,
        )
    }

    fn tasks(&self, quarter: &Quarter) -> String {
        let header =
            self.header(&say!("任务 层 N 抽取 机会 模拟", "task stratum N n chance simulated"));
        let mut rows = String::new();
        for task in &quarter.tasks {
            for stratum in &task.strata {
                let by_score = || say!("按分值", "by score").get(self.lang).to_owned();
                let exact = stratum.chance.map_or_else(by_score, percent);
                let cells = [
                    &task.title,
                    &stratum.stratum,
                    &stratum.size.to_string(),
                    &range(&stratum.n),
                    &exact,
                    &often(&stratum.drawn),
                ];
                let cells = cells.map(|cell| escaped(cell));
                rows += &format!("<tr><td>{}</td></tr>", cells.join("</td><td>"));
            }
        }
        let body = format!("<div class=\"wide\"><table>{header}{rows}</table></div>");
        self.section(
            &say!("各任务的抽取与概率", "Tasks and chances"),
            &say!(
                "“机会”是按计划算出的精确值，“模拟”是模拟中的频率",
                "the chance is exact, from the plan; simulated is the frequency in the runs"
            ),
            &body,
        )
    }

    fn notes(&self) -> String {
        self.words(&say!(
            "模拟所用的随机数与正式抽取分属两套：正式抽取的种子来自封存后才公布的公开随机值，任何模拟都无从得知。做法与误差见 docs/simulate.md。",
            "A simulation draws from random numbers of its own; the seed of a draw comes from a public value that is published after the freeze, which no simulation can know. See docs/simulate.md."
        ))
    }
}
