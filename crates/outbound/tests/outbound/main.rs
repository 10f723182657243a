//! The guard against real listeners that count who comes: refused means that nobody came.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod answers;
mod refusals;
mod server;
