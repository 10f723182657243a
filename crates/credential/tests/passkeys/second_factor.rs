//! A passkey beside the password.

use vestibule_credential::{FactorMethod, PasskeyError, PasskeyUse, SecondFactorProof};
use vestibule_model::AuthenticationMethod::{Hwk, Swk, User};

use crate::{authenticator::Authenticator, scene::*};

fn give(anna: &mut Anna) -> Result<(SecondFactorProof, PasskeyUse), PasskeyError> {
    let challenge = anna.site.begin_second_factor(&anna.passkeys)?;
    let answer = anna.device.get(&challenge.options);
    anna.site
        .finish_second_factor(&challenge.state, &answer, &anna.passkeys, now())
}

#[test]
fn proves_the_member_by_one_of_their_passkeys() {
    for (syncs, amr) in [(false, [Hwk, User]), (true, [Swk, User])] {
        let mut anna = Anna::with_passkey(|device| device.syncs = syncs);
        anna.device.names_owner = syncs;
        let (proof, used) = give(&mut anna).unwrap();
        assert_eq!(proof.member_id(), anna.member_id);
        assert_eq!(proof.workspace_id(), anna.workspace_id);
        assert_eq!((proof.method(), proof.at()), (FactorMethod::Passkey, now()));
        assert_eq!(proof.amr(), amr);
        assert_eq!(used.id, anna.passkeys[0].id);
    }
}

#[test]
fn refuses_what_misbehaves() {
    type Prepare = fn(&mut Authenticator);
    let cases: [(Prepare, PasskeyError); 3] = [
        (
            |device| device.origin = "https://evil.example".to_owned(),
            PasskeyError::WrongSite,
        ),
        (
            |device| device.rp_id = Some("evil.example".to_owned()),
            PasskeyError::WrongSite,
        ),
        (|device| device.verifies = false, PasskeyError::NotVerified),
    ];
    for (prepare, expected) in cases {
        let mut anna = Anna::with_passkey(|_| {});
        prepare(&mut anna.device);
        assert_eq!(give(&mut anna).err(), Some(expected));
    }
}

#[test]
fn refuses_a_counter_that_goes_back_or_stands_still() {
    let mut anna = Anna::with_passkey(|device| device.counter = Some(10));
    for (counter, right) in [
        (11, true),
        (11, false),
        (5, false),
        (12, true),
        (40, true),
        (13, false),
    ] {
        anna.device.counter = Some(counter - 1);
        match give(&mut anna) {
            Ok((_, used)) => {
                assert!(right, "{counter}");
                anna.note(used);
            }
            Err(error) => {
                assert!(!right, "{counter}");
                assert_eq!(error, PasskeyError::PossibleCopy);
            }
        }
    }
}

/// Two ceremonies that began at the same counter: the copy answers second.
#[test]
fn holds_the_counter_against_what_is_stored_by_now() {
    let mut anna = Anna::with_passkey(|device| device.counter = Some(10));
    let mine = anna.site.begin_second_factor(&anna.passkeys).unwrap();
    let copys = anna.site.begin_second_factor(&anna.passkeys).unwrap();
    let answer = anna.device.get(&mine.options);
    anna.device.counter = Some(10);
    let copys_answer = anna.device.get(&copys.options);
    let finish = |anna: &Anna, state: &str, answer: &str| {
        anna.site
            .finish_second_factor(state, answer, &anna.passkeys, now())
    };
    let (_, used) = finish(&anna, &mine.state, &answer).unwrap();
    anna.note(used);
    assert_eq!(
        finish(&anna, &copys.state, &copys_answer).err(),
        Some(PasskeyError::PossibleCopy)
    );
}

#[test]
fn refuses_an_old_answer_and_a_broken_signature() {
    let mut anna = Anna::with_passkey(|_| {});
    let first = anna.site.begin_second_factor(&anna.passkeys).unwrap();
    let second = anna.site.begin_second_factor(&anna.passkeys).unwrap();
    let answer = anna.device.get(&first.options);
    let replayed = anna
        .site
        .finish_second_factor(&second.state, &answer, &anna.passkeys, now());
    assert_eq!(replayed.err(), Some(PasskeyError::WrongChallenge));

    let mut broken: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let other: serde_json::Value = serde_json::from_str(&anna.device.get(&second.options)).unwrap();
    broken["response"]["signature"] = other["response"]["signature"].clone();
    let refused =
        anna.site
            .finish_second_factor(&first.state, &broken.to_string(), &anna.passkeys, now());
    assert_eq!(refused.err(), Some(PasskeyError::Refused));
}

#[test]
fn refuses_passkeys_that_are_not_there_any_more_or_never_were_theirs() {
    let mut anna = Anna::with_passkey(|_| {});
    let challenge = anna.site.begin_second_factor(&anna.passkeys).unwrap();
    let answer = anna.device.get(&challenge.options);
    let finish = |passkeys: &[_]| {
        anna.site
            .finish_second_factor(&challenge.state, &answer, passkeys, now())
            .err()
    };
    assert_eq!(finish(&[]), Some(PasskeyError::UnknownPasskey));

    let ben = Anna::with_passkey(|_| {});
    let mut moved = anna.passkeys[0].clone();
    moved.member_id = ben.member_id;
    assert_eq!(finish(&[moved]), Some(PasskeyError::OtherMember));

    let mut spoilt = anna.passkeys[0].clone();
    spoilt.credential = ben.passkeys[0].credential.clone();
    assert_eq!(finish(&[spoilt]), Some(PasskeyError::UnreadablePasskey));

    let both = [anna.passkeys[0].clone(), ben.passkeys[0].clone()];
    assert_eq!(
        anna.site.begin_second_factor(&both).err(),
        Some(PasskeyError::OtherMember)
    );
    assert_eq!(
        anna.site.begin_second_factor(&[]).err(),
        Some(PasskeyError::NoPasskey)
    );
}

#[test]
fn refuses_the_state_of_a_sign_in() {
    let mut anna = Anna::with_passkey(|_| {});
    let sign_in = anna.site.begin_sign_in().unwrap();
    let answer = anna.device.get(&sign_in.options);
    let refused = anna
        .site
        .finish_second_factor(&sign_in.state, &answer, &anna.passkeys, now());
    assert_eq!(refused.err(), Some(PasskeyError::OtherCeremony));
}
