//! A passkey is registered, or not.

use serde_json::Value;
use vestibule_credential::{PasskeyError, PasskeyStorage, Passkeys};

use crate::{authenticator::Authenticator, scene::*};

#[test]
fn a_device_registers_a_passkey_for_who_began() {
    for (syncs, storage) in [
        (false, PasskeyStorage::DeviceBound),
        (true, PasskeyStorage::Synced),
    ] {
        let mut anna = Anna::new();
        anna.device.syncs = syncs;
        let new = anna.register();
        assert_eq!(new.member_id, anna.member_id);
        assert_eq!(new.storage, storage);
        assert!(!new.credential_id.is_empty());
        assert!(!format!("{new:?}").contains(&new.credential_id));
    }
}

#[test]
fn the_options_say_what_a_whole_sign_in_needs() {
    let anna = Anna::with_passkey(|_| {});
    let challenge = anna
        .site
        .begin_registration(anna.owner(), &anna.passkeys)
        .unwrap();
    let options: Value = serde_json::from_str(&challenge.options).unwrap();
    let options = &options["publicKey"];
    assert_eq!(options["rp"]["id"], "localhost");
    assert_eq!(options["rp"]["name"], "Acme");
    assert_eq!(options["user"]["name"], "anna@acme.example");
    assert_eq!(options["user"]["displayName"], "Anna");
    assert_eq!(options["attestation"], "none");
    assert_eq!(
        options["authenticatorSelection"]["residentKey"],
        "preferred"
    );
    assert_eq!(
        options["authenticatorSelection"]["userVerification"],
        "required"
    );
    assert_eq!(
        options["excludeCredentials"][0]["id"],
        anna.passkeys[0].credential_id
    );
    let challenge_text = options["challenge"].as_str().unwrap();
    assert!(challenge_text.len() >= 43);
    assert!(!format!("{challenge:?}").contains(challenge_text));
}

#[test]
fn one_member_has_one_handle_and_others_have_another() {
    let handle = |anna: &Anna| {
        let challenge = anna.site.begin_registration(anna.owner(), &[]).unwrap();
        let options: Value = serde_json::from_str(&challenge.options).unwrap();
        options["publicKey"]["user"]["id"].clone()
    };
    let (anna, ben) = (Anna::new(), Anna::new());
    assert_eq!(handle(&anna), handle(&anna));
    assert_ne!(handle(&anna), handle(&ben));
}

#[test]
fn refuses_what_another_site_made() {
    type Prepare = fn(&mut Authenticator);
    let cases: [(Prepare, PasskeyError); 5] = [
        (
            |device| device.origin = "http://localhost:8081".to_owned(),
            PasskeyError::WrongSite,
        ),
        (
            |device| device.origin = "https://localhost:8080".to_owned(),
            PasskeyError::WrongSite,
        ),
        (
            |device| device.origin = "http://a.localhost:8080".to_owned(),
            PasskeyError::WrongSite,
        ),
        (
            |device| device.rp_id = Some("evil.example".to_owned()),
            PasskeyError::WrongSite,
        ),
        (|device| device.verifies = false, PasskeyError::NotVerified),
    ];
    for (prepare, expected) in cases {
        let mut anna = Anna::new();
        prepare(&mut anna.device);
        let challenge = anna.site.begin_registration(anna.owner(), &[]).unwrap();
        let answer = anna.device.create(&challenge.options);
        let refused = anna.site.finish_registration(&challenge.state, &answer);
        assert_eq!(refused.err(), Some(expected));
    }
}

#[test]
fn refuses_the_answer_to_another_challenge() {
    let mut anna = Anna::new();
    let first = anna.site.begin_registration(anna.owner(), &[]).unwrap();
    let second = anna.site.begin_registration(anna.owner(), &[]).unwrap();
    let answer = anna.device.create(&first.options);
    let refused = anna.site.finish_registration(&second.state, &answer);
    assert_eq!(refused.err(), Some(PasskeyError::WrongChallenge));
}

#[test]
fn refuses_what_belongs_to_another_ceremony() {
    let mut anna = Anna::with_passkey(|_| {});
    let factor = anna.site.begin_second_factor(&anna.passkeys).unwrap();
    let sign_in = anna.site.begin_sign_in().unwrap();
    let challenge = anna.site.begin_registration(anna.owner(), &[]).unwrap();
    let answer = anna.device.create(&challenge.options);
    for state in [factor.state.as_str(), &sign_in.state, "", "{}", "null"] {
        let refused = anna.site.finish_registration(state, &answer);
        assert_eq!(refused.err(), Some(PasskeyError::OtherCeremony));
    }
    for answer in ["", "{}", "null", &"[".repeat(100_000)] {
        let refused = anna.site.finish_registration(&challenge.state, answer);
        assert_eq!(refused.err(), Some(PasskeyError::UnreadableAnswer));
    }
}

#[test]
fn another_host_knows_nothing_of_it() {
    let mut anna = Anna::new();
    let elsewhere = Passkeys::new("https://sso.other.example", "Other").unwrap();
    let challenge = anna.site.begin_registration(anna.owner(), &[]).unwrap();
    let answer = anna.device.create(&challenge.options);
    let refused = elsewhere.finish_registration(&challenge.state, &answer);
    assert_eq!(refused.err(), Some(PasskeyError::WrongSite));
}
