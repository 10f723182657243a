//! A small real SAML 2.0 identity provider, for the demo and the tests.
//!
//! It has a login page (pick a person, no password), metadata, SP- and IdP-initiated sign-in and
//! logout, can insist on signed requests, and it answers only at the ACS URLs of service providers it was told to trust. It speaks with the accents
//! of others ([`Style`]): prefixes, namespace declarations, what is signed, attribute names, NameID
//! formats and metadata are those of Okta, Microsoft Entra ID, Google Workspace, AWS IAM Identity
//! Center or OneLogin. And it can go wrong in the ways that identity providers go wrong, and in the
//! ways that attackers try ([`Twist`], [`Fault`]).
//!
//! It reads requests with its own few lines on the hardened parser, and never with the service
//! provider's SAML code: two sides that share a misunderstanding would agree in every test.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let now: jiff::Timestamp = "2026-01-01T00:00:00Z".parse()?;
//! use vestibule_test_idp::{IdpConfig, SpRegistration, Style, TestIdp, Twist, serve};
//!
//! let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
//! let base_url = format!("http://localhost:{}", listener.local_addr()?.port());
//! let idp = TestIdp::new(IdpConfig::new(base_url, Style::Okta), now)?;
//! idp.trust(SpRegistration::new("https://sp.example/saml/1", "https://sp.example/saml/1/acs"));
//! let server = serve(idp, listener)?; // a future, to be awaited on an actix runtime
//! # drop(server); Ok(()) }
//! ```

mod break_after;
mod encrypt;
mod escape;
mod fault;
mod idp;
mod incoming;
mod logout;
mod message;
mod outgoing;
mod page;
mod post_form;
mod request;
mod respond;
mod server;
mod sessions;
mod sha1;
mod sign;
mod style;
mod twist;
mod unique;
mod user;

pub use encrypt::Encrypt;
pub use fault::{Fault, UnknownFault};
pub use idp::{IdpConfig, IdpError, Key, SpRegistration, TestIdp};
pub use incoming::Binding;
pub use logout::{LogoutRequest, LogoutResponse, ReceivedLogout};
pub use message::{Attribute, Status};
pub use outgoing::{Outgoing, OutgoingForm};
pub use post_form::PostForm;
pub use request::{ReceivedRequest, RequestError};
pub use respond::RespondError;
pub use server::{Running, serve, spawn};
pub use sessions::Session;
pub use style::{Style, UnknownStyle};
pub use twist::{Sign, Twist};
pub use user::{MalformedUser, User};
