//! Applications hear of sessions that ended elsewhere (OpenID Connect Back-Channel Logout 1.0).

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use vestibule_session::verify_id_token_with_jwks;
use vestibule_test_idp::{Style, Twist};

use crate::support::{
    browser::Browser,
    database::Engine,
    http::{form, send},
    on_all, on_both,
    server::Server,
    within,
    world::{REDIRECT_URI, World, ada, code_in, now, text, unverified_claims},
};

/// How soon an application is told.
const SOON: Duration = Duration::from_secs(4);

/// An application that is told of sign-outs, and answers with these statuses in turn, the last for good.
struct Application {
    url: String,
    told: Arc<Mutex<Vec<(String, String)>>>,
}

impl Application {
    fn answering(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/bye", listener.local_addr().expect("an address"));
        let told: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let keeps = Arc::clone(&told);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { break };
                let mut reader = BufReader::new(stream.try_clone().expect("a copy"));
                let mut head = String::new();
                while reader.read_line(&mut head).is_ok_and(|count| count > 2) {}
                let length = head
                    .lines()
                    .find_map(|line| {
                        line.to_ascii_lowercase()
                            .strip_prefix("content-length: ")?
                            .parse()
                            .ok()
                    })
                    .unwrap_or(0);
                let mut body = vec![0; length];
                if reader.read_exact(&mut body).is_err() {
                    continue;
                }
                let mut told = keeps.lock().expect("the list");
                let status = statuses
                    .get(told.len())
                    .or(statuses.last())
                    .expect("a status");
                told.push((head, String::from_utf8_lossy(&body).into_owned()));
                drop(told);
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status} Told\r\nContent-Length: 0\r\n\r\n"
                );
            }
        });
        Self { url, told }
    }

    /// The claims of each logout token, after the first was looked at as the specification asks (§2.6).
    fn heard(&self, world: &World) -> Vec<Value> {
        let told = self.told.lock().expect("the list").clone();
        told.iter()
            .map(|(head, body)| verified(world, head, body))
            .collect()
    }
}

/// A logout token as an application verifies it.
fn verified(world: &World, head: &str, body: &str) -> Value {
    assert!(head.starts_with("POST /bye "), "{head}");
    assert!(
        head.to_ascii_lowercase()
            .contains("content-type: application/x-www-form-urlencoded"),
        "{head}"
    );
    let token = body.strip_prefix("logout_token=").expect("one parameter");
    let header = {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        let part = token.split('.').next().expect("a header");
        serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).expect("base64url"))
            .expect("JSON")
    };
    assert_eq!(header["typ"], "logout+jwt");
    let jwks = send("GET", &format!("{}/oauth2/jwks", world.server.url), &[], "").json();
    let (issuer, client) = (world.server.url.as_str(), world.client.0.as_str());
    let claims =
        verify_id_token_with_jwks(&jwks, issuer, client, token, now()).expect("a genuine token");
    assert_eq!(
        claims["events"],
        json!({"http://schemas.openid.net/event/backchannel-logout": {}})
    );
    assert!(
        claims.get("nonce").is_none() && claims["jti"].is_string(),
        "{claims}"
    );
    claims
}

/// A live connection and an application that wants to be told.
fn world(engine: Engine, application: &Application) -> World {
    let settings = [("VESTIBULE_OUTBOUND_ALLOW_PRIVATE", "on")];
    let mut world = World::on(Server::with(engine, &settings), Style::Okta).go_live();
    let body = json!({
        "name": "Application", "redirect_uris": [REDIRECT_URI],
        "backchannel_logout_uri": application.url, "backchannel_logout_session_required": true,
    });
    let client = world.api.post("/v1/clients", &body).expect(201).json();
    world.client = (text(&client, "/client_id"), text(&client, "/client_secret"));
    world
}

/// A new session; its tokens and the claims of its ID token.
fn session(world: &World) -> (Value, Value) {
    let tokens = world.exchange(&world.code(&ada())).expect(200).json();
    let claims = unverified_claims(&text(&tokens, "/id_token"));
    (tokens, claims)
}

/// Waits until the application has heard of this session.
fn hears(world: &World, application: &Application, claims: &Value) {
    let about = |heard: &Value| heard["sid"] == claims["sid"] && heard["sub"] == claims["sub"];
    within(SOON, "the application is told", || {
        application.heard(world).iter().any(about)
    });
}

on_all! {
    fn an_application_is_told_of_a_session_that_ends(engine) {
        let application = Application::answering(&[200]);
        let world = world(engine, &application);
        let (_, ended) = session(&world);
        let (_, other) = session(&world);
        world.api.delete(&format!("/v1/sessions/{}", text(&ended, "/sid"))).expect(204);
        hears(&world, &application, &ended);
        assert!(application.heard(&world).iter().all(|heard| heard["sid"] != other["sid"]));
        // Once.
        std::thread::sleep(Duration::from_secs(2));
        assert_eq!(application.heard(&world).len(), 1);
    }
}

on_both! {
    fn it_is_told_whatever_the_reason(engine) {
        let application = Application::answering(&[204]);
        let world = world(engine, &application);
        // By the person.
        let (tokens, claims) = session(&world);
        let query = form(&[("id_token_hint", &text(&tokens, "/id_token"))]);
        Browser::default().get(&format!("{}/oauth2/logout?{query}", world.server.url)).expect(200);
        hears(&world, &application, &claims);
        // By the application.
        let (tokens, claims) = session(&world);
        let fields = [
            ("client_id", world.client.0.as_str()), ("client_secret", &world.client.1),
            ("token", &text(&tokens, "/refresh_token")),
        ];
        crate::support::http::post_form(&format!("{}/oauth2/revoke", world.server.url), &[], &fields).expect(200);
        hears(&world, &application, &claims);
        // By a refresh token that was used twice.
        let (tokens, claims) = session(&world);
        let refresh = text(&tokens, "/refresh_token");
        world.refresh(&refresh).expect(200);
        world.refresh(&refresh).expect(400);
        hears(&world, &application, &claims);
        // By the plan, when the session is asked to go on.
        let (tokens, claims) = session(&world);
        world.set_plan("growth");
        world.refresh(&text(&tokens, "/refresh_token")).expect(400);
        hears(&world, &application, &claims);
        world.set_plan("pro");
        // With the member.
        let (_, claims) = session(&world);
        let member = world.workspace_path(&format!("/members/{}", text(&claims, "/sub")));
        world.api.patch(&member, &json!({"status": "deactivated"})).expect(200);
        hears(&world, &application, &claims);
        world.api.patch(&member, &json!({"status": "active"})).expect(200);
        let (_, claims) = session(&world);
        world.api.delete(&member).expect(204);
        hears(&world, &application, &claims);
        // With the connection, with the workspace.
        let (_, claims) = session(&world);
        world.api.delete(&format!("{}?force=true", world.path(""))).expect(204);
        hears(&world, &application, &claims);
    }

    fn an_application_that_fails_is_told_again(engine) {
        let application = Application::answering(&[500, 200]);
        let world = world(engine, &application);
        let (_, claims) = session(&world);
        world.api.delete(&format!("/v1/sessions/{}", text(&claims, "/sid"))).expect(204);
        hears(&world, &application, &claims);
        within(Duration::from_secs(12), "it is told again", || application.heard(&world).len() == 2);
        let heard = application.heard(&world);
        assert_ne!(heard[0]["jti"], heard[1]["jti"], "each by a token of its own");
    }
}

#[test]
fn nothing_is_sent_into_the_network_of_the_server() {
    let application = Application::answering(&[200]);
    let mut world = World::live(Engine::Sqlite);
    let body = json!({"name": "x", "redirect_uris": [REDIRECT_URI], "backchannel_logout_uri": application.url});
    let client = world.api.post("/v1/clients", &body).expect(201).json();
    world.client = (text(&client, "/client_id"), text(&client, "/client_secret"));
    let answer = world.sign_in(&ada(), &Twist::default());
    let tokens = world.exchange(&code_in(&answer)).expect(200).json();
    let claims = unverified_claims(&text(&tokens, "/id_token"));
    world
        .api
        .delete(&format!("/v1/sessions/{}", text(&claims, "/sid")))
        .expect(204);
    within(SOON, "it was tried", || {
        world.server.log().contains("backchannel_logout_delayed")
    });
    assert!(application.heard(&world).is_empty());
}
