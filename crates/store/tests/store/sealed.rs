//! What is secret is sealed in the database, in its place.

use vestibule_model::ConnectionId;
use vestibule_session::Secret;
use vestibule_store::StoreError;

use crate::on_both;
use crate::samples::*;

on_both! {
    fn no_secret_is_in_the_database_in_the_clear(bed) {
        let scene = Scene::stored(bed, "acme");
        let (session, code) = scene.session(bed);
        let token = Secret::generate().unwrap();
        let (text, test) = (token.expose().to_owned(), test_run(&scene.revision));
        let key = signing_key(now());
        let pkcs8 = key.pkcs8().to_vec();
        bed.write(move |tx| {
            tx.insert_test(&test, &token)?;
            tx.insert_signing_key(&key)
        })
        .unwrap();
        assert_eq!(bed.count("sessions"), 1, "{session:?}");
        use base64::{Engine as _, prelude::BASE64_STANDARD};
        // All but the first bytes: base64 of a part reads otherwise than the part of a base64.
        let kept: String = [
            "SELECT sp_private_key AS text FROM connections",
            "SELECT start_token || start_token_hash AS text FROM test_runs",
            "SELECT pkcs8 AS text FROM signing_keys",
            "SELECT hash AS text FROM codes",
            "SELECT value AS text FROM settings",
        ]
        .into_iter()
        .flat_map(|sql| bed.texts(sql))
        .collect();
        let clear = [KEY, pkcs8.as_slice(), text.as_bytes(), code.expose().as_bytes()];
        for secret in clear {
            assert!(!kept.contains(&BASE64_STANDARD.encode(secret)));
            if let Ok(secret) = std::str::from_utf8(secret) {
                assert!(!kept.contains(secret));
            }
        }
    }

    fn a_sealed_value_moved_to_another_row_or_column_does_not_open(bed) {
        let (one, two) = (Scene::stored(bed, "one"), Scene::stored(bed, "two"));
        let token = Secret::generate().unwrap();
        let test = test_run(&one.revision);
        let test_id = test.id;
        bed.write(move |tx| tx.insert_test(&test, &token)).unwrap();
        let read = |bed: &mut crate::bed::Bed, id: ConnectionId| {
            bed.read(move |tx| tx.service_provider_key(id)).map(|_| ())
        };
        let refused = |id: ConnectionId| {
            Err(StoreError::Sealed {
                table: "connections",
                row: id.to_string(),
                column: "sp_private_key",
            })
        };
        let (first, second) = (one.connection.id, two.connection.id);
        assert_eq!((read(bed, first), read(bed, second)), (Ok(()), Ok(())));
        bed.sql(&format!(
            "UPDATE connections SET sp_private_key =
             (SELECT c.sp_private_key FROM connections AS c WHERE c.id = '{first}')
             WHERE id = '{second}'"
        ));
        assert_eq!((read(bed, first), read(bed, second)), (Ok(()), refused(second)));
        bed.sql(&format!(
            "UPDATE connections SET sp_private_key = (SELECT start_token FROM test_runs)
             WHERE id = '{first}'"
        ));
        assert_eq!(read(bed, first), refused(first));
        assert!(bed.read(move |tx| tx.test_start_token(test_id)).unwrap().is_some());
    }

    fn a_signing_key_of_another_row_does_not_open(bed) {
        let keys = [signing_key(now()), signing_key(later(1))];
        bed.write(move |tx| keys.iter().try_for_each(|key| tx.insert_signing_key(key))).unwrap();
        bed.sql("UPDATE signing_keys SET pkcs8 = (SELECT min(k.pkcs8) FROM signing_keys AS k)");
        let error = bed.read(|tx| tx.signing_keys().map(drop)).unwrap_err();
        assert!(matches!(error, StoreError::Sealed { table: "signing_keys", .. }), "{error}");
    }
}
