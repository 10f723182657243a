//! Where a link to set a password leads.
//!
//! Looking uses nothing up: programs that watch over mail open every link in it. The token in the
//! path is all the proof that there is, and as the address that the form is posted to it also holds
//! off who would post it for somebody else.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post, route,
    web::{Data, Path},
};
use jiff::Timestamp;
use serde_json::json;
use tracing::info;
use vestibule_credential::{LONGEST, Password, PasswordError, SHORTEST};
use vestibule_model::{
    Actor, LinkPurpose, Member, MemberStatus, PasswordLink, Role, StoredPassword, Workspace,
};
use vestibule_pages::{Notice, PasswordSet, SetPassword, text};
use vestibule_session::Secret;
use vestibule_store::{Reach, StoreError, Tx};

use crate::{
    audit, clock,
    guards::{self, Account, Guess},
    mail,
    page::{self, ErrorPage},
    people::{Form, same_origin},
    service::Service,
};

/// A link that counts, and whose it is.
struct Found {
    link: PasswordLink,
    member: Member,
    workspace: Workspace,
    /// Whether the password counts for nothing as long as SSO is live (P3).
    sso_instead: bool,
}

/// Shows the form.
#[route("/password/{token}", method = "GET", method = "HEAD")]
pub(crate) async fn show(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    guards::ask(&service, &request, Guess::Link, None, now).await?;
    let token = Secret::parse(&path).ok_or_else(|| gone(&service))?;
    let found = find(&service, token.hash(), now).await?;
    page::belongs_to(&request, &found.workspace);
    Ok(form(StatusCode::OK, &token, &found, None))
}

/// Sets the password, once.
#[post("/password/{token}")]
pub(crate) async fn set(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
    typed: Form,
) -> Result<HttpResponse, ErrorPage> {
    same_origin(&request, &service.config)?;
    let now = clock::now();
    guards::ask(&service, &request, Guess::Link, None, now).await?;
    let token = Secret::parse(&path).ok_or_else(|| gone(&service))?;
    let found = find(&service, token.hash(), now).await?;
    page::belongs_to(&request, &found.workspace);
    let password = match Password::choose(
        typed.get("password"),
        &personal(&found.member, &found.workspace),
    ) {
        Ok(password) => password,
        Err(error) => {
            let (status, notice) = (StatusCode::UNPROCESSABLE_ENTITY, refused(&error));
            return Ok(form(status, &token, &found, Some(notice)));
        }
    };
    let hash = service.hashing.hash(password).await?;
    let service_in = service.clone();
    let token_hash = token.hash();
    let (workspace, sso_instead) = (found.workspace, found.sso_instead);
    let slug = workspace.slug.clone();
    let done = service
        .store
        .write(move |tx| keep(tx, &service_in, &workspace, &token_hash, hash, now))
        .await?;
    let member = done.ok_or_else(|| gone(&service))?;
    let account = Account {
        workspace_id: member.workspace_id,
        email: member.email.key(),
    };
    // Whoever guessed at the old password is no reason to wait with the new one; if it cannot be
    // forgotten now, it will be in an hour.
    let _ = guards::forgive(&service, account, now).await;
    let set = PasswordSet {
        sign_in_href: format!("/sign-in?workspace={slug}"),
        sso_instead,
    };
    Ok(page::rendered(StatusCode::OK, set))
}

async fn find(
    service: &Data<Service>,
    token_hash: [u8; 32],
    now: Timestamp,
) -> Result<Found, ErrorPage> {
    let service_in = service.clone();
    let found = service
        .store
        .read(move |tx| {
            let Some(link) = tx.password_link(&token_hash, now)? else {
                return Ok(None);
            };
            let member = may_use(tx, &link)?;
            let workspace = tx.workspace(Reach::All, link.workspace_id)?;
            let Some((member, workspace)) = member.zip(workspace) else {
                return Ok(None);
            };
            let facts = tx.facts_of_workspace(workspace.clone())?;
            let sso_instead = member.role == Role::Member && facts.sso_is_live(&service_in.rules);
            Ok::<_, StoreError>(Some(Found {
                link,
                member,
                workspace,
                sso_instead,
            }))
        })
        .await?;
    found.ok_or_else(|| gone(service))
}

/// Whose link it is, unless they are deactivated.
fn may_use(tx: &mut Tx<'_>, link: &PasswordLink) -> Result<Option<Member>, StoreError> {
    let member = tx.member(link.workspace_id, link.member_id)?;
    Ok(member.filter(|member| member.status != MemberStatus::Deactivated))
}

/// Uses the link up and keeps the password: exactly one of any number of posts does.
fn keep(
    tx: &mut Tx<'_>,
    service: &Service,
    workspace: &Workspace,
    token_hash: &[u8; 32],
    hash: String,
    now: Timestamp,
) -> Result<Option<Member>, StoreError> {
    // As whoever changes a member does, so that neither writes over the other's.
    tx.lock_workspace(workspace.id)?;
    let Some(link) = tx.use_password_link(token_hash, now)? else {
        return Ok(None);
    };
    let Some(mut member) = may_use(tx, &link)? else {
        return Ok(None);
    };
    let before = member.clone();
    member.status = MemberStatus::Active;
    if link.by_mail {
        member.email_proven_at.get_or_insert(now);
    }
    if member != before {
        member.updated_at = now;
        tx.update_member(&member)?;
    }
    tx.set_password(&StoredPassword {
        member_id: member.id,
        workspace_id: workspace.id,
        hash,
        set_at: now,
        last_used_at: None,
    })?;
    let ended = tx.revoke_sessions_of_member(workspace.id, member.id, "password set", now)?;
    let detail = json!({
        "link": link.id,
        "purpose": link.purpose,
        "by_mail": link.by_mail,
        "sessions": ended,
    });
    let (actor, scope) = (Actor::Member(member.id), Some(workspace.id));
    audit::record(tx, actor, scope, "password.set", member.id, &detail, now)?;
    let (config, news) = (&service.config, mail::Notice::PasswordChanged);
    mail::notice(tx, config, workspace, &member, news, now)?;
    info!(
        event = "password_set",
        workspace.id = %workspace.id,
        member.id = %member.id,
        purpose = %link.purpose,
        "a password was set"
    );
    Ok(Some(member))
}

/// What an attacker who knows the person tries first.
pub(crate) fn personal<'a>(member: &'a Member, workspace: &'a Workspace) -> Vec<&'a str> {
    let mut personal = vec![
        member.email.as_str(),
        workspace.name.as_str(),
        workspace.slug.as_str(),
    ];
    personal.extend(member.name.as_deref());
    personal
}

fn form(
    status: StatusCode,
    token: &Secret,
    found: &Found,
    error: Option<Notice>,
) -> actix_web::HttpResponse {
    let form = SetPassword {
        action: format!("/password/{}", token.expose()),
        csrf: String::new(),
        email: found.member.email.to_string(),
        workspace: found.workspace.name.clone(),
        invitation: found.link.purpose == LinkPurpose::Invitation,
        minimum: u8::try_from(SHORTEST).unwrap_or(u8::MAX),
        sso_instead: found.sso_instead,
        error,
    };
    page::rendered(status, form)
}

/// What is wrong with a password, and what would mend it.
pub(crate) fn refused(error: &PasswordError) -> Notice {
    let found = match error {
        PasswordError::TooShort { found } => *found,
        _ => 0,
    };
    Notice::named(&format!("password-{}", error.code()))
        .with("found", found)
        .with("shortest", SHORTEST)
        .with("longest", LONGEST)
}

/// The same for a link that is unknown, used, replaced or over: nobody learns which.
fn gone(service: &Service) -> ErrorPage {
    let (status, reason) = (StatusCode::NOT_FOUND, "password-link-over");
    if service.config.mail.is_some() {
        ErrorPage::named(status, reason).link("/sign-in/forgot", text("forgot-new-link"))
    } else {
        ErrorPage::worded(status, reason, "password-link-over-no-mail")
            .link("/sign-in", text("sign-in-go"))
    }
}

#[cfg(test)]
mod tests {
    use vestibule_pages::{Lang, Text};

    use super::*;

    #[test]
    fn every_refusal_has_words_and_says_the_numbers() {
        let said = |error: &PasswordError| {
            let Notice { title, text } = refused(error);
            Lang::ALL.map(|lang| {
                [&title, &text]
                    .map(|said: &Text| said.to_html(lang))
                    .concat()
            })
        };
        for error in [
            PasswordError::TooShort { found: 3 },
            PasswordError::TooLong,
            PasswordError::Common,
            PasswordError::Personal,
            PasswordError::Monotonous,
        ] {
            for said in said(&error) {
                assert!(said.contains(' ') && !said.contains(error.code()), "{said}");
            }
        }
        for said in said(&PasswordError::TooShort { found: 3 }) {
            assert!(said.contains("12") && said.contains('3'), "{said}");
        }
    }
}
