//! Every setting there is, as documentation.

/// One setting as documentation: name without the prefix, default, meaning.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The name, without `VESTIBULE_`.
    pub name: &'static str,
    /// What holds when it is absent.
    pub default: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// Every setting there is.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "LISTEN",
        default: "127.0.0.1:8080",
        meaning: "the address and port to listen on",
    },
    Setting {
        name: "PUBLIC_URL",
        default: "http://<LISTEN>",
        meaning: "the URL people and IdPs reach the server at; https, or http for loopback",
    },
    Setting {
        name: "DATABASE_URL",
        default: "sqlite://./data/vestibule.db",
        meaning: "sqlite://<path> or postgres://user:password@host/database",
    },
    Setting {
        name: "DATABASE_URL_FILE",
        default: "none",
        meaning: "a file that holds DATABASE_URL; one of the two, never both",
    },
    Setting {
        name: "REDIS_URL",
        default: "none: short-lived state is kept in the process, for one server alone",
        meaning: "redis://host:6379 or rediss://…, where replicas share pending sign-ins; it may lose everything",
    },
    Setting {
        name: "REDIS_URL_FILE",
        default: "none",
        meaning: "a file that holds REDIS_URL; one of the two, never both",
    },
    Setting {
        name: "MASTER_KEY",
        default: "with SQLite: made at first start beside the database, mode 0600",
        meaning: "32 bytes in base64 that seal the secrets in the database; while it is rotated several, separated by commas: the first seals, all open (`vestibule keys reseal --help`)",
    },
    Setting {
        name: "MASTER_KEY_FILE",
        default: "none",
        meaning: "a file that holds MASTER_KEY; one of the two, never both",
    },
    Setting {
        name: "CLOCK_SKEW",
        default: "180",
        meaning: "seconds by which the clocks of an IdP and of this server may differ, 0 to 600",
    },
    Setting {
        name: "SSO_PLANS",
        default: "pro,premier",
        meaning: "the plans that include SSO, separated by commas",
    },
    Setting {
        name: "UPGRADE_CONTACT",
        default: "none",
        meaning: "whom to contact for an upgrade; an address or URL shown with plan-upgrade-required",
    },
    Setting {
        name: "SERVICE_NAME",
        default: "none",
        meaning: "what people sign in to: the name on our pages, in authenticator apps and in our metadata",
    },
    Setting {
        name: "BRAND_NAME",
        default: "none: SERVICE_NAME",
        meaning: "the name above our pages; a workspace may have its own brand (`branding`)",
    },
    Setting {
        name: "BRAND_COLOUR",
        default: "none: blue",
        meaning: "the colour of buttons and links, rrggbb or #rrggbb; where it cannot be read our pages take a darker or lighter shade",
    },
    Setting {
        name: "BRAND_LOGO",
        default: "none: the name stands there",
        meaning: "the path of a PNG or SVG file of at most 100 KB, read and checked at start",
    },
    Setting {
        name: "SERVICE_CONTACT",
        default: "none",
        meaning: "an e-mail address for the admins of identity providers, in our metadata and where a setup link is over",
    },
    Setting {
        name: "SMTP_URL",
        default: "none: links to set a password are handed back to whoever asks for them",
        meaning: "smtps://user:password@host or smtp://… (STARTTLS, except for loopback): how mail is sent",
    },
    Setting {
        name: "SMTP_URL_FILE",
        default: "none",
        meaning: "a file that holds SMTP_URL; one of the two, never both",
    },
    Setting {
        name: "MAIL_FROM",
        default: "none; needed with SMTP_URL",
        meaning: "whom mail comes from: an e-mail address, or `Name <address>`",
    },
    Setting {
        name: "DNS_RESOLVER",
        default: "the system's resolvers",
        meaning: "the address and port of the DNS resolver that TXT records of domains are asked of",
    },
    Setting {
        name: "TRUSTED_PROXIES",
        default: "none: nobody's forwarding headers count",
        meaning: "addresses and networks (10.0.0.0/8) of the proxies whose X-Forwarded-For is believed, separated by commas",
    },
    Setting {
        name: "OUTBOUND_ALLOW_PRIVATE",
        default: "off",
        meaning: "on: metadata may be fetched from loopback and private addresses too, webhooks sent and applications told of sign-outs there; for development",
    },
    Setting {
        name: "AUDIT_RETENTION_DAYS",
        default: "none: the audit log is kept for ever",
        meaning: "for how many days entries of the audit log are kept, 30 to 3650, where a workspace does not say otherwise",
    },
    Setting {
        name: "AUDIT_FILE",
        default: "none",
        meaning: "the path of a file that every entry of the audit log is appended to as well, one JSON object a line, for a SIEM",
    },
    Setting {
        name: "MIGRATE",
        default: "on",
        meaning: "on: `serve` brings the schema up to date at start; off: do it with `vestibule migrate`",
    },
    Setting {
        name: "DRAIN_SECONDS",
        default: "0; 4 with Redis",
        meaning: "how long a server that gets SIGTERM goes on answering while `/readyz` says 503, so that a load balancer takes it out first, 0 to 60",
    },
    Setting {
        name: "DATABASE_CONNECTIONS",
        default: "4",
        meaning: "connections to Postgres, or readers of SQLite, 1 to 64",
    },
    Setting {
        name: "METRICS_LISTEN",
        default: "none",
        meaning: "address and port where Prometheus reads metrics (GET /metrics, docs/operations.md); not for the internet",
    },
    Setting {
        name: "OTLP_ENDPOINT",
        default: "none",
        meaning: "the URL of a collector that traces of sign-ins are sent to, by OTLP over HTTP (<URL>/v1/traces)",
    },
    Setting {
        name: "LOG",
        default: "info",
        meaning: "what is logged, as a tracing filter (`info`, `debug`, `vestibule_api=debug,warn`)",
    },
    Setting {
        name: "LOG_FORMAT",
        default: "json",
        meaning: "json or pretty",
    },
];
