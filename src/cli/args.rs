//! The arguments of `ssj`, with help in both languages.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use super::calendar::CalendarArgs;
use super::ceremony::CeremonyArgs;
use super::event::args::EventArgs;
use super::log::LogCommand;
use super::open::{CustodianArgs, OpenArgs};
use super::publish::PublishArgs;
use super::receipt::ReceiptArgs;
use super::schedule::{ScheduleArgs, TodayArgs};
use super::secret::SecretArgs;
use super::verify::VerifyArgs;

/// 双随机、一公开：可证明的随机抽取 / provable random draws for inspections
#[derive(Parser)]
#[command(name = "ssj", version, disable_help_subcommand = true, max_term_width = 100)]
pub(super) struct Args {
    /// 语言，缺省随系统 / zh or en, from the locale by default
    #[arg(long, global = true, value_enum, hide_possible_values = true)]
    pub lang: Option<LangArg>,

    /// 以 JSON 输出，供程序使用 / print JSON for machines
    #[arg(long, global = true)]
    pub json: bool,

    /// 工作区文件夹 / folder of the workspace
    #[arg(short = 'C', long = "workspace", global = true, default_value = ".", value_name = "DIR")]
    pub workspace: PathBuf,

    /// 演练用的时钟 / a set clock, for rehearsals only (RFC 3339)
    #[arg(long, global = true, value_name = "TIME")]
    pub clock: Option<String>,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum LangArg {
    Zh,
    En,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// 用自带的虚构区县走完全程 / the whole job on a fictional district
    Demo(DemoArgs),
    /// 新建工作区 / make a workspace
    Init {
        /// 文件夹 / folder
        dir: PathBuf,
        /// 数据库地址，缺省为其中的 ssj.db / address of the database, by default ssj.db in it
        #[arg(long, value_name = "URL")]
        database: Option<String>,
    },
    /// 导入名录（先试运行，--apply 生效） / import a register (a dry run without --apply)
    Import(ImportArgs),
    /// 导出名录为 .xlsx 或 .csv / export a register as .xlsx or .csv
    Export {
        /// 哪一个名录 / which register
        #[arg(value_enum)]
        register: RegisterArg,
        /// .xlsx 或 .csv 文件 / .xlsx or .csv file
        file: PathBuf,
        /// 某日或某版本时的名录 / as it stood on a day or at a version
        #[arg(long, value_name = "DATE|VERSION")]
        at: Option<String>,
    },
    /// 名录的版本：日志、差异、某日、隔离 / versions of the registers
    Registry {
        #[command(subcommand)]
        what: RegistryCommand,
    },
    /// 生成虚构名录，或给已有名单配上虚构属性 / generate a fictional district
    Generate(GenerateArgs),
    /// 校核计划：规模、排除、概率、能否匹配 / check a plan
    Check(CheckArgs),
    /// 模拟许多次抽取：工作量、概率、能否配齐 / simulate many draws of a plan
    Simulate(SimulateArgs),
    /// 计划之间的差异 / plans compared
    Plan {
        #[command(subcommand)]
        what: PlanCommand,
    },
    /// 封存：冻结名录与计划，生成公示包 / freeze registers and plan into a bundle
    Commit(CommitArgs),
    /// 录入公开随机信标 / enter the public random values
    Beacon(BeaconArgs),
    /// 随机抽取并随机匹配 / draw subjects and pair inspectors
    Draw {
        /// 公示包文件夹 / the bundle's folder
        bundle: PathBuf,
        #[command(flatten)]
        frames: FrameArgs,
        #[command(flatten)]
        secret: SecretArgs,
    },
    /// 开启保密抽取：公布抽中者和主密钥 / open a sealed draw: publish who was drawn, and the secret
    Open(OpenArgs),
    /// 保密抽取：写出保管人的份额 / sealed: write the custodians' shares
    Custodians(CustodianArgs),
    /// 在见证人面前抽取：全屏 / the draw in a room with witnesses, on a full screen
    Ceremony(CeremonyArgs),
    /// 排定每次检查的日期 / a day for every visit
    Schedule(ScheduleArgs),
    /// 某人今天的检查：文字、手机网页、日历 / somebody's visits of today
    Today(TodayArgs),
    /// 工作日历和期限 / working days and deadlines
    Calendar(CalendarArgs),
    /// 登记事件 / record an event
    Event(EventArgs),
    /// 核验公示包或抽签凭证 / verify bundles or receipts
    Verify(VerifyArgs),
    /// 公示：公告、表单、网站 / what people read: notices, forms, a site
    Publish(PublishArgs),
    /// 出具抽签凭证：一个对象，或所有抽中的 / make receipts
    Receipt(ReceiptArgs),
    /// 解释代码（R07、V09 …）或一次入户检查 / explain a code, or a visit; or list all codes
    Explain(ExplainArgs),
    /// 透明日志：记入、见证、证明、核验 / the transparency log
    Log {
        #[command(subcommand)]
        what: LogCommand,
    },
    /// 打印在数据库中得出抽样框、作同一抽取的查询 / print the queries that make frames and the same draw in a database
    Sql(SqlArgs),
    /// 命令补全脚本 / shell completions
    Completions {
        /// 命令行 / shell
        shell: clap_complete::Shell,
    },
}

/// Frames that are not in the bundle.
#[derive(clap::Args, Default)]
pub(super) struct FrameArgs {
    /// 另外给出的抽样框：CSV、TSV 或 Parquet 文件 / a frame from elsewhere: CSV, TSV or Parquet
    #[arg(long = "frame", value_name = "LIST=FILE", value_parser = frame_place)]
    pub frames: Vec<(String, PathBuf)>,
}

/// `LIST=FILE`.
fn frame_place(text: &str) -> Result<(String, PathBuf), String> {
    let (list, file) = text.split_once('=').ok_or("任务=文件 / LIST=FILE")?;
    Ok((list.to_owned(), PathBuf::from(file)))
}

#[derive(clap::Args)]
pub(super) struct DemoArgs {
    /// 输出文件夹 / output folder
    #[arg(long, default_value = "ssj-demo", value_name = "DIR")]
    pub out: PathBuf,
}

#[derive(clap::Args)]
pub(super) struct ImportArgs {
    /// 哪一个名录 / which register
    #[arg(value_enum)]
    pub register: RegisterArg,
    /// .xlsx、.xls 或 CSV 文件，可多个，合为一个名录 / one or more files that together are the register
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// 生效；不带则只试运行 / apply; a dry run otherwise
    #[arg(long)]
    pub apply: bool,
    /// 只补充和更改，不移出任何行 / add and change rows, remove none
    #[arg(long)]
    pub merge: bool,
    /// 移出的原因：注销、吊销、迁出、重复、不属监管对象、更正、其他 / why rows go: deregistered, revoked, …
    #[arg(long, value_name = "REASON")]
    pub removed: Option<String>,
    /// 导入人，缺省为当前用户 / who imports, by default the current user
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// 列名映射文件 / a mapping of column names (TOML)
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// 按表头拟一份映射，供确认或修改 / print a mapping for the header, to be confirmed or edited
    #[arg(long)]
    pub propose: bool,
    /// 写出原表和核查结果列（.xlsx） / write the rows with a column of findings (.xlsx)
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(super) enum RegistryCommand {
    /// 每次导入：何时、何人、何文件、增改移 / every import: when, by whom, of what, what changed
    Log {
        /// 哪一个名录 / which register
        #[arg(value_enum)]
        register: Option<RegisterArg>,
    },
    /// 两个版本或日期之间的差异 / what is different between two versions or days
    Diff {
        /// 哪一个名录 / which register
        #[arg(value_enum)]
        register: RegisterArg,
        /// 日期或版本号 / day or version
        from: String,
        /// 日期或版本号 / day or version
        to: String,
    },
    /// 某日结束时有效的版本及其摘要 / the versions in force at the end of a day, with digests
    At {
        /// 日期或版本号 / day or version
        date: String,
        /// 哪一个名录 / which register
        #[arg(value_enum)]
        register: Option<RegisterArg>,
    },
    /// 最近一次导入未能收入的行 / rows that the last import could not take
    Quarantine {
        /// 哪一个名录 / which register
        #[arg(value_enum)]
        register: Option<RegisterArg>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum RegisterArg {
    Matters,
    Subjects,
    Inspectors,
    Recusals,
    Incompatibles,
    Leave,
    Visits,
}

#[derive(clap::Args)]
pub(super) struct GenerateArgs {
    /// 检查对象数 / number of subjects
    #[arg(long, default_value_t = 20_000)]
    pub subjects: usize,
    /// 执法人员数 / number of inspectors
    #[arg(long, default_value_t = 120)]
    pub inspectors: usize,
    /// 种子 / seed
    #[arg(long)]
    pub seed: Option<u64>,
    /// 以此 CSV 中的企业为检查对象 / dress the enterprises of this CSV (uscc, name, …)
    #[arg(long, value_name = "FILE")]
    pub dress: Option<PathBuf>,
    /// 输出文件夹 / output folder
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

#[derive(clap::Args)]
pub(super) struct CheckArgs {
    /// 计划文件 / plan file (TOML)
    pub plan: PathBuf,
    /// 只看年度计划的这一季度 / only this quarter of a year's plan
    #[arg(long, value_name = "1-4", value_parser = clap::value_parser!(u8).range(1..=4))]
    pub quarter: Option<u8>,
    /// 细则文件，代替计划所指的 / rules in place of those that the plan names
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(super) enum PlanCommand {
    /// 两份计划之间的差异，供公布计划调整 / what changed, for a published adjustment
    Diff(PlanDiffArgs),
}

#[derive(clap::Args)]
pub(super) struct PlanDiffArgs {
    /// 原计划 / the plan as it was
    pub old: PathBuf,
    /// 新计划 / the plan as it is
    pub new: PathBuf,
    /// 新计划未写明原因处的原因 / the reason of what the new plan does not explain
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// 原细则文件，代替原计划所指的 / rules in place of those that the old plan names
    #[arg(long, value_name = "FILE")]
    pub old_rules: Option<PathBuf>,
    /// 新细则文件，代替新计划所指的 / rules in place of those that the new plan names
    #[arg(long, value_name = "FILE")]
    pub new_rules: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(super) struct SimulateArgs {
    /// 计划文件 / plan file (TOML)
    pub plan: PathBuf,
    /// 次数 / how many draws
    #[arg(long, default_value_t = 1_000, value_parser = runs)]
    pub runs: usize,
    /// 任意文字；同样的文字得同样的结果 / any text; the same text gives the same answer
    #[arg(long, value_name = "TEXT")]
    pub seed: Option<String>,
    /// 另报告这一检查对象 / tell of this subject, too
    #[arg(long, value_name = "SID")]
    pub subject: Option<String>,
    /// 只看年度计划的这一季度 / only this quarter of a year's plan
    #[arg(long, value_name = "1-4", value_parser = clap::value_parser!(u8).range(1..=4))]
    pub quarter: Option<u8>,
    /// 细则文件，代替计划所指的 / rules in place of those that the plan names
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// 另写出一个网页 / write a page, too
    #[arg(long, value_name = "OUT.html")]
    pub html: Option<PathBuf>,
}

/// 1 to 100,000: more tell nothing new.
fn runs(text: &str) -> Result<usize, String> {
    let runs = text.parse().ok().filter(|runs| (1..=100_000).contains(runs));
    runs.ok_or_else(|| "1–100000".to_owned())
}

#[derive(clap::Args)]
pub(super) struct CommitArgs {
    /// 计划文件 / plan file (TOML)
    pub plan: PathBuf,
    /// 年度计划的哪一季度 / which quarter of a year's plan
    #[arg(long, value_name = "1-4", value_parser = clap::value_parser!(u8).range(1..=4))]
    pub quarter: Option<u8>,
    /// 细则文件，代替计划所指的 / rules in place of those that the plan names
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    #[command(flatten)]
    pub frames: FrameArgs,
    /// 公示包文件夹 / the bundle's folder
    #[arg(long, value_name = "BUNDLE")]
    pub out: PathBuf,
    /// 匹配可能失败时的批准人 / who approves a chance of failing pairing above 1 %
    #[arg(long, value_name = "NAME")]
    pub approve_shortage: Option<String>,
    /// 隔离区未清空时的批准人 / who approves that rows still wait in quarantine
    #[arg(long, value_name = "NAME")]
    pub approve_quarantine: Option<String>,
    /// 一人的互斥记录超过三条时的批准人 / who approves more than three incompatible rows of one inspector
    #[arg(long, value_name = "NAME")]
    pub approve_incompatible: Option<String>,
    /// 同时定下日程密钥，使检查日期事后可证不是挑选的 / fix a secret for the days of visits, too
    #[arg(long)]
    pub days: bool,
    #[command(flatten)]
    pub secret: SecretArgs,
}

#[derive(clap::Args)]
pub(super) struct BeaconArgs {
    /// 公示包文件夹 / the bundle's folder
    pub bundle: PathBuf,
    /// 按来源次序给出的值：drand 为签名 / values in order of the sources; of drand the signature
    #[arg(long = "value", value_name = "VALUE")]
    pub values: Vec<String>,
    /// 由谁公布或见证 / who announced or witnessed the values
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct ExplainArgs {
    /// 代码 / code
    pub code: Option<String>,
    #[command(subcommand)]
    pub what: Option<ExplainCommand>,
}

#[derive(Subcommand)]
pub(super) enum ExplainCommand {
    /// 各种细则，或一个细则文件的各条 / kinds of local rules, or the rules of a file
    Rules {
        /// 细则文件 / rules file
        file: Option<PathBuf>,
    },
    /// 为什么派这个小组：每名人员可否担任，换人要多花多少 / why this team visits a subject
    Visit(ExplainVisitArgs),
}

#[derive(clap::Args)]
pub(super) struct ExplainVisitArgs {
    /// 公示包文件夹 / the bundle's folder
    pub bundle: PathBuf,
    /// 检查对象编号 / the subject's id (sid)
    pub sid: String,
    /// 列出全部人员 / list everybody
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub frames: FrameArgs,
    #[command(flatten)]
    pub secret: SecretArgs,
}

#[derive(clap::Args)]
pub(super) struct SqlArgs {
    /// 公示包文件夹：抽取；计划文件：抽样框 / the bundle's folder: the draw; a plan: its frames
    #[arg(value_name = "BUNDLE|PLAN")]
    pub path: PathBuf,
    /// 数据库 / the engine
    #[arg(long, value_enum)]
    pub dialect: DialectArg,
    /// 只要这一任务 / this list only
    #[arg(long, value_name = "LIST")]
    pub list: Option<String>,
    /// 抽样框（名录）所在的表，缺省为 frame_<任务>（subjects）/ the frame's table, by default frame_<list>; of a plan the register's, subjects
    #[arg(long, value_name = "NAME")]
    pub table: Option<String>,
    #[command(flatten)]
    pub frames: FrameArgs,
    /// 计划：年度计划的哪一季度 / of a plan: which quarter of a year's
    #[arg(long, value_name = "1-4", value_parser = clap::value_parser!(u8).range(1..=4))]
    pub quarter: Option<u8>,
    /// 计划：细则文件，代替计划所指的 / of a plan: rules in place of those that it names
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// 计划：只要户数或抽样框 / of a plan: the counts or the frame only
    #[arg(long, value_enum)]
    pub only: Option<OnlyArg>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OnlyArg {
    Counts,
    Frame,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum DialectArg {
    Postgres,
    #[value(name = "duckdb")]
    DuckDb,
    Spark,
    #[value(name = "clickhouse")]
    ClickHouse,
}
