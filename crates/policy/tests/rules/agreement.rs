//! What is announced is what is done: `decide` and the doors agree on everything.

use proptest::prelude::*;
use vestibule_model::{
    AuthenticationMethod::{Otp, Pwd},
    Role, Unmapped,
};
use vestibule_policy::{
    LocalProof, LocalStep, MethodKind, PersonFacts, Requirement, decide, grant_by_saml,
    grant_vouched, local_step,
};

use crate::{
    assertion::Asserted,
    keyring::{password, with_totp},
    properties::{STRONG, any_member, any_workspace},
    restrictions::any_case,
    scene::{ada_asserted, client, email, member, now, rules, saml_facts, serving},
};

proptest! {
    #[test]
    fn by_password(facts in any_workspace(), (role, status) in any_member()) {
        let mut ada = member(&facts, "ada@acme.example", role);
        ada.status = status;
        let ada = PersonFacts::bare(ada);
        let decision = decide(&facts, &ada.member.email, Some(&ada), MethodKind::Password, &rules());
        for (amr, given) in [(&[Pwd][..], &[][..]), (&[Pwd, Otp], &[Requirement::SecondFactor])] {
            let granted = grant_vouched(&facts, &ada.member.email, &ada, amr, client(), &rules(), now());
            let met = decision.required.iter().all(|requirement| given.contains(requirement));
            prop_assert_eq!(granted.is_ok(), decision.allowed && met);
            if let (Err(denial), Some(refusal)) = (granted, &decision.refusal) {
                prop_assert_eq!(&denial.refusal, refusal);
                prop_assert_eq!(&denial.reasons, &decision.reasons);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn by_saml(
        facts in any_workspace(),
        who in prop::option::of(any_member()),
        strong in any::<bool>(),
    ) {
        // One connection: with several, the decision is about any of them.
        let mut facts = facts;
        facts.sso.connections.truncate(1);
        prop_assume!(!facts.sso.connections.is_empty());
        let ada = who.map(|(role, status)| {
            let mut ada = member(&facts, "ada@acme.example", role);
            ada.status = status;
            ada
        });
        let address = email("ada@acme.example");
        let decision = decide(&facts, &address, ada.clone().map(PersonFacts::bare).as_ref(), MethodKind::Saml, &rules());
        let mut judged = saml_facts(&facts);
        judged.by_email = ada;
        let mut asserted = Asserted::new("ada@acme.example", now());
        if strong {
            asserted.context = STRONG;
        }
        let granted = grant_by_saml(&asserted.verified(), &judged, client(), &rules(), now());
        let given = if strong { &[Requirement::AuthnContext][..] } else { &[] };
        let met = decision.required.iter().all(|requirement| given.contains(requirement));
        prop_assert_eq!(granted.is_ok(), decision.allowed && met);
        if let Ok(grant) = &granted {
            prop_assert_eq!(grant.role(), Role::Member);
        }
        if let (Err(denial), Some(refusal)) = (granted, &decision.refusal) {
            prop_assert_eq!(&denial.refusal, refusal);
        }
    }
}

proptest! {
    #[test]
    fn by_what_vestibule_keeps(case in any_case()) {
        // What a decision knows of a password is when it was set.
        let mut case = case;
        let set_at = *case.ada.password_set_at.get_or_insert_with(now);
        let decision = case.ask(MethodKind::Password);
        let shown: [(LocalProof, &[Requirement]); 2] = [
            (password(&case.ada.member, set_at), &[]),
            (with_totp(&case.ada.member, set_at), &[Requirement::SecondFactor]),
        ];
        for (shown, given) in shown {
            let step = local_step(&case.facts, &case.ada, &shown, false, &rules());
            let granted = case.locally(shown);
            let met = decision.required.iter().all(|requirement| given.contains(requirement));
            prop_assert_eq!(granted.is_ok(), decision.allowed && met);
            prop_assert_eq!(granted.is_ok(), step == Ok(LocalStep::Enter));
            if let (Err(denial), Some(refusal)) = (granted, &decision.refusal) {
                prop_assert_eq!(&denial.refusal, refusal);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn by_saml_of_whom_a_link_names(case in any_case(), strong in any::<bool>()) {
        // One connection: with several, the decision is about any of them.
        let mut case = case;
        case.facts.sso.connections.truncate(1);
        prop_assume!(!case.facts.sso.connections.is_empty());
        let decision = case.ask(MethodKind::Saml);
        // Groups that no mapping knows: what they say is nothing that a decision could know.
        let mut asserted = ada_asserted("7", &["guests"]);
        if let Some(mapping) = &mut serving(&mut case.facts).role_mapping {
            mapping.otherwise = Unmapped::Keep;
        }
        if strong {
            asserted.context = STRONG;
        }
        let granted = case.by_saml(&asserted);
        let given = if strong { &[Requirement::AuthnContext][..] } else { &[] };
        let met = decision.required.iter().all(|requirement| given.contains(requirement));
        prop_assert_eq!(granted.is_ok(), decision.allowed && met);
        match granted {
            Ok(grant) => prop_assert_eq!(grant.role(), case.ada.member.role),
            Err(denial) => {
                let refusal = decision.refusal.map_or(denial.refusal.clone(), |refusal| refusal);
                prop_assert_eq!(denial.refusal, refusal);
            }
        }
    }
}
