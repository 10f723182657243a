//! The guard against real listeners that count who comes: refused means that nobody came.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod answers;
mod refusals;
mod server;

use server::Server;
use vestibule_outbound::{Limits, Outbound, Reach};

/// A door to the Internet and to these servers.
pub(crate) fn door(servers: &[&Server]) -> Outbound {
    door_within(servers, Limits::default())
}

pub(crate) fn door_within(servers: &[&Server], limits: Limits) -> Outbound {
    let addresses: Vec<_> = servers.iter().map(|server| server.address).collect();
    Outbound::new(Reach::and(&addresses), limits)
}
