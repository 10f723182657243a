//! Passwords, authenticator apps, recovery codes and passkeys.

use std::collections::BTreeSet;

use vestibule_model::*;
use vestibule_store::{StoreError, Tx};

use crate::bed::Bed;
use crate::on_both;
use crate::once::{THREADS, race};
use crate::samples::*;

const SEED: &[u8] = b"a seed of twenty by.";
const NEW_SEED: &[u8] = b"another seed of them";

/// An authenticator app that counts, confirmed by the code of this time step.
fn enrol(bed: &mut Bed, member: &Member, seed: &'static [u8], step: i64) {
    let app = totp(member);
    let (ws, mem) = (member.workspace_id, member.id);
    let confirmed = bed.write(move |tx| {
        tx.put_totp(&app, seed)?;
        tx.confirm_totp(ws, mem, seed, step, later(1))
    });
    assert_eq!(confirmed, Ok(true));
}

on_both! {
    fn a_password_comes_out_as_it_went_in_and_goes(bed) {
        let Scene { workspace, member: ada, .. } = Scene::stored(bed, "acme");
        let (ws, mem, foreign) = (workspace.id, ada.id, WorkspaceId::new(now()));
        let first = password(&ada);
        let copy = first.clone();
        bed.write(move |tx| tx.set_password(&copy)).unwrap();
        assert_eq!(bed.read(move |tx| tx.password(ws, mem)), Ok(Some(first.clone())));
        assert_eq!(bed.read(move |tx| tx.password(foreign, mem)), Ok(None));
        assert_eq!(bed.write(move |tx| tx.touch_password(mem, later(4))), Ok(true));
        let used = StoredPassword { last_used_at: Some(later(4)), ..first.clone() };
        assert_eq!(bed.read(move |tx| tx.password(ws, mem)), Ok(Some(used.clone())));
        assert_eq!(bed.read(move |tx| tx.passwords_of(ws, &[mem, MemberId::new(now())])), Ok(vec![used]));
        assert_eq!(bed.read(move |tx| tx.passwords_of(foreign, &[mem])), Ok(vec![]));
        // A new one was never used.
        let second = StoredPassword { hash: "$argon2id$new".to_owned(), set_at: later(9), ..first };
        let copy = second.clone();
        bed.write(move |tx| tx.set_password(&copy)).unwrap();
        assert_eq!(bed.read(move |tx| tx.password(ws, mem)), Ok(Some(second.clone())));
        let moved = StoredPassword { workspace_id: foreign, ..second };
        assert_eq!(bed.write(move |tx| tx.set_password(&moved)), Err(StoreError::Dangling));
        assert_eq!(bed.write(move |tx| tx.delete_password(foreign, mem)), Ok(false));
        assert_eq!(bed.write(move |tx| tx.delete_password(ws, mem)), Ok(true));
        assert_eq!(bed.write(move |tx| tx.delete_password(ws, mem)), Ok(false));
        assert_eq!(bed.write(move |tx| tx.touch_password(mem, later(9))), Ok(false));
    }

    fn the_old_app_goes_on_until_the_new_one_is_confirmed(bed) {
        let Scene { workspace, member: ada, .. } = Scene::stored(bed, "acme");
        let (ws, mem, foreign) = (workspace.id, ada.id, WorkspaceId::new(now()));
        let seed = |bed: &mut Bed, ws| {
            bed.read(move |tx| tx.totp_seed(ws, mem)).unwrap().map(|seed| seed.to_vec())
        };
        let setting_up = |bed: &mut Bed, ws| {
            let found = bed.read(move |tx| tx.totp_enrolment(ws, mem)).unwrap();
            found.map(|(_app, seed)| seed.to_vec())
        };
        let app = totp(&ada);
        let copy = app.clone();
        bed.write(move |tx| tx.put_totp(&copy, SEED)).unwrap();
        assert_eq!(bed.read(move |tx| tx.totp(ws, mem)), Ok(None));
        assert_eq!((seed(bed, ws), setting_up(bed, ws)), (None, Some(SEED.to_vec())));
        assert_eq!(bed.read(move |tx| tx.totp_enrolment(ws, mem)).unwrap().unwrap().0, app);
        assert_eq!(bed.read(move |tx| tx.has_second_factor(ws, mem)), Ok(false));
        assert_eq!(bed.write(move |tx| tx.use_totp_step(ws, mem, 9)), Ok(false));
        let confirm = |bed: &mut Bed, ws, seed: &'static [u8]| {
            bed.write(move |tx| tx.confirm_totp(ws, mem, seed, 100, later(1))).unwrap()
        };
        assert!(!confirm(bed, foreign, SEED) && !confirm(bed, ws, NEW_SEED));
        assert!(confirm(bed, ws, SEED) && !confirm(bed, ws, SEED));
        let confirmed =
            StoredTotp { confirmed_at: Some(later(1)), last_step: Some(100), ..app };
        assert_eq!(bed.read(move |tx| tx.totp(ws, mem)), Ok(Some(confirmed.clone())));
        assert_eq!(bed.read(move |tx| tx.totp(foreign, mem)), Ok(None));
        assert_eq!((seed(bed, ws), setting_up(bed, ws)), (Some(SEED.to_vec()), None));
        assert_eq!(seed(bed, foreign), None);
        assert_eq!(bed.read(move |tx| tx.has_second_factor(ws, mem)), Ok(true));

        // A new one, begun twice.
        let (one, two) = (StoredTotp { created_at: later(2), ..totp(&ada) }, StoredTotp { created_at: later(3), ..totp(&ada) });
        bed.write(move |tx| tx.put_totp(&one, b"never confirmed").and_then(|()| tx.put_totp(&two, NEW_SEED)))
            .unwrap();
        assert_eq!(bed.read(move |tx| tx.totp(ws, mem)), Ok(Some(confirmed)));
        assert_eq!((seed(bed, ws), setting_up(bed, ws)), (Some(SEED.to_vec()), Some(NEW_SEED.to_vec())));
        assert_eq!(setting_up(bed, foreign), None);
        assert!(!confirm(bed, ws, b"never confirmed") && confirm(bed, ws, NEW_SEED));
        assert_eq!((seed(bed, ws), setting_up(bed, ws)), (Some(NEW_SEED.to_vec()), None));
        let again = totp(&ada);
        bed.write(move |tx| tx.put_totp(&again, SEED)).unwrap();
        assert_eq!(bed.write(move |tx| tx.delete_totp(foreign, mem)), Ok(false));
        assert_eq!(bed.write(move |tx| tx.delete_totp(ws, mem)), Ok(true));
        assert_eq!(bed.write(move |tx| tx.delete_totp(ws, mem)), Ok(false));
        assert_eq!((bed.count("totp"), bed.count("totp_enrolments")), (0, 0));
        let stranger = StoredTotp { member_id: MemberId::new(now()), ..totp(&ada) };
        assert_eq!(bed.write(move |tx| tx.put_totp(&stranger, SEED)), Err(StoreError::Dangling));
    }

    fn a_seed_of_another_member_does_not_open(bed) {
        let Scene { workspace, member: ada, .. } = Scene::stored(bed, "acme");
        let bob = member(&workspace, "bob@example.com");
        let copy = bob.clone();
        bed.write(move |tx| tx.insert_member(&copy)).unwrap();
        enrol(bed, &ada, SEED, 1);
        enrol(bed, &bob, NEW_SEED, 1);
        bed.sql(&format!(
            "UPDATE totp SET seed = (SELECT t.seed FROM totp AS t WHERE t.member_id = '{}')", bob.id
        ));
        let (ws, mem) = (workspace.id, ada.id);
        let error = bed.read(move |tx| tx.totp_seed(ws, mem).map(drop)).unwrap_err();
        assert_eq!(
            error,
            StoreError::Sealed { table: "totp", row: mem.to_string(), column: "seed" }
        );
    }

    fn a_code_of_an_app_is_taken_once_of_many_at_once(bed) {
        let Scene { workspace, member: ada, .. } = Scene::stored(bed, "acme");
        let (ws, mem, foreign) = (workspace.id, ada.id, WorkspaceId::new(now()));
        enrol(bed, &ada, SEED, 100);
        assert_eq!(bed.write(move |tx| tx.use_totp_step(ws, mem, 100)), Ok(false), "it confirmed");
        assert_eq!(bed.write(move |tx| tx.use_totp_step(foreign, mem, 101)), Ok(false));
        let taken = race(bed, move |tx| tx.use_totp_step(ws, mem, 101));
        assert_eq!(taken.iter().filter(|taken| **taken).count(), 1);
        assert_eq!(bed.write(move |tx| tx.use_totp_step(ws, mem, 99)), Ok(false));
        assert_eq!(bed.write(move |tx| tx.use_totp_step(ws, mem, 102)), Ok(true));
    }

    fn an_app_is_confirmed_once_of_many_at_once(bed) {
        let Scene { workspace, member: ada, .. } = Scene::stored(bed, "acme");
        let (ws, mem, app) = (workspace.id, ada.id, totp(&ada));
        bed.write(move |tx| tx.put_totp(&app, SEED)).unwrap();
        let won = race(bed, move |tx| tx.confirm_totp(ws, mem, SEED, 7, now()));
        assert_eq!(won.iter().filter(|won| **won).count(), 1);
    }

    fn a_recovery_code_is_redeemed_once_of_many_at_once(bed) {
        let Scene { workspace, member: ada, .. } = Scene::stored(bed, "acme");
        let bob = member(&workspace, "bob@example.com");
        let copy = bob.clone();
        bed.write(move |tx| tx.insert_member(&copy)).unwrap();
        let (ws, mem, foreign) = (workspace.id, ada.id, WorkspaceId::new(now()));
        let left = |bed: &mut Bed| bed.read(move |tx| tx.recovery_codes_left(ws, mem)).unwrap();
        let hashes = [[1; 32], [2; 32], [3; 32]];
        bed.write(move |tx| tx.replace_recovery_codes(ws, mem, &hashes, now())).unwrap();
        assert_eq!(left(bed), 3);
        assert_eq!(bed.write(move |tx| tx.redeem_recovery_code(foreign, mem, &[1; 32], now())), Ok(false));
        assert_eq!(bed.write(move |tx| tx.redeem_recovery_code(ws, bob.id, &[1; 32], now())), Ok(false));
        assert_eq!(bed.write(move |tx| tx.redeem_recovery_code(ws, mem, &[9; 32], now())), Ok(false));
        let won = race(bed, move |tx| tx.redeem_recovery_code(ws, mem, &[1; 32], now()));
        assert_eq!((won.len(), won.iter().filter(|won| **won).count()), (THREADS, 1));
        assert_eq!(left(bed), 2);
        let new = [[4; 32]];
        bed.write(move |tx| tx.replace_recovery_codes(ws, mem, &new, now())).unwrap();
        assert_eq!(left(bed), 1);
        assert_eq!(bed.write(move |tx| tx.redeem_recovery_code(ws, mem, &[2; 32], now())), Ok(false));
        let nobody = bed.write(move |tx| tx.replace_recovery_codes(foreign, mem, &[[5; 32]], now()));
        assert_eq!(nobody, Err(StoreError::Dangling));
        assert_eq!(bed.write(move |tx| tx.delete_recovery_codes(foreign, mem)), Ok(0));
        assert_eq!(bed.write(move |tx| tx.delete_recovery_codes(ws, mem)), Ok(1));
        assert_eq!(bed.write(move |tx| tx.replace_recovery_codes(ws, mem, &[], now())), Ok(()));
        assert_eq!(left(bed), 0);
    }

    fn recovery_codes_that_are_made_at_once_do_not_add_up(bed) {
        let Scene { workspace, member: ada, .. } = Scene::stored(bed, "acme");
        let (ws, mem) = (workspace.id, ada.id);
        race(bed, move |tx: &mut Tx<'_>| {
            let mut hashes = [[0; 32]; 3];
            for hash in &mut hashes {
                *hash = vestibule_session::Secret::generate().unwrap().hash();
            }
            tx.replace_recovery_codes(ws, mem, &hashes, now())
        });
        assert_eq!(bed.read(move |tx| tx.recovery_codes_left(ws, mem)), Ok(3));
    }

    fn a_passkey_comes_out_as_it_went_in_and_goes(bed) {
        let Scene { workspace, member: ada, .. } = Scene::stored(bed, "acme");
        let other = Scene::stored(bed, "other");
        let (ws, mem, foreign) = (workspace.id, ada.id, other.workspace.id);
        // The longest there is fits into an index even where nothing can be compressed.
        let longest: String =
            (0..1364_u32).map(|n| char::from_u32(33 + n * 7919 % 90).unwrap()).collect();
        let (mut first, mut second) = (passkey(&ada, &longest), passkey(&ada, "two"));
        first.id = first.id.min(second.id);
        second.id = PasskeyId::new(later(1));
        let (id, copies) = (first.id, [first.clone(), second.clone()]);
        bed.write(move |tx| copies.iter().try_for_each(|passkey| tx.insert_passkey(passkey))).unwrap();
        assert_eq!(bed.read(move |tx| tx.passkeys_of(ws, mem)), Ok(vec![first.clone(), second]));
        assert_eq!(bed.read(move |tx| tx.passkeys_of(foreign, mem)), Ok(vec![]));
        let name = first.credential_id.clone();
        assert_eq!(bed.read(move |tx| tx.passkey_by_credential(&name)), Ok(Some(first.clone())));
        assert_eq!(bed.read(|tx| tx.passkey_by_credential("three")), Ok(None));
        assert_eq!(bed.write(move |tx| tx.use_passkey(id, r#"{"counter": 2}"#, later(6))), Ok(true));
        assert_eq!(bed.write(move |tx| tx.rename_passkey(foreign, mem, id, "x")), Ok(false));
        assert_eq!(bed.write(move |tx| tx.rename_passkey(ws, MemberId::new(now()), id, "x")), Ok(false));
        assert_eq!(bed.write(move |tx| tx.rename_passkey(ws, mem, id, "Old phone")), Ok(true));
        first.credential = r#"{"counter": 2}"#.to_owned();
        first.last_used_at = Some(later(6));
        first.name = "Old phone".to_owned();
        assert_eq!(bed.read(move |tx| tx.passkeys_of(ws, mem)).unwrap()[0], first);
        let twin = passkey(&other.member, "two");
        assert_eq!(
            bed.write(move |tx| tx.insert_passkey(&twin)),
            Err(StoreError::Conflict { what: "passkey.credential" })
        );
        let long = passkey(&ada, &"x".repeat(1365));
        assert_eq!(
            bed.write(move |tx| tx.insert_passkey(&long)),
            Err(StoreError::Unstorable { table: "passkeys", column: "credential_id" })
        );
        let moved = StoredPasskey { workspace_id: foreign, ..passkey(&ada, "moved") };
        assert_eq!(bed.write(move |tx| tx.insert_passkey(&moved)), Err(StoreError::Dangling));
        assert_eq!(bed.write(move |tx| tx.delete_passkey(foreign, mem, id)), Ok(false));
        assert_eq!(bed.write(move |tx| tx.delete_passkey(ws, mem, id)), Ok(true));
        assert_eq!(bed.write(move |tx| tx.delete_passkey(ws, mem, id)), Ok(false));
        assert_eq!(bed.write(move |tx| tx.use_passkey(id, "{}", now())), Ok(false));
    }

    fn who_has_a_second_factor_is_known_of_all_admins_at_once(bed) {
        let acme = Scene::stored(bed, "acme").workspace;
        let admin = |name: &str| Member { role: Role::Admin, ..member(&acme, &format!("{name}@example.com")) };
        let [app, key, both, none, begun] = ["app", "key", "both", "none", "begun"].map(admin);
        let invited = Member { status: MemberStatus::Invited, ..admin("invited") };
        let plain = member(&acme, "plain@example.com");
        let everybody = [&app, &key, &both, &none, &begun, &invited, &plain].map(Member::clone);
        let keys = [&key, &both, &invited, &plain].map(|member| passkey(member, member.email.as_str()));
        let setting_up = totp(&begun);
        bed.write(move |tx| {
            everybody.iter().try_for_each(|member| tx.insert_member(member))?;
            keys.iter().try_for_each(|passkey| tx.insert_passkey(passkey))?;
            tx.put_totp(&setting_up, SEED)
        })
        .unwrap();
        enrol(bed, &app, SEED, 1);
        enrol(bed, &both, NEW_SEED, 1);
        let (ws, foreign) = (acme.id, WorkspaceId::new(now()));
        let expected = BTreeSet::from([app.id, key.id, both.id]);
        assert_eq!(bed.read(move |tx| tx.second_factors_of_admins(ws)), Ok(expected));
        assert_eq!(bed.read(move |tx| tx.second_factors_of_admins(foreign)), Ok(BTreeSet::new()));
        let asked = [key.id, app.id, plain.id, none.id];
        let expected = BTreeSet::from([key.id, plain.id]);
        assert_eq!(bed.read(move |tx| tx.passkey_holders(ws, &asked)), Ok(expected));
        assert_eq!(bed.read(move |tx| tx.passkey_holders(foreign, &asked)), Ok(BTreeSet::new()));
        for (member, has) in [(&app, true), (&key, true), (&plain, true), (&none, false), (&begun, false)] {
            let id = member.id;
            assert_eq!(bed.read(move |tx| tx.has_second_factor(ws, id)), Ok(has), "{member:?}");
            assert_eq!(bed.read(move |tx| tx.has_second_factor(foreign, id)), Ok(false));
        }
    }
}
