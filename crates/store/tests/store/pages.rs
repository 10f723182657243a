//! Lists come in pages that miss nothing and repeat nothing.

use vestibule_model::*;
use vestibule_store::{
    AttemptFilter, AuditFilter, MemberFilter, Page, PageRequest, Reach, StoreError, Tx,
};

use crate::bed::Bed;
use crate::on_both;
use crate::samples::*;

/// Walks a list, two items a page.
fn walk<T: Send + 'static>(
    bed: &mut Bed,
    list: impl Fn(&mut Tx<'_>, &PageRequest) -> Result<Page<T>, StoreError> + Send + Clone + 'static,
) -> Vec<T> {
    let mut items = Vec::new();
    let mut request = PageRequest::first(2);
    loop {
        let (list, asked) = (list.clone(), request.clone());
        let page = bed.read(move |tx| list(tx, &asked)).unwrap();
        assert!(page.items.len() <= 2);
        items.extend(page.items);
        match page.next_cursor {
            None => return items,
            cursor => request.cursor = cursor,
        }
    }
}

on_both! {
    fn a_list_is_walked_by_its_cursors(bed) {
        let scene = Scene::stored(bed, "acme");
        let (ws, conn) = (scene.workspace.id, scene.connection.id);
        let mut members = vec![scene.member.clone()];
        members.extend((0..4).map(|n| member(&scene.workspace, &format!("m{n}@example.com"))));
        let mut revisions = vec![scene.revision.clone()];
        revisions.extend((2..=11).map(|number| revision(&scene.connection, number)));
        let attempts: Vec<_> = (0..5).map(|_| attempt(&scene.revision, None)).collect();
        let tests: Vec<_> = (0..3).map(|_| test_run(&scene.revision)).collect();
        let events: Vec<_> = (0..4).map(|_| event(None, Actor::System)).collect();
        let copies = (members.clone(), revisions.clone(), attempts.clone(), tests.clone(), events.clone());
        bed.write(move |tx| {
            copies.0[1..].iter().try_for_each(|member| tx.insert_member(member))?;
            copies.1[1..].iter().try_for_each(|revision| tx.insert_revision(revision))?;
            tx.insert_attempts(&copies.2)?;
            for test in &copies.3 {
                tx.insert_test(test, &vestibule_session::Secret::generate().unwrap())?;
            }
            copies.4.iter().try_for_each(|event| tx.append_audit(event))
        })
        .unwrap();

        members.sort_by_key(|member| member.id);
        assert_eq!(
            walk(bed, move |tx, page| tx.list_members(ws, &MemberFilter::default(), page)),
            members
        );
        // Newest first: 11 comes before 2.
        revisions.reverse();
        assert_eq!(walk(bed, move |tx, page| tx.list_revisions(conn, page)), revisions);
        let mut ids: Vec<_> = attempts.iter().map(|attempt| attempt.id).collect();
        ids.sort_by_key(|id| std::cmp::Reverse(*id));
        let walked = walk(bed, move |tx, page| tx.list_attempts(conn, &AttemptFilter::default(), page));
        assert_eq!(walked.iter().map(|attempt| attempt.id).collect::<Vec<_>>(), ids);
        let walked = walk(bed, move |tx, page| tx.list_tests(conn, page));
        assert!(walked.is_sorted_by(|a, b| a.id > b.id) && walked.len() == tests.len());
        let walked = walk(bed, |tx, page| tx.list_audit(Reach::All, &AuditFilter::default(), page));
        assert!(walked.is_sorted_by(|a, b| a.id > b.id) && walked.len() == events.len());
    }

    fn the_other_lists_are_walked_too(bed) {
        let acme = workspace("acme");
        let (connections, clients, keys): (Vec<_>, Vec<_>, Vec<_>) = (0..5)
            .map(|_| (connection(&acme), client(), api_key(None)))
            .fold(Default::default(), |mut all: (Vec<_>, Vec<_>, Vec<_>), one| {
                all.0.push(one.0);
                all.1.push(one.1);
                all.2.push(one.2);
                all
            });
        let links: Vec<_> = connections.iter().map(setup_link).collect();
        let ws = acme.id;
        bed.write(move |tx| {
            tx.insert_workspace(&acme)?;
            (0..4).try_for_each(|n| tx.insert_workspace(&workspace(&format!("w{n}"))))?;
            connections.iter().try_for_each(|connection| tx.insert_connection(connection, KEY))?;
            (1_u8..).zip(&links).try_for_each(|(n, link)| tx.insert_setup_link(link, &[n; 32]))?;
            clients.iter().try_for_each(|client| tx.insert_client(client))?;
            keys.iter().try_for_each(|key| tx.insert_api_key(key))
        })
        .unwrap();
        let walked = walk(bed, |tx, page| tx.list_workspaces(Reach::All, None, page));
        assert!(walked.is_sorted_by(|a, b| a.id < b.id) && walked.len() == 5);
        let walked = walk(bed, move |tx, page| tx.list_connections(ws, page));
        assert!(walked.is_sorted_by(|a, b| a.id < b.id) && walked.len() == 5);
        let walked = walk(bed, move |tx, page| tx.list_setup_links(ws, page));
        assert!(walked.is_sorted_by(|a, b| a.id < b.id) && walked.len() == 5);
        let walked = walk(bed, |tx, page| tx.list_clients(page));
        assert!(walked.is_sorted_by(|a, b| a.id < b.id) && walked.len() == 5);
        let walked = walk(bed, |tx, page| tx.list_api_keys(Reach::All, page));
        assert!(walked.is_sorted_by(|a, b| a.id < b.id) && walked.len() == 5);
        let scene = Scene::stored(bed, "sessions");
        for _ in 0..3 {
            scene.session(bed);
        }
        let walked = walk(bed, |tx, page| tx.list_sessions(Reach::All, None, page));
        assert!(walked.is_sorted_by(|a, b| a.id < b.id) && walked.len() == 3);
    }

    fn a_page_has_one_item_at_least_and_no_more_than_five_hundred(bed) {
        let scene = Scene::stored(bed, "acme");
        let workspace = scene.workspace;
        let ws = workspace.id;
        bed.write(move |tx| {
            (0..501).try_for_each(|n| tx.insert_member(&member(&workspace, &format!("m{n}@example.com"))))
        })
        .unwrap();
        for (limit, items) in [(0, 1), (1, 1), (u32::MAX, 500)] {
            let page = bed
                .read(move |tx| tx.list_members(ws, &MemberFilter::default(), &PageRequest::first(limit)))
                .unwrap();
            assert_eq!((page.items.len(), page.next_cursor.is_some()), (items, true));
        }
    }

    fn a_cursor_of_somebody_elses_making_is_refused(bed) {
        let scene = Scene::stored(bed, "acme");
        let (ws, conn) = (scene.workspace.id, scene.connection.id);
        // Not base64url, an empty text, a NUL, not UTF-8, far too long; for revisions, no number.
        let long = "A".repeat(4096);
        for cursor in ["!", "", "AA", "_w", long.as_str()] {
            let request = PageRequest { cursor: Some(cursor.to_owned()), limit: 9 };
            let refused = bed.read(move |tx| tx.list_members(ws, &MemberFilter::default(), &request));
            assert_eq!(refused, Err(StoreError::BadCursor), "{cursor:.9}");
        }
        let request = PageRequest { cursor: Some("YWJj".to_owned()), limit: 9 };
        assert_eq!(bed.read(move |tx| tx.list_revisions(conn, &request)), Err(StoreError::BadCursor));
    }
}
