//! What the tests of the product share: servers, browsers, a workspace with its IdP.

pub(crate) mod browser;
pub(crate) mod database;
pub(crate) mod html;
pub(crate) mod http;
pub(crate) mod server;
pub(crate) mod simplesamlphp;
pub(crate) mod world;

/// Makes one test per database out of one body: `on_both! { fn name(engine) { … } }`.
macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($engine:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            fn body($engine: crate::support::database::Engine) $body

            #[test]
            fn sqlite() {
                body(crate::support::database::Engine::Sqlite);
            }

            #[test]
            fn postgres() {
                body(crate::support::database::Engine::Postgres);
            }
        }
    )+};
}
pub(crate) use on_both;
