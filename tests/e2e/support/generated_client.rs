//! What every client does that is made from the API document: the main job, against the real program and a
//! real IdP.

use std::process::Command;

use vestibule_test_idp::SpRegistration;

use super::{
    database::Engine,
    npm,
    server::Server,
    world::{ada, served_idp},
};

/// Runs a client to its end, which it says is a good one. It finds the server and the IdP in its
/// environment, and has the IdP trust us by a line.
#[track_caller]
pub(crate) fn does_the_main_job(program: &mut Command) {
    let server = Server::start(Engine::Sqlite);
    let (idp, idp_url, _serving) = served_idp();
    program
        .env("VESTIBULE_TEST_URL", &server.url)
        .env(
            "VESTIBULE_TEST_AUTHORIZATION",
            server.admin_api().authorization(),
        )
        .env("VESTIBULE_TEST_IDP_URL", &idp_url)
        .env("VESTIBULE_TEST_PERSON", &ada().email);
    let said = npm::converse(program, "the client", |line| {
        let (entity_id, acs_url) = line.strip_prefix("trust ")?.split_once(' ')?;
        idp.trust(SpRegistration::new(entity_id, acs_url));
        Some("trusted\n".to_owned())
    });
    print!("{said}");
    assert!(said.ends_with("client: done\n"), "{said}");
}
