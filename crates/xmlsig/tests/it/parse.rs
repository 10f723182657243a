//! What is read, what is not, and what an element says.

use vestibule_xmlsig::{Document, Limits, ParseError};

use crate::common::parse;

fn refused(xml: impl AsRef<[u8]>) -> ParseError {
    Document::parse(xml.as_ref(), &Limits::default()).unwrap_err()
}

fn accepted(xml: &str) -> bool {
    Document::parse(xml.as_bytes(), &Limits::default()).is_ok()
}

#[test]
fn reads_what_is_fine() {
    for xml in [
        "<a/>",
        "<a></a>",
        " \n<a/>\n",
        "\u{feff}<a/>",
        "<?xml version='1.0'?><a/>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a/>",
        "<?xml version = '1.0' encoding = 'utf-8' standalone = 'no' ?><a/>",
        "\u{feff}<?xml version=\"1.0\"?><a/>",
        "<!-- before --><a><!-- in > < ' \" --></a><!-- after -->",
        "<a b='>' c=\"'\" d='\"'/>",
        "<a><![CDATA[<!DOCTYPE <?pi & ]]></a>",
        "<a xmlns='urn:a'><b xmlns=''/></a>",
        "<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x10FFFF;</a>",
        "<p:a xmlns:p='urn:p' p:b='' b=''/>",
        "<xml:a/>",
        "<a xml:lang='en' xml:space='preserve'/>",
    ] {
        assert!(accepted(xml), "{xml}");
    }
}

#[test]
fn refuses_nothing_at_all() {
    for xml in ["", " \n\t ", "\u{feff}"] {
        assert_eq!(refused(xml), ParseError::Empty);
    }
}

#[test]
fn refuses_namespaces_that_canonicalisation_would_repeat_without_end() {
    let name = format!("urn:{}", "u".repeat(246));
    let used = |times: usize, by: &str| format!("<a xmlns:p='{name}'>{}</a>", by.repeat(times));
    let repeated = |xml: &str| {
        matches!(
            Document::parse(xml.as_bytes(), &Limits::default()),
            Err(ParseError::NamespacesRepeated { max: 2_097_152, .. })
        )
    };
    // 2 MiB are 8388 times 250 bytes; one is the declaring element's own.
    assert!(accepted(&used(8_387, "<p:b/>")));
    assert!(repeated(&used(8_388, "<p:b/>")));
    assert!(accepted(&used(4_193, "<p:b p:c=''/>")));
    assert!(repeated(&used(4_194, "<p:b p:c=''/>")));
    // What is out of scope is not repeated.
    let closed = format!("<a><b xmlns:p='{name}'/>{}</a>", "<c/>".repeat(19_000));
    assert!(accepted(&closed));
}

#[test]
fn refuses_a_second_byte_order_mark() {
    for xml in [
        "\u{feff}\u{feff}<a/>",
        "\u{feff}\u{feff}<?xml version='1.0'?><a/>",
        "\u{feff}\u{feff}",
    ] {
        assert_eq!(refused(xml), ParseError::SecondByteOrderMark);
    }
    assert!(!accepted("\u{feff} \u{feff}<a/>"));
    assert!(!accepted("<a/>\u{feff}"));
}

#[test]
fn refuses_what_is_too_large_without_looking() {
    let bytes = vec![b'<'; 512 * 1024 + 1];
    assert_eq!(
        refused(bytes),
        ParseError::TooLarge {
            bytes: 524_289,
            max: 524_288
        }
    );
}

#[test]
fn refuses_every_encoding_but_utf_8() {
    let utf16: Vec<u8> = "<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(refused(&utf16), ParseError::Nul { offset: 1 });
    let mut marked = vec![0xff, 0xfe];
    marked.extend(&utf16);
    assert_eq!(refused(&marked), ParseError::NotUtf8 { offset: 0 });
    let utf16: Vec<u8> = "<a/>".encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(refused(&utf16), ParseError::Nul { offset: 0 });
    assert_eq!(refused(b"<a>\xe4</a>"), ParseError::NotUtf8 { offset: 3 });
    assert_eq!(
        refused(b"<a>\xc0\xbc</a>"),
        ParseError::NotUtf8 { offset: 3 }
    );
    assert_eq!(
        refused(b"+ADw-a/+AD4-"),
        ParseError::NotWellFormed { line: 1, code: 4 }
    );
    for encoding in ["UTF-16", "ISO-8859-1", "UTF-7", "EBCDIC-CP-US", ""] {
        let xml = format!("<?xml version='1.0' encoding='{encoding}'?><a/>");
        assert_eq!(refused(xml), ParseError::Encoding);
    }
    assert_eq!(refused("<a>\0</a>"), ParseError::Nul { offset: 3 });
}

#[test]
fn refuses_other_declarations() {
    for xml in [
        "<?xml version='1.1'?><a/>",
        "<?xml encoding='UTF-8'?><a/>",
        "<?xml version='1.0' standalone='maybe'?><a/>",
        "<?xml version='1.0' encoding='UTF-8' more='x'?><a/>",
        "<?xml version='1.0'",
        "<?xml version=1.0?><a/>",
    ] {
        assert_eq!(refused(xml), ParseError::XmlDeclaration, "{xml}");
    }
}

#[test]
fn refuses_processing_instructions_and_declarations() {
    for (xml, offset) in [
        (" <?xml version='1.0'?><a/>", 1),
        ("<?xml-stylesheet href='x'?><a/>", 0),
        ("<a><?php ?></a>", 3),
        ("<a/><?end ?>", 4),
    ] {
        assert_eq!(
            refused(xml),
            ParseError::ProcessingInstruction { offset },
            "{xml}"
        );
    }
    assert_eq!(
        refused("<!DOCTYPE a><a/>"),
        ParseError::Doctype { offset: 0 }
    );
    assert_eq!(
        refused("<a/><!DOCTYPE a>"),
        ParseError::Doctype { offset: 4 }
    );
    for xml in [
        "<!ENTITY a 'b'><a/>",
        "<!doctype a><a/>",
        "<a><![IGNORE[]]></a>",
        "<a><!></a>",
    ] {
        assert!(
            matches!(refused(xml), ParseError::MarkupDeclaration { .. }),
            "{xml}"
        );
    }
}

#[test]
fn refuses_what_would_hide_a_tag_from_the_scan() {
    for xml in [
        "<a b='<c/>'/>",
        "<a <b/>>",
        "<a></a<b>",
        "<a b\"' <x y='1' z='2'/> '>",
    ] {
        let error = refused(xml);
        assert!(
            matches!(error, ParseError::LessThanInTag { .. }),
            "{xml}: {error:?}"
        );
    }
    for xml in [
        "<a",
        "<a b='",
        "<!-- ",
        "<a><![CDATA[ ]]</a>",
        "<!-->",
        "<a></a",
        "<a><",
    ] {
        let error = refused(xml);
        assert!(
            matches!(error, ParseError::Unterminated { .. }),
            "{xml}: {error:?}"
        );
    }
    for xml in ["</a>", "<a>", "<a></a></a>", "<a><b></a>"] {
        let error = refused(xml);
        assert!(
            matches!(error, ParseError::UnbalancedTags { .. }),
            "{xml}: {error:?}"
        );
    }
}

#[test]
fn refuses_what_is_not_well_formed() {
    for xml in [
        "text",
        "<a></b>",
        "<a/><b/>",
        "<a b=c/>",
        "<a b/>",
        "<a b='1' b='2'/>",
        "<a>&undeclared;</a>",
        "<a>&#0;</a>",
        "<a>&#xD800;</a>",
        "<a>\u{1}</a>",
        "<a>]]></a>",
        "<a><!-- -- --></a>",
        "<1/>",
        "< a/>",
        "<a/>text",
        "<a>&</a>",
        "<a b='&'/>",
        "<a\u{a0}b='1'/>",
    ] {
        assert!(
            matches!(refused(xml), ParseError::NotWellFormed { .. }),
            "{xml}"
        );
    }
}

#[test]
fn refuses_what_is_not_namespace_well_formed() {
    // libxml2 hands all of these out as documents.
    for xml in [
        "<p:a/>",
        "<a p:b=''/>",
        "<a xmlns:p=''/>",
        "<a xmlns:xml='urn:evil'/>",
        "<a xmlns:xmlns='urn:evil'/>",
        "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
        "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='' q:b=''/>",
        "<a:b:c xmlns:a='urn:a'/>",
        "<:a/>",
        "<a: xmlns:a='urn:a'/>",
    ] {
        let error = refused(xml);
        assert!(
            matches!(
                error,
                ParseError::NotNamespaceWellFormed { .. } | ParseError::NotWellFormed { .. }
            ),
            "{xml}: {error:?}"
        );
    }
    assert!(matches!(
        refused("<p:a/>"),
        ParseError::NotNamespaceWellFormed { line: 1, .. }
    ));
}

#[test]
fn bounds_the_attributes_of_a_tag() {
    let with = |count: usize| {
        let attributes: String = (0..count).map(|n| format!(" a{n}='<'")).collect();
        format!("<r><a{}/></r>", attributes.replace('<', "x"))
    };
    assert!(accepted(&with(64)));
    assert_eq!(
        refused(with(65)),
        ParseError::TooManyAttributes { offset: 3, max: 64 }
    );
    assert_eq!(
        refused(with(26_000)),
        ParseError::TooManyAttributes { offset: 3, max: 64 }
    );
}

#[test]
fn bounds_the_namespaces_of_a_tag_and_in_scope() {
    let declarations = |from: usize, to: usize| -> String {
        (from..to)
            .map(|n| format!(" xmlns:n{n} = \"urn:{n}\""))
            .collect()
    };
    assert!(accepted(&format!("<a{}/>", declarations(0, 16))));
    assert_eq!(
        refused(format!("<a{}/>", declarations(0, 17))),
        ParseError::TooManyNamespaceDeclarations { offset: 0, max: 16 }
    );
    let nested = |levels: usize| {
        let open: String = (0..levels)
            .map(|n| format!("<a{}>", declarations(n * 16, n * 16 + 16)))
            .collect();
        format!("{open}{}", "</a>".repeat(levels))
    };
    assert!(accepted(&nested(4)));
    assert!(matches!(
        refused(nested(5)),
        ParseError::TooManyNamespacesInScope { max: 64, .. }
    ));
    // One after the other is fine: what is closed is out of scope.
    let siblings = format!(
        "<r>{}</r>",
        format!("<a{}></a>", declarations(0, 16)).repeat(50)
    );
    assert!(accepted(&siblings));
    let siblings = format!(
        "<r>{}</r>",
        format!("<a{}/>", declarations(0, 16)).repeat(50)
    );
    assert!(accepted(&siblings));
    // The default namespace, white space and odd spacing count as well.
    let mut one = Limits::default();
    one.max_xmlns_per_tag = 0;
    for xml in [
        "<a xmlns='urn:a'/>",
        "<a\txmlns\n=\r'urn:a'/>",
        "<a b=''xmlns='urn:a'/>",
    ] {
        let error = Document::parse(xml.as_bytes(), &one).unwrap_err();
        assert!(
            matches!(error, ParseError::TooManyNamespaceDeclarations { .. }),
            "{xml}"
        );
    }
}

#[test]
fn bounds_depth_and_number() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert!(accepted(&nested(64)));
    assert_eq!(
        refused(nested(65)),
        ParseError::TooDeep {
            offset: 64 * 3,
            max: 64
        }
    );
    assert_eq!(
        refused(nested(60_000)),
        ParseError::TooDeep {
            offset: 64 * 3,
            max: 64
        }
    );
    let many = |node: &str, count: usize| format!("<r>{}</r>", node.repeat(count));
    for node in ["<a/>", "<!---->", "<![CDATA[]]>", "<a></a>"] {
        assert!(accepted(&many(node, 19_999)), "{node}");
        let error = refused(many(node, 20_000));
        assert!(
            matches!(error, ParseError::TooManyNodes { max: 20_000, .. }),
            "{node}"
        );
    }
    assert!(accepted(&many("<a b='' c='' d=''/>", 4999)));
    let error = refused(many("<a b='' c='' d=''/>", 5000));
    assert!(matches!(
        error,
        ParseError::TooManyNodes { max: 20_000, .. }
    ));
}

#[test]
fn bounds_the_length_of_a_namespace_name() {
    let with = |length: usize| format!("<a xmlns:p='{}'/>", "x".repeat(length));
    assert!(accepted(&with(256)));
    let expected = ParseError::NamespaceTooLong {
        offset: 0,
        bytes: 257,
        max: 256,
    };
    assert_eq!(refused(with(257)), expected);
}

#[test]
fn an_element_says_what_it_is() {
    let document = parse(
        "<p:a xmlns:p='urn:p' xmlns='urn:d' b='1' p:b='2' c=''><d/>text<!-- --><e> <f/> </e></p:a>",
    );
    let root = document.root();
    assert!(root.is("urn:p", "a") && !root.is("urn:d", "a") && !root.is("urn:p", "A"));
    assert_eq!(root.attribute("b").unwrap(), "1");
    assert_eq!(root.attribute_ns("urn:p", "b").unwrap(), "2");
    assert_eq!(root.attribute("c").unwrap(), "");
    assert_eq!(root.attribute("d"), None);
    assert_eq!(root.attribute("xmlns"), None);
    assert_eq!(root.parent(), None);
    let names: Vec<_> = root.children().map(|child| child.local_name()).collect();
    assert_eq!(names, ["d", "e"]);
    let first = root.children().next().unwrap();
    assert_eq!(first.namespace(), Some("urn:d"));
    let last = first.next_element().unwrap();
    assert_eq!(last.previous_element(), Some(first));
    assert_eq!(last.next_element(), None);
    assert_eq!(first.previous_element(), None);
    assert_eq!(last.parent(), Some(root));
    assert_eq!(root.children_named("urn:d", "e").count(), 1);
    assert_eq!(root.children_named("urn:p", "e").count(), 0);
    assert_eq!(root.text(), None, "it has elements");
    assert_eq!(root.deep_text(), "text  ");
    assert_eq!(first.text().unwrap(), "");
    assert_eq!(parse("<a/>").root().namespace(), None);
}

#[test]
fn attribute_values_and_texts_are_unescaped_and_whole() {
    let document =
        parse("<a b='&lt;&#65;&amp;amp;&quot; &#10;x'>1&lt;2<!-- c -->3<![CDATA[&lt;]]>&#13;</a>");
    let root = document.root();
    assert_eq!(root.attribute("b").unwrap(), "<A&amp;\" \nx");
    assert_eq!(root.text().unwrap(), "1<23&lt;\r");
    assert_eq!(root.deep_text(), "1<23&lt;\r");
    let long = "é".repeat(100_000);
    let document = parse(&format!("<a b='{long}'>{long}</a>"));
    assert_eq!(document.root().attribute("b").unwrap(), long);
    assert_eq!(document.root().text().unwrap(), long);
}

#[test]
fn errors_say_where_and_show_nothing_of_the_document() {
    let error = refused("<a>\n<secret></public>\n</a>");
    assert!(
        matches!(error, ParseError::NotWellFormed { line: 2, .. }),
        "{error:?}"
    );
    assert!(!error.to_string().contains("secret"));
}
