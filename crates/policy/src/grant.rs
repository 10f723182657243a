//! The Grant: the only way to a session.

use jiff::{SignedDuration, Timestamp};
use vestibule_model::{
    AuthenticationMethod, ClientId, Email, Identity, IdentityId, Member, MemberId, MemberStatus,
    Origin, Role, SessionId, WorkspaceId,
};

use crate::{Reason, WorkspaceFacts};

/// How long a Grant is good for: it is spent in the request that made it (design §8).
const LIFETIME: SignedDuration = SignedDuration::from_secs(60);

/// What the policy says about one sign-in, and all that the mint needs to know.
///
/// Made by a door alone ([`grant_by_saml`](crate::grant_by_saml),
/// [`grant_local`](crate::grant_local), [`grant_vouched`](crate::grant_vouched),
/// [`grant_renewal`](crate::grant_renewal)); it moves and
/// never copies, so that one yes makes one session.
#[must_use = "a Grant that is not spent is a sign-in that does not happen"]
pub struct Grant {
    parts: GrantParts,
    expires_at: Timestamp,
}

/// What a Grant says, once it is spent. It makes no Grant.
#[derive(Debug)]
#[non_exhaustive]
pub struct GrantParts {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// For which application.
    pub client_id: ClientId,
    /// By which door.
    pub origin: Origin,
    /// How they proved who they are.
    pub amr: Vec<AuthenticationMethod>,
    /// When they proved it.
    pub auth_time: Timestamp,
    /// When the session must be over (SessionNotOnOrAfter, SAML Core §2.7.2).
    pub not_after: Option<Timestamp>,
    /// Who comes in, and what changes by it.
    pub admission: Admission,
    /// The role they had before; none for newcomers.
    pub role_before: Option<Role>,
    /// Whether the member's address lies in a verified domain of the workspace.
    pub email_verified: bool,
    /// The session that goes on, for a renewal.
    pub renews: Option<SessionId>,
    /// Every rule that was gone through.
    pub reasons: Vec<Reason>,
}

/// Who comes in, and what the archive has to write down for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// Somebody who is a member.
    Existing {
        /// The member as they will be: active, perhaps with a name now.
        member: Member,
        /// Whether that differs from what is stored.
        changed: bool,
        /// The link that was used, or the one to make; none without SAML and for transient NameIDs.
        identity: Option<IdentityUse>,
    },
    /// Somebody who becomes a member by this sign-in.
    New {
        /// The member to make.
        member: Member,
        /// The link to make; none for transient NameIDs.
        identity: Option<Box<Identity>>,
    },
}

impl Admission {
    /// The member as they will be.
    #[must_use]
    pub const fn member(&self) -> &Member {
        match self {
            Self::Existing { member, .. } | Self::New { member, .. } => member,
        }
    }
}

/// The link of a sign-in by SAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityUse {
    /// One that is stored.
    Known(IdentityId),
    /// One to store: the address matched, and the subject is new (P9, audited).
    New(Box<Identity>),
}

impl Grant {
    pub(crate) fn new(parts: GrantParts, now: Timestamp) -> Self {
        Self {
            parts,
            expires_at: now.checked_add(LIFETIME).unwrap_or(Timestamp::MAX),
        }
    }

    /// The workspace.
    #[must_use]
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.parts.workspace_id
    }

    /// Who comes in.
    #[must_use]
    pub const fn member_id(&self) -> MemberId {
        self.member().id
    }

    /// For which application.
    #[must_use]
    pub const fn client_id(&self) -> ClientId {
        self.parts.client_id
    }

    /// By which door.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.parts.origin
    }

    /// How they proved who they are.
    #[must_use]
    pub fn amr(&self) -> &[AuthenticationMethod] {
        &self.parts.amr
    }

    /// When they proved it.
    #[must_use]
    pub const fn auth_time(&self) -> Timestamp {
        self.parts.auth_time
    }

    /// When the session must be over, where something bounds it.
    #[must_use]
    pub const fn not_after(&self) -> Option<Timestamp> {
        self.parts.not_after
    }

    /// When the Grant itself is worth nothing any more.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// What changes by it.
    #[must_use]
    pub const fn admission(&self) -> &Admission {
        &self.parts.admission
    }

    /// The member as they will be.
    #[must_use]
    pub const fn member(&self) -> &Member {
        self.parts.admission.member()
    }

    /// The role they come in with (P8).
    #[must_use]
    pub const fn role(&self) -> Role {
        self.member().role
    }

    /// Whether this sign-in makes an admin of a member: proofs from before are cleared then (P10).
    #[must_use]
    pub fn promotes(&self) -> bool {
        self.parts.role_before == Some(Role::Member) && self.role() == Role::Admin
    }

    /// The role they had before; none for newcomers.
    #[must_use]
    pub const fn role_before(&self) -> Option<Role> {
        self.parts.role_before
    }

    /// Whether the member's address lies in a verified domain of the workspace.
    #[must_use]
    pub const fn email_verified(&self) -> bool {
        self.parts.email_verified
    }

    /// The session that goes on, for a renewal.
    #[must_use]
    pub const fn renews(&self) -> Option<SessionId> {
        self.parts.renews
    }

    /// Every rule that was gone through.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.parts.reasons
    }

    /// Spends the Grant for what it says.
    #[must_use]
    pub fn into_parts(self) -> GrantParts {
        self.parts
    }
}

/// Ids alone: the rest is personal data.
impl std::fmt::Debug for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Grant")
            .field("workspace_id", &self.workspace_id())
            .field("member_id", &self.member_id())
            .field("client_id", &self.client_id())
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// What a sign-in says of the person, for the archive.
#[derive(Clone, Copy, Default)]
pub(crate) struct Changes<'a> {
    /// What to call them, where they have no name yet.
    pub(crate) name: Option<&'a str>,
    /// Their role; none: it is kept.
    pub(crate) role: Option<Role>,
    /// Their address; none: it is kept.
    pub(crate) email: Option<&'a Email>,
}

/// A stored member as this sign-in leaves them: active (the first sign-in of any kind ends an
/// invitation), and with what it says of them.
pub(crate) fn existing(
    member: &Member,
    changes: Changes<'_>,
    identity: Option<IdentityUse>,
    now: Timestamp,
) -> Admission {
    let mut after = member.clone();
    after.status = MemberStatus::Active;
    if after.name.is_none() {
        after.name = changes.name.map(str::to_owned);
    }
    after.role = changes.role.unwrap_or(after.role);
    if let Some(email) = changes.email {
        after.email = email.clone();
        after.email_proven_at = None;
    }
    let changed = after != *member;
    if changed {
        after.updated_at = now;
    }
    Admission::Existing {
        member: after,
        changed,
        identity,
    }
}

/// `email_verified` (design §3): only for an address in a verified domain of that workspace.
pub(crate) fn email_verified(facts: &WorkspaceFacts, admission: &Admission) -> bool {
    facts.is_verified(admission.member().email.domain())
}
