//! The signatures, judged by somebody else's library: xmlseclibs, in PHP on its own C14N.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::json;
use vestibule_test_idp::{Fault, Sign, Style, TestIdp, Twist};

use crate::support::{ada, assertions, attribute, document, idp, now, received};

/// What xmlseclibs says of the signatures on Response and assertion.
fn verdicts(idp: &TestIdp, twist: &Twist) -> [String; 2] {
    let form = idp
        .respond(&received(idp), ada(idp), twist, now())
        .expect("an answer");
    let document = document(&form);
    [document.root(), assertions(&document)[0]].map(|element| {
        let input = json!({
            "xml": form.xml(),
            "id": attribute(element, "ID"),
            "certificate": idp.certificate_pem(),
        });
        let mut php = Command::new("php")
            .args(["-d", "display_errors=0", "-d", "error_reporting=0"])
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/idp/xmlseclibs.php"
            ))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("apt-get install simplesamlphp php-cli php-xml");
        php.stdin
            .take()
            .expect("piped")
            .write_all(input.to_string().as_bytes())
            .expect("PHP reads");
        let output = php.wait_with_output().expect("PHP ends");
        String::from_utf8_lossy(&output.stdout).into_owned()
    })
}

#[test]
fn another_library_verifies_every_style() {
    let good = "verified http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    for style in Style::ALL {
        let both = Twist {
            sign: Some(Sign::Both),
            ..Twist::default()
        };
        assert_eq!(verdicts(idp(*style), &both), [good, good], "{style}");
    }
    assert_eq!(
        verdicts(idp(Style::Entra), &Twist::default()),
        ["unsigned", good]
    );
    assert_eq!(
        verdicts(idp(Style::Entra), &Fault::OtherKey.twist())[1],
        "the signature differs"
    );
    assert_eq!(
        verdicts(idp(Style::Okta), &Fault::Tampered.twist()),
        ["the digest differs"; 2]
    );
}

#[test]
fn the_signatures_with_sha1_are_good_ones() {
    let sha1 = "verified http://www.w3.org/2000/09/xmldsig#rsa-sha1";
    assert_eq!(
        verdicts(idp(Style::Okta), &Fault::Sha1.twist()),
        [sha1, sha1]
    );
    assert_eq!(
        verdicts(idp(Style::Entra), &Fault::Sha1.twist()),
        ["unsigned", sha1]
    );
}
