//! The account: where somebody is signed in, and what they do about it.

use crate::{
    harness::Browser,
    scene::{
        ADA, GRACE, Scene, gives_a_code, keeps_the_codes, sets_up_an_app, signs_in_by_password,
        type_password,
    },
    support::visitor::{PASSWORD, Visitor},
    words::{account, password, second_step, sign_in},
};

#[test]
fn sessions_elsewhere_are_seen_and_ended() {
    let scene = Scene::new();
    scene.with_password(GRACE, "member");
    let mut elsewhere = signed_in_elsewhere(&scene);
    let browser = Browser::open("sessions");
    signs_in_by_password(&browser, &scene, GRACE);
    browser.sees(account::THIS_BROWSER);
    assert!(browser.reads().contains("Chrome"), "{}", browser.reads());
    browser.look("two");

    browser.press(account::END_UNNAMED_SESSION);
    browser.sees(account::SESSION_ENDED);
    browser.look("ended");
    assert!(!browser.offers(account::END_UNNAMED_SESSION));
    assert!(is_out(&mut elsewhere));

    let mut again = [signed_in_elsewhere(&scene), signed_in_elsewhere(&scene)];
    browser.press(account::SIGN_OUT);
    browser.sees(account::SIGNED_OUT);
    signs_in_by_password(&browser, &scene, GRACE);
    browser.look("three");
    browser.press(account::SIGN_OUT_ELSEWHERE);
    browser.sees(account::SESSIONS_ENDED);
    assert!(again.iter_mut().all(is_out));
    browser.go(&format!("{}/account", scene.url));
    browser.sees(account::TITLE);
}

/// Another browser of the same person, which says nothing about itself.
fn signed_in_elsewhere(scene: &Scene) -> Visitor {
    let mut visitor = Visitor::open(&scene.world, &scene.sign_in_url());
    visitor.fill(&[("password", PASSWORD), ("email", GRACE)]);
    assert!(!is_out(&mut visitor), "{:?}", visitor.page);
    visitor
}

fn is_out(visitor: &mut Visitor) -> bool {
    visitor.go("/account");
    visitor.at.contains("/sign-in/")
}

#[test]
fn a_password_is_changed() {
    let scene = Scene::new();
    scene.with_password(GRACE, "member");
    let browser = Browser::open("change-password");
    signs_in_by_password(&browser, &scene, GRACE);
    browser.press(account::CHANGE_PASSWORD);
    browser.look("form");
    browser.fill(password::NEW, "seven orange kettles whistle early");
    browser.press(password::SET);
    browser.sees(account::TITLE);
    browser.look("changed");
}

#[test]
fn recovery_codes_are_made_anew() {
    let scene = Scene::new();
    scene.with_password(GRACE, "member");
    let browser = Browser::open("recovery-codes");
    signs_in_by_password(&browser, &scene, GRACE);
    browser.press(account::SET_UP);
    browser.look("set-up-by-choice");
    let secret = sets_up_an_app(&browser);
    let first = browser.text_of("#codes");
    keeps_the_codes(&browser);
    browser.sees(account::TITLE);
    browser.look("account");

    // Whoever came by the password alone shows the app first.
    browser.press(account::NEW_CODES);
    browser.sees(sign_in::AGAIN);
    browser.look("again");
    browser.fill(sign_in::EMAIL, GRACE);
    browser.fill(sign_in::PASSWORD, PASSWORD);
    browser.press(sign_in::CONTINUE);
    gives_a_code(&browser, &secret);
    browser.sees(account::ONCE_MORE);
    browser.look("once-more");
    browser.press(account::NEW_CODES);
    browser.sees(second_step::KEEP_CODES);
    browser.look("new");
    assert_ne!(browser.text_of("#codes"), first);
    keeps_the_codes(&browser);
    browser.sees(account::TITLE);
}

#[test]
fn an_admin_resets_somebodys_second_step() {
    let scene = Scene::new();
    scene.second_factor_for("everyone");
    scene.with_password(GRACE, "admin");
    let ada = scene.with_password(ADA, "member");
    let browser = Browser::open("reset-second-step");
    type_password(&browser, &scene, GRACE);
    sets_up_an_app(&browser);
    keeps_the_codes(&browser);
    browser.sees(account::TITLE);
    browser.go(&format!("{}/account/members/{ada}/two-factor", scene.url));
    browser.sees(account::RESET_QUESTION);
    browser.sees(ADA);
    browser.look("question");
    browser.press(account::RESET);
    browser.sees(account::WAS_RESET);
    browser.look("done");
}
