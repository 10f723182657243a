//! The settings page, at each turn of a connection's life.

use vestibule_test_idp::Style;

use crate::{
    harness::Browser,
    scene::{GRACE, Scene, signs_in_by_password},
    setting_up::{ACME, opens_the_settings, tests_as_ada},
    support::{simplesamlphp::key_pair, world::idp},
    words::{enabling, report, settings, settings::state},
};

#[test]
fn what_cannot_be_saved_stays_in_the_form() {
    let scene = Scene::new();
    let browser = Browser::open("settings-form");
    opens_the_settings(&browser, &scene);
    browser.sees(state::NOT_SET_UP);
    browser.look("not-set-up");

    let wrong = [
        (settings::CERTIFICATE, "-----BEGIN NOTHING-----"),
        (settings::LOGIN_URL, "ftp://idp.example/sso"),
        (settings::LANDING_URL, "https://acme.example/bye"),
    ];
    for (label, typed) in wrong {
        browser.fill(label, typed);
    }
    browser.press(settings::SAVE);
    browser.sees(settings::NOT_SAVED);
    for (label, typed) in wrong {
        assert_eq!(browser.value_of(label), typed);
    }
    browser.look("not-saved");

    browser.paste(settings::CERTIFICATE, &scene.world.idp.certificate_pem());
    browser.fill(settings::LOGIN_URL, &scene.world.idp.sso_url());
    browser.press(settings::ADVANCED);
    browser.fill(settings::LOGOUT_URL, "not a URL");
    browser.fill(settings::EMAIL_ATTRIBUTE, "workMail");
    browser.choose(settings::WHO_BECOMES_A_MEMBER, settings::INVITED_FIRST);
    browser.tick(settings::SIGN_REQUESTS);
    browser.look("advanced");
    browser.press(settings::SAVE);
    // What is wrong is not folded away.
    browser.sees(settings::NOT_SAVED);
    assert_eq!(browser.value_of(settings::LOGOUT_URL), "not a URL");
    browser.look("advanced-not-saved");
    browser.fill(settings::LOGOUT_URL, &scene.world.idp.slo_url());
    browser.press(settings::SAVE);
    browser.sees(settings::SAVED);
    browser.look("saved");

    browser.press(settings::ADVANCED);
    assert_eq!(
        browser.value_of(settings::LOGOUT_URL),
        scene.world.idp.slo_url()
    );
    assert_eq!(browser.value_of(settings::EMAIL_ATTRIBUTE), "workMail");
    assert!(browser.is_ticked(settings::SIGN_REQUESTS));
    let draft = scene
        .world
        .api
        .get(&scene.world.path(""))
        .expect(200)
        .json();
    assert_eq!(draft["draft"]["provisioning"], "invite_only", "{draft}");
}

#[test]
fn metadata_stands_in_for_the_fields() {
    let scene = Scene::new();
    let browser = Browser::open("settings-metadata");
    opens_the_settings(&browser, &scene);
    browser.press(settings::METADATA_INSTEAD);
    browser.look("fields");
    browser.paste(settings::METADATA_XML, &idp(Style::Okta).certificate_pem());
    browser.sees("Expected");
    browser.look("no-metadata");
    browser.paste(settings::METADATA_XML, &scene.world.idp.metadata_xml());
    browser.sees("This is the metadata of");
    browser.press(settings::SAVE);
    browser.sees(settings::SAVED);
    browser.sees(scene.world.idp.entity_id());
    browser.look("saved");
}

#[test]
fn newer_settings_wait_beside_those_that_are_live() {
    let scene = Scene::live();
    let browser = Browser::open("settings-live");
    opens_the_settings(&browser, &scene);
    browser.sees(state::LIVE);
    browser.look("live");
    let (_, next) = key_pair("The next certificate");
    let both = format!("{}{next}", browser.value_of(settings::CERTIFICATE));
    browser.paste(settings::CERTIFICATE, &both);
    browser.press(settings::SAVE);
    browser.sees(state::DRAFT_WAITS);
    browser.look("draft-waits");
    tests_as_ada(&browser, &scene);
    browser.press(report::SETTINGS);
    browser.sees(state::DRAFT_TESTED);
    browser.look("draft-tested");
    browser.press(settings::ENABLE);
    browser.sees(enabling::LIVE_ALREADY);
    browser.look("enable-again");
    browser.press(settings::ENABLE);
    browser.sees(enabling::LIVE);

    browser.press(&settings::retire("CN=The next certificate"));
    browser.sees(settings::RETIRED);
    assert!(!browser.reads().contains("The next certificate"));
    browser.look("retired");

    browser.press(settings::DISABLE);
    browser.look("disable");
    let name = enabling::type_the_name(ACME);
    browser.fill(&name, "Acme");
    browser.press(settings::DISABLE);
    browser.sees(enabling::NOT_CHANGED);
    assert_eq!(scene.world.state(), "live");
    browser.fill(&name, ACME);
    browser.press(settings::DISABLE);
    browser.sees(settings::DISABLED);
    browser.sees(state::DISABLED);
    // The settings are kept, and it shows.
    assert_eq!(
        browser.value_of(settings::LOGIN_URL),
        scene.world.idp.sso_url()
    );
    browser.look("disabled");
}

#[test]
fn below_pro_the_settings_can_be_read() {
    let scene = Scene::live();
    scene.world.set_plan("growth");
    let browser = Browser::open("settings-suspended");
    opens_the_settings(&browser, &scene);
    browser.sees(state::SUSPENDED);
    browser.sees(settings::NOT_IN_PLAN);
    for button in [settings::SAVE, settings::TEST, settings::ENABLE] {
        assert!(!browser.offers(button), "{button}");
    }
    browser.look("suspended");
    scene.world.set_plan("pro");
    browser.go(&scene.settings_url());
    browser.sees(state::LIVE);
}

#[test]
fn several_connections_have_a_page() {
    let mut scene = Scene::new();
    scene.world.set_plan("free");
    scene.with_password(GRACE, "admin");
    let browser = Browser::open("settings-list");
    signs_in_by_password(&browser, &scene, GRACE);
    browser.go(&scene.settings_url());
    browser.sees(settings::NOT_IN_PLAN);
    browser.look("free");
    scene.turns_to_another("Acme partners");
    browser.go(&format!("{}/settings/sso", scene.url));
    browser.sees("Acme partners");
    browser.look("two");
    browser.press(settings::ANOTHER);
    browser.sees(crate::words::guide::WHICH);
}
