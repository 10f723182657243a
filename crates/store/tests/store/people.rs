//! Members: what proves their addresses, how many admins are left, when they last came in.

use std::collections::BTreeMap;

use vestibule_model::*;
use vestibule_store::{Reach, StoreError, Tx};

use crate::bed::{Bed, wait};
use crate::on_both;
use crate::samples::*;

fn stored(bed: &mut Bed, member: Member) -> Member {
    let copy = member.clone();
    bed.write(move |tx| tx.insert_member(&copy)).unwrap();
    member
}

on_both! {
    fn how_a_member_came_comes_out_as_it_went_in(bed) {
        let acme = Scene::stored(bed, "acme").workspace;
        for (number, provisioned) in Provisioned::ALL.iter().copied().enumerate() {
            let bob = Member {
                provisioned,
                email_proven_at: (number == 1).then(|| later(5)),
                ..member(&acme, &format!("bob{number}@example.com"))
            };
            let (ws, id, copy) = (acme.id, bob.id, bob.clone());
            bed.write(move |tx| tx.insert_member(&copy)).unwrap();
            assert_eq!(bed.read(move |tx| tx.member(ws, id)), Ok(Some(bob)));
        }
    }

    fn an_address_is_proved_as_long_as_it_is_the_same(bed) {
        let Scene { workspace, member: ada, .. } = Scene::stored(bed, "acme");
        let (ws, id, foreign) = (workspace.id, ada.id, WorkspaceId::new(now()));
        let proven_at = |bed: &mut Bed| {
            bed.read(move |tx| tx.member(ws, id)).unwrap().unwrap().email_proven_at
        };
        assert_eq!(bed.write(move |tx| tx.prove_email(foreign, id, later(1))), Ok(false));
        assert_eq!(proven_at(bed), None);
        assert_eq!(bed.write(move |tx| tx.prove_email(ws, id, later(1))), Ok(true));
        assert_eq!(proven_at(bed), Some(later(1)));
        // The release before changes an address and knows nothing of proofs.
        bed.sql(&format!(
            "UPDATE members SET email = 'eve@example.com', email_key = 'eve@example.com' WHERE id = '{id}'"
        ));
        assert_eq!(proven_at(bed), None);
        bed.write(move |tx| tx.prove_email(ws, id, later(2))).unwrap();
        assert_eq!(proven_at(bed), Some(later(2)));
        bed.write(move |tx| tx.update_member(&ada)).unwrap();
        assert_eq!(proven_at(bed), None);
    }

    fn ids_have_names_in_their_own_workspace(bed) {
        let Scene { workspace: acme, member: ada, connection, .. } = Scene::stored(bed, "acme");
        let other = Scene::stored(bed, "other");
        let bound = api_key(Some(&acme));
        let everywhere = api_key(None);
        let named = setup_link(&connection);
        let unnamed = SetupLink { id: SetupLinkId::new(later(1)), name: None, ..named.clone() };
        let copies = (bound.clone(), everywhere.clone(), named.clone(), unnamed.clone());
        bed.write(move |tx| {
            let (bound, everywhere, named, unnamed) = copies;
            tx.insert_api_key(&bound)?;
            tx.insert_api_key(&everywhere)?;
            tx.insert_setup_link(&named, &[1; 32])?;
            tx.insert_setup_link(&unnamed, &[2; 32])
        })
        .unwrap();

        let ws = acme.id;
        let members = [ada.id, other.member.id, MemberId::new(now())];
        let found = bed.read(move |tx| tx.member_emails(ws, &members)).unwrap();
        assert_eq!(found, BTreeMap::from([(ada.id, ada.email.to_string())]));
        let keys = [bound.id, everywhere.id];
        let found = bed.read(move |tx| tx.api_key_names(ws, &keys)).unwrap();
        assert_eq!(found, BTreeMap::from([(bound.id, bound.name)]));
        let links = [named.id, unnamed.id];
        let found = bed.read(move |tx| tx.setup_link_names(ws, &links)).unwrap();
        assert_eq!(found, BTreeMap::from([(named.id, named.name.unwrap())]));
        let foreign = other.workspace.id;
        assert_eq!(bed.read(move |tx| tx.setup_link_names(foreign, &links)), Ok(BTreeMap::new()));
        assert_eq!(bed.read(move |tx| tx.member_emails(ws, &[])), Ok(BTreeMap::new()));
    }

    fn members_are_counted_and_listed(bed) {
        let Scene { workspace: acme, member: ada, .. } = Scene::stored(bed, "acme");
        let other = Scene::stored(bed, "other");
        let root = stored(bed, Member { role: Role::Admin, ..member(&acme, "root@example.com") });
        let second = stored(bed, Member { role: Role::Admin, ..member(&acme, "two@example.com") });
        for (status, email) in [
            (MemberStatus::Invited, "three@example.com"),
            (MemberStatus::Deactivated, "four@example.com"),
        ] {
            stored(bed, Member { role: Role::Admin, status, ..member(&acme, email) });
        }
        let foreign = stored(bed, Member { role: Role::Admin, ..member(&other.workspace, "root@example.com") });
        let (ws, count) = (acme.id, |bed: &mut Bed, except| {
            bed.read(move |tx| tx.count_other_active_admins(acme.id, except)).unwrap()
        });
        assert_eq!(count(bed, root.id), 1);
        assert_eq!(count(bed, ada.id), 2);
        assert_eq!(count(bed, foreign.id), 2);
        assert_eq!(bed.read(move |tx| tx.count_members(ws)), Ok(5));
        let all = bed.read(move |tx| tx.list_all_members(ws, 100)).unwrap();
        assert_eq!(all.len(), 5);
        assert!(all.iter().all(|member| member.workspace_id == ws) && all.is_sorted_by_key(|m| m.id));
        assert!(all.contains(&second));
        assert_eq!(bed.read(move |tx| tx.list_all_members(ws, 2)).unwrap(), all[..2]);
    }

    fn one_address_is_found_in_every_workspace_where_it_may_come_in(bed) {
        let acme = Scene::stored(bed, "acme");
        let other = Scene::stored(bed, "other");
        let third = Scene::new("third");
        let key = acme.member.email.key().clone();
        let shut_out = Member { status: MemberStatus::Deactivated, ..third.member.clone() };
        let workspace = third.workspace;
        bed.write(move |tx| {
            tx.insert_workspace(&workspace)?;
            tx.insert_member(&shut_out)
        })
        .unwrap();
        let mut expected = vec![acme.member, Member { status: MemberStatus::Invited, ..other.member }];
        let invited = expected[1].clone();
        bed.write(move |tx| tx.update_member(&invited)).unwrap();
        expected.sort_by_key(|member| member.id);
        let copy = key.clone();
        assert_eq!(bed.read(move |tx| tx.members_by_email_everywhere(&copy, 9)), Ok(expected.clone()));
        assert_eq!(bed.read(move |tx| tx.members_by_email_everywhere(&key, 1)).unwrap(), expected[..1]);
    }

    fn the_last_sign_in_is_the_latest_of_every_door(bed) {
        let scene = Scene::stored(bed, "acme");
        let acme = scene.workspace.clone();
        let [bob, eve, joe] = ["bob", "eve", "joe"]
            .map(|name| stored(bed, member(&acme, &format!("{name}@example.com"))));
        let (session, _code) = scene.session(bed);
        let linked = Identity { last_used_at: Some(later(9)), ..identity(&bob, &scene.connection, "bob") };
        let mut passwords = [password(&scene.member), password(&bob), password(&eve)];
        passwords[0].last_used_at = Some(later(7));
        passwords[1].last_used_at = Some(later(3));
        bed.write(move |tx| {
            tx.insert_identity(&linked)?;
            passwords.iter().try_for_each(|password| tx.set_password(password))
        })
        .unwrap();
        let (ws, ada, foreign) = (acme.id, scene.member.id, WorkspaceId::new(now()));
        let ids = vec![ada, bob.id, eve.id, joe.id];
        let copy = ids.clone();
        let expected = BTreeMap::from([(ada, later(7)), (bob.id, later(9))]);
        assert_eq!(bed.read(move |tx| tx.last_sign_ins(ws, &copy)), Ok(expected));
        assert_eq!(bed.read(move |tx| tx.last_sign_ins(foreign, &ids)), Ok(BTreeMap::new()));
        assert_eq!(bed.read(move |tx| tx.last_sign_ins(ws, &[])), Ok(BTreeMap::new()));
        bed.write(move |tx| tx.delete_password(ws, ada)).unwrap();
        let expected = BTreeMap::from([(ada, session.created_at)]);
        assert_eq!(bed.read(move |tx| tx.last_sign_ins(ws, &[ada])), Ok(expected));
        // More than one statement may name.
        let many: Vec<_> = (0..1200).map(|_| MemberId::new(now())).chain([ada]).collect();
        assert_eq!(bed.read(move |tx| tx.last_sign_ins(ws, &many)).unwrap().len(), 1);
    }

    fn of_two_admins_who_leave_at_once_one_stays(bed) {
        let acme = Scene::stored(bed, "acme").workspace;
        let admins = ["one@example.com", "two@example.com"]
            .map(|email| stored(bed, Member { role: Role::Admin, ..member(&acme, email) }));
        let (store, ws) = (bed.store(), acme.id);
        let leave = |admin: &Member| {
            let admin = Member { role: Role::Member, ..admin.clone() };
            let work = move |tx: &mut Tx<'_>| {
                assert!(tx.lock_workspace(ws)?);
                // Long enough for the other to come in between, if it could.
                std::thread::sleep(std::time::Duration::from_millis(50));
                if tx.count_other_active_admins(ws, admin.id)? == 0 {
                    return Ok(false);
                }
                tx.update_member(&admin)
            };
            let store = store.clone();
            move || wait(store.write(work))
        };
        let left: Vec<Result<bool, StoreError>> = std::thread::scope(|scope| {
            let threads: Vec<_> = admins.iter().map(|admin| scope.spawn(leave(admin))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(left.iter().filter(|left| **left == Ok(true)).count(), 1, "{left:?}");
        assert_eq!(left.iter().filter(|left| **left == Ok(false)).count(), 1, "{left:?}");
        assert_eq!(bed.read(move |tx| tx.active_admins(ws)).unwrap().len(), 1);
    }

    fn a_workspace_is_unlocked_and_locked_beside_everything_else(bed) {
        let acme = Workspace {
            session_idle_minutes: 5,
            session_lifetime_minutes: 60,
            sso_enabled_at: Some(later(1)),
            unlocked_until: Some(later(2)),
            ..workspace("acme")
        };
        let (ws, copy) = (acme.id, acme.clone());
        bed.write(move |tx| tx.insert_workspace(&copy)).unwrap();
        let read = |bed: &mut Bed| bed.read(move |tx| tx.workspace(Reach::All, ws)).unwrap().unwrap();
        assert_eq!(read(bed), acme);
        assert_eq!(bed.read(move |tx| tx.unlock_code_hash(ws)), Ok(None));
        assert_eq!(bed.write(move |tx| tx.set_unlock(ws, Some(later(9)), Some(&[7; 32]))), Ok(true));
        assert_eq!(bed.write(move |tx| tx.note_sso_enabled(ws, later(5))), Ok(true));
        assert_eq!(bed.write(move |tx| tx.note_sso_enabled(ws, later(4))), Ok(true));
        assert_eq!(bed.read(move |tx| tx.unlock_code_hash(ws)), Ok(Some([7; 32])));
        // Whoever renames what they have read before takes nothing of it back.
        let renamed = Workspace { name: "New".to_owned(), session_idle_minutes: 6, ..acme };
        let copy = renamed.clone();
        assert_eq!(bed.write(move |tx| tx.update_workspace(&copy)), Ok(true));
        let expected = Workspace {
            sso_enabled_at: Some(later(5)),
            unlocked_until: Some(later(9)),
            ..renamed
        };
        assert_eq!(read(bed), expected);
        assert_eq!(bed.read(move |tx| tx.unlock_code_hash(ws)), Ok(Some([7; 32])));
        assert_eq!(bed.write(move |tx| tx.set_unlock(ws, None, None)), Ok(true));
        assert_eq!(read(bed).unlocked_until, None);
        assert_eq!(bed.read(move |tx| tx.unlock_code_hash(ws)), Ok(None));
        let nowhere = WorkspaceId::new(now());
        assert_eq!(bed.write(move |tx| tx.set_unlock(nowhere, None, None)), Ok(false));
        assert_eq!(bed.write(move |tx| tx.note_sso_enabled(nowhere, now())), Ok(false));
        assert_eq!(bed.read(move |tx| tx.unlock_code_hash(nowhere)), Ok(None));
    }
}
