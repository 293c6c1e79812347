//! The command `accordant`.

use std::process::ExitCode;

/// A compile makes and drops many small values on all cores, a run many texts: the system's allocator takes a third more
/// time for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    accordant::cli::main()
}
