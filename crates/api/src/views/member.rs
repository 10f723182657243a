//! Members and their links, as they are shown.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_model::{Identity, Member};
use vestibule_saml::NameId;

/// A person in one workspace.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Member)]
pub(crate) struct MemberView {
    /// Its id, the `sub` of every token.
    #[schema(example = "mem_019306f4e0c07d3aa1b2c3d4e5f60718")]
    id: String,
    /// The workspace.
    workspace_id: String,
    /// The e-mail address, as it was entered or asserted.
    #[schema(example = "ada@acme.example")]
    email: String,
    /// What people call them.
    name: Option<String>,
    /// admin or member.
    #[schema(example = "member")]
    role: &'static str,
    /// invited, active or deactivated.
    #[schema(example = "active")]
    status: &'static str,
    /// Your own id for them.
    external_id: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<Member> for MemberView {
    fn from(member: Member) -> Self {
        Self {
            id: member.id.to_string(),
            workspace_id: member.workspace_id.to_string(),
            email: member.email.to_string(),
            name: member.name,
            role: member.role.as_str(),
            status: member.status.as_str(),
            external_id: member.external_id,
            created_at: member.created_at,
            updated_at: member.updated_at,
        }
    }
}

/// Who an assertion is about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Subject)]
pub(crate) struct SubjectView {
    /// The NameID's value.
    name_id: String,
    /// The NameID's format.
    format: Option<String>,
    /// Its NameQualifier.
    name_qualifier: Option<String>,
    /// Its SPNameQualifier.
    sp_name_qualifier: Option<String>,
}

impl From<NameId> for SubjectView {
    fn from(name_id: NameId) -> Self {
        Self {
            name_id: name_id.value,
            format: name_id.format,
            name_qualifier: name_id.name_qualifier,
            sp_name_qualifier: name_id.sp_name_qualifier,
        }
    }
}

/// A link between a member and a SAML subject.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Identity)]
pub(crate) struct IdentityView {
    /// Its id.
    id: String,
    /// The member.
    member_id: String,
    /// The connection it counts on.
    connection_id: String,
    /// The IdP's entity ID it was made under.
    idp_entity_id: String,
    /// The subject.
    subject: SubjectView,
    /// When it was proven; null where an e-mail match alone made it.
    #[schema(value_type = Option<String>, format = DateTime)]
    proven_at: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last signed somebody in.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
}

impl From<Identity> for IdentityView {
    fn from(identity: Identity) -> Self {
        Self {
            id: identity.id.to_string(),
            member_id: identity.member_id.to_string(),
            connection_id: identity.connection_id.to_string(),
            idp_entity_id: identity.subject.idp_entity_id,
            subject: identity.subject.name_id.into(),
            proven_at: identity.proven_at,
            created_at: identity.created_at,
            last_used_at: identity.last_used_at,
        }
    }
}
