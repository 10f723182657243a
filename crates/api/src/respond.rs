//! What every request gets: an id, a line in the log, and its failure written out.

use std::time::Instant;

use actix_web::{
    Error, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        ConnectionType, StatusCode,
        header::{
            ACCEPT, ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
        },
    },
    middleware::Next,
    web::Data,
};
use tracing::{Instrument, info, info_span, warn};
use uuid::Uuid;
use vestibule_model::{AuditSource, Reference};
use vestibule_state::random_reference;
use vestibule_store::with_source;

use crate::{
    audit, clock,
    connections::UnderWay,
    forward, headers, openapi,
    page::{self, ErrorPage},
    problem::{Problem, ProblemType},
    service::Service,
    traces::Answered,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest request target that is taken; an AuthnRequest or an authorize request is far below.
const MAX_TARGET: usize = 8 * 1024;

/// Gives the request an id, logs it, and writes out problems and error pages.
pub(crate) async fn wrap(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // Never taken from the caller: two requests must not share one.
    let id = format!("req_{}", Uuid::new_v4().simple());
    let method = request.method().clone();
    let started = Instant::now();
    let service = request.app_data::<Data<Service>>().cloned();
    let in_flight = service
        .as_ref()
        .map(|service| service.metrics.routes.begin());
    let under_way = request.conn_data().map(UnderWay::on);
    let span = info_span!("request", request.id = %id);
    let traced = service
        .as_ref()
        .and_then(|service| service.traces.begin(&id, clock::now()));
    let too_long = request
        .uri()
        .path_and_query()
        .is_some_and(|uri| uri.as_str().len() > MAX_TARGET);
    let response = async {
        if too_long {
            let detail = format!("a request target has at most {MAX_TARGET} bytes");
            let problem = Problem::new(ProblemType::UriTooLong, detail);
            return Ok(written_out(request.error_response(problem), &id));
        }
        // A handler's error is an answer already; what is left as an error here has no request.
        let source = AuditSource {
            via: audit::via(request.path()),
            request_id: Some(id.clone()),
        };
        let answer = with_source(source, next.call(request)).await?;
        Ok::<_, Error>(written_out(answer, &id))
    };
    let mut response = response.instrument(span.clone()).await?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    headers::secure(&mut response);
    if service
        .as_ref()
        .is_some_and(|service| service.ending.has_begun())
    {
        // Whoever keeps connections opens the next one at another server.
        response
            .response_mut()
            .head_mut()
            .set_connection_type(ConnectionType::Close);
    }
    // The route, never the path: a path can hold a bearer (start_url, resume).
    let route = response
        .request()
        .match_pattern()
        .unwrap_or_else(|| "(none)".to_owned());
    let took = started.elapsed();
    drop(in_flight);
    if let Some(service) = &service {
        let (routes, status) = (&service.metrics.routes, response.status());
        routes.answered(&route, &method, status, took);
        if let Some(traced) = traced {
            let (route, method) = (route.as_str(), &method);
            traced.answered(&Answered {
                route,
                method,
                status,
            });
        }
    }
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    span.in_scope(|| info!(%method, route, status, micros, "request"));
    Ok(match under_way {
        Some(under_way) => response.map_body(|_, body| under_way.until_sent(body)),
        None => response,
    })
}

/// Writes out the problem or the page that a handler (or the framework) left without a body.
fn written_out(
    response: ServiceResponse<impl MessageBody + 'static>,
    id: &str,
) -> ServiceResponse<BoxBody> {
    let response = response.map_into_boxed_body();
    let request = response.request().clone();
    let page = response.response().extensions().get::<ErrorPage>().cloned();
    if let Some(mut page) = page {
        page.reference = page.reference.or_else(|| random_reference().ok());
        let (reason, cause) = (page.reason, page.cause.as_deref());
        log_page(page.status, reason, page.reference, cause);
        let written = page::write(page.render(id), &request);
        return ServiceResponse::new(request, written);
    }
    let problem = response.response().extensions().get::<Problem>().cloned();
    let problem = problem.or_else(|| of_the_framework(&response));
    match problem {
        Some(problem) if wants_page(&request) => {
            let page = ErrorPage::from(problem);
            log_page(page.status, page.reason, None, page.cause.as_deref());
            ServiceResponse::new(request.clone(), page::write(page.render(id), &request))
        }
        Some(problem) => {
            log_cause(
                problem.kind.status(),
                problem.kind.slug(),
                problem.cause.as_deref(),
            );
            let answer = written_problem(&request, &problem, id);
            ServiceResponse::new(request, answer)
        }
        None => {
            let (request, response) = response.into_parts();
            let written = page::write(response, &request);
            ServiceResponse::new(request, written)
        }
    }
}

/// Whether a person reads the answer in a browser: it goes to a page, and no program of theirs asks. What
/// a proxy is told may be shown on another host, where a page would have no style.
fn wants_page(request: &HttpRequest) -> bool {
    let accepted = request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok());
    let html = accepted.is_some_and(|accepted| accepted.contains("text/html"));
    let programs = ["/v1", forward::PATHS];
    html && !programs
        .iter()
        .any(|start| request.path().starts_with(start))
}

/// Log a failure once, here, with its cause; the caller sees the cause never.
fn log_cause(status: StatusCode, problem: &str, cause: Option<&str>) {
    match cause {
        Some(cause) if status.is_server_error() => warn!(problem, cause, "request failed"),
        Some(cause) => info!(problem, cause, "request refused"),
        None => {}
    }
}

/// Every page that says no is logged under what the person may tell support.
fn log_page(status: StatusCode, reason: &str, reference: Option<Reference>, cause: Option<&str>) {
    let reference = reference.map(tracing::field::display);
    if status.is_server_error() {
        warn!(problem = reason, reference, cause, "request failed");
    } else {
        info!(problem = reason, reference, cause, "request refused");
    }
}

/// The framework answers 404, 405 and the like with an empty body or a text of its own.
fn of_the_framework(response: &ServiceResponse<BoxBody>) -> Option<Problem> {
    let status = response.status();
    let ours = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"));
    if ours || !(status.is_client_error() || status.is_server_error()) {
        return None;
    }
    // A path that only other methods take is answered with 404 by the framework too.
    let path_is_known = response.request().match_pattern().is_some();
    let (kind, detail) = match status {
        StatusCode::NOT_FOUND if path_is_known => (
            ProblemType::MethodNotAllowed,
            "this path does not take this method",
        ),
        StatusCode::NOT_FOUND => (ProblemType::NotFound, "there is nothing at this path"),
        StatusCode::METHOD_NOT_ALLOWED => (
            ProblemType::MethodNotAllowed,
            "this path does not take this method",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (ProblemType::PayloadTooLarge, "the body is too large"),
        StatusCode::URI_TOO_LONG => (ProblemType::UriTooLong, "the URL is too long"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (
            ProblemType::UnsupportedMediaType,
            "the body has another type",
        ),
        status if status.is_client_error() => (
            ProblemType::MalformedRequest,
            "the request could not be read",
        ),
        _ => (ProblemType::Internal, "the cause is in the server's log"),
    };
    Some(Problem::new(kind, detail))
}

fn written_problem(request: &HttpRequest, problem: &Problem, id: &str) -> HttpResponse {
    let public_url = request
        .app_data::<Data<Service>>()
        .map(|service| service.config.public_url.as_str())
        .unwrap_or_default();
    let mut response = HttpResponse::build(problem.kind.status());
    response
        .insert_header((CONTENT_TYPE, "application/problem+json"))
        .insert_header(("Cache-Control", "no-store"));
    match problem.kind {
        ProblemType::Unauthorized | ProblemType::SignInRequired => {
            response.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        ProblemType::MethodNotAllowed => {
            let pattern = request.match_pattern().unwrap_or_default();
            if let Some(methods) = openapi::allowed(&pattern) {
                response.insert_header((ALLOW, methods));
            }
        }
        ProblemType::Unavailable | ProblemType::TooManyTrips => {
            response.insert_header((RETRY_AFTER, "5"));
        }
        _ => {}
    }
    response.body(problem.document(public_url, id).to_string())
}
