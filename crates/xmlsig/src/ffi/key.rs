//! A key as xmlsec holds it.

use std::ffi::c_void;
use std::ptr::NonNull;

use foreign_types::ForeignType;
use openssl::pkey::PKey;
use xmlsec::bindings as sec;

use super::setup::drain_errors;

// Not in the bindings of the crate: openssl/evp.h.
unsafe extern "C" {
    fn xmlSecOpenSSLEvpKeyAdopt(key: *mut c_void) -> sec::xmlSecKeyDataPtr;
}

/// A key as xmlsec holds it. It is written to once, here, and copied for every use.
pub(crate) struct RawKey(NonNull<sec::xmlSecKey>);

// SAFETY: after `adopt` the key is only read: xmlSecKeyDuplicate copies its fields and takes a
// reference to the EVP_PKEY, whose count is atomic and whose use is thread-safe in OpenSSL.
unsafe impl Send for RawKey {}
// SAFETY: as above.
unsafe impl Sync for RawKey {}

impl RawKey {
    /// Gives the key to xmlsec: the very key that was judged, not a second parse of its bytes.
    pub(crate) fn adopt<T>(key: PKey<T>) -> Option<Self> {
        // SAFETY: `as_ptr` is a live EVP_PKEY. xmlSecOpenSSLEvpKeyAdopt takes over the caller's
        // reference when it succeeds (so `key` is forgotten then, and dropped otherwise), and
        // xmlSecKeySetValue takes over the data when it succeeds.
        unsafe {
            let data = xmlSecOpenSSLEvpKeyAdopt(key.as_ptr().cast::<c_void>());
            if data.is_null() {
                drain_errors();
                return None;
            }
            std::mem::forget(key);
            let raw = NonNull::new(sec::xmlSecKeyCreate()).map(Self);
            match raw {
                Some(raw) if sec::xmlSecKeySetValue(raw.0.as_ptr(), data) >= 0 => Some(raw),
                _ => {
                    sec::xmlSecKeyDataDestroy(data);
                    drain_errors();
                    None
                }
            }
        }
    }
}

impl RawKey {
    /// For xmlsec to read.
    pub(super) fn as_ptr(&self) -> *mut sec::xmlSecKey {
        self.0.as_ptr()
    }
}

impl Drop for RawKey {
    fn drop(&mut self) {
        // SAFETY: the key is owned by `self` alone.
        unsafe { sec::xmlSecKeyDestroy(self.0.as_ptr()) }
    }
}
