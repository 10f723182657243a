//! Verify and validate a response, beside the floor: what no verification can do without, by the
//! same libraries, in the same run. `cargo bench -p vestibule-saml --bench verify`, and behind `--` the
//! names of sections to run only these: `ratios`, `encrypted`, `growth`, `keys`, `hostile`.
//!
//! The floor is base64, one libxml2 parse, exclusive C14N and SHA-256 of every signed element, exclusive
//! C14N of its SignedInfo, and one verification of that by the public key; where something is encrypted,
//! one RSA operation by the private key, AES-GCM, and the parse of what comes out. Ours is the whole
//! corridor: decode, verify, validate. Both run in turn, round by round, under the allocator that the
//! server runs under. What counts is the time of this thread on a processor, so that a busy machine spoils
//! it little.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a bench prints, and fails by panicking"
)]

mod documents;
mod encrypted;
mod floor;
mod growth;
mod hostile;
mod keys;
#[path = "../../tests/support/floods/mod.rs"]
#[expect(
    dead_code,
    reason = "shared with the tests, which hold each to its outcome"
)]
mod made_to_cost;
mod ratios;
#[path = "../../tests/suite/second.rs"]
#[expect(dead_code, reason = "shared with the tests, which verify by it too")]
mod second;
#[path = "../../tests/support/mod.rs"]
#[expect(dead_code, reason = "shared with the tests, which use the rest of it")]
mod support;
mod time;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let sections: [(&str, fn()); 5] = [
        ("ratios", ratios::print),
        ("encrypted", encrypted::print),
        ("growth", growth::print),
        ("keys", keys::print),
        ("hostile", hostile::print),
    ];
    for (name, print) in sections {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            print();
        }
    }
}
