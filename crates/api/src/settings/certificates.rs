//! Retiring a certificate that is no longer needed.

use actix_web::{HttpResponse, http::StatusCode, post, web::Path};
use vestibule_model::ConnectionId;

use super::operator::Operator;
use crate::{
    manage::certificates,
    page::{self, ErrorPage},
    people::Form,
};

/// Retires one of several; of a live connection at once, which is no link's to do.
#[post("/{connection_id}/certificates/retire")]
pub(crate) async fn retire(
    operator: Operator,
    path: Path<ConnectionId>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    operator.check_form(&fields)?;
    operator.admins_only()?;
    let (service, id) = (operator.service(), path.into_inner());
    let shown = fields.get("fingerprint");
    let fingerprint: String = shown.chars().filter(char::is_ascii_alphanumeric).collect();
    let fingerprint = fingerprint.to_lowercase();
    let authority = operator.authority();
    let retired = certificates::retire(authority, id, fingerprint, false, operator.now());
    retired.make(service).await?;
    let place = format!("{}?done=retired", operator.base(id));
    Ok(page::redirect(StatusCode::SEE_OTHER, place))
}
