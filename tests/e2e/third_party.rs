//! The stories that every identity provider of somebody else's making goes through, against the real
//! program, over HTTP, each side reading the other's metadata.

use serde_json::{Value, json};

use crate::support::{
    database::Engine,
    html::text as text_of,
    http::{Answer, form, send},
    person::Person,
    simplesamlphp::PEOPLE,
    world::{REDIRECT_URI, World, code_in, text},
};

const START: &str = "http://127.0.0.1:9/start";
const SIGNED_OUT: &str = "http://127.0.0.1:9/signed-out";

/// What a story needs of an identity provider, beside SAML.
pub(crate) trait ThirdParty {
    /// Where all its pages are.
    fn base_url(&self) -> &str;

    fn metadata_xml(&self) -> String;

    /// Reads our metadata, and encrypts by this from now on, where it is said.
    fn trust(&self, entity_id: &str, our_metadata: &str, cipher: Option<&str>);

    /// Where people go to sign in at an SP that did not ask for it.
    fn unsolicited_url(&self, entity_id: &str, relay_state: &str) -> String;

    /// What people read when it does not take a message of ours for this, in one of these words.
    fn complaints(&self, fault: Fault) -> &'static [&'static str];

    /// Where people go to sign out, and what they read when every SP has said that they are.
    fn sign_out(&self, binding: &str) -> (String, &'static str);
}

/// What a message of ours may lack.
pub(crate) enum Fault {
    /// It is not signed.
    Unsigned,
    /// It is signed by a key that our metadata do not have.
    ForeignKey,
}

/// A connection to it.
struct Scene<'i> {
    world: World,
    idp: &'i dyn ThirdParty,
}

impl<'i> Scene<'i> {
    /// Live with these settings beside its metadata.
    fn live(idp: &'i dyn ThirdParty, more: &Value, cipher: Option<&str>) -> Self {
        let mut world = World::new(Engine::Sqlite);
        let body = json!({
            "name": "Application", "redirect_uris": [REDIRECT_URI],
            "initiate_login_uri": START, "post_logout_redirect_uris": [SIGNED_OUT],
        });
        let client = world.api.post("/v1/clients", &body).expect(201).json();
        world.client = (text(&client, "/client_id"), text(&client, "/client_secret"));
        let scene = Self { world, idp };
        scene.save(more);
        scene.introduce(cipher);
        let (test, page) = scene.test();
        assert_eq!(test["state"], "passed", "{test}\n{page:?}");
        scene.world.enable().expect(200);
        scene
    }

    fn save(&self, more: &Value) {
        let mut draft = json!({"idp_metadata_xml": self.idp.metadata_xml()});
        for (name, value) in more.as_object().unwrap() {
            draft[name] = value.clone();
        }
        let path = self.world.path("/draft");
        self.world.api.put(&path, &draft).expect(200);
    }

    /// Our metadata, as they are now, go to the IdP.
    fn introduce(&self, cipher: Option<&str>) {
        let ours = send("GET", &self.world.entity_id, &[], "").expect(200);
        self.idp.trust(&self.world.entity_id, &ours.body, cipher);
    }

    /// From now on the IdP takes a stranger's key for ours, and says so to whoever goes there.
    fn is_refused_by_another_key(&self, person: &mut Person, url: &str) {
        let ours = send("GET", &self.world.entity_id, &[], "").expect(200).body;
        let (_, certificate) = ours.split_once("<ds:X509Certificate>").unwrap();
        let (certificate, _) = certificate.split_once('<').unwrap();
        let stranger = self.world.idp.certificate().to_base64_der();
        let swapped = ours.replace(certificate, &stranger);
        self.idp.trust(&self.world.entity_id, &swapped, None);
        let page = person.go(url);
        assert!(person.at().starts_with(self.idp.base_url()), "{page:?}");
        self.assert_complains(&page, Fault::ForeignKey);
    }

    fn assert_complains(&self, page: &Answer, fault: Fault) {
        let read = text_of(&page.body);
        let mut words = self.idp.complaints(fault).iter();
        assert!(words.any(|words| read.contains(words)), "{read}");
    }

    /// Where the application sends its people to sign out.
    fn logout_url(&self, tokens: &Value) -> String {
        let query = form(&[
            ("id_token_hint", &text(tokens, "/id_token")),
            ("post_logout_redirect_uri", SIGNED_OUT),
            ("state", "bye"),
        ]);
        format!("{}/oauth2/logout?{query}", self.world.server.url)
    }

    /// A test of the draft, by somebody new: as the API shows it, and the last page.
    fn test(&self) -> (Value, Answer) {
        let (api, tests) = (&self.world.api, self.world.path("/tests"));
        let test = api.post(&tests, &json!({})).expect(201).json();
        let page = ada().go(&text(&test, "/start_url"));
        let path = format!("{tests}/{}", text(&test, "/id"));
        (api.get(&path).expect(200).json(), page)
    }

    fn sign_in(&self, person: &mut Person) -> Value {
        self.sign_in_by(person, &self.world.authorize_url())
    }

    /// From here to tokens, and userinfo knows who it is.
    fn sign_in_by(&self, person: &mut Person, url: &str) -> Value {
        let back = person.go(url);
        assert_eq!(back.status, 303, "{back:?} after {:#?}", person.visited);
        let tokens = self.world.exchange(&code_in(&back)).expect(200).json();
        let bearer = format!("Bearer {}", text(&tokens, "/access_token"));
        let userinfo = format!("{}/oauth2/userinfo", self.world.server.url);
        let userinfo = send("GET", &userinfo, &[("authorization", &bearer)], "");
        let userinfo = userinfo.expect(200).json();
        assert_eq!(userinfo["email"], PEOPLE[0].mail, "{userinfo}");
        tokens
    }

    fn is_signed_in(&self, tokens: &Value) -> bool {
        self.world.is_active(&text(tokens, "/access_token"))
    }

    fn was_at_the_idp(&self, person: &Person) -> bool {
        let at = |url: &String| url.starts_with(self.idp.base_url());
        person.visited.iter().any(at)
    }
}

fn ada() -> Person {
    Person::new(&PEOPLE[0])
}

/// Metadata both ways, a test, a sign-in; a second one in the same browser asks for no password.
pub(crate) fn signs_in(idp: &dyn ThirdParty) {
    let scene = Scene::live(idp, &json!({}), None);
    let mut person = ada();
    let first = scene.sign_in(&mut person);
    assert!(person.typed_password);
    let responses = person.posted_messages("SAMLResponse");
    assert!(!responses.concat().contains("EncryptedAssertion"));
    let second = scene.sign_in(&mut person);
    assert!(!person.typed_password, "the IdP has a session");
    for tokens in [first, second] {
        assert!(scene.is_signed_in(&tokens));
        let refresh = text(&tokens, "/refresh_token");
        scene.world.refresh(&refresh).expect(200);
    }
}

/// What travels is encrypted, by the cipher that ends so; a CBC one is opened where the settings take
/// it, and refused by the check `encryption` where they do not.
pub(crate) fn encrypts(idp: &dyn ThirdParty, cipher: &str, settings: &Value) {
    let scene = Scene::live(idp, settings, Some(cipher));
    let mut person = ada();
    scene.sign_in(&mut person);
    let responses = person.posted_messages("SAMLResponse");
    assert_eq!(responses.len(), 1, "{:#?}", person.visited);
    let response = &responses[0];
    assert!(response.contains("EncryptedAssertion"), "{response}");
    assert!(response.contains(&format!("#{cipher}\"")), "{response}");
    assert!(!response.contains("AttributeStatement"), "{response}");

    scene.save(&json!({"encryption_cbc": "refuse"}));
    let (test, _) = scene.test();
    if !cipher.ends_with("-cbc") {
        assert_eq!(test["state"], "passed", "{test}");
        return;
    }
    assert_eq!(test["state"], "failed", "{test}");
    let rows = test["report"].as_array().unwrap();
    let failed: Vec<_> = rows
        .iter()
        .filter(|row| row["outcome"] == "fail")
        .map(|row| text(row, "/check"))
        .collect();
    assert_eq!(failed, ["encryption"], "{test}");
}

/// Our metadata say that requests are signed, so that the IdP takes no others: signed ones it answers,
/// and one without a signature ends at its own page.
pub(crate) fn insists_on_signed_requests(idp: &dyn ThirdParty, binding: &str) {
    let settings = |signed: bool| json!({"sign_requests": signed, "idp_sso_binding": binding});
    let scene = Scene::live(idp, &settings(true), None);
    let mut person = ada();
    scene.sign_in(&mut person);
    match binding {
        "redirect" => {
            let requests = person
                .visited
                .iter()
                .filter(|url| url.contains("SAMLRequest="));
            let signed = |url: &String| url.contains("&SigAlg=") && url.contains("&Signature=");
            assert!(requests.clone().count() == 1 && requests.clone().all(signed));
        }
        _ => {
            let requests = person.posted_messages("SAMLRequest");
            assert!(requests.len() == 1 && requests[0].contains("<ds:SignatureValue>"));
        }
    }

    scene.save(&settings(false));
    let (test, page) = scene.test();
    assert_eq!(test["state"], "pending", "nothing came back: {test}");
    scene.assert_complains(&page, Fault::Unsigned);
}

/// Signing out in the application ends both sessions, and comes back to the application.
pub(crate) fn signs_out_from_the_application(idp: &dyn ThirdParty, binding: &str) {
    let scene = Scene::live(idp, &json!({"idp_logout_binding": binding}), None);
    let mut person = ada();
    let tokens = scene.sign_in(&mut person);
    let back = person.go(&scene.logout_url(&tokens));
    assert_eq!(person.at(), format!("{SIGNED_OUT}?state=bye"), "{back:?}");
    assert!(scene.was_at_the_idp(&person), "{:#?}", person.visited);
    let requests = person.posted_messages("SAMLRequest");
    assert_eq!(requests.len(), usize::from(binding == "post"));

    assert!(!scene.is_signed_in(&tokens));
    let refused = scene.world.refresh(&text(&tokens, "/refresh_token"));
    assert_eq!(refused.expect(400).json()["error"], "invalid_grant");
    let tokens = scene.sign_in(&mut person);
    assert!(person.typed_password, "the IdP's session had ended");
    scene.is_refused_by_another_key(&mut person, &scene.logout_url(&tokens));
}

/// Signing out at the IdP ends our session, and our answer satisfies the IdP.
pub(crate) fn signs_out_from_the_idp(idp: &dyn ThirdParty, binding: &str) {
    let scene = Scene::live(idp, &json!({"idp_logout_binding": binding}), None);
    let mut person = ada();
    let tokens = scene.sign_in(&mut person);
    let mut other_person = ada();
    let elsewhere = scene.sign_in(&mut other_person);
    assert!(scene.is_signed_in(&tokens));

    let (url, read) = scene.idp.sign_out(binding);
    let page = person.go(&url).expect(200);
    assert!(person.at().starts_with(scene.idp.base_url()), "{page:?}");
    assert!(text_of(&page.body).contains(read), "{page:?}");
    let answers = person.posted_messages("SAMLResponse");
    assert_eq!(answers.len(), usize::from(binding == "post"), "{page:?}");

    assert!(!scene.is_signed_in(&tokens));
    assert!(
        scene.is_signed_in(&elsewhere),
        "another session of the same person stays"
    );
    scene.sign_in(&mut person);
    assert!(person.typed_password, "the IdP's session had ended");
    scene.is_refused_by_another_key(&mut person, &url);
}

/// A sign-in that begins at the IdP is begun anew by the application, which gets its code, once.
pub(crate) fn begins_by_itself(idp: &dyn ThirdParty) {
    let scene = Scene::live(idp, &json!({"idp_initiated": "restart"}), None);
    let mut person = ada();
    let target = "http://127.0.0.1:9/reports/7";
    let url = scene.idp.unsolicited_url(&scene.world.entity_id, target);
    let sent = person.go(&url).expect(303);
    let start = url::Url::parse(sent.location()).unwrap();
    assert!(sent.location().starts_with(START), "{sent:?}");
    let get = |name: &str| {
        let mut pairs = start.query_pairs();
        pairs
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.into_owned())
    };
    assert_eq!(get("iss").as_deref(), Some(&*scene.world.server.url));
    assert_eq!(get("target_link_uri").as_deref(), Some(target));
    assert_eq!(get("code"), None, "a code is never sent unasked");

    // The application begins, with its own state and PKCE: the answer is there already, once.
    let authorize = scene
        .world
        .authorize_with(&[("login_hint", &get("login_hint").unwrap())]);
    scene.sign_in_by(&mut person, &authorize);
    assert!(!scene.was_at_the_idp(&person), "{:#?}", person.visited);
    scene.sign_in_by(&mut person, &authorize);
    assert!(scene.was_at_the_idp(&person), "{:#?}", person.visited);
}

/// One test per story.
macro_rules! stories {
    ($idp:expr; $($name:ident: $story:ident($($argument:expr),*);)+) => {$(
        #[test]
        fn $name() {
            let idp = $idp;
            crate::third_party::$story(&*idp $(, $argument)*);
        }
    )+};
}
pub(crate) use stories;
