//! What holds for every workspace there can be.

use proptest::prelude::*;
use vestibule_model::{
    AuthenticationMethod::{self, Hwk, Mfa, Otp, Pwd, Sms, Swk},
    MemberStatus, Origin, Phase, Plan, Provisioning, Role, TwoFactorRule,
};
use vestibule_policy::{
    Decision, MethodKind, PersonFacts, RuleOutcome, WorkspaceFacts, decide, grant_renewal,
    grant_vouched,
};

use crate::scene::{
    client, connection, email, member, now, rules, saml_origin, session, workspace,
};

/// The AuthnContext class that a connection may ask for.
pub(crate) const STRONG: &str = "urn:strong";

pub(crate) fn any_of<T: Copy + std::fmt::Debug + 'static>(
    all: &'static [T],
) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

pub(crate) fn any_member() -> impl Strategy<Value = (Role, MemberStatus)> {
    (any_of(Role::ALL), any_of(MemberStatus::ALL))
}

pub(crate) fn any_workspace() -> impl Strategy<Value = WorkspaceFacts> {
    let connections = prop::collection::vec(
        (
            any_of(Phase::ALL),
            any_of(Provisioning::ALL),
            any::<bool>(),
            any::<bool>(),
        ),
        0..3,
    );
    let domains = prop::sample::subsequence(vec!["acme.example", "other.example"], 0..=2);
    (
        any_of(Plan::ALL),
        any_of(TwoFactorRule::ALL),
        connections,
        domains,
    )
        .prop_map(|(plan, two_factor, connections, domains)| {
            let mut facts = workspace(plan, two_factor);
            for (phase, provisioning, strong, default) in connections {
                let mut made = connection(&facts, phase);
                let settings = &mut made.revision.as_mut().unwrap().settings;
                settings.provisioning = provisioning;
                if strong {
                    settings.required_authn_context = vec![STRONG.into()];
                }
                made.connection.default = default;
                facts.sso.connections.push(made);
            }
            facts.verified_domains = domains.into_iter().map(str::to_owned).collect();
            facts
        })
}

fn any_amr() -> impl Strategy<Value = Vec<AuthenticationMethod>> {
    prop::sample::subsequence(vec![Pwd, Otp, Hwk, Swk, Mfa, Sms], 1..=3)
}

/// Somebody, or nobody: role and status.
fn person(facts: &WorkspaceFacts, who: Option<(Role, MemberStatus)>) -> Option<PersonFacts> {
    who.map(|(role, status)| {
        let mut ada = member(facts, "ada@acme.example", role);
        ada.status = status;
        PersonFacts::bare(ada)
    })
}

fn ask(facts: &WorkspaceFacts, ada: Option<&PersonFacts>, method: MethodKind) -> Decision {
    decide(facts, &email("ada@acme.example"), ada, method, &rules())
}

/// Whether `stricter` allows nothing that `before` does not.
fn allows_no_more(stricter: &Decision, before: &Decision) -> bool {
    !stricter.allowed
        || (before.allowed
            && before
                .required
                .iter()
                .all(|needed| stricter.required.contains(needed)))
}

pub(crate) fn asks_for_second_factor(facts: &WorkspaceFacts, role: Role) -> bool {
    match facts.workspace.two_factor {
        TwoFactorRule::Off => false,
        TwoFactorRule::Admins => role == Role::Admin,
        TwoFactorRule::Everyone => true,
    }
}

fn has_second_factor(amr: &[AuthenticationMethod]) -> bool {
    amr.iter()
        .any(|method| [Otp, Hwk, Swk, Mfa].contains(method))
}

/// Whether SSO is live, said in other words than the policy says it.
pub(crate) fn sso_is_live(facts: &WorkspaceFacts) -> bool {
    let plan = matches!(facts.workspace.plan, Plan::Pro | Plan::Premier);
    plan && facts
        .sso
        .connections
        .iter()
        .any(|found| found.connection.phase == Phase::Live)
}

proptest! {
    #[test]
    fn no_password_lets_a_non_admin_past_live_sso_or_anybody_past_a_missing_factor(
        facts in any_workspace(),
        (role, status) in any_member(),
        amr in any_amr(),
    ) {
        let ada = person(&facts, Some((role, status))).unwrap();
        let mut old = session(&ada.member, Origin::Vouched);
        old.amr.clone_from(&amr);
        let vouched = grant_vouched(&facts, &ada.member.email, &ada, &amr, client(), &rules(), now());
        let renewed = grant_renewal(&old, &facts, Some(&ada), &rules(), now());
        for granted in [vouched, renewed] {
            let barred = sso_is_live(&facts) && role == Role::Member;
            let weak = asks_for_second_factor(&facts, role) && !has_second_factor(&amr);
            let out = status == MemberStatus::Deactivated;
            prop_assert_eq!(granted.is_ok(), !barred && !weak && !out);
            if let Ok(grant) = granted {
                prop_assert_eq!((grant.role(), grant.member().status), (role, MemberStatus::Active));
            }
        }
    }

    #[test]
    fn a_session_by_saml_goes_on_exactly_while_its_connection_serves(
        facts in any_workspace(),
        (role, status) in any_member(),
    ) {
        prop_assume!(!facts.sso.connections.is_empty());
        let ada = person(&facts, Some((role, status))).unwrap();
        let session = session(&ada.member, saml_origin(&facts));
        let serves = matches!(facts.workspace.plan, Plan::Pro | Plan::Premier)
            && facts.sso.connections[0].connection.phase == Phase::Live;
        let may = serves && status != MemberStatus::Deactivated && role == Role::Member;
        let granted = grant_renewal(&session, &facts, Some(&ada), &rules(), now());
        prop_assert_eq!(granted.is_ok(), may);
    }

    #[test]
    fn a_decision_is_complete(
        facts in any_workspace(),
        who in prop::option::of(any_member()),
        method in any_of(MethodKind::ALL),
    ) {
        let ada = person(&facts, who);
        let decision = ask(&facts, ada.as_ref(), method);
        let last = decision.reasons.last();
        prop_assert!(last.is_some());
        prop_assert!(decision.reasons.iter().all(|reason| !reason.detail.is_empty()));
        prop_assert_eq!(decision.allowed, decision.refusal.is_none());
        let required = decision.reasons.iter().filter(|reason| reason.outcome == RuleOutcome::Require);
        if let Some(refusal) = &decision.refusal {
            prop_assert!(decision.required.is_empty());
            let last = last.unwrap();
            prop_assert_eq!((last.rule, last.outcome), (refusal.rule(), RuleOutcome::Refuse));
            prop_assert_eq!(&last.detail, &refusal.to_string());
        } else {
            prop_assert_eq!(required.count(), decision.required.len());
        }
        prop_assert_eq!(&decision, &ask(&facts, ada.as_ref(), method), "asked twice");
    }

    #[test]
    fn a_stricter_second_factor_rule_allows_no_more(
        facts in any_workspace(),
        who in prop::option::of(any_member()),
        method in any_of(MethodKind::ALL),
    ) {
        let ada = person(&facts, who);
        let mut facts = facts;
        let mut before = None;
        for rule in [TwoFactorRule::Off, TwoFactorRule::Admins, TwoFactorRule::Everyone] {
            facts.workspace.two_factor = rule;
            let decision = ask(&facts, ada.as_ref(), method);
            if let Some(before) = &before {
                prop_assert!(allows_no_more(&decision, before));
            }
            before = Some(decision);
        }
    }

    #[test]
    fn a_first_verified_domain_allows_no_more(
        facts in any_workspace(),
        who in prop::option::of(any_member()),
        method in any_of(MethodKind::ALL),
        domain in any_of(&["acme.example", "other.example"]),
    ) {
        let ada = person(&facts, who);
        let mut facts = facts;
        facts.verified_domains.clear();
        let before = ask(&facts, ada.as_ref(), method);
        facts.verified_domains = vec![domain.to_owned()];
        prop_assert!(allows_no_more(&ask(&facts, ada.as_ref(), method), &before));
    }

    // By password a lower plan may allow more: what is suspended enforces nothing (P5).
    #[test]
    fn a_lower_plan_allows_no_more_by_saml(
        facts in any_workspace(),
        who in prop::option::of(any_member()),
    ) {
        let ada = person(&facts, who);
        let mut facts = facts;
        let mut before = None;
        for plan in [Plan::Premier, Plan::Pro, Plan::Growth, Plan::Free] {
            facts.workspace.plan = plan;
            let decision = ask(&facts, ada.as_ref(), MethodKind::Saml);
            if let Some(before) = &before {
                prop_assert!(allows_no_more(&decision, before));
            }
            before = Some(decision);
        }
    }

    #[test]
    fn inviting_only_and_deactivating_allow_no_more(
        facts in any_workspace(),
        who in prop::option::of(any_member()),
        method in any_of(MethodKind::ALL),
    ) {
        let before_member = person(&facts, who);
        let before = ask(&facts, before_member.as_ref(), method);
        let mut stricter = facts.clone();
        for found in &mut stricter.sso.connections {
            found.revision.as_mut().unwrap().settings.provisioning = Provisioning::InviteOnly;
        }
        prop_assert!(allows_no_more(&ask(&stricter, before_member.as_ref(), method), &before));
        if let Some(mut ada) = before_member {
            ada.member.status = MemberStatus::Deactivated;
            prop_assert!(!ask(&facts, Some(&ada), method).allowed);
        }
    }
}
