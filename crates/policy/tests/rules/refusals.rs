//! Every refusal there is can happen, has a word of its own, and says nothing about the person.

use std::collections::BTreeMap;

use vestibule_model::{
    AuthenticationMethod::Pwd, MemberStatus, Origin, Plan, Provisioning, RevisionId, Role,
    TwoFactorRule, WorkspaceId,
};
use vestibule_policy::{
    MethodKind, Refusal, SamlFacts, WorkspaceFacts, decide, grant_by_saml, grant_renewal,
    grant_vouched, may_enable, parse_amr,
};

use crate::{
    assertion::Asserted,
    scene::{
        PERSISTENT, client, email, identity, member, name_id, now, rules, saml_facts, serving,
        session, sso_workspace, workspace,
    },
};

const ADA: &str = "ada@acme.example";

/// A place for every variant: a new one does not compile until it has a place, and a case below.
fn place(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::PlanUpgradeRequired { .. } => 0,
        Refusal::TestRequired { .. } => 1,
        Refusal::SsoRequired { .. } => 2,
        Refusal::SecondFactorRequired { .. } => 3,
        Refusal::AmrRefused { .. } => 4,
        Refusal::AuthnContextRequired { .. } => 5,
        Refusal::ConnectionNotLive { .. } => 6,
        Refusal::RevisionSuperseded => 7,
        Refusal::SessionEnded => 8,
        Refusal::MemberDeactivated => 9,
        Refusal::MemberRemoved => 10,
        Refusal::NotInvited => 11,
        Refusal::DomainNotVerified { .. } => 12,
        Refusal::EmailMissing => 13,
        Refusal::EmailInvalid { .. } => 14,
        Refusal::EmailAmbiguous => 15,
        Refusal::IdentityConflict { .. } => 16,
        Refusal::NotOfThisWorkspace => 17,
        Refusal::LocalProofRequired => 18,
    }
}
const PLACES: usize = 19;

fn decided(facts: &WorkspaceFacts, role: Role, method: MethodKind) -> Option<Refusal> {
    let ada = member(facts, ADA, role);
    decide(facts, &ada.email, Some(&ada), method, &rules()).refusal
}

fn by_saml(facts: &SamlFacts, mail: Option<&str>) -> Option<Refusal> {
    let asserted = Asserted {
        format: Some(PERSISTENT),
        attributes: mail
            .map(|mail| ("mail".into(), vec![mail.into()]))
            .into_iter()
            .collect(),
        ..Asserted::new("7", now())
    };
    grant_by_saml(&asserted.verified(), facts, client(), &rules(), now())
        .err()
        .map(|denial| denial.refusal)
}

fn every_refusal() -> Vec<Option<Refusal>> {
    let free = workspace(Plan::Free, TwoFactorRule::Everyone);
    let mut live = sso_workspace();
    let mut untested = live.sso.connections[0].revision.clone().unwrap();
    untested.passed_test = None;
    let ada = member(&live, ADA, Role::Member);
    let mut gone = ada.clone();
    gone.status = MemberStatus::Deactivated;
    let mut over = session(&ada, Origin::Vouched);
    let removed = grant_renewal(&over, &live, None, &rules(), now())
        .unwrap_err()
        .refusal;
    over.expires_at = now();
    let ended = grant_renewal(&over, &live, Some(&ada), &rules(), now())
        .unwrap_err()
        .refusal;
    let vouched = member(&free, ADA, Role::Member);
    let weak = grant_vouched(
        &free,
        &vouched.email,
        &vouched,
        &[Pwd],
        client(),
        &rules(),
        now(),
    );
    let mut foreign = ada.clone();
    foreign.workspace_id = WorkspaceId::new(now());

    let mut superseded = saml_facts(&live);
    superseded.revision_id_of_trip = RevisionId::new(now());
    let mut alike = saml_facts(&live);
    alike.by_email = Some(member(&live, "\u{ff41}da@acme.example", Role::Member));
    let mut conflict = saml_facts(&live);
    conflict.identities_of_candidate = vec![identity(&live, &ada, name_id("6", Some(PERSISTENT)))];
    conflict.by_email = Some(ada);
    let mut stranger = saml_facts(&live);
    stranger.by_email = Some(foreign);
    let mut admin = saml_facts(&live);
    admin.by_email = Some(member(&live, ADA, Role::Admin));
    let open = saml_facts(&live);
    let mut out = vec![
        decided(&free, Role::Member, MethodKind::Saml),
        may_enable(Plan::Pro, TwoFactorRule::Off, &untested, &rules()).err(),
        decided(&live, Role::Member, MethodKind::Password),
        weak.err().map(|denial| denial.refusal),
        parse_amr(&["fed".to_owned()]).err(),
        decided(
            &workspace(Plan::Pro, TwoFactorRule::Off),
            Role::Member,
            MethodKind::Saml,
        ),
        by_saml(&superseded, Some(ADA)),
        Some(ended),
        decide(&live, &gone.email, Some(&gone), MethodKind::Saml, &rules()).refusal,
        Some(removed),
        by_saml(&open, None),
        by_saml(&open, Some("nobody")),
        by_saml(&alike, Some(ADA)),
        by_saml(&conflict, Some(ADA)),
        by_saml(&stranger, Some(ADA)),
        by_saml(&admin, Some(ADA)),
    ];
    serving(&mut live).required_authn_context = vec!["urn:strong".into()];
    out.push(by_saml(&saml_facts(&live), Some(ADA)));
    live.verified_domains = vec!["other.example".into()];
    out.push(decide(&live, &email(ADA), None, MethodKind::Saml, &rules()).refusal);
    serving(&mut live).provisioning = Provisioning::InviteOnly;
    out.push(decide(&live, &email(ADA), None, MethodKind::Saml, &rules()).refusal);
    out
}

#[test]
fn every_refusal_can_happen_and_has_a_kebab_word_of_its_own() {
    let mut codes = BTreeMap::new();
    for refusal in every_refusal() {
        let refusal = refusal.expect("each case is refused");
        let code = refusal.code();
        let kebab = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
        assert!(
            code.bytes().all(kebab) && !code.starts_with('-') && !code.ends_with('-'),
            "{code}"
        );
        let sentence = refusal.to_string();
        assert!(
            sentence.contains(' ') && !sentence.ends_with('.'),
            "{sentence}"
        );
        assert!(!sentence.contains("ada"), "{sentence}");
        assert_eq!(codes.insert(place(&refusal), code), None, "{code} twice");
    }
    assert_eq!(
        codes.keys().copied().collect::<Vec<_>>(),
        (0..PLACES).collect::<Vec<_>>()
    );
    let mut words: Vec<_> = codes.into_values().collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), PLACES);
}
