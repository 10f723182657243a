//! P5: a password from before SSO was live.

use jiff::{SignedDuration, Timestamp};
use vestibule_model::{
    AuthenticationMethod::{Hwk, Mfa, Pwd, User},
    Origin, Plan, Role, TwoFactorRule,
};
use vestibule_policy::{
    MethodKind, PersonFacts, Requirement, WorkspaceFacts, decide, grant_local, grant_renewal,
    grant_vouched,
};

use crate::{
    keyring::{passkey, password, with_totp},
    scene::{ADA, bare, client, code, member, now, path, rules, session, sso_workspace, workspace},
};

fn enabled() -> Timestamp {
    now() - SignedDuration::from_hours(48)
}
fn before() -> Timestamp {
    enabled() - SignedDuration::from_hours(1)
}
fn since() -> Timestamp {
    enabled() + SignedDuration::from_hours(1)
}

/// SSO was live once and is no longer: the plan fell, or somebody switched it off.
fn after_sso() -> WorkspaceFacts {
    let mut facts = workspace(Plan::Growth, TwoFactorRule::Off);
    facts.workspace.sso_enabled_at = Some(enabled());
    facts
}

fn with_password(facts: &WorkspaceFacts, role: Role, set_at: Timestamp) -> PersonFacts {
    PersonFacts {
        password_set_at: Some(set_at),
        ..bare(&member(facts, ADA, role))
    }
}

fn by_password(facts: &WorkspaceFacts, ada: &PersonFacts) -> &'static str {
    let shown = password(&ada.member, ada.password_set_at.unwrap());
    code(grant_local(facts, ada, shown, client(), &rules(), now()))
}

#[test]
fn a_members_password_from_before_needs_a_fresh_reset() {
    let facts = after_sso();
    for (role, set_at, expected) in [
        (Role::Member, before(), "password-reset-required"),
        (Role::Member, enabled(), "password-reset-required"),
        (Role::Member, since(), "granted"),
        (Role::Admin, before(), "granted"),
    ] {
        let ada = with_password(&facts, role, set_at);
        assert_eq!(by_password(&facts, &ada), expected, "{role} {set_at}");
        let decision = decide(
            &facts,
            &ada.member.email,
            Some(&ada),
            MethodKind::Password,
            &rules(),
        );
        let needed: &[_] = match expected {
            "granted" => &[],
            _ => &[Requirement::PasswordReset],
        };
        assert!(decision.allowed);
        assert_eq!(decision.required, needed, "{role} {set_at}");
    }
}

#[test]
fn a_second_factor_does_not_make_an_old_password_young() {
    let facts = after_sso();
    let ada = with_password(&facts, Role::Member, before());
    let shown = with_totp(&ada.member, before());
    let granted = grant_local(&facts, &ada, shown, client(), &rules(), now());
    assert_eq!(
        path(&granted.unwrap_err().reasons),
        "P9 pass, P7 pass, P3 not_applicable, P5 require, P4 pass, P8 pass"
    );
}

#[test]
fn where_sso_was_never_live_no_password_is_old() {
    let mut facts = after_sso();
    facts.workspace.sso_enabled_at = None;
    let ada = with_password(&facts, Role::Member, before());
    assert_eq!(by_password(&facts, &ada), "granted");
}

#[test]
fn while_sso_is_live_it_goes_first() {
    let mut facts = sso_workspace();
    facts.workspace.sso_enabled_at = Some(enabled());
    for set_at in [before(), since()] {
        let ada = with_password(&facts, Role::Member, set_at);
        assert_eq!(by_password(&facts, &ada), "sso-required");
    }
}

#[test]
fn a_mint_by_an_internal_service_and_a_passkey_are_no_passwords() {
    let facts = after_sso();
    let ada = with_password(&facts, Role::Member, before());
    let email = &ada.member.email;
    let vouched = grant_vouched(&facts, email, &ada, &[Pwd], client(), &rules(), now());
    assert_eq!(code(vouched), "granted");
    let shown = passkey(&ada.member);
    let granted = grant_local(&facts, &ada, shown, client(), &rules(), now());
    assert_eq!(code(granted), "granted");
}

#[test]
fn a_session_is_as_old_as_the_password_it_came_in_by() {
    let facts = after_sso();
    for (role, origin, amr, auth_time, expected) in [
        (
            Role::Member,
            Origin::Local,
            &[Pwd][..],
            before(),
            "password-reset-required",
        ),
        (Role::Member, Origin::Local, &[Pwd], since(), "granted"),
        (Role::Admin, Origin::Local, &[Pwd], before(), "granted"),
        (Role::Member, Origin::Vouched, &[Pwd], before(), "granted"),
        (
            Role::Member,
            Origin::Local,
            &[Hwk, User, Mfa],
            before(),
            "granted",
        ),
    ] {
        let ada = with_password(&facts, role, before());
        let mut hers = session(&ada.member, origin);
        hers.amr = amr.to_vec();
        hers.auth_time = auth_time;
        let renewed = grant_renewal(&hers, &facts, Some(&ada), &rules(), now());
        assert_eq!(code(renewed), expected, "{role} {amr:?} {auth_time}");
    }
}
