//! What people paste where a certificate is wanted.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use openssl::pkcs7::Pkcs7;
use openssl::pkey::PKey;
use openssl::x509::X509Req;

use crate::certificate::CertificateError;
use crate::ffi;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// The DER of what may be a certificate.
pub(crate) struct Block(pub(crate) Vec<u8>);

/// The blocks that may be certificates.
pub(crate) fn blocks(input: &[u8]) -> Result<Vec<Block>, CertificateError> {
    // DER first: it is hardly ever UTF-8, and when it is it is not base64.
    if input.first() == Some(&0x30) && std::str::from_utf8(input).is_err() {
        return Ok(vec![Block(input.to_vec())]);
    }
    let text = std::str::from_utf8(input)
        .map_err(|_error| CertificateError::Malformed { block: 1 })?
        .trim_start_matches('\u{feff}')
        .trim();
    if text.is_empty() {
        return Err(CertificateError::Empty);
    }
    if text.contains(BEGIN) {
        return pem(text);
    }
    if text.starts_with('<') {
        return Err(CertificateError::Xml);
    }
    if text.starts_with("https://") || text.starts_with("http://") {
        return Err(CertificateError::Url);
    }
    if text.starts_with("ssh-") || text.starts_with("ecdsa-sha2-") {
        return Err(CertificateError::PublicKey);
    }
    let decoded = decode(text).ok_or(CertificateError::Malformed { block: 1 })?;
    // A PEM or XML file that went through base64 once more.
    match std::str::from_utf8(&decoded).map(str::trim_start) {
        Ok(inner) if inner.starts_with(BEGIN) => pem(inner),
        Ok(inner) if inner.starts_with('<') => Err(CertificateError::Xml),
        _ => Ok(vec![Block(decoded)]),
    }
}

fn pem(text: &str) -> Result<Vec<Block>, CertificateError> {
    // A private key anywhere is the first thing to be told about.
    let labels = || {
        text.split(BEGIN)
            .skip(1)
            .filter_map(|rest| rest.split(DASHES).next())
    };
    if labels().any(|label| label.ends_with("PRIVATE KEY")) {
        return Err(CertificateError::PrivateKey);
    }
    text.split(BEGIN)
        .skip(1)
        .zip(1..)
        .map(|(rest, block)| one_block(rest, block))
        .collect()
}

/// `CERTIFICATE----- base64 -----END CERTIFICATE-----`, and text that is of no concern.
fn one_block(rest: &str, block: usize) -> Result<Block, CertificateError> {
    let malformed = CertificateError::Malformed { block };
    let (label, rest) = rest.split_once(DASHES).ok_or(malformed.clone())?;
    match label {
        "CERTIFICATE" | "X509 CERTIFICATE" => {}
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => {
            return Err(CertificateError::CertificateRequest);
        }
        "PKCS7" | "CMS" => return Err(CertificateError::Pkcs7),
        label if label.ends_with("PUBLIC KEY") => return Err(CertificateError::PublicKey),
        _ => return Err(CertificateError::UnknownBlock { block }),
    }
    let (base64, _) = rest.split_once(END).ok_or(malformed.clone())?;
    decode(base64).map(Block).ok_or(malformed)
}

/// Base64 with white space anywhere, the two characters of a `\n` copied out of JSON included.
fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.replace("\\r", "").replace("\\n", "");
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    BASE64
        .decode(compact)
        .ok()
        .filter(|decoded| !decoded.is_empty())
}

/// Names DER that is no certificate.
pub(crate) fn other_than_certificate(der: &[u8], block: usize) -> CertificateError {
    let error =
        if PKey::private_key_from_der(der).is_ok() || PKey::private_key_from_pkcs8(der).is_ok() {
            CertificateError::PrivateKey
        } else if X509Req::from_der(der).is_ok() {
            CertificateError::CertificateRequest
        } else if PKey::public_key_from_der(der).is_ok() {
            CertificateError::PublicKey
        } else if Pkcs7::from_der(der).is_ok() {
            CertificateError::Pkcs7
        } else {
            CertificateError::Malformed { block }
        };
    ffi::drain_openssl_errors();
    error
}
