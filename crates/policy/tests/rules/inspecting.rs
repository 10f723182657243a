//! An inspection says what the door says, and opens none.

use jiff::SignedDuration;
use vestibule_model::{MemberStatus, Phase, Plan, RevisionId, Role};
use vestibule_policy::{Denial, Reason, SamlFacts, grant_by_saml, inspect_by_saml};
use vestibule_saml::{Expected, ExpectedParts, Inspect, VerifiedAssertion};

use crate::{
    assertion::{ACS, Asserted, IDP, SP},
    scene::{client, member, now, path, rules, saml_facts, sso_workspace},
};

fn ada() -> Asserted {
    Asserted {
        attributes: vec![("mail".into(), vec!["ada@acme.example".into()])],
        ..Asserted::new("7", now())
    }
}

/// The corridor of an inspection, with the same expectations.
fn inspected(asserted: &Asserted) -> VerifiedAssertion<Inspect> {
    let skew = SignedDuration::from_secs(180);
    let parts = ExpectedParts {
        identifier: asserted.identifier.clone(),
        ..ExpectedParts::new(SP.to_owned(), ACS.to_owned(), skew)
    };
    asserted.walked(&Expected::inspect(parts, Some(IDP.to_owned())))
}

fn door(facts: &SamlFacts) -> Result<Vec<Reason>, Denial> {
    let grant = grant_by_saml(&ada().verified(), facts, client(), &rules(), now());
    grant.map(|grant| grant.reasons().to_vec())
}

#[test]
fn what_the_door_says_is_what_an_inspection_says() {
    let workspace = sso_workspace();
    let newcomer = saml_facts(&workspace);
    let known = |role, status| {
        let mut ada = member(&workspace, "ada@acme.example", role);
        ada.status = status;
        SamlFacts {
            by_email: Some(ada),
            ..newcomer.clone()
        }
    };
    let mut downgraded = newcomer.clone();
    downgraded.workspace.workspace.plan = Plan::Free;
    let superseded = SamlFacts {
        revision_id_of_trip: RevisionId::new(now()),
        ..newcomer.clone()
    };
    let mut allowed = 0;
    for facts in [
        newcomer.clone(),
        known(Role::Member, MemberStatus::Active),
        known(Role::Member, MemberStatus::Deactivated),
        known(Role::Admin, MemberStatus::Active),
        downgraded,
        superseded,
    ] {
        let said = inspect_by_saml(&inspected(&ada()), facts.clone(), None, &rules(), now());
        assert_eq!(said, door(&facts));
        allowed += usize::from(said.is_ok());
    }
    assert_eq!(allowed, 2);
}

#[test]
fn a_revision_that_does_not_serve_is_judged_as_if_it_did() {
    let workspace = sso_workspace();
    let mut facts = saml_facts(&workspace);
    let mut draft = workspace.sso.connections[0].revision.clone().unwrap();
    draft.id = RevisionId::new(now());
    facts.revision_id_of_trip = draft.id;
    facts.workspace.sso.connections[0].connection.phase = Phase::Disabled;
    let inspected = inspected(&ada());
    let refused = inspect_by_saml(&inspected, facts.clone(), None, &rules(), now()).unwrap_err();
    assert_eq!(refused.refusal.code(), "sso-not-live");
    let reasons = inspect_by_saml(&inspected, facts.clone(), Some(&draft), &rules(), now());
    assert!(path(&reasons.unwrap()).contains("P5 pass"));
    // The plan counts for it all the same.
    facts.workspace.workspace.plan = Plan::Free;
    let refused = inspect_by_saml(&inspected, facts, Some(&draft), &rules(), now()).unwrap_err();
    assert_eq!(refused.refusal.code(), "plan-upgrade-required");
}
