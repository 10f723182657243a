//! Asking for a new password, or for the workspaces of an address, by mail.
//!
//! Whether an address is known is told by the mail alone: the answer is the same words, and is given
//! before anything is looked up.

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, post, rt, web::Data};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tracing::{debug, warn};
use vestibule_model::{Actor, Email, EmailKey, MemberStatus, Slug, Workspace, WorkspaceId};
use vestibule_pages::{ForgotPassword, Link, MailKind, MailSent, Message, Notice, Status, text};
use vestibule_state::{ThrottleKey, ThrottleRule};
use vestibule_store::{Reach, Tx};

use crate::{
    audit, clock,
    guards::{self, Account, Guess},
    mail,
    page::{self, ErrorPage},
    password_links::{Deliver, issue},
    people::{Form, same_origin},
    problem::Problem,
    service::Service,
};

/// How much mail anybody can have sent to one address: it is the owner's letter box, not ours.
const MAILS: ThrottleRule = ThrottleRule {
    free: 3,
    first: SignedDuration::from_mins(1),
    longest: SignedDuration::from_hours(1),
    forget_after: SignedDuration::from_hours(2),
};
/// How many workspaces a mail lists.
const MOST_WORKSPACES: i64 = 50;

/// Asks for the address.
#[get("/sign-in/forgot")]
pub(crate) async fn show(
    request: HttpRequest,
    service: Data<Service>,
) -> Result<HttpResponse, ErrorPage> {
    if service.config.mail.is_none() {
        return Ok(no_mail());
    }
    let workspace = workspace(&request, &service).await?;
    Ok(form(StatusCode::OK, workspace.as_ref(), "", None))
}

/// Answers, and then sends what there is to send.
#[post("/sign-in/forgot")]
pub(crate) async fn send(
    request: HttpRequest,
    service: Data<Service>,
    typed: Form,
) -> Result<HttpResponse, ErrorPage> {
    same_origin(&request, &service.config)?;
    if service.config.mail.is_none() {
        return Ok(no_mail());
    }
    let now = clock::now();
    let workspace = workspace(&request, &service).await?;
    let typed = typed.get("email").trim().to_owned();
    let Ok(email) = Email::parse(&typed) else {
        let notice = Notice::named("forgot-address");
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(form(status, workspace.as_ref(), &typed, Some(notice)));
    };
    let account = workspace.as_ref().map(|workspace| Account {
        workspace_id: workspace.id,
        email: email.key(),
    });
    guards::ask(&service, &request, Guess::Discovery, account, now).await?;
    let what = match workspace {
        Some(_) => MailKind::Forgot,
        None => MailKind::Workspaces,
    };
    let sign_in_href = sign_in_href(workspace.as_ref());
    let workspace_id = workspace.map(|workspace| workspace.id);
    rt::spawn(afterwards(service, email.key().clone(), workspace_id, now));
    let sent = MailSent {
        what,
        email: typed,
        sign_in_href,
    };
    Ok(page::rendered(StatusCode::OK, sent))
}

/// The workspace that the page is about; one that does not exist is none.
async fn workspace(
    request: &HttpRequest,
    service: &Service,
) -> Result<Option<Workspace>, ErrorPage> {
    let query = Form::of_query(request);
    let name = query.get("workspace").to_owned();
    let found = service
        .store
        .read(move |tx| match (name.parse(), Slug::parse(&name)) {
            (Ok(id), _) => tx.workspace(Reach::All, id),
            (Err(_), Ok(slug)) => tx.workspace_by_slug(slug.as_str()),
            (Err(_), Err(_)) => Ok(None),
        })
        .await?;
    if let Some(found) = &found {
        page::belongs_to(request, found);
    }
    Ok(found)
}

/// What is done for an address, when whoever asked has their answer.
async fn afterwards(
    service: Data<Service>,
    email: EmailKey,
    workspace_id: Option<WorkspaceId>,
    now: Timestamp,
) {
    let counted = [(ThrottleKey::new("mail", &[email.as_str()]), MAILS)];
    match service.state.attempt(&counted, now).await {
        Ok(None) => {}
        Ok(Some(_wait)) => {
            debug!("an address was asked for too often; no mail is sent to it now");
            return;
        }
        Err(error) => {
            warn!(%error, "no mail is sent to who forgot their password");
            return;
        }
    }
    let service_in = service.clone();
    let queued = service
        .store
        .write(move |tx| match workspace_id {
            Some(workspace_id) => send_link(tx, &service_in, workspace_id, &email, now),
            None => send_workspaces(tx, &service_in, &email, now),
        })
        .await;
    if let Err(problem) = queued {
        let cause = problem.cause.as_deref();
        warn!(
            problem = problem.kind.slug(),
            cause, "no mail could be queued for who forgot their password"
        );
    }
}

/// A link to set the password anew, or the invitation once more. It goes to the address that the
/// member has, however it was typed.
fn send_link(
    tx: &mut Tx<'_>,
    service: &Service,
    workspace_id: WorkspaceId,
    email: &EmailKey,
    now: Timestamp,
) -> Result<(), Problem> {
    let workspace = tx.workspace(Reach::All, workspace_id)?;
    let member = tx.member_by_email(workspace_id, email)?;
    let member = member.filter(|member| member.status != MemberStatus::Deactivated);
    let Some((workspace, member)) = workspace.zip(member) else {
        return Ok(());
    };
    let issued = issue(tx, &service.config, &workspace, &member, Deliver::Mail, now)?;
    let detail = json!({
        "purpose": issued.link.purpose,
        "link": issued.link.id,
        "delivered": Deliver::Mail.done(),
        "expires_at": issued.link.expires_at,
        "asked_for": "on the sign-in page",
    });
    let (scope, action) = (Some(workspace_id), "password_link.created");
    audit::record(tx, Actor::System, scope, action, member.id, &detail, now)?;
    Ok(())
}

/// Where an address may sign in. One key may be of several spellings: each address hears of its own.
fn send_workspaces(
    tx: &mut Tx<'_>,
    service: &Service,
    email: &EmailKey,
    now: Timestamp,
) -> Result<(), Problem> {
    let mut of_addresses: Vec<(Email, Vec<Workspace>)> = Vec::new();
    for member in tx.members_by_email_everywhere(email, MOST_WORKSPACES)? {
        let Some(workspace) = tx.workspace(Reach::All, member.workspace_id)? else {
            continue;
        };
        let same = |known: &Email| known.as_str().eq_ignore_ascii_case(member.email.as_str());
        match of_addresses.iter_mut().find(|(known, _)| same(known)) {
            Some((_, workspaces)) => workspaces.push(workspace),
            None => of_addresses.push((member.email, vec![workspace])),
        }
    }
    for (email, workspaces) in of_addresses {
        mail::your_workspaces(tx, &service.config, &workspaces, &email, now)?;
    }
    Ok(())
}

fn form(
    status: StatusCode,
    workspace: Option<&Workspace>,
    email: &str,
    error: Option<Notice>,
) -> HttpResponse {
    let action = match workspace {
        Some(workspace) => format!("/sign-in/forgot?workspace={}", workspace.slug),
        None => "/sign-in/forgot".to_owned(),
    };
    let form = ForgotPassword {
        action,
        csrf: String::new(),
        email: email.to_owned(),
        workspace: workspace.map_or_else(String::new, |workspace| workspace.name.clone()),
        back_href: Some(sign_in_href(workspace)),
        error,
    };
    page::rendered(status, form)
}

fn sign_in_href(workspace: Option<&Workspace>) -> String {
    match workspace {
        Some(workspace) => format!("/sign-in?workspace={}", workspace.slug),
        None => "/sign-in".to_owned(),
    }
}

/// Without mail there is somebody to ask all the same.
fn no_mail() -> HttpResponse {
    let message = Message {
        title: text("no-mail-title"),
        text: text("no-mail-text"),
        advice: Some(text("no-mail-advice")),
        detail: None,
        reference: None,
        links: vec![Link {
            href: "/sign-in".to_owned(),
            label: text("back-to-sign-in"),
        }],
        status: Status::Note,
    };
    page::rendered(StatusCode::OK, message)
}
