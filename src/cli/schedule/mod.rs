//! `ssj schedule`: a day for every visit of a drawn bundle, and what inspectors and offices need of it.
//!
//! Days are for the office alone until the visits are over: schedules lie beside the bundle, of a sealed draw encrypted, and
//! views go where `--out` says. `--publish` puts the last schedule into an open bundle and shows the day secret; the
//! opening of a sealed draw publishes it there.

mod audit;
mod book;
pub(in crate::cli) mod days;
mod drawn;
mod gather;
mod hand;
mod ical;
pub(in crate::cli) mod keep;
mod make;
mod out;
mod page;
mod publish;
mod setting;
mod sheet;
mod tell;
mod today;
mod view;
mod who;

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use self::drawn::with_drawn;
use self::hand::Hands;
use self::keep::Keep;
use self::make::Desk;
pub(in crate::cli) use self::publish::of_sealed;
pub(in crate::cli) use self::today::{TodayArgs, today};
use super::Failure;
use super::bundle::{lock, office, readable};
use super::calendar::MoreDays;
use super::clock::Clock;
use super::console::Console;
use super::event::refuse_void;
use super::secret::SecretArgs;
use crate::base::date::parse_date;
use crate::base::finding::Finding;
use crate::record::tables::ScheduleRow;
use crate::say;
use crate::schedule::Demand;

#[derive(clap::Args)]
pub(super) struct ScheduleArgs {
    /// 公示包文件夹 / the bundle's folder
    pub bundle: PathBuf,
    /// 设置：每日、每周上限，兼职，预约 / setting: limits, part-time people, appointments (TOML)
    #[arg(long, value_name = "FILE")]
    pub setting: Option<PathBuf>,
    #[command(flatten)]
    pub more: MoreDays,
    /// 新排的检查不早于此日，缺省为明日，演练为窗口首日 / new days not before this one, by default tomorrow; in a rehearsal the first day of the window
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// 写出工作簿、日历、网页 / write workbook, calendars and page into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// 只列出这一天的 / list this day only
    #[arg(long, value_name = "DATE")]
    pub day: Option<String>,
    /// 只列出这名人员的 / list this inspector's only
    #[arg(long, value_name = "ID")]
    pub inspector: Option<String>,
    /// 审计：由存下的所据重新得出每一版，逐字节比较 / audit: make every kept schedule again and compare
    #[arg(long, conflicts_with_all = ["publish", "out", "setting"])]
    pub audit: bool,
    /// 检查结束后：把日程和日程密钥写入公示包 / after the visits: put schedule and day secret into the bundle
    #[arg(long)]
    pub publish: bool,
    /// 存放日程的文件夹，缺省为 <公示包>.days / folder of the schedules, by default <BUNDLE>.days
    #[arg(long, value_name = "DIR")]
    pub days_dir: Option<PathBuf>,
    #[command(flatten)]
    pub secret: SecretArgs,
}

pub(super) fn schedule(
    workspace: &Path,
    args: &ScheduleArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let _lock = lock(&args.bundle)?;
    refuse_void(&readable(&args.bundle)?.files, &args.bundle)?;
    let office = office(&args.bundle, &args.secret)?;
    let commitment = &office.commitment;
    clock.check_rehearsal(commitment.rehearsal)?;
    let master = office.master.as_ref();
    let keep = Keep::of(&args.bundle, args.days_dir.as_deref(), &args.secret, master)?;
    if args.audit {
        return with_drawn(&office, &args.bundle, console, |drawn| {
            audit::audit(&office, &args.bundle, drawn, &keep, console)
        });
    }
    let secret = keep.secret(commitment, true)?;
    if args.publish {
        let latest = publish::ready(commitment, keep.latest()?, clock)?;
        return with_drawn(&office, &args.bundle, console, |drawn| {
            let (_, by_hand) = Hands::after(commitment, drawn, &keep)?;
            publish::publish(args, commitment, &secret, (latest, by_hand), console)
        });
    }
    let desk = Desk { args, commitment, keep: &keep, secret: &secret, clock, console };
    with_drawn(&office, &args.bundle, console, |drawn| desk.make(workspace, drawn))
}

/// The rows of `schedule.tsv`, by sid.
fn rows(demand: &Demand, days: &[Date]) -> Vec<ScheduleRow> {
    let visits = demand.visits.iter().zip(days);
    let mut rows: Vec<ScheduleRow> = visits
        .map(|(visit, day)| ScheduleRow { sid: visit.sid.clone(), date: day.to_string() })
        .collect();
    rows.sort_by(|a, b| a.sid.cmp(&b.sid));
    rows
}

pub(in crate::cli) fn day_of(option: &str, text: &str) -> Result<Date, Finding> {
    parse_date(text).ok_or_else(|| {
        let cause = say!("“{text}”不是 YYYY-MM-DD 的日期", "\"{text}\" is no date YYYY-MM-DD");
        Finding::new("W07", cause).column(option)
    })
}
