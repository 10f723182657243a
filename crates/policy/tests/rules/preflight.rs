//! What enabling would do to whom.

use vestibule_model::{ConnectionId, MemberStatus, Phase, Revision, Role, TwoFactorRule};
use vestibule_policy::{
    Advisory, KeepsWayIn, PreflightPerson, Refusal, WaysIn, WorkspaceFacts, may_enable, preflight,
};

use crate::scene::{ADA, bare, email, identity, member, name_id, now, rules, sso_workspace};

fn person(
    facts: &WorkspaceFacts,
    address: &str,
    role: Role,
    status: MemberStatus,
) -> PreflightPerson {
    let mut member = member(facts, address, role);
    member.status = status;
    PreflightPerson {
        facts: bare(&member),
        passkey: false,
    }
}

#[test]
fn names_whom_it_affects_and_who_keeps_a_way_in() {
    use {
        MemberStatus::{Active, Deactivated, Invited},
        Role::{Admin, Member},
    };
    let facts = sso_workspace();
    let ada = person(&facts, ADA, Member, Active);
    let bob = person(&facts, "bob@contractor.example", Member, Invited);
    let eve = person(&facts, "eve@contractor.example", Member, Deactivated);
    let mut linked = person(&facts, "dan@contractor.example", Member, Active);
    linked.facts.links = vec![identity(&facts, &linked.facts.member, name_id("7", None))];
    let mut root = person(&facts, "root@acme.example", Admin, Active);
    root.facts.password_set_at = Some(now());
    root.facts.second_factor = true;
    root.passkey = true;
    let plain = person(&facts, "ops@acme.example", Admin, Active);
    let asked = person(&facts, "new@acme.example", Admin, Invited);
    let ids = |people: &[&PreflightPerson]| -> Vec<_> {
        people.iter().map(|person| person.facts.member.id).collect()
    };
    let people = [&ada, &bob, &eve, &linked, &root, &plain, &asked].map(Clone::clone);

    let revision = facts.sso.connections[0].revision.as_ref();
    let asserted = email("test@acme.example");
    let said = preflight(&facts, revision, &people, Some(&asserted), &rules());
    assert_eq!(said.affected, ids(&[&ada, &bob, &linked]));
    assert_eq!(said.shut_out, ids(&[&bob]));
    assert_eq!(said.admins_without_second_factor, ids(&[&plain]));
    let ways = |password, passkey| WaysIn {
        password,
        passkey,
        proven_link: false,
    };
    let keeps = |person: &PreflightPerson, ways| KeepsWayIn {
        member_id: person.facts.member.id,
        ways,
    };
    assert_eq!(
        said.keeps_way_in,
        [
            keeps(&root, ways(true, true)),
            keeps(&plain, ways(false, false))
        ]
    );
    assert!(!said.lockout_risk);
    assert_eq!(said.advisories, [Advisory::AdminTwoFactorRecommended]);
}

#[test]
fn a_link_counts_where_its_provider_will_serve() {
    let mut facts = sso_workspace();
    let mut dan = person(
        &facts,
        "dan@contractor.example",
        Role::Member,
        MemberStatus::Active,
    );
    dan.facts.links = vec![identity(&facts, &dan.facts.member, name_id("7", None))];
    let revision = facts.sso.connections[0].revision.clone().unwrap();
    let asserted = email("test@acme.example");
    let shut_out = |facts: &WorkspaceFacts, enabling: &Revision| {
        let people = std::slice::from_ref(&dan);
        let said = preflight(facts, Some(enabling), people, Some(&asserted), &rules());
        said.shut_out.len()
    };
    assert_eq!(shut_out(&facts, &revision), 0);
    // Another provider in the place of the one that knew them.
    let mut moved = revision;
    moved.settings.idp_entity_id = Some("https://idp.elsewhere.example".into());
    assert_eq!(shut_out(&facts, &moved), 1);
    // Another connection: the one that knows them serves too, as long as it is live.
    moved.connection_id = ConnectionId::new(now());
    assert_eq!(shut_out(&facts, &moved), 0);
    facts.sso.connections[0].connection.phase = Phase::Disabled;
    assert_eq!(shut_out(&facts, &moved), 1);
}

#[test]
fn whom_the_provider_knows_follows_from_the_domains_else_from_the_test() {
    let mut facts = sso_workspace();
    let people = ["ada@acme.example", "bob@contractor.example"]
        .map(|address| person(&facts, address, Role::Member, MemberStatus::Active));
    let shut_out = |facts: &_, asserted: Option<&str>| {
        let asserted = asserted.map(email);
        let asserted = asserted.as_ref();
        let said = preflight(facts, None, &people, asserted, &rules());
        said.shut_out.len()
    };
    assert_eq!(shut_out(&facts, None), 0);
    assert_eq!(shut_out(&facts, Some("x@Acme.Example")), 1);
    assert_eq!(shut_out(&facts, Some("x@elsewhere.example")), 2);
    facts.verified_domains = vec!["acme.example".into(), "contractor.example".into()];
    assert_eq!(shut_out(&facts, Some("x@elsewhere.example")), 0);
    facts.verified_domains = vec!["elsewhere.example".into()];
    assert_eq!(shut_out(&facts, Some("x@acme.example")), 2);
}

#[test]
fn with_nobody_left_inside_the_risk_has_to_be_acknowledged() {
    let mut facts = sso_workspace();
    facts.workspace.two_factor = TwoFactorRule::Admins;
    let revision = facts.sso.connections[0].revision.clone().unwrap();
    for (role, status, risk) in [
        (Role::Admin, MemberStatus::Active, false),
        (Role::Admin, MemberStatus::Invited, true),
        (Role::Admin, MemberStatus::Deactivated, true),
        (Role::Member, MemberStatus::Active, true),
    ] {
        let people = [person(&facts, ADA, role, status)];
        let said = preflight(&facts, Some(&revision), &people, None, &rules());
        assert_eq!(said.lockout_risk, risk, "{role} {status}");
        assert_eq!(said.keeps_way_in.is_empty(), risk, "{role} {status}");
        assert_eq!(said.advisories, []);
        for acknowledged in [false, true] {
            let enabled = may_enable(
                facts.workspace.plan,
                facts.workspace.two_factor,
                &revision,
                !said.lockout_risk,
                acknowledged,
                &rules(),
            );
            let expected = if risk && !acknowledged {
                Err(Refusal::LockoutRisk)
            } else {
                Ok(Vec::new())
            };
            assert_eq!(enabled, expected, "{role} {status} {acknowledged}");
        }
    }
    // The test comes first: there is nothing to acknowledge before it.
    let mut untested = revision;
    untested.passed_test = None;
    let plan = facts.workspace.plan;
    let refused = may_enable(plan, TwoFactorRule::Off, &untested, false, true, &rules());
    assert_eq!(refused.unwrap_err().code(), "test-required");
}
