//! A signature with SHA-1: valid, and to be refused all the same (IIP-ALG08).
//!
//! The vault neither makes nor accepts such a thing. So an honest signature is made first, verified
//! for the canonical bytes that it covers, and then replaced.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::ecdsa::EcdsaSig;
use openssl::hash::{MessageDigest, hash};
use openssl::pkey::{Id, PKey};
use openssl::sign::Signer;
use vestibule_xmlsig::{Document, Element, Limits, SignOptions, SignaturePrefix, verify};

use crate::idp::KeyPair;
use crate::style::DSIG;

const EXC_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// Replaces the signature over the element with this ID by one of the same key with SHA-1.
pub(crate) fn weaken(xml: &str, id: &str, pair: &KeyPair, options: &SignOptions) -> Option<String> {
    let document = Document::parse(xml.as_bytes(), &Limits::default()).ok()?;
    let element = find(document.root(), id)?;
    let signed = verify(element, &[pair.key.verifying_key()]).ok()?;
    let digest = STANDARD.encode(hash(MessageDigest::sha1(), signed.as_bytes()).ok()?);

    let key = PKey::private_key_from_pkcs8(&pair.key.to_pkcs8_der()).ok()?;
    let ec = key.id() == Id::EC;
    let method = if ec {
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1"
    } else {
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
    };

    let (p, xmlns) = match options.prefix {
        SignaturePrefix::Default => ("", "xmlns"),
        SignaturePrefix::Ds => ("ds:", "xmlns:ds"),
    };
    let inclusive = match options.inclusive_namespaces.join(" ") {
        list if list.is_empty() => String::new(),
        list => format!(
            "<ec:InclusiveNamespaces xmlns:ec=\"{EXC_C14N}\" PrefixList=\"{list}\">\
             </ec:InclusiveNamespaces>"
        ),
    };
    // Written in its canonical form, so that these are the bytes to sign.
    let signed_info = format!(
        "<{p}SignedInfo {xmlns}=\"{DSIG}\">\
         <{p}CanonicalizationMethod Algorithm=\"{EXC_C14N}\"></{p}CanonicalizationMethod>\
         <{p}SignatureMethod Algorithm=\"{method}\"></{p}SignatureMethod>\
         <{p}Reference URI=\"#{id}\"><{p}Transforms>\
         <{p}Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\">\
         </{p}Transform><{p}Transform Algorithm=\"{EXC_C14N}\">{inclusive}</{p}Transform>\
         </{p}Transforms>\
         <{p}DigestMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#sha1\"></{p}DigestMethod>\
         <{p}DigestValue>{digest}</{p}DigestValue></{p}Reference></{p}SignedInfo>"
    );
    let mut signer = Signer::new(MessageDigest::sha1(), &key).ok()?;
    let mut value = signer.sign_oneshot_to_vec(signed_info.as_bytes()).ok()?;
    if ec {
        // XML signatures hold r and s side by side, not in DER (RFC 9231 §2.3.6).
        let signature = EcdsaSig::from_der(&value).ok()?;
        value = signature.r().to_vec_padded(32).ok()?;
        value.extend(signature.s().to_vec_padded(32).ok()?);
    }
    let value = STANDARD.encode(value);
    let certificate = pair.certificate.to_base64_der();

    // The last SignedInfo that begins before the reference is the one around it.
    let (before, after) = xml.split_once(&format!("URI=\"#{id}\""))?;
    let (before, _) = before.rsplit_once(&format!("<{p}Signature "))?;
    let (_, after) = after.split_once(&format!("</{p}Signature>"))?;
    Some(format!(
        "{before}<{p}Signature {xmlns}=\"{DSIG}\">{signed_info}\
         <{p}SignatureValue>{value}</{p}SignatureValue><{p}KeyInfo><{p}X509Data>\
         <{p}X509Certificate>{certificate}</{p}X509Certificate></{p}X509Data></{p}KeyInfo>\
         </{p}Signature>{after}"
    ))
}

fn find<'d>(root: Element<'d>, id: &str) -> Option<Element<'d>> {
    std::iter::once(root)
        .chain(root.children())
        .find(|element| element.attribute("ID").is_some_and(|found| found == id))
}
