//! JumpCloud: one tab holds everything, and its admin makes up the entity ID.

use super::EMAIL_FORMAT;
use crate::guide::{
    Attribute, AttributeTable,
    Field::{Certificate, EntityId, MetadataXml, SsoUrl},
    OurValue,
    Part::{Attributes, Copy, Metadata, Note, Paste, Set, Text},
    Step,
    Words::{Ours, Theirs},
};

pub(crate) const STEPS: &[Step] = &[
    Step {
        slug: "create",
        title: "guide-title-create",
        parts: &[
            Text("guide-jumpcloud-create-1"),
            Text("guide-jumpcloud-create-2"),
        ],
    },
    Step {
        slug: "values",
        title: "guide-title-values",
        parts: &[
            Text("guide-jumpcloud-values-1"),
            Set(
                Theirs("IdP Entity ID"),
                Ours("guide-jumpcloud-own-entity-id"),
            ),
            Copy(OurValue::EntityId, Theirs("SP Entity ID")),
            Copy(OurValue::AcsUrl, Theirs("ACS URLs")),
            Set(Theirs("SAMLSubject NameID"), Theirs("email")),
            Set(Theirs("SAMLSubject NameID Format"), Theirs(EMAIL_FORMAT)),
            Set(Theirs("Sign"), Theirs("Assertion and Response")),
            Set(Theirs("Declare Redirect Endpoint"), Ours("guide-ticked")),
            Note("guide-jumpcloud-values-note"),
        ],
    },
    Step {
        slug: "attributes",
        title: "guide-title-attributes",
        parts: &[
            Text("guide-jumpcloud-attributes-1"),
            Attributes(&AttributeTable {
                names: Theirs("Service Provider Attribute Name"),
                sources: Theirs("JumpCloud Attribute Name"),
                formats: None,
                rows: &[
                    Attribute::new("email", "email"),
                    Attribute::new("firstName", "firstname"),
                    Attribute::new("lastName", "lastname"),
                ],
            }),
            Text("guide-attributes-why"),
        ],
    },
    Step {
        slug: "assign",
        title: "guide-title-assign",
        parts: &[
            Text("guide-jumpcloud-assign-1"),
            Note("guide-jumpcloud-assign-note"),
        ],
    },
    Step {
        slug: "paste",
        title: "guide-title-paste",
        parts: &[
            Text("guide-jumpcloud-paste-1"),
            Paste(EntityId, Theirs("IdP Entity ID")),
            Paste(SsoUrl, Theirs("IDP URL")),
            Text("guide-jumpcloud-paste-2"),
            Paste(Certificate, Theirs("Download Certificate")),
            Metadata(&[
                Text("guide-jumpcloud-metadata-1"),
                Paste(MetadataXml, Theirs("Export Metadata")),
            ]),
        ],
    },
];
