//! An application that speaks no OpenID Connect, behind a proxy that asks us about every request.

use std::time::{Duration, Instant};

use serde_json::json;
use vestibule_test_idp::Twist;

use crate::support::{
    browser::Browser,
    database::Engine,
    http::{Answer, send},
    nginx::{Nginx, free_port},
    on_all, on_both,
    world::{ROOT, World, ada, text, unverified_claims},
};

/// An application of the world's, and where it says that it is.
pub(crate) struct App {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) origin: String,
}

impl App {
    /// Registers one at an address.
    pub(crate) fn register(world: &World, origin: &str) -> Self {
        let body = json!({
            "name": "Reports",
            "redirect_uris": [format!("{origin}/.vestibule/callback")],
            "resources": ["https://reports.example.com"],
        });
        let client = world.api.post("/v1/clients", &body).expect(201).json();
        Self {
            client_id: text(&client, "/client_id"),
            client_secret: text(&client, "/client_secret"),
            origin: origin.to_owned(),
        }
    }

    /// What a proxy asks, by this browser's cookies.
    pub(crate) fn check(&self, world: &World, browser: &Browser, rules: &str) -> Answer {
        self.check_with(world, browser, rules, &[])
    }

    /// The same with more of the visitor's headers.
    pub(crate) fn check_with(
        &self,
        world: &World,
        browser: &Browser,
        rules: &str,
        more: &[(&str, &str)],
    ) -> Answer {
        let (server, id) = (&world.server.url, &self.client_id);
        let cookies = browser.cookies_for(&self.origin, true);
        let mut headers = vec![("cookie", cookies.as_str())];
        headers.extend_from_slice(more);
        let url = format!("{server}/forward-auth?client_id={id}{rules}");
        send("GET", &url, &headers, "")
    }

    /// A request to the folder that its proxy hands over, as a visitor of the application makes it: with
    /// the cookies of that host, which are set there.
    pub(crate) fn folder(&self, world: &World, browser: &mut Browser, path: &str) -> Answer {
        let cookies = browser.cookies_for(&self.origin, true);
        let url = format!(
            "{}/forward-auth/{}/{path}",
            world.server.url, self.client_id
        );
        let headers = [("cookie", cookies.as_str()), ("accept", "text/html")];
        let answer = send("GET", &url, &headers, "");
        browser.keep(&self.origin, answer)
    }

    /// The sign-in of Ada, up to the callback that her browser is sent to.
    pub(crate) fn up_to_the_callback(
        &self,
        world: &World,
        browser: &mut Browser,
        return_to: &str,
    ) -> String {
        let query = crate::support::http::form(&[
            ("return_to", return_to),
            ("workspace", &world.workspace),
        ]);
        let start = self.folder(world, browser, &format!("sign-in?{query}"));
        sign_in(world, browser, start.expect(302).location())
    }

    /// The callback, as the proxy hands it over.
    pub(crate) fn callback(&self, world: &World, browser: &mut Browser, url: &str) -> Answer {
        let query = url.split_once('?').expect("a query").1;
        assert!(
            url.starts_with(&format!("{}/.vestibule/callback?", self.origin)),
            "{url}"
        );
        self.folder(world, browser, &format!("callback?{query}"))
    }

    /// A browser in which Ada has signed in.
    pub(crate) fn entered(&self, world: &World) -> Browser {
        let mut browser = Browser::default();
        let callback = self.up_to_the_callback(world, &mut browser, "/page.html");
        let back = self.callback(world, &mut browser, &callback).expect(303);
        assert_eq!(back.location(), format!("{}/page.html", self.origin));
        browser
    }
}

/// From the authorization endpoint over the identity provider to where the code goes.
fn sign_in(world: &World, browser: &mut Browser, authorize: &str) -> String {
    assert!(authorize.starts_with(&format!("{}/oauth2/authorize?", world.server.url)));
    let form = world.visit_idp(browser, authorize, &world.idp, &ada(), &Twist::default());
    let answer = browser.deliver(&form.acs_url, &form.saml_response);
    answer.expect(303).location().to_owned()
}

on_all! {
    /// What the page of the issue asks for: nobody, sign in, the page, revoked.
    fn nginx_lets_nobody_in_then_ada_and_her_no_more_when_she_is_revoked(engine) {
        let world = World::live(engine);
        let port = free_port();
        let app = App::register(&world, &format!("http://localhost:{port}"));
        let nginx = Nginx::start(port, &world.server.url, &app.client_id, "");
        let page = format!("{}/page.html?year=2026&x=%2F", nginx.url);

        // A program is told so; whoever opens a page is sent to sign in.
        let mut browser = Browser::default();
        browser.get(&page).expect(401);
        let away = browser.open(&page).expect(302);
        let authorize = format!("{}&workspace={}", away.location(), world.workspace);
        let callback = sign_in(&world, &mut browser, &authorize);
        assert!(callback.starts_with(&format!("{}/.vestibule/callback?", nginx.url)));
        let back = browser.open(&callback).expect(303);
        assert_eq!(back.location(), page, "to what was asked for, to the letter");
        assert!(browser.get(&page).expect(200).body.contains("The reports of all of us"));

        // The application hears who it is, and not what the visitor says in its place.
        let who = format!("{}/whoami", nginx.url);
        let lies = [
            ("x-vestibule-role", "admin"),
            ("x-vestibule-subject", "mem_somebody"),
            ("x-vestibule-name", "Root"),
        ];
        let said = browser.open_with(&who, &lies).expect(200).body;
        let words: Vec<_> = said.split(' ').collect();
        assert!(words[0].starts_with("mem_") && words[0] != "mem_somebody", "{said}");
        assert_eq!(words[1..3], ["ada@acme.example", "member"], "{said}");
        assert_eq!(words[4], world.workspace);
        assert!(!said.contains("Root"), "{said}");

        // Revoked: at once, not when something ends.
        let revoked = Instant::now();
        world.api.delete(&format!("/v1/sessions/{}", words[3])).expect(204);
        browser.get(&page).expect(401);
        assert!(revoked.elapsed() < Duration::from_secs(1), "{:?}", revoked.elapsed());
        browser.open(&page).expect(302);

        // Nothing that opens anything is in the log.
        let log = world.server.log_with("forward_auth");
        let cookies = browser.cookies_for(&nginx.url, true);
        for cookie in cookies.split("; ") {
            let secret = cookie.split_once('=').expect("a cookie").1;
            assert!(secret.len() >= 43 && !log.contains(secret), "{cookie}");
        }
    }
}

on_both! {
    fn off_means_off_at_the_next_request(engine) {
        let world = World::live(engine);
        let app = App::register(&world, "http://localhost:9");
        let browser = app.entered(&world);
        app.check(&world, &browser, "").expect(200);
        world.set_plan("free");
        assert_eq!(app.check(&world, &browser, "").problem(401), "sign-in-required");
        world.set_plan("pro");
        app.check(&world, &browser, "").expect(200);
        let body = json!({"status": "deactivated"});
        let ada = world.people().remove(0);
        let path = world.workspace_path(&format!("/members/{}", text(&ada, "/id")));
        world.api.patch(&path, &body).expect(200);
        assert_eq!(app.check(&world, &browser, "").problem(401), "sign-in-required");
    }

    fn signing_out_ends_the_session_and_only_the_application_can_ask_for_it(engine) {
        let world = World::live(engine);
        let app = App::register(&world, "http://localhost:9");
        let mut browser = app.entered(&world);
        let session = app.check(&world, &browser, "").expect(200);
        let session = session.header("x-vestibule-session").unwrap().to_owned();

        // Another site's link does nothing.
        let path = format!("{}/forward-auth/{}/sign-out", world.server.url, app.client_id);
        let cookies = browser.cookies_for(&app.origin, true);
        let headers = [("cookie", cookies.as_str()), ("sec-fetch-site", "cross-site")];
        let stays = send("GET", &path, &headers, "").expect(303);
        assert_eq!(stays.location(), "http://localhost:9/");
        app.check(&world, &browser, "").expect(200);

        // The cookie counts no more, also for whoever has copied it; then the session ends where the
        // identity provider can be told.
        let copied = browser.clone();
        let away = app.folder(&world, &mut browser, "sign-out").expect(303);
        app.check(&world, &copied, "").expect(401);
        app.check(&world, &browser, "").expect(401);
        assert!(!browser.cookies_for(&app.origin, true).contains("vb_app"));
        let location = away.location().to_owned();
        assert!(location.starts_with(&format!("{}/oauth2/logout?", world.server.url)));
        browser.open(&location).expect(200);
        let kept = world.api.get(&format!("/v1/sessions/{session}")).expect(200).json();
        assert_eq!(kept["revoked_reason"], "signed out", "{kept}");
        // Once more, with nothing left, harms nobody.
        app.folder(&world, &mut browser, "sign-out").expect(303);
    }
}

#[test]
fn the_proxy_says_who_may_come_in() {
    let world = World::live(Engine::Sqlite);
    let app = App::register(&world, "http://localhost:9");
    let browser = app.entered(&world);
    let path = world.workspace_path("");
    let slug = text(&world.api.get(&path).expect(200).json(), "/slug");
    for rules in [
        format!("&workspace={}", world.workspace),
        format!("&workspace={slug}&role=member"),
    ] {
        app.check(&world, &browser, &rules).expect(200);
    }
    for rules in [
        "&role=admin",
        "&workspace=another",
        "&workspace=ws_019306f4e0c07d3aa1b2c3d4e5f60718",
    ] {
        let refused = app.check(&world, &browser, rules);
        assert_eq!(refused.problem(403), "forward-auth-refused", "{rules}");
    }
    // The role is today's, not that of the sign-in.
    let ada = world.people().remove(0);
    let member = world.workspace_path(&format!("/members/{}", text(&ada, "/id")));
    let body = json!({"name": "Ada Lövelace"});
    world.api.patch(&member, &body).expect(200);
    let shown = app.check(&world, &browser, "").expect(200);
    assert_eq!(
        shown.header("x-vestibule-name"),
        Some("Ada%20L%C3%B6velace")
    );

    // What is mistyped lets nobody in.
    for rules in [
        "&rol=admin",
        "&role=",
        "&role=admin&role=member",
        "&role=root",
        "&unauthenticated=yes",
    ] {
        let refused = app.check(&world, &browser, rules);
        assert_eq!(
            refused.problem(422),
            "forward-auth-misconfigured",
            "{rules}"
        );
    }
    for client in [
        "",
        "?client_id=",
        "?client_id=app_019306f4e0c07d3aa1b2c3d4e5f60718",
    ] {
        let answer = send(
            "GET",
            &format!("{}/forward-auth{client}", world.server.url),
            &[],
            "",
        );
        assert!(matches!(answer.status, 404 | 422), "{answer:?}");
    }
    let ordinary = format!(
        "{}/forward-auth?client_id={}",
        world.server.url, world.client.0
    );
    let refused = send("GET", &ordinary, &[], "");
    assert_eq!(refused.problem(404), "forward-auth-unregistered");
    assert!(refused.body.contains("/.vestibule/callback"), "{refused:?}");
}

#[test]
fn programs_come_with_an_access_token_that_is_for_the_application() {
    let world = World::live(Engine::Sqlite);
    let app = App::register(&world, "http://localhost:9");
    let browser = Browser::default();
    // The company vouches for an admin (P3), in the name of either client.
    let minted = |client_id: &str| {
        let body = json!({
            "workspace_id": world.workspace, "email": ROOT, "amr": ["pwd", "otp"],
            "client_id": client_id, "scope": "openid",
        });
        world.api.post("/v1/sessions", &body).expect(201).json()
    };
    let own = minted(&app.client_id);
    let with = |token: &str, rules: &str| {
        let bearer = format!("Bearer {token}");
        app.check_with(&world, &browser, rules, &[("authorization", &bearer)])
    };
    let access = text(&own, "/access_token");
    let shown = with(&access, "&role=admin").expect(200);
    assert_eq!(shown.header("x-vestibule-role"), Some("admin"));
    // Without the scope, no address.
    assert_eq!(shown.header("x-vestibule-email"), Some(""));

    let other = minted(&world.client.0);
    for token in [
        text(&other, "/access_token"),
        text(&own, "/id_token"),
        text(&own, "/refresh_token"),
        String::new(),
        "nonsense".to_owned(),
    ] {
        assert_eq!(with(&token, "").problem(401), "sign-in-required", "{token}");
    }
    let named = with(&access, "&audience=https%3A%2F%2Freports.example.com");
    assert_eq!(
        named.problem(401),
        "sign-in-required",
        "it was made for no resource"
    );
    // A bad bearer is not made good by a cookie that comes along.
    let entered = app.entered(&world);
    let both = app.check_with(&world, &entered, "", &[("authorization", "Bearer x")]);
    assert_eq!(both.problem(401), "sign-in-required");
    // Other schemes are the application's own.
    app.check_with(&world, &entered, "", &[("authorization", "Basic eDp5")])
        .expect(200);

    let session = text(&unverified_claims(&access), "/sid");
    world
        .api
        .delete(&format!("/v1/sessions/{session}"))
        .expect(204);
    assert_eq!(with(&access, "").problem(401), "sign-in-required");
}

/// As Traefik and Caddy ask: by GET, the visitor's request in headers, our answer passed on.
#[test]
fn a_proxy_that_passes_answers_on_has_us_send_people_to_sign_in() {
    let world = World::live(Engine::Sqlite);
    let app = App::register(&world, "http://localhost:9");
    let nobody = Browser::default();
    let asked = |more: &[(&str, &str)]| {
        app.check_with(
            &world,
            &nobody,
            "&unauthenticated=redirect&workspace=acme",
            more,
        )
    };
    let page = ("accept", "text/html");
    let away = asked(&[page, ("x-forwarded-uri", "/reports?a=b&c=d")]).expect(302);
    assert_eq!(
        away.location(),
        "http://localhost:9/.vestibule/sign-in?return_to=%2Freports%3Fa%3Db%26c%3Dd&workspace=acme"
    );
    for said in [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/.vestibule/sign-out",
    ] {
        let away = asked(&[page, ("x-forwarded-uri", said)]).expect(302);
        assert!(away.location().contains("return_to=%2F&"), "{away:?}");
    }
    // Who opens no page is told so: scripts, and what is posted.
    for more in [
        vec![("accept", "application/json")],
        vec![page, ("x-forwarded-method", "POST")],
        vec![page, ("sec-fetch-mode", "cors")],
    ] {
        let refused = asked(&more);
        assert_eq!(refused.problem(401), "sign-in-required");
        assert!(refused.header("www-authenticate").is_some());
    }
    let entered = app.entered(&world);
    let rules = format!("&unauthenticated=redirect&workspace={}", world.workspace);
    app.check(&world, &entered, &rules).expect(200);
}

/// As Envoy asks: by the visitor's own method, with the visitor's path and query behind ours.
#[test]
fn a_proxy_that_puts_the_visitors_path_behind_ours_is_answered_too() {
    let world = World::live(Engine::Sqlite);
    let app = App::register(&world, "http://localhost:9");
    let ask = |method: &str, rules: &str, path: &str, more: &[(&str, &str)]| {
        let url = format!(
            "{}/forward-auth/{}/check/{rules}{path}",
            world.server.url, app.client_id
        );
        send(method, &url, more, "")
    };
    let page = ("accept", "text/html");
    let entered = app.entered(&world);
    let cookies = entered.cookies_for(&app.origin, true);
    let cookie = ("cookie", cookies.as_str());
    for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"] {
        ask(method, "-", "/a/b?c=d", &[cookie]).expect(200);
        ask(method, "-", "/a/b?c=d", &[]).expect(401);
    }
    ask("GET", "-", "/", &[cookie]).expect(200);
    // What a visitor writes is no rule, and takes none away.
    ask("GET", "role=admin", "/?role=member&client_id=x", &[cookie]).expect(403);
    ask("GET", "role=admin", "/../../check/-/x", &[cookie]).expect(403);
    ask("GET", "rol=admin", "/", &[cookie]).expect(422);
    let away = ask(
        "GET",
        "unauthenticated=redirect",
        "/reports?a=b&c=%2F",
        &[page],
    )
    .expect(302);
    assert_eq!(
        away.location(),
        "http://localhost:9/.vestibule/sign-in?return_to=%2Freports%3Fa%3Db%26c%3D%252F"
    );
    let away = ask(
        "GET",
        "unauthenticated=redirect",
        "//evil.example/",
        &[page],
    )
    .expect(302);
    assert!(away.location().ends_with("return_to=%2F"), "{away:?}");
    ask("POST", "unauthenticated=redirect", "/reports", &[page]).expect(401);
}

/// Closed where nobody can say.
#[test]
fn nobody_gets_in_while_we_are_away() {
    let mut world = World::live(Engine::Sqlite);
    let port = free_port();
    let app = App::register(&world, &format!("http://localhost:{port}"));
    let nginx = Nginx::start(port, &world.server.url, &app.client_id, "&role=member");
    let mut browser = Browser::default();
    let callback = app.up_to_the_callback(&world, &mut browser, "/page.html");
    browser.open(&callback).expect(303);
    let page = format!("{}/page.html", nginx.url);
    browser.get(&page).expect(200);
    world.server.kill();
    browser.get(&page).expect(500);
    world.server.restart();
    browser.get(&page).expect(200);
}
