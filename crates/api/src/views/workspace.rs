//! A workspace, as it is shown.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_model::{Branding, Workspace};

use crate::brand;

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
    /// For how many days its audit log is kept; null: as long as the deployment's.
    audit_retention_days: Option<u16>,
    /// After how many idle minutes people who signed in to Vestibule's own pages are signed out.
    session_idle_minutes: u32,
    /// After how many minutes they are in any case.
    session_lifetime_minutes: u32,
    /// When SSO was last switched on, or off again; a non-admin's password from before has to be set anew
    /// (P5).
    #[schema(value_type = Option<String>, format = DateTime)]
    sso_enabled_at: Option<Timestamp>,
    /// How our pages look to its people; null where they look like the deployment's.
    branding: Option<BrandingView>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// How our pages look to the people of a workspace.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Branding)]
pub(crate) struct BrandingView {
    /// The name above the pages.
    #[schema(example = "Acme")]
    name: Option<String>,
    /// The colour of buttons and links, as it was given.
    #[schema(example = "#0b5cad")]
    colour: Option<String>,
    /// Where the logo is; it changes with the logo.
    #[schema(
        example = "https://sso.example.com/assets/brand/ws_019306f4e0c07d3aa1b2c3d4e5f60718/logo?v=9f86d081884c7d659a2feaa0c55ad015"
    )]
    logo_url: Option<String>,
}

impl BrandingView {
    fn of(workspace: &Workspace, public_url: &str) -> Option<Self> {
        let Branding { name, colour, logo } = &workspace.branding;
        let url = |hash| format!("{public_url}{}", brand::logo_path(workspace, hash));
        (workspace.branding != Branding::default()).then(|| Self {
            name: name.clone(),
            colour: colour.map(|colour| colour.to_string()),
            logo_url: logo.as_ref().map(url),
        })
    }
}

impl WorkspaceView {
    /// As it is shown by the server that is reached at this URL.
    pub(crate) fn of(workspace: Workspace, public_url: &str) -> Self {
        Self {
            branding: BrandingView::of(&workspace, public_url),
            id: workspace.id.to_string(),
            name: workspace.name,
            slug: workspace.slug.to_string(),
            plan: workspace.plan.as_str(),
            two_factor: workspace.two_factor.as_str(),
            external_id: workspace.external_id,
            keep_saml_responses_days: workspace.keep_responses_days,
            audit_retention_days: workspace.audit_retention_days,
            session_idle_minutes: workspace.session_idle_minutes,
            session_lifetime_minutes: workspace.session_lifetime_minutes,
            sso_enabled_at: workspace.sso_enabled_at,
            created_at: workspace.created_at,
            updated_at: workspace.updated_at,
        }
    }
}
