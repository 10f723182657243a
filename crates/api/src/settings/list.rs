//! All connections of a workspace, and a new one.

use actix_web::{HttpResponse, get, http::StatusCode, post};
use vestibule_pages::{ConnectionRow, Connections};
use vestibule_store::PageRequest;

use super::{
    operator::{Operator, SETTINGS},
    overview::{provider_name, state_of, upgrade},
};
use crate::{
    manage::connection::{self, NewConnection},
    page::{self, ErrorPage},
    people::Form,
};

/// More than anybody has.
const MOST: u32 = 100;

/// The parameter that shows the list though there is one connection alone.
pub(super) const ALL: &str = "all";

/// The connections; where there is one alone, its page.
#[get("")]
pub(crate) async fn show(operator: Operator) -> Result<HttpResponse, ErrorPage> {
    let request = PageRequest::first(MOST);
    let (service, workspace) = (operator.service(), operator.workspace());
    let found = connection::list(service, operator.authority(), workspace.id, request).await?;
    let all = Form::of_query(operator.request()).has(ALL);
    if let ([only], false) = (found.items.as_slice(), all) {
        let place = operator.base(only.connection.id);
        return Ok(page::redirect(StatusCode::SEE_OTHER, place));
    }
    let rows = found.items.into_iter().map(|parts| ConnectionRow {
        href: operator.base(parts.connection.id),
        state: state_of(&parts, &service.rules),
        provider: parts.connection.provider.as_deref().map(provider_name),
        name: parts.connection.name,
        default: parts.connection.default,
    });
    let page = Connections {
        frame: operator.frame(),
        connections: rows.collect(),
        new_action: format!("{SETTINGS}/new"),
        upgrade: upgrade(service, workspace),
    };
    Ok(page::rendered(StatusCode::OK, page))
}

/// Makes a connection, and leads to its guided setup. Works on every plan.
#[post("/new")]
pub(crate) async fn create(operator: Operator, fields: Form) -> Result<HttpResponse, ErrorPage> {
    operator.check_form(&fields)?;
    let (service, workspace) = (operator.service(), operator.workspace().id);
    let new = NewConnection::default();
    let made = connection::create(
        service,
        operator.authority(),
        workspace,
        new,
        operator.now(),
    );
    let id = made.await?.make(service).await?.connection.id;
    let place = format!("{}/guide", operator.base(id));
    Ok(page::redirect(StatusCode::SEE_OTHER, place))
}
