//! Processes that a test stops, freezes and wakes.

use std::fs;

pub(crate) use rustix::process::Signal;
use rustix::process::{Pid, kill_process};

/// A signal to a process that this test has started; whether it was still there.
pub(crate) fn signal(pid: u32, signal: Signal) -> bool {
    let pid = pid.try_into().ok().and_then(Pid::from_raw).expect("a pid");
    kill_process(pid, signal).is_ok()
}

/// The processes that a process has started.
pub(crate) fn children(parent: u32) -> Vec<u32> {
    let stats = fs::read_dir("/proc").expect("/proc").flatten();
    stats
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // pid (name) state ppid …, and the name may hold anything.
            let (_, rest) = stat.rsplit_once(") ")?;
            let of: u32 = rest.split(' ').nth(1)?.parse().ok()?;
            (of == parent).then_some(pid)
        })
        .collect()
}
