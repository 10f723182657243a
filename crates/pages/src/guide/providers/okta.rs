//! Okta: our values and the attributes on one page, then its own.

use crate::guide::{
    Attribute, AttributeTable,
    Field::{Certificate, EntityId, MetadataUrl, MetadataXml, SsoUrl},
    OurValue,
    Part::{Attributes, Copy, Metadata, Note, Paste, Set, Text},
    Step,
    Words::{Ours, Theirs},
};

pub(crate) const STEPS: &[Step] = &[
    Step {
        slug: "create",
        title: "guide-title-create",
        parts: &[Text("guide-okta-create-1"), Text("guide-okta-create-2")],
    },
    Step {
        slug: "values",
        title: "guide-title-values",
        parts: &[
            Text("guide-okta-values-1"),
            Copy(OurValue::AcsUrl, Theirs("Single sign-on URL")),
            Set(
                Theirs("Use this for Recipient URL and Destination URL"),
                Ours("guide-ticked"),
            ),
            Copy(OurValue::EntityId, Theirs("Audience URI (SP Entity ID)")),
            Set(Theirs("Name ID format"), Theirs("EmailAddress")),
            Set(Theirs("Application username"), Theirs("Email")),
            Note("guide-okta-values-note"),
        ],
    },
    Step {
        slug: "attributes",
        title: "guide-title-attributes",
        parts: &[
            Text("guide-okta-attributes-1"),
            Attributes(&AttributeTable {
                names: Theirs("Name"),
                sources: Theirs("Value"),
                formats: None,
                rows: &[
                    Attribute::new("email", "user.email"),
                    Attribute::new("firstName", "user.firstName"),
                    Attribute::new("lastName", "user.lastName"),
                ],
            }),
            Text("guide-attributes-why"),
        ],
    },
    Step {
        slug: "assign",
        title: "guide-title-assign",
        parts: &[Text("guide-okta-assign-1"), Note("guide-okta-assign-note")],
    },
    Step {
        slug: "paste",
        title: "guide-title-paste",
        parts: &[
            Text("guide-okta-paste-1"),
            Paste(SsoUrl, Theirs("Sign on URL")),
            Paste(EntityId, Theirs("Issuer")),
            Text("guide-okta-paste-2"),
            Paste(Certificate, Theirs("Signing Certificate")),
            Metadata(&[
                Text("guide-okta-metadata-1"),
                Paste(MetadataUrl, Theirs("Metadata URL")),
                Paste(MetadataXml, Theirs("View IdP metadata")),
            ]),
        ],
    },
];
