//! The arguments of `ssj event`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::secret::SecretArgs;

#[derive(Args)]
pub(in crate::cli) struct EventArgs {
    /// 公示包文件夹 / the bundle's folder
    pub bundle: PathBuf,
    #[command(flatten)]
    pub secret: SecretArgs,
    #[command(subcommand)]
    pub what: EventCommand,
}

#[derive(Subcommand)]
pub(in crate::cli) enum EventCommand {
    /// 在最早的信标之前作废 / void the draw before its earliest source
    ///
    /// 原因 reasons：名录有误 register_error、计划有误 plan_error、信标有误 beacon_error、上级要求 superior_order、其他 other
    Void(Who),
    /// 停业注销：检查发现企业已不存在 / the business is no more
    ///
    /// 原因 reasons：已注销 deregistered、已吊销 revoked、已停业 ceased
    Closed(OfSubject),
    /// 查无下落：通过登记住所无法联系 / the business is not there
    ///
    /// 原因 reasons：通过登记住所无法联系 uncontactable、已迁出辖区 relocated
    Moved(OfSubject),
    /// 拒绝检查 / the business refused
    ///
    /// 原因 reasons：拒绝入场 no_entry、不配合检查情节严重 uncooperative
    Refused(OfSubject),
    /// 回避：人员不得检查这些对象 / an inspector may not inspect these subjects
    ///
    /// 原因 reasons：近亲属 kin、利害关系 interest、曾在该单位任职 former、其他可能影响公正的关系 relation
    Recused(OfInspector),
    /// 离岗：人员不再参加以后的检查 / an inspector is not available any more
    ///
    /// 原因 reasons：病假 ill、事假或休假 leave、另有公务 duty、调离或离职 left
    Leave(OfInspector),
    /// 执法证失效 / an inspector's certificate is not valid any more
    ///
    /// 原因 reasons：执法证到期 expired、执法证暂扣 suspended、执法证注销 withdrawn
    Certificate(OfInspector),
    /// 增加检查力量：统一提高上限，或加入备用人员 / raise all capacities, or add stand-by inspectors
    ///
    /// 原因 reasons：人员不足 shortage、岗位空缺 vacancy
    Staff(Growth),
    /// 更正先前的记录 / correct an earlier record
    ///
    /// 原因 reasons：录入有误 typing、补充证据 evidence
    Correct(Correction),
    /// 记录保密抽取的公开 / record the opening of a sealed draw
    ///
    /// 原因 reasons：按期公开 due、提前公开 early、移交监督机关 handed_over
    Open(Who),
    /// 录入事件所指定的信标值，得出替补 / enter the values that an event waits for
    Beacon {
        /// 事件编号，缺省为等待中的第一个 / number of the event, by default the first that waits
        #[arg(long, value_name = "N")]
        event: Option<u64>,
        /// 按来源次序给出的值：drand 为签名 / values in order of the sources; of drand the signature
        #[arg(long = "value", value_name = "VALUE", required = true)]
        values: Vec<String>,
        /// 由谁公布或见证 / who announced or witnessed the values
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
    /// 列出事件，以及现在由谁检查哪些对象 / what happened, and who visits whom now
    List,
}

/// Why, who, and what shows it.
#[derive(Args)]
pub(in crate::cli) struct Who {
    /// 原因，中文或代码 / the reason, in Chinese or by its code
    #[arg(long)]
    pub reason: String,
    /// 说明 / more about it, in words
    #[arg(long)]
    pub note: Option<String>,
    /// 经办人 / who records it
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// 批准人（另一人） / who approves it (somebody else)
    #[arg(long, value_name = "NAME")]
    pub approver: Option<String>,
    /// 证据文件，只记其摘要，文件自行保存 / the evidence, of which the digest is recorded
    #[arg(long, value_name = "FILE")]
    pub evidence: Option<PathBuf>,
    /// 承诺没有 drand 时，事先指定的来源 / a source named in advance, where the draw has no drand: 3d-2026193@TIME
    #[arg(long = "source", value_name = "SOURCE@TIME")]
    pub sources: Vec<String>,
}

#[derive(Args)]
pub(in crate::cli) struct OfSubject {
    /// 检查对象编号 / the subject's id (sid)
    #[arg(long, value_name = "SID")]
    pub sid: String,
    #[command(flatten)]
    pub who: Who,
}

#[derive(Args)]
pub(in crate::cli) struct OfInspector {
    /// 执法证号 / the inspector's certificate number (iid)
    #[arg(long, value_name = "IID")]
    pub iid: String,
    /// 不再由他检查的对象 / a subject that he does not visit
    #[arg(long = "visit", value_name = "SID")]
    pub visits: Vec<String>,
    /// 他现有的全部检查；离岗、执法证失效时，日程中日期已过的除外 / all visits that he has now; of leave and certificate without those whose day is over
    #[arg(long, conflicts_with = "visits")]
    pub all: bool,
    /// 存放日程的文件夹，缺省为 <公示包>.days / folder of the schedules, by default <BUNDLE>.days
    #[arg(long, value_name = "DIR", requires = "all")]
    pub days_dir: Option<PathBuf>,
    #[command(flatten)]
    pub who: Who,
}

#[derive(Args)]
pub(in crate::cli) struct Growth {
    /// 全部人员的上限提高若干户 / raise all capacities by so many visits
    #[arg(long, value_name = "N", required_unless_present = "add", conflicts_with = "add")]
    pub raise: Option<u32>,
    /// 备用名册（standby.tsv）中加入的人员 / stand-by inspectors that join
    #[arg(long, value_name = "IID")]
    pub add: Vec<String>,
    #[command(flatten)]
    pub who: Who,
}

#[derive(Args)]
pub(in crate::cli) struct Correction {
    /// 所更正的事件 / the event that is corrected
    #[arg(long, value_name = "N")]
    pub event: u64,
    #[command(flatten)]
    pub who: Who,
}
