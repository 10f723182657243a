//! Signing in through the identity provider.

use crate::{
    harness::{Application, Browser, Settings},
    scene::{ADA, Scene, picks},
    support::world::ada,
    words::{account, elsewhere, sign_in},
};

#[test]
fn a_member_signs_in_through_the_idp_from_the_hosted_page() {
    let scene = Scene::live();
    scene.world.add_member(ADA, "member");
    let browser = Browser::open("sso-sign-in");
    browser.go(&format!("{}/sign-in", scene.url));
    browser.sees(sign_in::TITLE);
    browser.look("address");

    browser.fill(sign_in::EMAIL, ADA);
    browser.press(sign_in::CONTINUE);
    browser.sees(sign_in::CHOOSE_WORKSPACE);
    browser.look("workspace");
    browser.fill(sign_in::SHORT_NAME, &scene.slug());
    browser.press(sign_in::CONTINUE);

    browser.sees(sign_in::WITH_SSO);
    browser.look("ways-in");
    browser.press(sign_in::WITH_SSO);
    browser.sees(elsewhere::TEST_IDP);
    picks(&browser, &scene, &ada());

    browser.sees(account::TITLE);
    assert!(browser.at().ends_with("/account"), "{}", browser.at());
    assert!(browser.reads().contains(ADA), "{}", browser.reads());
    browser.look("account");
}

#[test]
fn a_request_that_is_posted_leaves_by_a_page() {
    let scene = Scene::live_by("post");
    scene.world.add_member(ADA, "member");
    let browser = Browser::with(Settings::new("sso-by-post").without_scripts());
    browser.go(&scene.authorize_url());
    browser.sees(sign_in::ON_TO_THE_IDP);
    browser.look("on-to-the-idp");
    browser.press(sign_in::GO_TO_THE_IDP);
    picks(&browser, &scene, &ada());
    browser.press(elsewhere::CONTINUE);
    browser.sees(Application::SIGNED_IN);

    // With scripts nobody sees those pages.
    drop(browser);
    let browser = Browser::open("sso-by-post-itself");
    browser.go(&scene.authorize_url());
    picks(&browser, &scene, &ada());
    browser.sees(Application::SIGNED_IN);
}

#[test]
fn one_of_several_providers_is_chosen() {
    let scene = Scene::with_two_live();
    let browser = Browser::open("sso-several");
    browser.go(&scene.authorize_url());
    browser.sees(sign_in::CHOOSE_PROVIDER);
    browser.look("choose");
    browser.press("Acme staff 127.0.0.1");
    picks(&browser, &scene, &ada());
    browser.sees(Application::SIGNED_IN);
}
