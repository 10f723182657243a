//! The scene of most flows: a workspace whose identity provider has pages of its own, an application, and
//! people with passwords.

use serde_json::{Value, json};
use url::Url;
use vestibule_test_idp::{Running, SpRegistration, Style, TestIdp, User};
use vestibule_xmlsig::Certificate;

use crate::{
    harness::{Application, Browser},
    support::{
        database::Engine,
        server::Server,
        visitor::{PASSWORD, set_password, totp},
        world::{VERIFIER, World, ada, served_idp, text},
    },
    words::{account, elsewhere, second_step, sign_in, test},
};

/// Somebody whom the IdP does not know.
pub(crate) const GRACE: &str = "grace@acme.example";
/// The member whom it does.
pub(crate) const ADA: &str = "ada@acme.example";

/// Everything that a flow needs beside its browser.
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) application: Application,
    /// Where browsers find us; what the tests call is `world.server.url`.
    pub(crate) url: String,
    _idp: Running,
}

impl Scene {
    /// A pro workspace at `localhost` with an empty connection; its IdP is at `127.0.0.1`, another site.
    pub(crate) fn new() -> Self {
        let server = Server::named(Engine::Sqlite, &[]);
        let url = server.url.clone();
        Self::on(server, url)
    }

    /// The same with a server that was started otherwise, and where browsers find it.
    pub(crate) fn on(server: Server, url: String) -> Self {
        let mut world = World::on(server, Style::Okta);
        let (idp, _, running) = served_idp();
        take_part(&world, &idp);
        world.idp = idp;
        let application = Application::start();
        let body = json!({
            "name": "Orbit Analytics", "redirect_uris": [application.callback()],
            "post_logout_redirect_uris": [application.signed_out()],
        });
        let client = world.api.post("/v1/clients", &body).expect(201).json();
        world.client = (text(&client, "/client_id"), text(&client, "/client_secret"));
        Self {
            world,
            application,
            url,
            _idp: running,
        }
    }

    /// The same with the connection live, single logout included.
    pub(crate) fn live() -> Self {
        Self::live_by("redirect")
    }

    /// The same with requests that go to the IdP by this binding.
    pub(crate) fn live_by(binding: &str) -> Self {
        let scene = Self::new();
        scene.save_draft(binding);
        scene.world.pass_test();
        scene.world.enable().expect(200);
        scene
    }

    /// The same with two connections that are live, of which none goes before the other.
    pub(crate) fn with_two_live() -> Self {
        let mut scene = Self::live();
        let undecided = json!({"default": false, "name": "Acme staff"});
        scene
            .world
            .api
            .patch(&scene.world.path(""), &undecided)
            .expect(200);
        let first = (
            scene.world.connection.clone(),
            scene.world.entity_id.clone(),
            scene.world.acs_url.clone(),
        );
        scene.turns_to_another("Acme partners");
        scene.save_draft("redirect");
        scene.world.pass_test();
        scene.world.enable().expect(200);
        (
            scene.world.connection,
            scene.world.entity_id,
            scene.world.acs_url,
        ) = first;
        scene
    }

    /// From now on the scene is about another connection of the workspace, an empty one.
    pub(crate) fn turns_to_another(&mut self, name: &str) {
        let path = self.world.workspace_path("/connections");
        let made = self.world.api.post(&path, &json!({"name": name}));
        let made = made.expect(201).json();
        self.world.connection = text(&made, "/id");
        self.world.entity_id = text(&made, "/service_provider/entity_id");
        self.world.acs_url = text(&made, "/service_provider/acs_url");
        take_part(&self.world, &self.world.idp);
    }

    /// Saves the IdP's values, and how requests go there.
    pub(crate) fn save_draft(&self, binding: &str) {
        let mut draft = World::draft_of(&self.world.idp);
        draft["idp_sso_binding"] = binding.into();
        draft["idp_logout_url"] = self.world.idp.slo_url().into();
        let path = self.world.path("/draft");
        self.world.api.put(&path, &draft).expect(200);
    }

    /// Who needs a second factor: `off`, `admins` or `everyone`.
    pub(crate) fn second_factor_for(&self, whom: &str) {
        let rule = json!({"two_factor": whom});
        let path = self.world.workspace_path("");
        self.world.api.patch(&path, &rule).expect(200);
    }

    /// Somebody with a password; their id.
    pub(crate) fn with_password(&self, email: &str, role: &str) -> String {
        let member = text(&self.world.add_member(email, role), "/id");
        set_password(&self.world, &member, PASSWORD);
        member
    }

    pub(crate) fn slug(&self) -> String {
        let workspace = self.world.api.get(&self.world.workspace_path(""));
        text(&workspace.expect(200).json(), "/slug")
    }

    /// The sign-in page of the workspace.
    pub(crate) fn sign_in_url(&self) -> String {
        format!("{}/sign-in?workspace={}", self.url, self.slug())
    }

    /// The settings of the connection.
    pub(crate) fn settings_url(&self) -> String {
        format!("{}/settings/sso/{}", self.url, self.world.connection)
    }

    /// Where the application sends people to sign in.
    pub(crate) fn authorize_url(&self) -> String {
        self.authorize_with(&[("workspace", &self.world.workspace)])
    }

    /// The same with these parameters in place of the workspace.
    pub(crate) fn authorize_with(&self, parameters: &[(&str, &str)]) -> String {
        let callback = self.application.callback();
        let mut all = vec![("redirect_uri", callback.as_str())];
        all.extend(parameters);
        let url = self.world.authorize_with(&all);
        url.replacen(&self.world.server.url, &self.url, 1)
    }
}

/// Address and password on the sign-in page of the workspace.
#[track_caller]
pub(crate) fn type_password(browser: &Browser, scene: &Scene, email: &str) {
    browser.go(&scene.sign_in_url());
    browser.fill(sign_in::EMAIL, email);
    browser.fill(sign_in::PASSWORD, PASSWORD);
    browser.press(sign_in::CONTINUE);
}

/// The same where SSO is live, which an admin passes by.
#[track_caller]
pub(crate) fn type_password_beside_sso(browser: &Browser, scene: &Scene, email: &str) {
    browser.go(&scene.sign_in_url());
    browser.fill(sign_in::EMAIL, email);
    browser.fill(sign_in::PASSWORD, PASSWORD);
    browser.press(sign_in::WITH_THE_PASSWORD);
}

/// In by password alone, and on the account page.
#[track_caller]
pub(crate) fn signs_in_by_password(browser: &Browser, scene: &Scene, email: &str) {
    type_password(browser, scene, email);
    browser.sees(account::TITLE);
}

/// Sets an authenticator app up on the page that asks for it; gives its secret. The next page has the
/// recovery codes.
#[track_caller]
pub(crate) fn sets_up_an_app(browser: &Browser) -> String {
    browser.sees(second_step::SET_UP);
    browser.press(second_step::CANNOT_SCAN);
    let secret = browser.text_of("#secret").replace(char::is_whitespace, "");
    browser.fill(second_step::CODE, &totp(&secret, 0));
    browser.press(second_step::CONFIRM);
    browser.sees(second_step::KEEP_CODES);
    secret
}

/// Says that the recovery codes are kept.
#[track_caller]
pub(crate) fn keeps_the_codes(browser: &Browser) {
    browser.tick(second_step::KEPT);
    browser.press(sign_in::CONTINUE);
}

/// The code of the app, at the second step. The step after the one that enrolled: each counts once.
#[track_caller]
pub(crate) fn gives_a_code(browser: &Browser, secret: &str) {
    browser.sees(second_step::TITLE);
    browser.fill(second_step::CODE, &totp(secret, 1));
    browser.press(sign_in::CONTINUE);
}

/// At the test IdP: this is who I am.
#[track_caller]
pub(crate) fn picks(browser: &Browser, scene: &Scene, user: &User) {
    browser.arrives_at(&scene.world.idp.sso_url());
    browser.press(&elsewhere::person(user));
}

/// The connection goes live after a test in this browser, as Ada.
#[track_caller]
pub(crate) fn goes_live(browser: &Browser, scene: &Scene) {
    scene.save_draft("redirect");
    let tests = scene.world.path("/tests");
    let started = scene.world.api.post(&tests, &json!({})).expect(201).json();
    browser.go(&text(&started, "/start_url"));
    picks(browser, scene, &ada());
    browser.sees(test::PASSED);
    scene.world.enable().expect(200);
}

/// The tokens for the code with which the browser has come to the application.
#[track_caller]
pub(crate) fn tokens_of(browser: &Browser, scene: &Scene) -> Value {
    let at = Url::parse(&browser.at()).expect("a URL");
    let code = at.query_pairs().find(|(name, _)| name == "code");
    let code = code.expect("a code").1;
    let callback = scene.application.callback();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", &callback),
        ("code_verifier", VERIFIER),
    ];
    scene.world.token(&fields).expect(200).json()
}

/// The IdP learns where our messages go, and by which key they are signed.
fn take_part(world: &World, idp: &TestIdp) {
    let connection = world.api.get(&world.path("")).expect(200).json();
    let pem = text(&connection, "/service_provider/certificate");
    let certificate = Certificate::parse_all(pem.as_bytes()).unwrap().remove(0);
    let us = SpRegistration::new(&world.entity_id, &world.acs_url)
        .with_logout(text(&connection, "/service_provider/slo_url"))
        .signing_with([certificate.verifying_key().unwrap()]);
    idp.trust(us);
}
