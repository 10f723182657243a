//! How an authenticator app learns a seed: an address, and the picture of it.

use qrcode::{Color, EcLevel, QrCode};
use zeroize::Zeroizing;

/// Names are clipped to this, so that every address fits into a picture that a telephone can read.
const LONGEST_ISSUER: usize = 64;
const LONGEST_ACCOUNT: usize = 320;
/// The margin that a reader needs (ISO/IEC 18004), in modules.
const QUIET_ZONE: usize = 4;

/// `otpauth://totp/…`, as the apps have it in common: the issuer twice, because some read the one and some
/// the other.
pub(crate) fn uri(secret: &str, issuer: &str, account: &str) -> Zeroizing<String> {
    let issuer = encoded(issuer, LONGEST_ISSUER);
    let account = encoded(account, LONGEST_ACCOUNT);
    Zeroizing::new(format!(
        "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}\
         &algorithm=SHA1&digits=6&period=30"
    ))
}

/// Percent-encoded but for the unreserved characters (RFC 3986 §2.3); a colon would end the issuer, so it
/// becomes a space.
fn encoded(name: &str, longest: usize) -> String {
    let mut encoded = String::new();
    let mut length = 0;
    for c in name.chars() {
        length += c.len_utf8();
        if length > longest {
            break;
        }
        let c = if c == ':' { ' ' } else { c };
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~') {
            encoded.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                encoded += &format!("%{byte:02X}");
            }
        }
    }
    encoded
}

/// The picture, always black on white whatever the page looks like: many readers take no other. It has no
/// style, no script and nothing from elsewhere, as the page's Content-Security-Policy wants it.
pub(crate) fn qr_svg(uri: &str) -> Zeroizing<String> {
    let code = QrCode::with_error_correction_level(uri, EcLevel::M);
    let (width, colors) = code.map_or((0, Vec::new()), |code| (code.width(), code.into_colors()));
    let side = width + 2 * QUIET_ZONE;
    let mut path = Zeroizing::new(String::with_capacity(colors.len() * 10));
    for (y, row) in colors.chunks(width.max(1)).enumerate() {
        // Dark neighbours of a row are one rectangle.
        let mut x = QUIET_ZONE;
        for run in row.chunk_by(|left, right| left == right) {
            let long = run.len();
            if run.first() == Some(&Color::Dark) {
                *path += &format!("M{x} {}h{long}v1h-{long}z", y + QUIET_ZONE);
            }
            x += long;
        }
    }
    Zeroizing::new(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" width=\"240\" height=\"240\" \
         role=\"img\" shape-rendering=\"crispEdges\"><title>QR code for your authenticator app</title>\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{}\"/></svg>",
        path.as_str()
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_encoded_and_never_end_the_label() {
        assert_eq!(
            *uri("GEZDGNBV", "Acme & Söhne: SSO", "anna+x@acme.example"),
            "otpauth://totp/Acme%20%26%20S%C3%B6hne%20%20SSO:anna%2Bx%40acme.example?secret=GEZDGNBV\
             &issuer=Acme%20%26%20S%C3%B6hne%20%20SSO&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn the_longest_names_fit_into_a_picture() {
        let secret = "A".repeat(32);
        let svg = qr_svg(&uri(&secret, &"ö".repeat(500), &"€".repeat(5_000)));
        assert!(svg.matches("v1h-").count() > 500);
    }

    /// Reads the picture again, module by module.
    #[test]
    fn the_picture_shows_the_address() {
        let uri = uri(
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
            "Acme",
            "anna@acme.example",
        );
        let code = QrCode::with_error_correction_level(uri.as_bytes(), EcLevel::M).unwrap();
        let svg = qr_svg(&uri);
        let (_, path) = svg.split_once("fill=\"#000\" d=\"").unwrap();
        let mut dark = BTreeSet::new();
        for run in path.split('"').next().unwrap().split_terminator('z') {
            let (place, long) = run.trim_start_matches('M').split_once('h').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            let (long, back) = long.split_once("v1h-").unwrap();
            assert_eq!(long, back, "{run}");
            let [x, y, long] = [x, y, long].map(|number| number.parse::<usize>().unwrap());
            dark.extend((x..x + long).map(|x| (x - QUIET_ZONE, y - QUIET_ZONE)));
        }
        let all = (0..code.width()).flat_map(|y| (0..code.width()).map(move |x| (x, y)));
        let expected = all.filter(|place| code[*place] == Color::Dark);
        assert_eq!(dark, expected.collect());
    }

    #[test]
    fn the_picture_says_what_it_is_and_styles_nothing() {
        let svg = qr_svg("otpauth://totp/x");
        assert!(svg.contains("<title>") && svg.contains("role=\"img\""));
        for forbidden in ["style", "script", "href", "<?xml", "currentColor"] {
            assert!(!svg.contains(forbidden), "{forbidden}");
        }
    }
}
