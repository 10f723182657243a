//! What access tokens are for: resource indicators (RFC 8707).

use vestibule_model::{Client, Session};

use crate::oidc::error::OAuthErrorCode;

/// More than any request names.
const MAX: usize = 10;

/// What a client names at the authorization endpoint: each registered for it, to the letter, or this
/// service itself (for userinfo).
///
/// # Errors
/// `invalid_target`, with what is wrong.
pub(crate) fn asked(
    wanted: &[String],
    client: &Client,
    issuer: &str,
) -> Result<Vec<String>, (OAuthErrorCode, String)> {
    within(wanted, |resource| {
        resource == issuer || client.resources.iter().any(|known| known == resource)
    })
}

/// What one access token of a session is for: what the client names now, within what it named at the
/// authorization endpoint, or where it named nothing there, within what is registered for it. All that
/// was granted where it names nothing now (RFC 8707 §2.2).
///
/// # Errors
/// `invalid_target`, with what is wrong.
pub(crate) fn narrowed(
    wanted: &[String],
    session: &Session,
    client: &Client,
    issuer: &str,
) -> Result<Vec<String>, (OAuthErrorCode, String)> {
    if wanted.is_empty() {
        return Ok(session.resources.clone());
    }
    if session.resources.is_empty() {
        return asked(wanted, client, issuer);
    }
    within(wanted, |resource| {
        // Userinfo is always the client's to ask: a token for it opens nothing else.
        resource == issuer || session.resources.iter().any(|granted| granted == resource)
    })
}

fn within(
    wanted: &[String],
    allowed: impl Fn(&str) -> bool,
) -> Result<Vec<String>, (OAuthErrorCode, String)> {
    let refused = |what: String| Err((OAuthErrorCode::InvalidTarget, what));
    if wanted.len() > MAX {
        return refused(format!("resource may come at most {MAX} times"));
    }
    let mut resources: Vec<String> = Vec::new();
    for resource in wanted {
        if !allowed(resource) {
            return refused("a resource is not registered for this client".to_owned());
        }
        if !resources.contains(resource) {
            resources.push(resource.clone());
        }
    }
    Ok(resources)
}
