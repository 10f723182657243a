//! What goes out, against real listeners. They count who comes to the guard: refused means that nobody
//! came.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod answers;
mod dns_server;
mod mail;
mod mail_server;
mod named;
mod posts;
mod refusals;
mod server;
mod txt;

use server::Server;
use vestibule_outbound::{Limits, Outbound, Reach};

/// Runs what is asynchronous to its end.
pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(1).enable_all();
    builder.build().unwrap().block_on(future)
}

/// A door to the Internet and to these servers.
pub(crate) fn door(servers: &[&Server]) -> Outbound {
    door_within(servers, Limits::default())
}

pub(crate) fn door_within(servers: &[&Server], limits: Limits) -> Outbound {
    let addresses: Vec<_> = servers.iter().map(|server| server.address).collect();
    Outbound::new(Reach::and(&addresses), limits)
}
