//! The parts of a step with their values: what the template walks through.

use std::collections::BTreeMap;

use super::{AttributeTable, Field, OurValue, Part, Step, Words, acs_url_regex};
use crate::{Input, OurValues, Text, text};

/// A part with its values.
pub(crate) enum Block {
    /// A message.
    Text(&'static str),
    /// A trap.
    Note(&'static str),
    /// A value to copy.
    Copy(CopyBlock),
    /// Our certificate as a file.
    Download(Words),
    /// What to choose over there, one below the other.
    Settings(Vec<(Words, Words)>),
    /// The attributes to send.
    Attributes(&'static AttributeTable),
    /// A field to paste into.
    Paste(PasteBlock),
    /// The fields of the metadata.
    Metadata {
        /// What is folded away.
        blocks: Vec<Block>,
        /// Whether it is not: something stands in it, or is wrong with it.
        open: bool,
    },
}

/// A value to copy.
pub(crate) struct CopyBlock {
    pub(crate) id: String,
    pub(crate) label: Words,
    pub(crate) value: String,
}

/// A field to paste into.
pub(crate) struct PasteBlock {
    pub(crate) field: Field,
    pub(crate) label: Words,
    pub(crate) input: Input,
}

impl PasteBlock {
    /// The ends of the names of files that are read into it; none: it is no text of many lines.
    pub(crate) fn accept(&self) -> Option<&'static str> {
        match self.field {
            Field::Certificate => Some(".pem,.cer,.crt,.cert,.der"),
            Field::MetadataXml => Some(".xml"),
            _ => None,
        }
    }

    /// Our own name of the field, where the provider's label says another thing.
    pub(crate) fn here(&self) -> Option<Text> {
        let ours = match self.field {
            Field::SsoUrl => "guide-field-sso-url",
            Field::LogoutUrl => "guide-field-logout-url",
            Field::EntityId => "guide-field-entity-id",
            Field::Certificate | Field::MetadataUrl | Field::MetadataXml => return None,
        };
        matches!(self.label, Words::Theirs(_)).then(|| text("guide-here").with("name", text(ours)))
    }

    /// What to know before it is left empty.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self.field {
            Field::EntityId => Some("guide-hint-entity-id"),
            Field::LogoutUrl => Some("guide-hint-logout-url"),
            _ => None,
        }
    }

    /// The parts of the page that tell more about it.
    pub(crate) fn described_by(&self) -> String {
        let name = self.field.name();
        if self.here().is_some() || self.hint().is_some() {
            format!("{name}-hint {name}-said")
        } else {
            format!("{name}-said")
        }
    }
}

/// Fills the parts of steps with these values.
pub(crate) struct Filler<'a> {
    ours: &'a OurValues,
    pasted: &'a BTreeMap<Field, Input>,
    copies: usize,
}

/// The parts of a step with their values.
pub(crate) fn fill(step: &Step, ours: &OurValues, pasted: &BTreeMap<Field, Input>) -> Vec<Block> {
    let filler = &mut Filler {
        ours,
        pasted,
        copies: 0,
    };
    filler.blocks(step.parts)
}

impl Filler<'_> {
    fn blocks(&mut self, parts: &[Part]) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::with_capacity(parts.len());
        for part in parts {
            // What is set one after the other is one list.
            if let (Part::Set(label, value), Some(Block::Settings(rows))) =
                (part, blocks.last_mut())
            {
                rows.push((*label, *value));
                continue;
            }
            blocks.push(self.block(part));
        }
        blocks
    }

    fn block(&mut self, part: &Part) -> Block {
        match *part {
            Part::Text(id) => Block::Text(id),
            Part::Note(id) => Block::Note(id),
            Part::Copy(value, label) => self.copy(value, label),
            Part::Set(label, value) => Block::Settings(vec![(label, value)]),
            Part::Attributes(table) => Block::Attributes(table),
            Part::Paste(field, label) => Block::Paste(PasteBlock {
                field,
                label,
                input: self.pasted.get(&field).cloned().unwrap_or_default(),
            }),
            Part::Metadata(inner) => {
                let used = |(field, input): (&Field, &Input)| {
                    field.is_metadata() && !(input.value.is_empty() && input.error.is_none())
                };
                let open = self.pasted.iter().any(used);
                let blocks = self.blocks(inner);
                Block::Metadata { blocks, open }
            }
        }
    }

    fn copy(&mut self, value: OurValue, label: Words) -> Block {
        let value = match value {
            OurValue::EntityId => self.ours.entity_id.clone(),
            OurValue::AcsUrl => self.ours.acs_url.clone(),
            OurValue::AcsUrlRegex => acs_url_regex(&self.ours.acs_url),
            OurValue::MetadataUrl => self.ours.metadata_url.clone(),
            OurValue::SloUrl => self.ours.slo_url.clone(),
            OurValue::CertificateDownload => return Block::Download(label),
        };
        self.copies += 1;
        Block::Copy(CopyBlock {
            id: format!("copy-{}", self.copies),
            label,
            value,
        })
    }
}
