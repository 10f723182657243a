//! Logos and colours, as browsers load them.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use vestibule_model::{Colour, Logo, WorkspaceId};
use vestibule_pages::accent_sheet;

use crate::{people::Form, problem::Problem, service::Service};

/// A logo is somebody else's file on our origin: opened by itself it runs nothing and loads nothing, and
/// is nobody to us.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// The deployment's logo.
#[get("/assets/brand/logo")]
pub(crate) async fn logo_of_deployment(
    request: HttpRequest,
    service: Data<Service>,
) -> Result<HttpResponse, Problem> {
    let logo = service.brand.logo.as_ref();
    let logo = logo.ok_or_else(|| Problem::not_found("logo"))?;
    Ok(served(&request, logo))
}

/// A workspace's logo. Whoever knows the workspace's id may see it, as they see it on its sign-in page.
#[get("/assets/brand/{workspace_id}/logo")]
pub(crate) async fn logo_of_workspace(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<WorkspaceId>,
) -> Result<HttpResponse, Problem> {
    let id = path.into_inner();
    let found = service
        .store
        .read(move |tx| tx.logo(id).map_err(Problem::from))
        .await?;
    let logo = found.ok_or_else(|| Problem::not_found("logo"))?;
    Ok(served(&request, &logo))
}

/// The file. Under its own hash it never changes; under another it is looked for anew each time.
fn served(request: &HttpRequest, logo: &Logo) -> HttpResponse {
    let asked = Form::of_query(request);
    let cache = if asked.get("v") == logo.hash().as_str() {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    HttpResponse::Ok()
        .content_type(logo.kind().as_str())
        .insert_header(("Cache-Control", cache))
        .insert_header(("Content-Security-Policy", CONTENT_SECURITY_POLICY))
        .body(logo.bytes().to_vec())
}

/// The sheet of a colour: computed, and the same for everybody.
#[get("/assets/brand/{colour:[0-9a-f]{6}}.css")]
pub(crate) async fn sheet(path: Path<String>) -> Result<HttpResponse, Problem> {
    let colour: Result<Colour, _> = format!("#{path}").parse();
    let colour = colour.map_err(|_error| Problem::not_found("colour"))?;
    Ok(HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header(("Cache-Control", "public, max-age=3600"))
        .body(accent_sheet(colour.rgb())))
}
