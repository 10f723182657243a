//! How a workspace's pages are asked to look, by the management API.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use utoipa::ToSchema;
use vestibule_model::{Branding, Colour, Logo, LogoKind};

use crate::{extract::double_option, problem::Problem, text};

/// How our pages look to the people of a workspace; an absent field is left alone, `null` clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BrandingInput)]
pub(crate) struct AskedBranding {
    /// The name above the pages: 1 to 200 characters.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>, example = "Acme")]
    name: Option<Option<String>>,
    /// The colour of buttons and links; where it cannot be read the pages take a darker or lighter shade.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>, example = "#0b5cad")]
    colour: Option<Option<String>>,
    /// The logo that stands in place of the name: a data URL of a PNG or SVG file of at most 100 KB. An
    /// SVG with scripts, or with anything from elsewhere, is refused.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>, example = "data:image/png;base64,iVBORw0KGgo…")]
    logo: Option<Option<String>>,
}

/// The same, checked.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    name: Option<Option<String>>,
    colour: Option<Option<Colour>>,
    /// The logo to keep, or that none is kept any more.
    pub(crate) logo: Option<Option<Logo>>,
}

impl Wanted {
    /// What the field `branding` of a merge patch says: nothing, away with all of it, or some of it.
    ///
    /// # Errors
    /// `invalid-value` names the field.
    pub(crate) fn read(asked: Option<Option<AskedBranding>>) -> Result<Self, Problem> {
        let asked = match asked {
            None => return Ok(Self::default()),
            Some(None) => {
                return Ok(Self {
                    name: Some(None),
                    colour: Some(None),
                    logo: Some(None),
                });
            }
            Some(Some(asked)) => asked,
        };
        Ok(Self {
            name: each(asked.name, |name| text::name("/branding/name", name))?,
            colour: each(asked.colour, colour)?,
            logo: each(asked.logo, logo)?,
        })
    }

    /// Changes what is to be changed.
    pub(crate) fn apply(&self, branding: &mut Branding) {
        if let Some(name) = &self.name {
            branding.name.clone_from(name);
        }
        if let Some(colour) = self.colour {
            branding.colour = colour;
        }
        if let Some(logo) = &self.logo {
            branding.logo = logo.as_ref().map(Logo::hash);
        }
    }
}

/// Checks a value where one is given.
fn each<T>(
    given: Option<Option<String>>,
    check: impl Fn(&str) -> Result<T, Problem>,
) -> Result<Option<Option<T>>, Problem> {
    let Some(given) = given else { return Ok(None) };
    given.as_deref().map(check).transpose().map(Some)
}

fn colour(given: &str) -> Result<Colour, Problem> {
    given.parse().map_err(|_error| {
        let expected = "a colour as #rrggbb, such as #0b5cad";
        Problem::invalid("/branding/colour", expected, start_of(given))
    })
}

fn logo(given: &str) -> Result<Logo, Problem> {
    let refused = |found: String| {
        let expected = "a PNG or SVG file of at most 100 KB as a data URL: \
                        data:image/png;base64,… or data:image/svg+xml;base64,…";
        Problem::invalid("/branding/logo", expected, found)
    };
    let kinds = LogoKind::ALL.iter();
    let told = kinds.copied().find_map(|kind| {
        let head = format!("data:{kind};base64,");
        Some((kind, given.strip_prefix(&head)?))
    });
    let Some((kind, content)) = told else {
        return Err(refused(start_of(given)));
    };
    let bytes = STANDARD.decode(content);
    let bytes = bytes.map_err(|error| refused(format!("no base64: {error}")))?;
    let logo = Logo::read(bytes).map_err(|error| refused(error.to_string()))?;
    if logo.kind() != kind {
        return Err(refused(format!("{}, called {kind}", logo.kind())));
    }
    Ok(logo)
}

/// The beginning of what was given: it may be a whole file.
fn start_of(given: &str) -> String {
    given.chars().take(40).collect()
}
