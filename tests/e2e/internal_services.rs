//! An internal service that verifies tokens by `vestibule-verify`, against the real server.

use std::{
    thread,
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use vestibule_test_idp::Twist;
use vestibule_verify::{Introspection, Role, Settings, Verifier, VerifyError};

use crate::support::{
    browser::Browser,
    database::Engine,
    on_all, within,
    world::{REDIRECT_URI, World, ada, code_in, text},
};

const API: &str = "https://api.example.com";

/// The present, as a service reads it.
#[expect(
    clippy::disallowed_methods,
    reason = "a service reads the clock where a request comes in"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

/// A world whose application asks for tokens for an API, and that API.
fn world(engine: Engine) -> World {
    let mut world = World::live(engine);
    let body = json!({"name": "Application", "redirect_uris": [REDIRECT_URI], "resources": [API]});
    let client = world.api.post("/v1/clients", &body).expect(201).json();
    world.client = (text(&client, "/client_id"), text(&client, "/client_secret"));
    world
}

fn settings(world: &World) -> Settings {
    let (id, secret) = service_client(world);
    Settings::new(&world.server.url, API)
        .ask_again_after(Duration::ZERO)
        .introspection(Introspection::new(id, secret, Duration::ZERO))
}

/// The client by which the service asks about tokens.
fn service_client(world: &World) -> (String, String) {
    let body = json!({"name": "API", "redirect_uris": ["https://api.example.com/unused"]});
    let client = world.api.post("/v1/clients", &body).expect(201).json();
    (text(&client, "/client_id"), text(&client, "/client_secret"))
}

/// Ada's tokens, for the API or, without a resource, for the server itself.
fn tokens(world: &World, resource: &str) -> Value {
    let mut browser = Browser::default();
    let start = world.authorize_with(&[("workspace", &world.workspace), ("resource", resource)]);
    let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Twist::default());
    let code = code_in(&browser.deliver(&form.acs_url, &form.saml_response));
    world.exchange(&code).expect(200).json()
}

on_all! {
    fn a_service_takes_what_is_for_it_and_says_why_it_refuses(engine) {
        let world = world(engine);
        let verifier = Verifier::discover(settings(&world)).unwrap();
        let tokens_ = tokens(&world, API);
        let access = text(&tokens_, "/access_token");
        let claims = verifier.verify(&access, now()).unwrap();
        let ada = world.people().remove(0);
        assert_eq!(claims.subject, text(&ada, "/id"));
        assert_eq!((claims.workspace.as_str(), claims.role), (world.workspace.as_str(), Role::Member));
        assert_eq!(claims.connection.as_deref(), Some(world.connection.as_str()));
        assert_eq!((claims.client_id.as_str(), claims.amr.as_slice()), (world.client.0.as_str(), &["saml".to_owned()][..]));
        assert!(claims.has_scope("email"));
        // Nobody is asked a second time.
        verifier.verify_by_known_keys(&access, now()).unwrap().unwrap();

        let id_token = text(&tokens_, "/id_token");
        assert_eq!(verifier.verify(&id_token, now()).unwrap_err(), VerifyError::IdToken);
        let elsewhere = text(&tokens(&world, ""), "/access_token");
        let error = verifier.verify(&elsewhere, now()).unwrap_err();
        assert!(matches!(error, VerifyError::WrongAudience { .. }), "{error}");
        let later = now() + Duration::from_secs(16 * 60 + 1);
        let error = verifier.verify(&access, later).unwrap_err();
        assert!(matches!(error, VerifyError::Expired { .. }), "{error}");

        // Revoked: the signature does not know, the issuer does.
        verifier.verify_active(&access, now()).unwrap();
        world.api.delete(&format!("/v1/sessions/{}", claims.session)).expect(204);
        verifier.verify(&access, now()).unwrap();
        assert_eq!(verifier.verify_active(&access, now()).unwrap_err(), VerifyError::NotActive);
    }
}

#[test]
fn what_somebody_may_do_now_is_what_the_issuer_says() {
    let world = world(Engine::Sqlite);
    let verifier = Verifier::discover(settings(&world)).unwrap();
    let body = json!({
        "workspace_id": world.workspace, "email": "root@acme.example", "amr": ["pwd", "otp"],
        "client_id": world.client.0,
    });
    let minted = world.api.post("/v1/sessions", &body).expect(201).json();
    let own = Settings::new(&world.server.url, &world.server.url);
    let claims = Verifier::discover(own)
        .unwrap()
        .verify(&text(&minted, "/access_token"), now())
        .unwrap();
    assert!(claims.has_second_factor());
    assert_eq!(claims.role, Role::Admin);
    // Promoted and demoted while the token lasts.
    let access = text(&tokens(&world, API), "/access_token");
    let ada = world.people().remove(0);
    let path = world.workspace_path(&format!("/members/{}", text(&ada, "/id")));
    assert_eq!(
        verifier.verify_active(&access, now()).unwrap().role,
        Role::Member
    );
    world
        .api
        .patch(&path, &json!({"status": "deactivated"}))
        .expect(200);
    assert_eq!(
        verifier.verify_active(&access, now()).unwrap_err(),
        VerifyError::NotActive
    );
}

#[test]
fn the_keys_rotate_and_no_service_notices() {
    let world = world(Engine::Sqlite);
    let verifier = Verifier::discover(settings(&world)).unwrap();
    let before = text(&tokens(&world, API), "/access_token");
    let mut command = world.server.command();
    let output = command
        .args(["keys", "rotate", "--after", "2"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let head = |token: &str| token.split('.').next().unwrap().to_owned();
    let mut after = before.clone();
    within(Duration::from_secs(10), "the new key signs", || {
        thread::sleep(Duration::from_millis(300));
        after = text(&tokens(&world, API), "/access_token");
        head(&after) != head(&before)
    });
    assert!(
        verifier.verify_by_known_keys(&after, now()).is_none(),
        "a key that it has never seen"
    );
    verifier.verify(&after, now()).unwrap();
    verifier
        .verify_by_known_keys(&after, now())
        .unwrap()
        .unwrap();
    // What the old one signed lasts.
    verifier.verify(&before, now()).unwrap();
}

#[test]
fn while_the_server_is_away_tokens_count_and_no_revocation_is_guessed() {
    let mut world = world(Engine::Sqlite);
    let verifier = Verifier::discover(settings(&world)).unwrap();
    let access = text(&tokens(&world, API), "/access_token");
    world.server.kill();
    verifier.verify(&access, now()).unwrap();
    // Ten minutes later the keys are old; they count for an hour.
    verifier
        .verify(&access, now() + Duration::from_secs(600))
        .unwrap();
    let error = verifier.verify_active(&access, now()).unwrap_err();
    assert!(!error.is_of_token(), "{error}");
    assert!(matches!(error, VerifyError::Unreachable { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains(&access));
    let error = Verifier::discover(Settings::new(&world.server.url, API)).unwrap_err();
    assert!(matches!(error, VerifyError::Unreachable { .. }), "{error}");
    world.server.restart();
    verifier.verify_active(&access, now()).unwrap();
    // An issuer is who it says it is, to the letter.
    let other = world.server.url.replace("127.0.0.1", "localhost");
    let error = Verifier::discover(Settings::new(other, API)).unwrap_err();
    assert!(matches!(error, VerifyError::Answer { .. }), "{error}");
}
