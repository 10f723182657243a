//! The shape of each answer beside the document of the corpus that was written in the manner of the
//! same product: the same elements in the same order, with the same prefixes and declarations.

use vestibule_test_idp::{Style, Twist};

use crate::support::{ada, idp, now, received};

const CORPUS: &[(Style, &str)] = &[
    (
        Style::Okta,
        include_str!("../../../saml/tests/corpus/accept/okta/response.xml"),
    ),
    (
        Style::Entra,
        include_str!("../../../saml/tests/corpus/accept/entra/response.xml"),
    ),
    (
        Style::Google,
        include_str!("../../../saml/tests/corpus/accept/google/response.xml"),
    ),
    (
        Style::Aws,
        include_str!("../../../saml/tests/corpus/accept/aws/response.xml"),
    ),
    (
        Style::OneLogin,
        include_str!("../../../saml/tests/corpus/accept/onelogin/response.xml"),
    ),
];

/// The attributes whose values belong to the shape, besides namespace declarations.
const FIXED: &[&str] = &[
    "Algorithm",
    "Method",
    "PrefixList",
    "Value",
    "Version",
    "xsi:type",
];

/// One line per tag: its name as written, its attributes in their order, the values that are fixed.
/// Of an AttributeStatement only the first attribute and its first value: what else is asserted is
/// up to the admin.
fn shape(xml: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut attributes = 0;
    let mut values = 0;
    for tag in xml.split('<').skip(1) {
        let (tag, _text) = tag.split_once('>').expect("a tag");
        if tag.starts_with('?') {
            lines.push(tag.to_owned());
            continue;
        }
        let empty = tag.ends_with('/');
        let mut parts = tag.trim_end_matches('/').split_ascii_whitespace();
        let name = parts.next().expect("a name");
        let local = name.rsplit([':', '/']).next().expect("a local name");
        if !name.starts_with('/') {
            attributes += usize::from(local == "Attribute");
            values += usize::from(local == "AttributeValue");
        }
        let repeated = (local == "Attribute" && attributes > 1)
            || (local == "AttributeValue" && (attributes > 1 || values > 1));
        if repeated {
            continue;
        }
        let mut line = name.to_owned();
        // No value in these documents holds white space; the XML declaration is dealt with above.
        for part in parts {
            let (key, value) = part.split_once('=').expect("an attribute");
            line.push(' ');
            line.push_str(key);
            if key.starts_with("xmlns") || FIXED.contains(&key) {
                line.push('=');
                line.push_str(value);
            }
        }
        lines.push(line);
        if empty {
            lines.push(format!("/{name}"));
        }
    }
    lines
}

#[test]
fn every_style_has_the_shape_of_its_document_in_the_corpus() {
    assert_eq!(CORPUS.len(), Style::ALL.len());
    for (style, document) in CORPUS {
        let idp = idp(*style);
        let form = idp
            .respond(&received(idp), ada(idp), &Twist::default(), now())
            .expect("an answer");
        let (ours, theirs) = (shape(&form.xml()), shape(document));
        assert!(theirs.len() > 60, "it was read: {theirs:?}");
        for (number, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
            assert_eq!(ours, theirs, "{style}, tag {number}");
        }
        assert_eq!(ours.len(), theirs.len(), "{style}");
    }
}
