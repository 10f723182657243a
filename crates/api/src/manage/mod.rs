//! What the management API and our own pages both do: the transactions, whoever asks for them.
//!
//! A handler of either extracts, calls one function of this module, and shows what comes back. Nothing
//! in here knows HTTP; that something may not be done is a [`Problem`] all the same, and a page shows
//! its words.

pub(crate) mod activity;
pub(crate) mod attempts;
pub(crate) mod audit_events;
mod authority;
pub(crate) mod certificates;
mod change;
pub(crate) mod connection;
pub(crate) mod names;
pub(crate) mod preflight;
pub(crate) mod service_provider_keys;
pub(crate) mod test_run;

pub(crate) use authority::Authority;
pub(crate) use change::Change;

#[cfg(doc)]
use crate::problem::Problem;
