//! The SAML endpoints: our metadata, the way to the IdP, and the way back.

mod acs;
mod arrival;
mod begin;
mod departure;
pub(crate) mod expectation;
mod keys;
mod metadata;
mod sign_in;
mod start;
mod test_run;
pub(crate) mod urls;

use actix_web::web::ServiceConfig;

pub(crate) use begin::{begin, leave};
pub(crate) use keys::{OwnKeys, RevisionKeys, own_keys};

/// The routes of this module. `/saml/tests/…` comes first: `tests` is no connection's id.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(start::start)
        .service(metadata::metadata)
        .service(acs::acs)
        .service(acs::resume);
}
