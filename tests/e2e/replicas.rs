//! Several servers on one database: any step anywhere, once and no more, and off means off on all.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::json;
use vestibule_test_idp::{PostForm, SpRegistration, Style, Twist};

use crate::support::{
    browser::Browser,
    database::{Database, Engine},
    http::Answer,
    server::Server,
    within,
    world::{World, ada, answer_of, code_in, idp, text, unverified_claims},
};

/// How soon a change is seen on the other replicas.
const WITH_REDIS: Duration = Duration::from_secs(1);
/// How soon where nobody can tell them.
const WITHOUT: Duration = Duration::from_secs(5);

/// The same URL, at one of the replicas and not at the front.
fn at(world: &World, replica: usize, url: &str) -> String {
    url.replace(&world.server.url, &world.server.replica_url(replica))
}

/// The start of a sign-in at one of the replicas.
fn begin_at(world: &World, replica: usize) -> Answer {
    Browser::default().get(&at(world, replica, &world.authorize_url()))
}

/// A sign-in begins at each of them, which then has copies of the live settings.
fn begin_at_both(world: &World) {
    for replica in [0, 1] {
        begin_at(world, replica).expect(302);
    }
}

/// The IdP's answer, brought to one of the replicas with the browser's cookie.
fn deliver_at(world: &World, replica: usize, browser: &mut Browser, form: &PostForm) -> Answer {
    let url = at(world, replica, &form.acs_url);
    browser.post_from_here(&url, &[("SAMLResponse", &form.saml_response)])
}

#[test]
fn one_response_posted_to_both_at_the_same_instant_is_accepted_once() {
    const TIMES: usize = 1_000;
    let world = World::live(Engine::TwoReplicas);
    let (left, accepted) = (AtomicUsize::new(TIMES), AtomicUsize::new(0));
    let once = || {
        let mut browser = Browser::default();
        let start = world.authorize_url();
        let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Twist::default());
        let together = Barrier::new(2);
        let post = |replica| {
            let mut browser = browser.clone();
            together.wait();
            deliver_at(&world, replica, &mut browser, &form)
        };
        let answers = thread::scope(|scope| {
            let other = scope.spawn(|| post(1));
            [post(0), other.join().unwrap()]
        });
        let codes = answers.iter().filter(|answer| answer.status == 303).count();
        assert_eq!(codes, 1, "{answers:?}");
        for answer in &answers {
            match answer.status {
                303 => drop(code_in(answer)),
                _ => assert_eq!(answer.status, 400, "{answer:?}"),
            }
        }
        accepted.fetch_add(codes, Ordering::Relaxed);
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let take = |left: usize| left.checked_sub(1);
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
                    .is_ok()
                {
                    once();
                }
            });
        }
    });
    assert_eq!(accepted.into_inner(), TIMES);
}

/// Each replica has copies of the live settings; then SSO is switched off at one of them.
fn off_at_one_is_off_at_the_other(world: &World, promised: Duration) {
    begin_at_both(world);
    let tokens = world.exchange(&world.code(&ada())).expect(200).json();
    let mut browser = Browser::default();
    let start = at(world, 1, &world.authorize_url());
    let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Twist::default());

    let first = world.api.at(&world.server.replica_url(0));
    first
        .post(&world.path("/disable"), &json!({"force": true}))
        .expect(200);
    // At once: nobody gets in, nothing is renewed, whatever copy anybody has.
    let answer = deliver_at(world, 1, &mut browser, &form);
    assert_eq!(answer.status, 403, "{answer:?}");
    assert!(!world.is_active(&text(&tokens, "/access_token")));
    assert_eq!(world.refresh(&text(&tokens, "/refresh_token")).status, 400);
    // Soon: no sign-in begins any more.
    within(promised, "no sign-in begins at the other replica", || {
        begin_at(world, 1).status == 403
    });
    begin_at(world, 0).expect(403);

    first.post(&world.path("/enable"), &json!({})).expect(200);
    begin_at_both(world);
}

#[test]
fn off_at_one_is_off_at_the_other_within_a_second() {
    off_at_one_is_off_at_the_other(&World::live(Engine::TwoReplicas), WITH_REDIS);
}

#[test]
fn off_at_one_is_off_at_the_other_within_five_seconds_without_redis() {
    // Without Redis each has its own trips, so that whoever begins at one of them ends there.
    let server = Server::on(Database::new(Engine::Postgres), 2, &[]);
    let world = World::on(server, Style::Okta);
    world.save_draft();
    let test = world
        .api
        .post(&world.path("/tests"), &json!({}))
        .expect(201)
        .json();
    let mut browser = Browser::default();
    let start = at(&world, 0, &text(&test, "/start_url"));
    let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Twist::default());
    deliver_at(&world, 0, &mut browser, &form).expect(200);
    world.enable().expect(200);

    begin_at_both(&world);
    let first = world.api.at(&world.server.replica_url(0));
    first
        .post(&world.path("/disable"), &json!({"force": true}))
        .expect(200);
    begin_at(&world, 0).expect(403);
    within(WITHOUT, "no sign-in begins at the other replica", || {
        begin_at(&world, 1).status == 403
    });
}

#[test]
fn whoever_is_deactivated_at_one_is_out_at_both_at_once() {
    let world = World::live(Engine::TwoReplicas);
    let tokens = world.exchange(&world.code(&ada())).expect(200).json();
    let member = text(&unverified_claims(&text(&tokens, "/id_token")), "/sub");
    let path = world.workspace_path(&format!("/members/{member}"));
    world
        .api
        .patch(&path, &json!({"status": "deactivated"}))
        .expect(200);
    for _ in 0..2 {
        assert!(!world.is_active(&text(&tokens, "/access_token")));
        let answer = world.sign_in(&ada(), &Twist::default());
        assert_eq!(answer.status, 403, "{answer:?}");
    }
}

#[test]
fn a_revision_that_goes_live_at_one_serves_at_both() {
    let world = World::live(Engine::TwoReplicas);
    let next = idp(Style::Entra);
    next.trust(SpRegistration::new(&world.entity_id, &world.acs_url));
    begin_at_both(&world);
    world
        .api
        .put(&world.path("/draft"), &World::draft_of(&next))
        .expect(200);
    let (test, _) = world.run_test(&next, &Twist::default());
    assert_eq!(test["state"], "passed", "{test}");
    let first = world.api.at(&world.server.replica_url(0));
    first.post(&world.path("/enable"), &json!({})).expect(200);

    // Begun at the first under the new revision, brought to the second, whose copy may be old.
    let mut browser = Browser::default();
    let start = at(&world, 0, &world.authorize_url());
    let form = world.visit_idp(&mut browser, &start, &next, &ada(), &Twist::default());
    let answer = deliver_at(&world, 1, &mut browser, &form);
    world.exchange(&code_in(&answer)).expect(200);
    within(WITH_REDIS, "the second sends people to the new IdP", || {
        begin_at(&world, 1)
            .location()
            .starts_with(next.sso_url().as_str())
    });
}

#[test]
fn a_client_that_is_deleted_at_one_is_gone_at_both() {
    let world = World::live(Engine::TwoReplicas);
    begin_at_both(&world);
    let first = world.api.at(&world.server.replica_url(0));
    first
        .delete(&format!("/v1/clients/{}", world.client.0))
        .expect(204);
    begin_at(&world, 0).expect(400);
    within(WITH_REDIS, "the second does not know it", || {
        begin_at(&world, 1).status == 400
    });
}

#[test]
fn a_trip_begun_before_the_plan_fell_lets_nobody_in_at_any_replica() {
    let world = World::live(Engine::TwoReplicas);
    let mut browser = Browser::default();
    let start = at(&world, 1, &world.authorize_url());
    let leaving = browser.get(&start).expect(302);
    let form = answer_of(&world.idp, leaving.location(), &ada(), &Twist::default());
    let first = world.api.at(&world.server.replica_url(0));
    first
        .patch(&world.workspace_path(""), &json!({"plan": "free"}))
        .expect(200);
    let answer = deliver_at(&world, 1, &mut browser, &form);
    assert_eq!(answer.status, 403, "{answer:?}");
    within(WITH_REDIS, "no sign-in begins", || {
        begin_at(&world, 1).status == 403
    });
}
