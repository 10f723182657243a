//! The time of this thread on a processor.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// How often everything is measured, in turn: often and each time briefly, so that what disturbs the one
/// disturbs the other.
pub(crate) const ROUNDS: usize = 151;

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
    middle(times.map(|time| time.as_secs_f64() * 1e6))
}

/// The median.
pub(crate) fn middle(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_unstable_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
