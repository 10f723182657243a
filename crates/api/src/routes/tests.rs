//! Test runs: one trip to the IdP and back with a revision, before it goes live.

use actix_web::{
    HttpResponse, get, post,
    web::{Data, Path, Query},
};
use serde_json::json;
use vestibule_model::{ConnectionId, TestId, TestRun, TestState};
use vestibule_policy::plan_gate;
use vestibule_session::Secret;
use vestibule_state::Trip;

use crate::{
    audit, clock,
    extract::{Allowed, Json, PageQuery, scope},
    problem::Problem,
    routes::connections::{nothing_saved, within_reach},
    saml::urls,
    service::Service,
    views::{List, TestView},
};

/// Nothing is needed to start a test.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTest {}

/// Start a test of the draft, else of the live revision: open `start_url` in a browser.
#[utoipa::path(tag = "Tests", operation_id = "createTest", request_body = NewTest,
    params(("connection_id" = String, Path, description = "The connection")),
    responses((status = 201, description = "The test, pending", body = TestView)))]
#[post("/connections/{connection_id}/tests")]
pub(crate) async fn create(
    caller: Allowed<scope::ConnectionsWrite>,
    service: Data<Service>,
    path: Path<ConnectionId>,
    _body: Json<NewTest>,
) -> Result<HttpResponse, Problem> {
    let (caller, id, now) = (caller.into_caller(), path.into_inner(), clock::now());
    let secret = Secret::generate().map_err(Problem::internal)?;
    let start_url = urls::start(&service.config.public_url, &secret);
    let expires_at = now.checked_add(Trip::LIFETIME).map_err(Problem::internal)?;
    let service_in = service.clone();
    let made = service
        .store
        .write(move |tx| {
            let (connection, workspace) = within_reach(tx, &caller, id)?;
            plan_gate(workspace.plan, &service_in.rules)?;
            let revision_id = connection
                .draft
                .or(connection.live)
                .ok_or_else(nothing_saved)?;
            let test = TestRun {
                id: TestId::new(now),
                workspace_id: workspace.id,
                connection_id: id,
                revision_id,
                state: TestState::Pending,
                report: None,
                name_id: None,
                claim: None,
                browser: None,
                created_at: now,
                expires_at,
                finished_at: None,
            };
            tx.insert_test(&test, &secret)?;
            let detail = json!({"revision": revision_id.to_string()});
            let (actor, scope) = (caller.actor(), Some(workspace.id));
            audit::record(tx, actor, scope, "test.created", test.id, &detail, now)?;
            Ok::<_, Problem>(test)
        })
        .await?;
    Ok(HttpResponse::Created().json(TestView::new(made, Some(start_url), now)))
}

/// List a connection's tests, the newest first.
#[utoipa::path(tag = "Tests", operation_id = "listTests",
    params(("connection_id" = String, Path, description = "The connection"), PageQuery),
    responses((status = 200, description = "A part of the list", body = List<TestView>)))]
#[get("/connections/{connection_id}/tests")]
pub(crate) async fn list(
    caller: Allowed<scope::ConnectionsRead>,
    service: Data<Service>,
    path: Path<ConnectionId>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (caller, id, now) = (caller.into_caller(), path.into_inner(), clock::now());
    let request = query.into_inner().request()?;
    let page = service
        .store
        .read(move |tx| {
            within_reach(tx, &caller, id)?;
            Ok::<_, Problem>(tx.list_tests(id, &request)?)
        })
        .await?;
    // `start_url` is a bearer: it is shown where one test is asked for, not in a list of all.
    Ok(HttpResponse::Ok().json(List::of(page, |test| TestView::new(test, None, now))))
}

/// Read a test and its report.
#[utoipa::path(tag = "Tests", operation_id = "getTest",
    params(("connection_id" = String, Path, description = "The connection"),
           ("test_id" = String, Path, description = "The test")),
    responses((status = 200, description = "The test", body = TestView)))]
#[get("/connections/{connection_id}/tests/{test_id}")]
pub(crate) async fn read(
    caller: Allowed<scope::ConnectionsRead>,
    service: Data<Service>,
    path: Path<(ConnectionId, TestId)>,
) -> Result<HttpResponse, Problem> {
    let (caller, (id, test_id)) = (caller.into_caller(), path.into_inner());
    let (test, secret) = service
        .store
        .read(move |tx| {
            within_reach(tx, &caller, id)?;
            let test = tx
                .test(id, test_id)?
                .ok_or_else(|| Problem::not_found("test"))?;
            Ok::<_, Problem>((test, tx.test_start_token(test_id)?))
        })
        .await?;
    let start_url = secret.map(|secret| urls::start(&service.config.public_url, &secret));
    Ok(HttpResponse::Ok().json(TestView::new(test, start_url, clock::now())))
}
