//! What a sign-in by SAML writes down, with a real assertion through the whole corridor.

use vestibule_model::*;
use vestibule_policy::{
    ConnectionFacts, Rules, SamlFacts, SsoFacts, WorkspaceFacts, grant_by_saml,
};
use vestibule_session::{Minted, mint};
use vestibule_store::{Reach, StoreError};

use crate::assertion::{Asserted, IDP};
use crate::bed::Bed;
use crate::on_both;
use crate::samples::*;

const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";

/// A workspace whose connection is live.
fn live(bed: &mut Bed, slug: &str) -> Scene {
    let mut scene = Scene::new(slug);
    scene.revision.settings.idp_entity_id = Some(IDP.to_owned());
    scene.revision.settings.required_authn_context.clear();
    let copy = scene.clone();
    bed.write(move |tx| copy.insert(tx)).unwrap();
    scene.connection.phase = Phase::Live;
    scene.connection.live = Some(scene.revision.id);
    let copy = scene.connection.clone();
    bed.write(move |tx| tx.update_connection(&copy)).unwrap();
    scene
}

fn asserted(name_id: &str, email: &str) -> Asserted {
    Asserted {
        format: Some(PERSISTENT),
        attributes: vec![("mail".to_owned(), vec![email.to_owned()])],
        ..Asserted::new(name_id, now())
    }
}

/// Facts as the api reads them, grant, mint.
fn sign_in(bed: &mut Bed, scene: &Scene, asserted: &Asserted) -> Minted {
    let conn = scene.connection.id;
    let assertion = asserted.verified();
    let subject = Subject {
        idp_entity_id: assertion.idp_entity_id().to_owned(),
        name_id: assertion.name_id().unwrap().clone(),
    };
    let email = Email::parse(&asserted.attributes[0].1[0]).unwrap();
    let ws = scene.workspace.id;
    let (by_subject, by_email, identities) = bed
        .read(move |tx| {
            let by_email = tx.member_by_email(ws, email.key())?;
            let identities = match &by_email {
                Some(member) => tx.identities_of(ws, member.id)?,
                None => Vec::new(),
            };
            Ok((
                tx.identity_by_subject(conn, &subject)?,
                by_email,
                identities,
            ))
        })
        .unwrap();
    let facts = SamlFacts {
        workspace: WorkspaceFacts {
            workspace: scene.workspace.clone(),
            sso: SsoFacts {
                connections: vec![ConnectionFacts {
                    connection: scene.connection.clone(),
                    revision: Some(scene.revision.clone()),
                }],
            },
            verified_domains: Vec::new(),
            domains_of_others: Vec::new(),
        },
        connection_id: conn,
        revision_id_of_trip: scene.revision.id,
        by_subject,
        by_email,
        identities_of_candidate: identities,
        other_active_admins: false,
    };
    let rules = Rules::new("https://sso.example");
    let grant = grant_by_saml(&assertion, &facts, scene.client.id, &rules, now()).unwrap();
    mint(grant, "openid", now()).unwrap()
}

on_both! {
    fn a_first_sign_in_makes_the_member_the_link_and_the_session(bed) {
        let scene = live(bed, "acme");
        let minted = sign_in(bed, &scene, &asserted("n-1", "new@example.com"));
        let session = minted.session().clone();
        bed.write(move |tx| tx.record_minted(&minted, now())).unwrap();
        let (ws, id, ses) = (scene.workspace.id, session.member_id, session.id);
        let member = bed.read(move |tx| tx.member(ws, id)).unwrap().unwrap();
        assert_eq!(member.email.as_str(), "new@example.com");
        let links = bed.read(move |tx| tx.identities_of(ws, id)).unwrap();
        assert_eq!(links.len(), 1);
        assert_eq!(links[0].subject.name_id.value, "n-1");
        let read = bed.read(move |tx| tx.session(Reach::All, ses)).unwrap();
        assert!(matches!(&session.origin, Origin::Saml { details, .. } if details.attributes.len() == 1));
        assert_eq!(read, Some(session));
    }

    fn a_second_sign_in_uses_the_link_and_notes_when(bed) {
        let scene = live(bed, "acme");
        for _ in 0..2 {
            let minted = sign_in(bed, &scene, &asserted("n-1", "new@example.com"));
            bed.write(move |tx| tx.record_minted(&minted, later(7))).unwrap();
        }
        let (members, links) = (bed.count("members"), bed.count("identities"));
        assert_eq!((members, links, bed.count("sessions")), (2, 1, 2));
        let used = bed.texts("SELECT CAST(last_used_at AS TEXT) AS text FROM identities");
        assert_eq!(used, [later(7).as_microsecond().to_string()]);
    }

    fn a_matching_address_links_and_ends_the_invitation(bed) {
        let scene = live(bed, "acme");
        let invited = Member { status: MemberStatus::Invited, ..scene.member.clone() };
        bed.write(move |tx| tx.update_member(&invited)).unwrap();
        let minted = sign_in(bed, &scene, &asserted("n-1", "ada@example.com"));
        bed.write(move |tx| tx.record_minted(&minted, now())).unwrap();
        let (ws, id) = (scene.workspace.id, scene.member.id);
        let member = bed.read(move |tx| tx.member(ws, id)).unwrap().unwrap();
        assert_eq!(member.status, MemberStatus::Active);
        assert_eq!(bed.read(move |tx| tx.identities_of(ws, id)).unwrap().len(), 1);
    }

    fn two_first_sign_ins_at_once_are_one_member_and_a_conflict(bed) {
        let scene = live(bed, "acme");
        let new = asserted("n-1", "new@example.com");
        let (first, second) = (sign_in(bed, &scene, &new), sign_in(bed, &scene, &new));
        bed.write(move |tx| tx.record_minted(&first, now())).unwrap();
        let conn = scene.connection.id;
        let answer = bed.write(move |tx| {
            assert!(tx.claim_assertion(conn, "_second", later(1))?);
            tx.record_minted(&second, now())
        });
        // Which of the two it meets first is up to the database.
        let taken = matches!(answer, Err(StoreError::Conflict { what: "member.email" | "identity.subject" }));
        assert!(taken, "{answer:?}");
        assert_eq!((bed.count("assertion_claims"), bed.count("sessions")), (0, 1));
        // Tried again from the facts, it is a sign-in of the member who is there now.
        let again = sign_in(bed, &scene, &new);
        bed.write(move |tx| tx.record_minted(&again, now())).unwrap();
        assert_eq!((bed.count("members"), bed.count("identities")), (2, 1));
    }

    fn a_sign_in_of_somebody_deleted_meanwhile_leaves_nothing(bed) {
        let scene = live(bed, "acme");
        let minted = sign_in(bed, &scene, &asserted("n-1", "ada@example.com"));
        let (ws, id) = (scene.workspace.id, scene.member.id);
        bed.write(move |tx| tx.delete_member(ws, id, now())).unwrap();
        assert_eq!(bed.write(move |tx| tx.record_minted(&minted, now())), Err(StoreError::Dangling));
        assert_eq!((bed.count("sessions"), bed.count("identities")), (0, 0));
    }
}
