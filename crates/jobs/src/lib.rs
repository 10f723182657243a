//! What runs by the clock, on one server of several.
//!
//! This crate decides *when*, and nothing else: what is to be done comes in as a function. Whoever
//! holds the lease in the database is the leader, of all jobs; when it is gone another takes over within
//! ten seconds. Should two of them ever believe that they lead, each piece of work is still claimed once.

mod backchannel;
mod board;
mod deliveries;
mod duty;
mod leader;
mod outbox;
mod refresh;
mod repeat;
mod timetable;
mod whenever;
mod work_off;

pub use backchannel::tell_clients;
pub use board::{Board, JobNumbers};
pub use deliveries::deliver_webhooks;
pub use duty::{Duty, Stopper, stand};
pub use outbox::{Bell, send_mails};
pub use refresh::{Pace, refresh_metadata};
pub use repeat::{Chore, repeat};
pub use timetable::{
    Jitter, after_failure, after_mail_failure, after_success, after_untold, after_webhook_failure,
    is_last_try, is_last_untold,
};
pub use whenever::whenever;
