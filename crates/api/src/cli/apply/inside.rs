//! What lies in a workspace: its connections, its domains and its members.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::{
    cli::{
        apply::{
            file::{ConnectionInFile, DomainInFile, MemberInFile, WorkspaceInFile},
            plan::{Action, Address, Call, FieldChange, Kind, Path, Way, differences, patch, text},
            planner::{Planner, Target},
            server::encoded,
            settings,
            step::{guarded, new},
        },
        failure::Told,
    },
    text as texts,
};

/// A workspace that is planned for.
struct Within<'w> {
    /// Its id, where it is there.
    id: Option<&'w str>,
    address: &'w Address,
    pointer: &'w str,
}

impl Within<'_> {
    fn target(&self, kind: Kind, key: &str, index: usize) -> (Address, String) {
        let address = self.address.inside(kind, key);
        let pointer = format!("{}/{}s/{index}", self.pointer, kind.as_str());
        (address, pointer)
    }

    /// Where its objects of a kind are made.
    fn path(&self, rest: &'static str) -> Path {
        Path::Of("/v1/workspaces/", self.address.clone(), rest)
    }
}

impl Planner<'_> {
    /// Plans for what the file says of the inside of a workspace.
    pub(super) fn inside(
        &mut self,
        workspace: &WorkspaceInFile,
        id: Option<&str>,
        address: &Address,
        pointer: &str,
    ) -> Result<(), Told> {
        let within = Within {
            id,
            address,
            pointer,
        };
        // Domains name connections, so these are known in any case.
        if workspace.connections.is_some() || workspace.domains.is_some() {
            let connections = workspace.connections.as_deref();
            self.connections(&within, connections)?;
        }
        if let Some(domains) = &workspace.domains {
            self.domains(&within, domains)?;
        }
        for (index, member) in workspace.members.iter().flatten().enumerate() {
            self.member(&within, member, index)?;
        }
        Ok(())
    }

    fn connections(
        &mut self,
        within: &Within<'_>,
        connections: Option<&[ConnectionInFile]>,
    ) -> Result<(), Told> {
        let path = |id| format!("/v1/workspaces/{id}/connections");
        let there = within.id.map(|id| self.server.list(&path(id)));
        let there = there.transpose()?.unwrap_or_default();
        let mut named = BTreeSet::new();
        for (index, connection) in connections.into_iter().flatten().enumerate() {
            let (address, pointer) = within.target(Kind::Connection, &connection.name, index);
            self.once(&mut named, &connection.name, &pointer)?;
            let name = texts::name("/name", &connection.name);
            let name = name.map_err(|problem| self.at(&pointer, problem.into()))?;
            let mut wanted = self.fields(connection)?;
            wanted.insert("name".to_owned(), name.clone().into());
            match self.only(&there, "name", &name, &pointer)?.cloned() {
                None => self.new_connection(within, connection, address, &pointer, wanted)?,
                Some(listed) => {
                    self.connection(connection, address, pointer, &wanted, &listed)?;
                }
            }
        }
        for stranger in &there {
            let (name, id) = (text(stranger, "name"), text(stranger, "id"));
            let (name, id) = (name.unwrap_or_default(), id.unwrap_or_default());
            if named.contains(name) {
                continue;
            }
            let address = within.address.inside(Kind::Connection, name);
            self.plan.ids.insert(address.clone(), id.to_owned());
            if connections.is_some() {
                let live = text(stranger, "state") == Some("live");
                let held = live.then(|| "it is live: disable it first".to_owned());
                let path = format!("/v1/connections/{id}");
                let owned = self.document.owns.connections.as_ref();
                self.stranger(Kind::Connection, address, name, id, path, owned, held)?;
            }
        }
        Ok(())
    }

    fn new_connection(
        &mut self,
        within: &Within<'_>,
        connection: &ConnectionInFile,
        address: Address,
        pointer: &str,
        wanted: Map<String, Value>,
    ) -> Result<(), Told> {
        let path = within.path("/connections");
        let mut step = new(Kind::Connection, address.clone(), pointer, path, wanted);
        if let Some(draft) = &connection.draft {
            let at = format!("{pointer}/draft");
            let provider = connection.provider.clone().flatten();
            let read = draft.read(self.source, &at)?;
            settings::check(read, provider.as_deref())
                .map_err(|problem| self.at(&at, problem.into()))?;
            step.fields.extend(settings::of_new(draft.body()));
            step.calls.push(save(
                Path::Of("/v1/connections/", address, "/draft"),
                draft.body(),
            ));
            step.notes.push(TO_GO_LIVE.to_owned());
        }
        self.plan.steps.push(step);
        Ok(())
    }

    fn connection(
        &mut self,
        connection: &ConnectionInFile,
        address: Address,
        pointer: String,
        wanted: &Map<String, Value>,
        listed: &Value,
    ) -> Result<(), Told> {
        let id = text(listed, "id").unwrap_or_default().to_owned();
        let path = format!("/v1/connections/{id}");
        let draft_pointer = format!("{pointer}/draft");
        let mut step = self.leave(Target {
            kind: Kind::Connection,
            address,
            pointer,
            path: path.clone(),
            id,
        });
        let off = connection.enabled.is_some();
        let on = |shown: &Value| matches!(text(shown, "state"), Some("live" | "suspended"));
        let settings = |shown: &Value| match &connection.draft {
            None => Ok(Vec::new()),
            Some(draft) => {
                let new = draft.read(self.source, &draft_pointer)?;
                let provider = match &connection.provider {
                    Some(provider) => provider.as_deref(),
                    None => text(shown, "provider"),
                };
                let last = || self.server.first(&format!("{path}/revisions"));
                settings::differences(new, shown, provider, last)
                    .map_err(|told| self.at(&draft_pointer, told))
            }
        };
        let nothing = differences(wanted, listed).is_empty()
            && settings(listed)?.is_empty()
            && !(off && on(listed));
        if nothing {
            if connection.draft.is_some() && listed.get("draft").is_some_and(|d| !d.is_null()) {
                step.notes.push(TO_GO_LIVE.to_owned());
            }
            self.plan.steps.push(step);
            return Ok(());
        }
        let seen = self.server.get(&path)?;
        let (fields, drafted) = (differences(wanted, &seen.value), settings(&seen.value)?);
        let switched_off = off && on(&seen.value);
        let mut guard = Some(seen);
        if !fields.is_empty() {
            let body = Some(patch(&fields));
            step.calls.extend(
                guard
                    .take()
                    .map(|seen| guarded("PATCH", path.clone(), body, seen)),
            );
            step.fields.extend(fields);
        }
        if let (Some(draft), false) = (&connection.draft, drafted.is_empty()) {
            let mut call = save(Path::known(format!("{path}/draft")), draft.body());
            call.way = Way::Guarded(Box::new(guard.take()));
            step.calls.push(call);
            step.fields.extend(drafted);
            step.notes.push(TO_GO_LIVE.to_owned());
        }
        if switched_off {
            step.fields.push(FieldChange {
                field: "enabled".to_owned(),
                before: true.into(),
                after: false.into(),
            });
            step.ends_sso = true;
            step.calls.push(Call {
                method: "POST",
                path: Path::known(format!("{path}/disable")),
                body: Some(Map::from_iter([("force".to_owned(), true.into())])),
                link: None,
                way: Way::Once,
                part: "/enabled",
            });
        }
        if !step.calls.is_empty() {
            step.action = Action::Change;
        }
        self.plan.steps.push(step);
        Ok(())
    }

    fn domains(&mut self, within: &Within<'_>, domains: &[DomainInFile]) -> Result<(), Told> {
        let path = |id| format!("/v1/workspaces/{id}/domains");
        let there = within.id.map(|id| self.server.list(&path(id)));
        let there = there.transpose()?.unwrap_or_default();
        let mut named = BTreeSet::new();
        for (index, wanted) in domains.iter().enumerate() {
            let (address, pointer) = within.target(Kind::Domain, &wanted.domain, index);
            self.once(&mut named, &wanted.domain, &pointer)?;
            let leads_to = self.leads_to(within, wanted, &pointer)?;
            let listed = self
                .only(&there, "domain", &wanted.domain, &pointer)?
                .cloned();
            self.domain(within, wanted, address, pointer, &leads_to, listed.as_ref())?;
        }
        for stranger in &there {
            let (name, id) = (text(stranger, "domain"), text(stranger, "id"));
            let (name, id) = (name.unwrap_or_default(), id.unwrap_or_default());
            if !named.contains(name) {
                let workspace = within.id.unwrap_or_default();
                let path = format!("/v1/workspaces/{workspace}/domains/{id}");
                let address = within.address.inside(Kind::Domain, name);
                let owned = self.document.owns.domains.as_ref();
                self.stranger(Kind::Domain, address, name, id, path, owned, None)?;
            }
        }
        Ok(())
    }

    /// The connection that a domain is to lead to: `Some(None)` is the default one.
    fn leads_to(
        &self,
        within: &Within<'_>,
        wanted: &DomainInFile,
        pointer: &str,
    ) -> Result<Option<Option<Address>>, Told> {
        let Some(Some(name)) = &wanted.connection else {
            return Ok(wanted.connection.as_ref().map(|_| None));
        };
        let address = within.address.inside(Kind::Connection, name);
        let made = |address: &Address| {
            let mut steps = self.plan.steps.iter();
            steps.any(|step| step.address == *address)
        };
        if !self.plan.ids.contains_key(&address) && !made(&address) {
            let pointer = format!("{pointer}/connection");
            let expected = "the name of a connection of this workspace";
            return Err(self.source.wrong(&pointer, expected, &format!("{name:?}")));
        }
        Ok(Some(Some(address)))
    }

    fn domain(
        &mut self,
        within: &Within<'_>,
        wanted: &DomainInFile,
        address: Address,
        pointer: String,
        leads_to: &Option<Option<Address>>,
        listed: Option<&Value>,
    ) -> Result<(), Told> {
        let link = leads_to.clone().flatten();
        let Some(listed) = listed else {
            let body = Map::from_iter([("domain".to_owned(), wanted.domain.clone().into())]);
            let path = within.path("/domains");
            let mut step = new(Kind::Domain, address, &pointer, path, body);
            if let Some(link) = link {
                step.fields.push(FieldChange {
                    field: "connection_id".to_owned(),
                    before: Value::Null,
                    after: link.to_string().into(),
                });
                if let Some(call) = step.calls.first_mut() {
                    call.link = Some(("connection_id", link));
                }
            }
            step.notes
                .push("counts once its TXT record is there and it is verified".to_owned());
            self.plan.steps.push(step);
            return Ok(());
        };
        let id = text(listed, "id").unwrap_or_default().to_owned();
        let workspace = within.id.unwrap_or_default();
        let path = format!("/v1/workspaces/{workspace}/domains/{id}");
        let mut step = self.leave(Target {
            kind: Kind::Domain,
            address,
            pointer,
            path: path.clone(),
            id,
        });
        let leads_now = |shown: &Value| text(shown, "connection_id").map(str::to_owned);
        // One that is still to be made has no id, and nothing leads to it.
        let differs = |shown: &Value| match leads_to {
            None => false,
            Some(None) => leads_now(shown).is_some(),
            Some(Some(there)) => {
                let id = self.plan.ids.get(there);
                id.is_none() || leads_now(shown).as_ref() != id
            }
        };
        if differs(listed) {
            let seen = self.server.get(&path)?;
            if differs(&seen.value) {
                let before = leads_now(&seen.value);
                let after = link.as_ref().map(ToString::to_string);
                step.action = Action::Change;
                step.fields.push(FieldChange {
                    field: "connection_id".to_owned(),
                    before: before.map_or(Value::Null, Value::from),
                    after: after.map_or(Value::Null, Value::from),
                });
                let body = Map::from_iter([("connection_id".to_owned(), Value::Null)]);
                let mut call = guarded("PATCH", path, Some(body), seen);
                call.link = link.map(|link| ("connection_id", link));
                step.calls.push(call);
            }
        }
        self.plan.steps.push(step);
        Ok(())
    }

    fn member(
        &mut self,
        within: &Within<'_>,
        member: &MemberInFile,
        index: usize,
    ) -> Result<(), Told> {
        let email = member.email.to_string();
        let (address, pointer) = within.target(Kind::Member, &email, index);
        let mut wanted = self.fields(member)?;
        let found = match within.id {
            None => None,
            Some(id) => {
                let filter = encoded(&email);
                let path = format!("/v1/workspaces/{id}/members?email={filter}");
                self.server.list(&path)?.into_iter().next()
            }
        };
        match (found, within.id) {
            (Some(listed), Some(workspace)) => {
                // Two spellings of one address are one member, whose spelling stays.
                wanted.remove("email");
                let id = text(&listed, "id").unwrap_or_default().to_owned();
                let path = format!("/v1/workspaces/{workspace}/members/{id}");
                let target = Target {
                    kind: Kind::Member,
                    address,
                    pointer,
                    path,
                    id,
                };
                self.existing(target, &wanted, &listed)
            }
            _ => {
                // Members are made active.
                let status = wanted.remove("status");
                if status.is_some_and(|status| status != "active") {
                    return Ok(());
                }
                let path = within.path("/members");
                let step = new(Kind::Member, address, &pointer, path, wanted);
                self.plan.steps.push(step);
                Ok(())
            }
        }
    }
}

/// What is left to people after a draft was saved.
const TO_GO_LIVE: &str = "the draft goes live when it has passed its test and somebody enables it";

/// A draft to be saved.
fn save(path: Path, body: &Map<String, Value>) -> Call {
    Call {
        method: "PUT",
        path,
        body: Some(body.clone()),
        link: None,
        way: Way::Guarded(Box::new(None)),
        part: "/draft",
    }
}
