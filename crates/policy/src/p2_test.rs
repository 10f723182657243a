//! P2, the test gate: only a revision that has passed its own test goes live.

use vestibule_model::Revision;

use crate::Refusal;

/// P2: a passed test counts for exactly the revision it ran with (design §2).
pub(crate) fn check(revision: &Revision) -> Result<(), Refusal> {
    match revision.passed_test {
        Some(_) => Ok(()),
        None => Err(Refusal::TestRequired {
            revision_id: revision.id,
        }),
    }
}
