//! A JSON body, read strictly: unknown fields are refused by name, wrong values by their place.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Value, json};
use serde_path_to_error::{Path, Segment};

use crate::{
    body,
    problem::{Problem, ProblemType},
};

/// The body of a POST or PUT. An empty one without a type is the empty object.
pub(crate) struct Json<T>(pub(crate) T);

/// The body of a PATCH: a JSON merge patch (RFC 7396), where an absent field is left alone and
/// `null` clears (see [`double_option`]).
pub(crate) struct Patch<T>(pub(crate) T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        read(request, payload, &["application/json"], Self)
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Patch<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        read(
            request,
            payload,
            &["application/json", "application/merge-patch+json"],
            Self,
        )
    }
}

fn read<T: DeserializeOwned + 'static, J: 'static>(
    request: &HttpRequest,
    payload: &mut Payload,
    types: &'static [&'static str],
    wrap: fn(T) -> J,
) -> LocalBoxFuture<'static, Result<J, Problem>> {
    let kind = body::media_type(request);
    let payload = payload.take();
    Box::pin(async move {
        let bytes = body::read(payload).await?;
        match kind.as_deref() {
            Some(kind) if types.contains(&kind) => {}
            None if bytes.is_empty() => return parse(b"{}").map(wrap),
            kind => {
                let detail = format!(
                    "expected Content-Type {}; received {}",
                    types.join(" or "),
                    kind.unwrap_or("none")
                );
                return Err(Problem::new(ProblemType::UnsupportedMediaType, detail));
            }
        }
        parse(if bytes.is_empty() { b"{}" } else { &bytes }).map(wrap)
    })
}

/// Reads a field of a merge patch: absent, cleared or set.
pub(crate) fn double_option<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// Reads a JSON object, as strictly as a body is read.
///
/// # Errors
/// A problem that names the place that cannot be used.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| {
        Problem::new(
            ProblemType::MalformedRequest,
            format!("the body is not JSON: {error}"),
        )
    })?;
    if !value.is_object() {
        return Err(Problem::invalid("", "a JSON object", shown(&value)));
    }
    serde_path_to_error::deserialize(&value).map_err(|error| {
        let message = error.inner().to_string();
        let pointer = pointer(error.path());
        match message
            .strip_prefix("unknown field `")
            .and_then(|rest| rest.split_once('`'))
        {
            Some((name, rest)) => {
                let parent = match pointer.strip_suffix(&format!("/{}", token(name))) {
                    Some(parent) => parent,
                    None => &pointer,
                };
                unknown_field(&format!("{parent}/{}", token(name)), name, rest)
            }
            None => {
                let found = value.pointer(&pointer).map_or("nothing".to_owned(), shown);
                Problem::invalid(&pointer, expectation(&message), found)
            }
        }
    })
}

fn unknown_field(pointer: &str, name: &str, rest: &str) -> Problem {
    let known = rest.trim_start_matches(", ").replace('`', "");
    let detail = format!("the field {name:?} is not known; {known}");
    let errors = json!([{ "pointer": pointer, "expected": known, "found": name }]);
    Problem::new(ProblemType::UnknownField, detail).with("errors", errors)
}

/// serde says "invalid type: integer `1`, expected a string"; the second half is what helps.
fn expectation(message: &str) -> String {
    if let Some(field) = message.strip_prefix("missing field ") {
        return format!("a value for the field {}", field.replace('`', "\""));
    }
    if let Some((_, expected)) = message.split_once(", expected ") {
        return expected.replace('`', "");
    }
    message
        .strip_prefix("expected ")
        .unwrap_or(message)
        .to_owned()
}

/// A JSON pointer (RFC 6901).
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Map { key } => pointer.push_str(&format!("/{}", token(key))),
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Enum { variant } => pointer.push_str(&format!("/{}", token(variant))),
            Segment::Unknown => {}
        }
    }
    pointer
}

fn token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A value as it was found, bounded.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(100) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vestibule_model::{Email, Plan};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[serde(rename = "deep")]
        _deep: Option<u8>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[serde(rename = "email")]
        _email: Email,
        #[serde(rename = "plan")]
        _plan: Option<Plan>,
        #[serde(rename = "list")]
        _list: Option<Vec<Inner>>,
    }

    fn refused(body: &str) -> (&'static str, String) {
        let problem = parse::<Body>(body.as_bytes()).unwrap_err();
        let errors = problem.fields.get("errors").cloned().unwrap_or_default();
        let pointer = errors[0]["pointer"].as_str().unwrap_or("-").to_owned();
        (problem.kind.slug(), pointer)
    }

    #[test]
    fn names_the_place() {
        for (body, slug, pointer) in [
            (
                r#"{"email": "ada@example.com", "plna": "pro"}"#,
                "unknown-field",
                "/plna",
            ),
            (
                r#"{"email": "ada@example.com", "list": [{"deep": 1, "x": 2}]}"#,
                "unknown-field",
                "/list/0/x",
            ),
            (
                r#"{"email": "ada@example.com", "plan": "gold"}"#,
                "invalid-value",
                "/plan",
            ),
            (
                r#"{"email": "ada@example.com", "list": [{"deep": "a"}]}"#,
                "invalid-value",
                "/list/0/deep",
            ),
            (r#"{"email": "ada"}"#, "invalid-value", "/email"),
            (r#"{"email": null}"#, "invalid-value", "/email"),
            (r#"{}"#, "invalid-value", ""),
            (r#"[]"#, "invalid-value", ""),
            (r#"{"#, "malformed-request", "-"),
        ] {
            assert_eq!(refused(body), (slug, pointer.to_owned()), "{body}");
        }
        assert!(parse::<Body>(br#"{"email": "ada@example.com", "plan": null}"#).is_ok());
    }
}
