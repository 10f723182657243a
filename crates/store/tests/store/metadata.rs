//! Metadata sources and leases.

use vestibule_model::{FieldChange, MetadataChange, MetadataOrigin, MetadataSource, RevisionId};
use vestibule_store::{Lease, StoreError};

use crate::bed::Bed;
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

    fn a_lease_is_taken_from_whoever_was_seen_to_have_it_and_from_nobody_else(bed) {
        let lease = |holder: &str, until: i64| Lease {
            holder: holder.to_owned(),
            until: later(until),
        };
        let take = |bed: &mut Bed, seen: Option<Lease>, own: Lease| {
            let taken = move |tx: &mut vestibule_store::Tx<'_>| {
                tx.take_lease("jobs", seen.as_ref(), &own)
            };
            bed.write(taken).unwrap()
        };
        let held = |bed: &mut Bed| bed.read(|tx| tx.lease("jobs")).unwrap();
        assert_eq!(held(bed), None);
        assert!(take(bed, None, lease("a", 0)));
        assert!(!take(bed, None, lease("b", 9)), "there is one by now");
        assert_eq!(held(bed), Some(lease("a", 0)));
        let seen = held(bed);
        assert!(take(bed, seen, lease("a", 5)), "it is renewed");
        assert!(!take(bed, Some(lease("a", 0)), lease("b", 9)), "it has moved on");
        assert!(!take(bed, Some(lease("c", 5)), lease("b", 9)), "it is another's");
        assert!(take(bed, Some(lease("a", 5)), lease("b", 9)));
        assert!(!bed.write(|tx| tx.release_lease("jobs", "a")).unwrap());
        assert!(bed.write(|tx| tx.release_lease("jobs", "b")).unwrap());
        assert_eq!(held(bed), None);
    }
}
