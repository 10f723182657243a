//! For internal services: is this access token one of our Vestibule's, and does it count?
//!
//! A [`Verifier`] is made once and shared. It learns the issuer's keys by discovery, keeps them, and asks
//! again when they are old or a token names one that it does not know, so that keys rotate without anybody
//! noticing. [`Verifier::verify`] holds a token against RFC 9068 and asks nobody; a session that was
//! revoked is noticed when the token ends, 15 minutes later at most. Where that is too late,
//! [`Verifier::verify_active`] asks the issuer as well (RFC 7662).
//!
//! ```no_run
//! use std::time::SystemTime;
//! use vestibule_verify::{Settings, Verifier};
//!
//! # #[expect(clippy::disallowed_methods, reason = "a service reads the clock where a request comes in")]
//! # fn example(authorization: &str) -> Result<(), vestibule_verify::VerifyError> {
//! let settings = Settings::new("https://sso.example.com", "https://api.example.com");
//! let verifier = Verifier::discover(settings)?;
//! // Of each request:
//! let token = authorization.strip_prefix("Bearer ").unwrap_or_default();
//! let claims = verifier.verify(token, SystemTime::now())?;
//! println!("{} of {}", claims.subject, claims.workspace);
//! # Ok(())
//! # }
//! ```
//!
//! It stands alone: nothing of the rest of the house is linked. It is synchronous; in an async service ask
//! [`Verifier::verify_by_known_keys`] first, which never waits, and hand [`Verifier::verify`] to a thread
//! that may block where that gives `None`. The clock is the caller's (`now`).
//!
//! An error says what was expected and what came, and never holds the token.

mod active;
mod claims;
mod discovery;
mod error;
mod fetch;
mod keys;
mod settings;
mod token;
mod verifier;

pub use claims::{Claims, Role};
pub use error::VerifyError;
pub use fetch::{Fetch, Https};
pub use settings::{Introspection, Settings};
pub use verifier::Verifier;
