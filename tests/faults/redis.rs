//! Redis may lose everything, end or freeze at any moment: nothing is replayed, nothing waved
//! through, sessions go on, and sign-ins begin again as soon as it is back.

use std::time::Duration;

use serde_json::json;
use vestibule_test_idp::{Style, Twist};

use crate::support::{
    browser::Browser,
    database::Engine,
    http::{Answer, send},
    redis::RedisServer,
    server::Server,
    within,
    world::{World, ada, code_in, text},
};

fn scene() -> (RedisServer, World) {
    let redis = RedisServer::start();
    let settings = [("VESTIBULE_REDIS_URL", redis.url())];
    let settings = settings.each_ref().map(|(name, url)| (*name, url.as_str()));
    let server = Server::with(Engine::Postgres, &settings);
    (redis, World::on(server, Style::Okta).go_live())
}

/// A page for people that says what happened, and lets nobody in.
#[track_caller]
fn is_lost(answer: &Answer, title: &str) {
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.header("location"), None, "{answer:?}");
    assert!(answer.body.contains(title), "{answer:?}");
    assert!(
        answer.body.contains("Start again from the application"),
        "{answer:?}"
    );
}

#[test]
fn emptied_between_any_two_steps_the_trip_is_lost_and_nothing_else() {
    let (redis, world) = scene();
    let arrive = |browser: &mut Browser| {
        let start = world.authorize_url();
        world.visit_idp(browser, &start, &world.idp, &ada(), &Twist::default())
    };

    // On the way to the IdP.
    let mut browser = Browser::default();
    let form = arrive(&mut browser);
    redis.empty();
    is_lost(
        &browser.deliver(&form.acs_url, &form.saml_response),
        "This sign-in is no longer open",
    );

    // While the message waits for its cookie.
    let form = arrive(&mut browser);
    let fields = [("SAMLResponse", form.saml_response.as_str())];
    let parked = browser
        .post_from_elsewhere(&form.acs_url, &fields)
        .expect(303);
    assert!(parked.location().contains("/resume/"), "{parked:?}");
    redis.empty();
    is_lost(
        &browser.get(parked.location()),
        "This sign-in took too long",
    );
    assert_eq!(world.people().len(), 0, "nobody came in");

    // After the answer: what was minted lives in the database, and what was used stays used.
    let form = arrive(&mut browser);
    let code = code_in(&browser.deliver(&form.acs_url, &form.saml_response));
    redis.empty();
    world.exchange(&code).expect(200);
    is_lost(
        &browser.deliver(&form.acs_url, &form.saml_response),
        "This sign-in is no longer open",
    );
    assert_eq!(
        world.exchange(&code).expect(400).json()["error"],
        "invalid_grant"
    );

    // During a test: it goes on waiting, and a second way through passes it.
    let test = world
        .api
        .post(&world.path("/tests"), &json!({}))
        .expect(201)
        .json();
    let (start, path) = (
        text(&test, "/start_url"),
        format!("/tests/{}", text(&test, "/id")),
    );
    let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Twist::default());
    redis.empty();
    is_lost(
        &browser.deliver(&form.acs_url, &form.saml_response),
        "This sign-in is no longer open",
    );
    let state = || {
        text(
            &world.api.get(&world.path(&path)).expect(200).json(),
            "/state",
        )
    };
    assert_eq!(state(), "pending");
    let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Twist::default());
    browser
        .deliver(&form.acs_url, &form.saml_response)
        .expect(200);
    assert_eq!(state(), "passed");
}

#[test]
fn a_used_trip_that_comes_back_from_an_old_copy_is_still_used() {
    let (mut redis, world) = scene();
    let mut browser = Browser::default();
    let start = world.authorize_url();
    let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Twist::default());
    redis.save();
    code_in(&browser.deliver(&form.acs_url, &form.saml_response));
    redis.kill();
    redis.start_again();
    within(Duration::from_secs(5), "the trip is there again", || {
        let again = browser.deliver(&form.acs_url, &form.saml_response);
        assert!(matches!(again.status, 400 | 503), "let in twice: {again:?}");
        again.body.contains("This sign-in was used already")
    });
}

/// What holds while Redis does not answer, and what holds again when it does.
fn goes_on_without(
    redis: &mut RedisServer,
    world: &World,
    gone: fn(&mut RedisServer),
    back: fn(&mut RedisServer),
) {
    let url = |path: &str| format!("{}{path}", world.server.url);
    let tokens = world.exchange(&world.code(&ada())).expect(200).json();
    let bearer = format!("Bearer {}", text(&tokens, "/access_token"));
    let mut browser = Browser::default();
    let start = world.authorize_url();
    let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Twist::default());
    let test = world
        .api
        .post(&world.path("/tests"), &json!({}))
        .expect(201)
        .json();
    assert_eq!(
        send("GET", &url("/readyz"), &[], "").expect(200).json()["status"],
        "ready"
    );

    gone(redis);
    let start_url = text(&test, "/start_url");
    let refused = [
        browser.get(&start),
        browser.get(&start_url),
        browser.post_from_here(&form.acs_url, &[("SAMLResponse", &form.saml_response)]),
    ];
    for answer in refused {
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
        assert!(answer.body.contains("<h1>"), "{answer:?}");
    }
    let ready = send("GET", &url("/readyz"), &[], "").expect(200).json();
    assert_eq!(ready["status"], "degraded");
    assert_eq!(ready["short_lived_state"], "does not answer");
    send("GET", &url("/healthz"), &[], "").expect(200);
    send("GET", &url("/oauth2/jwks"), &[], "").expect(200);
    send(
        "GET",
        &url("/oauth2/userinfo"),
        &[("authorization", &bearer)],
        "",
    )
    .expect(200);
    assert!(world.is_active(&text(&tokens, "/access_token")));
    let tokens = world
        .refresh(&text(&tokens, "/refresh_token"))
        .expect(200)
        .json();
    world.set_plan("premier");
    world.save_draft();

    back(redis);
    within(Duration::from_secs(5), "a sign-in begins", || {
        browser.get(&start).status == 302
    });
    world.exchange(&world.code(&ada())).expect(200);
    world.refresh(&text(&tokens, "/refresh_token")).expect(200);
    within(Duration::from_secs(5), "it says that it is ready", || {
        send("GET", &url("/readyz"), &[], "").expect(200).json()["status"] == "ready"
    });
}

#[test]
fn killed_it_stops_new_sign_ins_and_nothing_else() {
    let (mut redis, world) = scene();
    goes_on_without(
        &mut redis,
        &world,
        RedisServer::kill,
        RedisServer::start_again,
    );
}

#[test]
fn frozen_it_stops_new_sign_ins_and_nothing_else() {
    let (mut redis, world) = scene();
    let (freeze, thaw) = (
        |redis: &mut RedisServer| redis.freeze(),
        |redis: &mut RedisServer| redis.thaw(),
    );
    goes_on_without(&mut redis, &world, freeze, thaw);
}

#[test]
fn a_server_starts_while_it_is_away_and_finds_it_later() {
    let (mut redis, mut world) = scene();
    let tokens = world.exchange(&world.code(&ada())).expect(200).json();
    redis.kill();
    world.server.kill_and_restart();
    world.refresh(&text(&tokens, "/refresh_token")).expect(200);
    Browser::default().get(&world.authorize_url()).expect(503);
    redis.start_again();
    within(Duration::from_secs(5), "a sign-in begins", || {
        Browser::default().get(&world.authorize_url()).status == 302
    });
    world.exchange(&world.code(&ada())).expect(200);
}
