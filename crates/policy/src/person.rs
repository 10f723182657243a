//! Whom a decision is about.

use vestibule_model::{Email, Member, Role};

/// A member, or the one that would be made just in time.
#[derive(Clone, Copy)]
pub(crate) enum Person<'a> {
    /// Is a member of the workspace.
    Member {
        /// The member.
        member: &'a Member,
        /// Whether a SAML subject is linked to them (P7).
        linked: bool,
    },
    /// Nobody of this address is a member.
    Newcomer(&'a Email),
}

impl Person<'_> {
    /// The role they have or would get where nothing maps another (P8).
    pub(crate) const fn role(self) -> Role {
        match self {
            Self::Member { member, .. } => member.role,
            Self::Newcomer(_) => Role::Member,
        }
    }
}
