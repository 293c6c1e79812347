//! The command `accordant`.

use std::process::ExitCode;

fn main() -> ExitCode {
    accordant::cli::main()
}
