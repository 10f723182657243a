//! Whatever one byte of an accepted response becomes, it is refused or means the very same.

use crate::support::{EVERY_WAY, RESPONSE, Sign, every_nth, expected, keys, now, sign};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use vestibule_saml::{Limits, SignIn, UnverifiedResponse, VerifiedAssertion};

fn judge(xml: &[u8]) -> Option<VerifiedAssertion<SignIn>> {
    UnverifiedResponse::decode(&STANDARD.encode(xml), &Limits::default())
        .ok()?
        .verify(&keys())
        .ok()?
        .validate(&expected(), now())
        .ok()
}

#[track_caller]
fn same(one: &VerifiedAssertion<SignIn>, other: &VerifiedAssertion<SignIn>, position: usize) {
    assert_eq!(one.idp_entity_id(), other.idp_entity_id(), "at {position}");
    assert_eq!(one.assertion_id(), other.assertion_id(), "at {position}");
    assert_eq!(one.name_id(), other.name_id(), "at {position}");
    assert_eq!(one.attributes(), other.attributes(), "at {position}");
    assert_eq!(one.authn_instant(), other.authn_instant(), "at {position}");
    assert_eq!(one.session_index(), other.session_index(), "at {position}");
    assert_eq!(
        one.session_not_on_or_after(),
        other.session_not_on_or_after(),
        "at {position}"
    );
    assert_eq!(
        one.authn_context_class(),
        other.authn_context_class(),
        "at {position}"
    );
    assert_eq!(one.expires_at(), other.expires_at(), "at {position}");
    assert_eq!(one.signed_by(), other.signed_by(), "at {position}");
}

/// Every position of the whole document, the signed part and all around it: its lowest bit turned,
/// its case turned, and two bytes that mean something in XML.
#[test]
fn any_one_byte_changed_is_refused_or_means_the_same() {
    for how in EVERY_WAY {
        let signed = sign(RESPONSE, how).into_bytes();
        let honest = judge(&signed).unwrap();
        let mut accepted = 0_usize;
        for position in (0..signed.len()).step_by(every_nth()) {
            let original = signed[position];
            let others = [original ^ 1, original ^ 0x20, b' ', b'<'];
            for byte in others.into_iter().filter(|byte| *byte != original) {
                let mut changed = signed.clone();
                changed[position] = byte;
                if let Some(assertion) = judge(&changed) {
                    accepted += 1;
                    same(&honest, &assertion, position);
                }
            }
        }
        // A digit of a time that nobody signed, say: there are such changes, and they are few.
        assert!(
            accepted > 0 || how != Sign::Assertion || every_nth() > 1,
            "nothing was accepted: is it looking?"
        );
        assert!(accepted < 200, "{accepted} changes were accepted ({how:?})");
    }
}

/// Bytes taken out and bytes doubled, over every position.
#[test]
fn any_one_byte_removed_or_doubled_is_refused_or_means_the_same() {
    for how in EVERY_WAY {
        let signed = sign(RESPONSE, how).into_bytes();
        let honest = judge(&signed).unwrap();
        for position in (0..signed.len()).step_by(every_nth()) {
            let mut removed = signed.clone();
            let byte = removed.remove(position);
            let mut doubled = signed.clone();
            doubled.insert(position, byte);
            for changed in [removed, doubled] {
                if let Some(assertion) = judge(&changed) {
                    same(&honest, &assertion, position);
                }
            }
        }
    }
}
