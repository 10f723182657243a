//! A second implementation of XML signatures, written by others in another language of libraries:
//! its own parser, its own canonicalisation, its own arithmetic.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bergshamra::c14n::{C14nMode, canonicalize_doc};
use bergshamra::dsig::verify::verify_all_document;
use bergshamra::keys::loader::{load_pem_auto, load_spki_der};
use bergshamra::xml::document::XmlDocument;
use bergshamra::xml::nodeset::NodeSet;
use bergshamra::{DsigContext, KeysManager, VerifyResult};
use vestibule_xmlsig::{SigningKey, VerifyingKey};

/// The bytes that it finds signed by `key` under the reference to `id`, canonicalised with these
/// prefixes made inclusive; none if it does not accept the signature.
pub(crate) fn signed_bytes(
    xml: &str,
    id: &str,
    key: &VerifyingKey,
    inclusive: &[&str],
) -> Result<Vec<u8>, String> {
    let mut keys = KeysManager::new();
    let spki = key.to_spki_der().map_err(|error| error.to_string())?;
    keys.add_key(load_spki_der(&spki).map_err(|error| error.to_string())?);
    let context = DsigContext::new(keys);
    let document = XmlDocument::parse(xml.to_owned()).map_err(|error| error.to_string())?;
    let document = document.parse_doc().map_err(|error| error.to_string())?;
    let results = verify_all_document(&context, &document).map_err(|error| error.to_string())?;
    let wanted = format!("#{id}");
    let mut reasons = Vec::new();
    for result in results {
        let (signature, references) = match result {
            VerifyResult::Valid {
                signature_node,
                references,
                ..
            } => (signature_node, references),
            VerifyResult::Invalid { reason } => {
                reasons.push(reason);
                continue;
            }
        };
        let [reference] = references.as_slice() else {
            continue;
        };
        if let (true, Some(node)) = (reference.uri == wanted, reference.resolved_node) {
            let signature = NodeSet::tree_with_comments(signature, &document);
            let covered = NodeSet::tree_without_comments(node, &document).subtract(&signature);
            return canonicalize_doc(&document, C14nMode::Exclusive, Some(&covered), inclusive)
                .map_err(|error| error.to_string());
        }
    }
    Err(format!("no valid signature of {id}: {reasons:?}"))
}

/// Signs the element with this ID behind the first Issuer that follows it, whatever it may hold.
pub(crate) fn sign(xml: &str, id: &str, key: &SigningKey) -> String {
    let body = STANDARD.encode(key.to_pkcs8_der());
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        lines.join("\n")
    );
    let mut keys = KeysManager::new();
    keys.add_key(load_pem_auto(pem.as_bytes(), None).unwrap());
    let template = format!(
        concat!(
            r##"<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>"##,
            r##"<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>"##,
            r##"<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>"##,
            r##"<ds:Reference URI="#{id}"><ds:Transforms>"##,
            r##"<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>"##,
            r##"<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>"##,
            r##"<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>"##,
            r##"<ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>"##,
        ),
        id = id
    );
    let at = xml.find(&format!("ID=\"{id}\"")).unwrap();
    let at = at + xml[at..].find("</saml:Issuer>").unwrap() + "</saml:Issuer>".len();
    let (head, tail) = xml.split_at(at);
    bergshamra::sign(&DsigContext::new(keys), &format!("{head}{template}{tail}")).unwrap()
}
