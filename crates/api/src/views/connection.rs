//! A connection, as it is shown.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_policy::{Advisory, Rules};

use crate::{
    manage::connection::ConnectionParts,
    saml::urls,
    views::{MetadataSourceView, RevisionView},
};

/// What the IdP admin copies into the IdP.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceProvider)]
pub(crate) struct ServiceProviderView {
    /// Our entity ID (Audience, Identifier).
    pub(crate) entity_id: String,
    /// Our Assertion Consumer Service URL (Reply URL, Recipient).
    pub(crate) acs_url: String,
    /// Our single-logout URL.
    slo_url: String,
    /// Where our metadata is.
    metadata_url: String,
    /// Our certificate, one PEM block.
    certificate: String,
}

/// The trust between a workspace and one IdP.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Connection)]
pub(crate) struct ConnectionView {
    /// Its id.
    #[schema(example = "conn_019306f4e0c07d3aa1b2c3d4e5f60718")]
    id: String,
    /// The workspace.
    workspace_id: String,
    /// What people call it.
    name: String,
    /// Which product the IdP is, where somebody said so.
    provider: Option<String>,
    /// Whether people are sent here when nothing else decides.
    default: bool,
    /// draft, ready, live, suspended or disabled.
    #[schema(example = "ready")]
    state: &'static str,
    /// What the IdP admin copies into the IdP.
    service_provider: ServiceProviderView,
    /// The revision being prepared.
    draft: Option<RevisionView>,
    /// The revision that serves.
    live: Option<RevisionView>,
    /// Where the IdP's metadata is, where it was given by URL.
    metadata_source: Option<MetadataSourceView>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// What deserves attention, as stable words (`admin-two-factor-recommended`); after `enable`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    advisories: Vec<&'static str>,
}

impl ConnectionView {
    pub(crate) fn new(
        parts: ConnectionParts,
        public_url: &str,
        rules: &Rules,
        advisories: &[Advisory],
    ) -> Self {
        let state = parts.state(rules);
        let ConnectionParts {
            connection,
            workspace: _,
            draft,
            live,
            last: _,
            metadata_source,
        } = parts;
        Self {
            id: connection.id.to_string(),
            workspace_id: connection.workspace_id.to_string(),
            name: connection.name,
            provider: connection.provider,
            default: connection.default,
            state: state.as_str(),
            service_provider: ServiceProviderView {
                entity_id: urls::entity_id(public_url, connection.id),
                acs_url: urls::acs(public_url, connection.id),
                slo_url: urls::slo(public_url, connection.id),
                metadata_url: urls::metadata(public_url, connection.id),
                certificate: connection.service_provider.certificate_pem,
            },
            draft: draft.map(RevisionView::from),
            live: live.map(RevisionView::from),
            metadata_source: metadata_source.map(MetadataSourceView::from),
            created_at: connection.created_at,
            updated_at: connection.updated_at,
            advisories: advisories
                .iter()
                .map(|advisory| advisory.as_str())
                .collect(),
        }
    }
}
