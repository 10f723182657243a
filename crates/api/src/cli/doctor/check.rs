//! One row of the report, and what comes of all of them.

use serde::Serialize;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    Ok,
    /// It works, and should be seen to.
    Warn,
    /// It does not work.
    Fail,
    /// It could not be looked at, or there is nothing to look at.
    Skipped,
}

/// One row.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Check {
    /// What was looked at: a stable word.
    pub(super) check: &'static str,
    pub(super) outcome: Outcome,
    pub(super) expected: String,
    pub(super) found: String,
    /// What to do; none where nothing is to be done.
    pub(super) remedy: Option<String>,
}

impl Check {
    pub(super) fn ok(check: &'static str, expected: &str, found: impl Into<String>) -> Self {
        Self::of(check, Outcome::Ok, expected, found.into(), None)
    }

    pub(super) fn warn(
        check: &'static str,
        expected: &str,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let remedy = Some(remedy.into());
        Self::of(check, Outcome::Warn, expected, found.into(), remedy)
    }

    pub(super) fn fail(
        check: &'static str,
        expected: &str,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let remedy = Some(remedy.into());
        Self::of(check, Outcome::Fail, expected, found.into(), remedy)
    }

    pub(super) fn skipped(check: &'static str, why: impl Into<String>) -> Self {
        Self::of(check, Outcome::Skipped, "", why.into(), None)
    }

    fn of(
        check: &'static str,
        outcome: Outcome,
        expected: &str,
        found: String,
        remedy: Option<String>,
    ) -> Self {
        Self {
            check,
            outcome,
            expected: expected.to_owned(),
            found,
            remedy,
        }
    }
}
