//! A passkey alone.

use serde_json::Value;
use vestibule_credential::{PasskeyError, PasskeyProof, PasskeyStorage, PasskeyUse};
use vestibule_model::AuthenticationMethod::{Hwk, Mfa, Swk, User};

use crate::{authenticator::Authenticator, scene::*};

/// As the server does it: what answers is looked up by what it calls itself.
fn sign_in(anna: &mut Anna) -> Result<(PasskeyProof, PasskeyUse), PasskeyError> {
    let challenge = anna.site.begin_sign_in()?;
    let answer = anna.device.get(&challenge.options);
    let id = anna.site.identify(&answer)?;
    let stored = anna
        .passkeys
        .iter()
        .find(|passkey| passkey.credential_id == id);
    anna.site
        .finish_sign_in(&challenge.state, &answer, stored.unwrap(), now())
}

#[test]
fn proves_who_the_passkey_belongs_to() {
    for (syncs, storage, amr) in [
        (false, PasskeyStorage::DeviceBound, [Hwk, User, Mfa]),
        (true, PasskeyStorage::Synced, [Swk, User, Mfa]),
    ] {
        let mut anna = Anna::with_passkey(|device| device.syncs = syncs);
        let (proof, used) = sign_in(&mut anna).unwrap();
        assert_eq!(proof.member_id(), anna.member_id);
        assert_eq!(proof.workspace_id(), anna.workspace_id);
        assert_eq!((proof.storage(), proof.at()), (storage, now()));
        assert_eq!(proof.amr(), amr);
        assert_eq!(used.id, anna.passkeys[0].id);
    }
}

#[test]
fn asks_for_any_passkey_that_verifies_its_owner() {
    let options: Value = serde_json::from_str(&site().begin_sign_in().unwrap().options).unwrap();
    assert_eq!(options["mediation"], "conditional");
    assert_eq!(options["publicKey"]["userVerification"], "required");
    assert_eq!(options["publicKey"]["rpId"], "localhost");
    assert_eq!(
        options["publicKey"]["allowCredentials"],
        Value::Array(Vec::new())
    );
}

#[test]
fn refuses_what_misbehaves() {
    type Prepare = fn(&mut Authenticator);
    let cases: [(Prepare, PasskeyError); 4] = [
        (
            |device| device.origin = "https://evil.example".to_owned(),
            PasskeyError::WrongSite,
        ),
        (
            |device| device.rp_id = Some("evil.example".to_owned()),
            PasskeyError::WrongSite,
        ),
        (|device| device.verifies = false, PasskeyError::NotVerified),
        (
            |device| device.names_owner = false,
            PasskeyError::OtherMember,
        ),
    ];
    for (prepare, expected) in cases {
        let mut anna = Anna::with_passkey(|_| {});
        prepare(&mut anna.device);
        assert_eq!(sign_in(&mut anna).err(), Some(expected));
    }
}

#[test]
fn refuses_a_counter_that_goes_back() {
    let mut anna = Anna::with_passkey(|device| device.counter = Some(10));
    let (_, used) = sign_in(&mut anna).unwrap();
    anna.note(used);
    anna.device.counter = Some(10);
    assert_eq!(sign_in(&mut anna).err(), Some(PasskeyError::PossibleCopy));
    assert!(sign_in(&mut anna).is_ok());
}

#[test]
fn refuses_an_old_answer() {
    let mut anna = Anna::with_passkey(|_| {});
    let first = anna.site.begin_sign_in().unwrap();
    let second = anna.site.begin_sign_in().unwrap();
    let answer = anna.device.get(&first.options);
    let replayed = anna
        .site
        .finish_sign_in(&second.state, &answer, &anna.passkeys[0], now());
    assert_eq!(replayed.err(), Some(PasskeyError::WrongChallenge));
}

#[test]
fn refuses_a_passkey_of_somebody_else() {
    let mut anna = Anna::with_passkey(|_| {});
    let ben = Anna::with_passkey(|_| {});
    let challenge = anna.site.begin_sign_in().unwrap();
    let answer = anna.device.get(&challenge.options);
    let finish = |stored: &_| {
        anna.site
            .finish_sign_in(&challenge.state, &answer, stored, now())
            .err()
    };
    assert_eq!(finish(&ben.passkeys[0]), Some(PasskeyError::UnknownPasskey));
    let mut moved = anna.passkeys[0].clone();
    moved.member_id = ben.member_id;
    assert_eq!(finish(&moved), Some(PasskeyError::OtherMember));
}

/// What a member was asked for as a second factor is no sign-in without the password.
#[test]
fn refuses_the_state_of_a_second_factor() {
    let mut anna = Anna::with_passkey(|_| {});
    let factor = anna.site.begin_second_factor(&anna.passkeys).unwrap();
    let answer = anna.device.get(&factor.options);
    let refused = anna
        .site
        .finish_sign_in(&factor.state, &answer, &anna.passkeys[0], now());
    assert_eq!(refused.err(), Some(PasskeyError::OtherCeremony));
}

#[test]
fn identifies_nothing_in_what_is_no_answer() {
    for answer in ["", "{}", "[]", "\u{0}"] {
        assert_eq!(site().identify(answer), Err(PasskeyError::UnreadableAnswer));
    }
}
