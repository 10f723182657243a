//! What is watched and how it is run says the same as the code: metrics, dashboard, alerts, manifests.

use std::collections::BTreeSet;

use serde_json::Value;
use vestibule_api::{
    config::{Config, SETTINGS},
    metrics::{Kind, METRICS},
};

use crate::{assert_none, files_below, read, root};

const DOCUMENT: &str = "docs/operations.md";
const RULES: &str = "deploy/prometheus/vestibule.rules.yml";
const DASHBOARD: &str = "deploy/grafana/vestibule.json";
const KUBERNETES: &str = "deploy/kubernetes";

/// What every target has, whoever it is.
const OF_PROMETHEUS: &[&str] = &["up"];

/// The table of metrics, as it is to stand in the document.
fn table() -> String {
    let mut table = String::from("| metric | type | labels | |\n|---|---|---|---|\n");
    for metric in METRICS {
        let labels: Vec<_> = metric
            .labels
            .iter()
            .map(|label| format!("`{label}`"))
            .collect();
        let (name, kind, meaning) = (metric.name, metric.kind.as_str(), metric.meaning);
        table.push_str(&format!(
            "| `{name}` | {kind} | {} | {meaning} |\n",
            labels.join(", ")
        ));
    }
    table
}

#[test]
fn the_document_lists_every_metric() {
    let document = read(&root().join(DOCUMENT));
    let table = table();
    assert!(
        document.contains(&table),
        "{DOCUMENT} needs this table:\n\n{table}"
    );
}

/// The names in an expression that could be those of metrics: whatever stands before `{`, `[` or an end, and is
/// no function, no label and no word of the language.
fn names(expression: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut quoted = false;
    let mut braced = 0_u32;
    let mut word = String::new();
    for c in expression.chars().chain([' ']) {
        if c == '"' {
            quoted = !quoted;
        }
        let part = c.is_ascii_alphanumeric() || c == '_' || c == ':';
        if part && !quoted && braced == 0 {
            word.push(c);
            continue;
        }
        let is_metric = word.starts_with("vestibule_")
            || word.starts_with("process_")
            || OF_PROMETHEUS.contains(&word.as_str());
        if is_metric {
            names.insert(std::mem::take(&mut word));
        }
        word.clear();
        match c {
            '{' if !quoted => braced += 1,
            '}' if !quoted => braced = braced.saturating_sub(1),
            _ => {}
        }
    }
    names
}

/// Whether a server exports a series of this name.
fn is_exported(name: &str) -> bool {
    let of_histogram = ["_bucket", "_sum", "_count"];
    OF_PROMETHEUS.contains(&name)
        || METRICS.iter().any(|metric| match metric.kind {
            Kind::Counter | Kind::Gauge => metric.name == name,
            Kind::Histogram => {
                let rest = name.strip_prefix(metric.name);
                rest.is_some_and(|rest| of_histogram.contains(&rest))
            }
        })
}

/// The values of every member of this name, wherever it stands.
fn members<'v>(value: &'v Value, name: &str, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(object) => {
            for (member, inner) in object {
                match inner.as_str() {
                    Some(text) if member == name => found.push(text),
                    _ => members(inner, name, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|inner| members(inner, name, found)),
        _ => {}
    }
}

fn expressions(document: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    members(document, "expr", &mut found);
    found
}

fn yaml(path: &str) -> Value {
    let text = read(&root().join(path));
    yaml_serde::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn dashboard() -> Value {
    serde_json::from_str(&read(&root().join(DASHBOARD))).expect("the dashboard is JSON")
}

fn unknown(file: &str, document: &Value) -> Vec<String> {
    let names = expressions(document).into_iter().flat_map(names);
    names
        .filter(|name| !is_exported(name))
        .map(|name| format!("{file} uses {name}, which no server exports"))
        .collect()
}

#[test]
fn dashboard_and_alerts_use_what_a_server_exports() {
    let (rules, dashboard) = (yaml(RULES), dashboard());
    assert!(expressions(&rules).len() > 15 && expressions(&dashboard).len() > 40);
    let mut complaints = unknown(RULES, &rules);
    complaints.extend(unknown(DASHBOARD, &dashboard));
    assert_none(&complaints);
}

#[test]
fn every_metric_is_on_the_dashboard_or_in_an_alert() {
    let (rules, dashboard) = (yaml(RULES), dashboard());
    let used: BTreeSet<_> = expressions(&rules)
        .into_iter()
        .chain(expressions(&dashboard))
        .flat_map(names)
        .collect();
    // How large the queue is stands beside the queue, for whoever looks by hand.
    let spared = ["vestibule_store_waiting_limit"];
    let idle = METRICS.iter().filter(|metric| {
        let is_used = |name: &String| name.starts_with(metric.name);
        !spared.contains(&metric.name) && !used.iter().any(is_used)
    });
    let complaints = idle.map(|metric| format!("nobody looks at {}", metric.name));
    assert_none(&complaints.collect::<Vec<_>>());
}

#[test]
fn a_name_that_nobody_exports_is_seen() {
    let expression = "sum by (route) (rate(vestibule_http_request_seconds_bucket{status=\"vestibule_x\"}[5m])) \
                      / up > on (task) process_gone";
    let found: Vec<_> = names(expression).into_iter().collect();
    assert_eq!(
        found,
        [
            "process_gone",
            "up",
            "vestibule_http_request_seconds_bucket"
        ]
    );
    let gone = |name: &&String| !is_exported(name);
    assert_eq!(found.iter().filter(gone).count(), 2);
    assert!(
        !is_exported("vestibule_store_wait_seconds"),
        "a histogram has parts alone"
    );
}

/// The alerts: name, and what is annotated.
fn alerts(rules: &Value) -> Vec<(&str, &Value)> {
    let groups = rules["groups"].as_array().expect("groups");
    let rules = groups
        .iter()
        .flat_map(|group| group["rules"].as_array().expect("rules"));
    let named = rules.map(|rule| (rule["alert"].as_str().expect("a name"), rule));
    named.collect()
}

#[test]
fn every_alert_has_a_runbook() {
    let (rules, document) = (yaml(RULES), read(&root().join(DOCUMENT)));
    let alerts = alerts(&rules);
    let mut complaints = Vec::new();
    for (name, rule) in &alerts {
        let link = format!("{DOCUMENT}#{}", name.to_lowercase());
        if rule["annotations"]["runbook_url"] != link.as_str() {
            complaints.push(format!("{name} does not lead to {link}"));
        }
        if !document.contains(&format!("\n### {name}\n")) {
            complaints.push(format!("{DOCUMENT} has no runbook {name}"));
        }
        if !rule["annotations"]["summary"].is_string() || !rule["labels"]["severity"].is_string() {
            complaints.push(format!("{name} lacks its summary or severity"));
        }
    }
    let runbooks = document
        .lines()
        .filter_map(|line| line.strip_prefix("### Vestibule"));
    for name in runbooks.map(|rest| format!("Vestibule{rest}")) {
        if !alerts.iter().any(|(known, _)| *known == name) {
            complaints.push(format!(
                "{DOCUMENT} has a runbook for {name}, which is no alert"
            ));
        }
    }
    assert_none(&complaints);
}

/// Every document of every file.
fn manifests() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for path in files_below(&root().join(KUBERNETES)) {
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let name = path
            .strip_prefix(root())
            .unwrap_or(&path)
            .display()
            .to_string();
        for document in read(&path).split("\n---\n") {
            let document = yaml_serde::from_str(document);
            let document = document.unwrap_or_else(|error| panic!("{name}: {error}"));
            found.push((name.clone(), document));
        }
    }
    found
}

fn of_kind(kind: &str) -> Value {
    let found = manifests()
        .into_iter()
        .find(|(_, document)| document["kind"] == kind);
    found.unwrap_or_else(|| panic!("no {kind}")).1
}

#[test]
fn the_settings_of_the_cluster_are_settings_and_can_be_used() {
    let file = read(&root().join(KUBERNETES).join("config/vestibule.env"));
    let lines = file
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut given: Vec<(String, String)> = lines
        .map(|line| line.split_once('=').expect("NAME=value"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    // What is in the Secret.
    let folder = tempfile::tempdir().expect("a folder");
    let mount = "/run/secrets/vestibule/";
    for (name, value) in &mut given {
        let Some(file) = value.strip_prefix(mount) else {
            continue;
        };
        let text = match file {
            "database_url" => "postgres://vestibule:x@postgres.databases/vestibule",
            "redis_url" => "redis://redis.databases:6379",
            "master_key" => "x",
            other => panic!("{name} needs {other}, which no comment says how to make"),
        };
        let path = folder.path().join(file);
        std::fs::write(&path, text).expect("a file can be written");
        *value = path.display().to_string();
    }
    let config = Config::from_vars(given).expect("every one can be used");
    assert!(config.is_https() && !config.migrate);
    let (http, metrics) = (
        config.listen.port(),
        config.metrics_listen.map(|at| at.port()),
    );

    let pod = &of_kind("Deployment")["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    let port = |name: &str| {
        let ports = container["ports"].as_array().expect("ports").iter();
        let port = ports.clone().find(|port| port["name"] == name);
        port.and_then(|port| port["containerPort"].as_u64())
    };
    assert_eq!(port("http"), Some(http.into()));
    assert_eq!(port("metrics"), metrics.map(Into::into));
    assert_eq!(
        pod["enableServiceLinks"], false,
        "they would be unknown settings"
    );
    for (probe, path) in [
        ("startupProbe", "/healthz"),
        ("livenessProbe", "/healthz"),
        ("readinessProbe", "/readyz"),
    ] {
        assert_eq!(container[probe]["httpGet"]["path"], path, "{probe}");
        assert_eq!(container[probe]["httpGet"]["port"], "http", "{probe}");
    }
    let mounted = &container["volumeMounts"][0]["mountPath"];
    assert_eq!(*mounted, mount.trim_end_matches('/'));
    assert_eq!(
        of_kind("ServiceMonitor")["spec"]["endpoints"][0]["path"],
        "/metrics"
    );
}

#[test]
fn whatever_runs_in_the_cluster_is_as_little_trusted_as_it_can_be() {
    let mut complaints = Vec::new();
    let mut pods = 0;
    for (name, document) in manifests() {
        let pod = &document["spec"]["template"]["spec"];
        let Some(containers) = pod["containers"].as_array() else {
            continue;
        };
        pods += 1;
        let mut wants = vec![
            (
                "runAsNonRoot",
                pod["securityContext"]["runAsNonRoot"] == true,
            ),
            ("no token", pod["automountServiceAccountToken"] == false),
            ("no service links", pod["enableServiceLinks"] == false),
            (
                "seccomp",
                pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault",
            ),
        ];
        for container in containers {
            let context = &container["securityContext"];
            wants.extend([
                (
                    "a read-only root",
                    context["readOnlyRootFilesystem"] == true,
                ),
                (
                    "no new privileges",
                    context["allowPrivilegeEscalation"] == false,
                ),
                ("no capability", context["capabilities"]["drop"][0] == "ALL"),
                (
                    "a limit of memory",
                    container["resources"]["limits"]["memory"].is_string(),
                ),
            ]);
        }
        let lacking = wants.into_iter().filter(|(_, has)| !has);
        complaints.extend(lacking.map(|(what, _)| format!("{name} lacks {what}")));
    }
    assert_eq!(pods, 2, "the servers and the migration");
    assert_none(&complaints);
}

/// The names of settings in a file of `deploy/`.
fn settings_in(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_uppercase() || c == '_'));
    words
        .filter_map(|word| word.strip_prefix("VESTIBULE_"))
        .collect()
}

#[test]
fn what_is_deployed_names_settings_that_there_are() {
    let mut complaints = Vec::new();
    for file in [
        "deploy/compose.yaml",
        "deploy/Dockerfile",
        "deploy/README.md",
        DOCUMENT,
    ] {
        for name in settings_in(&read(&root().join(file))) {
            // A word of a sentence that says how they begin.
            let known = name.is_empty() || SETTINGS.iter().any(|setting| setting.name == name);
            if !known {
                complaints.push(format!(
                    "{file} names VESTIBULE_{name}, which is no setting"
                ));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn compose_restricts_every_container() {
    let compose = yaml("deploy/compose.yaml");
    let services = compose["services"].as_object().expect("services");
    let mut complaints = Vec::new();
    for (name, service) in services {
        // What `<<: *hardened` brings, where the reader leaves merges to whoever reads.
        let merged = service["read_only"] == true
            || service["<<"]["read_only"] == true
            || service["<<"]["<<"]["read_only"] == true;
        if !merged {
            complaints.push(format!("{name} may write to its root"));
        }
        if !service["deploy"]["resources"]["limits"]["memory"].is_string() {
            complaints.push(format!("{name} has no limit of memory"));
        }
    }
    assert_none(&complaints);
}
