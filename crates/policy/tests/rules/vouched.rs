//! The door for internal services.

use vestibule_model::{
    AuthenticationMethod::{self, Hwk, Mfa, Otp, Pin, Pwd, Saml, Sms, Swk},
    Member, MemberStatus, Origin, Plan, Role, TwoFactorRule,
};
use vestibule_policy::{
    Admission, Denial, Grant, Refusal, WorkspaceFacts, grant_vouched, parse_amr,
};

use crate::scene::{bare, client, email, member, now, path, rules, sso_workspace, workspace};

const ADA: &str = "ada@acme.example";

fn vouch(
    facts: &WorkspaceFacts,
    member: &Member,
    amr: &[AuthenticationMethod],
) -> Result<Grant, Denial> {
    grant_vouched(
        facts,
        &member.email,
        &bare(member),
        amr,
        client(),
        &rules(),
        now(),
    )
}

fn code(result: Result<Grant, Denial>) -> &'static str {
    result.map_or_else(|denial| denial.refusal.code(), |_| "granted")
}

#[test]
fn an_active_member_comes_in_by_password() {
    let facts = workspace(Plan::Free, TwoFactorRule::Off);
    let ada = member(&facts, ADA, Role::Member);
    let grant = vouch(&facts, &ada, &[Pwd]).unwrap();
    assert_eq!(
        path(grant.reasons()),
        "P9 pass, P7 pass, P3 not_applicable, P4 pass, P8 pass"
    );
    assert_eq!(
        (grant.origin(), grant.amr()),
        (&Origin::Vouched, &[Pwd][..])
    );
    assert_eq!((grant.auth_time(), grant.not_after()), (now(), None));
    let expected = Admission::Existing {
        member: ada,
        changed: false,
        identity: None,
    };
    assert_eq!(*grant.admission(), expected);
}

#[test]
fn the_first_sign_in_of_any_kind_ends_an_invitation() {
    let facts = workspace(Plan::Free, TwoFactorRule::Off);
    let mut ada = member(&facts, ADA, Role::Admin);
    ada.status = MemberStatus::Invited;
    let grant = vouch(&facts, &ada, &[Pwd]).unwrap();
    assert!(matches!(
        grant.admission(),
        Admission::Existing { changed: true, .. }
    ));
    assert_eq!(
        (grant.member().status, grant.role()),
        (MemberStatus::Active, Role::Admin)
    );
}

#[test]
fn with_sso_live_only_admins_are_vouched_for() {
    let facts = sso_workspace();
    for amr in [&[Pwd][..], &[Pwd, Otp], &[Hwk]] {
        let ada = member(&facts, ADA, Role::Member);
        assert_eq!(code(vouch(&facts, &ada, amr)), "sso-required");
        let admin = member(&facts, ADA, Role::Admin);
        assert_eq!(code(vouch(&facts, &admin, amr)), "granted");
    }
}

#[test]
fn exactly_four_methods_count_as_a_second_factor() {
    let facts = workspace(Plan::Free, TwoFactorRule::Everyone);
    let ada = member(&facts, ADA, Role::Member);
    for method in AuthenticationMethod::ALL
        .iter()
        .filter(|method| **method != Saml)
    {
        let granted = vouch(&facts, &ada, &[Pwd, *method]).is_ok();
        assert_eq!(granted, [Otp, Hwk, Swk, Mfa].contains(method), "{method}");
    }
    let denial = vouch(&facts, &ada, &[Pwd, Sms, Pin]).unwrap_err();
    let two_factor = TwoFactorRule::Everyone;
    assert_eq!(denial.refusal, Refusal::SecondFactorRequired { two_factor });
    assert!(path(&denial.reasons).contains("P4 require"));
}

#[test]
fn admins_asks_admins_alone() {
    let facts = workspace(Plan::Free, TwoFactorRule::Admins);
    assert_eq!(
        code(vouch(&facts, &member(&facts, ADA, Role::Member), &[Pwd])),
        "granted"
    );
    let admin = member(&facts, ADA, Role::Admin);
    assert_eq!(
        code(vouch(&facts, &admin, &[Pwd])),
        "second-factor-required"
    );
    assert_eq!(code(vouch(&facts, &admin, &[Pwd, Otp])), "granted");
}

#[test]
fn nobody_vouches_with_nothing_or_with_saml() {
    let facts = workspace(Plan::Free, TwoFactorRule::Off);
    let ada = member(&facts, ADA, Role::Member);
    for amr in [&[][..], &[Saml], &[Pwd, Otp, Saml]] {
        let denial = vouch(&facts, &ada, amr).unwrap_err();
        assert_eq!(
            (denial.refusal.code(), path(&denial.reasons).as_str()),
            ("amr-refused", "P4 refuse")
        );
    }
}

#[test]
fn amr_is_read_by_its_words() {
    let parse = |words: &[&str]| {
        parse_amr(
            &words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(parse(&["pwd", "otp", "pwd"]), Ok(vec![Pwd, Otp]));
    let refused = |found: Option<&str>| {
        Err(Refusal::AmrRefused {
            found: found.map(str::to_owned),
        })
    };
    assert_eq!(parse(&[]), refused(None));
    for word in ["saml", "fed", "PWD", "", "password", " pwd"] {
        assert_eq!(parse(&["pwd", word]), refused(Some(word)), "{word:?}");
    }
    let long = "x".repeat(10_000);
    let Err(Refusal::AmrRefused { found: Some(found) }) = parse(&[&long]) else {
        panic!()
    };
    assert_eq!(found.len(), 64);
}

#[test]
fn an_address_that_only_reads_like_the_members_is_not_them() {
    let facts = workspace(Plan::Free, TwoFactorRule::Off);
    let ada = member(&facts, ADA, Role::Admin);
    let alike = email("\u{ff41}da@acme.example");
    let result = grant_vouched(
        &facts,
        &alike,
        &bare(&ada),
        &[Pwd],
        client(),
        &rules(),
        now(),
    );
    assert_eq!(code(result), "email-ambiguous");
}

#[test]
fn a_member_of_another_workspace_is_not_let_in() {
    let facts = workspace(Plan::Free, TwoFactorRule::Off);
    let stranger = member(&sso_workspace(), ADA, Role::Admin);
    assert_eq!(
        code(vouch(&facts, &stranger, &[Pwd])),
        "not-of-this-workspace"
    );
}
