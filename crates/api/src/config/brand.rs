//! How our pages look.

use std::path::PathBuf;

use vestibule_model::Colour;

use super::{ConfigError, one_line};

/// How our pages look unless a workspace says otherwise.
#[derive(Debug, Clone)]
pub struct BrandSettings {
    /// The name above them; none: the service's.
    pub name: Option<String>,
    /// The colour of buttons and links.
    pub colour: Option<Colour>,
    /// The file of the logo; it is read and checked at start.
    pub logo: Option<PathBuf>,
}

impl BrandSettings {
    pub(super) fn read(
        name: Option<&str>,
        colour: Option<&str>,
        logo: Option<&str>,
    ) -> Result<Self, ConfigError> {
        let colour = colour.map(|text| {
            // Files of settings begin a comment with `#`, so it may be left away.
            let digits = text.trim().trim_start_matches('#');
            let colour = format!("#{digits}").parse();
            let expected = "a colour as rrggbb or #rrggbb, such as 0b5cad";
            colour.map_err(|_error| ConfigError::new("BRAND_COLOUR", expected, text))
        });
        if logo.is_some_and(|path| path.trim().is_empty()) {
            let expected = "the path of a PNG or SVG file";
            return Err(ConfigError::new("BRAND_LOGO", expected, "nothing"));
        }
        Ok(Self {
            name: one_line("BRAND_NAME", name)?,
            colour: colour.transpose()?,
            logo: logo.map(PathBuf::from),
        })
    }
}
