//! From nothing to a live connection by the guided setup, with SimpleSAMLphp.

use serde_json::json;

use crate::{
    harness::{Application, Browser},
    scene::{GRACE, Scene, keeps_the_codes, sets_up_an_app},
    setting_up::{ACME, confirms_enabling, signs_in_where_asked, walks_on_to},
    support::simplesamlphp::{PEOPLE, Person, SimpleSamlPhp, SpOptions, key_pair},
    words::{elsewhere::simplesamlphp, enabling, guide, report, settings},
};

/// What somebody else's service is called there.
const ANOTHER_SERVICE: &str = "https://wiki.acme.example/saml";

#[test]
fn an_admin_comes_from_nothing_to_live_with_a_wrong_audience_on_the_way() {
    let scene = Scene::new();
    scene.second_factor_for("admins");
    scene.with_password(GRACE, "admin");
    // Nobody has prepared anything.
    scene.world.api.delete(&scene.world.path("")).expect(204);
    let php = SimpleSamlPhp::start();
    let browser = Browser::open("setup");
    browser.go(&format!("{}/settings/sso", scene.url));
    signs_in_where_asked(&browser, &scene, GRACE);
    sets_up_an_app(&browser);
    keeps_the_codes(&browser);
    browser.sees(settings::TITLE);
    browser.look("nothing-yet");

    browser.press(settings::SET_UP);
    browser.sees(guide::WHICH);
    browser.look("which-provider");
    browser.press(guide::OTHER);
    browser.look("create");
    walks_on_to(&browser, guide::ENTER_OURS);
    browser.look("our-values");
    let ours = copies_our_values(&browser);
    php.trust(&ours.0, &ours.1, &for_another_service());
    for step in ["attributes", "assign", "their-values"] {
        browser.press(guide::NEXT);
        browser.look(step);
    }

    pastes_wrong_things(&browser, &ours.1, &php);
    browser.paste(guide::CERTIFICATE, &certificate(&php));
    browser.paste(guide::LOGIN_URL, &login_url(&php));
    browser.sees(guide::LOOKS_RIGHT);
    browser.sees("SimpleSAMLphp of the tests");
    browser.look("pasted");
    browser.press(guide::SAVE);
    browser.sees(settings::SAVED);
    browser.sees(settings::state::SAVED);
    browser.look("saved");

    browser.press(settings::TEST);
    signs_in_there(&browser, &php, &PEOPLE[0]);
    browser.sees(report::FAILED);
    browser.sees(report::AUDIENCE);
    for words in [ANOTHER_SERVICE, &ours.0, "set the audience to"] {
        browser.sees(words);
    }
    browser.look("wrong-audience");

    php.trust(&ours.0, &ours.1, &SpOptions::default());
    browser.press(report::AGAIN);
    // There the first test has signed her in.
    browser.sees(report::PASSED);
    browser.look("passed");
    browser.press(report::GO_ENABLE);
    browser.sees(enabling::TITLE);
    browser.look("preflight");
    browser.fill(&enabling::type_the_name(ACME), "acme");
    browser.press(settings::ENABLE);
    browser.sees(enabling::NOT_CHANGED);
    browser.look("another-name");
    confirms_enabling(&browser);
    browser.sees(settings::state::LIVE);
    browser.look("live");

    // And everybody else comes in by it.
    drop(browser);
    let browser = Browser::open("setup-first-member");
    browser.go(&scene.authorize_url());
    signs_in_there(&browser, &php, &PEOPLE[1]);
    browser.sees(Application::SIGNED_IN);
}

/// The entity ID and the ACS URL, as the buttons copy them.
fn copies_our_values(browser: &Browser) -> (String, String) {
    let copied = |label: &str| {
        browser.press(&guide::copy(label));
        let copied = browser.clipboard();
        assert_eq!(copied, browser.value_of(label));
        copied
    };
    (copied(guide::OUR_ENTITY_ID), copied(guide::OUR_ACS_URL))
}

/// What people put into the wrong box: each is told at once, and again when it is saved all the same.
fn pastes_wrong_things(browser: &Browser, acs_url: &str, php: &SimpleSamlPhp) {
    let (private_key, _) = key_pair("somebody");
    for (label, field, wrong, said) in [
        (
            guide::CERTIFICATE,
            "idp_certificate",
            php.metadata_xml(),
            "XML",
        ),
        (
            guide::CERTIFICATE,
            "idp_certificate",
            private_key,
            "private key",
        ),
        (
            guide::LOGIN_URL,
            "idp_sso_url",
            acs_url.to_owned(),
            "our own ACS URL",
        ),
    ] {
        browser.paste(label, &wrong);
        says_beside(browser, field, said);
    }
    browser.look("wrong-things");
    browser.press(guide::SAVE);
    browser.sees("Not saved yet");
    says_beside(browser, "idp_certificate", "private key");
    says_beside(browser, "idp_sso_url", "our own ACS URL");
    assert_eq!(browser.value_of(guide::LOGIN_URL), acs_url);
    browser.look("not-saved");
}

/// Waits until the field says this of what stands in it.
#[track_caller]
fn says_beside(browser: &Browser, field: &str, words: &str) {
    browser.sees_in(&format!("#{field}-said"), words);
    let script = "return document.getElementById(arguments[0]).getAttribute('aria-invalid')";
    assert_eq!(browser.script(script, &[json!(field)]), "true", "{field}");
}

/// Signs in on the page of SimpleSAMLphp.
#[track_caller]
fn signs_in_there(browser: &Browser, php: &SimpleSamlPhp, person: &Person) {
    browser.arrives_at(php.base_url());
    browser.fill(simplesamlphp::USERNAME, person.username);
    browser.fill(simplesamlphp::PASSWORD, person.password);
    browser.press(simplesamlphp::LOGIN);
}

/// It says that its assertions are for somebody else.
fn for_another_service() -> SpOptions {
    let code = format!("$state['SPMetadata']['entityid'] = '{ANOTHER_SERVICE}';");
    let filters = json!({
        "60": {"class": "core:AttributeMap", "0": "name2oid"},
        "90": {"class": "core:PHP", "code": code},
    });
    SpOptions {
        more: json!({"authproc": filters}),
        ..SpOptions::default()
    }
}

/// The certificate that its metadata has, as it stands there: without the lines around it.
fn certificate(php: &SimpleSamlPhp) -> String {
    let metadata = php.metadata_xml();
    let (_, rest) = metadata
        .split_once("X509Certificate>")
        .expect("a certificate");
    let (certificate, _) = rest.split_once('<').expect("its end");
    certificate.to_owned()
}

fn login_url(php: &SimpleSamlPhp) -> String {
    let url = format!("{}/saml2/idp/SSOService.php", php.base_url());
    assert!(php.metadata_xml().contains(&url), "{url}");
    url
}
