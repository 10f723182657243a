//! What applications and services ask for beside sign-ins, as often as they can.

use std::time::{Duration, Instant};

use vestibule_verify::{Settings, Verifier};

use super::figures::millis;
use super::scene::Scene;
use super::support::http::form;
use super::support::world::{World, ada, now, text};
use super::wire::Wire;

/// How many ask at a time.
const CONCURRENT: usize = 8;

/// A request that is asked again and again.
struct Asked {
    name: &'static str,
    request: Box<dyn Fn(&mut Wire) + Sync>,
}

pub(crate) fn print(world: &World, scene: &Scene, requests: usize) {
    let code = world.code(&ada());
    let tokens = world.exchange(&code).expect(200).json();
    let token = text(&tokens, "/access_token");
    println!("{:>26} {:>9} {:>7}", "", "a second", "cpu");
    for Asked { name, request } in asked(world, &token) {
        let (processor, begun) = (scene.processor_time(), Instant::now());
        std::thread::scope(|scope| {
            for _ in 0..CONCURRENT {
                let request = &request;
                scope.spawn(move || {
                    let mut wire = Wire::to(&scene.service.host);
                    (0..requests / CONCURRENT).for_each(|_| request(&mut wire));
                });
            }
        });
        line(
            name,
            requests,
            begun.elapsed(),
            scene.processor_time() - processor,
        );
    }
    let issuer = world.server.url.clone();
    let verifier = Verifier::discover(Settings::new(&issuer, &issuer)).unwrap();
    let since_1970 = Duration::try_from(now().as_duration()).unwrap();
    let time = std::time::SystemTime::UNIX_EPOCH + since_1970;
    let begun = Instant::now();
    for _ in 0..requests {
        verifier.verify(&token, time).unwrap();
    }
    let took = begun.elapsed();
    line("verify, in a service", requests, took, took);
}

fn line(name: &str, requests: usize, took: Duration, processor: Duration) {
    let requests = requests as f64;
    println!(
        "{name:>26} {:>9.0} {:>7.3}",
        requests / took.as_secs_f64(),
        millis(processor) / requests
    );
}

fn asked(world: &World, token: &str) -> Vec<Asked> {
    let (id, secret) = world.client.clone();
    let fields = [
        ("client_id", id.as_str()),
        ("client_secret", &secret),
        ("token", token),
    ];
    let (introspect, bearer) = (form(&fields), format!("Bearer {token}"));
    let (key, decide) = (
        world.api.authorization().to_owned(),
        world.workspace_path("/sign-in-decisions"),
    );
    let decision = r#"{"email":"person1@acme.example","method":"saml"}"#;
    vec![
        Asked {
            name: "introspection",
            request: Box::new(move |wire| {
                let answer = wire
                    .post_form("/oauth2/introspect", &[], &introspect)
                    .expect(200);
                assert!(answer.body.contains("\"active\":true"), "{}", answer.body);
            }),
        },
        Asked {
            name: "userinfo",
            request: Box::new(move |wire| {
                let headers = [("Authorization", bearer.as_str())];
                wire.get("/oauth2/userinfo", &headers).expect(200);
            }),
        },
        Asked {
            name: "sign-in decision",
            request: Box::new(move |wire| {
                let headers = [("Authorization", key.as_str())];
                wire.post_json(&decide, &headers, decision).expect(200);
            }),
        },
        Asked {
            name: "keys (JWKS)",
            request: Box::new(|wire| drop(wire.get("/oauth2/jwks", &[]).expect(200))),
        },
    ]
}
