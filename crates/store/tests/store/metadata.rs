//! Metadata sources and leases.

use vestibule_model::{FieldChange, MetadataChange, MetadataOrigin, MetadataSource, RevisionId};
use vestibule_store::StoreError;

use crate::on_both;
use crate::samples::{Scene, later, now};

fn source(scene: &Scene) -> MetadataSource {
    let origin = MetadataOrigin {
        url: "https://idp.example/metadata".to_owned(),
        entity_id: Some("urn:idp".to_owned()),
        signing_certificates: vec!["-----BEGIN CERTIFICATE-----\n…\n".to_owned()],
        max_validity_days: Some(14),
        own_logout_url: true,
    };
    let connection = &scene.connection;
    MetadataSource::new(connection.id, connection.workspace_id, origin, now())
}

/// With every field filled.
fn full(scene: &Scene) -> MetadataSource {
    MetadataSource {
        etag: Some("\"1\"".to_owned()),
        last_modified: Some("yesterday".to_owned()),
        document_hash: Some("ab".repeat(32)),
        settled_for: Some("rev_1".to_owned()),
        fetched_at: Some(now()),
        next_refresh_at: later(60),
        failures: 3,
        last_error: Some("no connection".to_owned()),
        valid_until: Some(later(3600)),
        staged: Some(RevisionId::new(now())),
        pending: Some(MetadataChange {
            certificates_added: vec!["aa".to_owned()],
            certificates_removed: vec!["bb".to_owned()],
            fields: vec![FieldChange {
                field: "idp_sso_url".to_owned(),
                before: Some("https://a".to_owned()),
                after: None,
            }],
        }),
        ..source(scene)
    }
}

on_both! {
    fn a_source_comes_back_as_it_went_in_and_is_replaced_whole(bed) {
        let scene = Scene::stored(bed, "acme");
        let id = scene.connection.id;
        for kept in [source(&scene), full(&scene), source(&scene)] {
            let put = kept.clone();
            bed.write(move |tx| tx.put_metadata_source(&put)).unwrap();
            assert_eq!(bed.read(move |tx| tx.metadata_source(id)).unwrap(), Some(kept));
        }
        assert_eq!(bed.count("metadata_sources"), 1);
        assert!(bed.write(move |tx| tx.delete_metadata_source(id)).unwrap());
        assert!(!bed.write(move |tx| tx.delete_metadata_source(id)).unwrap());
        assert_eq!(bed.read(move |tx| tx.metadata_source(id)).unwrap(), None);
    }

    fn a_source_goes_with_its_connection_and_never_comes_without(bed) {
        let scene = Scene::stored(bed, "acme");
        let (id, kept) = (scene.connection.id, source(&scene));
        let again = kept.clone();
        bed.write(move |tx| tx.put_metadata_source(&kept)).unwrap();
        bed.write(move |tx| tx.delete_connection(id, now())).unwrap();
        assert_eq!(bed.count("metadata_sources"), 0);
        let refused = bed.write(move |tx| tx.put_metadata_source(&again));
        assert_eq!(refused, Err(StoreError::Dangling));
    }

    fn what_is_due_is_claimed_once_and_comes_again_when_nothing_is_heard(bed) {
        let (early, late) = (Scene::stored(bed, "early"), Scene::stored(bed, "late"));
        for (scene, due) in [(&late, now()), (&early, later(-10))] {
            let source = MetadataSource { next_refresh_at: due, ..source(scene) };
            bed.write(move |tx| tx.put_metadata_source(&source)).unwrap();
        }
        let mut claim = |at| {
            let claimed = bed.write(move |tx| tx.claim_due_metadata_source(later(120), at));
            claimed.unwrap().map(|source| source.connection_id)
        };
        assert_eq!(claim(later(-11)), None);
        assert_eq!(claim(later(0)), Some(early.connection.id));
        assert_eq!(claim(later(0)), Some(late.connection.id));
        assert_eq!(claim(later(0)), None);
        assert_eq!(claim(later(119)), None);
        assert!(claim(later(120)).is_some());
    }

    fn a_lease_has_one_holder_until_it_is_over_or_given_back(bed) {
        let mut take = |holder: &'static str, at: i64| {
            let taken = move |tx: &mut vestibule_store::Tx<'_>| {
                tx.take_lease("jobs", holder, later(at + 60), later(at))
            };
            bed.write(taken).unwrap()
        };
        assert!(take("a", 0));
        assert!(!take("b", 1));
        assert!(take("a", 30), "whoever has it keeps it");
        assert!(!take("b", 89));
        assert!(take("b", 90), "it is over");
        assert!(!take("a", 91));
        assert!(!bed.write(|tx| tx.release_lease("jobs", "a")).unwrap());
        assert!(bed.write(|tx| tx.release_lease("jobs", "b")).unwrap());
        let taken = bed.write(|tx| tx.take_lease("jobs", "c", later(200), later(92)));
        assert_eq!(taken, Ok(true));
    }
}
