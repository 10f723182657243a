//! What a server says of itself to whoever watches it.

use std::time::Duration;

use serde_json::json;
use vestibule_api::metrics::METRICS;
use vestibule_test_idp::Twist;

use crate::support::{
    browser::Browser,
    database::{Database, Engine},
    http::{post_form, send},
    on_both,
    postgres::PostgresServer,
    scrape::{LISTEN, Scrape, address},
    server::Server,
    within,
    world::{World, ada, text},
};

fn watched(engine: Engine) -> World {
    let server = Server::with(engine, &[LISTEN]);
    World::on(server, vestibule_test_idp::Style::Okta).go_live()
}

on_both! {
    fn sign_ins_are_counted_by_what_came_of_them(engine) {
        let world = watched(engine);
        let before = Scrape::of(&world.server);
        for _ in 0..3 {
            let tokens = world.exchange(&world.code(&ada())).expect(200).json();
            world.refresh(&text(&tokens, "/refresh_token")).expect(200);
        }
        let wrong = Twist { wrong_audience: true, ..Twist::default() };
        assert_eq!(world.sign_in(&ada(), &wrong).status, 403);
        let garbage = [("SAMLResponse", "bm90aGluZw==")];
        assert_eq!(Browser::default().post_from_elsewhere(&world.acs_url, &garbage).status, 400);

        let after = Scrape::of(&world.server);
        let rose = |name: &str, labels: &[(&str, &str)]| after.sum(name, labels) - before.sum(name, labels);
        let sign_ins = "vestibule_sign_ins_total";
        assert_eq!(rose(sign_ins, &[("method", "saml"), ("outcome", "signed_in")]), 3.0);
        assert_eq!(rose(sign_ins, &[("outcome", "refused"), ("reason", "audience")]), 1.0, "{after:#?}");
        assert_eq!(rose(sign_ins, &[("outcome", "stray"), ("reason", "response-unreadable")]), 1.0);
        assert_eq!(rose("vestibule_sessions_minted_total", &[("by", "saml")]), 3.0);
        let tokens = "vestibule_tokens_total";
        assert_eq!(rose(tokens, &[("grant_type", "authorization_code"), ("outcome", "issued")]), 3.0);
        assert_eq!(rose(tokens, &[("grant_type", "refresh_token"), ("outcome", "issued")]), 3.0);
        let verified = "vestibule_saml_verification_seconds_count";
        assert_eq!(rose(verified, &[("outcome", "accepted")]), 3.0);
        assert_eq!(rose(verified, &[("outcome", "refused")]), 1.0);
        let token = [("route", "/oauth2/token"), ("method", "POST")];
        assert_eq!(rose("vestibule_http_requests_total", &[token[0], token[1], ("status", "2xx")]), 6.0);
        assert_eq!(rose("vestibule_http_request_duration_seconds_count", &token), 6.0);
        let acs = ("route", "/saml/{connection_id}/acs");
        assert_eq!(rose("vestibule_http_requests_total", &[acs, ("status", "4xx")]), 1.0);
        assert!(rose("vestibule_store_wait_seconds_count", &[]) > 6.0);
        assert!(after.sum("vestibule_store_threads", &[]) >= 4.0);
        assert_eq!(after.sum("vestibule_database_up", &[]), 1.0);
    }
}

#[test]
fn everything_in_the_catalogue_is_exported_and_nothing_else() {
    let mut world = watched(Engine::PostgresAndRedis);
    world.exchange(&world.code(&ada())).expect(200);
    // Whoever starts looks at the certificates of what is live by then.
    world.server.terminate();
    world.server.restart();
    world.exchange(&world.code(&ada())).expect(200);
    within(
        Duration::from_secs(20),
        "certificates were looked at",
        || {
            let scrape = Scrape::of(&world.server);
            scrape.types.contains_key("vestibule_certificate_days_left")
                && scrape
                    .types
                    .contains_key("vestibule_job_last_success_timestamp_seconds")
        },
    );
    let scrape = Scrape::of(&world.server);
    let exported: Vec<_> = scrape.types.iter().map(|(k, v)| (&**k, &**v)).collect();
    let mut said: Vec<_> = METRICS
        .iter()
        .map(|one| (one.name, one.kind.as_str()))
        .collect();
    said.sort_unstable();
    assert_eq!(exported, said);
    for sample in &scrape.samples {
        let metric = METRICS.iter().find(|one| sample.name.starts_with(one.name));
        let metric = METRICS
            .iter()
            .find(|one| one.name == sample.name)
            .or(metric)
            .expect("a metric of this name");
        let labels: Vec<_> = sample.labels.keys().filter(|name| *name != "le").collect();
        let mut known: Vec<_> = metric.labels.to_vec();
        known.sort_unstable();
        assert_eq!(labels, known, "{sample:?}");
        assert!(sample.value.is_finite(), "{sample:?}");
    }
    let days = scrape.sum("vestibule_certificate_days_left", &[("kind", "idp")]);
    assert!(days > 1.0, "{days}");
    assert!(scrape.sum("vestibule_redis_calls_total", &[]) > 1.0);
    assert_eq!(scrape.sum("vestibule_job_leader", &[]), 1.0);
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        scrape.sum("vestibule_build_info", &[("version", version)]),
        1.0
    );
}

/// Whatever anybody sends, there are as many series as the code has words for.
#[test]
fn nobody_can_make_series_up() {
    let world = watched(Engine::Sqlite);
    let visit = |number: u32| {
        let made_up = format!("made-up-{number}");
        let url = &world.server.url;
        for path in [
            format!("/{made_up}"),
            format!("/v1/workspaces/{made_up}"),
            format!("/v1/{made_up}"),
            format!("/saml/{made_up}/acs"),
            format!("/password/{made_up}"),
            format!("/assets/{made_up}"),
            format!("/oauth2/authorize?client_id={made_up}"),
        ] {
            for method in ["GET", "POST", "BREW", &format!("MADE{number}UP")] {
                let authorization = ("authorization", world.api.authorization());
                send(method, &format!("{url}{path}"), &[authorization], "");
            }
        }
        let fields = [("grant_type", made_up.as_str()), ("client_id", &made_up)];
        post_form(&format!("{url}/oauth2/token"), &[], &fields);
        let acs = format!("{}?{made_up}", world.acs_url);
        Browser::default().post_from_elsewhere(&acs, &[("SAMLResponse", &made_up)]);
    };
    visit(0);
    let before = Scrape::of(&world.server);
    for number in 1..40 {
        visit(number);
    }
    let after = Scrape::of(&world.server);
    let http = |scrape: &Scrape| {
        let of_http = |name: &str| name.starts_with("vestibule_http") || name.contains("sign_ins");
        let series = scrape.samples.iter().filter(|one| of_http(&one.name));
        series.count()
    };
    assert_eq!(http(&before), http(&after), "{after:#?}");
    for label in ["route", "reason", "method", "outcome", "grant_type"] {
        for value in after.values(label) {
            let clean = !value.to_ascii_lowercase().contains("made");
            let id = ["ws_", "conn_", "mem_", "ses_", "app_", "key_"];
            let clean = clean && !id.iter().any(|prefix| value.contains(prefix));
            assert!(clean && value.len() < 100, "{label}={value}");
        }
    }
}

#[test]
fn the_listener_for_metrics_shows_nothing_else() {
    let server = Server::with(Engine::Sqlite, &[LISTEN]);
    let url = address(&server);
    for path in [
        "/",
        "/healthz",
        "/v1/workspaces",
        "/metrics/x",
        "/oauth2/jwks",
    ] {
        send("GET", &format!("{url}{path}"), &[], "").expect(404);
    }
    assert_ne!(send("POST", &format!("{url}/metrics"), &[], "").status, 200);
    // Nor do others see metrics.
    send("GET", &format!("{}/metrics", server.url), &[], "").expect(404);
}

#[test]
fn without_the_setting_nobody_listens_and_a_wrong_one_is_told_at_start() {
    let server = Server::start(Engine::Sqlite);
    let log = server.log_with("listening");
    assert!(!log.contains("\"metrics\""), "{log}");
    for wrong in ["nowhere", "127.0.0.1", "127.0.0.1:8080"] {
        let output = server
            .command()
            .arg("serve")
            .env("VESTIBULE_METRICS_LISTEN", wrong)
            .output()
            .expect("the program runs");
        assert!(!output.status.success(), "{wrong}: {output:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            said.contains("VESTIBULE_METRICS_LISTEN: expected"),
            "{wrong}: {said}"
        );
    }
}

#[test]
fn whoever_watches_sees_that_the_database_is_gone() {
    let postgres = PostgresServer::start();
    let server = Server::on(Database::at(postgres.url()), 1, &[LISTEN]);
    assert_eq!(Scrape::of(&server).sum("vestibule_database_up", &[]), 1.0);
    postgres.kill();
    within(Duration::from_secs(35), "the database is gone", || {
        Scrape::of(&server).sum("vestibule_database_up", &[]) == 0.0
    });
    let gone = Scrape::of(&server);
    assert!(
        !gone.types.contains_key("vestibule_mails_waiting"),
        "{gone:#?}"
    );
    postgres.start_again();
    within(Duration::from_secs(35), "it is back", || {
        Scrape::of(&server).sum("vestibule_database_up", &[]) == 1.0
    });
}

#[test]
fn wrong_passwords_and_mails_that_wait_are_counted() {
    let world = watched(Engine::Sqlite);
    let start = crate::local::by_password(&world);
    crate::local::with_password(&world, "grace@acme.example", "admin");
    crate::local::typed(&world, &start, "grace@acme.example", "a wrong one, surely");
    let scrape = Scrape::of(&world.server);
    let wrong = [
        ("method", "local"),
        ("outcome", "refused"),
        ("reason", "password-wrong"),
    ];
    assert_eq!(scrape.sum("vestibule_sign_ins_total", &wrong), 1.0);
    let vouched = json!({
        "workspace_id": world.workspace,
        "email": crate::support::world::ROOT,
        "amr": ["pwd", "otp"],
        "client_id": world.client.0,
    });
    world.api.post("/v1/sessions", &vouched).expect(201);
    let scrape = Scrape::of(&world.server);
    assert_eq!(
        scrape.sum("vestibule_sessions_minted_total", &[("by", "api")]),
        1.0
    );
}
