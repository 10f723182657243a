//! The demo's application: what an integrator writes, in one page.

use std::{
    net::TcpListener,
    sync::{Arc, Mutex, PoisonError},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::Server, http::StatusCode, web};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use vestibule_pages::{DemoPage, Shell};
use vestibule_session::Secret;

use crate::page;

/// Back to the first page.
const BACK: &[(&str, &str)] = &[("/", "Back")];

/// What the application was told when it was registered, and the one sign-in it waits for.
#[derive(Clone)]
pub(crate) struct Application(Arc<Inner>);

struct Inner {
    vestibule: String,
    url: String,
    known: Mutex<Known>,
}

#[derive(Default, Clone)]
struct Known {
    client_id: String,
    client_secret: String,
    workspace: String,
    pending: Option<Pending>,
}

/// How a person is to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Where the workspace's people sign in: the identity provider, once it is live.
    Sso,
    /// By password, as an admin may.
    Password,
}

/// What has to come back with the code.
#[derive(Clone)]
pub(crate) struct Pending {
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
}

impl Application {
    pub(crate) fn new(vestibule: &str, url: &str) -> Self {
        let known = Mutex::default();
        Self(Arc::new(Inner {
            vestibule: vestibule.to_owned(),
            url: url.to_owned(),
            known,
        }))
    }

    pub(crate) fn redirect_uri(&self) -> String {
        format!("{}/callback", self.0.url)
    }

    /// Tells the application what it was registered as.
    pub(crate) fn register(&self, client_id: &str, client_secret: &str, workspace: &str) {
        let mut known = self.known();
        known.client_id = client_id.to_owned();
        known.client_secret = client_secret.to_owned();
        known.workspace = workspace.to_owned();
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The authorize URL of a new sign-in (RFC 7636, OpenID Connect Core §3.1.2.1).
    pub(crate) fn begin(&self, way: Way) -> Result<(String, Pending), String> {
        let random = || Secret::generate().map(|secret| secret.expose().to_owned());
        let pending = Pending {
            state: random().map_err(|error| error.to_string())?,
            nonce: random().map_err(|error| error.to_string())?,
            verifier: random().map_err(|error| error.to_string())?,
        };
        // A Secret's hash is the SHA-256 of its text: just what S256 asks for.
        let verifier = Secret::parse(&pending.verifier).ok_or("no verifier")?;
        let challenge = URL_SAFE_NO_PAD.encode(verifier.hash());
        let mut known = self.known();
        let redirect_uri = self.redirect_uri();
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", known.client_id.as_str()),
            ("redirect_uri", redirect_uri.as_str()),
            ("scope", "openid email profile saml"),
            ("state", pending.state.as_str()),
            ("nonce", pending.nonce.as_str()),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
            ("workspace", known.workspace.as_str()),
        ];
        if way == Way::Password {
            parameters.push(("method", "password"));
        }
        let query = serde_urlencoded::to_string(parameters).map_err(|error| error.to_string())?;
        known.pending = Some(pending.clone());
        Ok((
            format!("{}/oauth2/authorize?{query}", self.0.vestibule),
            pending,
        ))
    }

    /// Exchanges a code for tokens.
    pub(crate) fn exchange(&self, code: &str, pending: &Pending) -> Result<Value, String> {
        self.ask_for_tokens(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri()),
            ("code_verifier", &pending.verifier),
        ])
    }

    /// Goes on with a session.
    pub(crate) fn refresh(&self, refresh_token: &str) -> Result<Value, String> {
        self.ask_for_tokens(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ])
    }

    fn ask_for_tokens(&self, parameters: &[(&str, &str)]) -> Result<Value, String> {
        let known = self.known().clone();
        let client = [
            ("client_id", known.client_id.as_str()),
            ("client_secret", known.client_secret.as_str()),
        ];
        let mut answer = ureq::post(format!("{}/oauth2/token", self.0.vestibule))
            .config()
            .http_status_as_error(false)
            .build()
            .send_form(parameters.iter().copied().chain(client))
            .map_err(|error| error.to_string())?;
        let status = answer.status();
        let body: Value = answer
            .body_mut()
            .read_json()
            .map_err(|error| error.to_string())?;
        if status != 200 {
            return Err(format!("the token endpoint answered {status}: {body}"));
        }
        Ok(body)
    }

    /// What `userinfo` says.
    pub(crate) fn userinfo(&self, access_token: &str) -> Result<Value, String> {
        ureq::get(format!("{}/oauth2/userinfo", self.0.vestibule))
            .header("Authorization", format!("Bearer {access_token}"))
            .call()
            .and_then(|mut answer| answer.body_mut().read_json())
            .map_err(|error| error.to_string())
    }
}

/// Serves the application's two pages.
pub(crate) fn serve(application: Application, listener: TcpListener) -> std::io::Result<Server> {
    let application = web::Data::new(application);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(application.clone())
            .route("/", web::get().to(home))
            .route("/sign-in", web::get().to(sign_in))
            .route("/sign-in/password", web::get().to(sign_in_by_password))
            .route("/callback", web::get().to(callback))
            .route(vestibule_pages::STYLE_PATH, web::get().to(style))
    });
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .body(vestibule_pages::STYLE)
}

async fn home() -> HttpResponse {
    let page = DemoPage {
        title: "Demo application",
        text:
            "An application of the SaaS company. It knows nothing of SAML and receives sign-ins by \
               OpenID Connect."
                .to_owned(),
        came: None,
        links: &[
            ("/sign-in", "Sign in with SSO"),
            ("/sign-in/password", "Sign in with a password, as an admin"),
        ],
    };
    shown(StatusCode::OK, &page)
}

/// A page of this application: it is in English, and has no brand.
fn shown(status: StatusCode, page: &DemoPage) -> HttpResponse {
    page::written(status, page, &Shell::default())
}

async fn sign_in(application: web::Data<Application>) -> HttpResponse {
    leave(&application, Way::Sso)
}

async fn sign_in_by_password(application: web::Data<Application>) -> HttpResponse {
    leave(&application, Way::Password)
}

fn leave(application: &Application, way: Way) -> HttpResponse {
    match application.begin(way) {
        Ok((url, _)) => HttpResponse::Found()
            .insert_header(("Location", url))
            .finish(),
        Err(error) => failed(&error),
    }
}

async fn callback(application: web::Data<Application>, request: HttpRequest) -> HttpResponse {
    let parameters: Vec<(String, String)> =
        serde_urlencoded::from_str(request.query_string()).unwrap_or_default();
    let get = |name: &str| {
        parameters
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.clone())
    };
    let pending = application.known().pending.take();
    let (Some(code), Some(pending)) = (get("code"), pending) else {
        return failed("no sign-in is under way, or no code came back");
    };
    if get("state").as_deref() != Some(pending.state.as_str()) {
        return failed("the state that came back is not the one that was sent");
    }
    let done = web::block(move || {
        let tokens = application.exchange(&code, &pending)?;
        let access_token = tokens
            .get("access_token")
            .and_then(Value::as_str)
            .unwrap_or_default();
        application.userinfo(access_token)
    });
    match done.await {
        Ok(Ok(userinfo)) => {
            let page = DemoPage {
                title: "You are signed in",
                text: "This is what `userinfo` says:".to_owned(),
                came: Some(serde_json::to_string_pretty(&userinfo).unwrap_or_default()),
                links: BACK,
            };
            shown(StatusCode::OK, &page)
        }
        Ok(Err(error)) => failed(&error),
        Err(error) => failed(&error.to_string()),
    }
}

fn failed(error: &str) -> HttpResponse {
    let page = DemoPage {
        title: "The sign-in did not work",
        text: error.to_owned(),
        came: None,
        links: BACK,
    };
    shown(StatusCode::BAD_REQUEST, &page)
}
