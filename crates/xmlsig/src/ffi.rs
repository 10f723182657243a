//! The C libraries: setting them up once, canonicalising, checking and signing through xmlsec.
#![expect(
    unsafe_code,
    reason = "libxml2, libxmlsec1 and libcrypto are C libraries"
)]

mod chain;
mod dsig;
mod key;
mod setup;
mod view;

pub(crate) use chain::{Method, canonicalize, digest_is, signature_is_by};
pub(crate) use dsig::sign;
#[cfg(test)]
pub(crate) use dsig::verify_as_xmlsec_does;
pub(crate) use key::RawKey;
pub use setup::{InitError, Versions, init};
pub(crate) use setup::{drain_openssl_errors, ready, silence_libxml2};
#[cfg(feature = "bench")]
pub(crate) use view::View;

/// Why xmlsec gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// There is no canonical form.
    NotCanonicalizable,
    /// The canonical form is empty.
    Empty,
    /// Anything else; xmlsec's first reason.
    Library { reason: i32 },
}
