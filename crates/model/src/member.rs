//! A member: a person in one workspace, and the SAML subjects linked to them.

use jiff::Timestamp;
use vestibule_saml::NameId;

use crate::{ConnectionId, Email, IdentityId, MemberId, WorkspaceId, words};

words! {
    /// What a member may do in the workspace.
    Role {
        /// Sets up SSO and manages people.
        Admin = "admin",
        /// Everybody else.
        Member = "member",
    }
}

words! {
    /// Whether a member may come in.
    MemberStatus {
        /// Asked to join, has never signed in.
        Invited = "invited",
        /// May sign in.
        Active = "active",
        /// Stays out.
        Deactivated = "deactivated",
    }
}

/// A person in one workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its id, the `sub` of every token.
    pub id: MemberId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The address, as asserted or entered.
    pub email: Email,
    /// What people call them.
    pub name: Option<String>,
    /// What they may do.
    pub role: Role,
    /// Whether they may come in.
    pub status: MemberStatus,
    /// The caller's own id, unique in the workspace.
    pub external_id: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Who an assertion is about: unique within (connection, entity ID).
///
/// Two subjects are the same when IdP entity ID, NameID format, value and both qualifiers are
/// (P9; SAML Core §8.3.7).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Subject {
    /// The IdP's entity ID.
    pub idp_entity_id: String,
    /// The NameID, with everything that makes it unique.
    pub name_id: NameId,
}

/// Personal data: `Debug` shows the format alone.
impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject")
            .field("idp_entity_id", &self.idp_entity_id)
            .field("format", &self.name_id.format)
            .finish_non_exhaustive()
    }
}

/// A link between a member and a SAML subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its id.
    pub id: IdentityId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The member.
    pub member_id: MemberId,
    /// The connection it counts on.
    pub connection_id: ConnectionId,
    /// Who the IdP says it is.
    pub subject: Subject,
    /// When it was proven (P10), none where an e-mail match alone made it.
    pub proven_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last signed somebody in.
    pub last_used_at: Option<Timestamp>,
}
