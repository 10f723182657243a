//! How often a sign-in asks Postgres and Redis and waits for an answer: where they are machines of their
//! own, that is what it takes its time for.

use crate::support::{
    counted::Counted,
    database::{Database, Engine, service},
    http::{Answer, post_form, send},
    server::Server,
    world::{World, ada, answer_of, code_in, text},
};
use vestibule_test_idp::{Style, Twist};

/// What is promised for a sign-in of somebody who is known, from authorize to userinfo, BEGIN and COMMIT
/// counted.
const TO_POSTGRES: usize = 6;
const TO_REDIS: usize = 4;
/// That somebody has left for the IdP is written down a moment later, together with all who left with them.
const NOTED_LATER: usize = 1;
const SIGN_INS: usize = 60;

fn userinfo(world: &World, access_token: &str) -> Answer {
    let bearer = format!("Bearer {access_token}");
    let url = format!("{}/oauth2/userinfo", world.server.url);
    send("GET", &url, &[("Authorization", &bearer)], "")
}

/// As a browser over https does it: its cookie comes with the IdP's answer, and nothing has to be parked.
fn complete(world: &World) {
    let leaving = send("GET", &world.authorize_url(), &[], "");
    let cookie = leaving.header("set-cookie").expect("a cookie").to_owned();
    let cookie = cookie.split(';').next().unwrap_or_default();
    let form = answer_of(&world.idp, leaving.location(), &ada(), &Twist::default());
    let fields = [("SAMLResponse", form.saml_response.as_str())];
    let arrived = post_form(&form.acs_url, &[("Cookie", cookie)], &fields);
    let tokens = world.exchange(&code_in(&arrived)).expect(200).json();
    let claims = userinfo(world, &text(&tokens, "/access_token"))
        .expect(200)
        .json();
    assert_eq!(claims["email"], "ada@acme.example");
}

#[test]
fn a_sign_in_takes_few_ways_to_postgres_and_to_redis() {
    let mut database = Database::new(Engine::PostgresAndRedis);
    let postgres = Counted::to(&database.url);
    database.url.clone_from(&postgres.url);
    let redis = Counted::to(&service("VESTIBULE_TEST_REDIS_URL"));
    let settings = [("VESTIBULE_REDIS_URL", redis.url.as_str())];
    let world = World::on(Server::on(database, 1, &settings), Style::Okta).go_live();
    // Ada becomes a member, every connection of the pool prepares its statements.
    (0..30).for_each(|_| complete(&world));

    // What runs by the clock asks beside them now and then: most of them are alone.
    let (mut to_postgres, mut to_redis) = (Vec::new(), Vec::new());
    for _ in 0..SIGN_INS {
        let before = (postgres.ways(), redis.ways());
        complete(&world);
        to_postgres.push(postgres.ways() - before.0);
        to_redis.push(redis.ways() - before.1);
    }
    to_postgres.sort_unstable();
    to_redis.sort_unstable();
    println!("ways to Postgres: {to_postgres:?}\nways to Redis: {to_redis:?}");
    assert!(to_postgres[0] > 0 && to_redis[0] > 0, "they are counted");
    let quarter = SIGN_INS / 4;
    assert!(to_postgres[quarter] + NOTED_LATER <= TO_POSTGRES);
    assert!(to_redis[quarter] <= TO_REDIS);
}
