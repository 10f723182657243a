//! P6, no lock-out: a workspace always keeps an admin who can get in.

use vestibule_model::{Member, MemberStatus, Role};

use crate::Refusal;

/// What an admin can come in by when SSO fails. Where none of it is there, the company's own word
/// remains: an internal service may vouch for an active admin at any time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WaysIn {
    /// A password that Vestibule keeps.
    pub password: bool,
    /// A passkey.
    pub passkey: bool,
    /// A proven link (P10).
    pub proven_link: bool,
}

impl WaysIn {
    /// Whether there is any.
    #[must_use]
    pub const fn any(self) -> bool {
        self.password || self.passkey || self.proven_link
    }
}

/// P6: whether a member may be changed so, or removed (`after` is none). `other_active_admins` says
/// whether the workspace has an active admin beside them; who is invited does not count.
///
/// # Errors
/// [`Refusal::LastAdmin`].
pub fn may_change_member(
    before: &Member,
    after: Option<&Member>,
    other_active_admins: bool,
) -> Result<(), Refusal> {
    if is_active_admin(before) && !after.is_some_and(is_active_admin) && !other_active_admins {
        return Err(Refusal::LastAdmin);
    }
    Ok(())
}

/// P6: whether a way in may be taken from a member.
///
/// # Errors
/// [`Refusal::LastAdmin`]'s kin [`Refusal::LastWayIn`], when it is the last one of the last active
/// admin.
pub fn may_take_way_in(
    member: &Member,
    before: WaysIn,
    after: WaysIn,
    other_active_admins: bool,
) -> Result<(), Refusal> {
    let last = is_active_admin(member) && !other_active_admins;
    if last && before.any() && !after.any() {
        return Err(Refusal::LastWayIn);
    }
    Ok(())
}

pub(crate) fn is_active_admin(member: &Member) -> bool {
    member.role == Role::Admin && member.status == MemberStatus::Active
}
