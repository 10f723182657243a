//! May this request come in? Asked by a proxy, of every request.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    web::{Data, Path},
};
use serde::Deserialize;
use utoipa::IntoParams;
use vestibule_model::{ClientId, LocalPath, Session};
use vestibule_store::{Reach, Tx};

use super::{
    app::{App, FOLDER},
    credential::Credential,
    identity::Identity,
    rules::Rules,
    visitor,
};
use crate::{
    clock,
    configuration::WorkspaceName,
    facts, page,
    problem::{Problem, ProblemType},
    redirect_uri::with_parameters,
    service::Service,
};

/// What the proxy says in its own configuration. Other parameters are refused.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `Rules` reads")]
pub(crate) struct CheckParameters {
    /// The client that stands for the application.
    #[param(example = "app_019306f4e0c07d3aa1b2c3d4e5f60718")]
    client_id: String,
    /// Only people of this workspace come in: its id or slug.
    workspace: Option<String>,
    /// The least role: admin or member.
    role: Option<String>,
    /// Whom access tokens have to be for, in place of those that this very client got.
    audience: Option<String>,
    /// 401 (default), or redirect: whoever opens a page is sent to sign in, where the proxy passes the
    /// answer on.
    unauthenticated: Option<String>,
}

/// Ask whether a visitor's request may come in (forward-auth): for a proxy, with the visitor's cookies and
/// `Authorization` passed on. The headers of a 200 say who they are; whatever came under their names from
/// outside has to be overwritten.
#[utoipa::path(tag = "Forward auth", operation_id = "forwardAuth", params(CheckParameters),
    security((), ("access_token" = [])),
    responses(
        (status = 200, description = "They may, and who they are; values in percent-encoding where they are no visible ASCII",
            headers(
                ("X-Vestibule-Subject" = String, description = "The member's id, for good"),
                ("X-Vestibule-Email" = String, description = "The address, as asserted; empty without the scope"),
                ("X-Vestibule-Email-Verified" = String, description = "Whether it lies in a verified domain: true or false"),
                ("X-Vestibule-Name" = String, description = "The name; empty where none is known"),
                ("X-Vestibule-Workspace" = String, description = "The workspace"),
                ("X-Vestibule-Role" = String, description = "admin or member, as it is now"),
                ("X-Vestibule-Session" = String, description = "The session"),
                ("X-Vestibule-Client" = String, description = "The client that the session is of"),
                ("X-Vestibule-Amr" = String, description = "How they proved who they are (RFC 8176), space-separated"),
                ("X-Vestibule-Auth-Time" = String, description = "When, in seconds since 1970"))),
        (status = 302, description = "To the sign-in, with `unauthenticated=redirect`",
            headers(("Location" = String, description = "Where to"))),
        (status = 401, description = "Nobody has signed in, or the session is over", body = crate::openapi::Problem, content_type = "application/problem+json",
            headers(("WWW-Authenticate" = String, description = "RFC 6750 §3"))),
        (status = 403, description = "They are of another workspace, or of a lesser role", body = crate::openapi::Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such client, or none that stands behind a proxy", body = crate::openapi::Problem, content_type = "application/problem+json"),
        (status = 422, description = "The proxy's configuration cannot be used", body = crate::openapi::Problem, content_type = "application/problem+json"),
        (status = 503, description = "Try again in a moment", body = crate::openapi::Problem, content_type = "application/problem+json")))]
#[get("/forward-auth")]
pub(crate) async fn check(
    request: HttpRequest,
    service: Data<Service>,
) -> Result<HttpResponse, Problem> {
    let rules = Rules::parse(request.query_string())?;
    let client_id = rules.client_id.ok_or_else(|| {
        let detail = "the proxy's configuration, /client_id: expected the id of a client (app_…); \
                      found nothing. Nobody is let in";
        Problem::new(ProblemType::ForwardAuthMisconfigured, detail)
    })?;
    let wanted = visitor::wanted(&request);
    answer(&request, &service, client_id, rules, &wanted).await
}

/// The same for proxies that put the visitor's own path, query included, behind the one that they are
/// given: the rules stand before it, where no visitor writes. `-` is none.
pub(super) async fn check_under_the_path(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<(ClientId, String, String)>,
) -> Result<HttpResponse, Problem> {
    let (client_id, rules, _) = path.into_inner();
    let rules = if rules == "-" { "" } else { &rules };
    let rules = Rules::parse(rules)?;
    // As it was sent, not decoded: `/forward-auth/{client_id}/check/{rules}` and then the visitor's.
    let sent = request.uri().path_and_query().map(ToString::to_string);
    let wanted = sent.as_deref().and_then(|sent| {
        let (at, _) = sent.match_indices("/").nth(4)?;
        sent.get(at..)
    });
    let wanted = visitor::back_to(wanted.unwrap_or_default());
    answer(&request, &service, client_id, rules, &wanted).await
}

/// What became of the question.
enum Verdict {
    In(Box<Identity>),
    Nobody,
    NotOfWorkspace,
    NotOfRole,
}

async fn answer(
    request: &HttpRequest,
    service: &Data<Service>,
    client_id: ClientId,
    rules: Rules,
    wanted: &LocalPath,
) -> Result<HttpResponse, Problem> {
    let now = clock::now();
    let app = App::find(service, client_id).await?;
    let redirect = rules.redirect && visitor::opens_a_page(request);
    let to_sign_in = redirect.then(|| sign_in(&app, &rules, wanted));
    let verdict = match Credential::of(request, service, &app, &rules, now) {
        None => Verdict::Nobody,
        Some(credential) => {
            let service_in = service.clone();
            let reading = service.store.read(move |tx| {
                let Some((session, scope)) = credential.session(tx, client_id, now)? else {
                    return Ok(Verdict::Nobody);
                };
                // Revoked, over, or ended by a rule: each request asks (off means off).
                let Ok(grant) = facts::renewal(tx, &service_in, &session, now)? else {
                    return Ok(Verdict::Nobody);
                };
                if !is_of(tx, &session, rules.workspace.as_ref())? {
                    return Ok(Verdict::NotOfWorkspace);
                }
                let least = rules.role;
                if least.is_some_and(|least| !Identity::reaches(grant.role(), least)) {
                    return Ok(Verdict::NotOfRole);
                }
                let identity = Identity::new(&session, &scope, &grant);
                Ok::<_, Problem>(Verdict::In(Box::new(identity)))
            });
            reading.await?
        }
    };
    let other = |detail: &str| Err(Problem::new(ProblemType::ForwardAuthRefused, detail));
    match (verdict, to_sign_in) {
        (Verdict::In(identity), _) => {
            let mut response = HttpResponse::Ok();
            response.insert_header(("Cache-Control", "no-store"));
            identity.show(&mut response);
            Ok(response.finish())
        }
        (Verdict::Nobody, Some(url)) => Ok(page::redirect(StatusCode::FOUND, url)),
        (Verdict::Nobody, None) => Err(nobody()),
        (Verdict::NotOfWorkspace, _) => {
            other("they have signed in, and are of another workspace than the proxy asks for")
        }
        (Verdict::NotOfRole, _) => {
            other("they have signed in, and their role is less than the proxy asks for")
        }
    }
}

/// Nobody has signed in.
pub(super) fn nobody() -> Problem {
    let detail = "expected the cookie of this application, or an access token for it, of a session that \
                  goes on; found neither. Open a page in a browser to sign in";
    Problem::new(ProblemType::SignInRequired, detail)
}

/// Whether a session is of the workspace that is asked for, if one is.
fn is_of(
    tx: &mut Tx<'_>,
    session: &Session,
    workspace: Option<&WorkspaceName>,
) -> Result<bool, Problem> {
    Ok(match workspace {
        None => true,
        Some(WorkspaceName::Id(id)) => session.workspace_id == *id,
        Some(WorkspaceName::Slug(slug)) => {
            let workspace = tx.workspace(Reach::All, session.workspace_id)?;
            workspace.is_some_and(|workspace| workspace.slug.as_str() == slug)
        }
    })
}

/// Where somebody signs in, on the application's own host.
fn sign_in(app: &App, rules: &Rules, wanted: &LocalPath) -> String {
    let mut parameters = vec![("return_to", wanted.as_str().to_owned())];
    match &rules.workspace {
        Some(WorkspaceName::Id(id)) => parameters.push(("workspace", id.to_string())),
        Some(WorkspaceName::Slug(slug)) => parameters.push(("workspace", slug.clone())),
        None => {}
    }
    let parameters: Vec<_> = parameters
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    with_parameters(&app.url(&format!("{FOLDER}sign-in")), &parameters)
}
