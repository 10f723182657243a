//! PingOne: our values when the application is made, its own on the tab beside.

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
            Text("guide-ping-one-create-1"),
            Text("guide-ping-one-create-2"),
        ],
    },
    Step {
        slug: "values",
        title: "guide-title-values",
        parts: &[
            Text("guide-ping-one-values-1"),
            Copy(OurValue::AcsUrl, Theirs("ACS URLs")),
            Copy(OurValue::EntityId, Theirs("Entity ID")),
            Text("guide-ping-one-values-2"),
            Set(Theirs("Subject NameID format"), Theirs(EMAIL_FORMAT)),
            Set(Theirs("Application URL"), Ours("guide-empty")),
        ],
    },
    Step {
        slug: "attributes",
        title: "guide-title-attributes",
        parts: &[
            Text("guide-ping-one-attributes-1"),
            Attributes(&AttributeTable {
                names: Ours("guide-attribute-name"),
                sources: Ours("guide-attribute-source"),
                formats: None,
                rows: &[
                    Attribute::new("saml_subject", "Email Address"),
                    Attribute::new("email", "Email Address"),
                    Attribute::new("firstName", "Given Name"),
                    Attribute::new("lastName", "Family Name"),
                ],
            }),
            Text("guide-attributes-why"),
        ],
    },
    Step {
        slug: "assign",
        title: "guide-title-assign",
        parts: &[
            Text("guide-ping-one-assign-1"),
            Note("guide-ping-one-assign-note"),
        ],
    },
    Step {
        slug: "paste",
        title: "guide-title-paste",
        parts: &[
            Text("guide-ping-one-paste-1"),
            Paste(Certificate, Theirs("Download Signing Certificate")),
            Paste(EntityId, Theirs("Issuer ID")),
            Paste(SsoUrl, Theirs("Single Signon Service")),
            Note("guide-ping-one-paste-note"),
            Metadata(&[
                Text("guide-ping-one-metadata-1"),
                Paste(MetadataXml, Theirs("Download Metadata")),
            ]),
        ],
    },
];
