//! One of each page about what came of sign-ins, in each of its shapes.

use vestibule_pages::*;

use crate::{fill::Fill, settings_samples::frame};

fn numbers(fill: Fill) -> ActivityNumbers {
    let counts = [(12, 0), (40, 3), (0, 0), (25, 25), (0, 1)];
    let days = counts.iter().cycle().take(30);
    ActivityNumbers {
        last_24_hours: (128, 3),
        days: days
            .map(|(succeeded, failed)| DayCount {
                date: fill.words("12 March 2026"),
                succeeded: *succeeded,
                failed: *failed,
            })
            .collect(),
        median: Some(text("lasted-seconds").with("count", 4)),
        worst: Some(
            text("lasted-minutes")
                .with("minutes", 12)
                .with("seconds", 4),
        ),
        last_sign_in: Some(fill.when("12 March 2026, 09:30 UTC")),
        certificate_days: Some(12),
        is_complete: false,
    }
}

fn row(fill: Fill, state: AttemptState) -> AttemptRow {
    AttemptRow {
        href: fill.text("/settings/sso/conn_1/activity/att_019523ab-3c5d-7e6f-8a9b-0c1d2e3f4a5b"),
        state,
        who: (state == AttemptState::SignedIn).then(|| fill.text("grace.hopper@acme.example")),
        why: (state == AttemptState::Refused).then(|| refused_because("audience")),
        begun: fill.when("12 March 2026, 09:30 UTC"),
        reference: fill.some("K7QF2-M9XBD"),
        took: Some(text("activity-took").with("time", text("lasted-instant"))),
    }
}

/// The list, with so many sign-ins in it.
pub(crate) fn activity(fill: Fill, rows: usize, narrowed: bool, error: bool) -> SignInActivity {
    use AttemptState::{Gone, Refused, SignedIn, UnderWay};
    let pick = |value, label, chosen| Pick {
        value,
        label: text(label),
        chosen,
    };
    let states = [SignedIn, Refused, SignedIn, UnderWay, Gone];
    let states = states.iter().cycle().take(rows);
    SignInActivity {
        frame: Frame {
            notice: None,
            ..frame(fill, error)
        },
        numbers: (!narrowed && rows > 0).then(|| numbers(fill)),
        filter: ActivityFilter {
            action: fill.text("/settings/sso/conn_1/activity"),
            outcomes: vec![
                pick("", "activity-all", !narrowed),
                pick("refused", "activity-failed", narrowed),
            ],
            text: Input {
                value: if narrowed {
                    fill.text("K7QF2")
                } else {
                    String::new()
                },
                error: error.then(|| text("activity-text-wrong").with("found", fill.text("K7QF2"))),
            },
            clear_href: narrowed.then(|| fill.text("/settings/sso/conn_1/activity")),
        },
        attempts: states.map(|state| row(fill, *state)).collect(),
        more_href: (rows > 0).then(|| fill.text("/settings/sso/conn_1/activity?after=YXR0")),
        newest_href: narrowed.then(|| fill.text("/settings/sso/conn_1/activity")),
        audit_href: fill.text("/settings/sso/conn_1/activity/audit"),
    }
}

fn attempt(fill: Fill, state: AttemptState, response: KeptResponse) -> AttemptReport {
    let check = |outcome| ReportRow {
        check: text("check-audience"),
        outcome,
        expected: fill.some("https://sso.example.com/saml/conn_1"),
        received: fill.some("https://sso.example.com"),
        remedy: fill.some("In Okta, set Audience URI (SP Entity ID) to the expected value."),
        reference: fill.text("SAML Core 2.5.1.4"),
    };
    let step = |what| AttemptStory {
        what,
        at: fill.when("12 March 2026, 09:30 UTC"),
        after: Some(text("attempt-after").with("time", text("lasted-instant"))),
    };
    let (refused, back) = (
        state == AttemptState::Refused,
        matches!(state, AttemptState::Refused | AttemptState::SignedIn),
    );
    let mut story = vec![step(text("step-left-for-idp"))];
    if refused {
        story.push(step(
            text("step-refused").with("why", refused_because("not-invited")),
        ));
        story.push(step(text("step-inspected").with("who", fill.text("Grace"))));
    }
    AttemptReport {
        frame: Frame {
            notice: None,
            ..frame(fill, false)
        },
        state,
        why: refused.then(|| refused_because(&fill.text("no-such-rule"))),
        who: (state == AttemptState::SignedIn).then(|| fill.text("ada@acme.example")),
        application: fill.some("Orbit Analytics"),
        reference: fill.some("K7QF2-M9XBD"),
        begun: fill.when("12 March 2026, 09:30 UTC"),
        took: back.then(|| text("lasted-instant")),
        story,
        findings: if refused {
            vec![check(RowOutcome::Fail), check(RowOutcome::Warn)]
        } else {
            Vec::new()
        },
        others: if back {
            vec![check(RowOutcome::Pass), check(RowOutcome::Skipped)]
        } else {
            Vec::new()
        },
        response,
        settings_href: fill.text("/settings/sso/conn_1"),
        back_href: fill.text("/settings/sso/conn_1/activity"),
    }
}

/// The audit log, with so many entries in it.
pub(crate) fn audit(fill: Fill, rows: usize) -> AuditLog {
    let row = |number: usize| {
        AuditRow {
        what: audited("connection.draft_saved"),
        who: text("actor-api-key").with("name", fill.text("Deployment")),
        about: number.is_multiple_of(2).then(|| fill.text("Okta")),
        target: fill.text("conn_019523ab-3c5d-7e6f-8a9b-0c1d2e3f4a5b"),
        at: fill.when("12 March 2026, 09:30 UTC"),
        detail: (number.is_multiple_of(2)).then(|| {
            fill.text("{\n  \"number\": 3,\n  \"revision\": \"rev_019523ab-3c5d-7e6f-8a9b-0c1d2e3f4a5b\"\n}")
        }),
    }
    };
    AuditLog {
        frame: Frame {
            notice: None,
            ..frame(fill, false)
        },
        entries: (0..rows).map(row).collect(),
        more_href: fill.some("/settings/sso/conn_1/activity/audit?after=ZXZ0"),
        newest_href: fill.some("/settings/sso/conn_1/activity/audit"),
        back_href: fill.text("/settings/sso/conn_1/activity"),
    }
}

/// Hands each page to `add`, with its name.
pub(crate) fn add_all(fill: Fill, add: &mut dyn FnMut(&'static str, &dyn Page)) {
    add("activity", &activity(fill, 5, false, false));
    add("activity-none", &activity(fill, 0, false, false));
    add("activity-narrowed", &activity(fill, 3, true, false));
    add("activity-narrowed-error", &activity(fill, 0, true, true));
    let kept = KeptResponse::Kept {
        href: fill.text("/settings/sso/conn_1/activity/att_1?response=show"),
        until: fill.when("19 March 2026"),
    };
    let shown = KeptResponse::Shown(fill.text("<samlp:Response ID=\"_1\"/>"));
    for (name, state, response) in [
        ("attempt-refused", AttemptState::Refused, kept),
        ("attempt-signed-in", AttemptState::SignedIn, shown),
        (
            "attempt-under-way",
            AttemptState::UnderWay,
            KeptResponse::None,
        ),
        ("attempt-gone", AttemptState::Gone, KeptResponse::None),
    ] {
        add(name, &attempt(fill, state, response));
    }
    add("activity-audit", &audit(fill, 3));
}
