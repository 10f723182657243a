//! What is counted while the server works, and how it is read: Prometheus' text format on a listener of its
//! own (docs/operations.md).
//!
//! Counting costs a few atomic additions: no text is made and nothing waits. The crates below know no metrics;
//! they keep plain numbers, which are read when somebody asks.

mod backlog;
mod catalogue;
mod families;
mod listener;
mod make;
mod process;
mod routes;
mod scrape;

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use prometheus::{Error, Histogram, HistogramVec, IntCounter, IntCounterVec, Registry};
use vestibule_jobs::Board;

use backlog::Backlogs;
pub use catalogue::{Kind, METRICS, Metric};
pub(crate) use listener::listen;
use routes::Routes;

/// From a small response that is refused at once to one of half a MiB, in seconds.
const VERIFICATION_BUCKETS: [f64; 12] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0,
];

/// By what a session was minted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum MintedBy {
    Saml,
    Local,
    Api,
}

impl MintedBy {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Saml => "saml",
            Self::Local => "local",
            Self::Api => "api",
        }
    }
}

/// When the certificates of one kind end.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ends {
    /// The first end that is still to come.
    pub(crate) next: Option<Timestamp>,
    /// How many have ended.
    pub(crate) ended: u32,
}

impl Ends {
    /// One certificate more.
    pub(crate) fn note(&mut self, not_after: Timestamp, now: Timestamp) {
        if not_after <= now {
            self.ended = self.ended.saturating_add(1);
        } else if self.next.is_none_or(|next| not_after < next) {
            self.next = Some(not_after);
        }
    }
}

/// When the certificates of everything that is live end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CertificateEnds {
    pub(crate) looked_at: Timestamp,
    pub(crate) idp: Ends,
    pub(crate) service_provider: Ends,
}

/// What this server counts.
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) routes: Routes,
    sign_ins: IntCounterVec,
    sessions: IntCounterVec,
    tokens: IntCounterVec,
    accepted: Histogram,
    refused: Histogram,
    throttled: IntCounter,
    webhooks: IntCounterVec,
    mails: IntCounterVec,
    logouts: IntCounterVec,
    certificates: Mutex<Option<CertificateEnds>>,
    /// How the jobs fare.
    pub(crate) jobs: Board,
    backlog: Backlogs,
    build: Build,
    started: Timestamp,
}

/// Which program this is.
pub(crate) struct Build {
    pub(crate) libxml2: String,
    pub(crate) xmlsec: String,
    pub(crate) openssl: String,
}

impl Metrics {
    /// Nothing counted yet.
    ///
    /// # Errors
    /// When the catalogue names something twice, or by a name that cannot be.
    pub(crate) fn new(build: Build, now: Timestamp) -> Result<Self, Error> {
        let registry = Registry::new();
        let counters = |metric| make::counters(&registry, metric);
        let verification: HistogramVec =
            make::histograms(&registry, &catalogue::VERIFICATION, &VERIFICATION_BUCKETS)?;
        let throttled = counters(&catalogue::THROTTLED)?;
        // From nothing on, so that the first failure is a rise.
        let from_nothing = |metric, outcomes: &[&'static str]| {
            let counter = counters(metric)?;
            for outcome in outcomes {
                counter.with_label_values(&[*outcome]);
            }
            Ok::<_, Error>(counter)
        };
        Ok(Self {
            routes: Routes::new(&registry)?,
            sign_ins: counters(&catalogue::SIGN_INS)?,
            sessions: counters(&catalogue::SESSIONS)?,
            tokens: counters(&catalogue::TOKENS)?,
            accepted: verification.with_label_values(&["accepted"]),
            refused: verification.with_label_values(&["refused"]),
            throttled: throttled.with_label_values::<&str>(&[]),
            webhooks: from_nothing(&catalogue::WEBHOOKS, &["delivered", "failed"])?,
            mails: from_nothing(&catalogue::MAILS, &["sent", "delayed", "failed"])?,
            logouts: from_nothing(&catalogue::LOGOUTS, &["told", "delayed", "failed"])?,
            certificates: Mutex::default(),
            jobs: Board::default(),
            backlog: Backlogs::default(),
            build,
            started: now,
            registry,
        })
    }

    /// Somebody has come in, and has a session.
    pub(crate) fn signed_in(&self, by: MintedBy) {
        self.sign_in(by, "signed_in", "");
        self.minted(by);
    }

    /// A sign-in has come to an end, or gone on otherwise. What stands for text is a word of the code: nothing
    /// that somebody sends lives as long as the program.
    pub(crate) fn sign_in(&self, method: MintedBy, outcome: &'static str, reason: &'static str) {
        let labels = [method.as_str(), outcome, reason];
        self.sign_ins.with_label_values(&labels).inc();
    }

    /// A session was minted.
    pub(crate) fn minted(&self, by: MintedBy) {
        self.sessions.with_label_values(&[by.as_str()]).inc();
    }

    /// A known client has called the token endpoint.
    pub(crate) fn token(&self, grant_type: &'static str, outcome: &'static str) {
        self.tokens.with_label_values(&[grant_type, outcome]).inc();
    }

    /// A response was verified and validated.
    pub(crate) fn verified(&self, accepted: bool, took: Duration) {
        let histogram = if accepted {
            &self.accepted
        } else {
            &self.refused
        };
        histogram.observe(took.as_secs_f64());
    }

    /// A try was refused because of too many others.
    pub(crate) fn throttled(&self) {
        self.throttled.inc();
    }

    pub(crate) fn webhook(&self, outcome: &'static str) {
        self.webhooks.with_label_values(&[outcome]).inc();
    }

    pub(crate) fn mail(&self, outcome: &'static str) {
        self.mails.with_label_values(&[outcome]).inc();
    }

    pub(crate) fn logout(&self, outcome: &'static str) {
        self.logouts.with_label_values(&[outcome]).inc();
    }

    /// The certificates of everything that is live were looked at.
    pub(crate) fn certificates(&self, ends: CertificateEnds) {
        *self
            .certificates
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(ends);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_first_end_that_is_still_to_come_counts() {
        let now = at("2026-03-01T00:00:00Z");
        let mut ends = Ends::default();
        for end in [
            "2027-01-01T00:00:00Z",
            "2025-01-01T00:00:00Z",
            "2026-04-01T00:00:00Z",
        ] {
            ends.note(at(end), now);
        }
        assert_eq!(ends.next, Some(at("2026-04-01T00:00:00Z")));
        assert_eq!(ends.ended, 1);
    }

    #[test]
    fn the_catalogue_can_be_registered() {
        let build = || Build {
            libxml2: String::new(),
            xmlsec: String::new(),
            openssl: String::new(),
        };
        let metrics = Metrics::new(build(), at("2026-03-01T00:00:00Z")).unwrap();
        metrics.signed_in(MintedBy::Saml);
        metrics.sign_in(MintedBy::Local, "refused", "password-wrong");
        assert_eq!(
            metrics
                .sign_ins
                .with_label_values(&["saml", "signed_in", ""])
                .get(),
            1
        );
        assert_eq!(metrics.sessions.with_label_values(&["saml"]).get(), 1);
    }
}
