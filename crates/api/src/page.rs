//! Plain pages for people: what happened, what they can do, a reference for support.

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse, ResponseError,
    body::BoxBody,
    http::{
        StatusCode,
        header::{
            AcceptLanguage, Header as _, HeaderValue, LOCATION, LanguageTag, Preference,
            RETRY_AFTER, VARY,
        },
    },
    web::Data,
};
use vestibule_model::{ConnectionId, Reference, Workspace};
use vestibule_pages::{Brand, Lang, Link, Message, Page, Shell, Status, Text, Value, text};
use vestibule_store::Reach;

use crate::{problem::Problem, service::Service, web_url};

/// Nothing is loaded but our own style and scripts; nobody may frame a page; forms go nowhere else.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// An answer with a page whose form, in the end, leads to an application: browsers hold `form-action` against
/// where a post is redirected to as well.
pub(crate) fn rendered_towards(
    status: StatusCode,
    page: impl Page + 'static,
    target: &str,
) -> HttpResponse {
    let origin = url::Url::parse(target).map(|url| url.origin());
    match origin {
        Ok(origin) if origin.is_tuple() => {
            let origin = origin.ascii_serialization();
            let wider = format!("form-action 'self' {origin};");
            let policy = CONTENT_SECURITY_POLICY.replace("form-action 'self';", &wider);
            unwritten(&policy, status, page)
        }
        _ => rendered(status, page),
    }
}

/// An answer with a page, never kept by a cache.
pub(crate) fn rendered(status: StatusCode, page: impl Page + 'static) -> HttpResponse {
    unwritten(CONTENT_SECURITY_POLICY, status, page)
}

/// The same under a content security policy of its own.
pub(crate) fn rendered_under(
    policy: &'static str,
    status: StatusCode,
    page: impl Page + 'static,
) -> HttpResponse {
    unwritten(policy, status, page)
}

/// The same for a server that writes its pages by itself.
#[cfg(feature = "demo")]
pub(crate) fn written(status: StatusCode, page: &impl Page, shell: &Shell) -> HttpResponse {
    whole(CONTENT_SECURITY_POLICY, status, page.html(shell))
}

/// A page that [`write`] turns into HTML once the reader's language is known.
struct Unwritten(Box<dyn Page>);

fn unwritten(policy: &str, status: StatusCode, page: impl Page + 'static) -> HttpResponse {
    let mut response = whole(policy, status, String::new());
    response.extensions_mut().insert(Unwritten(Box::new(page)));
    response
}

/// Writes the page of a response, if it has one that is not written yet.
pub(crate) fn write(mut response: HttpResponse, request: &HttpRequest) -> HttpResponse {
    let page = response.extensions_mut().remove::<Unwritten>();
    let Some(Unwritten(page)) = page else {
        return response;
    };
    let html = page.html(&shell(request));
    response
        .headers_mut()
        .insert(VARY, HeaderValue::from_static("Accept-Language"));
    response.set_body(BoxBody::new(html))
}

/// Words in the reader's language, for an answer that is no page.
pub(crate) fn words(said: &Text, request: &HttpRequest) -> String {
    said.to_plain(language(request))
}

/// Has the page that answers this request look like its workspace's, whichever page it will be: called where
/// the workspace becomes known.
pub(crate) fn belongs_to(request: &HttpRequest, workspace: &Workspace) {
    if let Some(service) = request.app_data::<Data<Service>>() {
        let brand = service.brand.of(workspace);
        request.extensions_mut().insert(brand);
    }
}

/// The same for what came of a message about a connection, where that is an error: whoever reads it knows
/// the workspace, and hardly us. Without a database the page has our own looks.
pub(crate) async fn errors_belong_to(
    request: &HttpRequest,
    service: &Service,
    connection_id: ConnectionId,
    answer: Result<HttpResponse, ErrorPage>,
) -> Result<HttpResponse, ErrorPage> {
    if answer.is_err() {
        let reading = service.store.read(move |tx| {
            let Some(connection) = tx.connection(Reach::All, connection_id)? else {
                return Ok(None);
            };
            tx.workspace(Reach::All, connection.workspace_id)
        });
        if let Ok(Some(workspace)) = reading.await {
            belongs_to(request, &workspace);
        }
    }
    answer
}

/// The reader's language, and whose page it is.
fn shell(request: &HttpRequest) -> Shell {
    let own = request.extensions().get::<Brand>().cloned();
    let ours = || {
        let service = request.app_data::<Data<Service>>();
        service.map(|service| service.brand.brand().clone())
    };
    Shell {
        lang: language(request),
        brand: own.or_else(ours).unwrap_or_default(),
    }
}

/// The language of ours that the browser likes best (RFC 9110 §12.5.4).
fn language(request: &HttpRequest) -> Lang {
    let Ok(accepted) = AcceptLanguage::parse(request) else {
        return Lang::default();
    };
    let known = |wish: Preference<LanguageTag>| match wish {
        Preference::Any => Some(Lang::default()),
        Preference::Specific(tag) => Lang::parse(tag.as_str()),
    };
    let mut wishes = accepted.ranked().into_iter();
    wishes.find_map(known).unwrap_or_default()
}

fn whole(policy: &str, status: StatusCode, page: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header(("Cache-Control", "no-store"))
        .insert_header(("Content-Security-Policy", policy))
        .insert_header(("Referrer-Policy", "no-referrer"))
        .body(page)
}

/// A redirect to a URL that says more than others should see; never kept by a cache.
pub(crate) fn redirect(status: StatusCode, url: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((LOCATION, url))
        .insert_header(("Cache-Control", "no-store"))
        .insert_header(("Referrer-Policy", "no-referrer"))
        .finish()
}

/// What few error pages have.
#[derive(Debug, Clone, Default)]
pub(crate) struct More {
    /// Where more help is: the IdP's page for people whom it could not sign in (SDP-SP11).
    pub(crate) help: Option<Box<str>>,
    /// Where to go from here: address and words; the first is the main way.
    pub(crate) links: Vec<Link>,
    /// After how many seconds to try again.
    pub(crate) retry_after: Option<u64>,
    /// For support: what came instead of what was expected, in our own words.
    pub(crate) detail: Option<Box<str>>,
    /// The same for whoever reads the page, in English and small.
    pub(crate) shown_detail: Option<Box<str>>,
}

/// What a person reads of a failure.
#[derive(Debug, Clone)]
struct Words {
    title: Text,
    /// What happened.
    message: Text,
    /// What the person can do.
    advice: Text,
}

/// A failure that a person sees.
#[derive(Debug, Clone)]
pub(crate) struct ErrorPage {
    pub(crate) status: StatusCode,
    /// What the person reads. Apart, as is what few pages have: a handler's result carries this along.
    words: Box<Words>,
    /// What support asks for: the attempt's, or one that the log alone knows.
    pub(crate) reference: Option<Reference>,
    /// What few pages have.
    pub(crate) more: Box<More>,
    /// For the log: a stable word, and the cause.
    pub(crate) reason: &'static str,
    pub(crate) cause: Option<Box<str>>,
}

impl ErrorPage {
    /// A failure whose words are the messages `error-<reason>-title`, `-text` and `-advice`.
    pub(crate) fn named(status: StatusCode, reason: &'static str) -> Self {
        Self::worded(status, reason, reason)
    }

    /// The same in other words, where one reason has several: `error-<words>-title` and so on.
    pub(crate) fn worded(status: StatusCode, reason: &'static str, words: &'static str) -> Self {
        let said = |part: &str| Text::named(format!("error-{words}-{part}"));
        Self {
            status,
            words: Box::new(Words {
                title: said("title"),
                message: said("text"),
                advice: said("advice"),
            }),
            more: Box::default(),
            reference: None,
            reason,
            cause: None,
        }
    }

    /// A value that the words ask for.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        let value = value.into();
        let Words {
            title,
            message,
            advice,
        } = *self.words;
        self.words = Box::new(Words {
            title: title.with(name, value.clone()),
            message: message.with(name, value.clone()),
            advice: advice.with(name, value),
        });
        self
    }

    pub(crate) fn because(mut self, cause: impl std::fmt::Display) -> Self {
        self.cause = Some(cause.to_string().into());
        self
    }

    /// A page of somebody else's that helps; nothing but an https URL is linked to.
    pub(crate) fn help(mut self, url: Option<&str>) -> Self {
        let plain = url.filter(|url| web_url::parse(url).is_ok());
        self.more.help = plain.map(Box::from);
        self
    }

    /// A way to go on from here: a path or URL of our own making.
    pub(crate) fn link(mut self, href: impl Into<String>, label: Text) -> Self {
        let href = href.into();
        self.more.links.push(Link { href, label });
        self
    }

    /// After how many seconds to try again.
    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.more.retry_after = Some(seconds);
        self
    }

    pub(crate) fn reference(mut self, reference: Reference) -> Self {
        self.reference = Some(reference);
        self
    }

    pub(crate) fn detail(mut self, detail: impl std::fmt::Display) -> Self {
        self.more.detail = Some(detail.to_string().into());
        self
    }

    /// The page, complete. The request's id stands in where there could be no reference.
    pub(crate) fn render(&self, request_id: &str) -> HttpResponse {
        let reference = self.reference.map(|reference| reference.to_string());
        let mut links = self.more.links.clone();
        if let Some(url) = self.more.help.as_deref() {
            links.push(Link {
                href: url.to_owned(),
                label: text("error-idp-help"),
            });
        }
        let page = Message {
            title: self.words.title.clone(),
            text: self.words.message.clone(),
            advice: Some(self.words.advice.clone()),
            detail: self.more.shown_detail.as_deref().map(str::to_owned),
            reference: Some(reference.unwrap_or_else(|| request_id.to_owned())),
            links,
            status: Status::Failed,
        };
        let mut response = rendered(self.status, page);
        let busy = (self.status == StatusCode::SERVICE_UNAVAILABLE).then_some(5);
        if let Some(seconds) = self.more.retry_after.or(busy) {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl std::fmt::Display for ErrorPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.reason)
    }
}

impl ResponseError for ErrorPage {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// An empty answer that carries the page; `respond` writes it, because it knows the request's id.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status);
        response.extensions_mut().insert(self.clone());
        response
    }
}

/// A problem in words for people: the messages `problem-<word>-title`, `-text` and `-advice`. What exactly
/// came instead of what was expected stands below them, where anybody can do something with it.
impl From<Problem> for ErrorPage {
    fn from(problem: Problem) -> Self {
        let word = problem.word();
        let said = |part: &str| Text::named(format!("problem-{word}-{part}"));
        let shown_detail = problem.is_for_people().then(|| problem.detail.into());
        Self {
            status: problem.kind.status(),
            words: Box::new(Words {
                title: said("title"),
                message: said("text"),
                advice: Text::named_or(format!("problem-{word}-advice"), "problem-advice"),
            }),
            more: Box::new(More {
                shown_detail,
                ..More::default()
            }),
            reference: None,
            reason: problem.kind.slug(),
            cause: problem.cause.map(String::into_boxed_str),
        }
    }
}

impl From<vestibule_store::StoreError> for ErrorPage {
    fn from(error: vestibule_store::StoreError) -> Self {
        Problem::from(error).into()
    }
}

impl From<vestibule_state::StateError> for ErrorPage {
    fn from(error: vestibule_state::StateError) -> Self {
        Problem::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(target: &str) -> String {
        let page = Message {
            title: text("done"),
            text: text("done"),
            advice: None,
            detail: None,
            reference: None,
            links: Vec::new(),
            status: Status::Done,
        };
        let response = rendered_towards(StatusCode::OK, page, target);
        let policy = response.headers().get("content-security-policy");
        policy
            .and_then(|policy| policy.to_str().ok())
            .unwrap()
            .to_owned()
    }

    #[test]
    fn a_form_may_lead_to_the_application_and_nowhere_else() {
        let towards = policy("https://app.example.com:8443/callback?x='unsafe'; script-src *");
        let forms = "form-action 'self' https://app.example.com:8443;";
        assert!(towards.contains(forms), "{towards}");
        assert!(
            !towards.contains("unsafe") && !towards.contains('*'),
            "{towards}"
        );
        for ours in ["", "/account", "javascript:x", "data:text/html,x"] {
            assert_eq!(policy(ours), CONTENT_SECURITY_POLICY, "{ours}");
        }
    }
}
