//! `vestibule apply`: a file is made true over the API, once; drift is shown and mended.

use std::{
    io::{Read as _, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    thread,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    database::Engine,
    http::Api,
    on_both,
    server::Server,
    world::{World, idp, text},
};
use vestibule_test_idp::Style;

/// A server, a key to it, and a folder with files to apply.
struct Desk {
    server: Server,
    api: Api,
    folder: TempDir,
}

/// What came of a run.
struct Ran {
    status: i32,
    said: String,
    complained: String,
}

impl Ran {
    fn of(output: &Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            said: String::from_utf8_lossy(&output.stdout).into_owned(),
            complained: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    #[track_caller]
    fn expect(self, status: i32) -> Self {
        let Self {
            status: found,
            said,
            complained,
        } = &self;
        assert_eq!(*found, status, "\n{said}\n{complained}");
        self
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.said).unwrap_or_else(|_| panic!("no JSON: {}", self.said))
    }

    /// The problem object on standard error.
    fn problem(&self) -> Value {
        let last = self.complained.lines().last().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|_| panic!("no problem: {}", self.complained))
    }

    /// What becomes of the object at this address.
    fn step(&self, address: &str) -> Value {
        let shown = self.json();
        let mut steps = shown["steps"].as_array().expect("steps").iter();
        let step = steps.find(|step| step["address"] == address);
        step.unwrap_or_else(|| panic!("no {address} in {shown}"))
            .clone()
    }

    fn count(&self, action: &str) -> u64 {
        self.json()["summary"][action].as_u64().expect("a number")
    }
}

impl Desk {
    fn new(engine: Engine) -> Self {
        let server = Server::start(engine);
        let api = server.admin_api();
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            server,
            api,
            folder,
        }
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("the file is written");
        path
    }

    /// The example of the manual, with the certificate of an IdP beside it.
    fn example(&self) {
        let example = include_str!("../../docs/examples/workspaces.yaml");
        self.write("workspaces.yaml", example);
        self.write("okta.pem", &idp(Style::Okta).certificate_pem());
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        let key = self.api.authorization().trim_start_matches("Bearer ");
        command
            .env_clear()
            .env("VESTIBULE_API_KEY", key)
            .env("VESTIBULE_SERVER", &self.server.url)
            .current_dir(self.folder.path())
            .args(["apply", "-f", "workspaces.yaml"])
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    fn apply(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().expect("the program runs"))
    }

    /// The same, its answer as data.
    fn applied(&self) -> Ran {
        self.apply(&["--json", "--secrets-out", "secrets.json"])
    }

    fn workspace(&self, external_id: &str) -> Value {
        let path = format!("/v1/workspaces?external_id={external_id}");
        self.api.get(&path).expect(200).json()["data"][0].clone()
    }

    fn list(&self, path: &str) -> Vec<Value> {
        let list = self.api.get(path).expect(200).json();
        list["data"].as_array().expect("a list").clone()
    }

    fn connections(&self, external_id: &str) -> Vec<Value> {
        let id = text(&self.workspace(external_id), "/id");
        self.list(&format!("/v1/workspaces/{id}/connections"))
    }

    /// How many things were noted in the audit log.
    fn noted(&self) -> usize {
        self.list("/v1/audit-events?limit=200").len()
    }
}

/// What a server has, without ids and times: the same after two ways to it.
fn state(desk: &Desk) -> Value {
    let mut all = Vec::new();
    for workspace in desk.list("/v1/workspaces") {
        let id = text(&workspace, "/id");
        let inside = |kind: &str| desk.list(&format!("/v1/workspaces/{id}/{kind}"));
        let connections: Vec<_> = inside("connections")
            .iter()
            .map(|one| {
                json!([
                    one["name"],
                    one["state"],
                    one["default"],
                    one["draft"]["number"],
                    one["draft"]["idp_sso_url"],
                    one["draft"]["idp_certificates"]
                ])
            })
            .collect();
        let domains: Vec<_> = inside("domains")
            .iter()
            .map(|d| d["domain"].clone())
            .collect();
        let members: Vec<_> = inside("members")
            .iter()
            .map(|m| json!([m["email"], m["role"]]))
            .collect();
        all.push(json!([
            workspace["external_id"],
            workspace["plan"],
            workspace["two_factor"],
            connections,
            domains,
            members
        ]));
    }
    let clients: Vec<_> = desk
        .list("/v1/clients")
        .iter()
        .map(|c| c["name"].clone())
        .collect();
    json!([all, clients])
}

on_both! {
    fn the_second_time_nothing_changes_and_drift_is_shown_and_mended(engine) {
        let desk = Desk::new(engine);
        desk.example();
        let planned = desk.apply(&["--plan", "--json"]).expect(2);
        assert!(planned.count("create") >= 5, "{}", planned.said);
        assert_eq!(desk.list("/v1/workspaces").len(), 0, "a plan does nothing");
        let made = desk.applied().expect(0);
        assert_eq!(made.count("create"), planned.count("create"));
        let (noted, before) = (desk.noted(), state(&desk));
        let connection = &desk.connections("cust_42")[0];
        assert_eq!(connection["state"], "draft", "a draft goes live by no file");
        assert_eq!(connection["draft"]["number"], 1);
        // A second time.
        let again = desk.applied().expect(0);
        let changed = ["create", "change", "delete"].map(|action| again.count(action));
        assert_eq!((changed, again.json()["pending"].as_u64()), ([0, 0, 0], Some(0)));
        assert_eq!((desk.noted(), state(&desk)), (noted, before));
        desk.apply(&["--plan"]).expect(0);
        // Somebody changes it by hand.
        let workspace = text(&desk.workspace("cust_42"), "/id");
        let path = format!("/v1/workspaces/{workspace}");
        desk.api.patch(&path, &json!({"plan": "premier"})).expect(200);
        let connection = text(connection, "/id");
        let draft = format!("/v1/connections/{connection}/draft");
        let other = World::draft_of(&idp(Style::Entra));
        desk.api.put(&draft, &other).expect(200);
        let clients = desk.list("/v1/clients");
        let client = clients.iter().find(|one| one["name"] == "Dashboard").unwrap();
        let path = format!("/v1/clients/{}", text(client, "/client_id"));
        let uris = json!({"redirect_uris": ["https://elsewhere.example.com/"]});
        desk.api.patch(&path, &uris).expect(200);
        let drift = desk.apply(&["--plan", "--json"]).expect(2);
        let step = drift.step("workspaces/cust_42");
        assert_eq!(step["action"], "change");
        let plan = json!([{"field": "plan", "before": "premier", "after": "pro"}]);
        assert_eq!(step["fields"], plan);
        assert_eq!(step["last_change"]["action"], "workspace.changed");
        assert!(text(&step, "/last_change/by").starts_with("key_"), "{step}");
        let fields = drift.step("workspaces/cust_42/connections/Okta")["fields"].clone();
        for field in ["draft.idp_certificates", "draft.idp_sso_url"] {
            let named = |one: &Value| one["field"] == field;
            assert!(fields.as_array().unwrap().iter().any(named), "{field}: {fields}");
        }
        assert!(!fields.to_string().contains("BEGIN CERTIFICATE"), "{fields}");
        let client = drift.step("clients/Dashboard");
        assert_eq!(client["fields"][0]["before"], json!(["https://elsewhere.example.com/"]));
        let people = desk.apply(&["--plan"]).expect(2).said;
        assert!(people.contains("workspaces/cust_42"), "{people}");
        assert!(people.contains("drifted") && people.contains("plan: \"premier\" -> \"pro\""), "{people}");
        assert!(!people.contains('\u{1b}'), "no colour where there is no terminal: {people}");
        // And it is mended: one revision more, and nothing else is otherwise.
        let mended = desk.applied().expect(0);
        assert_eq!(mended.count("change"), 3, "{}", mended.said);
        assert_eq!(desk.connections("cust_42")[0]["draft"]["number"], 3);
        desk.apply(&["--plan"]).expect(0);
    }

    fn two_that_race_make_one_of_everything(engine) {
        let desk = Desk::new(engine);
        desk.example();
        let runs: Vec<_> = ["a.json", "b.json"]
            .map(|out| {
                let mut command = desk.command(&["--json", "--secrets-out", out]);
                command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .into_iter()
            .map(|child| Ran::of(&child.wait_with_output().unwrap()))
            .collect();
        assert!(runs.iter().any(|ran| ran.status == 0), "{} {}", runs[0].complained, runs[1].complained);
        for lost in runs.iter().filter(|ran| ran.status != 0) {
            let code = text(&lost.problem(), "/code");
            assert!(["precondition-failed", "conflict"].contains(&code.as_str()), "{}", lost.complained);
        }
        desk.applied().expect(0);
        desk.apply(&["--plan"]).expect(0);
        let other = Desk::new(Engine::Sqlite);
        other.example();
        other.write("okta.pem", &std::fs::read_to_string(desk.folder.path().join("okta.pem")).unwrap());
        other.applied().expect(0);
        assert_eq!(state(&desk), state(&other));
    }

    fn whoever_is_killed_in_the_middle_goes_on_and_ends_the_same(engine) {
        let desk = Desk::new(engine);
        desk.example();
        // As soon as one thing more has been made, each time; the answer is mostly not heard.
        let mut stopped = 0;
        for _ in 0..6 {
            let before = desk.noted();
            let mut child: Child = desk
                .command(&["--json", "--secrets-out", "secrets.json"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            while child.try_wait().unwrap().is_none() && desk.noted() == before {
                thread::yield_now();
            }
            let _ = child.kill();
            stopped += usize::from(!child.wait().unwrap().success());
        }
        assert!(stopped > 1, "it was never stopped in the middle");
        desk.applied().expect(0);
        desk.apply(&["--plan"]).expect(0);
        let other = Desk::new(Engine::Sqlite);
        other.example();
        other.write("okta.pem", &std::fs::read_to_string(desk.folder.path().join("okta.pem")).unwrap());
        other.applied().expect(0);
        assert_eq!(state(&desk), state(&other));
        // Of every client that has one, the secret is known, and works.
        let path = desk.folder.path().join("secrets.json");
        let kept: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert!(kept.get("begun").is_none(), "{kept}");
        for client in kept["clients"].as_array().unwrap() {
            let fields = [
                ("client_id", text(client, "/client_id")),
                ("client_secret", text(client, "/client_secret")),
                ("token", "x".to_owned()),
            ];
            let fields: Vec<_> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
            let url = format!("{}/oauth2/introspect", desk.server.url);
            crate::support::http::post_form(&url, &[], &fields).expect(200);
        }
        let names: Vec<_> = kept["clients"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
        assert_eq!(names, ["Dashboard"], "the other one has no secret");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn what_is_wrong_with_a_file_is_named_by_its_place() {
    let desk = Desk::new(Engine::Sqlite);
    let workspace = "workspaces:\n  - external_id: a\n    name: A\n    plan: pro\n";
    desk.write("bad.pem", "this is no certificate");
    for (file, code, parts) in [
        ("workspaces: [", "invalid-file", &["workspaces.yaml:"][..]),
        (
            "workspaces:\n  - external_id: a\n    plna: pro\n",
            "invalid-file",
            &["workspaces.yaml:3:", "plna", "two_factor"],
        ),
        (
            "workspaces:\n  - external_id: a\n    plan: gold\n",
            "invalid-file",
            &["workspaces.yaml:3:", "gold", "premier"],
        ),
        (
            &format!(
                "{workspace}    connections:\n      - name: Okta\n        draft:\n          idp_sso_ulr: x\n"
            ),
            "invalid-file",
            &["workspaces.yaml:8:", "idp_sso_ulr", "idp_sso_url"],
        ),
        (
            &format!("{workspace}    connections:\n      - name: Okta\n        enabled: true\n"),
            "invalid-file",
            &["workspaces.yaml:7:", "passed test"],
        ),
        (
            &format!(
                "{workspace}    connections:\n      - name: Okta\n        draft:\n          idp_sso_url: https://idp.example.com/sso\n          idp_certificates: [{{file: bad.pem}}]\n"
            ),
            "invalid-value",
            &[
                "/workspaces/0/connections/0/draft/idp_certificates/0",
                "-----BEGIN CERTIFICATE-----",
            ],
        ),
        (
            &format!(
                "{workspace}    connections:\n      - name: Okta\n        draft:\n          idp_certificates: [{{file: none.pem}}]\n"
            ),
            "invalid-value",
            &[
                "/workspaces/0/connections/0/draft/idp_certificates/0",
                "none.pem",
            ],
        ),
        (
            &format!("{workspace}    domains: [{{domain: a.example, connection: Nowhere}}]\n"),
            "invalid-value",
            &["/workspaces/0/domains/0/connection", "Nowhere"],
        ),
        (
            "workspaces:\n  - {external_id: a, name: A}\n",
            "invalid-value",
            &["/workspaces/0/plan", "is made with it"],
        ),
        (
            "workspaces:\n  - {name: A, plan: pro}\n",
            "invalid-value",
            &["/workspaces/0", "external_id or slug"],
        ),
        (
            "workspaces:\n  - {external_id: a, name: A, plan: pro}\n  - {external_id: a, name: B, plan: pro}\n",
            "invalid-value",
            &["/workspaces/1", "a second time"],
        ),
    ] {
        desk.write("workspaces.yaml", file);
        let refused = desk.apply(&["--json"]).expect(1);
        let problem = refused.problem();
        assert_eq!(problem["code"], code, "{file}\n{problem}");
        let detail = text(&problem, "/detail");
        for part in parts {
            assert!(detail.contains(part), "{part} in {detail}");
        }
        let people = desk.apply(&[]).expect(1);
        assert!(
            people.complained.starts_with("vestibule: "),
            "{}",
            people.complained
        );
    }
    assert_eq!(desk.list("/v1/workspaces").len(), 0, "nothing was made");
    // What only the server knows is named by its place too.
    desk.write(
        "workspaces.yaml",
        "clients:\n  - {name: X, redirect_uris: ['http://example.com/']}\n",
    );
    let problem = desk.applied().expect(1).problem();
    assert_eq!(problem["code"], "invalid-value");
    assert_eq!(
        problem["pointer"], "/clients/0/redirect_uris/0",
        "{problem}"
    );
}

#[test]
fn only_what_the_file_owns_is_pruned_and_only_when_somebody_says_so() {
    let desk = Desk::new(Engine::Sqlite);
    for name in ["eu_1", "eu_2", "us_1"] {
        let body = json!({"name": name, "plan": "pro", "external_id": name});
        desk.api.post("/v1/workspaces", &body).expect(201);
    }
    desk.write(
        "workspaces.yaml",
        "owns: {workspaces: 'eu_*'}\nworkspaces:\n  - {external_id: eu_1, name: eu_1, plan: pro}\n",
    );
    let left = desk.apply(&["--json"]).expect(0);
    assert_eq!((left.count("delete"), left.count("unmanaged")), (0, 2));
    let planned = desk.apply(&["--plan", "--prune", "--json"]).expect(2);
    assert_eq!(planned.step("workspaces/eu_2")["action"], "delete");
    let unasked = desk.apply(&["--prune", "--json"]).expect(1);
    assert_eq!(unasked.problem()["code"], "not-confirmed");
    assert_eq!(desk.list("/v1/workspaces").len(), 3);
    desk.apply(&["--prune", "--yes"]).expect(0);
    let names: Vec<_> = desk
        .list("/v1/workspaces")
        .iter()
        .map(|one| text(one, "/external_id"))
        .collect();
    assert_eq!(names, ["eu_1", "us_1"]);
    desk.apply(&["--plan", "--prune"]).expect(0);
}

#[test]
fn a_live_connection_stays_live_beside_a_new_draft_and_is_switched_off_by_the_file() {
    let world = World::live(Engine::Sqlite);
    let desk = Desk {
        folder: tempfile::tempdir().unwrap(),
        api: world.api.clone(),
        server: world.server,
    };
    let workspace = desk.list("/v1/workspaces")[0].clone();
    let slug = text(&workspace, "/slug");
    desk.write("a.pem", &world.idp.certificate_pem());
    desk.write("b.pem", &idp(Style::Okta).certificate_pem());
    let file = |certificates: &str, rest: &str| {
        format!(
            "workspaces:\n  - slug: {slug}\n    connections:\n      - name: SAML\n{rest}        draft:\n          \
             idp_sso_url: {}\n          idp_certificates: [{certificates}]\n",
            world.idp.sso_url()
        )
    };
    // What is live is what the file says.
    desk.write("workspaces.yaml", &file("{file: a.pem}", ""));
    desk.apply(&["--plan"]).expect(0);
    // A new certificate is a draft, and what is live serves on.
    desk.write("workspaces.yaml", &file("{file: a.pem}, {file: b.pem}", ""));
    desk.apply(&[]).expect(0);
    let shown = || {
        desk.list(&format!(
            "/v1/workspaces/{}/connections",
            text(&workspace, "/id")
        ))
    };
    let connection = shown()[0].clone();
    assert_eq!(
        (&connection["state"], &connection["live"]["number"]),
        (&json!("live"), &json!(1))
    );
    assert_eq!(connection["draft"]["number"], 2);
    desk.apply(&["--plan"]).expect(0);
    // Switching off takes a word more.
    desk.write(
        "workspaces.yaml",
        &file("{file: a.pem}, {file: b.pem}", "        enabled: false\n"),
    );
    let asked = desk.apply(&["--json"]).expect(1);
    assert_eq!(asked.problem()["code"], "not-confirmed");
    assert_eq!(shown()[0]["state"], "live");
    desk.apply(&["--yes"]).expect(0);
    assert_eq!(shown()[0]["state"], "disabled");
    desk.apply(&["--plan"]).expect(0);
}

#[test]
fn a_secret_is_shown_where_somebody_asked_for_it_and_a_key_goes_to_https_or_this_machine() {
    let desk = Desk::new(Engine::Sqlite);
    desk.write(
        "workspaces.yaml",
        "clients:\n  - {name: X, redirect_uris: ['https://x.example.com/']}\n",
    );
    let unasked = desk.apply(&["--json"]).expect(1);
    assert_eq!(unasked.problem()["code"], "secrets-out");
    assert_eq!(desk.list("/v1/clients").len(), 0);
    let shown = desk
        .apply(&["--json", "--secrets-out", "-"])
        .expect(0)
        .json();
    assert_eq!(text(&shown, "/clients/0/name"), "X");
    assert!(!text(&shown, "/clients/0/client_secret").is_empty());
    // A file that others read is not written to.
    let open = desk.write("open.json", "{\"clients\": []}");
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = desk
        .apply(&["--json", "--secrets-out", "open.json"])
        .expect(1);
    assert!(
        refused.complained.contains("0644"),
        "{}",
        refused.complained
    );
    let far = desk
        .apply(&["--json", "--server", "http://sso.example.com"])
        .expect(1);
    assert!(far.complained.contains("https"), "{}", far.complained);
    let gone = desk
        .apply(&["--json", "--server", "http://127.0.0.1:9"])
        .expect(1);
    assert_eq!(gone.problem()["code"], "unreachable");
    let mut command = desk.command(&["--json"]);
    let keyless = Ran::of(&command.env_remove("VESTIBULE_API_KEY").output().unwrap()).expect(1);
    assert_eq!(keyless.problem()["code"], "unauthorized");
    // A key that may do less is told what it lacks.
    let weak = desk.server.api(&["clients:read"]);
    desk.write(
        "workspaces.yaml",
        "workspaces:\n  - {external_id: a, name: A, plan: pro}\n",
    );
    let mut command = desk.command(&["--json"]);
    let key = weak.authorization().trim_start_matches("Bearer ");
    let refused = Ran::of(&command.env("VESTIBULE_API_KEY", key).output().unwrap()).expect(1);
    assert_eq!(refused.problem()["required_scope"], "workspaces:read");
}

#[test]
fn metadata_by_url_is_followed_and_is_no_drift() {
    let private = [("VESTIBULE_OUTBOUND_ALLOW_PRIVATE", "on")];
    let server = Server::with(Engine::Sqlite, &private);
    let desk = Desk {
        api: server.admin_api(),
        server,
        folder: tempfile::tempdir().unwrap(),
    };
    let (one, two) = (idp(Style::Okta), idp(Style::Okta));
    let (site, document) = crate::metadata_url::site(&crate::metadata_url::metadata(&[&one]));
    let file = |rest: &str| {
        format!(
            "workspaces:\n  - external_id: a\n    name: A\n    plan: pro\n    connections:\n      - name: SAML\n        \
             draft: {{idp_metadata_url: '{}'{rest}}}\n",
            site.url()
        )
    };
    desk.write("workspaces.yaml", &file(""));
    desk.apply(&[]).expect(0);
    let again = desk.apply(&["--json"]).expect(0);
    assert_eq!(again.json()["pending"], 0, "{}", again.said);
    // What the metadata says now is the business of whoever looks at it by the clock.
    *document.lock().unwrap() = crate::metadata_url::metadata(&[&one, &two]);
    desk.apply(&["--plan"]).expect(0);
    // What is chosen beside it is the file's.
    desk.write(
        "workspaces.yaml",
        &file(", force_authn: true, idp_metadata_max_validity_days: 9"),
    );
    let drift = desk.apply(&["--plan", "--json"]).expect(2);
    let fields = drift.step("workspaces/a/connections/SAML")["fields"].clone();
    let named: Vec<_> = fields
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["field"])
        .collect();
    assert_eq!(
        named,
        ["draft.force_authn", "draft.idp_metadata_max_validity_days"]
    );
}

/// At a terminal, which `script` (util-linux) makes.
#[test]
fn at_a_terminal_it_asks_and_what_somebody_changes_meanwhile_is_not_overwritten() {
    let desk = Desk::new(Engine::Sqlite);
    let made: Vec<_> = ["eu_1", "eu_2"]
        .map(|name| {
            let body = json!({"name": name, "plan": "free", "external_id": name});
            text(
                &desk.api.post("/v1/workspaces", &body).expect(201).json(),
                "/id",
            )
        })
        .to_vec();
    desk.write(
        "workspaces.yaml",
        "owns: {workspaces: 'eu_*'}\nworkspaces:\n  - {external_id: eu_1, name: eu_1, plan: pro}\n",
    );
    let run = |answer: &str, meanwhile: &dyn Fn()| {
        let mut command = Command::new("script");
        let program = env!("CARGO_BIN_EXE_vestibule");
        let key = desk.api.authorization().trim_start_matches("Bearer ");
        let mut child = command
            .args(["--quiet", "--return", "--command"])
            .arg(format!("{program} apply -f workspaces.yaml --prune"))
            .arg("/dev/null")
            .env("VESTIBULE_API_KEY", key)
            .env("VESTIBULE_SERVER", &desk.server.url)
            .env("TERM", "xterm")
            .env_remove("NO_COLOR")
            .current_dir(desk.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script runs; it is in Debian's bsdutils");
        let mut stdout = child.stdout.take().unwrap();
        let (mut said, mut byte) = (Vec::new(), [0]);
        while !String::from_utf8_lossy(&said).contains("Type yes") {
            assert_eq!(
                stdout.read(&mut byte).unwrap(),
                1,
                "{}",
                String::from_utf8_lossy(&said)
            );
            said.extend_from_slice(&byte);
        }
        meanwhile();
        let mut stdin = child.stdin.take().unwrap();
        writeln!(stdin, "{answer}").unwrap();
        stdout.read_to_end(&mut said).unwrap();
        drop(stdin);
        let status = child.wait().unwrap().code();
        (status, String::from_utf8_lossy(&said).into_owned())
    };
    let workspaces = || -> Vec<_> {
        let all = desk.list("/v1/workspaces");
        all.iter()
            .map(|one| (text(one, "/name"), text(one, "/plan")))
            .collect()
    };
    let pair = |name: &str, plan: &str| (name.to_owned(), plan.to_owned());
    let (status, said) = run("no", &|| {});
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("\u{1b}[31m") && said.contains("Nothing was changed"),
        "{said}"
    );
    assert_eq!(workspaces(), [pair("eu_1", "free"), pair("eu_2", "free")]);
    let rename = || {
        let path = format!("/v1/workspaces/{}", made[1]);
        desk.api.patch(&path, &json!({"name": "Kept"})).expect(200);
    };
    let (status, said) = run("yes", &rename);
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("somebody else has changed workspaces/eu_2"),
        "{said}"
    );
    assert_eq!(workspaces(), [pair("eu_1", "pro"), pair("Kept", "free")]);
    let (status, said) = run("yes", &|| {});
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(workspaces(), [pair("eu_1", "pro")]);
}
