//! The examples of the document: what to send, and what comes back, of each operation. They are data, beside
//! this file; a test sends each of them to a server and keeps what came back (`tests/e2e/examples.rs`).

use serde_json::{Map, Value};

const EXAMPLES: &str = include_str!("examples.json");

/// The examples by operation id: `request`, `parameters`, `response`.
pub(super) fn all() -> Result<Map<String, Value>, serde_json::Error> {
    serde_json::from_str(EXAMPLES)
}

/// Puts the examples of an operation where its readers and their tools look for them.
pub(super) fn add(operation: &mut Value, examples: &Map<String, Value>) {
    let id = operation.get("operationId").and_then(Value::as_str);
    let Some(examples) = id.and_then(|id| examples.get(id)) else {
        return;
    };
    if let Some(request) = examples.get("request") {
        show(operation.get_mut("requestBody"), request);
    }
    let parameters = operation.get_mut("parameters");
    let parameters = parameters.and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let name = parameter.get("name").and_then(Value::as_str);
        let value = name.and_then(|name| examples.get("parameters")?.get(name));
        if let (Some(value), Some(parameter)) = (value.cloned(), parameter.as_object_mut()) {
            parameter.insert("example".to_owned(), value);
        }
    }
    let Some(response) = examples.get("response") else {
        return;
    };
    let responses = operation.get_mut("responses");
    let responses = responses.and_then(Value::as_object_mut);
    for (status, answer) in responses.into_iter().flatten() {
        if status.starts_with('2') {
            show(Some(answer), response);
        }
    }
}

/// Shows an example in whatever kinds of content there are that hold members.
fn show(place: Option<&mut Value>, example: &Value) {
    let content = place.and_then(|place| place.get_mut("content"));
    let content = content.and_then(Value::as_object_mut);
    for (kind, content) in content.into_iter().flatten() {
        let holds_members = kind.ends_with("json") || kind.ends_with("x-www-form-urlencoded");
        if let (true, Some(content)) = (holds_members, content.as_object_mut()) {
            content.insert("example".to_owned(), example.clone());
        }
    }
}
