//! What the tests of the product share: servers, browsers, a workspace with its IdP.

pub(crate) mod application;
pub(crate) mod archive;
#[path = "../../../crates/credential/tests/passkeys/authenticator.rs"]
pub(crate) mod authenticator;
pub(crate) mod browser;
pub(crate) mod client_key;
pub(crate) mod clock;
pub(crate) mod collector;
pub(crate) mod counted;
pub(crate) mod database;
pub(crate) mod dns;
pub(crate) mod front;
pub(crate) mod generated_client;
pub(crate) mod guide;
pub(crate) mod haproxy;
pub(crate) mod html;
pub(crate) mod http;
pub(crate) mod nginx;
pub(crate) mod npm;
pub(crate) mod person;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod pysaml2;
pub(crate) mod python;
pub(crate) mod receiver;
pub(crate) mod redis;
pub(crate) mod scrape;
pub(crate) mod server;
pub(crate) mod shared;
pub(crate) mod simplesamlphp;
#[path = "../../../crates/outbound/tests/outbound/server.rs"]
pub(crate) mod site;
pub(crate) mod smtp;
pub(crate) mod visitor;
pub(crate) mod world;

/// Makes one test per database out of one body: `on_both! { fn name(engine) { … } }`.
macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($engine:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            fn body($engine: crate::support::database::Engine) $body

            $crate::support::on!(sqlite: Sqlite, postgres: Postgres);
        }
    )+};
}
pub(crate) use on_both;

/// The same on everything that the product runs on, two replicas included.
macro_rules! on_all {
    ($($(#[$meta:meta])* fn $name:ident($engine:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            fn body($engine: crate::support::database::Engine) $body

            $crate::support::on!(
                sqlite: Sqlite,
                postgres: Postgres,
                postgres_and_redis: PostgresAndRedis,
                two_replicas: TwoReplicas
            );
        }
    )+};
}
pub(crate) use on_all;

macro_rules! on {
    ($($test:ident: $engine:ident),+) => {$(
        #[test]
        fn $test() {
            body(crate::support::database::Engine::$engine);
        }
    )+};
}
pub(crate) use on;

/// Asks until the answer is yes, for as long as is promised and some patience more.
#[track_caller]
pub(crate) fn within(promised: std::time::Duration, what: &str, mut yes: impl FnMut() -> bool) {
    let started = std::time::Instant::now();
    while !yes() {
        assert!(
            started.elapsed() < promised * 3,
            "not within {promised:?}, nor within three times that: {what}"
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}
