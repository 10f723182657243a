//! AWS IAM Identity Center: both sides on one page, its own on top.

use crate::guide::{
    Attribute, AttributeTable,
    Field::{Certificate, EntityId, LogoutUrl, MetadataXml, SsoUrl},
    OurValue,
    Part::{Attributes, Copy, Metadata, Note, Paste, Text},
    Step,
    Words::Theirs,
};

pub(crate) const STEPS: &[Step] = &[
    Step {
        slug: "create",
        title: "guide-title-create",
        parts: &[Text("guide-aws-create-1"), Text("guide-aws-create-2")],
    },
    Step {
        slug: "paste",
        title: "guide-title-paste",
        parts: &[
            Text("guide-aws-paste-1"),
            Paste(SsoUrl, Theirs("IAM Identity Center sign-in URL")),
            Paste(LogoutUrl, Theirs("IAM Identity Center sign-out URL")),
            Paste(EntityId, Theirs("IAM Identity Center SAML issuer URL")),
            Paste(Certificate, Theirs("IAM Identity Center certificate")),
            Note("guide-aws-paste-note"),
            Metadata(&[
                Text("guide-aws-metadata-1"),
                Paste(
                    MetadataXml,
                    Theirs("IAM Identity Center SAML metadata file"),
                ),
            ]),
        ],
    },
    Step {
        slug: "values",
        title: "guide-title-values",
        parts: &[
            Text("guide-aws-values-1"),
            Copy(OurValue::AcsUrl, Theirs("Application ACS URL")),
            Copy(OurValue::EntityId, Theirs("Application SAML audience")),
            Text("guide-aws-values-2"),
        ],
    },
    Step {
        slug: "attributes",
        title: "guide-title-attributes",
        parts: &[
            Text("guide-aws-attributes-1"),
            Attributes(&AttributeTable {
                names: Theirs("User attribute in the application"),
                sources: Theirs(
                    "Maps to this string value or user attribute in IAM Identity Center",
                ),
                formats: Some(Theirs("Format")),
                rows: &[
                    Attribute::formatted("Subject", "${user:email}", "emailAddress"),
                    Attribute::formatted("email", "${user:email}", "unspecified"),
                    Attribute::formatted("firstName", "${user:givenName}", "unspecified"),
                    Attribute::formatted("lastName", "${user:familyName}", "unspecified"),
                ],
            }),
            Note("guide-aws-attributes-note"),
        ],
    },
    Step {
        slug: "assign",
        title: "guide-title-assign",
        parts: &[Text("guide-aws-assign-1"), Note("guide-aws-assign-note")],
    },
];
