//! What people read when it does not work.

use crate::{
    harness::Browser,
    scene::{ADA, Scene},
    support::world::ada,
    words::{elsewhere, errors, sign_in},
};

#[test]
fn an_answer_of_the_idp_that_is_refused() {
    let scene = Scene::live();
    scene.world.add_member(ADA, "member");
    let browser = Browser::open("error-refused");
    browser.go(&scene.authorize_url());
    browser.press(elsewhere::WRONGLY);
    browser.choose(elsewhere::WHAT_WRONG, elsewhere::EXPIRED);
    browser.press(&elsewhere::person(&ada()));
    browser.sees(errors::REFERENCE);
    assert!(browser.at().starts_with(&scene.url), "{}", browser.at());
    browser.look("expired");
}

#[test]
fn what_leads_nowhere() {
    let scene = Scene::new();
    let browser = Browser::open("error-nowhere");
    browser.go(&scene.authorize_url());
    browser.look("no-connection-live");
    let unknown = [
        ("connection", "conn_0190a8e200007000800000000000000a"),
        ("workspace", ""),
    ];
    browser.go(&scene.authorize_with(&unknown));

    browser.look("unknown-connection");
    browser.go(&format!("{}/sign-in/nothing", scene.url));
    browser.look("unknown-sign-in");
    browser.go(&format!("{}/sign-in?workspace=nobody", scene.url));
    browser.look("unknown-workspace");
    browser.go(&format!("{}/sign-in", scene.url));
    browser.fill(sign_in::EMAIL, ADA);
    browser.press(sign_in::CONTINUE);
    browser.fill(sign_in::SHORT_NAME, "nobody");
    browser.press(sign_in::CONTINUE);
    browser.sees(errors::NO_SUCH_WORKSPACE);
    browser.look("workspace-not-found");
}
