//! The seven registers and their columns: one table that reading, writing, storing and the guide share.

use super::form::Form;
use super::words::{Answer, MatterKind, Origin, Reason, State, VisitKind};
use crate::record::ids::{CAPACITY_MAX, WEIGHT_MAX};

/// One of the registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Register {
    /// 随机抽查事项清单.
    Matters,
    /// 检查对象名录库.
    Subjects,
    /// 执法检查人员名录库.
    Inspectors,
    /// 回避: who may not inspect whom.
    Recusals,
    /// 互斥: who may not form a team.
    Incompatibles,
    /// 请假: when an inspector is away.
    Leave,
    /// 检查记录: who was visited when, by whom, and why.
    Visits,
}

/// A column of a register.
#[derive(Debug)]
pub struct Column {
    /// The English header, also the column's name in the store.
    pub id: &'static str,
    /// The Chinese header.
    pub zh: &'static str,
    /// Whether every row must fill it.
    pub required: bool,
    /// What it holds, in Chinese and English; empty if the name says it.
    pub note: (&'static str, &'static str),
    pub(super) form: Form,
}

impl Register {
    /// All registers.
    pub const ALL: [Register; 7] = [
        Register::Matters,
        Register::Subjects,
        Register::Inspectors,
        Register::Recusals,
        Register::Incompatibles,
        Register::Leave,
        Register::Visits,
    ];

    /// `matters`, `subjects`, `inspectors`, `recusals`, `incompatibles`, `leave` or `visits`.
    pub fn name(self) -> &'static str {
        match self {
            Register::Matters => "matters",
            Register::Subjects => "subjects",
            Register::Inspectors => "inspectors",
            Register::Recusals => "recusals",
            Register::Incompatibles => "incompatibles",
            Register::Leave => "leave",
            Register::Visits => "visits",
        }
    }

    /// 中文
    pub fn zh(self) -> &'static str {
        match self {
            Register::Matters => "随机抽查事项清单",
            Register::Subjects => "检查对象名录库",
            Register::Inspectors => "执法检查人员名录库",
            Register::Recusals => "回避名录",
            Register::Incompatibles => "互斥名录",
            Register::Leave => "请假名录",
            Register::Visits => "检查记录",
        }
    }

    /// The register of that English name.
    pub fn from_name(name: &str) -> Option<Self> {
        Register::ALL.into_iter().find(|register| register.name() == name)
    }

    /// Its columns, in the order of canonical cells.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Register::Matters => MATTERS,
            Register::Subjects => SUBJECTS,
            Register::Inspectors => INSPECTORS,
            Register::Recusals => RECUSALS,
            Register::Incompatibles => INCOMPATIBLES,
            Register::Leave => LEAVE,
            Register::Visits => VISITS,
        }
    }

    /// The index of a column of ours.
    pub(super) fn index(self, id: &str) -> usize {
        let at = self.columns().iter().position(|column| column.id == id);
        at.unwrap_or_else(|| panic!("bug: {} has no column {id}", self.name()))
    }
}

const fn must(id: &'static str, zh: &'static str, form: Form) -> Column {
    Column { id, zh, required: true, note: ("", ""), form }
}

const fn may(id: &'static str, zh: &'static str, form: Form) -> Column {
    Column { id, zh, required: false, note: ("", ""), form }
}

impl Column {
    const fn note(self, zh: &'static str, en: &'static str) -> Column {
        Column { note: (zh, en), ..self }
    }
}

const MATTERS: &[Column] = &[
    must("id", "事项编号", Form::Id),
    must("name", "事项名称", Form::Text),
    may("category", "类别", Form::Text),
    must("kind", "事项类型", Form::Choice(MatterKind::WORDS)).note("一般、重点", "general, key"),
    must("dept", "实施部门", Form::Text),
    may("subjects", "检查对象", Form::List).note("可多个", "several allowed"),
    may("method", "检查方式", Form::List).note("可多个", "several allowed"),
    may("basis", "检查依据", Form::Text),
    may("valid_from", "生效日期", Form::Day).note("空＝一直有效", "empty: always in force"),
    may("valid_to", "失效日期", Form::Day)
        .note("最后有效的一天；空＝未定", "last day in force; empty: open"),
];

const SUBJECTS: &[Column] = &[
    may("uscc", "统一社会信用代码", Form::Uscc)
        .note("三种编号至少填一个", "at least one of the three identifiers"),
    may("reg_no", "注册号", Form::RegNo),
    may("own_id", "自编号", Form::Id).note("名录自己的编号", "the register's own identifier"),
    must("name", "名称", Form::Text),
    must("kind", "对象类型", Form::Text)
        .note("企业、个体工商户、设备、场所等", "企业 enterprise, 设备 device, 场所 site …"),
    may("region", "行政区划", Form::Id).note("GB/T 2260 代码", "GB/T 2260 code"),
    may("area", "片区", Form::Part).note("成为标签 area:", "becomes the tag area:"),
    may("station", "所", Form::Part).note("成为标签 station:", "becomes the tag station:"),
    may("office", "管辖单位", Form::Text),
    may("industry", "行业代码", Form::Industry).note("GB/T 4754—2017", "GB/T 4754—2017"),
    must("status", "登记状态", Form::Status).note("存续、注销等", "存续 active, 注销 dissolved …"),
    may("credit_class", "信用风险分类", Form::Class).note("A–E；空＝未评定", "A–E; empty: unrated"),
    may("credit_score", "信用风险分值", Form::Integer(1, WEIGHT_MAX))
        .note("1 至 2^20 的整数", "integer, 1 … 2^20"),
    may("credit_date", "信用评定日期", Form::Day),
    may("tags", "标签", Form::Tags).note("可多个", "several allowed"),
    may("established", "成立日期", Form::Day),
    may("last_drawn", "上次抽中日期", Form::Day),
    may("key_matters", "重点监管事项", Form::List)
        .note("事项编号，可多个", "matter ids, several allowed"),
    may("address", "地址", Form::Text),
    may("lists", "名单", Form::Listings).note(
        "经营异常、严重违法、白名单、黑名单，可带起止日期，可多个",
        "abnormal, serious, white, black, with days if known; several allowed",
    ),
    may("status_date", "状态日期", Form::Day)
        .note("登记状态自哪一天起", "since when the status holds"),
    may("lon", "经度", Form::Degrees(180))
        .note("十进制度数，如 120.155070", "decimal degrees, e.g. 120.155070"),
    may("lat", "纬度", Form::Degrees(90))
        .note("十进制度数，如 30.274084", "decimal degrees, e.g. 30.274084"),
];

const INSPECTORS: &[Column] = &[
    may("iid", "执法证号", Form::Id).note("空＝无证", "empty: not certified"),
    must("name", "姓名", Form::Text),
    must("dept", "部门", Form::Part).note("成为标签 dept:", "becomes the tag dept:"),
    may("office", "科室", Form::Text),
    may("station", "所", Form::Part).note("成为标签 station:", "becomes the tag station:"),
    may("area", "片区", Form::Parts)
        .note("可多个，各成为标签 area:", "several allowed, each becomes a tag area:"),
    may("cert_valid_to", "执法证有效期至", Form::Day).note("最后有效的一天", "last valid day"),
    must("state", "状态", Form::Choice(State::WORDS)).note(
        "在岗、请假、借调、停职、调离、退休",
        "on_duty, leave, seconded, suspended, transferred, retired",
    ),
    may("leave", "请假期间", Form::Periods)
        .note("2026-08-03..2026-08-07，可多个", "2026-08-03..2026-08-07, several allowed"),
    may("tags", "标签", Form::Tags).note("可多个", "several allowed"),
    may("lead", "可任组长", Form::Choice(Answer::WORDS))
        .note("是、否；空＝否", "yes, no; empty: no"),
    may("expert", "专家", Form::Choice(Answer::WORDS)).note("是、否；空＝否", "yes, no; empty: no"),
    must("capacity", "检查上限", Form::Integer(0, CAPACITY_MAX))
        .note("本次抽取至多检查几户", "most visits in this draw"),
    may("load", "本年已检查", Form::Integer(0, CAPACITY_MAX)).note("空＝0", "empty: 0"),
];

const RECUSALS: &[Column] = &[
    must("iid", "执法证号", Form::Id),
    must("subject", "检查对象", Form::Id).note("三种编号之一", "any of the three identifiers"),
    must("reason", "回避原因", Form::Choice(Reason::WORDS)).note(
        "本人利害关系、配偶、直系血亲、三代以内旁系血亲、近姻亲、其他",
        "interest, spouse, lineal, collateral, affine, other",
    ),
    may("valid_to", "有效期至", Form::Day).note("空＝长期", "empty: open"),
    may("source", "来源", Form::Choice(Origin::WORDS))
        .note("申报、申请、决定", "declared, requested, ordered"),
];

const INCOMPATIBLES: &[Column] = &[
    must("iid", "执法证号", Form::Id),
    must("iid2", "执法证号2", Form::Id),
    must("reason", "回避原因", Form::Choice(Reason::WORDS)).note("同回避名录", "as in recusals"),
];

const LEAVE: &[Column] = &[
    must("iid", "执法证号", Form::Id),
    must("valid_from", "开始日期", Form::Day).note("请假的第一天", "first day away"),
    must("valid_to", "结束日期", Form::Day).note("请假的最后一天", "last day away"),
    may("kind", "请假类型", Form::Text)
        .note("年休假、病假、培训、出差等", "annual leave, illness, training, travel …"),
    may("note", "备注", Form::Text),
];

const VISITS: &[Column] = &[
    must("subject", "检查对象", Form::Id).note("三种编号之一", "any of the three identifiers"),
    must("visited_on", "检查日期", Form::Day),
    must("agency", "检查部门", Form::List).note("联合检查写全", "all of a joint visit"),
    must("kind", "检查类型", Form::Choice(VisitKind::WORDS)).note(
        "计划、重点监管、投诉举报、转办交办、监测、其他",
        "planned, key, complaint, referral, monitoring, other",
    ),
    may("matters", "抽查事项", Form::List).note("事项编号，可多个", "matter ids, several allowed"),
    may("inspectors", "执法证号", Form::List).note("可多个", "several allowed"),
    may("draw", "抽取编号", Form::Id)
        .note("由哪次抽取而来；空＝不是", "the draw it came from; empty: none"),
    may("source", "来源", Form::Text).note("系统、文号等", "system, document …"),
    may("note", "备注", Form::Text),
];
