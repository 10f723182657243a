//! P10, no ladder to admin: whoever configures SSO could point it at an IdP of their own.

use vestibule_model::Role;

use crate::{Refusal, Requirement, trail::Verdict};

/// P10: an admin comes in by SAML only through a proven link.
///
/// Closed for now: a link counts as proven while the entity ID is the same and the key that signed
/// *this* assertion is among those trusted at proof time, and proofs do not record those keys yet.
pub(crate) fn check(role: Role) -> Verdict {
    match role {
        Role::Member => Verdict::NotApplicable("the person is no admin".into()),
        Role::Admin => Verdict::Require(Requirement::LocalProof, Refusal::LocalProofRequired),
    }
}
