//! The walk: save, test, enable, sign in, verify the token, and what is refused on the way.

mod passwords;
mod person;
mod setup;
mod tokens;
mod world;

use vestibule_test_idp::User;

pub(crate) use passwords::Kept;
use passwords::MEMBER;
pub(crate) use world::World;
use world::{Step, show, step};

/// Walks; the first step that does not go as it should ends it.
pub(crate) fn walk(world: &World) -> Step<Kept> {
    println!("Vestibule demo: one workspace, from nothing to a signed-in person");
    show("Vestibule", &world.vestibule);
    show("identity provider", &world.idp_url);
    let ada = User::new(MEMBER, "Ada", "Lovelace");

    step(1, "A customer on the growth plan; SSO is not included");
    let customer = setup::customer(world)?;
    step(
        2,
        "Two people are invited and choose passwords, which count",
    );
    passwords::choose(world, &customer)?;
    let refresh_token = passwords::member_comes_in(world)?;
    setup::add_contractor(world, &customer)?;
    step(3, "The customer upgrades to pro");
    setup::upgrade(world, &customer)?;
    step(4, "Our values go into the identity provider");
    setup::tell_the_provider(world, &customer);
    step(
        5,
        "The provider's certificate and SSO URL come back: a draft",
    );
    setup::save(world, &customer)?;
    step(6, "The admin runs a test; nobody is signed in by it");
    setup::test(world, &customer, &ada)?;
    step(7, "What going live would do, and to whom");
    setup::preflight(world, &customer)?;
    step(8, "A passed test lets the settings go live");
    setup::enable(world, &customer)?;

    step(9, "SSO is mandatory for everybody but admins");
    passwords::decisions(world, &customer)?;
    step(10, "Ada's password is refused, and she is sent to SSO");
    passwords::member_is_sent_to_sso(world, &refresh_token)?;
    step(
        11,
        "Grace is an admin: her password counts, with a second factor",
    );
    let kept = passwords::admin_comes_in(world, &customer)?;

    step(12, "Ada signs in to the application by SSO");
    let signed_in = tokens::sign_in(world, &ada)?;
    step(
        13,
        "The application verifies the ID token with our published keys",
    );
    tokens::read(world, &customer, &signed_in)?;
    step(14, "What was used once is worth nothing twice");
    tokens::replay(world, &customer, signed_in)?;

    println!("\nThe whole main job holds.");
    Ok(kept)
}
