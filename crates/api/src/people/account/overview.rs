//! The account page.

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, web::Data};
use jiff::{SignedDuration, Timestamp};
use vestibule_model::{BrowserSession, Role, StoredPasskey};
use vestibule_pages::{Account, AccountActions, PasskeyRow, SessionRow, Text, plain, text};
use vestibule_store::Tx;

use super::{counts_here, done::Done, password::may_have_one, signed_in};
use crate::{
    clock,
    oidc::form::Parameters,
    page::{self, ErrorPage},
    people::{entrance::HOME, session::SignedIn, two_factor::Kept},
    problem::Problem,
    service::Service,
    when::{seen, when},
};

/// The account.
#[get("/account")]
pub(crate) async fn account(
    request: HttpRequest,
    service: Data<Service>,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let signed_in = match signed_in(&request, &service, HOME, now).await? {
        Ok(signed_in) => signed_in,
        Err(away) => return Ok(away),
    };
    let parameters = Parameters::parse(request.query_string().as_bytes());
    let done = parameters.get("done").and_then(Done::parse);
    let (service_in, member) = (service.clone(), signed_in.member.clone());
    let found = service
        .store
        .read(move |tx| {
            let (workspace_id, member_id) = (member.workspace_id, member.id);
            Ok::<_, Problem>(Found {
                kept: Kept::of(tx, workspace_id, member_id)?,
                may_have_password: may_have_one(tx, &service_in, &member)?,
                browsers: browsers(tx, &member, now)?,
            })
        })
        .await?;
    let has_passkeys = service.passkeys.is_some();
    let page = shown(&signed_in, found, has_passkeys, done, now);
    Ok(page::rendered(StatusCode::OK, page))
}

/// What the page shows of the archive.
struct Found {
    kept: Kept,
    may_have_password: bool,
    browsers: Vec<BrowserSession>,
}

fn browsers(
    tx: &mut Tx<'_>,
    member: &vestibule_model::Member,
    now: Timestamp,
) -> Result<Vec<BrowserSession>, Problem> {
    let found = tx.browser_sessions_of(member.workspace_id, member.id, now)?;
    Ok(found.into_iter().map(|(browser, _)| browser).collect())
}

fn shown(
    signed_in: &SignedIn,
    found: Found,
    has_passkeys: bool,
    done: Option<Done>,
    now: Timestamp,
) -> Account {
    let some = |path: &str| Some(path.to_owned());
    let own = |path: &str| counts_here(signed_in).then(|| path.to_owned());
    let (workspace, member) = (&signed_in.workspace, &signed_in.member);
    let Found {
        kept,
        may_have_password,
        browsers,
    } = found;
    let idle = SignedDuration::from_mins(workspace.session_idle_minutes.into());
    let in_use = |browser: &BrowserSession| now.duration_since(browser.last_seen_at) < idle;
    let here = signed_in.session.id;
    let sessions = browsers.into_iter().filter(in_use);
    let sessions = sessions.map(|browser| SessionRow {
        id: browser.session_id.to_string(),
        here: browser.session_id == here,
        since: when(browser.created_at),
        last_seen: seen(browser.last_seen_at, now),
        browser: kind(browser.user_agent.as_deref()),
    });
    Account {
        name: member.name.clone(),
        email: member.email.to_string(),
        workspace: workspace.name.clone(),
        role: match member.role {
            Role::Admin => text("role-admin"),
            Role::Member => text("role-member"),
        },
        totp: kept
            .totp
            .as_ref()
            .and_then(|totp| totp.confirmed_at)
            .map(when),
        recovery_left: u8::try_from(kept.recovery_codes_left).unwrap_or(u8::MAX),
        csrf: signed_in.csrf(),
        actions: AccountActions {
            enrol_totp_href: own("/account/totp"),
            remove_totp: own("/account/totp/remove"),
            new_recovery_codes: own("/account/recovery-codes").filter(|_| kept.any()),
            add_passkey_href: own("/account/passkeys/new").filter(|_| has_passkeys),
            rename_passkey: own("/account/passkeys/rename"),
            remove_passkey: own("/account/passkeys/remove"),
            change_password_href: may_have_password.then(|| "/account/password".to_owned()),
            end_session: some("/account/sessions/end"),
            end_other_sessions: some("/account/sessions/end-others"),
            settings_href: (member.role == Role::Admin).then(|| "/settings/sso".to_owned()),
            sign_out: "/account/sign-out".to_owned(),
        },
        passkeys: kept.passkeys.into_iter().map(passkey).collect(),
        sessions: sessions.collect(),
        notice: done.map(Done::notice),
        error: None,
    }
}

/// What kind of browser it is, as [`crate::people::session::user_agent`] has written it down.
fn kind(user_agent: Option<&str>) -> Text {
    match user_agent.map(|kind| (kind, kind.split_once(" on "))) {
        None => text("sessions-browser"),
        Some((kind, None)) => plain(kind),
        Some((_, Some((browser, system)))) => text("sessions-browser-on")
            .with("browser", browser)
            .with("system", system),
    }
}

fn passkey(stored: StoredPasskey) -> PasskeyRow {
    PasskeyRow {
        id: stored.id.to_string(),
        name: stored.name,
        since: when(stored.created_at),
        last_used: stored.last_used_at.map(when),
    }
}
