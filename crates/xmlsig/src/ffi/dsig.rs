//! xmlsec's own processing of a whole Signature: it signs with it, and the tests hold our
//! verification against it.

use std::ptr::{self, NonNull};

use xmlsec::bindings as sec;

use super::Failure;
use super::chain::{digest_class, library_failure, signature_class};
use super::key::RawKey;
use super::setup::silence_libxml2;
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::document::TreeNode;

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
    /// read), no manifests, same-document references alone, one algorithm of each kind.
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
            (*raw).flags = sec::XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS
                | sec::XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES;
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
            (*raw).signKey = sec::xmlSecKeyDuplicate(key.as_ptr());
            if (*raw).signKey.is_null() {
                return Err(library_failure());
            }
            Ok(context)
        }
    }

    fn succeeded(&self, code: i32) -> bool {
        // SAFETY: the context is live. Code 0 alone means nothing: an invalid signature has it
        // too.
        let status = unsafe { (*self.0.as_ptr()).status };
        code == 0 && status == sec::xmlSecDSigStatus_xmlSecDSigStatusSucceeded
    }
}

/// Fills in the digest and the signature of the template at `signature`.
pub(crate) fn sign(
    signature: TreeNode<'_>,
    key: &RawKey,
    algorithm: SignatureAlgorithm,
    digest: DigestAlgorithm,
) -> Result<(), Failure> {
    silence_libxml2();
    let context = Context::new(key, algorithm, digest)?;
    // SAFETY: context and node are live. xmlsec writes the contents of DigestValue and
    // SignatureValue, which the template left empty, so nothing borrowed from them is alive.
    let code = unsafe {
        let node = signature.as_ptr().cast::<sec::xmlNode>();
        sec::xmlSecDSigCtxSign(context.0.as_ptr(), node)
    };
    if context.succeeded(code) {
        Ok(())
    } else {
        Err(library_failure())
    }
}

/// Verifies the signature at `signature` as xmlsec would, and gives back the bytes it digested.
#[cfg(test)]
pub(crate) fn verify_as_xmlsec_does(
    signature: TreeNode<'_>,
    key: &RawKey,
    algorithm: SignatureAlgorithm,
    digest: DigestAlgorithm,
) -> Option<Vec<u8>> {
    silence_libxml2();
    let context = Context::new(key, algorithm, digest).ok()?;
    // SAFETY: context and node are live, the node's document stays borrowed until the context is
    // gone; the list holds the reference, which owns the buffer.
    unsafe {
        let raw = context.0.as_ptr();
        let code = sec::xmlSecDSigCtxVerify(raw, signature.as_ptr().cast::<sec::xmlNode>());
        let list = &raw mut (*raw).signedInfoReferences;
        if !context.succeeded(code) || sec::xmlSecPtrListGetSize(list) != 1 {
            let _ = library_failure();
            return None;
        }
        let reference = sec::xmlSecPtrListGetItem(list, 0).cast();
        let buffer = sec::xmlSecDSigReferenceCtxGetPreDigestBuffer(reference);
        let size = usize::try_from(sec::xmlSecBufferGetSize(buffer)).ok()?;
        Some(std::slice::from_raw_parts(sec::xmlSecBufferGetData(buffer), size).to_vec())
    }
}
