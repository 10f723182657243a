//! Calls that may be sent again (`Idempotency-Key`): a change and its answer are kept in one transaction,
//! so that a caller who has not heard the answer gets it by asking once more, and nothing is done twice.

use actix_web::{
    Error, HttpMessage as _, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue},
    },
    middleware::Next,
    web::{Bytes, Data},
};
use futures_util::{future::ready, stream};
use serde::Serialize;
use vestibule_model::KeptAnswer;
use vestibule_store::{Before, Repeatable, Tx};

use crate::{
    body, clock,
    extract::{Caller, caller::authenticate},
    manage::Change,
    problem::{Problem, ProblemType},
    service::Service,
};

/// What the caller names a call by.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// On an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// How long a name is at most.
const LONGEST: usize = 255;

/// The paths whose POST changes nothing, or more than one transaction does, or what can be done again
/// without harm: a name is of no use there.
const NOT_KEPT: &[&str] = &[
    "/v1/connections/{connection_id}/inspections",
    "/v1/connections/{connection_id}/metadata-refresh",
    "/v1/workspaces/{workspace_id}/domains/{domain_id}/verify",
    "/v1/webhook-endpoints/{webhook_endpoint_id}/deliveries/{delivery_id}/replay",
    "/v1/webhook-endpoints/{webhook_endpoint_id}/deliveries/{delivery_id}/skip",
    "/v1/webhook-endpoints/{webhook_endpoint_id}/replay",
    "/v1/webhook-endpoints/{webhook_endpoint_id}/test",
    "/v1/workspaces/import",
    "/v1/workspaces/{workspace_id}/members/import",
    "/v1/workspaces/{workspace_id}/sign-in-decisions",
];

/// Whether an operation keeps its answer for who gives it a name.
pub(crate) fn is_kept(method: &str, path: &str) -> bool {
    method.eq_ignore_ascii_case("post") && path.starts_with("/v1/") && !NOT_KEPT.contains(&path)
}

/// Answers a call that was answered before, and has any other know its name.
pub(crate) async fn wrap(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let named = request.headers().contains_key(IDEMPOTENCY_KEY);
    let keeps = |path: String| is_kept(request.method().as_str(), &path);
    if named && request.match_pattern().is_some_and(keeps) {
        match before(&mut request).await {
            Ok(None) => {}
            Ok(Some(answer)) => return Ok(request.into_response(again(&answer)?)),
            Err(problem) => return Ok(request.error_response(problem)),
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// What the call was answered before, if it was.
async fn before(request: &mut ServiceRequest) -> Result<Option<KeptAnswer>, Problem> {
    let name = name(request)?;
    let mut caller = authenticate(request.request()).await?;
    let body = body::read(request.take_payload()).await?;
    let asked = [
        request.method().as_str().as_bytes(),
        b" ",
        request.uri().to_string().as_bytes(),
        b"\n",
        &body,
    ]
    .concat();
    request.set_payload(whole(body));
    let call = Repeatable::new(caller.key.id, &name, &asked);
    let service = request
        .app_data::<Data<Service>>()
        .ok_or_else(|| Problem::internal("no service"))?;
    let asks = call.clone();
    let before = service
        .store
        .read(move |tx| tx.answered_before(&asks))
        .await?;
    caller.call = Some(call);
    request.extensions_mut().insert(caller);
    match before {
        Before::Nothing => Ok(None),
        Before::Answered(answer) => Ok(Some(answer)),
        Before::Another => Err(reused()),
    }
}

fn name(request: &ServiceRequest) -> Result<String, Problem> {
    let mut given = request.headers().get_all(IDEMPOTENCY_KEY);
    let expected = format!("one header Idempotency-Key of 1 to {LONGEST} visible ASCII characters");
    let wrong = |received: String| {
        let detail = format!("expected {expected}; received {received}");
        Problem::new(ProblemType::MalformedRequest, detail)
    };
    match (given.next().map(|value| value.as_bytes()), given.next()) {
        (Some(name), None) => match std::str::from_utf8(name) {
            Ok(name)
                if (1..=LONGEST).contains(&name.len())
                    && name.bytes().all(|byte| byte.is_ascii_graphic()) =>
            {
                Ok(name.to_owned())
            }
            _ => Err(wrong(format!("{} bytes", name.len()))),
        },
        _ => Err(wrong("several".to_owned())),
    }
}

/// A body that was read already.
fn whole(body: Bytes) -> Payload {
    Payload::Stream {
        payload: Box::pin(stream::once(ready(Ok(body)))),
    }
}

fn reused() -> Problem {
    let kind = ProblemType::IdempotencyKeyReused;
    Problem::new(kind, kind.explanation())
}

/// An answer that is kept where the call has a name.
fn answer(status: StatusCode, view: impl Serialize) -> Result<KeptAnswer, Problem> {
    Ok(KeptAnswer {
        status: status.as_u16(),
        body: serde_json::to_string(&view).map_err(Problem::internal)?,
    })
}

/// `201 Created` with the object.
pub(crate) fn created(view: impl Serialize) -> Result<KeptAnswer, Problem> {
    answer(StatusCode::CREATED, view)
}

/// `200 OK` with the object.
pub(crate) fn ok(view: impl Serialize) -> Result<KeptAnswer, Problem> {
    answer(StatusCode::OK, view)
}

impl Caller {
    /// Makes a change and answers with what `show` makes of it. Where the caller has named the call, both
    /// are one transaction; whoever sends it a second time, at the same time too, gets the answer of the
    /// first.
    ///
    /// # Errors
    /// Those of the change, which is not made then and can be asked for again; `idempotency-key-reused`.
    pub(crate) async fn answer<T: Send + 'static>(
        &self,
        service: &Service,
        change: Change<T>,
        show: impl FnOnce(T) -> Result<KeptAnswer, Problem> + Send + 'static,
    ) -> Result<HttpResponse, Problem> {
        let Some(call) = self.call.clone() else {
            let write = move |tx: &mut Tx<'_>| show(change.within(tx)?);
            return response(&service.store.write(write).await?);
        };
        let now = clock::now();
        let write = move |tx: &mut Tx<'_>| {
            match tx.begin_call(&call, now)? {
                Before::Nothing => {}
                Before::Answered(answer) => return Ok((answer, true)),
                Before::Another => return Err(reused()),
            }
            let answer = show(change.within(tx)?)?;
            tx.keep_answer(&call, &answer)?;
            Ok((answer, false))
        };
        match service.store.write(write).await? {
            (answer, true) => again(&answer),
            (answer, false) => response(&answer),
        }
    }
}

fn again(answer: &KeptAnswer) -> Result<HttpResponse, Problem> {
    let mut response = response(answer)?;
    let value = HeaderValue::from_static("true");
    response.headers_mut().insert(REPLAYED, value);
    Ok(response)
}

fn response(answer: &KeptAnswer) -> Result<HttpResponse, Problem> {
    let status = StatusCode::from_u16(answer.status).map_err(Problem::internal)?;
    Ok(HttpResponse::build(status)
        .content_type("application/json")
        .insert_header(("Cache-Control", "no-store"))
        .body(answer.body.clone()))
}
