//! What support sees of a sign-in: its story, what strayed, and the reference that leads to both.

use std::time::Duration;

use serde_json::{Value, json};
use vestibule_test_idp::{PostForm, SpRegistration, Style, Twist};

use crate::support::{
    browser::Browser,
    database::Engine,
    http::{Answer, Api, send},
    on_all, on_both, within,
    world::{World, ada, answer_to, code_in, idp, new_workspace, text},
};

/// The reference that a page shows.
pub(crate) fn reference(page: &Answer) -> String {
    let (_, rest) = page
        .body
        .split_once("Reference <code>")
        .expect("a reference");
    let (reference, _) = rest.split_once("</code>").expect("its end");
    assert_eq!(reference.len(), 11, "{reference}");
    assert_eq!(reference.as_bytes()[5], b'-', "{reference}");
    reference.to_owned()
}

fn attempts(world: &World, query: &str) -> Vec<Value> {
    let list = world
        .api
        .get(&world.path(&format!("/sign-in-attempts{query}")));
    list.expect(200).json()["data"].as_array().unwrap().clone()
}

fn strays(world: &World) -> Vec<Value> {
    let list = world
        .api
        .get(&world.path("/stray-responses"))
        .expect(200)
        .json();
    list["data"].as_array().unwrap().clone()
}

fn find(api: &Api, reference: &str) -> Answer {
    api.get(&format!("/v1/sign-in-references/{reference}"))
}

/// The steps of an attempt, with the detail where there is one.
fn steps(attempt: &Value) -> Vec<String> {
    let timeline = attempt["timeline"].as_array().unwrap();
    let step = |event: &Value| match event["detail"].as_str() {
        Some(detail) => format!("{} {detail}", event["step"].as_str().unwrap()),
        None => event["step"].as_str().unwrap().to_owned(),
    };
    timeline.iter().map(step).collect()
}

/// A browser that has left for the IdP, and a way to answer it.
struct Away {
    browser: Browser,
    leaving: Answer,
}

impl Away {
    fn of(world: &World) -> Self {
        let mut browser = Browser::default();
        let leaving = browser.get(&world.authorize_url()).expect(302);
        Self { browser, leaving }
    }

    fn answer(&self, world: &World, twist: &Twist) -> PostForm {
        answer_to(&world.idp, &self.leaving, &ada(), twist)
    }

    fn back(&mut self, world: &World, twist: &Twist) -> Answer {
        let form = self.answer(world, twist);
        self.browser.deliver(&form.acs_url, &form.saml_response)
    }
}

fn wrong_audience() -> Twist {
    Twist {
        wrong_audience: true,
        ..Twist::default()
    }
}

on_all! {
    fn a_sign_in_is_told_from_the_departure_to_the_code(engine) {
        let world = World::live(engine);
        let mut away = Away::of(&world);
        let pending = || {
            let found = attempts(&world, "?outcome=pending");
            found.len() == 1 && steps(&found[0]) == ["left_for_idp"]
        };
        within(Duration::from_secs(2), "who left is seen", pending);
        let left = attempts(&world, "").remove(0);
        assert_eq!((&left["outcome"], &left["report"]), (&json!("pending"), &json!([])));

        // Garbage in the right browser, then a response that a check refuses, then a good one.
        let form = away.answer(&world, &Twist { tampered: true, ..Twist::default() });
        let page = away.browser.deliver(&form.acs_url, &form.saml_response).expect(403);
        assert_eq!(reference(&page), left["reference"], "the attempt's own");
        away.back(&world, &wrong_audience()).expect(403);
        let refused = attempts(&world, "?outcome=refused").remove(0);
        assert_eq!((&refused["id"], &refused["reason"]), (&left["id"], &json!("audience")));
        let row = |row: &Value| row["check"] == "audience" && row["outcome"] == "fail";
        assert!(refused["report"].as_array().unwrap().iter().any(row), "{refused}");

        let code = code_in(&away.back(&world, &Twist::default()));
        let path = world.path(&format!("/sign-in-attempts/{}", text(&left, "/id")));
        let told = [
            "left_for_idp",
            "response_arrived",
            "refused assertion_signature",
            "response_arrived",
            "refused audience",
            "response_arrived",
            "signed_in",
        ];
        let signed_in = world.api.get(&path).expect(200).json();
        let mut seen = steps(&signed_in);
        // Which of the two signatures broke first is the style's.
        seen[2] = seen[2].replace("response_signature", "assertion_signature");
        assert_eq!(seen, told);
        assert_eq!((&signed_in["outcome"], &signed_in["reason"]), (&json!("signed_in"), &Value::Null));
        world.exchange(&code).expect(200);
        // The same answer again, and garbage: neither changes what has ended.
        away.back(&world, &Twist::default()).expect(400);
        away.back(&world, &wrong_audience()).expect(400);
        let ended = world.api.get(&path).expect(200).json();
        assert_eq!(steps(&ended)[6..], ["signed_in", "code_redeemed"]);
        assert_eq!((&ended["outcome"], &ended["report"]), (&signed_in["outcome"], &signed_in["report"]));
        assert_eq!(attempts(&world, "").len(), 1);
        let member = text(&ended, "/member_id");
        assert_eq!(attempts(&world, &format!("?member_id={member}")).len(), 1);
        assert_eq!(attempts(&world, "?outcome=pending").len(), 0);
        let bad = world.path("/sign-in-attempts?outcome=maybe");
        assert_eq!(world.api.get(&bad).problem(422), "invalid-value");
    }

    fn what_strays_is_kept_apart_and_capped(engine) {
        let world = World::live(engine);
        let mut away = Away::of(&world);
        let form = away.answer(&world, &Twist::default());
        // Nobody's browser, and what is no response at all.
        for _ in 0..60 {
            Browser::default().deliver(&form.acs_url, "bm90aGluZw==").expect(400);
        }
        let page = Browser::default().deliver(&form.acs_url, "no base64!").expect(400);
        let unreadable = reference(&page);
        let page = Browser::default().deliver(&form.acs_url, &form.saml_response).expect(400);
        let without_cookie = reference(&page);
        let mut other = Away::of(&world).browser;
        let another = reference(&other.deliver(&form.acs_url, &form.saml_response).expect(400));

        let strays = strays(&world);
        assert_eq!(strays.len(), 50, "{strays:?}");
        let newest: Vec<_> = strays.iter().take(3).map(|stray| &stray["reference"]).collect();
        assert_eq!(newest, [&another, &without_cookie, &unreadable]);
        for (stray, reason) in strays.iter().zip(["another-browser", "browser-cookie-missing", "response-unreadable"]) {
            assert_eq!(stray["reason"], reason);
        }
        assert_eq!(strays[2]["detail"], "the message is not base64");
        for reference in [&unreadable, &without_cookie, &another] {
            let found = find(&world.api, &reference.to_lowercase().replace('-', "")).expect(200).json();
            assert_eq!(found["stray_response"]["reference"], *reference);
            assert_eq!(found["sign_in_attempt"], Value::Null);
        }
        assert_eq!(find(&world.api, "00000-00000").problem(404), "not-found");
        assert_eq!(find(&world.api, "nonsense").problem(404), "not-found");

        // None of it touched the attempt.
        code_in(&away.browser.deliver(&form.acs_url, &form.saml_response));
        let outcomes: Vec<_> = attempts(&world, "?outcome=refused");
        assert!(outcomes.is_empty(), "{outcomes:?}");
        assert_eq!(steps(&attempts(&world, "?outcome=signed_in")[0])[1..], ["response_arrived", "signed_in"]);
    }

    fn a_reference_leads_to_what_it_stands_for_and_not_for_others(engine) {
        let world = World::live(engine);
        let page = Away::of(&world).back(&world, &wrong_audience()).expect(403);
        let attempt = reference(&page);
        let stray = reference(&Browser::default().deliver(&world.acs_url, "x!").expect(400));
        let found = find(&world.api, &attempt).expect(200).json();
        assert_eq!(found["sign_in_attempt"]["reason"], "audience");
        assert_eq!(found["sign_in_attempt"]["connection_id"], world.connection);
        assert_eq!(attempts(&world, &format!("?reference={attempt}")).len(), 1);
        // The line in the log has it too.
        world.server.log_with(&attempt);
        world.server.log_with(&stray);

        let (other, _) = new_workspace(&world.api, "pro");
        for (workspace, status) in [(&world.workspace, 200), (&other, 404)] {
            let key = json!({"name": "support", "scopes": ["connections:read"], "workspace_id": workspace});
            let key = world.api.post("/v1/api-keys", &key).expect(201).json();
            let api = Api::new(&world.server.url, &text(&key, "/secret"));
            for reference in [&attempt, &stray] {
                find(&api, reference).expect(status);
            }
        }
    }
}

on_both! {
    fn a_fresh_trip_is_the_same_attempt(engine) {
        let world = World::live(engine);
        let mut away = Away::of(&world);
        let next = idp(Style::Entra);
        next.trust(SpRegistration::new(&world.entity_id, &world.acs_url));
        world.api.put(&world.path("/draft"), &World::draft_of(&next)).expect(200);
        world.run_test(&next, &Twist::default());
        world.enable().expect(200);
        let again = away.back(&world, &Twist::default()).expect(303);
        let form = answer_to(&next, &again, &ada(), &Twist::default());
        code_in(&away.browser.deliver(&form.acs_url, &form.saml_response));
        let all = attempts(&world, "");
        assert_eq!(all.len(), 1, "{all:?}");
        let told = [
            "left_for_idp",
            "response_arrived",
            "restarted revision-superseded",
            "response_arrived",
            "signed_in",
        ];
        assert_eq!(steps(&all[0]), told);
        let live = world.api.get(&world.path("")).expect(200).json();
        assert_eq!(all[0]["revision_id"], live["live"]["id"]);
    }

    fn a_refusal_that_no_check_made_is_told_too(engine) {
        let world = World::live(engine);
        let mut away = Away::of(&world);
        world.api.post(&world.path("/disable"), &json!({"force": true})).expect(200);
        let page = away.back(&world, &Twist::default()).expect(403);
        let found = find(&world.api, &reference(&page)).expect(200).json();
        let attempt = &found["sign_in_attempt"];
        assert_eq!((&attempt["outcome"], &attempt["reason"]), (&json!("refused"), &json!("sso-not-live")));
        assert_eq!(steps(attempt)[1..], ["response_arrived", "refused sso-not-live"]);
    }

    fn responses_are_kept_where_the_workspace_asked_for_it(engine) {
        let world = World::live(engine);
        let kept = |query: &str| attempts(&world, query)[0]["saml_response_until"].clone();
        Away::of(&world).back(&world, &wrong_audience()).expect(403);
        assert_eq!(kept("?outcome=refused"), Value::Null, "nobody asked for it");

        let keep = |days: u32| world.api.patch(&world.workspace_path(""), &json!({"keep_saml_responses_days": days})).expect(200);
        keep(7);
        let mut away = Away::of(&world);
        let form = away.answer(&world, &wrong_audience());
        let page = away.browser.deliver(&form.acs_url, &form.saml_response).expect(403);
        let query = format!("?reference={}", reference(&page));
        let attempt = attempts(&world, &query).remove(0);
        assert!(attempt["saml_response_until"].is_string(), "{attempt}");
        assert_eq!(attempt["saml_response"], Value::Null, "not in a list");
        let path = world.path(&format!("/sign-in-attempts/{}", text(&attempt, "/id")));
        let reader = world.server.api(&["connections:read"]);
        assert_eq!(reader.get(&path).expect(200).json()["saml_response"], Value::Null);
        let noted = || {
            let events = world.api.get("/v1/audit-events").expect(200).json();
            let read = |event: &&Value| event["action"] == "attempt.response_read";
            events["data"].as_array().unwrap().iter().filter(read).count()
        };
        assert_eq!(noted(), 0);
        let shown = world.api.get(&path).expect(200).json();
        assert_eq!(shown["saml_response"], form.saml_response.as_str(), "as it arrived");
        assert_eq!(noted(), 1);

        // The good one takes its place, and garbage afterwards does not.
        let good = away.answer(&world, &Twist::default());
        code_in(&away.browser.deliver(&good.acs_url, &good.saml_response));
        away.back(&world, &wrong_audience()).expect(400);
        let shown = world.api.get(&path).expect(200).json();
        assert_eq!(shown["saml_response"], good.saml_response.as_str());
        if engine == Engine::Sqlite {
            nothing_in_the_clear(&world, &good.saml_response);
        }

        keep(0);
        let shown = world.api.get(&path).expect(200).json();
        assert_eq!((&shown["saml_response"], &shown["saml_response_until"]), (&Value::Null, &Value::Null));
        Away::of(&world).back(&world, &wrong_audience()).expect(403);
        assert_eq!(kept("?outcome=refused"), Value::Null);
    }
}

/// No piece of the response stands in any file of the server.
fn nothing_in_the_clear(world: &World, saml_response: &str) {
    let piece = &saml_response.as_bytes()[100..160];
    let mut files = 0;
    for entry in std::fs::read_dir(world.server.database.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            files += 1;
            let bytes = std::fs::read(&path).unwrap();
            assert!(
                !bytes.windows(piece.len()).any(|window| window == piece),
                "{path:?}"
            );
        }
    }
    assert!(files > 0);
}

#[test]
fn every_page_that_says_no_has_a_reference_of_the_same_kind() {
    let world = World::live(Engine::Sqlite);
    let url = &world.server.url;
    let pages = [
        send("GET", &format!("{url}/oauth2/authorize"), &[], "").expect(400),
        send("GET", &format!("{url}/saml/tests/x"), &[], "").expect(404),
        send(
            "GET",
            &format!("{url}/saml/{}/resume/x", world.connection),
            &[],
            "",
        )
        .expect(400),
        send("POST", &world.acs_url, &[], "x").expect(415),
    ];
    for page in &pages {
        world.server.log_with(&reference(page));
    }
    // A connection that nobody has is nobody's stray.
    let nowhere = world
        .acs_url
        .replace(&world.connection, "conn_018f0000000070008000000000000000");
    let page = Browser::default().deliver(&nowhere, "x!").expect(400);
    assert_eq!(
        find(&world.api, &reference(&page)).problem(404),
        "not-found"
    );
    assert_eq!(strays(&world).len(), 2, "{:?}", strays(&world));
}
