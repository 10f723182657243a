//! Setup links: whoever sets an identity provider up needs no account, only a link to one connection.
//!
//! Looking at a link uses nothing up, for programs that watch over mail open every link in it. A button
//! opens it in one browser ([`LinkSession`]), and the token leaves the address bar.

mod finish;
mod links;
mod open;
mod return_url;
mod session;

use actix_web::web::ServiceConfig;

pub(crate) use links::{Made, USUAL_HOURS, Wanted, make, revoke};
pub(crate) use session::{Desk, LinkSession, over};

/// The routes of this module.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        // `finish` is no token.
        .service(finish::question)
        .service(finish::finish)
        .service(open::show)
        .service(open::open);
}

/// Where a setup ends.
pub(crate) const FINISH: &str = "/setup/finish";

/// Where the setup of a connection is.
pub(crate) fn place(connection_id: vestibule_model::ConnectionId) -> String {
    format!("/setup/sso/{connection_id}")
}
