//! The door for sessions that go on: off means off.

use jiff::SignedDuration;
use vestibule_model::{
    AuthenticationMethod::{Otp, Pwd, Saml},
    Member, MemberStatus, Origin, Phase, Plan, RevisionId, Role, Session, TwoFactorRule,
};
use vestibule_policy::{WorkspaceFacts, grant_renewal};

use crate::scene::{
    bare, member, now, rules, saml_origin, serving, session, sso_workspace, workspace,
};

fn renew(session: &Session, facts: &WorkspaceFacts, member: Option<&Member>) -> &'static str {
    match grant_renewal(session, facts, member.map(bare).as_ref(), &rules(), now()) {
        Ok(grant) => {
            assert_eq!(grant.renews(), Some(session.id));
            assert_eq!(grant.not_after(), Some(session.expires_at));
            assert_eq!(
                (grant.client_id(), grant.auth_time()),
                (session.client_id, session.auth_time)
            );
            "granted"
        }
        Err(denial) => {
            assert!(!denial.reasons.is_empty());
            denial.refusal.code()
        }
    }
}

fn by_saml(facts: &WorkspaceFacts) -> (Session, Member) {
    let ada = member(facts, "ada@acme.example", Role::Member);
    let mut session = session(&ada, saml_origin(facts));
    session.amr = vec![Saml];
    (session, ada)
}

#[test]
fn a_session_by_saml_ends_when_its_connection_serves_no_longer() {
    let mut facts = sso_workspace();
    let (session, ada) = by_saml(&facts);
    assert_eq!(renew(&session, &facts, Some(&ada)), "granted");
    facts.workspace.plan = Plan::Growth;
    assert_eq!(renew(&session, &facts, Some(&ada)), "plan-upgrade-required");
    facts.workspace.plan = Plan::Premier;
    assert_eq!(renew(&session, &facts, Some(&ada)), "granted");
    facts.sso.connections[0].connection.phase = Phase::Disabled;
    assert_eq!(renew(&session, &facts, Some(&ada)), "sso-not-live");
    facts.sso.connections.clear();
    assert_eq!(renew(&session, &facts, Some(&ada)), "sso-not-live");
}

#[test]
fn a_newer_revision_ends_nothing() {
    let mut facts = sso_workspace();
    let (session, ada) = by_saml(&facts);
    let newer = RevisionId::new(now());
    facts.sso.connections[0].connection.live = Some(newer);
    facts.sso.connections[0].revision.as_mut().unwrap().id = newer;
    // Not even one that asks for an AuthnContext that this session never showed.
    serving(&mut facts).required_authn_context = vec!["urn:new".into()];
    assert_eq!(renew(&session, &facts, Some(&ada)), "granted");
}

#[test]
fn a_session_by_password_ends_when_sso_goes_live_but_not_an_admins() {
    let mut facts = workspace(Plan::Pro, TwoFactorRule::Off);
    let ada = member(&facts, "ada@acme.example", Role::Member);
    let admin = member(&facts, "root@acme.example", Role::Admin);
    let (hers, theirs) = (
        session(&ada, Origin::Vouched),
        session(&admin, Origin::Vouched),
    );
    assert_eq!(renew(&hers, &facts, Some(&ada)), "granted");
    let live = crate::scene::connection(&facts, Phase::Live);
    facts.sso.connections.push(live);
    assert_eq!(renew(&hers, &facts, Some(&ada)), "sso-required");
    assert_eq!(renew(&theirs, &facts, Some(&admin)), "granted");
}

#[test]
fn a_session_without_the_second_factor_ends_when_one_is_asked_for() {
    let mut facts = workspace(Plan::Pro, TwoFactorRule::Off);
    let ada = member(&facts, "ada@acme.example", Role::Member);
    let mut hers = session(&ada, Origin::Vouched);
    facts.workspace.two_factor = TwoFactorRule::Everyone;
    assert_eq!(renew(&hers, &facts, Some(&ada)), "second-factor-required");
    hers.amr = vec![Pwd, Otp];
    assert_eq!(renew(&hers, &facts, Some(&ada)), "granted");
}

#[test]
fn whoever_is_gone_or_deactivated_is_out() {
    let facts = sso_workspace();
    let (by_saml, mut ada) = by_saml(&facts);
    let vouched = session(&ada, Origin::Vouched);
    ada.status = MemberStatus::Deactivated;
    for session in [&by_saml, &vouched] {
        assert_eq!(renew(session, &facts, Some(&ada)), "member-deactivated");
        assert_eq!(renew(session, &facts, None), "member-removed");
    }
}

#[test]
fn who_is_made_admin_has_to_come_in_by_another_door() {
    let facts = sso_workspace();
    let (session, mut ada) = by_saml(&facts);
    ada.role = Role::Admin;
    assert_eq!(renew(&session, &facts, Some(&ada)), "local-proof-required");
}

#[test]
fn a_session_that_is_over_does_not_go_on() {
    let facts = sso_workspace();
    let (mut session, ada) = by_saml(&facts);
    session.expires_at = now();
    assert_eq!(renew(&session, &facts, Some(&ada)), "session-ended");
    session.expires_at = now() + SignedDuration::from_secs(1);
    assert_eq!(renew(&session, &facts, Some(&ada)), "granted");
    session.revoked_at = Some(now());
    assert_eq!(renew(&session, &facts, Some(&ada)), "session-ended");
}

#[test]
fn another_member_or_workspace_does_not_renew_it() {
    let facts = sso_workspace();
    let (session, ada) = by_saml(&facts);
    let other = member(&facts, "ada@acme.example", Role::Member);
    assert_eq!(
        renew(&session, &facts, Some(&other)),
        "not-of-this-workspace"
    );
    assert_eq!(
        renew(&session, &sso_workspace(), Some(&ada)),
        "not-of-this-workspace"
    );
}
