//! What a person reads out to support.

/// A short reference: ten characters in two groups, without letters that look like others
/// (`K7QF2-M9XBD`). It finds an attempt; it lets nobody do anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference([u8; LENGTH]);

const LENGTH: usize = 10;
/// Crockford's base 32.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A text that is no reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reference has ten letters and digits, like K7QF2-M9XBD")]
pub struct ReferenceParseError;

impl Reference {
    /// The reference that 50 of these random bits spell.
    #[must_use]
    pub fn from_random(bits: u64) -> Self {
        let mut rest = bits;
        Self(std::array::from_fn(|_| {
            let digit = usize::try_from(rest & 31).unwrap_or_default();
            rest >>= 5;
            ALPHABET.get(digit).copied().unwrap_or(b'0')
        }))
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if index == LENGTH / 2 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(*byte))?;
        }
        Ok(())
    }
}

/// As people type it: in any case, with or without the hyphen, `o` for 0 and `i` or `l` for 1.
impl std::str::FromStr for Reference {
    type Err = ReferenceParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut read = [0; LENGTH];
        let mut places = read.iter_mut();
        for byte in text.bytes().filter(|byte| !matches!(byte, b'-' | b' ')) {
            let byte = match byte.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            };
            match places.next() {
                Some(place) if ALPHABET.contains(&byte) => *place = byte,
                _ => return Err(ReferenceParseError),
            }
        }
        if places.next().is_some() {
            return Err(ReferenceParseError);
        }
        Ok(Self(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_however_it_is_typed() {
        let reference = Reference::from_random(0x0123_4567_89ab_cdef);
        let text = reference.to_string();
        assert_eq!(text.len(), LENGTH + 1);
        assert_eq!(text.parse(), Ok(reference));
        assert_eq!(text.to_lowercase().replace('-', "").parse(), Ok(reference));
        assert_eq!("OIL00-00000".parse::<Reference>(), "01100-00000".parse());
        for wrong in [
            "",
            "K7QF2-M9XB",
            "K7QF2-M9XBDD",
            "K7QF2-M9XBU",
            "K7QF2_M9XBD",
            "é7QF2-M9XB",
        ] {
            assert_eq!(
                wrong.parse::<Reference>(),
                Err(ReferenceParseError),
                "{wrong}"
            );
        }
    }

    #[test]
    fn different_bits_spell_different_references() {
        let all: std::collections::BTreeSet<_> = (0..50)
            .map(|bit| Reference::from_random(1 << bit))
            .collect();
        assert_eq!(all.len(), 50);
    }
}
