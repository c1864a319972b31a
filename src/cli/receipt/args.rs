//! The arguments of `ssj receipt`.

use std::path::PathBuf;

use crate::cli::args::FrameArgs;
use crate::cli::secret::SecretArgs;

#[derive(clap::Args)]
pub(in crate::cli) struct ReceiptArgs {
    /// 公示包文件夹 / the bundle's folder
    pub bundle: PathBuf,
    /// 检查对象编号 / the subject's id (sid)
    #[arg(required_unless_present_any = ["drawn", "all"], conflicts_with_all = ["drawn", "all"])]
    pub sid: Option<String>,
    /// 为所有抽中的对象各出一份 / one for everybody drawn
    #[arg(long, conflicts_with = "all", requires = "out")]
    pub drawn: bool,
    /// 为抽样框中的所有对象各出一份 / one for everybody in the frames
    #[arg(long, requires = "out")]
    pub all: bool,
    /// 凭证文件，缺省为 <sid>.receipt.json；多份时为文件夹 / the receipt's file; of many, a folder
    #[arg(long, value_name = "FILE|DIR")]
    pub out: Option<PathBuf>,
    /// 另写出二维码（SVG） / write the QR code, too
    #[arg(long, value_name = "FILE.svg", conflicts_with_all = ["drawn", "all"])]
    pub qr: Option<PathBuf>,
    /// 另写出可打印的凭证（A4 网页） / write a sheet to print, too
    #[arg(long, value_name = "FILE.html", conflicts_with_all = ["drawn", "all"])]
    pub sheet: Option<PathBuf>,
    /// 印在凭证上的名称 / the subject's name, for the sheet
    #[arg(long, value_name = "NAME", requires = "sheet")]
    pub name: Option<String>,
    /// 核验网页的地址，写入二维码 / address of a page that verifies, put into the QR code
    #[arg(long, value_name = "URL")]
    pub page: Option<String>,
    #[command(flatten)]
    pub frames: FrameArgs,
    #[command(flatten)]
    pub secret: SecretArgs,
}
