//! The listener for whoever watches: one page, and nothing else of the server.

use std::net::TcpListener;

use actix_web::{
    App, HttpResponse, HttpServer,
    dev::Server,
    web::{self, Data},
};
use tracing::warn;

use super::scrape;
use crate::{clock, config::CLIENT_TIMEOUT, service::Service};

/// The text format of Prometheus.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Prometheus and one who looks by hand.
const CONNECTIONS: usize = 16;

/// Answers on this listener, on a thread of its own: busy workers do not keep anybody from seeing that they are.
///
/// # Errors
/// When the listener cannot be used.
pub(crate) fn listen(listener: TcpListener, service: Data<Service>) -> std::io::Result<Server> {
    let app = move || {
        App::new()
            .app_data(service.clone())
            .route("/metrics", web::get().to(metrics))
            .default_service(web::to(nothing))
    };
    let server = HttpServer::new(app)
        .workers(1)
        .max_connections(CONNECTIONS)
        .client_request_timeout(CLIENT_TIMEOUT)
        // The other server hears them, and this one ends with it.
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

async fn metrics(service: Data<Service>) -> HttpResponse {
    match scrape::text(&service, clock::now()).await {
        Ok(text) => HttpResponse::Ok().content_type(CONTENT_TYPE).body(text),
        Err(error) => {
            warn!(%error, "the metrics could not be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}

async fn nothing() -> HttpResponse {
    HttpResponse::NotFound()
        .content_type("text/plain; charset=utf-8")
        .body("There is /metrics here, and nothing else.\n")
}
