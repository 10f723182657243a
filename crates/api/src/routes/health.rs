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
/// sessions away as well.
#[utoipa::path(tag = "Health", operation_id = "getReadiness", security(()),
    responses((status = 200, description = "It can, or its sessions can", body = Readiness),
        (status = 503, description = "It cannot, for the moment", body = Readiness)))]
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
