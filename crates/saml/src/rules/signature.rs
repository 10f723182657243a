//! Signatures, and what to say when one is not accepted.

use vestibule_xmlsig::{
    Certificate, Element, SignedBytes, VerifyError, VerifyingKey, has_signature, verify,
};

use crate::binding::decode_base64;
use crate::check::Check;
use crate::names::ns;
use crate::remedies::{Fix, Side};
use crate::report::Row;

/// The element's own signature, if it has one, verifies by one of the keys; a broken one refuses,
/// however good another may be (Core §5, §5.4). It stands directly after the Issuer, where the
/// schema has it.
pub(crate) fn signature(
    check: Check,
    element: Element<'_>,
    keys: &[VerifyingKey],
) -> (Row, Option<SignedBytes>) {
    let (row, signed, _) = judged(check, element, keys);
    (row, signed)
}

/// The same for a Response around an EncryptedAssertion, which its IdP may have encrypted too late.
pub(crate) fn around_encrypted(
    check: Check,
    element: Element<'_>,
    keys: &[VerifyingKey],
) -> (Row, Option<SignedBytes>) {
    match judged(check, element, keys) {
        (row, signed, Some(error)) => (signed_then_encrypted(row, &error), signed),
        (row, signed, None) => (row, signed),
    }
}

fn judged(
    check: Check,
    element: Element<'_>,
    keys: &[VerifyingKey],
) -> (Row, Option<SignedBytes>, Option<VerifyError>) {
    if !has_signature(element) {
        return (
            Row::skipped(check).received("not signed itself"),
            None,
            None,
        );
    }
    if !stands_after_issuer(element) {
        let row = Row::fail(check)
            .expected("the Signature directly after the Issuer")
            .received("a Signature in another place")
            .mend(Fix::Software);
        return (row, None, None);
    }
    match verify(element, keys) {
        Ok(signed) => {
            let received = format!("{} by the key {}", signed.algorithm(), signed.key());
            (Row::pass(check).received(received), Some(signed), None)
        }
        Err(error) => (failure(check, element, &error), None, Some(error)),
    }
}

/// The schema of Response and Assertion: Issuer, then Signature.
fn stands_after_issuer(element: Element<'_>) -> bool {
    let mut children = element.children();
    children
        .next()
        .is_some_and(|first| first.is(ns::ASSERTION, "Issuer"))
        && children
            .next()
            .is_some_and(|second| second.is(ns::DSIG, "Signature"))
}

/// The assertion is signed: itself, or by the Response around it (Profiles §4.1.4.5).
pub(crate) fn signed(response: Option<&SignedBytes>, assertion: Option<&SignedBytes>) -> Row {
    let expected = "a signature on the assertion or on the Response";
    let row = match (response, assertion) {
        (Some(_), Some(_)) => Row::pass(Check::Signature).received("both are signed"),
        (Some(_), None) => Row::pass(Check::Signature).received("the Response is signed"),
        (None, Some(_)) => Row::pass(Check::Signature).received("the assertion is signed"),
        (None, None) => Row::fail(Check::Signature)
            .received("neither is signed")
            .mend(Fix::Unsigned),
    };
    row.expected(expected)
}

/// Where both are signed, the assertion that stands in the Response's signed bytes is the one whose
/// own signature verified: by ID, which is unique in the document.
pub(crate) fn same_assertion(in_response: Element<'_>, own: Element<'_>) -> Option<Row> {
    let (id, own_id) = (in_response.attribute("ID"), own.attribute("ID"));
    if id.is_some() && id == own_id {
        return None;
    }
    let row = Row::fail(Check::AssertionSignature)
        .expected(own_id.unwrap_or_default())
        .received(id.unwrap_or_default())
        .mend(Fix::Altered);
    Some(row)
}

/// Signed bytes that cannot be read again within the bounds.
pub(crate) fn unreadable(check: Check) -> Row {
    Row::fail(check)
        .expected("signed content within the bounds of a message")
        .received("signed content that cannot be read")
        .mend(Fix::Software)
}

/// An IdP that signs the Response first and encrypts the assertion in it afterwards breaks its own
/// signature; what was encrypted is not looked at then.
fn signed_then_encrypted(row: Row, error: &VerifyError) -> Row {
    if *error != VerifyError::DigestMismatch {
        return row;
    }
    row.received("a Response that was signed before the assertion inside it was encrypted, or altered after signing")
        .mend(Fix::SignedThenEncrypted)
}

/// Tells apart: altered, signed by another key, by a weak one, with an algorithm that no longer
/// counts, malformed.
fn failure(check: Check, element: Element<'_>, error: &VerifyError) -> Row {
    let row = Row::fail(check);
    let row = match error.expected() {
        Some(expected) => row.expected(expected),
        None => row,
    };
    let received = error.received().unwrap_or_else(|| error.to_string());
    match error {
        VerifyError::DigestMismatch => row.received(received).mend(Fix::Altered),
        VerifyError::WrongKey => wrong_key(row, element),
        VerifyError::NoKeyForAlgorithm { algorithm } => row
            .received(format!(
                "a signature with {algorithm}; no key here is of that kind"
            ))
            .mend(Fix::Certificate),
        VerifyError::NoKeys => row.mend(Fix::Certificate),
        VerifyError::Algorithm { algorithm }
        | VerifyError::Digest { algorithm }
        | VerifyError::Hmac { algorithm } => row.received(named(algorithm)).mend(Fix::Algorithm),
        VerifyError::DuplicateId { .. }
        | VerifyError::OtherElement { .. }
        | VerifyError::SeveralSignatures { .. }
        | VerifyError::Object => row.received(received).mend(Fix::Said(
            Side::MessagePath,
            "The message is built as in an attempt to pass off unsigned content. If it comes from \
             the identity provider like this, report it to its maker.",
        )),
        _ => row.received(received).mend(Fix::Software),
    }
}

/// The outdated algorithms by the names that admins know.
fn named(algorithm: &str) -> String {
    let known = match algorithm {
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1" => "RSA-SHA1",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1" => "DSA-SHA1",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1" => "HMAC-SHA1",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1" => "ECDSA-SHA1",
        "http://www.w3.org/2000/09/xmldsig#sha1" => "SHA-1",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5" => "RSA-MD5",
        "http://www.w3.org/2001/04/xmldsig-more#md5" => "MD5",
        _ => return algorithm.to_owned(),
    };
    format!("{known} ({algorithm})")
}

/// What can be told of the key that did sign: its length from the signature, its certificate from
/// KeyInfo. Both are what the sender says, and serve the report alone.
fn wrong_key(row: Row, element: Element<'_>) -> Row {
    let Some(signature) = element.children_named(ns::DSIG, "Signature").next() else {
        return row;
    };
    let method = signature
        .children_named(ns::DSIG, "SignedInfo")
        .flat_map(|info| info.children_named(ns::DSIG, "SignatureMethod"))
        .find_map(|method| method.attribute("Algorithm"));
    let bits = signature
        .children_named(ns::DSIG, "SignatureValue")
        .find_map(|value| decode_base64(&value.text()?))
        .map(|value| value.len() * 8);
    if let Some(bits) = bits.filter(|bits| *bits < 2048)
        && method.is_some_and(|method| method.contains("#rsa-"))
    {
        return row
            .expected("an RSA key of at least 2048 bits")
            .received(format!(
                "a signature by an RSA key of {bits} bits, which is too weak"
            ))
            .mend(Fix::StrongerKey);
    }
    let row = row.mend(Fix::Certificate);
    match claimed_certificate(signature) {
        None => row.received("a signature by another key, without its certificate"),
        Some(certificate) => row.received(format!(
            "a signature by another key; the message names the certificate {} with the SHA-256 \
             fingerprint {}",
            certificate.subject(),
            certificate.fingerprint_sha256()
        )),
    }
}

/// The certificate that a KeyInfo names. Anybody may have written that; it is for telling alone.
pub(super) fn claimed_certificate(signature: Element<'_>) -> Option<Certificate> {
    let text = signature
        .children_named(ns::DSIG, "KeyInfo")
        .flat_map(|info| info.children_named(ns::DSIG, "X509Data"))
        .flat_map(|data| data.children_named(ns::DSIG, "X509Certificate"))
        .find_map(|certificate| certificate.text())?;
    Certificate::parse_all(text.as_bytes())
        .ok()?
        .into_iter()
        .next()
}
