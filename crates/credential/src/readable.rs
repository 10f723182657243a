//! Codes that a person copies from paper: Crockford's base 32, which has no letters that look like digits.

use zeroize::Zeroizing;

use crate::{CredentialError, random};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUP: usize = 4;
/// White space and hyphens between the characters included.
const MOST_BYTES_TYPED: usize = 256;

/// A new code of `LENGTH` characters, 5 bits each, in groups of four.
pub(crate) fn generate<const LENGTH: usize>() -> Result<Zeroizing<String>, CredentialError> {
    let bytes = random::bytes::<LENGTH>()?;
    let mut code = Zeroizing::new(String::with_capacity(LENGTH + LENGTH / GROUP));
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 && index % GROUP == 0 {
            code.push('-');
        }
        // 256 is a multiple of 32, so every character is as likely as any other.
        code.extend(
            ALPHABET
                .get(usize::from(byte % 32))
                .copied()
                .map(char::from),
        );
    }
    Ok(code)
}

/// What was typed, without groups and look-alikes; none where it is no code of this length.
pub(crate) fn normalised(typed: &str, length: usize) -> Option<Zeroizing<String>> {
    if typed.len() > MOST_BYTES_TYPED {
        return None;
    }
    let mut code = Zeroizing::new(String::with_capacity(length));
    for c in typed.chars().filter(|&c| !separates(c)) {
        let c = match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let known = u8::try_from(c).is_ok_and(|byte| ALPHABET.contains(&byte));
        if !known || code.len() == length {
            return None;
        }
        code.push(c);
    }
    (code.len() == length).then_some(code)
}

/// What stands between groups: word processors make dashes of hyphens.
fn separates(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '_' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_a_person_makes_of_a_code() {
        let code = Some("0123456789ABCDEF");
        for typed in [
            "0123456789ABCDEF",
            "0123-4567-89AB-CDEF",
            " 0123 4567 89ab cdef ",
            "0123_4567.89ab–cdef",
            "Oi23-4567-89AB-CDEF",
            "0l23—4567—89AB—CDEF",
        ] {
            assert_eq!(
                normalised(typed, 16).as_deref().map(String::as_str),
                code,
                "{typed}"
            );
        }
        for typed in [
            "",
            "0123-4567-89AB-CDE",
            "0123-4567-89AB-CDEF0",
            "0123-4567-89AB-CDEU",
            "0123-4567-89AB-CDÉF",
            &"-".repeat(300),
        ] {
            assert_eq!(normalised(typed, 16), None, "{typed}");
        }
    }

    #[test]
    fn a_new_code_is_grouped_and_reads_back() {
        let code = generate::<16>().unwrap();
        assert_eq!(
            code.split('-').map(str::len).collect::<Vec<_>>(),
            [4, 4, 4, 4]
        );
        assert_eq!(*normalised(&code, 16).unwrap(), code.replace('-', ""));
        assert_ne!(code, generate::<16>().unwrap());
    }

    proptest! {
        #[test]
        fn reads_anything(typed in "\\PC{0,80}") {
            let code = normalised(&typed, 16);
            prop_assert!(code.is_none_or(|code| code.len() == 16));
        }

        #[test]
        fn case_groups_and_look_alikes_do_not_matter(code in "[0-9A-HJKMNP-TV-Z]{16}", lower: bool, step in 1..17_usize) {
            let mut typed: String = if lower { code.to_lowercase() } else { code.clone() };
            typed = typed.replace('0', "O").replace('1', "l");
            typed.insert(step.min(typed.len()), ' ');
            let read = normalised(&typed, 16).unwrap();
            prop_assert_eq!(read.as_str(), code);
        }
    }
}
