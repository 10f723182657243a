//! Passkeys: a new one, another name, one less.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Path},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use vestibule_credential::{PasskeyChallenge, RecoveryCodes};
use vestibule_model::PasskeyId;
use vestibule_pages::{AddPasskey, Notice, PasskeyOffer, text};
use vestibule_state::{BrowserToken, Slip, SlipId};

use super::{
    back, codes_page, done::Done, note, posted, press_again, proven, signed_in, totp::removed,
};
use crate::{
    browser, clock, mail,
    page::{self, ErrorPage},
    people::{
        Form,
        enrol::{passkey_name, to_keep},
        passkey::registration,
        session::{SignedIn, user_agent},
        two_factor::{self, hold_way_in},
    },
    problem::Problem,
    service::Service,
};

const HERE: &str = "/account/passkeys/new";
/// What slips of this kind are called.
const KIND: &str = "passkey";
/// How long somebody may look for their security key.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// The offer to make one.
#[get("/account/passkeys/new")]
pub(crate) async fn show(
    request: HttpRequest,
    service: Data<Service>,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let who = signed_in(&request, &service, HERE, now).await?;
    match proven(who, &request, &service, HERE, now).await? {
        Ok(signed_in) => offer(&request, &service, &signed_in, None, now).await,
        Err(away) => Ok(away),
    }
}

async fn offer(
    request: &HttpRequest,
    service: &Data<Service>,
    signed_in: &SignedIn,
    error: Option<Notice>,
    now: Timestamp,
) -> Result<HttpResponse, ErrorPage> {
    let library = service.passkeys.as_ref().ok_or_else(no_passkeys_here)?;
    let member = signed_in.member.clone();
    let existing = service
        .store
        .read(move |tx| tx.passkeys_of(member.workspace_id, member.id))
        .await?;
    let challenge = registration(library, &signed_in.member, &existing);
    let PasskeyChallenge { options, state } = challenge.map_err(Problem::internal)?;
    let config = &service.config;
    let (token, cookie) = browser::token_or_new(browser::token(request, config), config)?;
    let id = SlipId::generate()?;
    let slip = Slip {
        kind: KIND.to_owned(),
        browser: token.binding(),
        body: service.store.seal_elsewhere(id.expose(), &state)?,
        expires_at: now.checked_add(PATIENCE).map_err(Problem::internal)?,
    };
    service.state.keep_slip(id.clone(), slip, now).await?;
    let status = match error {
        None => StatusCode::OK,
        Some(_) => StatusCode::FORBIDDEN,
    };
    let page = AddPasskey {
        csrf: signed_in.csrf(),
        workspace: signed_in.workspace.name.clone(),
        offer: PasskeyOffer {
            challenge_json: options,
            action: format!("{HERE}/{}", id.expose()),
        },
        name: user_agent(request).unwrap_or_default(),
        cancel_href: Some("/account".to_owned()),
        error,
    };
    let mut response = page::rendered(status, page);
    if let Some(cookie) = &cookie {
        response.add_cookie(cookie).map_err(Problem::internal)?;
    }
    Ok(response)
}

/// What the device has made.
#[post("/account/passkeys/new/{ceremony}")]
pub(crate) async fn add(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let who = posted(&request, &service, &fields, now).await?;
    let signed_in = match proven(who, &request, &service, HERE, now).await? {
        Ok(signed_in) => signed_in,
        Err(away) => return Ok(away),
    };
    let state = ceremony(&request, &service, &path, now).await?;
    let library = service.passkeys.as_ref().ok_or_else(no_passkeys_here)?;
    let answer = fields.get("credential");
    let made = state.and_then(|state| library.finish_registration(&state, answer).ok());
    let made = made.filter(|made| made.member_id == signed_in.member.id);
    let Some(made) = made else {
        let error = Notice::named("passkey-not-added");
        return offer(&request, &service, &signed_in, Some(error), now).await;
    };
    let passkey = to_keep(made, signed_in.workspace.id, &fields, now);
    let fresh = RecoveryCodes::generate().map_err(Problem::internal)?;
    let hashes = fresh.hashes(signed_in.member.id);
    let (service_in, workspace, member) = (
        service.clone(),
        signed_in.workspace.clone(),
        signed_in.member.clone(),
    );
    let needs_codes = service
        .store
        .write(move |tx| {
            let who = (workspace.id, member.id);
            tx.insert_passkey(&passkey)?;
            let needs_codes = tx.recovery_codes_left(who.0, who.1)? == 0;
            if needs_codes {
                tx.replace_recovery_codes(who.0, who.1, &hashes, now)?;
            }
            note(tx, who, "passkey.added", passkey.id, &json!({}), now)?;
            let notice = mail::Notice::PasskeyAdded(&passkey.name);
            mail::notice(tx, &service_in.config, &workspace, &member, notice, now)?;
            Ok::<_, Problem>(needs_codes)
        })
        .await?;
    if needs_codes {
        let shown = fresh.expose().map(str::to_owned).collect();
        return Ok(codes_page(&signed_in, shown));
    }
    Ok(back(Done::PasskeyAdded))
}

/// The state of a ceremony that this browser began: it is answered once.
async fn ceremony(
    request: &HttpRequest,
    service: &Service,
    id: &str,
    now: Timestamp,
) -> Result<Option<String>, ErrorPage> {
    let browser: Option<BrowserToken> = browser::token(request, &service.config);
    let (Some(browser), Some(id)) = (browser, SlipId::parse(id)) else {
        return Ok(None);
    };
    let ours = |slip: &Slip| slip.kind == KIND && slip.browser == browser.binding();
    // Looked at first: somebody else's name of a slip must not use it up.
    let found = service.state.find_slip(&id, now).await?;
    if !found.as_ref().is_some_and(ours) {
        return Ok(None);
    }
    let taken = service.state.take_slip(&id, now).await?;
    let opened = taken.filter(ours).map(|slip| {
        let state = service.store.open_elsewhere(id.expose(), &slip.body);
        state.map(|state| state.to_string())
    });
    Ok(opened.transpose()?)
}

/// Another name. It changes nothing about who gets in.
#[post("/account/passkeys/rename")]
pub(crate) async fn rename(
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
    if let Ok(id) = fields.get("id").parse::<PasskeyId>() {
        let name = passkey_name(&fields);
        let who = (signed_in.workspace.id, signed_in.member.id);
        service
            .store
            .write(move |tx| {
                if tx.rename_passkey(who.0, who.1, id, &name)? {
                    note(tx, who, "passkey.renamed", id, &json!({}), now)?;
                }
                Ok::<_, Problem>(())
            })
            .await?;
    }
    Ok(back(Done::PasskeyRenamed))
}

/// One less.
#[post("/account/passkeys/remove")]
pub(crate) async fn remove(
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
    let Ok(id) = fields.get("id").parse::<PasskeyId>() else {
        return Ok(back(Done::PasskeyRemoved));
    };
    let (service_in, workspace, member) = (
        service.clone(),
        signed_in.workspace.clone(),
        signed_in.member.clone(),
    );
    let was_last = service
        .store
        .write(move |tx| {
            let who = (workspace.id, member.id);
            tx.lock_workspace(who.0)?;
            let passkeys = tx.passkeys_of(who.0, who.1)?;
            let Some(passkey) = passkeys.iter().find(|passkey| passkey.id == id) else {
                return Ok(false);
            };
            hold_way_in(tx, &service_in, &member, passkeys.len() > 1)?;
            tx.delete_passkey(who.0, who.1, id)?;
            let was_last = two_factor::drop_idle_codes(tx, &member)?;
            note(tx, who, "passkey.removed", id, &json!({}), now)?;
            let notice = mail::Notice::PasskeyRemoved(&passkey.name);
            mail::notice(tx, &service_in.config, &workspace, &member, notice, now)?;
            Ok::<_, Problem>(was_last)
        })
        .await
        .map_err(of_problem)?;
    Ok(back(removed(&signed_in, was_last, Done::PasskeyRemoved)))
}

/// P6, and the way forward.
pub(super) fn of_problem(problem: Problem) -> ErrorPage {
    ErrorPage::from(problem).link("/account", text("account-go"))
}

fn no_passkeys_here() -> ErrorPage {
    ErrorPage::named(StatusCode::NOT_FOUND, "passkeys-need-a-name")
        .link("/account", text("account-go"))
}
