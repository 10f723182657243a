//! Signing out, at the identity provider too.

use serde_json::json;

use crate::{
    harness::{Application, Browser},
    scene::{Scene, picks, tokens_of},
    support::{
        http::{form, send},
        simplesamlphp::{PEOPLE, SimpleSamlPhp, SpOptions},
        world::{ada, text},
    },
    words::{account, elsewhere::simplesamlphp, test},
};

#[test]
fn signing_out_of_the_application_ends_the_session_at_simplesamlphp() {
    let scene = Scene::new();
    let php = SimpleSamlPhp::start();
    let browser = Browser::open("sign-out");
    live_with(&scene, &php, &browser);

    browser.go(&scene.authorize_url());
    // The test has signed in there, and that is remembered.
    browser.sees(Application::SIGNED_IN);
    let tokens = tokens_of(&browser, &scene);
    let query = form(&[
        ("id_token_hint", &text(&tokens, "/id_token")),
        ("post_logout_redirect_uri", &scene.application.signed_out()),
    ]);
    browser.go(&format!("{}/oauth2/logout?{query}", scene.url));
    browser.sees(Application::SIGNED_OUT);
    assert!(!scene.world.is_active(&text(&tokens, "/access_token")));

    // There one has to say again who one is.
    browser.go(&scene.authorize_url());
    browser.arrives_at(php.base_url());
    browser.sees(simplesamlphp::LOGIN);
}

#[test]
fn without_a_hint_the_person_is_asked_first() {
    let scene = Scene::live();
    let browser = Browser::open("sign-out-question");
    browser.go(&scene.authorize_url());
    picks(&browser, &scene, &ada());
    browser.sees(Application::SIGNED_IN);
    let tokens = tokens_of(&browser, &scene);
    browser.go(&format!("{}/oauth2/logout", scene.url));
    browser.sees(account::SIGN_OUT_QUESTION);
    browser.look("question");
    assert!(scene.world.is_active(&text(&tokens, "/access_token")));
    browser.press(account::SIGN_OUT);
    browser.sees(account::SIGNED_OUT);
    browser.look("signed-out");
    assert!(!scene.world.is_active(&text(&tokens, "/access_token")));
}

/// The connection goes live with it, by a test in this browser.
fn live_with(scene: &Scene, php: &SimpleSamlPhp, browser: &Browser) {
    let world = &scene.world;
    let ours = send("GET", &world.entity_id, &[], "").expect(200);
    let options = SpOptions {
        more: json!({"metadata": ours.body, "AssertionConsumerService": null, "NameIDFormat": null}),
        ..SpOptions::default()
    };
    php.trust(&world.entity_id, "", &options);
    let draft = json!({"idp_metadata_xml": php.metadata_xml()});
    world.api.put(&world.path("/draft"), &draft).expect(200);
    let test = world
        .api
        .post(&world.path("/tests"), &json!({}))
        .expect(201)
        .json();
    browser.go(&text(&test, "/start_url"));
    browser.arrives_at(php.base_url());
    browser.fill(simplesamlphp::USERNAME, PEOPLE[0].username);
    browser.fill(simplesamlphp::PASSWORD, PEOPLE[0].password);
    browser.press(simplesamlphp::LOGIN);
    browser.sees(test::PASSED);
    browser.look("test-passed");
    world.enable().expect(200);
}
