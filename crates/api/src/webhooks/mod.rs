//! Webhooks: what the audit log notes is told to whoever asked for it, in the transaction of the change,
//! and sent afterwards by one server of several.

mod catalogue;
mod deliver;
mod emit;
mod endpoint;

pub(crate) use deliver::run_jobs;
pub(crate) use emit::{announce_head, emit, test_event};
pub(crate) use endpoint::{PREVIOUS_SIGNS_FOR, UrlCheck};
