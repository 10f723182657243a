//! The cookie that binds a trip to the browser that began it (design §4.5).

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite},
};
use vestibule_state::{BrowserToken, StateError};

use crate::{config::Config, cookies::HostCookie};

const COOKIE: HostCookie<'static> = HostCookie("vb");

/// The browser's token, where it sent one that this server could have made.
pub(crate) fn token(request: &HttpRequest, config: &Config) -> Option<BrowserToken> {
    BrowserToken::parse(&COOKIE.of(request, config)?)
}

/// The browser's token, or a new one, and the cookie that sets it.
///
/// # Errors
/// [`StateError::NoRandomness`].
pub(crate) fn token_or_new(
    token: Option<BrowserToken>,
    config: &Config,
) -> Result<(BrowserToken, Option<Cookie<'static>>), StateError> {
    match token {
        Some(token) => Ok((token, None)),
        None => new_token(config).map(|(token, cookie)| (token, Some(cookie))),
    }
}

/// A new token, and the cookie that sets it.
///
/// # Errors
/// [`StateError::NoRandomness`].
fn new_token(config: &Config) -> Result<(BrowserToken, Cookie<'static>), StateError> {
    let token = BrowserToken::generate()?;
    let mut cookie = COOKIE.with(config, token.expose()).finish();
    if config.is_https() {
        // The IdP's answer is a cross-site POST: only SameSite=None comes back with it, and only
        // a Secure cookie may be that.
        cookie.set_same_site(SameSite::None);
    }
    Ok((token, cookie))
}
