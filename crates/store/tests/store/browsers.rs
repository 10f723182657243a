//! Sessions of our own pages: a session, its client that nobody sees, and what a browser adds.

use vestibule_model::*;
use vestibule_store::{PageRequest, Reach, StoreError};

use crate::bed::Bed;
use crate::on_both;
use crate::once::race;
use crate::samples::*;

/// A session of our own pages, in a browser with this token.
fn signed_in(bed: &mut Bed, scene: &Scene, token: u8) -> (BrowserSession, Session) {
    let session = scene.own_session(bed);
    let browser = browser_session(&session);
    let copy = browser.clone();
    bed.write(move |tx| tx.insert_browser_session(&copy, &[token; 32]))
        .unwrap();
    (browser, session)
}

on_both! {
    fn our_own_pages_are_a_client_that_nobody_sees(bed) {
        let scene = Scene::stored(bed, "acme");
        let own = ClientId::OWN_PAGES;
        assert_eq!(bed.texts("SELECT name AS text FROM clients WHERE created_at = 0"), ["Vestibule"]);
        assert_eq!(bed.read(move |tx| tx.client(own)), Ok(None));
        let page = bed.read(|tx| tx.list_clients(&PageRequest::first(9))).unwrap();
        assert_eq!(page.items, std::slice::from_ref(&scene.client));
        let begin = bed.read(|tx| tx.clients_that_begin(9)).unwrap();
        assert_eq!(begin, std::slice::from_ref(&scene.client));
        let twin = Client { id: own, ..scene.client.clone() };
        assert_eq!(
            bed.write(move |tx| tx.insert_client(&twin)),
            Err(StoreError::Conflict { what: "id" })
        );
        let (_browser, session) = signed_in(bed, &scene, 1);
        assert_eq!(bed.write(move |tx| tx.delete_client(own)), Ok(false));
        let id = session.id;
        assert_eq!(bed.read(move |tx| tx.session(Reach::All, id)), Ok(Some(session)));
        assert_eq!(bed.texts("SELECT secret_hash AS text FROM clients WHERE created_at = 0"), ["0".repeat(64)]);
    }

    fn a_browser_comes_out_as_it_went_in_with_its_session(bed) {
        let scene = Scene::stored(bed, "acme");
        let (browser, session) = signed_in(bed, &scene, 1);
        let found = bed.read(|tx| tx.browser_session(&[1; 32]));
        assert_eq!(found, Ok(Some((browser.clone(), session.clone()))));
        assert_eq!(bed.read(|tx| tx.browser_session(&[2; 32])), Ok(None));
        assert_eq!(
            bed.write(move |tx| tx.insert_browser_session(&browser, &[2; 32])),
            Err(StoreError::Conflict { what: "browser_session.session" })
        );
        let other = scene.session(bed).0;
        let moved = BrowserSession { workspace_id: WorkspaceId::new(now()), ..browser_session(&other) };
        assert_eq!(
            bed.write(move |tx| tx.insert_browser_session(&moved, &[2; 32])),
            Err(StoreError::Dangling)
        );
        assert_eq!(bed.write(|tx| tx.delete_browser_session(&[1; 32])), Ok(true));
        assert_eq!(bed.write(|tx| tx.delete_browser_session(&[1; 32])), Ok(false));
        let id = session.id;
        assert!(bed.read(move |tx| tx.session(Reach::All, id)).unwrap().is_some());
    }

    fn a_browser_that_is_used_is_noted_by_the_minute(bed) {
        let scene = Scene::stored(bed, "acme");
        signed_in(bed, &scene, 1);
        for (at, writes) in [(0, false), (59, false), (60, true), (61, false), (119, false), (120, true)] {
            assert_eq!(bed.write(move |tx| tx.touch_browser_session(&[1; 32], later(at))), Ok(writes), "{at}");
        }
        let (browser, _session) = bed.read(|tx| tx.browser_session(&[1; 32])).unwrap().unwrap();
        assert_eq!((browser.last_seen_at, browser.authenticated_at), (later(120), now()));
        assert_eq!(bed.write(|tx| tx.touch_browser_session(&[2; 32], later(999))), Ok(false));
    }

    fn a_token_is_changed_once_of_many_at_once(bed) {
        let scene = Scene::stored(bed, "acme");
        let (browser, session) = signed_in(bed, &scene, 1);
        let rotated = race(bed, |tx| {
            let new = vestibule_session::Secret::generate().unwrap().hash();
            Ok(tx.rotate_browser_session(&[1; 32], &new, later(9))?.then_some(new))
        });
        let new: Vec<_> = rotated.into_iter().flatten().collect();
        assert_eq!(new.len(), 1);
        assert_eq!(bed.read(|tx| tx.browser_session(&[1; 32])), Ok(None));
        let expected = BrowserSession { authenticated_at: later(9), last_seen_at: later(9), ..browser };
        let hash = new[0];
        assert_eq!(bed.read(move |tx| tx.browser_session(&hash)), Ok(Some((expected, session))));
    }

    fn the_browsers_of_a_member_are_those_that_still_count(bed) {
        let scene = Scene::stored(bed, "acme");
        let mut all = [1, 2, 3].map(|token| (signed_in(bed, &scene, token), token));
        all.sort_by_key(|((browser, _session), _token)| browser.session_id);
        let [(one, _), (two, token), (three, _)] = all;
        scene.session(bed);
        let (ws, mem, foreign) = (scene.workspace.id, scene.member.id, WorkspaceId::new(now()));
        let of = |bed: &mut Bed, ws, at| {
            bed.read(move |tx| tx.browser_sessions_of(ws, mem, at)).unwrap()
        };
        assert_eq!(of(bed, ws, now()), [one.clone(), two.clone(), three.clone()]);
        assert_eq!(of(bed, foreign, now()), []);
        assert_eq!(of(bed, ws, one.1.expires_at), []);
        let id = two.1.id;
        bed.write(move |tx| tx.revoke_session(id, "signed_out", later(1))).unwrap();
        assert_eq!(of(bed, ws, later(1)), [one.clone(), three]);
        // It is still found by its token, and says that it is over.
        let (_browser, session) = bed.read(move |tx| tx.browser_session(&[token; 32])).unwrap().unwrap();
        assert_eq!(session.revoked_at, Some(later(1)));
        let keep = one.1.id;
        let revoke = |bed: &mut Bed, ws, keep| {
            bed.write(move |tx| tx.revoke_sessions_of_member_except(ws, mem, keep, "elsewhere", later(2)))
                .unwrap()
        };
        assert_eq!(revoke(bed, foreign, Some(keep)), 0);
        assert_eq!(revoke(bed, ws, Some(keep)), 2, "the third and the one without a browser");
        assert_eq!(of(bed, ws, later(2)), [one]);
        assert_eq!(revoke(bed, ws, None), 1);
        assert_eq!(of(bed, ws, later(2)), []);
    }

    fn a_session_by_our_own_door_comes_out_as_it_went_in(bed) {
        let scene = Scene::stored(bed, "acme");
        let (_browser, session) = signed_in(bed, &scene, 1);
        let id = session.id;
        let read = |bed: &mut Bed| bed.read(move |tx| tx.session(Reach::All, id));
        // No Grant by a local proof exists on this floor's tests: the row says what one would write.
        bed.sql("UPDATE sessions SET door = 'local'");
        assert_eq!(read(bed), Ok(Some(Session { origin: Origin::Local, ..session })));
        let refused = Err(StoreError::Inconsistent { table: "sessions", column: "door", row: id.to_string() });
        bed.sql("UPDATE sessions SET door = 'window'");
        assert_eq!(read(bed), refused);
        bed.sql("UPDATE sessions SET door = 'local', saml_details = '{}'");
        assert_eq!(read(bed), refused);
    }

    fn a_session_that_goes_takes_its_browser_along(bed) {
        let scene = Scene::stored(bed, "acme");
        let (_browser, session) = signed_in(bed, &scene, 1);
        assert!(session.expires_at < later(86_400));
        bed.write(|tx| tx.prune(later(30 * 86_400))).unwrap();
        assert_eq!((bed.count("browser_sessions"), bed.count("sessions")), (1, 1));
        bed.write(|tx| tx.prune(later(31 * 86_400))).unwrap();
        assert_eq!((bed.count("browser_sessions"), bed.count("sessions")), (0, 0));
    }
}
