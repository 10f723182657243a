//! Microsoft Entra ID: one page of cards, ours on top and its own below.

use crate::guide::{
    Attribute, AttributeTable,
    Field::{Certificate, EntityId, LogoutUrl, MetadataUrl, MetadataXml, SsoUrl},
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
            Text("guide-entra-create-1"),
            Text("guide-entra-create-2"),
            Text("guide-entra-create-3"),
        ],
    },
    Step {
        slug: "values",
        title: "guide-title-values",
        parts: &[
            Text("guide-entra-values-1"),
            Copy(OurValue::EntityId, Theirs("Identifier (Entity ID)")),
            Copy(
                OurValue::AcsUrl,
                Theirs("Reply URL (Assertion Consumer Service URL)"),
            ),
            Text("guide-entra-values-2"),
            Copy(OurValue::SloUrl, Theirs("Logout URL")),
        ],
    },
    Step {
        slug: "attributes",
        title: "guide-title-attributes",
        parts: &[
            Text("guide-entra-attributes-1"),
            Attributes(&AttributeTable {
                names: Ours("guide-attribute-name"),
                sources: Ours("guide-attribute-source"),
                formats: None,
                rows: &[
                    Attribute::new(
                        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
                        "user.mail",
                    ),
                    Attribute::new(
                        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
                        "user.givenname",
                    ),
                    Attribute::new(
                        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
                        "user.surname",
                    ),
                ],
            }),
            Set(
                Theirs("Unique User Identifier (Name ID)"),
                Theirs("user.userprincipalname"),
            ),
            Note("guide-entra-attributes-note"),
        ],
    },
    Step {
        slug: "assign",
        title: "guide-title-assign",
        parts: &[
            Text("guide-entra-assign-1"),
            Note("guide-entra-assign-note"),
        ],
    },
    Step {
        slug: "paste",
        title: "guide-title-paste",
        parts: &[
            Text("guide-entra-paste-1"),
            Paste(Certificate, Theirs("Certificate (Base64)")),
            Text("guide-entra-paste-2"),
            Paste(SsoUrl, Theirs("Login URL")),
            Paste(EntityId, Theirs("Microsoft Entra Identifier")),
            Paste(LogoutUrl, Theirs("Logout URL")),
            Note("guide-entra-paste-note"),
            Metadata(&[
                Text("guide-entra-metadata-1"),
                Paste(MetadataUrl, Ours("guide-field-metadata-url")),
                Paste(MetadataXml, Theirs("Federation Metadata XML")),
            ]),
        ],
    },
];
