//! The time of this thread on a processor.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// How often everything is measured, in turn.
pub(crate) const ROUNDS: usize = 21;

pub(crate) fn processor_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

pub(crate) fn mean(iterations: usize, mut run: impl FnMut()) -> Duration {
    let begin = processor_time();
    for _ in 0..iterations {
        run();
    }
    (processor_time() - begin) / u32::try_from(iterations).unwrap()
}

/// The median, in microseconds.
pub(crate) fn median(times: impl Iterator<Item = Duration>) -> f64 {
    let mut times: Vec<Duration> = times.collect();
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e6
}
