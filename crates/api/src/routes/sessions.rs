//! Sessions: minted for people who signed in elsewhere, listed, ended.

use actix_web::{
    HttpResponse, delete, get, post,
    web::{Data, Path, Query},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use vestibule_model::{AuthenticationMethod, ClientId, Email, MemberId, SessionId, WorkspaceId};
use vestibule_policy::{grant_vouched, parse_amr};
use vestibule_session::{TokenSet, issue, mint};
use vestibule_store::{Reach, Tx};

use crate::{
    audit, clock,
    extract::{Allowed, Caller, Json, PageQuery, created, scope},
    facts,
    manage::Change,
    metrics::MintedBy,
    oidc::granted_scope,
    problem::{Problem, ProblemType},
    service::Service,
    views::{List, SessionView},
};

/// Somebody an internal service vouches for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSession {
    /// The workspace.
    #[schema(value_type = String)]
    workspace_id: WorkspaceId,
    /// The member's e-mail address.
    #[schema(value_type = String, example = "ada@acme.example")]
    email: Email,
    /// How they proved who they are: words of RFC 8176. otp, hwk, swk and mfa are second factors.
    #[schema(example = json!(["pwd", "otp"]))]
    amr: Vec<String>,
    /// The application the session is for.
    #[schema(value_type = String)]
    client_id: ClientId,
    /// What the application may read; `openid email profile` where it is absent.
    scope: Option<String>,
}

/// A session and its tokens.
#[derive(Serialize, ToSchema)]
#[schema(as = MintedSession)]
pub(crate) struct MintedView {
    /// The session.
    session: SessionView,
    /// The access token, a JWT.
    access_token: String,
    /// Always Bearer.
    token_type: &'static str,
    /// For how many seconds the access token counts.
    expires_in: i64,
    /// For the next access token; each works once.
    refresh_token: String,
    /// The ID token, where the scope holds openid.
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    /// What was granted.
    scope: String,
}

/// Which sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SessionQuery {
    /// Only those of this workspace.
    #[param(value_type = Option<String>)]
    workspace_id: Option<WorkspaceId>,
    /// Only those of this member.
    #[param(value_type = Option<String>)]
    member_id: Option<MemberId>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many at most: 1 to 200, 50 by default.
    limit: Option<u32>,
}

/// Mint a session for a member who proved who they are elsewhere. The policy is asked: with SSO live
/// a non-admin is refused, and a second factor counts where the workspace asks for one.
#[utoipa::path(tag = "Sessions", operation_id = "mintSession", request_body = NewSession,
    responses((status = 201, description = "The session and its tokens", body = MintedView)))]
#[post("/sessions")]
pub(crate) async fn create(
    caller: Allowed<scope::SessionsMint>,
    service: Data<Service>,
    body: Json<NewSession>,
) -> Result<HttpResponse, Problem> {
    let (caller, Json(new)) = (caller.into_caller(), body);
    let now = clock::now();
    let amr = parse_amr(&new.amr).map_err(|refusal| {
        let expected = "authentication methods of RFC 8176 that a service can vouch for, at least \
                        one, neither fed nor saml";
        Problem::invalid("/amr", expected, format!("{:?} ({refusal})", new.amr))
    })?;
    let scope = granted_scope(new.scope.as_deref().unwrap_or("openid email profile"));
    let (service_in, by) = (service.clone(), caller.clone());
    let change = Change::by(move |tx| vouch(tx, &service_in, &by, &new, &amr, &scope, now));
    let show = |(session, tokens): (_, TokenSet)| {
        created(MintedView {
            session,
            access_token: tokens.access_token,
            token_type: "Bearer",
            expires_in: tokens.expires_in,
            refresh_token: tokens.refresh_token.expose().to_owned(),
            id_token: tokens.id_token,
            scope: tokens.scope,
        })
    };
    let answer = caller.answer(&service, change, show).await?;
    service.metrics.minted(MintedBy::Api);
    Ok(answer)
}

/// From the caller's word to a session: policy, mint and archive in one transaction.
fn vouch(
    tx: &mut Tx<'_>,
    service: &Service,
    caller: &Caller,
    new: &NewSession,
    amr: &[AuthenticationMethod],
    scope: &str,
    now: Timestamp,
) -> Result<(SessionView, TokenSet), Problem> {
    let expected = |what: &str| format!("the id of {what}");
    let workspace = tx
        .workspace(caller.reach(), new.workspace_id)?
        .ok_or_else(|| {
            let found = new.workspace_id.to_string();
            Problem::not_found("workspace").with("workspace_id", found)
        })?;
    let Some(client) = tx.client(new.client_id)? else {
        let found = new.client_id.to_string();
        return Err(Problem::invalid("/client_id", expected("a client"), found));
    };
    let member = tx
        .member_by_email(workspace.id, new.email.key())?
        .ok_or_else(|| {
            let detail = "there is no member with this address in the workspace; create them first";
            Problem::new(ProblemType::NotFound, detail)
        })?;
    let workspace_id = workspace.id;
    let mut facts = tx.facts_of_workspace(workspace)?;
    let person = facts::of_member(tx, &mut facts, member)?;
    let (rules, client_id) = (&service.rules, new.client_id);
    let grant = grant_vouched(&facts, &new.email, &person, amr, client_id, rules, now)
        .map_err(|denial| Problem::from(denial.refusal))?;
    let minted = mint(grant, scope, now).map_err(Problem::internal)?;
    tx.record_minted(&minted, now)?;
    let session = minted.session().clone();
    let grant = facts::renewal(tx, service, &session, now)?
        .map_err(|denial| Problem::from(denial.refusal))?;
    let (keys, algorithm) = (service.keys.ring(), client.id_token_signed_response_alg);
    let issuer = &service.issuer;
    let tokens =
        issue(&keys, algorithm, issuer, grant, &session, None, now).map_err(Problem::internal)?;
    tx.insert_refresh(&tokens.refresh)?;
    let detail = json!({"member": person.member.id.to_string(), "amr": amr});
    let (actor, scope) = (caller.actor(), Some(workspace_id));
    audit::record(tx, actor, scope, "session.minted", session.id, &detail, now)?;
    Ok((session.into(), tokens))
}

/// List sessions, those of browsers on Vestibule's own pages (`own_pages`) too.
#[utoipa::path(tag = "Sessions", operation_id = "listSessions", params(SessionQuery),
    responses((status = 200, description = "A part of the list", body = List<SessionView>)))]
#[get("/sessions")]
pub(crate) async fn list(
    caller: Allowed<scope::SessionsRead>,
    service: Data<Service>,
    query: Query<SessionQuery>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.into_caller();
    let SessionQuery {
        workspace_id,
        member_id,
        cursor,
        limit,
    } = query.into_inner();
    let request = PageQuery { cursor, limit }.request()?;
    let page = service
        .store
        .read(move |tx| {
            let reach = match workspace_id {
                Some(id) => Reach::Workspace(caller.workspace(tx, id)?.id),
                None => caller.reach(),
            };
            Ok::<_, Problem>(tx.list_sessions(reach, member_id, &request)?)
        })
        .await?;
    Ok(HttpResponse::Ok().json(List::of(page, SessionView::from)))
}

/// Read a session.
#[utoipa::path(tag = "Sessions", operation_id = "getSession",
    params(("session_id" = String, Path, description = "The session")),
    responses((status = 200, description = "The session", body = SessionView)))]
#[get("/sessions/{session_id}")]
pub(crate) async fn read(
    caller: Allowed<scope::SessionsRead>,
    service: Data<Service>,
    path: Path<SessionId>,
) -> Result<HttpResponse, Problem> {
    let (reach, id) = (caller.reach(), path.into_inner());
    let found = service
        .store
        .read(move |tx| tx.session(reach, id).map_err(Problem::from))
        .await?;
    let session = found.ok_or_else(|| Problem::not_found("session"))?;
    Ok(HttpResponse::Ok().json(SessionView::from(session)))
}

/// End a session: its tokens are refused from now on, and a browser that is signed in to Vestibule's
/// own pages by it is signed out.
#[utoipa::path(tag = "Sessions", operation_id = "revokeSession",
    params(("session_id" = String, Path, description = "The session")),
    responses((status = 204, description = "It is ended")))]
#[delete("/sessions/{session_id}")]
pub(crate) async fn delete(
    caller: Allowed<scope::SessionsWrite>,
    service: Data<Service>,
    path: Path<SessionId>,
) -> Result<HttpResponse, Problem> {
    let (caller, id, now) = (caller.into_caller(), path.into_inner(), clock::now());
    service
        .store
        .write(move |tx| {
            let session = tx
                .session(caller.reach(), id)?
                .ok_or_else(|| Problem::not_found("session"))?;
            if tx.revoke_session(id, "revoked by API", now)? {
                let (actor, scope) = (caller.actor(), Some(session.workspace_id));
                audit::record(tx, actor, scope, "session.revoked", id, &json!({}), now)?;
            }
            Ok::<_, Problem>(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
