//! Where events may be sent to.

use jiff::SignedDuration;
use url::Url;
use vestibule_outbound::{Limits, Outbound};

use crate::{blocking::blocking, config::Config, problem::Problem, web_url};

/// For how long the secret before a rotation signs too.
pub(crate) const PREVIOUS_SIGNS_FOR: SignedDuration = SignedDuration::from_hours(24);

/// The JSON pointer of the URL.
const POINTER: &str = "/url";

/// The door out, and which URLs lead to it.
pub(crate) struct UrlCheck {
    outbound: Outbound,
    allow_private: bool,
}

impl UrlCheck {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            // 10 s in all, which the claim of a delivery outlives.
            outbound: Outbound::new(config.reach(), Limits::default()),
            allow_private: config.outbound_allow_private,
        }
    }

    pub(crate) fn outbound(&self) -> Outbound {
        self.outbound.clone()
    }

    /// Takes a URL that events may be sent to: https, or http to this machine for development; not into
    /// the network behind the firewall. A name that does not resolve is taken: it may soon, and it is
    /// looked at again before each delivery.
    ///
    /// # Errors
    /// `invalid-value` says what was expected.
    pub(crate) async fn check(&self, given: &str) -> Result<String, Problem> {
        let shown = |given: &str| given.chars().take(100).collect::<String>();
        let refused = |expected: &str| Problem::invalid(POINTER, expected, shown(given));
        let url = web_url::parse(given).map_err(refused)?;
        if url.scheme() != "https" && !self.allow_private {
            return Err(refused(
                "an https URL; http to this machine needs VESTIBULE_OUTBOUND_ALLOW_PRIVATE",
            ));
        }
        let (outbound, asked) = (self.outbound.clone(), Url::to_string(&url));
        let looked = blocking(move || outbound.check(&asked)).await?;
        match looked {
            Err(error) if error.is_refusal() => {
                let expected = format!("a URL that leads to the Internet ({error})");
                Err(Problem::invalid(POINTER, expected, shown(given)))
            }
            _ => Ok(given.to_owned()),
        }
    }
}
