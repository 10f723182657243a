//! What a signature may look like. Everything here is decided before xmlsec is asked anything.
//!
//! xmlsec reads attributes by local name, whatever their namespace, and skips text and comments
//! between elements; so neither may be there to be read in two ways.

mod children;

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use crate::algorithm::{DSIG_NS, DigestAlgorithm, ENVELOPED, EXC_C14N, SignatureAlgorithm, XML_NS};
use crate::document::{Node, TreeNode};
use crate::element::Element;
use crate::verify_error::{VerifyError, excerpt};
use children::{Children, structure};

/// Prefixes in one `InclusiveNamespaces`: canonicalisation looks each of them up at every element.
const MAX_PREFIXES: usize = 32;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A signature that is built as it must be.
pub(crate) struct Shape<'d> {
    pub(crate) element: TreeNode<'d>,
    pub(crate) signature: TreeNode<'d>,
    pub(crate) signed_info: TreeNode<'d>,
    pub(crate) canonicalization: TreeNode<'d>,
    pub(crate) transform: TreeNode<'d>,
    pub(crate) id: String,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) signature_value: Vec<u8>,
    pub(crate) digest: DigestAlgorithm,
    pub(crate) digest_value: Vec<u8>,
}

impl<'d> Shape<'d> {
    /// Judges the signature that is a child of `element`.
    pub(crate) fn of(element: Element<'d>) -> Result<Self, VerifyError> {
        let node = in_tree(element)?;
        let signature = only_signature(element)?;
        let id = own_id(element)?;

        let mut parts = Children::of(signature, "Signature")?;
        let signed_info = parts.take("SignedInfo")?;
        let signature_value = parts.take("SignatureValue")?;
        parts.skip("KeyInfo");
        if parts.peek().is_some_and(|part| part.is(DSIG_NS, "Object")) {
            return Err(VerifyError::Object);
        }
        parts.end("at most one KeyInfo")?;
        no_foreign_attributes(signature_value, "SignatureValue")?;
        for part in signed_info.descendants() {
            no_foreign_attributes(part, "SignedInfo")?;
        }

        let mut facts = Children::of(signed_info, "SignedInfo")?;
        let canonicalization = facts.take("CanonicalizationMethod")?;
        let method = facts.take("SignatureMethod")?;
        let reference = only_reference(signed_info)?;
        facts.take("Reference")?;
        facts.end("one Reference")?;

        let named = algorithm_of(canonicalization);
        if named != EXC_C14N {
            return Err(VerifyError::Canonicalization {
                algorithm: excerpt(&named),
            });
        }
        inclusive_namespaces(canonicalization, "CanonicalizationMethod")?;
        let algorithm = signature_algorithm(method)?;
        let reference = Reference::of(reference, &id)?;
        let signature_value = only_text(signature_value, "SignatureValue")?;
        let signature_value = decode(&signature_value).ok_or(VerifyError::SignatureValue)?;
        unique_ids(node, &id)?;
        Ok(Self {
            element: node,
            signature: in_tree(signature)?,
            signed_info: in_tree(signed_info)?,
            canonicalization: in_tree(canonicalization)?,
            transform: reference.transform,
            id,
            algorithm,
            signature_value,
            digest: reference.digest,
            digest_value: reference.digest_value,
        })
    }
}

/// xmlsec works on libxml2's tree alone; `verify` brings what it judges into one.
fn in_tree(element: Element<'_>) -> Result<TreeNode<'_>, VerifyError> {
    element.in_tree().ok_or(VerifyError::NotCanonicalizable)
}

fn only_signature(element: Element<'_>) -> Result<Element<'_>, VerifyError> {
    let mut signatures = element.children_named(DSIG_NS, "Signature");
    let signature = signatures.next().ok_or(VerifyError::Unsigned)?;
    match signatures.count() {
        0 => Ok(signature),
        more => Err(VerifyError::SeveralSignatures { count: more + 1 }),
    }
}

/// Core §1.3.4, and more narrowly: ASCII, so that no two spellings look alike.
pub(crate) fn is_plain_ncname(id: &str) -> bool {
    let mut bytes = id.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

fn own_id(element: Element<'_>) -> Result<String, VerifyError> {
    let id = element.attribute("ID").unwrap_or_default();
    if id.is_empty() {
        return Err(VerifyError::MissingId);
    }
    if !is_plain_ncname(&id) {
        return Err(VerifyError::InvalidId { id: excerpt(&id) });
    }
    Ok(id.into_owned())
}

/// The ID stands once in the document, under whatever name an ID can have; and no two elements
/// share an `ID` (Core §1.3.4).
fn unique_ids(element: TreeNode<'_>, id: &str) -> Result<(), VerifyError> {
    let mut seen = 0;
    let mut ids = Vec::with_capacity(8);
    let attributes = element.tree().nodes().flat_map(TreeNode::attributes);
    for attribute in attributes {
        if !(attribute.begins_with(b'I') || attribute.begins_with(b'i')) {
            continue;
        }
        let is_id = match attribute.name() {
            "ID" | "Id" => attribute.namespace().is_none(),
            "id" => attribute
                .namespace()
                .is_none_or(|namespace| namespace == XML_NS),
            _ => false,
        };
        if !is_id {
            continue;
        }
        let value = attribute.value();
        seen += usize::from(value == id);
        if attribute.name() == "ID" {
            ids.push(value);
        }
    }
    ids.sort_unstable();
    let twice = ids
        .iter()
        .zip(ids.iter().skip(1))
        .find(|(one, next)| one == next);
    match twice {
        Some((twice, _)) => Err(VerifyError::DuplicateId { id: excerpt(twice) }),
        None if seen == 1 => Ok(()),
        None => Err(VerifyError::DuplicateId { id: excerpt(id) }),
    }
}

fn only_reference(signed_info: Element<'_>) -> Result<Element<'_>, VerifyError> {
    let mut references = signed_info.children_named(DSIG_NS, "Reference");
    let first = references.next();
    let more = references.count();
    match first {
        Some(reference) if more == 0 => Ok(reference),
        first => Err(VerifyError::References {
            count: more + usize::from(first.is_some()),
        }),
    }
}

fn signature_algorithm(method: Element<'_>) -> Result<SignatureAlgorithm, VerifyError> {
    let named = algorithm_of(method);
    let algorithm = SignatureAlgorithm::from_uri(&named)?;
    Children::of(method, "SignatureMethod")?.end("nothing")?;
    Ok(algorithm)
}

/// The one reference.
struct Reference<'d> {
    /// The transform that canonicalises.
    transform: TreeNode<'d>,
    digest: DigestAlgorithm,
    digest_value: Vec<u8>,
}

impl<'d> Reference<'d> {
    /// Same document, this element, two transforms, a digest that holds.
    fn of(reference: Element<'d>, id: &str) -> Result<Self, VerifyError> {
        leads_to(&reference.attribute("URI").unwrap_or_default(), id)?;
        let mut parts = Children::of(reference, "Reference")?;
        let transforms = parts.take("Transforms")?;
        let method = parts.take("DigestMethod")?;
        let digest_value = parts.take("DigestValue")?;
        parts.end("Transforms, DigestMethod, DigestValue")?;

        let transform = in_tree(two_transforms(transforms)?)?;
        let named = algorithm_of(method);
        let digest = DigestAlgorithm::from_uri(&named).ok_or_else(|| VerifyError::Digest {
            algorithm: excerpt(&named),
        })?;
        Children::of(method, "DigestMethod")?.end("nothing")?;
        let digest_value = only_text(digest_value, "DigestValue")?;
        let digest_value = decode(&digest_value).ok_or(VerifyError::DigestValue)?;
        Ok(Self {
            transform,
            digest,
            digest_value,
        })
    }
}

fn leads_to(uri: &str, id: &str) -> Result<(), VerifyError> {
    if uri.is_empty() {
        return Err(VerifyError::WholeDocumentReference);
    }
    let Some(fragment) = uri.strip_prefix('#') else {
        return Err(VerifyError::ExternalReference { uri: excerpt(uri) });
    };
    if fragment.contains('(') {
        return Err(VerifyError::XPointerReference { uri: excerpt(uri) });
    }
    if fragment != id {
        let expected = format!("#{}", excerpt(id));
        return Err(VerifyError::OtherElement {
            expected,
            uri: excerpt(uri),
        });
    }
    Ok(())
}

/// Enveloped-signature, then exclusive C14N, which is given back.
fn two_transforms(transforms: Element<'_>) -> Result<Element<'_>, VerifyError> {
    let mut parts = Children::of(transforms, "Transforms")?;
    let mut enveloped_first = false;
    let mut exclusive_second = None;
    let mut count = 0_usize;
    while parts.peek().is_some() {
        let transform = parts.take("Transform")?;
        let named = algorithm_of(transform);
        match &*named {
            ENVELOPED => {
                enveloped_first |= count == 0;
                no_parameters(transform)?;
            }
            EXC_C14N => {
                inclusive_namespaces(transform, "Transform")?;
                if count == 1 {
                    exclusive_second = Some(transform);
                }
            }
            _ => {
                return Err(VerifyError::Transform {
                    algorithm: excerpt(&named),
                });
            }
        }
        count += 1;
    }
    match exclusive_second {
        _ if !enveloped_first => Err(VerifyError::NotEnveloped),
        None => Err(VerifyError::NotExclusive),
        Some(_) if count > 2 => Err(VerifyError::TooManyTransforms { count }),
        Some(exclusive) => Ok(exclusive),
    }
}

/// At most one `ec:InclusiveNamespaces`, of a bounded number of prefixes.
fn inclusive_namespaces(method: Element<'_>, parent: &'static str) -> Result<(), VerifyError> {
    let mut parts = Children::of(method, parent)?;
    let Some(list) = parts.next() else {
        return Ok(());
    };
    let expected = "InclusiveNamespaces";
    if !list.is(EXC_C14N, expected) {
        return Err(structure(parent, expected, Some(list)));
    }
    parts.end("one InclusiveNamespaces")?;
    Children::of(list, expected)?.end("nothing")?;
    let prefixes = list.attribute("PrefixList").unwrap_or_default();
    if prefixes
        .split_ascii_whitespace()
        .nth(MAX_PREFIXES)
        .is_some()
    {
        return Err(VerifyError::TooManyPrefixes { max: MAX_PREFIXES });
    }
    Ok(())
}

/// Enveloped-signature takes no parameters, and xmlsec reads none. xml-crypto writes its list of
/// prefixes into this transform too, in a namespace of its own making: that alone may stand here.
fn no_parameters(enveloped: Element<'_>) -> Result<(), VerifyError> {
    let mut parts = Children::of(enveloped, "Transform")?;
    match parts.next() {
        Some(list) if list.local_name() == "InclusiveNamespaces" => {
            Children::of(list, "InclusiveNamespaces")?.end("nothing")?;
            parts.end("nothing more")
        }
        None => Ok(()),
        found => Err(structure("Transform", "nothing", found)),
    }
}

/// Base64 with white space in it; nothing is no value.
fn decode(text: &str) -> Option<Vec<u8>> {
    decode_base64(text).filter(|bytes| !bytes.is_empty())
}

/// Base64 with white space in it.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    // Many write it in one piece.
    if let Ok(bytes) = BASE64.decode(text) {
        return Some(bytes);
    }
    let mut compact = Vec::with_capacity(text.len());
    for piece in text.as_bytes().split(u8::is_ascii_whitespace) {
        compact.extend_from_slice(piece);
    }
    BASE64.decode(compact).ok()
}

fn only_text<'d>(
    element: Element<'d>,
    name: &'static str,
) -> Result<std::borrow::Cow<'d, str>, VerifyError> {
    if element.child_nodes().any(Node::is_comment) {
        return Err(VerifyError::StrayContent { parent: name });
    }
    element
        .text()
        .ok_or(VerifyError::StrayContent { parent: name })
}

fn algorithm_of(method: Element<'_>) -> std::borrow::Cow<'_, str> {
    method.attribute("Algorithm").unwrap_or_default()
}

fn no_foreign_attributes(element: Element<'_>, parent: &'static str) -> Result<(), VerifyError> {
    if element
        .attributes()
        .any(|attribute| attribute.namespace().is_some())
    {
        return Err(VerifyError::ForeignAttribute { parent });
    }
    Ok(())
}
