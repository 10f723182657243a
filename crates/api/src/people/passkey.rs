//! A passkey as the whole sign-in, and what registering one needs.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use vestibule_credential::{PasskeyChallenge, PasskeyError, PasskeyOwner, Passkeys, WrongCode};
use vestibule_model::{Member, StoredPasskey};
use vestibule_pages::Notice;
use vestibule_policy::{LocalProof, PersonFacts};
use vestibule_store::Tx;

use crate::{
    clock,
    guards::{self, Guess},
    page::ErrorPage,
    people::{Form, enter::enter, flow::Open, show::page_of},
    problem::Problem,
    service::Service,
};

/// Signing in by a passkey alone: it says who it is, and has verified them.
#[post("/sign-in/{flow}/passkey")]
pub(crate) async fn sign_in(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let mut open = Open::find(&request, &service, &path, now).await?;
    open.check_form(&request, &service, &fields)?;
    guards::ask(&service, &request, Guess::Factor, None, now).await?;
    let answer = fields.get("credential").to_owned();
    let (Some(library), Some(state)) = (service.passkeys.clone(), open.flow.ceremony.take()) else {
        return unknown(&service, &mut open, now).await;
    };
    let Ok(credential_id) = library.identify(&answer) else {
        return unknown(&service, &mut open, now).await;
    };
    let found = service
        .store
        .read(move |tx| {
            let Some(stored) = tx.passkey_by_credential(&credential_id)? else {
                return Ok(None);
            };
            let member = tx.member(stored.workspace_id, stored.member_id)?;
            Ok::<_, Problem>(member.map(|member| (stored, member)))
        })
        .await?;
    // A sign-in that is for one workspace takes nobody of another.
    let expected = open.flow.workspace_id;
    let found = found.filter(|(_, member)| {
        expected.is_none_or(|workspace_id| workspace_id == member.workspace_id)
    });
    let Some((stored, member)) = found else {
        return unknown(&service, &mut open, now).await;
    };
    // A challenge is answered once. Whose passkey it is stays out of what is kept until it has worked:
    // its name alone must not tell.
    open.save(&service, now).await?;
    open.flow
        .is_about(Some(member.workspace_id), Some(member.email.to_string()));
    let with_passkey = move |tx: &mut Tx<'_>, person: &PersonFacts| {
        if person.member.id != stored.member_id {
            return Ok(Err(WrongCode::Wrong));
        }
        let Ok((proof, used)) = library.finish_sign_in(&state, &answer, &stored, now) else {
            return Ok(Err(WrongCode::Wrong));
        };
        if !tx.use_passkey(used.id, &used.credential, now)? {
            return Ok(Err(WrongCode::Wrong));
        }
        Ok(Ok(LocalProof::Passkey(proof)))
    };
    enter(&request, &service, open, with_passkey, now).await
}

async fn unknown(
    service: &Data<Service>,
    open: &mut Open,
    now: jiff::Timestamp,
) -> Result<HttpResponse, ErrorPage> {
    let error = Notice::named("passkey-wrong");
    page_of(service, open, Some(error), now).await
}

/// The challenge for a new passkey of a member.
pub(crate) fn registration(
    library: &Passkeys,
    member: &Member,
    existing: &[StoredPasskey],
) -> Result<PasskeyChallenge, PasskeyError> {
    let owner = PasskeyOwner {
        member_id: member.id,
        email: member.email.as_str(),
        display_name: member.name.as_deref().unwrap_or(member.email.as_str()),
    };
    library.begin_registration(owner, existing)
}
