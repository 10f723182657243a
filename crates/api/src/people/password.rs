//! The password.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use jiff::Timestamp;
use vestibule_credential::{Password, PasswordProof};
use vestibule_model::{Email, Member, StoredPassword, WorkspaceId};
use vestibule_pages::Notice;
use vestibule_policy::{LocalProof, LocalStep, local_step};
use vestibule_store::Reach;

use crate::{
    clock, facts,
    guards::{self, Account, Guess},
    metrics::MintedBy,
    page::{self, ErrorPage},
    people::{
        Form,
        enter::{enter, refused},
        entrance::bounded,
        flow::{self, Open},
        show::page_of,
    },
    problem::Problem,
    service::Service,
};

/// The password: wrong ones, and those of people who are not there, are answered alike and after the
/// same work.
#[post("/sign-in/{flow}/password")]
pub(crate) async fn give(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let mut open = Open::find(&request, &service, &path, now).await?;
    open.check_form(&request, &service, &fields)?;
    let workspace_id = open.flow.workspace_id.ok_or_else(flow::over)?;
    let typed = bounded(fields.get("email"));
    if !typed.is_empty() {
        open.flow.is_about(Some(workspace_id), Some(typed));
    }
    let typed = open.flow.email.clone().unwrap_or_default();
    let Ok(email) = Email::parse(&typed) else {
        return wrong(&service, &mut open, now).await;
    };
    let account = Account {
        workspace_id,
        email: email.key(),
    };
    guards::ask(&service, &request, Guess::Password, Some(account), now).await?;
    let given = Password::typed(fields.get("password"));
    let Some(proof) = verify(&service, workspace_id, &email, given, now).await? else {
        return wrong(&service, &mut open, now).await;
    };
    go_on(&request, &service, open, proof, now).await
}

/// What comes after the right password.
async fn go_on(
    request: &HttpRequest,
    service: &Data<Service>,
    mut open: Open,
    proof: PasswordProof,
    now: Timestamp,
) -> Result<HttpResponse, ErrorPage> {
    let (workspace_id, member_id) = (proof.workspace_id(), proof.member_id());
    let found = service
        .store
        .read(move |tx| {
            let workspace = tx.workspace(Reach::All, workspace_id)?;
            let member = tx.member(workspace_id, member_id)?;
            let (Some(workspace), Some(member)) = (workspace, member) else {
                return Ok(None);
            };
            let mut facts = tx.facts_of_workspace(workspace)?;
            let person = facts::of_person(tx, &mut facts, member)?;
            Ok::<_, Problem>(Some((facts, person)))
        })
        .await?;
    let (facts, person) = found.ok_or_else(flow::over)?;
    let proof = LocalProof::Password(proof, None);
    let prove = open.flow.prove.is_some();
    match local_step(&facts, &person, &proof, prove, &service.rules) {
        Err(denial) => {
            let (refusal, code) = ("refused", denial.refusal.code());
            service.metrics.sign_in(MintedBy::Local, refusal, code);
            Err(refused(&open.id, &open.flow, denial.refusal))
        }
        Ok(LocalStep::Enter) => enter(request, service, open, move |_, _| Ok(Ok(proof)), now).await,
        Ok(LocalStep::SecondFactor | LocalStep::EnrolSecondFactor) => {
            if let LocalProof::Password(password, _) = proof {
                open.flow.password = Some(password.remember());
            }
            open.save(service, now).await?;
            Ok(page::redirect(
                actix_web::http::StatusCode::SEE_OTHER,
                open.path(""),
            ))
        }
    }
}

/// Holds a password against what is kept of the account, or against nobody's: the same work either way.
pub(crate) async fn verify(
    service: &Data<Service>,
    workspace_id: WorkspaceId,
    email: &Email,
    given: Password,
    now: Timestamp,
) -> Result<Option<PasswordProof>, Problem> {
    let key = email.key().clone();
    let found: Option<(Member, StoredPassword)> = service
        .store
        .read(move |tx| {
            let Some(member) = tx.member_by_email(workspace_id, &key)? else {
                return Ok(None);
            };
            let stored = tx.password(workspace_id, member.id)?;
            Ok::<_, Problem>(stored.map(|stored| (member, stored)))
        })
        .await?;
    // A key finds the candidate; the text has to agree, as for an assertion (P9).
    let written_alike = |member: &Member| {
        let kept = member.email.as_str();
        kept.eq_ignore_ascii_case(email.as_str())
    };
    let stored = found.filter(|(member, _)| written_alike(member));
    let stored = stored.map(|(_, stored)| stored);
    service.hashing.verify(given, stored, now).await
}

async fn wrong(
    service: &Data<Service>,
    open: &mut Open,
    now: Timestamp,
) -> Result<HttpResponse, ErrorPage> {
    let reason = "password-wrong";
    service.metrics.sign_in(MintedBy::Local, "refused", reason);
    let error = Notice::named(reason);
    page_of(service, open, Some(error), now).await
}
