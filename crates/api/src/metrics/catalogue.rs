//! Every metric there is, as documentation: what is exported is made from it, and a test holds the table in
//! docs/operations.md, the dashboard and the alert rules against it.

/// What a metric is, as the text format names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows, from the start of the process on.
    Counter,
    /// Goes up and down.
    Gauge,
    /// How many were so large.
    Histogram,
}

impl Kind {
    /// The word of the text format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// One metric. No label is ever anything that somebody outside can choose: routes are patterns, reasons are
/// words of the code.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// What it says.
    pub meaning: &'static str,
}

macro_rules! metrics {
    ($($constant:ident = $name:literal, $kind:ident, [$($label:literal),*], $meaning:literal;)+) => {
        $(pub(crate) const $constant: Metric = Metric {
            name: $name,
            kind: Kind::$kind,
            labels: &[$($label),*],
            meaning: $meaning,
        };)+

        /// Every metric there is.
        pub const METRICS: &[Metric] = &[$($constant),+];
    };
}

metrics! {
    REQUESTS = "vestibule_http_requests_total", Counter, ["route", "method", "status"],
        "requests that were answered, by the pattern of their route and the class of the status (2xx)";
    REQUEST_SECONDS = "vestibule_http_request_duration_seconds", Histogram, ["route", "method"],
        "how long it took until an answer was there to be sent";
    IN_FLIGHT = "vestibule_http_requests_in_flight", Gauge, [],
        "requests that are being answered at this moment";
    SIGN_INS = "vestibule_sign_ins_total", Counter, ["method", "outcome", "reason"],
        "sign-ins that came to an end (saml, local), signed_in or refused and by which word, or failed for a fault of ours; restarted is one that goes on under a newer revision, stray is what arrives at an ACS and belongs to none";
    SESSIONS = "vestibule_sessions_minted_total", Counter, ["by"],
        "sessions that were minted: by saml, local proof (password, passkey) or the word of an API key (api)";
    TOKENS = "vestibule_tokens_total", Counter, ["grant_type", "outcome"],
        "calls of the token endpoint by clients that are known: issued, refused, ended by the rules, reused";
    VERIFICATION = "vestibule_saml_verification_seconds", Histogram, ["outcome"],
        "how long it took to verify and validate a response, the wait for a thread included";
    TURNS_WAITING = "vestibule_saml_responses_waiting", Gauge, [],
        "responses that wait for their turn to be decoded or verified";
    TURNS_REFUSED = "vestibule_saml_responses_refused_total", Counter, [],
        "responses that were sent away with 503 because too many waited, or too many of one connection";
    THROTTLED = "vestibule_attempts_throttled_total", Counter, [],
        "tries at a password, a code or a link that were refused because there were too many before";
    STORE_THREADS = "vestibule_store_threads", Gauge, ["lane"],
        "threads of the archive, each with a connection: read and write, or all where one lane does both";
    STORE_BUSY = "vestibule_store_threads_busy", Gauge, ["lane"],
        "those of them that are in a transaction";
    STORE_WAITING = "vestibule_store_waiting", Gauge, ["lane"],
        "transactions that wait for a thread";
    STORE_LIMIT = "vestibule_store_waiting_limit", Gauge, ["lane"],
        "how many may wait; beyond it they are refused";
    STORE_REFUSED = "vestibule_store_refused_total", Counter, ["lane"],
        "transactions that were refused because so many waited";
    STORE_WAIT = "vestibule_store_wait_seconds", Histogram, ["lane"],
        "how long transactions waited for a thread before they began";
    DATABASE_UP = "vestibule_database_up", Gauge, [],
        "1 where the database answered when it was last asked, at most 30 s ago";
    REDIS_CALLS = "vestibule_redis_calls_total", Counter, [],
        "operations on Redis; absent where short-lived state is kept in the process";
    REDIS_FAILURES = "vestibule_redis_failures_total", Counter, [],
        "those of them that failed, or had no answer in time";
    REDIS_SECONDS = "vestibule_redis_seconds_total", Counter, [],
        "how long all of them took together";
    COPIES_HITS = "vestibule_copies_hits_total", Counter, ["copies"],
        "looks at a copy of the configuration that found a fresh one";
    COPIES_MISSES = "vestibule_copies_misses_total", Counter, ["copies"],
        "looks that found none, and read the archive";
    DEPARTURES = "vestibule_departures_waiting", Gauge, [],
        "sign-ins that have left for an identity provider and are not written down yet";
    DEPARTURES_DROPPED = "vestibule_departures_dropped_total", Counter, [],
        "those that were not kept because too many waited; they are written down when they return";
    CERTIFICATE_DAYS = "vestibule_certificate_days_left", Gauge, ["kind"],
        "days until the first certificate of a live connection ends that has not ended yet: of an identity provider (idp), or our own (service_provider); from the server that looks, every 6 hours";
    CERTIFICATES_ENDED = "vestibule_certificates_ended", Gauge, ["kind"],
        "certificates of live connections that have ended";
    WEBHOOKS_WAITING = "vestibule_webhooks_waiting", Gauge, [],
        "deliveries to webhooks that wait to be sent, of all servers";
    WEBHOOK_LANES_FAILING = "vestibule_webhook_lanes_failing", Gauge, [],
        "lanes (one workspace to one endpoint) whose oldest delivery could not be sent";
    WEBHOOKS_DISABLED = "vestibule_webhook_endpoints_disabled", Gauge, [],
        "webhook endpoints that were given up, or switched off with a reason";
    WEBHOOKS = "vestibule_webhook_deliveries_total", Counter, ["outcome"],
        "tries to send a delivery: delivered or failed";
    MAILS_WAITING = "vestibule_mails_waiting", Gauge, [],
        "mails that wait to be sent, of all servers";
    MAILS_FAILING = "vestibule_mails_failing", Gauge, [],
        "those of them that could not be sent at least once";
    MAILS = "vestibule_mails_total", Counter, ["outcome"],
        "tries to send a mail: sent, delayed or failed";
    LOGOUTS_WAITING = "vestibule_logouts_waiting", Gauge, [],
        "ended sessions whose application is still to be told";
    LOGOUTS = "vestibule_logouts_total", Counter, ["outcome"],
        "tries to tell an application of a sign-out: told, delayed or failed";
    AUDIT_UNSEALED = "vestibule_audit_unsealed", Gauge, [],
        "entries of the audit log that have no place in their chain yet";
    AUDIT_BROKEN = "vestibule_audit_chains_broken", Gauge, [],
        "chains of the audit log that are not what was written";
    JOB_LEADER = "vestibule_job_leader", Gauge, [],
        "1 where this server does what one of several has to do";
    JOB_SUCCESS = "vestibule_job_last_success_timestamp_seconds", Gauge, ["task"],
        "when a round last ended without a failure here, one with nothing to do included";
    JOB_FAILURES = "vestibule_job_failures_total", Counter, ["task"],
        "rounds that failed";
    BUILD = "vestibule_build_info", Gauge, ["version", "libxml2", "xmlsec", "openssl"],
        "1; which program this is";
    STARTED = "process_start_time_seconds", Gauge, [],
        "when the server started";
    CPU = "process_cpu_seconds_total", Counter, [],
        "processor time of the process";
    MEMORY = "process_resident_memory_bytes", Gauge, [],
        "memory of the process";
    FILES = "process_open_fds", Gauge, [],
        "open files and connections";
    FILES_LIMIT = "process_max_fds", Gauge, [],
        "how many there may be";
    PROCESS_THREADS = "process_threads", Gauge, [],
        "threads of the process";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_the_conventions_have_them() {
        for metric in METRICS {
            let name = metric.name;
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(name.chars().all(plain), "{name}");
            assert_eq!(
                metric.kind == Kind::Counter,
                name.ends_with("_total"),
                "{name}"
            );
            assert_eq!(
                METRICS.iter().filter(|one| one.name == name).count(),
                1,
                "{name}"
            );
            assert!(metric.meaning.len() > 2, "{name}");
        }
    }
}
