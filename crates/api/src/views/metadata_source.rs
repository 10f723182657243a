//! Where a connection's metadata comes from, as it is shown.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_model::{FieldChange, MetadataChange, MetadataSource};

/// Where the IdP's metadata is, and what came of the last look at it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MetadataSource)]
pub(crate) struct MetadataSourceView {
    /// Where it is.
    url: String,
    /// Which entity of an EntitiesDescriptor is meant.
    entity_id: Option<String>,
    /// The certificates of the keys of which one must have signed it, each one PEM block.
    signing_certificates: Vec<String>,
    /// How many days ahead its validUntil may lie.
    max_validity_days: Option<u32>,
    /// When it was fetched last with success.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_fetched_at: Option<Timestamp>,
    /// When it is looked at next.
    #[schema(value_type = String, format = DateTime)]
    next_refresh_at: Timestamp,
    /// Until when it is valid, by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<Timestamp>,
    /// How many times in a row it could not be fetched.
    failures: u32,
    /// Why it could not be fetched last; null after a success.
    last_error: Option<String>,
    /// A change that waits for you, because there is a draft of yours or the connection is not live:
    /// `PUT …/draft` with the URL takes it.
    pending_change: Option<MetadataChangeView>,
}

/// How the metadata differs from the settings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MetadataChange)]
pub(crate) struct MetadataChangeView {
    /// Certificates that are new, by SHA-256.
    certificates_added: Vec<String>,
    /// Certificates that are gone, by SHA-256.
    certificates_removed: Vec<String>,
    /// Everything else.
    fields: Vec<FieldChangeView>,
}

/// A setting that differs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldChange)]
pub(crate) struct FieldChangeView {
    /// Its name.
    #[schema(example = "idp_sso_url")]
    field: String,
    /// What the settings say.
    before: Option<String>,
    /// What the metadata says.
    after: Option<String>,
}

impl From<MetadataSource> for MetadataSourceView {
    fn from(source: MetadataSource) -> Self {
        let origin = source.origin;
        Self {
            url: origin.url,
            entity_id: origin.entity_id,
            signing_certificates: origin.signing_certificates,
            max_validity_days: origin.max_validity_days,
            last_fetched_at: source.fetched_at,
            next_refresh_at: source.next_refresh_at,
            valid_until: source.valid_until,
            failures: source.failures,
            last_error: source.last_error,
            pending_change: source.pending.map(MetadataChangeView::from),
        }
    }
}

impl From<MetadataChange> for MetadataChangeView {
    fn from(change: MetadataChange) -> Self {
        let shown = |change: FieldChange| FieldChangeView {
            field: change.field,
            before: change.before,
            after: change.after,
        };
        Self {
            certificates_added: change.certificates_added,
            certificates_removed: change.certificates_removed,
            fields: change.fields.into_iter().map(shown).collect(),
        }
    }
}
