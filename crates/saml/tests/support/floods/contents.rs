//! What a full document may hold.

use std::fmt::Write as _;

use super::{FULL, around, some};
use crate::support::{RESPONSE, edit};

/// Responses that are well-formed, within every bound, and as costly as they can be made.
pub(super) fn contents() -> Vec<(String, String)> {
    // Room for a signature and its certificate.
    const ROOM: usize = 6_000;
    let fill = |mark: &str, most: usize, what: &dyn Fn(usize) -> String| {
        let (head, tail) = around(RESPONSE, mark);
        let tail = format!("{mark}{tail}{}", " ".repeat(ROOM));
        some(head, most, what, &tail).trim_end().to_owned()
    };
    let values = "</saml:Attribute></saml:AttributeStatement>";
    let statement = "</saml:AttributeStatement>";
    let conditions = "</saml:AudienceRestriction>";
    let long_name = format!("urn:{}", "u".repeat(246));
    let declarations: String = (0..15).fold(String::new(), |mut text, number| {
        write!(text, " xmlns:p{number}='{long_name}{number}'").unwrap();
        text
    });
    let open: String = (0..4).fold(String::new(), |mut text, level| {
        text.push_str("<x");
        for number in 0..14 {
            write!(
                text,
                " xmlns:q{level}n{number}='{long_name}{level}{number}'"
            )
            .unwrap();
        }
        text + ">"
    });
    let attributes: String = (0..60).fold(String::new(), |mut text, number| {
        write!(text, " a{number}=''").unwrap();
        text
    });
    let deep = "<d>".repeat(50) + &"</d>".repeat(50);
    let cases: Vec<(&str, String)> = vec![
        (
            "attribute values",
            fill(values, 18_000, &|n| {
                format!("<saml:AttributeValue>{n}</saml:AttributeValue>")
            }),
        ),
        (
            "attributes of one name",
            fill(statement, 9_000, &|_| {
                r#"<saml:Attribute Name="groups"/>"#.to_owned()
            }),
        ),
        (
            "attributes of many names",
            fill(statement, 9_000, &|n| {
                format!(r#"<saml:Attribute Name="{n}"/>"#)
            }),
        ),
        (
            "audiences",
            fill(conditions, 15_000, &|_| {
                "<saml:Audience>x</saml:Audience>".to_owned()
            }),
        ),
        (
            "confirmations",
            fill("</saml:Subject>", 4_000, &|_| {
                r#"<saml:SubjectConfirmation Method="x"/>"#.to_owned()
            }),
        ),
        (
            "text",
            fill("</saml:Audience>", FULL, &|_| String::new()).replacen(
                ">ada@",
                &format!(">{}ada@", "x".repeat(480_000)),
                1,
            ),
        ),
        (
            "text that is escaped",
            edit(
                RESPONSE,
                ">ada@",
                &format!(">{}ada@", "&gt;".repeat(120_000)),
            ),
        ),
        (
            "text that grows",
            edit(
                RESPONSE,
                ">ada@",
                &format!(">{}ada@", "&#13;".repeat(95_000)),
            ),
        ),
        (
            "references to characters",
            edit(
                RESPONSE,
                ">ada@",
                &format!(">{}ada@", "&#x1F600;".repeat(53_000)),
            ),
        ),
        (
            "an attribute that grows",
            edit(
                RESPONSE,
                r#"Name="groups""#,
                &format!(r#"Name="groups{}""#, "&#9;".repeat(120_000)),
            ),
        ),
        (
            "an attribute of references",
            edit(
                RESPONSE,
                r#"Name="groups""#,
                &format!(r#"Name="groups{}""#, "&#10;".repeat(95_000)),
            ),
        ),
        (
            "elements",
            fill(values, 300, &|_| {
                format!(
                    "<saml:AttributeValue>{}</saml:AttributeValue>",
                    "<y/>".repeat(60)
                )
            }),
        ),
        (
            "deep elements",
            fill(values, 350, &|_| {
                format!("<saml:AttributeValue>{deep}</saml:AttributeValue>")
            }),
        ),
        (
            "comments",
            fill(values, 19_000, &|_| "<!-- a comment -->".to_owned()),
        ),
        (
            "one long comment",
            fill(values, 1, &|_| format!("<!--{}-->", "x".repeat(480_000))),
        ),
        (
            "CDATA sections",
            fill(values, 1, &|_| {
                format!(
                    "<saml:AttributeValue>{}</saml:AttributeValue>",
                    "<![CDATA[x]]>".repeat(18_000)
                )
            }),
        ),
        (
            "tags of sixty attributes",
            fill(values, 300, &|_| {
                format!("<saml:AttributeValue{attributes}/>")
            }),
        ),
        (
            "long attribute values",
            fill(values, 120, &|_| {
                format!("<saml:AttributeValue a='{}'/>", "x".repeat(4_000))
            }),
        ),
        (
            "a long element name",
            fill(values, 1, &|_| format!("<{}/>", "x".repeat(45_000))),
        ),
        (
            "one namespace, used by everybody",
            fill(values, 1, &|_| {
                format!("<x xmlns:p='{long_name}'>{}</x>", "<p:a/>".repeat(8_200))
            }),
        ),
        (
            "namespaces, used in turn",
            fill(values, 1, &|_| {
                let mut users = String::new();
                for number in 0..8_200 {
                    write!(users, "<p{}:a/>", number % 15).unwrap();
                }
                format!("<x{declarations}>{users}</x>")
            }),
        ),
        (
            "namespaces in scope, used by attributes",
            fill(values, 1, &|_| {
                let mut users = String::new();
                for number in 0..140 {
                    users.push_str("<u");
                    for attribute in 0..56 {
                        let (level, name) = (attribute / 14, attribute % 14);
                        write!(users, " q{level}n{name}:a{number}=''").unwrap();
                    }
                    users.push_str("/>");
                }
                format!("{open}{users}</x></x></x></x>")
            }),
        ),
        (
            "namespaces, declared anew",
            fill(values, 1_000, &|_| {
                let mut tag = "<x".to_owned();
                for number in 0..15 {
                    write!(tag, " xmlns:p{number}='urn:u'").unwrap();
                }
                tag + "/>"
            }),
        ),
    ];
    cases
        .into_iter()
        .map(|(name, document)| (name.to_owned(), document))
        .collect()
}
