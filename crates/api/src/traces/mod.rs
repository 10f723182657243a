//! Traces of sign-ins, for a collector that speaks OTLP over HTTP (docs/operations.md).
//!
//! A request tells while it runs to which sign-in it belongs; when it is answered it is a span. The trace of a
//! sign-in is its attempt, that of what follows its session: both by the digits of their ids, on whichever server.
//! What is in a span is written here, and nothing else gets there: ids, words of the code, the pattern of a route.

mod exporter;

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use actix_web::http::{Method, StatusCode};
use jiff::Timestamp;
use opentelemetry::{
    InstrumentationScope, KeyValue,
    trace::{Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState},
};
use opentelemetry_sdk::trace::{
    BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor,
};
use uuid::Uuid;
use vestibule_model::{AttemptId, AuditSource, ClientId, ConnectionId, SessionId, WorkspaceId};
use vestibule_store::current_source;

use crate::config::Config;
pub(crate) use exporter::TracesError;

/// The most steps of one request that are kept.
const STEPS: usize = 16;
/// How long what is left may take at the end.
const LAST: Duration = Duration::from_secs(3);

/// Where traces go, if anywhere.
pub(crate) struct Traces(Option<Exporting>);

struct Exporting {
    processor: BatchSpanProcessor,
    scope: InstrumentationScope,
    /// By the id of the request.
    running: Mutex<HashMap<String, Noted>>,
}

/// What a request has told of itself.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    /// The attempt that it is a step of.
    pub(crate) attempt: Option<AttemptId>,
    /// Whether the attempt began with it.
    pub(crate) begins: bool,
    /// The session that it is about.
    pub(crate) session: Option<SessionId>,
    pub(crate) workspace: Option<WorkspaceId>,
    pub(crate) connection: Option<ConnectionId>,
    pub(crate) client: Option<ClientId>,
    /// What came of it, and why.
    pub(crate) outcome: Option<(&'static str, &'static str)>,
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    name: &'static str,
    began: Instant,
    ended: Instant,
}

/// A step that is under way, until it is dropped.
pub(crate) struct UnderWay<'t> {
    exporting: &'t Exporting,
    request: String,
    name: &'static str,
    began: Instant,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let step = Step {
            name: self.name,
            began: self.began,
            ended: Instant::now(),
        };
        self.exporting.note(&self.request, |noted| {
            if noted.steps.len() < STEPS {
                noted.steps.push(step);
            }
        });
    }
}

/// A request that is being answered; what it told is forgotten with it.
pub(crate) struct Request<'t> {
    exporting: &'t Exporting,
    id: String,
    began: (Timestamp, Instant),
}

/// How a request was answered.
pub(crate) struct Answered<'a> {
    pub(crate) route: &'a str,
    pub(crate) method: &'a Method,
    pub(crate) status: StatusCode,
}

impl Traces {
    /// To where the settings say.
    ///
    /// # Errors
    /// [`TracesError`] where that cannot be used.
    pub(crate) fn new(config: &Config) -> Result<Self, TracesError> {
        let Some(endpoint) = &config.otlp_endpoint else {
            return Ok(Self(None));
        };
        let (name, version) = ("vestibule", env!("CARGO_PKG_VERSION"));
        Ok(Self(Some(Exporting {
            processor: exporter::processor(endpoint, version)?,
            scope: InstrumentationScope::builder(name)
                .with_version(version)
                .build(),
            running: Mutex::default(),
        })))
    }

    /// A request begins.
    pub(crate) fn begin(&self, id: &str, now: Timestamp) -> Option<Request<'_>> {
        let exporting = self.0.as_ref()?;
        let id = id.to_owned();
        exporting.lock().insert(id.clone(), Noted::default());
        Some(Request {
            exporting,
            id,
            began: (now, Instant::now()),
        })
    }

    /// Notes something of the request that a transaction runs for.
    pub(crate) fn note(&self, source: Option<&AuditSource>, note: impl FnOnce(&mut Noted)) {
        if let Some(exporting) = &self.0
            && let Some(id) = source.and_then(|source| source.request_id.as_deref())
        {
            exporting.note(id, note);
        }
    }

    /// Notes something of the request that runs here.
    pub(crate) fn here(&self, note: impl FnOnce(&mut Noted)) {
        if self.0.is_some() {
            self.note(current_source().as_ref(), note);
        }
    }

    /// A step of the request that runs here; over when it is dropped.
    pub(crate) fn step(&self, name: &'static str) -> Option<UnderWay<'_>> {
        let exporting = self.0.as_ref()?;
        Some(UnderWay {
            exporting,
            request: current_source()?.request_id?,
            name,
            began: Instant::now(),
        })
    }

    /// Sends what is left. It blocks.
    pub(crate) fn finish(&self) {
        if let Some(exporting) = &self.0 {
            // Who does not take it then never will.
            let _ = exporting.processor.shutdown_with_timeout(LAST);
        }
    }
}

impl Exporting {
    // Nothing under the lock can panic half way, so a poisoned lock guards whole values all the same.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Noted>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, id: &str, note: impl FnOnce(&mut Noted)) {
        if let Some(noted) = self.lock().get_mut(id) {
            note(noted);
        }
    }

    fn send(&self, own: Own, name: Cow<'static, str>, kind: SpanKind, span: Span) {
        // Never waits: where the collector is behind, this one is not told.
        self.processor.on_end(SpanData {
            span_context: own.context(),
            parent_span_id: span.parent,
            parent_span_is_remote: false,
            span_kind: kind,
            name,
            start_time: span.from,
            end_time: span.until,
            attributes: span.attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: span.links,
            status: span.status,
            instrumentation_scope: self.scope.clone(),
        });
    }
}

/// What a span has beside its name.
struct Span {
    parent: SpanId,
    from: SystemTime,
    until: SystemTime,
    attributes: Vec<KeyValue>,
    links: SpanLinks,
    status: Status,
}

/// Which span of which trace.
#[derive(Clone, Copy)]
struct Own {
    trace: TraceId,
    span: SpanId,
}

impl Own {
    /// The first span of the trace of an id: the same on every server.
    fn first_of(id: impl std::fmt::Display) -> Self {
        let text = id.to_string();
        let digits = text.rsplit('_').next().unwrap_or_default();
        let trace = TraceId::from_hex(digits).unwrap_or(TraceId::INVALID);
        // The second half of an id is random.
        let half = trace.to_bytes();
        let (_, half) = half.split_at(8);
        let span = SpanId::from_bytes(half.try_into().unwrap_or_default());
        Self { trace, span }
    }

    fn another(self) -> Self {
        let (_, random) = Uuid::new_v4().as_u64_pair();
        let span = SpanId::from_bytes(random.to_be_bytes());
        Self { span, ..self }
    }

    fn context(self) -> SpanContext {
        let (flags, state) = (TraceFlags::SAMPLED, TraceState::default());
        SpanContext::new(self.trace, self.span, flags, true, state)
    }
}

impl Request<'_> {
    /// Tells what came of it, where it belongs to a sign-in.
    pub(crate) fn answered(self, answered: &Answered<'_>) {
        let Some(noted) = self.exporting.lock().remove(&self.id) else {
            return;
        };
        let ended = Instant::now();
        let links = SpanLinks::default();
        let (own, parent, links) = match (noted.attempt, noted.session) {
            (Some(attempt), session) => {
                let first = Own::first_of(attempt);
                let links = session.map_or(links, |session| link_to(Own::first_of(session)));
                match noted.begins {
                    true => (first, SpanId::INVALID, links),
                    false => (first.another(), first.span, links),
                }
            }
            (None, Some(session)) => (Own::first_of(session).another(), SpanId::INVALID, links),
            (None, None) => return,
        };
        let status = match answered.status.is_server_error() {
            true => Status::error(""),
            false => Status::Unset,
        };
        for step in &noted.steps {
            let span = Span {
                parent: own.span,
                from: self.at(step.began),
                until: self.at(step.ended),
                attributes: Vec::new(),
                links: SpanLinks::default(),
                status: Status::Unset,
            };
            let name = Cow::Borrowed(step.name);
            self.exporting
                .send(own.another(), name, SpanKind::Internal, span);
        }
        let span = Span {
            parent,
            from: self.at(self.began.1),
            until: self.at(ended),
            attributes: attributes(&noted, answered, &self.id),
            links,
            status,
        };
        let name = format!("{} {}", answered.method, answered.route);
        self.exporting
            .send(own, name.into(), SpanKind::Server, span);
    }

    /// When something was, by the clock.
    fn at(&self, instant: Instant) -> SystemTime {
        let (now, began) = self.began;
        let later = instant.saturating_duration_since(began);
        let micros = u64::try_from(now.as_microsecond()).unwrap_or(0);
        let start = SystemTime::UNIX_EPOCH + Duration::from_micros(micros);
        start.checked_add(later).unwrap_or(start)
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        self.exporting.lock().remove(&self.id);
    }
}

fn link_to(other: Own) -> SpanLinks {
    let mut links = SpanLinks::default();
    links.links.push(Link::with_context(other.context()));
    links
}

/// Ids, words of the code, and how HTTP was answered: nobody's name, and nothing that opens anything.
fn attributes(noted: &Noted, answered: &Answered<'_>, request_id: &str) -> Vec<KeyValue> {
    let method = answered.method.as_str().to_owned();
    let mut attributes = vec![
        KeyValue::new("http.request.method", method),
        KeyValue::new("http.route", answered.route.to_owned()),
        KeyValue::new(
            "http.response.status_code",
            i64::from(answered.status.as_u16()),
        ),
        KeyValue::new("vestibule.request.id", request_id.to_owned()),
    ];
    let ids = [
        (
            "vestibule.attempt.id",
            noted.attempt.map(|id| id.to_string()),
        ),
        (
            "vestibule.session.id",
            noted.session.map(|id| id.to_string()),
        ),
        (
            "vestibule.workspace.id",
            noted.workspace.map(|id| id.to_string()),
        ),
        (
            "vestibule.connection.id",
            noted.connection.map(|id| id.to_string()),
        ),
        ("vestibule.client.id", noted.client.map(|id| id.to_string())),
    ];
    let there = ids
        .into_iter()
        .filter_map(|(name, id)| Some(KeyValue::new(name, id?)));
    attributes.extend(there);
    if let Some((outcome, reason)) = noted.outcome {
        attributes.push(KeyValue::new("vestibule.outcome", outcome));
        if !reason.is_empty() {
            attributes.push(KeyValue::new("vestibule.reason", reason));
        }
    }
    attributes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_found_by_the_digits_of_an_id() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let id = AttemptId::new(now);
        let own = Own::first_of(id);
        assert_eq!(format!("att_{}", own.trace), id.to_string());
        assert_eq!(own.span, Own::first_of(id).span, "the same on every server");
        assert_ne!(own.span, SpanId::INVALID);
        assert_ne!(own.another().span, own.span);
        assert_eq!(own.another().trace, own.trace);
    }

    #[test]
    fn without_a_collector_nothing_is_kept() {
        let traces = Traces(None);
        let now = Timestamp::UNIX_EPOCH;
        assert!(traces.begin("req_1", now).is_none());
        assert!(traces.step("verify").is_none());
        traces.here(|_| panic!("nobody listens"));
    }
}
