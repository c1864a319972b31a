//! Typed records of the registers. They are made of checked rows only, so a cell that is not absent has
//! the form of its column.

use jiff::civil::Date;

use super::columns::Register;
use super::form::{parse_degrees, parse_period, split};
use super::lists::Listing;
use super::table::Cells;
use super::words::{Answer, CreditClass, MatterKind, Origin, Reason, State, VisitKind};
use crate::base::date::parse_date;
use crate::base::digest::Suite;
use crate::record::ids::{Iid, Sid};

/// 抽查事项: a matter that may be inspected.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Matter {
    /// Its identifier on the list.
    pub id: String,
    /// Its name.
    pub name: String,
    /// 类别.
    pub category: Option<String>,
    /// 一般 or 重点.
    pub kind: MatterKind,
    /// 实施部门.
    pub dept: String,
    /// Kinds of subject it applies to.
    pub subjects: Vec<String>,
    /// 检查方式.
    pub method: Vec<String>,
    /// 检查依据.
    pub basis: Option<String>,
    /// First day in force; none: always was.
    pub valid_from: Option<Date>,
    /// Last day in force; none: no end is known.
    pub valid_to: Option<Date>,
}

/// 检查对象: what can be drawn; not always an enterprise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// 统一社会信用代码.
    pub uscc: Option<String>,
    /// 注册号.
    pub reg_no: Option<String>,
    /// The register's own identifier.
    pub own_id: Option<String>,
    /// Its name.
    pub name: String,
    /// 企业, 个体工商户, 设备 …
    pub kind: String,
    /// GB/T 2260 code of who supervises it.
    pub region: Option<String>,
    /// 片区.
    pub area: Option<String>,
    /// 所.
    pub station: Option<String>,
    /// 管辖单位.
    pub office: Option<String>,
    /// GB/T 4754 code.
    pub industry: Option<String>,
    /// 登记状态.
    pub status: String,
    /// 信用风险分类; none: unrated.
    pub credit_class: Option<CreditClass>,
    /// 信用风险分值, 1 … 2^20.
    pub credit_score: Option<u64>,
    /// Day of the rating.
    pub credit_date: Option<Date>,
    /// 标签, sorted.
    pub tags: Vec<String>,
    /// 成立日期.
    pub established: Option<Date>,
    /// 上次抽中日期.
    pub last_drawn: Option<Date>,
    /// Matters for which it is under 重点监管: outside the draw for these, never for others.
    pub key_matters: Vec<String>,
    /// 地址.
    pub address: Option<String>,
    /// 名单, sorted; they never exempt.
    pub lists: Vec<Listing>,
    /// Day since when the status holds.
    pub status_date: Option<Date>,
    /// 经度、纬度 in millionths of a degree, if both are known: for the order of visits within a day, never for a draw.
    pub place: Option<(i32, i32)>,
}

/// 执法检查人员, or an expert.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Inspector {
    /// 执法证号; none: not certified.
    pub certificate: Option<String>,
    /// 姓名.
    pub name: String,
    /// 部门.
    pub dept: String,
    /// 科室.
    pub office: Option<String>,
    /// 所.
    pub station: Option<String>,
    /// 片区, sorted.
    pub areas: Vec<String>,
    /// Last day on which the certificate is valid.
    pub cert_valid_to: Option<Date>,
    /// 状态.
    pub state: State,
    /// Periods of leave, first and last day, sorted, no two with a day in common: those of the inspector's row
    /// and those of the register of leave.
    pub leave: Vec<(Date, Date)>,
    /// 标签, sorted.
    pub tags: Vec<String>,
    /// May lead a team.
    pub lead: bool,
    /// An expert: never one of the two inspectors of a visit.
    pub expert: bool,
    /// Most visits in one draw.
    pub capacity: u32,
    /// Visits already made this year.
    pub load: u32,
}

/// 回避: an inspector who may not inspect a subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recusal {
    /// 执法证号.
    pub certificate: String,
    /// The subject, by any of its identifiers.
    pub subject: String,
    /// Why.
    pub reason: Reason,
    /// Last day on which it holds; none: no end.
    pub valid_to: Option<Date>,
    /// How it came about.
    pub source: Option<Origin>,
}

/// 请假: days on which an inspector is away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leave {
    /// 执法证号.
    pub certificate: String,
    /// First day away.
    pub from: Date,
    /// Last day away.
    pub to: Date,
    /// 年休假, 病假, 培训, 出差 …
    pub kind: Option<String>,
    /// 备注.
    pub note: Option<String>,
}

/// 检查记录: a visit that took place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Visit {
    /// The subject, by any of its identifiers.
    pub subject: String,
    /// Its day.
    pub date: Date,
    /// 检查部门, sorted.
    pub agencies: Vec<String>,
    /// Why it took place.
    pub kind: VisitKind,
    /// 抽查事项, sorted.
    pub matters: Vec<String>,
    /// 执法证号 of those who came, sorted.
    pub inspectors: Vec<String>,
    /// The draw it came from.
    pub draw: Option<String>,
    /// 来源.
    pub source: Option<String>,
    /// 备注.
    pub note: Option<String>,
}

/// 互斥: two inspectors who may not form a team.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Incompatible {
    /// 执法证号, the smaller text.
    pub certificate: String,
    /// The larger.
    pub certificate2: String,
    /// Why.
    pub reason: Reason,
}

impl Subject {
    /// The subject's identifier in a draw: its USCC; else `REG:` and its registration number; else `X:` and
    /// a digest of its own identifier.
    pub fn sid(&self, suite: Suite) -> Sid {
        let text = match (&self.uscc, &self.reg_no, &self.own_id) {
            (Some(uscc), _, _) => uscc.clone(),
            (None, Some(reg_no), _) => format!("REG:{reg_no}"),
            (None, None, Some(own_id)) => return Sid::of_own_code(suite, own_id),
            (None, None, None) => unreachable!("bug: a checked subject has an identifier"),
        };
        Sid::parse(&text).expect("bug: codes and registration numbers have the form of a sid")
    }

    /// All its identifiers.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        [&self.uscc, &self.reg_no, &self.own_id].into_iter().flatten().map(String::as_str)
    }
}

impl Inspector {
    /// The inspector's identifier in a draw; none without a certificate.
    pub fn iid(&self, suite: Suite) -> Option<Iid> {
        self.certificate.as_deref().map(|number| Iid::of_certificate(suite, number))
    }

    /// Adds periods of leave.
    pub(super) fn add_leave(&mut self, periods: impl IntoIterator<Item = (Date, Date)>) {
        let mut leave = std::mem::take(&mut self.leave);
        leave.extend(periods);
        self.leave = joined(leave);
    }

    /// Whether he is on leave on every day from `from` to `to`.
    pub fn is_on_leave_throughout(&self, from: Date, to: Date) -> bool {
        let mut open = Some(from);
        for (first, last) in &self.leave {
            if open.is_some_and(|day| *first <= day && day <= *last) {
                open = last.tomorrow().ok();
            }
        }
        open.is_none_or(|day| day > to)
    }

    /// Whether he is on leave on some day from `from` to `to`.
    pub fn is_on_leave_within(&self, from: Date, to: Date) -> bool {
        self.leave.iter().any(|(first, last)| *first <= to && from <= *last)
    }
}

/// The same days in periods that have none in common, sorted.
fn joined(mut periods: Vec<(Date, Date)>) -> Vec<(Date, Date)> {
    periods.sort_unstable();
    let mut joined: Vec<(Date, Date)> = Vec::with_capacity(periods.len());
    for (from, to) in periods {
        match joined.last_mut() {
            Some((_, last)) if from <= *last => *last = to.max(*last),
            _ => joined.push((from, to)),
        }
    }
    joined
}

/// A checked row, read by the names of columns.
struct Row<'a> {
    register: Register,
    cells: &'a Cells,
}

impl<'a> Row<'a> {
    fn text(&self, column: &str) -> &'a str {
        self.cells.cell(self.register.index(column))
    }

    fn own(&self, column: &str) -> String {
        self.text(column).to_owned()
    }

    fn optional(&self, column: &str) -> Option<String> {
        Some(self.own(column)).filter(|text| !text.is_empty())
    }

    fn day(&self, column: &str) -> Option<Date> {
        parse_date(self.text(column))
    }

    fn number(&self, column: &str) -> Option<u64> {
        self.text(column).parse().ok()
    }

    fn degrees(&self, column: &str) -> Option<i32> {
        parse_degrees(self.text(column))
    }

    fn small(&self, column: &str) -> u32 {
        self.text(column).parse().unwrap_or(0)
    }

    fn several(&self, column: &str) -> Vec<String> {
        split(self.text(column)).map(str::to_owned).collect()
    }

    fn word<W>(&self, column: &str, parse: impl Fn(&str) -> Option<W>) -> W {
        parse(self.text(column)).expect("bug: a checked cell holds one of its words")
    }

    fn yes(&self, column: &str) -> bool {
        Answer::parse(self.text(column)) == Some(Answer::Yes)
    }
}

impl Matter {
    pub(super) fn of(cells: &Cells) -> Self {
        let row = Row { register: Register::Matters, cells };
        Matter {
            id: row.own("id"),
            name: row.own("name"),
            category: row.optional("category"),
            kind: row.word("kind", MatterKind::parse),
            dept: row.own("dept"),
            subjects: row.several("subjects"),
            method: row.several("method"),
            basis: row.optional("basis"),
            valid_from: row.day("valid_from"),
            valid_to: row.day("valid_to"),
        }
    }
}

impl Subject {
    pub(super) fn of(cells: &Cells) -> Self {
        let row = Row { register: Register::Subjects, cells };
        Subject {
            uscc: row.optional("uscc"),
            reg_no: row.optional("reg_no"),
            own_id: row.optional("own_id"),
            name: row.own("name"),
            kind: row.own("kind"),
            region: row.optional("region"),
            area: row.optional("area"),
            station: row.optional("station"),
            office: row.optional("office"),
            industry: row.optional("industry"),
            status: row.own("status"),
            credit_class: CreditClass::parse(row.text("credit_class")),
            credit_score: row.number("credit_score"),
            credit_date: row.day("credit_date"),
            tags: row.several("tags"),
            established: row.day("established"),
            last_drawn: row.day("last_drawn"),
            key_matters: row.several("key_matters"),
            address: row.optional("address"),
            lists: split(row.text("lists")).filter_map(Listing::parse).collect(),
            status_date: row.day("status_date"),
            place: row.degrees("lon").zip(row.degrees("lat")),
        }
    }
}

impl Inspector {
    pub(super) fn of(cells: &Cells) -> Self {
        let row = Row { register: Register::Inspectors, cells };
        Inspector {
            certificate: row.optional("iid"),
            name: row.own("name"),
            dept: row.own("dept"),
            office: row.optional("office"),
            station: row.optional("station"),
            areas: row.several("area"),
            cert_valid_to: row.day("cert_valid_to"),
            state: row.word("state", State::parse),
            leave: joined(split(row.text("leave")).filter_map(parse_period).collect()),
            tags: row.several("tags"),
            lead: row.yes("lead"),
            expert: row.yes("expert"),
            capacity: row.small("capacity"),
            load: row.small("load"),
        }
    }
}

impl Recusal {
    pub(super) fn of(cells: &Cells) -> Self {
        let row = Row { register: Register::Recusals, cells };
        Recusal {
            certificate: row.own("iid"),
            subject: row.own("subject"),
            reason: row.word("reason", Reason::parse),
            valid_to: row.day("valid_to"),
            source: Origin::parse(row.text("source")),
        }
    }
}

impl Incompatible {
    pub(super) fn of(cells: &Cells) -> Self {
        let row = Row { register: Register::Incompatibles, cells };
        let mut pair = [row.own("iid"), row.own("iid2")];
        pair.sort_unstable();
        let [certificate, certificate2] = pair;
        Incompatible { certificate, certificate2, reason: row.word("reason", Reason::parse) }
    }
}

impl Leave {
    pub(super) fn of(cells: &Cells) -> Self {
        let row = Row { register: Register::Leave, cells };
        let day = |column| row.day(column).expect("bug: a checked row has its days");
        Leave {
            certificate: row.own("iid"),
            from: day("valid_from"),
            to: day("valid_to"),
            kind: row.optional("kind"),
            note: row.optional("note"),
        }
    }
}

impl Visit {
    pub(super) fn of(cells: &Cells) -> Self {
        let row = Row { register: Register::Visits, cells };
        Visit {
            subject: row.own("subject"),
            date: row.day("visited_on").expect("bug: a checked row has its day"),
            agencies: row.several("agency"),
            kind: row.word("kind", VisitKind::parse),
            matters: row.several("matters"),
            inspectors: row.several("inspectors"),
            draw: row.optional("draw"),
            source: row.optional("source"),
            note: row.optional("note"),
        }
    }
}
