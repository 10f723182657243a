//! The same without a mouse, without scripts, without third-party cookies.

use thirtyfour::SameSite;

use crate::{
    harness::{Application, Browser, Settings, TlsFront},
    scene::{
        ADA, GRACE, Scene, gives_a_code, goes_live, keeps_the_codes, picks, sets_up_an_app,
        type_password_beside_sso,
    },
    support::{
        database::Engine,
        server::Server,
        visitor::{PASSWORD, totp},
        world::ada,
    },
    words::{account, elsewhere, second_step, sign_in},
};

#[test]
fn by_keyboard_alone() {
    let scene = Scene::new();
    scene.second_factor_for("everyone");
    scene.with_password(GRACE, "member");
    let browser = Browser::open("keyboard");
    browser.go(&scene.sign_in_url());
    // The field that comes first has the focus.
    browser.tab_to(sign_in::EMAIL);
    browser.keys(GRACE);
    browser.tab_to(sign_in::PASSWORD);
    browser.keys(PASSWORD);
    browser.enter();

    browser.sees(second_step::SET_UP);
    browser.tab_to(second_step::CANNOT_SCAN);
    browser.enter();
    let secret = browser.text_of("#secret");
    browser.tab_to(second_step::CODE);
    browser.keys(&totp(&secret, 0));
    browser.enter();
    browser.sees(second_step::KEEP_CODES);
    browser.tab_to(second_step::COPY);
    browser.space();
    browser.sees(second_step::COPIED);
    browser.tab_to(second_step::KEPT);
    browser.space();
    browser.tab_to(sign_in::CONTINUE);
    browser.enter();
    browser.sees(account::TITLE);
    browser.tab_to(account::SIGN_OUT);
    browser.enter();
    browser.sees(account::SIGNED_OUT);
    browser.look("signed-out");
}

#[test]
fn without_scripts() {
    let scene = Scene::live();
    scene.second_factor_for("everyone");
    scene.world.add_member(ADA, "member");
    scene.with_password(GRACE, "admin");
    let browser = Browser::with(Settings::new("no-scripts").without_scripts());
    browser.go(&scene.sign_in_url());
    browser.look("ways-in");
    assert!(
        !browser.offers(sign_in::WITH_A_PASSKEY),
        "it could do nothing"
    );
    assert!(
        !browser.offers(sign_in::SHOW_PASSWORD),
        "it could do nothing"
    );
    type_password_beside_sso(&browser, &scene, GRACE);
    browser.look("set-up");
    let secret = sets_up_an_app(&browser);
    browser.look("recovery-codes");
    keeps_the_codes(&browser);
    browser.sees(account::TITLE);
    browser.press(account::SIGN_OUT);
    browser.sees(account::SIGNED_OUT);
    type_password_beside_sso(&browser, &scene, GRACE);
    gives_a_code(&browser, &secret);
    browser.sees(account::TITLE);
    browser.press(account::SIGN_OUT);

    // Through the IdP each page that would post itself has a button.
    browser.go(&scene.authorize_url());
    picks(&browser, &scene, &ada());
    browser.press(elsewhere::CONTINUE);
    browser.sees(Application::SIGNED_IN);
}

#[test]
fn without_third_party_cookies_and_over_tls() {
    let mut front = TlsFront::open();
    let url = front.url.clone();
    let server = Server::with(Engine::Sqlite, &[("VESTIBULE_PUBLIC_URL", &url)]);
    let port = server
        .url
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok());
    front.leads_to(port.expect("its port"));
    let scene = Scene::on(server, url);
    scene.world.add_member(ADA, "member");
    let settings = Settings::new("no-third-party-cookies").without_third_party_cookies();
    let browser = Browser::with(settings);
    goes_live(&browser, &scene);
    browser.go(&scene.authorize_url());
    picks(&browser, &scene, &ada());
    browser.sees(Application::SIGNED_IN);

    browser.go(&scene.sign_in_url());
    browser.press(sign_in::WITH_SSO);
    picks(&browser, &scene, &ada());
    browser.sees(account::TITLE);
    browser.look("account");
    // The cookie that has come along with the IdP's answer, from another site.
    let cookies = browser.cookies();
    let bound = cookies.iter().find(|cookie| cookie.name == "__Host-vb");
    let same_site = bound.and_then(|cookie| cookie.same_site);
    assert_eq!(same_site, Some(SameSite::None), "{cookies:?}");
}
