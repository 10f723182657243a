//! Links to set a password, and mails that carry them.

use vestibule_model::*;
use vestibule_store::StoreError;

use crate::bed::Bed;
use crate::on_both;
use crate::once::{THREADS, race};
use crate::samples::*;

fn stored(bed: &mut Bed, link: PasswordLink, token: u8) -> PasswordLink {
    let copy = link.clone();
    bed.write(move |tx| tx.insert_password_link(&copy, &[token; 32]))
        .unwrap();
    link
}

fn look(bed: &mut Bed, token: u8) -> Option<PasswordLink> {
    bed.read(move |tx| tx.password_link(&[token; 32], later(60)))
        .unwrap()
}

on_both! {
    fn a_link_is_looked_at_and_used_once_of_many_at_once(bed) {
        let ada = Scene::stored(bed, "acme").member;
        let link = stored(bed, link(&ada), 1);
        assert_eq!(look(bed, 1), Some(link.clone()));
        assert_eq!(look(bed, 2), None);
        let used = race(bed, |tx| tx.use_password_link(&[1; 32], later(60)));
        let expected = PasswordLink { used_at: Some(later(60)), ..link };
        assert_eq!(used.iter().filter(|used| **used == Some(expected.clone())).count(), 1);
        assert_eq!(used.iter().filter(|used| used.is_none()).count(), THREADS - 1);
        assert_eq!(look(bed, 1), None);
        assert_eq!(bed.count("password_links"), 1);
    }

    fn a_link_ends(bed) {
        let ada = Scene::stored(bed, "acme").member;
        stored(bed, PasswordLink { expires_at: later(61), ..link(&ada) }, 1);
        assert!(look(bed, 1).is_some());
        for at in [61, 62] {
            assert_eq!(bed.write(move |tx| tx.use_password_link(&[1; 32], later(at))), Ok(None));
            assert_eq!(bed.read(move |tx| tx.password_link(&[1; 32], later(at))), Ok(None));
        }
        assert_eq!(bed.write(|tx| tx.use_password_link(&[2; 32], now())), Ok(None));
    }

    fn a_newer_link_ends_the_older_ones_of_its_member(bed) {
        let Scene { workspace, member: ada, .. } = Scene::stored(bed, "acme");
        let bob = member(&workspace, "bob@example.com");
        let copy = bob.clone();
        bed.write(move |tx| tx.insert_member(&copy)).unwrap();
        let used = stored(bed, link(&ada), 1);
        bed.write(|tx| tx.use_password_link(&[1; 32], now())).unwrap();
        stored(bed, link(&ada), 2);
        let theirs = stored(bed, link(&bob), 3);
        let reset = PasswordLink { purpose: LinkPurpose::Reset, by_mail: false, ..link(&ada) };
        let newest = stored(bed, reset, 4);
        assert_eq!(look(bed, 2), None);
        assert_eq!((look(bed, 3), look(bed, 4)), (Some(theirs), Some(newest.clone())));
        let kept = bed.texts("SELECT id AS text FROM password_links WHERE used_at IS NOT NULL");
        assert_eq!(kept, [used.id.to_string()]);
        let (ws, mem, foreign) = (workspace.id, ada.id, WorkspaceId::new(now()));
        assert_eq!(bed.write(move |tx| tx.revoke_password_links(foreign, mem)), Ok(0));
        assert_eq!(bed.write(move |tx| tx.revoke_password_links(ws, mem)), Ok(1));
        assert_eq!(look(bed, 4), None);
        assert!(look(bed, 3).is_some());
        let twin = link(&ada);
        assert_eq!(
            bed.write(move |tx| tx.insert_password_link(&twin, &[3; 32])),
            Err(StoreError::Conflict { what: "password_link.token" })
        );
        let moved = PasswordLink { workspace_id: foreign, ..newest };
        assert_eq!(
            bed.write(move |tx| tx.insert_password_link(&moved, &[5; 32])),
            Err(StoreError::Dangling)
        );
    }

    fn a_link_that_went_by_mail_counts_for_that_address_alone(bed) {
        let acme = Scene::stored(bed, "acme");
        let other = Scene::stored(bed, "other");
        stored(bed, link(&acme.member), 1);
        stored(bed, PasswordLink { by_mail: false, ..link(&other.member) }, 2);
        let renamed = [acme.member, other.member]
            .map(|member| Member { email: Email::parse("new@example.com").unwrap(), ..member });
        bed.write(move |tx| renamed.iter().try_for_each(|member| tx.update_member(member).map(drop)))
            .unwrap();
        assert_eq!(look(bed, 1), None);
        assert_eq!(bed.write(|tx| tx.use_password_link(&[1; 32], later(1))), Ok(None));
        assert!(bed.write(|tx| tx.use_password_link(&[2; 32], later(1))).unwrap().is_some());
    }

    fn links_that_are_made_at_once_leave_one(bed) {
        let ada = Scene::stored(bed, "acme").member;
        race(bed, move |tx| {
            let token = vestibule_session::Secret::generate().unwrap().hash();
            tx.insert_password_link(&link(&ada), &token)
        });
        assert_eq!(bed.count("password_links"), 1);
    }

    fn a_mail_waits_until_it_is_sent(bed) {
        let acme = Scene::stored(bed, "acme").workspace;
        let (first, second) = (mail(&acme), QueuedMail { next_try_at: later(30), ..mail(&acme) });
        let copies = [second.clone(), first.clone()];
        bed.write(move |tx| copies.iter().try_for_each(|mail| tx.queue_mail(mail))).unwrap();
        let due = |bed: &mut Bed, at, at_most| {
            bed.read(move |tx| tx.mails_due(later(at), at_most)).unwrap()
        };
        assert_eq!(due(bed, -1, 9), []);
        assert_eq!(due(bed, 29, 9), std::slice::from_ref(&first));
        assert_eq!(due(bed, 30, 9), [first.clone(), second.clone()]);
        assert_eq!(due(bed, 30, 1), std::slice::from_ref(&first));
        let id = first.id;
        assert_eq!(bed.write(move |tx| tx.mail_failed(id, 2, later(60))), Ok(true));
        let again = bed.write(move |tx| tx.mail_failed(id, 2, later(90)));
        assert_eq!(again, Ok(false), "who comes second has not claimed it");
        assert_eq!(due(bed, 30, 9), std::slice::from_ref(&second));
        let failed = QueuedMail { failures: 2, next_try_at: later(60), ..first };
        assert_eq!(due(bed, 60, 9), [second, failed]);
        assert_eq!(bed.write(move |tx| tx.mail_sent(id)), Ok(true));
        assert_eq!(bed.write(move |tx| tx.mail_sent(id)), Ok(false));
        assert_eq!(bed.write(move |tx| tx.mail_failed(id, 3, later(60))), Ok(false));
        let nowhere = mail(&workspace("nowhere"));
        assert_eq!(bed.write(move |tx| tx.queue_mail(&nowhere)), Err(StoreError::Dangling));
    }

    fn a_mail_is_sealed_in_its_place(bed) {
        let acme = Scene::stored(bed, "acme").workspace;
        let mails = [mail(&acme), mail(&acme)];
        let id = mails[0].id;
        bed.write(move |tx| mails.iter().try_for_each(|mail| tx.queue_mail(mail))).unwrap();
        for text in bed.texts("SELECT message AS text FROM mails") {
            assert!(!text.contains("ada@example.com") && !text.contains("secret"));
        }
        bed.sql(&format!(
            "UPDATE mails SET message = (SELECT m.message FROM mails AS m WHERE m.id <> '{id}')
             WHERE id = '{id}'"
        ));
        assert_eq!(
            bed.read(|tx| tx.mails_due(now(), 9)),
            Err(StoreError::Sealed { table: "mails", row: id.to_string(), column: "message" })
        );
    }
}
