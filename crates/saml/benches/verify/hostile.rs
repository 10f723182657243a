//! Documents that are made to cost, as large as they may be. The tests hold each to its outcome and to
//! its bound (`tests/suite/floods.rs`); here is what it costs.

use std::hint::black_box;
use std::time::Duration;

use vestibule_saml::{Limits, Refusal, UnverifiedResponse};

use crate::made_to_cost::{
    Flood, of_a_trusted_idp, of_strangers, signatures_that_are_floods, what_is_no_document,
    what_the_scan_refuses,
};
use crate::support::{expected, keys, now};
use crate::time::processor_time;

/// What none may cost more than.
const BOUND: Duration = Duration::from_millis(100);

type Made = fn() -> Vec<Flood>;

pub(crate) fn print() {
    println!(
        "Documents that are made to cost, up to 512 KiB each, in ms; the most of three runs. Within {} ms.\n",
        BOUND.as_millis()
    );
    let kinds: [(&str, Made); 5] = [
        ("refused by the scan", what_the_scan_refuses),
        ("no document", what_is_no_document),
        ("a flood in a signature", signatures_that_are_floods),
        ("by strangers", of_strangers),
        ("by a trusted IdP", of_a_trusted_idp),
    ];
    let mut worst: Option<(Duration, String)> = None;
    for (kind, floods) in kinds {
        for flood in floods() {
            let mut most = Duration::ZERO;
            let mut outcome = Ok(());
            for _ in 0..3 {
                let begin = processor_time();
                outcome = judge(black_box(&flood.form_value));
                most = most.max(processor_time() - begin);
            }
            let outcome = match outcome {
                Ok(()) => "accepted".to_owned(),
                Err(refusal) => format!("refused: {}", refusal.reason),
            };
            let millis = most.as_secs_f64() * 1000.0;
            println!("{millis:>7.2}  {kind:<23} {:<42} {outcome}", flood.name);
            if worst.as_ref().is_none_or(|(time, _)| most > *time) {
                worst = Some((most, format!("{kind}: {}", flood.name)));
            }
        }
    }
    let (time, name) = worst.unwrap();
    println!(
        "\nThe worst: {:.1} ms, {name}. {}\n",
        time.as_secs_f64() * 1000.0,
        if time > BOUND {
            "TOO MUCH"
        } else {
            "Within the bound."
        }
    );
}

fn judge(form_value: &str) -> Result<(), Refusal> {
    UnverifiedResponse::decode(form_value, &Limits::default())?
        .verify(&keys())?
        .validate(&expected(), now())
        .map(|_assertion| ())
}
