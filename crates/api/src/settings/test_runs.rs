//! Test runs: begun by a button, and their reports.

use actix_web::{HttpResponse, get, http::StatusCode, post, web::Path};
use serde_json::json;
use vestibule_model::{ConnectionId, TestId};

use super::{operator::Operator, report};
use crate::{
    manage::{connection, test_run},
    page::{self, ErrorPage},
    people::Form,
};

/// Begins a test in this browser; it comes back to the report.
#[post("/{connection_id}/tests")]
pub(crate) async fn begin(
    operator: Operator,
    path: Path<ConnectionId>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    operator.check_form(&fields)?;
    let (service, id) = (operator.service(), path.into_inner());
    let page_of = Some(operator.base(id));
    let change = test_run::create(service, operator.authority(), id, page_of, operator.now())?;
    let made = change.make(service).await?;
    // By way of the report, which is left at once: no form may lead to another origin.
    let place = format!("{}/tests/{}?{LEAVES}=1", operator.base(id), made.test.id);
    Ok(page::redirect(StatusCode::SEE_OTHER, place))
}

/// The parameter with which the page of a test goes on to the identity provider by itself.
const LEAVES: &str = "leaves";

/// The report.
#[get("/{connection_id}/tests/{test_id}")]
pub(crate) async fn show(
    operator: Operator,
    path: Path<(ConnectionId, TestId)>,
) -> Result<HttpResponse, ErrorPage> {
    let (id, test_id) = path.into_inner();
    let (service, authority) = (operator.service(), operator.authority());
    let run = test_run::read(service, authority.clone(), id, test_id).await?;
    let parts = connection::load(service, authority, id).await?;
    let leaves = Form::of_query(operator.request()).has(LEAVES);
    let report = report::page(&operator, &parts, run, leaves);
    Ok(page::rendered(StatusCode::OK, report))
}

/// How far it is, for a page that waits: `{"state": …}`.
#[get("/{connection_id}/tests/{test_id}/state")]
pub(crate) async fn state(
    operator: Operator,
    path: Path<(ConnectionId, TestId)>,
) -> Result<HttpResponse, ErrorPage> {
    let (id, test_id) = path.into_inner();
    let run = test_run::read(operator.service(), operator.authority(), id, test_id).await?;
    let state = report::verdict(&run.test, operator.now()).1;
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "no-store"))
        .json(json!({"state": state})))
}
