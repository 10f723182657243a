//! The IdP over HTTP.

use std::future::ready;
use std::io;
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use actix_web::dev::{Server, ServerHandle};
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, PayloadConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use jiff::Timestamp;

use crate::fault::Fault;
use crate::idp::TestIdp;
use crate::incoming::{Binding, parameter};
use crate::logout::ReceivedLogout;
use crate::outgoing::Outgoing;
use crate::page;
use crate::post_form::PostForm;
use crate::request::{ReceivedRequest, RequestError};
use crate::respond::RespondError;
use crate::twist::Twist;

/// No page of ours loads from elsewhere or runs what is written into it. There is no `form-action`:
/// browsers hold it against the redirects that follow the post to the service provider.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; \
                      base-uri 'none'; frame-ancestors 'none'";

/// Serves the IdP on this listener, with one worker, until the future is dropped or stopped. Signals
/// are left to the process.
///
/// `GET /metadata`, `GET /certificate.pem`, `GET` and `POST /sso` (the login page), `POST /sso/login`
/// (the page that posts the answer), `GET /` (IdP-initiated), `GET /sso/start?sp=…&user=…` (the same
/// by URL: entity ID, address, perhaps `RelayState`), `GET` and `POST /slo` (logout messages), `GET
/// /slo/start?sp=…&user=…` (logout from here, perhaps with `binding=post` and `RelayState`).
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(idp: TestIdp, listener: TcpListener) -> io::Result<Server> {
    let idp = Data::new(idp);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(idp.clone())
            .app_data(PayloadConfig::new(256 * 1024))
            .route(
                "/",
                web::get().to(|idp: Data<TestIdp>| ready(html(page::start(&idp)))),
            )
            .route(
                "/metadata",
                web::get().to(|idp: Data<TestIdp>| {
                    ready(file("application/samlmetadata+xml", idp.metadata_xml()))
                }),
            )
            .route(
                "/certificate.pem",
                web::get().to(|idp: Data<TestIdp>| {
                    ready(file("application/x-pem-file", idp.certificate_pem()))
                }),
            )
            .route(
                "/sso",
                web::get().to(|idp: Data<TestIdp>, request: HttpRequest| {
                    ready(ask(&idp, request.query_string(), Binding::Redirect))
                }),
            )
            .route(
                "/sso",
                web::post()
                    .to(|idp: Data<TestIdp>, body: String| ready(ask(&idp, &body, Binding::Post))),
            )
            .route(
                "/sso/login",
                web::post().to(|idp: Data<TestIdp>, body: String| ready(login(&idp, &body))),
            )
            .route(
                "/sso/start",
                web::get().to(|idp: Data<TestIdp>, request: HttpRequest| {
                    ready(start_sign_in(&idp, request.query_string()))
                }),
            )
            .route(
                "/slo",
                web::get().to(|idp: Data<TestIdp>, request: HttpRequest| {
                    ready(logout(&idp, request.query_string(), Binding::Redirect))
                }),
            )
            .route(
                "/slo",
                web::post().to(|idp: Data<TestIdp>, body: String| {
                    ready(logout(&idp, &body, Binding::Post))
                }),
            )
            .route(
                "/slo/start",
                web::get().to(|idp: Data<TestIdp>, request: HttpRequest| {
                    ready(start_logout(&idp, request.query_string()))
                }),
            )
            .route(
                "/assets/idp.css",
                web::get().to(|| ready(file("text/css; charset=utf-8", page::STYLE_SHEET))),
            )
            .route(
                "/assets/submit.js",
                web::get()
                    .to(|| ready(file("text/javascript; charset=utf-8", page::SUBMIT_SCRIPT))),
            )
            .default_service(web::to(|idp: Data<TestIdp>| {
                ready(problem(
                    &idp,
                    StatusCode::NOT_FOUND,
                    "There is nothing at this address.",
                ))
            }))
    });
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}

/// An IdP that is served by a thread of its own, until this is dropped.
pub struct Running {
    handle: ServerHandle,
    thread: Option<JoinHandle<io::Result<()>>>,
}

/// Serves the IdP from a thread of its own.
///
/// # Errors
/// When thread or listener cannot be used.
pub fn spawn(idp: TestIdp, listener: TcpListener) -> io::Result<Running> {
    let (tell, told) = mpsc::channel();
    let thread = thread::Builder::new()
        .name("test-idp".to_owned())
        .spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = serve(idp, listener)?;
                // The other end is waiting, or gone together with its wish.
                let _ = tell.send(server.handle());
                server.await
            })
        })?;
    match told.recv() {
        Ok(handle) => Ok(Running {
            handle,
            thread: Some(thread),
        }),
        Err(_gone) => Err(match thread.join() {
            Ok(Err(cause)) => cause,
            Ok(Ok(())) | Err(_) => io::Error::other("the test IdP did not start"),
        }),
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The order goes out at once; the future only waits for it to be carried out, as does `join`.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the HTTP server is the edge: here is the clock"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

/// A request has come: who is it?
fn ask(idp: &TestIdp, pairs: &str, binding: Binding) -> HttpResponse {
    match idp.read(pairs, binding) {
        Err(cause) => refuse(idp, &cause.into()),
        // Nobody may be asked, so whoever would have answered does not matter.
        Ok(request) if request.is_passive() => match idp.users().first() {
            None => problem(idp, StatusCode::CONFLICT, "This IdP knows nobody."),
            Some(user) => give(idp, idp.respond(&request, user, &Twist::default(), now())),
        },
        Ok(request) => html(page::login(idp, &request)),
    }
}

/// Somebody was picked.
fn login(idp: &TestIdp, body: &str) -> HttpResponse {
    let field = |name| field(body, name);
    let Some(user) = field("user").and_then(|email| idp.user(&email)) else {
        return problem(
            idp,
            StatusCode::BAD_REQUEST,
            "This IdP does not know this person.",
        );
    };
    let twist = match field("fault").map(|name| name.parse::<Fault>()) {
        None => Twist::default(),
        Some(Ok(fault)) => fault.twist(),
        Some(Err(unknown)) => {
            return problem(idp, StatusCode::BAD_REQUEST, &unknown.to_string());
        }
    };
    let answer = match field("sp") {
        None => request_of(idp, body)
            .map_err(RespondError::from)
            .and_then(|request| idp.respond(&request, user, &twist, now())),
        Some(index) => {
            let sp = index
                .parse()
                .ok()
                .and_then(|index| idp.trusted().into_iter().nth(index));
            let Some(sp) = sp else {
                let text = "This IdP does not know this application.";
                return problem(idp, StatusCode::BAD_REQUEST, text);
            };
            let relay_state = field("RelayState");
            idp.respond_unsolicited(&sp, relay_state.as_deref(), user, &twist, now())
        }
    };
    give(idp, answer)
}

/// The value of a field that is not empty.
fn field(pairs: &str, name: &'static str) -> Option<String> {
    let value = parameter(pairs, name).ok().flatten();
    value.filter(|value| !value.is_empty())
}

/// Somebody signs in unasked, by URL.
fn start_sign_in(idp: &TestIdp, query: &str) -> HttpResponse {
    let sp = field(query, "sp").unwrap_or_default();
    let known = idp
        .trusted()
        .into_iter()
        .find(|known| known.entity_id == sp);
    let user = field(query, "user").and_then(|email| idp.user(&email));
    let (Some(sp), Some(user)) = (known, user) else {
        let text = "This IdP does not know this application or this person.";
        return problem(idp, StatusCode::BAD_REQUEST, text);
    };
    let relay_state = field(query, "RelayState");
    let twist = Twist::default();
    give(
        idp,
        idp.respond_unsolicited(&sp, relay_state.as_deref(), user, &twist, now()),
    )
}

/// A logout message has come.
fn logout(idp: &TestIdp, pairs: &str, binding: Binding) -> HttpResponse {
    match idp.read_logout(pairs, binding) {
        Err(cause) => refuse(idp, &cause.into()),
        Ok(ReceivedLogout::Request(request)) => send(idp, idp.answer_logout(&request, now())),
        Ok(ReceivedLogout::Response(response)) => html(page::signed_out(idp, &response)),
    }
}

/// Somebody is signed out from here.
fn start_logout(idp: &TestIdp, query: &str) -> HttpResponse {
    let [sp, user] = ["sp", "user"].map(|name| field(query, name).unwrap_or_default());
    let Some(session) = idp.session_of(&sp, &user) else {
        let text = "Nobody like this is signed in there.";
        return problem(idp, StatusCode::BAD_REQUEST, text);
    };
    let binding = match field(query, "binding").as_deref() {
        Some("post") => Binding::Post,
        _ => Binding::Redirect,
    };
    let relay_state = field(query, "RelayState");
    send(
        idp,
        idp.start_logout(&session, binding, relay_state.as_deref(), now()),
    )
}

fn send(idp: &TestIdp, message: Result<Outgoing, RespondError>) -> HttpResponse {
    match message {
        Ok(Outgoing::Redirect(url)) => HttpResponse::Found()
            .insert_header(("Location", url))
            .insert_header(("Cache-Control", "no-store"))
            .finish(),
        Ok(Outgoing::Post(form)) => html(page::post_logout(idp, &form)),
        Err(cause) => refuse(idp, &cause),
    }
}

fn request_of(idp: &TestIdp, body: &str) -> Result<ReceivedRequest, RequestError> {
    if let Some(query) = field(body, "query") {
        return idp.read(&query, Binding::Redirect);
    }
    match parameter(body, "binding")?.as_deref() {
        Some("post") => idp.read(body, Binding::Post),
        _ => idp.read(body, Binding::Redirect),
    }
}

fn give(idp: &TestIdp, answer: Result<PostForm, RespondError>) -> HttpResponse {
    match answer {
        Ok(form) => html(page::post(idp, &form)),
        Err(cause) => refuse(idp, &cause),
    }
}

fn refuse(idp: &TestIdp, cause: &RespondError) -> HttpResponse {
    let status = match cause {
        RespondError::Request(
            RequestError::UnknownServiceProvider(_)
            | RequestError::UntrustedAcs(_)
            | RequestError::Unsigned
            | RequestError::WrongSignature,
        ) => StatusCode::FORBIDDEN,
        RespondError::Request(_) | RespondError::Elsewhere => StatusCode::BAD_REQUEST,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    // What the errors say in lower case becomes a sentence on a page.
    let text = cause.to_string();
    let mut rest = text.chars();
    let sentence: String = rest
        .next()
        .iter()
        .flat_map(|c| c.to_uppercase())
        .chain(rest)
        .collect();
    problem(idp, status, &format!("{sentence}."))
}

fn problem(idp: &TestIdp, status: StatusCode, text: &str) -> HttpResponse {
    page_response(status, page::error(idp, text))
}

fn html(page: String) -> HttpResponse {
    page_response(StatusCode::OK, page)
}

fn page_response(status: StatusCode, page: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header(("Content-Security-Policy", POLICY))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .insert_header(("Cache-Control", "no-store"))
        .body(page)
}

fn file(content_type: &str, body: impl Into<String>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .body(body.into())
}
