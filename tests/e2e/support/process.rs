//! Processes that a test stops, freezes and wakes.

use std::{fs, process::Command};

/// A signal to a process that this test has started.
pub(crate) fn signal(name: &str, pid: u32) {
    let sent = Command::new("kill")
        .args([format!("-{name}"), pid.to_string()])
        .status();
    assert!(sent.expect("kill runs").success(), "{name} to {pid}");
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
