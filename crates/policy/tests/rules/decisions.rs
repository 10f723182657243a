//! `decide`, row by row.

use vestibule_model::{MemberStatus, Phase, Plan, Provisioning, Role, TwoFactorRule};
use vestibule_policy::{Decision, MethodKind, Refusal, Requirement, WorkspaceFacts, decide};

use crate::scene::{
    bare, connection, email, ends_refused, member, path, rules, serving, sso_workspace, workspace,
};

const ADA: &str = "ada@acme.example";

fn as_role(facts: &WorkspaceFacts, role: Role, method: MethodKind) -> Decision {
    let ada = member(facts, ADA, role);
    decide(facts, &ada.email, Some(&bare(&ada)), method, &rules())
}

fn as_unknown(facts: &WorkspaceFacts, method: MethodKind) -> Decision {
    decide(facts, &email("new@acme.example"), None, method, &rules())
}

fn code(decision: &Decision) -> &'static str {
    decision.refusal.as_ref().map_or("allowed", Refusal::code)
}

#[test]
fn with_sso_live_a_member_is_sent_there_and_an_admin_may_choose() {
    let facts = sso_workspace();
    let refused = as_role(&facts, Role::Member, MethodKind::Password);
    assert!(!refused.allowed && refused.required.is_empty());
    let url = format!(
        "https://sso.example/oauth2/authorize?workspace={}",
        facts.workspace.id
    );
    assert_eq!(refused.sign_in_url, url);
    assert_eq!(
        refused.refusal,
        Some(Refusal::SsoRequired { sign_in_url: url })
    );
    assert_eq!(path(&refused.reasons), "P9 pass, P7 pass, P3 refuse");

    let admin = as_role(&facts, Role::Admin, MethodKind::Password);
    assert!(admin.allowed && admin.required.is_empty());
    assert_eq!(
        path(&admin.reasons),
        "P9 pass, P7 pass, P3 pass, P4 pass, P8 pass"
    );

    let by_saml = as_role(&facts, Role::Member, MethodKind::Saml);
    assert!(by_saml.allowed && by_saml.required.is_empty());
    let steps =
        "P1 pass, P5 pass, P9 pass, P7 pass, P8 pass, P10 not_applicable, P4 not_applicable";
    assert_eq!(path(&by_saml.reasons), steps);
}

#[test]
fn an_admin_by_saml_needs_a_local_proof() {
    let decision = as_role(&sso_workspace(), Role::Admin, MethodKind::Saml);
    assert!(decision.allowed);
    assert_eq!(decision.required, [Requirement::LocalProof]);
    assert_eq!(decision.refusal, None);
}

#[test]
fn the_second_factor_rule_asks_whom_it_names_on_every_plan() {
    use {
        Role::{Admin, Member},
        TwoFactorRule::{Admins, Everyone, Off},
    };
    for (rule, role, asked) in [
        (Off, Admin, false),
        (Off, Member, false),
        (Admins, Admin, true),
        (Admins, Member, false),
        (Everyone, Admin, true),
        (Everyone, Member, true),
    ] {
        for plan in Plan::ALL {
            let decision = as_role(&workspace(*plan, rule), role, MethodKind::Password);
            assert!(decision.allowed, "{rule} {role} {plan}");
            let asks = decision.required == [Requirement::SecondFactor];
            assert_eq!(asks, asked, "{rule} {role} {plan}");
        }
    }
}

#[test]
fn an_admin_by_password_beside_live_sso_still_needs_the_second_factor() {
    let mut facts = sso_workspace();
    facts.workspace.two_factor = TwoFactorRule::Admins;
    let decision = as_role(&facts, Role::Admin, MethodKind::Password);
    assert!(decision.allowed);
    assert_eq!(decision.required, [Requirement::SecondFactor]);
}

#[test]
fn a_fall_of_the_plan_suspends_and_a_rise_restores() {
    let mut facts = sso_workspace();
    for (plan, by_saml, by_password) in [
        (Plan::Growth, "plan-upgrade-required", "allowed"),
        (Plan::Premier, "allowed", "sso-required"),
        (Plan::Free, "plan-upgrade-required", "allowed"),
        (Plan::Pro, "allowed", "sso-required"),
    ] {
        facts.workspace.plan = plan;
        let saml = as_role(&facts, Role::Member, MethodKind::Saml);
        let password = as_role(&facts, Role::Member, MethodKind::Password);
        assert_eq!(
            (code(&saml), code(&password)),
            (by_saml, by_password),
            "{plan}"
        );
    }
    facts.workspace.plan = Plan::Growth;
    let decision = as_role(&facts, Role::Member, MethodKind::Saml);
    assert_eq!(path(&decision.reasons), "P1 refuse");
    assert_eq!(
        decision.refusal,
        Some(Refusal::PlanUpgradeRequired {
            current_plan: Plan::Growth,
            required_plans: vec![Plan::Pro, Plan::Premier],
            contact: Some("sales@example.com".into()),
        })
    );
}

#[test]
fn saml_without_a_live_connection_says_how_far_it_is() {
    let mut facts = workspace(Plan::Pro, TwoFactorRule::Off);
    let none = as_role(&facts, Role::Member, MethodKind::Saml);
    assert_eq!(
        (code(&none), path(&none.reasons).as_str()),
        ("sso-not-live", "P1 pass, P5 refuse")
    );
    for phase in [Phase::Draft, Phase::Ready, Phase::Disabled] {
        facts.sso.connections = vec![connection(&facts, phase)];
        let decision = as_role(&facts, Role::Member, MethodKind::Saml);
        assert_eq!(code(&decision), "sso-not-live", "{phase}");
        assert!(
            decision.reasons[1].detail.contains("SAML connection"),
            "{:?}",
            decision.reasons
        );
        let password = as_role(&facts, Role::Member, MethodKind::Password);
        assert_eq!(code(&password), "allowed", "{phase}");
    }
}

#[test]
fn an_unknown_address_is_judged_as_the_member_it_would_become() {
    let mut facts = sso_workspace();
    assert_eq!(code(&as_unknown(&facts, MethodKind::Saml)), "allowed");
    assert_eq!(
        code(&as_unknown(&facts, MethodKind::Password)),
        "sso-required"
    );

    facts.verified_domains = vec!["other.example".into()];
    assert_eq!(
        code(&as_unknown(&facts, MethodKind::Saml)),
        "domain-not-verified"
    );
    // A subdomain or a longer name is another domain.
    facts.verified_domains = vec![
        "example".into(),
        "new.acme.example".into(),
        "cme.example".into(),
    ];
    assert_eq!(
        code(&as_unknown(&facts, MethodKind::Saml)),
        "domain-not-verified"
    );
    facts.verified_domains = vec!["other.example".into(), "acme.example".into()];
    assert_eq!(code(&as_unknown(&facts, MethodKind::Saml)), "allowed");

    serving(&mut facts).provisioning = Provisioning::InviteOnly;
    assert_eq!(code(&as_unknown(&facts, MethodKind::Saml)), "not-invited");

    let mut facts = workspace(Plan::Free, TwoFactorRule::Everyone);
    let decision = as_unknown(&facts, MethodKind::Password);
    assert_eq!((code(&decision), decision.required.len()), ("allowed", 1));
    facts.workspace.two_factor = TwoFactorRule::Admins;
    assert!(as_unknown(&facts, MethodKind::Password).required.is_empty());
}

#[test]
fn who_is_a_member_already_needs_neither_an_invitation_nor_a_verified_domain() {
    let mut facts = sso_workspace();
    facts.verified_domains = vec!["other.example".into()];
    serving(&mut facts).provisioning = Provisioning::InviteOnly;
    assert_eq!(
        code(&as_role(&facts, Role::Member, MethodKind::Saml)),
        "allowed"
    );
}

#[test]
fn the_deactivated_stay_out_by_every_door_and_the_invited_do_not() {
    let facts = sso_workspace();
    for method in MethodKind::ALL {
        for role in Role::ALL {
            let mut ada = member(&facts, ADA, *role);
            ada.status = MemberStatus::Deactivated;
            let decision = decide(&facts, &ada.email, Some(&bare(&ada)), *method, &rules());
            assert_eq!(code(&decision), "member-deactivated", "{method} {role}");
        }
    }
    let mut ada = member(&facts, ADA, Role::Member);
    ada.status = MemberStatus::Invited;
    let decision = decide(
        &facts,
        &ada.email,
        Some(&bare(&ada)),
        MethodKind::Saml,
        &rules(),
    );
    assert_eq!(code(&decision), "allowed");
}

#[test]
fn an_address_that_only_reads_like_the_members_is_refused() {
    let facts = workspace(Plan::Pro, TwoFactorRule::Off);
    let ada = member(&facts, "Ada@Acme.example", Role::Member);
    for (text, expected) in [
        ("ada@acme.EXAMPLE", "allowed"),
        ("\u{ff41}da@acme.example", "email-ambiguous"),
    ] {
        let asked = email(text);
        assert_eq!(asked.key(), ada.email.key());
        let decision = decide(
            &facts,
            &asked,
            Some(&bare(&ada)),
            MethodKind::Password,
            &rules(),
        );
        assert_eq!(code(&decision), expected, "{text}");
        assert_eq!(ends_refused(&decision.reasons), !decision.allowed);
    }
}

#[test]
fn with_several_live_connections_one_that_lets_in_is_enough() {
    let mut facts = sso_workspace();
    serving(&mut facts).provisioning = Provisioning::InviteOnly;
    facts.sso.connections[0].connection.default = true;
    assert_eq!(code(&as_unknown(&facts, MethodKind::Saml)), "not-invited");
    let second = connection(&facts, Phase::Live);
    facts.sso.connections.push(second);
    assert_eq!(code(&as_unknown(&facts, MethodKind::Saml)), "allowed");
}

#[test]
fn listed_authn_contexts_are_announced() {
    let mut facts = sso_workspace();
    serving(&mut facts).required_authn_context = vec!["urn:mfa".into()];
    let decision = as_role(&facts, Role::Member, MethodKind::Saml);
    assert_eq!(decision.required, [Requirement::AuthnContext]);
    let decision = as_role(&facts, Role::Admin, MethodKind::Saml);
    assert_eq!(
        decision.required,
        [Requirement::LocalProof, Requirement::AuthnContext]
    );
}

#[test]
fn a_connection_of_another_workspace_enforces_nothing_here() {
    let mut facts = workspace(Plan::Pro, TwoFactorRule::Off);
    let foreign = sso_workspace();
    facts.sso = foreign.sso;
    assert_eq!(
        code(&as_role(&facts, Role::Member, MethodKind::Password)),
        "allowed"
    );
    assert_eq!(
        code(&as_role(&facts, Role::Member, MethodKind::Saml)),
        "sso-not-live"
    );
}

#[test]
fn a_live_connection_without_its_revision_still_makes_sso_mandatory_and_serves_nobody() {
    let mut facts = sso_workspace();
    facts.sso.connections[0].revision = None;
    assert_eq!(
        code(&as_role(&facts, Role::Member, MethodKind::Password)),
        "sso-required"
    );
    assert_eq!(
        code(&as_role(&facts, Role::Member, MethodKind::Saml)),
        "sso-not-live"
    );
}

#[test]
fn the_words_of_a_method_read_back() {
    for method in MethodKind::ALL {
        assert_eq!(method.as_str().parse::<MethodKind>().unwrap(), *method);
    }
    assert!("sms".parse::<MethodKind>().is_err());
}
