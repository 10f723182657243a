//! The pages, over HTTP.

use std::net::TcpListener;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;
use vestibule_saml::{LogoutResponse, LogoutStatus, Signing};
use vestibule_test_idp::{
    IdpConfig, Key, PostForm, Running, SpRegistration, Style, TestIdp, User, spawn,
};
use vestibule_xmlsig::{SigningKey, verify};

use crate::html::{Form, forms, text};
use crate::support::{ACS, SP, assertions, authn_request, document, keys, now, signed_element};

const HOSTILE: &str = "\"'><script>alert(1)</script>&amp;";

struct Served {
    idp: TestIdp,
    _running: Running,
}

struct Answer {
    status: u16,
    body: String,
    policy: String,
}

fn start(users: Vec<User>, registrations: &[(&str, &str)]) -> Served {
    start_as(Style::Okta, users, registrations)
}

fn start_as(style: Style, users: Vec<User>, registrations: &[(&str, &str)]) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let config = IdpConfig {
        users,
        key: Key::EcP256,
        ..IdpConfig::new(format!("http://127.0.0.1:{port}"), style)
    };
    let idp = TestIdp::new(config, now()).expect("an IdP");
    for (entity_id, acs_url) in registrations {
        idp.trust(SpRegistration::new(*entity_id, *acs_url));
    }
    Served {
        _running: spawn(idp.clone(), listener).expect("a server"),
        idp,
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(20)))
        .build()
        .into()
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut answer = answer.expect("an answer");
    let policy = answer.headers().get("content-security-policy");
    Answer {
        status: answer.status().as_u16(),
        policy: policy.map_or(String::new(), |value| {
            value.to_str().expect("text").to_owned()
        }),
        body: answer.body_mut().read_to_string().expect("text"),
    }
}

impl Served {
    fn get(&self, path: &str) -> Answer {
        read(agent().get(format!("{}{path}", self.idp.base_url())).call())
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let request = agent().post(format!("{}{path}", self.idp.base_url()));
        read(
            request
                .content_type("application/x-www-form-urlencoded")
                .send(body.finish()),
        )
    }

    /// Presses the button of this person on a page.
    fn pick(&self, page: &Answer, email: &str) -> Answer {
        let form = forms(&page.body).remove(0);
        assert!(
            form.buttons
                .contains(&("user".to_owned(), email.to_owned())),
            "{form:?}"
        );
        let mut fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        fields.push(("user", email));
        self.post(&form.action, &fields)
    }
}

fn saml_post(page: &Answer) -> PostForm {
    let form: Form = forms(&page.body).remove(0);
    assert_eq!(form.method, "post");
    PostForm {
        saml_response: form.value("SAMLResponse").expect("the answer").to_owned(),
        relay_state: form.value("RelayState").map(str::to_owned),
        acs_url: form.action,
    }
}

#[test]
fn a_person_signs_in_with_one_press() {
    let served = start(User::examples(), &[(SP, ACS)]);
    let query = authn_request::query(
        &authn_request::xml("_1", SP, "", ""),
        Some("back to <here>"),
    );
    let login = served.get(&format!("/sso?{query}"));
    assert_eq!(login.status, 200);
    assert!(text(&login.body).contains("https://sp.example/saml/1 asks you to sign in."));
    assert!(text(&login.body).contains("Ada Okafor ada@acme.example Engineering Admins"));

    let posting = served.pick(&login, "ben@acme.example");
    assert_eq!(posting.status, 200);
    let post = saml_post(&posting);
    assert_eq!(post.acs_url, ACS);
    assert_eq!(post.relay_state.as_deref(), Some("back to <here>"));
    let document = document(&post);
    verify(assertions(&document)[0], &keys(&served.idp)).expect("a signature");
    assert!(post.xml().contains("InResponseTo=\"_1\"") && post.xml().contains("ben@acme.example"));
    assert!(posting.body.contains("data-auto-submit") && text(&posting.body).contains("Continue"));
}

#[test]
fn a_request_by_post_is_answered_too() {
    let served = start(User::examples(), &[(SP, ACS)]);
    let encoded = STANDARD.encode(authn_request::xml("_2", SP, "ForceAuthn=\"true\"", ""));
    let login = served.post("/sso", &[("SAMLRequest", &encoded)]);
    assert!(
        text(&login.body).contains("wants a fresh sign-in"),
        "{}",
        login.body
    );
    let post = saml_post(&served.pick(&login, "ada@acme.example"));
    assert!(post.xml().contains("InResponseTo=\"_2\""));
    assert_eq!(post.relay_state, None);
}

#[test]
fn every_style_is_interactive_by_both_bindings_and_from_the_idp() {
    for style in Style::ALL {
        let served = start_as(*style, User::examples(), &[(SP, ACS)]);
        let request = authn_request::xml("_3", SP, "", "");
        let by_redirect = served.get(&format!("/sso?{}", authn_request::query(&request, None)));
        let by_post = served.post("/sso", &[("SAMLRequest", &STANDARD.encode(&request))]);
        let unasked = served.get("/");
        for (page, asked) in [(by_redirect, true), (by_post, true), (unasked, false)] {
            assert_eq!(page.status, 200, "{style}: {}", page.body);
            let eyebrow = format!("Test identity provider · {} style", style.label());
            assert!(text(&page.body).contains(&eyebrow), "{}", page.body);
            let post = saml_post(&served.pick(&page, "chiara@acme.example"));
            assert_eq!(post.acs_url, ACS);
            assert_eq!(post.xml().contains("InResponseTo=\"_3\""), asked, "{style}");
            verify(signed_element(&document(&post)), &keys(&served.idp)).expect("a signature");
        }
        assert_eq!(served.get("/metadata").body, served.idp.metadata_xml());
    }
}

#[test]
fn somebody_can_start_at_the_idp() {
    let served = start(
        User::examples(),
        &[(SP, ACS), ("urn:second", "https://second.example/acs")],
    );
    let page = served.get("/");
    let second = Answer {
        body: page
            .body
            .replace(" checked", "")
            .replace("value=\"1\"", "value=\"1\" checked"),
        ..page
    };
    let post = saml_post(&served.pick(&second, "ada@acme.example"));
    assert_eq!(post.acs_url, "https://second.example/acs");
    assert!(!post.xml().contains("InResponseTo"));

    let empty = start(User::examples(), &[]);
    assert!(text(&empty.get("/").body).contains("does not trust any application yet"));
}

#[test]
fn a_passive_request_asks_nobody() {
    let served = start(User::examples(), &[(SP, ACS)]);
    let query = authn_request::query(
        &authn_request::xml("_1", SP, "IsPassive=\"true\"", ""),
        None,
    );
    let post = saml_post(&served.get(&format!("/sso?{query}")));
    assert!(post.xml().contains("status:NoPassive"));
}

#[test]
fn a_fault_can_be_picked() {
    let served = start(User::examples(), &[(SP, ACS)]);
    let query = authn_request::query(&authn_request::xml("_1", SP, "", ""), None);
    let login = served.get(&format!("/sso?{query}"));
    let chosen = login
        .body
        .replace("value=\"unsigned\"", "value=\"unsigned\" selected");
    let post = saml_post(&served.pick(
        &Answer {
            body: chosen,
            ..login
        },
        "ada@acme.example",
    ));
    assert!(!post.xml().contains("Signature"));
}

#[test]
fn a_stranger_gets_an_error_page_and_no_answer() {
    let served = start(User::examples(), &[(SP, ACS)]);
    let elsewhere = "AssertionConsumerServiceURL=\"https://evil.example/acs\"";
    for (request, status) in [
        (
            authn_request::xml("_1", "https://unknown.example", "", ""),
            403,
        ),
        (authn_request::xml("_1", SP, elsewhere, ""), 403),
        (
            authn_request::xml("_1", SP, "Destination=\"https://other.example\"", ""),
            400,
        ),
        ("<x/>".to_owned(), 400),
    ] {
        let query = authn_request::query(&request, None);
        let page = served.get(&format!("/sso?{query}"));
        assert_eq!(page.status, status, "{}", page.body);
        assert!(forms(&page.body).is_empty());
        // Nor does it help to skip the page.
        let encoded = form_urlencoded::parse(query.as_bytes())
            .next()
            .expect("a pair")
            .1
            .into_owned();
        let page = served.post(
            "/sso/login",
            &[("SAMLRequest", &encoded), ("user", "ada@acme.example")],
        );
        assert_eq!(page.status, status);
        assert!(forms(&page.body).is_empty());
    }
    let nobody = [("user", "nobody@acme.example"), ("sp", "0")];
    assert_eq!(served.post("/sso/login", &nobody).status, 400);
    for (name, value) in [("sp", "9"), ("sp", "x"), ("fault", "no-such")] {
        let fields = [("user", "ada@acme.example"), (name, value)];
        assert_eq!(served.post("/sso/login", &fields).status, 400, "{name}");
    }
    assert_eq!(served.get("/nothing").status, 404);
}

#[test]
fn hostile_text_stays_text_on_every_page() {
    let acs = format!("https://sp.example/acs?{HOSTILE}");
    let mut user = User::new(format!("{HOSTILE}@acme.example"), HOSTILE, HOSTILE);
    user.groups = vec![HOSTILE.to_owned()];
    let served = start(vec![user.clone()], &[(HOSTILE, &acs)]);
    let issuer = HOSTILE.replace('&', "&amp;").replace('<', "&lt;");
    let query = authn_request::query(&authn_request::xml("_1", &issuer, "", ""), Some(HOSTILE));

    let login = served.get(&format!("/sso?{query}"));
    let posting = served.pick(&login, &user.email);
    let start_page = served.get("/");
    let stranger = authn_request::xml("_1", &format!("x{issuer}"), "", "");
    let error = served.get(&format!("/sso?{}", authn_request::query(&stranger, None)));
    assert_eq!(
        (
            login.status,
            posting.status,
            start_page.status,
            error.status
        ),
        (200, 200, 200, 403)
    );
    for page in [&login, &posting, &start_page, &error] {
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
        assert!(!page.body.contains("><script>"), "{}", page.body);
        assert!(page.policy.contains("default-src 'none'") && !page.policy.contains("unsafe"));
    }
    let post = saml_post(&posting);
    assert_eq!(post.acs_url, acs);
    assert_eq!(post.relay_state.as_deref(), Some(HOSTILE));
    assert!(
        text(&login.body).contains("<script>alert(1)</script>"),
        "a person reads it as it is"
    );
}

#[test]
fn metadata_and_assets_are_served() {
    let served = start(User::examples(), &[]);
    assert_eq!(served.get("/metadata").body, served.idp.metadata_xml());
    assert_eq!(
        served.get("/certificate.pem").body,
        served.idp.certificate_pem()
    );
    assert!(served.get("/assets/submit.js").body.contains("submit()"));
    assert!(
        served
            .get("/assets/idp.css")
            .body
            .contains("prefers-color-scheme: dark")
    );
}

#[test]
fn a_signed_request_survives_the_login_page_however_it_was_spelled() {
    let key = SigningKey::generate_ec_p256().expect("a key");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let config = IdpConfig {
        key: Key::EcP256,
        signed_requests: true,
        ..IdpConfig::new(format!("http://127.0.0.1:{port}"), Style::Okta)
    };
    let idp = TestIdp::new(config, now()).expect("an IdP");
    idp.trust(SpRegistration::new(SP, ACS).signing_with([key.verifying_key()]));
    let served = Served {
        _running: spawn(idp.clone(), listener).expect("a server"),
        idp,
    };
    let query = authn_request::query(&authn_request::xml("_1", SP, "", ""), None);
    let algorithm = "http%3a%2f%2fwww.w3.org%2f2001%2f04%2fxmldsig-more%23ecdsa-sha256";
    let octets = format!("{query}&RelayState=a%20b%2f~&SigAlg={algorithm}");
    let signature = key.sign_octets(key.sha256_algorithm(), octets.as_bytes());
    let signature: String =
        form_urlencoded::byte_serialize(STANDARD.encode(signature.expect("one")).as_bytes())
            .collect();
    let login = served.get(&format!("/sso?{octets}&Signature={signature}"));
    assert_eq!(login.status, 200, "{}", login.body);
    let post = saml_post(&served.pick(&login, "ada@acme.example"));
    assert_eq!(post.relay_state.as_deref(), Some("a b/~"));

    assert_eq!(served.get(&format!("/sso?{octets}")).status, 403);
    let encoded = STANDARD.encode(authn_request::xml("_1", SP, "", ""));
    assert_eq!(
        served.post("/sso", &[("SAMLRequest", &encoded)]).status,
        403
    );
    // Nor does it help to skip the page.
    let fields = [("query", octets.as_str()), ("user", "ada@acme.example")];
    assert_eq!(served.post("/sso/login", &fields).status, 403);
}

#[test]
fn somebody_signs_in_and_out_by_url() {
    let key = SigningKey::generate_ec_p256().expect("a key");
    let served = start(User::examples(), &[]);
    let sp = SpRegistration::new(SP, ACS).with_logout("https://sp.example/saml/1/slo");
    served.idp.trust(sp.signing_with([key.verifying_key()]));
    let who = format!("sp={SP}&user=ada@acme.example");
    let nobody = served.get(&format!("/slo/start?{who}"));
    assert_eq!(nobody.status, 400);
    let post = saml_post(&served.get(&format!("/sso/start?{who}&RelayState=state")));
    assert_eq!(post.acs_url, ACS);
    assert_eq!(post.relay_state.as_deref(), Some("state"));
    assert!(!post.xml().contains("InResponseTo"));
    for unknown in [
        "sp=urn:x&user=ada@acme.example",
        "user=ada@acme.example",
        "sp=x",
    ] {
        assert_eq!(served.get(&format!("/sso/start?{unknown}")).status, 400);
    }

    let page = served.get(&format!("/slo/start?{who}&binding=post"));
    let form = forms(&page.body).remove(0);
    assert_eq!(form.action, "https://sp.example/saml/1/slo");
    assert!(form.value("SAMLRequest").is_some());
    assert_eq!(served.idp.sessions(), []);
    // The answer, signed by the service provider.
    let xml = STANDARD
        .decode(form.value("SAMLRequest").expect("it"))
        .expect("base64");
    let xml = String::from_utf8(xml).expect("text");
    let id = xml.split_once(" ID=\"").expect("an ID").1;
    let answer = LogoutResponse {
        id: "_answer".to_owned(),
        issue_instant: now(),
        in_response_to: id.split('"').next().expect("an ID").to_owned(),
        destination: served.idp.slo_url(),
        sp_entity_id: SP.to_owned(),
        status: LogoutStatus::Success,
    };
    let signing = Signing::new(key, None);
    let answer = answer.post_form(None, &signing).expect("a form");
    let fields = [("SAMLResponse", answer.message.as_str())];
    let page = served.post("/slo", &fields);
    assert_eq!(page.status, 200);
    assert!(
        text(&page.body).contains("https://sp.example/saml/1 answers"),
        "{}",
        page.body
    );
    assert_eq!(served.post("/slo", &fields).status, 400, "it is taken once");
    assert_eq!(served.get("/slo?SAMLRequest=x").status, 400);
}
