//! Doing something again and again.

use std::future::Future;

use jiff::{SignedDuration, Timestamp};

use crate::duty::Duty;
use crate::refresh::Pace;
use crate::timetable::{Jitter, after_failure};

/// Something that is done again and again, by one server of several.
#[derive(Debug, Clone, Copy)]
pub struct Chore {
    /// What it is called where it notes how it fares.
    pub name: &'static str,
    /// How long it rests after it was done.
    pub every: SignedDuration,
}

/// Calls `work` with the time whenever it is due, on the server that leads, until it is told to stop:
/// at once when a server begins to lead, later after a rest, and sooner where `work` says that it
/// failed. What has been done before must not be done twice by it: the next leader begins anew.
pub async fn repeat<W, F>(mut duty: Duty, chore: Chore, pace: Pace, work: W)
where
    W: Fn(Timestamp) -> F,
    F: Future<Output = bool>,
{
    let (mut due, mut failures) = (Timestamp::MIN, 0_u32);
    loop {
        let now = (duty.clock)();
        if duty.leads() && due <= now {
            let well = work(now).await;
            duty.note(chore.name, well);
            if well {
                failures = 0;
                due = now.checked_add(chore.every).unwrap_or(Timestamp::MAX);
            } else {
                failures = failures.saturating_add(1);
                due = after_failure(failures, Jitter::random(), now);
            }
        }
        if duty.rest(pace.every).await {
            break;
        }
    }
}
