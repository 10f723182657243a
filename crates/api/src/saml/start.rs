//! Where a browser starts a test: each browser that opens the URL gets a trip of its own.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    web::{Data, Path},
};
use vestibule_model::{TestState, Workspace};
use vestibule_policy::plan_gate;
use vestibule_session::Secret;
use vestibule_state::Purpose;
use vestibule_store::Reach;

use crate::{clock, page::ErrorPage, problem::Problem, saml::leave, service::Service};

/// Sends the browser to the IdP, to test a revision.
#[get("/saml/tests/{token}")]
pub(crate) async fn start(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let hash = Secret::parse(&path).ok_or_else(gone)?.hash();
    let found = service
        .store
        .read(move |tx| {
            let Some(test) = tx.test_by_start_token(&hash)? else {
                return Ok(None);
            };
            let connection = tx.connection(Reach::All, test.connection_id)?;
            let workspace = tx.workspace(Reach::All, test.workspace_id)?;
            let revision = tx.revision(test.connection_id, test.revision_id)?;
            Ok::<_, Problem>(Some((test, connection, workspace, revision)))
        })
        .await?;
    let Some((test, Some(connection), Some(Workspace { plan, .. }), Some(revision))) = found else {
        return Err(gone());
    };
    if test.state != TestState::Pending || test.expires_at <= now {
        return Err(gone());
    }
    plan_gate(plan, &service.rules).map_err(|refusal| ErrorPage::from(Problem::from(refusal)))?;
    leave(
        &request,
        &service,
        Purpose::Test(test.id),
        &connection,
        &revision,
        now,
    )
    .await
}

fn gone() -> ErrorPage {
    ErrorPage::worded(StatusCode::NOT_FOUND, "test-over", "test-link-over")
}
