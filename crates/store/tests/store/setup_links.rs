//! Links that lead to the setup of one connection, and where they are open.

use vestibule_model::*;
use vestibule_store::StoreError;

use crate::bed::Bed;
use crate::on_both;
use crate::once::{THREADS, race};
use crate::samples::*;

fn stored(bed: &mut Bed, scene: &Scene, token: u8) -> SetupLink {
    let link = setup_link(&scene.connection);
    let copy = link.clone();
    bed.write(move |tx| tx.insert_setup_link(&copy, &[token; 32]))
        .unwrap();
    link
}

/// Opens a link at that second; whether it was opened.
fn open(bed: &mut Bed, link: &SetupLink, seconds: i64, token: u8) -> bool {
    let session = setup_session(link, seconds);
    bed.write(move |tx| tx.open_setup_link(&session, &[token; 32]))
        .unwrap()
}

fn link_now(bed: &mut Bed, link: &SetupLink) -> SetupLink {
    let (ws, id) = (link.workspace_id, link.id);
    bed.read(move |tx| tx.setup_link(ws, id)).unwrap().unwrap()
}

fn session(bed: &mut Bed, token: u8) -> Option<SetupSession> {
    let found = bed.read(move |tx| tx.setup_session(&[token; 32])).unwrap();
    found.map(|(session, _link)| session)
}

/// Saves something through a link.
fn used(bed: &mut Bed, token: u8, seconds: i64) -> Option<SetupLink> {
    bed.write(move |tx| tx.use_setup_link(&[token; 32], later(seconds)))
        .unwrap()
}

on_both! {
    fn a_setup_link_comes_out_as_it_went_in(bed) {
        let scene = Scene::stored(bed, "acme");
        let full = stored(bed, &scene, 1);
        let bare = SetupLink {
            name: None,
            allow_enable: false,
            return_url: None,
            created_by: Actor::Member(scene.member.id),
            opened_at: Some(later(1)),
            last_opened_at: Some(later(2)),
            used_at: Some(later(3)),
            revoked_at: Some(later(4)),
            ..setup_link(&scene.connection)
        };
        let copy = bare.clone();
        bed.write(move |tx| tx.insert_setup_link(&copy, &[2; 32])).unwrap();
        for (link, token) in [(full, 1), (bare, 2)] {
            assert_eq!(link_now(bed, &link), link);
            assert_eq!(bed.read(move |tx| tx.setup_link_by_token(&[token; 32])), Ok(Some(link)));
        }
        assert_eq!(bed.read(|tx| tx.setup_link_by_token(&[3; 32])), Ok(None));
        let twin = setup_link(&scene.connection);
        assert_eq!(
            bed.write(move |tx| tx.insert_setup_link(&twin, &[1; 32])),
            Err(StoreError::Conflict { what: "setup_link.token" })
        );
    }

    fn a_setup_link_belongs_to_one_workspace_and_its_connection(bed) {
        let ours = Scene::stored(bed, "ours");
        let theirs = Scene::stored(bed, "theirs");
        let link = stored(bed, &theirs, 1);
        let (us, id) = (ours.workspace.id, link.id);
        assert_eq!(bed.read(move |tx| tx.setup_link(us, id)), Ok(None));
        let page = vestibule_store::PageRequest::first(9);
        assert_eq!(bed.read(move |tx| tx.list_setup_links(us, &page)).unwrap().items, []);
        assert_eq!(bed.write(move |tx| tx.revoke_setup_link(us, id, now())), Ok(false));
        assert_eq!(link_now(bed, &link), link);
        let astray = SetupLink { connection_id: theirs.connection.id, ..setup_link(&ours.connection) };
        assert_eq!(
            bed.write(move |tx| tx.insert_setup_link(&astray, &[2; 32])),
            Err(StoreError::Dangling)
        );
    }

    fn a_new_opening_ends_the_old_one(bed) {
        let scene = Scene::stored(bed, "acme");
        let (link, other) = (stored(bed, &scene, 1), stored(bed, &scene, 2));
        assert!(open(bed, &other, 0, 9));
        assert!(open(bed, &link, 10, 1));
        assert_eq!(session(bed, 1), Some(setup_session(&link, 10)));
        assert!(open(bed, &link, 20, 2));
        assert_eq!(session(bed, 1), None);
        let found = bed.read(|tx| tx.setup_session(&[2; 32])).unwrap();
        let opened = SetupLink { opened_at: Some(later(10)), last_opened_at: Some(later(20)), ..link };
        assert_eq!(found, Some((setup_session(&opened, 20), opened)));
        assert_eq!(session(bed, 9), Some(setup_session(&other, 0)), "that of another link stays");
        assert_eq!(bed.write(|tx| tx.delete_setup_session(&[2; 32])), Ok(true));
        assert_eq!(bed.write(|tx| tx.delete_setup_session(&[2; 32])), Ok(false));
        assert_eq!((session(bed, 2), bed.count("setup_links")), (None, 2));
    }

    fn a_link_that_is_opened_many_times_at_once_is_open_once(bed) {
        let scene = Scene::stored(bed, "acme");
        let link = stored(bed, &scene, 1);
        let opened = race(bed, move |tx| {
            let token = vestibule_session::Secret::generate().unwrap().hash();
            tx.open_setup_link(&setup_session(&link, 10), &token)
        });
        assert_eq!(opened, [true; THREADS]);
        assert_eq!(bed.count("setup_sessions"), 1);
    }

    fn what_counts_no_more_is_not_opened(bed) {
        let scene = Scene::stored(bed, "acme");
        let link = stored(bed, &scene, 1);
        assert!(open(bed, &link, 3599, 1));
        assert!(!open(bed, &link, 3600, 2), "it has expired");
        assert!(session(bed, 1).is_some());
        let revoke = |bed: &mut Bed, at| {
            let (ws, id) = (link.workspace_id, link.id);
            bed.write(move |tx| tx.revoke_setup_link(ws, id, later(at))).unwrap()
        };
        assert!(revoke(bed, 60));
        assert_eq!(session(bed, 1), None, "that ends where it was open");
        assert!(!open(bed, &link, 61, 3), "it was taken back");
        assert!(!revoke(bed, 62));
        let revoked = link_now(bed, &link);
        assert_eq!((revoked.revoked_at, revoked.last_opened_at), (Some(later(60)), Some(later(3599))));
    }

    fn a_setup_session_that_is_used_is_noted_by_the_minute(bed) {
        let scene = Scene::stored(bed, "acme");
        let link = stored(bed, &scene, 1);
        open(bed, &link, 0, 1);
        for (at, writes) in [(0, false), (59, false), (60, true), (61, false), (119, false), (120, true)] {
            assert_eq!(bed.write(move |tx| tx.touch_setup_session(&[1; 32], later(at))), Ok(writes), "{at}");
        }
        let seen = SetupSession { last_seen_at: later(120), ..setup_session(&link, 0) };
        assert_eq!(session(bed, 1), Some(seen));
        assert_eq!(bed.write(|tx| tx.touch_setup_session(&[2; 32], later(999))), Ok(false));
    }

    fn when_something_was_first_saved_stays(bed) {
        let scene = Scene::stored(bed, "acme");
        let link = stored(bed, &scene, 1);
        open(bed, &link, 0, 1);
        assert_eq!(used(bed, 2, 5), None, "nobody knows that session");
        assert_eq!(used(bed, 1, 5).unwrap().used_at, None, "as it was before");
        assert_eq!(used(bed, 1, 6).unwrap().used_at, Some(later(5)));
        assert_eq!(link_now(bed, &link).used_at, Some(later(5)));
    }

    fn nothing_is_saved_through_what_is_over(bed) {
        let scene = Scene::stored(bed, "acme");
        let link = stored(bed, &scene, 1);
        open(bed, &link, 0, 1);
        assert_eq!(used(bed, 1, 1800), None, "the session is over");
        open(bed, &link, 1800, 2);
        assert_eq!(used(bed, 1, 1801), None, "it was opened elsewhere");
        assert!(used(bed, 2, 3599).is_some());
        assert_eq!(used(bed, 2, 3600), None, "the link is over");
        bed.sql("UPDATE setup_links SET revoked_at = 1");
        assert_eq!(used(bed, 2, 1802), None, "it was taken back");
    }

    fn setup_links_go_with_their_connection_and_their_workspace(bed) {
        let acme = Scene::stored(bed, "acme");
        let other = Scene::stored(bed, "other");
        for (scene, token) in [(&acme, 1), (&other, 2)] {
            let link = stored(bed, scene, token);
            open(bed, &link, 0, token);
        }
        let conn = acme.connection.id;
        bed.write(move |tx| tx.delete_connection(conn, now())).unwrap();
        assert_eq!((bed.count("setup_links"), bed.count("setup_sessions")), (1, 1));
        let ws = other.workspace.id;
        bed.write(move |tx| tx.delete_workspace(ws, now())).unwrap();
        assert_eq!((bed.count("setup_links"), bed.count("setup_sessions")), (0, 0));
    }
}
