//! Plain pages for people: what happened, what they can do, a reference for support.

use std::fmt::Write as _;

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{HeaderValue, LOCATION, RETRY_AFTER},
    },
};
use vestibule_model::Reference;
use vestibule_pages::STYLE_PATH;
use vestibule_saml::{Outcome, Report};

use crate::{problem::Problem, web_url};

/// Nothing is loaded but our own style and scripts; nobody may frame a page; forms go nowhere else.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Text made safe for HTML content and quoted attribute values.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A whole page; `body` is HTML that is safe already.
pub(crate) fn html(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"{STYLE_PATH}\">\n</head>\n<body>\n<main>\n{body}</main>\n\
         </body>\n</html>\n"
    )
}

/// An answer with a page, never kept by a cache.
pub(crate) fn respond(status: StatusCode, title: &str, body: &str) -> HttpResponse {
    respond_under(CONTENT_SECURITY_POLICY, status, title, body)
}

/// The same under a content security policy of its own.
pub(crate) fn respond_under(
    policy: &'static str,
    status: StatusCode,
    title: &str,
    body: &str,
) -> HttpResponse {
    whole(policy, status, html(title, body))
}

/// The same for a page whose form, in the end, leads to an application: browsers hold `form-action` against
/// where a post is redirected to as well.
pub(crate) fn rendered_towards(status: StatusCode, page: String, target: &str) -> HttpResponse {
    let origin = url::Url::parse(target).map(|url| url.origin());
    match origin {
        Ok(origin) if origin.is_tuple() => {
            let origin = origin.ascii_serialization();
            let wider = format!("form-action 'self' {origin};");
            let policy = CONTENT_SECURITY_POLICY.replace("form-action 'self';", &wider);
            whole(&policy, status, page)
        }
        _ => rendered(status, page),
    }
}

/// An answer with a page of `vestibule-pages`.
pub(crate) fn rendered(status: StatusCode, page: String) -> HttpResponse {
    whole(CONTENT_SECURITY_POLICY, status, page)
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
    pub(crate) links: Vec<(String, &'static str)>,
    /// After how many seconds to try again.
    pub(crate) retry_after: Option<u64>,
    /// For support: what came instead of what was expected, in our own words.
    pub(crate) detail: Option<Box<str>>,
}

/// A failure that a person sees.
#[derive(Debug, Clone)]
pub(crate) struct ErrorPage {
    pub(crate) status: StatusCode,
    pub(crate) title: &'static str,
    /// What happened.
    pub(crate) message: String,
    /// What the person can do.
    pub(crate) advice: &'static str,
    /// What support asks for: the attempt's, or one that the log alone knows.
    pub(crate) reference: Option<Reference>,
    /// What few pages have.
    pub(crate) more: Box<More>,
    /// For the log: a stable word, and the cause.
    pub(crate) reason: &'static str,
    pub(crate) cause: Option<Box<str>>,
}

impl ErrorPage {
    pub(crate) fn new(
        status: StatusCode,
        reason: &'static str,
        title: &'static str,
        message: impl Into<String>,
        advice: &'static str,
    ) -> Self {
        Self {
            status,
            title,
            message: message.into(),
            advice,
            more: Box::default(),
            reference: None,
            reason,
            cause: None,
        }
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
    pub(crate) fn link(mut self, href: impl Into<String>, label: &'static str) -> Self {
        self.more.links.push((href.into(), label));
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
        let reference = reference.as_deref().unwrap_or(request_id);
        let help = self.more.help.as_deref().map_or_else(String::new, |url| {
            format!(
                "<p><a href=\"{}\" rel=\"noreferrer\">Help from your identity provider</a></p>\n",
                escape(url)
            )
        });
        let mut links = String::new();
        for (href, label) in &self.more.links {
            // Writing to a String cannot fail.
            let _ = writeln!(
                links,
                "<p><a class=\"button\" href=\"{}\">{}</a></p>",
                escape(href),
                escape(label)
            );
        }
        let body = format!(
            "<h1>{}</h1>\n<p>{}</p>\n<p>{}</p>\n{links}{help}<p class=\"reference\">Reference \
             <code>{}</code></p>\n",
            escape(self.title),
            escape(&self.message),
            escape(self.advice),
            escape(reference)
        );
        let mut response = respond(self.status, self.title, &body);
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
        write!(f, "{}: {}", self.reason, self.message)
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

/// A page shows no more of a problem than its title and what it means.
impl From<Problem> for ErrorPage {
    fn from(problem: Problem) -> Self {
        let mut page = Self::new(
            problem.kind.status(),
            problem.kind.slug(),
            problem.kind.title(),
            problem.detail,
            "Start again from the application. If it happens again, tell your administrator the \
             reference below.",
        );
        page.cause = problem.cause.map(String::into_boxed_str);
        page
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

/// A report as a list, worst first for the eye by its mark, in the order of the checks.
pub(crate) fn report_list(report: &Report) -> String {
    let mut list = String::from("<ul class=\"report\">\n");
    for row in report.rows() {
        let (mark, word) = match row.outcome {
            Outcome::Pass => ("✓", "passed"),
            Outcome::Warn => ("!", "warning"),
            Outcome::Fail => ("✗", "failed"),
            Outcome::Skipped => ("–", "not checked"),
        };
        // Writing to a String cannot fail.
        let _ = write!(
            list,
            "<li class=\"{}\"><p><span class=\"mark\" aria-hidden=\"true\">{mark}</span> \
             <strong>{}</strong> <span class=\"word\">{word}</span></p>",
            row.outcome.as_str(),
            escape(&row.check.as_str().replace('_', " ")),
        );
        if row.outcome == Outcome::Fail || row.outcome == Outcome::Warn {
            for (label, text) in [
                ("Expected", row.expected.as_deref()),
                ("Received", row.received.as_deref()),
                ("What to do", row.remedy.as_deref()),
            ] {
                if let Some(text) = text {
                    let _ = write!(list, "<p><em>{label}:</em> {}</p>", escape(text));
                }
            }
        }
        list.push_str("</li>\n");
    }
    list.push_str("</ul>\n");
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(target: &str) -> String {
        let response = rendered_towards(StatusCode::OK, String::new(), target);
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
