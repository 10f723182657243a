//! The queries, one file per table, all of them methods of [`Tx`](crate::Tx).

mod api_key;
mod attempt;
mod audit;
mod certificate;
mod claim;
mod client;
mod code;
mod connection;
mod domain;
mod identity;
mod lease;
mod member;
mod metadata_source;
mod minted;
mod prune;
mod refresh;
mod revision;
mod service_provider_key;
mod session;
mod settings;
mod signing_key;
mod test_run;
mod workspace;

pub use attempt::AttemptFilter;
pub use code::CodeRedemption;
pub use member::MemberFilter;
pub use refresh::{RefreshRedemption, RefreshState};
pub(crate) use settings::SENTINEL;
pub use signing_key::KeyRotation;
