//! P6: the last active admin stays, and stays able to get in.

use vestibule_model::{Member, MemberStatus, Role, Unmapped};
use vestibule_policy::{Refusal, WaysIn, may_change_member, may_take_way_in};

use crate::{
    assertion::Key,
    scene::{
        ADA, PERSISTENT, ada_asserted, code, enter, identity, map_roles, member, name_id, path,
        proof, saml_facts, sso_workspace,
    },
};

fn as_they_are(role: Role, status: MemberStatus) -> Member {
    let mut ada = member(&sso_workspace(), ADA, role);
    ada.status = status;
    ada
}

/// Every member there can be, and none.
fn every() -> Vec<Option<Member>> {
    let mut all = vec![None];
    for role in Role::ALL {
        for status in MemberStatus::ALL {
            all.push(Some(as_they_are(*role, *status)));
        }
    }
    all
}

#[test]
fn only_the_last_active_admin_has_to_stay_one() {
    let active_admin =
        |member: &Member| (member.role, member.status) == (Role::Admin, MemberStatus::Active);
    for before in every().into_iter().flatten() {
        for after in every() {
            for others in [false, true] {
                let stays = after.as_ref().is_some_and(active_admin);
                let expected = if active_admin(&before) && !stays && !others {
                    Err(Refusal::LastAdmin)
                } else {
                    Ok(())
                };
                let said = may_change_member(&before, after.as_ref(), others);
                assert_eq!(said, expected, "{before:?} {after:?} {others}");
            }
        }
    }
}

#[test]
fn a_last_active_admin_keeps_a_way_in() {
    let none = WaysIn::default();
    let (password, passkey, proven_link) = (
        WaysIn {
            password: true,
            ..none
        },
        WaysIn {
            passkey: true,
            ..none
        },
        WaysIn {
            proven_link: true,
            ..none
        },
    );
    let both = WaysIn {
        passkey: true,
        ..password
    };
    let admin = as_they_are(Role::Admin, MemberStatus::Active);
    for way in [password, passkey, proven_link] {
        let taken = may_take_way_in(&admin, way, none, false);
        assert_eq!(taken, Err(Refusal::LastWayIn), "{way:?}");
        assert_eq!(taken.unwrap_err().code(), "last-admin");
        assert_eq!(may_take_way_in(&admin, way, none, true), Ok(()));
    }
    assert_eq!(may_take_way_in(&admin, both, passkey, false), Ok(()));
    // Nothing is taken from whom the company vouches for.
    assert_eq!(may_take_way_in(&admin, none, none, false), Ok(()));
    for (role, status) in [
        (Role::Member, MemberStatus::Active),
        (Role::Admin, MemberStatus::Invited),
        (Role::Admin, MemberStatus::Deactivated),
    ] {
        let other = as_they_are(role, status);
        let taken = may_take_way_in(&other, password, none, false);
        assert_eq!(taken, Ok(()), "{role} {status}");
    }
}

#[test]
fn no_mapping_demotes_the_last_active_admin() {
    let mut workspace = sso_workspace();
    map_roles(&mut workspace, Unmapped::Member, false);
    let admin = member(&workspace, ADA, Role::Admin);
    let mut link = identity(&workspace, &admin, name_id("7", Some(PERSISTENT)));
    link.proof = Some(proof(&[Key::Idps]));
    let mut facts = saml_facts(&workspace);
    facts.by_subject = Some((link.clone(), admin.clone()));
    for (groups, others, expected) in [
        (&["staff"][..], true, Role::Member),
        (&[], true, Role::Member),
        (&["staff"], false, Role::Admin),
        (&[], false, Role::Admin),
    ] {
        facts.other_active_admins = others;
        let granted = enter(&ada_asserted("7", groups), &facts).unwrap();
        assert_eq!(granted.role(), expected, "{groups:?} {others}");
        assert_eq!(
            path(granted.reasons()).contains("P6 pass"),
            !others,
            "{groups:?}"
        );
    }
    // Who keeps the role for want of another admin needs the proof that an admin needs.
    link.proof = None;
    facts.by_subject = Some((link.clone(), admin.clone()));
    let refused = enter(&ada_asserted("7", &["staff"]), &facts);
    assert_eq!(code(refused), "local-proof-required");
    // An invited admin is none that has to stay.
    let mut invited = admin;
    invited.status = MemberStatus::Invited;
    link.proof = Some(proof(&[Key::Idps]));
    facts.by_subject = Some((link, invited));
    let granted = enter(&ada_asserted("7", &["staff"]), &facts).unwrap();
    assert_eq!(granted.role(), Role::Member);
}
