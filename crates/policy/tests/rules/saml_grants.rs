//! The door for assertions.

use jiff::SignedDuration;
use vestibule_model::{
    AuthenticationMethod, MemberStatus, Origin, Phase, Plan, Provisioning, RevisionId, Role,
};
use vestibule_policy::{Admission, Denial, Grant, IdentityUse, Refusal, SamlFacts, grant_by_saml};
use vestibule_saml::Identifier;

use crate::{
    assertion::{Asserted, IDP, Key},
    scene::{
        PERSISTENT, TRANSIENT, client, connection, ends_refused, identity, member, name_id, now,
        path, proof, rules, saml_facts, serving, sso_workspace,
    },
};

const ADA: &str = "ada@acme.example";

fn persistent(value: &str) -> Asserted {
    Asserted {
        format: Some(PERSISTENT),
        attributes: vec![
            ("mail".into(), vec![ADA.into()]),
            ("displayName".into(), vec!["Ada".into()]),
        ],
        ..Asserted::new(value, now())
    }
}

fn grant(asserted: &Asserted, facts: &SamlFacts) -> Result<Grant, Denial> {
    grant_by_saml(&asserted.verified(), facts, client(), &rules(), now())
}

fn code(result: Result<Grant, Denial>) -> &'static str {
    match result {
        Ok(grant) => panic!("granted: {:?}", path(grant.reasons())),
        Err(denial) => {
            assert!(!denial.reasons.is_empty());
            assert!(
                denial
                    .reasons
                    .iter()
                    .any(|reason| reason.rule == denial.refusal.rule())
            );
            denial.refusal.code()
        }
    }
}

#[test]
fn a_newcomer_becomes_a_member_with_a_link() {
    let mut workspace = sso_workspace();
    workspace.verified_domains = vec!["acme.example".into()];
    let facts = saml_facts(&workspace);
    let asked_by = client();
    let asserted = persistent("7");
    let grant = grant_by_saml(&asserted.verified(), &facts, asked_by, &rules(), now()).unwrap();
    assert_eq!(
        path(grant.reasons()),
        "P1 pass, P5 pass, P9 pass, P7 pass, P8 pass, P10 not_applicable, P4 not_applicable"
    );
    assert_eq!(
        (grant.workspace_id(), grant.client_id()),
        (workspace.workspace.id, asked_by)
    );
    assert_eq!(
        (grant.role(), grant.email_verified(), grant.renews()),
        (Role::Member, true, None)
    );
    assert_eq!(grant.amr(), [AuthenticationMethod::Saml]);
    assert_eq!((grant.auth_time(), grant.not_after()), (now(), None));
    assert_eq!(grant.expires_at(), now() + SignedDuration::from_secs(60));
    let Admission::New { member, identity } = grant.admission() else {
        panic!("a member before")
    };
    let identity = identity.as_ref().unwrap();
    assert_eq!(
        (member.email.as_str(), member.name.as_deref()),
        (ADA, Some("Ada"))
    );
    assert_eq!(
        (member.role, member.status),
        (Role::Member, MemberStatus::Active)
    );
    assert_eq!(grant.member_id(), member.id);
    assert_eq!(
        (identity.member_id, identity.connection_id),
        (member.id, facts.connection_id)
    );
    assert_eq!(identity.subject.idp_entity_id, IDP);
    assert_eq!(identity.subject.name_id, name_id("7", Some(PERSISTENT)));
    assert_eq!(identity.proof, None);
    let Origin::Saml {
        connection_id,
        revision_id,
        details,
    } = grant.origin()
    else {
        panic!()
    };
    assert_eq!(
        (*connection_id, *revision_id),
        (facts.connection_id, facts.revision_id_of_trip)
    );
    assert_eq!(details.session_index.as_deref(), Some("_session"));
    assert_eq!(details.attributes.get("mail").unwrap().values, [ADA]);
}

#[test]
fn an_address_outside_verified_domains_is_not_called_verified() {
    let facts = saml_facts(&sso_workspace());
    assert!(!grant(&persistent("7"), &facts).unwrap().email_verified());
}

#[test]
fn a_linked_subject_is_that_member_whatever_the_address_says() {
    let workspace = sso_workspace();
    let mut facts = saml_facts(&workspace);
    let ada = member(&workspace, "someone@else.example", Role::Member);
    let link = identity(&workspace, &ada, name_id("7", Some(PERSISTENT)));
    facts.by_subject = Some((link.clone(), ada.clone()));
    facts.by_email = Some(member(&workspace, ADA, Role::Admin));
    for value in [ADA, "", "not an address"] {
        let mut asserted = persistent("7");
        asserted.attributes = vec![("mail".into(), vec![value.into()])];
        let grant = grant(&asserted, &facts).unwrap();
        let used = Some(IdentityUse::Known(link.id));
        let expected = Admission::Existing {
            member: ada.clone(),
            changed: false,
            identity: used,
        };
        assert_eq!(*grant.admission(), expected, "{value:?}");
    }
}

#[test]
fn a_matching_address_links_a_further_subject_of_a_member() {
    let workspace = sso_workspace();
    let mut facts = saml_facts(&workspace);
    let mut ada = member(&workspace, "Ada@ACME.example", Role::Member);
    ada.name = None;
    ada.status = MemberStatus::Invited;
    facts.by_email = Some(ada.clone());
    let granted = grant(&persistent("7"), &facts).unwrap();
    let Admission::Existing {
        member: after,
        changed: true,
        identity: Some(IdentityUse::New(link)),
    } = granted.admission()
    else {
        panic!("{:?}", granted.admission())
    };
    assert_eq!(
        (after.id, after.status, after.name.as_deref()),
        (ada.id, MemberStatus::Active, Some("Ada"))
    );
    // The address is kept as it was.
    assert_eq!(after.email.as_str(), "Ada@ACME.example");
    assert_eq!(link.member_id, ada.id);

    facts.by_email = Some(member(&workspace, ADA, Role::Member));
    let granted = grant(&persistent("7"), &facts).unwrap();
    let Admission::Existing {
        member: after,
        changed: false,
        ..
    } = granted.admission()
    else {
        panic!("{:?}", granted.admission())
    };
    // A name that is there stays.
    assert_eq!(after.name.as_deref(), Some("Ada Lovelace"));
}

#[test]
fn an_admin_comes_in_by_a_proven_link_alone() {
    let workspace = sso_workspace();
    let mut facts = saml_facts(&workspace);
    let admin = member(&workspace, ADA, Role::Admin);
    facts.by_email = Some(admin.clone());
    assert_eq!(
        code(grant(&persistent("7"), &facts)),
        "local-proof-required"
    );
    let mut link = identity(&workspace, &admin, name_id("7", Some(PERSISTENT)));
    facts.by_subject = Some((link.clone(), admin.clone()));
    assert_eq!(
        code(grant(&persistent("7"), &facts)),
        "local-proof-required"
    );
    link.proof = Some(proof(&[]));
    facts.by_subject = Some((link.clone(), admin.clone()));
    assert_eq!(
        code(grant(&persistent("7"), &facts)),
        "local-proof-required"
    );
    link.proof = Some(proof(&[Key::Idps]));
    facts.by_subject = Some((link, admin.clone()));
    let granted = grant(&persistent("7"), &facts).unwrap();
    assert_eq!(
        (granted.member_id(), granted.role()),
        (admin.id, Role::Admin)
    );
}

#[test]
fn an_address_that_differs_by_more_than_ascii_case_is_never_linked() {
    let workspace = sso_workspace();
    let mut facts = saml_facts(&workspace);
    facts.by_email = Some(member(&workspace, "\u{ff41}da@acme.example", Role::Member));
    let denial = grant(&persistent("7"), &facts).unwrap_err();
    assert_eq!(denial.refusal, Refusal::EmailAmbiguous);
    assert!(ends_refused(&denial.reasons));
}

#[test]
fn a_second_persistent_subject_of_the_same_idp_is_a_conflict() {
    let workspace = sso_workspace();
    let mut facts = saml_facts(&workspace);
    let ada = member(&workspace, ADA, Role::Member);
    let old = identity(&workspace, &ada, name_id("6", Some(PERSISTENT)));
    facts.by_email = Some(ada.clone());
    facts.identities_of_candidate = vec![old.clone()];
    assert_eq!(
        grant(&persistent("7"), &facts).unwrap_err().refusal,
        Refusal::IdentityConflict {
            member_id: ada.id,
            identity_id: old.id
        }
    );
    // Everything that is not the same kind of link of the same IdP here stands in nobody's way.
    let mut other_idp = old.clone();
    other_idp.subject.idp_entity_id = "https://old.example".into();
    let mut other_connection = old.clone();
    other_connection.connection_id = connection(&workspace, Phase::Live).connection.id;
    let mut other_format = old.clone();
    other_format.subject.name_id.format = None;
    let mut same_value = old;
    same_value.subject.name_id = name_id("7", Some(PERSISTENT));
    same_value.subject.name_id.name_qualifier = Some(IDP.into());
    facts.identities_of_candidate = vec![other_idp, other_connection, other_format, same_value];
    assert!(grant(&persistent("7"), &facts).is_ok());
    // A second subject of another format is no conflict either.
    facts.identities_of_candidate =
        vec![identity(&workspace, &ada, name_id("6", Some(PERSISTENT)))];
    let mut asserted = persistent("7");
    asserted.format = None;
    assert!(grant(&asserted, &facts).is_ok());
}

#[test]
fn a_second_value_of_the_chosen_attribute_is_a_conflict() {
    let workspace = sso_workspace();
    let mut facts = saml_facts(&workspace);
    let ada = member(&workspace, ADA, Role::Member);
    let known_by = |value: &str| {
        let mut asserted = persistent("");
        asserted.identifier = Identifier::Attribute("employee".into());
        asserted
            .attributes
            .push(("employee".into(), vec![value.into()]));
        asserted
    };
    let stored = |value: &str, attribute: &str| {
        let format = format!("urn:vestibule:attribute:{attribute}");
        let mut stored = name_id(value, None);
        stored.format = Some(format);
        identity(&workspace, &ada, stored)
    };
    facts.by_email = Some(ada.clone());
    facts.identities_of_candidate = vec![stored("6", "employee")];
    let refused = grant(&known_by("7"), &facts).unwrap_err().refusal;
    assert!(matches!(refused, Refusal::IdentityConflict { .. }));
    // The same value, another attribute, and a NameID from before stand in nobody's way.
    facts.identities_of_candidate = vec![
        stored("7", "employee"),
        stored("6", "badge"),
        identity(&workspace, &ada, name_id("6", Some(PERSISTENT))),
    ];
    let granted = grant(&known_by("7"), &facts).unwrap();
    let Admission::Existing {
        identity: Some(IdentityUse::New(link)),
        ..
    } = granted.admission()
    else {
        panic!("the subject is to be linked: {:?}", granted.admission());
    };
    assert_eq!(link.subject, stored("7", "employee").subject);
}

#[test]
fn a_transient_subject_is_resolved_by_the_address_and_never_kept() {
    let workspace = sso_workspace();
    let mut facts = saml_facts(&workspace);
    let mut asserted = persistent("_once");
    asserted.format = Some(TRANSIENT);
    let granted = grant(&asserted, &facts).unwrap();
    assert!(matches!(
        granted.admission(),
        Admission::New { identity: None, .. }
    ));

    let ada = member(&workspace, ADA, Role::Member);
    facts.by_email = Some(ada.clone());
    let granted = grant(&asserted, &facts).unwrap();
    assert_eq!(
        *granted.admission(),
        Admission::Existing {
            member: ada.clone(),
            changed: false,
            identity: None
        }
    );
    // Whatever was found by it does not count.
    let other = member(&workspace, "eve@acme.example", Role::Member);
    facts.by_subject = Some((
        identity(&workspace, &other, name_id("_once", Some(TRANSIENT))),
        other,
    ));
    assert_eq!(grant(&asserted, &facts).unwrap().member_id(), ada.id);

    asserted.attributes = Vec::new();
    assert_eq!(code(grant(&asserted, &facts)), "email-missing");
}

#[test]
fn an_unknown_subject_needs_an_address() {
    let facts = saml_facts(&sso_workspace());
    let mut asserted = persistent("7");
    asserted.attributes = Vec::new();
    assert_eq!(code(grant(&asserted, &facts)), "email-missing");
    asserted.attributes = vec![("mail".into(), vec!["nobody".into()])];
    assert_eq!(code(grant(&asserted, &facts)), "email-invalid");
}

#[test]
fn who_may_not_enter_does_not() {
    let mut workspace = sso_workspace();
    serving(&mut workspace).provisioning = Provisioning::InviteOnly;
    assert_eq!(
        code(grant(&persistent("7"), &saml_facts(&workspace))),
        "not-invited"
    );

    serving(&mut workspace).provisioning = Provisioning::JustInTime;
    workspace.verified_domains = vec!["other.example".into()];
    let mut facts = saml_facts(&workspace);
    assert_eq!(code(grant(&persistent("7"), &facts)), "domain-not-verified");

    let mut ada = member(&workspace, ADA, Role::Member);
    facts.by_email = Some(ada.clone());
    assert!(
        grant(&persistent("7"), &facts).is_ok(),
        "members need no verified domain"
    );
    ada.status = MemberStatus::Deactivated;
    facts.by_email = Some(ada.clone());
    assert_eq!(code(grant(&persistent("7"), &facts)), "member-deactivated");
    let link = identity(&workspace, &ada, name_id("7", Some(PERSISTENT)));
    facts.by_subject = Some((link, ada));
    assert_eq!(code(grant(&persistent("7"), &facts)), "member-deactivated");
}

#[test]
fn only_the_live_revision_of_a_live_connection_serves() {
    let workspace = sso_workspace();
    let mut facts = saml_facts(&workspace);
    facts.revision_id_of_trip = RevisionId::new(now());
    assert_eq!(code(grant(&persistent("7"), &facts)), "revision-superseded");

    for (phase, plan, expected) in [
        (Phase::Disabled, Plan::Pro, "sso-not-live"),
        (Phase::Draft, Plan::Pro, "sso-not-live"),
        (Phase::Live, Plan::Growth, "plan-upgrade-required"),
    ] {
        let mut facts = saml_facts(&workspace);
        facts.workspace.workspace.plan = plan;
        facts.workspace.sso.connections[0].connection.phase = phase;
        // Off goes before superseded: nobody is sent on another trip to what does not serve.
        facts.revision_id_of_trip = RevisionId::new(now());
        assert_eq!(
            code(grant(&persistent("7"), &facts)),
            expected,
            "{phase} {plan}"
        );
    }
    let mut facts = saml_facts(&workspace);
    facts.workspace.sso.connections.clear();
    assert_eq!(code(grant(&persistent("7"), &facts)), "sso-not-live");
}

#[test]
fn a_listed_authn_context_has_to_be_asserted() {
    let mut workspace = sso_workspace();
    serving(&mut workspace).required_authn_context = vec!["urn:one".into(), "urn:two".into()];
    let facts = saml_facts(&workspace);
    let mut asserted = persistent("7");
    let denial = grant(&asserted, &facts).unwrap_err();
    assert_eq!(
        denial.refusal,
        Refusal::AuthnContextRequired {
            required: vec!["urn:one".into(), "urn:two".into()],
            received: Some(asserted.context.into()),
        }
    );
    asserted.context = "urn:two";
    assert!(grant(&asserted, &facts).is_ok());
}

#[test]
fn the_idps_session_bounds_the_grant_and_one_that_is_over_opens_nothing() {
    let facts = saml_facts(&sso_workspace());
    let mut asserted = persistent("7");
    asserted.session_end = Some(now() + SignedDuration::from_mins(10));
    assert_eq!(
        grant(&asserted, &facts).unwrap().not_after(),
        asserted.session_end
    );
    // Within the skew the assertion is accepted, but no session can come of it.
    asserted.session_end = Some(now() - SignedDuration::from_secs(30));
    assert_eq!(code(grant(&asserted, &facts)), "session-ended");
}

#[test]
fn facts_that_do_not_belong_together_open_nothing() {
    let workspace = sso_workspace();
    let elsewhere = sso_workspace();
    let mut facts = saml_facts(&workspace);
    let ada = member(&workspace, ADA, Role::Member);
    let link = identity(&workspace, &ada, name_id("7", Some(PERSISTENT)));

    facts.by_subject = Some((link.clone(), member(&workspace, ADA, Role::Member)));
    assert_eq!(
        code(grant(&persistent("7"), &facts)),
        "not-of-this-workspace",
        "another's link"
    );
    facts.by_subject = Some((link.clone(), ada.clone()));
    assert_eq!(
        code(grant(&persistent("8"), &facts)),
        "not-of-this-workspace",
        "another subject"
    );
    let mut foreign = link;
    foreign.connection_id = elsewhere.sso.connections[0].connection.id;
    facts.by_subject = Some((foreign, ada));
    assert_eq!(
        code(grant(&persistent("7"), &facts)),
        "not-of-this-workspace",
        "another connection"
    );
    facts.by_subject = None;
    facts.by_email = Some(member(&elsewhere, ADA, Role::Member));
    assert_eq!(
        code(grant(&persistent("7"), &facts)),
        "not-of-this-workspace",
        "another workspace"
    );
}

#[test]
fn debug_shows_ids_alone() {
    let facts = saml_facts(&sso_workspace());
    let shown = format!("{:?}", grant(&persistent("s3cret"), &facts).unwrap());
    assert!(
        !shown.contains("s3cret") && !shown.contains("Ada") && !shown.contains("ada@"),
        "{shown}"
    );
}
