//! P10: SSO is no ladder to admin.

use vestibule_model::{
    AuthenticationMethod::Saml, Identity, Member, Origin, RevisionId, Role, SamlDetails, Session,
    Unmapped,
};
use vestibule_policy::{
    MethodKind, PersonFacts, Requirement, SamlFacts, WorkspaceFacts, decide, grant_renewal,
};
use vestibule_saml::Identifier;

use crate::{
    assertion::{Asserted, Key},
    scene::{
        ADA, EMAIL_FORMAT, PERSISTENT, TRANSIENT, ada_asserted, bare, code, connection, enter,
        identity, map_roles, member, name_id, now, path, proof, rules, saml_facts, serving,
        session, sso_workspace,
    },
};

fn by_link(workspace: &WorkspaceFacts, link: &Identity, ada: &Member) -> SamlFacts {
    SamlFacts {
        by_subject: Some((link.clone(), ada.clone())),
        by_email: Some(ada.clone()),
        identities_of_candidate: vec![link.clone()],
        ..saml_facts(workspace)
    }
}

fn admin_with_link(workspace: &WorkspaceFacts, keys: Option<&[Key]>) -> (Member, Identity) {
    let ada = member(workspace, ADA, Role::Admin);
    let mut link = identity(workspace, &ada, name_id("7", Some(PERSISTENT)));
    link.proof = keys.map(proof);
    (ada, link)
}

fn signed(key: Key) -> Asserted {
    Asserted {
        key,
        ..ada_asserted("7", &[])
    }
}

#[test]
fn a_proof_counts_for_the_keys_that_were_trusted_when_it_was_given() {
    let workspace = sso_workspace();
    for (keys, key, expected) in [
        (Some(&[Key::Idps][..]), Key::Idps, "granted"),
        // What a rogue adds later, or what metadata brought that nobody vouched for.
        (Some(&[Key::Idps]), Key::Later, "local-proof-required"),
        (Some(&[Key::Idps, Key::Later]), Key::Later, "granted"),
        (Some(&[]), Key::Idps, "local-proof-required"),
        (None, Key::Idps, "local-proof-required"),
    ] {
        let (ada, link) = admin_with_link(&workspace, keys);
        let facts = by_link(&workspace, &link, &ada);
        assert_eq!(
            code(enter(&signed(key), &facts)),
            expected,
            "{keys:?} {key:?}"
        );
    }
}

#[test]
fn no_address_opens_an_admins_account() {
    let mut workspace = sso_workspace();
    let (ada, link) = admin_with_link(&workspace, Some(&[Key::Idps]));
    // Another subject, whatever else of theirs is proven, with whatever the settings map.
    let mappings = [
        None,
        Some((Unmapped::Keep, false)),
        Some((Unmapped::Keep, true)),
        Some((Unmapped::Member, false)),
        Some((Unmapped::Member, true)),
    ];
    for mapping in mappings {
        if let Some((otherwise, enabled)) = mapping {
            map_roles(&mut workspace, otherwise, enabled);
        }
        let facts = SamlFacts {
            by_email: Some(ada.clone()),
            identities_of_candidate: vec![link.clone()],
            ..saml_facts(&workspace)
        };
        for groups in [&["admins"][..], &["staff"], &["guests"], &[]] {
            for (subject, format) in [
                ("8", Some(PERSISTENT)),
                ("_once", Some(TRANSIENT)),
                (ADA, Some(EMAIL_FORMAT)),
                (ADA, None),
            ] {
                let asserted = Asserted {
                    format,
                    ..ada_asserted(subject, groups)
                };
                let said = code(enter(&asserted, &facts));
                let case = format!("{mapping:?} {groups:?} {subject}");
                assert_eq!(said, "local-proof-required", "{case}");
            }
        }
    }
}

#[test]
fn what_a_proof_says_of_another_entity_or_connection_says_nothing_here() {
    let mut workspace = sso_workspace();
    let (ada, link) = admin_with_link(&workspace, Some(&[Key::Idps]));
    let ask = |workspace: &WorkspaceFacts, link: &Identity| {
        let ada = PersonFacts {
            links: vec![link.clone()],
            ..bare(&ada)
        };
        let email = &ada.member.email;
        decide(workspace, email, Some(&ada), MethodKind::Saml, &rules()).required
    };
    assert_eq!(ask(&workspace, &link), []);

    let mut elsewhere = link.clone();
    elsewhere.connection_id = connection(&workspace, vestibule_model::Phase::Live)
        .connection
        .id;
    assert_eq!(ask(&workspace, &elsewhere), [Requirement::LocalProof]);
    let facts = by_link(&workspace, &elsewhere, &ada);
    assert_eq!(
        code(enter(&signed(Key::Idps), &facts)),
        "not-of-this-workspace"
    );

    let mut of_another = link.clone();
    of_another.subject.idp_entity_id = "https://rogue.example".into();
    assert_eq!(ask(&workspace, &of_another), [Requirement::LocalProof]);
    let facts = by_link(&workspace, &of_another, &ada);
    assert_eq!(
        code(enter(&signed(Key::Idps), &facts)),
        "not-of-this-workspace"
    );

    // People are known by something else now.
    serving(&mut workspace).subject_attribute = Some("employee".into());
    assert_eq!(ask(&workspace, &link), [Requirement::LocalProof]);
    serving(&mut workspace).subject_attribute = None;
    // The connection was pointed at another entity since.
    serving(&mut workspace).idp_entity_id = Some("https://rogue.example".into());
    assert_eq!(ask(&workspace, &link), [Requirement::LocalProof]);
    // A proof under no key is none.
    let (_, keyless) = admin_with_link(&sso_workspace(), Some(&[]));
    assert_eq!(ask(&workspace, &keyless), [Requirement::LocalProof]);
}

#[test]
fn who_was_linked_first_and_promoted_later_has_to_prove_it() {
    let mut workspace = sso_workspace();
    map_roles(&mut workspace, Unmapped::Keep, true);
    let (mut ada, link) = admin_with_link(&workspace, None);
    ada.role = Role::Member;
    let as_member = by_link(&workspace, &link, &ada);
    assert_eq!(code(enter(&signed(Key::Idps), &as_member)), "granted");
    // The archive clears a proof when it promotes; a link from before is a link, and no proof.
    ada.role = Role::Admin;
    let as_admin = by_link(&workspace, &link, &ada);
    assert_eq!(
        code(enter(&signed(Key::Idps), &as_admin)),
        "local-proof-required"
    );
}

#[test]
fn a_mapping_that_demotes_hands_over_no_account() {
    let mut workspace = sso_workspace();
    map_roles(&mut workspace, Unmapped::Member, false);
    let (ada, link) = admin_with_link(&workspace, None);
    let facts = by_link(&workspace, &link, &ada);
    let refused = enter(&ada_asserted("7", &["staff"]), &facts);
    assert_eq!(code(refused), "local-proof-required");
    let (_, proven) = admin_with_link(&workspace, Some(&[Key::Idps]));
    let proven = Identity {
        member_id: ada.id,
        ..proven
    };
    let facts = by_link(&workspace, &proven, &ada);
    let granted = enter(&ada_asserted("7", &["staff"]), &facts).unwrap();
    assert_eq!(granted.role(), Role::Member);
}

#[test]
fn a_mapped_admin_comes_in_by_the_word_of_the_admin_who_enabled_it() {
    let mut workspace = sso_workspace();
    map_roles(&mut workspace, Unmapped::Keep, true);
    let (ada, link) = admin_with_link(&workspace, None);
    let facts = by_link(&workspace, &link, &ada);
    // As long as the IdP says so.
    for (groups, expected) in [
        (&["admins"][..], "granted"),
        (&["guests"], "local-proof-required"),
        (&[], "local-proof-required"),
    ] {
        assert_eq!(
            code(enter(&ada_asserted("7", groups), &facts)),
            expected,
            "{groups:?}"
        );
    }
    map_roles(&mut workspace, Unmapped::Keep, false);
    let facts = by_link(&workspace, &link, &ada);
    assert_eq!(
        code(enter(&ada_asserted("7", &["admins"]), &facts)),
        "local-proof-required"
    );
}

/// A session that came in by a subject.
fn by_saml(workspace: &WorkspaceFacts, ada: &Member, subject: &str, key: Option<Key>) -> Session {
    let connection = &workspace.sso.connections[0].connection;
    let asserted = ada_asserted(subject, &["admins"]).verified();
    let mut session = session(
        ada,
        Origin::Saml {
            connection_id: connection.id,
            revision_id: connection.live.unwrap(),
            details: SamlDetails {
                name_id: asserted.name_id().cloned(),
                session_index: None,
                attributes: asserted.attributes().clone(),
                authn_context_class: None,
                signed_by: key.map(Key::fingerprint),
                mapped_to_admin: false,
            },
        },
    );
    session.amr = vec![Saml];
    session
}

fn mapped(mut session: Session) -> Session {
    if let Origin::Saml { details, .. } = &mut session.origin {
        details.mapped_to_admin = true;
    }
    session
}

fn renew(
    workspace: &WorkspaceFacts,
    ada: &Member,
    links: &[Identity],
    session: &Session,
) -> &'static str {
    let person = PersonFacts {
        links: links.to_vec(),
        ..bare(ada)
    };
    code(grant_renewal(
        session,
        workspace,
        Some(&person),
        &rules(),
        now(),
    ))
}

#[test]
fn an_admins_session_goes_on_while_its_own_link_is_proven_for_its_key() {
    let workspace = sso_workspace();
    let (ada, link) = admin_with_link(&workspace, Some(&[Key::Idps]));
    let links = [link.clone()];
    for (key, expected) in [
        (Some(Key::Idps), "granted"),
        (Some(Key::Later), "local-proof-required"),
        // A session from before it was kept.
        (None, "local-proof-required"),
    ] {
        let hers = by_saml(&workspace, &ada, "7", key);
        assert_eq!(renew(&workspace, &ada, &links, &hers), expected, "{key:?}");
    }
    let hers = by_saml(&workspace, &ada, "7", Some(Key::Idps));
    for (what, links) in [
        ("unlinked", vec![]),
        (
            "cleared",
            vec![Identity {
                proof: None,
                ..link
            }],
        ),
    ] {
        assert_eq!(
            renew(&workspace, &ada, &links, &hers),
            "local-proof-required",
            "{what}"
        );
    }
    // Another link of theirs is proven, but this is not the one the session came in by.
    let other = by_saml(&workspace, &ada, "8", Some(Key::Idps));
    assert_eq!(
        renew(&workspace, &ada, &links, &other),
        "local-proof-required"
    );
    let transient = identity(&workspace, &ada, name_id("_once", Some(TRANSIENT)));
    let mut once = by_saml(&workspace, &ada, "_once", Some(Key::Idps));
    if let Origin::Saml { details, .. } = &mut once.origin {
        details.name_id = Some(transient.subject.name_id.clone());
    }
    let transient = Identity {
        proof: Some(proof(&[Key::Idps])),
        ..transient
    };
    assert_eq!(
        renew(&workspace, &ada, &[transient], &once),
        "local-proof-required"
    );
    // Who is no admin needs none of it.
    let mut member = ada;
    member.role = Role::Member;
    assert_eq!(renew(&workspace, &member, &[], &hers), "granted");
}

#[test]
fn a_newer_revision_ends_no_proven_session_unless_it_knows_people_otherwise() {
    let mut workspace = sso_workspace();
    let (ada, link) = admin_with_link(&workspace, Some(&[Key::Idps]));
    let hers = by_saml(&workspace, &ada, "7", Some(Key::Idps));
    let newer = RevisionId::new(now());
    workspace.sso.connections[0].connection.live = Some(newer);
    workspace.sso.connections[0].revision.as_mut().unwrap().id = newer;
    let links = [link];
    assert_eq!(renew(&workspace, &ada, &links, &hers), "granted");
    serving(&mut workspace).subject_attribute = Some("mail".into());
    assert_eq!(
        renew(&workspace, &ada, &links, &hers),
        "local-proof-required"
    );
}

#[test]
fn a_session_by_the_chosen_attribute_is_known_by_it() {
    let mut workspace = sso_workspace();
    let subject_id = "urn:oasis:names:tc:SAML:attribute:subject-id";
    for (attribute, sent, kept, expected) in [
        ("employee", "E7", "E7", "granted"),
        ("employee", "E7", "E8", "local-proof-required"),
        (
            subject_id,
            "Ada-7@Acme.Example",
            "ada-7@acme.example",
            "granted",
        ),
    ] {
        serving(&mut workspace).subject_attribute = Some(attribute.into());
        let ada = member(&workspace, ADA, Role::Admin);
        let mut subject = name_id(kept, None);
        subject.format = Some(format!("urn:vestibule:attribute:{attribute}"));
        let mut link = identity(&workspace, &ada, subject);
        link.proof = Some(proof(&[Key::Idps]));
        let mut asserted = ada_asserted("_any", &[]);
        asserted.identifier = Identifier::Attribute(attribute.into());
        asserted
            .attributes
            .push((attribute.into(), vec![sent.into()]));
        let verified = asserted.verified();
        let mut hers = by_saml(&workspace, &ada, "_any", Some(Key::Idps));
        if let Origin::Saml { details, .. } = &mut hers.origin {
            details.attributes = verified.attributes().clone();
        }
        let case = format!("{attribute} {sent} {kept}");
        assert_eq!(
            renew(&workspace, &ada, &[link.clone()], &hers),
            expected,
            "{case}"
        );
        // The door knew them by the same.
        let facts = by_link(&workspace, &link, &ada);
        let said = code(enter(&asserted, &facts));
        assert_eq!(said == "granted", expected == "granted", "{case}: {said}");
        // An attribute of another name is another subject.
        link.subject.name_id.format = Some("urn:vestibule:attribute:badge".into());
        assert_eq!(
            renew(&workspace, &ada, &[link], &hers),
            "local-proof-required",
            "{case}"
        );
    }
}

#[test]
fn a_mapped_admins_session_goes_on_while_the_word_stands_that_admitted_it() {
    let mut workspace = sso_workspace();
    map_roles(&mut workspace, Unmapped::Keep, true);
    let (ada, link) = admin_with_link(&workspace, None);
    let plain = by_saml(&workspace, &ada, "7", Some(Key::Idps));
    let hers = mapped(plain.clone());
    let links = [link];
    let refused = "local-proof-required";
    assert_eq!(renew(&workspace, &ada, &links, &hers), "granted");
    assert_eq!(renew(&workspace, &ada, &links, &plain), refused);

    let mut disabled = workspace.clone();
    map_roles(&mut disabled, Unmapped::Keep, false);
    assert_eq!(renew(&disabled, &ada, &links, &hers), refused);

    // A renewed certificate makes a new revision, and the word is carried along.
    let revision = workspace.sso.connections[0].revision.as_mut().unwrap();
    revision.id = RevisionId::new(now());
    workspace.sso.connections[0].connection.live = Some(revision.id);
    assert_eq!(renew(&workspace, &ada, &links, &hers), "granted");

    // What an admin says later, of these settings or of others, they did not say of this session.
    let mut later = workspace.clone();
    let revision = later.sso.connections[0].revision.as_mut().unwrap();
    let word = revision.admin_mapping.as_mut().unwrap();
    word.enabled_at = now() + jiff::SignedDuration::from_secs(1);
    assert_eq!(renew(&later, &ada, &links, &hers), refused);

    // Another group is mapped now.
    let mapping = serving(&mut workspace).role_mapping.as_mut().unwrap();
    mapping.admin = vec!["owners".into()];
    assert_eq!(renew(&workspace, &ada, &links, &hers), refused);
    serving(&mut workspace).role_mapping = None;
    assert_eq!(renew(&workspace, &ada, &links, &hers), refused);
}

#[test]
fn a_decision_by_saml_needs_nothing_more_of_a_proven_admin() {
    let workspace = sso_workspace();
    let (ada, link) = admin_with_link(&workspace, Some(&[Key::Idps]));
    let person = PersonFacts {
        links: vec![link],
        ..bare(&ada)
    };
    let decision = decide(
        &workspace,
        &ada.email,
        Some(&person),
        MethodKind::Saml,
        &rules(),
    );
    assert!(decision.allowed);
    assert_eq!(decision.required, []);
    assert_eq!(
        path(&decision.reasons),
        "P1 pass, P5 pass, P9 pass, P7 pass, P8 pass, P10 pass, P4 not_applicable"
    );
}
