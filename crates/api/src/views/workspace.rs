//! A workspace, as it is shown.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_model::Workspace;

/// A customer of the SaaS company.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Workspace)]
pub(crate) struct WorkspaceView {
    /// Its id.
    #[schema(example = "ws_019306f4e0c07d3aa1b2c3d4e5f60718")]
    id: String,
    /// What people call it.
    #[schema(example = "Acme GmbH")]
    name: String,
    /// Its short name in URLs.
    #[schema(example = "acme-gmbh")]
    slug: String,
    /// What it has bought: free, growth, pro or premier.
    #[schema(example = "pro")]
    plan: &'static str,
    /// For whom a second factor is mandatory: off, admins or everyone.
    #[schema(example = "admins")]
    two_factor: &'static str,
    /// Your own id for it.
    external_id: Option<String>,
    /// For how many days SAML responses are kept as they arrived, sealed; 0: not at all.
    keep_saml_responses_days: u16,
    /// After how many idle minutes people who signed in to Vestibule's own pages are signed out.
    session_idle_minutes: u32,
    /// After how many minutes they are in any case.
    session_lifetime_minutes: u32,
    /// When SSO was last switched on, or off again; a non-admin's password from before has to be set anew
    /// (P5).
    #[schema(value_type = Option<String>, format = DateTime)]
    sso_enabled_at: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<Workspace> for WorkspaceView {
    fn from(workspace: Workspace) -> Self {
        Self {
            id: workspace.id.to_string(),
            name: workspace.name,
            slug: workspace.slug.to_string(),
            plan: workspace.plan.as_str(),
            two_factor: workspace.two_factor.as_str(),
            external_id: workspace.external_id,
            keep_saml_responses_days: workspace.keep_responses_days,
            session_idle_minutes: workspace.session_idle_minutes,
            session_lifetime_minutes: workspace.session_lifetime_minutes,
            sso_enabled_at: workspace.sso_enabled_at,
            created_at: workspace.created_at,
            updated_at: workspace.updated_at,
        }
    }
}
