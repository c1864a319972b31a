//! `ssj`, the command line of `shuangsuiji`.

use std::process::ExitCode;

/// One heap for the threads that clean rows and those that store them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    shuangsuiji::cli::main()
}
