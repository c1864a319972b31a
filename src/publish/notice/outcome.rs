//! 检查结果公示: what the inspections found of those who were drawn, in the fields of the national system, with what nobody else
//! shows: what is still missing, whether somebody else went than was drawn, and the digests by which anybody can see that
//! those inspected are those drawn.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::Particulars;
use super::parts::{head, how, left_out, type_words};
use super::result::{NAME, named};
use crate::base::date::parse_date;
use crate::base::ratio::percent;
use crate::publish::document::{Document, Fact, Section, Style, code, count, fact};
use crate::publish::draw::{Draw, window};
use crate::publish::names::Names;
use crate::publish::outcome::words::STATES;
use crate::publish::outcome::{Earlier, Missing, Outcome, Outcomes};
use crate::publish::withheld::{Rule, Withheld};
use crate::record::bundle::MANIFEST;
use crate::record::commitment::List;
use crate::record::ids::Sid;

/// The column of subjects.
const SID: &str = "统一社会信用代码/注册号";

/// A notice of the results of inspections.
pub fn outcome_notice(
    draw: &Draw<'_>,
    outcomes: &Outcomes,
    names: &Names,
    particulars: &Particulars,
) -> Document {
    let mut withheld = Withheld::default();
    withheld.add(Rule::People);
    withheld.add(Rule::Details);
    let counts = Counts::of(outcomes);
    let mut page = Page { draw, outcomes, names, is_named: false, withheld };
    page.is_named = named(names, &mut page.withheld);
    let mut sections = vec![head(draw, particulars), page.tasks(&counts)];
    sections.extend([counts.section(outcomes), page.digests(), page.results()]);
    sections.extend(page.missing());
    sections.extend(page.differences());
    sections.extend(page.corrections());
    sections.extend(how(draw, MANIFEST, particulars));
    sections.extend(left_out(page.withheld.sentences()));
    let mut alarms = draw.alarms(true);
    if counts.different > 0 {
        let n = counts.different;
        alarms.push(format!(
            "有 {n} 户的实际检查人员与抽取（及其后依规则变更）的小组不同，逐户列在下面。"
        ));
    }
    Document {
        title: Earlier::TITLE.to_owned(),
        agency: draw.commitment.agency.clone(),
        alarms,
        sections,
    }
}

/// The name of the files, without ending: draw, attempt, kind and day, and the number if it is not the first.
pub fn outcome_file_name(draw: &Draw<'_>, (date, order): (Date, u64)) -> String {
    let number = if order > 1 { format!("-{order}") } else { String::new() };
    format!("{}{date}{number}", outcome_prefix(draw))
}

/// Day and number of the notice of results that has this name; none if it is another notice's.
pub fn outcome_of_name(draw: &Draw<'_>, name: &str) -> Option<(Date, u64)> {
    let rest = name.strip_prefix(&outcome_prefix(draw))?;
    let (date, number) = rest.split_at_checked(10)?;
    let order = match number {
        "" => 1,
        number => number.strip_prefix('-')?.parse().ok()?,
    };
    let told = (parse_date(date)?, order);
    (outcome_file_name(draw, told) == name).then_some(told)
}

fn outcome_prefix(draw: &Draw<'_>) -> String {
    format!("{}-{}-outcome-", draw.commitment.draw, draw.commitment.attempt)
}

/// The results in numbers; visits are counted without those whose subject was replaced, unless that is said.
#[derive(Default)]
struct Counts {
    visits: usize,
    replaced: usize,
    /// Visits of which every matter is public, and of which some are.
    whole: usize,
    part: usize,
    /// Visits of which nothing was entered.
    untouched: usize,
    /// Matters of visits to be made, those of them that are public, and those that wait for approval.
    matters: usize,
    public: usize,
    waiting: usize,
    overdue: usize,
    /// Visits in which a problem was found.
    problems: usize,
    /// Everything that is published, and of this on time, with a deadline that may move, out of the window.
    published: usize,
    on_time: usize,
    provisional: usize,
    outside: usize,
    different: usize,
    /// Visits of which the table does not say who went.
    unknown: usize,
}

impl Counts {
    fn of(outcomes: &Outcomes) -> Self {
        let made = |sid: &Sid| !outcomes.visits[sid].replaced;
        let sids = |of: &dyn Fn(&Outcome) -> bool| -> BTreeSet<&Sid> {
            let those = outcomes.outcomes.iter().filter(|one| made(&one.key.sid) && of(one));
            those.map(|one| &one.key.sid).collect()
        };
        let begun = sids(&|_| true);
        let lacking: BTreeSet<&Sid> = outcomes.missing.iter().map(|one| &one.key.sid).collect();
        let whole = begun.difference(&lacking).count();
        let waiting = |one: &&Missing| one.state != STATES[0];
        let waits: BTreeSet<&Sid> =
            outcomes.missing.iter().filter(waiting).map(|one| &one.key.sid).collect();
        let begun_at_all: BTreeSet<&Sid> = begun.union(&waits).copied().collect();
        let n = |of: &dyn Fn(&Outcome) -> bool| outcomes.outcomes.iter().filter(|o| of(o)).count();
        let public = n(&|one| made(&one.key.sid));
        let is_provisional = |one: &Outcome| one.deadline.is_some_and(|d| d.provisional);
        let missing = &outcomes.missing;
        Counts {
            visits: outcomes.visits.values().filter(|visit| !visit.replaced).count(),
            replaced: outcomes.visits.values().filter(|visit| visit.replaced).count(),
            whole,
            part: begun.len() - whole,
            untouched: lacking.difference(&begun_at_all).count(),
            matters: public + missing.len(),
            public,
            waiting: missing.iter().filter(waiting).count(),
            overdue: missing.iter().filter(|one| one.overdue).count(),
            problems: sids(&Outcome::is_problem).len(),
            published: outcomes.outcomes.len(),
            on_time: n(&|one| !one.is_late()),
            provisional: n(&is_provisional),
            outside: n(&|one| one.outside),
            different: outcomes.differences().len(),
            unknown: sids(&|one| one.entry.came.is_none()).len(),
        }
    }

    fn section(&self, outcomes: &Outcomes) -> Section {
        let some = |name, n: usize| count(name, if n > 0 { n.to_string() } else { String::new() });
        let within = outcomes.within;
        let facts: Vec<Fact> = vec![
            count(Earlier::ORDER, outcomes.order),
            count("应检查户次", self.visits),
            count("结果全部公布的户次", self.whole),
            count("结果部分公布的户次", self.part),
            count("尚无公布结果的户次", self.visits - self.whole - self.part),
            count("其中未录入的户次", self.untouched),
            fact("结果公布比例（事项）", share(self.public, self.matters)),
            some("已录入、尚待审核的事项数", self.waiting),
            some("完成已久、逾期仍未公布的事项数", self.overdue),
            fact("发现问题的户次比例", share(self.problems, self.whole + self.part)),
            fact("按期公示的比例（事项）", share(self.on_time, self.published)),
            some("期限暂定的事项数", self.provisional),
            some("在检查日期以外完成的事项数", self.outside),
            count("实际检查人员与抽取不同的户次", self.different),
            some("未写明实际检查人员的户次", self.unknown),
            some("已由候补递补、不再检查的户次", self.replaced),
        ];
        Section::facts("检查情况", facts).note(format!(
            "比例的分子、分母均为整数：发现问题的户次占已有结果的户次；按期指检查完成之日起 {within} 个工作日内首次公布，期限依国务院办公厅放假安排计算，所涉年份尚未公布的为暂定。注销、迁出等情形和“未发现开展本次抽查涉及的经营活动”不计为发现问题。"
        ))
    }
}

/// `6608/16757（39.43%）`, as it was counted; empty of nothing.
fn share(of: usize, all: usize) -> String {
    match all {
        0 => String::new(),
        _ => format!("{of}/{all}（{}）", percent((of as u128, all as u128))),
    }
}

struct Page<'a> {
    draw: &'a Draw<'a>,
    outcomes: &'a Outcomes,
    names: &'a Names,
    /// Somebody brought names of subjects.
    is_named: bool,
    withheld: Withheld,
}

impl Page<'_> {
    /// Columns with the one of names only where there are names.
    fn columns(&self, columns: &[(&'static str, Style)]) -> Vec<(&'static str, Style)> {
        columns.iter().copied().filter(|(name, _)| self.is_named || *name != NAME).collect()
    }

    /// The id of a subject, and its name where there are names.
    fn subject(&mut self, sid: &str) -> Vec<String> {
        let mut cells = vec![self.withheld.id(sid)];
        cells.extend(self.is_named.then(|| self.names.subject(sid).to_owned()));
        cells
    }

    /// The tasks in the fields of the national system. A task is completed on the day of its last result.
    fn tasks(&self, counts: &Counts) -> Section {
        let columns = [
            ("抽查任务编号", Style::Code),
            ("抽查任务名称", Style::Text),
            ("抽查类型", Style::Text),
            ("抽查事项", Style::Text),
            ("抽查机关", Style::Text),
            ("检查日期自", Style::Text),
            ("检查日期至", Style::Text),
            ("抽查完成日期", Style::Text),
            ("应检查户次", Style::Number),
            ("未全部公布户次", Style::Number),
            ("发现问题户次", Style::Number),
        ];
        let Outcomes { visits, outcomes, missing, .. } = self.outcomes;
        let row = |list: &&List| {
            let name = &list.list;
            let own = visits.values().filter(|v| !v.replaced && v.lists.contains(name)).count();
            let lacking: BTreeSet<&Sid> =
                missing.iter().filter(|m| m.key.list == *name).map(|m| &m.key.sid).collect();
            let done = || outcomes.iter().filter(|one| one.key.list == *name);
            let problems: BTreeSet<&Sid> =
                done().filter(|one| one.is_problem()).map(|one| &one.key.sid).collect();
            let last = done().map(|one| one.entry.done_on).max();
            let last = last.filter(|_| lacking.is_empty());
            let (from, to) = window(&self.draw.commitment, list);
            let matters: Vec<String> =
                list.matters.iter().map(|id| self.names.matter(id)).collect();
            vec![
                name.clone(),
                list.title.clone(),
                type_words(list).to_owned(),
                matters.join("；"),
                self.draw.commitment.agency.clone(),
                from,
                to,
                last.map_or_else(String::new, |day| day.to_string()),
                own.to_string(),
                lacking.len().to_string(),
                problems.len().to_string(),
            ]
        };
        let rows = self.draw.commitment.lists_by_name().iter().map(row).collect();
        let section = Section::table("抽查任务", &columns, rows).cards();
        match counts.public < counts.matters {
            true => section.note("结果尚未全部公布的任务没有抽查完成日期。"),
            false => section,
        }
    }

    fn digests(&self) -> Section {
        let result = self.draw.result().map_or_else(String::new, |digest| digest.hex());
        let before = self.outcomes.before.clone().unwrap_or_default();
        Section::facts(
            "摘要",
            vec![
                code("承诺摘要", self.draw.digest.hex()),
                code("结果摘要", result),
                code("前次公示摘要", before),
            ],
        )
        .note("检查对象和检查小组由承诺摘要和结果摘要固定；前次公示摘要是前一份检查结果公示（JSON）的摘要。")
    }

    fn results(&mut self) -> Section {
        // So many columns fit a page of A4 because a task's long number may be broken.
        let columns = self.columns(&[
            (SID, Style::Code),
            (NAME, Style::Text),
            ("抽查任务编号", Style::Text),
            ("抽查事项", Style::Text),
            (Earlier::RESULTS, Style::Text),
            ("后续处置", Style::Text),
            ("抽查完成日期", Style::Code),
            (Earlier::REMARKS, Style::Text),
        ]);
        let outcomes = self.outcomes;
        let mut rows = Vec::new();
        for one in &outcomes.outcomes {
            let mut row = self.subject(one.key.sid.as_str());
            row.extend([
                one.key.list.clone(),
                self.names.matter(&one.key.matter),
                one.entry.results.join("；"),
                one.entry.follow_up.join("；"),
                one.entry.done_on.to_string(),
                remarks(one, outcomes).join("；"),
            ]);
            rows.push(row);
        }
        Section::table(Earlier::RESULTS, &columns, rows).note(
            "结果由本机关填报并审核。核验所证明的是检查对象和检查小组出自公开抽取，不是检查的内容。",
        )
    }

    /// One row for a visit and a task, with all matters that are in the same state.
    fn missing(&mut self) -> Option<Section> {
        let columns = self.columns(&[
            (SID, Style::Code),
            (NAME, Style::Text),
            ("抽查任务编号", Style::Code),
            ("抽查事项", Style::Text),
            ("状态", Style::Text),
        ]);
        let mut matters: BTreeMap<(&Sid, &str, String), Vec<String>> = BTreeMap::new();
        for one in &self.outcomes.missing {
            let state = if one.state == STATES[0] { one.state } else { "已录入，尚待审核" };
            let overdue = if one.overdue { "；已逾期" } else { "" };
            let key = (&one.key.sid, one.key.list.as_str(), format!("{state}{overdue}"));
            matters.entry(key).or_default().push(self.names.matter(&one.key.matter));
        }
        let mut rows = Vec::new();
        for ((sid, list, state), matters) in matters {
            let mut row = self.subject(sid.as_str());
            row.extend([list.to_owned(), matters.join("；"), state]);
            rows.push(row);
        }
        let note = "已经抽中、结果尚未公布的检查对象；结果录入并审核后另行公布。";
        (!rows.is_empty()).then(|| Section::table("未公布结果", &columns, rows).note(note))
    }

    fn differences(&mut self) -> Option<Section> {
        let columns = self.columns(&[
            (SID, Style::Code),
            (NAME, Style::Text),
            ("抽取的检查人员执法证号", Style::Code),
            (Earlier::WENT, Style::Code),
            (Earlier::REMARKS, Style::Text),
        ]);
        let outcomes = self.outcomes;
        let mut rows = Vec::new();
        for (sid, others) in outcomes.differences() {
            for came in others {
                let mut row = self.subject(sid.as_str());
                let mut ids = |people: &BTreeSet<crate::record::ids::Iid>| {
                    let ids: Vec<String> =
                        people.iter().map(|iid| self.withheld.id(iid.as_str())).collect();
                    ids.join("、")
                };
                let visit = &outcomes.visits[sid];
                let (drawn, went) = (ids(&visit.team), ids(&came.people));
                row.extend([drawn, went, came.remarks(visit).join("；")]);
                rows.push(row);
            }
        }
        let note = "抽取的小组含其后依规则的变更；不在名录的人员可能以姓名填报，只计人数。";
        (!rows.is_empty()).then(|| Section::table(Earlier::DIFFERENCES, &columns, rows).note(note))
    }

    fn corrections(&mut self) -> Option<Section> {
        let columns = [
            (SID, Style::Code),
            ("抽查任务编号", Style::Code),
            ("抽查事项", Style::Text),
            ("原公布", Style::Text),
            ("现公布", Style::Text),
        ];
        let rows: Vec<Vec<String>> = self
            .outcomes
            .corrections
            .iter()
            .map(|correction| {
                let (sid, list, matter) = correction.key.clone();
                let after = correction.after.clone().unwrap_or_else(|| "撤回，未公布".to_owned());
                let what = match matter.as_str() {
                    "" => "检查人员".to_owned(),
                    id => self.names.matter(id),
                };
                vec![sid, list, what, correction.before.clone(), after]
            })
            .collect();
        let note = "与前次检查结果公示相比有改动的结果。";
        (!rows.is_empty()).then(|| Section::table("结果更正", &columns, rows).note(note))
    }
}

/// What is worth saying of a result.
fn remarks(one: &Outcome, outcomes: &Outcomes) -> Vec<String> {
    let mut remarks = Vec::new();
    if one.published != outcomes.published {
        remarks.push(format!("{} {}", Earlier::FIRST, one.published));
    }
    if outcomes.visits[&one.key.sid].replaced {
        remarks.push("已由候补递补".to_owned());
    }
    if one.outside {
        remarks.push("在检查日期以外完成".to_owned());
    }
    if let Some(deadline) = one.deadline.filter(|_| one.is_late()) {
        let provisional = if deadline.provisional { "，暂定" } else { "" };
        remarks.push(format!("逾期公示（最迟 {}{provisional}）", deadline.date));
    }
    match &one.entry.came {
        None => remarks.push("未写明实际检查人员".to_owned()),
        Some(_) if outcomes.differs(one) => remarks.push("检查人员与抽取不同".to_owned()),
        Some(_) => {}
    }
    remarks
}
