//! The archive: everything that must last, on SQLite (the default) or Postgres, secrets sealed.
//!
//! One closure is one transaction: [`Store::read`] and [`Store::write`] run it on a thread of the
//! store's own and answer when it is done for good, never before the commit. Inside, a [`Tx`] has
//! every query that exists; an `Err` undoes all of them.
//!
//! ```no_run
//! # use vestibule_store::{Reach, Store, StoreConfig, StoreError, MasterKey};
//! # async fn example(id: vestibule_model::WorkspaceId) -> Result<(), StoreError> {
//! let config = StoreConfig::new("sqlite://./data/vestibule.db", MasterKey::generate()?);
//! Store::migrate(&config)?;
//! let store = Store::open(config)?;
//! let workspace = store.read(move |tx| tx.workspace(Reach::All, id)).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Rows never leave: they become values of `vestibule-model` and `vestibule-session` or an error that
//! names table, column and row. Times are kept to the microsecond. Keys are sealed with AES-256-GCM
//! under a master key that can be rotated, bound to their place; of tokens, codes and API keys there are only hashes.

mod at_once;
mod audit_key;
mod backup;
mod column;
mod config;
mod engine;
mod error;
mod lane;
mod migrate;
mod numbers;
mod page;
mod postgres;
mod prepared;
mod probe;
mod queue;
mod reseal;
mod schema;
mod seal;
mod sealed;
mod source;
mod sqlite;
mod store;
mod tables;
mod together;
mod tx;

pub use backup::BackedUp;
pub use config::{OnChange, StoreConfig};
pub use error::StoreError;
pub use migrate::Migrated;
pub use numbers::{LaneNumbers, WAIT_BOUNDS, Waits};
pub use page::{Page, PageRequest};
pub use probe::Probed;
pub use reseal::{Resealed, Resealing};
pub use seal::{MasterKey, MasterKeys};
pub use source::{current_source, with_source};
pub use store::Store;
pub use tables::{
    Activity, ActivityOf, ActivityRequest, AttemptFilter, AuditCheck, AuditFilter, AuditPruned,
    AuditSealed, Backlog, Before, ClaimedWebhook, CodeRedemption, CodeState, Counted, DueLane,
    Ended, KeyRotation, Lease, Listener, MemberFilter, OldChain, OldChains, RefreshRedemption,
    RefreshState, Repeatable, SamlSignIn, SamlSignInFacts, SessionFacts, WebhookFailure,
    WebhookLane,
};
pub use tx::{Reach, Tx};
