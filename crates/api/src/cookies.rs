//! Cookies of ours: for this host alone, out of reach of scripts, and on https for nothing else.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, CookieBuilder, SameSite},
};

use crate::config::Config;

/// A cookie of this name. On https it has the prefix by which browsers hold it to this host, its path to
/// all of it, and it to https (RFC 6265bis §4.1.3.2).
pub(crate) struct HostCookie<'a>(pub(crate) &'a str);

impl HostCookie<'_> {
    /// What the browser sent.
    pub(crate) fn of(&self, request: &HttpRequest, config: &Config) -> Option<String> {
        self.of_host(request, config.is_https())
    }

    /// The same on a host that is reached in this way, where it is not ours.
    pub(crate) fn of_host(&self, request: &HttpRequest, is_https: bool) -> Option<String> {
        let cookie = request.cookie(&self.name(is_https))?;
        Some(cookie.value().to_owned())
    }

    /// The cookie with this value; it ends with the browser, and other sites send it where they lead here.
    pub(crate) fn with(&self, config: &Config, value: impl Into<String>) -> CookieBuilder<'static> {
        self.for_host(config.is_https(), value)
    }

    /// The same for a host that is reached in this way.
    pub(crate) fn for_host(
        &self,
        is_https: bool,
        value: impl Into<String>,
    ) -> CookieBuilder<'static> {
        Cookie::build(self.name(is_https), value.into())
            .path("/")
            .http_only(true)
            .secure(is_https)
            .same_site(SameSite::Lax)
    }

    /// The cookie that takes it away.
    pub(crate) fn gone(&self, config: &Config) -> Cookie<'static> {
        let mut cookie = self.with(config, "").finish();
        cookie.make_removal();
        cookie
    }

    fn name(&self, is_https: bool) -> String {
        let prefix = if is_https { "__Host-" } else { "" };
        format!("{prefix}{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_the_hosts_alone_and_on_https_for_nothing_else() {
        for (url, name, secure) in [
            ("https://sso.example.com", "__Host-vb_setup", true),
            ("http://localhost:8080", "vb_setup", false),
        ] {
            let settings = [("VESTIBULE_PUBLIC_URL".to_owned(), url.to_owned())];
            let config = Config::from_vars(settings).unwrap();
            let ours = HostCookie("vb_setup");
            for cookie in [ours.with(&config, "value").finish(), ours.gone(&config)] {
                assert_eq!(cookie.name(), name);
                assert_eq!(cookie.secure(), Some(secure));
                assert_eq!(cookie.http_only(), Some(true));
                assert_eq!(cookie.same_site(), Some(SameSite::Lax));
                assert_eq!((cookie.path(), cookie.domain()), (Some("/"), None));
            }
        }
    }
}
