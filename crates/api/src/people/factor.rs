//! The second factor.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use jiff::Timestamp;
use vestibule_credential::{
    PasswordProof, SecondFactorProof, TotpSeed, WrongCode, redeemed_recovery_code,
    verify_break_glass,
};
use vestibule_model::{Email, Member, Role};
use vestibule_pages::Notice;
use vestibule_policy::{LocalProof, PersonFacts};
use vestibule_store::Tx;

use crate::{
    clock,
    guards::{self, Account, Guess},
    page::ErrorPage,
    people::{
        Form,
        enter::enter,
        flow::{self, Open},
        show::page_of,
    },
    problem::Problem,
    service::Service,
};

/// Which kind of code was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Totp,
    Recovery,
    BreakGlass,
}

impl Kind {
    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "recovery" => Self::Recovery,
            "break_glass" => Self::BreakGlass,
            _ => Self::Totp,
        }
    }
}

/// A code: of the app, a recovery code, or the operator's.
#[post("/sign-in/{flow}/factor")]
pub(crate) async fn give_code(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let mut open = Open::find(&request, &service, &path, now).await?;
    open.check_form(&request, &service, &fields)?;
    let password = take_password(&mut open, now)?;
    ask(&request, &service, &open, now).await?;
    let kind = Kind::parse(fields.get("kind"));
    let typed = fields.get("code").to_owned();
    let with_factor = move |tx: &mut Tx<'_>, person: &PersonFacts| {
        let factor = redeem(tx, &person.member, kind, &typed, now)?;
        Ok(factor.map(|factor| LocalProof::Password(password, Some(factor))))
    };
    enter(&request, &service, open, with_factor, now).await
}

/// A passkey beside the password.
#[post("/sign-in/{flow}/factor/passkey")]
pub(crate) async fn give_passkey(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let mut open = Open::find(&request, &service, &path, now).await?;
    open.check_form(&request, &service, &fields)?;
    ask(&request, &service, &open, now).await?;
    let (Some(library), Some(state)) = (service.passkeys.clone(), open.flow.ceremony.take()) else {
        return page_of(&service, &mut open, Some(wrong(WrongCode::Wrong)), now).await;
    };
    // A challenge is answered once.
    open.save(&service, now).await?;
    let password = take_password(&mut open, now)?;
    let answer = fields.get("credential").to_owned();
    let with_passkey = move |tx: &mut Tx<'_>, person: &PersonFacts| {
        let member = &person.member;
        let stored = tx.passkeys_of(member.workspace_id, member.id)?;
        let Ok((factor, used)) = library.finish_second_factor(&state, &answer, &stored, now) else {
            return Ok(Err(WrongCode::Wrong));
        };
        if !tx.use_passkey(used.id, &used.credential, now)? {
            return Ok(Err(WrongCode::Wrong));
        }
        Ok(Ok(LocalProof::Password(password, Some(factor))))
    };
    enter(&request, &service, open, with_passkey, now).await
}

/// Uses a code up in the transaction that lets its owner in.
pub(crate) fn redeem(
    tx: &mut Tx<'_>,
    member: &Member,
    kind: Kind,
    typed: &str,
    now: Timestamp,
) -> Result<Result<SecondFactorProof, WrongCode>, Problem> {
    let (workspace_id, member_id) = (member.workspace_id, member.id);
    match kind {
        Kind::Totp => {
            let stored = tx.totp(workspace_id, member_id)?;
            let seed = tx.totp_seed(workspace_id, member_id)?;
            let seed = seed.and_then(|seed| TotpSeed::from_bytes(&seed));
            let (Some(stored), Some(seed)) = (stored, seed) else {
                return Ok(Err(WrongCode::Wrong));
            };
            let take = |step| tx.use_totp_step(workspace_id, member_id, step);
            let last = stored.last_step;
            Ok(seed.redeem(typed, member_id, workspace_id, last, take, now)?)
        }
        Kind::Recovery => {
            let redeem =
                |hash: &[u8; 32]| tx.redeem_recovery_code(workspace_id, member_id, hash, now);
            let redeemed = redeemed_recovery_code(member_id, workspace_id, typed, redeem, now);
            Ok(redeemed?)
        }
        Kind::BreakGlass => {
            // The operator opened the window for admins.
            let hash = tx.unlock_code_hash(workspace_id)?;
            let workspace = tx.workspace(vestibule_store::Reach::All, workspace_id)?;
            let until = workspace.and_then(|workspace| workspace.unlocked_until);
            let Some(hash) = hash.filter(|_| member.role == Role::Admin) else {
                return Ok(Err(WrongCode::Wrong));
            };
            Ok(verify_break_glass(
                typed,
                &hash,
                until,
                member_id,
                workspace_id,
                now,
            ))
        }
    }
}

/// The right password of this flow, while it is remembered. What is kept of the flow still has it, for
/// another try.
pub(crate) fn take_password(open: &mut Open, now: Timestamp) -> Result<PasswordProof, ErrorPage> {
    let password = open.flow.password.take().ok_or_else(flow::over)?;
    password.recall(now).map_err(|_cause| flow::over())
}

/// One guess at the second factor of the flow's account.
pub(crate) async fn ask(
    request: &HttpRequest,
    service: &Service,
    open: &Open,
    now: Timestamp,
) -> Result<(), ErrorPage> {
    let email = open.flow.email.as_deref().map(Email::parse);
    let (Some(workspace_id), Some(Ok(email))) = (open.flow.workspace_id, email) else {
        return Err(flow::over());
    };
    let account = Account {
        workspace_id,
        email: email.key(),
    };
    guards::ask(service, request, Guess::Factor, Some(account), now).await
}

/// Why a factor does not count, for the page.
pub(crate) fn wrong(why: WrongCode) -> Notice {
    Notice::named(match why {
        WrongCode::Wrong => "code-wrong",
        WrongCode::UsedBefore => "code-used",
    })
}
