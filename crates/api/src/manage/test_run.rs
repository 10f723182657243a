//! Test runs: one trip to the IdP and back with a revision, before it goes live.

use jiff::Timestamp;
use serde_json::json;
use vestibule_model::{ConnectionId, ReturnPath, TestId, TestRun, TestState};
use vestibule_policy::plan_gate;
use vestibule_session::Secret;
use vestibule_state::Trip;
use vestibule_store::{Page, PageRequest, Tx};

use crate::{
    audit,
    manage::{Authority, Change, connection::nothing_saved},
    problem::Problem,
    saml::urls,
    service::Service,
};

/// A test run, and where a browser starts it.
#[derive(Debug, Clone)]
pub(crate) struct TestToRun {
    pub(crate) test: TestRun,
    /// A bearer; none once the run has ended.
    pub(crate) start_url: Option<String>,
}

/// Starts a test of the draft, else of the live revision. With the path of a page of ours, such as
/// `/settings/sso/{connection_id}`, the browser that comes back is sent to `<page>/tests/<test id>`;
/// without one it is shown the report where it arrives.
///
/// # Errors
/// `draft-required`, `plan-upgrade-required`, `not-found`; a page that is none of ours.
pub(crate) fn create(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
    page: Option<String>,
    now: Timestamp,
) -> Result<Change<TestToRun>, Problem> {
    let test_id = TestId::new(now);
    let return_path = page.map(|page| ReturnPath::of_test(&page, test_id));
    let return_path = return_path.transpose().map_err(Problem::internal)?;
    let secret = Secret::generate().map_err(Problem::internal)?;
    let start_url = urls::start(&service.config.public_url, &secret);
    let expires_at = now.checked_add(Trip::LIFETIME).map_err(Problem::internal)?;
    let rules = service.rules.clone();
    let write = move |tx: &mut Tx<'_>| {
        let (connection, workspace) = authority.connection(tx, id)?;
        plan_gate(workspace.plan, &rules)?;
        let revision_id = connection.draft.or(connection.live);
        let revision_id = revision_id.ok_or_else(nothing_saved)?;
        let test = TestRun {
            id: test_id,
            workspace_id: workspace.id,
            connection_id: id,
            revision_id,
            state: TestState::Pending,
            report: None,
            name_id: None,
            claim: None,
            browser: None,
            return_path,
            created_at: now,
            expires_at,
            finished_at: None,
        };
        tx.insert_test(&test, &secret)?;
        let detail = json!({"revision": revision_id.to_string()});
        let (actor, scope) = (authority.actor(), Some(workspace.id));
        audit::record(tx, actor, scope, "test.created", test.id, &detail, now)?;
        Ok(TestToRun {
            test,
            start_url: Some(start_url),
        })
    };
    Ok(Change::by(write))
}

/// A page of a connection's tests, the newest first.
///
/// # Errors
/// `not-found`; a cursor that is none.
pub(crate) async fn list(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
    request: PageRequest,
) -> Result<Page<TestRun>, Problem> {
    let read = move |tx: &mut Tx<'_>| {
        authority.connection(tx, id)?;
        Ok(tx.list_tests(id, &request)?)
    };
    service.store.read(read).await
}

/// A test and its report.
///
/// # Errors
/// `not-found`.
pub(crate) async fn read(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
    test_id: TestId,
) -> Result<TestToRun, Problem> {
    let read = move |tx: &mut Tx<'_>| {
        authority.connection(tx, id)?;
        let test = tx.test(id, test_id)?;
        let test = test.ok_or_else(|| Problem::not_found("test"))?;
        Ok::<_, Problem>((test, tx.test_start_token(test_id)?))
    };
    let (test, secret) = service.store.read(read).await?;
    let start_url = secret.map(|secret| urls::start(&service.config.public_url, &secret));
    Ok(TestToRun { test, start_url })
}
