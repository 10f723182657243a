//! What came of sign-ins: in numbers, as a list, and one of them step by step.

use askama::Template;

use super::{Frame, Input, Pick, ReportRow};
use crate::{Svg, Text, When, chart, filters, lang, text};

/// How a sign-in stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptState {
    /// Somebody is in.
    SignedIn,
    /// It was refused.
    Refused,
    /// The browser is at the identity provider.
    UnderWay,
    /// It has been there for too long to come back.
    Gone,
}

impl AttemptState {
    fn label(self) -> &'static str {
        match self {
            Self::SignedIn => "attempt-signed-in",
            Self::Refused => "attempt-refused",
            Self::UnderWay => "attempt-under-way",
            Self::Gone => "attempt-gone",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::SignedIn => "attempt-signed-in-title",
            Self::Refused => "attempt-refused-title",
            Self::UnderWay => "attempt-under-way-title",
            Self::Gone => "attempt-gone-title",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::SignedIn => "attempt-signed-in-text",
            Self::Refused => "attempt-refused-text",
            Self::UnderWay => "attempt-under-way-text",
            Self::Gone => "attempt-gone-text",
        }
    }

    /// The colour beside the words and the icon.
    fn tone(self) -> &'static str {
        match self {
            Self::SignedIn => "good",
            Self::Refused => "bad",
            Self::UnderWay | Self::Gone => "",
        }
    }
}

/// Why a sign-in was refused, by the stable word of a check or a rule.
#[must_use]
pub fn refused_because(word: &str) -> Text {
    let slug = word.replace('_', "-");
    let (check, rule) = (format!("check-{slug}"), format!("why-{slug}"));
    if lang::is_known(&check) {
        text("why-check").with("check", Text::named(check))
    } else if lang::is_known(&rule) {
        Text::named(rule)
    } else {
        text("why-other").with("word", word)
    }
}

/// What one day has seen.
pub struct DayCount {
    /// The day, in UTC.
    pub date: Text,
    /// Sign-ins.
    pub succeeded: u64,
    /// Refusals.
    pub failed: u64,
}

/// The numbers above the list.
pub struct ActivityNumbers {
    /// Sign-ins and failures of the last 24 hours.
    pub last_24_hours: (u64, u64),
    /// Each day, the oldest first.
    pub days: Vec<DayCount>,
    /// How long the sign-in in the middle took.
    pub median: Option<Text>,
    /// How long the slowest took.
    pub worst: Option<Text>,
    /// When somebody last got in.
    pub last_sign_in: Option<When>,
    /// Until the first of the certificates ends; negative: since.
    pub certificate_days: Option<i64>,
    /// Whether everything is counted: of very many the oldest are not.
    pub is_complete: bool,
}

impl ActivityNumbers {
    fn succeeded(&self) -> u64 {
        self.days.iter().map(|day| day.succeeded).sum()
    }

    fn failed(&self) -> u64 {
        self.days.iter().map(|day| day.failed).sum()
    }

    fn most(&self) -> u64 {
        let all = self.days.iter().map(|day| day.succeeded + day.failed);
        all.max().unwrap_or_default()
    }

    fn chart(&self) -> Svg {
        let days = self.days.iter().map(|day| (day.succeeded, day.failed));
        chart::bars(&days.collect::<Vec<_>>())
    }

    fn summary(&self) -> Text {
        text("chart-summary")
            .with("succeeded", self.succeeded())
            .with("failed", self.failed())
            .with("most", self.most())
    }
}

/// What the list is narrowed down by. Gets `outcome` and `text`.
pub struct ActivityFilter {
    /// The page itself.
    pub action: String,
    /// `outcome`.
    pub outcomes: Vec<Pick>,
    /// `text`.
    pub text: Input,
    /// Everything again, where it is narrowed down.
    pub clear_href: Option<String>,
}

/// A sign-in in the list.
pub struct AttemptRow {
    /// All about it.
    pub href: String,
    /// How it stands.
    pub state: AttemptState,
    /// Who came in.
    pub who: Option<String>,
    /// Why it was refused.
    pub why: Option<Text>,
    /// When it began.
    pub begun: When,
    /// What the person may read out.
    pub reference: Option<String>,
    /// How long it took.
    pub took: Option<Text>,
}

/// What came of the sign-ins through a connection.
#[derive(Template)]
#[template(path = "settings/activity.html")]
pub struct SignInActivity {
    /// What is around the page.
    pub frame: Frame,
    /// The numbers; none where the list begins further back, or is narrowed down.
    pub numbers: Option<ActivityNumbers>,
    /// What the list is narrowed down by.
    pub filter: ActivityFilter,
    /// The sign-ins, the newest first.
    pub attempts: Vec<AttemptRow>,
    /// Where the list goes on.
    pub more_href: Option<String>,
    /// The beginning of the list, where this is not it.
    pub newest_href: Option<String>,
    /// The audit log.
    pub audit_href: String,
}

/// A step of a sign-in.
pub struct AttemptStory {
    /// What happened.
    pub what: Text,
    /// When.
    pub at: When,
    /// How long after the beginning.
    pub after: Option<Text>,
}

/// The response of a sign-in, as it arrived.
pub enum KeptResponse {
    /// It is not kept.
    None,
    /// It is, and to look at it is noted.
    Kept {
        /// Where it is shown.
        href: String,
        /// Until when it is kept.
        until: When,
    },
    /// The XML.
    Shown(String),
}

/// One sign-in, step by step.
#[derive(Template)]
#[template(path = "settings/attempt.html")]
pub struct AttemptReport {
    /// What is around the page.
    pub frame: Frame,
    /// How it stands.
    pub state: AttemptState,
    /// Why it was refused.
    pub why: Option<Text>,
    /// Who came in.
    pub who: Option<String>,
    /// The application that asked.
    pub application: Option<String>,
    /// What the person may read out.
    pub reference: Option<String>,
    /// When it began.
    pub begun: When,
    /// How long it took.
    pub took: Option<Text>,
    /// What happened, in order.
    pub story: Vec<AttemptStory>,
    /// The checks that did not hold.
    pub findings: Vec<ReportRow>,
    /// The others.
    pub others: Vec<ReportRow>,
    /// What arrived.
    pub response: KeptResponse,
    /// Where the settings are mended.
    pub settings_href: String,
    /// The list.
    pub back_href: String,
}
