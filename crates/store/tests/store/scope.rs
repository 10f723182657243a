//! Other people's objects are not there, and nothing can point at them.

use vestibule_model::*;
use vestibule_store::{AuditFilter, MemberFilter, PageRequest, Reach, StoreError};

use crate::bed::Bed;
use crate::on_both;
use crate::samples::*;

/// What Vestibule itself keeps of the ways in of a member.
const WAYS_IN: [&str; 7] = [
    "passwords",
    "totp",
    "totp_enrolments",
    "recovery_codes",
    "passkeys",
    "password_links",
    "browser_sessions",
];

/// Gives the member of a scene one of each.
fn with_all_ways_in(bed: &mut Bed, scene: &Scene) {
    let (session, _code) = scene.session(bed);
    let (ada, ws, id) = (scene.member.clone(), scene.workspace.id, scene.member.id);
    bed.write(move |tx| {
        tx.set_password(&password(&ada))?;
        tx.put_totp(&totp(&ada), b"a seed")?;
        tx.confirm_totp(ws, id, b"a seed", 1, now())?;
        tx.put_totp(&totp(&ada), b"another")?;
        tx.replace_recovery_codes(ws, id, &[[1; 32]], now())?;
        tx.insert_passkey(&passkey(&ada, "one"))?;
        tx.insert_password_link(&link(&ada), &[1; 32])?;
        tx.insert_browser_session(&browser_session(&session), &[1; 32])
    })
    .unwrap();
    for table in WAYS_IN {
        assert_eq!(bed.count(table), 1, "{table}");
    }
}

on_both! {
    fn objects_of_another_workspace_are_not_found(bed) {
        let ours = Scene::stored(bed, "ours");
        let theirs = Scene::stored(bed, "theirs");
        let (session, _code) = theirs.session(bed);
        let (us, them) = (ours.workspace.id, theirs.workspace.id);
        let (conn, mem, ses) = (theirs.connection.id, theirs.member.id, session.id);
        let (rev, our_conn) = (theirs.revision.id, ours.connection.id);
        for (reach, found) in [
            (Reach::Workspace(us), false),
            (Reach::Workspace(them), true),
            (Reach::All, true),
        ] {
            bed.read(move |tx| {
                assert_eq!(tx.workspace(reach, them)?.is_some(), found);
                assert_eq!(tx.connection(reach, conn)?.is_some(), found);
                assert_eq!(tx.session(reach, ses)?.is_some(), found);
                Ok(())
            })
            .unwrap();
        }
        bed.read(move |tx| {
            assert_eq!(tx.member(us, mem)?, None);
            assert_eq!(tx.revision(our_conn, rev)?, None);
            assert_eq!(tx.identities_of(us, mem)?, []);
            assert_eq!(tx.sessions_of_member(us, mem)?, []);
            Ok(())
        })
        .unwrap();
    }

    fn lists_hold_what_is_within_reach(bed) {
        let ours = Scene::stored(bed, "ours");
        let theirs = Scene::stored(bed, "theirs");
        for scene in [&ours, &theirs] {
            scene.session(bed);
            let key = api_key(Some(&scene.workspace));
            let event = event(Some(&scene.workspace), Actor::System);
            bed.write(move |tx| tx.insert_api_key(&key).and_then(|()| tx.append_audit(&event))).unwrap();
        }
        let (key, event) = (api_key(None), event(None, Actor::Operator));
        bed.write(move |tx| tx.insert_api_key(&key).and_then(|()| tx.append_audit(&event))).unwrap();
        let us = ours.workspace.id;
        let all = PageRequest::first(100);
        bed.read(move |tx| {
            let reach = Reach::Workspace(us);
            assert_eq!(tx.list_workspaces(Reach::All, None, &all)?.items.len(), 2);
            assert_eq!(tx.list_workspaces(Reach::All, Some("ext-ours"), &all)?.items.len(), 1);
            let workspaces = tx.list_workspaces(reach, None, &all)?.items;
            assert!(workspaces.iter().all(|workspace| workspace.id == us) && workspaces.len() == 1);
            assert_eq!(tx.list_workspaces(reach, Some("ext-theirs"), &all)?.items, []);
            assert_eq!(tx.list_sessions(Reach::All, None, &all)?.items.len(), 2);
            let sessions = tx.list_sessions(reach, None, &all)?.items;
            assert!(sessions.iter().all(|session| session.workspace_id == us) && sessions.len() == 1);
            assert_eq!(tx.list_api_keys(Reach::All, &all)?.items.len(), 3);
            let keys = tx.list_api_keys(reach, &all)?.items;
            assert!(keys.iter().all(|key| key.workspace_id == Some(us)) && keys.len() == 1);
            assert_eq!(tx.list_audit(Reach::All, &AuditFilter::default(), &all)?.items.len(), 3);
            let events = tx.list_audit(reach, &AuditFilter::default(), &all)?.items;
            assert!(events.iter().all(|event| event.workspace_id == Some(us)) && events.len() == 1);
            assert_eq!(tx.list_members(us, &MemberFilter::default(), &all)?.items.len(), 1);
            assert_eq!(tx.list_connections(us, &all)?.items.len(), 1);
            Ok(())
        })
        .unwrap();
        let (mine, member) = (ours.member.id, theirs.member.id);
        let list = move |id| {
            move |tx: &mut vestibule_store::Tx<'_>| {
                tx.list_sessions(Reach::Workspace(us), Some(id), &PageRequest::first(9))
            }
        };
        assert_eq!(bed.read(list(mine)).unwrap().items.len(), 1);
        assert_eq!(bed.read(list(member)).unwrap().items.len(), 0);
    }

    fn nothing_can_point_into_another_workspace(bed) {
        let ours = Scene::stored(bed, "ours");
        let theirs = Scene::stored(bed, "theirs");
        let foreign_member = identity(&theirs.member, &ours.connection, "ada");
        let foreign_connection = Identity {
            workspace_id: ours.workspace.id,
            member_id: ours.member.id,
            connection_id: theirs.connection.id,
            ..foreign_member.clone()
        };
        for identity in [foreign_member, foreign_connection] {
            assert_eq!(
                bed.write(move |tx| tx.insert_identity(&identity)),
                Err(StoreError::Dangling)
            );
        }
        let foreign_draft =
            Connection { draft: Some(theirs.revision.id), ..ours.connection.clone() };
        assert_eq!(
            bed.write(move |tx| tx.update_connection(&foreign_draft)),
            Err(StoreError::Dangling)
        );
        let moved = Revision {
            id: RevisionId::new(now()),
            number: 2,
            workspace_id: theirs.workspace.id,
            ..ours.revision.clone()
        };
        assert_eq!(bed.write(move |tx| tx.insert_revision(&moved)), Err(StoreError::Dangling));
        let moved = attempt(&ours.revision, Some(&theirs.member));
        assert_eq!(bed.write(move |tx| tx.insert_attempts(std::slice::from_ref(&moved))), Err(StoreError::Dangling));
        let test = TestRun { revision_id: theirs.revision.id, ..test_run(&ours.revision) };
        let token = vestibule_session::Secret::generate().unwrap();
        assert_eq!(bed.write(move |tx| tx.insert_test(&test, &token)), Err(StoreError::Dangling));
        // A change that names another workspace finds nothing to change.
        let moved = Member { workspace_id: theirs.workspace.id, ..ours.member };
        assert_eq!(bed.write(move |tx| tx.update_member(&moved)), Ok(false));
        let moved = Connection { workspace_id: theirs.workspace.id, ..ours.connection };
        assert_eq!(bed.write(move |tx| tx.update_connection(&moved)), Ok(false));
    }

    fn a_deleted_member_leaves_a_tombstone_and_nothing_else(bed) {
        let scene = Scene::stored(bed, "acme");
        scene.session(bed);
        let link = identity(&scene.member, &scene.connection, "ada");
        let attempt = attempt(&scene.revision, Some(&scene.member));
        bed.write(move |tx| tx.insert_identity(&link).and_then(|()| tx.insert_attempts(std::slice::from_ref(&attempt)))).unwrap();
        with_all_ways_in(bed, &scene);
        let (ws, id) = (scene.workspace.id, scene.member.id);
        let foreign = WorkspaceId::new(now());
        assert_eq!(bed.write(move |tx| tx.delete_member(foreign, id, later(1))), Ok(false));
        assert_eq!(bed.write(move |tx| tx.delete_member(ws, id, later(1))), Ok(true));
        assert_eq!(bed.write(move |tx| tx.delete_member(ws, id, later(2))), Ok(false));
        for table in ["members", "identities", "sign_in_attempts", "sessions", "codes"] {
            assert_eq!(bed.count(table), 0, "{table}");
        }
        for table in WAYS_IN {
            assert_eq!(bed.count(table), 0, "{table}");
        }
        let tombstone = bed.texts(
            "SELECT id || ' ' || workspace_id || ' ' || deleted_at AS text FROM member_tombstones",
        );
        assert_eq!(tombstone, [format!("{id} {ws} {}", later(1).as_microsecond())]);
        let again = scene.member.clone();
        assert_eq!(
            bed.write(move |tx| tx.insert_member(&again)),
            Err(StoreError::Conflict { what: "member.id" })
        );
        let somebody = Member { id: MemberId::new(now()), ..scene.member };
        assert_eq!(bed.write(move |tx| tx.insert_member(&somebody)), Ok(()));
    }

    fn a_deleted_workspace_leaves_tombstones_and_its_audit_log(bed) {
        let scene = Scene::stored(bed, "acme");
        let other = Scene::stored(bed, "other");
        scene.session(bed);
        let connection = Connection {
            draft: Some(scene.revision.id),
            live: Some(scene.revision.id),
            ..scene.connection.clone()
        };
        let test = test_run(&scene.revision);
        let token = vestibule_session::Secret::generate().unwrap();
        let link = identity(&scene.member, &scene.connection, "ada");
        let attempt = attempt(&scene.revision, Some(&scene.member));
        let (key, event) = (api_key(Some(&scene.workspace)), event(Some(&scene.workspace), Actor::System));
        let conn = scene.connection.id;
        bed.write(move |tx| {
            tx.update_connection(&connection)?;
            tx.insert_test(&test, &token)?;
            tx.insert_identity(&link)?;
            tx.insert_attempts(std::slice::from_ref(&attempt))?;
            tx.insert_api_key(&key)?;
            tx.append_audit(&event)?;
            tx.claim_assertion(conn, "_a", later(60))
        })
        .unwrap();
        with_all_ways_in(bed, &scene);
        let (mail, domain) = (mail(&scene.workspace), domain(&scene.workspace, "acme.example"));
        bed.write(move |tx| tx.queue_mail(&mail).and_then(|()| tx.insert_domain(&domain))).unwrap();
        let (ws, id) = (scene.workspace.id, scene.member.id);
        assert_eq!(bed.write(move |tx| tx.delete_workspace(ws, now())), Ok(true));
        for (table, left) in [
            ("workspaces", 1),
            ("members", 1),
            ("connections", 1),
            ("revisions", 1),
            ("test_runs", 0),
            ("identities", 0),
            ("sign_in_attempts", 0),
            ("assertion_claims", 0),
            ("sessions", 0),
            ("codes", 0),
            ("api_keys", 0),
            ("mails", 0),
            ("domains", 0),
            ("member_tombstones", 1),
            ("audit_events", 1),
            ("clients", 3),
        ] {
            assert_eq!(bed.count(table), left, "{table}");
        }
        for table in WAYS_IN {
            assert_eq!(bed.count(table), 0, "{table}");
        }
        assert_eq!(bed.texts("SELECT id AS text FROM member_tombstones"), [id.to_string()]);
        let them = other.workspace.id;
        assert!(bed.read(move |tx| tx.workspace(Reach::All, them)).unwrap().is_some());
    }

    fn a_deleted_client_takes_its_sessions_along(bed) {
        let scene = Scene::stored(bed, "acme");
        scene.session(bed);
        let id = scene.client.id;
        bed.write(move |tx| tx.delete_client(id)).unwrap();
        assert_eq!((bed.count("sessions"), bed.count("codes")), (0, 0));
    }
}
