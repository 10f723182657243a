//! What may happen once happens once, however many try at the same time.

use std::sync::Barrier;
use std::thread;

use vestibule_model::Session;
use vestibule_session::RefreshRecord;
use vestibule_store::{CodeRedemption, RefreshRedemption, StoreError, Tx};

use crate::bed::{Bed, wait};
use crate::on_both;
use crate::samples::*;

pub(crate) const THREADS: usize = 16;

/// Runs the same transaction from sixteen threads that start together.
pub(crate) fn race<T: Send + 'static>(
    bed: &mut Bed,
    f: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + Sync + Clone + 'static,
) -> Vec<T> {
    let (store, start) = (bed.store(), Barrier::new(THREADS));
    thread::scope(|scope| {
        let racers: Vec<_> = (0..THREADS)
            .map(|_| {
                let (store, f, start) = (store.clone(), f.clone(), &start);
                scope.spawn(move || {
                    start.wait();
                    wait(store.write(f)).unwrap()
                })
            })
            .collect();
        racers
            .into_iter()
            .map(|racer| racer.join().unwrap())
            .collect()
    })
}

fn refresh_of(session: &Session) -> RefreshRecord {
    RefreshRecord {
        hash: [3; 32],
        session_id: session.id,
        issued_at: now(),
        expires_at: later(60),
    }
}

on_both! {
    fn an_assertion_is_claimed_once_of_many_at_once_and_after_a_restart(bed) {
        let scene = Scene::stored(bed, "acme");
        let conn = scene.connection.id;
        let claim = move |tx: &mut Tx<'_>| tx.claim_assertion(conn, "_assertion", later(86_400));
        let won = race(bed, claim);
        assert_eq!(won.iter().filter(|won| **won).count(), 1);
        bed.close();
        assert_eq!(bed.write(claim), Ok(false));
        // Another assertion, and the same ID on another connection, are other claims.
        assert_eq!(bed.write(move |tx| tx.claim_assertion(conn, "_other", later(1))), Ok(true));
        let other = Scene::stored(bed, "other").connection.id;
        assert_eq!(bed.write(move |tx| tx.claim_assertion(other, "_assertion", later(1))), Ok(true));
    }

    fn a_claim_that_is_undone_can_be_made_again(bed) {
        let conn = Scene::stored(bed, "acme").connection.id;
        let undone = bed.write(move |tx| -> Result<(), _> {
            assert!(tx.claim_assertion(conn, "_a", later(1))?);
            Err(StoreError::Conflict { what: "member.email" })
        });
        assert_eq!(undone, Err(StoreError::Conflict { what: "member.email" }));
        assert_eq!(bed.write(move |tx| tx.claim_assertion(conn, "_a", later(1))), Ok(true));
    }

    fn a_code_is_redeemed_once_of_many_at_once(bed) {
        let scene = Scene::stored(bed, "acme");
        let (session, code) = scene.session(bed);
        let hash = code.hash();
        let answers = race(bed, move |tx| tx.redeem_code(&hash, later(59)));
        let (redeemed, reused): (Vec<_>, Vec<_>) = answers
            .into_iter()
            .partition(|answer| matches!(answer, CodeRedemption::Redeemed { .. }));
        assert_eq!(redeemed.len(), 1);
        let CodeRedemption::Redeemed { code, session: of } = &redeemed[0] else { panic!() };
        assert_eq!((code.hash, code.session_id, of), (hash, session.id, &session));
        assert_eq!(code.nonce.as_deref(), Some("n"));
        assert!(reused.iter().all(|answer| *answer == CodeRedemption::Reused { session_id: session.id }));
        // Long after its minute, a second use is still told from a first.
        assert_eq!(
            bed.write(move |tx| tx.redeem_code(&hash, later(9999))),
            Ok(CodeRedemption::Reused { session_id: session.id })
        );
    }

    fn a_code_is_good_for_a_minute(bed) {
        let scene = Scene::stored(bed, "acme");
        let (_session, code) = scene.session(bed);
        let hash = code.hash();
        assert_eq!(bed.write(move |tx| tx.redeem_code(&hash, later(60))), Ok(CodeRedemption::Expired));
        assert_eq!(bed.write(|tx| tx.redeem_code(&[1; 32], now())), Ok(CodeRedemption::Unknown));
    }

    fn a_refresh_token_is_redeemed_once_of_many_at_once(bed) {
        let scene = Scene::stored(bed, "acme");
        let (session, _code) = scene.session(bed);
        let record = refresh_of(&session);
        bed.write(move |tx| tx.insert_refresh(&record)).unwrap();
        let answers = race(bed, |tx| tx.redeem_refresh(&[3; 32], later(59)));
        let redeemed = RefreshRedemption::Redeemed { session: session.clone() };
        let reused = RefreshRedemption::Reused { session_id: session.id };
        assert_eq!(answers.iter().filter(|answer| **answer == redeemed).count(), 1);
        assert_eq!(answers.iter().filter(|answer| **answer == reused).count(), THREADS - 1);
        assert!(bed.read(|tx| tx.peek_refresh(&[3; 32])).unwrap().unwrap().redeemed);
    }

    fn a_refresh_token_ends(bed) {
        let scene = Scene::stored(bed, "acme");
        let record = refresh_of(&scene.session(bed).0);
        bed.write(move |tx| tx.insert_refresh(&record)).unwrap();
        assert_eq!(
            bed.write(|tx| tx.redeem_refresh(&[3; 32], later(60))),
            Ok(RefreshRedemption::Expired)
        );
        assert_eq!(
            bed.write(|tx| tx.redeem_refresh(&[4; 32], now())),
            Ok(RefreshRedemption::Unknown)
        );
    }

    fn revision_numbers_that_are_taken_at_once_are_all_different(bed) {
        let scene = Scene::stored(bed, "acme");
        let connection = scene.connection;
        let mut numbers = race(bed, move |tx| {
            let number = tx.next_revision_number(connection.id)?;
            tx.insert_revision(&revision(&connection, number))?;
            Ok(number)
        });
        numbers.sort_unstable();
        assert_eq!(numbers, (2..).take(THREADS).collect::<Vec<_>>());
    }

    fn a_locked_workspace_is_changed_by_one_at_a_time(bed) {
        // Each adds one more admin than it saw; without the lock some would see the same number.
        let scene = Scene::stored(bed, "acme");
        let workspace = scene.workspace;
        let mut seen = race(bed, move |tx| {
            assert!(tx.lock_workspace(workspace.id)?);
            let filter = vestibule_store::MemberFilter::default();
            let page = vestibule_store::PageRequest::first(100);
            let there = tx.list_members(workspace.id, &filter, &page)?.items.len();
            tx.insert_member(&member(&workspace, &format!("m{there}@example.com")))?;
            Ok(there)
        });
        seen.sort_unstable();
        assert_eq!(seen, (1..).take(THREADS).collect::<Vec<_>>());
        let nobody = vestibule_model::WorkspaceId::new(now());
        assert_eq!(bed.write(move |tx| tx.lock_workspace(nobody)), Ok(false));
    }
}
