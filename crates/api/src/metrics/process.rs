//! What the system says about this process.

use rustix::{
    process::{Resource, getrlimit},
    time::{ClockId, clock_gettime},
};

/// As far as the system says it.
#[derive(Debug, Default)]
pub(super) struct Process {
    pub(super) cpu_seconds: f64,
    pub(super) resident_bytes: Option<u64>,
    pub(super) threads: Option<u64>,
    pub(super) open_files: Option<u64>,
    pub(super) max_files: Option<u64>,
}

impl Process {
    pub(super) fn read() -> Self {
        let spent = clock_gettime(ClockId::ProcessCPUTime);
        let spent = Duration::try_from(spent).unwrap_or_default();
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        // Listing them opens one more.
        let files = std::fs::read_dir("/proc/self/fd").map(Iterator::count);
        let files = files.ok().and_then(|count| u64::try_from(count).ok());
        Self {
            cpu_seconds: spent.as_secs_f64(),
            resident_bytes: number(&status, "VmRSS:").map(|kib| kib.saturating_mul(1024)),
            threads: number(&status, "Threads:"),
            open_files: files.map(|count| count.saturating_sub(1)),
            max_files: getrlimit(Resource::Nofile).current,
        }
    }
}

use std::time::Duration;

/// The number behind a name in `/proc/self/status`.
fn number(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_threads_and_files() {
        let process = Process::read();
        assert!(process.resident_bytes.unwrap() > 1 << 20, "{process:?}");
        assert!(process.threads.unwrap() >= 1, "{process:?}");
        assert!(process.open_files.unwrap() >= 3, "{process:?}");
        assert!(process.cpu_seconds > 0.0, "{process:?}");
    }

    #[test]
    fn a_line_is_found_by_its_name() {
        let status = "Name:\tx\nVmRSS:\t   123 kB\nThreads:\t7\n";
        assert_eq!(number(status, "VmRSS:"), Some(123));
        assert_eq!(number(status, "Threads:"), Some(7));
        assert_eq!(number(status, "VmSwap:"), None);
    }
}
