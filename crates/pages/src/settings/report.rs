//! The report of a test.

use askama::Template;

use super::Frame;
use crate::{Text, When, filters};

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOutcome {
    /// It held.
    Pass,
    /// It held, but look at this.
    Warn,
    /// It did not hold.
    Fail,
    /// It was not made.
    Skipped,
}

impl RowOutcome {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skipped => "skipped",
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pass => "outcome-pass",
            Self::Warn => "outcome-warn",
            Self::Fail => "outcome-fail",
            Self::Skipped => "outcome-skipped",
        }
    }

    /// Whether there is something to say about it.
    pub(crate) fn wants_words(self) -> bool {
        matches!(self, Self::Warn | Self::Fail)
    }
}

/// One check.
pub struct ReportRow {
    /// What was checked.
    pub check: Text,
    /// How it came out.
    pub outcome: RowOutcome,
    /// What was expected.
    pub expected: Option<String>,
    /// What came.
    pub received: Option<String>,
    /// What to change, and where.
    pub remedy: Option<String>,
    /// The part of the specification.
    pub reference: String,
}

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestVerdict {
    /// Nobody has come back from the identity provider yet.
    Pending,
    /// Every check held.
    Passed,
    /// One did not.
    Failed,
    /// It ran out of time, or newer settings were saved.
    Expired,
}

/// The report of a test.
#[derive(Template)]
#[template(path = "settings/report.html")]
pub struct TestReport {
    /// What is around the page.
    pub frame: Frame,
    /// How it ended.
    pub verdict: TestVerdict,
    /// What support asks for.
    pub reference: String,
    /// When it was begun.
    pub begun: When,
    /// The NameID that came.
    pub name_id: Option<String>,
    /// The address that was asserted.
    pub email: Option<String>,
    /// The identity provider's entity ID, as it was learned.
    pub idp_entity_id: Option<String>,
    /// The checks that did not hold, or that deserve a look.
    pub findings: Vec<ReportRow>,
    /// The others.
    pub others: Vec<ReportRow>,
    /// Where the test is gone on with, while it is pending.
    pub start_href: Option<String>,
    /// Where it is begun anew (POST).
    pub again: Option<String>,
    /// Where the settings are mended.
    pub settings_href: String,
    /// What enabling would do.
    pub enable_href: Option<String>,
    /// "This is me", for the admin who was asserted.
    pub this_is_me_href: Option<String>,
    /// Where who set it up by a link goes when it is done.
    pub return_href: Option<String>,
    /// Where the page asks by itself whether it is over, while it is pending.
    pub state_href: Option<String>,
    /// Whether the browser goes on to the identity provider by itself: a form must not lead there, because
    /// a content security policy holds `form-action` against every redirect that follows.
    pub leaves: bool,
}

impl TestReport {
    fn title(&self) -> &'static str {
        match self.verdict {
            TestVerdict::Pending => "report-pending-title",
            TestVerdict::Passed => "report-passed-title",
            TestVerdict::Failed => "report-failed-title",
            TestVerdict::Expired => "report-expired-title",
        }
    }

    fn text(&self) -> &'static str {
        match self.verdict {
            TestVerdict::Pending => "report-pending-text",
            TestVerdict::Passed => "report-passed-text",
            TestVerdict::Failed => "report-failed-text",
            TestVerdict::Expired => "report-expired-text",
        }
    }
}
