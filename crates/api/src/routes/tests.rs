//! Test runs: one trip to the IdP and back with a revision, before it goes live.

use actix_web::{
    HttpResponse, get, post,
    web::{Data, Path, Query},
};
use vestibule_model::{ConnectionId, TestId};

use crate::{
    clock,
    extract::{Allowed, Json, PageQuery, created, scope},
    manage::test_run::{self, TestToRun},
    problem::Problem,
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
    let (id, now) = (path.into_inner(), clock::now());
    let change = test_run::create(&service, caller.authority(), id, None, now)?;
    let show = move |made: TestToRun| created(TestView::new(made.test, made.start_url, now));
    caller.answer(&service, change, show).await
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
    let (id, request) = (path.into_inner(), query.into_inner().request()?);
    let (page, now) = (
        test_run::list(&service, caller.authority(), id, request).await?,
        clock::now(),
    );
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
    let (id, test_id) = path.into_inner();
    let found = test_run::read(&service, caller.authority(), id, test_id).await?;
    let shown = TestView::new(found.test, found.start_url, clock::now());
    Ok(HttpResponse::Ok().json(shown))
}
