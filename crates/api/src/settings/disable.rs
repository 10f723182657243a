//! Switching it off. No link does that.

use actix_web::{HttpResponse, get, http::StatusCode, post, web::Path};
use vestibule_model::ConnectionId;
use vestibule_pages::{Disable, Notice};

use super::{
    enable::not_confirmed,
    operator::{Operator, Place},
};
use crate::{
    manage::connection,
    page::{self, ErrorPage},
    people::Form,
};

/// What that does.
#[get("/{connection_id}/disable")]
pub(crate) async fn question(
    operator: Operator,
    path: Path<ConnectionId>,
) -> Result<HttpResponse, ErrorPage> {
    let id = path.into_inner();
    may(&operator)?;
    if let Some(away) = operator.ask_again(&here(&operator, id)).await? {
        return Ok(away);
    }
    shown(&operator, id, None, StatusCode::OK).await
}

/// Disables it, once the workspace's name was typed.
#[post("/{connection_id}/disable")]
pub(crate) async fn disable(
    operator: Operator,
    path: Path<ConnectionId>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    operator.check_form(&fields)?;
    let (service, id) = (operator.service(), path.into_inner());
    may(&operator)?;
    if let Some(away) = operator.ask_again(&here(&operator, id)).await? {
        return Ok(away);
    }
    if let Some(error) = not_confirmed(&operator, &fields) {
        return shown(&operator, id, Some(error), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let change = connection::disable(service, operator.authority(), id, true, operator.now());
    change.make(service).await?;
    let place = format!("{}?done=disabled", operator.base(id));
    Ok(page::redirect(StatusCode::SEE_OTHER, place))
}

fn may(operator: &Operator) -> Result<(), ErrorPage> {
    match operator.admin() {
        Some(_) => Ok(()),
        None => {
            let page = ErrorPage::named(StatusCode::FORBIDDEN, "link-may-not-disable");
            Err(operator.with_way_back(page))
        }
    }
}

fn here(operator: &Operator, id: ConnectionId) -> String {
    format!("{}/disable", operator.base(id))
}

async fn shown(
    operator: &Operator,
    id: ConnectionId,
    error: Option<Notice>,
    status: StatusCode,
) -> Result<HttpResponse, ErrorPage> {
    let parts = connection::load(operator.service(), operator.authority(), id).await?;
    let base = operator.base(id);
    let mut frame = operator.frame_of(id, &parts.connection.name, Place::Elsewhere);
    frame.error = error;
    let page = Disable {
        frame,
        action: format!("{base}/disable"),
        back_href: base,
        confirm: operator.workspace().name.clone(),
    };
    Ok(page::rendered(status, page))
}
