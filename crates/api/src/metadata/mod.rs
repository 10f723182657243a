//! Metadata by URL: fetched through the guard of `vestibule-outbound`, compared with the settings,
//! and never switched to by itself.

mod difference;
mod follow;
mod look;
mod refresh;

pub(crate) use follow::follow;
pub(crate) use look::{Door, Look, LookError, Seen, look};
pub(crate) use refresh::{refresh, run_jobs};
