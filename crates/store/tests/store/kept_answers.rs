//! Calls that are sent again: done by one transaction, answered by all.

use vestibule_model::{ApiKeyId, KeptAnswer};
use vestibule_store::{Before, Repeatable, StoreError, Tx};

use crate::on_both;
use crate::once::{THREADS, race};
use crate::samples::*;

fn call(name: &str, request: &str) -> Repeatable {
    let key = ApiKeyId::new(now());
    // The same key each time: ids of one moment differ.
    let key = "key_0190a8e200007000800000000000000a"
        .parse()
        .unwrap_or(key);
    Repeatable::new(key, name, request.as_bytes())
}

fn answer() -> KeptAnswer {
    KeptAnswer {
        status: 201,
        body: "{\"secret\": \"shown this once\"}".to_owned(),
    }
}

/// Does something once, and keeps what it was answered.
fn done(tx: &mut Tx<'_>, call: &Repeatable) -> Result<Before, StoreError> {
    let before = tx.begin_call(call, now())?;
    if before == Before::Nothing {
        tx.keep_answer(call, &answer())?;
    }
    Ok(before)
}

on_both! {
    fn of_many_at_once_one_does_it_and_the_others_get_its_answer(bed) {
        let all = race(bed, |tx| done(tx, &call("a", "one")));
        assert_eq!(all.iter().filter(|before| **before == Before::Nothing).count(), 1);
        let answered = Before::Answered(answer());
        assert_eq!(all.iter().filter(|before| **before == answered).count(), THREADS - 1);
        bed.close();
        assert_eq!(bed.read(|tx| tx.answered_before(&call("a", "one"))), Ok(answered));
        assert_eq!(bed.write(|tx| tx.begin_call(&call("a", "two"), now())), Ok(Before::Another));
        assert_eq!(bed.write(|tx| done(tx, &call("b", "one"))), Ok(Before::Nothing));
        let other = Repeatable::new(ApiKeyId::new(now()), "a", b"one");
        assert_eq!(bed.read(move |tx| tx.answered_before(&other)), Ok(Before::Nothing));
    }

    fn what_fails_has_not_begun(bed) {
        let failed = bed.write(|tx| {
            done(tx, &call("a", "one"))?;
            Err::<(), _>(StoreError::BadCursor)
        });
        assert_eq!(failed, Err(StoreError::BadCursor));
        assert_eq!(bed.read(|tx| tx.answered_before(&call("a", "one"))), Ok(Before::Nothing));
    }

    fn an_answer_is_sealed_and_kept_for_a_day(bed) {
        bed.write(|tx| done(tx, &call("a", "one"))).unwrap();
        let kept = bed.texts("SELECT id || request_hash || answer AS text FROM kept_answers").concat();
        // Not its status too: three digits stand in sealed bytes by chance.
        for part in ["shown this once", "secret"] {
            assert!(!kept.contains(part), "{part}: {kept}");
        }
        bed.write(|tx| tx.prune(later(24 * 60 * 60))).unwrap();
        assert_eq!(bed.count("kept_answers"), 1);
        bed.write(|tx| tx.prune(later(24 * 60 * 60 + 1))).unwrap();
        assert_eq!(bed.count("kept_answers"), 0);
    }
}
