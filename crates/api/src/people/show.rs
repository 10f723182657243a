//! The page that a flow stands at.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    web::{Data, Path},
};
use jiff::Timestamp;
use vestibule_credential::{PasskeyChallenge, PasskeyError, RememberedPassword, TotpSeed};
use vestibule_model::{StoredPasskey, StoredTotp, Workspace};
use vestibule_pages::{
    ChooseWorkspace, EnrolTotp, LastWorkspace, Notice, Page, PasskeyOffer, RecoveryCodes,
    SecondFactor, SignInEmail, SignInPassword, Svg, Text, text,
};
use vestibule_policy::{LocalProof, LocalStep, PersonFacts, WorkspaceFacts, local_step};
use vestibule_store::{Reach, Tx};

use crate::{
    clock, facts,
    page::ErrorPage,
    people::{enter::refused, flow::Open, last},
    problem::Problem,
    service::Service,
};

/// The page that a flow stands at.
#[get("/sign-in/{flow}")]
pub(crate) async fn show(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let mut open = Open::find(&request, &service, &path, now).await?;
    page_of(&service, &mut open, None, now).await
}

/// The same with what went wrong.
pub(crate) async fn page_of(
    service: &Data<Service>,
    open: &mut Open,
    error: Option<Notice>,
    now: Timestamp,
) -> Result<HttpResponse, ErrorPage> {
    let status = match error {
        None => StatusCode::OK,
        Some(_) => StatusCode::FORBIDDEN,
    };
    let Some(workspace_id) = open.flow.workspace_id else {
        let page = who(service, open, error, now).await?;
        return Ok(open.shown(status, page));
    };
    if open.flow.factor.is_some() {
        return Ok(open.shown(status, codes(open, Vec::new())));
    }
    let remembered = copy(open.flow.password.as_ref())?;
    let email = open.flow.email.clone();
    let found = service
        .store
        .read(move |tx| standing(tx, workspace_id, email.as_deref(), remembered.is_some()))
        .await?;
    let Standing {
        facts,
        person,
        passkeys,
        totp,
        recovery,
    } = found.ok_or_else(super::flow::over)?;
    let password = open.flow.password.take();
    let proof = password.and_then(|password| password.recall(now).ok());
    let (Some(person), Some(proof)) = (person, proof) else {
        let page = ask_password(service, open, &facts, error, now).await?;
        return Ok(open.shown(status, page));
    };
    let proof = LocalProof::Password(proof, None);
    let prove = open.flow.prove.is_some();
    let step = local_step(&facts, &person, &proof, prove, &service.rules);
    if let LocalProof::Password(proof, _) = proof {
        open.flow.password = Some(proof.remember());
    }
    let page = match step {
        Err(denial) => return Err(refused(&open.id, &open.flow, denial.refusal)),
        // Only a change between two requests leads here: one press more lets them in.
        Ok(LocalStep::Enter | LocalStep::SecondFactor) => {
            let passkey = offer_factor(service, open, &passkeys, now).await?;
            SecondFactor {
                action: open.path("factor"),
                csrf: open.csrf(),
                workspace: facts.workspace.name.clone(),
                totp: totp.is_some(),
                recovery: recovery > 0,
                passkey,
                break_glass: facts
                    .workspace
                    .unlocked_until
                    .is_some_and(|until| until > now),
                back_href: None,
                error,
            }
            .boxed()
        }
        Ok(LocalStep::EnrolSecondFactor) => {
            enrol(service, open, &facts, &person, error, now).await?
        }
    };
    Ok(open.shown(status, page))
}

/// What a flow's next page depends on.
struct Standing {
    facts: WorkspaceFacts,
    person: Option<PersonFacts>,
    passkeys: Vec<StoredPasskey>,
    totp: Option<StoredTotp>,
    recovery: i64,
}

/// Reads who it is only where the password was right: before that nothing may depend on it.
fn standing(
    tx: &mut Tx<'_>,
    workspace_id: vestibule_model::WorkspaceId,
    email: Option<&str>,
    known: bool,
) -> Result<Option<Standing>, Problem> {
    let Some(workspace) = tx.workspace(Reach::All, workspace_id)? else {
        return Ok(None);
    };
    let mut facts = tx.facts_of_workspace(workspace)?;
    let mut standing = Standing {
        person: None,
        passkeys: Vec::new(),
        totp: None,
        recovery: 0,
        facts: facts.clone(),
    };
    let email = email.filter(|_| known).and_then(|email| email.parse().ok());
    let email: Option<vestibule_model::Email> = email;
    if let Some(email) = email
        && let Some(member) = tx.member_by_email(workspace_id, email.key())?
    {
        let id = member.id;
        standing.passkeys = tx.passkeys_of(workspace_id, id)?;
        standing.totp = tx.totp(workspace_id, id)?;
        standing.recovery = tx.recovery_codes_left(workspace_id, id)?;
        standing.person = Some(facts::of_person(tx, &mut facts, member)?);
        standing.facts = facts;
    }
    Ok(Some(standing))
}

/// The service, where the name above the page is not its name already.
fn eyebrow(service: &Service) -> Option<String> {
    let name = service.config.service_name.as_ref();
    let above = &service.brand.brand().name;
    name.filter(|name| *name != above).cloned()
}

async fn who(
    service: &Data<Service>,
    open: &mut Open,
    error: Option<Notice>,
    now: Timestamp,
) -> Result<Box<dyn Page>, ErrorPage> {
    let passkey = offer_sign_in(service, open, now).await?;
    let last = last::offer(service, open).await?;
    Ok(match open.flow.email.clone() {
        None => SignInEmail {
            action: open.path("address"),
            csrf: open.csrf(),
            email: String::new(),
            service_name: eyebrow(service),
            last,
            passkey,
            error,
        }
        .boxed(),
        Some(email) => ChooseWorkspace {
            action: open.path("workspace"),
            csrf: open.csrf(),
            email,
            workspaces: last.into_iter().map(LastWorkspace::choice).collect(),
            allow_slug: true,
            mail_href: service
                .config
                .mail
                .is_some()
                .then(|| "/sign-in/forgot".to_owned()),
            back_href: Some(open.path("anew")),
            error,
        }
        .boxed(),
    })
}

async fn ask_password(
    service: &Service,
    open: &mut Open,
    facts: &WorkspaceFacts,
    error: Option<Notice>,
    now: Timestamp,
) -> Result<Box<dyn Page>, ErrorPage> {
    let workspace: &Workspace = &facts.workspace;
    let passkey = offer_sign_in(service, open, now).await?;
    let sso = facts.sso_is_live(&service.rules) && open.flow.prove.is_none();
    let again = open.flow.again.clone().map(|why| Notice {
        title: text("again-title"),
        text: Text::named(why),
    });
    Ok(SignInPassword {
        action: open.path("password"),
        csrf: open.csrf(),
        email: open.flow.email.clone().unwrap_or_default(),
        workspace: workspace.name.clone(),
        sso_href: sso.then(|| open.path("sso")),
        forgot_href: Some(format!("/sign-in/forgot?workspace={}", workspace.slug)),
        passkey,
        prove: open.flow.prove.is_some(),
        back_href: (open.flow.chosen_here && open.flow.prove.is_none()).then(|| open.path("anew")),
        again,
        error,
    }
    .boxed())
}

async fn enrol(
    service: &Service,
    open: &mut Open,
    facts: &WorkspaceFacts,
    person: &PersonFacts,
    error: Option<Notice>,
    now: Timestamp,
) -> Result<Box<dyn Page>, ErrorPage> {
    let member = person.member.clone();
    let (seed, begun_at) = seed_of(service, &member, open.flow.enrolling, now).await?;
    open.flow.enrolling = Some(begun_at);
    let passkey = match &service.passkeys {
        None => None,
        Some(passkeys) => {
            let challenge = super::passkey::registration(passkeys, &member, &[]);
            Some(offer(service, open, challenge, "enrol/passkey", now).await?)
        }
    };
    // The password stays remembered whether there is an offer or not.
    if passkey.is_none() {
        open.save(service, now).await?;
    }
    let issuer = service
        .config
        .service_name
        .as_deref()
        .unwrap_or("Vestibule");
    let account = format!("{} ({})", member.email, facts.workspace.name);
    Ok(EnrolTotp {
        action: open.path("enrol"),
        csrf: open.csrf(),
        workspace: facts.workspace.name.clone(),
        required: true,
        qr: Svg(seed.qr_svg(issuer, &account).to_string()),
        secret: seed.secret_base32().to_string(),
        uri: Some(seed.uri(issuer, &account).to_string()),
        account,
        passkey,
        cancel_href: None,
        error,
    }
    .boxed())
}

/// The seed that a member is setting up: the one that this flow began, so that the page can be reloaded
/// and a wrong code tried again, or a new one. One that another browser was shown is never shown here:
/// whoever knows the password alone could leave a seed for its owner to enrol.
async fn seed_of(
    service: &Service,
    member: &vestibule_model::Member,
    begun_here: Option<Timestamp>,
    now: Timestamp,
) -> Result<(TotpSeed, Timestamp), ErrorPage> {
    let (workspace_id, member_id) = (member.workspace_id, member.id);
    let fresh = TotpSeed::generate().map_err(Problem::internal)?;
    let seed = service
        .store
        .write(move |tx| {
            if let Some((enrolment, bytes)) = tx.totp_enrolment(workspace_id, member_id)?
                && let Some(seed) = TotpSeed::from_bytes(&bytes)
                // The archive keeps microseconds.
                && begun_here.map(Timestamp::as_microsecond)
                    == Some(enrolment.created_at.as_microsecond())
            {
                return Ok((seed, enrolment.created_at));
            }
            let enrolment = StoredTotp {
                member_id,
                workspace_id,
                confirmed_at: None,
                last_step: None,
                created_at: now,
            };
            tx.put_totp(&enrolment, fresh.as_bytes())?;
            Ok::<_, Problem>((fresh, now))
        })
        .await?;
    Ok(seed)
}

/// The page of the recovery codes; without any where they were shown before.
pub(crate) fn codes(open: &Open, codes: Vec<String>) -> Box<dyn Page> {
    RecoveryCodes {
        action: open.path("codes"),
        csrf: open.csrf(),
        codes,
    }
    .boxed()
}

async fn offer_factor(
    service: &Service,
    open: &mut Open,
    passkeys: &[StoredPasskey],
    now: Timestamp,
) -> Result<Option<PasskeyOffer>, ErrorPage> {
    let Some(library) = service.passkeys.as_ref().filter(|_| !passkeys.is_empty()) else {
        open.save(service, now).await?;
        return Ok(None);
    };
    let challenge = library.begin_second_factor(passkeys);
    let offer = offer(service, open, challenge, "factor/passkey", now).await?;
    Ok(Some(offer))
}

async fn offer_sign_in(
    service: &Service,
    open: &mut Open,
    now: Timestamp,
) -> Result<Option<PasskeyOffer>, ErrorPage> {
    let Some(library) = service
        .passkeys
        .as_ref()
        .filter(|_| open.flow.prove.is_none())
    else {
        return Ok(None);
    };
    let offer = offer(service, open, library.begin_sign_in(), "passkey", now).await?;
    Ok(Some(offer))
}

/// Keeps the state of a ceremony in the flow, and gives the page its part.
async fn offer(
    service: &Service,
    open: &mut Open,
    challenge: Result<PasskeyChallenge, PasskeyError>,
    step: &str,
    now: Timestamp,
) -> Result<PasskeyOffer, ErrorPage> {
    let PasskeyChallenge { options, state } = challenge.map_err(Problem::internal)?;
    open.flow.ceremony = Some(state);
    open.save(service, now).await?;
    Ok(PasskeyOffer {
        challenge_json: options,
        action: open.path(step),
    })
}

/// Whether there is one; the thing itself stays where it is.
fn copy(password: Option<&RememberedPassword>) -> Result<Option<()>, Problem> {
    Ok(password.map(|_| ()))
}
