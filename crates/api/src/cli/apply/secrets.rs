//! Where the secrets of new clients go. They are shown once, so a run that is killed between making a
//! client and writing its secret down would lose it: the file remembers the call under its name before it
//! is made, and the next run makes the very same call again, whose answer the server has kept.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    cli::{
        apply::{plan::text, server::Server},
        failure::Told,
    },
    clock,
};

/// How long the server surely keeps an answer: it is a day, and clocks differ.
const KEPT: SignedDuration = SignedDuration::from_hours(23);

/// A client and its secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ClientSecret {
    pub(super) name: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
}

/// A call whose answer is not written down yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Begun {
    idempotency_key: String,
    body: Map<String, Value>,
    at: Timestamp,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    clients: Vec<ClientSecret>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    begun: Vec<Begun>,
}

/// Where secrets go.
pub(super) enum Secrets {
    /// To whoever looks at the output.
    Shown(Vec<ClientSecret>),
    /// Into a file that its owner alone reads.
    File(SecretsFile),
}

/// The file.
pub(super) struct SecretsFile {
    path: PathBuf,
    content: Content,
}

impl Secrets {
    /// Notes that a client is about to be made.
    pub(super) fn begin(&mut self, key: &str, body: &Map<String, Value>) -> Result<(), Told> {
        match self {
            Self::Shown(_) => Ok(()),
            Self::File(file) => {
                file.content.begun.push(Begun {
                    idempotency_key: key.to_owned(),
                    body: body.clone(),
                    at: clock::now(),
                });
                file.save()
            }
        }
    }

    /// Keeps the secret of a client that was made.
    pub(super) fn keep(&mut self, key: &str, client: &Value) -> Result<(), Told> {
        let secret = secret_of(client);
        match self {
            Self::Shown(shown) => {
                shown.extend(secret);
                Ok(())
            }
            Self::File(file) => file.keep(key, secret),
        }
    }

    /// What nobody has seen yet.
    pub(super) fn shown(&self) -> &[ClientSecret] {
        match self {
            Self::Shown(shown) => shown,
            Self::File(_) => &[],
        }
    }
}

fn secret_of(client: &Value) -> Option<ClientSecret> {
    let member = |name| text(client, name).map(str::to_owned);
    Some(ClientSecret {
        name: member("name")?,
        client_id: member("client_id")?,
        client_secret: member("client_secret")?,
    })
}

impl SecretsFile {
    /// Opens it, or makes it: what cannot be written is said before anything is changed.
    pub(super) fn open(path: &Path) -> Result<Self, Told> {
        let content = match std::fs::symlink_metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Content::default(),
            Err(error) => return Err(refused(path, &error.to_string())),
            Ok(found) if !found.is_file() => {
                return Err(refused(path, "expected a file; found something else"));
            }
            Ok(found) if found.mode() & 0o077 != 0 => {
                let mode = found.mode() & 0o7777;
                let what = format!(
                    "expected a file that its owner alone reads and writes; found mode {mode:04o}: \
                     chmod 600 it"
                );
                return Err(refused(path, &what));
            }
            Ok(_) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| refused(path, &error.to_string()))?;
                serde_json::from_str(&text).map_err(|_cause| {
                    refused(
                        path,
                        "expected what an earlier run wrote there; found another text",
                    )
                })?
            }
        };
        let file = Self {
            path: path.to_owned(),
            content,
        };
        file.save()?;
        Ok(file)
    }

    /// Makes the calls again that an earlier run began and did not see the end of; says for whom.
    pub(super) fn resume(&mut self, server: &Server, now: Timestamp) -> Result<Vec<String>, Told> {
        let mut resumed = Vec::new();
        for begun in self.content.begun.clone() {
            let name = begun.body.get("name").and_then(Value::as_str);
            let name = name.unwrap_or_default().to_owned();
            if now.duration_since(begun.at) > KEPT {
                let detail = format!(
                    "{}: a run of {} was stopped while it made the client {name:?}, too long ago for \
                     its secret to be had again. Look at GET /v1/clients whether it is there; give it \
                     another secret (POST …/rotate-secret), and take `begun` out of this file",
                    self.path.display(),
                    begun.at
                );
                return Err(Told::new("interrupted-too-long-ago", detail));
            }
            match server.post("/v1/clients", &begun.idempotency_key, &begun.body) {
                Ok(seen) => {
                    self.keep(&begun.idempotency_key, secret_of(&seen.value))?;
                    resumed.push(name);
                }
                Err(told) if told.leaves_it_open() => return Err(told),
                // Refused: nothing was made, then or now.
                Err(_) => self.keep(&begun.idempotency_key, None)?,
            }
        }
        Ok(resumed)
    }

    fn keep(&mut self, key: &str, secret: Option<ClientSecret>) -> Result<(), Told> {
        self.content
            .begun
            .retain(|begun| begun.idempotency_key != key);
        self.content.clients.extend(secret);
        self.save()
    }

    /// Whole or not at all, and on the disk before anything goes on.
    fn save(&self) -> Result<(), Told> {
        let failed = |error: std::io::Error| refused(&self.path, &error.to_string());
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}", std::process::id()));
        let draft = self.path.with_file_name(name);
        let mut file: File = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)
            .map_err(failed)?;
        let text = serde_json::to_string_pretty(&self.content)
            .map_err(|error| refused(&self.path, &error.to_string()))?;
        let written = writeln!(file, "{text}").and_then(|()| file.sync_all());
        let done = written.and_then(|()| std::fs::rename(&draft, &self.path));
        done.map_err(|error| {
            // What is left of it holds secrets.
            let _ = std::fs::remove_file(&draft);
            failed(error)
        })
    }
}

fn refused(path: &Path, what: &str) -> Told {
    Told::new(
        "secrets-out",
        format!("--secrets-out {}: {what}", path.display()),
    )
}
