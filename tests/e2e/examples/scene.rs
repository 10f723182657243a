//! What the examples stand in: a workspace with a connection, and whatever they speak of.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde_json::Value;
use vestibule_test_idp::Style;

use crate::{
    metadata_url,
    support::{
        database::Engine,
        dns::Dns,
        receiver::Receiver,
        server::Server,
        simplesamlphp::key_pair,
        site::Server as Site,
        within,
        world::{REDIRECT_URI, VERIFIER, World, now, text},
    },
};

use super::recorded::EXAMPLE_ID;

/// Where the application is when a proxy asks for it.
const BEHIND_A_PROXY: &str = "http://127.0.0.1:9/.vestibule/callback";
pub(super) const SIGNED_OUT: &str = "http://127.0.0.1:9/signed-out";

/// Which parameter an id with this prefix stands for.
const KINDS: [(&str, &str); 12] = [
    ("ws", "workspace_id"),
    ("mem", "member_id"),
    ("conn", "connection_id"),
    ("rev", "revision_id"),
    ("test", "test_id"),
    ("att", "attempt_id"),
    ("ses", "session_id"),
    ("app", "application_id"),
    ("dom", "domain_id"),
    ("key", "api_key_id"),
    ("lnk", "link_id"),
    ("idn", "identity_id"),
];

pub(super) struct Scene {
    pub(super) world: World,
    pub(super) dns: Dns,
    pub(super) receiver: Receiver,
    pub(super) site: Site,
    pub(super) began: Timestamp,
    /// A certificate that the IdP will sign with next.
    next_certificate: String,
    values: BTreeMap<String, String>,
    /// For the next operation alone.
    overrides: BTreeMap<String, String>,
}

impl Scene {
    pub(super) fn set() -> Self {
        let (dns, receiver) = (Dns::open(), Receiver::open());
        let resolver = dns.address();
        let settings = [
            ("VESTIBULE_DNS_RESOLVER", resolver.as_str()),
            ("VESTIBULE_OUTBOUND_ALLOW_PRIVATE", "on"),
        ];
        let server = Server::with(Engine::Sqlite, &settings);
        let mut world = World::on(server, Style::Okta);
        let client = serde_json::json!({
            "name": "Web app", "redirect_uris": [REDIRECT_URI, BEHIND_A_PROXY], "post_logout_redirect_uris": [SIGNED_OUT],
        });
        let client = world.api.post("/v1/clients", &client).expect(201).json();
        world.client = (text(&client, "/client_id"), text(&client, "/client_secret"));
        let (site, _) = metadata_url::site(&world.idp.metadata_xml());
        let mut scene = Self {
            began: now(),
            next_certificate: key_pair("The next").1,
            values: BTreeMap::new(),
            overrides: BTreeMap::new(),
            dns,
            receiver,
            site,
            world,
        };
        for (name, value) in [
            ("workspace_id", scene.world.workspace.clone()),
            ("connection_id", scene.world.connection.clone()),
            ("application_id", scene.world.client.0.clone()),
        ] {
            scene.set_value(name, value);
        }
        scene
    }

    /// What an example says, and what it stands for here.
    pub(super) fn stand_ins(&self) -> Vec<(String, String)> {
        let idp = &self.world.idp;
        let mut all = vec![
            (
                "https://idp.acme.example/saml".to_owned(),
                idp.entity_id().to_owned(),
            ),
            (
                "https://app.example.com/callback".to_owned(),
                REDIRECT_URI.to_owned(),
            ),
            (
                "https://app.example.com/webhooks/sso".to_owned(),
                self.receiver.url(),
            ),
            ("https://app.example.com/".to_owned(), SIGNED_OUT.to_owned()),
            (
                "https://idp.acme.example/sso".to_owned(),
                self.world.idp.sso_url(),
            ),
            (
                "-----BEGIN CERTIFICATE-----\nMIIC…\n-----END CERTIFICATE-----\n".to_owned(),
                self.world.idp.certificate_pem(),
            ),
            (
                "-----BEGIN CERTIFICATE-----\nMIID…\n-----END CERTIFICATE-----\n".to_owned(),
                self.next_certificate.clone(),
            ),
            (
                "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned(),
                VERIFIER.to_owned(),
            ),
            ("2026-01-05T09:00:00Z".to_owned(), self.began.to_string()),
        ];
        for (example, name) in [
            ("SplxlOBeZQQYbYS6WxSbIA", "code"),
            ("PHNhbWxwOlJlc3BvbnNlIC4uLj4=", "saml_response"),
            (
                "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJtZW1fMDE5In0.c2lnbmF0dXJl",
                "access_token",
            ),
            (
                "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJtZW1fMDE5In0.c2lnbmF0dXJl",
                "id_token",
            ),
        ] {
            all.extend(
                self.known(name)
                    .map(|value| (example.to_owned(), value.to_owned())),
            );
        }
        for (prefix, name) in KINDS {
            let example = format!("{prefix}_{EXAMPLE_ID}");
            all.extend(self.known(name).map(|value| (example, value.to_owned())));
        }
        all
    }

    /// An example with what it stands for.
    pub(super) fn real(&self, example: &Value) -> Value {
        match example {
            Value::String(text) => {
                let found = self.stand_ins().into_iter().find(|(said, _)| said == text);
                Value::String(found.map_or_else(|| text.clone(), |(_, real)| real))
            }
            Value::Array(items) => items.iter().map(|item| self.real(item)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| (name.clone(), self.real(value)))
                .collect(),
            other => other.clone(),
        }
    }

    /// A path of the document with the objects that are here.
    pub(super) fn path(&self, pattern: &str) -> String {
        let parts = pattern.split('/').map(|part| {
            let name = part
                .strip_prefix('{')
                .and_then(|part| part.strip_suffix('}'));
            name.map_or(part, |name| self.value(name))
        });
        parts.collect::<Vec<_>>().join("/")
    }

    fn known(&self, name: &str) -> Option<&str> {
        let found = self.overrides.get(name).or_else(|| self.values.get(name));
        found.map(String::as_str)
    }

    pub(super) fn value(&self, name: &str) -> &str {
        self.known(name)
            .unwrap_or_else(|| panic!("there is no {name} yet"))
    }

    pub(super) fn set_value(&mut self, name: &str, value: String) {
        self.values.insert(name.to_owned(), value);
    }

    /// For the next operation alone.
    pub(super) fn override_value(&mut self, name: &str, value: String) {
        self.overrides.insert(name.to_owned(), value);
    }

    pub(super) fn forget_overrides(&mut self) {
        self.overrides.clear();
    }

    pub(super) fn keep(&mut self, name: &str, answer: &Value, pointer: &str) {
        self.set_value(name, text(answer, pointer));
    }

    pub(super) fn deliveries(&self, state: &str) -> Vec<Value> {
        let endpoint = self.value("webhook_endpoint_id");
        let path = format!("/v1/webhook-endpoints/{endpoint}/deliveries?state={state}");
        let list = self.world.api.get(&path).expect(200).json();
        list["data"].as_array().expect("a list").clone()
    }

    pub(super) fn wait_for_a_delivery(&self, state: &str) {
        within(Duration::from_secs(10), "a delivery is noted", || {
            !self.deliveries(state).is_empty()
        });
    }
}
