//! What a call was answered, for when it is sent again.

use serde::{Deserialize, Serialize};

/// The answer to a call that may be sent again. Its body may show a secret that is shown once, so `Debug`
/// does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON document.
    pub body: String,
}

impl std::fmt::Debug for KeptAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptAnswer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
