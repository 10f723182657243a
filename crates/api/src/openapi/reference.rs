//! `docs/reference.md`: every operation for reading, made from the document.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde_json::Value;

/// Writes `docs/reference.md` anew.
const COMMAND: &str = "VESTIBULE_WRITE_DOCS=1 cargo test -p vestibule-api --lib for_reading";

#[test]
fn the_reference_for_reading_has_every_operation() {
    let page = page(&super::document().unwrap());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference.md");
    if std::env::var_os("VESTIBULE_WRITE_DOCS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == page,
        "docs/reference.md is not what the code says; `{COMMAND}` writes it anew"
    );
}

fn page(document: &Value) -> String {
    let mut page = format!(
        "<!-- Generated: {COMMAND} -->\n\n# Every operation\n\nWhat [all of them have in common](api.md): keys, errors, \
         `Idempotency-Key`, `If-Match`, lists. The whole description, with every member of every answer, is \
         [api-spec/openapi.yaml](../api-spec/openapi.yaml). A test sends each of these examples to a server.\n"
    );
    let mut by_tag: BTreeMap<&str, Vec<(String, &Value)>> = BTreeMap::new();
    let paths = document["paths"].as_object().unwrap();
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            let tag = operation["tags"][0].as_str().unwrap();
            let call = format!("{} {path}", method.to_uppercase());
            by_tag.entry(tag).or_default().push((call, operation));
        }
    }
    for (tag, operations) in by_tag {
        let _ = write!(page, "\n## {tag}\n");
        for (call, operation) in operations {
            describe(document, &call, operation, &mut page);
        }
    }
    page
}

fn describe(document: &Value, call: &str, operation: &Value, page: &mut String) {
    let id = operation["operationId"].as_str().unwrap();
    let _ = write!(page, "\n### {id}\n\n`{call}`\n\n");
    for member in ["summary", "description"] {
        if let Some(text) = operation[member].as_str() {
            let _ = writeln!(page, "{}\n", line(text));
        }
    }
    let rows = rows(document, operation);
    if !rows.is_empty() {
        page.push_str("| | | |\n|---|---|---|\n");
        for (name, place, meaning) in rows {
            let _ = writeln!(page, "| `{name}` | {place} | {meaning} |");
        }
        page.push('\n');
    }
    if let Some(content) = operation["requestBody"]["content"].as_object() {
        for (kind, content) in content {
            let what = if kind.ends_with("json") {
                "Send"
            } else {
                "Send, as a form"
            };
            show(what, &content["example"], page);
        }
    }
    let mut statuses = BTreeSet::new();
    for (status, answer) in operation["responses"].as_object().unwrap() {
        if !status.starts_with(['2', '3']) {
            continue;
        }
        let content = &answer["content"];
        let example =
            ["application/json", "application/x-ndjson"].map(|kind| &content[kind]["example"]);
        let example = example
            .into_iter()
            .find(|one| !one.is_null())
            .unwrap_or(&Value::Null);
        // Two statuses may show the same.
        if statuses.insert(example.to_string()) || example.is_null() {
            let said = line(answer["description"].as_str().unwrap());
            show(&format!("`{status}` {said}"), example, page);
        }
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
}

/// The parameters and the members of the body: name, where it goes, what it means.
fn rows(document: &Value, operation: &Value) -> Vec<(String, String, String)> {
    let mut rows = Vec::new();
    let parameters = operation["parameters"].as_array();
    for parameter in parameters.into_iter().flatten() {
        // Every list and every change has these; the page on what is common says so.
        let name = parameter["name"].as_str().unwrap();
        if ["Idempotency-Key", "If-Match", "cursor", "limit"].contains(&name) {
            continue;
        }
        let place = parameter["in"].as_str().unwrap();
        rows.push(row(name, place, parameter["required"] == true, parameter));
    }
    let content = operation["requestBody"]["content"].as_object();
    for content in content.into_iter().flat_map(|content| content.values()) {
        // Lines of JSON have no schema; the text above says whose they are.
        let Some(reference) = content["schema"]["$ref"].as_str() else {
            continue;
        };
        let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
        let needed = schema["required"].as_array();
        let properties = schema["properties"].as_object();
        for (name, property) in properties.into_iter().flatten() {
            let needed = needed.is_some_and(|all| all.iter().any(|one| one == name));
            rows.push(row(name, "body", needed, property));
        }
    }
    rows
}

fn row(name: &str, place: &str, needed: bool, of: &Value) -> (String, String, String) {
    let place = if needed {
        format!("{place}, needed")
    } else {
        place.to_owned()
    };
    let meaning = of["description"].as_str().unwrap_or_default();
    (name.to_owned(), place, line(meaning).replace('|', "\\|"))
}

fn show(what: &str, example: &Value, page: &mut String) {
    let _ = write!(page, "{what}");
    if let Some(lines) = example.as_str() {
        let _ = write!(page, ":\n\n```json\n{}\n```", lines.trim_end());
    } else if !example.is_null() {
        let example = serde_json::to_string_pretty(example).unwrap();
        let _ = write!(page, ":\n\n```json\n{example}\n```");
    }
    page.push_str("\n\n");
}

/// What a description says, in one line.
fn line(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('<', "\\<")
}
