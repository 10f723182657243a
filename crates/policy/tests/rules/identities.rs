//! P9: who a subject is after somebody's address has changed.

use vestibule_model::Role;
use vestibule_policy::{Admission, Refusal, SamlFacts, WorkspaceFacts};

use crate::{
    assertion::{Asserted, IDP},
    scene::{
        ADA, EMAIL_FORMAT, PERSISTENT, code, enter, identity, member, name_id, now, saml_facts,
        sso_workspace,
    },
};

const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

/// A member with this address, linked to this subject.
fn linked(
    workspace: &WorkspaceFacts,
    address: &str,
    subject: &str,
    format: Option<&str>,
) -> SamlFacts {
    let ada = member(workspace, address, Role::Member);
    let link = identity(workspace, &ada, name_id(subject, format));
    SamlFacts {
        by_subject: Some((link, ada)),
        ..saml_facts(workspace)
    }
}

fn asserted(subject: &str, format: Option<&'static str>, mail: Option<&str>) -> Asserted {
    let mail = mail.map(|mail| ("mail".to_owned(), vec![mail.to_owned()]));
    Asserted {
        format,
        attributes: mail.into_iter().collect(),
        ..Asserted::new(subject, now())
    }
}

#[test]
fn an_address_as_name_id_that_the_member_has_no_more_may_be_somebody_elses() {
    let workspace = sso_workspace();
    let (old, new, third) = (ADA, "ada.king@acme.example", "adam@acme.example");
    for format in [Some(EMAIL_FORMAT), Some(UNSPECIFIED), None] {
        for (address, mail, expected) in [
            // Nothing has changed.
            (old, None, "granted"),
            (old, Some(old), "granted"),
            (old, Some(new), "granted"),
            // The member's address was changed, and the NameID's stayed what it was.
            (new, Some(new), "granted"),
            ("ADA.King@Acme.Example", Some(new), "granted"),
            // The old mailbox was given to somebody else.
            (new, None, "identity-conflict"),
            (new, Some(old), "identity-conflict"),
            (new, Some(third), "identity-conflict"),
            (new, Some("nobody"), "identity-conflict"),
        ] {
            let facts = linked(&workspace, address, old, format);
            let said = enter(&asserted(old, format, mail), &facts);
            assert_eq!(code(said), expected, "{format:?} {address} {mail:?}");
        }
    }
    let facts = linked(&workspace, new, old, None);
    let (link, ada) = facts.by_subject.as_ref().unwrap();
    let refusal = enter(&asserted(old, None, None), &facts)
        .unwrap_err()
        .refusal;
    let expected = Refusal::AddressReassigned {
        member_id: ada.id,
        identity_id: link.id,
    };
    assert_eq!(refusal, expected);
}

#[test]
fn what_only_looks_like_an_address_names_the_same_person_for_good() {
    let workspace = sso_workspace();
    // A persistent identifier, or one that the attribute's own rules keep from being given away.
    let persistent = linked(&workspace, "new@acme.example", ADA, Some(PERSISTENT));
    let said = enter(&asserted(ADA, Some(PERSISTENT), None), &persistent);
    assert_eq!(code(said), "granted");
    // No address at all.
    let plain = linked(&workspace, "new@acme.example", "ada", None);
    assert_eq!(code(enter(&asserted("ada", None, None), &plain)), "granted");
}

/// The address afterwards.
fn after(asserted: &Asserted, facts: &SamlFacts) -> (String, bool) {
    match enter(asserted, facts).unwrap().admission() {
        Admission::Existing {
            member, changed, ..
        } => (member.email.as_str().to_owned(), *changed),
        Admission::New { .. } => panic!("a newcomer"),
    }
}

#[test]
fn an_account_follows_its_subject_to_a_free_address_of_the_workspace() {
    let mut workspace = sso_workspace();
    let new = "ada.king@acme.example";
    let p = Some(PERSISTENT);
    let facts = linked(&workspace, ADA, "7", p);
    assert_eq!(
        after(&asserted("7", p, Some(new)), &facts),
        (new.into(), true)
    );
    let facts = linked(&workspace, ADA, "ada", None);
    assert_eq!(
        after(&asserted("ada", None, Some(new)), &facts),
        (new.into(), true)
    );

    workspace.verified_domains = vec!["acme.example".into()];
    let facts = linked(&workspace, ADA, "7", p);
    for (mail, expected) in [
        (Some(new), new),
        (None, ADA),
        (Some("nobody"), ADA),
        // The same address, written in another way.
        (Some("ADA@Acme.Example"), ADA),
        (Some("\u{ff41}da@acme.example"), ADA),
        // Outside the workspace's domains.
        (Some("ada@gmail.example"), ADA),
        (Some("ada@sub.acme.example"), ADA),
    ] {
        let (found, changed) = after(&asserted("7", p, mail), &facts);
        assert_eq!(
            (found.as_str(), changed),
            (expected, expected != ADA),
            "{mail:?}"
        );
    }
    // Somebody else's.
    let mut taken = facts;
    taken.by_email = Some(member(&workspace, new, Role::Member));
    assert_eq!(
        after(&asserted("7", p, Some(new)), &taken),
        (ADA.into(), false)
    );
    // In a domain of another workspace.
    let mut workspace = sso_workspace();
    workspace.domains_of_others = vec!["acme.example".into()];
    let facts = linked(&workspace, ADA, "7", p);
    assert_eq!(
        after(&asserted("7", p, Some(new)), &facts),
        (ADA.into(), false)
    );
}

#[test]
fn an_address_that_was_followed_is_proven_no_more() {
    let workspace = sso_workspace();
    let mut facts = linked(&workspace, ADA, "7", Some(PERSISTENT));
    let (_, ada) = facts.by_subject.as_mut().unwrap();
    ada.email_proven_at = Some(now());
    let grant = |mail| enter(&asserted("7", Some(PERSISTENT), Some(mail)), &facts).unwrap();
    assert_eq!(grant(ADA).member().email_proven_at, Some(now()));
    let followed = grant("ada.king@acme.example");
    assert_eq!(followed.member().email_proven_at, None);
    assert_eq!(followed.member().updated_at, now());
}

#[test]
fn an_account_known_by_an_address_follows_nothing() {
    let workspace = sso_workspace();
    for format in [Some(EMAIL_FORMAT), Some(UNSPECIFIED), None] {
        let facts = linked(&workspace, ADA, ADA, format);
        let said = asserted(ADA, format, Some("adam@acme.example"));
        assert_eq!(after(&said, &facts), (ADA.into(), false), "{format:?}");
    }
}

#[test]
fn a_subject_of_another_entity_is_another_subject() {
    let workspace = sso_workspace();
    let mut facts = linked(&workspace, ADA, "7", Some(PERSISTENT));
    let (link, _) = facts.by_subject.as_mut().unwrap();
    link.subject.idp_entity_id = format!("{IDP}/other");
    let said = enter(&asserted("7", Some(PERSISTENT), Some(ADA)), &facts);
    assert_eq!(code(said), "not-of-this-workspace");
}
