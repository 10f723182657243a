//! Every operation of the API document has examples, and each of them is sent to a real server: it answers with
//! the documented status, and with what the example of the answer shows.
//!
//! What is particular to a deployment is replaced first, by one rule: a text of an example that
//! [`scene::Scene::stand_ins`] knows becomes what it stands for here (an id of `…019306f4…` the object of its
//! kind, `https://app.example.com/callback` the application's address), and a parameter in a path becomes the
//! object of its name. [`steps::STEPS`] says in which order, and what has to be there before.
//!
//! `VESTIBULE_WRITE_DOCS=1` keeps what came back as the example of the answer: in
//! `crates/api/src/openapi/examples.json`, which is built into the program.

mod recorded;
mod scene;
mod steps;

use std::{collections::BTreeSet, fs};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use crate::support::http::{Answer, form, send};

use self::{
    scene::Scene,
    steps::{STEPS, Step},
};

const NDJSON: &str = "application/x-ndjson";
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/openapi/examples.json");

/// An operation of the document.
struct Operation<'d> {
    method: String,
    path: &'d str,
    described: &'d Value,
}

fn operations(document: &Value) -> impl Iterator<Item = Operation<'_>> {
    let paths = document["paths"].as_object().expect("paths").iter();
    paths.flat_map(|(path, item)| {
        let methods = item.as_object().expect("methods").iter();
        methods.map(|(method, described)| Operation {
            method: method.to_uppercase(),
            path,
            described,
        })
    })
}

impl Operation<'_> {
    fn id(&self) -> &str {
        self.described["operationId"].as_str().expect("an id")
    }

    /// The example of what is sent, and how it is written.
    fn request(&self) -> Option<(&str, &Value)> {
        let body = self.described.get("requestBody")?;
        let content = body["content"].as_object().expect("kinds of content");
        let (kind, content) = content.iter().next().expect("a kind");
        let example = content.get("example");
        Some((
            kind,
            example.unwrap_or_else(|| panic!("{}: no example of its body", self.id())),
        ))
    }

    /// The statuses of success, and the example of an answer that is JSON, or lines of JSON.
    fn answers(&self) -> Vec<(u16, Option<&Value>)> {
        let responses = self.described["responses"].as_object().expect("responses");
        let good = responses
            .iter()
            .filter(|(status, _)| status.starts_with(['2', '3']));
        good.map(|(status, response)| {
            let json = response.pointer("/content/application~1json");
            let lines = response.pointer("/content/application~1x-ndjson");
            let example = json.or(lines).map(|json| {
                json.get("example")
                    .unwrap_or_else(|| panic!("{}: no example of its answer", self.id()))
            });
            (status.parse().expect("a status"), example)
        })
        .collect()
    }

    /// The parameters of the query that have an example.
    fn query(&self, scene: &Scene) -> String {
        let parameters = self.described.get("parameters").and_then(Value::as_array);
        let shown = parameters.into_iter().flatten().filter_map(|parameter| {
            let example = parameter
                .get("example")
                .filter(|_| parameter["in"] == "query")?;
            Some((parameter["name"].as_str()?, scene.real(example)))
        });
        let shown: Vec<_> = shown.collect();
        let fields: Vec<_> = shown
            .iter()
            .map(|(name, value)| (*name, value.as_str().expect("a text")))
            .collect();
        if fields.is_empty() {
            String::new()
        } else {
            format!("?{}", form(&fields))
        }
    }

    /// Sends the example.
    fn send(&self, scene: &Scene) -> Answer {
        let url = format!(
            "{}{}{}",
            scene.world.server.url,
            scene.path(self.path),
            self.query(scene)
        );
        let asks_for = self.described.get("security").map(Value::to_string);
        let authorization = match asks_for.as_deref() {
            None => scene.world.api.authorization().to_owned(),
            Some(security) if security.contains("client_secret_basic") => {
                let (id, secret) = &scene.world.client;
                format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
            }
            Some(security) if security.contains("access_token") => {
                format!("Bearer {}", scene.value("access_token"))
            }
            Some(_) => String::new(),
        };
        let mut headers = vec![("authorization", authorization.as_str())];
        headers.retain(|(_, value)| !value.is_empty());
        let Some((kind, example)) = self.request() else {
            return send(&self.method, &url, &headers, "");
        };
        headers.push(("content-type", kind));
        let example = scene.real(example);
        let body = match example.as_str() {
            Some(lines) => lines.to_owned(),
            None if kind.ends_with("json") => example.to_string(),
            None => as_form(&example),
        };
        send(&self.method, &url, &headers, body)
    }
}

/// The first and the last of lines of JSON: in between there may be any number.
fn ends(lines: &str) -> Value {
    let mut lines = lines.lines();
    let (first, last) = (lines.next(), lines.next_back());
    let ends = first.into_iter().chain(last);
    ends.map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .collect()
}

fn as_form(example: &Value) -> String {
    let members = example.as_object().expect("a form");
    let fields: Vec<_> = members
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().expect("a text")))
        .collect();
    form(&fields)
}

#[test]
fn every_example_is_answered_as_the_document_says() {
    let mut scene = Scene::set();
    let document = send(
        "GET",
        &format!("{}/openapi.json", scene.world.server.url),
        &[],
        "",
    )
    .expect(200)
    .json();
    let known: BTreeSet<_> = operations(&document)
        .map(|one| one.id().to_owned())
        .collect();
    let walked: BTreeSet<_> = STEPS.iter().map(|Step(id, ..)| (*id).to_owned()).collect();
    assert_eq!(
        walked, known,
        "each operation has its step in tests/e2e/examples/steps.rs"
    );
    assert_eq!(STEPS.len(), known.len(), "and one alone");

    let write = std::env::var_os("VESTIBULE_WRITE_DOCS").is_some();
    let kept = fs::read_to_string(KEPT).expect("the examples");
    let mut examples: Map<String, Value> = serde_json::from_str(&kept).expect("JSON");
    for Step(id, before, keeps) in STEPS {
        before(&mut scene);
        let operation = operations(&document)
            .find(|one| one.id() == *id)
            .expect("it is there");
        let answer = operation.send(&scene);
        scene.forget_overrides();
        let documented: Vec<u16> = if write {
            vec![answer.status]
        } else {
            operation
                .answers()
                .iter()
                .map(|(status, _)| *status)
                .collect()
        };
        assert!(
            documented.contains(&answer.status) && answer.status < 400,
            "{id}: {documented:?} and not {answer:?}"
        );
        let kind = answer.header("content-type").unwrap_or_default();
        let is_json = kind.starts_with("application/json");
        let is_lines = kind.starts_with(NDJSON);
        let body = match (is_json, is_lines) {
            (true, _) => answer.json(),
            (_, true) => ends(&answer.body),
            _ => Value::Null,
        };
        if write && is_json {
            let example = examples
                .entry(*id)
                .or_insert_with(|| Value::Object(Map::new()));
            example["response"] = recorded::example_of(&body, &scene);
        }
        if write && is_lines {
            let ends = body.as_array().expect("lines").iter();
            let ends = ends.map(|line| format!("{}\n", recorded::example_of(line, &scene)));
            let example = examples
                .entry(*id)
                .or_insert_with(|| Value::Object(Map::new()));
            example["response"] = Value::String(ends.collect());
        }
        if !write {
            let example = operation
                .answers()
                .into_iter()
                .find(|(status, _)| *status == answer.status);
            match example.and_then(|(_, example)| example) {
                Some(example) if is_lines => {
                    let example = ends(example.as_str().expect("lines"));
                    assert_eq!(recorded::differs(&example, &body), None, "{id}");
                }
                Some(example) => assert_eq!(recorded::differs(example, &body), None, "{id}"),
                None => assert!(
                    !is_json,
                    "{id}: JSON that the document does not show: {answer:?}"
                ),
            }
        }
        for (name, pointer) in *keeps {
            scene.keep(name, &body, pointer);
        }
    }
    if write {
        examples.sort_keys();
        let text = serde_json::to_string_pretty(&examples).expect("JSON");
        fs::write(KEPT, format!("{text}\n")).expect("the examples are kept");
        println!("build the program anew: the examples are part of it");
    }
}
