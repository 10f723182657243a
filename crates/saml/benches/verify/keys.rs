//! What a sign-in would pay for reading its keys anew.

use std::hint::black_box;

use vestibule_xmlsig::{Certificate, DecryptionKey, SigningKey};

use crate::support::{KEY, at};
use crate::time::{ROUNDS, mean, median};

pub(crate) fn print() {
    println!("Reading a certificate and its key, and a key of our own, in µs.\n");
    let (begin, end) = (at("2026-01-01T00:00:00Z"), at("2036-01-01T00:00:00Z"));
    let ecdsa = SigningKey::generate_ec_p256().unwrap();
    for (name, key) in [("RSA-2048", &*KEY), ("ECDSA P-256", &ecdsa)] {
        let pem = key
            .self_signed_certificate("idp.example", begin, end)
            .unwrap()
            .to_pem();
        print_one(&format!("{name}, a certificate in PEM"), || {
            for certificate in Certificate::parse_all(black_box(pem.as_bytes())).unwrap() {
                drop(black_box(certificate.verifying_key().unwrap()));
            }
        });
    }
    let der = KEY.to_pkcs8_der();
    print_one("RSA-2048, our own to decrypt with", || {
        drop(black_box(
            DecryptionKey::from_pkcs8_der(black_box(&der)).unwrap(),
        ));
    });
    let key = KEY.verifying_key();
    print_one("a copy of a key that was read", || {
        drop(black_box(black_box(&key).clone()));
    });
    println!();
}

fn print_one(name: &str, mut run: impl FnMut()) {
    let rounds: Vec<_> = (0..ROUNDS).map(|_| mean(5, &mut run)).collect();
    println!("{name:<36} {:>8.2}", median(rounds.into_iter()));
}
