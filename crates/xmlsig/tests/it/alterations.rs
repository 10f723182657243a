//! Any change of one byte is refused or changes nothing that is read.

use proptest::prelude::*;
use vestibule_xmlsig::{Document, Limits, SignOptions, verify};

use crate::common::*;

/// Verifies the assertion of an altered response: nothing, or the very bytes that were signed.
fn bytes_of(xml: &[u8]) -> Option<Vec<u8>> {
    let document = Document::parse(xml, &Limits::default()).ok()?;
    let assertion = find(document.root(), "Assertion")?;
    verify(assertion, &trusted())
        .ok()
        .map(|signed| signed.as_bytes().to_vec())
}

fn signed_with_umlaut() -> String {
    let xml = response().replace("ada@example.org", "ädä@example.org");
    idp()
        .sign_element(&xml, "_assertion", &SignOptions::default())
        .unwrap()
}

#[test]
fn every_byte_changed_in_every_telling_way() {
    let original = signed_with_umlaut().into_bytes();
    let signed = bytes_of(&original).unwrap();
    let mut accepted = 0_usize;
    for position in (0..original.len()).step_by(every_nth()) {
        let byte = original[position];
        for changed in [
            byte ^ 1,
            byte ^ 0x20,
            byte ^ 0x80,
            b' ',
            b'<',
            b'&',
            b'"',
            b'A',
            0,
        ] {
            if changed == byte {
                continue;
            }
            let mut altered = original.clone();
            altered[position] = changed;
            if let Some(bytes) = bytes_of(&altered) {
                accepted += 1;
                assert_eq!(
                    bytes, signed,
                    "byte {position}: {byte:#x} became {changed:#x}"
                );
            }
        }
    }
    // Outside the assertion there is much that may change.
    assert!(accepted > 100 / every_nth(), "{accepted}");
}

#[test]
fn every_byte_removed_and_every_byte_doubled() {
    let original = signed_with_umlaut().into_bytes();
    let signed = bytes_of(&original).unwrap();
    for position in (0..original.len()).step_by(every_nth()) {
        let mut shorter = original.clone();
        let byte = shorter.remove(position);
        let mut longer = original.clone();
        longer.insert(position, byte);
        for altered in [shorter, longer] {
            if let Some(bytes) = bytes_of(&altered) {
                assert_eq!(bytes, signed, "at byte {position}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400 / u32::try_from(every_nth()).unwrap(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_changes_in_many_places(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)
    ) {
        let mut altered = signed_with_umlaut().into_bytes();
        let signed = bytes_of(&altered).unwrap();
        for (place, byte) in changes {
            let place = place.index(altered.len());
            altered[place] = byte;
        }
        if let Some(bytes) = bytes_of(&altered) {
            prop_assert_eq!(bytes, signed);
        }
    }

    #[test]
    fn a_piece_of_the_document_moved_elsewhere(
        from in any::<prop::sample::Index>(),
        length in 1_usize..400,
        to in any::<prop::sample::Index>(),
    ) {
        let original = signed_with_umlaut().into_bytes();
        let signed = bytes_of(&original).unwrap();
        let from = from.index(original.len());
        let piece = original[from..(from + length).min(original.len())].to_vec();
        let to = to.index(original.len());
        let mut altered = original;
        altered.splice(to..to, piece);
        if let Some(bytes) = bytes_of(&altered) {
            prop_assert_eq!(bytes, signed);
        }
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Document::parse(&bytes, &Limits::default());
    }

    #[test]
    fn no_markup_makes_the_parser_panic(text in "[<>/!?a:= '\"&;#x\\[\\]-]{0,80}") {
        let _ = Document::parse(text.as_bytes(), &Limits::default());
    }
}
