//! Words of a fixed choice: Chinese as the office writes them, English as codes and interfaces do.

/// An enum whose values have a Chinese word and an English name.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $zh:literal, $en:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$note])* $variant,)*
        }

        impl $name {
            /// Every value's Chinese word and English name, in order.
            pub const WORDS: &[(&str, &str)] = &[$(($zh, $en)),*];
            /// Every value, in order.
            pub const ALL: &[$name] = &[$($name::$variant),*];

            /// 中文
            pub fn zh(self) -> &'static str {
                match self { $($name::$variant => $zh,)* }
            }

            /// The English name, which is also the code in published tables.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $en,)* }
            }

            /// The value with this word, Chinese or English.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.zh() == text || value.name() == text)
            }
        }
    };
}

words! {
    /// 抽查事项类型.
    MatterKind {
        /// 一般检查事项.
        General = "一般", "general";
        /// 重点检查事项.
        Key = "重点", "key";
    }
}

words! {
    /// 企业信用风险分类, from low to high risk; some places have E.
    CreditClass {
        /// Low risk.
        A = "A", "A";
        /// General risk.
        B = "B", "B";
        /// Relatively high risk.
        C = "C", "C";
        /// High risk.
        D = "D", "D";
        /// The highest class, where there is one.
        E = "E", "E";
    }
}

words! {
    /// What an inspector is doing; only those 在岗 are drawn.
    State {
        /// At work.
        OnDuty = "在岗", "on_duty";
        /// On leave until further notice.
        OnLeave = "请假", "leave";
        /// Lent to another office.
        Seconded = "借调", "seconded";
        /// Suspended from duty.
        Suspended = "停职", "suspended";
        /// Moved elsewhere.
        Transferred = "调离", "transferred";
        /// Retired.
        Retired = "退休", "retired";
    }
}

words! {
    /// Why rows left a register: whoever is missing from it can never be drawn, so every removal has a reason.
    Removal {
        /// 注销 of the registration.
        Deregistered = "注销", "deregistered";
        /// The licence was revoked.
        Revoked = "吊销", "revoked";
        /// Moved to another office's area.
        MovedOut = "迁出", "moved_out";
        /// It stood twice.
        Duplicate = "重复", "duplicate";
        /// It was never one to be supervised here.
        NotSubject = "不属监管对象", "not_subject";
        /// A mistake of an earlier import is put right.
        Correction = "更正", "correction";
        /// Another reason.
        Other = "其他", "other";
    }
}

words! {
    /// Why somebody may not inspect (行政处罚法 §43, 公务员法 §74, §76).
    Reason {
        /// An interest of one's own.
        Interest = "本人利害关系", "interest";
        /// Husband or wife.
        Spouse = "配偶", "spouse";
        /// Lineal kin.
        Lineal = "直系血亲", "lineal";
        /// Collateral kin within three generations.
        Collateral = "三代以内旁系血亲", "collateral";
        /// Close relatives by marriage.
        Affine = "近姻亲", "affine";
        /// Another relation that may affect impartiality.
        Other = "其他", "other";
    }
}

words! {
    /// How a recusal came about.
    Origin {
        /// By the inspector.
        Declared = "申报", "declared";
        /// By the subject.
        Requested = "申请", "requested";
        /// By the office.
        Ordered = "决定", "ordered";
    }
}

words! {
    /// A yes or no.
    Answer {
        /// Yes.
        Yes = "是", "yes";
        /// No.
        No = "否", "no";
    }
}

words! {
    /// A list that an authority keeps of businesses. It raises attention or trust and never exempts anybody.
    WatchList {
        /// 经营异常名录 (企业信息公示暂行条例 §17).
        Abnormal = "经营异常", "abnormal";
        /// 严重违法失信名单.
        Serious = "严重违法", "serious";
        /// A local list of the trusted.
        White = "白名单", "white";
        /// A local list of those to watch.
        Black = "黑名单", "black";
    }
}

words! {
    /// Why a visit took place. Caps bind planned visits; triggered ones are counted.
    VisitKind {
        /// Drawn, or otherwise by plan.
        Planned = "计划", "planned";
        /// 重点监管, outside the draw and by plan.
        Key = "重点监管", "key";
        /// A complaint or report.
        Complaint = "投诉举报", "complaint";
        /// Referred by another body, or ordered by a superior one.
        Referral = "转办交办", "referral";
        /// Monitoring showed a reason.
        Monitoring = "监测", "monitoring";
        /// Another reason to come without a plan.
        Other = "其他", "other";
    }
}

impl VisitKind {
    /// Whether a plan led to it, so that caps count it.
    pub fn is_planned(self) -> bool {
        matches!(self, VisitKind::Planned | VisitKind::Key)
    }
}
