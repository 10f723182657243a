//! Holds the file against the server.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    cli::{
        apply::{
            file::{ClientInFile, Document, Pattern, Source, WorkspaceInFile},
            plan::{
                Action, Address, Kind, LastChange, Path, Plan, Step, Unmanaged, differences, patch,
                text,
            },
            server::Server,
            step::{guarded, new, placed},
        },
        failure::Told,
    },
    text as texts,
};

/// Reads the server and plans; nothing is changed.
pub(super) struct Planner<'a> {
    pub(super) server: &'a Server,
    pub(super) source: &'a Source,
    pub(super) document: &'a Document,
    /// Whether what the file owns and does not have is deleted.
    pub(super) prune: bool,
    pub(super) plan: Plan,
}

/// An object in the file, and where it is on the server.
pub(super) struct Target {
    pub(super) kind: Kind,
    pub(super) address: Address,
    pub(super) pointer: String,
    /// Where its object is read and changed.
    pub(super) path: String,
    pub(super) id: String,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        server: &'a Server,
        source: &'a Source,
        document: &'a Document,
        prune: bool,
    ) -> Self {
        Self {
            server,
            source,
            document,
            prune,
            plan: Plan::default(),
        }
    }

    pub(super) fn run(mut self) -> Result<Plan, Told> {
        if let Some(clients) = &self.document.clients {
            self.clients(clients)?;
        }
        self.workspaces(&self.document.workspaces)?;
        // What is deleted goes last, and what others lie in after them: nothing moves in meanwhile.
        let inner = |step: &Step| match (step.action, step.kind) {
            (Action::Delete, Kind::Workspace | Kind::Client) => 2,
            (Action::Delete, _) => 1,
            _ => 0,
        };
        self.plan.steps.sort_by_key(inner);
        self.attribute();
        Ok(self.plan)
    }

    fn clients(&mut self, clients: &[ClientInFile]) -> Result<(), Told> {
        let there = self.server.list("/v1/clients")?;
        let mut named = BTreeSet::new();
        for (at, client) in clients.iter().enumerate() {
            let pointer = format!("/clients/{at}");
            let (kind, address) = (Kind::Client, Address::client(&client.name));
            self.once(&mut named, &client.name, &pointer)?;
            let mut wanted = self.fields(client)?;
            let name = texts::name("/name", &client.name);
            let name = name.map_err(|problem| self.at(&pointer, problem.into()))?;
            wanted.insert("name".to_owned(), name.clone().into());
            match self.only(&there, "name", &name, &pointer)? {
                None => {
                    let mut step = new(kind, address, &pointer, Path::known("/v1/clients"), wanted);
                    step.makes_secret = client.has_secret();
                    self.plan.steps.push(step);
                }
                Some(listed) => {
                    let id = text(listed, "client_id").unwrap_or_default().to_owned();
                    let path = format!("/v1/clients/{id}");
                    self.existing(
                        Target {
                            kind,
                            address,
                            pointer,
                            path,
                            id,
                        },
                        &wanted,
                        listed,
                    )?;
                }
            }
        }
        let strangers = there
            .iter()
            .filter(|one| !text(one, "name").is_some_and(|name| named.contains(name)));
        for stranger in strangers {
            let (name, id) = (text(stranger, "name"), text(stranger, "client_id"));
            let (name, id) = (name.unwrap_or_default(), id.unwrap_or_default());
            let owned = self.document.owns.clients.as_ref();
            let (address, path) = (Address::client(name), format!("/v1/clients/{id}"));
            self.stranger(Kind::Client, address, name, id, path, owned, None)?;
        }
        Ok(())
    }

    fn workspaces(&mut self, workspaces: &[WorkspaceInFile]) -> Result<(), Told> {
        if workspaces.is_empty() && self.document.owns.workspaces.is_none() {
            return Ok(());
        }
        let there = self.server.list("/v1/workspaces")?;
        let (mut named, mut known) = (BTreeSet::new(), BTreeSet::new());
        for (at, workspace) in workspaces.iter().enumerate() {
            let pointer = format!("/workspaces/{at}");
            let Some(key) = workspace.key() else {
                let expected = "external_id or slug, by which the workspace is recognised";
                return Err(self.source.wrong(&pointer, expected, "neither"));
            };
            self.once(&mut named, key, &pointer)?;
            let by = if workspace.external_id.is_some() {
                "external_id"
            } else {
                "slug"
            };
            let found = there.iter().find(|one| text(one, by) == Some(key));
            let address = Address::workspace(key);
            let id = self.workspace(workspace, found, &pointer, &address)?;
            known.extend(id.clone());
            self.inside(workspace, id.as_deref(), &address, &pointer)?;
        }
        let strangers = there.iter().filter(|one| {
            let id = text(one, "id");
            !id.is_some_and(|id| known.contains(id))
        });
        for stranger in strangers {
            let id = text(stranger, "id").unwrap_or_default();
            let key = text(stranger, "external_id").or(text(stranger, "slug"));
            let key = key.unwrap_or_default();
            let owned = self.document.owns.workspaces.as_ref();
            let held = self.held_by_people(id, key, owned)?;
            let (address, path) = (Address::workspace(key), format!("/v1/workspaces/{id}"));
            self.stranger(Kind::Workspace, address, key, id, path, owned, held)?;
        }
        Ok(())
    }

    fn workspace(
        &mut self,
        workspace: &WorkspaceInFile,
        found: Option<&Value>,
        pointer: &str,
        address: &Address,
    ) -> Result<Option<String>, Told> {
        let mut wanted = self.fields(workspace)?;
        if let Some(name) = &workspace.name {
            let name = texts::name("/name", name);
            let name = name.map_err(|problem| self.at(pointer, problem.into()))?;
            wanted.insert("name".to_owned(), name.into());
        }
        let Some(listed) = found else {
            for (field, there) in [
                ("name", workspace.name.is_some()),
                ("plan", workspace.plan.is_some()),
            ] {
                if !there {
                    let pointer = format!("{pointer}/{field}");
                    let expected = "a value: the workspace is not there yet, and is made with it";
                    return Err(self.source.wrong(&pointer, expected, "nothing"));
                }
            }
            let path = Path::known("/v1/workspaces");
            let step = new(Kind::Workspace, address.clone(), pointer, path, wanted);
            self.plan.steps.push(step);
            return Ok(None);
        };
        let id = text(listed, "id").unwrap_or_default().to_owned();
        let target = Target {
            kind: Kind::Workspace,
            address: address.clone(),
            pointer: pointer.to_owned(),
            path: format!("/v1/workspaces/{id}"),
            id: id.clone(),
        };
        self.existing(target, &wanted, listed)?;
        Ok(Some(id))
    }

    /// Why a workspace that the file owns is not pruned, if so.
    fn held_by_people(
        &self,
        id: &str,
        key: &str,
        owned: Option<&Pattern>,
    ) -> Result<Option<String>, Told> {
        if !self.prune || !owned.is_some_and(|pattern| pattern.covers(key)) {
            return Ok(None);
        }
        let connections = self
            .server
            .list(&format!("/v1/workspaces/{id}/connections"))?;
        let live = connections
            .iter()
            .any(|one| text(one, "state") == Some("live"));
        Ok(live.then(|| "it has a live connection: disable that first".to_owned()))
    }

    /// Plans for an object that is there: nothing, or a change of what it is now.
    pub(super) fn existing(
        &mut self,
        target: Target,
        wanted: &Map<String, Value>,
        listed: &Value,
    ) -> Result<(), Told> {
        let path = target.path.clone();
        let mut step = self.leave(target);
        if !differences(wanted, listed).is_empty() {
            // The list has no versions: what is changed is what is seen now.
            let seen = self.server.get(&path)?;
            step.fields = differences(wanted, &seen.value);
            if !step.fields.is_empty() {
                step.action = Action::Change;
                let body = patch(&step.fields);
                step.calls.push(guarded("PATCH", path, Some(body), seen));
            }
        }
        self.plan.steps.push(step);
        Ok(())
    }

    /// A step that does nothing, yet.
    pub(super) fn leave(&mut self, target: Target) -> Step {
        let Target {
            kind,
            address,
            pointer,
            path: _,
            id,
        } = target;
        self.plan.ids.insert(address.clone(), id.clone());
        Step {
            id: Some(id),
            pointer: Some(pointer),
            ..Step::of(kind, address, Action::Leave)
        }
    }

    /// What is on the server and not in the file.
    #[expect(
        clippy::too_many_arguments,
        reason = "each of them is a word of one sentence"
    )]
    pub(super) fn stranger(
        &mut self,
        kind: Kind,
        address: Address,
        key: &str,
        id: &str,
        path: String,
        owned: Option<&Pattern>,
        held: Option<String>,
    ) -> Result<(), Told> {
        let owned = owned.is_some_and(|pattern| pattern.covers(key));
        if !owned || !self.prune || held.is_some() {
            let note = match held {
                None if owned => Some("the file owns it: --prune deletes it".to_owned()),
                held => held,
            };
            self.plan.unmanaged.push(Unmanaged {
                kind,
                address,
                id: id.to_owned(),
                note,
            });
            return Ok(());
        }
        let seen = self.server.get(&path)?;
        self.plan.steps.push(Step {
            id: Some(id.to_owned()),
            calls: vec![guarded("DELETE", path, None, seen)],
            ..Step::of(kind, address, Action::Delete)
        });
        Ok(())
    }

    /// The one object of this name; several cannot be told apart.
    pub(super) fn only<'v>(
        &self,
        there: &'v [Value],
        field: &str,
        name: &str,
        pointer: &str,
    ) -> Result<Option<&'v Value>, Told> {
        let mut found = there.iter().filter(|one| text(one, field) == Some(name));
        let first = found.next();
        match found.count() {
            0 => Ok(first),
            more => {
                let found = format!("{} on the server", more + 1);
                let expected = format!("one object of the {field} {name:?}, or none");
                Err(self.source.wrong(pointer, &expected, &found))
            }
        }
    }

    pub(super) fn once(
        &self,
        named: &mut BTreeSet<String>,
        name: &str,
        pointer: &str,
    ) -> Result<(), Told> {
        if named.insert(name.trim().to_owned()) {
            return Ok(());
        }
        let found = format!("{name:?} a second time");
        Err(self.source.wrong(pointer, "a name of its own", &found))
    }

    /// What the file says of an object, as the API takes it.
    pub(super) fn fields(&self, object: &impl Serialize) -> Result<Map<String, Value>, Told> {
        match serde_json::to_value(object) {
            Ok(Value::Object(fields)) => Ok(fields),
            _ => Err(Told::new("failed", "the file cannot be sent as JSON")),
        }
    }

    /// A failure at a place in the file, which may say more precisely where.
    pub(super) fn at(&self, pointer: &str, told: Told) -> Told {
        placed(self.source, pointer, told)
    }

    /// Says of each difference who changed the object last, as far as the audit log is within reach.
    fn attribute(&mut self) {
        if self.plan.count(Action::Change) == 0 {
            return;
        }
        let Ok(Some(seen)) = self.server.find("/v1/audit-events?limit=200") else {
            return;
        };
        let Some(events) = seen.value.get("data").and_then(Value::as_array) else {
            return;
        };
        for step in &mut self.plan.steps {
            if step.action != Action::Change {
                continue;
            }
            let of = |event: &&Value| text(event, "target") == step.id.as_deref();
            let word = |event: &Value, member| text(event, member).unwrap_or("?").to_owned();
            step.last_change = events.iter().find(of).map(|event| LastChange {
                at: word(event, "at"),
                by: word(event, "actor"),
                action: word(event, "action"),
            });
        }
    }
}
