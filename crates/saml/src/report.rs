//! The report: every rule, how it ended, what was expected and received, and how to mend it.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::check::Check;
use crate::provider::Provider;
use crate::remedies::{Fix, Side};

/// How one rule ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It holds, with something an admin should know.
    Warn,
    /// It does not hold: the Response is refused.
    Fail,
    /// It was not looked at: it does not apply, or an earlier failure makes it meaningless.
    Skipped,
}

impl Outcome {
    /// Its stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skipped => "skipped",
        }
    }
}

/// One rule of a report, stored without what its check says (where the rule is written) and what there is
/// not: one is kept of every sign-in. What was received is the sender's text, cut to 300 characters and with
/// control characters escaped; show it as text.
#[derive(Debug, Clone, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The rule.
    pub check: Check,
    /// How it ended.
    pub outcome: Outcome,
    /// What should have been there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<String>,
    /// How to mend it, for the admin of the IdP or of the workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// Who has to; on every row that fails or warns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// What the remedy was made of; a stored row has forgotten it.
    #[serde(skip)]
    mend: Option<Box<Mend>>,
}

/// What is to be mended, and a difference that a person would overlook.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mend {
    fix: Fix,
    hint: &'static str,
}

impl Mend {
    fn words(&self, provider: Provider) -> String {
        self.fix.words(provider) + self.hint
    }
}

/// Rows are the same when they read the same.
impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        (self.check, self.outcome, self.side) == (other.check, other.outcome, other.side)
            && self.expected == other.expected
            && self.received == other.received
            && self.remedy == other.remedy
    }
}

impl Row {
    #[inline(never)]
    fn new(check: Check, outcome: Outcome) -> Self {
        Self {
            check,
            outcome,
            expected: None,
            received: None,
            remedy: None,
            side: None,
            mend: None,
        }
    }

    pub(crate) fn pass(check: Check) -> Self {
        Self::new(check, Outcome::Pass)
    }

    /// Out of the way: what is made of a failure stands in nearly every rule, and should not lie between
    /// the instructions of a sign-in that is let in.
    #[cold]
    #[inline(never)]
    pub(crate) fn fail(check: Check) -> Self {
        Self::new(check, Outcome::Fail)
    }

    pub(crate) fn warn(check: Check) -> Self {
        Self::new(check, Outcome::Warn)
    }

    pub(crate) fn skipped(check: Check) -> Self {
        Self::new(check, Outcome::Skipped)
    }

    pub(crate) fn expected<'t>(mut self, text: impl Into<Cow<'t, str>>) -> Self {
        self.expected = Some(fit_to_show(text.into()));
        self
    }

    pub(crate) fn received<'t>(mut self, text: impl Into<Cow<'t, str>>) -> Self {
        self.received = Some(fit_to_show(text.into()));
        self
    }

    /// What is to be mended, and with it by whom and in which words.
    pub(crate) fn mend(self, fix: Fix) -> Self {
        self.mend_with(fix, "")
    }

    #[inline(never)]
    fn mend_with(mut self, fix: Fix, hint: &'static str) -> Self {
        let mend = Mend { fix, hint };
        self.side = Some(mend.fix.side());
        self.remedy = Some(mend.words(Provider::Generic));
        self.mend = Some(Box::new(mend));
        self
    }

    /// A value that must be exactly the expected one. The remedy is asked for only when it is not,
    /// and ends with the difference where that is small enough to be overlooked.
    pub(crate) fn equal(
        check: Check,
        expected: &str,
        received: Option<&str>,
        fix: impl FnOnce() -> Fix,
    ) -> Self {
        match received {
            Some(received) if received == expected => {
                Self::pass(check).expected(expected).received(received)
            }
            Some(received) => Self::unequal(check, expected, received, fix()),
            None => Self::fail(check)
                .expected(expected)
                .received("nothing")
                .mend(fix()),
        }
    }

    /// A value that is not the expected one.
    #[cold]
    pub(crate) fn unequal(check: Check, expected: &str, received: &str, fix: Fix) -> Self {
        Self::fail(check)
            .expected(expected)
            .received(received)
            .mend_with(fix, overlooked(expected, received))
    }

    /// Whether it refuses the Response.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.outcome == Outcome::Fail
    }
}

/// Every rule that a Response went through, in the order of [`Check::ALL`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Report {
    rows: Vec<Row>,
}

impl Report {
    /// Its rows.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The first rule that failed.
    #[must_use]
    pub fn first_failure(&self) -> Option<&Row> {
        self.rows.iter().find(|row| row.is_failure())
    }

    /// The row of one rule.
    #[must_use]
    pub fn row(&self, check: Check) -> Option<&Row> {
        self.rows.iter().find(|row| row.check == check)
    }

    /// The same, with every remedy in the words of one provider's own pages. Rows that were stored
    /// and read again keep the words they have.
    #[must_use]
    pub fn in_words_of(mut self, provider: Provider) -> Self {
        for row in &mut self.rows {
            if let Some(mend) = &row.mend {
                row.remedy = Some(mend.words(provider));
            }
        }
        self
    }

    pub(crate) fn new() -> Self {
        Self {
            rows: Vec::with_capacity(Check::ALL.len()),
        }
    }

    #[inline(never)]
    pub(crate) fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Puts a row into the place of the one of the same rule.
    pub(crate) fn replace(&mut self, row: Row) {
        self.rows.retain(|old| old.check != row.check);
        self.rows.push(row);
    }

    /// Adds a row for every rule that was not looked at, and puts the rows in order.
    pub(crate) fn complete(mut self) -> Self {
        if self.rows.iter().map(|row| &row.check).eq(Check::ALL) {
            return self;
        }
        self.rows.sort_unstable_by_key(|row| row.check);
        let mut rows = self.rows.into_iter().peekable();
        let complete = |check: &Check| {
            let mut kept = None;
            // One row a rule; were there several, none could hide a failure.
            while let Some(row) = rows.next_if(|row| row.check == *check) {
                if kept.is_none() || row.is_failure() {
                    kept = Some(row);
                }
            }
            kept.unwrap_or_else(|| Row::skipped(*check))
        };
        Self {
            rows: Check::ALL.iter().map(complete).collect(),
        }
    }
}

impl<'r> IntoIterator for &'r Report {
    type Item = &'r Row;
    type IntoIter = std::slice::Iter<'r, Row>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}

/// The longest text of a message that a report repeats, in characters.
const MAX_EXCERPT: usize = 300;

/// Text of a message, fit for a report: bounded, and without characters that would act instead of
/// being shown (control characters, and those that turn the direction of writing).
pub(crate) fn excerpt(text: &str) -> String {
    fit_to_show(Cow::Borrowed(text))
}

/// The same, of a text that may be had without a copy.
#[inline(never)]
fn fit_to_show(text: Cow<'_, str>) -> String {
    // Nearly every value is short and plain; without a way out early, the loop takes many bytes at a
    // time.
    let plain = |text: &str| {
        text.bytes()
            .fold(true, |all, byte| all & (b' '..=b'~').contains(&byte))
    };
    if text.len() <= MAX_EXCERPT && plain(&text) {
        return text.into_owned();
    }
    let mut shown = String::with_capacity(text.len().min(MAX_EXCERPT * 4));
    for character in text.chars().take(MAX_EXCERPT) {
        if character.is_control() || turns_direction(character) {
            // Writing to a String cannot fail.
            let _ = write!(shown, "{}", character.escape_default());
        } else {
            shown.push(character);
        }
    }
    if text.chars().nth(MAX_EXCERPT).is_some() {
        shown.push('…');
    }
    shown
}

fn turns_direction(character: char) -> bool {
    matches!(character,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The difference between two values, where a person would overlook it.
fn overlooked(expected: &str, received: &str) -> &'static str {
    let bare = |text: &str| -> String {
        let text = text.trim().trim_end_matches('/');
        text.strip_prefix("https://")
            .or(text.strip_prefix("http://"))
            .unwrap_or(text)
            .to_owned()
    };
    if received.trim() == expected {
        " The value received has white space around it."
    } else if received.eq_ignore_ascii_case(expected) {
        " The two differ in upper and lower case only."
    } else if received.trim_end_matches('/') == expected.trim_end_matches('/') {
        " The two differ in the slash at the end only."
    } else if bare(received) == bare(expected) {
        " The two differ in http and https."
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_bounded_and_harmless() {
        assert_eq!(excerpt("plain"), "plain");
        assert_eq!(excerpt("Ünïcode"), "Ünïcode");
        assert_eq!(
            excerpt("a\r\nb\u{0}\u{1b}[31m\u{202e}"),
            "a\\r\\nb\\u{0}\\u{1b}[31m\\u{202e}"
        );
        let long = excerpt(&"x".repeat(100_000));
        assert_eq!(long.chars().count(), MAX_EXCERPT + 1);
        assert!(long.ends_with('…'));
        assert_eq!(
            excerpt(&"é".repeat(MAX_EXCERPT)).chars().count(),
            MAX_EXCERPT
        );
    }

    #[test]
    fn a_small_difference_is_pointed_out() {
        for (received, hint) in [
            ("https://sp.example/saml ", "white space"),
            ("https://SP.example/saml", "upper and lower case"),
            ("https://sp.example/saml/", "slash at the end"),
            ("http://sp.example/saml", "http and https"),
        ] {
            let row = Row::equal(
                Check::Audience,
                "https://sp.example/saml",
                Some(received),
                || Fix::Said(Side::ThisService, "Mend it."),
            );
            assert!(row.is_failure());
            assert!(row.remedy.unwrap().contains(hint), "{received}");
        }
        let row = Row::equal(Check::Audience, "a", Some("b"), || {
            Fix::Said(Side::ThisService, "Mend it.")
        });
        assert_eq!(row.remedy.as_deref(), Some("Mend it."));
    }

    #[test]
    fn a_complete_report_has_every_check_once_and_in_order() {
        let mut report = Report::new();
        report.push(Row::fail(Check::Audience));
        report.push(Row::pass(Check::Status));
        let report = report.complete();
        assert!(
            report
                .rows()
                .iter()
                .map(|row| row.check)
                .eq(Check::ALL.iter().copied())
        );
        assert_eq!(report.first_failure().unwrap().check, Check::Audience);
        assert_eq!(report.row(Check::Status).unwrap().outcome, Outcome::Pass);
        assert_eq!(report.row(Check::NameId).unwrap().outcome, Outcome::Skipped);
    }

    #[test]
    fn a_report_is_stored_as_an_array_of_rows() {
        let mut report = Report::new();
        report.push(
            Row::fail(Check::Audience)
                .expected("a")
                .received("b")
                .mend(Fix::Said(Side::Person, "c")),
        );
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(
            json,
            serde_json::json!([{"check": "audience", "outcome": "fail", "expected": "a",
                "received": "b", "remedy": "c", "side": "person"}])
        );
        assert_eq!(serde_json::from_value::<Report>(json).unwrap(), report);
        // A row of an earlier version, and its words stay as they are.
        let old = serde_json::json!([{"check": "audience", "outcome": "fail", "expected": "a",
            "received": "b", "remedy": null, "reference": "SAML Core §2.5.1.4"}]);
        let old = serde_json::from_value::<Report>(old).unwrap();
        assert_eq!(old.rows().first().unwrap().side, None);
        assert_eq!(old.clone().in_words_of(Provider::Okta), old);
    }
}
