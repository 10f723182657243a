//! The report of a test, as a page.

use jiff::Timestamp;
use vestibule_model::{TestRun, TestState};
use vestibule_pages::{ReportRow, RowOutcome, TestReport, TestVerdict, Text};
use vestibule_saml::{Outcome, Row};

use super::operator::{Operator, Place};
use crate::{
    manage::{connection::ConnectionParts, test_run::TestToRun},
    people, setup,
    when::when,
};

/// How a test ended, and the word for it.
pub(super) fn verdict(test: &TestRun, now: Timestamp) -> (TestVerdict, &'static str) {
    match test.state {
        TestState::Pending if test.expires_at <= now => (TestVerdict::Expired, "expired"),
        TestState::Pending => (TestVerdict::Pending, "pending"),
        TestState::Passed => (TestVerdict::Passed, "passed"),
        TestState::Failed => (TestVerdict::Failed, "failed"),
        TestState::Expired => (TestVerdict::Expired, "expired"),
    }
}

/// The report.
pub(super) fn page(
    operator: &Operator,
    parts: &ConnectionParts,
    run: TestToRun,
    leaves: bool,
) -> TestReport {
    let TestToRun { test, start_url } = run;
    let id = parts.connection.id;
    let base = operator.base(id);
    let (verdict, _) = verdict(&test, operator.now());
    let rows = test.report.iter().flat_map(|report| report.rows().iter());
    let (findings, others): (Vec<&Row>, Vec<&Row>) =
        rows.partition(|row| matches!(row.outcome, Outcome::Fail | Outcome::Warn));
    // Only the newest settings can go live; a test of older ones says nothing about them.
    let newest = parts.draft.as_ref().map(|draft| draft.id) == Some(test.revision_id);
    let may_say = operator.admin().is_some_and(|signed_in| {
        let claim = test.claim.as_ref().and_then(|claim| claim.email.as_ref());
        claim.is_some_and(|email| email.key() == signed_in.member.email.key())
    });
    let learned = parts.draft.iter().chain(parts.live.iter());
    let learned = learned
        .into_iter()
        .find(|revision| revision.id == test.revision_id);
    TestReport {
        leaves: leaves && verdict == TestVerdict::Pending,
        frame: operator.frame_of(id, &parts.connection.name, Place::Elsewhere),
        verdict,
        reference: test.id.to_string(),
        begun: when(test.created_at),
        name_id: test.name_id.as_ref().map(|name_id| name_id.value.clone()),
        email: test
            .claim
            .as_ref()
            .and_then(|claim| claim.email.as_ref())
            .map(ToString::to_string),
        idp_entity_id: learned
            .and_then(|revision| revision.idp_entity_id())
            .map(str::to_owned),
        findings: findings.into_iter().map(row).collect(),
        others: others.into_iter().map(row).collect(),
        start_href: start_url,
        again: Some(format!("{base}/tests")),
        enable_href: (newest && operator.may_enable()).then(|| format!("{base}/enable")),
        this_is_me_href: may_say.then(|| people::this_is_me(id, test.id)),
        return_href: operator.link().map(|_| setup::FINISH.to_owned()),
        state_href: (verdict == TestVerdict::Pending)
            .then(|| format!("{base}/tests/{}/state", test.id)),
        settings_href: base,
    }
}

/// One check, in words.
pub(crate) fn row(row: &Row) -> ReportRow {
    ReportRow {
        check: Text::named(format!("check-{}", row.check.as_str().replace('_', "-"))),
        outcome: match row.outcome {
            Outcome::Pass => RowOutcome::Pass,
            Outcome::Warn => RowOutcome::Warn,
            Outcome::Fail => RowOutcome::Fail,
            Outcome::Skipped => RowOutcome::Skipped,
        },
        expected: row.expected.clone(),
        received: row.received.clone(),
        remedy: row.remedy.clone(),
        reference: row.check.reference().to_owned(),
    }
}
