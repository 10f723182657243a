//! From an invitation to the account.

use serde_json::json;

use crate::{
    harness::Browser,
    scene::{GRACE, Scene, keeps_the_codes, sets_up_an_app},
    support::{visitor::PASSWORD, world::text},
    words::{account, password, sign_in},
};

#[test]
fn who_is_invited_chooses_a_password_and_a_second_factor() {
    let scene = Scene::new();
    scene.second_factor_for("everyone");
    let path = scene.world.workspace_path("/invitations");
    let body = json!({"email": GRACE, "name": "Grace Hopper"});
    let invited = scene.world.api.post(&path, &body).expect(201).json();
    let browser = Browser::open("invitation");
    let link = text(&invited, "/link/url");
    browser.go(&link);
    browser.sees(password::WELCOME);
    browser.look("welcome");
    browser.fill(password::NEW, "Password1234");
    browser.press(password::SET);
    browser.sees(password::TOO_COMMON);
    browser.look("too-common");
    browser.fill(password::NEW, PASSWORD);
    browser.press(password::SET);
    browser.sees(password::IS_SET);
    browser.look("set");

    browser.press(sign_in::TITLE);
    browser.fill(sign_in::EMAIL, GRACE);
    browser.fill(sign_in::PASSWORD, PASSWORD);
    browser.press(sign_in::CONTINUE);
    sets_up_an_app(&browser);
    keeps_the_codes(&browser);
    browser.sees(account::TITLE);
    assert!(
        browser.reads().contains("Grace Hopper"),
        "{}",
        browser.reads()
    );

    // A link counts once.
    browser.go(&link);
    browser.sees(password::LINK_IS_OVER);
    browser.look("link-is-over");
}
