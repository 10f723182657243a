//! Signing people in to applications that speak no OpenID Connect: the proxy before one asks here about
//! every request (forward-auth), and hands a folder of the application's own host over to us.
//!
//! The application is a registered client whose redirect URI lies in that folder. What the proxy says in
//! its own configuration counts; what a visitor sends is a credential or nothing.

mod app;
mod callback;
pub(crate) mod check;
mod credential;
mod identity;
mod interrupted;
mod rules;
mod sign_in;
mod sign_out;
mod visitor;

use actix_web::web::{self, ServiceConfig};

/// What every path of this module begins with. On these the answer goes to a proxy, or through one to
/// somebody on another host than ours.
pub(crate) const PATHS: &str = "/forward-auth";

/// The routes of this module.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(check::check)
        .service(sign_in::sign_in)
        .service(callback::callback)
        .service(sign_out::sign_out)
        .service(sign_out::sign_out_by_post)
        .service(interrupted::interrupted)
        // Some proxies ask by the visitor's own method, whichever that is.
        .route(
            "/forward-auth/{client_id}/check/{rules}/{path:.*}",
            web::route().to(check::check_under_the_path),
        );
}
