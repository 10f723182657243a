//! Changing what one has seen and nothing newer (`If-Match`, RFC 9110 §13.1.1).
//!
//! An entity tag is the hash of the document as it is shown, so it changes whenever that does.

use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{ETAG, HeaderMap, HeaderValue, IF_MATCH, IF_NONE_MATCH},
    },
    middleware::Next,
};
use serde::Serialize;
use vestibule_model::EntityTag;
use vestibule_store::Tx;

use crate::{
    extract::Caller,
    manage::Change,
    openapi,
    problem::{Problem, ProblemType},
};

/// The operations that take `If-Match`: method and path.
const HONOURED: &[(&str, &str)] = &[
    ("patch", "/v1/workspaces/{workspace_id}"),
    ("delete", "/v1/workspaces/{workspace_id}"),
    ("patch", "/v1/workspaces/{workspace_id}/members/{member_id}"),
    (
        "delete",
        "/v1/workspaces/{workspace_id}/members/{member_id}",
    ),
    ("patch", "/v1/workspaces/{workspace_id}/domains/{domain_id}"),
    (
        "delete",
        "/v1/workspaces/{workspace_id}/domains/{domain_id}",
    ),
    ("patch", "/v1/webhook-endpoints/{webhook_endpoint_id}"),
    ("delete", "/v1/webhook-endpoints/{webhook_endpoint_id}"),
    ("patch", "/v1/clients/{client_id}"),
    ("delete", "/v1/clients/{client_id}"),
    ("patch", "/v1/connections/{connection_id}"),
    ("delete", "/v1/connections/{connection_id}"),
    ("put", "/v1/connections/{connection_id}/draft"),
];

/// Whether an operation takes `If-Match`.
pub(crate) fn is_honoured(method: &str, path: &str) -> bool {
    let same = |(other, at): &(&str, &str)| method.eq_ignore_ascii_case(other) && path == *at;
    HONOURED.iter().any(same)
}

/// What a caller has seen of what they change.
#[derive(Debug, Clone)]
pub(crate) struct IfMatch(String);

impl IfMatch {
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        // Several headers are one list (RFC 9110 §5.3); what is no text matches nothing.
        let given: Vec<_> = headers
            .get_all(IF_MATCH)
            .map(|value| value.to_str().unwrap_or_default())
            .collect();
        (!given.is_empty()).then(|| Self(given.join(",")))
    }
}

impl Caller {
    /// The same change, on condition that what is changed is still what the caller has seen, where they
    /// say so. `current` shows it as it is, and keeps others from changing it until the transaction ends.
    pub(crate) fn if_match<T: Send + 'static, V: Serialize>(
        &self,
        change: Change<T>,
        current: impl FnOnce(&mut Tx<'_>) -> Result<V, Problem> + Send + 'static,
    ) -> Change<T> {
        let Some(seen) = self.seen.clone() else {
            return change;
        };
        Change::by(move |tx| {
            let document = serde_json::to_vec(&current(tx)?).map_err(Problem::internal)?;
            let current = EntityTag::of(&document);
            if !current.is_in(&seen.0) {
                return Err(changed_meanwhile(&seen, &current));
            }
            change.within(tx)
        })
    }
}

fn changed_meanwhile(seen: &IfMatch, current: &EntityTag) -> Problem {
    let detail = format!(
        "expected If-Match {}, the current version; received {}. Read the object again, decide anew, and \
         send its ETag",
        current.as_str(),
        seen.0
    );
    Problem::new(ProblemType::PreconditionFailed, detail).with("current_etag", current.as_str())
}

/// Whether there is such an operation, and it takes no `If-Match`.
fn overlooks(request: &ServiceRequest) -> bool {
    let method = request.method();
    let pattern = request.match_pattern().unwrap_or_default();
    let methods = openapi::allowed(&pattern).unwrap_or_default();
    methods.split(", ").any(|one| method == one) && !is_honoured(method.as_str(), &pattern)
}

/// Gives documents their entity tags, answers who has the same one already, and refuses a condition
/// where it would be overlooked.
pub(crate) async fn wrap(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let method = request.method().clone();
    if request.headers().contains_key(IF_MATCH) && overlooks(&request) {
        let detail = "this operation does not take If-Match; leave the header out";
        let problem = Problem::new(ProblemType::MalformedRequest, detail);
        return Ok(request.error_response(problem));
    }
    let answer = next.call(request).await?.map_into_boxed_body();
    let shows = matches!(method, Method::GET | Method::PATCH | Method::PUT);
    if !shows || answer.status() != StatusCode::OK {
        return Ok(answer);
    }
    let (request, response) = answer.into_parts();
    let (mut head, body) = response.into_parts();
    let body = match body.try_into_bytes() {
        Ok(body) => body,
        Err(body) => return Ok(ServiceResponse::new(request, head.set_body(body))),
    };
    let tag = EntityTag::of(&body);
    if let Ok(value) = HeaderValue::from_str(tag.as_str()) {
        head.headers_mut().insert(ETAG, value);
    }
    let mut known = request.headers().get_all(IF_NONE_MATCH);
    let known = known.any(|value| value.to_str().is_ok_and(|list| tag.is_in(list)));
    if known && method == Method::GET {
        let unchanged = HttpResponse::NotModified()
            .insert_header((ETAG, tag.as_str()))
            .finish();
        return Ok(ServiceResponse::new(request, unchanged));
    }
    Ok(ServiceResponse::new(
        request,
        head.set_body(BoxBody::new(body)),
    ))
}
