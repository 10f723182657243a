//! Responses in the clear: the ratio to the floor.

use std::hint::black_box;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use vestibule_saml::{Keys, Limits, UnverifiedResponse};
use vestibule_xmlsig::SigningKey;

use crate::documents::{Content, response, signed};
use crate::floor;
use crate::support::{EVERY_WAY, KEY, Sign, expected, now};
use crate::time::{ROUNDS, mean, median, middle, processor_time};

pub(crate) fn print() {
    println!(
        "Responses verified and validated, in µs; medians of {ROUNDS} rounds in turn, the ratio of those within a round.\n"
    );
    heading();
    let ecdsa = SigningKey::generate_ec_p256().unwrap();
    for (name, key) in [("RSA-2048", &*KEY), ("ECDSA P-256", &ecdsa)] {
        for (attributes, groups) in [(0, 2), (16, 2), (0, 500)] {
            let xml = response(Content { attributes, groups });
            for how in EVERY_WAY {
                measure(name, &signed(&xml, how, key), how, key);
            }
        }
    }
    println!();
}

pub(crate) fn heading() {
    println!(
        "{:<12} {:<22} {:>7} {:>8} {:>8} {:>6}   {:>7} {:>7} {:>9}",
        "key", "signed", "bytes", "floor", "ours", "ratio", "decode", "verify", "validate"
    );
}

fn measure(name: &str, xml: &str, how: Sign, key: &SigningKey) {
    let form_value = STANDARD.encode(xml);
    let keys = [key.verifying_key()];
    let at_the_floor = floor::Signed::new(xml, how, &keys[0]);
    let row = Measured::of(
        60_000 / (xml.len() + 2000) + 1,
        &form_value,
        &(&keys).into(),
        || {
            floor::clear(&form_value, &at_the_floor);
        },
    );
    row.print(name, &format!("{how:?}"), xml.len());
}

/// One row of a table, in microseconds.
pub(crate) struct Measured {
    pub(crate) floor: f64,
    pub(crate) ours: f64,
    pub(crate) ratio: f64,
    decode: f64,
    verify: f64,
    validate: f64,
}

impl Measured {
    pub(crate) fn of(
        iterations: usize,
        form_value: &str,
        keys: &Keys<'_>,
        at_the_floor: impl Fn(),
    ) -> Self {
        let (expected, limits) = (expected(), Limits::default());
        let mut rounds = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            let floor = mean(iterations, &at_the_floor);
            let ours = mean(iterations, || {
                let unverified =
                    UnverifiedResponse::decode(black_box(form_value), &limits).unwrap();
                let signed = unverified.verify(keys).unwrap();
                drop(black_box(signed.validate(&expected, now()).unwrap()));
            });
            let mut steps = [Duration::ZERO; 3];
            for _ in 0..iterations {
                let begin = processor_time();
                let unverified =
                    UnverifiedResponse::decode(black_box(form_value), &limits).unwrap();
                let decoded = processor_time();
                let signed = unverified.verify(keys).unwrap();
                let verified = processor_time();
                drop(black_box(signed.validate(&expected, now()).unwrap()));
                steps[0] += decoded - begin;
                steps[1] += verified - decoded;
                steps[2] += processor_time() - verified;
            }
            let iterations = u32::try_from(iterations).unwrap();
            rounds.push((floor, ours, steps.map(|step| step / iterations)));
        }
        Self {
            floor: median(rounds.iter().map(|round| round.0)),
            ours: median(rounds.iter().map(|round| round.1)),
            ratio: middle(
                rounds
                    .iter()
                    .map(|(floor, ours, _)| ours.div_duration_f64(*floor)),
            ),
            decode: median(rounds.iter().map(|round| round.2[0])),
            verify: median(rounds.iter().map(|round| round.2[1])),
            validate: median(rounds.iter().map(|round| round.2[2])),
        }
    }

    pub(crate) fn print(&self, key: &str, signed: &str, bytes: usize) {
        println!(
            "{key:<12} {signed:<22} {bytes:>7} {:>8.1} {:>8.1} {:>6.2}   {:>7.1} {:>7.1} {:>9.1}",
            self.floor, self.ours, self.ratio, self.decode, self.verify, self.validate,
        );
    }
}
