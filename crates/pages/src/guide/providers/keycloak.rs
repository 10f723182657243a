//! Keycloak: a client of a realm; its own values are the realm's.

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
        title: "guide-keycloak-create-title",
        parts: &[
            Text("guide-keycloak-create-1"),
            Text("guide-keycloak-create-2"),
        ],
    },
    Step {
        slug: "values",
        title: "guide-title-values",
        parts: &[
            Text("guide-keycloak-values-1"),
            Copy(OurValue::EntityId, Theirs("Client ID")),
            Text("guide-keycloak-values-2"),
            Copy(OurValue::AcsUrl, Theirs("Valid redirect URIs")),
            Copy(OurValue::AcsUrl, Theirs("Master SAML Processing URL")),
            Text("guide-keycloak-values-3"),
            Set(Theirs("Name ID format"), Theirs("email")),
            Set(Theirs("Force name ID format"), Ours("guide-on")),
            Set(Theirs("Force POST binding"), Ours("guide-on")),
            Set(Theirs("Include AuthnStatement"), Ours("guide-on")),
            Set(Theirs("Sign documents"), Ours("guide-on")),
            Set(Theirs("Sign assertions"), Ours("guide-on")),
            Note("guide-keycloak-values-note"),
            Text("guide-keycloak-values-4"),
            Copy(OurValue::SloUrl, Theirs("Logout Service POST Binding URL")),
        ],
    },
    Step {
        slug: "attributes",
        title: "guide-title-attributes",
        parts: &[
            Text("guide-keycloak-attributes-1"),
            Attributes(&AttributeTable {
                names: Ours("guide-attribute-name"),
                sources: Ours("guide-attribute-source"),
                formats: None,
                rows: &[
                    Attribute::new("email", "email"),
                    Attribute::new("firstName", "firstName"),
                    Attribute::new("lastName", "lastName"),
                ],
            }),
            Text("guide-attributes-why"),
        ],
    },
    Step {
        slug: "assign",
        title: "guide-title-assign",
        parts: &[Text("guide-keycloak-assign-1")],
    },
    Step {
        slug: "paste",
        title: "guide-title-paste",
        parts: &[
            Text("guide-keycloak-paste-1"),
            Paste(SsoUrl, Ours("guide-field-sso-url")),
            Text("guide-keycloak-paste-2"),
            Paste(EntityId, Ours("guide-field-entity-id")),
            Text("guide-keycloak-paste-3"),
            Paste(Certificate, Theirs("Certificate")),
            Metadata(&[
                Text("guide-keycloak-metadata-1"),
                Paste(MetadataUrl, Theirs("SAML 2.0 Identity Provider Metadata")),
                Paste(MetadataXml, Ours("guide-field-metadata-xml")),
            ]),
        ],
    },
];
