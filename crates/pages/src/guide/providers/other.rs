//! Any other identity provider: the same in the words that most of them use.

use super::EMAIL_FORMAT;
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
        parts: &[Text("guide-other-create-1"), Text("guide-other-create-2")],
    },
    Step {
        slug: "values",
        title: "guide-title-values",
        parts: &[
            Text("guide-other-values-1"),
            Copy(OurValue::MetadataUrl, Ours("guide-other-our-metadata")),
            Text("guide-other-values-2"),
            Copy(OurValue::EntityId, Ours("guide-other-our-entity-id")),
            Copy(OurValue::AcsUrl, Ours("guide-other-our-acs-url")),
            Copy(OurValue::SloUrl, Ours("guide-other-our-slo-url")),
            Copy(
                OurValue::CertificateDownload,
                Ours("guide-other-our-certificate"),
            ),
            Set(Ours("guide-other-name-id"), Theirs(EMAIL_FORMAT)),
            Set(Ours("guide-other-signed"), Ours("guide-other-signed-value")),
            Set(Ours("guide-other-algorithm"), Theirs("RSA-SHA256")),
            Note("guide-other-values-note"),
        ],
    },
    Step {
        slug: "attributes",
        title: "guide-title-attributes",
        parts: &[
            Text("guide-other-attributes-1"),
            Attributes(&AttributeTable {
                names: Ours("guide-attribute-name"),
                sources: Ours("guide-attribute-source"),
                formats: None,
                rows: &[
                    Attribute::new("email", "mail"),
                    Attribute::new("firstName", "givenName"),
                    Attribute::new("lastName", "sn"),
                ],
            }),
            Text("guide-attributes-why"),
        ],
    },
    Step {
        slug: "assign",
        title: "guide-title-assign",
        parts: &[
            Text("guide-other-assign-1"),
            Note("guide-other-assign-note"),
        ],
    },
    Step {
        slug: "paste",
        title: "guide-title-paste",
        parts: &[
            Text("guide-other-paste-1"),
            Paste(Certificate, Ours("guide-field-certificate")),
            Text("guide-other-paste-2"),
            Paste(SsoUrl, Ours("guide-field-sso-url")),
            Paste(EntityId, Ours("guide-field-entity-id")),
            Paste(LogoutUrl, Ours("guide-field-logout-url")),
            Metadata(&[
                Text("guide-other-metadata-1"),
                Paste(MetadataUrl, Ours("guide-field-metadata-url")),
                Paste(MetadataXml, Ours("guide-field-metadata-xml")),
            ]),
        ],
    },
];
