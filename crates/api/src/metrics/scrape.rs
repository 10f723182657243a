//! Everything that is known at this moment, as text.

use std::sync::PoisonError;

use jiff::{SignedDuration, Timestamp};
use prometheus::{Error, TextEncoder};

use super::{
    CertificateEnds, Ends, Metrics, catalogue as names, families::Families, process::Process,
};
use crate::service::Service;

/// What the job saw longer ago than two of its rounds, somebody else looks at now.
const CERTIFICATES_KEPT: SignedDuration = SignedDuration::from_hours(13);
const DAY: f64 = 86_400.0;

/// What Prometheus reads: its text format, version 0.0.4.
///
/// # Errors
/// When two metrics contradict each other.
pub(super) async fn text(service: &Service, now: Timestamp) -> Result<String, Error> {
    let metrics = &service.metrics;
    let mut families = Families::default();
    store(&mut families, service).await;
    state(&mut families, service);
    copies(&mut families, service);
    turns(&mut families, service);
    certificates(&mut families, metrics, now);
    jobs(&mut families, metrics);
    process(&mut families, metrics);
    let mut all = metrics.registry.gather();
    all.extend(families.into_inner());
    all.sort_by(|one, other| one.name().cmp(other.name()));
    TextEncoder::new().encode_to_string(&all)
}

#[expect(
    clippy::as_conversions,
    reason = "a number for a chart; beyond 2^53 it is rounded"
)]
const fn number(count: u64) -> f64 {
    count as f64
}

fn size(count: usize) -> f64 {
    number(u64::try_from(count).unwrap_or(u64::MAX))
}

fn rows(count: i64) -> f64 {
    number(u64::try_from(count).unwrap_or(0))
}

fn bit(is: bool) -> f64 {
    f64::from(u8::from(is))
}

#[expect(
    clippy::as_conversions,
    reason = "microseconds since 1970 are exact for centuries"
)]
fn seconds(at: Timestamp) -> f64 {
    at.as_microsecond() as f64 / 1e6
}

async fn store(families: &mut Families, service: &Service) {
    for lane in service.store.numbers() {
        let mut of = |metric, value| families.by(metric, [(lane.lane, value)]);
        of(&names::STORE_THREADS, size(lane.threads));
        of(&names::STORE_BUSY, size(lane.busy));
        of(&names::STORE_WAITING, size(lane.waiting));
        of(&names::STORE_LIMIT, size(lane.capacity));
        of(&names::STORE_REFUSED, number(lane.refused));
        families.waits(&names::STORE_WAIT, lane.lane, &lane.waits);
    }
    let backlog = service.metrics.backlog.read(&service.store).await;
    families.one(&names::DATABASE_UP, Some(bit(backlog.is_some())));
    let Some(backlog) = backlog else { return };
    for (metric, count) in [
        (&names::WEBHOOKS_WAITING, backlog.webhooks),
        (&names::WEBHOOK_LANES_FAILING, backlog.webhook_lanes_failing),
        (
            &names::WEBHOOKS_DISABLED,
            backlog.webhook_endpoints_disabled,
        ),
        (&names::MAILS_WAITING, backlog.mails),
        (&names::MAILS_FAILING, backlog.mails_failing),
        (&names::LOGOUTS_WAITING, backlog.logouts),
        (&names::AUDIT_UNSEALED, backlog.audit_unsealed),
        (&names::AUDIT_BROKEN, backlog.audit_chains_broken),
    ] {
        families.one(metric, Some(rows(count)));
    }
}

fn state(families: &mut Families, service: &Service) {
    let Some(calls) = service.state.calls() else {
        return;
    };
    families.one(&names::REDIS_CALLS, Some(number(calls.total)));
    families.one(&names::REDIS_FAILURES, Some(number(calls.failed)));
    families.one(&names::REDIS_SECONDS, Some(calls.took.as_secs_f64()));
}

fn copies(families: &mut Families, service: &Service) {
    let mut all = service.configuration.looks().to_vec();
    all.push(("revision_keys", service.revision_keys.looks()));
    for (copies, looks) in all {
        families.by(&names::COPIES_HITS, [(copies, number(looks.hits))]);
        families.by(&names::COPIES_MISSES, [(copies, number(looks.misses))]);
    }
    let (waiting, dropped) = service.departures.numbers();
    families.one(&names::DEPARTURES, Some(size(waiting)));
    families.one(&names::DEPARTURES_DROPPED, Some(number(dropped)));
}

fn turns(families: &mut Families, service: &Service) {
    let (waiting, refused) = service.turns.numbers();
    families.one(&names::TURNS_WAITING, Some(size(waiting)));
    families.one(&names::TURNS_REFUSED, Some(number(refused)));
}

fn certificates(families: &mut Families, metrics: &Metrics, now: Timestamp) {
    let kept = *metrics
        .certificates
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let fresh = |ends: &CertificateEnds| now.duration_since(ends.looked_at) < CERTIFICATES_KEPT;
    let Some(ends) = kept.filter(fresh) else {
        return;
    };
    let of = |families: &mut Families, kind, Ends { next, ended }: Ends| {
        if let Some(next) = next {
            let days = next.duration_since(now).as_secs_f64() / DAY;
            families.by(&names::CERTIFICATE_DAYS, [(kind, days)]);
        }
        families.by(&names::CERTIFICATES_ENDED, [(kind, f64::from(ended))]);
    };
    of(families, "idp", ends.idp);
    of(families, "service_provider", ends.service_provider);
}

fn jobs(families: &mut Families, metrics: &Metrics) {
    families.one(&names::JOB_LEADER, Some(bit(metrics.jobs.leads())));
    for (job, numbers) in metrics.jobs.numbers() {
        families.by(&names::JOB_FAILURES, [(job, number(numbers.failures))]);
        let succeeded = numbers.succeeded_at.map(|at| (job, seconds(at)));
        families.by(&names::JOB_SUCCESS, succeeded);
    }
}

fn process(families: &mut Families, metrics: &Metrics) {
    let build = &metrics.build;
    let values = [
        env!("CARGO_PKG_VERSION"),
        &build.libxml2,
        &build.xmlsec,
        &build.openssl,
    ];
    families.all(&names::BUILD, [(&values[..], 1.0)]);
    families.one(&names::STARTED, Some(seconds(metrics.started)));
    let process = Process::read();
    families.one(&names::CPU, Some(process.cpu_seconds));
    families.one(&names::MEMORY, process.resident_bytes.map(number));
    families.one(&names::PROCESS_THREADS, process.threads.map(number));
    families.one(&names::FILES, process.open_files.map(number));
    families.one(&names::FILES_LIMIT, process.max_files.map(number));
}
