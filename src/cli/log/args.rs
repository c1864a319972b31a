//! The arguments of `ssj log`.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Subcommand)]
pub(in crate::cli) enum LogCommand {
    /// 新建日志及其密钥，记录本另存一处 / make a log with its keys, and its guard in another place
    Init {
        /// 日志文件夹，其中 public/ 供公布 / folder of the log; public/ in it is given out
        dir: PathBuf,
        /// 来源名，如 log.example.gov.cn/ssj / the log's name
        #[arg(long, value_name = "NAME")]
        origin: String,
        /// 见证他人日志时的名称，缺省为 <来源>/witness / name as a witness of others
        #[arg(long, value_name = "NAME")]
        witness: Option<String>,
        /// 记录本文件夹，须与日志分开存放、分开备份 / folder of the guard, kept and backed up apart
        #[arg(long, value_name = "DIR")]
        guard: PathBuf,
    },
    /// 记入公示包的承诺、信标、结果、事件，或名录摘要 / log what a bundle has that the log has not
    Append {
        /// 日志文件夹 / folder of the log
        dir: PathBuf,
        /// 公示包 / bundles
        bundles: Vec<PathBuf>,
        /// 记入工作区（-C）今日各名录的行数和加盐摘要 / counts and salted digests of the workspace's registers
        #[arg(long, requires = "agency")]
        registers: bool,
        /// 名录所属机关 / whose registers they are
        #[arg(long, value_name = "NAME", requires = "registers")]
        agency: Option<String>,
    },
    /// 指定工作区（-C）的日志和见证策略，此后各步骤自动记入 / which log the steps of the workspace go into
    Use {
        /// 日志文件夹 / folder of the log
        dir: PathBuf,
        /// 见证策略 / policy of witnesses
        #[arg(long, value_name = "FILE")]
        policy: Option<PathBuf>,
    },
    /// 收取见证人的联署，补入签名树头和公示包的证明 / take in cosignatures, for the checkpoint and the proofs of bundles
    Collect {
        /// 联署文件，或存放 .cosignature 文件的文件夹 / files of cosignatures, or folders of *.cosignature
        cosignatures: Vec<PathBuf>,
        /// 公示包，缺省为工作区记录的全部 / bundles, by default all that the workspace has recorded
        #[arg(long = "bundle", value_name = "BUNDLE")]
        bundles: Vec<PathBuf>,
    },
    /// 每日把各名录的行数和加盐摘要记入工作区的日志 / log the day's registers into the workspace's log
    Daily {
        /// 名录所属机关 / whose registers they are
        #[arg(long, value_name = "NAME")]
        agency: String,
    },
    /// 写出承诺的时间戳申请（RFC 3161），以 curl 送交时间戳机构 / the request for a time stamp of a commitment
    StampRequest {
        /// 公示包 / bundle
        bundle: PathBuf,
        /// 申请文件，缺省为 <公示包>.tsq / file of the request
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// 把时间戳机构的答复放入公示包 / put the authority's response into the bundle
    Stamp {
        /// 公示包 / bundle
        bundle: PathBuf,
        /// 答复文件（.tsr） / the response
        response: PathBuf,
        /// 时间戳机构或其签发机构的证书（PEM） / certificates of the authority or its issuer (PEM)
        #[arg(long, value_name = "FILE")]
        tsa: PathBuf,
    },
    /// 见证另一份日志：是先前所见的延续才联署 / cosign another log if it continues what was seen of it
    Witness {
        /// 自己的日志文件夹 / folder of the own log
        dir: PathBuf,
        /// 对方的日志文件夹（public/ 的副本） / folder of the other log, a copy of its public/
        log: PathBuf,
        /// 对方日志的公钥 / the other log's key
        #[arg(long, value_name = "VKEY")]
        key: String,
        /// 联署写入此文件 / write the cosignature to a file
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// 把见证人的联署加入公布的签名树头 / add cosignatures of witnesses to the public checkpoint
    Cosign {
        /// 日志文件夹 / folder of the log
        dir: PathBuf,
        /// 联署文件 / files of cosignatures
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// 见证策略 / policy of witnesses
        #[arg(long, value_name = "FILE")]
        policy: PathBuf,
    },
    /// 出具一条的证明，离线可核验 / make the proof of an entry, to be checked offline
    Prove {
        /// 日志文件夹 / folder of the log
        dir: PathBuf,
        /// 序号（从 0 起），或承诺等的摘要 / number of the entry from 0, or a digest in it
        entry: String,
        /// 证明文件 / file of the proof
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// 核验整份日志或证明文件 / check whole logs, or proofs
    Check {
        /// 日志文件夹或 .tlog-proof 文件 / folders of logs or files of proofs
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// 见证策略：日志公钥、见证人、法定人数 / policy: keys of logs, witnesses, quorum
        #[arg(long, value_name = "FILE")]
        policy: Option<PathBuf>,
        /// 日志公钥 / the log's key
        #[arg(long, value_name = "VKEY", conflicts_with = "policy")]
        key: Option<String>,
        /// 先前取得的签名树头：日志须是它的延续 / an earlier checkpoint that the log must continue
        #[arg(long, value_name = "FILE")]
        since: Option<PathBuf>,
        /// 公示包：证明须属于它 / the bundle to which the proofs must belong
        #[arg(long, value_name = "BUNDLE")]
        bundle: Option<PathBuf>,
    },
    /// 列出最近各条 / list the last entries
    Tail {
        /// 日志文件夹 / folder of the log
        dir: PathBuf,
        /// 条数 / how many
        #[arg(short = 'n', default_value_t = 10)]
        count: usize,
    },
}
