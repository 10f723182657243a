//! A setup link: from the admin who makes it to whoever sets single sign-on up without an account.

use serde_json::{Value, json};

use crate::{
    harness::Browser,
    scene::{GRACE, Scene},
    setting_up::{confirms_enabling, opens_the_settings, tests_as_ada, walks_on_to},
    support::{
        http::{Answer, send},
        visitor::Visitor,
        world::{ROOT, text},
    },
    words::{enabling, errors, guide, links, report, settings},
};

fn links_of(scene: &Scene) -> String {
    scene.world.workspace_path("/setup-links")
}

fn the_only_link(scene: &Scene) -> Value {
    let list = scene.world.api.get(&links_of(scene)).expect(200).json();
    list["data"][0].clone()
}

/// A link to the connection; its URL is for browsers.
fn make(scene: &Scene) -> Value {
    let body = json!({"connection_id": scene.world.connection, "name": "IT of Acme"});
    let made = scene.world.api.post(&links_of(scene), &body);
    made.expect(201).json()
}

/// Opens the link in this browser.
#[track_caller]
fn opens(browser: &Browser, scene: &Scene, url: &str) {
    browser.go(url);
    browser.press(links::OPEN);
    let place = format!("{}/setup/sso/{}", scene.url, scene.world.connection);
    browser.arrives_at(&place);
    assert_eq!(browser.at(), place, "no token in it");
}

/// The guide's way from the first page to saved metadata.
#[track_caller]
fn brings_metadata(browser: &Browser, scene: &Scene) {
    browser.press(settings::GUIDED);
    browser.press(guide::OTHER);
    walks_on_to(browser, guide::BRING_THEIRS);
    browser.press(guide::METADATA_INSTEAD);
    browser.paste(guide::METADATA_XML, &scene.world.idp.metadata_xml());
    browser.sees("This is the metadata of");
    browser.look("metadata");
    browser.press(guide::SAVE);
    browser.sees(settings::SAVED);
}

/// Nobody who is a member is named on the page.
#[track_caller]
fn names_no_member(browser: &Browser) {
    for member in [GRACE, ROOT] {
        assert!(!browser.reads().contains(member), "{}", browser.reads());
    }
}

#[test]
fn from_the_first_click_to_where_it_leads_in_the_end() {
    let scene = Scene::new();
    let browser = Browser::open("setup-link-made");
    opens_the_settings(&browser, &scene);
    browser.press(links::TITLE);
    browser.look("none");
    browser.fill(links::FOR_WHOM, "IT of Acme");
    browser.choose(links::VALID_FOR, links::A_MONTH);
    browser.fill(links::WHERE_TO, "https://elsewhere.example/");
    browser.tick(links::MAY_ENABLE);
    browser.press(links::MAKE);
    browser.sees(settings::NOT_SAVED);
    assert_eq!(browser.value_of(links::FOR_WHOM), "IT of Acme");
    assert!(browser.is_ticked(links::MAY_ENABLE));
    browser.look("not-made");
    let back = scene.application.callback().replace("callback", "settings");
    browser.fill(links::WHERE_TO, &back);
    browser.press(links::MAKE);
    browser.sees(links::READY);
    browser.look("made");
    let url = browser.value_of(links::URL);
    drop(browser);
    let link = the_only_link(&scene);
    let time = |pointer: &str| text(&link, pointer).parse::<jiff::Timestamp>().unwrap();
    let counts = time("/expires_at").duration_since(time("/created_at"));
    assert_eq!(counts.as_hours(), 30 * 24);

    // Whatever looks at mail before people do uses nothing up.
    for _ in 0..2 {
        send("GET", &url, &[], "").expect(200);
    }
    assert_eq!(the_only_link(&scene)["opened_at"], Value::Null);

    let browser = Browser::open("setup-link");
    browser.go(&url);
    browser.look("first-page");
    opens(&browser, &scene, &url);
    names_no_member(&browser);
    browser.look("open");
    brings_metadata(&browser, &scene);
    tests_as_ada(&browser, &scene);
    browser.look("passed");
    browser.press(report::GO_ENABLE);
    browser.sees(enabling::TITLE);
    names_no_member(&browser);
    browser.look("preflight");
    confirms_enabling(&browser);
    assert_eq!(scene.world.state(), "live");
    browser.look("live");
    browser.press(report::FINISH);
    browser.look("leave");
    browser.press(links::LEAVE);
    browser.arrives_at(&back);
    browser.go(&format!(
        "{}/setup/sso/{}",
        scene.url, scene.world.connection
    ));
    browser.sees(links::NOT_OPEN);

    let link = the_only_link(&scene);
    assert!(
        link["opened_at"].is_string() && link["used_at"].is_string(),
        "{link}"
    );
}

#[test]
fn who_may_not_enable_sees_no_way_to() {
    let scene = Scene::new();
    let link = make(&scene);
    let browser = Browser::open("setup-link-test-only");
    opens(&browser, &scene, &text(&link, "/url"));
    brings_metadata(&browser, &scene);
    tests_as_ada(&browser, &scene);
    assert!(!browser.offers(report::GO_ENABLE), "{}", browser.reads());
    browser.look("passed");
    browser.press(report::SETTINGS);
    assert!(!browser.offers(settings::ENABLE), "{}", browser.reads());
    browser.look("settings");
    let place = format!("{}/setup/sso/{}", scene.url, scene.world.connection);
    for (page, name) in [
        ("enable", "not-enable"),
        ("disable", "not-disable"),
        ("links", "not-links"),
    ] {
        browser.go(&format!("{place}/{page}"));
        browser.sees(errors::REFERENCE);
        browser.look(name);
    }
    browser.go(&place);
    browser.press(report::FINISH);
    browser.press(links::LEAVE);
    browser.sees(links::CLOSED);
    browser.look("closed");
}

#[test]
fn a_link_ends_when_it_is_taken_back_or_opened_elsewhere() {
    let scene = Scene::new();
    let link = make(&scene);
    let url = text(&link, "/url");
    let browser = Browser::open("setup-link-over");
    opens(&browser, &scene, &url);
    let mut elsewhere = Visitor::open(&scene.world, &url);
    let form = elsewhere.form_with("csrf");
    assert_eq!(elsewhere.send(form, &[]).status, 200);
    browser.press(settings::GUIDED);
    browser.sees(links::NOT_OPEN);
    browser.look("opened-elsewhere");
    opens(&browser, &scene, &url);

    // Another admin takes it back, on the page of the links.
    drop(take_back(&scene));
    browser.press(settings::GUIDED);
    browser.sees(links::NOT_OPEN);
    browser.go(&url);
    browser.sees("This link was taken back");
    browser.look("taken-back");
    browser.go(&format!("{}/setup/nothing", scene.url));
    browser.look("unknown");
}

/// An admin presses the button beside the link.
fn take_back(scene: &Scene) -> Answer {
    let mut admin = crate::setting_up::admin_at_home(scene);
    admin.go(&format!("{}/links", scene.settings_url()));
    let form = admin.form_to("/links/revoke");
    admin.send(form, &[]);
    let reads = admin.reads();
    assert!(reads.contains(links::TAKEN_BACK), "{reads}");
    admin.page
}
