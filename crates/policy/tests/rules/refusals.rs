//! Every refusal there is can happen, has a word of its own, and says nothing about the person.

use std::collections::BTreeMap;

use vestibule_model::{
    AuthenticationMethod::Pwd, MemberStatus, Origin, Phase, Plan, Provisioning, RevisionId, Role,
    TwoFactorRule, WorkspaceId,
};
use vestibule_policy::{
    AtTheDesk, MethodKind, PersonFacts, Refusal, SamlFacts, WaysIn, WorkspaceFacts, decide,
    grant_by_saml, grant_local, grant_renewal, grant_vouched, local_step, may_change_member,
    may_enable, may_reset_second_factor, may_take_way_in, parse_amr,
};

use crate::{
    assertion::Asserted,
    keyring::{password, with_break_glass, with_totp},
    scene::{
        PERSISTENT, bare, client, connection, email, identity, member, name_id, now, rules,
        saml_facts, serving, session, sso_workspace, workspace,
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
        Refusal::OwnSecondFactorRequired => 19,
        Refusal::PasswordResetRequired => 20,
        Refusal::LastAdmin => 21,
        Refusal::LastWayIn => 22,
        Refusal::LockoutRisk => 23,
        Refusal::AddressReassigned { .. } => 24,
        Refusal::BreakGlassForAdmins => 25,
        Refusal::AuthenticationTooOld => 26,
        Refusal::NotTheirsToSay => 27,
        Refusal::PasswordChanged => 28,
    }
}
const PLACES: usize = 29;
/// What several refusals share, because the way forward is the same.
const SHARED: [&str; 4] = [
    "identity-conflict",
    "last-admin",
    "second-factor-required",
    "second-factor-required",
];

fn decided(facts: &WorkspaceFacts, role: Role, method: MethodKind) -> Option<Refusal> {
    let ada = member(facts, ADA, role);
    decide(facts, &ada.email, Some(&bare(&ada)), method, &rules()).refusal
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
    let ended = grant_renewal(&over, &live, Some(&bare(&ada)), &rules(), now())
        .unwrap_err()
        .refusal;
    let vouched = member(&free, ADA, Role::Member);
    let weak = grant_vouched(
        &free,
        &vouched.email,
        &bare(&vouched),
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
        may_enable(
            Plan::Pro,
            TwoFactorRule::Off,
            &untested,
            true,
            false,
            &rules(),
        )
        .err(),
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
        decide(
            &live,
            &gone.email,
            Some(&bare(&gone)),
            MethodKind::Saml,
            &rules(),
        )
        .refusal,
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
    out.extend(of_people());
    out
}

/// What concerns passwords of Vestibule's own, admins and their ways in.
fn of_people() -> [Option<Refusal>; 10] {
    let mut facts = workspace(Plan::Pro, TwoFactorRule::Off);
    let local = |facts: &WorkspaceFacts, ada: &PersonFacts, proof| {
        let step = local_step(facts, ada, &proof, false, &rules());
        step.err().map(|denial| denial.refusal)
    };
    let ada = PersonFacts {
        second_factor: true,
        ..bare(&member(&facts, ADA, Role::Member))
    };
    let granted = grant_local(
        &facts,
        &ada,
        password(&ada.member, now()),
        client(),
        &rules(),
        now(),
    );
    let own = granted.err().map(|denial| denial.refusal);
    let set_anew = PersonFacts {
        password_set_at: Some(now()),
        ..bare(&ada.member)
    };
    let before = now() - jiff::SignedDuration::from_mins(1);
    let changed = local(&facts, &set_anew, password(&ada.member, before));
    let by_operator = local(&facts, &ada, with_break_glass(&ada.member, now()));
    facts.workspace.sso_enabled_at = Some(now());
    let old = local(&facts, &ada, with_totp(&ada.member, now()));

    let admin = member(&facts, ADA, Role::Admin);
    let by_passkey = WaysIn {
        passkey: true,
        ..WaysIn::default()
    };
    let revision = connection(&facts, Phase::Ready).revision.unwrap();
    let mut reused = saml_facts(&sso_workspace());
    let ada = member(&reused.workspace, "ada.king@acme.example", Role::Member);
    let link = identity(&reused.workspace, &ada, name_id(ADA, None));
    reused.by_subject = Some((link, ada));
    let asserted = Asserted::new(ADA, now()).verified();
    let reused = grant_by_saml(&asserted, &reused, client(), &rules(), now());
    let desk = |member| AtTheDesk {
        member,
        authenticated_at: now() - jiff::SignedDuration::from_hours(1),
    };
    let bob = member(&facts, "bob@acme.example", Role::Member);
    [
        changed,
        may_reset_second_factor(desk(&admin), &bob, now()).err(),
        may_reset_second_factor(desk(&bob), &admin, now()).err(),
        own,
        by_operator,
        old,
        may_change_member(&admin, None, false).err(),
        may_take_way_in(&admin, by_passkey, WaysIn::default(), false).err(),
        may_enable(
            Plan::Pro,
            TwoFactorRule::Off,
            &revision,
            false,
            false,
            &rules(),
        )
        .err(),
        reused.err().map(|denial| denial.refusal),
    ]
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
    let twice: Vec<_> = words.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    let shared: Vec<_> = twice.into_iter().map(|pair| pair[0]).collect();
    assert_eq!(shared, SHARED);
}
