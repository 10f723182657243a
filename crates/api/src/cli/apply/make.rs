//! Does what was planned, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use uuid::Uuid;
use vestibule_model::EntityTag;

use crate::cli::{
    apply::{
        file::Source,
        plan::{Action, Address, Call, Kind, Path, Plan, Step, Way, text},
        secrets::Secrets,
        server::{Seen, Server},
        step::placed,
    },
    failure::Told,
};

/// After how many objects of the same name, made and deleted within a day, it is given up.
const MOST: u32 = 50;
/// What changes of an object though nobody changes it: the plan of its workspace decides whether a
/// connection is suspended, another default takes that away from it, and the clock looks at things.
const BY_OTHERS: &[&str] = &[
    "state",
    "default",
    "updated_at",
    "metadata_source",
    "last_check",
    "last_sign_in_at",
];

/// A plan that is being carried out.
pub(super) struct Making<'a> {
    server: &'a Server,
    source: &'a Source,
    ids: BTreeMap<Address, String>,
    secrets: &'a mut Secrets,
    /// What was made.
    pub(super) done: BTreeSet<Address>,
    /// What whoever ran it should do next.
    pub(super) to_do: Vec<String>,
}

impl<'a> Making<'a> {
    pub(super) fn of(
        plan: &Plan,
        server: &'a Server,
        source: &'a Source,
        secrets: &'a mut Secrets,
    ) -> Self {
        Self {
            server,
            source,
            ids: plan.ids.clone(),
            secrets,
            done: BTreeSet::new(),
            to_do: Vec::new(),
        }
    }

    /// Makes every step, in their order, until one is refused.
    pub(super) fn make(&mut self, plan: &mut Plan) -> Result<(), Told> {
        for step in &mut plan.steps {
            if step.action == Action::Leave {
                continue;
            }
            self.step(step)?;
            step.id = step
                .id
                .take()
                .or_else(|| self.ids.get(&step.address).cloned());
            self.done.insert(step.address.clone());
        }
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<(), Told> {
        let mut left: Option<Seen> = None;
        for call in &step.calls {
            let made = self.call(step, call, left.as_ref());
            let seen = made.map_err(|told| match &step.pointer {
                Some(pointer) => placed(self.source, &format!("{pointer}{}", call.part), told),
                None => told.before(&step.address.to_string()),
            })?;
            let id = text(&seen.value, "client_id").or(text(&seen.value, "id"));
            if let (Way::Create, Some(id)) = (&call.way, id) {
                self.ids.insert(step.address.clone(), id.to_owned());
                self.tell(step.kind, &seen.value);
            }
            left = Some(seen);
        }
        Ok(())
    }

    fn call(&mut self, step: &Step, call: &Call, left: Option<&Seen>) -> Result<Seen, Told> {
        let path = self.path(&call.path)?;
        let mut body = call.body.clone();
        if let (Some((field, of)), Some(body)) = (&call.link, &mut body) {
            body.insert((*field).to_owned(), self.id(of)?.into());
        }
        match &call.way {
            Way::Create => self.create(step.kind, &path, &body.unwrap_or_default()),
            Way::Once => {
                let name = Uuid::new_v4().to_string();
                self.server.post(&path, &name, &body.unwrap_or_default())
            }
            Way::Guarded(seen) => {
                let seen = seen.as_ref().as_ref().or(left);
                self.change(call.method, &path, seen, body.as_ref(), step)
            }
        }
    }

    /// Makes an object. Whoever else plans the same one with the same key names the call alike, so one
    /// is made; an answer from before that object was deleted again says nothing any more.
    fn create(&mut self, kind: Kind, path: &str, body: &Map<String, Value>) -> Result<Seen, Told> {
        let asked = Value::Object(body.clone()).to_string();
        let by = kind.recognised_by(body);
        for number in 0..MOST {
            let named = format!("{} {path} {asked} {number}", self.server.url());
            let tag = EntityTag::of(named.as_bytes());
            let key = format!("apply-{}", tag.as_str().trim_matches('"'));
            if kind == Kind::Client {
                self.secrets.begin(&key, body)?;
            }
            let made = self.server.post(path, &key, body);
            if kind == Kind::Client {
                match &made {
                    Ok(seen) if !seen.replayed => self.secrets.keep(&key, &seen.value)?,
                    // Whoever began it has its secret, or gets it by going on.
                    Ok(_) => self.secrets.keep(&key, &Value::Null)?,
                    Err(told) if told.leaves_it_open() => {}
                    Err(_) => self.secrets.keep(&key, &Value::Null)?,
                }
            }
            let seen = made?;
            if !seen.replayed {
                return Ok(seen);
            }
            let id = text(&seen.value, "client_id").or(text(&seen.value, "id"));
            let at = match kind {
                Kind::Connection => format!("/v1/connections/{}", id.unwrap_or_default()),
                _ => format!("{path}/{}", id.unwrap_or_default()),
            };
            let same = |now: &Seen| now.value.get(by) == seen.value.get(by);
            if self.server.find(&at)?.is_some_and(|now| same(&now)) {
                // As it was made: what somebody has done to it since is not ours to overwrite.
                return Ok(seen);
            }
        }
        let detail = format!("{path}: made and deleted {MOST} times within a day");
        Err(Told::new("failed", detail))
    }

    /// Changes what was seen, where nobody has changed it since.
    fn change(
        &self,
        method: &str,
        path: &str,
        seen: Option<&Seen>,
        body: Option<&Map<String, Value>>,
        step: &Step,
    ) -> Result<Seen, Told> {
        let object = path.strip_suffix("/draft").unwrap_or(path);
        let version = match seen.and_then(|seen| seen.etag.clone()) {
            Some(version) => version,
            // What was just made has none in its answer.
            None => self.version(object, seen, step)?,
        };
        match self.server.change(method, path, &version, body) {
            Err(told) if told.code() == "precondition-failed" => {
                // What this very run did to others may show on it.
                let version = self.version(object, seen, step)?;
                self.server.change(method, path, &version, body)
            }
            other => other,
        }
    }

    /// The version of an object now, where nobody has changed it since it was seen.
    fn version(&self, object: &str, seen: Option<&Seen>, step: &Step) -> Result<String, Told> {
        let now = self.server.find(object)?;
        let same = |now: &Seen| seen.is_some_and(|seen| own(&seen.value) == own(&now.value));
        let version = now.filter(same).and_then(|now| now.etag);
        version.ok_or_else(|| {
            let detail = format!(
                "somebody else has changed {} since it was looked at, so it was left as it is. Run it again \
                 to see what they changed; what was made before stays made",
                step.address
            );
            Told::new("precondition-failed", detail)
        })
    }

    fn path(&self, path: &Path) -> Result<String, Told> {
        match path {
            Path::Known(path) => Ok(path.clone()),
            Path::Of(base, of, rest) => Ok(format!("{base}{}{rest}", self.id(of)?)),
        }
    }

    fn id(&self, of: &Address) -> Result<String, Told> {
        self.ids.get(of).cloned().ok_or_else(|| {
            let detail = format!("{of} is not there, though it was to be made before");
            Told::new("failed", detail)
        })
    }

    /// What an object that was made asks of people.
    fn tell(&mut self, kind: Kind, made: &Value) {
        let record = made.get("txt_record").filter(|_| kind == Kind::Domain);
        let both = record.and_then(|record| Some((text(record, "name")?, text(record, "value")?)));
        if let Some((name, value)) = both {
            self.to_do
                .push(format!("publish the TXT record {name} with {value:?}"));
        }
        let sp = made
            .get("service_provider")
            .filter(|_| kind == Kind::Connection);
        if let Some(url) = sp.and_then(|sp| text(sp, "metadata_url")) {
            let name = text(made, "name").unwrap_or_default();
            self.to_do.push(format!(
                "enter the values of {url} in the identity provider of {name:?}"
            ));
        }
    }
}

/// An object without what others do to it.
fn own(object: &Value) -> Value {
    let mut object = object.clone();
    if let Value::Object(members) = &mut object {
        members.retain(|member, _| !BY_OTHERS.contains(&member.as_str()));
    }
    object
}
