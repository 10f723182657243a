//! The queries, one file per table, all of them methods of [`Tx`](crate::Tx).

mod activity;
mod api_key;
mod attempt;
mod audit;
mod backchannel_logout;
mod browser_session;
mod certificate;
mod claim;
mod client;
mod code;
mod connection;
mod domain;
mod identity;
mod last_sign_in;
mod lease;
mod logo;
mod mail;
mod member;
mod metadata_source;
mod minted;
mod names;
mod passkey;
mod password;
mod password_link;
mod proof;
mod prune;
mod recovery_code;
mod refresh;
mod revision;
mod second_factor;
mod service_provider_key;
mod session;
mod settings;
mod setup_link;
mod setup_session;
mod signing_key;
mod test_run;
mod totp;
mod workspace;

pub use activity::{Activity, ActivityOf, ActivityRequest, Ended};
pub use attempt::AttemptFilter;
pub use code::CodeRedemption;
pub use member::MemberFilter;
pub use refresh::{RefreshRedemption, RefreshState};
pub(crate) use settings::SENTINEL;
pub use signing_key::KeyRotation;

/// How many ids one statement names: on SQLite it has at most 32766 parameters.
const BATCH: usize = 500;
