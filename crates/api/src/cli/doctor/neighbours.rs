//! What the server talks to: Redis, the mail server, and the world that talks to it.

use std::time::Duration;

use serde_json::Value;
use url::Url;
use vestibule_outbound::{Limits, NamedServer, is_loopback};
use vestibule_state::{Limits as StateLimits, Redis, StateError};

use crate::{cli::doctor::check::Check, config::Config, server::REDIS_NAMESPACE};

/// The oldest Redis that is supported.
const REDIS: u32 = 7;
/// How long the server at the public URL may take.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn redis(config: &Config) -> Check {
    const CHECK: &str = "redis";
    let expected = "Redis 7 or newer that answers, takes writes and evicts nothing (noeviction)";
    let Some(url) = &config.redis_url else {
        let why = "none is set: short-lived state is kept in the process, for one server alone";
        return Check::skipped(CHECK, why);
    };
    let facts = match Redis::open(url.expose(), REDIS_NAMESPACE, StateLimits::default()) {
        Ok(redis) => redis.facts().await,
        Err(error) => Err(error),
    };
    match facts {
        Err(StateError::Config(found)) => {
            let remedy =
                "mend VESTIBULE_REDIS_URL: redis://host:6379 or rediss://user:password@host:6380";
            Check::fail(CHECK, expected, found, remedy)
        }
        Err(error) => {
            let remedy = "see that Redis runs, that VESTIBULE_REDIS_URL names it, and that user and \
                          password are right; until then nobody signs in";
            Check::fail(CHECK, expected, error.to_string(), remedy)
        }
        Ok(facts) => {
            let found = format!("version {}, {}", facts.version, facts.eviction);
            if facts.major() < REDIS {
                Check::fail(CHECK, expected, found, "move to Redis 7 or newer")
            } else if !facts.writable {
                let found = format!("{found}, a replica");
                let remedy = "name the primary server in VESTIBULE_REDIS_URL";
                Check::fail(CHECK, expected, found, remedy)
            } else if facts.eviction != "noeviction" && !facts.eviction.starts_with("volatile-ttl")
            {
                let remedy = "CONFIG SET maxmemory-policy noeviction, and in redis.conf: with another \
                              policy a sign-in that is under way, or a count of attempts, may be dropped";
                Check::warn(CHECK, expected, found, remedy)
            } else {
                Check::ok(CHECK, expected, found)
            }
        }
    }
}

pub(super) fn public_url(config: &Config) -> Check {
    const CHECK: &str = "public_url";
    let expected = "https, or http for loopback alone";
    let shown = config.public_url.as_str();
    match Url::parse(shown) {
        Ok(url) if url.scheme() == "https" => Check::ok(CHECK, expected, shown),
        Ok(url) if is_loopback(&url) => {
            let remedy = "before anybody else is to reach it, set VESTIBULE_PUBLIC_URL to its https URL: \
                          entity IDs and ACS URLs are made of it";
            Check::warn(CHECK, "https, where others are to reach it", shown, remedy)
        }
        _ => {
            let remedy =
                "set VESTIBULE_PUBLIC_URL to the https URL that people and IdPs reach it at";
            Check::fail(CHECK, expected, shown, remedy)
        }
    }
}

/// Whether it is us who answer at the public URL.
pub(super) async fn discovery(config: &Config) -> Check {
    const CHECK: &str = "discovery";
    let expected = "this server's OpenID configuration at the public URL, with the same issuer";
    let path = "/.well-known/openid-configuration";
    let url = config.public_url.clone();
    let limits = Limits {
        max_bytes: 1024 * 1024,
        max_redirects: 0,
        connect: PATIENCE,
        total: PATIENCE,
    };
    let asked = move || NamedServer::new(&url, limits)?.send("GET", path, &[], &[]);
    let answer = match actix_web::rt::task::spawn_blocking(asked).await {
        Ok(Ok(reply)) => reply,
        Ok(Err(error)) => {
            let remedy = "start the server, and see that the name, the reverse proxy and its certificate \
                          lead to it; where it does not run yet, nothing is wrong";
            return Check::warn(CHECK, expected, error.to_string(), remedy);
        }
        Err(error) => return Check::skipped(CHECK, error.to_string()),
    };
    let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match document.get("issuer").and_then(Value::as_str) {
        Some(issuer) if issuer == config.public_url => Check::ok(CHECK, expected, issuer),
        Some(issuer) => Check::fail(
            CHECK,
            expected,
            format!("the issuer {issuer}"),
            "give the server that runs there the same VESTIBULE_PUBLIC_URL, or name the right one here",
        ),
        None => Check::fail(
            CHECK,
            expected,
            format!("HTTP status {} and no issuer", answer.status),
            "see what answers there: it is not Vestibule, or the reverse proxy does not pass the path on",
        ),
    }
}

pub(super) async fn mail(config: &Config) -> Check {
    const CHECK: &str = "mail";
    let expected = "a mail server that takes our name, by TLS unless it is this machine";
    let Some(settings) = &config.mail else {
        let why = "none is set: links to set a password are handed back to whoever asks for them";
        return Check::skipped(CHECK, why);
    };
    let mailer = settings.mailer().clone();
    match mailer.check().await {
        Ok(()) => Check::ok(CHECK, expected, mailer.shown()),
        Err(error) => Check::fail(
            CHECK,
            expected,
            error.to_string(),
            "see that VESTIBULE_SMTP_URL names the server, its port and the way to TLS (smtps:// or \
             smtp:// with STARTTLS), and that user and password are right",
        ),
    }
}
