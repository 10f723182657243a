//! The process as a whole: threads, standard error, readers, versions.

use std::process::Command;
use std::thread;

use vestibule_xmlsig::{Document, Limits, SigningKey, VerifyError, init, verify};

use crate::common::*;

#[test]
fn the_versions_are_told_and_supported() {
    let versions = init().unwrap();
    assert_eq!(init().unwrap(), versions);
    assert!(versions.libxml2.starts_with("2."), "{versions:?}");
    assert!(versions.xmlsec.starts_with("1.2."), "{versions:?}");
    assert!(versions.openssl.starts_with("OpenSSL 3."), "{versions:?}");
}

#[test]
fn eight_threads_mix_good_and_bad() {
    const ROUNDS: usize = 60;
    let good = signed_response();
    let altered = good.replace("ada@example.org", "eve@example.org");
    let foreign = Forged::fine().sign_with(attacker());
    let malformed = good.replace("</samlp:Response>", "");
    let void = {
        let mut forged = Forged::fine();
        forged.before = forged
            .before
            .replace("<saml:Issuer>", "<saml:Issuer xmlns:r=\"r\">");
        forged
            .with_reference("#_a", &two_transforms(), &sha256(b""))
            .sign()
    };
    let keys = [attacker().verifying_key(), idp().verifying_key()];
    thread::scope(|scope| {
        for offset in 0..8 {
            let (good, altered, foreign) = (&good, &altered, &foreign);
            let (malformed, void, keys) = (&malformed, &void, &keys);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    match (round + offset) % 5 {
                        0 => {
                            let document = parse(good);
                            let assertion = find(document.root(), "Assertion").unwrap();
                            let signed = verify(assertion, keys).unwrap();
                            assert_eq!(signed.key(), *idp().verifying_key().fingerprint());
                            let read = signed.parse(&Limits::default()).unwrap();
                            let name_id = find(read.root(), "NameID").unwrap();
                            assert_eq!(name_id.text().unwrap(), "ada@example.org");
                        }
                        1 => {
                            let document = parse(altered);
                            let assertion = find(document.root(), "Assertion").unwrap();
                            let error = verify(assertion, keys).unwrap_err();
                            assert_eq!(error, VerifyError::DigestMismatch);
                        }
                        2 => {
                            let error = verify(parse(foreign).root(), &keys[1..]).unwrap_err();
                            assert_eq!(error, VerifyError::WrongKey);
                        }
                        3 => {
                            Document::parse(malformed.as_bytes(), &Limits::default()).unwrap_err();
                        }
                        _ => {
                            let error = verify(parse(void).root(), keys).unwrap_err();
                            assert_eq!(error, VerifyError::NotCanonicalizable);
                        }
                    }
                }
            });
        }
    });
}

const CHILD: &str = "VESTIBULE_XMLSIG_TEST_CHILD";

/// Runs in a process of its own, started by the test below; on its own it does nothing.
#[test]
fn the_child_provokes_every_library() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    // Before anything is set up, and on a fresh thread.
    for xml in [
        "<a>&x;</a>",
        "<p:a/>",
        "<a xmlns:r='relative'/>",
        "<a><b></a></b>",
        "text",
    ] {
        let _ = Document::parse(xml.as_bytes(), &Limits::default());
    }
    thread::spawn(|| {
        for xml in [
            "<a>&x;</a>",
            "<p:a/>",
            "<a xml:id='1'/>",
            "<a><b xml:id='x'/><b xml:id='x'/></a>",
        ] {
            let _ = Document::parse(xml.as_bytes(), &Limits::default());
        }
        let forged = Forged::fine();
        for xml in [
            forged.sign_with(attacker()),
            forged.sign().replace("ada@", "eve@"),
            forged.with_value("AAAA"),
            Forged::fine()
                .with_reference("#_a", &two_transforms(), "!!!")
                .sign(),
            Forged::fine()
                .with_reference("#_a", &two_transforms(), "")
                .sign(),
        ] {
            verify(parse(&xml).root(), &trusted()).unwrap_err();
        }
        let mut forged = Forged::fine();
        forged.before = forged
            .before
            .replace("<saml:Issuer>", "<saml:Issuer xmlns:r=\"r\">");
        let void = forged
            .with_reference("#_a", &two_transforms(), &sha256(b""))
            .sign();
        assert_eq!(
            verify(parse(&void).root(), &trusted()).unwrap_err(),
            VerifyError::NotCanonicalizable
        );
        let _ = SigningKey::from_pkcs8_der(b"\x30\x03\x02\x01\x00");
        let _ = vestibule_xmlsig::Certificate::parse_all(b"\x30\x03\x02\x01\xff");
        let relative = "<a ID='x' xmlns:r='relative'/>";
        assert!(
            idp()
                .sign_element(relative, "x", &Default::default())
                .is_err()
        );
    })
    .join()
    .unwrap();
}

#[test]
fn nothing_is_written_to_standard_error() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "process::the_child_provokes_every_library",
            "--nocapture",
        ])
        .args(["--test-threads", "1"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{stdout}");
    assert!(stdout.contains("1 passed"), "{stdout}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
