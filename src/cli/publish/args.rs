//! The arguments of `ssj publish`.

use std::path::PathBuf;

use clap::Subcommand;

use super::site::SiteArgs;

#[derive(Subcommand)]
pub(in crate::cli) enum PublishCommand {
    /// 网站：历次抽取及其网页、公示包、核验 / a site of all draws, with their pages and bundles
    Site(SiteArgs),
    /// 写出自带的模板，供修改后用 --templates 指明 / write the built-in templates, to be changed
    Templates {
        /// 文件夹 / folder
        dir: PathBuf,
    },
}

/// Where templates come from.
#[derive(clap::Args)]
pub(in crate::cli) struct TemplateArgs {
    /// 以此文件夹中同名的文件代替自带的模板 / a folder whose files replace the built-in templates of the same names
    #[arg(long, value_name = "DIR")]
    pub templates: Option<PathBuf>,
}
