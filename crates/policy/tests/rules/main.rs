//! The rules, from the outside: facts in, decision out.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod agreement;
mod assertion;
#[path = "../../../credential/tests/passkeys/authenticator.rs"]
mod authenticator;
mod claims;
mod decisions;
mod enabling;
mod entry;
mod identities;
mod inspecting;
mod keyring;
mod ladder;
mod local;
mod lockout;
mod metadata;
mod old_passwords;
mod preflight;
mod properties;
mod refusals;
mod renewals;
mod restrictions;
mod roles;
mod saml_grants;
mod say_so;
mod scene;
mod truth_table;
mod vouched;
