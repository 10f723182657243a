//! Giving something another secret, while the one before still counts.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;
use vestibule_model::PreviousSecret;

use crate::problem::Problem;

/// How long the old secret counts beside the new one unless the caller says otherwise: a day, in which
/// whoever has it is rolled out anew.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);
/// The longest overlap.
const MAX_OVERLAP: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How a secret is rotated.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    /// For how many seconds the old secret counts beside the new one: a day unless said otherwise, 0 to
    /// end it at once, 30 days at most.
    #[schema(example = 86400)]
    previous_secret_expires_in: Option<i64>,
}

impl Rotation {
    /// What is left of the secret with this SHA-256; nothing where it ends at once.
    ///
    /// # Errors
    /// A problem with the pointer `/previous_secret_expires_in`.
    pub(super) fn of(
        &self,
        hash: [u8; 32],
        now: Timestamp,
    ) -> Result<Option<PreviousSecret>, Problem> {
        let asked = self.previous_secret_expires_in;
        let overlap = asked.map_or(OVERLAP, SignedDuration::from_secs);
        if overlap.is_negative() || overlap > MAX_OVERLAP {
            let expected = format!("0 to {} seconds", MAX_OVERLAP.as_secs());
            let found = overlap.as_secs().to_string();
            let pointer = "/previous_secret_expires_in";
            return Err(Problem::invalid(pointer, expected, found));
        }
        let until = now.checked_add(overlap).map_err(Problem::internal)?;
        Ok((!overlap.is_zero()).then_some(PreviousSecret { hash, until }))
    }
}
