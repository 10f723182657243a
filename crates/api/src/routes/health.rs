//! Whether the server lives, and whether it can serve.

use actix_web::{HttpResponse, get, web::Data};
use futures_util::future;
use serde_json::json;

use crate::service::Service;

/// The process answers.
#[get("/healthz")]
pub(crate) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

/// Whether this replica can serve. Without the database it cannot (503). Without the place for
/// short-lived state it cannot begin a sign-in, but sessions go on: it says `degraded` with 200, or
/// a load balancer would take the sessions away as well.
#[get("/readyz")]
pub(crate) async fn readyz(service: Data<Service>) -> HttpResponse {
    let (database, state) = future::join(service.store.ping(), service.state.ping()).await;
    let word = |answers: bool| if answers { "ok" } else { "does not answer" };
    let body = |status: &str| {
        json!({
            "status": status,
            "database": word(database.is_ok()),
            "short_lived_state": word(state.is_ok()),
        })
    };
    if let Err(error) = &state {
        tracing::warn!(%error, "no sign-in can begin");
    }
    match &database {
        Ok(()) if state.is_ok() => HttpResponse::Ok().json(body("ready")),
        Ok(()) => HttpResponse::Ok().json(body("degraded")),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            HttpResponse::ServiceUnavailable()
                .insert_header(("Retry-After", "5"))
                .json(body("unavailable"))
        }
    }
}
