//! A Response that was not accepted.

use serde::{Deserialize, Serialize};

use crate::check::Check;
use crate::report::Report;

/// Why a Response was not accepted. `Display` says little, for whoever stands at the door; the
/// report says everything, for whoever may read it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the response was refused by the check {reason}")]
pub struct Refusal {
    /// Every rule.
    pub report: Report,
    /// The first that failed.
    pub reason: Check,
    /// What the IdP said, when it said that it failed.
    pub status: Option<StatusDetail>,
}

impl Refusal {
    /// A report with a failure in it; the rules not looked at are added as skipped.
    pub(crate) fn new(report: Report) -> Self {
        let report = report.complete();
        let reason = report
            .first_failure()
            .map_or(Check::ResponseFormat, |row| row.check);
        Self {
            report,
            reason,
            status: None,
        }
    }

    pub(crate) fn with_status(mut self, status: Option<StatusDetail>) -> Self {
        self.status = status;
        self
    }
}

/// A status other than success, as the IdP put it (Core §3.2.2.1). Nobody has verified it: show it
/// as text, and believe nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusDetail {
    /// Whose fault it is: the last part of `urn:oasis:names:tc:SAML:2.0:status:Responder`, or the
    /// whole of another code.
    pub code: String,
    /// What went wrong, likewise (`AuthnFailed`).
    pub nested: Option<String>,
    /// The IdP's own words.
    pub message: Option<String>,
}
