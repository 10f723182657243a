//! What `docs/integrate` prints is run as it is printed: the files are taken off the page, the packages are
//! those that it says to install, and somebody signs in, is seen, and signs out, with a real identity provider.

use std::{collections::BTreeMap, env, ffi::OsString, fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;
use vestibule_test_idp::Twist;

use crate::support::{
    application::{Application, free_port},
    browser::Browser,
    database::Engine,
    guide::Guide,
    html,
    http::Answer,
    npm, python,
    world::{World, ada, answer_to, text},
};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const SESSION_SECRET: &str = "the-tests-keep-their-own-sessions-with-this";

/// What a guide's application is put through.
struct Trial {
    guide: Guide,
    /// Where its files are.
    run: TempDir,
    environment: Vec<(&'static str, OsString)>,
    /// The path of its redirect URI, and of where people are after signing out.
    paths: [&'static str; 2],
}

/// Somebody's browser, which goes wherever it is sent, by way of the identity provider.
struct Person<'w> {
    world: &'w World,
    browser: Browser,
    at: String,
    page: Answer,
}

impl Person<'_> {
    fn go(&mut self, to: &str) {
        let url = self.absolute(to);
        let answer = self.browser.get(&url);
        self.arrive(url, answer);
    }

    fn submit(&mut self, form: &html::Form, query: &str) {
        let url = self.absolute(&format!("{}{query}", form.action));
        let fields: Vec<_> = form.fields.iter().map(|(k, v)| (&**k, &**v)).collect();
        let answer = self.browser.post_from_here(&url, &fields);
        self.arrive(url, answer);
    }

    fn arrive(&mut self, at: String, answer: Answer) {
        (self.at, self.page) = (at, answer);
        for _ in 0..15 {
            if !matches!(self.page.status, 302 | 303 | 307) {
                return;
            }
            let to = self.absolute(self.page.location());
            if to.starts_with(&self.world.idp.sso_url()) {
                let form = answer_to(&self.world.idp, &self.page, &ada(), &Twist::default());
                self.page = self.browser.deliver(&form.acs_url, &form.saml_response);
                self.at = form.acs_url;
            } else {
                self.page = self.browser.get(&to);
                self.at = to;
            }
        }
        panic!("sent on and on: {:?}", self.page);
    }

    fn absolute(&self, to: &str) -> String {
        let base = url::Url::parse(&self.at).expect("a URL");
        base.join(to).expect("a URL").to_string()
    }

    fn reads(&self) -> String {
        html::text(&self.page.body)
    }

    /// Presses what the page has for signing in.
    fn sign_in(&mut self) {
        let workspace = self.world.workspace.clone();
        if let [form] = html::forms(&self.page.body).as_slice() {
            let form = form.clone().filled("workspace", &workspace);
            return self.submit(&form, "");
        }
        // The first link that a person sees: a head has links of its own.
        let (_, anchor) = self.page.body.split_once("<a ").expect("a link");
        let (_, link) = anchor.split_once("href=\"").expect("where it leads");
        let (link, _) = link.split_once('"').expect("its end");
        self.go(&format!("{link}?workspace={workspace}"));
    }

    /// Presses what the page has for signing out.
    fn sign_out(&mut self) {
        match html::forms(&self.page.body).as_slice() {
            [form] => self.submit(form, ""),
            _ => self.go("/logout"),
        }
    }
}

impl Trial {
    fn begin(guide: &str, run: TempDir) -> Self {
        let guide = Guide::read(guide);
        guide.write_to(run.path());
        Self {
            guide,
            run,
            environment: Vec::new(),
            paths: ["/callback", "/"],
        }
    }

    /// With the npm packages of a lock file, which are those that the guide says to install.
    fn of_npm(name: &str) -> Self {
        let installed = npm::installed(&format!("snippets/{name}"));
        // Node looks for packages in the folders above.
        let run = tempfile::Builder::new()
            .prefix("run-")
            .tempdir_in(&installed);
        let mut trial = Self::begin(&format!("docs/integrate/{name}.md"), run.expect("a folder"));
        let manifest = fs::read(installed.join("package.json")).expect("a manifest");
        let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
        let pinned = manifest["dependencies"].as_object().expect("a list");
        let mut packages = trial.guide.packages("npm install ");
        packages.sort();
        let mut known: Vec<_> = pinned.keys().cloned().collect();
        known.sort();
        assert_eq!(packages, known, "the guide installs what is tested");
        for (package, version) in pinned {
            let major = version.as_str().expect("a version").split('.').next();
            let said = format!("{package}@{}", major.expect("a major version"));
            assert!(trial.guide.block("Install").contains(&said), "{said}");
        }
        trial.first_on_the_path(&installed.join("node_modules/.bin"));
        trial
    }

    /// With the PyPI packages of a list, which the guide's are among.
    fn of_pypi(name: &str) -> Self {
        let source = Path::new(REPOSITORY).join("tests/snippets").join(name);
        let programs = python::environment(&format!("snippet-{name}"), &source).join("bin");
        let run = tempfile::tempdir().expect("a folder for this run");
        let mut trial = Self::begin(&format!("docs/integrate/{name}.md"), run);
        let pinned = fs::read_to_string(source.join("requirements.txt")).expect("a list");
        for package in trial.guide.packages("pip install ") {
            let pin = format!("{package}==");
            let listed = pinned
                .lines()
                .any(|line| line.to_lowercase().starts_with(&pin));
            assert!(
                listed,
                "{package} is not in tests/snippets/{name}/requirements.txt"
            );
        }
        trial.first_on_the_path(&programs);
        trial
            .environment
            .push(("PYTHONDONTWRITEBYTECODE", "1".into()));
        trial
    }

    fn first_on_the_path(&mut self, folder: &Path) {
        let others = env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(folder.to_path_buf()).chain(env::split_paths(&others));
        self.environment
            .push(("PATH", env::join_paths(all).expect("a search path")));
    }

    /// Registers the application with these addresses, starts it, and signs somebody in and out.
    fn goes_the_whole_way(self) {
        let mut world = World::live(Engine::Sqlite);
        let port = free_port();
        let app_url = format!("http://127.0.0.1:{port}");
        let [redirect, signed_out] = self.paths.map(|path| format!("{app_url}{path}"));
        let body = json!({
            "name": "Pasted", "redirect_uris": [redirect], "post_logout_redirect_uris": [signed_out],
        });
        let client = world.api.post("/v1/clients", &body).expect(201).json();
        world.client = (text(&client, "/client_id"), text(&client, "/client_secret"));
        let mut environment: BTreeMap<&str, OsString> = BTreeMap::from([
            ("OIDC_ISSUER", world.server.url.clone().into()),
            ("OIDC_CLIENT_ID", world.client.0.clone().into()),
            ("OIDC_CLIENT_SECRET", world.client.1.clone().into()),
            ("APP_URL", app_url.into()),
            ("SESSION_SECRET", SESSION_SECRET.into()),
        ]);
        environment.extend(self.environment);
        let environment = environment
            .iter()
            .map(|(name, value)| (*name, value.as_os_str()));
        let start = self.guide.block("Start").trim();
        let application = Application::start(start, self.run.path(), port, environment);

        let mut person = Person {
            world: &world,
            browser: Browser::default(),
            at: application.url.clone(),
            page: Answer {
                status: 0,
                headers: Vec::new(),
                body: String::new(),
            },
        };
        person.go("/");
        assert_eq!(person.page.status, 200, "{:?}", person.page);
        let stranger = person.reads();
        assert!(!stranger.contains(&ada().email), "{stranger}");

        // What nobody began is nobody's sign-in.
        let mut forger = Person {
            browser: Browser::default(),
            page: person.page.clone(),
            at: person.at.clone(),
            world: &world,
        };
        forger.go(&format!(
            "{redirect}?code=forged&state=forged&iss={}",
            world.server.url
        ));
        forger.go("/");
        assert_eq!(forger.reads(), stranger, "{:?}", forger.page);

        person.sign_in();
        let people = world.people();
        let [ada_here] = people.as_slice() else {
            panic!("nobody came in: {:?}", person.page)
        };
        person.go("/");
        let page = person.reads();
        assert!(page.contains(&ada().email), "{:?}", person.page);
        assert!(page.contains(&text(ada_here, "/id")), "by `sub`: {page}");
        assert_eq!(sessions(&world), 1);

        person.sign_out();
        assert_eq!(person.page.status, 200, "{:?}", person.page);
        assert!(
            person.at.starts_with(&signed_out),
            "back at the application: {}",
            person.at
        );
        person.go("/");
        assert_eq!(person.reads(), stranger, "{:?}", person.page);
        assert_eq!(sessions(&world), 0, "the session at Vestibule is over too");
    }
}

/// How many sessions of the workspace go on.
fn sessions(world: &World) -> usize {
    let path = format!("/v1/sessions?workspace_id={}", world.workspace);
    let list = world.api.get(&path).expect(200).json();
    let all = list["data"].as_array().expect("a list").iter();
    all.filter(|session| session["revoked_at"].is_null())
        .count()
}

#[test]
fn express() {
    let mut trial = Trial::of_npm("express");
    trial.paths[1] = "";
    trial.goes_the_whole_way();
}

#[test]
fn fastapi() {
    Trial::of_pypi("fastapi").goes_the_whole_way();
}

#[test]
fn django() {
    let mut trial = Trial::of_pypi("django");
    trial.paths[0] = "/oidc/callback/";
    trial.goes_the_whole_way();
}

#[test]
fn go() {
    let run = tempfile::tempdir().expect("a folder for this run");
    let path = run.path().join("gopath");
    // Debian has these packages as sources for GOPATH, and go-oidc by its path of before version 3.
    let debian = Path::new("/usr/share/gocode");
    let theirs = debian.join("src/github.com/coreos/go-oidc");
    let ours = path.join("src/github.com/coreos/go-oidc/v3/oidc");
    fs::create_dir_all(&ours).expect("a folder for go-oidc");
    let sources = fs::read_dir(&theirs).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; make test installs golang-github-coreos-go-oidc-dev",
            theirs.display()
        )
    });
    for source in sources.flatten() {
        let name = source.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".go") && !name.ends_with("_test.go") {
            fs::copy(source.path(), ours.join(&*name)).expect("a copy");
        }
    }
    let mut trial = Trial::begin("docs/integrate/go.md", run);
    let all = env::join_paths([path.as_path(), debian]).expect("a search path");
    trial.environment = vec![
        ("GO111MODULE", "off".into()),
        ("GOPATH", all),
        (
            "GOCACHE",
            Path::new(env!("CARGO_TARGET_TMPDIR"))
                .join("go-cache")
                .into(),
        ),
    ];
    trial.goes_the_whole_way();
}

#[test]
#[ignore = "it builds for a minute, of 340 MB of packages: make snippets"]
fn nextjs() {
    let mut trial = Trial::of_npm("nextjs");
    trial
        .environment
        .push(("NEXT_TELEMETRY_DISABLED", "1".into()));
    trial.goes_the_whole_way();
}

#[test]
#[ignore = "Ruby and Rails are a hundred packages of Debian: make snippets"]
fn rails() {
    let run = tempfile::tempdir().expect("a folder for this run");
    Trial::begin("docs/integrate/rails.md", run).goes_the_whole_way();
}

/// Whoever reads the README alone pastes the same that is run.
#[test]
fn the_readme_prints_what_the_guides_print() {
    let readme = Guide::read("README.md");
    let mut printed = 0;
    for (name, block) in readme.files() {
        let guides =
            ["express", "fastapi"].map(|guide| Guide::read(&format!("docs/integrate/{guide}.md")));
        let known = guides
            .iter()
            .any(|guide| guide.files().any(|file| file == (name, block)));
        assert!(known, "{name} of the README is in no guide");
        printed += 1;
    }
    assert!(printed > 0, "the README prints no application");
}
