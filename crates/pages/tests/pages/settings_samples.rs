//! One of each page of the settings in each of its shapes.

use vestibule_pages::*;

use crate::fill::Fill;

pub(crate) fn frame(fill: Fill, error: bool) -> Frame {
    let tab = |label, current| Tab {
        href: fill.text("/settings/sso/conn_1"),
        label: text(label),
        current,
    };
    Frame {
        workspace: fill.text("Acme Robotics"),
        connection: fill.some("Okta"),
        tabs: vec![tab("tab-settings", true), tab("tab-activity", false)],
        connections_href: fill.some("/settings/sso"),
        account_href: fill.some("/account"),
        reader: fill.some("ada@acme.example"),
        csrf: fill.text("t0ken"),
        notice: (!error)
            .then(|| fill.notice("Saved", "Test it next."))
            .flatten(),
        error: error
            .then(|| fill.notice("Nothing was saved", "Look at the marked fields."))
            .flatten(),
    }
}

fn input(fill: Fill, value: &str, error: bool) -> Input {
    Input {
        value: fill.text(value),
        error: error.then(|| fill.words("Expected a certificate. Received: metadata.")),
    }
}

fn form(fill: Fill, error: bool) -> IdpForm {
    let pick = |value, label, chosen| Pick {
        value,
        label: text(label),
        chosen,
    };
    IdpForm {
        action: fill.text("/settings/sso/conn_1/draft"),
        certificate: input(fill, "-----BEGIN CERTIFICATE-----", error),
        sso_url: input(fill, "https://idp.example.com/sso", false),
        landing_url: input(fill, "", false),
        metadata_url: input(fill, "", false),
        metadata_xml: input(fill, "", false),
        by_metadata: error,
        advanced: Advanced {
            open: error,
            entity_id: input(fill, "", error),
            logout_url: input(fill, "", false),
            email_attribute: input(fill, "", false),
            name_attribute: input(fill, "", false),
            required_authn_context: input(fill, "", false),
            switches: vec![Switch {
                posted_as: "sign_requests",
                label: text("switch-sign-requests"),
                on: error,
            }],
            choices: vec![Choices {
                posted_as: "provisioning",
                label: text("choice-provisioning"),
                picks: vec![
                    pick("just_in_time", "provisioning-just-in-time", true),
                    pick("invite_only", "provisioning-invite-only", false),
                ],
            }],
        },
        check_href: fill.text("/settings/sso/conn_1/check"),
    }
}

fn upgrade(fill: Fill) -> UpgradeNote {
    UpgradeNote {
        plan: fill.text("Growth"),
        plans: fill.text("Pro or Premier"),
        contact_href: fill.some("mailto:sales@example.com"),
        contact: fill.some("sales@example.com"),
    }
}

fn connection(fill: Fill, state: SsoState, next: NextStep, error: bool) -> ConnectionSettings {
    let live = matches!(next, NextStep::None);
    let certificate = |days_left| CertificateRow {
        subject: fill.text("CN=Acme IdP"),
        fingerprint: fill.text("AB12 CD34"),
        key: fill.text("RSA 2048"),
        not_after: fill.when("12 March 2027"),
        days_left,
        last_used: live.then(|| fill.when("5 minutes ago")),
        retire: fill.some("/settings/sso/conn_1/certificates/retire"),
    };
    ConnectionSettings {
        frame: frame(fill, error),
        state,
        next,
        ours: OurValues {
            entity_id: fill.text("https://sso.example.com/saml/conn_1"),
            acs_url: fill.text("https://sso.example.com/saml/conn_1/acs"),
            slo_url: fill.text("https://sso.example.com/saml/conn_1/slo"),
            metadata_url: fill.text("https://sso.example.com/saml/conn_1/metadata"),
            certificate: fill.text("-----BEGIN CERTIFICATE-----"),
        },
        form: (state != SsoState::Suspended).then(|| form(fill, error)),
        idp_entity_id: fill.some("https://idp.example.com"),
        certificates: vec![certificate(-3), certificate(12), certificate(400)],
        lately: live.then_some((128, 3)),
        exempt: live.then_some(2),
        test: fill.some("/settings/sso/conn_1/tests"),
        last_test_href: fill.some("/settings/sso/conn_1/tests/test_1"),
        enable_href: fill.some("/settings/sso/conn_1/enable"),
        disable_href: live
            .then(|| fill.some("/settings/sso/conn_1/disable"))
            .flatten(),
        upgrade: (state == SsoState::Suspended).then(|| upgrade(fill)),
    }
}

fn enable(fill: Fill, risky: bool) -> Enable {
    let some = |who: &str| vec![fill.text(who)];
    Enable {
        frame: frame(fill, false),
        action: fill.text("/settings/sso/conn_1/enable"),
        back_href: fill.text("/settings/sso/conn_1"),
        test: None,
        confirm: fill.some("Acme Robotics"),
        sees_members: true,
        affected: 12,
        shut_out: if risky {
            some("grace@acme.example")
        } else {
            Vec::new()
        },
        shut_out_total: if risky { 140 } else { 0 },
        keeps_way_in: if risky {
            Vec::new()
        } else {
            vec![PreflightAdmin {
                email: fill.text("ada@acme.example"),
                ways: vec![text("way-password")],
            }]
        },
        keeps_way_in_total: usize::from(!risky),
        lacks_second_factor: some("joan@acme.example"),
        lacks_second_factor_total: 1,
        acknowledge: risky,
    }
}

fn report(fill: Fill, verdict: TestVerdict) -> TestReport {
    let row = |outcome| ReportRow {
        check: fill.words("Audience"),
        outcome,
        expected: fill.some("https://sso.example.com/saml/conn_1"),
        received: fill.some("https://sso.example.com"),
        remedy: fill.some("In Okta, set Audience URI (SP Entity ID) to the expected value."),
        reference: fill.text("SAML Core 2.5.1.4"),
    };
    let failed = verdict == TestVerdict::Failed;
    TestReport {
        frame: frame(fill, false),
        verdict,
        reference: fill.text("K7DM-4WXQ"),
        begun: fill.when("12 March 2026"),
        name_id: fill.some("ada@acme.example"),
        email: fill.some("ada@acme.example"),
        idp_entity_id: fill.some("https://idp.example.com"),
        findings: if failed {
            vec![row(RowOutcome::Fail), row(RowOutcome::Warn)]
        } else {
            Vec::new()
        },
        others: vec![row(RowOutcome::Pass), row(RowOutcome::Skipped)],
        start_href: fill.some("/saml/tests/t0ken"),
        again: fill.some("/settings/sso/conn_1/tests"),
        settings_href: fill.text("/settings/sso/conn_1"),
        enable_href: fill.some("/settings/sso/conn_1/enable"),
        this_is_me_href: fill.some("/saml/conn_1/tests/test_1/this-is-me"),
        return_href: None,
        state_href: fill.some("/settings/sso/conn_1/tests/test_1/state"),
        leaves: false,
    }
}

/// Hands each page to `add`, with its name.
pub(crate) fn add_all(fill: Fill, add: &mut dyn FnMut(&'static str, &dyn Page)) {
    let list = |some: bool| Connections {
        frame: Frame {
            connection: None,
            tabs: Vec::new(),
            ..frame(fill, false)
        },
        connections: if some {
            vec![ConnectionRow {
                href: fill.text("/settings/sso/conn_1"),
                name: fill.text("Okta"),
                provider: fill.some("Okta"),
                state: SsoState::Live,
                default: true,
            }]
        } else {
            Vec::new()
        },
        new_action: fill.text("/settings/sso/new"),
        upgrade: None,
    };
    add("settings-connections", &list(true));
    add("settings-connections-none", &list(false));
    for (name, state, next, error) in [
        (
            "settings-new",
            SsoState::NotSetUp,
            NextStep::SetUp(fill.text("/settings/sso/conn_1/guide")),
            false,
        ),
        (
            "settings-saved-error",
            SsoState::Saved,
            NextStep::Test(fill.text("/settings/sso/conn_1/tests")),
            true,
        ),
        (
            "settings-ready",
            SsoState::Ready,
            NextStep::Enable(fill.text("/settings/sso/conn_1/enable")),
            false,
        ),
        (
            "settings-finish",
            SsoState::Live,
            NextStep::Finish(fill.text("/setup/finish")),
            false,
        ),
        ("settings-live", SsoState::Live, NextStep::None, false),
        (
            "settings-suspended",
            SsoState::Suspended,
            NextStep::None,
            false,
        ),
    ] {
        add(name, &connection(fill, state, next, error));
    }
    add("settings-enable", &enable(fill, false));
    add("settings-enable-risky", &enable(fill, true));
    add(
        "settings-disable",
        &Disable {
            frame: frame(fill, false),
            action: fill.text("/settings/sso/conn_1/disable"),
            back_href: fill.text("/settings/sso/conn_1"),
            confirm: fill.text("Acme Robotics"),
        },
    );
    let links = |error: bool| SetupLinks {
        frame: frame(fill, error),
        links: vec![SetupLinkRow {
            id: fill.text("link_1"),
            name: fill.some("IT of Acme"),
            state: text("link-state-open"),
            open: true,
            allow_enable: true,
            expires: fill.when("20 March 2026"),
            opened: Some(fill.when("12 March 2026")),
            used: None,
        }],
        made: (!error).then(|| fill.text("https://sso.example.com/setup/t0ken")),
        action: fill.text("/settings/sso/conn_1/links"),
        revoke: fill.text("/settings/sso/conn_1/links/revoke"),
        name: input(fill, "", error),
        return_url: input(fill, "", false),
        hours: vec![Pick {
            value: "168",
            label: text("links-week"),
            chosen: true,
        }],
        allow_enable: error,
    };
    add("settings-links", &links(false));
    add("settings-links-error", &links(true));
    for (name, verdict) in [
        ("report-passed", TestVerdict::Passed),
        ("report-failed", TestVerdict::Failed),
        ("report-pending", TestVerdict::Pending),
        ("report-expired", TestVerdict::Expired),
    ] {
        add(name, &report(fill, verdict));
    }
}
