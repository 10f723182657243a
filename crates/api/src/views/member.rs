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
    /// How they became a member: api, invitation or just_in_time.
    provisioned: &'static str,
    /// Whether they have followed a link that was mailed to this address.
    email_proven: bool,
    /// When they last signed in, as far as is still known.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_sign_in_at: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl MemberView {
    pub(crate) fn new(member: Member, last_sign_in_at: Option<Timestamp>) -> Self {
        Self {
            id: member.id.to_string(),
            workspace_id: member.workspace_id.to_string(),
            email: member.email.to_string(),
            name: member.name,
            role: member.role.as_str(),
            status: member.status.as_str(),
            external_id: member.external_id,
            provisioned: member.provisioned.as_str(),
            email_proven: member.email_proven_at.is_some(),
            last_sign_in_at,
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
    /// When it was proven (P10); null where an e-mail match alone made it.
    #[schema(value_type = Option<String>, format = DateTime)]
    proven_at: Option<Timestamp>,
    /// By whom: local_proof (the admin's password and second factor), application (an API key) or
    /// this_is_me (the admin, on the result of a test).
    proven_by: Option<&'static str>,
    /// SHA-256 fingerprints of the public keys that the proof covers.
    proven_keys: Vec<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last signed somebody in.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
}

impl From<Identity> for IdentityView {
    fn from(identity: Identity) -> Self {
        let proof = identity.proof;
        Self {
            id: identity.id.to_string(),
            member_id: identity.member_id.to_string(),
            connection_id: identity.connection_id.to_string(),
            idp_entity_id: identity.subject.idp_entity_id,
            subject: identity.subject.name_id.into(),
            proven_at: proof.as_ref().map(|proof| proof.at),
            proven_by: proof.as_ref().map(|proof| proof.by.as_str()),
            proven_keys: proof.map_or_else(Vec::new, |proof| {
                proof.keys.iter().map(ToString::to_string).collect()
            }),
            created_at: identity.created_at,
            last_used_at: identity.last_used_at,
        }
    }
}
