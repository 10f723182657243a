//! Proofs that links are genuine, and mappings to `admin`: under which keys, and until when.

use vestibule_model::*;
use vestibule_saml::NameId;

use crate::bed::Bed;
use crate::on_both;
use crate::samples::*;

const ENTITY: &str = "https://idp.example";

fn stored(bed: &mut Bed, identity: Identity) -> Identity {
    let copy = identity.clone();
    bed.write(move |tx| tx.insert_identity(&copy)).unwrap();
    identity
}

fn read(bed: &mut Bed, of: &Identity) -> Option<Proof> {
    let (ws, mem, id) = (of.workspace_id, of.member_id, of.id);
    bed.read(move |tx| tx.identity(ws, mem, id))
        .unwrap()
        .unwrap()
        .proof
}

on_both! {
    fn a_proof_comes_out_as_it_went_in(bed) {
        let scene = Scene::stored(bed, "acme");
        for (number, by) in ProvenBy::ALL.iter().copied().enumerate() {
            let proof = Some(Proof { by, at: later(3), ..proof(&[1, 2]) });
            let link = identity(&scene.member, &scene.connection, &format!("ada{number}"));
            let link = stored(bed, Identity { proof, ..link });
            assert_eq!(read(bed, &link), link.proof);
        }
        let unproven = identity(&scene.member, &scene.connection, "nobody");
        let unproven = stored(bed, Identity { proof: None, ..unproven });
        assert_eq!(read(bed, &unproven), None);
        let new = Proof { by: ProvenBy::ThisIsMe, ..proof(&[9]) };
        let (copy, id) = (new.clone(), unproven.id);
        assert_eq!(bed.write(move |tx| tx.prove_identity(id, &copy)), Ok(true));
        assert_eq!(read(bed, &unproven), Some(new.clone()));
        let nobody = IdentityId::new(now());
        assert_eq!(bed.write(move |tx| tx.prove_identity(nobody, &new)), Ok(false));
    }

    fn a_link_is_of_its_member_and_workspace(bed) {
        let Scene { workspace, member, connection, .. } = Scene::stored(bed, "acme");
        let link = stored(bed, identity(&member, &connection, "ada"));
        let (ws, mem, id) = (workspace.id, member.id, link.id);
        let (foreign, nobody) = (WorkspaceId::new(now()), MemberId::new(now()));
        assert_eq!(bed.read(move |tx| tx.identity(ws, mem, id)), Ok(Some(link)));
        assert_eq!(bed.read(move |tx| tx.identity(foreign, mem, id)), Ok(None));
        assert_eq!(bed.read(move |tx| tx.identity(ws, nobody, id)), Ok(None));
    }

    fn a_proof_of_the_release_before_is_none(bed) {
        let scene = Scene::stored(bed, "acme");
        let link = stored(bed, identity(&scene.member, &scene.connection, "ada"));
        bed.sql("UPDATE identities SET proven_by = NULL, proven_keys = NULL");
        assert_eq!(read(bed, &link), None);
        // Nor does one count that it has taken away in its own words.
        bed.sql("UPDATE identities SET proven_at = NULL, proven_by = 'application', proven_keys = '[]'");
        assert_eq!(read(bed, &link), None);
    }

    fn a_promotion_clears_the_proofs_of_one_member(bed) {
        let Scene { workspace, member: ada, connection, .. } = Scene::stored(bed, "acme");
        let bob = member(&workspace, "bob@example.com");
        let copy = bob.clone();
        bed.write(move |tx| tx.insert_member(&copy)).unwrap();
        let (one, two) = (
            stored(bed, identity(&ada, &connection, "one")),
            stored(bed, Identity { proof: None, ..identity(&ada, &connection, "two") }),
        );
        let other = stored(bed, identity(&bob, &connection, "bob"));
        let (ws, mem, foreign) = (workspace.id, ada.id, WorkspaceId::new(now()));
        assert_eq!(bed.write(move |tx| tx.clear_proofs_of_member(foreign, mem)), Ok(0));
        assert_eq!(bed.write(move |tx| tx.clear_proofs_of_member(ws, mem)), Ok(1));
        assert_eq!(bed.write(move |tx| tx.clear_proofs_of_member(ws, mem)), Ok(0));
        assert_eq!((read(bed, &one), read(bed, &two)), (None, None));
        assert_eq!(read(bed, &other), other.proof);
        assert_eq!(bed.texts("SELECT id AS text FROM identities WHERE proven_by IS NOT NULL").len(), 1);
    }

    fn another_entity_id_clears_the_proofs_of_the_old_one(bed) {
        let Scene { member, connection, .. } = Scene::stored(bed, "acme");
        let elsewhere = Scene::stored(bed, "other");
        let kept = stored(bed, identity(&member, &connection, "ada"));
        let mut old = identity(&member, &connection, "ada");
        old.subject.idp_entity_id = "https://old.example".to_owned();
        let old = stored(bed, old);
        let foreign = stored(bed, identity(&elsewhere.member, &elsewhere.connection, "ada"));
        let conn = connection.id;
        assert_eq!(bed.write(move |tx| tx.clear_proofs_of_other_entities(conn, ENTITY)), Ok(1));
        assert_eq!(read(bed, &kept), kept.proof);
        assert_eq!(read(bed, &old), None);
        assert_eq!(bed.write(move |tx| tx.clear_proofs_of_other_entities(conn, "urn:new")), Ok(1));
        assert_eq!(read(bed, &kept), None);
        assert_eq!(read(bed, &foreign), foreign.proof);
    }

    fn a_pinned_key_vouches_for_new_ones(bed) {
        let Scene { member, connection, .. } = Scene::stored(bed, "acme");
        let mut link = |value: &str, keys: Option<&[u8]>, entity: &str| {
            let mut link = identity(&member, &connection, value);
            link.subject.idp_entity_id = entity.to_owned();
            stored(bed, Identity { proof: keys.map(proof), ..link })
        };
        let (pinned, other) = (link("pinned", Some(&[1, 2]), ENTITY), link("other", Some(&[3]), ENTITY));
        let (none, elsewhere) = (link("none", None, ENTITY), link("far", Some(&[1]), "urn:far"));
        let old = link("old", Some(&[]), ENTITY);
        bed.sql(&format!("UPDATE identities SET proven_keys = NULL WHERE id = '{}'", old.id));
        let conn = connection.id;
        let extend = |bed: &mut Bed, pinned: &[u8], new: &[u8]| {
            let keys = |keys: &[u8]| -> Vec<_> { keys.iter().copied().map(fingerprint).collect() };
            let (pinned, new) = (keys(pinned), keys(new));
            bed.write(move |tx| tx.extend_proofs(conn, ENTITY, &pinned, &new)).unwrap()
        };
        assert_eq!(extend(bed, &[2, 7], &[2, 8, 9]), 1);
        assert_eq!(read(bed, &pinned), Some(proof(&[1, 2, 8, 9])));
        assert_eq!(read(bed, &other), other.proof);
        assert_eq!(read(bed, &none), None);
        assert_eq!(read(bed, &old), None);
        assert_eq!(read(bed, &elsewhere), elsewhere.proof);
        assert_eq!(extend(bed, &[2], &[8]), 0, "it has that key");
        assert_eq!(extend(bed, &[], &[10]), 0, "nobody vouches");
        assert_eq!(extend(bed, &[9], &[10]), 1, "vouched for itself, it vouches");
    }

    fn links_by_nothing_but_an_address_go_and_others_stay(bed) {
        let Scene { workspace, member: ada, connection, .. } = Scene::stored(bed, "acme");
        let bob = member(&workspace, "bob@example.com");
        let copy = bob.clone();
        bed.write(move |tx| tx.insert_member(&copy)).unwrap();
        let format = |name: &str| Some(format!("urn:oasis:names:tc:SAML:{name}"));
        let address = format("1.1:nameid-format:emailAddress");
        let cases = [
            (&ada, address.clone(), "Ada@Example.com", false),
            (&ada, format("1.1:nameid-format:unspecified"), "ada@example.com", false),
            (&ada, None, "ada@example.com", false),
            (&ada, None, "ada", true),
            (&ada, address.clone(), "other@example.com", true),
            (&ada, format("2.0:nameid-format:persistent"), "ada@example.com", true),
            (&ada, Some("urn:vestibule:attribute:mail".to_owned()), "ada@example.com", true),
            (&bob, address, "ada@example.com", true),
        ];
        let mut stays = Vec::new();
        for (member, format, value, stay) in cases {
            let mut link = identity(member, &connection, value);
            link.subject.name_id = NameId { format, ..link.subject.name_id };
            let link = stored(bed, link);
            if stay {
                stays.push(link.id.to_string());
            }
        }
        let (ws, mem, foreign) = (workspace.id, ada.id, WorkspaceId::new(now()));
        let (key, copy) = (ada.email.key().clone(), ada.email.key().clone());
        assert_eq!(bed.write(move |tx| tx.delete_address_identities(foreign, mem, &copy)), Ok(0));
        assert_eq!(bed.write(move |tx| tx.delete_address_identities(ws, mem, &key)), Ok(3));
        stays.sort();
        assert_eq!(bed.texts("SELECT id AS text FROM identities ORDER BY id"), stays);
    }

    fn a_mapping_to_admin_is_enabled_on_one_revision(bed) {
        let scene = Scene::stored(bed, "acme");
        let other = Scene::stored(bed, "other");
        let mapping = AdminMapping { enabled_by: scene.member.id, enabled_at: later(2) };
        let (conn, rev, foreign, copy) =
            (scene.connection.id, scene.revision.id, other.connection.id, mapping.clone());
        assert_eq!(bed.write(move |tx| tx.enable_admin_mapping(foreign, rev, &mapping)), Ok(false));
        assert_eq!(bed.read(move |tx| tx.revision(conn, rev)).unwrap().unwrap().admin_mapping, None);
        let mapping = copy.clone();
        assert_eq!(bed.write(move |tx| tx.enable_admin_mapping(conn, rev, &copy)), Ok(true));
        let read = bed.read(move |tx| tx.revision(conn, rev)).unwrap().unwrap();
        assert_eq!(read.admin_mapping.as_ref(), Some(&mapping));
        // A copy of it on a revision to come.
        let next = Revision { id: RevisionId::new(now()), number: 2, ..read };
        let (copy, rev) = (next.clone(), next.id);
        bed.write(move |tx| tx.insert_revision(&copy)).unwrap();
        assert_eq!(bed.read(move |tx| tx.revision(conn, rev)), Ok(Some(next)));
    }
}
