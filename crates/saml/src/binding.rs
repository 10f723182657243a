//! What the bindings do to a message on its way: base64 and DEFLATE.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

/// base64 as in RFC 2045: line ends, spaces and tabs are ignored wherever they stand, and nothing
/// else is (Bindings §3.5.4). Missing padding is an error.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    // Most browsers post it in one piece.
    if let Ok(bytes) = STANDARD.decode(text) {
        return Some(bytes);
    }
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let compact: Vec<u8> = text.bytes().filter(|byte| !is_space(byte)).collect();
    if compact.len() == text.len() {
        None
    } else {
        STANDARD.decode(compact).ok()
    }
}

/// base64 in one line, as a form takes it (Bindings §3.5.4).
pub(crate) fn encode_base64(message: &[u8]) -> String {
    STANDARD.encode(message)
}

/// DEFLATE without a header, then base64 (Bindings §3.4.4.1).
pub(crate) fn deflate_base64(message: &[u8]) -> std::io::Result<String> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(message)?;
    Ok(STANDARD.encode(encoder.finish()?))
}

/// The beginning of what was deflated, if that is what `bytes` are: only to name a message that
/// came over the wrong binding.
pub(crate) fn inflated_beginning(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut beginning = Vec::new();
    DeflateDecoder::new(bytes)
        .take(64)
        .read_to_end(&mut beginning)
        .ok()?;
    Some(beginning)
}

/// Writes `text` percent-encoded: everything but the unreserved characters of RFC 3986 §2.3.
pub(crate) fn percent_encode(text: &str, into: &mut String) {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let digit = |value: u8| HEX.get(usize::from(value)).copied().unwrap_or('0');
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            into.push('%');
            into.push(digit(byte >> 4));
            into.push(digit(byte & 15));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_ignores_line_ends_and_white_space_and_nothing_else() {
        for text in ["PGEvPg==", "PGEv\r\nPg==", " P G\tEvPg=\n=\r\n"] {
            assert_eq!(
                decode_base64(text).as_deref(),
                Some(b"<a/>".as_slice()),
                "{text:?}"
            );
        }
        for text in [
            "PGEvPg",
            "PGEvPg=",
            "PGEvPg===",
            "PGEvPg==PGEvPg==",
            "PGEv-Pg==",
            "PGEv_w==",
            "PGEv%Pg==",
            "PGEv.Pg==",
            "PGEv\u{a0}Pg==",
            "PGEv\u{c}Pg==",
            "PGEv\u{b}Pg==",
            "PGEvPh==",
            "<a/>",
        ] {
            assert_eq!(decode_base64(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_is_deflated_can_be_inflated() {
        let text = deflate_base64(b"<samlp:AuthnRequest/>").unwrap();
        let bytes = decode_base64(&text).unwrap();
        assert_eq!(
            inflated_beginning(&bytes).unwrap(),
            b"<samlp:AuthnRequest/>"
        );
        assert_eq!(inflated_beginning(b"<samlp:Response>"), None);
    }

    #[test]
    fn percent_encoding_leaves_only_unreserved_characters() {
        let mut encoded = String::new();
        percent_encode("aZ09-._~ +/=&?#%\u{e9}", &mut encoded);
        assert_eq!(encoded, "aZ09-._~%20%2B%2F%3D%26%3F%23%25%C3%A9");
    }
}
