//! OneLogin: one tab for each step.

use crate::guide::{
    Attribute, AttributeTable,
    Field::{Certificate, EntityId, LogoutUrl, MetadataXml, SsoUrl},
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
            Text("guide-onelogin-create-1"),
            Text("guide-onelogin-create-2"),
        ],
    },
    Step {
        slug: "values",
        title: "guide-title-values",
        parts: &[
            Text("guide-onelogin-values-1"),
            Set(Theirs("RelayState"), Ours("guide-empty")),
            Copy(OurValue::EntityId, Theirs("Audience (EntityID)")),
            Copy(OurValue::AcsUrl, Theirs("Recipient")),
            Copy(
                OurValue::AcsUrlRegex,
                Theirs("ACS (Consumer) URL Validator"),
            ),
            Copy(OurValue::AcsUrl, Theirs("ACS (Consumer) URL")),
            Copy(OurValue::SloUrl, Theirs("Single Logout URL")),
            Set(Theirs("SAML initiator"), Theirs("Service Provider")),
            Set(Theirs("SAML nameID format"), Theirs("Email")),
            Set(Theirs("SAML signature element"), Theirs("Assertion")),
            Note("guide-onelogin-values-note"),
        ],
    },
    Step {
        slug: "attributes",
        title: "guide-title-attributes",
        parts: &[
            Text("guide-onelogin-attributes-1"),
            Attributes(&AttributeTable {
                names: Ours("guide-attribute-name"),
                sources: Ours("guide-attribute-source"),
                formats: None,
                rows: &[
                    Attribute::new("User.email", "Email"),
                    Attribute::new("User.FirstName", "First Name"),
                    Attribute::new("User.LastName", "Last Name"),
                ],
            }),
            Set(Theirs("Include in SAML assertion"), Ours("guide-ticked")),
            Text("guide-attributes-why"),
        ],
    },
    Step {
        slug: "assign",
        title: "guide-title-assign",
        parts: &[Text("guide-onelogin-assign-1")],
    },
    Step {
        slug: "paste",
        title: "guide-title-paste",
        parts: &[
            Text("guide-onelogin-paste-1"),
            Set(Theirs("SAML Signature Algorithm"), Theirs("SHA-256")),
            Text("guide-onelogin-paste-2"),
            Paste(Certificate, Theirs("X.509 Certificate")),
            Paste(EntityId, Theirs("Issuer URL")),
            Paste(SsoUrl, Theirs("SAML 2.0 Endpoint (HTTP)")),
            Paste(LogoutUrl, Theirs("SLO Endpoint (HTTP)")),
            Note("guide-onelogin-paste-note"),
            Metadata(&[
                Text("guide-onelogin-metadata-1"),
                Paste(MetadataXml, Theirs("SAML Metadata")),
            ]),
        ],
    },
];
