//! New recovery codes.

use actix_web::{HttpRequest, HttpResponse, post, web::Data};
use serde_json::json;
use vestibule_credential::RecoveryCodes;

use super::{back, codes_page, done::Done, note, posted, press_again, proven};
use crate::{
    clock, mail,
    page::ErrorPage,
    people::Form,
    problem::{Problem, ProblemType},
    service::Service,
};

/// Ten new ones in the place of all that there were, shown this once.
#[post("/account/recovery-codes")]
pub(crate) async fn renew(
    request: HttpRequest,
    service: Data<Service>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let who = posted(&request, &service, &fields, now).await?;
    let signed_in = match proven(who, &request, &service, &press_again(), now).await? {
        Ok(signed_in) => signed_in,
        Err(away) => return Ok(away),
    };
    let fresh = RecoveryCodes::generate().map_err(Problem::internal)?;
    let hashes = fresh.hashes(signed_in.member.id);
    let (service_in, workspace, member) = (
        service.clone(),
        signed_in.workspace.clone(),
        signed_in.member.clone(),
    );
    service
        .store
        .write(move |tx| {
            let who = (workspace.id, member.id);
            if !tx.has_second_factor(who.0, who.1)? {
                let detail = "recovery codes stand in for a second step; set one up first";
                return Err(Problem::new(ProblemType::Conflict, detail).worded("factor-missing"));
            }
            tx.replace_recovery_codes(who.0, who.1, &hashes, now)?;
            let action = "two_factor.recovery_codes_renewed";
            note(tx, who, action, who.1, &json!({}), now)?;
            let notice = mail::Notice::RecoveryCodesRenewed;
            mail::notice(tx, &service_in.config, &workspace, &member, notice, now)?;
            Ok(())
        })
        .await?;
    let shown = fresh.expose().map(str::to_owned).collect();
    Ok(codes_page(&signed_in, shown))
}

/// They are written down.
#[post("/account/kept")]
pub(crate) async fn kept(
    request: HttpRequest,
    service: Data<Service>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    match posted(&request, &service, &fields, clock::now()).await? {
        Ok(_) => Ok(back(Done::CodesKept)),
        Err(away) => Ok(away),
    }
}
