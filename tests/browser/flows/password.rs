//! A password and a second factor.

use crate::{
    harness::Browser,
    scene::{GRACE, Scene, gives_a_code, keeps_the_codes, sets_up_an_app, type_password},
    support::{database::Engine, server::Server, smtp::Smtp, visitor::PASSWORD},
    words::{account, forgotten, password, second_step, sign_in},
};

#[test]
fn an_admin_sets_an_authenticator_app_up_and_signs_in_with_it() {
    let scene = Scene::new();
    scene.second_factor_for("admins");
    scene.with_password(GRACE, "admin");
    let browser = Browser::open("password-and-code");
    browser.go(&scene.sign_in_url());
    browser.sees(sign_in::TITLE);
    browser.look("password");
    browser.fill(sign_in::EMAIL, GRACE);
    browser.fill(sign_in::PASSWORD, "not the password at all");
    browser.press(sign_in::SHOW_PASSWORD);
    browser.look("password-shown");
    browser.press(sign_in::CONTINUE);
    browser.sees(sign_in::WRONG_PASSWORD);
    assert_eq!(browser.value_of(sign_in::EMAIL), GRACE, "typed once");
    browser.look("wrong-password");

    browser.fill(sign_in::PASSWORD, PASSWORD);
    browser.press(sign_in::CONTINUE);
    browser.sees(second_step::SET_UP);
    browser.look("set-up");
    let secret = sets_up_an_app(&browser);
    browser.look("recovery-codes");
    let codes = copies_and_prints(&browser);
    keeps_the_codes(&browser);
    browser.sees(account::TITLE);
    browser.look("account");
    browser.press(account::SIGN_OUT);
    browser.sees(account::SIGNED_OUT);
    browser.look("signed-out");

    // From now on the app is asked for.
    type_password(&browser, &scene, GRACE);
    browser.sees(second_step::TITLE);
    browser.look("second-step");
    browser.fill(second_step::CODE, "000000");
    browser.press(sign_in::CONTINUE);
    browser.sees(second_step::NOT_RIGHT);
    browser.look("wrong-code");
    gives_a_code(&browser, &secret);
    browser.sees(account::TITLE);
    browser.press(account::SIGN_OUT);
    browser.sees(account::SIGNED_OUT);

    // Or, without the phone, one of those codes.
    type_password(&browser, &scene, GRACE);
    browser.press(second_step::USE_RECOVERY);
    browser.look("recovery-code");
    browser.fill(second_step::RECOVERY_CODE, &codes[2]);
    browser.press(second_step::CONTINUE_WITH_RECOVERY);
    browser.sees(account::TITLE);
    browser.sees("9 left");
}

/// The buttons of the page with the recovery codes do what they say; gives the codes.
fn copies_and_prints(browser: &Browser) -> Vec<String> {
    browser.press(second_step::COPY);
    browser.sees(second_step::COPIED);
    let copied = browser.clipboard();
    let codes: Vec<_> = copied.lines().map(str::to_owned).collect();
    assert_eq!(codes.len(), 10, "{copied}");
    let shown = browser.reads();
    assert!(
        codes.iter().all(|code| shown.contains(code)),
        "{copied}\n{shown}"
    );

    browser.script("window.print = () => { window.printed = true }", &[]);
    browser.press(second_step::PRINT);
    assert_eq!(browser.script("return window.printed", &[]), true);
    codes
}

#[test]
fn a_forgotten_password_is_chosen_anew_by_mail() {
    let smtp = Smtp::open();
    let settings = smtp.settings();
    let settings: Vec<_> = settings
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    let server = Server::named(Engine::Sqlite, &settings);
    let url = server.url.clone();
    let scene = Scene::on(server, url);
    scene.world.add_member(GRACE, "member");
    let browser = Browser::open("forgotten");
    browser.go(&scene.sign_in_url());
    browser.press(forgotten::LINK);
    browser.look("ask");
    browser.fill(sign_in::EMAIL, GRACE);
    browser.press(forgotten::SEND_LINK);
    browser.sees(forgotten::LOOK_INTO_MAIL);
    browser.look("on-its-way");
    let mail = smtp.wait_for(GRACE, 1).remove(0);
    browser.go(&format!("{}/password/{}", scene.url, mail.token()));
    browser.sees(forgotten::CHOOSE);
    browser.look("choose");
    browser.fill(password::NEW, PASSWORD);
    browser.press(password::SET);
    browser.sees(password::IS_SET);
    type_password(&browser, &scene, GRACE);
    browser.sees(account::TITLE);
}
