//! What would be done, step by step: made first, shown, and then done exactly so or not at all.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::apply::server::Seen;

/// What a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Client,
    Workspace,
    Connection,
    Domain,
    Member,
}

impl Kind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Workspace => "workspace",
            Self::Connection => "connection",
            Self::Domain => "domain",
            Self::Member => "member",
        }
    }

    /// The field that an object is recognised by, of those that it is made with.
    pub(super) fn recognised_by(self, body: &Map<String, Value>) -> &'static str {
        match self {
            Self::Client | Self::Connection => "name",
            Self::Workspace if body.contains_key("external_id") => "external_id",
            Self::Workspace => "slug",
            Self::Domain => "domain",
            Self::Member => "email",
        }
    }
}

/// The name of an object in the file: its keys on the way to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Address(String);

impl Address {
    pub(super) fn client(name: &str) -> Self {
        Self(format!("clients/{name}"))
    }

    pub(super) fn workspace(key: &str) -> Self {
        Self(format!("workspaces/{key}"))
    }

    pub(super) fn inside(&self, kind: Kind, key: &str) -> Self {
        Self(format!("{}/{}s/{key}", self.0, kind.as_str()))
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What becomes of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Action {
    /// It is not there.
    Create,
    /// It is there, and not as the file says: it has drifted, or the file was changed.
    Change,
    /// It is as the file says.
    Leave,
    /// It is there, not in the file, and the file owns it.
    Delete,
}

/// A field that is not as the file says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct FieldChange {
    pub(super) field: String,
    /// What the server has.
    pub(super) before: Value,
    /// What the file says.
    pub(super) after: Value,
}

/// Who changed an object last, as the audit log has it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct LastChange {
    pub(super) at: String,
    pub(super) by: String,
    pub(super) action: String,
}

/// What becomes of one object.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    pub(super) kind: Kind,
    pub(super) address: Address,
    pub(super) id: Option<String>,
    pub(super) action: Action,
    pub(super) fields: Vec<FieldChange>,
    /// What else whoever looks at it should know.
    pub(super) notes: Vec<String>,
    pub(super) last_change: Option<LastChange>,
    /// Whether people who sign in by it cannot do so any more.
    pub(super) ends_sso: bool,
    /// Whether it makes a secret that is shown once.
    pub(super) makes_secret: bool,
    /// Where it stands in the file.
    pub(super) pointer: Option<String>,
    #[serde(skip)]
    pub(super) calls: Vec<Call>,
}

impl Step {
    /// A step that does nothing, yet.
    pub(super) fn of(kind: Kind, address: Address, action: Action) -> Self {
        Self {
            kind,
            address,
            id: None,
            action,
            fields: Vec::new(),
            notes: Vec::new(),
            last_change: None,
            ends_sso: false,
            makes_secret: false,
            pointer: None,
            calls: Vec::new(),
        }
    }
}

/// One request.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: &'static str,
    pub(super) path: Path,
    pub(super) body: Option<Map<String, Value>>,
    /// A field of the body that is the id of another object.
    pub(super) link: Option<(&'static str, Address)>,
    pub(super) way: Way,
    /// Which part of the object in the file the body is.
    pub(super) part: &'static str,
}

/// Where a request goes; an id may be known only when its object has been made.
#[derive(Debug, Clone)]
pub(super) enum Path {
    Known(String),
    Of(&'static str, Address, &'static str),
}

impl Path {
    pub(super) fn known(path: impl Into<String>) -> Self {
        Self::Known(path.into())
    }
}

/// How it is made sure that a request does what was planned, once.
#[derive(Debug)]
pub(super) enum Way {
    /// It makes something: under a name that whoever plans the same thing gives it too.
    Create,
    /// It changes what was seen, or what the step's call before it left.
    Guarded(Box<Option<Seen>>),
    /// It can be sent again within this run.
    Once,
}

/// What is on the server and not in the file, and stays.
#[derive(Debug, Serialize)]
pub(super) struct Unmanaged {
    pub(super) kind: Kind,
    pub(super) address: Address,
    pub(super) id: String,
    /// Why it stays, where --prune was asked for or would take it.
    pub(super) note: Option<String>,
}

/// The whole of it.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    pub(super) unmanaged: Vec<Unmanaged>,
    /// The ids that are known.
    pub(super) ids: BTreeMap<Address, String>,
}

impl Plan {
    pub(super) fn count(&self, action: Action) -> usize {
        let steps = self.steps.iter();
        steps.filter(|step| step.action == action).count()
    }

    /// How many steps do something.
    pub(super) fn pending(&self) -> usize {
        self.steps.len() - self.count(Action::Leave)
    }

    /// How many steps take something away from somebody.
    pub(super) fn grave(&self) -> usize {
        let grave = |step: &&Step| step.action == Action::Delete || step.ends_sso;
        self.steps.iter().filter(grave).count()
    }
}

/// The fields of `wanted` that are otherwise on the server.
pub(super) fn differences(wanted: &Map<String, Value>, there: &Value) -> Vec<FieldChange> {
    let differs = wanted.iter().filter_map(|(field, after)| {
        let before = there.get(field).unwrap_or(&Value::Null);
        (before != after).then(|| FieldChange {
            field: field.clone(),
            before: before.clone(),
            after: after.clone(),
        })
    });
    differs.collect()
}

/// The body of a PATCH that changes these fields.
pub(super) fn patch(fields: &[FieldChange]) -> Map<String, Value> {
    let fields = fields.iter();
    fields
        .map(|change| (change.field.clone(), change.after.clone()))
        .collect()
}

/// The text of a member of an object; none where there is no text.
pub(super) fn text<'v>(value: &'v Value, member: &str) -> Option<&'v str> {
    value.get(member).and_then(Value::as_str)
}
