//! Whether the server lives, and whether it can serve.

use actix_web::{HttpResponse, get, web::Data};
use serde_json::json;

use crate::service::Service;

/// The process answers.
#[get("/healthz")]
pub(crate) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

/// The database answers too, so sign-ins can be served.
#[get("/readyz")]
pub(crate) async fn readyz(service: Data<Service>) -> HttpResponse {
    match service.store.ping().await {
        Ok(()) => HttpResponse::Ok().json(json!({"status": "ready"})),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            HttpResponse::ServiceUnavailable()
                .insert_header(("Retry-After", "5"))
                .json(json!({"status": "unavailable", "database": "does not answer"}))
        }
    }
}
