//! Setting single sign-on up without a mouse, and without scripts.

use crate::{
    harness::{Browser, Settings},
    scene::{GRACE, Scene, picks},
    setting_up::{ACME, confirms_enabling, opens_the_settings},
    support::world::ada,
    words::{elsewhere, enabling, guide, report, settings},
};

#[test]
fn by_keyboard_alone() {
    let scene = Scene::new();
    let browser = Browser::open("setup-keyboard");
    opens_the_settings(&browser, &scene);
    let follow = |name: &str| {
        browser.tab_to(name);
        browser.enter();
    };
    follow(settings::GUIDED);
    browser.sees(guide::WHICH);
    follow(guide::OTHER);
    for _ in 0..8 {
        if browser.offers(guide::SAVE) {
            break;
        }
        let before = browser.at();
        follow(guide::NEXT);
        browser.leaves(&before);
    }
    browser.tab_to(guide::CERTIFICATE);
    browser.paste_here(&scene.world.idp.certificate_pem());
    browser.tab_to(guide::LOGIN_URL);
    browser.paste_here(&scene.world.idp.sso_url());
    browser.sees(guide::LOOKS_RIGHT);
    follow(guide::SAVE);
    browser.sees(settings::SAVED);
    follow(settings::TEST);
    browser.sees(elsewhere::TEST_IDP);
    follow(&elsewhere::person(&ada()));
    browser.sees(report::PASSED);
    follow(report::GO_ENABLE);
    browser.sees(enabling::TITLE);
    browser.tab_to(&enabling::type_the_name(ACME));
    browser.keys(ACME);
    browser.enter();
    browser.sees(enabling::LIVE);
    assert_eq!(scene.world.state(), "live");
}

#[test]
fn without_scripts() {
    let scene = Scene::new();
    let browser = Browser::with(Settings::new("setup-no-scripts").without_scripts());
    opens_the_settings(&browser, &scene);
    assert!(!browser.offers("Copy"), "it could do nothing");
    browser.look("settings");
    browser.fill(settings::CERTIFICATE, "nothing");
    browser.fill(settings::LOGIN_URL, &scene.world.idp.sso_url());
    browser.press(settings::SAVE);
    browser.sees(settings::NOT_SAVED);
    browser.sees("Expected");
    browser.fill(settings::CERTIFICATE, &scene.world.idp.certificate_pem());
    browser.press(settings::SAVE);
    browser.sees(settings::SAVED);
    browser.press(settings::TEST);
    picks(&browser, &scene, &ada());
    browser.press(elsewhere::CONTINUE);
    browser.sees(report::PASSED);
    browser.look("report");
    browser.press(report::GO_ENABLE);
    confirms_enabling(&browser);
    browser.go(&format!("{}/guide/okta/paste", scene.settings_url()));
    browser.look("guide");
    assert_eq!(scene.world.state(), "live");
    assert!(browser.reads().contains(GRACE), "{}", browser.reads());
}
