//! The end of a test: the same corridor as a sign-in, up to the report.

use std::sync::Arc;

use actix_web::{HttpResponse, http::StatusCode, web::Data};
use jiff::Timestamp;
use serde_json::json;
use tracing::info;
use vestibule_model::{
    Actor, Connection, Phase, Revision, RevisionSettings, TestClaim, TestId, TestRun, TestState,
    Workspace,
};
use vestibule_pages::{Frame, TestReport, TestVerdict};
use vestibule_policy::{claim, plan_gate};
use vestibule_saml::{
    Expected, Learned, NameId, Outcome, Provider, Refusal, Report, Row, Test, UnverifiedResponse,
    VerifiedAssertion,
};
use vestibule_state::Trip;
use vestibule_store::{Reach, Tx};

use crate::{
    audit, clock,
    page::{self, ErrorPage},
    people,
    problem::{Problem, ProblemType},
    saml::{
        arrival::use_up,
        expectation::{expected_answer, judge, keys_for, provider},
    },
    service::Service,
    settings,
    when::when,
};

/// What a test found out.
struct Finding {
    state: TestState,
    report: Report,
    name_id: Option<NameId>,
    /// What it saw, where it passed.
    learned: Option<Learned>,
    /// Whom it was about, where it passed and that can be told.
    claim: Option<TestClaim>,
}

/// Verifies and validates with the revision's keys, writes the report down and shows it, or leads to the
/// page of ours that has started the test and shows it there.
pub(crate) async fn finish(
    service: &Data<Service>,
    trip: Trip,
    test_id: TestId,
    unverified: UnverifiedResponse,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let (test, connection, revision, workspace) = load(service, &trip, test_id).await?;
    if test.state != TestState::Pending || test.expires_at <= now {
        return Err(over());
    }
    plan_gate(workspace.plan, &service.rules).map_err(Problem::from)?;

    let keys = keys_for(service, connection.id, &revision, &unverified, now).await?;
    let entity_id = revision.idp_entity_id().map(str::to_owned);
    let (sent, parts) = expected_answer(service, &trip, &revision, &keys);
    let expected = Expected::test(sent, parts, entity_id);
    let outcome = judge(service, trip.connection_id, unverified, keys, expected, now).await?;
    let finding = found(
        outcome,
        &revision.settings,
        provider(&connection, &revision),
    );

    use_up(service, &trip).await?;
    let state = finding.state;
    let found = Shown {
        state,
        report: finding.report.clone(),
    };
    let is_claimed = finding.claim.is_some();
    let counted = service
        .store
        .write(move |tx| write_down(tx, &trip, test_id, &finding, now))
        .await?;
    if !counted {
        return Err(over());
    }
    info!(
        event = "test",
        outcome = state.as_str(),
        reason = found.report.first_failure().map(|row| row.check.as_str()),
        test.id = %test_id,
        connection.id = %test.connection_id,
        workspace.id = %test.workspace_id,
        "test finished"
    );
    if let Some(path) = &test.return_path {
        let path = path.as_str().to_owned();
        return Ok(page::redirect(StatusCode::SEE_OTHER, path));
    }
    let place = is_claimed.then(|| people::this_is_me(connection.id, test_id));
    Ok(shown((&test, &workspace), &found, place))
}

/// What is shown of a finding once it is written down.
struct Shown {
    state: TestState,
    report: Report,
}

async fn load(
    service: &Service,
    trip: &Trip,
    test_id: TestId,
) -> Result<(TestRun, Connection, Revision, Workspace), ErrorPage> {
    let (connection_id, revision_id, workspace_id) =
        (trip.connection_id, trip.revision_id, trip.workspace_id);
    let (test, connection, revision, workspace) = service
        .store
        .read(move |tx| {
            Ok::<_, Problem>((
                tx.test(connection_id, test_id)?,
                tx.connection(Reach::All, connection_id)?,
                tx.revision(connection_id, revision_id)?,
                tx.workspace(Reach::All, workspace_id)?,
            ))
        })
        .await?;
    match (test, connection, revision, workspace) {
        (Some(test), Some(connection), Some(revision), Some(workspace)) => {
            Ok((test, connection, revision, workspace))
        }
        _ => Err(over()),
    }
}

fn found(
    outcome: Result<Arc<VerifiedAssertion<Test>>, Refusal>,
    settings: &RevisionSettings,
    provider: Provider,
) -> Finding {
    match outcome {
        Ok(assertion) => Finding {
            state: TestState::Passed,
            report: assertion.report().clone().in_words_of(provider),
            name_id: assertion.name_id().cloned(),
            learned: Some(assertion.learned()),
            claim: claim(&assertion, settings).ok().map(|claim| TestClaim {
                subject: claim.subject().cloned(),
                email: claim.email().cloned(),
            }),
        },
        Err(refusal) => Finding {
            state: TestState::Failed,
            report: refusal.report.in_words_of(provider),
            name_id: None,
            learned: None,
            claim: None,
        },
    }
}

/// A passed test learns the entity ID and makes the draft ready; one that was ended meanwhile does
/// nothing.
fn write_down(
    tx: &mut Tx<'_>,
    trip: &Trip,
    test_id: TestId,
    finding: &Finding,
    now: Timestamp,
) -> Result<bool, Problem> {
    let name_id = finding.name_id.as_ref();
    let (report, claim, browser) = (
        &finding.report,
        finding.claim.as_ref(),
        trip.browser.to_hex(),
    );
    let browser = claim.map(|_| browser.as_str());
    if !tx.finish_test(test_id, finding.state, report, name_id, claim, browser, now)? {
        return Ok(false);
    }
    if let Some(learned) = &finding.learned {
        if !tx.mark_revision_passed(trip.revision_id, test_id, learned)? {
            // Another test of the same revision ended a moment ago and learned another entity ID.
            let detail = "a test of the same revision has just met another identity provider";
            return Err(Problem::new(ProblemType::Conflict, detail).worded("test-conflict"));
        }
        if let Some(connection) = tx.connection(Reach::All, trip.connection_id)? {
            make_ready(tx, connection, trip, now)?;
        }
    }
    let detail = json!({
        "state": finding.state,
        "failing": finding.report.first_failure().map(|row| row.check.as_str()),
    });
    let scope = Some(trip.workspace_id);
    audit::record(
        tx,
        Actor::System,
        scope,
        "test.finished",
        test_id,
        &detail,
        now,
    )?;
    Ok(true)
}

fn make_ready(
    tx: &mut Tx<'_>,
    mut connection: Connection,
    trip: &Trip,
    now: Timestamp,
) -> Result<(), Problem> {
    if connection.phase == Phase::Draft && connection.draft == Some(trip.revision_id) {
        connection.phase = Phase::Ready;
        connection.updated_at = now;
        tx.update_connection(&connection)?;
    }
    Ok(())
}

/// The report of a test that no page of ours has begun, where it ends: whoever looks at it need not be
/// signed in here.
fn shown(
    (test, workspace): (&TestRun, &Workspace),
    finding: &Shown,
    this_is_me: Option<String>,
) -> HttpResponse {
    let passed = finding.state == TestState::Passed;
    let rows = finding.report.rows().iter();
    let (findings, others): (Vec<&Row>, Vec<&Row>) =
        rows.partition(|row| matches!(row.outcome, Outcome::Fail | Outcome::Warn));
    let page = TestReport {
        frame: Frame {
            workspace: workspace.name.clone(),
            connection: None,
            tabs: Vec::new(),
            connections_href: None,
            account_href: None,
            reader: None,
            csrf: String::new(),
            notice: None,
            error: None,
        },
        verdict: if passed {
            TestVerdict::Passed
        } else {
            TestVerdict::Failed
        },
        reference: test.id.to_string(),
        begun: when(test.created_at),
        name_id: None,
        email: None,
        idp_entity_id: None,
        findings: findings.into_iter().map(settings::report_row).collect(),
        others: others.into_iter().map(settings::report_row).collect(),
        start_href: None,
        again: None,
        settings_href: settings::place(test.connection_id),
        enable_href: None,
        this_is_me_href: this_is_me,
        return_href: None,
        state_href: None,
        leaves: false,
    };
    let status = if passed {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    page::rendered(status, page)
}

fn over() -> ErrorPage {
    ErrorPage::named(StatusCode::CONFLICT, "test-over")
}
