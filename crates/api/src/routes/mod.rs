//! The management API under `/v1`, one file per noun.

pub(crate) mod api_keys;
pub(crate) mod attempts;
pub(crate) mod audit_events;
pub(crate) mod certificates;
pub(crate) mod clients;
pub(crate) mod connections;
pub(crate) mod decisions;
pub(crate) mod domains;
pub(crate) mod health;
pub(crate) mod imports;
pub(crate) mod inspections;
pub(crate) mod invitations;
pub(crate) mod members;
pub(crate) mod metadata_refresh;
pub(crate) mod password_links;
pub(crate) mod preflight;
pub(crate) mod problems;
pub(crate) mod rotation;
pub(crate) mod service_provider_keys;
pub(crate) mod sessions;
pub(crate) mod setup_links;
pub(crate) mod tests;
pub(crate) mod two_factor;
pub(crate) mod webhook_deliveries;
pub(crate) mod webhook_endpoints;
pub(crate) mod workspaces;

use actix_web::web::ServiceConfig;

/// The routes of `/v1`; the document in `openapi` lists the same, and a test compares them.
pub(crate) fn v1(config: &mut ServiceConfig) {
    config
        .service(imports::import_workspaces)
        .service(imports::import_members)
        .service(workspaces::create)
        .service(workspaces::list)
        .service(workspaces::read)
        .service(workspaces::update)
        .service(workspaces::delete)
        .service(invitations::create)
        .service(members::create)
        .service(members::list)
        .service(members::read)
        .service(members::update)
        .service(members::delete)
        .service(members::revoke_sessions)
        .service(members::create_identity)
        .service(members::list_identities)
        .service(members::delete_identity)
        .service(two_factor::read)
        .service(two_factor::reset)
        .service(domains::create)
        .service(domains::list)
        .service(domains::read)
        .service(domains::update)
        .service(domains::delete)
        .service(domains::verify)
        .service(password_links::create)
        .service(password_links::revoke)
        .service(connections::create)
        .service(connections::list)
        .service(connections::read)
        .service(connections::update)
        .service(connections::delete)
        .service(connections::save_draft)
        .service(preflight::read)
        .service(connections::enable)
        .service(connections::disable)
        .service(connections::list_revisions)
        .service(connections::restore)
        .service(certificates::list)
        .service(certificates::add)
        .service(certificates::retire)
        .service(service_provider_keys::list)
        .service(service_provider_keys::create)
        .service(service_provider_keys::activate)
        .service(service_provider_keys::delete)
        .service(metadata_refresh::refresh)
        .service(setup_links::create)
        .service(setup_links::list)
        .service(setup_links::read)
        .service(setup_links::revoke)
        .service(tests::create)
        .service(tests::list)
        .service(tests::read)
        .service(attempts::list)
        .service(attempts::read)
        .service(attempts::list_strays)
        .service(attempts::by_reference)
        .service(inspections::create)
        .service(decisions::create)
        .service(sessions::create)
        .service(sessions::list)
        .service(sessions::read)
        .service(sessions::delete)
        .service(clients::create)
        .service(clients::list)
        .service(clients::read)
        .service(clients::update)
        .service(clients::rotate_secret)
        .service(clients::delete)
        .service(api_keys::create)
        .service(api_keys::list)
        .service(api_keys::read)
        .service(api_keys::rotate)
        .service(api_keys::delete)
        .service(audit_events::export)
        .service(audit_events::list)
        .service(webhook_endpoints::create)
        .service(webhook_endpoints::list)
        .service(webhook_endpoints::read)
        .service(webhook_endpoints::update)
        .service(webhook_endpoints::delete)
        .service(webhook_endpoints::rotate_secret)
        .service(webhook_deliveries::test)
        .service(webhook_deliveries::list)
        .service(webhook_deliveries::replay)
        .service(webhook_deliveries::skip)
        .service(webhook_deliveries::replay_since);
}
