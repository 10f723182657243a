//! An application behind a proxy.

use std::sync::Arc;

use actix_web::{
    HttpRequest,
    cookie::{Cookie, time::Duration},
};
use vestibule_model::{Client, ClientId};
use vestibule_session::Secret;

use crate::{
    cookies::HostCookie,
    problem::{Problem, ProblemType},
    redirect_uri::RedirectUri,
    service::Service,
};

/// The folder of the application's host that its proxy hands over to us.
pub(super) const FOLDER: &str = "/.vestibule/";
/// What a redirect URI there is called.
const CALLBACK: &str = "/.vestibule/callback";
/// How long a sign-in may be under way: twice as long as a trip.
const ON_THE_WAY: Duration = Duration::hours(1);

/// A client that has said, by where its codes go, that it stands behind a proxy.
#[derive(Debug)]
pub(super) struct App {
    pub(super) client: Arc<Client>,
    pub(super) redirect_uri: RedirectUri,
    /// Scheme, host and port, as they are registered: never what a request says.
    origin: String,
}

impl App {
    /// The application of this id.
    pub(super) async fn find(service: &Service, id: ClientId) -> Result<Self, Problem> {
        let client = service.configuration.client(&service.store, id).await?;
        let unfit = |why: String| Err(Problem::new(ProblemType::ForwardAuthUnregistered, why));
        let Some(client) = client else {
            return unfit(format!("{id} is no registered client"));
        };
        let mut origins = client
            .redirect_uris
            .iter()
            .filter_map(|uri| Some((uri, uri.strip_suffix(CALLBACK)?)))
            .filter(|(_, origin)| is_origin(origin));
        match (origins.next(), origins.next()) {
            (Some((uri, origin)), None) if !client.require_pushed_authorization_requests => {
                let origin = origin.to_owned();
                let redirect_uri = RedirectUri::registered(&client, uri);
                let redirect_uri =
                    redirect_uri.ok_or_else(|| Problem::internal("a URI of its own"))?;
                Ok(Self {
                    client,
                    redirect_uri,
                    origin,
                })
            }
            (Some(_), None) => unfit(format!(
                "{id} may begin by pushed requests alone (`require_pushed_authorization_requests`); \
                 a browser that a proxy sends away pushes none"
            )),
            (Some(_), Some(_)) => unfit(format!(
                "{id} has several redirect URIs that end in {CALLBACK}; expected one, for one \
                 application: register a client for each host"
            )),
            (None, _) => unfit(format!(
                "{id} has no redirect URI `https://<host of the application>{CALLBACK}`; register it"
            )),
        }
    }

    /// A place on the application's own host; the path is ours or a `LocalPath`.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// What opens the application, as the browser sent it.
    pub(super) fn token(&self, request: &HttpRequest) -> Option<Secret> {
        self.secret_in(request, "app")
    }

    /// The cookie with which the browser is let in. It ends with the browser.
    pub(super) fn token_cookie(&self, token: &Secret) -> Cookie<'static> {
        let name = self.cookie_name("app");
        HostCookie(&name)
            .for_host(self.is_https(), token.expose())
            .finish()
    }

    /// The cookie that takes it away.
    pub(super) fn no_token_cookie(&self) -> Cookie<'static> {
        let name = self.cookie_name("app");
        let mut cookie = HostCookie(&name).for_host(self.is_https(), "").finish();
        cookie.make_removal();
        cookie
    }

    /// What the browser's sign-ins are bound to.
    pub(super) fn trip_secret(&self, request: &HttpRequest) -> Option<Secret> {
        self.secret_in(request, "trip")
    }

    /// The cookie that says so while a sign-in is under way.
    pub(super) fn trip_cookie(&self, secret: &Secret) -> Cookie<'static> {
        let name = self.cookie_name("trip");
        HostCookie(&name)
            .for_host(self.is_https(), secret.expose())
            .max_age(ON_THE_WAY)
            .finish()
    }

    fn secret_in(&self, request: &HttpRequest, kind: &str) -> Option<Secret> {
        let name = self.cookie_name(kind);
        Secret::parse(&HostCookie(&name).of_host(request, self.is_https())?)
    }

    /// By the client, because ports do not separate cookies and one machine may have several of us.
    fn cookie_name(&self, kind: &str) -> String {
        format!("vb_{kind}_{}", self.client.id)
    }

    fn is_https(&self) -> bool {
        self.origin.starts_with("https://")
    }
}

/// Whether nothing but scheme, host and port is left of a registered URI.
fn is_origin(text: &str) -> bool {
    let host = text.split_once("://").map(|(_, host)| host);
    host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '@']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_no_path_and_no_query() {
        assert!(is_origin("https://app.example.com"));
        assert!(is_origin("http://localhost:8080"));
        for text in [
            "",
            "https://",
            "https://app.example.com/a",
            "https://app.example.com?next=",
            "https://user@app.example.com",
        ] {
            assert!(!is_origin(text), "{text}");
        }
    }
}
