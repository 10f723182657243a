//! The door for what Vestibule keeps itself.

use vestibule_model::{
    AuthenticationMethod::{Hwk, Mfa, Otp, Pwd, User},
    MemberStatus, Origin, Plan, Role, TwoFactorRule,
};
use vestibule_policy::{
    Admission, Denial, Grant, LocalProof, LocalStep, MethodKind, PersonFacts, Requirement,
    WorkspaceFacts, decide, grant_local, local_step,
};

use crate::{
    keyring::{
        passkey, password, password_proof, totp, with_break_glass, with_recovery_code, with_totp,
    },
    scene::{ADA, bare, client, code, member, now, path, rules, sso_workspace, workspace},
};

fn enter(facts: &WorkspaceFacts, ada: &PersonFacts, proof: LocalProof) -> Result<Grant, Denial> {
    grant_local(facts, ada, proof, client(), &rules(), now())
}

fn step(facts: &WorkspaceFacts, ada: &PersonFacts, proof: &LocalProof, prove: bool) -> LocalStep {
    local_step(facts, ada, proof, prove, &rules()).unwrap()
}

fn enrolled(facts: &WorkspaceFacts, role: Role) -> PersonFacts {
    PersonFacts {
        second_factor: true,
        ..bare(&member(facts, ADA, role))
    }
}

#[test]
fn a_password_lets_a_member_in() {
    let facts = workspace(Plan::Free, TwoFactorRule::Off);
    let mut ada = bare(&member(&facts, ADA, Role::Member));
    ada.member.status = MemberStatus::Invited;
    let asked_by = client();
    let shown = password(&ada.member, now());
    let grant = grant_local(&facts, &ada, shown, asked_by, &rules(), now()).unwrap();
    assert_eq!(
        path(grant.reasons()),
        "P9 pass, P7 pass, P3 not_applicable, P5 not_applicable, P4 pass, P8 pass"
    );
    assert_eq!((grant.origin(), grant.amr()), (&Origin::Local, &[Pwd][..]));
    assert_eq!(
        (grant.client_id(), grant.auth_time(), grant.not_after()),
        (asked_by, now(), None)
    );
    assert_eq!(grant.role_before(), Some(Role::Member));
    assert!(matches!(
        grant.admission(),
        Admission::Existing { changed: true, identity: None, member } if member.status == MemberStatus::Active
    ));
}

#[test]
fn the_rule_asks_for_a_second_factor_and_whoever_has_none_enrols_one() {
    use {
        Role::{Admin, Member},
        TwoFactorRule::{Admins, Everyone, Off},
    };
    for (rule, role, asked) in [
        (Off, Admin, false),
        (Off, Member, false),
        (Admins, Admin, true),
        (Admins, Member, false),
        (Everyone, Admin, true),
        (Everyone, Member, true),
    ] {
        let facts = workspace(Plan::Free, rule);
        let ada = bare(&member(&facts, ADA, role));
        let shown = password(&ada.member, now());
        let expected = if asked {
            LocalStep::EnrolSecondFactor
        } else {
            LocalStep::Enter
        };
        assert_eq!(step(&facts, &ada, &shown, false), expected, "{rule} {role}");
        assert_eq!(enter(&facts, &ada, shown).is_ok(), !asked, "{rule} {role}");

        let ada = enrolled(&facts, role);
        let shown = password(&ada.member, now());
        // Whoever has enrolled one is asked for it, whatever the rule says.
        assert_eq!(
            step(&facts, &ada, &shown, false),
            LocalStep::SecondFactor,
            "{rule} {role}"
        );
        assert_eq!(
            code(enter(&facts, &ada, shown)),
            "second-factor-required",
            "{rule} {role}"
        );
        let shown = with_totp(&ada.member, now());
        assert_eq!(step(&facts, &ada, &shown, false), LocalStep::Enter);
        assert_eq!(
            enter(&facts, &ada, shown).unwrap().amr(),
            [Pwd, Otp],
            "{rule} {role}"
        );
    }
}

#[test]
fn what_is_enrolled_is_announced_where_vestibule_keeps_the_password() {
    let facts = workspace(Plan::Free, TwoFactorRule::Off);
    for (password_set_at, second_factor, expected) in [
        (Some(now()), true, &[Requirement::SecondFactor][..]),
        (Some(now()), false, &[]),
        // An internal service's own password has its own second factor.
        (None, true, &[]),
    ] {
        let ada = PersonFacts {
            password_set_at,
            second_factor,
            ..bare(&member(&facts, ADA, Role::Member))
        };
        let email = &ada.member.email;
        let decision = decide(&facts, email, Some(&ada), MethodKind::Password, &rules());
        assert_eq!(decision.required, expected);
    }
}

#[test]
fn a_recovery_code_is_a_second_factor_and_a_passkey_is_two() {
    let facts = workspace(Plan::Free, TwoFactorRule::Everyone);
    let ada = enrolled(&facts, Role::Member);
    let granted = enter(&facts, &ada, with_recovery_code(&ada.member, now())).unwrap();
    assert_eq!(granted.amr(), [Pwd, Otp]);
    let shown = passkey(&ada.member);
    assert_eq!(step(&facts, &ada, &shown, true), LocalStep::Enter);
    assert_eq!(enter(&facts, &ada, shown).unwrap().amr(), [Hwk, User, Mfa]);
}

#[test]
fn the_operators_code_is_for_admins_alone() {
    for rule in TwoFactorRule::ALL {
        let facts = workspace(Plan::Free, *rule);
        for ada in [
            enrolled(&facts, Role::Admin),
            bare(&member(&facts, ADA, Role::Admin)),
        ] {
            let shown = with_break_glass(&ada.member, now());
            assert_eq!(code(enter(&facts, &ada, shown)), "granted", "{rule}");
        }
        for ada in [
            enrolled(&facts, Role::Member),
            bare(&member(&facts, ADA, Role::Member)),
        ] {
            let shown = with_break_glass(&ada.member, now());
            let denial = enter(&facts, &ada, shown).unwrap_err();
            assert_eq!(denial.refusal.code(), "second-factor-required", "{rule}");
            assert_eq!(path(&denial.reasons), "P9 pass, P4 refuse", "{rule}");
        }
    }
}

#[test]
fn to_prove_a_link_takes_a_second_factor_in_any_case() {
    let facts = workspace(Plan::Free, TwoFactorRule::Off);
    let ada = bare(&member(&facts, ADA, Role::Admin));
    let shown = password(&ada.member, now());
    assert_eq!(step(&facts, &ada, &shown, false), LocalStep::Enter);
    assert_eq!(
        step(&facts, &ada, &shown, true),
        LocalStep::EnrolSecondFactor
    );
    let ada = enrolled(&facts, Role::Admin);
    let shown = password(&ada.member, now());
    assert_eq!(step(&facts, &ada, &shown, true), LocalStep::SecondFactor);
    let shown = with_totp(&ada.member, now());
    assert_eq!(step(&facts, &ada, &shown, true), LocalStep::Enter);
}

#[test]
fn with_sso_live_only_admins_come_in_by_it() {
    let facts = sso_workspace();
    for proof in [password, with_totp, |ada: &_, _| passkey(ada)] {
        let ada = bare(&member(&facts, ADA, Role::Member));
        let shown = proof(&ada.member, now());
        let step = local_step(&facts, &ada, &shown, false, &rules()).unwrap_err();
        let denial = enter(&facts, &ada, shown).unwrap_err();
        assert_eq!(denial.refusal.code(), "sso-required");
        assert_eq!(step, denial);
        let admin = bare(&member(&facts, ADA, Role::Admin));
        let shown = proof(&admin.member, now());
        assert_eq!(code(enter(&facts, &admin, shown)), "granted");
    }
}

#[test]
fn what_names_somebody_else_opens_nothing() {
    let facts = workspace(Plan::Free, TwoFactorRule::Off);
    let (ada, eve) = (
        bare(&member(&facts, ADA, Role::Member)),
        bare(&member(&facts, "eve@acme.example", Role::Member)),
    );
    // The same person in another workspace.
    let mut twin = ada.clone();
    twin.member.workspace_id = sso_workspace().workspace.id;
    let mixed = |password_of: &PersonFacts, factor_of: &PersonFacts| {
        let password = password_proof(&password_of.member, now());
        LocalProof::Password(password, Some(totp(&factor_of.member)))
    };
    for (what, proof) in [
        ("password", password(&eve.member, now())),
        ("password elsewhere", password(&twin.member, now())),
        ("factor", mixed(&ada, &eve)),
        ("factor elsewhere", mixed(&ada, &twin)),
        ("password beside the right factor", mixed(&eve, &ada)),
        ("both", with_totp(&eve.member, now())),
        ("passkey", passkey(&eve.member)),
    ] {
        let denial = enter(&facts, &ada, proof).unwrap_err();
        assert_eq!(denial.refusal.code(), "not-of-this-workspace", "{what}");
        assert_eq!(path(&denial.reasons), "P9 refuse", "{what}");
    }
    // Nor does anything of a member of another workspace.
    let shown = password(&twin.member, now());
    assert_eq!(code(enter(&facts, &twin, shown)), "not-of-this-workspace");
}

#[test]
fn the_deactivated_stay_out() {
    let facts = workspace(Plan::Free, TwoFactorRule::Everyone);
    for role in Role::ALL {
        let mut ada = enrolled(&facts, *role);
        ada.member.status = MemberStatus::Deactivated;
        for shown in [
            password(&ada.member, now()),
            with_totp(&ada.member, now()),
            passkey(&ada.member),
        ] {
            assert_eq!(code(enter(&facts, &ada, shown)), "member-deactivated");
        }
    }
}

#[test]
fn an_old_password_asks_for_a_reset_before_a_second_factor() {
    let mut facts = workspace(Plan::Free, TwoFactorRule::Everyone);
    facts.workspace.sso_enabled_at = Some(now());
    let ada = enrolled(&facts, Role::Member);
    for shown in [password(&ada.member, now()), with_totp(&ada.member, now())] {
        let denial = local_step(&facts, &ada, &shown, false, &rules()).unwrap_err();
        assert_eq!(denial.refusal.code(), "password-reset-required");
    }
}
