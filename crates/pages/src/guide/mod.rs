//! The guided setup: what an admin does at each identity provider, step by step. Data alone: the
//! provider's own words and order, and the ids of our messages.

mod blocks;
mod page;
mod provider;
mod providers;
mod validator;

pub use page::{GuidePick, GuideStep, ProviderChoice, RailState, RailStep, rail};
pub use provider::Provider;
pub use validator::acs_url_regex;

/// The steps at one identity provider, in its own order.
#[derive(Debug, Clone, Copy)]
pub struct Guide {
    /// Whose steps they are.
    pub provider: Provider,
    /// In order.
    pub steps: &'static [Step],
}

/// One page of the guide.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Its word in the address, unique within the guide.
    pub slug: &'static str,
    /// The message of its heading.
    pub title: &'static str,
    /// What stands there, from top to bottom.
    pub parts: &'static [Part],
}

/// A thing on the page of a step.
#[derive(Debug, Clone, Copy)]
pub enum Part {
    /// A message: what to do next over there.
    Text(&'static str),
    /// A message: a trap, shown so that nobody walks past it.
    Note(&'static str),
    /// A value of ours to copy, under the name that its field has over there.
    Copy(OurValue, Words),
    /// A field over there, and what to choose in it.
    Set(Words, Words),
    /// The attributes to send.
    Attributes(&'static AttributeTable),
    /// A value of the provider to paste, under the name that it has over there.
    Paste(Field, Words),
    /// The provider's metadata, in place of what is pasted above.
    Metadata(&'static [Part]),
}

/// Words on a page of the guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// The provider's own, left as its console has them.
    Theirs(&'static str),
    /// A message of ours, where the provider has no word for it.
    Ours(&'static str),
}

/// What an admin copies from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OurValue {
    /// The entity ID of this connection.
    EntityId,
    /// Where assertions are posted.
    AcsUrl,
    /// The same as a regular expression that matches nothing else.
    AcsUrlRegex,
    /// Where our metadata is.
    MetadataUrl,
    /// Where logout messages go.
    SloUrl,
    /// Our certificate, as a file.
    CertificateDownload,
}

/// What an admin pastes here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The signing certificate, or several.
    Certificate,
    /// The remote login URL.
    SsoUrl,
    /// The single-logout URL.
    LogoutUrl,
    /// The identity provider's entity ID.
    EntityId,
    /// Where its metadata is.
    MetadataUrl,
    /// The metadata itself.
    MetadataXml,
}

impl Field {
    /// Every one of them.
    pub const ALL: &'static [Self] = &[
        Self::Certificate,
        Self::SsoUrl,
        Self::LogoutUrl,
        Self::EntityId,
        Self::MetadataUrl,
        Self::MetadataXml,
    ];

    /// The name under which forms post it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Certificate => "idp_certificate",
            Self::SsoUrl => "idp_sso_url",
            Self::LogoutUrl => "idp_logout_url",
            Self::EntityId => "idp_entity_id",
            Self::MetadataUrl => "idp_metadata_url",
            Self::MetadataXml => "idp_metadata_xml",
        }
    }

    /// The field that is posted under this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|field| field.name() == name)
    }

    /// Whether it carries, alone, what the other fields would.
    #[must_use]
    pub const fn is_metadata(self) -> bool {
        matches!(self, Self::MetadataUrl | Self::MetadataXml)
    }
}

/// The attributes to send, as a table in the provider's words.
#[derive(Debug, Clone, Copy)]
pub struct AttributeTable {
    /// Over the attributes' names.
    pub names: Words,
    /// Over what they are filled from.
    pub sources: Words,
    /// Over their formats; none where there is nothing to choose.
    pub formats: Option<Words>,
    /// The attributes.
    pub rows: &'static [Attribute],
}

/// One attribute to send.
#[derive(Debug, Clone, Copy)]
pub struct Attribute {
    /// Its name, as it arrives here.
    pub name: &'static str,
    /// What it is filled from, in the provider's words.
    pub source: &'static str,
    /// Its format; empty where there is nothing to choose.
    pub format: &'static str,
}

impl Attribute {
    /// Its name in pieces, between which a line may end.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &'static str> {
        self.name.split_inclusive('/')
    }

    const fn new(name: &'static str, source: &'static str) -> Self {
        Self::formatted(name, source, "")
    }

    const fn formatted(name: &'static str, source: &'static str, format: &'static str) -> Self {
        Self {
            name,
            source,
            format,
        }
    }
}

impl Guide {
    /// The step of this word.
    #[must_use]
    pub fn step(&self, slug: &str) -> Option<&'static Step> {
        self.steps.iter().find(|step| step.slug == slug)
    }

    /// The first one; a guide has at least one.
    #[must_use]
    pub fn first(&self) -> Option<&'static Step> {
        self.steps.first()
    }

    /// The step after the one of this word; none after the last.
    #[must_use]
    pub fn after(&self, slug: &str) -> Option<&'static Step> {
        let mut rest = self.steps.iter().skip_while(|step| step.slug != slug);
        rest.nth(1)
    }

    /// The step before the one of this word; none before the first.
    #[must_use]
    pub fn before(&self, slug: &str) -> Option<&'static Step> {
        let mut rest = self.steps.iter().rev().skip_while(|step| step.slug != slug);
        rest.nth(1)
    }
}

impl Step {
    /// The parts, those of the metadata among them.
    pub fn all_parts(&self) -> impl Iterator<Item = &'static Part> {
        self.parts.iter().flat_map(|part| match part {
            Part::Metadata(inner) => inner.iter(),
            part => std::slice::from_ref(part).iter(),
        })
    }

    /// The fields to paste into, in order; none where nothing is pasted.
    pub fn fields(&self) -> impl Iterator<Item = Field> {
        self.all_parts().filter_map(|part| match part {
            Part::Paste(field, _) => Some(*field),
            _ => None,
        })
    }
}
