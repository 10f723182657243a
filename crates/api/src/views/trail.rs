//! Tests, attempts, reports and audit events, as they are shown.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_model::{Attempt, AttemptEvent, AuditEvent, TestRun, TestState};
use vestibule_saml::{Report, Side};
use vestibule_state::Stray;

use crate::views::SubjectView;

/// One check of a report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportRow)]
pub(crate) struct ReportRowView {
    /// Which check, as a stable word.
    #[schema(example = "audience")]
    check: &'static str,
    /// pass, warn, fail or skipped.
    #[schema(example = "fail")]
    outcome: &'static str,
    /// What was expected.
    expected: Option<String>,
    /// What was received.
    received: Option<String>,
    /// How to mend it, in the words of the identity provider's own pages.
    remedy: Option<String>,
    /// Who has to change something, of a failure or a warning: identity_provider, this_service,
    /// person or message_path.
    side: Option<&'static str>,
    /// The section of the specification.
    #[schema(example = "Profiles §4.1.4.2")]
    reference: &'static str,
}

pub(crate) fn report_rows(report: Option<&Report>) -> Vec<ReportRowView> {
    report
        .map(Report::rows)
        .unwrap_or_default()
        .iter()
        .map(|row| ReportRowView {
            check: row.check.as_str(),
            outcome: row.outcome.as_str(),
            expected: row.expected.clone(),
            received: row.received.clone(),
            remedy: row.remedy.clone(),
            side: row.side.map(Side::as_str),
            reference: row.check.reference(),
        })
        .collect()
}

/// One trip to the IdP and back with a revision; it signs nobody in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestRun)]
pub(crate) struct TestView {
    /// Its id.
    id: String,
    /// The connection.
    connection_id: String,
    /// The revision it runs with.
    revision_id: String,
    /// pending, passed, failed or expired.
    state: &'static str,
    /// Where to send a browser; null once the test has ended.
    start_url: Option<String>,
    /// Every check; empty while pending.
    report: Vec<ReportRowView>,
    /// Whom the IdP asserted, once it passed.
    subject: Option<SubjectView>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When `start_url` stops working.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// When it came to its end.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
}

impl TestView {
    /// `start_url` is shown while the test is pending. A pending test past its time has expired,
    /// whether or not anybody has written that down yet.
    pub(crate) fn new(test: TestRun, start_url: Option<String>, now: Timestamp) -> Self {
        let overdue = test.state == TestState::Pending && test.expires_at <= now;
        let state = if overdue {
            TestState::Expired
        } else {
            test.state
        };
        Self {
            id: test.id.to_string(),
            connection_id: test.connection_id.to_string(),
            revision_id: test.revision_id.to_string(),
            state: state.as_str(),
            start_url: start_url.filter(|_| state == TestState::Pending),
            report: report_rows(test.report.as_ref()),
            subject: test.name_id.map(SubjectView::from),
            created_at: test.created_at,
            expires_at: test.expires_at,
            finished_at: test.finished_at,
        }
    }
}

/// One step of a sign-in attempt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInAttemptStep)]
pub(crate) struct AttemptStepView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// left_for_idp, response_arrived, refused, restarted, signed_in, code_redeemed or inspected.
    #[schema(example = "refused")]
    step: &'static str,
    /// The check or rule that refused, or who inspected.
    #[schema(example = "audience")]
    detail: Option<String>,
}

impl From<AttemptEvent> for AttemptStepView {
    fn from(event: AttemptEvent) -> Self {
        Self {
            at: event.at,
            step: event.step.as_str(),
            detail: event.detail,
        }
    }
}

/// One sign-in with the live revision, kept for support.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInAttempt)]
pub(crate) struct AttemptView {
    /// Its id.
    id: String,
    /// What the person saw and may read out.
    #[schema(example = "K7QF2-M9XBD")]
    reference: Option<String>,
    /// The connection.
    connection_id: String,
    /// The revision it ran with.
    revision_id: String,
    /// The application that asked.
    client_id: String,
    /// Who came in.
    member_id: Option<String>,
    /// signed_in, refused or pending: at the identity provider, or never back.
    outcome: &'static str,
    /// The failing check or rule, as a stable word.
    reason: Option<String>,
    /// Every step, in order.
    timeline: Vec<AttemptStepView>,
    /// Every check; empty while nothing has come back that could be read.
    report: Vec<ReportRowView>,
    /// The response as it arrived, the value of the form field in base64: where the workspace has
    /// responses kept, for keys with the scope `responses:read`, one attempt at a time.
    saml_response: Option<String>,
    /// Until when it is kept.
    #[schema(value_type = Option<String>, format = DateTime)]
    saml_response_until: Option<Timestamp>,
    /// When the browser left for the IdP.
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// When it came back for the last time.
    #[schema(value_type = String, format = DateTime)]
    finished_at: Timestamp,
}

impl AttemptView {
    /// Shows the response as it arrived.
    pub(crate) fn show_response(&mut self, saml_response: Option<String>) {
        self.saml_response = saml_response;
    }
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        Self {
            id: attempt.id.to_string(),
            reference: attempt.reference.map(|reference| reference.to_string()),
            connection_id: attempt.connection_id.to_string(),
            revision_id: attempt.revision_id.to_string(),
            client_id: attempt.client_id.to_string(),
            member_id: attempt.member_id.map(|id| id.to_string()),
            outcome: attempt.outcome.as_str(),
            reason: attempt.reason,
            timeline: attempt.timeline.into_iter().map(Into::into).collect(),
            report: report_rows(Some(&attempt.report)),
            saml_response: None,
            saml_response_until: attempt.response_until,
            started_at: attempt.started_at,
            finished_at: attempt.finished_at,
        }
    }
}

/// Something that arrived at a connection and belongs to no sign-in that began here.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StrayResponse)]
pub(crate) struct StrayView {
    /// What the person saw and may read out.
    #[schema(example = "K7QF2-M9XBD")]
    reference: String,
    /// The connection.
    connection_id: String,
    /// Why it was refused, as a stable word.
    #[schema(example = "response-unreadable")]
    reason: String,
    /// What came instead.
    #[schema(example = "the message is not base64")]
    detail: Option<String>,
    /// When it arrived.
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
}

impl From<Stray> for StrayView {
    fn from(stray: Stray) -> Self {
        Self {
            reference: stray.reference.to_string(),
            connection_id: stray.connection_id.to_string(),
            reason: stray.reason,
            detail: stray.detail,
            received_at: stray.received_at,
        }
    }
}

/// What a reference stands for: one of the two.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInReference)]
pub(crate) struct ReferenceView {
    /// The sign-in attempt.
    sign_in_attempt: Option<AttemptView>,
    /// What belongs to no attempt.
    stray_response: Option<StrayView>,
}

impl From<Attempt> for ReferenceView {
    fn from(attempt: Attempt) -> Self {
        Self {
            sign_in_attempt: Some(attempt.into()),
            stray_response: None,
        }
    }
}

impl From<Stray> for ReferenceView {
    fn from(stray: Stray) -> Self {
        Self {
            sign_in_attempt: None,
            stray_response: Some(stray.into()),
        }
    }
}

/// One entry of the audit log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEvent)]
pub(crate) struct AuditEventView {
    /// Its id.
    id: String,
    /// The workspace it belongs to.
    workspace_id: Option<String>,
    /// Who did it: the id of an API key, a member or a setup link, `operator` or `system`.
    actor: String,
    /// What was done, as a stable word.
    #[schema(example = "connection.enabled")]
    action: String,
    /// To what.
    target: String,
    /// What else is worth knowing.
    #[schema(value_type = Object)]
    detail: serde_json::Value,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// How it came in; null of entries from before that was kept.
    source: Option<AuditSourceView>,
    /// Its place in the chain of its workspace, or of the deployment; null in the few seconds before it has one.
    seal: Option<AuditSealView>,
}

/// How a change came in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditSource)]
pub(crate) struct AuditSourceView {
    /// api, page, saml, openid_connect, command_line or job.
    #[schema(example = "api")]
    via: &'static str,
    /// The request, as `X-Request-Id` and the server's log name it.
    #[schema(example = "req_0e4f6c1de9d84e3f9d1c5d3f5a9b2c7d")]
    request_id: Option<String>,
}

/// The place of an entry in a chain.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditSeal)]
pub(crate) struct AuditSealView {
    /// Its number; the first is 1.
    #[schema(example = 42)]
    number: i64,
    /// What binds it to all entries before it: an HMAC-SHA256 in lower-case hex.
    mac: String,
}

impl From<AuditEvent> for AuditEventView {
    fn from(event: AuditEvent) -> Self {
        Self {
            id: event.id.to_string(),
            workspace_id: event.workspace_id.map(|id| id.to_string()),
            actor: event.actor.to_string(),
            action: event.action,
            target: event.target,
            detail: serde_json::from_str(&event.detail).unwrap_or_default(),
            at: event.at,
            source: event.source.map(|source| AuditSourceView {
                via: source.via.as_str(),
                request_id: source.request_id,
            }),
            seal: event.seal.map(|seal| AuditSealView {
                number: seal.number,
                mac: seal.mac,
            }),
        }
    }
}
