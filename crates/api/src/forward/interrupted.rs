//! A sign-in that did not end where it began. The page is on our own host, where its style is, and under a
//! path that browsers reach.

use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    web::{Data, Path},
};
use vestibule_model::ClientId;
use vestibule_pages::text;

use super::app::{App, FOLDER};
use crate::{
    page::{self, ErrorPage},
    service::Service,
};

/// Sends a browser to the page that says so.
pub(super) fn to_the_page(service: &Service, app: &App) -> HttpResponse {
    let (ours, id) = (&service.config.public_url, app.client.id);
    page::redirect(
        StatusCode::SEE_OTHER,
        format!("{ours}/oauth2/interrupted/{id}"),
    )
}

/// The page, with the way to begin anew.
#[get("/oauth2/interrupted/{client_id}")]
pub(super) async fn interrupted(
    service: Data<Service>,
    client_id: Path<ClientId>,
) -> Result<HttpResponse, ErrorPage> {
    let app = App::find(&service, client_id.into_inner()).await?;
    let again = app.url(&format!("{FOLDER}sign-in?return_to=/"));
    let page = ErrorPage::named(StatusCode::BAD_REQUEST, "forward-auth-interrupted");
    Err(page.link(again, text("forward-auth-again")))
}
