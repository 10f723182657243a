//! Opening: the file and its folder, the master key, what an error may say.

use std::os::unix::fs::PermissionsExt;

use vestibule_store::{MasterKey, Store, StoreConfig, StoreError};

use crate::bed::{Bed, wait};
use crate::on_both;

on_both! {
    fn another_master_key_is_an_error_at_start(bed) {
        wait(bed.store().ping()).unwrap();
        bed.close();
        let wrong = StoreConfig { master_keys: MasterKey::generate().unwrap().into(), ..bed.config() };
        let error = Store::open(wrong).unwrap_err();
        assert_eq!(error, StoreError::WrongMasterKey);
        assert_eq!(
            error.to_string(),
            "the master key is not the one that this database was sealed under"
        );
        wait(bed.store().ping()).unwrap();
    }

    fn two_programs_may_use_one_database(bed) {
        let (one, two) = (bed.store(), Store::open(bed.config()).unwrap());
        let ids: Vec<_> = (0..20)
            .map(|n| {
                let workspace = crate::samples::workspace(&format!("w{n}"));
                let id = workspace.id;
                let store = if n % 2 == 0 { &one } else { &two };
                wait(store.write(move |tx| tx.insert_workspace(&workspace))).unwrap();
                id
            })
            .collect();
        for id in ids {
            for store in [&one, &two] {
                let reach = vestibule_store::Reach::All;
                assert!(wait(store.read(move |tx| tx.workspace(reach, id))).unwrap().is_some());
            }
        }
    }

    fn nothing_secret_is_in_a_debug_output(bed) {
        let (config, store) = (bed.config(), bed.store());
        wait(store.ping()).unwrap();
        let key = bed.key().to_base64();
        for shown in [format!("{config:?}"), format!("{store:?}")] {
            assert!(!shown.contains(key.as_str()), "{shown}");
        }
    }
}

#[test]
fn the_sqlite_file_is_made_with_its_folder_for_its_owner_alone() {
    let mut bed = Bed::sqlite();
    wait(bed.store().ping()).unwrap();
    let mode = |path: &str| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let path = bed.path();
    let folder = path.strip_suffix("/vestibule.db").unwrap();
    assert_eq!(mode(folder), 0o700);
    for file in [path.clone(), format!("{path}-wal"), format!("{path}-shm")] {
        assert_eq!(mode(&file), 0o600, "{file}");
    }
}

#[test]
fn sqlite_keeps_a_write_ahead_log() {
    let mut bed = Bed::sqlite();
    wait(bed.store().ping()).unwrap();
    let mode = bed.texts("SELECT journal_mode AS text FROM pragma_journal_mode");
    assert_eq!(mode, ["wal"]);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let url = format!("sqlite://{}/data/vestibule.db", file.path().display());
    let config = StoreConfig::new(url, MasterKey::generate().unwrap());
    let error = Store::open(config).unwrap_err();
    assert!(matches!(error, StoreError::Config(_)), "{error}");
    assert!(error.to_string().contains("vestibule.db"), "{error}");
}

#[test]
fn a_server_that_is_not_there_is_named_without_the_password() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("postgres://ada:hunter2@127.0.0.1:{port}/vb?sslpassword=hunter3");
    let config = StoreConfig::new(url, MasterKey::generate().unwrap());
    for error in [
        Store::migrate(&config).unwrap_err(),
        Store::open(config).unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(
                text.contains(&format!("postgres://ada@127.0.0.1:{port}/vb")),
                "{text}"
            );
            assert!(!text.contains("hunter"), "{text}");
        }
    }
}
