//! The kinds of events, and the reasons that each may have: a reason is a closed choice, whatever else there is to say
//! stands in the note.

use crate::base::finding::Text;

/// A kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// 作废: the draw is void, before its beacon.
    Void,
    /// 增员: capacities are raised, or inspectors of the committed stand-by join.
    Staff,
    /// 停业注销: the business is no more.
    Closed,
    /// 查无下落: it is not where it is registered.
    Moved,
    /// 拒绝检查: it refused.
    Refused,
    /// 回避: an inspector may not inspect this subject.
    Recused,
    /// 离岗: an inspector is not available any more.
    Leave,
    /// 执法证失效: an inspector's certificate is not valid any more.
    Certificate,
    /// 更正: a record is corrected.
    Correct,
    /// 公开: a sealed draw is opened.
    Open,
}

/// A reason: code, Chinese, English.
#[derive(Debug, PartialEq, Eq)]
pub struct Reason {
    /// The name that stands in the event.
    pub code: &'static str,
    zh: &'static str,
    en: &'static str,
}

const fn reason(code: &'static str, zh: &'static str, en: &'static str) -> Reason {
    Reason { code, zh, en }
}

static VOID: [Reason; 5] = [
    reason("register_error", "名录有误", "a register was wrong"),
    reason("plan_error", "计划有误", "the plan was wrong"),
    reason("beacon_error", "信标有误", "the beacon was wrong"),
    reason("superior_order", "上级要求", "ordered from above"),
    reason("other", "其他", "other, see the note"),
];
static STAFF: [Reason; 2] = [
    reason("shortage", "人员不足", "too few inspectors for a pairing"),
    reason("vacancy", "岗位空缺", "nobody is left for a slot"),
];
static CLOSED: [Reason; 3] = [
    reason("deregistered", "已注销", "deregistered"),
    reason("revoked", "已吊销", "its licence was revoked"),
    reason("ceased", "已停业", "it has ceased business"),
];
static MOVED: [Reason; 2] = [
    reason("uncontactable", "通过登记住所无法联系", "cannot be reached at its registered place"),
    reason("relocated", "已迁出辖区", "it has moved out of the district"),
];
static REFUSED: [Reason; 2] = [
    reason("no_entry", "拒绝入场", "it let nobody in"),
    reason("uncooperative", "不配合检查情节严重", "it seriously obstructed the inspection"),
];
static RECUSED: [Reason; 4] = [
    reason("kin", "近亲属", "kin"),
    reason("interest", "利害关系", "an interest in the matter"),
    reason("former", "曾在该单位任职", "formerly employed there"),
    reason("relation", "其他可能影响公正的关系", "another relation that may affect fairness"),
];
static LEAVE: [Reason; 4] = [
    reason("ill", "病假", "ill"),
    reason("leave", "事假或休假", "on leave"),
    reason("duty", "另有公务", "on other duty"),
    reason("left", "调离或离职", "has left the office"),
];
static CERTIFICATE: [Reason; 3] = [
    reason("expired", "执法证到期", "the certificate has expired"),
    reason("suspended", "执法证暂扣", "the certificate is suspended"),
    reason("withdrawn", "执法证注销", "the certificate was withdrawn"),
];
static CORRECT: [Reason; 2] = [
    reason("typing", "录入有误", "a typing error"),
    reason("evidence", "补充证据", "evidence came later"),
];
static OPEN: [Reason; 3] = [
    reason("due", "按期公开", "opened as promised"),
    reason("early", "提前公开", "opened early"),
    reason("handed_over", "移交监督机关", "handed over to the auditor"),
];

/// The reasons that events of a kind may have.
pub fn reasons(kind: Kind) -> &'static [Reason] {
    match kind {
        Kind::Void => &VOID,
        Kind::Staff => &STAFF,
        Kind::Closed => &CLOSED,
        Kind::Moved => &MOVED,
        Kind::Refused => &REFUSED,
        Kind::Recused => &RECUSED,
        Kind::Leave => &LEAVE,
        Kind::Certificate => &CERTIFICATE,
        Kind::Correct => &CORRECT,
        Kind::Open => &OPEN,
    }
}

impl Reason {
    /// The reason that is meant by its code or its Chinese name.
    pub fn find(kind: Kind, text: &str) -> Option<&'static Reason> {
        reasons(kind).iter().find(|reason| reason.code == text || reason.zh == text)
    }

    /// In words.
    pub fn words(&self) -> Text {
        Text { zh: self.zh.to_owned(), en: self.en.to_owned() }
    }
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 10] = [
        Kind::Void,
        Kind::Staff,
        Kind::Closed,
        Kind::Moved,
        Kind::Refused,
        Kind::Recused,
        Kind::Leave,
        Kind::Certificate,
        Kind::Correct,
        Kind::Open,
    ];

    /// The name that stands in the event.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Void => "void",
            Kind::Staff => "staff",
            Kind::Closed => "closed",
            Kind::Moved => "moved",
            Kind::Refused => "refused",
            Kind::Recused => "recused",
            Kind::Leave => "leave",
            Kind::Certificate => "certificate",
            Kind::Correct => "correct",
            Kind::Open => "open",
        }
    }

    /// In words.
    pub fn words(self) -> Text {
        let (zh, en) = match self {
            Kind::Void => ("作废", "void"),
            Kind::Staff => ("增加检查力量", "more staff"),
            Kind::Closed => ("停业注销", "closed"),
            Kind::Moved => ("查无下落", "moved"),
            Kind::Refused => ("拒绝检查", "refused"),
            Kind::Recused => ("回避", "recused"),
            Kind::Leave => ("离岗", "leave"),
            Kind::Certificate => ("执法证失效", "certificate"),
            Kind::Correct => ("更正", "correction"),
            Kind::Open => ("公开", "opening"),
        };
        Text { zh: zh.to_owned(), en: en.to_owned() }
    }

    /// What an inspection found, which is no reason to exchange the subject unless the plan allows it.
    pub fn is_finding(self) -> bool {
        matches!(self, Kind::Closed | Kind::Moved | Kind::Refused)
    }

    /// Whether an inspector falls out.
    pub fn is_absence(self) -> bool {
        matches!(self, Kind::Recused | Kind::Leave | Kind::Certificate)
    }

    /// Whether whoever records it and whoever approves it must be two. What the two inspectors of a visit found at
    /// the door, or an opening that was promised, nobody decides.
    pub fn needs_two(self) -> bool {
        !matches!(self, Kind::Closed | Kind::Moved | Kind::Open)
    }
}
