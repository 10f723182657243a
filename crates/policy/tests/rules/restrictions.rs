//! A restriction never allows more, whatever else is set and by whichever door; and no answer is a
//! dead end.

use proptest::prelude::*;
use vestibule_model::{
    AuthenticationMethod::{Otp, Pwd},
    MemberStatus, Origin, Provisioned, Provisioning, Role, TwoFactorRule, Unmapped,
};
use vestibule_policy::{
    Decision, Denial, Grant, LocalProof, MethodKind, PersonFacts, SamlFacts, WorkspaceFacts,
    decide, grant_local, grant_renewal, grant_vouched,
};

use crate::{
    assertion::{Asserted, Key},
    keyring::{password, with_totp},
    properties::{STRONG, any_member, any_of, any_workspace, asks_for_second_factor, sso_is_live},
    scene::{
        ADA, PERSISTENT, ada_asserted, bare, client, email, enter, identity, map_roles, member,
        name_id, now, proof, rules, saml_facts, saml_origin, session,
    },
    truth_table::way_forward,
};

/// A workspace with whatever can be set in it, and one person, as whom they are linked or not.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) facts: WorkspaceFacts,
    pub(crate) ada: PersonFacts,
}

pub(crate) fn any_case() -> impl Strategy<Value = Case> {
    let mapping = prop::option::of((any_of(Unmapped::ALL), any::<bool>()));
    let about_sso = (any::<bool>(), any::<bool>(), mapping);
    let about_ada = (
        any_member(),
        any_of(Provisioned::ALL),
        prop::option::of(any::<bool>()),
        prop::option::of(any::<bool>()),
        any::<bool>(),
    );
    (any_workspace(), about_sso, about_ada).prop_map(|(mut facts, sso, ada)| {
        let (was_live, of_others, mapping) = sso;
        facts.workspace.sso_enabled_at = was_live.then(now);
        if of_others {
            facts.domains_of_others = vec!["acme.example".into()];
        }
        let has_connection = !facts.sso.connections.is_empty();
        if let Some((otherwise, enabled)) = mapping.filter(|_| has_connection) {
            map_roles(&mut facts, otherwise, enabled);
        }
        let ((role, status), provisioned, link, old, second_factor) = ada;
        let mut ada = member(&facts, ADA, role);
        ada.status = status;
        ada.provisioned = provisioned;
        let link = link.filter(|_| has_connection).map(|proven| {
            let mut link = identity(&facts, &ada, name_id("7", Some(PERSISTENT)));
            link.proof = proven.then(|| proof(&[Key::Idps]));
            link
        });
        let an_hour = jiff::SignedDuration::from_hours(1);
        let ada = PersonFacts {
            links: link.into_iter().collect(),
            password_set_at: old.map(|old| {
                if old {
                    now() - an_hour
                } else {
                    now() + an_hour
                }
            }),
            second_factor,
            ..bare(&ada)
        };
        Case { facts, ada }
    })
}

impl Case {
    pub(crate) fn ask(&self, method: MethodKind) -> Decision {
        decide(&self.facts, &email(ADA), Some(&self.ada), method, &rules())
    }

    /// What a sign-in through the first connection is judged by.
    pub(crate) fn judged(&self) -> SamlFacts {
        let member = &self.ada.member;
        let link = self.ada.links.first();
        SamlFacts {
            by_subject: link.map(|link| (link.clone(), member.clone())),
            by_email: Some(member.clone()),
            identities_of_candidate: self.ada.links.clone(),
            ..saml_facts(&self.facts)
        }
    }

    pub(crate) fn by_saml(&self, asserted: &Asserted) -> Result<Grant, Denial> {
        enter(asserted, &self.judged())
    }

    pub(crate) fn locally(&self, proof: LocalProof) -> Result<Grant, Denial> {
        grant_local(&self.facts, &self.ada, proof, client(), &rules(), now())
    }

    /// Every door but SAML's, and how strong what is shown there is.
    fn by_anything_else(&self) -> Vec<(bool, Result<Grant, Denial>)> {
        let Self { facts, ada } = self;
        let set_at = ada.password_set_at.unwrap_or_else(now);
        let mut all = vec![
            (false, self.locally(password(&ada.member, set_at))),
            (true, self.locally(with_totp(&ada.member, set_at))),
        ];
        for amr in [&[Pwd][..], &[Pwd, Otp]] {
            let strong = amr.len() > 1;
            let email = &ada.member.email;
            let vouched = grant_vouched(facts, email, ada, amr, client(), &rules(), now());
            all.push((strong, vouched));
            for origin in [Origin::Vouched, Origin::Local] {
                let mut old = session(&ada.member, origin);
                old.amr = amr.to_vec();
                all.push((
                    strong,
                    grant_renewal(&old, facts, Some(ada), &rules(), now()),
                ));
            }
        }
        all
    }

    fn renewed_by_saml(&self) -> Result<Grant, Denial> {
        let mut session = session(&self.ada.member, saml_origin(&self.facts));
        if let Origin::Saml { details, .. } = &mut session.origin {
            details.name_id = Some(name_id("7", Some(PERSISTENT)));
            details.signed_by = Some(Key::Idps.fingerprint());
            details.mapped_to_admin = true;
            let asserted = ada_asserted("7", &["admins"]).verified();
            details.attributes = asserted.attributes().clone();
        }
        grant_renewal(&session, &self.facts, Some(&self.ada), &rules(), now())
    }
}

/// What can be made stricter.
#[derive(Debug, Clone, Copy)]
enum Restriction {
    TwoFactor,
    InviteOnly,
    AuthnContext,
    FirstDomain,
    DomainOfOthers,
    Deactivation,
    Unproven,
    OtherKey,
    Unlinked,
    NoAdminMapping,
}

const RESTRICTIONS: &[Restriction] = &[
    Restriction::TwoFactor,
    Restriction::InviteOnly,
    Restriction::AuthnContext,
    Restriction::FirstDomain,
    Restriction::DomainOfOthers,
    Restriction::Deactivation,
    Restriction::Unproven,
    Restriction::OtherKey,
    Restriction::Unlinked,
    Restriction::NoAdminMapping,
];

impl Restriction {
    fn apply(self, case: &Case) -> Case {
        let mut case = case.clone();
        let Case { facts, ada } = &mut case;
        match self {
            Self::TwoFactor => {
                facts.workspace.two_factor = match facts.workspace.two_factor {
                    TwoFactorRule::Off => TwoFactorRule::Admins,
                    TwoFactorRule::Admins | TwoFactorRule::Everyone => TwoFactorRule::Everyone,
                }
            }
            Self::FirstDomain if facts.verified_domains.is_empty() => {
                facts.verified_domains = vec!["other.example".into()];
            }
            Self::FirstDomain => {}
            Self::DomainOfOthers => facts.domains_of_others = vec!["acme.example".into()],
            Self::Deactivation => ada.member.status = MemberStatus::Deactivated,
            Self::Unproven => ada.links.iter_mut().for_each(|link| link.proof = None),
            Self::OtherKey => {
                for link in &mut ada.links {
                    link.proof = link.proof.as_ref().map(|_| proof(&[Key::Later]));
                }
            }
            Self::Unlinked => ada.links.clear(),
            Self::InviteOnly | Self::AuthnContext | Self::NoAdminMapping => {
                for found in &mut facts.sso.connections {
                    let revision = found.revision.as_mut().unwrap();
                    match self {
                        Self::InviteOnly => {
                            revision.settings.provisioning = Provisioning::InviteOnly;
                        }
                        Self::AuthnContext => {
                            revision.settings.required_authn_context = vec![STRONG.into()];
                        }
                        _ => revision.admin_mapping = None,
                    }
                }
            }
        }
        case
    }
}

/// Whether `stricter` allows nothing that `before` does not.
fn no_more(stricter: &Decision, before: &Decision) -> bool {
    let needs = |needed| stricter.required.contains(needed);
    !stricter.allowed || (before.allowed && before.required.iter().all(needs))
}

/// Nobody comes in who did not, and nobody with more rights.
fn opens_no_more(stricter: &Result<Grant, Denial>, before: &Result<Grant, Denial>) -> bool {
    match (stricter, before) {
        (Err(_), _) => true,
        (Ok(_), Err(_)) => false,
        (Ok(stricter), Ok(before)) => {
            stricter.role() == Role::Member || before.role() == Role::Admin
        }
    }
}

fn any_groups() -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(vec!["admins", "staff", "guests"], 0..=3)
}

proptest! {
    #[test]
    fn a_restriction_never_allows_more(
        case in any_case(),
        restriction in any_of(RESTRICTIONS),
        method in any_of(MethodKind::ALL),
    ) {
        let stricter = restriction.apply(&case);
        prop_assert!(no_more(&stricter.ask(method), &case.ask(method)), "{:?}", restriction);
        let doors = stricter.by_anything_else().into_iter().zip(case.by_anything_else());
        for ((_, stricter), (_, before)) in doors {
            prop_assert!(opens_no_more(&stricter, &before), "{:?}", restriction);
        }
        // Nobody yet: the same holds for newcomers.
        let ask = |case: &Case| decide(&case.facts, &email(ADA), None, method, &rules());
        prop_assert!(no_more(&ask(&stricter), &ask(&case)), "{:?}", restriction);
    }

    #[test]
    fn no_password_of_any_kind_gets_past_live_sso_or_a_missing_factor(case in any_case()) {
        let role = case.ada.member.role;
        let barred = sso_is_live(&case.facts) && role == Role::Member;
        for (strong, granted) in case.by_anything_else() {
            prop_assert!(!(granted.is_ok() && barred));
            let weak = asks_for_second_factor(&case.facts, role) && !strong;
            prop_assert!(!(granted.is_ok() && weak));
            let out = case.ada.member.status == MemberStatus::Deactivated;
            prop_assert!(!(granted.is_ok() && out));
        }
    }

    #[test]
    fn no_answer_is_a_dead_end(case in any_case(), method in any_of(MethodKind::ALL)) {
        let decision = case.ask(method);
        if let Some(refusal) = &decision.refusal {
            prop_assert!(way_forward(refusal.code()).is_some(), "{}", refusal);
        }
        for (_, granted) in case.by_anything_else() {
            if let Err(denial) = granted {
                prop_assert!(way_forward(denial.refusal.code()).is_some(), "{}", denial);
                prop_assert!(!denial.reasons.is_empty());
            }
        }
        // Somebody whom one door sends to the other is let in there, or told why not.
        let by_password = case.ask(MethodKind::Password);
        if by_password.refusal.is_some_and(|refusal| refusal.code() == "sso-required") {
            let by_saml = case.ask(MethodKind::Saml);
            let told = by_saml.refusal.as_ref().map(vestibule_policy::Refusal::code);
            let expected = [None, Some("domain-not-verified"), Some("not-invited")];
            prop_assert!(expected.contains(&told), "{:?}", told);
            prop_assert!(!by_saml.required.contains(&vestibule_policy::Requirement::LocalProof));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_restriction_never_opens_more_to_an_assertion(
        case in any_case(),
        restriction in any_of(RESTRICTIONS),
        groups in any_groups(),
        strong in any::<bool>(),
    ) {
        prop_assume!(!case.facts.sso.connections.is_empty());
        let mut asserted = ada_asserted("7", &groups);
        if strong {
            asserted.context = STRONG;
        }
        let stricter = restriction.apply(&case);
        let (after, before) = (stricter.by_saml(&asserted), case.by_saml(&asserted));
        prop_assert!(opens_no_more(&after, &before), "{:?} {:?}", restriction, after);
        let (after, before) = (stricter.renewed_by_saml(), case.renewed_by_saml());
        prop_assert!(opens_no_more(&after, &before), "{:?} {:?}", restriction, after);
    }

    /// P10, in one sentence: whoever is an admin before or after comes in by SAML through a proven
    /// link, or by a mapping that was enabled on the revision that serves.
    #[test]
    fn no_admin_comes_in_by_saml_without_a_proof(
        case in any_case(),
        groups in any_groups(),
        key in any_of(&[Key::Idps, Key::Later]),
    ) {
        prop_assume!(!case.facts.sso.connections.is_empty());
        let mut asserted = ada_asserted("7", &groups);
        asserted.context = STRONG;
        asserted.key = key;
        let link = case.ada.links.first();
        let proven = link.is_some_and(|link| link.proof.is_some()) && key == Key::Idps;
        let revision = case.facts.sso.connections[0].revision.clone().unwrap();
        let maps = revision.settings.role_mapping.is_some() && revision.admin_mapping.is_some();
        let mapped = maps && groups.contains(&"admins");
        if let Ok(grant) = case.by_saml(&asserted) {
            let was = case.ada.member.role == Role::Admin;
            if was {
                prop_assert!(proven || (mapped && link.is_some()));
            }
            if grant.role() == Role::Admin {
                prop_assert!(proven || mapped);
            }
        }
        // Nor does somebody whom nobody knows.
        let newcomer = enter(&asserted, &saml_facts(&case.facts));
        if let Ok(grant) = newcomer {
            prop_assert_eq!(grant.role() == Role::Admin, mapped);
        }
    }
}
