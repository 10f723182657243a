//! The authenticator app.

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, post, web::Data};
use jiff::Timestamp;
use serde_json::json;
use vestibule_credential::{RecoveryCodes, TotpSeed, WrongCode};
use vestibule_model::{Role, StoredTotp, TwoFactorRule};
use vestibule_pages::{EnrolTotp, Notice, Svg};
use zeroize::Zeroizing;

use super::{back, codes_page, done::Done, note, posted, press_again, proven, signed_in};
use crate::{
    clock,
    guards::{self, Account, Guess},
    mail,
    oidc::form::Parameters,
    page::{self, ErrorPage},
    people::{Form, enrol::confirm_totp, factor::wrong, session::SignedIn, two_factor},
    problem::Problem,
    service::Service,
};

const HERE: &str = "/account/totp";

/// A new app: the picture to scan. The one that counts goes on until a code has confirmed this one.
#[get("/account/totp")]
pub(crate) async fn show(
    request: HttpRequest,
    service: Data<Service>,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let who = signed_in(&request, &service, HERE, now).await?;
    let signed_in = match proven(who, &request, &service, HERE, now).await? {
        Ok(signed_in) => signed_in,
        Err(away) => return Ok(away),
    };
    // Always a new one: what somebody else may have seen of an older one is worth nothing.
    let seed = TotpSeed::generate().map_err(Problem::internal)?;
    let enrolment = StoredTotp {
        member_id: signed_in.member.id,
        workspace_id: signed_in.workspace.id,
        confirmed_at: None,
        last_step: None,
        created_at: now,
    };
    let bytes = seed.as_bytes().to_vec();
    service
        .store
        .write(move |tx| tx.put_totp(&enrolment, &bytes))
        .await?;
    Ok(enrolment_page(&service, &signed_in, (&seed, now), None))
}

/// The form names the enrolment that its picture is of, by when it began.
fn enrolment_page(
    service: &Service,
    signed_in: &SignedIn,
    (seed, begun_at): (&TotpSeed, Timestamp),
    error: Option<Notice>,
) -> HttpResponse {
    let status = match error {
        None => StatusCode::OK,
        Some(_) => StatusCode::FORBIDDEN,
    };
    let name = service.config.service_name.as_deref();
    let issuer = name.unwrap_or("Vestibule");
    let account = format!("{} ({})", signed_in.member.email, signed_in.workspace.name);
    let page = EnrolTotp {
        action: format!("{HERE}?begun={}", begun_at.as_microsecond()),
        csrf: signed_in.csrf(),
        workspace: signed_in.workspace.name.clone(),
        required: false,
        qr: Svg(seed.qr_svg(issuer, &account).to_string()),
        secret: seed.secret_base32().to_string(),
        uri: Some(seed.uri(issuer, &account).to_string()),
        account,
        passkey: None,
        cancel_href: Some("/account".to_owned()),
        error,
    };
    page::rendered(status, page)
}

/// The first code of the new app: it counts from now on, in the place of the old one.
#[post("/account/totp")]
pub(crate) async fn confirm(
    request: HttpRequest,
    service: Data<Service>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let who = posted(&request, &service, &fields, now).await?;
    let signed_in = match proven(who, &request, &service, HERE, now).await? {
        Ok(signed_in) => signed_in,
        Err(away) => return Ok(away),
    };
    let account = Account {
        workspace_id: signed_in.workspace.id,
        email: signed_in.member.email.key(),
    };
    guards::ask(&service, &request, Guess::Factor, Some(account), now).await?;
    let typed = fields.get("code").to_owned();
    let begun = Parameters::parse(request.query_string().as_bytes()).owned("begun");
    let fresh = RecoveryCodes::generate().map_err(Problem::internal)?;
    let hashes = fresh.hashes(signed_in.member.id);
    let (service_in, workspace, member) = (
        service.clone(),
        signed_in.workspace.clone(),
        signed_in.member.clone(),
    );
    let confirmed = service
        .store
        .write(move |tx| {
            let who = (workspace.id, member.id);
            let replaces = tx.totp(who.0, who.1)?.is_some();
            // It was confirmed already, or another page has begun another one: then there is none that
            // this code could be of.
            let enrolment = tx.totp_enrolment(who.0, who.1)?;
            let enrolment = enrolment.filter(|(app, _)| {
                begun.as_deref() == Some(app.created_at.as_microsecond().to_string().as_str())
            });
            let Some((app, seed)) = enrolment else {
                return Ok(Confirmed::Another);
            };
            if let Err(why) = confirm_totp(tx, &member, &typed, now)? {
                return Ok(Confirmed::Wrong(why, seed, app.created_at));
            }
            let needs_codes = tx.recovery_codes_left(who.0, who.1)? == 0;
            if needs_codes {
                tx.replace_recovery_codes(who.0, who.1, &hashes, now)?;
            }
            let detail = json!({"method": "totp", "replaces": replaces});
            note(tx, who, "two_factor.enrolled", who.1, &detail, now)?;
            let notice = mail::Notice::TwoFactorChanged;
            mail::notice(tx, &service_in.config, &workspace, &member, notice, now)?;
            Ok::<_, Problem>(Confirmed::Counts { needs_codes })
        })
        .await?;
    let again = || page::redirect(StatusCode::SEE_OTHER, HERE.to_owned());
    Ok(match confirmed {
        Confirmed::Counts { needs_codes: true } => {
            let shown = fresh.expose().map(str::to_owned).collect();
            codes_page(&signed_in, shown)
        }
        Confirmed::Counts { needs_codes: false } => back(Done::TotpOn),
        Confirmed::Another => again(),
        Confirmed::Wrong(why, seed, begun_at) => match TotpSeed::from_bytes(&seed) {
            None => again(),
            Some(seed) => {
                let app = (&seed, begun_at);
                enrolment_page(&service, &signed_in, app, Some(wrong(why)))
            }
        },
    })
}

/// What came of the first code.
enum Confirmed {
    /// It counts from now on.
    Counts {
        /// Whether there were no recovery codes yet.
        needs_codes: bool,
    },
    /// The code is not right for this app, begun then.
    Wrong(WrongCode, Zeroizing<Vec<u8>>, Timestamp),
    /// The app on that page is not the one that is being set up.
    Another,
}

/// Takes the app away.
#[post("/account/totp/remove")]
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
    let (service_in, workspace, member) = (
        service.clone(),
        signed_in.workspace.clone(),
        signed_in.member.clone(),
    );
    let was_last = service
        .store
        .write(move |tx| {
            let who = (workspace.id, member.id);
            // Of two that take a factor each away, one takes the last.
            tx.lock_workspace(who.0)?;
            if !tx.delete_totp(who.0, who.1)? {
                return Ok(false);
            }
            let was_last = two_factor::drop_idle_codes(tx, &member)?;
            let detail = json!({"method": "totp"});
            note(tx, who, "two_factor.removed", who.1, &detail, now)?;
            let notice = mail::Notice::TwoFactorRemoved;
            mail::notice(tx, &service_in.config, &workspace, &member, notice, now)?;
            Ok::<_, Problem>(was_last)
        })
        .await?;
    Ok(back(removed(&signed_in, was_last, Done::TotpOff)))
}

/// What to say when a factor was removed: with the last one it may have to be set up again.
pub(super) fn removed(signed_in: &SignedIn, was_last: bool, otherwise: Done) -> Done {
    let asked = match signed_in.workspace.two_factor {
        TwoFactorRule::Off => false,
        TwoFactorRule::Admins => signed_in.member.role == Role::Admin,
        TwoFactorRule::Everyone => true,
    };
    match (was_last, asked) {
        (false, _) => otherwise,
        (true, false) => Done::FactorsOff,
        (true, true) => Done::FactorsOffAndAsked,
    }
}
