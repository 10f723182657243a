//! The way to the collector: OTLP over HTTP with protobuf, from a thread of its own.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use opentelemetry::KeyValue;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{
    ExporterBuildError, Protocol, SpanExporter, WithExportConfig, WithHttpConfig,
};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, SpanProcessor},
};
use tracing::warn;
use vestibule_outbound::{Limits, Outbound, Reach};

/// How many spans may wait: some seconds of a busy server. What is more is not told.
const WAITING: usize = 8_192;
const TOGETHER: usize = 512;
/// How long they are gathered.
const EVERY: Duration = Duration::from_secs(2);
/// How long the collector may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why nothing can be sent there.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TracesError(#[from] ExporterBuildError);

/// What takes spans and sends them to `endpoint`.
pub(super) fn processor(
    endpoint: &str,
    version: &'static str,
) -> Result<BatchSpanProcessor, TracesError> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{endpoint}/v1/traces"))
        .with_timeout(PATIENCE)
        .with_http_client(Door::new())
        .build()?;
    let config = BatchConfigBuilder::default()
        .with_max_queue_size(WAITING)
        .with_max_export_batch_size(TOGETHER)
        .with_scheduled_delay(EVERY)
        .build();
    let mut processor = BatchSpanProcessor::builder(exporter)
        .with_batch_config(config)
        .build();
    let resource = Resource::builder_empty()
        .with_service_name("vestibule")
        .with_attribute(KeyValue::new("service.version", version))
        .build();
    processor.set_resource(&resource);
    Ok(processor)
}

/// The library's requests by our own client: one way out, one TLS. The collector is the operator's own, so it may be
/// on a private address.
#[derive(Debug)]
struct Door {
    outbound: Outbound,
    failing: AtomicBool,
}

impl Door {
    fn new() -> Self {
        let limits = Limits {
            total: PATIENCE,
            ..Limits::default()
        };
        Self {
            outbound: Outbound::new(Reach::private_too(), limits),
            failing: AtomicBool::new(false),
        }
    }

    /// One line when it begins to fail, not one for each.
    fn note(&self, failed: Option<&str>) {
        let was = self.failing.swap(failed.is_some(), Ordering::Relaxed);
        if let Some(reason) = failed.filter(|_| !was) {
            warn!(reason, "traces could not be sent (VESTIBULE_OTLP_ENDPOINT)");
        }
    }
}

#[async_trait]
impl HttpClient for Door {
    /// Blocks: only the thread of the processor calls it.
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let url = request.uri().to_string();
        let headers = request.headers().iter();
        let headers: Vec<_> = headers
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
            .collect();
        let sent = self.outbound.post_with(&url, &headers, request.body());
        match sent {
            Ok(status) => {
                let refused =
                    (!(200..300).contains(&status)).then(|| format!("HTTP status {status}"));
                self.note(refused.as_deref());
                Ok(Response::builder().status(status).body(Bytes::new())?)
            }
            Err(error) => {
                self.note(Some(&error.to_string()));
                Err(Box::new(error))
            }
        }
    }
}
