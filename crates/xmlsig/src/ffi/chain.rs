//! Chains of xmlsec's transforms: from nodes to canonical bytes, from bytes to a digest or a
//! signature that holds.
//!
//! They are what `xmlSecDSigCtxVerify` is made of. It resolves a URI, makes sets of nodes, reads
//! algorithms and picks a key besides; with one reference to a known element, one algorithm of
//! each kind and one key at a time there is nothing left to resolve or to pick. So nothing in the
//! document can have xmlsec look anywhere, and a signature that no key made is refused before the
//! element is walked at all.

use std::ffi::c_uint;
use std::ptr::{self, NonNull};
use std::slice;

use xmlsec::bindings as sec;

use super::Failure;
use super::key::RawKey;
use super::setup::{drain_errors, silence_libxml2};
use super::view::View;
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::document::TreeNode;

/// What a canonicalisation is named by.
#[derive(Clone, Copy)]
pub(crate) enum Method<'d> {
    /// A `ds:CanonicalizationMethod`.
    Canonicalization(TreeNode<'d>),
    /// A `ds:Transform`.
    Transform(TreeNode<'d>),
}

/// The exclusive canonical form of `element` without its child `hidden`. `method` names that algorithm; it
/// may bring a list of inclusive namespaces, and nothing else.
pub(crate) fn canonicalize(
    element: TreeNode<'_>,
    hidden: Option<TreeNode<'_>>,
    method: Method<'_>,
) -> Result<Vec<u8>, Failure> {
    silence_libxml2();
    let chain = Chain::new()?;
    let (method, usage) = match method {
        Method::Canonicalization(method) => (method, sec::xmlSecTransformUsageC14NMethod),
        Method::Transform(method) => (method, sec::xmlSecTransformUsageDSigTransform),
    };
    let view = View::of(element, hidden);
    // SAFETY: chain, view and nodes are live. A set of type Tree without nodes is everything that
    // can be reached, which is what the view shows; it is freed here and frees nothing else.
    let bytes = unsafe {
        let exclusive = sec::xmlSecTransformExclC14NGetKlass();
        // Without a list of inclusive namespaces xmlsec has nothing to read there but the name of the
        // algorithm, which is known, and would look for among all that it has.
        let transform = if method.first_child().is_none() {
            sec::xmlSecTransformCtxCreateAndAppend(chain.0.as_ptr(), exclusive)
        } else {
            let method = method.as_ptr().cast::<sec::xmlNode>();
            sec::xmlSecTransformCtxNodeRead(chain.0.as_ptr(), method, usage)
        };
        if transform.is_null() || (*transform).id != exclusive {
            return Err(library_failure());
        }
        let document = view.document().cast::<sec::xmlDoc>();
        let everything = sec::xmlSecNodeSetCreate(
            document,
            ptr::null_mut(),
            sec::xmlSecNodeSetType_xmlSecNodeSetTree,
        );
        if everything.is_null() {
            return Err(library_failure());
        }
        // The one transform, and not the whole chain, which would end in another that only collects: the
        // last one keeps what comes out of it.
        let code = sec::xmlSecTransformPushXml(transform, everything, chain.0.as_ptr());
        sec::xmlSecNodeSetDestroy(everything);
        if code == 0
            && (*transform).status == sec::xmlSecTransformStatus_xmlSecTransformStatusFinished
        {
            Some(what_came_out(transform))
        } else {
            None
        }
    };
    drop(view);
    let Some(bytes) = bytes else {
        drain_errors();
        return Err(Failure::NotCanonicalizable);
    };
    if bytes.is_empty() {
        Err(Failure::Empty)
    } else {
        Ok(bytes)
    }
}

/// Whether `value` is the digest of `bytes`.
pub(crate) fn digest_is(
    bytes: &[u8],
    algorithm: DigestAlgorithm,
    value: &[u8],
) -> Result<bool, Failure> {
    check(bytes, digest_class(algorithm), None, value)
}

/// Whether `key` made the signature `value` of `bytes`.
pub(crate) fn signature_is_by(
    key: &RawKey,
    bytes: &[u8],
    algorithm: SignatureAlgorithm,
    value: &[u8],
) -> Result<bool, Failure> {
    check(bytes, signature_class(algorithm), Some(key), value)
}

fn check(
    bytes: &[u8],
    class: sec::xmlSecTransformId,
    key: Option<&RawKey>,
    value: &[u8],
) -> Result<bool, Failure> {
    let chain = Chain::new()?;
    let context = chain.0.as_ptr();
    let size = |bytes: &[u8]| c_uint::try_from(bytes.len()).map_err(|_overflow| Failure::Empty);
    let (bytes_size, value_size) = (size(bytes)?, size(value)?);
    // SAFETY: the chain is live and used once; the transform belongs to it; `bytes` and `value`
    // outlive the calls and are as long as is said. xmlSecTransformSetKey takes a reference of its
    // own to the EVP_PKEY inside the key and does not write to the key.
    let (code, status) = unsafe {
        let transform = sec::xmlSecTransformCtxCreateAndAppend(context, class);
        if transform.is_null() {
            return Err(library_failure());
        }
        (*transform).operation = sec::xmlSecTransformOperation_xmlSecTransformOperationVerify;
        if let Some(key) = key
            && sec::xmlSecTransformSetKey(transform, key.as_ptr()) < 0
        {
            return Err(library_failure());
        }
        // All of the bytes, and the last of them, at once: pushed, they would be taken 1 KB at a time.
        let last = 1;
        let input = &raw mut (*transform).inBuf;
        if sec::xmlSecBufferSetData(input, bytes.as_ptr(), bytes_size) < 0
            || sec::xmlSecTransformExecute(transform, last, context) < 0
        {
            return Err(library_failure());
        }
        let code = sec::xmlSecTransformVerify(transform, value.as_ptr(), value_size, context);
        (code, (*transform).status)
    };
    // A value of a length that cannot be right is an error to the library, and to us a value that
    // is not right. Code 0 alone means nothing: a value that is not right has it too.
    let holds = code == 0 && status == sec::xmlSecTransformStatus_xmlSecTransformStatusOk;
    if !holds {
        drain_errors();
    }
    Ok(holds)
}

/// Owns a chain and the transforms in it.
struct Chain(NonNull<sec::xmlSecTransformCtx>);

impl Chain {
    fn new() -> Result<Self, Failure> {
        // SAFETY: the chain is made here and owned from here on.
        let chain = NonNull::new(unsafe { sec::xmlSecTransformCtxCreate() });
        let chain = chain.map(Self).ok_or_else(library_failure)?;
        // SAFETY: the chain is live. Nothing is read from anywhere but the nodes at hand; this
        // says so once more.
        unsafe { (*chain.0.as_ptr()).enabledUris = sec::xmlSecTransformUriTypeNone };
        Ok(chain)
    }
}

/// # Safety
///
/// `transform` is live.
unsafe fn what_came_out(transform: sec::xmlSecTransformPtr) -> Vec<u8> {
    // SAFETY: by the caller's word; the buffer is a part of the transform, and its data are null or at
    // least `size` bytes long.
    unsafe {
        let buffer = &raw mut (*transform).outBuf;
        let data = sec::xmlSecBufferGetData(buffer);
        let size = usize::try_from(sec::xmlSecBufferGetSize(buffer)).unwrap_or(0);
        if data.is_null() || size == 0 {
            return Vec::new();
        }
        slice::from_raw_parts(data, size).to_vec()
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        // SAFETY: the chain is owned by `self` alone.
        unsafe { sec::xmlSecTransformCtxDestroy(self.0.as_ptr()) }
    }
}

pub(super) fn library_failure() -> Failure {
    let errors = drain_errors();
    Failure::Library {
        reason: errors.first().map_or(0, |error| error.reason),
    }
}

pub(super) fn signature_class(algorithm: SignatureAlgorithm) -> sec::xmlSecTransformId {
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

pub(super) fn digest_class(algorithm: DigestAlgorithm) -> sec::xmlSecTransformId {
    // SAFETY: the accessors return addresses of static tables.
    unsafe {
        match algorithm {
            DigestAlgorithm::Sha256 => sec::xmlSecOpenSSLTransformSha256GetKlass(),
            DigestAlgorithm::Sha384 => sec::xmlSecOpenSSLTransformSha384GetKlass(),
            DigestAlgorithm::Sha512 => sec::xmlSecOpenSSLTransformSha512GetKlass(),
        }
    }
}
