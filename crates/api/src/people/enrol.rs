//! Enrolling in a second factor inside the sign-in: who has none yet meets no dead end (P4).

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Path},
};
use jiff::Timestamp;
use serde_json::json;
use vestibule_credential::{NewPasskey, RecoveryCodes, SecondFactorProof, TotpSeed, WrongCode};
use vestibule_model::{Actor, Member, MemberId, PasskeyId, StoredPasskey, Workspace, WorkspaceId};
use vestibule_pages::Notice;
use vestibule_policy::{LocalProof, PersonFacts, Refusal};
use vestibule_store::{Reach, Tx};

use crate::{
    audit, clock, mail,
    page::{self, ErrorPage},
    people::{
        Form,
        enter::enter,
        entrance::bounded,
        factor::{ask, take_password, wrong},
        flow::{self, Open},
        show::{codes, page_of},
    },
    problem::{Problem, ProblemType},
    service::Service,
};

/// The first code of an authenticator app: it counts from now on, and the recovery codes are shown.
#[post("/sign-in/{flow}/enrol")]
pub(crate) async fn confirm(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let mut open = Open::find(&request, &service, &path, now).await?;
    open.check_form(&request, &service, &fields)?;
    ask(&request, &service, &open, now).await?;
    let typed = fields.get("code").to_owned();
    let newcomer = newcomer(&open)?;
    let Newcomer {
        workspace_id,
        member_id,
        ..
    } = newcomer;
    let fresh = RecoveryCodes::generate().map_err(Problem::internal)?;
    let hashes = fresh.hashes(member_id);
    let service_in = service.clone();
    let enrolled = service
        .store
        .write(move |tx| {
            let (workspace, member) = still_without(tx, &newcomer)?;
            let proof = match confirm_totp(tx, &member, &typed, now)? {
                Ok(proof) => proof,
                Err(why) => return Ok(Err(why)),
            };
            tx.replace_recovery_codes(workspace_id, member_id, &hashes, now)?;
            note(tx, &service_in, &workspace, &member, "totp", now)?;
            Ok::<_, Problem>(Ok(proof))
        })
        .await?;
    match enrolled {
        Err(why) => page_of(&service, &mut open, Some(wrong(why)), now).await,
        Ok(proof) => {
            open.flow.factor = Some(proof.remember());
            open.save(&service, now).await?;
            let shown = fresh.expose().map(str::to_owned).collect();
            Ok(open.shown(StatusCode::OK, codes(&open, shown)))
        }
    }
}

/// A passkey in place of an app. It is asked for right afterwards: making one is no proof of having it.
#[post("/sign-in/{flow}/enrol/passkey")]
pub(crate) async fn register(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let mut open = Open::find(&request, &service, &path, now).await?;
    open.check_form(&request, &service, &fields)?;
    ask(&request, &service, &open, now).await?;
    let newcomer = newcomer(&open)?;
    let Newcomer {
        workspace_id,
        member_id,
        ..
    } = newcomer;
    let made = match (&service.passkeys, open.flow.ceremony.take()) {
        (Some(library), Some(state)) => {
            let answer = fields.get("credential");
            library.finish_registration(&state, answer).ok()
        }
        _ => None,
    };
    // A challenge is answered once.
    open.save(&service, now).await?;
    let Some(made) = made.filter(|made| made.member_id == member_id) else {
        let error = Notice::named("passkey-not-enrolled");
        return page_of(&service, &mut open, Some(error), now).await;
    };
    let passkey = to_keep(made, workspace_id, &fields, now);
    let fresh = RecoveryCodes::generate().map_err(Problem::internal)?;
    let hashes = fresh.hashes(member_id);
    let service_in = service.clone();
    service
        .store
        .write(move |tx| {
            let (workspace, member) = still_without(tx, &newcomer)?;
            tx.insert_passkey(&passkey)?;
            tx.replace_recovery_codes(workspace_id, member_id, &hashes, now)?;
            note(tx, &service_in, &workspace, &member, "passkey", now)
        })
        .await?;
    let shown = fresh.expose().map(str::to_owned).collect();
    Ok(open.shown(StatusCode::OK, codes(&open, shown)))
}

/// The recovery codes are kept: the sign-in goes on.
#[post("/sign-in/{flow}/codes")]
pub(crate) async fn kept(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let mut open = Open::find(&request, &service, &path, now).await?;
    open.check_form(&request, &service, &fields)?;
    let Some(factor) = open.flow.factor.take() else {
        return Ok(page::redirect(StatusCode::SEE_OTHER, open.path("")));
    };
    let password = take_password(&mut open, now)?;
    let factor = factor.recall(now).map_err(|_cause| flow::over())?;
    let with_both =
        move |_: &mut Tx<'_>, _: &PersonFacts| Ok(Ok(LocalProof::Password(password, Some(factor))));
    enter(&request, &service, open, with_both, now).await
}

/// What is kept of a passkey that was registered.
pub(crate) fn to_keep(
    made: NewPasskey,
    workspace_id: WorkspaceId,
    fields: &Form,
    now: Timestamp,
) -> StoredPasskey {
    StoredPasskey {
        id: PasskeyId::new(now),
        member_id: made.member_id,
        workspace_id,
        name: passkey_name(fields),
        credential_id: made.credential_id,
        credential: made.credential,
        created_at: now,
        last_used_at: None,
    }
}

/// What its owner calls a new passkey.
pub(crate) fn passkey_name(fields: &Form) -> String {
    match bounded(fields.get("name")) {
        name if name.is_empty() => "Passkey".to_owned(),
        name => name,
    }
}

/// Who has given the right password in this flow.
#[derive(Clone, Copy)]
struct Newcomer {
    workspace_id: WorkspaceId,
    member_id: MemberId,
    /// When the password was set that they gave.
    password_set_at: Timestamp,
}

fn newcomer(open: &Open) -> Result<Newcomer, ErrorPage> {
    let password = open.flow.password.as_ref().ok_or_else(flow::over)?;
    Ok(Newcomer {
        workspace_id: password.workspace_id(),
        member_id: password.member_id(),
        password_set_at: password.set_at(),
    })
}

/// A password alone enrols nobody who has a second factor already, and one that was changed meanwhile
/// enrols nobody at all: whoever still had it may be why it was changed.
fn still_without(tx: &mut Tx<'_>, newcomer: &Newcomer) -> Result<(Workspace, Member), Problem> {
    let (workspace_id, member_id) = (newcomer.workspace_id, newcomer.member_id);
    let password = tx.password(workspace_id, member_id)?;
    if password.map(|password| password.set_at) != Some(newcomer.password_set_at) {
        return Err(Refusal::PasswordChanged.into());
    }
    let gone = || Problem::not_found("member");
    let workspace = tx.workspace(Reach::All, workspace_id)?.ok_or_else(gone)?;
    let member = tx.member(workspace_id, member_id)?.ok_or_else(gone)?;
    if tx.has_second_factor(workspace_id, member_id)? {
        let detail = "a second factor is enrolled already; use it";
        return Err(Problem::new(ProblemType::Conflict, detail).worded("factor-enrolled"));
    }
    Ok((workspace, member))
}

/// Has the app that a member is setting up count, by its first code.
pub(crate) fn confirm_totp(
    tx: &mut Tx<'_>,
    member: &Member,
    typed: &str,
    now: Timestamp,
) -> Result<Result<SecondFactorProof, WrongCode>, Problem> {
    let (workspace_id, member_id) = (member.workspace_id, member.id);
    let enrolment = tx.totp_enrolment(workspace_id, member_id)?;
    let seed = enrolment.and_then(|(_, bytes)| TotpSeed::from_bytes(&bytes));
    let Some(seed) = seed else {
        return Ok(Err(WrongCode::Wrong));
    };
    let bytes = seed.as_bytes().to_vec();
    let take = |step| tx.confirm_totp(workspace_id, member_id, &bytes, step, now);
    Ok(seed.redeem(typed, member_id, workspace_id, None, take, now)?)
}

/// A second factor was added: said in the audit log and to its owner.
pub(crate) fn note(
    tx: &mut Tx<'_>,
    service: &Service,
    workspace: &Workspace,
    member: &Member,
    method: &str,
    now: Timestamp,
) -> Result<(), Problem> {
    let notice = match method {
        "passkey" => mail::Notice::PasskeyAdded("Passkey"),
        _ => mail::Notice::TwoFactorChanged,
    };
    let (actor, scope) = (Actor::Member(member.id), Some(workspace.id));
    let (action, detail) = ("two_factor.enrolled", json!({"method": method}));
    audit::record(tx, actor, scope, action, member.id, &detail, now)?;
    mail::notice(tx, &service.config, workspace, member, notice, now)?;
    Ok(())
}
