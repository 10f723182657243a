//! What a visitor of an application behind a proxy might try.

use crate::forward_auth::App;
use crate::support::{
    browser::Browser,
    database::Engine,
    http::{Answer, form, post_form, send},
    on_both,
    world::{World, text},
};

/// Nobody was signed in, and the page says so on our own host.
#[track_caller]
fn interrupted(world: &World, app: &App, answer: &Answer) {
    assert_eq!(answer.status, 303, "{answer:?}");
    let page = format!("{}/oauth2/interrupted/{}", world.server.url, app.client_id);
    assert_eq!(answer.location(), page);
    assert_eq!(answer.header("set-cookie"), None, "{answer:?}");
}

on_both! {
    fn a_callback_counts_in_the_browser_that_began_it_alone(engine) {
        let world = World::live(engine);
        let app = App::register(&world, "http://localhost:9");
        let mut ada = Browser::default();
        let callback = app.up_to_the_callback(&world, &mut ada, "/page.html");

        // Whoever reads it in a log or on a screen has neither cookie nor verifier, and spoils nothing.
        let mut thief = Browser::default();
        interrupted(&world, &app, &app.callback(&world, &mut thief, &callback));
        app.up_to_the_callback(&world, &mut thief, "/");
        interrupted(&world, &app, &app.callback(&world, &mut thief, &callback));
        app.callback(&world, &mut ada, &callback).expect(303);
        let shown = app.check(&world, &ada, "").expect(200);
        let session = shown.header("x-vestibule-session").unwrap().to_owned();

        // Loaded once more by whoever is in: on to the page. By what has lost its cookie: a second use.
        let again = app.callback(&world, &mut ada, &callback).expect(303);
        assert_eq!(again.location(), "http://localhost:9/page.html");
        app.check(&world, &ada, "").expect(200);
        interrupted(&world, &app, &app.callback(&world, &mut thief, &callback));
        app.check(&world, &ada, "").expect(200);
        let mut without = ada.clone();
        without.forget(&app.origin, "vb_app");
        interrupted(&world, &app, &app.callback(&world, &mut without, &callback));
        app.check(&world, &ada, "").expect(401);
        let kept = world.api.get(&format!("/v1/sessions/{session}")).expect(200).json();
        assert_eq!(kept["revoked_reason"], "a code was used twice", "{kept}");
    }
}

/// Login CSRF: a victim must not end up in the attacker's account.
#[test]
fn nobody_is_signed_in_by_what_another_began() {
    let world = World::live(Engine::Sqlite);
    let app = App::register(&world, "http://localhost:9");
    let mut attacker = Browser::default();
    let callback = app.up_to_the_callback(&world, &mut attacker, "/page.html");
    let mut victim = Browser::default();
    app.up_to_the_callback(&world, &mut victim, "/page.html");
    interrupted(&world, &app, &app.callback(&world, &mut victim, &callback));

    // Nor with a state of the victim's own and the attacker's code.
    let own = app.up_to_the_callback(&world, &mut victim, "/page.html");
    let pairs = |url: &str| {
        let url = url::Url::parse(url).unwrap();
        url.query_pairs().into_owned().collect::<Vec<_>>()
    };
    let mixed: Vec<_> = pairs(&own)
        .into_iter()
        .map(|(name, value)| {
            let theirs = pairs(&callback)
                .into_iter()
                .find(|(given, _)| *given == name);
            match name.as_str() {
                "code" => (name, theirs.unwrap().1),
                _ => (name, value),
            }
        })
        .collect();
    let mixed: Vec<_> = mixed
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let url = format!("{}/.vestibule/callback?{}", app.origin, form(&mixed));
    interrupted(&world, &app, &app.callback(&world, &mut victim, &url));
    app.check(&world, &victim, "").expect(401);
    // Neither of the two lost anything by it.
    app.callback(&world, &mut victim, &own).expect(303);
    app.check(&world, &victim, "").expect(200);
    app.callback(&world, &mut attacker, &callback).expect(303);
    app.check(&world, &attacker, "").expect(200);
}

#[test]
fn what_comes_back_changed_or_from_another_issuer_signs_nobody_in() {
    let world = World::live(Engine::Sqlite);
    let app = App::register(&world, "http://localhost:9");
    let mut browser = Browser::default();
    let callback = app.up_to_the_callback(&world, &mut browser, "/page.html");
    let url = url::Url::parse(&callback).unwrap();
    let value = |name: &str| {
        let found = url.query_pairs().find(|(given, _)| given == name);
        found.unwrap().1.into_owned()
    };
    let (code, state, iss) = (value("code"), value("state"), value("iss"));
    let parts: Vec<_> = state.split('.').collect();
    // "/evil" in base64url.
    let elsewhere = format!("{}.L2V2aWw.{}", parts[0], parts[2]);
    let evil = "https://evil.example".to_owned();
    for fields in [
        vec![("code", &code), ("iss", &iss)],
        vec![("code", &code), ("state", &state)],
        vec![("code", &code), ("state", &elsewhere), ("iss", &iss)],
        vec![("code", &code), ("state", &state), ("iss", &evil)],
        vec![("state", &state), ("iss", &iss)],
        vec![
            ("code", &code),
            ("state", &state),
            ("state", &state),
            ("iss", &iss),
        ],
        vec![("code", &state), ("state", &state), ("iss", &iss)],
    ] {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let url = format!("{}/.vestibule/callback?{}", app.origin, form(&fields));
        interrupted(&world, &app, &app.callback(&world, &mut browser, &url));
    }
    app.callback(&world, &mut browser, &callback).expect(303);
    app.check(&world, &browser, "").expect(200);
    let page = format!("{}/oauth2/interrupted/{}", world.server.url, app.client_id);
    let page = browser.open(&page).expect(400);
    assert!(
        page.body.contains("http://localhost:9/.vestibule/sign-in"),
        "{page:?}"
    );
}

#[test]
fn what_opens_one_application_opens_nothing_else() {
    let world = World::live(Engine::Sqlite);
    let app = App::register(&world, "http://localhost:9");
    let other = App::register(&world, "http://localhost:8");
    let browser = app.entered(&world);
    let cookies = browser.cookies_for(&app.origin, true);
    let token = cookies
        .split("; ")
        .find_map(|cookie| cookie.strip_prefix("vb_app_"));
    let token = token.unwrap().split_once('=').unwrap().1.to_owned();

    // Under the other's name, as our own session, as a browser's token, as any other token.
    for name in [
        format!("vb_app_{}", other.client_id),
        format!("__Host-vb_app_{}", other.client_id),
        "vb_session".to_owned(),
        "vb".to_owned(),
    ] {
        let cookie = format!("{name}={token}");
        let url = format!(
            "{}/forward-auth?client_id={}",
            world.server.url, other.client_id
        );
        assert_eq!(
            send("GET", &url, &[("cookie", &cookie)], "").problem(401),
            "sign-in-required"
        );
        let account = format!("{}/account", world.server.url);
        let account = send("GET", &account, &[("cookie", &cookie)], "");
        assert_ne!(account.status, 200, "{account:?}");
    }
    let credentials = [
        ("client_id", app.client_id.as_str()),
        ("client_secret", &app.client_secret),
    ];
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token.as_str()),
    ];
    let fields = [&credentials[..], &refresh].concat();
    let answer = post_form(&format!("{}/oauth2/token", world.server.url), &[], &fields);
    assert_eq!(text(&answer.expect(400).json(), "/error"), "invalid_grant");
    let userinfo = format!("{}/oauth2/userinfo", world.server.url);
    let bearer = format!("Bearer {token}");
    send("GET", &userinfo, &[("authorization", &bearer)], "").expect(401);
    app.check(&world, &browser, "").expect(200);
    app.check(&world, &Browser::default(), "").expect(401);
}

#[test]
fn the_cookies_are_the_hosts_alone() {
    let world = World::live(Engine::Sqlite);
    let app = App::register(&world, "https://app.example.com");
    let mut browser = Browser::default();
    let url = format!(
        "{}/forward-auth/{}/sign-in",
        world.server.url, app.client_id
    );
    let headers = [
        ("accept", "text/html"),
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
    ];
    let away = send("GET", &url, &headers, "").expect(302);
    let cookie = away.header("set-cookie").unwrap().to_owned();
    assert!(
        cookie.starts_with(&format!("__Host-vb_trip_{}=", app.client_id)),
        "{cookie}"
    );
    for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    // The Host that a visitor names is asked by nobody, and the application's host keeps its own policy.
    assert!(
        away.location()
            .contains("redirect_uri=https%3A%2F%2Fapp.example.com%2F.vestibule%2Fcallback")
    );
    assert_eq!(away.header("strict-transport-security"), None);
    let callback = app.up_to_the_callback(&world, &mut browser, "//evil.example/");
    let back = app.callback(&world, &mut browser, &callback).expect(303);
    assert_eq!(back.location(), "https://app.example.com/");
    let cookie = back.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with(&format!("__Host-vb_app_{}=", app.client_id)),
        "{cookie}"
    );
    app.check(&world, &browser, "").expect(200);
}
