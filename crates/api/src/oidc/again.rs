//! The same request once more: what a page offers that has to say that single sign-on failed.

use vestibule_model::{ClientId, ConnectionId, WorkspaceId};
use vestibule_pages::text;
use vestibule_state::AuthorizeRequest;

use crate::{page::ErrorPage, redirect_uri::with_parameters};

/// Adds the ways on to the page of a sign-in that the identity provider failed: once more, and for admins,
/// who keep their password for this (P3), by that. Nothing is kept for it: the request is said again.
pub(crate) fn offer(
    page: ErrorPage,
    request: &AuthorizeRequest,
    (workspace_id, connection_id): (WorkspaceId, ConnectionId),
) -> ErrorPage {
    let (workspace, connection) = (workspace_id.to_string(), connection_id.to_string());
    let retry = said_again(request, &[("connection", &connection)], &workspace);
    let page = match retry {
        Some(retry) => page.link(retry, text("sign-in-try-again")),
        None => page,
    };
    by_password(page, request, workspace_id)
}

/// Adds the way by password.
pub(crate) fn by_password(
    page: ErrorPage,
    request: &AuthorizeRequest,
    workspace_id: WorkspaceId,
) -> ErrorPage {
    let workspace = workspace_id.to_string();
    let way = [("workspace", workspace.as_str()), ("method", "password")];
    match said_again(request, &way, &workspace) {
        Some(way) => page.link(way, text("sign-in-admins-password")),
        None => page,
    }
}

/// The request: relative, so that it stays on this server. None where only its client may say it
/// (RFC 9126 §6): the person starts again from the application.
fn said_again(request: &AuthorizeRequest, way: &[(&str, &str)], workspace: &str) -> Option<String> {
    if request.pushed_only {
        return None;
    }
    if request.client_id == ClientId::OWN_PAGES {
        // Its page has both ways.
        let mut all = vec![("workspace", workspace)];
        all.extend(request.return_to.as_deref().map(|to| ("return_to", to)));
        return Some(with_parameters("/sign-in", &all));
    }
    let client_id = request.client_id.to_string();
    let mut all = vec![
        ("response_type", "code"),
        ("client_id", client_id.as_str()),
        ("redirect_uri", request.redirect_uri.as_str()),
        ("scope", request.scope.as_str()),
        ("code_challenge", request.code_challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    all.extend(request.state.as_deref().map(|state| ("state", state)));
    all.extend(request.nonce.as_deref().map(|nonce| ("nonce", nonce)));
    // What was asked for lately is asked for now.
    all.extend(request.authn_after.map(|_| ("prompt", "login")));
    all.extend(
        request
            .resources
            .iter()
            .map(|resource| ("resource", resource.as_str())),
    );
    all.extend(way);
    Some(with_parameters("/oauth2/authorize", &all))
}
