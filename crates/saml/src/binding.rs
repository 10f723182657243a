//! What the bindings do to a message on its way: base64 and DEFLATE.

use std::cell::RefCell;
use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use flate2::{Compress, Compression, FlushCompress, Status};

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

thread_local! {
    /// Its tables take far longer to make than a request to deflate.
    static DEFLATER: RefCell<Compress> = RefCell::new(Compress::new(Compression::default(), false));
}

/// DEFLATE without a header, then base64 (Bindings §3.4.4.1).
pub(crate) fn deflate_base64(message: &[u8]) -> std::io::Result<String> {
    DEFLATER.with_borrow_mut(|deflater| {
        deflater.reset();
        // What cannot be made shorter gets longer by a few bytes for each 32 KiB.
        let mut deflated = Vec::with_capacity(message.len() + message.len() / 1024 + 64);
        match deflater.compress_vec(message, &mut deflated, FlushCompress::Finish)? {
            Status::StreamEnd => Ok(STANDARD.encode(deflated)),
            Status::Ok | Status::BufError => Err(std::io::ErrorKind::OutOfMemory.into()),
        }
    })
}

/// Why a message of the Redirect binding could not be inflated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InflateError {
    /// Not one DEFLATE stream without a header, from the first byte to the last.
    NotDeflated,
    /// It has more bytes than are allowed.
    TooLarge,
}

/// What was deflated, of at most `max` bytes: no more than one byte beyond them is ever inflated
/// (Bindings §3.4.4.1).
pub(crate) fn inflate(bytes: &[u8], max: usize) -> Result<Vec<u8>, InflateError> {
    let cap = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let mut message = Vec::new();
    let mut decoder = DeflateDecoder::new(bytes).take(cap);
    decoder
        .read_to_end(&mut message)
        .map_err(|_broken_stream| InflateError::NotDeflated)?;
    if message.len() > max {
        return Err(InflateError::TooLarge);
    }
    // Whatever stands behind the stream would be signed and not read.
    let read = usize::try_from(decoder.into_inner().total_in()).unwrap_or(usize::MAX);
    if read == bytes.len() {
        Ok(message)
    } else {
        Err(InflateError::NotDeflated)
    }
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

/// Text that was percent-encoded in a query or form, where a plus sign is a blank; `None` if it is
/// not encoded rightly, or not UTF-8.
pub(crate) fn percent_decode(text: &str) -> Option<String> {
    let hexadecimal = |digit: u8| char::from(digit).to_digit(16);
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let (high, low) = (hexadecimal(bytes.next()?)?, hexadecimal(bytes.next()?)?);
                u8::try_from(high * 16 + low).ok()?
            }
            b'+' => b' ',
            plain => plain,
        });
    }
    String::from_utf8(decoded).ok()
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
    fn inflating_is_bounded_and_takes_every_byte() {
        let deflated = |message: &[u8]| decode_base64(&deflate_base64(message).unwrap()).unwrap();
        let message = vec![b' '; 100_000];
        let bytes = deflated(&message);
        assert!(bytes.len() < 1000, "a bomb of {} bytes", bytes.len());
        assert_eq!(inflate(&bytes, 100_000).unwrap(), message);
        assert_eq!(inflate(&bytes, 99_999), Err(InflateError::TooLarge));
        assert_eq!(inflate(&bytes, 0), Err(InflateError::TooLarge));
        let broken = Err(InflateError::NotDeflated);
        assert_eq!(inflate(&bytes[..bytes.len() - 1], 100_000), broken);
        assert_eq!(inflate(&[&bytes, &b"x"[..]].concat(), 100_000), broken);
        assert_eq!(
            inflate(&[&bytes, bytes.as_slice()].concat(), 200_000),
            broken
        );
        assert_eq!(inflate(b"<samlp:LogoutRequest/>", 100), broken);
        assert_eq!(inflate(b"", 100), broken);
        // With the header of zlib it is another format.
        let mut zlib = vec![0x78, 0x9c];
        zlib.extend(deflated(b"<a/>"));
        assert_eq!(inflate(&zlib, 100), broken);
    }

    #[test]
    fn percent_decoding_is_strict() {
        for (text, decoded) in [
            ("", Some("")),
            ("a+b%20c%2B%2f", Some("a b c+/")),
            ("%C3%A9", Some("\u{e9}")),
            ("%C3", None),
            ("%", None),
            ("%4", None),
            ("%+4", None),
            ("%g0", None),
            ("%%", None),
        ] {
            assert_eq!(percent_decode(text).as_deref(), decoded, "{text}");
        }
    }

    #[test]
    fn percent_encoding_leaves_only_unreserved_characters() {
        let mut encoded = String::new();
        percent_encode("aZ09-._~ +/=&?#%\u{e9}", &mut encoded);
        assert_eq!(encoded, "aZ09-._~%20%2B%2F%3D%26%3F%23%25%C3%A9");
    }
}
