//! What SSO means for somebody who is used to a password.

use crate::{
    harness::Browser,
    scene::{ADA, Scene, picks, type_password_beside_sso},
    support::world::ada,
    words::{account, sign_in},
};

#[test]
fn a_member_with_a_password_is_led_to_sso() {
    let scene = Scene::live();
    scene.with_password(ADA, "member");
    let browser = Browser::open("enforcement");
    type_password_beside_sso(&browser, &scene, ADA);
    browser.sees(sign_in::SSO_REQUIRED);
    browser.look("refused");
    browser.press(sign_in::WITH_SSO);
    picks(&browser, &scene, &ada());
    browser.sees(account::TITLE);
}
