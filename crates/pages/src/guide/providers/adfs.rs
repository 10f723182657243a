//! AD FS: a relying party trust by its wizard, then the rules for its claims.

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
        title: "guide-adfs-create-title",
        parts: &[Text("guide-adfs-create-1"), Text("guide-adfs-create-2")],
    },
    Step {
        slug: "values",
        title: "guide-title-values",
        parts: &[
            Text("guide-adfs-values-1"),
            Set(
                Theirs("Enable support for the SAML 2.0 WebSSO protocol"),
                Ours("guide-ticked"),
            ),
            Copy(
                OurValue::AcsUrl,
                Theirs("Relying party SAML 2.0 SSO service URL"),
            ),
            Text("guide-adfs-values-2"),
            Copy(OurValue::EntityId, Theirs("Relying party trust identifier")),
        ],
    },
    Step {
        slug: "assign",
        title: "guide-title-assign",
        parts: &[Text("guide-adfs-assign-1")],
    },
    Step {
        slug: "attributes",
        title: "guide-title-attributes",
        parts: &[
            Text("guide-adfs-attributes-1"),
            Attributes(&AttributeTable {
                names: Ours("guide-adfs-outgoing"),
                sources: Ours("guide-adfs-ldap"),
                formats: None,
                rows: &[
                    Attribute::new("E-Mail Address", "E-Mail-Addresses"),
                    Attribute::new("Given Name", "Given-Name"),
                    Attribute::new("Surname", "Surname"),
                ],
            }),
            Text("guide-adfs-attributes-2"),
            Set(Ours("guide-adfs-incoming"), Theirs("E-Mail Address")),
            Set(Ours("guide-adfs-outgoing"), Theirs("Name ID")),
            Set(Ours("guide-adfs-format"), Theirs("Email")),
            Note("guide-adfs-attributes-note"),
        ],
    },
    Step {
        slug: "paste",
        title: "guide-title-paste",
        parts: &[
            Text("guide-adfs-paste-1"),
            Paste(SsoUrl, Ours("guide-field-sso-url")),
            Text("guide-adfs-paste-2"),
            Paste(EntityId, Ours("guide-field-entity-id")),
            Text("guide-adfs-paste-3"),
            Paste(Certificate, Theirs("Token-signing")),
            Note("guide-adfs-paste-note-rollover"),
            Note("guide-adfs-paste-note-sign"),
            Note("guide-adfs-paste-note-clock"),
            Metadata(&[
                Text("guide-adfs-metadata-1"),
                Paste(
                    MetadataUrl,
                    Theirs("Federation metadata address (host name or URL)"),
                ),
                Paste(MetadataXml, Theirs("FederationMetadata.xml")),
            ]),
        ],
    },
];
