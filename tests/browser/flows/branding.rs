//! Pages that look like the workspace they are of.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use crate::{
    harness::Browser,
    scene::{ADA, Scene},
    setting_up::opens_the_settings,
    support::world::ada,
    words::{elsewhere, errors, sign_in},
};

const LOGO: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 24"><rect width="96" height="24" rx="6" fill="#7a1f5c"/><circle cx="16" cy="12" r="6" fill="#ffd23f"/></svg>"##;

/// Logo and name as they are drawn, and the colour of what is pressed.
#[track_caller]
fn is_branded(browser: &Browser) {
    let drawn = browser.script(
        "const logo = document.querySelector('.brand img'); return logo && [logo.alt, logo.naturalWidth > 0]",
        &[],
    );
    assert_eq!(drawn, json!(["Acme Robotics", true]), "{}", browser.at());
    let accent =
        "return getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()";
    assert_eq!(browser.script(accent, &[]), "#7a1f5c", "{}", browser.at());
}

#[test]
fn a_workspace_s_pages_have_its_logo_and_colour() {
    let scene = Scene::live();
    scene.world.add_member(ADA, "member");
    let logo = format!("data:image/svg+xml;base64,{}", STANDARD.encode(LOGO));
    let brand = json!({"branding": {"name": "Acme Robotics", "colour": "#7a1f5c", "logo": logo}});
    scene
        .world
        .api
        .patch(&scene.world.workspace_path(""), &brand)
        .expect(200);

    let browser = Browser::open("branding");
    browser.go(&scene.sign_in_url());
    browser.sees(sign_in::TITLE);
    is_branded(&browser);
    browser.look("sign-in");
    opens_the_settings(&browser, &scene);
    is_branded(&browser);
    browser.look("settings");

    browser
        .go(&scene.authorize_with(&[("workspace", &scene.world.workspace), ("prompt", "login")]));
    browser.press(elsewhere::WRONGLY);
    browser.choose(elsewhere::WHAT_WRONG, elsewhere::EXPIRED);
    browser.press(&elsewhere::person(&ada()));
    browser.sees(errors::REFERENCE);
    is_branded(&browser);
    browser.look("refused");
}
