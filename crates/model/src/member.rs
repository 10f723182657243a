//! A member: a person in one workspace, and the SAML subjects linked to them.

use jiff::Timestamp;
use vestibule_saml::NameId;
use vestibule_xmlsig::KeyFingerprint;

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

words! {
    /// How somebody became a member (P7).
    Provisioned {
        /// The company's own word, through an API key.
        Api = "api",
        /// By an invitation.
        Invitation = "invitation",
        /// By signing in: their address has to stay within the workspace's verified domains.
        JustInTime = "just_in_time",
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
    /// How they became a member.
    pub provisioned: Provisioned,
    /// When they followed a link that we sent to this address ourselves; none since it last changed.
    pub email_proven_at: Option<Timestamp>,
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

words! {
    /// Who said that a link is genuine (P10).
    ProvenBy {
        /// The admin, by password and second factor.
        LocalProof = "local_proof",
        /// The SaaS company, through an API key.
        Application = "application",
        /// The admin, signed in and authenticated anew, on the result of a test.
        ThisIsMe = "this_is_me",
    }
}

/// That a link is genuine (P10). It was given under the entity ID of the link's subject and counts for
/// assertions that one of these keys has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// When it was given.
    pub at: Timestamp,
    /// By whom.
    pub by: ProvenBy,
    /// The keys that were trusted then, and those that one of them has vouched for since.
    pub keys: Vec<KeyFingerprint>,
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
    /// That it is genuine (P10); none where an e-mail match alone made it.
    pub proof: Option<Proof>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last signed somebody in.
    pub last_used_at: Option<Timestamp>,
}
