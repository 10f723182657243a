//! A real identity provider of somebody else's making: SimpleSAMLphp 1.19, one per test.
//!
//! The program is Debian 12's package `simplesamlphp` with `php-cli php-xml php-mbstring php-curl
//! php-sqlite3`, as `apt-get install` puts it: scripts in `/usr/share/simplesamlphp`, attribute maps in
//! `/etc/simplesamlphp`. What the tests add lies in `tests/e2e/simplesamlphp` and is copied into a
//! temporary folder for each instance; PHP's own web server serves it on a port of its own. Nothing
//! outside that folder is written, and it goes when the value goes.
//!
//! What it sends, unless told otherwise: a persistent NameID (a hash), the assertion signed and the
//! Response not, attributes by their OIDs, `samlp:` `saml:` `ds:` prefixes, no fractions of seconds.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;
use vestibule_xmlsig::SigningKey;

use super::html;

const PROGRAM: &str = "/usr/share/simplesamlphp/www";

const FILES: &[(&str, &str)] = &[
    ("config.php", include_str!("../simplesamlphp/config.php")),
    (
        "authsources.php",
        include_str!("../simplesamlphp/authsources.php"),
    ),
    ("router.php", include_str!("../simplesamlphp/router.php")),
    (
        "metadata/saml20-idp-hosted.php",
        include_str!("../simplesamlphp/metadata/saml20-idp-hosted.php"),
    ),
    (
        "metadata/saml20-sp-remote.php",
        include_str!("../simplesamlphp/metadata/saml20-sp-remote.php"),
    ),
];

/// Somebody who can sign in.
pub(crate) struct Person {
    pub(crate) username: &'static str,
    pub(crate) password: &'static str,
    pub(crate) given_name: &'static str,
    pub(crate) family_name: &'static str,
    pub(crate) mail: &'static str,
    pub(crate) groups: &'static [&'static str],
}

/// Whom every instance knows.
pub(crate) const PEOPLE: &[Person] = &[
    Person {
        username: "ada",
        password: "ada-password",
        given_name: "Ada",
        family_name: "Okafor",
        mail: "ada@acme.example",
        groups: &["Engineering", "Admins"],
    },
    Person {
        username: "ben",
        password: "ben-password",
        given_name: "Ben",
        family_name: "Lindqvist",
        mail: "ben@acme.example",
        groups: &["Engineering"],
    },
    Person {
        username: "zoe",
        password: "zoë & \"friends\"",
        given_name: "Zoë",
        family_name: "D’Amato-<Yılmaz>",
        mail: "zoe@acme.example",
        groups: &[],
    },
];

/// The NameID that a service provider gets.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum NameIdFormat {
    #[default]
    Persistent,
    Transient,
    EmailAddress,
}

impl NameIdFormat {
    pub(crate) fn uri(self) -> &'static str {
        match self {
            Self::Persistent => "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
            Self::Transient => "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
            Self::EmailAddress => "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
        }
    }
}

/// How a service provider is answered.
#[derive(Debug, Clone)]
pub(crate) struct SpOptions {
    pub(crate) sign_assertion: bool,
    pub(crate) sign_response: bool,
    pub(crate) name_id_format: NameIdFormat,
    /// The attributes that are released, by their short names; `None` is all of `uid`, `mail`,
    /// `displayName`, `givenName`, `sn`, `groups`.
    pub(crate) release: Option<&'static [&'static str]>,
    /// Attribute names as OIDs (`groups` has none and stays), else the short ones.
    pub(crate) oids: bool,
    /// More settings as SimpleSAMLphp names them; `null` takes one away.
    pub(crate) more: Value,
}

impl Default for SpOptions {
    fn default() -> Self {
        Self {
            sign_assertion: true,
            sign_response: false,
            name_id_format: NameIdFormat::default(),
            release: None,
            oids: true,
            more: Value::Null,
        }
    }
}

impl SpOptions {
    fn metadata(&self, acs_url: &str) -> Value {
        let mut filters = serde_json::Map::new();
        let mut filter = |order: &str, class: &str, arguments: &[&str]| {
            let mut filter = serde_json::Map::new();
            filter.insert("class".to_owned(), json!(class));
            for (index, argument) in arguments.iter().enumerate() {
                filter.insert(index.to_string(), json!(argument));
            }
            filters.insert(order.to_owned(), Value::Object(filter));
        };
        if let Some(names) = self.release {
            filter("50", "core:AttributeLimit", names);
        }
        let name_format = if self.oids {
            filter("60", "core:AttributeMap", &["name2oid"]);
            "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
        } else {
            "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
        };
        let mut metadata = json!({
            "AssertionConsumerService": [{
                "Binding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
                "Location": acs_url,
                "index": 0,
            }],
            "NameIDFormat": self.name_id_format.uri(),
            "saml20.sign.assertion": self.sign_assertion,
            "saml20.sign.response": self.sign_response,
            "simplesaml.attributes": self.release.is_none_or(|names| !names.is_empty()),
            "attributes.NameFormat": name_format,
            "authproc": filters,
        });
        if let (Value::Object(metadata), Value::Object(more)) = (&mut metadata, &self.more) {
            metadata.extend(more.clone());
            metadata.retain(|_, value| !value.is_null());
        }
        metadata
    }
}

/// What the browser would post to the service provider.
#[derive(Debug, Clone)]
pub(crate) struct SamlPost {
    pub(crate) acs_url: String,
    /// The field `SAMLResponse` as it stands in the form.
    pub(crate) saml_response: String,
    pub(crate) relay_state: Option<String>,
}

/// A running instance.
pub(crate) struct SimpleSamlPhp {
    base_url: String,
    folder: TempDir,
    server: Child,
    output: Arc<Mutex<String>>,
    trusted: Mutex<BTreeMap<String, Value>>,
}

impl SimpleSamlPhp {
    /// Starts one on a free port. Panics, saying what is missing, if it does not come up.
    pub(crate) fn start() -> Self {
        assert!(
            Path::new(PROGRAM).is_dir(),
            "{PROGRAM} is missing: apt-get install simplesamlphp php-cli php-xml php-mbstring php-curl php-sqlite3"
        );
        let folder = TempDir::with_prefix("simplesamlphp-").expect("a temporary folder");
        prepare(folder.path());
        let mut reasons = String::new();
        // Between our letting go of a free port and PHP's taking it, somebody else may have it.
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0")
                .and_then(|listener| listener.local_addr())
                .expect("a free port")
                .port();
            let base_url = format!("http://127.0.0.1:{port}");
            match serve(folder.path(), &base_url, port) {
                Ok((server, output)) => {
                    let started = Self {
                        base_url,
                        folder,
                        server,
                        output,
                        trusted: Mutex::new(BTreeMap::new()),
                    };
                    // It parses its whole configuration for this, so a mistake shows here.
                    let metadata = started.metadata_xml();
                    assert!(
                        metadata.contains("EntityDescriptor"),
                        "no metadata: {metadata}"
                    );
                    return started;
                }
                Err(reason) => reasons.push_str(&reason),
            }
        }
        panic!("SimpleSAMLphp does not start: {reasons}");
    }

    /// Where it is reached, without a slash at the end.
    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Its metadata, as it serves it; its entity ID is the URL of that.
    pub(crate) fn metadata_xml(&self) -> String {
        let url = format!("{}/saml2/idp/metadata.php", self.base_url);
        let mut browser = Browser::default();
        let page = browser
            .get(&url)
            .unwrap_or_else(|problem| panic!("{}", self.told(&problem)));
        assert_eq!(page.status, 200, "{}", self.told(&html::text(&page.body)));
        page.body
    }

    /// Answers this service provider at this ACS URL from now on, instead of what it was told before.
    pub(crate) fn trust(&self, entity_id: &str, acs_url: &str, options: &SpOptions) {
        let mut trusted = self.trusted.lock().unwrap_or_else(PoisonError::into_inner);
        trusted.insert(entity_id.to_owned(), options.metadata(acs_url));
        // In one step: a request may be reading it.
        let (new, path) = ["sp-remote.new", "sp-remote.json"]
            .map(|name| self.folder.path().join(name))
            .into();
        fs::write(&new, json!(*trusted).to_string()).expect("the service providers are written");
        fs::rename(new, path).expect("the service providers are in place");
    }

    /// Does what a person does in a browser: follows the redirect, signs in, presses on, and stops
    /// before the post to the service provider.
    ///
    /// `Err` is what the page said where it went no further (a wrong password, say).
    pub(crate) fn log_in(
        &self,
        redirect_url: &str,
        username: &str,
        password: &str,
    ) -> Result<SamlPost, String> {
        let mut browser = Browser::default();
        let page = browser.get(redirect_url)?;
        self.go_on(browser, page, username, password)
    }

    /// The same from the form of a page that sends people here: HTTP-POST.
    pub(crate) fn log_in_by_post(
        &self,
        form: &html::Form,
        username: &str,
        password: &str,
    ) -> Result<SamlPost, String> {
        let mut browser = Browser::default();
        let url = Url::parse(&form.action).map_err(|problem| problem.to_string())?;
        let page = browser.submit(&url, form)?;
        self.go_on(browser, page, username, password)
    }

    fn go_on(
        &self,
        mut browser: Browser,
        mut page: Page,
        username: &str,
        password: &str,
    ) -> Result<SamlPost, String> {
        for _ in 0..10 {
            if let Some(post) = page.saml_post() {
                return Ok(post);
            }
            let forms = html::forms(&page.body);
            let login = forms
                .into_iter()
                .find(|form| form.value("password").is_some());
            let Some(login) = login.filter(|_| !browser.logged_in) else {
                return Err(self.told(&format!("{} {}", page.status, html::text(&page.body))));
            };
            browser.logged_in = true;
            let filled = login
                .filled("username", username)
                .filled("password", password);
            page = browser.submit(&page.url, &filled)?;
        }
        Err(self.told("it goes round in circles"))
    }

    /// A problem, with what the server has said.
    fn told(&self, problem: &str) -> String {
        let output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        let log = fs::read_to_string(self.folder.path().join("log/simplesamlphp.log"));
        format!(
            "{problem}\n--- server\n{output}--- log\n{}",
            log.unwrap_or_default()
        )
    }
}

impl Drop for SimpleSamlPhp {
    fn drop(&mut self) {
        // It may be gone already; then there is nobody to kill and nothing to wait for.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Fills the folder.
fn prepare(folder: &Path) {
    for name in ["cert", "data", "log", "metadata", "sessions", "temp"] {
        fs::create_dir(folder.join(name)).expect("a folder in the folder");
    }
    let write =
        |name: &str, text: &str| fs::write(folder.join(name), text).expect("a file in the folder");
    for (name, text) in FILES {
        write(name, text);
    }
    write("people.json", &people());
    write("sp-remote.json", "{}");

    let (key, certificate) = key_pair("SimpleSAMLphp of the tests");
    write("cert/idp.key", &key);
    write("cert/idp.crt", &certificate);
}

/// A private key and its certificate, both PEM.
pub(crate) fn key_pair(subject: &str) -> (String, String) {
    let key = SigningKey::generate_rsa(2048).expect("an RSA key");
    let from = "2020-01-01T00:00:00Z".parse().expect("a time");
    let until = "2049-01-01T00:00:00Z".parse().expect("a time");
    let certificate = key.self_signed_certificate(subject, from, until);
    let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
    let encoded = STANDARD.encode(&*key.to_pkcs8_der());
    for line in encoded.as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    (pem, certificate.expect("a certificate").to_pem())
}

/// The people as the programs of the tests read them: `username:password` and their attributes.
pub(crate) fn people() -> String {
    let people: BTreeMap<String, Value> = PEOPLE
        .iter()
        .map(|person| {
            let attributes = json!({
                "uid": [person.username],
                "mail": [person.mail],
                "displayName": [format!("{} {}", person.given_name, person.family_name)],
                "givenName": [person.given_name],
                "sn": [person.family_name],
                "groups": person.groups,
            });
            (
                format!("{}:{}", person.username, person.password),
                attributes,
            )
        })
        .collect();
    json!(people).to_string()
}

/// Starts PHP's web server and waits until it says that it listens.
fn serve(folder: &Path, base_url: &str, port: u16) -> Result<(Child, Arc<Mutex<String>>), String> {
    // Notices of deprecation, of which a newer PHP has many for it, would spoil the pages.
    let mut server = Command::new("php")
        .args(["-d", "display_errors=0", "-d", "error_reporting=0"])
        .args(["-S", &format!("127.0.0.1:{port}"), "-t", PROGRAM])
        .arg(folder.join("router.php"))
        .env("SIMPLESAMLPHP_CONFIG_DIR", folder)
        .env("VESTIBULE_TEST_BASE_URL", base_url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|problem| format!("php: {problem}\n"))?;
    let mut lines = BufReader::new(server.stderr.take().expect("it was piped"));
    let mut said = String::new();
    loop {
        match lines.read_line(&mut said) {
            Ok(0) | Err(_) => {
                let _ = server.wait();
                return Err(said);
            }
            Ok(_) if said.contains(") started") => break,
            Ok(_) => {}
        }
    }
    // Whoever does not read lets the pipe run full and PHP stand still.
    let output = Arc::new(Mutex::new(said));
    let sink = Arc::clone(&output);
    thread::spawn(move || {
        for line in lines.lines().map_while(Result::ok) {
            let mut said = sink.lock().unwrap_or_else(PoisonError::into_inner);
            said.push_str(&line);
            said.push('\n');
        }
    });
    Ok((server, output))
}

/// A page, and where it came from in the end.
struct Page {
    url: Url,
    status: u16,
    body: String,
}

impl Page {
    fn saml_post(&self) -> Option<SamlPost> {
        html::forms(&self.body).into_iter().find_map(|form| {
            Some(SamlPost {
                acs_url: form.action.clone(),
                saml_response: form.value("SAMLResponse")?.to_owned(),
                relay_state: form.value("RelayState").map(str::to_owned),
            })
        })
    }
}

/// A browser, as far as one is needed: cookies of one host, redirects, forms.
#[derive(Default)]
struct Browser {
    cookies: BTreeMap<String, String>,
    logged_in: bool,
}

impl Browser {
    fn get(&mut self, url: &str) -> Result<Page, String> {
        let url = Url::parse(url).map_err(|problem| format!("{url}: {problem}"))?;
        self.go(url, None)
    }

    fn submit(&mut self, from: &Url, form: &html::Form) -> Result<Page, String> {
        let url = from
            .join(&form.action)
            .map_err(|problem| problem.to_string())?;
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(&form.fields);
        self.go(url, Some(body.finish()))
    }

    fn go(&mut self, mut url: Url, mut body: Option<String>) -> Result<Page, String> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            .build()
            .into();
        for _ in 0..10 {
            let jar: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let cookie = jar.join("; ");
            let answer = match body.take() {
                None => agent.get(url.as_str()).header("Cookie", &cookie).call(),
                Some(body) => agent
                    .post(url.as_str())
                    .header("Cookie", &cookie)
                    .content_type("application/x-www-form-urlencoded")
                    .send(body),
            };
            let mut answer = answer.map_err(|problem| format!("{url}: {problem}"))?;
            for cookie in answer.headers().get_all("set-cookie") {
                let cookie = String::from_utf8_lossy(cookie.as_bytes());
                let pair = cookie
                    .split(';')
                    .next()
                    .and_then(|pair| pair.split_once('='));
                if let Some((name, value)) = pair {
                    self.cookies
                        .insert(name.trim().to_owned(), value.trim().to_owned());
                }
            }
            let status = answer.status().as_u16();
            let location = answer
                .headers()
                .get("location")
                .map(|to| String::from_utf8_lossy(to.as_bytes()));
            let Some(to) = location.filter(|_| matches!(status, 301..=303)) else {
                let body = answer.body_mut().read_to_string();
                let body = body.map_err(|problem| format!("{url}: {problem}"))?;
                return Ok(Page { url, status, body });
            };
            url = url
                .join(&to)
                .map_err(|problem| format!("{to}: {problem}"))?;
        }
        Err(format!("{url}: too many redirects"))
    }
}

#[cfg(test)]
mod tests {
    use super::{NameIdFormat, SpOptions};
    use serde_json::{Value, json};

    #[test]
    fn options_become_metadata_as_simplesamlphp_names_it() {
        let default = SpOptions::default().metadata("https://sp.example/acs");
        let location = default.pointer("/AssertionConsumerService/0/Location");
        assert_eq!(location, Some(&json!("https://sp.example/acs")));
        assert_eq!(default.get("saml20.sign.response"), Some(&json!(false)));
        assert_eq!(default.pointer("/authproc/60/0"), Some(&json!("name2oid")));
        assert_eq!(default.pointer("/authproc/50"), None);

        for format in [
            NameIdFormat::Persistent,
            NameIdFormat::Transient,
            NameIdFormat::EmailAddress,
        ] {
            let options = SpOptions {
                sign_assertion: false,
                sign_response: true,
                name_id_format: format,
                release: Some(&["mail", "sn"]),
                oids: false,
                more: json!({"assertion.lifetime": 60, "saml20.sign.assertion": Value::Null}),
            };
            let metadata = options.metadata("https://sp.example/acs");
            assert_eq!(metadata.get("NameIDFormat"), Some(&json!(format.uri())));
            assert_eq!(metadata.get("saml20.sign.response"), Some(&json!(true)));
            assert_eq!(metadata.get("saml20.sign.assertion"), None);
            assert_eq!(metadata.get("assertion.lifetime"), Some(&json!(60)));
            assert_eq!(metadata.pointer("/authproc/50/1"), Some(&json!("sn")));
            assert_eq!(metadata.pointer("/authproc/60"), None);
        }
    }
}
