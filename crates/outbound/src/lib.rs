//! What goes out: HTTP that cannot be turned against the network it starts from (SSRF), mail, and
//! questions to DNS.
//!
//! Somebody outside names a URL, and this machine, which stands behind the firewall, asks for it.
//! So [`Outbound::get`] resolves the name itself, holds every address against [`judge`]'s table,
//! and then connects to exactly the addresses that it looked at: no second look-up comes between.
//! Each redirect starts anew. Any port is allowed. No proxy is taken from the environment, because
//! then the proxy would resolve the name. Size, time and redirects are bounded.
//!
//! It fetches and decides nothing: what came back is as untrusted as before.
//!
//! [`Outbound::post`] hands a body over by the same rules, follows nothing and reads no answer but its
//! status; [`webhook_headers`] signs it.
//!
//! [`NamedServer`] asks the one server that somebody at the command line names, with their secret.
//!
//! [`Mailer`] hands mail to the one server that the operator names. [`TxtResolver`] asks for TXT
//! records, and tells apart that there is none and that nobody knows.

mod address;
mod error;
mod guard;
mod mail;
mod named_server;
mod outbound;
mod post;
mod txt;
mod webhook;

pub use address::{Kind, judge};
pub use error::OutboundError;
pub use guard::Reach;
pub use mail::{Mail, MailError, Mailer};
pub use named_server::{NamedServer, PATIENT, Reply, is_loopback};
pub use outbound::{Document, Fetched, Limits, Outbound, Validators};
pub use txt::{TxtAnswer, TxtError, TxtResolver};
pub use webhook::{WebhookSecret, WebhookSecretError, webhook_headers};
