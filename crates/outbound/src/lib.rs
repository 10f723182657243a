//! What goes out: HTTP that cannot be turned against the network it starts from (SSRF).
//!
//! Somebody outside names a URL, and this machine, which stands behind the firewall, asks for it.
//! So [`Outbound::get`] resolves the name itself, holds every address against [`judge`]'s table,
//! and then connects to exactly the addresses that it looked at: no second look-up comes between.
//! Each redirect starts anew. Any port is allowed. No proxy is taken from the environment, because
//! then the proxy would resolve the name. Size, time and redirects are bounded.
//!
//! It fetches and decides nothing: what came back is as untrusted as before.

mod address;
mod error;
mod guard;
mod outbound;

pub use address::{Kind, judge};
pub use error::OutboundError;
pub use guard::Reach;
pub use outbound::{Document, Fetched, Limits, Outbound, Validators};
