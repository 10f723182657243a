//! "This is me": an admin says that a test was about them.

use crate::{
    harness::Browser,
    scene::{ADA, Scene, picks, signs_in_by_password},
    setting_up::tests_as_ada,
    support::world::ada,
    words::{account, report, settings, sign_in},
};

#[test]
fn an_admin_whose_own_address_was_asserted_comes_in_by_sso_afterwards() {
    let scene = Scene::new();
    scene.with_password(ADA, "admin");
    scene.save_draft("redirect");
    let browser = Browser::open("this-is-me");
    signs_in_by_password(&browser, &scene, ADA);
    browser.go(&scene.settings_url());
    browser.sees(settings::state::SAVED);
    tests_as_ada(&browser, &scene);
    browser.look("passed");
    browser.press(report::THIS_IS_ME);
    browser.sees(report::IS_THIS_YOU);
    browser.look("question");
    browser.press(report::THIS_IS_ME);
    browser.sees(report::SIGNS_YOU_IN);
    browser.look("done");
    browser.press(report::BACK);
    browser.sees(report::PASSED);

    scene.world.enable().expect(200);
    browser.go(&format!("{}/account", scene.url));
    browser.press(account::SIGN_OUT);
    browser.go(&scene.sign_in_url());
    browser.press(sign_in::WITH_SSO);
    picks(&browser, &scene, &ada());
    browser.sees(account::TITLE);
}
