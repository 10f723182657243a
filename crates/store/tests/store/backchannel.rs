//! Who is to be told that a session ended, and who is not.

use vestibule_model::*;
use vestibule_store::StoreError;

use crate::bed::Bed;
use crate::on_both;
use crate::samples::*;

/// What is due at this time, the ids of the sessions alone.
fn due(bed: &mut Bed, seconds: i64) -> Vec<SessionId> {
    let due = bed.read(move |tx| tx.backchannel_logouts_due(later(seconds), 100));
    due.unwrap()
        .iter()
        .map(|logout| logout.session_id)
        .collect()
}

/// A scene with two sessions of one member.
fn two(bed: &mut Bed, slug: &str) -> (Scene, Session, Session) {
    let scene = Scene::stored(bed, slug);
    let (one, _) = scene.session(bed);
    let (two, _) = scene.session(bed);
    (scene, one, two)
}

on_both! {
    fn each_way_to_end_a_session_tells_its_client_once(bed) {
        let (scene, one, two) = two(bed, "acme");
        let (id, ws, mem) = (one.id, scene.workspace.id, scene.member.id);
        assert_eq!(due(bed, 10), []);
        assert_eq!(bed.write(move |tx| tx.revoke_session(id, "x", later(1))), Ok(true));
        assert_eq!(bed.write(move |tx| tx.revoke_session(id, "x", later(2))), Ok(false));
        assert_eq!(due(bed, 10), [one.id]);
        bed.write(move |tx| tx.revoke_sessions_of_member(ws, mem, "x", later(3))).unwrap();
        assert_eq!(due(bed, 10), [one.id, two.id]);

        let (noted, first) = (due(bed, 10), later(1));
        let logouts = bed.write(move |tx| tx.backchannel_logouts_due(later(10), 1)).unwrap();
        assert_eq!(logouts, [BackchannelLogout {
            session_id: noted[0], client_id: scene.client.id, workspace_id: ws, member_id: mem,
            failures: 0, created_at: first, next_try_at: first,
        }]);
        // Noted in advance: of two exactly one gets it.
        let claim = move |tx: &mut vestibule_store::Tx<'_>| tx.backchannel_logout_tried(id, 1, later(20));
        assert_eq!(bed.write(claim), Ok(true));
        assert_eq!(bed.write(claim), Ok(false));
        assert_eq!(due(bed, 19), [two.id]);
        assert_eq!(bed.write(move |tx| tx.backchannel_logout_settled(id)), Ok(true));
        assert_eq!(bed.write(move |tx| tx.backchannel_logout_settled(id)), Ok(false));
        assert_eq!(due(bed, 30), [two.id]);
    }

    fn those_that_are_kept_or_over_are_not_told_of(bed) {
        let (scene, one, two) = two(bed, "acme");
        let (ws, mem, keep) = (scene.workspace.id, scene.member.id, one.id);
        bed.write(move |tx| tx.revoke_sessions_of_member_except(ws, mem, Some(keep), "x", later(1))).unwrap();
        assert_eq!(due(bed, 10), [two.id]);
        // By then it has run out by itself.
        let (id, end) = (one.id, one.expires_at);
        bed.write(move |tx| tx.revoke_session(id, "x", end)).unwrap();
        assert_eq!(due(bed, 10), [two.id]);
    }

    fn what_takes_sessions_along_tells_as_well(bed) {
        let (scene, one, _) = two(bed, "acme");
        let (ws, mem) = (scene.workspace.id, scene.member.id);
        bed.write(move |tx| tx.delete_member(ws, mem, later(1))).unwrap();
        assert_eq!(due(bed, 10).len(), 2);
        assert!(due(bed, 10).contains(&one.id), "though the session is gone");

        let (scene, third, _) = two(bed, "other");
        let ws = scene.workspace.id;
        bed.write(move |tx| tx.delete_workspace(ws, later(1))).unwrap();
        assert!(due(bed, 10).contains(&third.id));
    }

    fn what_did_not_happen_is_not_told(bed) {
        let (_, one, _) = two(bed, "acme");
        let id = one.id;
        let undone: Result<(), StoreError> = bed.write(move |tx| {
            tx.revoke_session(id, "x", later(1))?;
            Err(StoreError::Dangling)
        });
        assert_eq!(undone, Err(StoreError::Dangling));
        assert_eq!(due(bed, 10), []);
    }

    fn a_client_that_wants_no_word_gets_none(bed) {
        let (scene, one, _) = two(bed, "acme");
        let silent = Client { backchannel_logout_uri: None, ..scene.client };
        let copy = silent.clone();
        assert_eq!(bed.write(move |tx| tx.update_client(&copy)), Ok(true));
        assert_eq!(bed.write(move |tx| tx.client(silent.id)), Ok(Some(silent)));
        let id = one.id;
        bed.write(move |tx| tx.revoke_session(id, "x", later(1))).unwrap();
        assert_eq!(due(bed, 10), []);
    }

    fn an_assertion_of_a_client_counts_once(bed) {
        let (scene, ..) = two(bed, "acme");
        let id = scene.client.id;
        let claim = move |tx: &mut vestibule_store::Tx<'_>| tx.claim_client_assertion(id, &[7; 32], later(60));
        assert_eq!(bed.write(claim), Ok(true));
        assert_eq!(bed.write(claim), Ok(false));
        bed.write(move |tx| tx.prune(later(60))).unwrap();
        assert_eq!(bed.write(claim), Ok(false), "as long as it could be accepted");
        bed.write(move |tx| tx.prune(later(61))).unwrap();
        assert_eq!(bed.write(claim), Ok(true));
        let other = client();
        let id = other.id;
        bed.write(move |tx| {
            tx.insert_client(&other)?;
            tx.claim_client_assertion(id, &[7; 32], later(60))
        }).unwrap();
        let nobody = ClientId::new(now());
        let dangling = bed.write(move |tx| tx.claim_client_assertion(nobody, &[7; 32], later(60)));
        assert_eq!(dangling, Err(StoreError::Dangling));
    }
}
