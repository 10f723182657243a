//! The rules, from the outside: facts in, decision out.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod agreement;
mod assertion;
mod claims;
mod decisions;
mod enabling;
mod inspecting;
mod metadata;
mod properties;
mod refusals;
mod renewals;
mod saml_grants;
mod scene;
mod vouched;
