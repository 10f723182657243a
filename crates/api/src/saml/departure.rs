//! How a browser leaves for the IdP: by a redirect, or by a page that posts itself.

use actix_web::{HttpResponse, http::StatusCode};
use url::Url;
use vestibule_model::SsoBinding;
use vestibule_pages::Errand;
use vestibule_saml::{AuthnRequest, PostForm, SendError, Signing};

use crate::page;

/// What a page may do whose form leads away from here, beside showing itself: run our one script. There is
/// no `form-action`, on these pages alone: browsers hold it against every redirect that follows the post,
/// and where an IdP sends people on the way is its own business (to a login page on another host, to the
/// IdP behind it). The one form goes where the revision says, or to our own sign-out; nothing of the
/// request has a say in it.
pub(crate) const LEADING_AWAY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

/// A message on its way to the IdP. No RelayState goes with a request: the trip knows the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Departure {
    /// In the URL (Bindings §3.4).
    Redirect(String),
    /// In a form (Bindings §3.5).
    Post(PostForm),
}

impl Departure {
    /// Sends this request by this binding, signed where there is something to sign with.
    pub(crate) fn of_authn_request(
        request: &AuthnRequest,
        binding: SsoBinding,
        signing: Option<&Signing>,
    ) -> Result<Self, SendError> {
        Ok(match binding {
            SsoBinding::Redirect => Self::Redirect(request.redirect_url(None, signing)?),
            SsoBinding::Post => Self::Post(request.post_form(None, signing)?),
        })
    }

    /// Sends a browser on to sign in: a redirect of this status (302 after a GET, 303 where it may
    /// have been a POST), or 200 and the page.
    pub(crate) fn into_response(self, redirect: StatusCode) -> HttpResponse {
        self.respond(redirect, Errand::SignIn)
    }

    /// Sends a browser on to sign out, likewise.
    pub(crate) fn into_sign_out(self, redirect: StatusCode) -> HttpResponse {
        self.respond(redirect, Errand::SignOut)
    }

    fn respond(self, redirect: StatusCode, errand: Errand) -> HttpResponse {
        match self {
            Self::Redirect(url) => page::redirect(redirect, url),
            Self::Post(form) => {
                page::rendered_under(LEADING_AWAY, StatusCode::OK, posting(form, errand))
            }
        }
    }
}

/// The page that posts itself.
fn posting(form: PostForm, errand: Errand) -> vestibule_pages::PostForm {
    let mut fields = vec![(form.field.as_str(), form.message)];
    fields.extend(form.relay_state.map(|state| ("RelayState", state)));
    vestibule_pages::PostForm {
        errand,
        host: host(&form.action),
        action: form.action,
        fields,
    }
}

/// Host and port of a URL, as a person would recognise it.
fn host(url: &str) -> String {
    let Ok(url) = Url::parse(url) else {
        return String::new();
    };
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or(host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use vestibule_pages::{Page as _, Shell};
    use vestibule_saml::MessageField;

    use super::*;

    fn page(action: &str, relay_state: Option<&str>) -> String {
        let form = PostForm {
            action: action.to_owned(),
            field: MessageField::SamlRequest,
            message: "PGEvPg==".to_owned(),
            relay_state: relay_state.map(str::to_owned),
        };
        posting(form, Errand::SignIn).html(&Shell::default())
    }

    #[test]
    fn what_comes_from_outside_stays_text() {
        let hostile = "https://idp.example:8443/sso?a='\"><script>alert(1)</script>&b=1";
        let page = page(hostile, Some("\"><script>"));
        let escaped = "action=\"https://idp.example:8443/sso?a=&#39;&#34;&#62;&#60;script&#62;alert(1)\
                       &#60;/script&#62;&#38;b=1\"";
        assert!(page.contains(escaped), "{page}");
        assert!(page.contains("name=\"RelayState\" value=\"&#34;&#62;&#60;script&#62;\""));
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert!(page.contains("<strong>idp.example:8443</strong>"));
    }

    #[test]
    fn without_a_relay_state_there_is_no_field_for_one() {
        let page = page("https://idp.example/sso", None);
        assert!(!page.contains("RelayState"), "{page}");
        assert!(page.contains("name=\"SAMLRequest\" value=\"PGEvPg==\""));
    }
}
