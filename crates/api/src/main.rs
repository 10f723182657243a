//! The `vestibule` program.

use std::process::ExitCode;

/// libxml2 allocates through C `malloc`, so only an allocator under that name helps it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    vestibule_api::cli::run()
}
