//! What is announced is what is done: `decide` and the doors agree on everything.

use proptest::prelude::*;
use vestibule_model::{
    AuthenticationMethod::{Otp, Pwd},
    Role,
};
use vestibule_policy::{MethodKind, Requirement, decide, grant_by_saml, grant_vouched};

use crate::{
    assertion::Asserted,
    properties::{STRONG, any_member, any_workspace},
    scene::{client, email, member, now, rules, saml_facts},
};

proptest! {
    #[test]
    fn by_password(facts in any_workspace(), (role, status) in any_member()) {
        let mut ada = member(&facts, "ada@acme.example", role);
        ada.status = status;
        let decision = decide(&facts, &ada.email, Some(&ada), MethodKind::Password, &rules());
        for (amr, given) in [(&[Pwd][..], &[][..]), (&[Pwd, Otp], &[Requirement::SecondFactor])] {
            let granted = grant_vouched(&facts, &ada.email, &ada, amr, client(), &rules(), now());
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
        let decision = decide(&facts, &address, ada.as_ref(), MethodKind::Saml, &rules());
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
