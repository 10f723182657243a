//! The walk: save, test, enable, sign in, verify the token, and what is refused on the way.

use serde_json::{Value, json};
use url::Url;
use vestibule_test_idp::{SpRegistration, TestIdp, Twist, User};

use crate::{
    clock,
    demo::{application::Application, browser::Browser},
};

/// Everything that takes part.
pub(crate) struct World {
    pub(crate) vestibule: String,
    pub(crate) api_key: String,
    pub(crate) idp: TestIdp,
    pub(crate) idp_url: String,
    pub(crate) application: Application,
}

type Step<T> = Result<T, String>;

fn step(number: usize, title: &str) {
    println!("\n{number:>2}. {title}");
}

fn show(label: &str, value: impl std::fmt::Display) {
    println!("      {label:<22} {value}");
}

/// A member of an answer as text.
fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or("-")
}

fn expect(holds: bool, what: impl Into<String>) -> Step<()> {
    if holds { Ok(()) } else { Err(what.into()) }
}

impl World {
    /// One call of the management API.
    fn call(&self, method: &str, path: &str, body: &Value) -> Step<(u16, Value)> {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.vestibule))
            .header("Authorization", format!("Bearer {}", self.api_key))
            .header("Content-Type", "application/json")
            .body(body.to_string())
            .map_err(|error| error.to_string())?;
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let mut answer = agent
            .run(request)
            .map_err(|error| format!("{method} {path}: {error}"))?;
        let status = answer.status().as_u16();
        let text = answer
            .body_mut()
            .read_to_string()
            .map_err(|error| error.to_string())?;
        Ok((status, serde_json::from_str(&text).unwrap_or_default()))
    }

    /// The same, where anything but success stops the walk.
    fn must(&self, method: &str, path: &str, body: &Value) -> Step<Value> {
        let (status, answer) = self.call(method, path, body)?;
        expect(
            status < 300,
            format!("{method} {path} answered {status}: {answer}"),
        )?;
        Ok(answer)
    }

    /// Follows a browser to the IdP and back; gives the answer of Vestibule to the posted response,
    /// and the response.
    fn trip(
        &self,
        browser: &mut Browser,
        start: &str,
        user: &User,
    ) -> Step<(crate::demo::browser::Answer, String)> {
        let leaving = browser.get(start)?;
        let to_idp = leaving
            .location
            .ok_or(format!("{start} does not lead to the IdP"))?;
        expect(
            to_idp.starts_with(&self.idp_url),
            format!("not the IdP: {to_idp}"),
        )?;
        let login_page = browser.get(&to_idp)?;
        expect(
            login_page.status == 200,
            format!("the IdP answered {}", login_page.status),
        )?;
        let query = to_idp
            .split_once('?')
            .map(|(_, query)| query)
            .unwrap_or_default();
        let request = self
            .idp
            .read_request(query)
            .map_err(|error| error.to_string())?;
        let form = self
            .idp
            .respond(&request, user, &Twist::default(), clock::now())
            .map_err(|error| error.to_string())?;
        let answer = browser.post(&form.acs_url, &[("SAMLResponse", &form.saml_response)])?;
        Ok((answer, form.saml_response))
    }
}

/// Walks; the first step that does not go as it should ends it.
pub(crate) fn walk(world: &World) -> Step<()> {
    println!("Vestibule demo: one workspace, from nothing to a signed-in person");
    show("Vestibule", &world.vestibule);
    show("identity provider", &world.idp_url);

    step(1, "A customer on the growth plan; SSO is not included");
    let new = json!({"name": "Acme GmbH", "plan": "growth", "two_factor": "admins"});
    let workspace = world.must("POST", "/v1/workspaces", &new)?;
    let workspace_path = format!("/v1/workspaces/{}", text(&workspace, "/id"));
    show("workspace", text(&workspace, "/id"));
    let members = format!("{workspace_path}/members");
    let admin = json!({"email": "grace@acme.example", "role": "admin", "name": "Grace Hopper"});
    world.must("POST", &members, &admin)?;
    let connection = world.must("POST", &format!("{workspace_path}/connections"), &json!({}))?;
    let path = format!("/v1/connections/{}", text(&connection, "/id"));
    let draft = json!({
        "idp_certificate": world.idp.certificate_pem(),
        "idp_sso_url": world.idp.sso_url(),
    });
    let (status, refused) = world.call("PUT", &format!("{path}/draft"), &draft)?;
    expect(
        status == 403,
        format!("the draft was not refused: {status}"),
    )?;
    show(
        "save",
        format!(
            "{status} {} ({})",
            text(&refused, "/code"),
            text(&refused, "/contact")
        ),
    );

    step(2, "The customer upgrades to pro");
    world.must("PATCH", &workspace_path, &json!({"plan": "pro"}))?;
    show("plan", "pro");

    step(3, "Our values go into the identity provider");
    show(
        "Entity ID",
        text(&connection, "/service_provider/entity_id"),
    );
    show("ACS URL", text(&connection, "/service_provider/acs_url"));
    world.idp.trust(SpRegistration::new(
        text(&connection, "/service_provider/entity_id"),
        text(&connection, "/service_provider/acs_url"),
    ));

    step(
        4,
        "The provider's certificate and SSO URL come back: a draft",
    );
    let saved = world.must("PUT", &format!("{path}/draft"), &draft)?;
    show("remote login URL", text(&saved, "/draft/idp_sso_url"));
    show(
        "certificate",
        text(&saved, "/draft/certificates/0/fingerprint_sha256"),
    );
    show("state", text(&saved, "/state"));
    let (status, refused) = world.call("POST", &format!("{path}/enable"), &json!({}))?;
    expect(
        status == 409,
        format!("an untested draft went live: {status}"),
    )?;
    show(
        "enable untested",
        format!("{status} {}", text(&refused, "/code")),
    );

    step(5, "The admin runs a test; nobody is signed in by it");
    let test = world.must("POST", &format!("{path}/tests"), &json!({}))?;
    let user = User::new("ada@acme.example", "Ada", "Lovelace");
    let mut admins_browser = Browser::default();
    let (page, _) = world.trip(&mut admins_browser, text(&test, "/start_url"), &user)?;
    let page = arrive(&mut admins_browser, page)?;
    let test_path = format!("{path}/tests/{}", text(&test, "/id"));
    let test = world.must("GET", &test_path, &json!({}))?;
    for row in test
        .pointer("/report")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        show(text(row, "/check"), text(row, "/outcome"));
    }
    show("test", text(&test, "/state"));
    expect(
        page.status == 200 && text(&test, "/state") == "passed",
        "the test did not pass",
    )?;
    show("subject", text(&test, "/subject/name_id"));

    step(6, "A passed test lets the settings go live");
    let live = world.must("POST", &format!("{path}/enable"), &json!({}))?;
    show("state", text(&live, "/state"));
    show("learned entity ID", text(&live, "/live/idp_entity_id"));

    step(7, "SSO is mandatory for everybody but admins");
    let decisions = format!("{workspace_path}/sign-in-decisions");
    for email in ["ada@acme.example", "grace@acme.example"] {
        let asked = json!({"email": email, "method": "password"});
        let decision = world.must("POST", &decisions, &asked)?;
        let said = decision.get("required").unwrap_or(&Value::Null).to_string();
        let allowed = decision
            .get("allowed")
            .and_then(Value::as_bool)
            .unwrap_or_default();
        show(
            email,
            if allowed {
                format!("password allowed, needs {said}")
            } else {
                format!("password refused: {}", text(&decision, "/code"))
            },
        );
    }

    step(8, "Ada signs in to the application");
    let new = json!({
        "name": "Demo application",
        "redirect_uris": [world.application.redirect_uri()],
    });
    let client = world.must("POST", "/v1/clients", &new)?;
    let (id, secret) = (text(&client, "/client_id"), text(&client, "/client_secret"));
    world
        .application
        .register(id, secret, text(&workspace, "/id"));
    let (authorize, pending) = world.application.begin()?;
    let mut adas_browser = Browser::default();
    let (answer, saml_response) = world.trip(&mut adas_browser, &authorize, &user)?;
    let answer = arrive(&mut adas_browser, answer)?;
    let callback = answer
        .location
        .ok_or(format!("not signed in: {}", answer.status))?;
    let url = Url::parse(&callback).map_err(|error| error.to_string())?;
    let parameter = |name: &str| {
        url.query_pairs()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.into_owned())
    };
    expect(
        parameter("state").as_deref() == Some(pending.state.as_str()),
        "another state",
    )?;
    let code = parameter("code").ok_or("no code came back")?;
    let tokens = world.application.exchange(&code, &pending)?;
    show("token type", text(&tokens, "/token_type"));

    step(
        9,
        "The application verifies the ID token with our published keys",
    );
    let jwks: Value = ureq::get(format!("{}/oauth2/jwks", world.vestibule))
        .call()
        .and_then(|mut answer| answer.body_mut().read_json())
        .map_err(|error| error.to_string())?;
    let claims = vestibule_session::verify_id_token_with_jwks(
        &jwks,
        &world.vestibule,
        id,
        text(&tokens, "/id_token"),
        clock::now(),
    )
    .map_err(|error| format!("the ID token does not verify: {error}"))?;
    for (name, value) in claims.as_object().into_iter().flatten() {
        show(name, value);
    }
    expect(text(&claims, "/nonce") == pending.nonce, "another nonce")?;
    let userinfo = world.application.userinfo(text(&tokens, "/access_token"))?;
    show(
        "userinfo saml",
        userinfo.get("saml").unwrap_or(&Value::Null),
    );

    step(10, "What was used once is worth nothing twice");
    let acs = text(&connection, "/service_provider/acs_url");
    let again = adas_browser.post(acs, &[("SAMLResponse", &saml_response)])?;
    show("same response", format!("{} refused", again.status));
    expect(
        (400..500).contains(&again.status),
        "the response was accepted twice",
    )?;
    let again = world.application.exchange(&code, &pending);
    expect(again.is_err(), "the code was accepted twice")?;
    show("same code", again.err().unwrap_or_default());

    println!("\nThe whole main job holds.");
    Ok(())
}

/// Over http a browser without our Lax cookie on the post comes back once with it; this one sends its
/// cookies always, so it mostly is there already.
fn arrive(
    browser: &mut Browser,
    answer: crate::demo::browser::Answer,
) -> Step<crate::demo::browser::Answer> {
    match &answer.location {
        Some(location) if answer.status == 303 && location.contains("/resume/") => {
            browser.get(location)
        }
        _ => {
            expect(
                answer.status < 400,
                format!("{}: {}", answer.status, answer.body),
            )?;
            Ok(answer)
        }
    }
}
