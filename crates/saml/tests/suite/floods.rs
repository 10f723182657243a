//! Documents as large as they may be, made to cost: each is refused (or, where a trusted key signed
//! it, judged) within a bound of processor time. They are made here and not kept.
//!
//! What counts is the time of this thread on a processor, the least of three runs, in whatever build
//! the tests run in. A run that says by `VESTIBULE_TEST_EVERY_NTH` that it is slow has no bound.

use std::fmt::Write as _;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use rustix::time::{ClockId, clock_gettime};
use std::io::Write as _;
use vestibule_saml::{Check, Limits, Refusal, UnverifiedResponse};
use vestibule_xmlsig::{SignOptions, SigningKey};

use crate::second;
use crate::support::{KEY, RESPONSE, Sign, edit, every_nth, expected, keys, now, sign};

/// The most that a document may have.
const FULL: usize = 512 * 1024;
/// The libraries in C are optimised always, our own code is not in the build that tests run in.
const SLOWNESS: u64 = if cfg!(debug_assertions) { 3 } else { 1 };
/// What the cheap tricks may cost.
const FLOOD: Duration = Duration::from_millis(50 * SLOWNESS);
/// What anything at all may cost.
const ANY: Duration = Duration::from_millis(100 * SLOWNESS);

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap(),
        u32::try_from(time.tv_nsec).unwrap(),
    )
}

fn judge(form_value: &str) -> Result<(), Refusal> {
    UnverifiedResponse::decode(form_value, &Limits::default())?
        .verify(&keys())?
        .validate(&expected(), now())
        .map(|_assertion| ())
}

struct Flood {
    name: String,
    form_value: String,
    /// None where a trusted key signed it and nothing is wrong.
    outcome: Option<(Check, &'static str)>,
    bound: Duration,
}

impl Flood {
    fn new(name: &str, document: &str, check: Check, detail: &'static str) -> Self {
        Self::within(FLOOD, name, document, Some((check, detail)))
    }

    fn within(
        bound: Duration,
        name: &str,
        document: &str,
        outcome: Option<(Check, &'static str)>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            form_value: STANDARD.encode(document),
            outcome,
            bound,
        }
    }
}

/// Each is judged as it should be, and none costs more than it may.
#[track_caller]
fn assert_cheap(floods: Vec<Flood>) {
    let mut complaints = Vec::new();
    for flood in floods {
        let mut least = Duration::MAX;
        let mut outcome = Ok(());
        let runs = if every_nth() == 1 { 3 } else { 1 };
        for _ in 0..runs {
            let before = processor_time();
            outcome = judge(&flood.form_value);
            least = least.min(processor_time().saturating_sub(before));
        }
        println!(
            "{:>7.2} ms  {:>7} bytes  {}",
            least.as_secs_f64() * 1000.0,
            flood.form_value.len(),
            flood.name
        );
        if least > flood.bound && every_nth() == 1 {
            complaints.push(format!("{}: {least:?} of {:?}", flood.name, flood.bound));
        }
        match (outcome, flood.outcome) {
            (Ok(()), None) => {}
            (Ok(()), Some(_)) => complaints.push(format!("!!! {}: ACCEPTED", flood.name)),
            (Err(refusal), wanted) => {
                let row = refusal.report.first_failure().unwrap();
                let received = row.received.as_deref().unwrap_or_default();
                let right = wanted
                    .is_some_and(|(check, detail)| row.check == check && received.contains(detail));
                if !right {
                    complaints.push(format!("{}: {} ({received})", flood.name, row.check));
                }
            }
        }
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
}

/// `what` as often as there is room for in a document of the full size around it.
fn filled(before: &str, what: impl Fn(usize) -> String, after: &str) -> String {
    let mut document = before.to_owned();
    for number in 0.. {
        let piece = what(number);
        if document.len() + piece.len() + after.len() > FULL {
            break;
        }
        document.push_str(&piece);
    }
    document + after
}

/// The same, at most so often.
fn some(before: &str, most: usize, what: impl Fn(usize) -> String, after: &str) -> String {
    filled(
        before,
        |number| {
            if number < most {
                what(number)
            } else {
                "x".repeat(FULL)
            }
        },
        after,
    )
}

/// A document, cut at a mark.
fn around<'a>(document: &'a str, mark: &str) -> (&'a str, &'a str) {
    document.split_once(mark).unwrap()
}

#[test]
fn what_the_scan_refuses_costs_next_to_nothing() {
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
    assert_cheap(
        cases
            .into_iter()
            .map(|(name, document, detail)| Flood::new(name, &document, format, detail))
            .collect(),
    );
}

#[test]
fn form_values_that_are_no_documents_cost_next_to_nothing() {
    let bomb = |byte: u8| {
        let mut bomb = DeflateEncoder::new(Vec::new(), Compression::best());
        let megabyte = vec![byte; 1 << 20];
        for _ in 0..256 {
            bomb.write_all(&megabyte).unwrap();
        }
        STANDARD.encode(bomb.finish().unwrap())
    };
    let megabyte = 1024 * 1024;
    let cases = [
        ("a decompression bomb", bomb(b'<'), "compressed"),
        ("a decompression bomb of NULs", bomb(0), "cannot be read"),
        ("white space", " ".repeat(megabyte), "empty"),
        ("percent signs", "%".repeat(megabyte), "percent-encoded"),
        ("XML as it is", "<".repeat(megabyte), "not encoded"),
        ("equals signs", "=".repeat(megabyte), "not base64"),
        ("NULs in base64", "A".repeat(megabyte), "more than 524288"),
        (
            "letters and spaces",
            "A ".repeat(megabyte / 2),
            "cannot be read",
        ),
        (
            "a byte too much",
            "A".repeat(megabyte + 1),
            "more than 1048576",
        ),
        (
            "sixteen megabytes",
            "A".repeat(16 * megabyte),
            "more than 1048576",
        ),
    ];
    assert_cheap(
        cases
            .into_iter()
            .map(|(name, form_value, detail)| Flood {
                name: name.to_owned(),
                form_value,
                outcome: Some((Check::ResponseFormat, detail)),
                bound: FLOOD,
            })
            .collect(),
    );
}

#[test]
fn signatures_that_are_floods_cost_little() {
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
        .map(|(name, document, detail)| Flood::new(name, &document, check, detail))
        .collect();
    assert_cheap(floods);
}

#[test]
fn full_documents_of_strangers_cost_less_than_a_tenth_of_a_second() {
    let stranger = SigningKey::generate_rsa(2048).unwrap();
    let certificate = stranger
        .self_signed_certificate("idp.example", now(), now() + Duration::from_secs(60))
        .unwrap();
    let mut floods = Vec::new();
    for (name, document) in contents() {
        floods.push(Flood::within(
            ANY,
            &name,
            &second::sign(&document, "_assertion", &stranger),
            Some((Check::AssertionSignature, "another key")),
        ));
    }
    let options = SignOptions {
        key_info: Some(certificate.clone()),
        ..SignOptions::default()
    };
    let honest = stranger
        .sign_element(RESPONSE, "_assertion", &options)
        .unwrap();
    let pem = certificate.to_pem();
    let (head, tail) = around(&honest, "</ds:X509Certificate>");
    for (name, piece) in [
        ("base64 in X509Certificate", "AAAA".repeat(30)),
        ("certificates in X509Certificate", pem.clone()),
        (
            "begins of certificates",
            "-----BEGIN CERTIFICATE-----\n".to_owned(),
        ),
    ] {
        let document = filled(
            &head[..head.rfind('>').unwrap() + 1],
            |_| piece.clone(),
            &format!("</ds:X509Certificate>{tail}"),
        );
        floods.push(Flood::within(
            ANY,
            name,
            &document,
            Some((Check::AssertionSignature, "another key")),
        ));
    }
    let data = format!(
        "<ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data>",
        pem.lines()
            .filter(|line| !line.starts_with('-'))
            .collect::<String>()
    );
    let (head, tail) = around(&honest, "</ds:KeyInfo>");
    floods.push(Flood::within(
        ANY,
        "X509Data elements",
        &filled(head, |_| data.clone(), &format!("</ds:KeyInfo>{tail}")),
        Some((Check::AssertionSignature, "another key")),
    ));
    let (head, tail) = around(RESPONSE, "<saml:Assertion ");
    let assertion = format!("<saml:Assertion {}", tail.replace("</samlp:Response>", ""));
    floods.push(Flood::within(
        ANY,
        "assertions",
        &some(head, 600, |_| assertion.clone(), "</samlp:Response>"),
        Some((Check::AssertionCount, "assertions")),
    ));
    assert_cheap(floods);
}

/// Whoever has a trusted key may send whatever the bounds allow, and that too has an end.
#[test]
fn full_documents_of_a_trusted_idp_cost_less_than_a_tenth_of_a_second() {
    let mut floods = Vec::new();
    for (name, document) in contents() {
        for how in ["_assertion", "_response"] {
            let signed = second::sign(&document, how, &KEY);
            let name = format!("{name}, signed {how}");
            floods.push(Flood::within(ANY, &name, &signed, None));
        }
    }
    let long = "x".repeat(480_000);
    for (mark, check) in [
        ("Audience>https://sp.example/saml", Check::Audience),
        ("Recipient=\"https://sp.example/saml/acs", Check::Recipient),
        (
            "Destination=\"https://sp.example/saml/acs",
            Check::ResponseDestination,
        ),
        ("entity</saml:Issuer><saml:Subject", Check::AssertionIssuer),
        ("StatusCode Value=\"", Check::Status),
    ] {
        let document = match check {
            Check::AssertionIssuer => edit(RESPONSE, mark, &format!("{long}{mark}")),
            _ => edit(RESPONSE, mark, &format!("{mark}{long}")),
        };
        let signed = sign(&document, Sign::Response);
        let name = format!("a long value for {check}");
        floods.push(Flood::within(ANY, &name, &signed, Some((check, ""))));
    }
    assert_cheap(floods);
}

/// Responses that are well-formed, within every bound, and as costly as they can be made.
fn contents() -> Vec<(String, String)> {
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
