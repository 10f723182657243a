//! Steps as they are planned, one constructor for each kind of doing.

use serde_json::{Map, Value};

use crate::cli::{
    apply::{
        file::Source,
        plan::{Action, Address, Call, FieldChange, Kind, Path, Step, Way, text},
        server::Seen,
    },
    failure::Told,
};

/// A failure at a place in the file, or below it where the failure says so.
pub(super) fn placed(source: &Source, pointer: &str, told: Told) -> Told {
    let errors = told.member("errors").and_then(Value::as_array).cloned();
    let first = errors.and_then(|errors| errors.first().cloned());
    let below = first.as_ref().and_then(|error| text(error, "pointer"));
    let pointer = format!("{pointer}{}", below.unwrap_or_default());
    told.before(&source.place(&pointer))
        .with("file", source.path.display().to_string())
        .with("pointer", pointer)
}

/// A step that makes an object.
pub(super) fn new(
    kind: Kind,
    address: Address,
    pointer: &str,
    path: Path,
    body: Map<String, Value>,
) -> Step {
    let after = body.iter().filter(|(_, value)| !value.is_null());
    let fields = after
        .map(|(field, value)| FieldChange {
            field: field.clone(),
            before: Value::Null,
            after: value.clone(),
        })
        .collect();
    Step {
        fields,
        pointer: Some(pointer.to_owned()),
        calls: vec![Call {
            method: "POST",
            path,
            body: Some(body),
            link: None,
            way: Way::Create,
            part: "",
        }],
        ..Step::of(kind, address, Action::Create)
    }
}

/// A change of what was seen.
pub(super) fn guarded(
    method: &'static str,
    path: String,
    body: Option<Map<String, Value>>,
    seen: Seen,
) -> Call {
    Call {
        method,
        path: Path::Known(path),
        body,
        link: None,
        way: Way::Guarded(Box::new(Some(seen))),
        part: "",
    }
}
