//! Why a command did not do what it was asked for, for people and for programs.

use serde_json::{Map, Value, json};

use crate::{config::ConfigError, problem::Problem, server::StartError};

/// Whatever stopped a command.
pub(super) type Failure = Box<dyn std::error::Error>;

/// A failure with a code that programs can tell it by.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{detail}")]
pub(super) struct Told {
    code: String,
    detail: String,
    /// Further members of the document.
    more: Map<String, Value>,
}

impl Told {
    pub(super) fn new(code: &str, detail: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            detail: detail.into(),
            more: Map::new(),
        }
    }

    pub(super) fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.more.insert(member.to_owned(), value.into());
        self
    }

    /// What an answer of the management API says, in its own words.
    pub(super) fn by_server(document: &Map<String, Value>) -> Self {
        let text = |member: &str| document.get(member).and_then(Value::as_str);
        let mut told = Self::new(
            text("code").unwrap_or("refused"),
            text("detail").unwrap_or("the server gave no reason"),
        );
        let apart = |member: &str| member == "code" || member == "detail";
        let rest = document.iter().filter(|(member, _)| !apart(member));
        told.more = rest.map(|(k, v)| (k.clone(), v.clone())).collect();
        told
    }

    /// The same failure, at a place: what was said about a request is about a place in a file.
    pub(super) fn before(mut self, place: &str) -> Self {
        self.detail = format!("{place}: {}", self.detail);
        self
    }

    pub(super) fn code(&self) -> &str {
        &self.code
    }

    /// Whether what was asked for may have been done all the same.
    pub(super) fn leaves_it_open(&self) -> bool {
        matches!(self.code(), "unreachable" | "unavailable" | "not-the-api")
    }

    /// One of its further members.
    pub(super) fn member(&self, name: &str) -> Option<&Value> {
        self.more.get(name)
    }

    fn document(&self) -> Value {
        let mut document = self.more.clone();
        document.insert("code".to_owned(), json!(self.code));
        document.insert("detail".to_owned(), json!(self.detail));
        Value::Object(document)
    }
}

impl From<Problem> for Told {
    /// What we found by ourselves, by the rules that the server has too.
    fn from(problem: Problem) -> Self {
        Self {
            code: problem.kind.slug().to_owned(),
            // Whoever sits at the machine of the server may know the cause.
            detail: match problem.cause {
                Some(cause) => format!("{} ({cause})", problem.detail),
                None => problem.detail,
            },
            more: *problem.fields,
        }
    }
}

/// A failure as an RFC 9457 problem object.
pub(super) fn document(failure: &Failure) -> Value {
    if let Some(told) = failure.downcast_ref::<Told>() {
        return told.document();
    }
    let code = if failure.is::<ConfigError>() {
        "configuration"
    } else if failure.is::<StartError>() {
        "not-started"
    } else {
        "failed"
    };
    json!({"code": code, "detail": failure.to_string()})
}

/// Says it where errors belong: in one line for people, as a problem object for programs.
pub(super) fn print(failure: &Failure, as_json: bool) {
    if as_json {
        eprintln!("{}", document(failure));
    } else {
        eprintln!("vestibule: {failure}");
    }
}
