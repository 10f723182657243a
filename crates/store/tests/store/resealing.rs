//! The master key changes under a running deployment: at every step every program opens everything, and
//! at the end nothing needs the old key.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use vestibule_model::{
    AttemptId, ConnectionId, KeyStage, Member, QueuedMail, ServiceProviderKey,
    ServiceProviderKeyId, TestId, TestState, WebhookEndpointId,
};
use vestibule_session::{Secret, SigningKey};
use vestibule_store::{
    MasterKey, MasterKeys, Resealed, Store, StoreConfig, StoreError, WebhookLane,
};

use crate::bed::{Bed, wait};
use crate::on_both;
use crate::samples::*;

/// The columns that hold sealed values. One more of them needs a line in [`fill`].
const SEALED: [&str; 11] = [
    "connections.sp_private_key",
    "mails.message",
    "service_provider_keys.private_key",
    "settings.value",
    "sign_in_attempts.response",
    "signing_keys.pkcs8",
    "test_runs.start_token",
    "totp.seed",
    "totp_enrolments.seed",
    "webhook_endpoints.previous_secret",
    "webhook_endpoints.secret",
];

/// How many of them one [`fill`] fills: all but the sentinel.
const FILLED: u64 = 10;

fn keys(keys: &[&MasterKey]) -> MasterKeys {
    let texts: Vec<_> = keys.iter().map(|key| key.to_base64().to_string()).collect();
    MasterKeys::parse(&texts.join("\n")).unwrap()
}

fn open(bed: &Bed, master_keys: MasterKeys) -> Result<Store, StoreError> {
    Store::open(StoreConfig {
        master_keys,
        ..bed.config()
    })
}

fn reseal(store: &Store) -> Resealed {
    wait(store.reseal(|_| {})).unwrap()
}

/// What one program wrote, and every program must be able to read.
struct Written {
    connection: ConnectionId,
    sp_key: Vec<u8>,
    next_key: ServiceProviderKeyId,
    test: TestId,
    token: String,
    attempt: AttemptId,
    kid: String,
    pkcs8: Vec<u8>,
    member: Member,
    mail: QueuedMail,
    endpoint: WebhookEndpointId,
}

/// Puts a value into every sealed column.
fn fill(store: &Store, slug: &str) -> Written {
    let (scene, token, key) = (
        Scene::new(slug),
        Secret::generate().unwrap(),
        signing_key(now()),
    );
    let test = test_run(&scene.revision);
    let attempt = attempt(&scene.revision, None);
    let next = ServiceProviderKey {
        id: ServiceProviderKeyId::new(now()),
        workspace_id: scene.workspace.id,
        connection_id: scene.connection.id,
        stage: KeyStage::Next,
        certificate_pem: String::new(),
        created_at: now(),
    };
    let (app, mail) = (totp(&scene.member), mail(&scene.workspace));
    let endpoint = webhook_endpoint(Some(&scene.workspace));
    let event = webhook_event(&scene.workspace, now());
    let written = Written {
        connection: scene.connection.id,
        sp_key: KEY.to_vec(),
        next_key: next.id,
        test: test.id,
        token: token.expose().to_owned(),
        attempt: attempt.id,
        kid: key.kid().to_owned(),
        pkcs8: key.pkcs8().to_vec(),
        member: scene.member.clone(),
        mail: mail.clone(),
        endpoint: endpoint.id,
    };
    let filled = store.write(move |tx| {
        scene.insert(tx)?;
        tx.insert_service_provider_key(&next, KEY)?;
        tx.put_totp(&app, b"old seed")?;
        tx.confirm_totp(app.workspace_id, app.member_id, b"old seed", 1, now())?;
        tx.put_totp(&app, b"new seed")?;
        tx.queue_mail(&mail)?;
        tx.insert_webhook_endpoint(&endpoint, "whsec_old")?;
        tx.rotate_webhook_secret(endpoint.id, "whsec_new", later(86_400), now())?;
        tx.queue_webhook(endpoint.id, WebhookLane::OfEvent, event, now());
        tx.insert_test(&test, &token)?;
        tx.insert_attempts(std::slice::from_ref(&attempt))?;
        tx.keep_response(attempt.id, "PHNhbWw+", later(86_400))?;
        tx.insert_signing_key(&key)
    });
    wait(filled).unwrap();
    written
}

fn assert_readable(store: &Store, written: &Written) {
    let (connection, test) = (written.connection, written.test);
    let (sp_key, token, keys): (_, _, Vec<SigningKey>) = wait(store.read(move |tx| {
        let sp_key = tx.service_provider_key(connection)?.map(|key| key.to_vec());
        Ok::<_, StoreError>((sp_key, tx.test_start_token(test)?, tx.signing_keys()?))
    }))
    .unwrap();
    let attempt = written.attempt;
    let (ws, mem) = (written.member.workspace_id, written.member.id);
    let (old, new) = wait(store.read(move |tx| {
        Ok::<_, StoreError>((tx.totp_seed(ws, mem)?, tx.totp_enrolment(ws, mem)?))
    }))
    .unwrap();
    assert_eq!(old.unwrap().as_slice(), b"old seed");
    assert_eq!(new.unwrap().1.as_slice(), b"new seed");
    let mails = wait(store.read(|tx| tx.mails_due(now(), 999))).unwrap();
    assert!(mails.contains(&written.mail));
    let endpoint = written.endpoint;
    let secrets = wait(store.write(move |tx| {
        let lanes = tx.due_webhook_lanes(&[], 999, later(1_000))?;
        let lane = lanes.iter().find(|lane| lane.endpoint_id == endpoint);
        let claimed = tx.claim_webhook(lane.unwrap(), now(), now())?.unwrap();
        let secrets = claimed.secrets.iter().map(|secret| secret.to_string());
        Ok::<_, StoreError>(secrets.collect::<Vec<_>>())
    }));
    assert_eq!(secrets.unwrap(), ["whsec_new", "whsec_old"]);
    let response = wait(store.read(move |tx| tx.kept_response(attempt, now())));
    assert_eq!(response.unwrap().as_deref(), Some("PHNhbWw+"));
    assert_eq!(sp_key.as_ref(), Some(&written.sp_key));
    let next = written.next_key;
    let next_key = wait(store.read(move |tx| tx.other_service_provider_key(next))).unwrap();
    assert_eq!(next_key.as_deref(), Some(&written.sp_key));
    assert_eq!(
        token.as_ref().map(Secret::expose),
        Some(written.token.as_str())
    );
    let key = keys.iter().find(|key| key.kid() == written.kid).unwrap();
    assert_eq!(key.pkcs8(), written.pkcs8);
}

/// Version and key id of a sealed value.
fn key_id(sealed: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(sealed).unwrap()[..5].to_vec()
}

/// The key id that the sentinel is sealed under.
fn sentinel(bed: &Bed) -> Vec<u8> {
    key_id(&bed.texts("SELECT value AS text FROM settings WHERE name = 'master_key'")[0])
}

/// Every column of every table that holds a value sealed under this key, by looking at all of them.
fn columns_under(bed: &Bed, id: &[u8]) -> BTreeSet<String> {
    let columns = if bed.is_sqlite() {
        bed.texts(
            "SELECT m.name || '.' || c.name AS text FROM sqlite_master AS m, pragma_table_info(m.name) AS c
             WHERE m.type = 'table' AND c.type = 'TEXT'",
        )
    } else {
        bed.texts(
            "SELECT concat(table_name, '.', column_name) AS text FROM information_schema.columns
             WHERE table_schema = 'public' AND data_type = 'text'",
        )
    };
    assert!(columns.len() > 50, "{columns:?}");
    let holds = |column: &String| {
        let (table, column) = column.split_once('.').unwrap();
        let values = bed.texts(&format!(
            "SELECT {column} AS text FROM {table} WHERE {column} IS NOT NULL"
        ));
        let bytes = |value: &String| BASE64_STANDARD.decode(value).unwrap_or_default();
        values.iter().any(|value| bytes(value).starts_with(id))
    };
    columns.into_iter().filter(holds).collect()
}

on_both! {
    fn nothing_is_left_under_the_old_key_in_any_column(bed) {
        let (old, new) = (bed.key().clone(), MasterKey::generate().unwrap());
        let written: Vec<_> = (0..45).map(|n| fill(&bed.store(), &format!("w{n}"))).collect();
        let all: BTreeSet<_> = SEALED.map(str::to_owned).into();
        let old_id = sentinel(bed);
        assert_eq!(columns_under(bed, &old_id), all);
        let store = open(bed, keys(&[&new, &old])).unwrap();
        let late = fill(&store, "late");

        let mut seen = Vec::new();
        let outcome = wait(store.reseal(|step| seen.push((step.table, step.resealed)))).unwrap();
        // The sentinel, the key of the audit log, and those of each of the 45.
        let expected = Resealed { resealed: FILLED * 45 + 2, current: FILLED, ..Resealed::default() };
        assert_eq!(outcome, expected);
        assert_eq!(seen.last(), Some(&("settings", FILLED * 45 + 2)));
        let new_id = sentinel(bed);
        assert_ne!(new_id, old_id);
        assert_eq!(columns_under(bed, &old_id), BTreeSet::new());
        assert_eq!(columns_under(bed, &new_id), all);

        assert_eq!(open(bed, keys(&[&old])).unwrap_err(), StoreError::WrongMasterKey);
        let alone = open(bed, keys(&[&new])).unwrap();
        written.iter().chain([&late]).for_each(|written| assert_readable(&alone, written));
        // Again: nothing to do. And back, should the new key have been a mistake.
        let expected = Resealed { current: FILLED * 46 + 2, ..Resealed::default() };
        assert_eq!(reseal(&store), expected);
        let back = reseal(&open(bed, keys(&[&old, &new])).unwrap());
        assert_eq!((back.resealed, back.left_count), (FILLED * 46 + 2, 0));
        assert_readable(&open(bed, keys(&[&old])).unwrap(), &late);
    }

    fn at_every_step_two_programs_write_and_read_each_others_values(bed) {
        let (old, new) = (bed.key().clone(), MasterKey::generate().unwrap());
        let steps = [
            keys(&[&old]),
            keys(&[&old, &new]),
            keys(&[&new, &old]),
            keys(&[&new]),
        ];
        let mut written = Vec::new();
        for (step, pair) in steps.windows(2).enumerate() {
            let [before, after] = pair else { panic!("two steps") };
            if step == 2 {
                // Step 3 of the procedure, before the old key goes. A program with the new key alone
                // is refused until it is done.
                assert_eq!(open(bed, after.clone()).unwrap_err(), StoreError::WrongMasterKey);
                let outcome = reseal_beside_writers(bed, before);
                assert_eq!(outcome.left_count, 0, "{outcome:?}");
            }
            let programs = [open(bed, before.clone()).unwrap(), open(bed, after.clone()).unwrap()];
            for (number, program) in programs.iter().enumerate() {
                written.push(fill(program, &format!("step{step}-{number}")));
            }
            for program in &programs {
                written.iter().for_each(|written| assert_readable(program, written));
            }
        }
        let alone = open(bed, keys(&[&new])).unwrap();
        written.iter().for_each(|written| assert_readable(&alone, written));
        assert_eq!(open(bed, keys(&[&old])).unwrap_err(), StoreError::WrongMasterKey);
    }

    fn a_value_that_does_not_open_is_left_and_named_and_keeps_the_sentinel(bed) {
        let (old, new) = (bed.key().clone(), MasterKey::generate().unwrap());
        let (good, bad) = (fill(&bed.store(), "good"), fill(&bed.store(), "bad"));
        let id = bad.connection;
        bed.sql(&format!(
            "UPDATE connections SET sp_private_key = (SELECT c.sp_private_key FROM connections AS c
             WHERE c.id = '{}') WHERE id = '{id}'",
            good.connection
        ));
        let (store, before) = (open(bed, keys(&[&new, &old])).unwrap(), sentinel(bed));
        let outcome = reseal(&store);
        assert_eq!((outcome.resealed, outcome.left_count), (2 * FILLED - 1, 3));
        let left = [
            format!("connections/{id}/sp_private_key"),
            "settings/audit_key/value".to_owned(),
            "settings/master_key/value".to_owned(),
        ];
        assert_eq!(outcome.left, left);
        assert_eq!(sentinel(bed), before);
        assert_eq!(open(bed, keys(&[&new])).unwrap_err(), StoreError::WrongMasterKey);
        // Gone with its connection; then it can be finished.
        wait(store.write(move |tx| tx.delete_connection(id, now()))).unwrap();
        let outcome = reseal(&store);
        assert_eq!((outcome.resealed, outcome.left_count), (2, 0));
        assert_readable(&open(bed, keys(&[&new])).unwrap(), &good);
    }
}

/// Reseals while two programs at the same step write, read and change.
fn reseal_beside_writers(bed: &Bed, step: &MasterKeys) -> Resealed {
    let operator = open(bed, step.clone()).unwrap();
    let old: Vec<_> = (0..60)
        .map(|n| fill(&operator, &format!("old{n}")))
        .collect();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let writers: Vec<_> = (0..2)
            .map(|number| {
                let (program, done, old) = (open(bed, step.clone()).unwrap(), &done, &old);
                scope.spawn(move || {
                    let mut written = Vec::new();
                    // At least a few, though the other be done at once.
                    while written.len() < 5 || !done.load(Ordering::Acquire) {
                        let slug = format!("beside{number}-{}", written.len());
                        written.push(fill(&program, &slug));
                        // Ending a run takes its token away, whoever seals it anew meanwhile.
                        if let Some(run) = old.get(number + 2 * written.len()) {
                            let (id, report) = (run.test, report());
                            let ended = program.write(move |tx| {
                                tx.finish_test(
                                    id,
                                    TestState::Failed,
                                    &report,
                                    None,
                                    None,
                                    None,
                                    now(),
                                )
                            });
                            assert_eq!(wait(ended), Ok(true));
                        }
                        written
                            .iter()
                            .for_each(|written| assert_readable(&program, written));
                    }
                })
            })
            .collect();
        let outcome = reseal(&operator);
        done.store(true, Ordering::Release);
        writers
            .into_iter()
            .for_each(|writer| writer.join().unwrap());
        let zombies =
            "SELECT id AS text FROM test_runs WHERE state <> 'pending' AND start_token IS NOT NULL";
        assert_eq!(bed.texts(zombies), Vec::<String>::new());
        outcome
    })
}
