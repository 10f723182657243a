//! What runs by the clock, on one server of several.
//!
//! This crate decides *when*, and nothing else: what is to be done comes in as a function. Whoever
//! holds a lease in the database is the leader; when it is gone its lease runs out and another takes
//! over. Should two of them ever believe that they lead, each piece of work is still claimed once.

mod backchannel;
mod board;
mod deliveries;
mod leader;
mod outbox;
mod refresh;
mod repeat;
mod stop;
mod timetable;
mod whenever;
mod work_off;

pub use backchannel::tell_clients;
pub use board::{Board, JobNumbers};
pub use deliveries::deliver_webhooks;
pub use outbox::{Bell, send_mails};
pub use refresh::{Pace, refresh_metadata};
pub use repeat::{Chore, repeat};
pub use stop::{Stop, Stopper, stop, stop_noting};
pub use timetable::{
    Jitter, after_failure, after_mail_failure, after_success, after_untold, after_webhook_failure,
    is_last_try, is_last_untold,
};
pub use whenever::whenever;
