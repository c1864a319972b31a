//! The arguments of `ssj publish`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use crate::cli::args::FrameArgs;
use crate::cli::calendar::MoreDays;
use crate::cli::log::TrustArgs;
use crate::cli::secret::SecretArgs;

use super::outcome::WITHIN;
use super::site::SiteArgs;

/// A site, unless something else is asked for.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(in crate::cli) struct PublishArgs {
    #[command(subcommand)]
    pub what: Option<PublishCommand>,
    #[command(flatten)]
    pub site: SiteArgs,
}

#[derive(Subcommand)]
pub(in crate::cli) enum PublishCommand {
    /// 公告：抽查计划、抽取结果、更正、检查结果（网页、表格、JSON） / a notice as page, workbook and JSON
    Notice(Box<NoticeArgs>),
    /// 表单：情况记录表、通知书、任务表、见证记录 / forms to print: record, letter, tasks, witnesses' record
    Forms(Box<FormArgs>),
    /// 写出自带的模板，供修改后用 --templates 指明 / write the built-in templates, to be changed
    Templates {
        /// 文件夹 / folder
        dir: PathBuf,
    },
}

#[derive(clap::Args)]
pub(in crate::cli) struct NoticeArgs {
    /// 公示包文件夹 / the bundle's folder
    pub bundle: PathBuf,
    /// 哪一种公告 / which notice
    #[arg(long, value_enum)]
    pub kind: KindArg,
    /// 输出文件夹 / output folder
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// 公示网站的名称，印在公告上 / name of the website, printed on the notice
    #[arg(long, value_name = "NAME")]
    pub site_name: Option<String>,
    /// 公示包的下载地址，印在公告上 / where the bundle can be had, printed on the notice
    #[arg(long, value_name = "URL")]
    pub address: Option<String>,
    /// 公示日期，缺省留空手填；检查结果公示必填 / day of publication, left blank by default; an outcome needs it
    #[arg(long, value_name = "YYYY-MM-DD", required_if_eq("kind", "outcome"))]
    pub date: Option<String>,
    #[command(flatten)]
    pub outcome: OutcomeArgs,
    #[command(flatten)]
    pub names: NameArgs,
    #[command(flatten)]
    pub templates: TemplateArgs,
    #[command(flatten)]
    pub print: PrintArgs,
    #[command(flatten)]
    pub frames: FrameArgs,
    #[command(flatten)]
    pub trust: TrustArgs,
}

/// What a notice of the results of inspections is made of.
#[derive(clap::Args)]
pub(in crate::cli) struct OutcomeArgs {
    /// 检查结果：填好的情况记录表（.xlsx、.csv，可多个） / outcome: the filled table of the forms, in one or more files
    #[arg(long, value_name = "FILE", num_args = 1.., required_if_eq("kind", "outcome"))]
    pub results: Vec<PathBuf>,
    /// 检查结果：前一份检查结果公示的 JSON / outcome: the JSON of the notice of results before
    #[arg(long, value_name = "JSON")]
    pub earlier: Option<PathBuf>,
    /// 检查结果：完成后几个工作日内公布 / outcome: working days after completion within which it must be public
    #[arg(long, value_name = "DAYS", default_value_t = WITHIN, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub within: u32,
    #[command(flatten)]
    pub calendars: MoreDays,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum KindArg {
    /// 抽查计划公示 / the plan, from the freeze
    Plan,
    /// 抽取结果公示 / the result, from the draw
    Result,
    /// 更正公示：作废、替补、更正 / what happened afterwards
    Correction,
    /// 检查结果公示：填好的情况记录表 / what the inspections found
    Outcome,
}

#[derive(clap::Args)]
pub(in crate::cli) struct FormArgs {
    /// 公示包文件夹 / the bundle's folder
    pub bundle: PathBuf,
    /// 输出文件夹 / output folder
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// 只出这些表单，缺省全部 / these forms only
    #[arg(long, value_enum, value_name = "FORM", value_delimiter = ',')]
    pub only: Vec<FormArg>,
    /// 只出这一天的检查，依最近一版日程 / visits of this day only, by the schedule made last
    #[arg(long, value_name = "DATE")]
    pub day: Option<String>,
    /// 存放日程的文件夹，缺省为 <公示包>.days / folder of the schedules, by default <BUNDLE>.days
    #[arg(long, value_name = "DIR")]
    pub days_dir: Option<PathBuf>,
    /// 核验网页的地址，写入二维码 / address of a page that verifies, put into the QR codes
    #[arg(long, value_name = "URL")]
    pub page: Option<String>,
    #[command(flatten)]
    pub names: NameArgs,
    #[command(flatten)]
    pub templates: TemplateArgs,
    #[command(flatten)]
    pub print: PrintArgs,
    #[command(flatten)]
    pub frames: FrameArgs,
    #[command(flatten)]
    pub secret: SecretArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FormArg {
    /// 随机抽查情况记录表（一企一表） / one sheet for each subject
    Record,
    /// 随机抽查通知书 / the letter to each subject
    Letter,
    /// 抽查任务表（每名人员一张） / one sheet for each inspector
    Tasks,
    /// 签到与见证记录 / the record that witnesses sign
    Witness,
    /// 以上各表的工作簿 / the workbook of all of them
    Book,
}

/// Where names come from, which no bundle has.
#[derive(clap::Args)]
pub(in crate::cli) struct NameArgs {
    /// 名称取自工作区（-C）封存时的名录 / names from the workspace's registers, as they were at the freeze
    #[arg(long, conflicts_with = "names")]
    pub registry: bool,
    /// 名称取自此表（.xlsx、.csv：编号、名称、住所） / names from a table: sid, name, address
    #[arg(long, value_name = "FILE")]
    pub names: Option<PathBuf>,
}

/// Where templates come from.
#[derive(clap::Args)]
pub(in crate::cli) struct TemplateArgs {
    /// 以此文件夹中同名的文件代替自带的模板 / a folder whose files replace the built-in templates of the same names
    #[arg(long, value_name = "DIR")]
    pub templates: Option<PathBuf>,
}

/// Whether pages are printed.
#[derive(clap::Args)]
pub(in crate::cli) struct PrintArgs {
    /// 另用浏览器打印成 PDF / print to PDF, too, with a browser
    #[arg(long)]
    pub pdf: bool,
    /// 打印用的浏览器，缺省在 PATH 中找 / the browser, by default looked for in PATH
    #[arg(long, value_name = "PROGRAM", requires = "pdf")]
    pub browser: Option<PathBuf>,
}
