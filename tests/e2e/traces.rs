//! The steps of one sign-in are one trace, and there is nothing in it that is nobody's business.

use std::time::Duration;

use vestibule_test_idp::Twist;

use crate::support::{
    browser::Browser,
    collector::{Collector, Span},
    database::Engine,
    http::send,
    on_both,
    server::Server,
    within,
    world::{VERIFIER, World, ada, text},
};

fn traced(engine: Engine, collector: &Collector) -> World {
    let server = Server::with(engine, &[("VESTIBULE_OTLP_ENDPOINT", &collector.endpoint)]);
    World::on(server, vestibule_test_idp::Style::Okta).go_live()
}

/// The one with this name in the trace.
#[track_caller]
fn named<'s>(spans: &'s [Span], trace: &str, name: &str) -> &'s Span {
    let found = spans
        .iter()
        .find(|span| span.trace == trace && span.name == name);
    found.unwrap_or_else(|| panic!("no {name} in {trace}: {spans:#?}"))
}

on_both! {
    fn the_steps_of_a_sign_in_are_one_trace(engine) {
        let collector = Collector::open();
        let world = traced(engine, &collector);
        let mut browser = Browser::default();
        let start = world.authorize_url();
        let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Twist::default());
        let code = crate::support::world::code_in(&browser.deliver(&form.acs_url, &form.saml_response));
        let tokens = world.exchange(&code).expect(200).json();
        let access_token = text(&tokens, "/access_token");
        let bearer = format!("Bearer {access_token}");
        let url = format!("{}/oauth2/userinfo", world.server.url);
        send("GET", &url, &[("authorization", &bearer)], "").expect(200);
        let refresh_token = text(&tokens, "/refresh_token");
        world.refresh(&refresh_token).expect(200);

        let attempts = world.api.get(&world.path("/sign-in-attempts")).expect(200).json();
        let attempt = text(&attempts, "/data/0/id");
        let trace = attempt.trim_start_matches("att_").to_owned();
        let sessions = world.api.get(&format!("/v1/sessions?workspace_id={}", world.workspace));
        let session = text(&sessions.expect(200).json(), "/data/0/id");
        let of_session = session.trim_start_matches("ses_").to_owned();
        let all = || collector.spans();
        within(Duration::from_secs(10), "every step was told", || {
            let spans = all();
            let of = |trace: &str| spans.iter().filter(|span| span.trace == trace).count();
            of(&trace) >= 6 && of(&of_session) >= 2
        });
        let spans = all();
        let authorize = named(&spans, &trace, "GET /oauth2/authorize");
        assert_eq!(authorize.parent, "", "the first");
        let resume = "GET /saml/{connection_id}/resume/{parked_id}";
        for name in [resume, "POST /oauth2/token"] {
            let step = named(&spans, &trace, name);
            assert_eq!(step.parent, authorize.id, "{name}");
            assert!(step.nanos.0 >= authorize.nanos.0 && step.nanos.1 >= step.nanos.0, "{step:?}");
            assert_eq!(step.attributes["vestibule.attempt.id"], attempt);
        }
        let arrival = named(&spans, &trace, resume);
        assert_eq!(arrival.attributes["vestibule.outcome"], "signed_in");
        assert_eq!(arrival.attributes["vestibule.connection.id"], world.connection);
        assert_eq!(arrival.attributes["http.response.status_code"], "303");
        for name in ["verify", "admit"] {
            let step = named(&spans, &trace, name);
            assert_eq!(step.parent, arrival.id, "{name}");
            assert!(step.nanos.0 >= arrival.nanos.0 && step.nanos.1 <= arrival.nanos.1, "{step:?}");
        }
        // The exchange leads on to what follows the session.
        let exchange = named(&spans, &trace, "POST /oauth2/token");
        assert_eq!(exchange.links, [of_session.as_str()]);
        for name in ["GET /oauth2/userinfo", "POST /oauth2/token"] {
            assert_eq!(named(&spans, &of_session, name).attributes["vestibule.session.id"], session);
        }
        assert!(collector.services().iter().all(|name| name == "vestibule"));

        // Neither secrets nor people.
        let cookies = browser.cookies_for(&world.server.url, true);
        let cookie = cookies.split("; ").find_map(|pair| pair.strip_prefix("vb=")).expect("its cookie");
        for secret in [
            "ada@acme.example", "Lovelace", &code, &access_token, &refresh_token, VERIFIER, "the-state",
            "the-nonce", &world.client.1, cookie, form.saml_response.get(..64).expect("a response"),
        ] {
            assert!(!collector.has_seen(secret), "{secret}");
        }
        let known = [
            "http.request.method", "http.route", "http.response.status_code", "vestibule.request.id",
            "vestibule.attempt.id", "vestibule.session.id", "vestibule.workspace.id",
            "vestibule.connection.id", "vestibule.client.id", "vestibule.outcome", "vestibule.reason",
        ];
        for span in &spans {
            let strange = span.attributes.keys().find(|name| !known.contains(&name.as_str()));
            assert_eq!(strange, None, "{span:?}");
        }
    }
}

#[test]
fn a_refused_sign_in_says_why_and_calls_of_the_api_are_no_traces() {
    let collector = Collector::open();
    let world = traced(Engine::Sqlite, &collector);
    let wrong = Twist {
        wrong_audience: true,
        ..Twist::default()
    };
    assert_eq!(world.sign_in(&ada(), &wrong).status, 403);
    within(Duration::from_secs(10), "the refusal was told", || {
        let refused = |span: &Span| {
            let said = span.attributes.get("vestibule.reason");
            said.is_some_and(|reason| reason == "audience")
        };
        collector.spans().iter().any(refused)
    });
    let spans = collector.spans();
    assert!(
        spans.iter().all(|span| !span.name.contains("/v1/")),
        "{spans:#?}"
    );
}

#[test]
fn a_collector_that_is_away_holds_nobody_up() {
    // Nothing listens there.
    let settings = [("VESTIBULE_OTLP_ENDPOINT", "http://127.0.0.1:9")];
    let server = Server::with(Engine::Sqlite, &settings);
    let mut world = World::on(server, vestibule_test_idp::Style::Okta).go_live();
    for _ in 0..3 {
        world.exchange(&world.code(&ada())).expect(200);
    }
    world.server.log_with("traces could not be sent");
    let begun = std::time::Instant::now();
    world.server.terminate();
    assert!(
        begun.elapsed() < Duration::from_secs(15),
        "{:?}",
        begun.elapsed()
    );
    for wrong in [
        "collector:4318",
        "ftp://collector",
        "http://user:secret@collector",
        "http://collector?x=1",
    ] {
        let output = world
            .server
            .command()
            .arg("serve")
            .env("VESTIBULE_OTLP_ENDPOINT", wrong)
            .output()
            .expect("the program runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            said.contains("VESTIBULE_OTLP_ENDPOINT: expected"),
            "{wrong}: {said}"
        );
        assert!(!said.contains("secret"), "{said}");
    }
}
