//! Who came in, who did not and why, and what was done in the workspace.

use crate::{
    harness::{Application, Browser},
    scene::{ADA, Scene, picks},
    setting_up::opens_the_settings,
    support::world::ada,
    words::{activity, elsewhere, errors},
};

/// Ada comes in once, and the IdP answers wrongly once; the reference of that.
fn two_sign_ins(scene: &Scene) -> String {
    scene.world.add_member(ADA, "member");
    let browser = Browser::open("activity-before");
    browser.go(&scene.authorize_url());
    picks(&browser, scene, &ada());
    browser.sees(Application::SIGNED_IN);
    browser
        .go(&scene.authorize_with(&[("workspace", &scene.world.workspace), ("prompt", "login")]));
    browser.press(elsewhere::WRONGLY);
    browser.choose(elsewhere::WHAT_WRONG, elsewhere::EXPIRED);
    browser.press(&elsewhere::person(&ada()));
    browser.sees(errors::REFERENCE);
    browser.text_of(".reference code")
}

#[test]
fn an_admin_finds_out_why_somebody_did_not_get_in() {
    let scene = Scene::live();
    let reference = two_sign_ins(&scene);
    let browser = Browser::open("activity");
    opens_the_settings(&browser, &scene);
    browser.press(activity::TITLE);
    browser.sees(&reference);
    browser.look("two");
    browser.press(activity::AS_A_TABLE);
    browser.look("as-a-table");

    browser.choose(activity::WHICH, activity::FAILED);
    browser.press(activity::SHOW);
    browser.sees(&reference);
    assert!(!browser.offers(&activity::signed_in(ADA)));
    browser.look("failed");
    browser.press(activity::SHOW_ALL);
    browser.fill(activity::SEARCH, "nobody@acme.example");
    browser.press(activity::SHOW);
    browser.sees(activity::NONE_FITS);
    browser.look("none-fits");
    browser.fill(activity::SEARCH, "half an address");
    browser.press(activity::SHOW);
    browser.sees(activity::CANNOT_SEARCH);
    assert_eq!(browser.value_of(activity::SEARCH), "half an address");
    browser.look("cannot-search");

    browser.fill(activity::SEARCH, &reference);
    browser.press(activity::SHOW);
    browser.press(activity::REFUSED);
    browser.sees(activity::WAS_REFUSED);
    browser.sees(&reference);
    browser.look("refused");
    browser.press(activity::BACK);
    browser.press(&activity::signed_in(ADA));
    browser.sees(activity::SUCCEEDED);
    browser.look("succeeded");

    browser.press(activity::BACK);
    browser.press(activity::AUDIT);
    browser.sees(activity::MADE);
    browser.look("audit");
}

#[test]
fn before_anybody_has_come() {
    let scene = Scene::new();
    let browser = Browser::open("activity-none");
    opens_the_settings(&browser, &scene);
    browser.press(activity::TITLE);
    browser.sees(activity::NONE_YET);
    browser.look("none");
}
