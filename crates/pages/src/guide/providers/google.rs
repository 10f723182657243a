//! Google Workspace: a wizard that shows its own values before it asks for ours.

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
        parts: &[Text("guide-google-create-1"), Text("guide-google-create-2")],
    },
    Step {
        slug: "paste",
        title: "guide-title-paste",
        parts: &[
            Text("guide-google-paste-1"),
            Paste(SsoUrl, Theirs("SSO URL")),
            Paste(EntityId, Theirs("Entity ID")),
            Paste(Certificate, Theirs("Certificate")),
            Note("guide-google-paste-note"),
            Metadata(&[
                Text("guide-google-metadata-1"),
                Paste(MetadataXml, Theirs("DOWNLOAD METADATA")),
            ]),
        ],
    },
    Step {
        slug: "values",
        title: "guide-title-values",
        parts: &[
            Text("guide-google-values-1"),
            Copy(OurValue::AcsUrl, Theirs("ACS URL")),
            Copy(OurValue::EntityId, Theirs("Entity ID")),
            Set(Theirs("Start URL"), Ours("guide-empty")),
            Set(Theirs("Signed response"), Ours("guide-unticked")),
            Set(Theirs("Name ID format"), Theirs("EMAIL")),
            Set(
                Theirs("Name ID"),
                Theirs("Basic Information > Primary email"),
            ),
            Note("guide-google-values-note"),
        ],
    },
    Step {
        slug: "attributes",
        title: "guide-title-attributes",
        parts: &[
            Text("guide-google-attributes-1"),
            Attributes(&AttributeTable {
                names: Theirs("App attributes"),
                sources: Theirs("Google directory attributes"),
                formats: None,
                rows: &[
                    Attribute::new("email", "Primary email"),
                    Attribute::new("firstName", "First name"),
                    Attribute::new("lastName", "Last name"),
                ],
            }),
            Text("guide-attributes-why"),
        ],
    },
    Step {
        slug: "assign",
        title: "guide-title-assign",
        parts: &[
            Text("guide-google-assign-1"),
            Note("guide-google-assign-note"),
        ],
    },
];
