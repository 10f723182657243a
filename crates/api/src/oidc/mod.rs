//! OpenID Connect and OAuth 2.0: what the company's applications and internal services speak.

pub(crate) mod again;
pub(crate) mod authorize;
pub(crate) mod choose;
mod client_auth;
pub(crate) mod cors;
pub(crate) mod discovery;
pub(crate) mod error;
pub(crate) mod form;
pub(crate) mod introspect;
pub(crate) mod logout;
pub(crate) mod par;
mod published_keys;
mod resources;
pub(crate) mod revoke;
pub(crate) mod token;
pub(crate) mod userinfo;

use actix_web::web::ServiceConfig;

pub(crate) use authorize::nowhere;
pub(crate) use published_keys::PublishedKeys;

/// The scopes there are; others are ignored, as OAuth asks (RFC 6749 §3.3).
pub(crate) const SCOPES: &[&str] = &["openid", "email", "profile", "saml"];

/// The wanted scopes that there are, each once, in the order of [`SCOPES`].
pub(crate) fn granted_scope(wanted: &str) -> String {
    let wanted: Vec<_> = wanted.split(' ').collect();
    let granted: Vec<_> = SCOPES
        .iter()
        .copied()
        .filter(|scope| wanted.contains(scope))
        .collect();
    granted.join(" ")
}

/// The routes of this module.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(discovery::configuration)
        .service(discovery::oauth_configuration)
        .service(discovery::jwks)
        .service(authorize::authorize)
        .service(authorize::authorize_by_post)
        .service(par::push)
        .service(token::token)
        .service(userinfo::get)
        .service(userinfo::post)
        .service(introspect::introspect)
        .service(revoke::revoke)
        .service(logout::logout)
        .service(logout::logout_by_post);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_scopes_are_ignored() {
        assert_eq!(
            granted_scope("saml offline_access openid openid"),
            "openid saml"
        );
        assert_eq!(granted_scope(""), "");
    }
}
