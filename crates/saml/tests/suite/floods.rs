//! Documents as large as they may be, made to cost: each is refused (or, where a trusted key signed
//! it, judged) within a bound of processor time.
//!
//! What counts is the time of this thread on a processor, the least of three runs, in whatever build
//! the tests run in. A run that says by `VESTIBULE_TEST_EVERY_NTH` that it is slow has no bound.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use vestibule_saml::{Limits, Refusal, UnverifiedResponse};

use crate::made_to_cost::{
    Flood, of_a_trusted_idp, of_strangers, signatures_that_are_floods, what_is_no_document,
    what_the_scan_refuses,
};
use crate::support::{every_nth, expected, keys, now};

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap(),
        u32::try_from(time.tv_nsec).unwrap(),
    )
}

fn judge(form_value: &str) -> Result<(), Refusal> {
    UnverifiedResponse::decode(form_value, &Limits::default())?
        .verify(&keys())?
        .validate(&expected(), now())
        .map(|_assertion| ())
}

/// Each is judged as it should be, and none costs more than it may.
#[track_caller]
fn assert_cheap(floods: Vec<Flood>) {
    let mut complaints = Vec::new();
    for flood in floods {
        let mut least = Duration::MAX;
        let mut outcome = Ok(());
        let runs = if every_nth() == 1 { 3 } else { 1 };
        for _ in 0..runs {
            let before = processor_time();
            outcome = judge(&flood.form_value);
            least = least.min(processor_time().saturating_sub(before));
        }
        println!(
            "{:>7.2} ms  {:>7} bytes  {}",
            least.as_secs_f64() * 1000.0,
            flood.form_value.len(),
            flood.name
        );
        if least > flood.bound && every_nth() == 1 {
            complaints.push(format!("{}: {least:?} of {:?}", flood.name, flood.bound));
        }
        match (outcome, flood.outcome) {
            (Ok(()), None) => {}
            (Ok(()), Some(_)) => complaints.push(format!("!!! {}: ACCEPTED", flood.name)),
            (Err(refusal), wanted) => {
                let row = refusal.report.first_failure().unwrap();
                let received = row.received.as_deref().unwrap_or_default();
                let right = wanted
                    .is_some_and(|(check, detail)| row.check == check && received.contains(detail));
                if !right {
                    complaints.push(format!("{}: {} ({received})", flood.name, row.check));
                }
            }
        }
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[test]
fn what_the_scan_refuses_costs_next_to_nothing() {
    assert_cheap(what_the_scan_refuses());
}

#[test]
fn form_values_that_are_no_documents_cost_next_to_nothing() {
    assert_cheap(what_is_no_document());
}

#[test]
fn signatures_that_are_floods_cost_little() {
    assert_cheap(signatures_that_are_floods());
}

#[test]
fn full_documents_of_strangers_cost_less_than_a_tenth_of_a_second() {
    assert_cheap(of_strangers());
}

/// Whoever has a trusted key may send whatever the bounds allow, and that too has an end.
#[test]
fn full_documents_of_a_trusted_idp_cost_less_than_a_tenth_of_a_second() {
    assert_cheap(of_a_trusted_idp());
}
