//! Webhook endpoints and deliveries, as they are shown.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_model::{WebhookDelivery, WebhookEndpoint};

/// Where events are sent to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookEndpoint)]
pub(crate) struct WebhookEndpointView {
    /// Its id.
    #[schema(example = "whe_019306f4e0c07d3aa1b2c3d4e5f60718")]
    id: String,
    /// The only workspace whose events it gets; null: those of every workspace.
    workspace_id: Option<String>,
    /// The URL that is posted to.
    #[schema(example = "https://app.example.com/webhooks/sso")]
    url: String,
    /// What it is for.
    description: Option<String>,
    /// The types of events that it gets; empty: all of them.
    #[schema(example = json!(["member.created", "connection.enabled"]))]
    events: Vec<&'static str>,
    /// Whether anything is sent. What happens meanwhile waits, for 30 days at most.
    enabled: bool,
    /// Why it is disabled: by an API key, or because the receiver took nothing for three days, or said that
    /// it is gone.
    #[schema(
        example = "failing since 2026-11-27T08:00:00Z; lastly: the receiver answered with HTTP status 500"
    )]
    disabled_reason: Option<String>,
    /// Since when.
    #[schema(value_type = Option<String>, format = DateTime)]
    disabled_at: Option<Timestamp>,
    /// Until when the secret before the last rotation signs too.
    #[schema(value_type = Option<String>, format = DateTime)]
    previous_secret_expires_at: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// What its events are signed with; shown once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")]
    secret: Option<String>,
}

impl WebhookEndpointView {
    /// An endpoint, with its secret where that was just made.
    pub(crate) fn new(endpoint: WebhookEndpoint, secret: Option<String>) -> Self {
        Self {
            id: endpoint.id.to_string(),
            workspace_id: endpoint.workspace_id.map(|id| id.to_string()),
            url: endpoint.url,
            description: endpoint.description,
            events: endpoint.events.iter().map(|one| one.as_str()).collect(),
            enabled: endpoint.enabled,
            disabled_reason: endpoint.disabled_reason,
            disabled_at: endpoint.disabled_at,
            previous_secret_expires_at: endpoint.previous_secret_until,
            created_at: endpoint.created_at,
            updated_at: endpoint.updated_at,
            secret,
        }
    }
}

/// One event on its way to one endpoint, or arrived there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub(crate) struct WebhookDeliveryView {
    /// Its id.
    #[schema(example = "whd_019306f4e0c07d3aa1b2c3d4e5f60718")]
    id: String,
    /// The event's id, which receivers see as `webhook-id`.
    #[schema(example = "evt_019306f4e0c07d3aa1b2c3d4e5f60718")]
    event_id: String,
    /// What happened.
    #[schema(example = "connection.enabled")]
    event_type: &'static str,
    /// Whose event it is.
    workspace_id: Option<String>,
    /// pending, delivered or skipped.
    #[schema(example = "pending")]
    state: &'static str,
    /// How many times it was sent.
    attempts: u32,
    /// The HTTP status of the last answer.
    #[schema(example = 500)]
    last_status: Option<u16>,
    /// Why the last try failed.
    #[schema(example = "the receiver answered with HTTP status 500")]
    last_reason: Option<String>,
    /// When it was last sent.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_attempt_at: Option<Timestamp>,
    /// When it is sent again, after it failed; null where it was not sent yet, waits for the one before it
    /// or for the endpoint to be enabled, or is finished.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_try_at: Option<Timestamp>,
    /// When the receiver took it.
    #[schema(value_type = Option<String>, format = DateTime)]
    delivered_at: Option<Timestamp>,
    /// When it was queued.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<WebhookDelivery> for WebhookDeliveryView {
    fn from(delivery: WebhookDelivery) -> Self {
        let delivered = delivery.state == vestibule_model::DeliveryState::Delivered;
        Self {
            id: delivery.id.to_string(),
            event_id: delivery.event_id.to_string(),
            event_type: delivery.event_type.as_str(),
            workspace_id: delivery.workspace_id.map(|id| id.to_string()),
            state: delivery.state.as_str(),
            attempts: delivery.attempts,
            last_status: delivery.last_status,
            last_reason: delivery.last_reason,
            last_attempt_at: delivery.last_attempt_at,
            next_try_at: delivery.next_try_at,
            delivered_at: delivery.finished_at.filter(|_| delivered),
            created_at: delivery.created_at,
        }
    }
}

/// What is sent once more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookReplay)]
pub(crate) struct WebhookReplayView {
    /// How many deliveries were queued.
    #[schema(example = 17)]
    pub(crate) queued: usize,
}
