//! The management API of a server, as its clients call it.

use serde_json::{Map, Value};
use vestibule_outbound::{NamedServer, OutboundError, PATIENT, Reply};
use zeroize::Zeroizing;

use crate::cli::failure::Told;

/// How many objects of a list are asked for at a time.
const PAGE: u32 = 200;
/// How often a question is asked that nobody answered.
const TRIES: u32 = 3;

/// A server and the key to it.
pub(super) struct Server {
    door: NamedServer,
    authorization: Zeroizing<String>,
}

/// An object as it was shown.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) value: Value,
    /// Its version.
    pub(super) etag: Option<String>,
    /// Whether this is the answer to an earlier call of the same name.
    pub(super) replayed: bool,
}

impl Server {
    pub(super) fn new(url: &str, key: &str) -> Result<Self, Told> {
        let door = NamedServer::new(url, PATIENT).map_err(|error| {
            let detail = format!("--server: expected the URL of a server; {error}");
            Told::new("invalid-value", detail)
        })?;
        Ok(Self {
            door,
            authorization: Zeroizing::new(format!("Bearer {key}")),
        })
    }

    pub(super) fn url(&self) -> String {
        self.door.url()
    }

    /// An object; none where there is none within reach of the key.
    pub(super) fn find(&self, path: &str) -> Result<Option<Seen>, Told> {
        match self.get(path) {
            Ok(seen) => Ok(Some(seen)),
            Err(told) if told.code() == "not-found" => Ok(None),
            Err(told) => Err(told),
        }
    }

    pub(super) fn get(&self, path: &str) -> Result<Seen, Told> {
        self.patiently("GET", path, &[], &[])
    }

    /// The first object of a list, if it has one.
    pub(super) fn first(&self, path: &str) -> Result<Option<Value>, Told> {
        let mut part = self.get(&format!("{path}?limit=1"))?.value;
        Ok(part.pointer_mut("/data/0").map(Value::take))
    }

    /// Every object of a list.
    pub(super) fn list(&self, path: &str) -> Result<Vec<Value>, Told> {
        let mut all = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let and = if path.contains('?') { '&' } else { '?' };
            let mut url = format!("{path}{and}limit={PAGE}");
            if let Some(cursor) = &cursor {
                url.push_str(&format!("&cursor={}", encoded(cursor)));
            }
            let mut part = self.get(&url)?.value;
            let data = part.get_mut("data").map(Value::take);
            let Some(Value::Array(data)) = data else {
                return Err(not_ours(path));
            };
            all.extend(data);
            cursor = part
                .get("next_cursor")
                .and_then(Value::as_str)
                .map(str::to_owned);
            if cursor.is_none() {
                return Ok(all);
            }
        }
    }

    /// A call that has a name, and so can be made again when nobody answered.
    pub(super) fn post(
        &self,
        path: &str,
        name: &str,
        body: &Map<String, Value>,
    ) -> Result<Seen, Told> {
        let headers = [("idempotency-key", name)];
        self.patiently("POST", path, &headers, &bytes(body))
    }

    /// A change of what was seen, and of nothing newer.
    pub(super) fn change(
        &self,
        method: &str,
        path: &str,
        etag: &str,
        body: Option<&Map<String, Value>>,
    ) -> Result<Seen, Told> {
        let headers = [("if-match", etag)];
        let body = body.map(bytes).unwrap_or_default();
        self.ask(method, path, &headers, &body)
            .map_err(|away| match away {
                Away::Told(told) => *told,
                Away::Silent(error) => silent(&self.url(), &error).with("outcome", "unknown"),
            })
    }

    fn patiently(
        &self,
        method: &str,
        path: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> Result<Seen, Told> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.ask(method, path, headers, body) {
                Ok(seen) => return Ok(seen),
                Err(Away::Told(told)) => return Err(*told),
                Err(Away::Silent(error)) if tries == TRIES => {
                    return Err(silent(&self.url(), &error));
                }
                Err(Away::Silent(_)) => {}
            }
        }
    }

    fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> Result<Seen, Away> {
        let mut all = vec![("authorization", self.authorization.as_str())];
        all.extend_from_slice(headers);
        if !body.is_empty() {
            all.push(("content-type", "application/json"));
        }
        let reply = self.door.send(method, path, &all, body);
        seen(reply.map_err(Away::Silent)?, path).map_err(|told| Away::Told(Box::new(told)))
    }
}

/// Why there is no object.
enum Away {
    /// The server said so.
    Told(Box<Told>),
    /// Nobody said anything.
    Silent(OutboundError),
}

fn silent(url: &str, error: &OutboundError) -> Told {
    let detail = format!(
        "{url} does not answer: {error}. Expected a running server there: see --server, and \
         `vestibule doctor` on its machine"
    );
    Told::new("unreachable", detail).with("server", url)
}

fn seen(reply: Reply, path: &str) -> Result<Seen, Told> {
    let value = match reply.body.as_slice() {
        [] => Value::Null,
        body => serde_json::from_slice(body).map_err(|_cause| not_ours(path))?,
    };
    if (200..300).contains(&reply.status) {
        return Ok(Seen {
            value,
            etag: reply.etag,
            replayed: reply.replayed,
        });
    }
    match value.as_object() {
        Some(problem) => Err(Told::by_server(problem)),
        None => Err(not_ours(path)),
    }
}

fn not_ours(path: &str) -> Told {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let detail = format!(
        "expected the management API of Vestibule to answer at {path}; what answered is something \
         else: see --server"
    );
    Told::new("not-the-api", detail)
}

fn bytes(body: &Map<String, Value>) -> Vec<u8> {
    Value::Object(body.clone()).to_string().into_bytes()
}

/// A value as it stands in a query.
pub(super) fn encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}
