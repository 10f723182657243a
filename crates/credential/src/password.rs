//! What a person typed as their password.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::{common, monotony, personal};

/// The fewest characters of a new password. NIST SP 800-63B-4 §3.1.1.2 asks for 15 where it is the only
/// factor and for 8 beside another; here a second factor is the workspace's choice.
pub const SHORTEST: usize = 12;
/// The most characters.
pub const LONGEST: usize = 256;
/// What 256 characters take at most.
const MOST_BYTES: usize = 1_024;
/// What is normalised at all: NFKC can make a text shorter, but not by more than this in any script.
const MOST_BYTES_TYPED: usize = 4 * MOST_BYTES;

/// A password as somebody typed it, in the one form of its characters that all keyboards agree on (NFKC,
/// NIST SP 800-63B §3.1.1.2). Wiped when dropped, never shown.
pub struct Password(Option<Zeroizing<String>>);

/// Why a password cannot be chosen, and what would mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than twelve characters.
    #[error("the password needs at least {SHORTEST} characters and has {found}: add a word or two")]
    TooShort {
        /// How many it has.
        found: usize,
    },
    /// More than 256 characters.
    #[error("the password is longer than {LONGEST} characters: take fewer")]
    TooLong,
    /// One of those that everybody tries first, with a few digits or two together.
    #[error(
        "the password is one that attackers try first, or made of one or two such words: \
         add words that do not belong together"
    )]
    Common,
    /// Made of the person's or the organisation's own names.
    #[error(
        "the password is made of your name, address or organisation: choose something unrelated"
    )]
    Personal,
    /// The same again and again, or a row of the keyboard's digits or letters.
    #[error("the password repeats itself: mix more different characters or words")]
    Monotonous,
}

impl PasswordError {
    /// The stable word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort { .. } => "too-short",
            Self::TooLong => "too-long",
            Self::Common => "common",
            Self::Personal => "personal",
            Self::Monotonous => "monotonous",
        }
    }
}

impl Password {
    /// Takes what was typed to sign in. Whatever it is, it is a password; one that is too long can be
    /// nobody's, and costs no more than any other.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        Self(normalised(text))
    }

    /// Takes what was typed as a new password.
    ///
    /// `personal` is what an attacker who knows the person tries: the address, its domain, the names of
    /// the person and of the workspace.
    ///
    /// # Errors
    /// [`PasswordError`] says what would make it better. No kind of character is asked for (NIST
    /// SP 800-63B §3.1.1.2).
    pub fn choose(text: &str, personal: &[&str]) -> Result<Self, PasswordError> {
        let password = normalised(text).ok_or(PasswordError::TooLong)?;
        let found = password.chars().count();
        if found < SHORTEST {
            return Err(PasswordError::TooShort { found });
        }
        let folded = fold(&password);
        if monotony::is_monotonous(&folded) {
            return Err(PasswordError::Monotonous);
        }
        if personal::is_personal(&folded, personal) {
            return Err(PasswordError::Personal);
        }
        if common::is_common(&folded) {
            return Err(PasswordError::Common);
        }
        Ok(Self(Some(password)))
    }

    /// Its bytes; none where it is longer than a password can be.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        self.0.as_ref().map(|text| text.as_bytes())
    }
}

/// Says nothing.
impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

fn normalised(text: &str) -> Option<Zeroizing<String>> {
    if text.len() > MOST_BYTES_TYPED {
        return None;
    }
    // As large as it can become, so that no half-filled copy is left behind in memory.
    let mut password = Zeroizing::new(String::with_capacity(MOST_BYTES + 4));
    for (index, c) in text.nfkc().enumerate() {
        if index >= LONGEST || password.len() + c.len_utf8() > MOST_BYTES {
            return None;
        }
        password.push(c);
    }
    Some(password)
}

/// Without regard to capitals, to be compared with words.
pub(crate) fn fold(text: &str) -> Zeroizing<String> {
    Zeroizing::new(caseless::default_case_fold_str(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PERSONAL: &[&str] = &["anna.smith@acme-corp.example", "Acme Corp", "Anna Smith"];

    fn refusal(text: &str) -> Option<PasswordError> {
        Password::choose(text, PERSONAL).err()
    }

    #[test]
    fn takes_what_nobody_guesses() {
        for text in [
            "correct horse battery staple",
            "jR7#kx92!pLw",
            "Der Mond ist aufgegangen",
            "Übermäßig säuerlich",
            "корабль плывёт домой",
            "夜空に浮かぶ丸い月を見上げる",
            "anna likes purple submarines",
            "acme-8fk2-QwZx-77",
            "83920174638201",
        ] {
            assert_eq!(refusal(text), None, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_guessed_first() {
        use PasswordError::{Common, Monotonous, Personal, TooShort};
        for (text, expected) in [
            ("", TooShort { found: 0 }),
            ("short one", TooShort { found: 9 }),
            ("elevenchars", TooShort { found: 11 }),
            ("aaaaaaaaaaaaaaaa", Monotonous),
            ("ababababababab", Monotonous),
            ("xyzzyxyzzyxyz", Monotonous),
            ("passwordpassword", Monotonous),
            ("abcdefghijklmn", Monotonous),
            ("123456789012", Monotonous),
            ("987654321098", Monotonous),
            ("112211221122122", Monotonous),
            ("qwerty123456", Common),
            ("QWERTYUIOP[]", Common),
            ("Password1234", Common),
            ("password1234!", Common),
            ("!!password2026", Common),
            ("monkeydragon", Common),
            ("Monkey-Dragon-1", Common),
            ("dragonmonkeydragon", Common),
            ("P a s s w o r d 1 2 3 4", Common),
            ("annasmith1985", Personal),
            ("Anna.Smith@acme-corp.example", Personal),
            ("AcmeCorp2026!", Personal),
            ("acme-corp-anna", Personal),
            ("Vestibule2026", Personal),
            ("acmecorppassword", Personal),
        ] {
            assert_eq!(refusal(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn counts_characters_after_normalisation() {
        // Twelve characters that become six: each pair is one letter and the accent on it.
        assert_eq!(
            refusal("e\u{301}a\u{301}i\u{301}o\u{301}u\u{301}y\u{301}"),
            Some(PasswordError::TooShort { found: 6 })
        );
        assert_eq!(
            refusal(&"語夜空月丸浮見上".repeat(32)),
            Some(PasswordError::Monotonous)
        );
        let longest: String = ('a'..='z')
            .cycle()
            .step_by(7)
            .zip(1..=LONGEST)
            .map(|(c, _)| c)
            .collect();
        assert_eq!(
            refusal(&format!("{longest}x")),
            Some(PasswordError::TooLong)
        );
        assert_eq!(refusal(&"x".repeat(1 << 20)), Some(PasswordError::TooLong));
    }

    #[test]
    fn two_keyboards_type_one_password() {
        let composed = Password::typed("Übermäßig säuerlich");
        let decomposed = Password::typed("U\u{308}berma\u{308}ßig sa\u{308}uerlich");
        assert_eq!(composed.bytes(), decomposed.bytes());
        assert_eq!(Password::typed("ｗｉｄｅ").bytes(), Some(&b"wide"[..]));
    }

    #[test]
    fn what_is_too_long_is_nobodys() {
        assert!(Password::typed(&"x".repeat(LONGEST)).bytes().is_some());
        assert!(Password::typed(&"x".repeat(LONGEST + 1)).bytes().is_none());
        // One character of this becomes eighteen.
        assert!(Password::typed(&"\u{fdfa}".repeat(100)).bytes().is_none());
    }

    #[test]
    fn debug_says_nothing() {
        assert_eq!(format!("{:?}", Password::typed("secret")), "Password(…)");
    }

    #[test]
    fn every_refusal_has_a_word_and_a_way_out() {
        for (error, word) in [
            (PasswordError::TooShort { found: 3 }, "too-short"),
            (PasswordError::TooLong, "too-long"),
            (PasswordError::Common, "common"),
            (PasswordError::Personal, "personal"),
            (PasswordError::Monotonous, "monotonous"),
        ] {
            assert_eq!(error.code(), word);
            assert!(error.to_string().contains(": "), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_typed_and_weighed(text in "\\PC{0,300}", name in "\\PC{0,40}") {
            let _ = Password::typed(&text);
            let _ = Password::choose(&text, &[&name]);
        }

        #[test]
        fn what_was_chosen_is_what_is_typed(text in "\\PC{12,40}") {
            if let Ok(chosen) = Password::choose(&text, &[]) {
                let typed = Password::typed(&text);
                prop_assert_eq!(chosen.bytes(), typed.bytes());
            }
        }
    }
}
