//! Our reading of canonical bytes beside libxml2's.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use crate::readings::{canonical_form, ours, theirs, told};

/// What is read is what libxml2 reads. Answers whether it is read at all.
fn agrees(bytes: &[u8]) -> bool {
    let Ok(read) = ours(bytes) else {
        return false;
    };
    let shown = String::from_utf8_lossy(bytes);
    let other = theirs(bytes).unwrap_or_else(|error| panic!("{error}: {shown}"));
    if let Some(other) = other {
        assert_eq!(told(read.root()), told(other.root()), "{shown}");
    }
    true
}

/// Of a long row of like cases every which one: all of them, unless `tests/sanitize` says otherwise.
#[expect(
    clippy::disallowed_methods,
    reason = "a slow run of the tests says so by a variable"
)]
fn every_nth() -> usize {
    std::env::var("VESTIBULE_TEST_EVERY_NTH").map_or(1, |text| text.parse().unwrap())
}

fn fixtures() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/accept");
    let cases = fs::read_dir(folder).unwrap();
    cases
        .map(|case| fs::read(case.unwrap().path().join("document.xml")).unwrap())
        .collect()
}

#[test]
fn reads_what_others_wrote_as_libxml2_does() {
    for document in fixtures() {
        for prefixes in ["", "#default xs xsi ds saml"] {
            assert!(agrees(&canonical_form(&document, prefixes).unwrap()));
        }
    }
}

#[test]
fn reads_no_altered_byte_otherwise_than_libxml2_does() {
    let document = fixtures().into_iter().min_by_key(Vec::len).unwrap();
    let original = canonical_form(&document, "").unwrap();
    let (mut read, mut refused) = (0, 0);
    for position in (0..original.len()).step_by(every_nth()) {
        for change in [1, 4, 32] {
            let mut altered = original.clone();
            altered[position] ^= change;
            *(if agrees(&altered) {
                &mut read
            } else {
                &mut refused
            }) += 1;
        }
        for piece in ["<", ">", "&", "\"", " ", "&amp;", "é"] {
            let mut altered = original.clone();
            altered.splice(position..position, piece.bytes());
            *(if agrees(&altered) {
                &mut read
            } else {
                &mut refused
            }) += 1;
        }
        assert!(
            ours(&original[..position]).is_err(),
            "cut off at {position}"
        );
    }
    if every_nth() == 1 {
        assert!(read > 1_000 && refused > 1_000, "{read} {refused}");
    }
}

#[test]
fn reads_names_namespaces_and_escapes() {
    for good in [
        "<a></a>",
        "<é:ü xmlns:é=\"urn:e\" é:ü=\"ü\">é</é:ü>",
        "<a xmlns=\"urn:a\"><b xmlns=\"\"><c xmlns=\"urn:a\"></c></b></a>",
        "<p:a xmlns:p=\"urn:1\"><p:a xmlns:p=\"urn:2\" p:x=\"\"></p:a><p:a></p:a></p:a>",
        "<a xmlns=\"urn:a\" xmlns:b=\"urn:b\" xmlns:c=\"urn:a\" x=\"1\" y=\"2\" c:x=\"3\" b:a=\"4\"></a>",
        "<a xml:lang=\"en\"></a>",
        "<a xml:id=\"x\" xml:space=\"preserve\"> \n\t </a>",
        "<xml:a></xml:a>",
        "<a b=\"&amp;&lt;&quot;&#x9;&#xA;&#xD;>'\">&amp;&lt;&gt;&#xD;\"'</a>",
        "<a>x&amp;amp;y<b></b>&amp;</a>",
        "<a>\u{7f}\u{80}\u{2028}\u{10ffff}</a>",
        "<a xmlns:b=\"urn:b?c='d'\"></a>",
    ] {
        assert!(agrees(good.as_bytes()), "{good}");
    }
}

#[test]
fn refuses_every_other_spelling() {
    for bad in [
        "",
        "a",
        "<",
        "<a",
        "<a>",
        "<a/>",
        "<a />",
        "<a ></a>",
        "<a></a >",
        "<a></a>\n",
        " <a></a>",
        "<a></a><a></a>",
        "<a></b>",
        "<a><b></a></b>",
        "<a><b></a>",
        "<a></a></a>",
        "<?xml version=\"1.0\"?><a></a>",
        "<!DOCTYPE a><a></a>",
        "<a><!-- c --></a>",
        "<a><?p?></a>",
        "<a><![CDATA[x]]></a>",
        "<a>></a>",
        "<a>\r</a>",
        "<a>\0</a>",
        "<a>\u{1}</a>",
        "<a>\u{fffe}</a>",
        "<a>&quot;</a>",
        "<a>&apos;</a>",
        "<a>&#x41;</a>",
        "<a>&#13;</a>",
        "<a>&#xd;</a>",
        "<a>&b;</a>",
        "<a>&</a>",
        "<a>&amp</a>",
        "<a b=''></a>",
        "<a b=\"\"c=\"\"></a>",
        "<a  b=\"\"></a>",
        "<a b =\"\"></a>",
        "<a b= \"\"></a>",
        "<a b></a>",
        "<a b=\"></a>",
        "<a b=\"<\"></a>",
        "<a b=\"&\"></a>",
        "<a b=\"&gt;\"></a>",
        "<a b=\"\t\"></a>",
        "<a b=\"\n\"></a>",
        // The order of attributes, and none twice.
        "<a b=\"\" b=\"\"></a>",
        "<a c=\"\" b=\"\"></a>",
        "<a xmlns:p=\"urn:p\" p:b=\"\" b=\"\"></a>",
        "<a xmlns:p=\"urn:p\" xmlns:q=\"urn:p\" p:b=\"\" q:b=\"\"></a>",
        "<a xmlns:p=\"urn:q\" xmlns:q=\"urn:p\" p:b=\"\" q:b=\"\"></a>",
        // The order of declarations, and none twice.
        "<a b=\"\" xmlns=\"urn:a\"></a>",
        "<a xmlns:p=\"urn:p\" xmlns=\"urn:a\"></a>",
        "<a xmlns:q=\"urn:q\" xmlns:p=\"urn:p\"></a>",
        "<a xmlns:p=\"urn:p\" xmlns:p=\"urn:p\"></a>",
        "<a xmlns=\"urn:a\" xmlns=\"urn:a\"></a>",
        // Namespaces in XML 1.0 §3 and §5.
        "<p:a></p:a>",
        "<a p:b=\"\"></a>",
        "<a><b xmlns:p=\"urn:p\"></b><p:b></p:b></a>",
        "<a xmlns:p=\"\"></a>",
        "<a xmlns:xml=\"http://www.w3.org/XML/1998/namespace\"></a>",
        "<a xmlns:p=\"http://www.w3.org/XML/1998/namespace\"></a>",
        "<a xmlns=\"http://www.w3.org/XML/1998/namespace\"></a>",
        "<a xmlns:xmlns=\"urn:x\"></a>",
        "<a xmlns:p=\"http://www.w3.org/2000/xmlns/\"></a>",
        "<xmlns:a></xmlns:a>",
        "<a xmlns:=\"urn:a\"></a>",
        "<a xmlns:p=\"urn:a&amp;b\"></a>",
        "<a xmlns:p='urn:a'></a>",
        // Names.
        "<1a></1a>",
        "<-a></-a>",
        "<:a></:a>",
        "<a:></a:>",
        "<p:a:b xmlns:p=\"urn:p\"></p:a:b>",
        "<p:1 xmlns:p=\"urn:p\"></p:1>",
        "<a 1=\"\"></a>",
        "<a\u{d7}></a\u{d7}>",
        "<\u{300}></\u{300}>",
        "<a!></a!>",
    ] {
        assert!(ours(bad.as_bytes()).is_err(), "{bad:?}");
    }
    assert!(ours(b"<a>\xff</a>").is_err());
    let deep = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
    assert!(agrees(deep(64).as_bytes()));
    assert!(ours(deep(65).as_bytes()).is_err());
}

/// An element of a document as anybody may write it, with what canonicalisation changes.
fn element() -> impl Strategy<Value = String> {
    let prefix = || prop::sample::select(vec!["", "p:", "q:", "xml:"]);
    let name = || prop::sample::select(vec!["a", "b", "ID", "é"]);
    let value = prop::sample::select(vec![
        "",
        "x",
        "&#10;&#13;",
        "\t\n",
        "&amp;lt;",
        "'>",
        "&quot;",
        "é😀",
    ]);
    let text = prop::sample::select(vec![
        "x",
        " \n ",
        "&#13;",
        "<![CDATA[<&]]>",
        "<!-- c -->",
        "&amp;#13;",
        "&gt;",
        "é😀",
        "\r\n",
    ]);
    let declaration = prop::sample::select(vec![
        "xmlns=\"urn:a\"",
        "xmlns=\"\"",
        "xmlns:p=\"urn:p\"",
        "xmlns:p=\"urn:a\"",
        "xmlns:q=\"urn:a\"",
        "xmlns:q=\"urn:b\"",
    ]);
    let attribute = (prefix(), name(), value).prop_map(|(p, n, v)| format!("{p}{n}=\"{v}\""));
    let tag = (
        prefix(),
        name(),
        prop::collection::vec(declaration, 0..3),
        prop::collection::vec(attribute, 0..4),
    );
    let tag = tag.prop_map(|(prefix, name, declarations, attributes)| {
        let whole = format!("{prefix}{name}");
        let begin = format!(
            "{whole} {} {}",
            declarations.join(" "),
            attributes.join("\n")
        );
        (whole, begin)
    });
    let leaf = text.prop_map(str::to_owned).boxed();
    leaf.prop_recursive(5, 40, 5, move |inside| {
        (tag.clone(), prop::collection::vec(inside, 0..5))
            .prop_map(|((name, begin), inside)| format!("<{begin}>{}</{name}>", inside.concat()))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000 / u32::try_from(every_nth()).unwrap(), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever xmlsec makes canonical can be read, and reads as it does to libxml2.
    #[test]
    fn reads_whatever_is_made_canonical(
        element in element(),
        prefixes in prop::sample::select(vec!["", "p", "q #default"]),
    ) {
        let document = format!(r#"<r xmlns="urn:r" xmlns:p="urn:r/p" xmlns:q="urn:r/q">{element}</r>"#);
        if let Some(bytes) = canonical_form(document.as_bytes(), prefixes) {
            prop_assert!(agrees(&bytes), "{}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn reads_no_text_otherwise_than_libxml2_does(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "<a", "<p:a", "</a>", "</p:a>", ">", " b=\"", " p:b=\"", "\"", "x", "&amp;", "&#xD;",
            " xmlns=\"", " xmlns:p=\"", "urn:a", "é", "&", "<", " ", "\n",
        ]), 0..14),
    ) {
        agrees(pieces.concat().as_bytes());
    }
}
