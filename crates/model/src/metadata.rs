//! Where an IdP's metadata is kept, and what became of the last look at it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ConnectionId, RevisionId, WorkspaceId};

/// Metadata by URL, as an admin gave it. A revision that was made from it says so: keys that a
/// pinned key signed are added to a live revision only if the pin came with that very revision, and
/// so through its test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetadataOrigin {
    /// Where it is.
    pub url: String,
    /// Which entity of an EntitiesDescriptor is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// Certificates of the keys of which one must have signed it, each one PEM block; none: it need
    /// not be signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signing_certificates: Vec<String>,
    /// How many days ahead its `validUntil` may lie; then it must have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_validity_days: Option<u32>,
    /// Whether the admin gave the logout URL, which then wins over the metadata's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_logout_url: bool,
}

/// The metadata source of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataSource {
    /// The connection.
    pub connection_id: ConnectionId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Where it is, and what is asked of it.
    pub origin: MetadataOrigin,
    /// The ETag of what was fetched last.
    pub etag: Option<String>,
    /// The Last-Modified of what was fetched last.
    pub last_modified: Option<String>,
    /// SHA-256 of what was fetched last, lower-case hex.
    pub document_hash: Option<String>,
    /// The revisions that the last document was compared with, when nothing was left to do: while
    /// they are the same, an unchanged document needs no second look.
    pub settled_for: Option<String>,
    /// When it was fetched last with success.
    pub fetched_at: Option<Timestamp>,
    /// When it is looked at next.
    pub next_refresh_at: Timestamp,
    /// How many times in a row it failed.
    pub failures: u32,
    /// Why it failed last; none after a success.
    pub last_error: Option<String>,
    /// Until when what was fetched last is valid.
    pub valid_until: Option<Timestamp>,
    /// The draft that a change was staged as: a later change may replace it, but no other draft.
    pub staged: Option<RevisionId>,
    /// A change that waits for an admin.
    pub pending: Option<MetadataChange>,
}

impl MetadataSource {
    /// A source that was not looked at yet.
    #[must_use]
    pub fn new(
        connection_id: ConnectionId,
        workspace_id: WorkspaceId,
        origin: MetadataOrigin,
        next_refresh_at: Timestamp,
    ) -> Self {
        Self {
            connection_id,
            workspace_id,
            origin,
            etag: None,
            last_modified: None,
            document_hash: None,
            settled_for: None,
            fetched_at: None,
            next_refresh_at,
            failures: 0,
            last_error: None,
            valid_until: None,
            staged: None,
            pending: None,
        }
    }
}

/// How settings differ from what the metadata says now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetadataChange {
    /// Certificates that are new, by SHA-256 in lower-case hex.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates_added: Vec<String>,
    /// Certificates that are gone, by SHA-256 in lower-case hex.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates_removed: Vec<String>,
    /// Everything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
}

impl MetadataChange {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.certificates_added.is_empty() && !self.is_more_than_additions()
    }

    /// Whether anything differs beside certificates that are new.
    #[must_use]
    pub fn is_more_than_additions(&self) -> bool {
        !self.certificates_removed.is_empty() || !self.fields.is_empty()
    }
}

/// One setting that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its name (`idp_sso_url`).
    pub field: String,
    /// What the settings say.
    pub before: Option<String>,
    /// What the metadata says.
    pub after: Option<String>,
}
