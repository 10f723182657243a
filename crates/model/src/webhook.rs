//! Webhooks: what happened, told to the systems of those whom it concerns.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{EventId, WebhookDeliveryId, WebhookEndpointId, WorkspaceId, words};

words! {
    /// What an event tells of. The words are a promise to receivers: none ever changes its meaning.
    WebhookEventType {
        /// A workspace was made.
        WorkspaceCreated = "workspace.created",
        /// A workspace was changed.
        WorkspaceChanged = "workspace.changed",
        /// A workspace has another plan.
        WorkspacePlanChanged = "workspace.plan_changed",
        /// A workspace was deleted, and everything in it.
        WorkspaceDeleted = "workspace.deleted",
        /// There is a new member: made by API, or at a first sign-in.
        MemberCreated = "member.created",
        /// A member was invited.
        MemberInvited = "member.invited",
        /// A member was changed by API.
        MemberChanged = "member.changed",
        /// A member has another role: by API, or by the IdP's groups.
        MemberRoleChanged = "member.role_changed",
        /// A member was deactivated.
        MemberDeactivated = "member.deactivated",
        /// A member was deleted.
        MemberDeleted = "member.deleted",
        /// A member signed in.
        MemberSignedIn = "member.signed_in",
        /// A member signed out at an application.
        MemberSignedOut = "member.signed_out",
        /// An admin signed in without SSO while it is live.
        AdminSignedInWithoutSso = "admin.signed_in_without_sso",
        /// A sign-in by SAML was refused.
        SignInRefused = "sign_in.refused",
        /// A session was ended by API.
        SessionRevoked = "session.revoked",
        /// Every session of a member was ended by API.
        SessionsRevoked = "sessions.revoked",
        /// A connection was made.
        ConnectionCreated = "connection.created",
        /// A connection has another name or place, or other certificates.
        ConnectionChanged = "connection.changed",
        /// New settings were saved, and serve nobody yet.
        ConnectionDraftSaved = "connection.draft_saved",
        /// A connection went live, or goes on with other settings.
        ConnectionEnabled = "connection.enabled",
        /// A connection was disabled.
        ConnectionDisabled = "connection.disabled",
        /// A live connection rests, for the plan includes no SSO any more.
        ConnectionSuspended = "connection.suspended",
        /// A connection that rested is live again.
        ConnectionRestored = "connection.restored",
        /// A connection was deleted.
        ConnectionDeleted = "connection.deleted",
        /// The IdP's metadata changed.
        ConnectionMetadataChanged = "connection.metadata_changed",
        /// The IdP's metadata could not be fetched.
        ConnectionMetadataFailed = "connection.metadata_failed",
        /// Several sign-ins of one connection were refused within minutes.
        ConnectionSignInsRefused = "connection.sign_ins_refused",
        /// A certificate of the IdP ends soon.
        CertificateExpiresSoon = "certificate.expires_soon",
        /// A test of a connection has passed or failed.
        TestFinished = "test.finished",
        /// A setup link was opened in a browser.
        SetupLinkOpened = "setup_link.opened",
        /// Something was saved through a setup link for the first time.
        SetupLinkUsed = "setup_link.used",
        /// A domain was verified.
        DomainVerified = "domain.verified",
        /// The record of a verified domain is gone.
        DomainUnverified = "domain.unverified",
        /// Where a chain of the audit log ends now.
        AuditLogSealed = "audit_log.sealed",
        /// Nothing happened: somebody tries an endpoint out.
        WebhookTest = "webhook.test",
    }
}

words! {
    /// What has become of a delivery.
    DeliveryState {
        /// It is to be sent, or was tried and is to be sent again.
        Pending = "pending",
        /// The receiver has taken it.
        Delivered = "delivered",
        /// Somebody has given it up.
        Skipped = "skipped",
    }
}

/// Where events are sent to. Its secret is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// The only workspace whose events it gets; none: those of every workspace.
    pub workspace_id: Option<WorkspaceId>,
    /// The URL that is posted to.
    pub url: String,
    /// What it is for.
    pub description: Option<String>,
    /// The types it gets; none: all of them, also those of later releases.
    pub events: BTreeSet<WebhookEventType>,
    /// Whether anything is sent. What happens meanwhile waits.
    pub enabled: bool,
    /// Why it is disabled.
    pub disabled_reason: Option<String>,
    /// Since when.
    pub disabled_at: Option<Timestamp>,
    /// Until when the secret before the last rotation signs too.
    pub previous_secret_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Something that happened, as receivers are told of it: the same for each of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEvent {
    /// Its id, by which a receiver knows it again.
    pub id: EventId,
    /// What happened.
    pub event_type: WebhookEventType,
    /// Whose it is.
    pub workspace_id: Option<WorkspaceId>,
    /// The JSON document that is sent.
    pub body: String,
    /// When it happened.
    pub at: Timestamp,
}

/// One event on its way to one endpoint, or arrived there, without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookDelivery {
    /// Its id.
    pub id: WebhookDeliveryId,
    /// Where it goes.
    pub endpoint_id: WebhookEndpointId,
    /// The event.
    pub event_id: EventId,
    /// What happened.
    pub event_type: WebhookEventType,
    /// Whose event it is.
    pub workspace_id: Option<WorkspaceId>,
    /// What has become of it.
    pub state: DeliveryState,
    /// How many times it was sent.
    pub attempts: u32,
    /// The HTTP status of the last answer, if there was one.
    pub last_status: Option<u16>,
    /// Why the last try failed.
    pub last_reason: Option<String>,
    /// When it was last sent.
    pub last_attempt_at: Option<Timestamp>,
    /// When it is sent again, after it failed.
    pub next_try_at: Option<Timestamp>,
    /// When it was taken, or given up.
    pub finished_at: Option<Timestamp>,
    /// When it was queued.
    pub created_at: Timestamp,
}
