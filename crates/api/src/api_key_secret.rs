//! How the secret of an API key is written: recognisable, and with a checksum.

use vestibule_session::Secret;
use zeroize::Zeroizing;

/// What every API key begins with, so that a scanner recognises one that leaked.
const PREFIX: &str = "vsk_";
/// How many characters of hexadecimal are the checksum.
const CHECKSUM: usize = 8;

/// The whole text: `vsk_`, 43 characters of base64url, and the first 8 of their SHA-256 in lower-case hex.
/// Whoever finds something that looks like a key can tell whether it is one without asking us.
pub(crate) fn write(secret: &Secret) -> Zeroizing<String> {
    Zeroizing::new(format!("{PREFIX}{}{}", secret.expose(), checksum(secret)))
}

/// Reads a whole key again; none when a character is missing or wrong.
pub(crate) fn read(text: &str) -> Option<Secret> {
    let (secret, end) = text.strip_prefix(PREFIX)?.split_at_checked(43)?;
    let secret = Secret::parse(secret)?;
    (end == checksum(&secret)).then_some(secret)
}

fn checksum(secret: &Secret) -> String {
    let hash = secret.hash();
    let bytes = hash.iter().take(CHECKSUM / 2);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_no_other_spelling_does() {
        let secret = Secret::generate().unwrap();
        let text = write(&secret);
        assert_eq!(text.len(), 55);
        assert_eq!(read(&text).unwrap().hash(), secret.hash());
        for at in 0..text.len() {
            let mut wrong = text.to_string().into_bytes();
            wrong[at] = if wrong[at] == b'0' { b'1' } else { b'0' };
            let wrong = String::from_utf8(wrong).unwrap();
            assert!(read(&wrong).is_none(), "{at}");
            let short: String = text.chars().take(at).collect();
            assert!(read(&short).is_none(), "{at}");
        }
        for wrong in [
            "",
            "vsk_",
            "ö",
            &format!("{}0", text.as_str()),
            &text.to_uppercase(),
        ] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }
}
