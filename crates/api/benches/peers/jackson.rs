//! A saml-jackson service, and what it is asked.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use vestibule_test_idp::{SpRegistration, Style, TestIdp};

use crate::scene::{Service, Target};
use crate::support::database::{Database, Engine};
use crate::support::world::{REDIRECT_URI, challenge, idp, text};
use crate::{folder, packages};

/// Its entity ID, the audience.
const ENTITY_ID: &str = "https://sp.example/saml";

/// One that runs; ended when it is dropped.
pub(crate) struct Jackson {
    child: Child,
    idp: TestIdp,
    said: Value,
    /// Goes after the service has ended.
    _database: Database,
}

impl Jackson {
    /// On a database of its own of the Postgres that everybody has here.
    pub(crate) fn start() -> Self {
        let (database, idp) = (Database::new(Engine::Postgres), idp(Style::Okta));
        let mut child = Command::new("node")
            .arg(folder().join("jackson.mjs"))
            .arg(packages())
            .env("NODE_ENV", "production")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node");
        let asked = json!({
            "database_url": database.url,
            "idp_metadata": idp.metadata_xml(),
            "entity_id": ENTITY_ID,
            "redirect_uri": REDIRECT_URI,
        });
        // Left open: the service ends with its input.
        writeln!(child.stdin.as_mut().unwrap(), "{asked}").unwrap();
        let mut line = String::new();
        let stdout = child.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).expect("saml-jackson has started");
        let acs = format!("http://127.0.0.1:{}/saml/acs", said["port"]);
        idp.trust(SpRegistration::new(ENTITY_ID, acs));
        Self {
            child,
            idp,
            said,
            _database: database,
        }
    }

    pub(crate) fn version(&self) -> String {
        text(&self.said, "/version")
    }

    /// With what ours is asked for too: OpenID Connect, PKCE, a nonce.
    pub(crate) fn service(&self) -> Service {
        let client = ["/client_id", "/client_secret"].map(|field| text(&self.said, field));
        let query = crate::support::http::form(&[
            ("response_type", "code"),
            ("client_id", &client[0]),
            ("redirect_uri", REDIRECT_URI),
            ("scope", "openid email profile"),
            ("state", "the-state"),
            ("nonce", "the-nonce"),
            ("code_challenge", &challenge()),
            ("code_challenge_method", "S256"),
        ]);
        Service {
            pid: self.child.id(),
            host: format!("127.0.0.1:{}", self.said["port"]),
            idp: self.idp.clone(),
            targets: vec![Target {
                authorize: format!("/oauth/authorize?{query}"),
                acs: "/saml/acs".to_owned(),
            }],
            token: "/oauth/token",
            userinfo: "/oauth/userinfo",
            client: client.into(),
        }
    }
}

impl Drop for Jackson {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
