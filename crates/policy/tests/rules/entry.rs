//! P7: whom a domain lets in.

use vestibule_model::{MemberStatus, Provisioned, Role};
use vestibule_policy::{MethodKind, PersonFacts, decide, needs_links, shut_out_by_domain};

use crate::scene::{
    ADA, PERSISTENT, ada_asserted, bare, code, email, enter, identity, member, name_id, rules,
    saml_facts, sso_workspace,
};

/// What the domains of this workspace and of another one say of Ada's address: how she came, whether
/// she is linked, and how that ends.
#[test]
fn who_came_just_in_time_and_is_not_linked_stays_within_the_domains() {
    use Provisioned::{Api, Invitation, JustInTime};
    let (ours, elsewhere) = (&["acme.example"][..], &["other.example"][..]);
    for (verified, of_others, provisioned, linked, allowed) in [
        (&[][..], &[][..], JustInTime, false, true),
        (ours, &[], JustInTime, false, true),
        (elsewhere, &[], JustInTime, false, false),
        (elsewhere, &[], JustInTime, true, true),
        (elsewhere, &[], Api, false, true),
        (elsewhere, &[], Invitation, false, true),
        (&[], ours, JustInTime, false, false),
        (&[], ours, JustInTime, true, true),
        (&[], ours, Api, false, true),
    ] {
        let mut facts = sso_workspace();
        facts.verified_domains = verified.iter().map(|domain| (*domain).into()).collect();
        facts.domains_of_others = of_others.iter().map(|domain| (*domain).into()).collect();
        let mut ada = member(&facts, ADA, Role::Member);
        ada.provisioned = provisioned;
        let link = identity(&facts, &ada, name_id("6", None));
        let case = format!("{verified:?} {of_others:?} {provisioned} {linked}");

        let person = PersonFacts {
            links: linked.then(|| link.clone()).into_iter().collect(),
            ..bare(&ada)
        };
        let decision = decide(
            &facts,
            &ada.email,
            Some(&person),
            MethodKind::Saml,
            &rules(),
        );
        assert_eq!(decision.allowed, allowed, "{case}");
        // What may be left out changes nothing.
        if !needs_links(&ada, &facts) {
            let without = decide(
                &facts,
                &ada.email,
                Some(&bare(&ada)),
                MethodKind::Saml,
                &rules(),
            );
            assert_eq!(without, decision, "{case}");
        }
        let mut judged = saml_facts(&facts);
        judged.by_email = Some(ada);
        judged.identities_of_candidate = person.links;
        let expected = if allowed {
            "granted"
        } else {
            "domain-not-verified"
        };
        assert_eq!(
            code(enter(&ada_asserted("7", &[]), &judged)),
            expected,
            "{case}"
        );
    }
}

#[test]
fn a_linked_subject_lets_in_whoever_came_just_in_time() {
    let mut facts = sso_workspace();
    facts.verified_domains = vec!["other.example".into()];
    let mut ada = member(&facts, ADA, Role::Member);
    ada.provisioned = Provisioned::JustInTime;
    let mut judged = saml_facts(&facts);
    let link = identity(&facts, &ada, name_id("7", Some(PERSISTENT)));
    judged.by_subject = Some((link, ada));
    assert_eq!(code(enter(&ada_asserted("7", &[]), &judged)), "granted");
}

#[test]
fn nobody_comes_just_in_time_with_an_address_in_a_domain_of_another_workspace() {
    let mut facts = sso_workspace();
    facts.domains_of_others = vec!["Acme.Example".into()];
    let refused = enter(&ada_asserted("7", &[]), &saml_facts(&facts));
    assert_eq!(code(refused), "domain-not-verified");
    for method in MethodKind::ALL {
        let decision = decide(&facts, &email(ADA), None, *method, &rules());
        assert_eq!(
            decision.refusal.unwrap().code(),
            "domain-not-verified",
            "{method}"
        );
    }
}

#[test]
fn the_first_verified_domain_shuts_out_whom_it_then_refuses() {
    for provisioned in Provisioned::ALL {
        for status in MemberStatus::ALL {
            for (domain, linked) in [
                ("acme.example", false),
                ("other.example", false),
                ("other.example", true),
            ] {
                let mut facts = sso_workspace();
                let mut ada = member(&facts, ADA, Role::Member);
                ada.provisioned = *provisioned;
                ada.status = *status;
                let named = shut_out_by_domain(&facts, domain, &ada, linked);
                let link = identity(&facts, &ada, name_id("7", None));
                let person = PersonFacts {
                    links: linked.then_some(link).into_iter().collect(),
                    ..bare(&ada)
                };
                let ask = |facts: &_| {
                    decide(facts, &ada.email, Some(&person), MethodKind::Saml, &rules()).allowed
                };
                let before = ask(&facts);
                facts.verified_domains = vec![domain.into()];
                let case = format!("{provisioned} {status} {domain} {linked}");
                assert_eq!(named, before && !ask(&facts), "{case}");
                assert!(!shut_out_by_domain(&facts, domain, &ada, linked), "{case}");
            }
        }
    }
}

#[test]
fn the_deactivated_hear_that_and_nothing_else() {
    let mut facts = sso_workspace();
    facts.verified_domains = vec!["other.example".into()];
    let mut ada = member(&facts, ADA, Role::Member);
    ada.provisioned = Provisioned::JustInTime;
    ada.status = MemberStatus::Deactivated;
    let mut judged = saml_facts(&facts);
    judged.by_email = Some(ada);
    assert_eq!(
        code(enter(&ada_asserted("7", &[]), &judged)),
        "member-deactivated"
    );
}
