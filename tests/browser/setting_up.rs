//! What an admin does on the pages that set single sign-on up.

use crate::{
    harness::Browser,
    scene::{GRACE, Scene, picks, signs_in_by_password, type_password_beside_sso},
    support::{
        visitor::{PASSWORD, Visitor},
        world::ada,
    },
    words::{account, enabling, guide, report, settings, sign_in},
};

/// The name of the workspace, as it is typed to confirm.
pub(crate) const ACME: &str = "Acme GmbH";

/// Gives an address, the workspace and the password where a page of ours has asked for a sign-in.
#[track_caller]
pub(crate) fn signs_in_where_asked(browser: &Browser, scene: &Scene, email: &str) {
    browser.fill(sign_in::EMAIL, email);
    browser.press(sign_in::CONTINUE);
    browser.fill(sign_in::SHORT_NAME, &scene.slug());
    browser.press(sign_in::CONTINUE);
    browser.fill(sign_in::PASSWORD, PASSWORD);
    browser.press(sign_in::CONTINUE);
}

/// Grace, an admin, on the settings of the connection.
#[track_caller]
pub(crate) fn opens_the_settings(browser: &Browser, scene: &Scene) {
    scene.with_password(GRACE, "admin");
    if scene.world.state() == "live" {
        type_password_beside_sso(browser, scene, GRACE);
        browser.sees(account::TITLE);
    } else {
        signs_in_by_password(browser, scene, GRACE);
    }
    browser.go(&scene.settings_url());
    browser.sees(settings::TITLE);
}

/// From step to step of the guide, up to the one of this title.
#[track_caller]
pub(crate) fn walks_on_to(browser: &Browser, title: &str) {
    for _ in 0..8 {
        if browser.text_of("h1") == title {
            return;
        }
        let before = browser.at();
        browser.press(guide::NEXT);
        // There is another step.
        browser.leaves(&before);
    }
    panic!("no step {title:?}, but {}", browser.at());
}

/// Tests the provider as Ada, and comes back to the report.
#[track_caller]
pub(crate) fn tests_as_ada(browser: &Browser, scene: &Scene) {
    browser.press(settings::TEST);
    picks(browser, scene, &ada());
    browser.sees(report::PASSED);
}

/// Types the workspace's name on the page about enabling, and enables.
#[track_caller]
pub(crate) fn confirms_enabling(browser: &Browser) {
    browser.sees(enabling::TITLE);
    browser.fill(&enabling::type_the_name(ACME), ACME);
    browser.press(settings::ENABLE);
    browser.sees(enabling::LIVE);
}

/// Grace, an admin, in a browser that only reads and presses: where another one is open already.
pub(crate) fn admin_at_home(scene: &Scene) -> Visitor {
    scene.with_password(GRACE, "admin");
    let mut visitor = Visitor::open(&scene.world, &scene.sign_in_url());
    visitor.fill(&[("password", PASSWORD), ("email", GRACE)]);
    assert!(visitor.at.contains("/account"), "{:?}", visitor.page);
    visitor
}
