//! Domains that workspaces claim, as they are shown.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_model::Domain;

use crate::domains::{record_name, record_value};

/// The TXT record that proves a domain.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TxtRecord)]
pub(crate) struct TxtRecordView {
    /// Where it belongs.
    #[schema(example = "_vestibule.acme.example")]
    name: String,
    /// What it has to say; other records may stand beside it.
    #[schema(
        example = "vestibule-domain-verification=pXW3sW0xq0n8gV8rJcJ7c3o2b1mYtY1C2l3mQ4r5s6t"
    )]
    value: String,
}

/// One look-up of a domain's TXT record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DomainCheck)]
pub(crate) struct DomainCheckView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// found; absent, by the word of the domain's own servers; or unknown: nobody could say.
    #[schema(example = "found")]
    outcome: &'static str,
}

/// A domain that a workspace claims, and perhaps has verified.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Domain)]
pub(crate) struct DomainView {
    /// Its id.
    #[schema(example = "dom_019306f4e0c07d3aa1b2c3d4e5f60718")]
    id: String,
    /// The workspace.
    workspace_id: String,
    /// The domain, in lower case; an international one as A-labels.
    #[schema(example = "acme.example")]
    domain: String,
    /// The connection its people are sent to; null: the workspace's default.
    connection_id: Option<String>,
    /// The record that proves it. It has to stay: it is looked up again every day.
    txt_record: TxtRecordView,
    /// When it was verified; null while it is a mere claim.
    #[schema(value_type = Option<String>, format = DateTime)]
    verified_at: Option<Timestamp>,
    /// The last look-up that was noted; null before the first.
    last_check: Option<DomainCheckView>,
    /// When it was claimed.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<Domain> for DomainView {
    fn from(domain: Domain) -> Self {
        Self {
            id: domain.id.to_string(),
            workspace_id: domain.workspace_id.to_string(),
            connection_id: domain.connection_id.map(|id| id.to_string()),
            txt_record: TxtRecordView {
                name: record_name(&domain),
                value: record_value(&domain),
            },
            verified_at: domain.verified_at,
            last_check: domain.last_check.map(|check| DomainCheckView {
                at: check.at,
                outcome: check.outcome.as_str(),
            }),
            created_at: domain.created_at,
            domain: domain.domain,
        }
    }
}
