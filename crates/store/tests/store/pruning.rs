//! What nobody can use any more is taken away, and nothing else.

use vestibule_model::{TestClaim, TestRun, TestState};
use vestibule_session::{RefreshRecord, Secret};
use vestibule_store::{CodeRedemption, Reach};

use crate::on_both;
use crate::samples::*;

const DAY: i64 = 86_400;

on_both! {
    fn a_claim_is_kept_until_its_time_and_then_goes(bed) {
        let conn = Scene::stored(bed, "acme").connection.id;
        bed.write(move |tx| tx.claim_assertion(conn, "_a", later(60))).unwrap();
        assert_eq!(bed.write(|tx| tx.prune(later(60))), Ok(0));
        assert_eq!(bed.write(move |tx| tx.claim_assertion(conn, "_a", later(60))), Ok(false));
        assert_eq!(bed.write(|tx| tx.prune(later(61))), Ok(1));
        assert_eq!(bed.count("assertion_claims"), 0);
    }

    fn many_claims_go_in_portions(bed) {
        let conn = Scene::stored(bed, "acme").connection.id;
        bed.write(move |tx| {
            (0..600).try_for_each(|n| tx.claim_assertion(conn, &format!("_{n}"), later(60)).map(drop))
        })
        .unwrap();
        assert_eq!(bed.write(|tx| tx.prune(later(61))), Ok(500));
        assert_eq!(bed.write(|tx| tx.prune(later(61))), Ok(100));
        assert_eq!(bed.write(|tx| tx.prune(later(61))), Ok(0));
    }

    fn codes_tokens_and_sessions_go_each_at_their_time(bed) {
        let scene = Scene::stored(bed, "acme");
        let (session, code) = scene.session(bed);
        let hash = code.hash();
        let token = |byte, expires_at| RefreshRecord {
            hash: [byte; 32],
            session_id: session.id,
            issued_at: now(),
            expires_at,
        };
        let tokens = [token(1, later(60)), token(2, later(40 * DAY))];
        bed.write(move |tx| tokens.iter().try_for_each(|token| tx.insert_refresh(token))).unwrap();
        bed.write(move |tx| tx.redeem_code(&hash, now())).unwrap();
        // An hour on, the code cannot be redeemed, but its reuse can still be told.
        assert_eq!(bed.write(|tx| tx.prune(later(3600))), Ok(1), "the short token");
        let reused = bed.write(move |tx| tx.redeem_code(&hash, later(3600))).unwrap();
        assert!(matches!(reused, CodeRedemption::Reused { .. }));
        assert_eq!(bed.write(|tx| tx.prune(later(2 * DAY))), Ok(1), "the code");
        let id = session.id;
        assert!(session.expires_at < later(2 * DAY));
        assert!(bed.read(move |tx| tx.session(Reach::All, id)).unwrap().is_some());
        assert_eq!(bed.write(|tx| tx.prune(later(32 * DAY))), Ok(1), "the session");
        assert_eq!((bed.count("sessions"), bed.count("refresh_tokens")), (0, 0));
    }

    fn overdue_tests_expire_and_lose_their_token(bed) {
        let scene = Scene::stored(bed, "acme");
        let (short, long) = (
            test_run(&scene.revision),
            TestRun { expires_at: later(9000), ..test_run(&scene.revision) },
        );
        let (conn, short_id, long_id) = (scene.connection.id, short.id, long.id);
        bed.write(move |tx| {
            tx.insert_test(&short, &Secret::generate().unwrap())?;
            tx.insert_test(&long, &Secret::generate().unwrap())
        })
        .unwrap();
        assert_eq!(bed.write(|tx| tx.prune(later(1800))), Ok(1));
        for (id, state, token) in
            [(short_id, TestState::Expired, false), (long_id, TestState::Pending, true)]
        {
            let test = bed.read(move |tx| tx.test(conn, id)).unwrap().unwrap();
            assert_eq!(test.state, state);
            assert_eq!(bed.read(move |tx| tx.test_start_token(id)).unwrap().is_some(), token);
        }
    }

    fn mails_links_and_what_was_set_up_halfway_go_each_at_their_time(bed) {
        let Scene { workspace, member: ada, .. } = Scene::stored(bed, "acme");
        let (mail, app, ws, id) = (mail(&workspace), totp(&ada), workspace.id, ada.id);
        let (used, unused) = (link(&ada), link(&ada));
        bed.write(move |tx| {
            tx.queue_mail(&mail)?;
            tx.put_totp(&app, b"a seed")?;
            tx.replace_recovery_codes(ws, id, &[[1; 32]], now())?;
            tx.redeem_recovery_code(ws, id, &[1; 32], now())?;
            tx.insert_password_link(&used, &[1; 32])?;
            tx.use_password_link(&[1; 32], now())?;
            tx.insert_password_link(&unused, &[2; 32])
        })
        .unwrap();
        for (at, pruned, what) in [
            (DAY, 0, "nothing yet"),
            (DAY + 1, 1, "the app"),
            (3 * DAY, 0, "the mail is tried until then"),
            (3 * DAY + 1, 1, "the mail"),
            (30 * DAY + 3600, 0, "the links have 30 days from their end"),
            (30 * DAY + 3601, 2, "the links"),
            (9999 * DAY, 0, "a used recovery code stays"),
        ] {
            assert_eq!(bed.write(move |tx| tx.prune(later(at))), Ok(pruned), "{what}");
        }
        assert_eq!(bed.count("recovery_codes"), 1);
    }

    fn setup_links_go_a_month_after_their_end_and_where_they_are_open_at_once(bed) {
        let scene = Scene::stored(bed, "acme");
        let link = setup_link(&scene.connection);
        bed.write(move |tx| {
            tx.insert_setup_link(&link, &[1; 32])?;
            tx.open_setup_link(&setup_session(&link, 0), &[2; 32])
        })
        .unwrap();
        for (at, pruned, what) in [
            (1800, 0, "it is open until then"),
            (1801, 1, "where it was open"),
            (30 * DAY + 3600, 0, "the link has 30 days from its end"),
            (30 * DAY + 3601, 1, "the link"),
        ] {
            assert_eq!(bed.write(move |tx| tx.prune(later(at))), Ok(pruned), "{what}");
        }
        assert_eq!((bed.count("setup_links"), bed.count("setup_sessions")), (0, 0));
    }

    fn whom_a_test_was_about_is_forgotten_after_a_month(bed) {
        let scene = Scene::stored(bed, "acme");
        let claim = TestClaim { subject: Some(subject("ada")), email: None };
        let test = TestRun {
            state: TestState::Passed,
            claim: Some(claim),
            browser: Some("cookie".to_owned()),
            finished_at: Some(later(9)),
            ..test_run(&scene.revision)
        };
        let (conn, id, copy) = (scene.connection.id, test.id, test.clone());
        bed.write(move |tx| tx.insert_test(&copy, &Secret::generate().unwrap())).unwrap();
        assert_eq!(bed.write(|tx| tx.prune(later(30 * DAY + 9))), Ok(0));
        assert_eq!(bed.read(move |tx| tx.test(conn, id)), Ok(Some(test.clone())));
        assert_eq!(bed.write(|tx| tx.prune(later(30 * DAY + 10))), Ok(1));
        let forgotten = TestRun { claim: None, browser: None, ..test };
        assert_eq!(bed.read(move |tx| tx.test(conn, id)), Ok(Some(forgotten)));
        assert_eq!(bed.write(|tx| tx.prune(later(30 * DAY + 10))), Ok(0));
    }
}
