//! Where a sign-in on our own pages begins.

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, web::Data};
use jiff::Timestamp;
use vestibule_model::{AttemptId, ClientId, WorkspaceId};
use vestibule_session::Secret;
use vestibule_state::{AuthorizeRequest, SlipId, random_reference};
use vestibule_store::Reach;

use crate::{
    browser, clock, guards,
    oidc::form::Parameters,
    page::{self, ErrorPage},
    people::{
        flow::{self, Flow, path},
        last,
    },
    problem::Problem,
    service::Service,
};
use vestibule_pages::text;

/// Where people end up who came for nothing else.
pub(crate) const HOME: &str = "/account";

/// Signing in to our own pages. `workspace` (slug or id), `email` (or `login_hint`), `prompt` and `return_to`
/// may be given.
#[get("/sign-in")]
pub(crate) async fn entrance(
    request: HttpRequest,
    service: Data<Service>,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let parameters = Parameters::parse(request.query_string().as_bytes());
    let mut flow = Flow::new(own_request(parameters.get("return_to"), None, now)?);
    if let Some(name) = parameters.owned("workspace") {
        flow.workspace_id = Some(workspace_named(&service, name).await?.ok_or_else(unknown)?);
    }
    let email = parameters.get("email").or(parameters.get("login_hint"));
    flow.email = email.map(bounded);
    flow.assume_nothing = parameters.prompts("select_account");
    begin(&request, &service, flow, now).await
}

/// The sign-in that leads back to a page of ours.
pub(crate) async fn sign_in_for(
    request: &HttpRequest,
    service: &Service,
    here: &str,
    now: Timestamp,
) -> Result<HttpResponse, ErrorPage> {
    let flow = Flow::new(own_request(Some(here), None, now)?);
    begin(request, service, flow, now).await
}

/// Begins a flow in this browser and sends it to its first page.
pub(crate) async fn begin(
    request: &HttpRequest,
    service: &Service,
    mut flow: Flow,
    now: Timestamp,
) -> Result<HttpResponse, ErrorPage> {
    // Whoever says which workspace or whose address wins over what the browser remembers.
    if flow.workspace_id.is_none() && !flow.assume_nothing {
        flow.last = last::remembered(request, &service.config);
    }
    let (id, cookie) = flow_of(request, service, &flow, now).await?;
    let mut response = page::redirect(StatusCode::SEE_OTHER, path(&id, ""));
    if let Some(cookie) = &cookie {
        response.add_cookie(cookie).map_err(Problem::internal)?;
    }
    Ok(response)
}

/// Keeps a flow for this browser; with the cookie to set where it had none.
pub(crate) async fn flow_of(
    request: &HttpRequest,
    service: &Service,
    flow: &Flow,
    now: Timestamp,
) -> Result<(SlipId, Option<actix_web::cookie::Cookie<'static>>), ErrorPage> {
    guards::begin(service, request, now).await?;
    let config = &service.config;
    let (token, cookie) = browser::token_or_new(browser::token(request, config), config)?;
    Ok((flow::keep(service, &token, flow, now).await?, cookie))
}

/// The request of our own pages: where to go afterwards, and since when one must have authenticated.
pub(crate) fn own_request(
    return_to: Option<&str>,
    authn_after: Option<Timestamp>,
    now: Timestamp,
) -> Result<AuthorizeRequest, Problem> {
    Ok(AuthorizeRequest {
        client_id: ClientId::OWN_PAGES,
        redirect_uri: String::new(),
        scope: String::new(),
        state: None,
        nonce: None,
        // Nobody gets a code; what is never shown answers no challenge.
        code_challenge: Secret::generate()
            .map_err(Problem::internal)?
            .expose()
            .to_owned(),
        restarted: false,
        attempt: AttemptId::new(now),
        reference: random_reference()?,
        passive: false,
        force_authn: authn_after.is_some(),
        authn_after,
        resources: Vec::new(),
        expected_member: None,
        pushed_only: false,
        return_to: Some(own_path(return_to).unwrap_or(HOME).to_owned()),
    })
}

/// A path on our own pages, and nothing that a browser could take for another site: no scheme, no
/// `//`, no backslash (browsers read it as a slash), nothing that is not plain.
pub(crate) fn own_path(text: Option<&str>) -> Option<&str> {
    text.filter(|text| {
        let bytes = text.as_bytes();
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-_.?=&%".contains(byte);
        bytes.first() == Some(&b'/')
            && bytes.get(1) != Some(&b'/')
            && bytes.len() <= 512
            && bytes.iter().all(plain)
    })
}

/// What somebody typed, or a link said for them.
pub(crate) fn bounded(text: &str) -> String {
    text.trim().chars().take(320).collect()
}

/// The workspace of this id or slug.
pub(crate) async fn workspace_named(
    service: &Service,
    name: String,
) -> Result<Option<WorkspaceId>, Problem> {
    service
        .store
        .read(move |tx| {
            let found = match name.parse() {
                Ok(id) => tx.workspace(Reach::All, id)?,
                Err(_) => tx.workspace_by_slug(&name)?,
            };
            Ok::<_, Problem>(found.map(|workspace| workspace.id))
        })
        .await
}

fn unknown() -> ErrorPage {
    ErrorPage::named(StatusCode::NOT_FOUND, "workspace-unknown")
        .link("/sign-in", text("sign-in-by-address"))
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn nothing_leads_off_our_own_pages() {
        for path in ["/account", "/account?x=1&y=%20", "/a/b-c_d.e"] {
            assert_eq!(own_path(Some(path)), Some(path));
        }
        for hostile in [
            "",
            "account",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "/@evil.example",
            "/account#x",
            "/account\r\nSet-Cookie: x",
            "javascript:alert(1)",
            "/%0d%0a ",
        ] {
            assert_eq!(own_path(Some(hostile)), None, "{hostile:?}");
        }
        assert_eq!(own_path(None), None);
    }
}
