//! How a workspace looks on our pages: its name there, its colour, its logo.

use crate::LogoHash;

/// A text that is no colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a colour as #rrggbb, such as #0b5cad")]
pub struct ColourError;

/// A colour of the screen: red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Colour([u8; 3]);

impl Colour {
    /// Red, green and blue.
    #[must_use]
    pub const fn rgb(self) -> [u8; 3] {
        self.0
    }
}

impl std::str::FromStr for Colour {
    type Err = ColourError;

    fn from_str(text: &str) -> Result<Self, ColourError> {
        let digits = text.strip_prefix('#').ok_or(ColourError)?;
        // `from_str_radix` takes a sign too.
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ColourError);
        }
        let number = u32::from_str_radix(digits, 16).or(Err(ColourError))?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// How the pages of a workspace look where they do not look like the deployment's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Branding {
    /// The name above the pages.
    pub name: Option<String>,
    /// The colour of buttons and links; the pages make a shade of it that can be read.
    pub colour: Option<Colour>,
    /// Which logo stands in place of the name; the picture itself is kept apart.
    pub logo: Option<LogoHash>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_has_six_digits_and_is_shown_in_lower_case() {
        let colour: Colour = "#0B5cAd".parse().unwrap();
        assert_eq!(colour.rgb(), [0x0b, 0x5c, 0xad]);
        assert_eq!(colour.to_string(), "#0b5cad");
        for text in [
            "",
            "#",
            "0b5cad",
            "#fff",
            "#0b5cadff",
            "#+b5cad",
            "#0b5cag",
            "#é5cad",
            "red",
        ] {
            assert_eq!(text.parse::<Colour>(), Err(ColourError), "{text}");
        }
    }
}
