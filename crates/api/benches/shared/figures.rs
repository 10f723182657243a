//! What was measured, and how it is shown.

use std::fmt;
use std::fs;
use std::time::Duration;

/// How long the four answers of one sign-in took.
pub(crate) type Times = [Duration; 4];

/// The figures of a line.
#[derive(Default)]
pub(crate) struct Figures {
    wall: Duration,
    processor: Duration,
    times: Vec<Times>,
}

impl Figures {
    pub(crate) fn add(&mut self, wall: Duration, processor: Duration, times: &[Times]) {
        self.wall += wall;
        self.processor += processor;
        self.times.extend_from_slice(times);
    }

    /// With those of another time.
    pub(crate) fn join(&mut self, other: &Self) {
        self.add(other.wall, other.processor, &other.times);
    }

    pub(crate) fn count(&self) -> usize {
        self.times.len()
    }

    pub(crate) fn a_second(&self) -> f64 {
        self.count() as f64 / self.wall.as_secs_f64()
    }

    /// The processor time of the server for one, in milliseconds.
    pub(crate) fn cpu(&self) -> f64 {
        millis(self.processor) / self.count() as f64
    }

    /// Of the sum of the four answers, in milliseconds.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        self.quantile(|times| times.iter().sum(), percent)
    }

    fn quantile(&self, of: impl Fn(&Times) -> Duration, percent: usize) -> f64 {
        let mut all: Vec<Duration> = self.times.iter().map(of).collect();
        all.sort_unstable();
        millis(all[(all.len() - 1) * percent / 100])
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>9.0} {:>7.3} {:>8.2} {:>8.2} {:>8.2}  ",
            self.a_second(),
            self.cpu(),
            self.percentile(50),
            self.percentile(95),
            self.percentile(99),
        )?;
        for (step, width) in [(0, 9), (1, 7), (2, 7), (3, 8)] {
            write!(f, " {:>width$.2}", self.quantile(|times| times[step], 50))?;
        }
        Ok(())
    }
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// How much memory a process holds.
pub(crate) struct Memory {
    resident_kib: u64,
}

impl Memory {
    pub(crate) fn of(pid: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.unwrap().split_whitespace().next().unwrap();
        Self {
            resident_kib: number.parse().unwrap(),
        }
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} MB resident", self.resident_kib as f64 / 1024.0)
    }
}

/// The processor time that a process has used up, in all its threads.
pub(crate) fn processor_time(pid: u32) -> Duration {
    // In clock ticks, which are a hundredth of a second everywhere (proc_pid_stat(5)).
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let fields: Vec<&str> = fields.split(' ').collect();
    let ticks: u64 = [fields[11], fields[12]]
        .iter()
        .map(|ticks| ticks.parse::<u64>().unwrap())
        .sum();
    Duration::from_millis(ticks * 10)
}
