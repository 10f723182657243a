//! One `xmlSecDSigCtx` for one verification or one signature.

use std::ffi::{c_uint, c_void};
use std::ptr::{self, NonNull};
use std::slice;

use foreign_types::ForeignType;
use openssl::pkey::PKey;
use xmlsec::bindings as sec;

use super::setup::{XmlsecError, drain_errors, silence_libxml2};
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::document::Node;

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

impl Drop for RawKey {
    fn drop(&mut self) {
        // SAFETY: the key is owned by `self` alone.
        unsafe { sec::xmlSecKeyDestroy(self.0.as_ptr()) }
    }
}

/// Why xmlsec did not accept a signature.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The reference's digest is another.
    Digest,
    /// The digest is right and the signature is not this key's. `signed_info` is the canonical
    /// form that was checked.
    Signature { signed_info: Vec<u8> },
    /// The element or SignedInfo has no canonical form.
    NotCanonicalizable,
    /// The canonical form is empty.
    Empty,
    /// Anything else; xmlsec's first reason.
    Library { reason: i32 },
}

/// Owns a context; dropped before the document it worked on.
struct Context(NonNull<sec::xmlSecDSigCtx>);

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: the context is owned by `self` alone; it frees its key with it.
        unsafe { sec::xmlSecDSigCtxDestroy(self.0.as_ptr()) }
    }
}

impl Context {
    /// A context that can do nothing but what is named here: no keys manager (so KeyInfo is not
    /// read), no manifests, same-document references by ID alone, one algorithm of each kind.
    fn new(
        key: &RawKey,
        signature: SignatureAlgorithm,
        digest: DigestAlgorithm,
    ) -> Result<Self, Failure> {
        // SAFETY: the context is made here and owned from here on; the classes of transforms are
        // static; the copy of the key goes to the context, which frees it.
        unsafe {
            let context = NonNull::new(sec::xmlSecDSigCtxCreate(ptr::null_mut()))
                .map(Self)
                .ok_or_else(library_failure)?;
            let raw = context.0.as_ptr();
            // The last flag has xmlsec look a `#id` up in the table of IDs, in place of pasting
            // it into an XPointer and running XPath: the same element, a quarter of the cost, and
            // no expression for anybody to inject into.
            (*raw).flags = sec::XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS
                | sec::XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES
                | sec::XMLSEC_DSIG_FLAGS_STORE_SIGNATURE
                | sec::XMLSEC_DSIG_FLAGS_USE_VISA3D_HACK;
            (*raw).enabledReferenceUris = sec::xmlSecTransformUriTypeSameDocument;
            let exclusive = sec::xmlSecTransformExclC14NGetKlass();
            for transform in [exclusive, signature_class(signature)] {
                if sec::xmlSecDSigCtxEnableSignatureTransform(raw, transform) < 0 {
                    return Err(library_failure());
                }
            }
            let enveloped = sec::xmlSecTransformEnvelopedGetKlass();
            for transform in [enveloped, exclusive, digest_class(digest)] {
                if sec::xmlSecDSigCtxEnableReferenceTransform(raw, transform) < 0 {
                    return Err(library_failure());
                }
            }
            (*raw).signKey = sec::xmlSecKeyDuplicate(key.0.as_ptr());
            if (*raw).signKey.is_null() {
                return Err(library_failure());
            }
            Ok(context)
        }
    }

    /// The bytes that were signed: the canonical form of SignedInfo.
    fn signed_info(&self) -> Vec<u8> {
        // SAFETY: the context is live; the accessor only reads it, and may answer null.
        unsafe {
            if (*self.0.as_ptr()).preSignMemBufMethod.is_null() {
                return Vec::new();
            }
            copy(sec::xmlSecDSigCtxGetPreSignBuffer(self.0.as_ptr()))
        }
    }

    /// The one reference, if there is exactly one.
    fn reference(&self) -> Option<NonNull<sec::xmlSecDSigReferenceCtx>> {
        // SAFETY: the list is a field of the live context and holds xmlSecDSigReferenceCtx.
        unsafe {
            let list = &raw mut (*self.0.as_ptr()).signedInfoReferences;
            if sec::xmlSecPtrListGetSize(list) != 1 {
                return None;
            }
            NonNull::new(sec::xmlSecPtrListGetItem(list, 0).cast())
        }
    }
}

/// # Safety
///
/// `buffer` is null or a live buffer.
unsafe fn copy(buffer: sec::xmlSecBufferPtr) -> Vec<u8> {
    if buffer.is_null() {
        return Vec::new();
    }
    // SAFETY: by the caller's word; a buffer's data are null or at least `size` bytes long.
    unsafe {
        let data = sec::xmlSecBufferGetData(buffer);
        let size = usize::try_from(sec::xmlSecBufferGetSize(buffer)).unwrap_or(0);
        if data.is_null() || size == 0 {
            return Vec::new();
        }
        slice::from_raw_parts(data, size).to_vec()
    }
}

/// Verifies the signature at `signature` with one key, and gives back the bytes that were
/// digested. Its shape has been judged before; the ID of the element is in the document's table.
pub(crate) fn verify(
    signature: Node<'_>,
    key: &RawKey,
    algorithm: SignatureAlgorithm,
    digest: DigestAlgorithm,
) -> Result<Vec<u8>, Failure> {
    silence_libxml2();
    let context = Context::new(key, algorithm, digest)?;
    // SAFETY: context and node are live, the node's document is borrowed and stays so until the
    // context is gone; a context is used once. The two crates have their own names for one type.
    let code = unsafe {
        sec::xmlSecDSigCtxVerify(
            context.0.as_ptr(),
            signature.as_ptr().cast::<sec::xmlNode>(),
        )
    };
    let succeeded = sec::xmlSecDSigStatus_xmlSecDSigStatusSucceeded;
    // SAFETY: the context is live.
    let status = unsafe { (*context.0.as_ptr()).status };
    let reference = context.reference();
    // SAFETY: the reference belongs to the live context.
    let reference_status = reference.map(|reference| unsafe { (*reference.as_ptr()).status });

    let failed = code != 0 || status != succeeded || reference_status != Some(succeeded);
    if failed {
        return Err(why(&context, code, reference_status));
    }
    let Some(reference) = reference else {
        return Err(library_failure());
    };
    if context.signed_info().is_empty() {
        return Err(Failure::Empty);
    }
    // SAFETY: the reference belongs to the live context.
    let bytes = unsafe {
        copy(sec::xmlSecDSigReferenceCtxGetPreDigestBuffer(
            reference.as_ptr(),
        ))
    };
    if bytes.is_empty() {
        Err(Failure::Empty)
    } else {
        Ok(bytes)
    }
}

/// Code 0 alone means nothing: an invalid signature has it too.
fn why(context: &Context, code: i32, reference_status: Option<c_uint>) -> Failure {
    let invalid = sec::xmlSecDSigStatus_xmlSecDSigStatusInvalid;
    let succeeded = sec::xmlSecDSigStatus_xmlSecDSigStatusSucceeded;
    let errors = drain_errors();
    if code == 0 && reference_status == Some(invalid) {
        return Failure::Digest;
    }
    let signed_info = context.signed_info();
    if code == 0 && reference_status == Some(succeeded) {
        return Failure::Signature { signed_info };
    }
    // A signature value that is too long or too short for the key is an error to OpenSSL, and to
    // us a signature that this key did not make.
    if reference_status == Some(succeeded)
        && !signed_info.is_empty()
        && errors.iter().any(|error| {
            error
                .function
                .starts_with("xmlSecTransformVerifyNodeContent")
        })
    {
        return Failure::Signature { signed_info };
    }
    if errors
        .iter()
        .any(|error| error.function.starts_with("xmlSecTransformC14N"))
    {
        return Failure::NotCanonicalizable;
    }
    Failure::Library {
        reason: first_reason(&errors),
    }
}

fn first_reason(errors: &[XmlsecError]) -> i32 {
    errors.first().map_or(0, |error| error.reason)
}

fn library_failure() -> Failure {
    Failure::Library {
        reason: first_reason(&drain_errors()),
    }
}

/// Fills in the digest and the signature of the template at `signature`.
pub(crate) fn sign(
    signature: Node<'_>,
    key: &RawKey,
    algorithm: SignatureAlgorithm,
    digest: DigestAlgorithm,
) -> Result<(), Failure> {
    silence_libxml2();
    let context = Context::new(key, algorithm, digest)?;
    // SAFETY: context and node are live. xmlsec writes the contents of DigestValue and
    // SignatureValue, which the template left empty, so nothing borrowed from them is alive.
    let (code, status) = unsafe {
        let node = signature.as_ptr().cast::<sec::xmlNode>();
        let code = sec::xmlSecDSigCtxSign(context.0.as_ptr(), node);
        (code, (*context.0.as_ptr()).status)
    };
    if code != 0 || status != sec::xmlSecDSigStatus_xmlSecDSigStatusSucceeded {
        return Err(library_failure());
    }
    Ok(())
}

fn signature_class(algorithm: SignatureAlgorithm) -> sec::xmlSecTransformId {
    // SAFETY: the accessors return addresses of static tables.
    unsafe {
        match algorithm {
            SignatureAlgorithm::RsaSha256 => sec::xmlSecOpenSSLTransformRsaSha256GetKlass(),
            SignatureAlgorithm::RsaSha384 => sec::xmlSecOpenSSLTransformRsaSha384GetKlass(),
            SignatureAlgorithm::RsaSha512 => sec::xmlSecOpenSSLTransformRsaSha512GetKlass(),
            SignatureAlgorithm::EcdsaSha256 => sec::xmlSecOpenSSLTransformEcdsaSha256GetKlass(),
            SignatureAlgorithm::EcdsaSha384 => sec::xmlSecOpenSSLTransformEcdsaSha384GetKlass(),
            SignatureAlgorithm::EcdsaSha512 => sec::xmlSecOpenSSLTransformEcdsaSha512GetKlass(),
        }
    }
}

fn digest_class(algorithm: DigestAlgorithm) -> sec::xmlSecTransformId {
    // SAFETY: the accessors return addresses of static tables.
    unsafe {
        match algorithm {
            DigestAlgorithm::Sha256 => sec::xmlSecOpenSSLTransformSha256GetKlass(),
            DigestAlgorithm::Sha384 => sec::xmlSecOpenSSLTransformSha384GetKlass(),
            DigestAlgorithm::Sha512 => sec::xmlSecOpenSSLTransformSha512GetKlass(),
        }
    }
}
