//! `ssj`, the command line of `shuangsuiji`.

use std::process::ExitCode;

fn main() -> ExitCode {
    shuangsuiji::cli::main()
}
