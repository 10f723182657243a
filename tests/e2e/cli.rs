//! The command line by itself: help, completions, manual pages, and errors that programs read.

use std::process::{Command, Output};

use serde_json::Value;

use crate::support::{database::Engine, server::Server};

fn vestibule(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    command.env_clear().args(arguments);
    command.output().expect("the program runs")
}

fn said(arguments: &[&str]) -> String {
    let output = vestibule(arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// The commands below one, by its help.
fn below(path: &[String]) -> Vec<String> {
    let mut arguments: Vec<&str> = path.iter().map(String::as_str).collect();
    arguments.push("--help");
    let help = said(&arguments);
    let Some((_, commands)) = help.split_once("\nCommands:\n") else {
        return Vec::new();
    };
    let lines = commands.lines().take_while(|line| line.starts_with("  "));
    let names = lines.filter_map(|line| line.split_whitespace().next());
    names
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// Every command, with those below it.
fn all() -> Vec<Vec<String>> {
    let mut open = vec![Vec::new()];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        for name in below(&path) {
            let mut inner = path.clone();
            inner.push(name);
            found.push(inner.clone());
            open.push(inner);
        }
    }
    found
}

#[test]
fn every_command_has_help_that_says_what_it_does() {
    let commands = all();
    let names: Vec<_> = commands.iter().map(|path| path.join(" ")).collect();
    // What the design lists, and what came later.
    for name in [
        "serve",
        "demo",
        "migrate",
        "api-keys create",
        "keys rotate",
        "openapi",
        "inspect",
        "doctor",
        "apply",
        "completions",
        "man",
    ] {
        assert!(names.contains(&name.to_owned()), "{name} in {names:?}");
    }
    for path in commands {
        let mut arguments: Vec<&str> = path.iter().map(String::as_str).collect();
        arguments.push("--help");
        let help = said(&arguments);
        let first = help.lines().next().unwrap_or_default();
        assert!(
            first.len() > 10 && !first.starts_with("Usage"),
            "{path:?}: {help}"
        );
        assert!(help.contains("--json"), "{path:?}: {help}");
        let examples = help.contains("Examples:");
        assert!(examples || path.len() > 1, "{path:?}: {help}");
    }
}

#[test]
fn completions_and_manual_pages_name_every_command() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&["man", "--out", &folder.path().display().to_string()]);
    let (page, scripts) = (
        said(&["man"]),
        ["bash", "zsh", "fish", "elvish", "powershell"].map(|shell| said(&["completions", shell])),
    );
    assert!(page.contains("VESTIBULE_MASTER_KEY"), "the settings");
    for path in all() {
        let file = folder
            .path()
            .join(format!("vestibule-{}.1", path.join("-")));
        let text = std::fs::read_to_string(&file);
        let text = text.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(text.contains(".SH NAME"), "{}", file.display());
        let name = path.last().expect("a name");
        if path.len() == 1 {
            assert!(page.contains(&name.replace('-', "\\-")), "{name} in {page}");
        }
        for script in &scripts {
            assert!(script.contains(name.as_str()), "{name}");
        }
    }
}

#[test]
fn errors_are_problem_objects_where_json_is_asked_for() {
    let misspelt = vestibule(&["aply", "--json"]);
    assert_eq!(misspelt.status.code(), Some(64));
    let problem: Value = serde_json::from_slice(&misspelt.stderr).expect("JSON");
    assert_eq!(problem["code"], "usage");
    let people = vestibule(&["aply"]);
    assert_eq!(people.status.code(), Some(64));
    assert!(
        String::from_utf8_lossy(&people.stderr).contains("apply"),
        "{people:?}"
    );
    let mut wrong = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    let wrong = wrong
        .env_clear()
        .env("VESTIBULE_CLOCK_SKEW", "many")
        .args(["migrate", "--json"]);
    let output = wrong.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
    let problem: Value = serde_json::from_slice(&output.stderr).expect("JSON");
    assert_eq!(problem["code"], "configuration");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("VESTIBULE_CLOCK_SKEW")
    );
    // An API key is for callers, and may lie beside the settings of a server.
    let document = vestibule(&["openapi", "--json"]);
    let document: Value = serde_json::from_slice(&document.stdout).expect("JSON");
    assert_eq!(document["openapi"], "3.1.0");
}

#[test]
fn commands_beside_a_server_answer_in_json() {
    let server = Server::start(Engine::Sqlite);
    let workspace = server.admin_api().post(
        "/v1/workspaces",
        &serde_json::json!({"name": "Acme", "plan": "pro", "slug": "acme"}),
    );
    workspace.expect(201);
    let run = |arguments: &[&str]| -> Value {
        let mut command = server.command();
        command
            .env("VESTIBULE_API_KEY", "vsk_for_callers")
            .args(arguments);
        let output = command.output().expect("the program runs");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
    };
    assert_eq!(run(&["migrate", "--json"])["up_to_date"], true);
    assert_eq!(
        run(&["keys", "list", "--json"]).as_array().unwrap().len(),
        2
    );
    assert_eq!(run(&["keys", "reseal", "--json"])["left"], 0);
    assert!(run(&["workspace", "unlock", "acme", "--json"])["code"].is_string());
    assert_eq!(
        run(&["workspace", "lock", "acme", "--json"])["was_open"],
        true
    );
    assert_eq!(
        run(&["--json", "workspace", "lock", "acme"])["was_open"],
        false
    );
}
