//! P8: what the IdP says of groups becomes a role.

use vestibule_model::{AdminMapping, MemberId, RevisionId, Role, Unmapped};
use vestibule_policy::{Admission, Grant, SamlFacts, WorkspaceFacts};

use crate::{
    assertion::{Asserted, Key},
    scene::{
        ADA, PERSISTENT, TRANSIENT, ada_asserted, code, enter, identity, map_roles, member,
        name_id, now, path, proof, saml_facts, sso_workspace,
    },
};

/// A member or admin who is linked, and proven where they are an admin.
fn linked(workspace: &WorkspaceFacts, role: Role) -> SamlFacts {
    let ada = member(workspace, ADA, role);
    let mut link = identity(workspace, &ada, name_id("7", Some(PERSISTENT)));
    if role == Role::Admin {
        link.proof = Some(proof(&[Key::Idps]));
    }
    SamlFacts {
        by_subject: Some((link, ada)),
        ..saml_facts(workspace)
    }
}

fn role(facts: &SamlFacts, groups: &[&str]) -> Role {
    enter(&ada_asserted("7", groups), facts).unwrap().role()
}

fn mapped_to_admin(grant: &Grant) -> bool {
    match grant.origin() {
        vestibule_model::Origin::Saml { details, .. } => details.mapped_to_admin,
        _ => panic!("{:?}", grant.origin()),
    }
}

#[test]
fn groups_become_roles_and_the_one_with_more_rights_counts() {
    use {
        Role::{Admin, Member},
        Unmapped::{Keep, Member as ToMember},
    };
    for (groups, otherwise, was, enabled, expected) in [
        (&["admins"][..], Keep, Member, true, Admin),
        (&["owners", "staff"], Keep, Member, true, Admin),
        (&["staff", "admins"], ToMember, Member, true, Admin),
        (&["admins"], Keep, Member, false, Member),
        (&["admins", "staff"], Keep, Member, false, Member),
        (&["admins", "staff"], Keep, Admin, false, Admin),
        (&["admins"], ToMember, Admin, false, Admin),
        (&["staff"], Keep, Admin, true, Member),
        (&["staff"], Keep, Member, true, Member),
        (&["guests"], Keep, Admin, true, Admin),
        (&["guests"], Keep, Member, true, Member),
        (&["guests"], ToMember, Admin, true, Member),
        (&[], ToMember, Admin, true, Member),
        (&[], Keep, Admin, true, Admin),
        // Groups are compared as they are written.
        (&["Admins", "admins ", "admin"], Keep, Member, true, Member),
    ] {
        let mut workspace = sso_workspace();
        map_roles(&mut workspace, otherwise, enabled);
        let found = role(&linked(&workspace, was), groups);
        assert_eq!(found, expected, "{groups:?} {otherwise} {was} {enabled}");
    }
}

#[test]
fn of_several_attributes_the_first_that_is_present_counts() {
    let mut workspace = sso_workspace();
    map_roles(&mut workspace, Unmapped::Keep, true);
    let facts = linked(&workspace, Role::Member);
    let asserted = |roles: &[&str]| {
        let mut asserted = ada_asserted("7", &["admins"]);
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        asserted.attributes.push(("roles".into(), roles));
        asserted
    };
    for roles in [&["guests"][..], &[]] {
        let granted = enter(&asserted(roles), &facts).unwrap();
        assert_eq!(granted.role(), Role::Member, "{roles:?}");
    }
    let granted = enter(&asserted(&["owners"]), &facts).unwrap();
    assert_eq!(granted.role(), Role::Admin);
    // Without it, the next one does.
    assert_eq!(role(&facts, &["admins"]), Role::Admin);
}

#[test]
fn without_a_mapping_the_role_is_kept_and_newcomers_are_members() {
    let workspace = sso_workspace();
    for was in Role::ALL {
        assert_eq!(role(&linked(&workspace, *was), &["admins"]), *was);
    }
    let newcomer = saml_facts(&workspace);
    assert_eq!(role(&newcomer, &["admins", "owners"]), Role::Member);
}

#[test]
fn a_mapping_to_admin_is_inert_until_it_is_enabled_on_that_very_revision() {
    let mut workspace = sso_workspace();
    map_roles(&mut workspace, Unmapped::Keep, false);
    // Neither for members nor for who comes just in time.
    for facts in [linked(&workspace, Role::Member), saml_facts(&workspace)] {
        let granted = enter(&ada_asserted("7", &["admins"]), &facts).unwrap();
        assert_eq!(granted.role(), Role::Member);
        assert!(!mapped_to_admin(&granted));
        let inert = granted
            .reasons()
            .iter()
            .any(|reason| reason.detail.contains("inert"));
        assert!(inert, "{:?}", granted.reasons());
    }
    // The word of an admin about another revision is none about this one.
    map_roles(&mut workspace, Unmapped::Keep, true);
    let enabled = workspace.sso.connections[0].revision.clone().unwrap();
    assert_eq!(role(&saml_facts(&workspace), &["admins"]), Role::Admin);
    let mut next = enabled.clone();
    next.id = RevisionId::new(now());
    next.admin_mapping = None;
    workspace.sso.connections[0].connection.live = Some(next.id);
    workspace.sso.connections[0].revision = Some(next);
    assert_eq!(role(&saml_facts(&workspace), &["admins"]), Role::Member);
    // Not even where the facts bring the other revision along.
    workspace.sso.connections[0].revision = Some(enabled);
    let refused = enter(&ada_asserted("7", &["admins"]), &saml_facts(&workspace));
    assert_eq!(code(refused), "sso-not-live");
}

#[test]
fn an_enabled_mapping_makes_admins_of_members_and_of_newcomers() {
    let mut workspace = sso_workspace();
    map_roles(&mut workspace, Unmapped::Keep, true);
    let admins = ada_asserted("7", &["admins"]);

    let newcomer = enter(&admins, &saml_facts(&workspace)).unwrap();
    assert!(matches!(
        newcomer.admission(),
        Admission::New { member, identity: Some(_) } if member.role == Role::Admin
    ));
    assert!(mapped_to_admin(&newcomer) && !newcomer.promotes());
    assert_eq!(newcomer.role_before(), None);

    let promoted = enter(&admins, &linked(&workspace, Role::Member)).unwrap();
    assert!(mapped_to_admin(&promoted) && promoted.promotes());
    // A member's address links the subject, as ever.
    let mut by_email = saml_facts(&workspace);
    by_email.by_email = Some(member(&workspace, ADA, Role::Member));
    let promoted = enter(&admins, &by_email).unwrap();
    assert!(mapped_to_admin(&promoted) && promoted.promotes());
    assert!(matches!(
        promoted.admission(),
        Admission::Existing {
            identity: Some(vestibule_policy::IdentityUse::New(_)),
            ..
        }
    ));
    assert!(path(promoted.reasons()).contains("P10 pass"));
}

#[test]
fn a_transient_subject_is_made_no_admin() {
    let mut workspace = sso_workspace();
    map_roles(&mut workspace, Unmapped::Keep, true);
    let asserted = Asserted {
        format: Some(TRANSIENT),
        ..ada_asserted("_once", &["admins"])
    };
    let mut facts = saml_facts(&workspace);
    assert_eq!(enter(&asserted, &facts).unwrap().role(), Role::Member);
    facts.by_email = Some(member(&workspace, ADA, Role::Member));
    assert_eq!(enter(&asserted, &facts).unwrap().role(), Role::Member);
    facts.by_email = Some(member(&workspace, ADA, Role::Admin));
    assert_eq!(code(enter(&asserted, &facts)), "local-proof-required");
}

#[test]
fn a_mapping_of_a_draft_maps_nobody() {
    let mut workspace = sso_workspace();
    let mut draft = workspace.sso.connections[0].revision.clone().unwrap();
    draft.id = RevisionId::new(now());
    draft.admin_mapping = Some(AdminMapping {
        enabled_by: MemberId::new(now()),
        enabled_at: now(),
    });
    workspace.sso.connections[0].connection.draft = Some(draft.id);
    assert_eq!(role(&saml_facts(&workspace), &["admins"]), Role::Member);
}
