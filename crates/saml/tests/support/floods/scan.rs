//! Documents that the pre-scan refuses.

use std::fmt::Write as _;

use vestibule_saml::Check;

use super::{Flood, around, filled};
use crate::support::{RESPONSE, Sign, sign};

/// What is refused before any parser sees it.
pub(crate) fn what_the_scan_refuses() -> Vec<Flood> {
    let signed = sign(RESPONSE, Sign::Both);
    let (head, tail) = around(&signed, "<samlp:Status>");
    let tail = &format!("<samlp:Status>{tail}");
    let root = "<samlp:Response xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol'";
    let format = Check::ResponseFormat;
    let inside = |what: &dyn Fn(usize) -> String| filled(head, what, tail);
    let many_nodes = "more than 20000 elements";
    let mut million = root.to_owned();
    for number in 0..1_000_000 {
        write!(million, " a{number}=''").unwrap();
    }
    million.push_str("/>");
    let cases = [
        ("a million attributes", million, "more than 1048576"),
        (
            "attributes, a full document",
            filled(root, |n| format!(" a{n}=''"), "/>"),
            "attributes",
        ),
        (
            "one attribute over and over",
            filled(root, |_| " a=''".to_owned(), "/>"),
            "attributes",
        ),
        (
            "attributes, never ended",
            filled(root, |n| format!(" a{n}=''"), ""),
            "attributes",
        ),
        (
            "a hundred thousand unclosed elements",
            "<a>".repeat(100_000),
            "nested deeper",
        ),
        (
            "unclosed, a full document",
            filled("", |_| "<a>".to_owned(), ""),
            "nested deeper",
        ),
        (
            "a hundred thousand nested elements",
            filled(
                "",
                |n| if n < 74_000 { "<a>" } else { "</a>" }.to_owned(),
                "",
            ),
            "nested deeper",
        ),
        (
            "elements side by side",
            inside(&|_| "<a/>".to_owned()),
            many_nodes,
        ),
        (
            "end tags",
            filled("<a>", |_| "</a>".to_owned(), ""),
            "the tags do not match",
        ),
        (
            "namespaces of one tag",
            filled(root, |n| format!(" xmlns:p{n}='u{n}'"), "/>"),
            "more than 64 attributes",
        ),
        (
            "namespaces, seventeen a tag",
            inside(&|_| {
                let mut tag = "<a".to_owned();
                for number in 0..17 {
                    write!(tag, " xmlns:p{number}='u'").unwrap();
                }
                tag + "/>"
            }),
            "more than 16 namespace declarations",
        ),
        (
            "namespaces in scope",
            filled("", |n| format!("<a xmlns:p{n}='u{n}' xmlns:q{n}='u'>"), ""),
            "64 namespace declarations are in scope",
        ),
        (
            "a long namespace name",
            filled("<a xmlns='", |_| "u".to_owned(), "'/>"),
            "longer than 256",
        ),
        (
            "namespaces that would be repeated",
            filled(
                &format!("<a xmlns:p='urn:{}'>", "u".repeat(250)),
                |_| "<p:b p:c=''/>".to_owned(),
                "</a>",
            ),
            "namespace names would be repeated",
        ),
        ("comments", inside(&|_| "<!---->".to_owned()), many_nodes),
        (
            "an unended comment",
            filled("<!--", |_| "-".to_owned(), ""),
            "the comment at byte 0",
        ),
        (
            "CDATA sections",
            inside(&|_| "<![CDATA[]]>".to_owned()),
            many_nodes,
        ),
        (
            "an unended CDATA section",
            filled("<a><![CDATA[", |_| "]".to_owned(), ""),
            "the CDATA section at byte",
        ),
        (
            "less-than signs",
            filled("", |_| "<".to_owned(), ""),
            "does not end",
        ),
        (
            "quotes",
            filled("<a ", |_| "\"".to_owned(), ""),
            "attributes",
        ),
        (
            "entities of a DTD",
            filled(
                "<!DOCTYPE a [",
                |n| format!("<!ENTITY e{n} '&e;'>"),
                "]><a/>",
            ),
            "a document type declaration",
        ),
        (
            "processing instructions",
            filled("", |_| "<?a?>".to_owned(), "<a/>"),
            "a processing instruction",
        ),
        (
            "white space",
            filled("", |_| " ".to_owned(), ""),
            "the document is empty",
        ),
        (
            "a long declaration",
            filled("<?xml version='1.0'", |_| " ".to_owned(), "?"),
            "declaration",
        ),
        (
            "a byte too much",
            filled("<a>", |_| "x".to_owned(), "") + "</a>x",
            "more than 524288",
        ),
    ];
    let floods = cases
        .into_iter()
        .map(|(name, document, detail)| Flood::new(name, &document, format, detail));
    floods.collect()
}
