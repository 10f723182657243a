//! The SAML endpoints: our metadata, the way to the IdP, and the way back.

mod acs;
mod arrival;
pub(crate) mod attempt;
mod begin;
mod burst;
mod changes;
mod departure;
pub(crate) mod expectation;
mod keys;
mod logout;
mod metadata;
pub(crate) mod sign_in;
mod start;
mod stray;
mod test_run;
mod unsolicited;
pub(crate) mod urls;

use actix_web::web::ServiceConfig;

pub(crate) use begin::{begin, leave};
pub(crate) use departure::LEADING_AWAY;
pub(crate) use keys::{KeySet, OwnKeys, RevisionKeys, own_certificate, own_keys};
pub(crate) use logout::{arrived, ask_idp};
pub(crate) use sign_in::answer_with;
pub(crate) use unsolicited::set_aside;

/// The routes of this module. `/saml/tests/…` comes first: `tests` is no connection's id.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(start::start)
        .service(metadata::metadata)
        .service(acs::acs)
        .service(acs::resume)
        .service(logout::by_redirect)
        .service(logout::by_post);
}
