//! The same pages for somebody whose browser asks for German.

use serde_json::json;

use crate::{
    harness::{Browser, Settings},
    scene::{GRACE, Scene, picks},
    support::{visitor::PASSWORD, world::ada},
    words::german,
};

/// What stands on the page for people to read, but for what is marked as English, as a product's own words
/// are, and for values that are nobody's language.
const READ: &str = r#"
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const texts = [];
while (walker.nextNode()) {
  const parent = walker.currentNode.parentElement;
  if (!parent.closest("[lang=en], em, code, textarea, script, template, style")) texts.push(walker.currentNode.data);
}
return texts.join(" | ");
"#;

/// Words that every English sentence of some length has, and no German one.
const ENGLISH: [&str; 11] = [
    "the", "and", "of", "your", "you", "is", "are", "with", "for", "this", "not",
];

#[track_caller]
fn speaks_german(browser: &Browser, name: &str) {
    let lang = browser.script("return document.documentElement.lang", &[]);
    assert_eq!(lang, "de", "{}", browser.at());
    let read = browser.script(READ, &[json!(null)]);
    let title = browser.script("return document.title", &[]);
    let all = format!("{} {}", read.as_str().unwrap(), title.as_str().unwrap());
    let english: Vec<_> = all
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| ENGLISH.contains(&&*word.to_lowercase()))
        .collect();
    assert!(english.is_empty(), "{english:?} on {}: {all}", browser.at());
    browser.look(name);
}

#[test]
fn from_the_sign_in_to_the_page_that_enables() {
    let scene = Scene::new();
    scene.with_password(GRACE, "admin");
    let browser = Browser::with(Settings::new("german").in_language("de"));
    browser.go(&scene.sign_in_url());
    speaks_german(&browser, "sign-in");
    browser.fill(german::EMAIL, GRACE);
    browser.fill(german::PASSWORD, PASSWORD);
    browser.press(german::CONTINUE);
    browser.sees(german::ACCOUNT);
    speaks_german(&browser, "account");

    browser.go(&scene.settings_url());
    speaks_german(&browser, "settings");
    browser.press(german::GUIDED);
    speaks_german(&browser, "which-provider");
    browser.press("Okta");
    for step in ["create", "values", "attributes", "assign"] {
        speaks_german(&browser, step);
        browser.press(german::NEXT);
    }
    speaks_german(&browser, "paste");
    browser.paste(german::CERTIFICATE, &scene.world.idp.certificate_pem());
    browser.paste(german::LOGIN_URL, &scene.world.idp.sso_url());
    browser.press(german::SAVE);
    browser.sees(german::SAVED);
    speaks_german(&browser, "saved");

    browser.press(german::TEST);
    picks(&browser, &scene, &ada());
    browser.sees(german::PASSED);
    speaks_german(&browser, "report");
    browser.press(german::GO_ENABLE);
    browser.sees(german::ENABLE);
    speaks_german(&browser, "preflight");
    browser.go(&format!("{}/links", scene.settings_url()));
    speaks_german(&browser, "links");
}
