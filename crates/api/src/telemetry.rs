//! Logs: one JSON object a line, or text for people, on standard error.
//!
//! Never logged: tokens, codes, secrets, assertions, NameIDs, e-mail addresses, request bodies,
//! query strings and the paths of bearer URLs (docs/logging.md).

use std::io::{IsTerminal as _, stderr};

use tracing_subscriber::{EnvFilter, filter::ParseError};

use crate::config::{Config, LogFormat};

/// Starts logging; a second call changes nothing.
///
/// # Errors
/// [`ParseError`] when `VESTIBULE_LOG` is not a filter.
pub(crate) fn start(config: &Config) -> Result<(), ParseError> {
    // What this library says below a warning holds the answers of passkeys.
    let quiet = "webauthn_rs_core=warn".parse()?;
    let filter = EnvFilter::try_new(&config.log)?.add_directive(quiet);
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .with_target(false)
        .with_ansi(stderr().is_terminal());
    let result = match config.log_format {
        LogFormat::Json => subscriber
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .try_init(),
        LogFormat::Pretty => subscriber.compact().try_init(),
    };
    // Only a subscriber that is there already can make this fail, and then logs have a place to go.
    drop(result);
    Ok(())
}
