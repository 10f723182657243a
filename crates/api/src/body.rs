//! Reading a request's body within its bound.

use std::time::Duration;

use actix_web::{
    HttpRequest,
    dev::Payload,
    http::header::CONTENT_TYPE,
    web::{Bytes, BytesMut},
};
use futures_util::StreamExt as _;

use crate::{
    config::CLIENT_TIMEOUT,
    problem::{Problem, ProblemType},
};

/// The largest body that is taken (design §4.8).
pub(crate) const MAX_BYTES: usize = 1024 * 1024;
/// How much of a larger one is read and thrown away, so that the client sees the answer instead of
/// a broken connection (design §4.8).
const MAX_DISCARDED: usize = 16 * 1024 * 1024;
const MAX_DISCARDING: Duration = Duration::from_secs(2);

/// The whole body.
///
/// # Errors
/// `payload-too-large` past 1 MiB; `malformed-request` when it does not arrive.
pub(crate) async fn read(mut payload: Payload) -> Result<Bytes, Problem> {
    let mut body = BytesMut::new();
    let reading = async {
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| {
                let mut problem = Problem::new(
                    ProblemType::MalformedRequest,
                    "the body did not arrive whole",
                );
                problem.cause = Some(error.to_string());
                problem
            })?;
            if body.len().saturating_add(chunk.len()) > MAX_BYTES {
                return Ok(false);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(true)
    };
    let late = || {
        Problem::new(
            ProblemType::MalformedRequest,
            "the body did not arrive in time",
        )
    };
    match tokio::time::timeout(CLIENT_TIMEOUT, reading).await {
        Ok(Ok(true)) => Ok(body.freeze()),
        Ok(Ok(false)) => {
            discard(&mut payload).await;
            let detail = format!("a body has at most {MAX_BYTES} bytes; more than that arrived");
            Err(Problem::new(ProblemType::PayloadTooLarge, detail))
        }
        Ok(Err(problem)) => Err(problem),
        Err(_elapsed) => Err(late()),
    }
}

async fn discard(payload: &mut Payload) {
    let discarding = async {
        let mut discarded = 0_usize;
        while let Some(Ok(chunk)) = payload.next().await {
            discarded = discarded.saturating_add(chunk.len());
            if discarded > MAX_DISCARDED {
                break;
            }
        }
    };
    // Whether it ended by size, by time or by itself, the answer is the same.
    let _ = tokio::time::timeout(MAX_DISCARDING, discarding).await;
}

/// The media type of the body, without its parameters, in lower case.
pub(crate) fn media_type(request: &HttpRequest) -> Option<String> {
    let value = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    let kind = value.split(';').next().unwrap_or_default();
    Some(kind.trim().to_ascii_lowercase())
}
