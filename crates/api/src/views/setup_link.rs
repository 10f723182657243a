//! Setup links, as they are shown to whoever manages them.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_model::SetupLink;

use crate::setup::Made;

/// A link with which somebody without an account sets one connection up.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SetupLink)]
pub(crate) struct SetupLinkView {
    /// Its id.
    #[schema(example = "link_019306f4e0c07d3aa1b2c3d4e5f60718")]
    id: String,
    /// The workspace.
    workspace_id: String,
    /// The one connection that it leads to.
    connection_id: String,
    /// What you call it.
    #[schema(example = "Grace of Acme's IT")]
    name: Option<String>,
    /// Whether the connection may be enabled through it.
    allow_enable: bool,
    /// Where the browser goes when the setup is done.
    #[schema(example = "https://app.example.com/settings/sso")]
    return_url: Option<String>,
    /// open, expired or revoked.
    #[schema(example = "open")]
    state: &'static str,
    /// Who made it: the id of an API key or a member, or `operator`.
    created_by: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it stops working.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// When it was first opened, by the button: looking at it does not count.
    #[schema(value_type = Option<String>, format = DateTime)]
    opened_at: Option<Timestamp>,
    /// When it was last opened.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_opened_at: Option<Timestamp>,
    /// When something was first saved through it.
    #[schema(value_type = Option<String>, format = DateTime)]
    used_at: Option<Timestamp>,
    /// When it was revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
    /// The link itself, for whoever it is for; shown once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        example = "https://sso.example.com/setup/pXW3sW0xq0n8gV8rJcJ7c3o2b1mYtY1C2l3mQ4r5s6t"
    )]
    url: Option<String>,
}

impl SetupLinkView {
    /// A link as it is at this moment.
    pub(crate) fn new(link: SetupLink, now: Timestamp) -> Self {
        Self {
            id: link.id.to_string(),
            workspace_id: link.workspace_id.to_string(),
            connection_id: link.connection_id.to_string(),
            state: link.state(now).as_str(),
            name: link.name,
            allow_enable: link.allow_enable,
            return_url: link.return_url,
            created_by: link.created_by.to_string(),
            created_at: link.created_at,
            expires_at: link.expires_at,
            opened_at: link.opened_at,
            last_opened_at: link.last_opened_at,
            used_at: link.used_at,
            revoked_at: link.revoked_at,
            url: None,
        }
    }

    /// A link that was just made.
    pub(crate) fn made(made: Made, now: Timestamp) -> Self {
        Self {
            url: Some(made.url),
            ..Self::new(made.link, now)
        }
    }
}
