//! Setup links: made by API, looked at by whatever, opened by a button, in one browser at a time.

use jiff::SignedDuration;
use serde_json::{Value, json};
use vestibule_test_idp::Style;

use crate::support::{
    browser::Browser,
    clock::Clock,
    html,
    http::{Answer, Api, send},
    on_both,
    server::Server,
    visitor::Visitor,
    world::{World, new_workspace, now, text},
};

/// Has the origin of the application that every world registers.
const RETURN_URL: &str = "http://127.0.0.1:9/settings/sso?tenant=1";

/// Where the pages of a setup ask whether it is done: it says whether the setup is open.
const FINISH: &str = "/setup/finish";

fn links(world: &World) -> String {
    world.workspace_path("/setup-links")
}

/// Makes a link to the world's connection, with more than that.
fn make(world: &World, more: &Value) -> Value {
    let mut body = json!({"connection_id": world.connection});
    let more = more.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(more);
    world.api.post(&links(world), &body).expect(201).json()
}

fn read(world: &World, link: &Value) -> Value {
    let path = format!("{}/{}", links(world), text(link, "/id"));
    world.api.get(&path).expect(200).json()
}

fn revoke(world: &World, link: &Value) -> Answer {
    let path = format!("{}/{}", links(world), text(link, "/id"));
    world.api.delete(&path)
}

fn token(link: &Value) -> String {
    let url = text(link, "/url");
    url.rsplit_once("/setup/").unwrap().1.to_owned()
}

/// A browser in which the link was opened; what the button answered is its page.
fn open(world: &World, link: &Value) -> (Browser, Answer) {
    let mut visitor = Visitor::open(world, &text(link, "/url"));
    assert_eq!(visitor.page.status, 200, "{:?}", visitor.page);
    let form = html::forms(&visitor.page.body).remove(0);
    let fields: Vec<_> = form.fields.iter().map(|(k, v)| (&**k, &**v)).collect();
    let url = format!("{}{}", world.server.url, form.action);
    let answer = visitor.browser.post_from_here(&url, &fields);
    (visitor.browser, answer)
}

fn opened(world: &World, link: &Value) -> Browser {
    let (browser, answer) = open(world, link);
    assert_eq!(answer.status, 303, "{answer:?}");
    browser
}

#[track_caller]
fn is_open(world: &World, browser: &mut Browser) {
    let page = browser.get(&format!("{}{FINISH}", world.server.url));
    assert!(page.expect(200).body.contains("Leave the setup"));
}

#[track_caller]
fn is_closed(world: &World, browser: &mut Browser) {
    let page = browser.get(&format!("{}{FINISH}", world.server.url));
    assert!(page.expect(403).body.contains("The setup is not open here"));
}

/// What the audit log says of a link, oldest first: action and actor.
fn audited(world: &World, link: &Value) -> Vec<(String, String)> {
    let events = world.api.get("/v1/audit-events?limit=200").expect(200);
    let events = events.json()["data"].as_array().unwrap().clone();
    let about = events
        .iter()
        .rev()
        .filter(|event| event["target"] == link["id"]);
    about
        .map(|event| (text(event, "/action"), text(event, "/actor")))
        .collect()
}

on_both! {
    fn a_link_is_opened_in_one_browser_at_a_time_until_it_is_revoked(engine) {
        let world = World::new(engine);
        let link = make(&world, &json!({"name": "Grace of IT"}));
        let (id, url) = (text(&link, "/id"), text(&link, "/url"));
        assert!(id.starts_with("link_") && url.starts_with(&format!("{}/setup/", world.server.url)));
        for (field, value) in [
            ("state", json!("open")),
            ("name", json!("Grace of IT")),
            ("connection_id", json!(world.connection)),
            ("workspace_id", json!(world.workspace)),
            ("allow_enable", json!(false)),
            ("return_url", Value::Null),
            ("opened_at", Value::Null),
            ("used_at", Value::Null),
        ] {
            assert_eq!(link[field], value, "{field}");
        }
        assert!(text(&link, "/created_by").starts_with("key_"));
        let time = |pointer: &str| text(&link, pointer).parse::<jiff::Timestamp>().unwrap();
        assert_eq!(time("/expires_at").duration_since(time("/created_at")).as_hours(), 7 * 24);

        let (mut first, answer) = open(&world, &link);
        assert_eq!(answer.status, 303, "{answer:?}");
        assert_eq!(answer.location(), format!("/setup/sso/{}", world.connection), "no token in it");
        let cookie = answer.header("set-cookie").unwrap();
        for part in ["vb_setup=", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains(&token(&link)) && !cookie.contains("Max-Age"), "{cookie}");
        is_open(&world, &mut first);
        let seen = read(&world, &link);
        assert_eq!(seen["opened_at"], seen["last_opened_at"]);

        let mut second = opened(&world, &link);
        is_closed(&world, &mut first);
        is_open(&world, &mut second);
        let again = read(&world, &link);
        assert_eq!(again["opened_at"], seen["opened_at"]);
        assert_ne!(again["last_opened_at"], seen["last_opened_at"]);
        assert_eq!((again.get("url"), &again["used_at"]), (None, &Value::Null));

        let other = make(&world, &json!({}));
        let mut elsewhere = opened(&world, &other);
        revoke(&world, &link).expect(204);
        is_closed(&world, &mut second);
        is_open(&world, &mut elsewhere);
        for answer in [send("GET", &url, &[], ""), second.post_from_here(&url, &[])] {
            let page = answer.expect(410);
            assert!(page.body.contains("This link was taken back"), "{page:?}");
            assert!(page.body.contains("Ask whoever sent it to you"), "{page:?}");
        }
        let revoked = read(&world, &link);
        assert_eq!(revoked["state"], "revoked");
        revoke(&world, &link).expect(204);
        assert_eq!(read(&world, &link), revoked, "a second time changes nothing");
        let key = text(&link, "/created_by");
        let expected = [
            ("setup_link.created", &key),
            ("setup_link.opened", &id),
            ("setup_link.opened", &id),
            ("setup_link.revoked", &key),
        ];
        let expected = expected.map(|(action, actor)| (action.to_owned(), actor.clone()));
        assert_eq!(audited(&world, &link), expected);
    }

    fn looking_at_a_link_uses_nothing_up_and_no_log_knows_it(engine) {
        let server = Server::with(engine, &[("VESTIBULE_LOG", "trace")]);
        let world = World::on(server, Style::Okta);
        let link = make(&world, &json!({"allow_enable": true}));
        let (url, token) = (text(&link, "/url"), token(&link));
        for _ in 0..5 {
            assert_eq!(send("HEAD", &url, &[], "").expect(200).body, "");
            let page = send("GET", &url, &[], "").expect(200);
            assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
            assert_eq!(page.header("cache-control"), Some("no-store"));
            assert_eq!(page.header("set-cookie"), None);
            assert!(page.body.contains("switch it on"), "{page:?}");
        }
        let seen = read(&world, &link);
        assert_eq!((&seen["opened_at"], &seen["state"]), (&Value::Null, &json!("open")));
        let mut browser = opened(&world, &link);
        is_open(&world, &mut browser);
        for unknown in [token.to_lowercase(), token.replace('_', "-") + "x", "A".repeat(43)] {
            let page = send("GET", &format!("{}/setup/{unknown}", world.server.url), &[], "");
            assert!(page.expect(404).body.contains("We do not know this link"));
        }
        let list = world.api.get(&links(&world)).expect(200);
        assert_eq!((&list.json()["data"][0]["id"], &list.json()["next_cursor"]), (&link["id"], &Value::Null));
        let audit = world.api.get("/v1/audit-events?limit=200").expect(200);
        for shown in [list.body, audit.body] {
            assert!(!shown.contains(&token), "{shown}");
        }
        let log = world.server.log_with("/setup/finish");
        assert!(log.contains(r#""route":"/setup/{token}""#), "{log}");
        assert!(!log.contains(&token), "the token was logged");
    }

    fn a_form_that_is_not_ours_opens_and_closes_nothing(engine) {
        let world = World::new(engine);
        let link = make(&world, &json!({}));
        let (url, finish) = (text(&link, "/url"), format!("{}{FINISH}", world.server.url));
        let csrf = |page: &Answer| html::forms(&page.body).remove(0).value("csrf").unwrap().to_owned();
        let mut browser = Browser::default();
        let right = csrf(&browser.get(&url));
        let foreign = [("sec-fetch-site", "cross-site"), ("origin", "null")];
        let ours = [("sec-fetch-site", "same-origin"), ("origin", "null")];
        let forged = |browser: &mut Browser, url: &str, right: &str| {
            for (fields, headers) in [
                (&[][..], &ours[..]),
                (&[("csrf", "")], &ours),
                (&[("csrf", "nonsense")], &ours),
                (&[("csrf", right)], &foreign),
                (&[("csrf", right)], &[("origin", "https://evil.example")]),
            ] {
                let page = browser.post_with(url, fields, headers).expect(403);
                assert_eq!(page.header("set-cookie"), None, "{page:?}");
            }
        };
        forged(&mut browser, &url, &right);
        assert_eq!(read(&world, &link)["opened_at"], Value::Null);
        browser.post_with(&url, &[("csrf", &right)], &ours).expect(303);
        let right = csrf(&browser.get(&finish));
        forged(&mut browser, &finish, &right);
        is_open(&world, &mut browser);
        let page = browser.post_with(&finish, &[("csrf", &right)], &ours).expect(200);
        assert!(page.body.contains("The setup is closed"), "{page:?}");
        is_closed(&world, &mut browser);
        opened(&world, &link);
    }

    fn a_setup_ends_where_a_client_is_registered_and_nowhere_else(engine) {
        let world = World::new(engine);
        for (url, why) in [
            ("https://evil.example/", "one of the clients"),
            ("http://127.0.0.1:10/settings", "one of the clients"),
            ("https://127.0.0.1:9/settings", "one of the clients"),
            ("http://127.0.0.1:9@evil.example/", "https URL"),
            ("http://app.example/settings", "https URL"),
            ("javascript:alert(1)", "https URL"),
            ("//127.0.0.1:9/settings", "absolute https URL"),
            ("http://127.0.0.1:9/#x", "fragment"),
        ] {
            let body = json!({"connection_id": world.connection, "return_url": url});
            let refused = world.api.post(&links(&world), &body);
            assert_eq!(refused.problem(422), "invalid-value", "{url}");
            let place = &refused.json()["errors"][0];
            assert_eq!((&place["pointer"], &place["found"]), (&json!("/return_url"), &json!(url)));
            assert!(text(place, "/expected").contains(why), "{url}: {place}");
        }

        let link = make(&world, &json!({"return_url": RETURN_URL}));
        let leave = |link: &Value| {
            let mut visitor = Visitor::with(opened(&world, link), &world, FINISH);
            let policy = visitor.page.header("content-security-policy").unwrap().to_owned();
            let form = visitor.form_to(FINISH);
            let left = visitor.send(form, &[]).clone();
            is_closed(&world, &mut visitor.browser);
            (policy, left)
        };
        let (policy, left) = leave(&link);
        assert!(policy.contains("form-action 'self' http://127.0.0.1:9;"), "{policy}");
        assert_eq!((left.status, left.location()), (303, RETURN_URL));
        world.api.delete(&format!("/v1/clients/{}", world.client.0)).expect(204);
        let (policy, left) = leave(&link);
        assert!(!policy.contains("127.0.0.1"), "{policy}");
        assert!(left.expect(200).body.contains("The setup is closed"));
    }

    fn a_link_leads_to_a_connection_of_its_own_workspace_on_every_plan(engine) {
        let world = World::new(engine);
        let (other, foreign) = new_workspace(&world.api, "free");
        let elsewhere = format!("/v1/workspaces/{other}/setup-links");
        let own = json!({"connection_id": foreign["id"]});
        let made = world.api.post(&elsewhere, &own).expect(201).json();
        let refused = world.api.post(&links(&world), &own);
        assert_eq!(refused.problem(422), "invalid-value");
        assert_eq!(refused.json()["errors"][0]["pointer"], "/connection_id");
        for (body, pointer) in [
            (json!({}), "/connection_id"),
            (json!({"connection_id": world.connection, "expires_in_hours": 0}), "/expires_in_hours"),
            (json!({"connection_id": world.connection, "expires_in_hours": 721}), "/expires_in_hours"),
            (json!({"connection_id": world.connection, "name": " "}), "/name"),
        ] {
            let refused = world.api.post(&links(&world), &body);
            assert_eq!(refused.problem(422), "invalid-value", "{body}");
            assert!(refused.body.contains(pointer.trim_start_matches('/')), "{refused:?}");
        }

        let key = json!({"name": "theirs", "scopes": ["*"], "workspace_id": other});
        let key = world.api.post("/v1/api-keys", &key).expect(201).json();
        let theirs = Api::new(&world.server.url, &text(&key, "/secret"));
        let ours = make(&world, &json!({}));
        for astray in [links(&world), elsewhere.clone()] {
            let path = format!("{astray}/{}", text(&ours, "/id"));
            assert_eq!(theirs.get(&path).problem(404), "not-found");
            assert_eq!(theirs.delete(&path).problem(404), "not-found");
        }
        assert_eq!(read(&world, &ours)["state"], "open");
        let list = theirs.get(&elsewhere).expect(200).json();
        assert_eq!(list["data"].as_array().unwrap().len(), 1);

        // Where it leads to is gone, and with it the link.
        let mut browser = opened(&world, &made);
        theirs.delete(&format!("/v1/connections/{}", text(&foreign, "/id"))).expect(204);
        is_closed(&world, &mut browser);
        let page = send("GET", &text(&made, "/url"), &[], "").expect(404);
        assert!(page.body.contains("what it led to was deleted"), "{page:?}");
    }

    fn a_link_and_where_it_is_open_end_by_the_clock(engine) {
        let clock = Clock::build();
        let begun = now();
        let after = |minutes: i64| Clock::at(begun + SignedDuration::from_mins(minutes));
        let settings = [
            ("LD_PRELOAD", clock.preload().to_owned()),
            (Clock::HELD_AT, after(0)),
            ("VESTIBULE_SERVICE_CONTACT", "help@orbit.example".to_owned()),
        ];
        let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut world = World::on(Server::with(engine, &settings), Style::Okta);
        let short = make(&world, &json!({"expires_in_hours": 2}));
        let long = make(&world, &json!({"expires_in_hours": 720}));
        let (mut of_short, mut idle) = (opened(&world, &short), opened(&world, &long));
        world.server.roll(Clock::HELD_AT, &after(59));
        is_open(&world, &mut of_short);
        world.server.roll(Clock::HELD_AT, &after(61));
        is_open(&world, &mut of_short);
        is_closed(&world, &mut idle);
        world.server.roll(Clock::HELD_AT, &after(119));
        is_open(&world, &mut of_short);
        world.server.roll(Clock::HELD_AT, &after(120));
        is_closed(&world, &mut of_short);
        let page = send("GET", &text(&short, "/url"), &[], "").expect(410);
        for words in ["This link has expired", "Acme GmbH", "help@orbit.example", "Ask whoever sent it"] {
            assert!(page.body.contains(words), "{words}: {page:?}");
        }
        assert_eq!(read(&world, &short)["state"], "expired");
        assert_eq!(read(&world, &long)["state"], "open");

        // Used all the time, it is closed after a working day.
        let mut busy = opened(&world, &long);
        for minutes in (175..600).step_by(55) {
            world.server.roll(Clock::HELD_AT, &after(minutes));
            is_open(&world, &mut busy);
        }
        world.server.roll(Clock::HELD_AT, &after(120 + 8 * 60));
        is_closed(&world, &mut busy);
    }
}
