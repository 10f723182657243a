//! A field looks at what was pasted as soon as it is.

use actix_web::{HttpResponse, post, web::Path};
use serde_json::json;
use vestibule_model::ConnectionId;
use vestibule_pages::{plain, text};

use super::{operator::Operator, wrong};
use crate::{
    draft::{Pasted, look_at},
    manage::connection,
    page::{self, ErrorPage},
    people::Form,
    when::date,
};

/// Says what a value is, without keeping anything: `{"ok": …, "text": …}`.
#[post("/{connection_id}/check")]
pub(crate) async fn check(
    operator: Operator,
    path: Path<ConnectionId>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    operator.check_form(&fields)?;
    let (service, id) = (operator.service(), path.into_inner());
    let parts = connection::load(service, operator.authority(), id).await?;
    let ours = parts.our_side(&service.config.public_url);
    let seen = look_at(fields.get("field"), fields.get("value"), &ours);
    let (ok, said) = match seen {
        Ok(Pasted::Certificate(certificate)) => {
            let said = text("field-good-certificate")
                .with("subject", certificate.subject())
                .with("until", date(certificate.not_after()).text);
            (true, said)
        }
        Ok(Pasted::Metadata(entity_id)) => {
            (true, text("field-good-metadata").with("entity", entity_id))
        }
        Ok(Pasted::Url) => (true, text("field-good-url")),
        Err(problem) => {
            let said = wrong::fields(&problem).into_iter().next();
            let said = said.map_or_else(|| plain(problem.detail), |(_, said)| said);
            (false, said)
        }
    };
    let words = page::words(&said, operator.request());
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "no-store"))
        .json(json!({"ok": ok, "text": words})))
}
