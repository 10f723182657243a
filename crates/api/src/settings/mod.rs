//! The pages on which a connection is set up and looked after: by an admin of the workspace under
//! `/settings/sso`, and by whoever holds a setup link under `/setup/sso`.
//!
//! Both walk through the same handlers; an [`operator::Operator`] says who acts and what they may do. What is
//! done is done by [`crate::manage`], as for the management API.

mod activity;
mod advanced;
mod attempt;
mod audit;
mod certificates;
mod check;
mod disable;
mod draft;
mod enable;
mod form;
mod guide;
mod links;
mod list;
mod operator;
mod overview;
mod report;
mod test_runs;
mod wrong;

use actix_web::web::{self, ServiceConfig};

pub(crate) use report::row as report_row;

/// Where the settings of a connection are, for an admin.
pub(crate) fn place(id: vestibule_model::ConnectionId) -> String {
    format!("{}/{id}", operator::SETTINGS)
}

/// Where an admin reads the report of a test.
pub(crate) fn report_place(
    id: vestibule_model::ConnectionId,
    test_id: vestibule_model::TestId,
) -> String {
    format!("{}/tests/{test_id}", place(id))
}

/// The routes of this module.
pub(crate) fn routes(config: &mut ServiceConfig) {
    let admins = web::scope("/settings/sso")
        .service(list::show)
        .service(list::create)
        .configure(of_connection);
    let links = web::scope("/setup/sso").configure(of_connection);
    config.service(admins).service(links);
}

/// What there is of one connection, whoever looks after it.
fn of_connection(config: &mut ServiceConfig) {
    config
        .service(overview::show)
        .service(draft::save)
        .service(check::check)
        .service(test_runs::begin)
        .service(test_runs::show)
        .service(test_runs::state)
        .service(enable::question)
        .service(enable::enable)
        .service(disable::question)
        .service(disable::disable)
        .service(certificates::retire)
        .service(links::show)
        .service(links::make)
        .service(links::revoke)
        .service(activity::show)
        .service(audit::show)
        .service(attempt::show)
        .service(guide::pick)
        .service(guide::show)
        .service(guide::save)
        .service(guide::certificate);
}
