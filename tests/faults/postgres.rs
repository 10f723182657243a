//! Without Postgres everything fails clearly, nothing that was answered is lost, and the next
//! request after its return works.

use std::time::Duration;

use serde_json::json;
use vestibule_test_idp::{Style, Twist};

use crate::support::{
    browser::Browser,
    database::Database,
    http::send,
    postgres::PostgresServer,
    server::Server,
    within,
    world::{World, ada, text},
};

fn scene() -> (PostgresServer, World) {
    let postgres = PostgresServer::start();
    let server = Server::on(Database::at(postgres.url()), 1, &[]);
    (postgres, World::on(server, Style::Okta).go_live())
}

/// What holds while Postgres does not answer, and what holds again when it does.
fn fails_clearly_without(
    postgres: &PostgresServer,
    world: &World,
    gone: fn(&PostgresServer),
    back: fn(&PostgresServer),
) {
    let url = |path: &str| format!("{}{path}", world.server.url);
    let tokens = world.exchange(&world.code(&ada())).expect(200).json();
    let code = world.code(&ada());
    let mut browser = Browser::default();
    let start = world.authorize_url();
    let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Twist::default());

    gone(postgres);
    // All at once: whoever waits must not wait for the others as well.
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let ready = send("GET", &url("/readyz"), &[], "").expect(503);
            assert!(ready.header("retry-after").is_some(), "{ready:?}");
            assert_eq!(ready.json()["database"], "does not answer");
        });
        scope.spawn(|| {
            let answer = world.api.get(&world.workspace_path(""));
            assert_eq!(answer.problem(503), "unavailable");
            assert!(answer.header("retry-after").is_some(), "{answer:?}");
        });
        scope.spawn(|| {
            let answer = world
                .api
                .patch(&world.workspace_path(""), &json!({"name": "Lost"}));
            assert_eq!(answer.problem(503), "unavailable");
        });
        scope.spawn(|| {
            let answer = world.refresh(&text(&tokens, "/refresh_token")).expect(503);
            assert_eq!(answer.json()["error"], "temporarily_unavailable");
            assert!(answer.header("retry-after").is_some(), "{answer:?}");
        });
        scope.spawn(|| {
            let mut browser = browser.clone();
            let fields = [("SAMLResponse", form.saml_response.as_str())];
            let page = browser.post_from_here(&form.acs_url, &fields).expect(503);
            assert!(
                page.header("retry-after").is_some() && page.body.contains("<h1>"),
                "{page:?}"
            );
        });
        // The keys are in memory: whoever verifies by itself goes on.
        scope.spawn(|| send("GET", &url("/oauth2/jwks"), &[], "").expect(200));
        scope.spawn(|| send("GET", &url("/healthz"), &[], "").expect(200));
    });

    back(postgres);
    assert_eq!(
        send("GET", &url("/readyz"), &[], "").expect(200).json()["status"],
        "ready"
    );
    world.api.get(&world.workspace_path("")).expect(200);
    world.exchange(&code).expect(200);
    world.exchange(&world.code(&ada())).expect(200);
}

#[test]
fn killed_it_loses_nothing_that_was_answered_and_the_next_request_works() {
    let (postgres, world) = scene();
    fails_clearly_without(
        &postgres,
        &world,
        PostgresServer::kill,
        PostgresServer::start_again,
    );
    // It had committed what it answered, and nothing of what it did not.
    let workspace = world.api.get(&world.workspace_path("")).expect(200).json();
    assert_eq!(workspace["name"], "Acme GmbH");
}

#[test]
fn frozen_it_fails_everything_in_time_and_the_next_request_works() {
    let (postgres, world) = scene();
    fails_clearly_without(
        &postgres,
        &world,
        PostgresServer::freeze,
        PostgresServer::thaw,
    );
    // What was answered "unknown" may have happened: it is one or the other, and not both.
    within(Duration::from_secs(5), "the name is whole", || {
        let workspace = world.api.get(&world.workspace_path("")).expect(200).json();
        workspace["name"] == "Acme GmbH" || workspace["name"] == "Lost"
    });
}

/// Somebody holds what everybody needs, say a migration by hand: every connection waits for it.
#[test]
fn when_every_connection_waits_all_are_told_in_time_and_all_goes_on_afterwards() {
    let (postgres, world) = scene();
    let tokens = world.exchange(&world.code(&ada())).expect(200).json();
    let refresh = text(&tokens, "/refresh_token");
    let url = |path: &str| format!("{}{path}", world.server.url);
    let mut holder = postgres.session();
    holder.say("BEGIN; LOCK TABLE workspaces, sessions IN ACCESS EXCLUSIVE MODE; SELECT 'locked';");
    assert_eq!(holder.line(), "locked");
    // More of them than there are connections; and whoever needs none goes on.
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                let answer = world.api.get(&world.workspace_path(""));
                assert_eq!(answer.problem(503), "unavailable");
                assert!(answer.header("retry-after").is_some(), "{answer:?}");
            });
        }
        std::thread::sleep(Duration::from_secs(1));
        send("GET", &url("/oauth2/jwks"), &[], "").expect(200);
        send("GET", &url("/healthz"), &[], "").expect(200);
        let ready = send("GET", &url("/readyz"), &[], "").expect(503);
        assert_eq!(ready.json()["database"], "does not answer");
    });
    holder.say("ROLLBACK; SELECT 'let go';");
    assert_eq!(holder.line(), "let go");
    within(
        Duration::from_secs(5),
        "the connections are free again",
        || send("GET", &url("/readyz"), &[], "").status == 200,
    );
    world.refresh(&refresh).expect(200);
    world.exchange(&world.code(&ada())).expect(200);
}
