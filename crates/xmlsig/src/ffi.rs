//! The C libraries: setting them up once, and one verification or signature through xmlsec.
#![expect(
    unsafe_code,
    reason = "libxml2, libxmlsec1 and libcrypto are C libraries"
)]

mod dsig;
mod setup;

pub(crate) use dsig::{Failure, RawKey, sign, verify};
pub use setup::{InitError, Versions, init};
pub(crate) use setup::{drain_openssl_errors, ready, silence_libxml2};
