//! A workspace, its connection, an IdP of its own and an application: the scene of most tests.

use std::net::TcpListener;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use vestibule_test_idp::{
    IdpConfig, PostForm, Running, SpRegistration, Style, TestIdp, Twist, User, spawn,
};

use super::{
    browser::Browser,
    database::Engine,
    http::{Answer, Api, post_form},
    server::Server,
};

/// Where the application would be; nothing listens there, and nothing needs to.
pub(crate) const REDIRECT_URI: &str = "http://127.0.0.1:9/callback";
/// What the application keeps to itself (RFC 7636).
pub(crate) const VERIFIER: &str = "a-code-verifier-of-the-tests-with-43-characters-or-more";

/// What the authorization endpoint is told of it.
pub(crate) fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

/// The scene.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) api: Api,
    pub(crate) idp: TestIdp,
    pub(crate) workspace: String,
    pub(crate) connection: String,
    pub(crate) entity_id: String,
    pub(crate) acs_url: String,
    pub(crate) client: (String, String),
}

/// The present: real servers keep real time.
#[expect(
    clippy::disallowed_methods,
    reason = "the IdP of a test keeps real time"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// The admin of every workspace here, whom its IdP does not know: without one nothing is enabled (P6).
pub(crate) const ROOT: &str = "root@acme.example";

/// Ada, a member of the IdP's directory.
pub(crate) fn ada() -> User {
    User::new("ada@acme.example", "Ada", "Lovelace")
}

pub(crate) fn text(value: &Value, pointer: &str) -> String {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found
        .unwrap_or_else(|| panic!("no text at {pointer} of {value}"))
        .to_owned()
}

/// An IdP that has not heard of anybody yet.
pub(crate) fn idp(style: Style) -> TestIdp {
    TestIdp::new(IdpConfig::new("http://localhost:1", style), now()).expect("an IdP")
}

/// An IdP with pages, which knows Ada; where it is, and what keeps it there.
pub(crate) fn served_idp() -> (TestIdp, String, Running) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let mut config = IdpConfig::new(&url, Style::Okta);
    config.users = vec![ada()];
    let idp = TestIdp::new(config, now()).expect("an IdP");
    let running = spawn(idp.clone(), listener).expect("the IdP is served");
    (idp, url, running)
}

impl World {
    /// A pro workspace with an empty connection.
    pub(crate) fn new(engine: Engine) -> Self {
        Self::on(Server::start(engine), Style::Okta)
    }

    pub(crate) fn on(server: Server, style: Style) -> Self {
        let api = server.admin_api();
        let client = new_client(&api);
        let idp = idp(style);
        let (workspace, connection) = new_workspace(&api, "pro");
        let id = text(&connection, "/id");
        let entity_id = text(&connection, "/service_provider/entity_id");
        let acs_url = text(&connection, "/service_provider/acs_url");
        idp.trust(SpRegistration::new(&entity_id, &acs_url));
        Self {
            server,
            api,
            idp,
            workspace,
            connection: id,
            entity_id,
            acs_url,
            client,
        }
    }

    /// The same with the connection live.
    pub(crate) fn live(engine: Engine) -> Self {
        Self::new(engine).go_live()
    }

    /// Draft, test and enable.
    pub(crate) fn go_live(self) -> Self {
        self.save_draft();
        self.pass_test();
        self.enable().expect(200);
        self
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/v1/connections/{}{rest}", self.connection)
    }

    pub(crate) fn workspace_path(&self, rest: &str) -> String {
        format!("/v1/workspaces/{}{rest}", self.workspace)
    }

    /// Certificate and SSO URL of an IdP: the basic setup.
    pub(crate) fn draft_of(idp: &TestIdp) -> Value {
        json!({"idp_certificates": [idp.certificate_pem()], "idp_sso_url": idp.sso_url()})
    }

    pub(crate) fn save_draft(&self) -> Value {
        self.api
            .put(&self.path("/draft"), &Self::draft_of(&self.idp))
            .expect(200)
            .json()
    }

    pub(crate) fn enable(&self) -> Answer {
        self.api.post(&self.path("/enable"), &json!({}))
    }

    pub(crate) fn state(&self) -> String {
        text(&self.api.get(&self.path("")).expect(200).json(), "/state")
    }

    pub(crate) fn set_plan(&self, plan: &str) {
        self.api
            .patch(&self.workspace_path(""), &json!({"plan": plan}))
            .expect(200);
    }

    pub(crate) fn add_member(&self, email: &str, role: &str) -> Value {
        let body = json!({"email": email, "role": role});
        self.api
            .post(&self.workspace_path("/members"), &body)
            .expect(201)
            .json()
    }

    /// The members beside the admin whom every workspace here has.
    pub(crate) fn people(&self) -> Vec<Value> {
        let list = self.api.get(&self.workspace_path("/members?limit=200"));
        let list = list.expect(200).json();
        let members = list["data"].as_array().expect("a list").iter();
        members
            .filter(|member| member["email"] != ROOT)
            .cloned()
            .collect()
    }

    /// Runs a test with a twisted answer; gives the test as the API shows it, and the page.
    pub(crate) fn run_test(&self, idp: &TestIdp, twist: &Twist) -> (Value, Answer) {
        let test = self
            .api
            .post(&self.path("/tests"), &json!({}))
            .expect(201)
            .json();
        assert_eq!(test["state"], "pending", "{test}");
        let mut browser = Browser::default();
        let form = self.visit_idp(&mut browser, &text(&test, "/start_url"), idp, &ada(), twist);
        let page = browser.deliver(&form.acs_url, &form.saml_response);
        let path = self.path(&format!("/tests/{}", text(&test, "/id")));
        (self.api.get(&path).expect(200).json(), page)
    }

    pub(crate) fn pass_test(&self) -> Value {
        let (test, page) = self.run_test(&self.idp, &Twist::default());
        assert_eq!(test["state"], "passed", "{test}");
        assert_eq!(page.status, 200, "{page:?}");
        test
    }

    /// From our redirect, or our page, to the IdP's answer, not yet delivered.
    pub(crate) fn visit_idp(
        &self,
        browser: &mut Browser,
        start: &str,
        idp: &TestIdp,
        user: &User,
        twist: &Twist,
    ) -> PostForm {
        answer_to(idp, &browser.get(start), user, twist)
    }

    /// The authorize URL of a new sign-in.
    pub(crate) fn authorize_url(&self) -> String {
        self.authorize_with(&[("workspace", &self.workspace)])
    }

    /// The authorize URL with these parameters beside the usual ones; a given one wins.
    pub(crate) fn authorize_with(&self, more: &[(&str, &str)]) -> String {
        let challenge = challenge();
        let usual = [
            ("response_type", "code"),
            ("client_id", self.client.0.as_str()),
            ("redirect_uri", REDIRECT_URI),
            ("scope", "openid email profile saml"),
            ("state", "the-state"),
            ("nonce", "the-nonce"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        let kept = usual
            .iter()
            .filter(|(name, _)| more.iter().all(|(given, _)| given != name));
        let all: Vec<_> = kept
            .chain(more)
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(all.into_iter().map(|(name, value)| (*name, *value)))
            .finish();
        format!("{}/oauth2/authorize?{query}", self.server.url)
    }

    /// A browser's sign-in up to the answer of the ACS.
    pub(crate) fn sign_in(&self, user: &User, twist: &Twist) -> Answer {
        let mut browser = Browser::default();
        let start = self.authorize_url();
        let form = self.visit_idp(&mut browser, &start, &self.idp, user, twist);
        browser.deliver(&form.acs_url, &form.saml_response)
    }

    /// The code of a sign-in that has to succeed.
    pub(crate) fn code(&self, user: &User) -> String {
        code_in(&self.sign_in(user, &Twist::default()))
    }

    /// The token endpoint.
    pub(crate) fn token(&self, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![
            ("client_id", self.client.0.as_str()),
            ("client_secret", self.client.1.as_str()),
        ];
        all.extend_from_slice(fields);
        post_form(&format!("{}/oauth2/token", self.server.url), &[], &all)
    }

    pub(crate) fn exchange(&self, code: &str) -> Answer {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ])
    }

    pub(crate) fn refresh(&self, refresh_token: &str) -> Answer {
        self.token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ])
    }

    /// Whether introspection says that a token counts.
    pub(crate) fn is_active(&self, token: &str) -> bool {
        let (id, secret) = &self.client;
        let fields = [
            ("client_id", id.as_str()),
            ("client_secret", secret),
            ("token", token),
        ];
        let url = format!("{}/oauth2/introspect", self.server.url);
        post_form(&url, &[], &fields).expect(200).json()["active"] == true
    }

    /// May this person sign in by this method?
    pub(crate) fn decide(&self, email: &str, method: &str) -> Value {
        let body = json!({"email": email, "method": method});
        self.api
            .post(&self.workspace_path("/sign-in-decisions"), &body)
            .expect(200)
            .json()
    }
}

/// What the IdP answers to the redirect or the page that sends a browser to it.
pub(crate) fn answer_to(idp: &TestIdp, leaving: &Answer, user: &User, twist: &Twist) -> PostForm {
    if matches!(leaving.status, 302 | 303) {
        return answer_of(idp, leaving.location(), user, twist);
    }
    assert_eq!(leaving.status, 200, "{leaving:?}");
    let posted = super::html::forms(&leaving.body).remove(0);
    assert_eq!(posted.action, idp.sso_url(), "sent to another IdP");
    let fields: Vec<_> = posted.fields.iter().map(|(k, v)| (&**k, &**v)).collect();
    let request = idp.read_post_request(&super::http::form(&fields));
    idp.respond(&request.expect("an AuthnRequest"), user, twist, now())
        .expect("an answer")
}

/// What the IdP answers to the request in this URL.
pub(crate) fn answer_of(idp: &TestIdp, location: &str, user: &User, twist: &Twist) -> PostForm {
    let (base, query) = location.split_once('?').expect("a query");
    assert_eq!(base, idp.sso_url(), "sent to another IdP");
    let request = idp.read_request(query).expect("an AuthnRequest");
    idp.respond(&request, user, twist, now())
        .expect("an answer")
}

/// The code in a redirect to the application.
#[track_caller]
pub(crate) fn code_in(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{answer:?}");
    let url = url::Url::parse(answer.location()).expect("a URL");
    assert!(answer.location().starts_with(REDIRECT_URI), "{answer:?}");
    let get = |name: &str| url.query_pairs().find(|(given, _)| given == name);
    assert_eq!(get("state").expect("a state").1, "the-state");
    assert!(get("iss").is_some(), "RFC 9207: {answer:?}");
    get("code").expect("a code").1.into_owned()
}

/// A workspace of this plan, with an admin, and its empty connection.
pub(crate) fn new_workspace(api: &Api, plan: &str) -> (String, Value) {
    let body = json!({"name": "Acme GmbH", "plan": plan});
    let workspace = text(&api.post("/v1/workspaces", &body).expect(201).json(), "/id");
    let path = format!("/v1/workspaces/{workspace}/members");
    let root = json!({"email": ROOT, "role": "admin"});
    api.post(&path, &root).expect(201);
    let path = format!("/v1/workspaces/{workspace}/connections");
    let connection = api.post(&path, &json!({})).expect(201).json();
    assert_eq!(connection["state"], "draft");
    (workspace, connection)
}

pub(crate) fn new_client(api: &Api) -> (String, String) {
    let body = json!({"name": "Application", "redirect_uris": [REDIRECT_URI]});
    let client = api.post("/v1/clients", &body).expect(201).json();
    (text(&client, "/client_id"), text(&client, "/client_secret"))
}

/// The claims of a JWT, not verified.
pub(crate) fn unverified_claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a JWT");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}
