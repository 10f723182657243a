//! Telling applications that sessions of theirs have ended, when that is due.

use std::future::{Future, pending};

use jiff::Timestamp;
use vestibule_model::BackchannelLogout;
use vestibule_store::{StoreError, Tx};

use crate::duty::Duty;
use crate::refresh::Pace;
use crate::timetable::after_untold;
use crate::work_off::{Waiting, work_off};

impl Waiting for BackchannelLogout {
    const NAME: &'static str = "backchannel-logout";
    const AT_ONCE: u8 = 8;
    const NOT_LOOKED_UP: &'static str =
        "who is to be told of ended sessions could not be looked up; it is tried again";

    fn due(tx: &mut Tx<'_>, now: Timestamp, at_most: i64) -> Result<Vec<Self>, StoreError> {
        tx.backchannel_logouts_due(now, at_most)
    }

    fn put_off(&mut self, tx: &mut Tx<'_>, now: Timestamp) -> Result<bool, StoreError> {
        self.failures = self.failures.saturating_add(1);
        self.next_try_at = after_untold(self.failures, now);
        tx.backchannel_logout_tried(self.session_id, self.failures, self.next_try_at)
    }
}

/// Calls `work` for each ended session whose application is to be told now, on the server that leads,
/// until it is told to stop. It is put off to its next try before it is given to `work`, which settles
/// it; so nobody is told by two, and none is forgotten with a server that ends.
pub async fn tell_clients<W, F>(duty: Duty, pace: Pace, work: W)
where
    W: Fn(BackchannelLogout) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    work_off(duty, pace, pending, work).await;
}
