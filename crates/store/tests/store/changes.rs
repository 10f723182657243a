//! Whoever keeps copies of the configuration hears what changed: after the commit, before the answer.

use std::sync::{Arc, Mutex};

use vestibule_model::Change;
use vestibule_store::{Store, StoreError};

use crate::bed::{Bed, wait};
use crate::on_both;
use crate::samples::*;

/// A store whose news are noted.
fn listening(bed: &mut Bed) -> (Store, Arc<Mutex<Vec<Change>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let mut config = bed.config();
    let note = Arc::clone(&heard);
    config.on_change = Arc::new(move |changes| note.lock().unwrap().extend_from_slice(changes));
    (Store::open(config).unwrap(), heard)
}

on_both! {
    fn every_change_of_the_configuration_is_told(bed) {
        let (store, heard) = listening(bed);
        let take = || std::mem::take(&mut *heard.lock().unwrap());
        let acme = workspace("acme");
        let (workspace_id, mut link) = (acme.id, connection(&acme));
        let connection_id = link.id;
        let app = client();
        let client_id = app.id;

        wait(store.write({
            let (acme, link, app) = (acme.clone(), link.clone(), app);
            move |tx| {
                tx.insert_workspace(&acme)?;
                tx.insert_connection(&link, b"key")?;
                tx.insert_client(&app)
            }
        }))
        .unwrap();
        assert_eq!(take(), [Change::Workspace(workspace_id)], "nobody keeps what was not there");

        link.name = "Renamed".to_owned();
        let told = [Change::Workspace(workspace_id)];
        wait(store.write(move |tx| tx.update_connection(&link))).unwrap();
        assert_eq!(take(), told);
        wait(store.write(move |tx| tx.update_workspace(&acme))).unwrap();
        assert_eq!(take(), told);
        wait(store.write(move |tx| {
            tx.delete_connection(connection_id, now())?;
            tx.delete_client(client_id)?;
            tx.delete_workspace(workspace_id, now())
        }))
        .unwrap();
        let told = [
            Change::Connection(connection_id),
            Change::Client(client_id),
            Change::Workspace(workspace_id),
        ];
        assert_eq!(take(), told);
    }

    fn every_change_of_the_signing_keys_is_told(bed) {
        let (store, heard) = listening(bed);
        let take = || std::mem::take(&mut *heard.lock().unwrap());
        let told = [Change::SigningKeys];
        let [first, next, last] = [now(), later(600), later(700)].map(|at| [signing_key(at)]);
        wait(store.write(move |tx| tx.add_missing_signing_keys(&first))).unwrap();
        assert_eq!(take(), told);
        let again = [signing_key(now())];
        wait(store.write(move |tx| tx.add_missing_signing_keys(&again))).unwrap();
        assert_eq!(take(), [], "there was one");
        wait(store.write(move |tx| tx.rotate_signing_keys(&next, now()))).unwrap();
        assert_eq!(take(), told);
        wait(store.write(move |tx| tx.replace_signing_keys(&last, later(700)))).unwrap();
        assert_eq!(take(), told);
        wait(store.write(|tx| tx.prune(later(700)))).unwrap();
        assert_eq!(take(), []);
        wait(store.write(|tx| tx.prune(later(4300)))).unwrap();
        assert_eq!((take(), bed.count("signing_keys")), (told.to_vec(), 1));
    }

    fn what_was_undone_is_not_told(bed) {
        let (store, heard) = listening(bed);
        let acme = workspace("acme");
        let undone = wait(store.write(move |tx| -> Result<(), StoreError> {
            tx.update_workspace(&acme)?;
            Err(StoreError::Overloaded)
        }));
        assert_eq!(undone, Err(StoreError::Overloaded));
        assert_eq!(*heard.lock().unwrap(), []);
    }
}
