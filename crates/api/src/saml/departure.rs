//! How a browser leaves for the IdP: by a redirect, or by a page that posts itself.

use actix_web::{HttpResponse, http::StatusCode};
use url::Url;
use vestibule_model::SsoBinding;
use vestibule_saml::{AuthnRequest, PostForm, SendError, Signing};

use vestibule_pages::SUBMIT_SCRIPT_PATH;

use crate::page::{self, escape};

/// What the page may do beside showing itself: run our one script. There is no `form-action`, on this
/// page alone: browsers hold it against every redirect that follows the post, and where an IdP sends
/// people on the way is its own business (to a login page on another host, to the IdP behind it).
/// The one form goes where the revision says; nothing of the request has a say in it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

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
        self.respond(redirect, "Single sign-on", "You sign in at")
    }

    /// Sends a browser on to sign out, likewise.
    pub(crate) fn into_sign_out(self, redirect: StatusCode) -> HttpResponse {
        self.respond(
            redirect,
            "Signing out",
            "You are signed out here. Now you sign out at",
        )
    }

    fn respond(self, redirect: StatusCode, eyebrow: &str, doing: &str) -> HttpResponse {
        match self {
            Self::Redirect(url) => page::redirect(redirect, url),
            Self::Post(form) => page::respond_under(
                CONTENT_SECURITY_POLICY,
                StatusCode::OK,
                "On to your identity provider",
                &body(&form, eyebrow, doing),
            ),
        }
    }
}

/// The page. The script presses on; the button is there, and has the focus, for whoever runs none.
fn body(form: &PostForm, eyebrow: &str, doing: &str) -> String {
    let relay_state = form.relay_state.as_deref().map_or(String::new(), |state| {
        format!(
            "<input type=\"hidden\" name=\"RelayState\" value=\"{}\">\n",
            escape(state)
        )
    });
    format!(
        "<p class=\"eyebrow\">{eyebrow}</p>\n<h1>On to your identity provider</h1>\n\
         <p>{doing} <strong>{host}</strong>, which brings you back here.</p>\n\
         <form method=\"post\" action=\"{action}\" data-auto-submit>\n\
         <input type=\"hidden\" name=\"{field}\" value=\"{message}\">\n{relay_state}\
         <button type=\"submit\" autofocus>Continue to your identity provider</button>\n</form>\n\
         <noscript><p class=\"aside\">Your browser runs no scripts: press the button to go \
         on.</p></noscript>\n<script src=\"{SUBMIT_SCRIPT_PATH}\" defer></script>\n",
        host = escape(&host(&form.action)),
        action = escape(&form.action),
        field = form.field.as_str(),
        message = escape(&form.message),
    )
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
    use vestibule_saml::MessageField;

    use super::*;

    fn form(action: &str, relay_state: Option<&str>) -> PostForm {
        PostForm {
            action: action.to_owned(),
            field: MessageField::SamlRequest,
            message: "PGEvPg==".to_owned(),
            relay_state: relay_state.map(str::to_owned),
        }
    }

    #[test]
    fn what_comes_from_outside_stays_text() {
        let hostile = "https://idp.example:8443/sso?a='\"><script>alert(1)</script>&b=1";
        let page = body(&form(hostile, Some("\"><script>")), "Single sign-on", "At");
        let escaped = "action=\"https://idp.example:8443/sso?a=&#39;&quot;&gt;&lt;script&gt;alert(1)\
                       &lt;/script&gt;&amp;b=1\"";
        assert!(page.contains(escaped), "{page}");
        assert!(page.contains("name=\"RelayState\" value=\"&quot;&gt;&lt;script&gt;\""));
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert!(page.contains("<strong>idp.example:8443</strong>"));
    }

    #[test]
    fn without_a_relay_state_there_is_no_field_for_one() {
        let page = body(
            &form("https://idp.example/sso", None),
            "Single sign-on",
            "At",
        );
        assert!(!page.contains("RelayState"), "{page}");
        assert!(page.contains("name=\"SAMLRequest\" value=\"PGEvPg==\""));
    }
}
