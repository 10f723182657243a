//! Tests, attempts, reports and audit events, as they are shown.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_model::{Attempt, AuditEvent, TestRun, TestState};
use vestibule_saml::Report;

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
    /// How to mend it.
    remedy: Option<String>,
    /// The section of the specification.
    #[schema(example = "Profiles §4.1.4.2")]
    reference: String,
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
            reference: row.reference.to_string(),
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

/// One trip with the live revision, kept for support.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInAttempt)]
pub(crate) struct AttemptView {
    /// Its id: the reference that the person saw.
    id: String,
    /// The revision it ran with.
    revision_id: String,
    /// The application that asked.
    client_id: String,
    /// Who came in.
    member_id: Option<String>,
    /// signed_in or refused.
    outcome: &'static str,
    /// The failing check or rule, as a stable word.
    reason: Option<String>,
    /// Every check.
    report: Vec<ReportRowView>,
    /// When the browser left for the IdP.
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// When it came back.
    #[schema(value_type = String, format = DateTime)]
    finished_at: Timestamp,
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        Self {
            id: attempt.id.to_string(),
            revision_id: attempt.revision_id.to_string(),
            client_id: attempt.client_id.to_string(),
            member_id: attempt.member_id.map(|id| id.to_string()),
            outcome: attempt.outcome.as_str(),
            reason: attempt.reason,
            report: report_rows(Some(&attempt.report)),
            started_at: attempt.started_at,
            finished_at: attempt.finished_at,
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
    /// Who did it: the id of an API key or a member, `operator` or `system`.
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
}

impl From<AuditEvent> for AuditEventView {
    fn from(event: AuditEvent) -> Self {
        use vestibule_model::Actor;

        Self {
            id: event.id.to_string(),
            workspace_id: event.workspace_id.map(|id| id.to_string()),
            actor: match event.actor {
                Actor::ApiKey(id) => id.to_string(),
                Actor::Member(id) => id.to_string(),
                Actor::Operator => "operator".to_owned(),
                Actor::System => "system".to_owned(),
            },
            action: event.action,
            target: event.target,
            detail: serde_json::from_str(&event.detail).unwrap_or_default(),
            at: event.at,
        }
    }
}
