//! Certificates of IdPs, and our own keys beside the one in use.

use vestibule_model::{
    Connection, KeyStage, Member, MemberStatus, Phase, Role, ServiceProviderKey,
    ServiceProviderKeyId,
};
use vestibule_store::{PageRequest, Reach, StoreError};

use crate::on_both;
use crate::samples::{KEY, Scene, connection, later, member, now};

fn key(connection: &Connection, stage: KeyStage, pem: &str) -> ServiceProviderKey {
    ServiceProviderKey {
        id: ServiceProviderKeyId::new(now()),
        workspace_id: connection.workspace_id,
        connection_id: connection.id,
        stage,
        certificate_pem: pem.to_owned(),
        created_at: now(),
    }
}

on_both! {
    fn the_last_use_of_a_key_is_noted_for_each_connection(bed) {
        let (acme, other) = (Scene::stored(bed, "acme"), Scene::stored(bed, "other"));
        let (id, elsewhere) = (acme.connection.id, other.connection.id);
        for (connection, key, at) in
            [(id, "aa", now()), (id, "bb", now()), (elsewhere, "aa", later(5)), (id, "aa", later(60))]
        {
            bed.write(move |tx| tx.note_certificate_use(connection, key, at)).unwrap();
        }
        let uses = bed.read(move |tx| tx.certificate_uses(id)).unwrap();
        let expected = [("aa".to_owned(), later(60)), ("bb".to_owned(), now())];
        assert_eq!(uses.into_iter().collect::<Vec<_>>(), expected);
        bed.write(move |tx| tx.delete_connection(id, now())).unwrap();
        assert_eq!(bed.count("certificate_uses"), 1);
        let gone = bed.write(move |tx| tx.note_certificate_use(id, "aa", now()));
        assert_eq!(gone, Err(StoreError::Dangling));
    }

    fn a_warning_of_a_certificates_end_is_noted_once(bed) {
        let id = Scene::stored(bed, "acme").connection.id;
        let mut note = |fingerprint: &'static str, days| {
            bed.write(move |tx| tx.note_certificate_notice(id, fingerprint, days, now())).unwrap()
        };
        assert!(note("aa", 30));
        assert!(!note("aa", 30));
        assert!(note("aa", 14));
        assert!(note("bb", 30));
        bed.write(move |tx| tx.delete_connection(id, now())).unwrap();
        assert_eq!(bed.count("certificate_notices"), 0);
        let gone = bed.write(move |tx| tx.note_certificate_notice(id, "aa", 7, now()));
        assert_eq!(gone, Err(StoreError::Dangling));
    }

    fn enabled_connections_come_page_by_page(bed) {
        let mut expected = Vec::new();
        for slug in ["one", "two", "three"] {
            let mut enabled = Scene::stored(bed, slug).connection;
            enabled.phase = Phase::Live;
            let (copy, workspace) = (enabled.clone(), Scene::stored(bed, &format!("not-{slug}")).workspace);
            bed.write(move |tx| tx.update_connection(&copy)).unwrap();
            let draft = connection(&workspace);
            bed.write(move |tx| tx.insert_connection(&draft, KEY)).unwrap();
            expected.push(enabled.id);
        }
        expected.sort_by_key(ToString::to_string);
        let mut found = Vec::new();
        let mut request = PageRequest::first(2);
        loop {
            let wanted = request.clone();
            let page = bed.read(move |tx| tx.enabled_connections(&wanted)).unwrap();
            found.extend(page.items.iter().map(|connection| connection.id));
            match page.next_cursor {
                Some(cursor) => request.cursor = Some(cursor),
                None => break,
            }
        }
        assert_eq!(found, expected);
    }

    fn active_admins_are_the_admins_who_may_come_in(bed) {
        let Scene { workspace, .. } = Scene::stored(bed, "acme");
        let id = workspace.id;
        assert_eq!(bed.read(move |tx| tx.active_admins(id)), Ok(Vec::new()));
        let admin = |email: &str, status| Member { role: Role::Admin, status, ..member(&workspace, email) };
        let active = admin("grace@example.com", MemberStatus::Active);
        let all = [active.clone(), admin("old@example.com", MemberStatus::Deactivated), admin("new@example.com", MemberStatus::Invited)];
        bed.write(move |tx| all.iter().try_for_each(|member| tx.insert_member(member))).unwrap();
        assert_eq!(bed.read(move |tx| tx.active_admins(id)), Ok(vec![active.id]));
    }

    fn there_is_one_next_key_and_it_takes_the_place_of_the_one_in_use(bed) {
        let Scene { connection, .. } = Scene::stored(bed, "acme");
        let id = connection.id;
        let (next, second) = (key(&connection, KeyStage::Next, "next"), key(&connection, KeyStage::Next, "second"));
        let copy = next.clone();
        bed.write(move |tx| tx.insert_service_provider_key(&copy, b"the next")).unwrap();
        let refused = bed.write(move |tx| tx.insert_service_provider_key(&second, b"another"));
        assert_eq!(refused, Err(StoreError::Conflict { what: "service_provider_key.next" }));

        let replaced = key(&connection, KeyStage::Previous, &connection.service_provider.certificate_pem);
        let (before, new, kept) = (connection.clone(), next.clone(), replaced.clone());
        let used = bed.write(move |tx| tx.use_service_provider_key(&before, &new, &kept));
        assert_eq!(used, Ok(true));
        let in_use = bed.read(move |tx| tx.service_provider_key(id)).unwrap().unwrap();
        assert_eq!(in_use.as_slice(), b"the next");
        assert_eq!(bed.read(move |tx| tx.service_provider_keys(id)), Ok(vec![replaced.clone()]));
        let old = replaced.id;
        let private = bed.read(move |tx| tx.other_service_provider_key(old)).unwrap().unwrap();
        assert_eq!(private.as_slice(), KEY);

        // Once: the key is gone from its place. And a change of something else leaves it alone.
        let (before, renamed) = (connection.clone(), Connection { name: "Renamed".to_owned(), ..connection });
        let again = bed.write(move |tx| tx.use_service_provider_key(&before, &next, &replaced));
        assert_eq!(again, Ok(false));
        bed.write(move |tx| tx.update_connection(&renamed)).unwrap();
        let shown = bed.read(move |tx| tx.connection(Reach::All, id)).unwrap().unwrap();
        assert_eq!((&*shown.name, &*shown.service_provider.certificate_pem), ("Renamed", "next"));
        assert_eq!(bed.write(move |tx| tx.delete_service_provider_key(id, old)), Ok(true));
        assert_eq!(bed.write(move |tx| tx.delete_service_provider_key(id, old)), Ok(false));
    }
}
