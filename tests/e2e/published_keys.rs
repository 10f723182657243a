//! Clients that publish their keys (`jwks_uri`) in place of registering them.

use std::{
    io::Write as _,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::{
    client_key::ClientKey,
    database::Engine,
    http::{Answer, post_form},
    on_both,
    server::Server,
    site::Server as Site,
    within,
    world::{REDIRECT_URI, World, text},
};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Where a client publishes its keys, which can change, or be something else.
struct Published {
    site: Site,
    body: Arc<Mutex<String>>,
}

impl Published {
    fn new(jwks: &Value) -> Self {
        let body = Arc::new(Mutex::new(jwks.to_string()));
        let said = Arc::clone(&body);
        let site = Site::with(move |_, stream| {
            let body = said.lock().unwrap().clone();
            let length = body.len();
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}");
            stream.write_all(answer.as_bytes())
        });
        Self { site, body }
    }

    fn publish(&self, body: impl Into<String>) {
        *self.body.lock().unwrap() = body.into();
    }
}

/// A world whose server may ask this machine.
fn world(engine: Engine) -> World {
    let settings = [("VESTIBULE_OUTBOUND_ALLOW_PRIVATE", "on")];
    let server = Server::with(engine, &settings);
    World::on(server, vestibule_test_idp::Style::Okta)
}

fn register(world: &World, url: &str) -> Answer {
    let body = json!({
        "name": "Application", "redirect_uris": [REDIRECT_URI],
        "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": url,
    });
    world.api.post("/v1/clients", &body)
}

/// Whether the client of this id is who it says it is, by this key.
fn is_believed(world: &World, id: &str, key: &ClientKey) -> bool {
    let assertion = key.assertion(id, &world.server.url);
    let fields = [
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion.as_str()),
        ("token", "nonsense"),
    ];
    let answer = post_form(
        &format!("{}/oauth2/introspect", world.server.url),
        &[],
        &fields,
    );
    match answer.status {
        200 => true,
        401 => {
            assert_eq!(text(&answer.json(), "/error"), "invalid_client");
            false
        }
        _ => panic!("{answer:?}"),
    }
}

on_both! {
    fn a_client_rotates_its_keys_where_it_publishes_them(engine) {
        let world = world(engine);
        let (old, new) = (ClientKey::named("old"), ClientKey::named("new"));
        let published = Published::new(&old.jwks());
        let client = register(&world, &published.site.url()).expect(201).json();
        assert_eq!(client["jwks_uri"], published.site.url());
        assert_eq!(client["jwks"], Value::Null);
        let id = text(&client, "/client_id");
        let shown = world.api.get(&format!("/v1/clients/{id}")).expect(200).json();
        assert_eq!(shown["jwks_uri"], client["jwks_uri"]);
        for _ in 0..5 {
            assert!(is_believed(&world, &id, &old));
        }
        assert_eq!(published.site.visits(), 1, "kept");
        let accepts = published.site.heads().remove(0).to_ascii_lowercase();
        assert!(accepts.contains("application/jwk-set+json"), "{accepts}");

        // Another key of another id: asked for at once, but not again and again.
        let keys = [&old, &new].map(|key| key.jwks()["keys"][0].clone());
        let other = json!({"kty": "OKP", "crv": "X448", "x": "AA", "kid": "for others"});
        published.publish(json!({"keys": [other, keys[0], keys[1]]}).to_string());
        for _ in 0..20 {
            assert!(!is_believed(&world, &id, &ClientKey::named("made up")));
        }
        assert!(published.site.visits() <= 2);
        within(Duration::from_secs(11), "the new key is learned of", || {
            is_believed(&world, &id, &new)
        });
        assert!(is_believed(&world, &id, &old));
        assert!(published.site.visits() <= 4, "{}", published.site.visits());
        // The name of a key is no key.
        assert!(!is_believed(&world, &id, &ClientKey::named("new")));
    }
}

#[test]
fn what_is_published_and_is_no_set_of_public_keys_counts_for_nothing() {
    let world = world(Engine::Sqlite);
    let key = ClientKey::new();
    let mut secret = key.jwks();
    secret["keys"][0]["d"] = json!("AA");
    let large = format!("{{\"keys\":[],\"x\":\"{}\"}}", "x".repeat(70_000));
    for body in [
        secret.to_string(),
        "<html>".to_owned(),
        large,
        json!({"keys": []}).to_string(),
    ] {
        let published = Published::new(&json!({}));
        published.publish(body);
        let client = register(&world, &published.site.url()).expect(201).json();
        assert!(!is_believed(&world, &text(&client, "/client_id"), &key));
        assert_eq!(published.site.visits(), 1);
    }
    let elsewhere = Published::new(&key.jwks());
    let redirecting = Site::redirecting(302, &elsewhere.site.url());
    let client = register(&world, &redirecting.url()).expect(201).json();
    assert!(!is_believed(&world, &text(&client, "/client_id"), &key));
    assert_eq!(elsewhere.site.visits(), 0, "no redirect is followed");
    let log = world.server.log_with("client_keys");
    assert!(log.contains("not fetched"), "{log}");
}

/// Somebody who registers clients must not reach into the network that the server is in.
#[test]
fn no_private_address_is_asked_and_no_keys_stand_at_two_places() {
    let world = World::new(Engine::Sqlite);
    let key = ClientKey::new();
    let published = Published::new(&key.jwks());
    let client = register(&world, &published.site.url()).expect(201).json();
    let id = text(&client, "/client_id");
    assert!(!is_believed(&world, &id, &key));
    assert_eq!(published.site.visits(), 0, "nothing was connected to");

    for url in [
        "http://app.example.com/jwks.json",
        "https://app.example.com/#x",
        "nonsense",
    ] {
        assert_eq!(register(&world, url).problem(422), "invalid-value", "{url}");
    }
    let path = format!("/v1/clients/{id}");
    let both = json!({"jwks": key.jwks()});
    let refused = world.api.patch(&path, &both);
    assert_eq!(refused.problem(422), "invalid-value");
    assert!(refused.body.contains("/jwks_uri"), "{refused:?}");
    let none = json!({"jwks_uri": null});
    assert_eq!(world.api.patch(&path, &none).problem(422), "invalid-value");
    // From one to the other, in one call.
    let registered = json!({"jwks": key.jwks(), "jwks_uri": null});
    world.api.patch(&path, &registered).expect(200);
    assert!(is_believed(&world, &id, &key));
}
