//! Signatures with too much in them.

use vestibule_saml::Check;

use super::{Flood, around, some};
use crate::support::{RESPONSE, Sign, sign};

/// Signatures with too much in them.
pub(crate) fn signatures_that_are_floods() -> Vec<Flood> {
    let signed = sign(RESPONSE, Sign::Assertion);
    let check = Check::AssertionSignature;
    let at = |mark: &str, what: &dyn Fn(usize) -> String| {
        let (head, tail) = around(&signed, mark);
        some(head, 6_000, what, &format!("{mark}{tail}"))
    };
    let exclusive = r#"<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>"#;
    let xslt = r#"<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"><xsl:template match="/"><xsl:for-each select="//*//*//*"><xsl:apply-templates select="/"/></xsl:for-each></xsl:template></xsl:stylesheet></ds:Transform>"#;
    let xpath = r#"<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>//*[//*[//*[//*]]]</ds:XPath></ds:Transform>"#;
    let reference = r##"<ds:Reference URI="#_assertion"><ds:Transforms/></ds:Reference>"##;
    let cases = [
        (
            "repeated transforms",
            at("</ds:Transforms>", &|_| exclusive.to_owned()),
            "transforms",
        ),
        (
            "XSLT",
            at("</ds:Transforms>", &|_| xslt.to_owned()),
            "xslt",
        ),
        (
            "XPath",
            at("</ds:Transforms>", &|_| xpath.to_owned()),
            "xpath",
        ),
        (
            "references",
            at("</ds:SignedInfo>", &|_| reference.to_owned()),
            "references",
        ),
        (
            "objects",
            at("</ds:Signature>", &|_| "<ds:Object/>".to_owned()),
            "Object",
        ),
        (
            "signatures",
            at("<ds:Signature ", &|_| {
                r#"<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>"#.to_owned()
            }),
            "signatures",
        ),
        (
            "comments in SignedInfo",
            at("</ds:SignedInfo>", &|_| "<!-- -->".to_owned()),
            "a comment inside",
        ),
        (
            "a long digest value",
            at("</ds:DigestValue>", &|_| "AAAA".repeat(20)),
            "",
        ),
        (
            "a long signature value",
            at("</ds:SignatureValue>", &|_| "AAAA".repeat(20)),
            "base64",
        ),
        (
            "a long reference",
            signed.replace("URI=\"#_", &format!("URI=\"#{}", "x".repeat(400_000))),
            "xxxx",
        ),
        (
            "a long algorithm",
            signed.replace("#rsa-sha256", &format!("#{}", "x".repeat(400_000))),
            "xxxx",
        ),
        (
            "a long list of prefixes",
            signed.replace(
                exclusive,
                &exclusive.replace(
                    "/>",
                    &format!(
                        r#"><ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="{}"/></ds:Transform>"#,
                        "a ".repeat(200_000)
                    ),
                ),
            ),
            "prefixes",
        ),
        (
            "a long ID",
            signed.replace("_assertion", &"x".repeat(100_000)),
            "another key",
        ),
        (
            "IDs",
            at("</samlp:Response>", &|n| {
                format!(r#"<x ID="_{}" Id="_{n}"/>"#, n / 2)
            }),
            "_",
        ),
    ];
    let floods = cases
        .into_iter()
        .map(|(name, document, detail)| Flood::new(name, &document, check, detail));
    floods.collect()
}
