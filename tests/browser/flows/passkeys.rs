//! Passkeys, with an authenticator in the browser.

use crate::{
    harness::Browser,
    scene::{GRACE, Scene, keeps_the_codes, signs_in_by_password, type_password},
    words::{account, second_step, sign_in},
};

#[test]
fn a_passkey_is_added_on_the_account_page_and_signs_in() {
    let scene = Scene::new();
    scene.with_password(GRACE, "member");
    let browser = Browser::open("passkey");
    let authenticator = browser.authenticator();
    signs_in_by_password(&browser, &scene, GRACE);
    browser.press(account::ADD_PASSKEY);
    browser.sees(account::PASSKEY_INTRODUCED);
    browser.look("add");

    // Who does not prove to be its owner gets none, and reads why.
    authenticator.knows_its_owner(false);
    browser.press(account::ADD_PASSKEY);
    browser.sees(account::NO_PASSKEY_MADE);
    browser.look("refused");
    assert_eq!(authenticator.passkeys(), 0);

    authenticator.knows_its_owner(true);
    browser.fill(account::PASSKEY_NAME, "Blue laptop");
    browser.press(account::ADD_PASSKEY);
    // The first second factor brings recovery codes.
    browser.sees(second_step::KEEP_CODES);
    keeps_the_codes(&browser);
    browser.sees(account::TITLE);
    browser.sees("Blue laptop");
    assert_eq!(authenticator.passkeys(), 1);
    browser.look("added");
    browser.press(account::SIGN_OUT);
    browser.sees(account::SIGNED_OUT);

    // At the workspace's own page it needs neither address nor password.
    browser.go(&scene.sign_in_url());
    browser.press(sign_in::WITH_A_PASSKEY);
    browser.sees(account::TITLE);
    assert!(browser.reads().contains(GRACE), "{}", browser.reads());
    browser.press(account::SIGN_OUT);
    browser.sees(account::SIGNED_OUT);

    // Beside a password it is the second step.
    type_password(&browser, &scene, GRACE);
    browser.sees(second_step::TITLE);
    browser.look("second-step");
    browser.press(second_step::USE_A_PASSKEY);
    browser.sees(account::TITLE);
}

#[test]
fn a_passkey_gets_another_name_and_is_removed() {
    let scene = Scene::new();
    scene.with_password(GRACE, "member");
    let browser = Browser::open("passkey-renamed");
    let authenticator = browser.authenticator();
    signs_in_by_password(&browser, &scene, GRACE);
    browser.press(account::ADD_PASSKEY);
    browser.fill(account::PASSKEY_NAME, "Blue laptop");
    browser.press(account::ADD_PASSKEY);
    browser.sees(second_step::KEEP_CODES);
    keeps_the_codes(&browser);

    let rename = || {
        browser.press("Rename Blue laptop");
        browser.fill(account::NEW_PASSKEY_NAME, "Red laptop");
        browser.look("rename");
        browser.press(account::SAVE_NAME);
    };
    rename();
    // Whoever came by the password alone shows the passkey first.
    browser.sees(sign_in::AGAIN);
    browser.look("again");
    browser.press(sign_in::WITH_A_PASSKEY);
    browser.sees(account::ONCE_MORE);
    rename();
    browser.sees(account::PASSKEY_RENAMED);
    browser.sees("Red laptop");
    browser.look("renamed");

    browser.press("Remove Red laptop");
    browser.sees(account::PASSKEY_REMOVED);
    assert!(!browser.reads().contains("Red laptop"));
    browser.look("removed");
    assert_eq!(authenticator.passkeys(), 1, "the browser keeps its half");
}

#[test]
fn a_browser_without_passkeys_is_told_so() {
    let scene = Scene::new();
    scene.with_password(GRACE, "member");
    let browser = Browser::open("passkey-none");
    // There is an authenticator, and no passkey in it.
    let _authenticator = browser.authenticator();
    browser.go(&scene.sign_in_url());
    browser.press(sign_in::WITH_A_PASSKEY);
    browser.sees(sign_in::PASSKEY_NOT_USED);
    browser.look("not-used");
}
