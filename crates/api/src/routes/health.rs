//! Whether the server lives, and whether it can serve.

use actix_web::{HttpResponse, get, web::Data};
use futures_util::future;
use serde_json::json;

use crate::{
    openapi::oauth::{Health, Readiness},
    service::Service,
};

/// Ask whether the process answers.
#[utoipa::path(tag = "Health", operation_id = "getHealth", security(()),
    responses((status = 200, description = "It does", body = Health)))]
#[get("/healthz")]
pub(crate) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

/// Ask whether this replica can serve.
///
/// Without the database it cannot. Without the place for short-lived state it cannot begin a
/// sign-in, but sessions go on: it says `degraded` with 200, or a load balancer would take the
/// sessions away as well. Before it ends it says `ending` with 503 for a while and answers all the same, so
/// that nothing is lost of what a load balancer sends it until it knows.
#[utoipa::path(tag = "Health", operation_id = "getReadiness", security(()),
    responses((status = 200, description = "It can, or its sessions can", body = Readiness),
        (status = 503, description = "It cannot, for the moment, or is about to end", body = Readiness)))]
#[get("/readyz")]
pub(crate) async fn readyz(service: Data<Service>) -> HttpResponse {
    if service.ending.has_begun() {
        return HttpResponse::ServiceUnavailable().json(body("ending", "not asked", "not asked"));
    }
    let (database, state) = future::join(service.store.ping(), service.state.ping()).await;
    let word = |answers: bool| if answers { "ok" } else { "does not answer" };
    let body = |status| body(status, word(database.is_ok()), word(state.is_ok()));
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

fn body(status: &str, database: &str, state: &str) -> serde_json::Value {
    json!({"status": status, "database": database, "short_lived_state": state})
}
